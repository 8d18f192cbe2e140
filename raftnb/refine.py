"""Refinement: every behavior of a concrete specification is, seen rightly, one of an abstract one.

A refinement mapping is a function from concrete to abstract states. Initial states must map to
initial states, and every step to an abstract step or to no change at all (Abadi and Lamport, The
existence of refinement mappings). Fair refinement asks for more: a fair concrete behavior must
map to a fair abstract one, so that liveness carries over.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import numpy as np
from tqdm import tqdm

from raftnb.arrows import Arrows, Bools, Ints, arrows
from raftnb.errors import RaftnbError, UsageError
from raftnb.fair import Demand, Digraph, fair_components, numbers, shortest_lasso
from raftnb.lasso import explain
from raftnb.liveness import Demanded, Stems, demands_on, resolve
from raftnb.source import spec_error
from raftnb.spec import Model
from raftnb.trace import State, Step, Trace
from raftnb.verdict import Verdict
from raftnb.world import World

Mapping = Callable[[State], State]


@dataclass(frozen=True)
class Refinement:
    """What a refinement check found.

    `states` and `steps` are those of the concrete graph, `abstract_states` how many abstract
    states they map to. If it is violated, `trace` leads to the step that has no abstract
    counterpart (or is a lasso, for a fairness condition that does not carry over), `view` is the
    same trace mapped, `reasons` say what is wrong, and `allowed` are the abstract steps that could
    have been taken instead, each with the state after it. `bound` is what stopped an *unknown*.
    """

    verdict: Verdict
    concrete: str
    abstract: str
    states: int
    steps: int
    abstract_states: int
    seconds: float
    trace: Trace | None = None
    view: tuple[State, ...] = ()
    reasons: tuple[str, ...] = ()
    allowed: tuple[tuple[Step, State], ...] = ()
    bound: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The result as plain JSON data."""
        data: dict[str, Any] = {
            "verdict": str(self.verdict),
            "concrete": self.concrete,
            "abstract": self.abstract,
            "states": self.states,
            "steps": self.steps,
            "abstract_states": self.abstract_states,
            "seconds": round(self.seconds, 3),
        }
        if self.trace is not None:
            data |= {"reasons": list(self.reasons), "trace": self.trace.as_json()}
            data |= {"view": [state.as_json() for state in self.view]}
        return data | ({"bound": self.bound} if self.bound else {})

    def __str__(self) -> str:
        lines = [
            f"{self.verdict}: {self.concrete} refines {self.abstract} ({self.states:,} states, "
            f"{self.steps:,} steps, seen as {self.abstract_states:,} abstract states)"
        ]
        lines += [f"stopped: {self.bound}"] if self.bound else []
        lines += [fill(reason, 88) for reason in self.reasons]
        lines += [str(self.trace)] if self.trace is not None else []
        return "\n".join(lines)

    __repr__ = __str__


def refines(
    concrete: Model,
    abstract: Model,
    mapping: Mapping,
    *,
    fair: bool = True,
    max_states: int | None = None,
    graph: Arrows | None = None,
) -> Refinement:
    """Check that `mapping` shows one model to be a refinement of another.

    `mapping(state)` is the abstract state; `State.seen_as` helps to build it. With `fair`, the
    fairness conditions of the abstract specification must follow from those of the concrete one.
    Bounds of the concrete model give *unknown* instead of *holds*; those of the abstract one play
    no part. `graph`, if given, is `arrows(concrete)`, to be used for several checks.
    """
    started = time.perf_counter()
    check = _Check(concrete, abstract, mapping, graph or arrows(concrete, max_states))
    found = check.initial() or check.steps() or (check.fairness() if fair else None)
    found = found or check.bound()
    return Refinement(
        concrete=concrete.spec.name,
        abstract=abstract.spec.name,
        states=len(check.graph.states),
        steps=len(check.graph.source),
        abstract_states=len(check.seen),
        seconds=time.perf_counter() - started,
        **found,
    )


