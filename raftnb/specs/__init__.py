"""The specifications of the notebooks, by the names that the command line uses."""

from __future__ import annotations

from raftnb.spec import Spec
from raftnb.specs.raft import RAFT
from raftnb.specs.store import SEQUENTIAL_STORE

SPECS: dict[str, Spec] = {spec.name: spec for spec in (SEQUENTIAL_STORE, RAFT)}

__all__ = ["SPECS"]
