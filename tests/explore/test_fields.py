"""A field stands at one place in all records of a class, or is looked for in each."""

from __future__ import annotations

import pytest

from raftnb.data.errors import UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.explore.compiled.tables import Tables
from raftnb.language import Globals, Process, Record, Spec, either, when


class Named(Record):
    name: int


class Sized(Record):
    size: int


class Thing(Sized, Named):
    """Its `size` is its second field: what it is made of last comes first."""


class Shelf(Globals):
    top: Sized = Sized(0)
    tag: Named = Named(3)


class Hand(Process):
    def put(self, most: int) -> None:
        when(Shelf.top.size < most)
        Shelf.top = either(Sized(Shelf.top.size + 1), Thing(7, Shelf.top.size + 1))

    def call(self) -> None:
        Shelf.tag = either(Named(Shelf.top.size), Thing(Shelf.tag.name, 5))


def small(most: int) -> bool:
    return Shelf.top.size <= most and Shelf.tag.name <= 3


def never_three() -> bool:
    return Shelf.top.size != 3


SHELF = Spec(
    name="shelf", processes=(Hand,), shared=(Shelf,), constants={"most": 3}, invariants=(small,)
)


def test_fields_of_classes_above_and_below_are_found() -> None:
    compiled, plain = (check(SHELF(), engine=e, deadlock=False) for e in ("compiled", "reference"))
    assert compiled.verdict is plain.verdict is Verdict.HOLDS
    assert (compiled.distinct, compiled.generated) == (plain.distinct, plain.generated)
    wrong = SHELF.variant("three", invariants=(never_three,))
    assert check(wrong(), engine="compiled").property == "never_three"


def test_where_it_stands_is_told_for_all_classes_below(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tables, "offset", lambda self, cls, name: 1)
    with pytest.raises(UsageError, match="in Python"):
        check(SHELF.variant("any", invariants=())(), engine="compiled", deadlock=False)
