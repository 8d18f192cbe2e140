"""What is still possible: from every state that is reached, can some state with P be reached?

This is AG EF of CTL, which no claim about states, steps or single behaviors can say. The graph of
the reached states decides it. A state is *lost* if neither a state with P nor a step out of the
graph can be reached from it: there P is impossible for ever, whatever a bound left out. Where only
a step out of the graph may lead to P, nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

from raftnb.data.trace import Trace
from raftnb.data.verdict import Verdict, counted
from raftnb.explore.bindings import Binding, bindings, named
from raftnb.explore.conclusion import actions_of, not_tried
from raftnb.explore.given import asked
from raftnb.explore.result import Exploration
from raftnb.language.claims import Property
from raftnb.language.spec import Model


class Prospect(NamedTuple):
    """The trace to the first state that is lost, if any, and from how many P is not reached."""

    lost: Trace | None
    without: int


class Steps(Protocol):
    """The steps between numbered states: arrays of where each begins, and leads (-1: outside)."""

    @property
    def sources(self) -> Any: ...
    @property
    def targets(self) -> Any: ...
    def trace(self, number: int) -> Trace: ...


def prospect(steps: Steps, there: Any, reach: Callable[[Any], Any]) -> Prospect:
    """From which states one of those `there` can be reached (an array of bool).

    `reach` gives the states from which one of some can be reached.
    """
    able = reach(there)
    if able.all():
        return Prospect(None, 0)
    hopeful = there.copy()
    hopeful[steps.sources[steps.targets < 0]] = True
    (lost,) = (~reach(hopeful)).nonzero()
    return Prospect(steps.trace(int(lost[0])) if len(lost) else None, int((~able).sum()))


class Reached(Protocol):
    """The states that an engine has met, and the steps out of them."""

    def prospect(self, claim: Property, binding: Binding) -> Prospect:
        """From which of the states one with a claim, its parameters bound, can be reached."""


def with_possible(model: Model, result: Exploration, reached: Reached) -> Exploration:
    """The result of an exploration, with what it says of the claims of what is possible.

    They are asked when nothing else is violated, and not when the exploration was interrupted or
    had no memory left.
    """
    claims = asked(model, "possible")
    if not claims or result.verdict is Verdict.VIOLATED or not result.distinct:
        return result
    if result.bound is not None and result.bound.startswith(("interrupted", "max_memory")):
        names = ", ".join(claim.__name__ for claim in claims)
        return replace(result, partial=(*result.partial, f"not asked what is possible: {names}"))
    try:
        return _asked(model, result, reached)
    except KeyboardInterrupt:
        bound = "interrupted"
    except MemoryError:
        bound = "max_memory: the steps between the states do not fit"
    return _undecided(result, claims[0].__name__, f"{bound}; not decided what is possible")


def _asked(model: Model, result: Exploration, reached: Reached) -> Exploration:
    open_ones: dict[str, int] = {}
    for name, prospect in _prospects(model, reached):
        if prospect.lost is not None and (beyond := not_tried(model, actions_of(model))):
            return _undecided(result, name, f"possible {name}: not as far as was tried; {beyond}")
        if prospect.lost is not None:
            reason = f"from the last state on, no state with {name} can be reached any more"
            return replace(
                result, verdict=Verdict.VIOLATED, property=name, trace=prospect.lost,
                reason=reason, bound=None,
            )  # fmt: skip
        if prospect.without:
            open_ones[name] = prospect.without
    if not open_ones:
        return result
    bound = "; ".join(
        f"possible {name}: from {counted(many, 'state')} only beyond what was explored, if at all"
        for name, many in open_ones.items()
    )
    return _undecided(result, next(iter(open_ones)), bound)


def _prospects(model: Model, reached: Reached) -> Iterator[tuple[str, Prospect]]:
    for claim in asked(model, "possible"):
        for binding in bindings(model, (claim,)):
            yield named(claim.__name__, binding), reached.prospect(claim, binding)


def _undecided(result: Exploration, name: str, bound: str) -> Exploration:
    bounds = filter(None, (result.bound, bound))
    name = result.property or name
    return replace(result, verdict=Verdict.UNKNOWN, property=name, bound="; ".join(bounds))
