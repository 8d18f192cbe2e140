"""What came of a proof: condition by condition, and in all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from raftnb.data.trace import State, Step
from raftnb.data.verdict import Verdict

START = "the start"


@dataclass(frozen=True)
class Checked:
    """One condition: of which claim, after which action, and whether it was proved.

    `used` are the claims that the solver needed (not the fewest possible).
    """

    claim: str
    action: str
    case: int
    proved: bool
    seconds: float
    why: str = ""
    used: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f" after {self.action}" if self.action else ""
        return f"{self.claim}{where}: {'proved' if self.proved else f'unknown ({self.why})'}"


@dataclass(frozen=True)
class Counterexample:
    """A step from a state in which the invariant holds to one in which a conjunct does not.

    It is a counterexample to induction: the first state need not be reachable, and then the
    invariant is too weak to say so. `claim` is the conjunct that fails, `values` what it fails for.
    """

    claim: str
    before: State
    step: Step
    after: State
    values: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The counterexample as plain JSON data."""
        return {
            "claim": self.claim,
            "step": self.step.as_json(),
            "before": self.before.as_json(),
            "after": self.after.as_json(),
        }

    def __str__(self) -> str:
        lines = [f"{self.claim} is not preserved by {self.step}"]
        lines += ["from this state, which may be unreachable:"]
        lines += [f"     {row}" for row in repr(self.before).split("\n")]
        lines += ["the step changes:"]
        lines += [f"     {change}" for change in self.before.changes(self.after)]
        return "\n".join(lines)

    __repr__ = __str__


@dataclass(frozen=True)
class Report:
    """What came of a proof: *holds* only where every condition was proved.

    *violated* where a counterexample to induction was found; otherwise *unknown*, with `bound`
    saying what stopped it. `unknown` conditions are neither proved nor refuted. `not_covered` are
    claims of the specification that the proof says nothing about.
    """

    name: str
    checked: tuple[Checked, ...]
    seconds: float
    solver: str
    seed: int
    bound: str | None = None
    counterexamples: tuple[Counterexample, ...] = ()
    not_covered: tuple[str, ...] = field(default=())

    @property
    def verdict(self) -> Verdict:
        """*holds*, *violated* or *unknown*."""
        if self.counterexamples:
            return Verdict.VIOLATED
        done = self.bound is None and self.checked and not self.unknown
        return Verdict.HOLDS if done else Verdict.UNKNOWN

    @property
    def unknown(self) -> tuple[Checked, ...]:
        """The conditions that were not proved."""
        return tuple(c for c in self.checked if not c.proved)

    @property
    def failing(self) -> tuple[tuple[str, str], ...]:
        """The claims that were not proved, each with the action, once."""
        return tuple(dict.fromkeys((c.claim, c.action) for c in self.unknown))

    @property
    def dependencies(self) -> dict[str, tuple[str, ...]]:
        """For each claim, the other claims that its proof used."""
        found: dict[str, set[str]] = {}
        for one in self.checked:
            found.setdefault(one.claim, set()).update(one.used)
        return {name: tuple(sorted(used - {name})) for name, used in sorted(found.items())}

    def as_json(self) -> dict[str, Any]:
        """The result as plain JSON data."""
        slow = sorted(self.checked, key=lambda c: -c.seconds)[:5]
        data: dict[str, Any] = {
            "verdict": str(self.verdict),
            "obligations": len(self.checked),
            "proved": len(self.checked) - len(self.unknown),
            "seconds": round(self.seconds, 3),
            "slowest": [
                {"claim": c.claim, "action": c.action, "seconds": round(c.seconds, 3)} for c in slow
            ],
            "solver": self.solver,
            "seed": self.seed,
        }
        optional = {
            "bound": self.bound,
            "not_covered": list(self.not_covered),
            "unknown": [{"claim": c, "action": a} for c, a in self.failing],
            "counterexamples": [c.as_json() for c in self.counterexamples],
        }
        return data | {k: v for k, v in optional.items() if v}

    def __str__(self) -> str:
        proved = len(self.checked) - len(self.unknown)
        lines = [f"{self.verdict}: {proved} of {len(self.checked)} conditions proved ({self.name})"]
        if self.bound:
            lines.append(f"stopped: {self.bound}")
        if self.not_covered:
            lines.append(f"not covered by the proof: {', '.join(self.not_covered)}")
        for claim, action in self.failing:
            lines.append(f"not proved: {claim}" + (f" after {action}" if action else ""))
        lines += [str(c) for c in self.counterexamples]
        return "\n".join(lines)

    __repr__ = __str__


__all__ = ["Checked", "Counterexample", "Report"]
