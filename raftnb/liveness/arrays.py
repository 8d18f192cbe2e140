"""Arrays of numbers and of truths, of which graphs are made."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Starts = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Reached(NamedTuple):
    """The nodes that can be reached, nearest first; each one's predecessor and how far it is.

    A node that is not reached is -1 away; like those where ways begin it has the predecessor -1.
    """

    order: Ints
    before: Ints
    distance: Ints


def numbers(mask: Bools) -> Ints:
    """The positions at which a mask is true."""
    return np.flatnonzero(mask).astype(np.int32)
