"""What came of a proof: condition by condition, and in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from raftnb.data.trace import State, Step, Trace
from raftnb.data.values import show, to_json
from raftnb.data.verdict import Answer, Verdict, counted

START = "the start"
FEW = 5


@dataclass(frozen=True)
class Checked:
    """One condition: of which claim, after which action, and whether it was proved.

    `used` are the claims that the solver needed (not the fewest possible). `defined` tells that the
    condition is that the claim has a value, and not that it is true; `remembered`, that it was
    proved in an earlier run, and not asked again.
    """

    claim: str
    action: str
    case: int
    proved: bool
    seconds: float
    why: str = ""
    used: tuple[str, ...] = ()
    defined: bool = False
    remembered: bool = False

    def __str__(self) -> str:
        where = f" after {self.action}" if self.action else ""
        return f"{self.claim}{where}: {'proved' if self.proved else f'unknown ({self.why})'}"


@dataclass(frozen=True)
class Compared:
    """How far the translation was compared with plain Python: it was the same in everything.

    `steps` were taken, `refused` is how often an action was tried that is not enabled, `claims`
    how many values of claims were compared; `untaken` are actions that no state enabled, `untried`
    the actions and claims for which nothing was compared.
    """

    states: int
    steps: int
    refused: int
    claims: int
    seconds: float
    untaken: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The comparison as plain JSON data."""
        return {**vars(self), "untaken": list(self.untaken), "untried": list(self.untried)}

    def __str__(self) -> str:
        line = (
            f"compared with running it in {counted(self.states, 'state')}: {self.steps} steps, "
            f"{self.refused} that are not enabled, {self.claims} times a claim"
        )
        if self.untaken:
            line += f"\nnever taken there: {', '.join(self.untaken)}"
        if self.untried:
            names, many = ", ".join(self.untried), f"{len(self.untried)} actions and claims"
            line += f"\nnot compared: {names if len(self.untried) <= FEW else many}"
        return line


def values_told(values: dict[str, Any]) -> str:
    """For which values something is: `, for t = 2, i = 1`."""
    told = ", ".join(f"{name} = {show(value)}" for name, value in values.items())
    return f", for {told}" if told else ""


@dataclass(frozen=True)
class Violation:
    """A run from an initial state to one, or with a step, where a claim is false."""

    claim: str
    trace: Trace
    values: dict[str, Any]

    def __str__(self) -> str:
        of = values_told(self.values)
        return f"{self.claim} is false after this run from the start{of}:\n{self.trace}"


@dataclass(frozen=True)
class Counterexample:
    """A step from a state in which the invariant holds to one in which a conjunct does not.

    It is a counterexample to induction: the first state need not be reachable, and then the
    invariant is too weak to say so. `claim` is the conjunct that fails, `values` what it fails for,
    `told` what is in the first state and not in every initial one. Without a step, the claim is
    one that does not follow from the invariant in that state, or an axiom that is false (then
    nothing is `told`).
    """

    claim: str
    before: State
    step: Step | None
    after: State | None
    values: dict[str, Any]
    told: tuple[str, ...] | None = None

    @property
    def trace(self) -> Trace:
        """The step as a trace, to be drawn or stepped through; without one, the state alone."""
        if self.step is None or self.after is None:
            return Trace((self.before,), ())
        return Trace((self.before, self.after), (self.step,))

    def as_json(self) -> dict[str, Any]:
        """The counterexample as plain JSON data."""
        return {
            "claim": self.claim,
            "values": {name: to_json(value) for name, value in self.values.items()},
            "step": None if self.step is None else self.step.as_json(),
            "before": self.before.as_json(),
            "after": None if self.after is None else self.after.as_json(),
        }

    def __str__(self) -> str:
        of = values_told(self.values)
        if self.told is None:
            return f"{self.claim} is false{of}"
        rows = [f"     {row}" for row in self.told]
        if self.step is None or self.after is None:
            lines = [f"{self.claim} does not follow from the invariant{of}"]
            return "\n".join([*lines, "in this state, which may be unreachable:", *rows])
        lines = [f"{self.claim} is not preserved by {self.step}{of}"]
        lines += ["from this state, which may be unreachable:", *rows, "the step changes:"]
        lines += [f"     {change}" for change in self.before.changes(self.after)]
        return "\n".join(lines)

    __repr__ = __str__


