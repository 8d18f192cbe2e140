"""The reference engine: plain Python, the meaning that the fast engine is compared with."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.trace import State, StateGraph, Step, Trace
from raftnb.data.values import order
from raftnb.data.verdict import Verdict
from raftnb.explore.bindings import Binding, truth
from raftnb.explore.bounds import bounding
from raftnb.explore.conclusion import conclude, never_taken, not_checked, remarks
from raftnb.explore.given import asked, at_least, the_model
from raftnb.explore.narrowed import allowing, looking
from raftnb.explore.possible import Prospect
from raftnb.explore.result import Exploration, ExplorationOptions, Stop
from raftnb.language.claims import Property
from raftnb.language.spec import Model
from raftnb.language.world import World


def is_within_limits(model: Model, world: World) -> bool:
    """Whether a world's messages are within the limits of the network."""
    if model.message_limits is None:
        return True
    distinct, copies = model.message_limits
    return len(world.bag) <= distinct and all(n <= copies for n in world.bag.values())


def is_within_bounds(model: Model, world: World) -> bool:
    """Whether a world's state is within the limits of the network and the constraints."""
    return is_within_limits(model, world) and bounding(model)[1](world)


class GivenUp(Exception):
    """The run went on for too long for who asked for it."""


class Reference:
    """The reference engine: plain Python, one state after the other, nothing clever.

    Where `too_long` says so of it, and of how many states were expanded, `run` raises `GivenUp`.
    With symmetry `stands_for` gives the state that is met in place of another one; the first time
    it is that state itself.
    """

    def __init__(
        self,
        model: Model,
        options: ExplorationOptions,
        claims: bool = True,
        too_long: TooLong | None = None,
        stands_for: Callable[[State], State] | None = None,
    ) -> None:
        self.too_long, self.begun = too_long, 0.0
        self.model, self.deadlock = model, options.deadlock
        self.max_states, self.max_depth = options.max_states, options.max_depth
        self.world, self.here, self.next = World(model), World(model), World(model)
        self.symmetry, self.stands_for = options.symmetry, stands_for or (lambda state: state)
        if options.symmetry:  # members have no order
            for world in (self.world, self.here, self.next):
                world.unordered = frozenset(domain.root for domain in model.spec.symmetric)
        self.allows = allowing(options.action_constraints) if options.action_constraints else None
        self.look = looking(model, options.view) if options.view else None
        self.seen: set[Any] = set()
        self.merged = 0
        self.parent: dict[State, tuple[State, Step] | None] = {}
        self.depth: dict[State, int] = {}
        self.generated, self.cut = 0, 0
        instances = self.world.instances
        self.coverage = Counter({f"{i.process}.{i.action.name}": 0 for i in instances})
        self.invariants = asked(model, "invariants") if claims else ()
        self.transitions = asked(model, "transitions") if claims else ()
        awaited = asked(model, "sometimes") if claims else ()
        self.awaited = {p.__name__: p for p in awaited}
        self.witnesses: dict[str, Trace | None] = dict.fromkeys(self.awaited)
        self.started = time.perf_counter()

    def run(self) -> Exploration:
        """Explore to the end, to the first violation, or to a bound."""
        try:
            return self._run()
        except KeyboardInterrupt:
            return self._result(Verdict.UNKNOWN, bound="interrupted")
        except Stop as stop:
            return self._result(stop.verdict, **stop.found)

    def _run(self) -> Exploration:
        self.begun = time.process_time()
        queue: list[State] = []
        for state in self.model.initial_states:
            if broken := self.arrive(state, None, 1, queue):
                return self._violated(broken, state)
        for expanded, state in enumerate(queue):
            if self.too_long is not None and self.too_long(self, expanded):
                raise GivenUp
            if self.max_depth is not None and self.depth[state] >= self.max_depth:
                return self._result(Verdict.UNKNOWN, bound=f"max_depth {self.max_depth}")
            moved = False
            for step, after in self.world.successors(state):
                moved = True
                self.coverage[f"{step.process}.{step.action}"] += 1
                if broken := self._broken_transition(state, after):
                    return self._violated_step(broken, state, step, after)
                if broken := self.arrive(after, (state, step), self.depth[state] + 1, queue):
                    return self._violated(broken, after)
            if not moved and self.deadlock and not self._is_final(state):
                return self._violated("deadlock", state)
        return self._result(**self._conclude())

    def _conclude(self) -> dict[str, Any]:
        return conclude(self.model, len(self.depth), self.witnesses, self.cut, self.merged)

    def arrive(
        self, state: State, parent: tuple[State, Step] | None, depth: int, queue: list[State]
    ) -> str | None:
        """Meet a state; return the name of an invariant that it breaks.

        Raises `Stop` for one that is to be visited beyond `max_states`.
        """
        self.generated += 1
        allowed = parent is None or self._is_allowed(parent[0], state)
        state = self.stands_for(state)
        if state in self.parent:
            self.cut += state not in self.depth or not allowed
            return None
        self.here.load(state)
        view = self._view()
        if allowed and view in self.seen and is_within_bounds(self.model, self.here):
            self.merged += 1
            return None
        for claim in self.invariants:
            if self.here.failure(claim) is not None:
                self.parent[state], self.depth[state] = parent, depth
                return claim.__name__
        if not allowed:
            self.cut += 1
            return None
        self.parent[state] = parent
        if not is_within_bounds(self.model, self.here):
            self.cut += 1
            return None
        if self.max_states is not None and len(self.depth) >= self.max_states:
            raise Stop(Verdict.UNKNOWN, bound=f"max_states {self.max_states}")
        self.depth[state] = depth
        self._visit(state, view, queue)
        return None

    def _visit(self, state: State, view: Any, queue: list[State]) -> None:
        queue.append(state)
        if self.look is not None:
            self.seen.add(view)
        for name, claim in list(self.awaited.items()):
            if self.here.failure(claim) is None:
                self.witnesses[name] = self._trace(state)
                del self.awaited[name]

    def _view(self) -> Any:
        """What the view says of the state that is met."""
        if self.look is None:
            return None
        with self.here:
            return order(self.look(self.here))

    def _is_allowed(self, state: State, after: State) -> bool:
        """Whether a step is within the constraints on steps; what the network limits is cut."""
        if self.allows is None:
            return True
        with self._step(state, after):
            return not is_within_limits(self.model, self.next) or self.allows(self.here)

    @contextmanager
    def _step(self, state: State, after: State) -> Iterator[None]:
        """Let claims be about a step."""
        self.here.load(state)
        self.next.load(after)
        self.here.next = self.next
        yield
        self.here.next = None

    @cached_property
    def _steps(self) -> tuple[dict[State, set[State]], set[State]]:
        """For each state those with a step to it; and the states with a step out of those met."""
        into: dict[State, set[State]] = defaultdict(set)
        leaving = set()
        for state in self.depth:
            for _, after in self.world.successors(state):
                into[after].add(state)
                if after not in self.depth:
                    leaving.add(state)
        return into, leaving

    def _able(self, goal: set[State]) -> set[State]:
        """The states from which one of the goal can be reached."""
        into, _ = self._steps
        able, todo = set(goal), list(goal)
        for state in todo:
            more = into[state] - able
            able |= more
            todo += more
        return able

    def prospect(self, claim: Property, binding: Binding) -> Prospect:
        """From which of the states one with a claim, its parameters bound, can be reached."""
        true_in, there = truth(self.model, claim, binding), set()
        for state in self.depth:
            self.here.load(state)
            with self.here:
                if true_in(self.here):
                    there.add(state)
        _, leaving = self._steps
        hopeful = self._able(there | leaving)
        lost = next((state for state in self.depth if state not in hopeful), None)
        trace = None if lost is None else self._trace(lost)
        return Prospect(trace, len(self.depth.keys() - self._able(there)))

    def _broken_transition(self, state: State, after: State) -> str | None:
        """The name of a claim about steps that this one breaks."""
        if not self.transitions:
            return None
        with self._step(state, after):
            broken = (c for c in self.transitions if self.here.failure(c) is not None)
            return next((claim.__name__ for claim in broken), None)

    def _violated_step(self, name: str, state: State, step: Step, after: State) -> Exploration:
        trace = self._trace(state)
        trace = Trace((*trace.states, after), (*trace.steps, step))
        return self._result(Verdict.VIOLATED, property=name, trace=trace)

    def _is_final(self, state: State) -> bool:
        self.here.load(state)
        final = self.model.spec.final
        return final is not None and self.here.failure(final) is None

    def _trace(self, state: State) -> Trace:
        states, steps = [state], []
        while (link := self.parent[states[-1]]) is not None:
            states.append(link[0])
            steps.append(link[1])
        return Trace(tuple(reversed(states)), tuple(reversed(steps)))

    def _violated(self, name: str, state: State) -> Exploration:
        return self._result(Verdict.VIOLATED, property=name, trace=self._trace(state))

    def _result(self, verdict: Verdict, **found: Any) -> Exploration:
        coverage = dict(self.coverage)
        return Exploration(
            verdict,
            distinct=len(self.depth),
            generated=self.generated,
            depth=max(self.depth.values(), default=0),
            seconds=time.perf_counter() - self.started,
            witnesses=self.witnesses,
            coverage=coverage,
            never_taken=never_taken(self.model, coverage) if found.get("complete") else (),
            not_checked=not_checked(self.model),
            cut=self.cut,
            merged=self.merged,
            partial=remarks(self.model, self.witnesses, self.cut, self.symmetry, self.merged),
            **found,
        )


@told_plainly
def state_graph(model: Model, max_states: int = 2_000) -> StateGraph:
    """The graph of the reachable states (within the constraints), up to a number of states."""
    at_least(1, max_states=max_states)
    engine = Reference(the_model(model), ExplorationOptions(deadlock=False), claims=False)
    queue: list[State] = []
    for state in model.initial_states:
        engine.arrive(state, None, 1, queue)
    number = {state: i for i, state in enumerate(queue)}
    edges: list[tuple[int, Step, int]] = []
    initial, complete = len(queue), True
    for state in queue:
        for step, after in engine.world.successors(state):
            if after not in number and len(queue) >= max_states:
                complete = False
                continue
            engine.arrive(after, (state, step), 0, queue)
            if after not in number and queue[-1] == after:
                number[after] = len(number)
            if after in number:
                edges.append((number[state], step, number[after]))
    return StateGraph(tuple(queue), tuple(edges), initial, complete)


TooLong = Callable[[Reference, int], bool]
