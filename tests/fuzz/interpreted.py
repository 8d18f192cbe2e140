"""Numba taken away: what it compiles is run as it stands, so that it can be changed and traced.

It has to come before `raftnb.explore` is imported. It is slow.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numba
import numba.extending


def interpret() -> None:
    """Let `njit` leave functions as they are, and intrinsics do nothing."""
    warnings.filterwarnings("ignore", category=RuntimeWarning)  # hashes that go round
    folder = tempfile.mkdtemp()

    def njit(**_: Any) -> Callable[[Any], Any]:
        def leave(function: Any) -> Any:
            function.stats = SimpleNamespace(cache_path=folder)
            return function

        return leave

    numba.njit = njit
    numba.extending.intrinsic = lambda function: lambda *_: None
