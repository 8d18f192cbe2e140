"""Which specification refines which, and how it is to be seen: the refinement mappings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from raftnb.data.trace import Layout, State
from raftnb.language.spec import Model, Spec
from raftnb.specs.store.concurrent import LINEARIZABLE_STORE, QUEUE_STORE, STALE_STORE
from raftnb.specs.store.memory import INTERNAL_MEMORY, WRITE_THROUGH_CACHE, after_queue
from raftnb.specs.store.sequential import FAIR_STORE, SEQUENTIAL_STORE


@dataclass(frozen=True)
class ClaimedRefinement:
    """The claim that `concrete` refines `abstract` when it is seen by `view(state, layout)`.

    `layout` is the abstract model's. Constants of the same name have the same value in both.
    """

    concrete: Spec
    abstract: Spec
    view: Callable[[State, Layout], State]

    def models(
        self, history: bool = False, **constants: Any
    ) -> tuple[Model, Model, Callable[[State], State]]:
        """The two models with these constants (of the concrete one), and the mapping."""
        concrete = self.concrete(history=history, **constants)
        known = self.abstract.all_constants
        shared = {name: v for name, v in concrete.constants.items() if name in known}
        abstract = self.abstract(history=history, **shared)
        return concrete, abstract, lambda state: self.view(state, abstract.layout)


def as_internal_memory(state: State, layout: Layout) -> State:
    """The cache seen as the memory: queued writes have been done, who waits is busy."""

    def control(owner: str) -> Any:
        return "busy" if state[owner, "ctl"] == "waiting" else state[owner, "ctl"]

    def memory() -> Any:
        return after_queue(state["MainMemory", "wmem"], state["MainMemory", "memQ"])

    given: dict[tuple[str, str], Any] = {
        (owner, "ctl"): lambda owner=owner: control(owner)
        for owner, variable in layout.index
        if variable == "ctl"
    }
    return state.seen_as(layout, {**given, ("Memory", "mem"): memory})


def without_mutex(state: State, layout: Layout) -> State:
    """The store as it is, but the mutex is free."""
    return state.seen_as(layout, {("Shared", "mutex"): None})


def as_it_is(state: State, layout: Layout) -> State:
    """The variables of the same names."""
    return state.seen_as(layout, {})


CLAIMS = (
    ClaimedRefinement(WRITE_THROUGH_CACHE, INTERNAL_MEMORY, as_internal_memory),
    ClaimedRefinement(SEQUENTIAL_STORE, LINEARIZABLE_STORE, without_mutex),
    ClaimedRefinement(FAIR_STORE, LINEARIZABLE_STORE, without_mutex),
    ClaimedRefinement(QUEUE_STORE, LINEARIZABLE_STORE, as_it_is),
    ClaimedRefinement(STALE_STORE, LINEARIZABLE_STORE, as_it_is),
)
REFINEMENTS: dict[str, ClaimedRefinement] = {claim.concrete.name: claim for claim in CLAIMS}

__all__ = ["REFINEMENTS", "ClaimedRefinement", "as_internal_memory", "as_it_is", "without_mutex"]
