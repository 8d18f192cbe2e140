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
from functools import cached_property
from itertools import groupby
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.limits import in_time
from raftnb.data.trace import State, Step, Trace
from raftnb.data.verdict import Answer, Verdict, counted
from raftnb.explore.conclusion import actions_of, begun_elsewhere, not_begun, not_tried
from raftnb.explore.few import few_states
from raftnb.explore.given import the_model
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.liveness.arrays import Bools, Ints, numbers
from raftnb.liveness.check import (
    Demanded,
    demands_on,
    fair_actions,
    graph_of,
    members,
    refuse_engine,
    resolve,
    what_is_missing,
)
from raftnb.liveness.edges import digraph_of, enabling, inner, moving_any
from raftnb.liveness.fair_cycles import Demand, fair_components, shortest_lasso
from raftnb.liveness.lassos import Stems
from raftnb.liveness.reasons import tell
from raftnb.refine.image import image
from raftnb.refine.mapped import checked

if TYPE_CHECKING:  # it takes time to import, which few states do not need
    from raftnb.explore.graph import Graph
    from raftnb.explore.plain_graph import PlainGraph

Mapping = Callable[[State], State]


@dataclass(frozen=True, repr=False)
class Refinement(Answer):
    """What a refinement check found.

    `states` and `steps` are those of the concrete graph, `abstract_states` how many abstract
    states they map to. If it is violated, `trace` leads to the step that has no abstract
    counterpart (or is a lasso, for a fairness condition that does not carry over), `view` is the
    same trace mapped, `reasons` say what is wrong, and `allowed` are the abstract steps that could
    have been taken instead, each with the state after it. `bound` is what stopped an *unknown*,
    `partial` what the answer does not cover.
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
    partial: tuple[str, ...] = ()
    property: str | None = None

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
        data |= {"bound": self.bound} if self.bound else {}
        return data | ({"partial": list(self.partial)} if self.partial else {})

    def __str__(self) -> str:
        lines = [
            f"{self.verdict}: {self.concrete} refines {self.abstract} ("
            f"{counted(self.states, 'state')}, {counted(self.steps, 'step')}, "
            f"seen as {counted(self.abstract_states, 'abstract state')})"
        ]
        lines += [f"stopped: {self.bound}"] if self.bound else []
        lines += [f"note: {sentence}" for sentence in self.partial]
        lines += [fill(reason, 88) for reason in self.reasons]
        lines += [str(self.trace)] if self.trace is not None else []
        return "\n".join(lines)


@told_plainly
def refines(
    concrete: Model,
    abstract: Model,
    mapping: Mapping,
    *,
    fair: bool = True,
    at_once: int = 1,
    max_states: int | None = None,
    max_seconds: float | None = None,
    graph: Graph | None = None,
    engine: str = "memo",
) -> Refinement:
    """Check that `mapping` shows one model to be a refinement of another.

    `mapping(state)` is the abstract state; `State.seen_as` helps to build it. With `fair`, the
    fairness conditions of the abstract specification must follow from those of the concrete one.
    With `at_once`, a concrete step may be up to so many abstract steps, one after the other: what
    the abstract one shows in between nobody sees (then `fair` must be False).
    Bounds of the concrete model, and `max_seconds` of this call, give *unknown* instead of *holds*;
    those of the abstract one play no part. `graph`, if given, is `reachable(concrete)`, to be used
    for several checks. `engine` is "memo"; or "quick", which is that, too, but where the concrete
    model has few states plain Python finds the graph before numba is imported: of several shortest
    traces it may show another.
    """
    started = time.perf_counter()
    concrete, abstract = the_model(concrete), the_model(abstract)
    refuse_arguments(mapping, fair, at_once)
    refuse_engine(engine)
    unfair = () if fair or not abstract.spec.fairness else ("fairness was not checked",)
    left_out = (*begun_elsewhere(concrete), *unfair)

    def result(found: dict[str, Any], *still: str, **sizes: int) -> Refinement:
        return Refinement(
            concrete=concrete.spec.name,
            abstract=abstract.spec.name,
            seconds=time.perf_counter() - started,
            partial=(*left_out, *still),
            **{"states": 0, "steps": 0, "abstract_states": 0, **sizes, **found},
        )

    def ask() -> Refinement:
        sizes: dict[str, int] = {}
        try:
            reached = _reached(concrete, graph, max_states, engine)
            sizes["states"] = len(reached)
            reached.go_on()
            check = _Check(concrete, abstract, mapping, reached, at_once)
            sizes |= {"steps": len(reached.sources), "abstract_states": len(check.seen)}
            found = check.initial() or check.steps() or (check.fairness() if fair else None)
            found = check.as_tried(found or check.bound(), fair)
        except KeyboardInterrupt:
            return result(_stopped("interrupted"), **sizes)
        still = () if check.moves else (f"no step of {abstract.spec.name} was seen",)
        return result(found, *still, **sizes)

    return in_time(max_seconds, ask, lambda bound: result(_stopped(bound)))


def _stopped(bound: str) -> dict[str, Any]:
    return {"verdict": Verdict.UNKNOWN, "bound": bound}


def _reached(
    concrete: Model, graph: Graph | None, max_states: int | None, engine: str
) -> Graph | PlainGraph:
    """The graph that is given, or that of the reachable states."""
    few = None
    if engine == "quick" and graph is None:
        few = few_states(concrete, max_states=max_states)
    return graph_of(concrete, graph, max_states) if few is None else few


def refuse_arguments(mapping: Any, fair: bool, at_once: int) -> None:
    """Raise `UsageError` for what no refinement can be asked of."""
    if at_once < 1 or (at_once > 1 and fair):
        raise UsageError(
            f"at_once={at_once}, fair={fair}",
            allowed="at_once=1, or a larger number with fair=False",
            cure="pass fair=False: fairness is compared step by step",
        )
    if not callable(mapping):
        raise UsageError(
            f"{mapping!r} as a refinement mapping",
            allowed="a function from concrete to abstract states",
            cure="define one: `lambda state: state.seen_as(abstract.layout, {...})`",
        )


class _Check:
    """The concrete graph, the number of each state's view (`of`), and the graph of the views."""

    def __init__(
        self,
        concrete: Model,
        abstract: Model,
        mapping: Mapping,
        graph: Graph | PlainGraph,
        at_once: int,
    ) -> None:
        self.concrete, self.abstract, self.graph = concrete, abstract, graph
        self.view = checked(mapping, concrete, abstract)
        self.at_once = at_once
        self.inner = inner(graph)
        self.digraph = digraph_of(graph, self.inner)
        self.of, self.seen = image(graph, abstract, mapping)
        self.before, self.after = self.of[self.digraph.source], self.of[self.digraph.target]
        self.pairs = self.before * len(self.seen) + self.after
        self.begun = np.zeros(self.digraph.size, dtype=bool)
        self.begun[: graph.initial] = True

    @cached_property
    def stems(self) -> Stems:
        """The shortest ways to all the concrete states."""
        return Stems(self.digraph, self.begun, np.ones(self.digraph.size, dtype=bool))

    @cached_property
    def moves(self) -> bool:
        """Whether any step changes what is seen."""
        return bool((self.before != self.after).any())

    def steps_of(self, seen: Bools) -> NDArray[np.int64]:
        """Some of the abstract steps as pairs of views, without those that lead elsewhere."""
        chosen = seen & (self.seen.targets >= 0)
        pairs = self.seen.sources[chosen].astype(np.int64) * len(self.seen)
        return np.unique(pairs + self.seen.targets[chosen])

    # What must hold.

    def initial(self) -> dict[str, Any] | None:
        """An initial state that maps to none."""
        begin = {self.seen.number(state) for state in self.abstract.initial_states}
        for i in range(self.graph.initial):
            if int(self.of[i]) not in begin:
                trace = Trace((self.graph.state(i),), ())
                told = "the initial state maps to no initial state of the abstract specification"
                return self._violated(trace, told)
        return None

    def steps(self) -> dict[str, Any] | None:
        """The first step, on a shortest way, that has no abstract counterpart."""
        possible = self.steps_of(np.ones(len(self.seen.sources), dtype=bool))
        bad = numbers((self.before != self.after) & ~_is_in(self.pairs, possible))
        if self.at_once > 1 and len(bad):
            bad = bad[~_is_in(self.pairs[bad], self._several_steps(np.unique(self.pairs[bad])))]
        return self._no_counterpart(bad) if len(bad) else None

    def _several_steps(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of the pairs of views of which the second is reached by a few abstract steps."""
        world, seen, found = World(self.abstract), self.seen, []
        for start, group in groupby(pairs.tolist(), lambda pair: pair // len(seen)):
            near = states_within(world, seen.state(start), self.at_once)
            found += [pair for pair in group if seen.state(pair % len(seen)) in near]
        return np.array(found, dtype=np.int64)

    def _no_counterpart(self, bad: Ints) -> dict[str, Any]:
        edge = int(bad[np.argmin(self.stems.distance[self.digraph.source[bad]])])
        a, b = int(self.digraph.source[edge]), int(self.digraph.target[edge])
        step = self.graph.steps[int(self.graph.labels[self.inner[edge]])]
        way = (self.stems.to(a), [a])
        trace = tell(self.graph, self.inner, self.digraph, way, ())[0]
        trace = Trace((*trace.states, self.graph.state(b)), (*trace.steps, step))
        told = (
            f"the step {step} (to state {len(trace.states)}) changes what is seen, "
            f"but no step of {self.abstract.spec.name} does that"
        )
        allowed = tuple(World(self.abstract).successors(self.view(trace.states[-2])))
        return self._violated(trace, told, allowed=allowed)

    def _violated(self, trace: Trace, *reasons: str, **found: Any) -> dict[str, Any]:
        view = tuple(map(self.view, trace.states))
        return {
            "verdict": Verdict.VIOLATED, "trace": trace, "view": view, "reasons": reasons
        } | found  # fmt: skip

    def bound(self) -> dict[str, Any]:
        """Holds, or unknown if the graph was cut off."""
        was = "was" if self.graph.cuts == 1 else "were"
        bound = what_is_missing(self.graph, f"and {was} not checked")
        verdict = Verdict.HOLDS if bound is None else Verdict.UNKNOWN
        return {"verdict": verdict, "bound": bound}

    def as_tried(self, found: dict[str, Any], fair: bool) -> dict[str, Any]:
        """What was found, but where larger numbers in abstract steps may make a difference.

        Then a step may have a counterpart, or a fair one be possible, that was not tried.
        """
        demanded = resolve(self.abstract, self.abstract.spec.fairness) if fair else []
        stepped = "trace" in found and len(found["trace"]) > 0
        actions = actions_of(self.abstract) if stepped else fair_actions(self.abstract, demanded)
        beyond = [not_tried(self.abstract, actions)]
        beyond += [not_begun(self.abstract)] if "trace" in found and not stepped else []
        told = [f"in {self.abstract.spec.name}, {one}" for one in beyond if one is not None]
        if "trace" in found and found["trace"].loop is not None:  # that it is fair may be wrong
            mine = resolve(self.concrete, self.concrete.spec.fairness)
            told += filter(None, [not_tried(self.concrete, fair_actions(self.concrete, mine))])
        if not told:
            return found
        bound = [found["bound"]] if found.get("bound") else []
        return {"verdict": Verdict.UNKNOWN, "bound": "; ".join((*bound, *told))}

    # Fairness.

    def fairness(self) -> dict[str, Any] | None:
        """A fair concrete behavior that breaks a fairness condition of the abstract model."""
        demands = demands_on(self.graph, resolve(self.concrete, self.concrete.spec.fairness))
        for wanted in resolve(self.abstract, self.abstract.spec.fairness):
            found = self._unfair(self._lifted(wanted), demands)
            if found is not None:
                trace, reasons = tell(self.graph, self.inner, self.digraph, found, demands)
                told = f"{wanted[0]} of {members(wanted[1])} does not carry over:"
                return self._violated(trace, told, *reasons)
        return None

    def _lifted(self, wanted: Demanded) -> Demand:
        """A fairness condition of the abstract model, on the concrete graph."""
        condition, group = wanted
        steps = moving_any(self.seen, group)
        taken = (self.before != self.after) & _is_in(self.pairs, self.steps_of(steps))
        enabled = enabling(self.seen, steps)[self.of]
        return Demand(str(condition), condition.strong, enabled, taken)

    def _unfair(self, broken: Demand, demands: list[Demand]) -> tuple[list[int], list[int]] | None:
        """A lasso that is fair in the concrete model and breaks an abstract condition."""
        stems, allowed = self.stems, ~broken.taken
        inside = stems.reached if broken.strong else stems.reached & broken.enabled
        visits = (broken.enabled,) if broken.strong else ()
        fair = fair_components(self.digraph, inside, allowed, demands, visits)
        found = shortest_lasso(
            self.digraph, stems.order, stems.distance, fair, allowed, demands, visits
        )
        return found and (stems.to(found[0]), found[1])


def states_within(world: World, start: State, steps: int) -> set[State]:
    """The states that are reached from one by up to so many steps."""
    near, border = {start}, {start}
    for _ in range(steps):
        border = {after for state in border for _, after in world.successors(state)} - near
        near |= border
    return near


def _is_in(values: NDArray[np.int64], among: NDArray[np.int64]) -> Bools:
    """Which of the values are among some that are sorted."""
    at = np.minimum(np.searchsorted(among, values), max(0, len(among) - 1))
    found: Bools = among[at] == values if len(among) else np.zeros(len(values), dtype=bool)
    return found
