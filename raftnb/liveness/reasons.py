"""A lasso as a trace, and in words: what happens for ever, who starves, and why that is fair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from raftnb.data.trace import Trace
from raftnb.liveness.arrays import Ints
from raftnb.liveness.digraph import Digraph
from raftnb.liveness.edges import StepGraph
from raftnb.liveness.fair_cycles import Demand


def tell(
    graph: StepGraph, inner: Ints, digraph: Digraph, nodes: tuple[list[int], list[int]],
    demands: Sequence[Demand],
) -> tuple[Trace, tuple[str, ...]]:  # fmt: skip
    """The trace of a lasso and the reasons why nothing forbids it.

    `inner` are the numbers in `graph` of the edges of `digraph`; `nodes` is what `find_lasso` gave.
    """
    telling = _Telling(graph, inner, digraph, *nodes, demands)
    return telling.trace, tuple(telling.lines())


@dataclass(frozen=True, eq=False)
class _Telling:
    graph: StepGraph
    inner: Ints
    digraph: Digraph
    stem: list[int]
    loop: list[int]
    demands: Sequence[Demand]

    @cached_property
    def path(self) -> list[int]:
        return self.stem + self.loop[1:]

    @cached_property
    def edges(self) -> list[int]:
        pairs = pairwise(self.path)
        return [int(self.digraph.edges_between(a, b)[0]) for a, b in pairs]

    @cached_property
    def trace(self) -> Trace:
        states = tuple(self.graph.state(i) for i in self.path)
        steps = tuple(self.graph.step_along(int(self.inner[e])) for e in self.edges)
        return Trace(states, steps, loop=len(self.stem) - 1)

    @property
    def round(self) -> list[int]:
        """The edges of the loop."""
        return self.edges[len(self.stem) - 1 :]

    @cached_property
    def numbers(self) -> list[tuple[int, int]]:
        """The nodes of the loop, each once, with their numbers in the trace, from 1."""
        once = self.loop[:-1] or self.loop
        return [(node, number) for number, node in enumerate(once, len(self.stem))]

    def lines(self) -> Iterator[str]:
        """The reasons, one sentence a line."""
        if not self.round:
            yield self._stops()
            return
        steps = ", ".join(map(str, self.trace.steps[len(self.stem) - 1 :]))
        first, last = len(self.stem), len(self.path) - 1
        many = len(self.round)
        goes = "this step goes" if many == 1 else f"these {many} steps go"
        yield f"After state {first} {goes} round for ever: {steps}."
        if last >= first:
            yield f"State {last} is followed by state {first}."
        yield from self._starving()
        yield from self._met()

    def _stops(self) -> str:
        state, number = self.trace.last, len(self.stem)
        enabled = self._enabled_at(self.stem[-1])
        final = self.graph.model.spec.final
        if enabled:
            names = ", ".join(f"{process}.{action}" for process, action in enabled)
            return (
                f"In state {number} everything may stop: {names} could be taken, "
                "but no fairness condition forces it."
            )
        if final is not None and self.graph.model.holds(final, state):
            return f"The behavior ends in state {number}, which is final (`{final.__name__}`)."
        return f"State {number} is a deadlock: no step is enabled, so it stays there for ever."

    def _enabled_at(self, node: int) -> list[tuple[str, str]]:
        here = (self.graph.sources == node) & (self.graph.targets != node)
        steps = [self.graph.steps[i] for i in np.unique(self.graph.labels[here])]
        return list(dict.fromkeys((step.process, step.action) for step in steps))

    def _starving(self) -> Iterator[str]:
        """Who could move, but takes no step in the loop; which fairness would forbid that."""
        moving = {step.process for step in self.trace.steps[len(self.stem) - 1 :]}
        where: dict[tuple[str, str], list[int]] = {}
        for node, number in self.numbers:
            for label in self._enabled_at(node):
                where.setdefault(label, []).append(number)
        for (process, action), enabled in where.items():
            if process not in moving:
                yield self._why_not(process, action, enabled)

    def _why_not(self, process: str, action: str, enabled: list[int]) -> str:
        disabled = [number for _, number in self.numbers if number not in enabled]
        if not disabled:
            return (
                f"{process} takes no step in the loop, though {process}.{action} is enabled all "
                "the time: weak fairness of it would forbid the loop."
            )
        return (
            f"{process} takes no step in the loop: {process}.{action} is enabled in "
            f"{ranges(enabled)}, but disabled in {ranges(disabled)}. Weak fairness asks for a step "
            "only if it stays enabled; strong fairness of it would forbid the loop."
        )

    def _met(self) -> Iterator[str]:
        by_steps = []
        for demand in self.demands:
            if any(demand.taken[e] for e in self._parallel()):
                by_steps.append(demand.name)
                continue
            resting = [number for node, number in self.numbers if not demand.enabled[node]]
            always = "never enabled" if len(resting) == len(self.numbers) else "not enabled"
            where = "in the loop" if always == "never enabled" else f"in {ranges(resting)}"
            yield f"Met without a step: {demand.name}, which is {always} {where}."
        if by_steps:
            yield f"Met by steps in the loop: {', '.join(by_steps)}."

    def _parallel(self) -> Iterator[int]:
        for a, b in pairwise(self.loop):
            yield from self.digraph.edges_between(a, b).tolist()


def ranges(numbers: Sequence[int]) -> str:
    """States by their numbers: `state 3`, `states 3 to 5 and 7`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [str(r[0]) if len(r) == 1 else f"{r[0]} to {r[-1]}" for r in runs]
    front = ", ".join(parts[:-1])
    return ("states " if len(numbers) > 1 else "state ") + (
        f"{front} and {parts[-1]}" if front else parts[-1]
    )
