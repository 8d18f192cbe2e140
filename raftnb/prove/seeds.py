"""One proof with several seeds of the solver: whether its verdict is luck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from raftnb.data.verdict import Answer, Verdict, counted
from raftnb.language.proof import Proof
from raftnb.prove.explain import prove_or_explain
from raftnb.prove.report import Checked, Report


@dataclass(frozen=True, repr=False)
class Seeds(Answer):
    """What came of a proof with each seed, in the order in which they were asked for.

    *holds* where it does with each of them, *violated* where one finds a run from the start that
    breaks a claim; anything else is *unknown*. `bound` is what stopped it before the last seed.
    """

    reports: tuple[Report, ...]
    bound: str | None = None

    @property
    def verdict(self) -> Verdict:
        """*holds*, *violated* or *unknown*."""
        found = {report.verdict for report in self.reports}
        if Verdict.VIOLATED in found:
            return Verdict.VIOLATED
        return Verdict.HOLDS if found == {Verdict.HOLDS} and self.bound is None else Verdict.UNKNOWN

    @property
    def same(self) -> bool:
        """Whether every seed proves the same conditions."""
        return len({frozenset(map(named, report.unknown)) for report in self.reports}) == 1

    @property
    def seconds(self) -> float:
        """The time of all of them."""
        return sum(report.seconds for report in self.reports)

    @property
    def partial(self) -> tuple[str, ...]:
        """What the answer does not cover, with any seed."""
        return tuple(dict.fromkeys(one for report in self.reports for one in report.partial))

    @property
    def solver(self) -> str:
        """The solver and its version."""
        return self.reports[0].solver

    @property
    def seed(self) -> str:
        """The seeds, in words."""
        return ", ".join(str(report.seed) for report in self.reports)

    @property
    def violation(self) -> Any:
        """The first run from the start that breaks a claim, or None."""
        return next((report.violation for report in self.reports if report.violation), None)

    def as_json(self) -> dict[str, Any]:
        """The result as plain JSON data."""
        return {
            "verdict": str(self.verdict),
            "property": self.property,
            "bound": self.bound,
            "partial": list(self.partial),
            "same": self.same,
            "seeds": [report.as_json() for report in self.reports],
        }

    def __str__(self) -> str:
        same = "the same conditions are proved" if self.same else "not the same is proved"
        lines = [f"{self.verdict}: {same} with {counted(len(self.reports), 'seed')}"]
        lines += [f"stopped: {self.bound}"] if self.bound else []
        for report in self.reports:
            slowest = max((c.seconds for c in conditions(report)), default=0.0)
            times = f"{report.seconds:.1f} seconds, {slowest:.1f} of them for one condition"
            first, *more = str(report).splitlines()
            lines += [f"seed {report.seed}: {first}", f"  {times}", *(f"  {row}" for row in more)]
        return "\n".join(lines)

    @property  # the last one: it shadows the decorator's name
    def property(self) -> str | None:
        """The claim that is violated, or None."""
        return next((report.property for report in self.reports if report.property), None)


def conditions(report: Report) -> tuple[Checked, ...]:
    """All conditions of a report."""
    return (*report.checked, *report.defined)


def named(one: Checked) -> tuple[str, str, int]:
    """Which condition it is."""
    return one.claim, one.action, one.case


def prove_with_seeds(proof: Proof, *, seed: int, seeds: int, trust: bool, **options: Any) -> Seeds:
    """A proof with so many seeds, from `seed` on, one after the other.

    Conditions are the same with each seed, so the translation is compared with running it once.
    `options` and errors are those of `prove`.
    """

    def asked() -> Iterator[Report]:
        for number in range(seed, seed + seeds):
            told = trust or number > seed
            yield prove_or_explain(proof, seed=number, trust=told, **options)

    reports: list[Report] = []
    for report in asked():
        reports.append(report)
        if report.bound is not None:
            return Seeds(tuple(reports), f"with seed {report.seed} {report.bound}")
    return Seeds(tuple(reports))


__all__ = ["Seeds", "prove_with_seeds"]
