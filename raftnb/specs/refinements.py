"""Which store or memory refines which, and how it is to be seen: the refinement mappings."""

from __future__ import annotations

from typing import Any

from raftnb.data.trace import State
from raftnb.language.refinement import ClaimedRefinement, Mapping
from raftnb.language.spec import Model
from raftnb.specs.store.concurrent import LINEARIZABLE_STORE, QUEUE_STORE, STALE_STORE
from raftnb.specs.store.memory import INTERNAL_MEMORY, WRITE_THROUGH_CACHE, after_queue
from raftnb.specs.store.sequential import FAIR_STORE, SEQUENTIAL_STORE


def as_internal_memory(abstract: Model) -> Mapping:
    """The cache seen as the memory: queued writes have been done, who waits is busy."""
    owners = [owner for owner, variable in abstract.layout.index if variable == "ctl"]

    def seen(state: State) -> State:
        def control(owner: str) -> Any:
            return "busy" if state[owner, "ctl"] == "waiting" else state[owner, "ctl"]

        def memory() -> Any:
            return after_queue(state["MainMemory", "wmem"], state["MainMemory", "memQ"])

        given: dict[tuple[str, str], Any] = {
            (owner, "ctl"): lambda owner=owner: control(owner) for owner in owners
        }
        return state.seen_as(abstract.layout, {**given, ("Memory", "mem"): memory})

    return seen


def without_mutex(abstract: Model) -> Mapping:
    """The store as it is, but the mutex is free."""
    return lambda state: state.seen_as(abstract.layout, {("Shared", "mutex"): None})


def as_it_is(abstract: Model) -> Mapping:
    """The variables of the same names."""
    return lambda state: state.seen_as(abstract.layout, {})


CACHE_AS_MEMORY = ClaimedRefinement(WRITE_THROUGH_CACHE, INTERNAL_MEMORY, as_internal_memory)
TURNS_AS_STORE = ClaimedRefinement(SEQUENTIAL_STORE, LINEARIZABLE_STORE, without_mutex)
FAIR_TURNS_AS_STORE = ClaimedRefinement(FAIR_STORE, LINEARIZABLE_STORE, without_mutex)
QUEUE_AS_STORE = ClaimedRefinement(QUEUE_STORE, LINEARIZABLE_STORE, as_it_is)
STALE_AS_STORE = ClaimedRefinement(STALE_STORE, LINEARIZABLE_STORE, as_it_is)

__all__ = [
    "CACHE_AS_MEMORY",
    "FAIR_TURNS_AS_STORE",
    "QUEUE_AS_STORE",
    "STALE_AS_STORE",
    "TURNS_AS_STORE",
    "as_internal_memory",
    "as_it_is",
    "without_mutex",
]
