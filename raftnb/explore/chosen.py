"""Which claims are asked: some of them, or those that are left after each violation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from raftnb.data.errors import UsageError
from raftnb.data.names import nearest
from raftnb.data.verdict import Verdict
from raftnb.explore.given import ASKED
from raftnb.explore.result import DEADLOCK, Exploration, ExplorationOptions, Violation
from raftnb.language.spec import Model


@dataclass(frozen=True)
class Choice:
    """A model of which some claims are asked, and the names of these (empty: all are asked)."""

    model: Model
    names: tuple[str, ...]

    def said(self, found: Exploration) -> Exploration:
        """What was found, *unknown* where some claims only were asked and none is violated."""
        if not self.names:
            return found
        only = f"only asked: {', '.join(self.names)}"
        if found.verdict is Verdict.VIOLATED:
            return replace(found, partial=(*found.partial, only))
        bound = f"{found.bound}; {only}" if found.bound else only
        return replace(found, verdict=Verdict.UNKNOWN, bound=bound)


def claims_of(model: Model) -> list[str]:
    """The names of the claims that an exploration asks about."""
    return list(dict.fromkeys(name for _, name in _places(model)))


def _places(model: Model) -> list[tuple[str, str]]:
    """Each claim, with the field that it is in: a claim may be in several."""
    spec = model.spec
    return [(field, claim.__name__) for field in ASKED for claim in getattr(spec, field)]


def _without(model: Model, places: Iterable[tuple[str, str]]) -> Model:
    """The model of which the claims in these places are not asked there."""
    left_out = model.left_out.union(places)
    return Model(model.spec, model.constants, model.history, model.starts, left_out)


def unasked(model: Model) -> Model:
    """The model of which no claim is asked."""
    return _without(model, _places(model))


def choice(model: Model, names: Iterable[str]) -> Choice:
    """The model of which only these claims are asked; raises `UsageError` for an unknown name."""
    wanted = tuple(dict.fromkeys([names] if isinstance(names, str) else names))
    known = claims_of(model)
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"`{name}`, which is no claim of `{model.spec.name}`",
                allowed=", ".join(known) or "nothing: it has no claims about states and steps",
                cure=nearest(name, known) or "name one of these",
            )
    if not wanted:
        return Choice(model, ())
    others = [place for place in _places(model) if place[1] not in wanted]
    return Choice(_without(model, others), wanted)


def _answered(model: Model, name: str) -> tuple[str, str]:
    """The place of a violated claim: the first in the order of answers where it is still asked."""
    return next(p for p in _places(model) if p[1] == name and p not in model.left_out)


def _violation(found: Exploration) -> Violation:
    return Violation(found.property, found.trace, found.reason)


def all_violations(
    model: Model,
    options: ExplorationOptions,
    ask: Callable[[Model, ExplorationOptions], Exploration],
    tell: Callable[[Violation], None] | None = None,
) -> Exploration:
    """Every claim that is violated, each asked anew without those that were violated before.

    Each is told when it is found. What is interrupted says what was found till then.
    """
    found: list[Exploration] = []

    def further() -> Exploration:
        try:
            return ask(model, options)
        except KeyboardInterrupt as stop:
            if not found:
                raise
            bound = str(stop) or "interrupted"
            return replace(found[-1], verdict=Verdict.UNKNOWN, bound=bound, seconds=0.0)

    while (last := further()).verdict is Verdict.VIOLATED:
        found.append(last)
        if tell is not None:
            tell(_violation(last))
        if last.bound is not None:  # it was interrupted, and is not to be followed by more work
            break
        name = str(last.property)
        if name == DEADLOCK:
            options = replace(options, deadlock=False)
        else:
            model = _without(model, [_answered(model, name.split(" ")[0])])
    if not found:
        return last
    first, *others = found
    return replace(
        last,
        verdict=Verdict.VIOLATED,
        property=first.property,
        trace=first.trace,
        reason=first.reason,
        others=tuple(map(_violation, others)),
        seconds=last.seconds + sum(one.seconds for one in found),
    )
