"""What driving an implementation has found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from raftnb.data.errors import UsageError
from raftnb.data.trace import Trace
from raftnb.data.verdict import Answer, Verdict, counted
from raftnb.drive.adapter import Adapter
from raftnb.drive.play import Difference
from raftnb.drive.written import as_test
from raftnb.language.spec import Model

if TYPE_CHECKING:
    from raftnb.draw.picture import Picture


@dataclass(frozen=True, repr=False)
class Driven(Answer):
    """What came of driving an implementation by a specification.

    `differences` has each kind of difference once, the shortest scenes first; `property` names the
    first, `trace` is the behavior of the specification that it leaves, and `note` says how. `model`
    and `adapter` are the two, `walks` says how many walks were made, `inputs` how many inputs
    given, `differing` how many walks ended at a difference. Walks without a difference
    are no proof: the verdict is then *unknown*, and `bound` says how many there were.
    """

    verdict: Verdict
    model: Model
    adapter: Adapter
    walks: int
    inputs: int
    seconds: float
    differences: tuple[Difference, ...] = ()
    differing: int = 0
    bound: str | None = None
    partial: tuple[str, ...] = ()

    @property
    def trace(self) -> Trace | None:
        """What the specification does in the first scene; its last step differs."""
        return self.differences[0].trace if self.differences else None

    @property
    def note(self) -> str:
        """What the implementation does instead, in the first scene."""
        return self.differences[0].note if self.differences else ""

    @property  # the last one: from here on the name means this
    def property(self) -> str | None:
        """The first difference in a few words."""
        return self.differences[0].name if self.differences else None

    def drawn(self, number: int = 1) -> Picture:
        """One of the scenes as a message sequence diagram; below it, what was done instead.

        Raises `UsageError` if there is no difference of this number (from 1).
        """
        from raftnb.drive.pictures import drawn  # drawing takes longer to import than most walks

        if not 1 <= number <= len(self.differences):
            raise UsageError(
                f"difference {number!r} of {len(self.differences)}",
                place="drawing a difference",
                allowed=f"1 to {len(self.differences)}" if self.differences else "none was found",
                cure="make more walks" if not self.differences else "give one of these",
            )
        return drawn(self.differences[number - 1])

    def as_test(self) -> str:
        """A file of tests, one for each difference, that runs alone: `pytest FILE.py`.

        A test fails as long as the implementation differs there. Raises `UsageError` for a
        specification or an adapter that no file defines, from where the test could import it.
        """
        return as_test(self.model, self.adapter, self.differences)

    def as_json(self) -> dict[str, Any]:
        """The result as plain JSON data."""
        return {
            "verdict": str(self.verdict),
            "specification": self.model.spec.name,
            "constants": self.model.constants,
            "adapter": repr(self.adapter),
            "walks": self.walks,
            "differing": self.differing,
            "inputs": self.inputs,
            "seconds": round(self.seconds, 3),
            "bound": self.bound,
            "property": self.property,
            "differences": [_as_json(one) for one in self.differences],
            "partial": list(self.partial),
        }

    def __str__(self) -> str:
        beside = f"{self.adapter!r} beside {self.model.spec.name}"
        head = f"{self.verdict}: {beside}, {counted(self.inputs, 'input')}"
        lines = [head + f" in {counted(self.walks, 'walk')}"]
        if self.differing and self.walks > 1:
            kinds = len(self.differences)
            lines.append(f"{self.differing:,} walks differ, in {kinds} way{'s' * (kinds != 1)}")
        for number, one in enumerate(self.differences, start=1):
            lines += _in_lines(one, number)
        if self.bound:
            lines.append(f"stopped: {self.bound}")
        lines += [f"note: {sentence}" for sentence in self.partial]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The text, and the scenes drawn."""
        pictures = "".join(self.drawn(n + 1).svg for n in range(len(self.differences)))
        return super()._repr_html_() + pictures


def _in_lines(one: Difference, number: int) -> list[str]:
    steps = len(one.scene)
    lines = [f"difference {number}, {steps} step{'s' * (steps != 1)}: {one.name}"]
    lines += [f"  {n}. {words}" for n, words in enumerate(one.words, start=1)]
    lines += [f"  {wrong}" for wrong in one.mismatches]
    return lines + [f"  the specification: {rule}" for rule in one.rules]


def _as_json(one: Difference) -> dict[str, Any]:
    return {
        "name": one.name,
        "scene": [list(given.as_tuple()) for given in one.scene],
        "words": list(one.words),
        "mismatches": [wrong._asdict() for wrong in one.mismatches],
        "rules": list(one.rules),
        "trace": one.trace.as_json(),
    }


__all__ = ["Driven"]
