"""The specifications of the notebooks, by the names that the command line uses."""

from __future__ import annotations

from raftnb.spec import Spec
from raftnb.specs.concurrent import LINEARIZABLE_STORE, QUEUE_STORE, STALE_STORE
from raftnb.specs.memory import INTERNAL_MEMORY, WRITE_THROUGH_CACHE
from raftnb.specs.raft import RAFT
from raftnb.specs.raft_liveness import TIMELY_RAFT
from raftnb.specs.raft_tla import RAFT_TLA
from raftnb.specs.store import FAIR_STORE, SEQUENTIAL_STORE

STORES = (SEQUENTIAL_STORE, FAIR_STORE, QUEUE_STORE, LINEARIZABLE_STORE, STALE_STORE)
MEMORIES = (INTERNAL_MEMORY, WRITE_THROUGH_CACHE)
SPECS: dict[str, Spec] = {
    spec.name: spec for spec in (*STORES, *MEMORIES, RAFT, TIMELY_RAFT, RAFT_TLA)
}

__all__ = ["SPECS"]
