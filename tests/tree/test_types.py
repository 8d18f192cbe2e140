"""Annotations have types, types are joined and compared; what could be confused is refused."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Any, Literal

import pytest

from raftnb.data.errors import SpecError
from raftnb.language import Domain, Map, Message, Nat, Process, Record, Seq, Set
from raftnb.tree import nodes
from raftnb.tree.nodes import BOOL, INT, NEVER, NOTHING, TEXT
from raftnb.tree.types import confusable, fits, join, overlap, type_of


class Color(Enum):
    """A color."""

    RED = "red"


class Level(IntEnum):
    """A number by name."""

    LOW = 1


class Item(Domain, number="items"):
    """A thing."""


class Pair(Record):
    """Two numbers."""

    left: int
    right: int


class Triple(Pair):
    """And one more."""

    more: int


class Quad(Pair):
    """And one more, of another class."""

    other: int


class Twin(Record):
    """Two numbers of another class."""

    left: int
    right: int


A, B = nodes.Text(frozenset("a")), nodes.Text(frozenset("b"))
PAIR, TRIPLE, TWIN, QUAD = map(nodes.RecordOf, (Pair, Triple, Twin, Quad))


@pytest.mark.parametrize(
    "annotation",
    [bool | int, float, list[int], tuple[int, float], tuple, Any, Level, Seq[bool | int], Process],
    ids=str,
)
def test_a_type_whose_values_are_not_the_languages_is_refused(annotation: Any) -> None:
    with pytest.raises(SpecError) as error:
        type_of(annotation)
    assert error.value.allowed
    assert error.value.cure


@pytest.mark.parametrize(
    "annotation",
    [
        Seq[int] | Seq[Color],
        Set[int] | Set[Item] | None,
        Map[Item, int] | Map[int, Item],
        tuple[int, Color] | tuple[Color, int],
        tuple[int, Color] | tuple[int, Color, int],
        tuple[int, int] | Seq[Nat],
        Seq[tuple[int, Color] | Seq[int]],
    ],
    ids=str,
)
def test_a_union_that_its_common_type_is_wider_than_is_refused(annotation: Any) -> None:
    with pytest.raises(SpecError, match="items of both") as error:
        type_of(annotation)
    assert error.value.cure


@pytest.mark.parametrize(
    ("annotation", "type_"),
    [
        (Seq[int | Color] | Seq[Color], nodes.SeqOf(nodes.OneOf((INT, nodes.Choice(Color))))),
        (tuple[Nat, int] | Seq[int], nodes.SeqOf(INT)),
        (tuple[Nat, Color] | tuple[int, Color], nodes.TupleOf((INT, nodes.Choice(Color)))),
        (Literal["a"] | Literal["b"] | None, nodes.Option(nodes.Text(frozenset("ab")))),
        (Seq[int] | Set[int], nodes.OneOf((nodes.SeqOf(INT), nodes.SetOf(INT)))),
        (Set[int] | Set[int | None], nodes.SetOf(nodes.Option(INT))),
    ],
)
def test_a_union_that_its_common_type_says_is_taken(annotation: Any, type_: nodes.Type) -> None:
    assert type_of(annotation) == type_


def test_a_class_with_a_meaning_of_its_own_is_refused() -> None:
    class Sly(Record):
        """Equal to everything."""

        n: int

        def __eq__(self, other: object) -> bool:
            """Always."""
            return True

    with pytest.raises(SpecError, match="__eq__"):
        type_of(Sly)


@pytest.mark.parametrize(
    ("annotation", "type_"),
    [
        (
            Pair | Twin | None,
            nodes.Option(nodes.OneOf((nodes.RecordOf(Pair), nodes.RecordOf(Twin)))),
        ),
        (Nat, nodes.Int(True)),
        (Seq[Seq[int]], nodes.SeqOf(nodes.SeqOf(nodes.INT))),
        (
            Map[Item, Set[Item]],
            nodes.MapOf(nodes.Member("Item"), nodes.SetOf(nodes.Member("Item"))),
        ),
        (Color, nodes.Choice(Color)),
        (Message, nodes.RecordOf(Message)),
    ],
    ids=str,
)
def test_an_annotation_has_its_type(annotation: Any, type_: nodes.Type) -> None:
    assert type_of(annotation) == type_


@pytest.mark.parametrize(
    ("a", "b", "both"),
    [
        (INT, nodes.Int(True), INT),
        (NOTHING, INT, nodes.Option(INT)),
        (NEVER, INT, INT),
        (nodes.SeqOf(NEVER), nodes.SeqOf(INT), nodes.SeqOf(INT)),
        (nodes.SeqOf(NOTHING), nodes.SeqOf(INT), nodes.SeqOf(nodes.Option(INT))),
        (NEVER, NOTHING, NOTHING),
        (nodes.MapOf(TEXT, NOTHING), nodes.MapOf(TEXT, INT), nodes.MapOf(TEXT, nodes.Option(INT))),
        (A, B, nodes.Text(frozenset("ab"))),
        (A, TEXT, TEXT),
        (PAIR, TRIPLE, PAIR),
        (PAIR, TWIN, nodes.OneOf((PAIR, TWIN))),
        (nodes.Option(PAIR), TWIN, nodes.Option(nodes.OneOf((PAIR, TWIN)))),
        (nodes.OneOf((TRIPLE, TWIN)), PAIR, nodes.OneOf((PAIR, TWIN))),
        (nodes.OneOf((TRIPLE, QUAD)), PAIR, PAIR),
        (nodes.OneOf((A, INT)), B, nodes.OneOf((nodes.Text(frozenset("ab")), INT))),
        (INT, TEXT, nodes.OneOf((INT, TEXT))),
        (nodes.SeqOf(INT), nodes.SetOf(INT), nodes.OneOf((nodes.SeqOf(INT), nodes.SetOf(INT)))),
        (nodes.Range(INT), nodes.SeqOf(INT), nodes.OneOf((nodes.Range(INT), nodes.SeqOf(INT)))),
    ],
)
def test_the_common_type_is_never_just_the_first(
    a: nodes.Type, b: nodes.Type, both: nodes.Type
) -> None:
    assert join(a, b) == both
    assert set(getattr(join(b, a), "options", ())) == set(getattr(both, "options", ()))
    assert fits(a, join(b, a))
    assert fits(b, join(a, b))


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (PAIR, TRIPLE, True),
        (PAIR, TWIN, False),
        (nodes.Choice(Color), TEXT, False),
        (INT, TEXT, False),
        (nodes.Option(INT), NOTHING, True),
        (A, B, False),
        (A, TEXT, True),
        (INT, NOTHING, False),
        (nodes.SeqOf(INT), nodes.SeqOf(NEVER), True),
        (nodes.SeqOf(INT), nodes.SeqOf(TEXT), False),
        (nodes.SeqOf(INT), nodes.Range(INT), False),
        (nodes.RecordOf(Pair, sent=False), PAIR, False),
        (nodes.OneOf((INT, PAIR)), TRIPLE, True),
        (nodes.Member("Item"), nodes.Member("Node"), False),
    ],
    ids=str,
)
def test_which_types_have_equal_values(a: nodes.Type, b: nodes.Type, *, equal: bool) -> None:
    assert overlap(a, b) == overlap(b, a) == equal


def test_truth_values_and_numbers_are_confused_by_python_wherever_they_stand() -> None:
    assert confusable(BOOL, INT)
    assert confusable(nodes.SeqOf(nodes.Option(BOOL)), nodes.SeqOf(INT))
    assert confusable(nodes.MapOf(TEXT, INT), nodes.MapOf(TEXT, BOOL))
    assert not confusable(nodes.MapOf(INT, BOOL), nodes.MapOf(INT, BOOL))
