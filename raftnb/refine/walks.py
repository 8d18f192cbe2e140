"""Refinement on random walks, for what is too large to be explored."""

from __future__ import annotations

import random
import time
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.limits import in_time
from raftnb.data.progress import progress_bar
from raftnb.data.trace import State, Step, Trace
from raftnb.data.verdict import Verdict, counted
from raftnb.explore.conclusion import actions_of, begun_elsewhere, not_begun, not_tried
from raftnb.explore.given import at_least, the_model
from raftnb.explore.reference import is_within_bounds
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.refine.check import Mapping, Refinement, refuse_arguments, states_within
from raftnb.refine.mapped import checked

Way = tuple[Step, State]
REMEMBERED = 10_000
"""Of so many states the ways on are kept: walks come to the first ones again and again."""


@told_plainly
def refines_on_walks(
    concrete: Model,
    abstract: Model,
    mapping: Mapping,
    *,
    at_once: int = 1,
    walks: int = 10,
    depth: int = 100,
    seed: int = 0,
    max_seconds: float | None = None,
) -> Refinement:
    """Check a refinement on random walks: *violated* with the walk, or else *unknown*.

    Every step out of each state that is walked through is checked, also those that lead out of the
    bounds (which no walk takes); then one of them is taken, each action as likely as another.
    Steps are looked at, fairness is not. `at_once` is as in `refines`. Same seed, same walks. After
    `max_seconds` of this call they end with what was found.
    """
    at_least(1, walks=walks, depth=depth)
    at_least(0, seed=seed)
    refuse_arguments(mapping, False, at_once)
    work = _Walks(the_model(concrete), the_model(abstract), mapping, at_once)
    return in_time(max_seconds, lambda: work.run(walks, depth, seed), work.stopped)


class _Walks:
    """What was seen on the walks so far: states, steps, views, and which views follow which."""

    def __init__(self, concrete: Model, abstract: Model, mapping: Mapping, at_once: int) -> None:
        self.started = time.perf_counter()
        self.concrete, self.abstract, self.at_once = concrete, abstract, at_once
        self.view = checked(mapping, concrete, abstract)
        self.world, self.above, self.here = World(concrete), World(abstract), World(concrete)
        self.states: set[State] = set()
        self.known: dict[State, tuple[list[Way], int]] = {}
        self.near: dict[State, set[State]] = {}
        self.steps = 0

    def run(self, walks: int, depth: int, seed: int) -> Refinement:
        """Walk to the end, to the first step without a counterpart, or until interrupted."""
        chance = random.Random(seed)
        bound = f"{counted(walks, 'random walk')} of at most {counted(depth, 'step')}, seed {seed}"
        try:
            for state in self.concrete.initial_states:
                if self.view(state) not in self.abstract.initial_states:
                    told = "the initial state maps to no initial state of the abstract one"
                    return self._violated(Trace((state,), ()), told)
            with progress_bar("walks", True, walks) as bar:
                for _ in range(walks):
                    if (found := self._walk(depth, chance)) is not None:
                        return found
                    bar.update(1)
        except KeyboardInterrupt:
            bound = f"interrupted; {bound} were wanted"
        return self.stopped(bound)

    def stopped(self, bound: str) -> Refinement:
        """What there is to say at this bound."""
        return self._result(verdict=Verdict.UNKNOWN, bound=bound)

    def _walk(self, depth: int, chance: random.Random) -> Refinement | None:
        path, taken = [chance.choice(self.concrete.initial_states)], list[Step]()
        for _ in range(depth):
            onward, wrong = self._onward(path[-1])
            if wrong is not None:
                step, after = wrong
                told = (
                    f"the step {step} (to state {len(path) + 1}) changes what is seen, but no "
                    f"step of {self.abstract.spec.name} does that"
                )
                return self._violated(Trace((*path, after), (*taken, step)), told)
            if not onward:
                return None
            action = chance.choice(sorted({step.action for step, _ in onward}))
            step, after = chance.choice([way for way in onward if way[0].action == action])
            path.append(after)
            taken.append(step)
        return None

    def _onward(self, state: State) -> tuple[list[Way], Way | None]:
        """The ways that walks may take from a state, and the first that has no counterpart."""
        if state in self.known:
            onward, steps = self.known[state]
            self.steps += steps
            return onward, None
        before, onward, begun = self.view(state), list[Way](), self.steps
        self.states.add(state)
        for step, after in self.world.successors(state):
            self.steps += 1
            if not self._is_allowed(before, self.view(after)):
                return onward, (step, after)
            self.here.load(after)
            if is_within_bounds(self.concrete, self.here):
                onward.append((step, after))
        if len(self.known) < REMEMBERED:
            self.known[state] = onward, self.steps - begun
        return onward, None

    def _is_allowed(self, before: State, after: State) -> bool:
        """Whether the abstract specification can go from one view to another."""
        if before not in self.near:
            self.near[before] = states_within(self.above, before, self.at_once)
        return after in self.near[before]

    def _violated(self, trace: Trace, reason: str) -> Refinement:
        """What has no counterpart; unless it may be one with larger numbers than were tried."""
        model = self.abstract
        beyond = not_tried(model, actions_of(model)) if len(trace) else not_begun(model)
        if beyond is not None:
            told = f"{reason}; in {model.spec.name}, {beyond}"
            return self._result(verdict=Verdict.UNKNOWN, bound=told)
        seen = tuple(map(self.view, trace.states))
        return self._result(verdict=Verdict.VIOLATED, trace=trace, view=seen, reasons=(reason,))

    def _result(self, **found: Any) -> Refinement:
        unfair = ("fairness was not checked",) if self.abstract.spec.fairness else ()
        views = len(self.near)
        still = () if views > 1 else (f"no step of {self.abstract.spec.name} was seen",)
        return Refinement(
            concrete=self.concrete.spec.name,
            abstract=self.abstract.spec.name,
            states=len(self.states),
            steps=self.steps,
            abstract_states=views,
            seconds=time.perf_counter() - self.started,
            partial=(*begun_elsewhere(self.concrete), *unfair, *still),
            **found,
        )
