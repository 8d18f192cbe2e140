"""What comes of holding a log against a specification."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from raftnb.conform.behavior import Behavior
from raftnb.conform.lines import numbered
from raftnb.data.account import Account, Moment, Stop
from raftnb.data.trace import Trace
from raftnb.data.verdict import Answer, Verdict

MOST_SHOWN = 10_000
"""How many events a page shows: those before the one that does not fit, or the last."""


@dataclass(frozen=True)
class FirstMisfit:
    """The first event that is no step of the specification, and why not, for each alternative."""

    line: int
    event: dict[str, Any]
    reasons: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The event as plain JSON data."""
        return {"line": self.line, "event": self.event, "reasons": list(self.reasons)}

    def __str__(self) -> str:
        shown = json.dumps(self.event)
        shown = shown if len(shown) <= 300 else shown[:297] + "..."
        return "\n".join([f"line {self.line}: {shown}", *(f"  {r}" for r in self.reasons)])


@dataclass(frozen=True)
class BrokenClaim:
    """A claim that is false for the first time: after which line's steps, and for what values."""

    claim: str
    line: int
    told: str

    def as_json(self) -> dict[str, Any]:
        """The claim as plain JSON data."""
        return {"claim": self.claim, "line": self.line, "told": self.told}

    def __str__(self) -> str:
        return f"line {self.line}: {self.told} is false"


@dataclass(frozen=True, repr=False)
class Conformance(Answer):
    """Whether a log fits a specification.

    *holds*: all events fit, and what the specification claims is true all along the behavior.
    *violated*: `first_misfit` is the first event that fits in no way that was tried, after the
    longest prefix that does; or a claim in `broken` is false. *unknown*: `bound` was reached;
    `first_misfit` is then the furthest event that did not fit.
    `events` is how many were read, `matched` how many fit, `behavior` the steps that they stand
    for, `trace` the same as a trace, which for a long log takes time and memory to make.
    """

    verdict: Verdict
    spec: str
    events: int
    matched: int
    seconds: float
    behavior: Behavior = field(compare=False)
    first_misfit: FirstMisfit | None = None
    broken: tuple[BrokenClaim, ...] = ()
    bound: str | None = None
    partial: tuple[str, ...] = ()
    property: str | None = None

    @cached_property
    def trace(self) -> Trace:
        """The behavior that fits, from its first state to the last."""
        return self.behavior.trace()

    def around(self, before: int = 3) -> Trace:
        """The end of the behavior: what the last events that fit stand for."""
        return self.behavior.trace(max(0, self.matched - before))

    def account(self, events: Iterable[Any], most: int = MOST_SHOWN) -> Account:
        """The log beside the behavior, for a page: the last `most` events that fit, and the next.

        `events` are those that were asked about, once more.
        """
        first = max(0, self.matched - most)
        start, happened = self.behavior.events(first)
        lines = itertools.islice(numbered(events), first, self.matched)
        broken: dict[int, list[str]] = {}
        for one in self.broken:
            broken.setdefault(one.line, []).append(f"{one.told} is false")
        moments = tuple(
            Moment(line, json.dumps(event), *what, tuple(broken.get(line, ())))
            for (line, event), what in zip(lines, happened, strict=True)
        )
        stop, misfit = None, self.first_misfit
        if misfit is not None:
            stop = Stop(misfit.line, json.dumps(misfit.event), misfit.reasons)
        return Account(start, moments, stop, first)

    def as_json(self) -> dict[str, Any]:
        """The answer as plain JSON data."""
        misfit = self.first_misfit
        return {
            "verdict": str(self.verdict),
            "specification": self.spec,
            "events": self.events,
            "matched": self.matched,
            "steps": len(self.behavior),
            "first_misfit": None if misfit is None else misfit.as_json(),
            "claims": [one.as_json() for one in self.broken],
            "property": self.property,
            "bound": self.bound,
            "partial": list(self.partial),
            "seconds": round(self.seconds, 3),
        }

    def __str__(self) -> str:
        rows = [f"{self.verdict}: {self.matched:,} of the events fit `{self.spec}`"]
        if self.verdict is Verdict.HOLDS:
            all_ = "the only event fits" if self.events == 1 else f"all {self.events:,} events fit"
            rows = [f"holds: {all_} `{self.spec}`"]
        if self.bound:
            rows[0] += f"; {self.bound}"
        if self.first_misfit:
            rows += ["the first that does not:", str(self.first_misfit)]
        rows += [f"claim broken, {one}" for one in self.broken]
        return "\n".join([*rows, *self.partial])
