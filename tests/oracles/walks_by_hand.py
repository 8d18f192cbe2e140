"""Random walks in plain Python, with the same random numbers: what walks are."""

from __future__ import annotations

from typing import Any

import numpy as np

from raftnb.data.trace import State
from raftnb.explore.given import asked
from raftnb.explore.reference import is_within_bounds
from raftnb.explore.walkers import BATCH
from raftnb.language import Model, World


class WalksByHand:
    """The first walks of a seed: one step of each, and then the next.

    `paths` are the states that each has come through; where a violation has ended them, `property`
    names it, and `end` is the way there.
    """

    def __init__(
        self, model: Model, seed: int, walks: int, depth: int, *, deadlock: bool = True
    ) -> None:
        self.model, self.property, self.deadlock = model, "", deadlock
        self.invariants, self.transitions = asked(model, "invariants"), asked(model, "transitions")
        self.end: tuple[State, ...] = ()
        self.paths: list[list[State]] = []
        if self.is_over([[state] for state in model.initial_states], last=True):
            return
        inside = [state for state in model.initial_states if self.is_inside(state)]
        chance = np.random.default_rng([seed, 0])
        for pick in chance.random(BATCH)[: walks if inside else 0]:
            self.paths.append([inside[int(pick * len(inside))]])
        going = self.paths
        for _ in range(depth):
            if self.is_over(going):
                return
            picks = chance.random(BATCH)
            going = [path for n, path in enumerate(going) if self.step(path, picks[self.at(path)])]
        self.is_over(going, last=True)

    def at(self, path: list[State]) -> int:
        return next(n for n, one in enumerate(self.paths) if one is path)

    def is_inside(self, state: State) -> bool:
        return is_within_bounds(self.model, World(self.model, state))

    def after(self, path: list[State]) -> list[State]:
        return [state for _, state in World(self.model).successors(path[-1])]

    def is_false(self, claim: Any, before: State, state: State) -> bool:
        about_steps = claim in self.transitions
        here = World(self.model, before if about_steps else state)
        here.next = World(self.model, state) if about_steps else None
        return here.failure(claim) is not None

    def is_over(self, going: list[list[State]], *, last: bool = False) -> bool:
        """Whether a walk has come to a violation, or a step from where it is would be one."""
        final = self.model.spec.final
        for path in going:
            for claim in self.invariants:
                if self.is_false(claim, path[-1], path[-1]):
                    return self.ended(claim.__name__, path)
        for path in going if self.deadlock and not last else ():
            is_end = final is not None and World(self.model, path[-1]).failure(final) is None
            if not self.after(path) and not is_end:
                return self.ended("deadlock", path)
        return not last and any(map(self.leads_out, going))

    def leads_out(self, path: list[State]) -> bool:
        """Whether a step breaks a claim about steps, or one beyond the constraints another."""
        here, found = path[-1], self.after(path)
        beyond = [state for state in found if not self.is_inside(state)]
        if any(self.is_false(c, here, s) for c in self.invariants for s in beyond) or (
            any(self.is_false(c, here, s) for c in self.transitions for s in found)
        ):
            claims = (*self.invariants, *self.transitions)
            ways = ((c, s) for c in claims for s in found if self.is_false(c, here, s))
            claim, state = next(ways)
            return self.ended(claim.__name__, [*path, state])
        return False

    def ended(self, name: str, path: list[State]) -> bool:
        self.property, self.end = name, tuple(path)
        return True

    def step(self, path: list[State], pick: float) -> bool:
        ways = [state for state in self.after(path) if self.is_inside(state)]
        path += [ways[int(pick * len(ways))]] if ways else []
        return bool(ways)