class _Check:
    """The concrete graph with each state's abstract number."""

    def __init__(self, concrete: Model, abstract: Model, mapping: Mapping, graph: Arrows) -> None:
        self.concrete, self.abstract, self.mapping = concrete, abstract, mapping
        self.graph, self.world = graph, World(abstract)
        self.inner = numbers(graph.target >= 0)
        self.digraph = Digraph(
            len(graph.states), graph.source[self.inner], graph.target[self.inner]
        )
        self.number: dict[State, int] = {}
        self.seen: list[State] = []
        self.of: Ints = np.empty(self.digraph.size, dtype=np.int32)
        self.successors: dict[int, tuple[tuple[Step, State], ...]] = {}
        for i in tqdm(range(self.digraph.size), delay=1, leave=False, unit=" states"):
            self.of[i] = self._number_of(self._map(graph.states.state(i)))

    def _number_of(self, state: State) -> int:
        number = self.number.setdefault(state, len(self.seen))
        if number == len(self.seen):
            self.seen.append(state)
        return number

    def _map(self, state: State) -> State:
        try:
            view = self.mapping(state)
        except RaftnbError:
            raise
        except Exception as error:
            raise spec_error(error, "the refinement mapping") from error
        if not isinstance(view, State) or view.layout != self.abstract.layout:
            raise UsageError(
                f"a mapping that gives {type(view).__name__} of other variables",
                allowed=f"a State of `{self.abstract.spec.name}`",
                cure="build it with `state.seen_as(abstract.layout, {...})`",
            )
        return view

    def after(self, number: int) -> tuple[tuple[Step, State], ...]:
        """The steps of the abstract specification from one of the states seen."""
        if number not in self.successors:
            self.successors[number] = tuple(self.world.successors(self.seen[number]))
        return self.successors[number]

    # What must hold.

    def initial(self) -> dict[str, Any] | None:
        """An initial state that maps to none."""
        begin = set(self.abstract.initial_states)
        for i in range(self.graph.initial):
            if self.seen[self.of[i]] not in begin:
                trace = Trace((self.graph.states.state(i),), ())
                told = "the initial state maps to no initial state of the abstract specification"
                return self._violated(trace, told)
        return None

    def steps(self) -> dict[str, Any] | None:
        """The first step, on a shortest way, that has no abstract counterpart."""
        before, after = self.of[self.digraph.source], self.of[self.digraph.target]
        moving = numbers(before != after)
        pairs = before[moving].astype(np.int64) * len(self.seen) + after[moving]
        distinct, first = np.unique(pairs, return_index=True)
        bad = [
            int(moving[at])
            for pair, at in tqdm(
                zip(distinct.tolist(), first.tolist(), strict=True),
                total=len(distinct), delay=1, leave=False, unit=" abstract steps",
            )
            if not self._is_step(*divmod(pair, len(self.seen)))
        ]  # fmt: skip
        return self._no_counterpart(bad) if bad else None

    def _is_step(self, before: int, after: int) -> bool:
        return any(state == self.seen[after] for _, state in self.after(before))

    def _no_counterpart(self, bad: list[int]) -> dict[str, Any]:
        begun = np.zeros(self.digraph.size, dtype=bool)
        begun[: self.graph.initial] = True
        search = Stems(self.digraph, begun, np.ones(self.digraph.size, dtype=bool))
        edge = min(bad, key=lambda e: int(search.distance[self.digraph.source[e]]))
        a, b = int(self.digraph.source[edge]), int(self.digraph.target[edge])
        label = int(self.graph.label[self.inner[edge]])
        path = search.to(a)
        trace = explain(self.graph, self.inner, self.digraph, (path, [a]), ())[0]
        trace = Trace(
            (*trace.states, self.graph.states.state(b)), (*trace.steps, self.graph.steps[label])
        )
        told = (
            f"the step {trace.steps[-1]} (to state {len(trace.states)}) changes what is seen, "
            f"but no step of {self.abstract.spec.name} does that"
        )
        return self._violated(trace, told, allowed=self.after(int(self.of[a])))

    def _violated(self, trace: Trace, *reasons: str, **found: Any) -> dict[str, Any]:
        view = tuple(map(self._map, trace.states))
        return {
            "verdict": Verdict.VIOLATED, "trace": trace, "view": view, "reasons": reasons
        } | found  # fmt: skip

    def bound(self) -> dict[str, Any]:
        """Holds, or unknown if the graph was cut off."""
        if self.graph.complete:
            return {"verdict": Verdict.HOLDS}
        cut = int((self.graph.target < 0).sum())
        bound = f"{cut:,} steps lead out of the explored states, and were not checked"
        return {"verdict": Verdict.UNKNOWN, "bound": bound}

    # Fairness.

    def fairness(self) -> dict[str, Any] | None:
        """A fair concrete behavior that breaks a fairness condition of the abstract model."""
        demands = demands_on(self.graph, resolve(self.concrete, self.concrete.spec.fairness))
        for wanted in resolve(self.abstract, self.abstract.spec.fairness):
            found = self._unfair(self._lifted(wanted), demands)
            if found is not None:
                trace, reasons = explain(self.graph, self.inner, self.digraph, found, demands)
                told = f"{wanted[0]} of {wanted[1]} does not carry over:"
                return self._violated(trace, told, *reasons)
        return None

    def _lifted(self, wanted: Demanded) -> Demand:
        """A fairness condition of the abstract model, on the concrete graph."""
        condition, process, actions = wanted
        moves = [self._moves(number, process, actions) for number in range(len(self.seen))]
        enabled = np.array([bool(ends) for ends in moves], dtype=bool)
        before, after = self.of[self.digraph.source], self.of[self.digraph.target]
        size = len(self.seen)
        possible = [a * size + b for a, ends in enumerate(moves) for b in ends]
        taken = np.isin(before.astype(np.int64) * size + after, np.array(possible, dtype=np.int64))
        return Demand(str(condition), condition.strong, enabled[self.of], taken)

    def _moves(self, number: int, process: str, actions: frozenset[str]) -> set[int]:
        """Where some actions lead from an abstract state; -1 for a state that is not seen."""
        return {
            self.number.get(state, -1)
            for step, state in self.after(number)
            if step.process == process and step.action in actions and state != self.seen[number]
        }

    def _unfair(
        self, broken: Demand, demands: list[Demand]
    ) -> tuple[list[int], list[int]] | None:
        """A lasso that is fair in the concrete model and breaks an abstract condition."""
        size = self.digraph.size
        everything: Bools = np.ones(size, dtype=bool)
        begun = np.zeros(size, dtype=bool)
        begun[: self.graph.initial] = True
        search = Stems(self.digraph, begun, everything)
        inside = search.reached if broken.strong else search.reached & broken.enabled
        visits = (broken.enabled,) if broken.strong else ()
        allowed = ~broken.taken
        fair = fair_components(self.digraph, inside, allowed, demands, visits)
        found = shortest_lasso(
            self.digraph, search.order, search.distance, fair, allowed, demands, visits
        )
        return found and (search.to(found[0]), found[1])
