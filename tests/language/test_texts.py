"""Values are not written into text: members would be told by name, and sets by their hashes."""

# ruff: noqa: UP031
from __future__ import annotations

import pytest

from raftnb.data.errors import SpecError
from raftnb.language import Globals, Map, Nat, Process, Seq, Set, Spec, either

FORM = "%s"
FORMS = ("%s", "%d")


class Said(Globals):
    text: str = ""
    maybe: str | None = None
    lines: Seq[str] = ()
    named: Map[Nat, str] = Map()
    counts: Map[str, Nat] = Map()
    numbers: Seq[Nat] = (7,)


class Speaker(Process, number="speakers"):
    n: Nat = 0
    words: Set[str] = frozenset()

    def go(self) -> None:
        self.n = 1


def said(n: Nat) -> str:
    return "%d"


class Constant(Speaker):
    def go(self) -> None:
        Said.text = "%s" % self


class OfASet(Speaker):
    def go(self) -> None:
        Said.text = "%s" % (frozenset({"a", "b"}),)


class OfTheModule(Speaker):
    def go(self) -> None:
        Said.text = FORM % self


class OfSeveral(Speaker):
    def go(self) -> None:
        Said.text = FORMS[0] % self


class Local(Speaker):
    def go(self) -> None:
        form = "%s" + "!"
        Said.text = form % self


class Variable(Speaker):
    def go(self) -> None:
        Said.text = Said.text % self


class Augmented(Speaker):
    def go(self) -> None:
        Said.text %= self


class Optional(Speaker):
    def go(self) -> None:
        Said.text = Said.maybe % self


class Item(Speaker):
    def go(self) -> None:
        Said.text = Said.lines[0] % self


class InAMap(Speaker):
    def go(self) -> None:
        Said.text = Said.named.get(0, "") % self


class InALoop(Speaker):
    def go(self) -> None:
        for line in self.words:
            Said.text = line % self


class Chosen(Speaker):
    def go(self) -> None:
        Said.text = either(*Said.lines) % self


class OfAnOperator(Speaker):
    def go(self) -> None:
        Said.text = said(self.n) % self.n


class Conditional(Speaker):
    def go(self) -> None:
        Said.text = ("%s" if self.n else "%d").upper() % self.n


@pytest.mark.parametrize(
    "cls",
    [
        Constant, OfASet, OfTheModule, OfSeveral, Local, Variable, Augmented, Optional, Item,
        InAMap, InALoop, Chosen, OfAnOperator, Conditional,
    ],
)  # fmt: skip
def test_values_written_into_text_are_refused(cls: type[Speaker]) -> None:
    with pytest.raises(SpecError, match="written into text") as refused:
        Spec("said", (cls,), (Said,), constants={"speakers": 1})
    assert refused.value.place


class Numbers(Speaker):
    def go(self) -> None:
        rest = Said.counts.get("a", 5) % 3 + Said.numbers[0] % 4
        for number in Said.numbers:
            rest += number % 2
        self.n = rest % 100
        self.n %= 7


def test_remainders_of_numbers_are_what_they_are() -> None:
    world = Spec("said", (Numbers,), (Said,), constants={"speakers": 1})().start()
    world["s1"].go()
    assert world["s1"].n == (5 % 3 + 7 % 4 + 7 % 2) % 7
