"""A class is no value, and what equals no value of the language is not compared."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import (
    Delivery,
    Globals,
    Map,
    Message,
    Process,
    Record,
    Seq,
    Spec,
    in_flight,
    when,
)


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Pair(Record):
    a: int


class Ask(Message):
    n: int


class Board(Globals):
    m: Map[int, int] = Map({1: 1})
    log: Seq[int] = (1, 2)
    color: Color = Color.RED
    pair: Pair | None = None


class Car(Process, number="cars"):
    x: int = 0

    def go(self) -> None:
        when(self.x == 0)
        self.x = 5

    def speed(self) -> int:
        return self.x


def of_the_class() -> bool:
    return Car.x != 5


def negated() -> bool:
    return not Car.x == 5  # noqa: SIM201


def operator_of_the_class() -> bool:
    return Car.speed(Car) != 5  # type: ignore[arg-type]


def class_among_members() -> bool:
    return all(Car.x != car.x for car in Car)


def class_compared(car: Car) -> bool:
    return car != Car


def enum_compared() -> bool:
    return Board.color != Color


def record_compared() -> bool:
    return Board.pair != Pair


def messages_of_no_kind() -> bool:
    return in_flight(Board) == ()  # type: ignore[type-var]


def messages_of_processes() -> bool:
    return in_flight(Car) == ()  # type: ignore[type-var]


def inner_name_of_globals() -> bool:
    return Board.variables != 5


def dict_compared() -> bool:
    return Board.m != {1: 1}


def list_compared() -> bool:
    return sorted(Board.log) != Board.log


def list_by_another_name() -> bool:
    ordered = sorted(Board.log)
    return Board.log != ordered


def view_compared() -> bool:
    return Board.m.values() != (1,)


def iterator_compared() -> bool:
    return (x for x in Board.log) != (1, 2)


def range_compared() -> bool:
    return range(2) != (0, 1)


def reversed_compared() -> bool:
    return reversed(Board.log) != Board.log


def dict_on_one_way() -> bool:
    return Board.m != ({1: 1} if Board.log else Board.m)


WRONG = (
    of_the_class, negated, operator_of_the_class, class_among_members, class_compared,
    enum_compared, record_compared, messages_of_no_kind, messages_of_processes,
    inner_name_of_globals, dict_compared, list_compared, list_by_another_name, view_compared,
    iterator_compared, range_compared, reversed_compared, dict_on_one_way,
)  # fmt: skip


def spec_of(claim: Callable[..., bool]) -> Spec:
    return Spec(
        "cars", (Car,), (Board,), delivery=Delivery(), constants={"cars": 2}, invariants=(claim,)
    )


@pytest.mark.parametrize("claim", WRONG, ids=lambda c: c.__name__)
def test_what_could_never_be_equal_is_refused_with_its_line(claim: Callable[..., bool]) -> None:
    with pytest.raises(SpecError) as error:
        spec_of(claim)
    assert f"in {claim.__name__}" in error.value.place
    assert error.value.cure


def members_are_gone_through(car: Car) -> bool:
    return (
        len(Car) == 2
        and car in Car
        and any(c == car for c in Car)
        and len(frozenset(Car)) == 2
        and Board.color in Color
        and Board.color == Color.RED
        and (Board.pair is None or isinstance(Board.pair, Pair))
        and in_flight(Ask) == ()
        and tuple(sorted(Board.log)) == Board.log
        and Board.m == Map({1: 1})
        and tuple(Board.m.values()) == (1,)
        and 1 in Board.m.values()
    )


def test_classes_stand_where_their_members_are_gone_through() -> None:
    found = check(spec_of(members_are_gone_through)(), progress=False, deadlock=False)
    assert found.verdict is Verdict.HOLDS