@dataclass(frozen=True, repr=False)
class Report(Answer):
    """What came of a proof: *holds* only where every condition was proved, and nothing left out.

    `checked` are the conditions, `defined` those that the claims have a value at all. *violated*
    only with a run from the start (`violation`); a condition that fails is *unknown*, with
    `counterexamples` to induction where `explain` found any. `bound` says what stopped it.
    `partial` is what it does not cover; `not_covered` are claims of the specification that the
    proof says nothing about. `refines` is the specification whose steps it was shown to take, too,
    which says nothing of fairness. `compared` says how the translation was tried out, or None.
    `assuming` is what the specification takes for granted.
    """

    name: str
    checked: tuple[Checked, ...]
    seconds: float
    solver: str
    seed: int
    bound: str | None = None
    defined: tuple[Checked, ...] = ()
    partial: tuple[str, ...] = ()
    not_covered: tuple[str, ...] = ()
    compared: Compared | None = None
    counterexamples: tuple[Counterexample, ...] = ()
    violation: Violation | None = None
    refines: str | None = None
    assuming: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """*holds*, *violated* or *unknown*."""
        if self.violation is not None:
            return Verdict.VIOLATED
        done = self.bound is None and not self.unknown and not self.partial
        return Verdict.HOLDS if done else Verdict.UNKNOWN

    @property
    def unknown(self) -> tuple[Checked, ...]:
        """The conditions that were not proved."""
        return tuple(c for c in (*self.checked, *self.defined) if not c.proved)

    @property
    def remembered(self) -> int:
        """How many conditions were proved in an earlier run, and not asked again."""
        return sum(one.remembered for one in (*self.checked, *self.defined))

    @property
    def _told_remembered(self) -> str:
        """How many, and how many of them are none of the conditions on the first line."""
        values = sum(one.remembered for one in self.defined)
        more = f", {values:,} of them that a claim has a value" if values else ""
        return counted(self.remembered, "condition") + more

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
            "property": self.property,
            "bound": self.bound,
            "partial": list(self.partial),
            "obligations": len(self.checked),
            "proved": sum(c.proved for c in self.checked),
            "seconds": round(self.seconds, 3),
            "slowest": [
                {"claim": c.claim, "action": c.action, "seconds": round(c.seconds, 3)} for c in slow
            ],
            "solver": self.solver,
            "seed": self.seed,
            "defined": {
                "conditions": len(self.defined),
                "proved": sum(c.proved for c in self.defined),
            },
            "remembered": self.remembered,
            "compared": None if self.compared is None else self.compared.as_json(),
        }
        violation = self.violation
        optional = {
            "refines": self.refines,
            "assuming": list(self.assuming),
            "not_covered": list(self.not_covered),
            "unknown": [{"claim": c, "action": a} for c, a in self.failing],
            "counterexamples": [c.as_json() for c in self.counterexamples],
            "trace": violation.trace.as_json() if violation is not None else None,
        }
        return data | {k: v for k, v in optional.items() if v}

    def __str__(self) -> str:
        proved = sum(c.proved for c in self.checked)
        what = self.name
        what += f", and that its steps are steps of {self.refines}" if self.refines else ""
        more = ", others not decided" if self.bound else ""
        asked = len(self.checked)
        told = f"{proved} of {asked} condition{'s' * (asked != 1)} proved{more}"
        lines = [f"{self.verdict}: {told} ({what})"]
        if any(not c.proved for c in self.defined):
            done = sum(c.proved for c in self.defined)
            lines.append(f"{done} of {len(self.defined)} conditions that the claims have a value")
        lines += [f"assuming {', '.join(self.assuming)}"] if self.assuming else []
        if self.remembered:
            lines.append(f"remembered from earlier runs: {self._told_remembered}")
        if self.bound:
            lines.append(f"stopped: {self.bound}")
        lines += self.partial
        open_ = "not proved so far" if self.bound else "not proved"  # what is open is asked again
        for claim, action in self.failing:
            lines.append(f"{open_}: {claim}" + (f" after {action}" if action else ""))
        if self.violation is not None:
            lines.append(str(self.violation))
        if any(one.step is not None for one in self.counterexamples):
            lines.append("not inductive; this is no run from the start:")
        lines += [str(c) for c in self.counterexamples]
        lines += [str(self.compared)] if self.compared is not None else []
        return "\n".join(lines)

    @property  # the last one: it shadows the decorator's name
    def property(self) -> str | None:
        """The claim that is violated, or None."""
        return self.violation.claim if self.violation is not None else None
