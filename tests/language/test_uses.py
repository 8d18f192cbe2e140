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


def double(n: int) -> int:
    return 2 * n


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


def builtin_compared(car: Car) -> bool:
    return car.x != tuple  # noqa: E721


def builtin_named(car: Car) -> bool:
    count = len
    return count(Board.log) < 4 or car.x == 0


def builtin_put_inside(car: Car) -> bool:
    return (car.x, max) != (1, max)


def builtin_handed_on() -> bool:
    return sum(Board.log, len) != 3  # type: ignore[call-overload]


def builtin_in_a_set() -> bool:
    return len in {len, max}


def own_function_compared(car: Car) -> bool:
    return car.x != double


def method_not_called(car: Car) -> bool:
    return bool(car.speed) or car.x == 0


def method_negated(car: Car) -> bool:
    return not car.speed


def method_of_a_member() -> bool:
    return all(car.speed for car in Car)  # type: ignore[truthy-function]


def method_compared(car: Car) -> bool:
    return car.speed != car.x


def action_compared(car: Car) -> bool:
    return car.go is not None


def method_of_a_map() -> bool:
    return Board.m.get != 3


def method_of_a_text() -> bool:
    return "a".upper != "A"


def map_compared(car: Car) -> bool:
    return car.x != Map


WRONG = (
    builtin_compared, builtin_named, builtin_put_inside, builtin_handed_on, builtin_in_a_set,
    own_function_compared, method_not_called, method_negated, method_of_a_member, method_compared,
    action_compared, method_of_a_map, method_of_a_text, map_compared,
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


class Asker(Process):
    """`request` is a variable here, and an action of the class below."""

    request: int = 0
    peer: Car | None = None

    def ask(self) -> None:
        when(self.request == 0)
        self.request += 1


class Server(Process, number="servers"):
    """`request` is an action, and `speed` a variable."""

    speed: int = 0
    last: Asker | None = None

    def request(self) -> None:
        when(self.speed == 0)
        self.speed = 1


def variable_here(asker: Asker) -> bool:
    return asker.request < 5 and all(server.speed < 5 for server in Server)


def variable_of_a_variable(server: Server) -> bool:
    return server.last is None or server.last.request < 5


def method_there(server: Server) -> bool:
    return server.request != 5


def method_of_each() -> bool:
    return all(server.request for server in Server)  # type: ignore[truthy-function]


def method_of_a_variable(asker: Asker) -> bool:
    return asker.peer is None or not asker.peer.speed


@pytest.mark.parametrize("claim", [variable_here, variable_of_a_variable])
def test_a_variable_may_be_called_like_a_method_of_another_class(
    claim: Callable[..., bool],
) -> None:
    found = check(both(claim)(), deadlock=False)
    assert found.verdict is Verdict.HOLDS


@pytest.mark.parametrize("claim", [method_there, method_of_each, method_of_a_variable])
def test_a_method_is_called_also_where_another_class_has_a_variable_of_its_name(
    claim: Callable[..., bool],
) -> None:
    with pytest.raises(SpecError, match="a method that is not called"):
        both(claim)


def both(claim: Callable[..., bool]) -> Spec:
    sizes = {"cars": 1, "servers": 1}
    return Spec("both", (Asker, Server, Car), (Board,), constants=sizes, invariants=(claim,))


class Careless(Car):
    def go(self) -> None:
        when(self.speed)
        self.x = 5


def test_a_guard_that_is_not_called_is_refused_with_its_cure() -> None:
    with pytest.raises(SpecError, match="a method that is not called") as error:
        Spec("careless", (Careless,), constants={"cars": 1})
    assert error.value.cure == "call it: `self.speed()`"
