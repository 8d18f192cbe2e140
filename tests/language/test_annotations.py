"""Annotations are checked: when the Spec is made, and whenever a value is assigned or given."""

from __future__ import annotations

from enum import Enum, Flag, IntEnum, StrEnum
from typing import Annotated, Any, ClassVar, Literal, Optional, Union

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import State
from raftnb.data.values import SortedSet
from raftnb.explore import check
from raftnb.language import (
    Delivery,
    Domain,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    Spec,
    either,
    history,
    send,
    when,
)
from raftnb.language.universe import Natural

ENGINES = pytest.mark.parametrize("engine", ["fast", "reference"])
Term = Annotated[int, Natural()]


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 0


class Word(StrEnum):
    A = "a"


class Bits(Flag):
    ONE = 1


class Lucky(Enum):
    SEVEN = 7

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 7


class Key(Domain, number="keys"):
    """A domain."""


class Pair(Record):
    left: int
    right: Color | None = None


class Wide(Pair):
    more: Nat = 0


def variable(annotation: Any, initial: Any) -> type[Process]:
    """A process class with one variable `x`, and an action that never happens."""
    space = {"__module__": __name__, "__annotations__": {"x": annotation}, "x": initial}
    return type(Process)("Holder", (Process,), space)


def spec_of(annotation: Any, initial: Any) -> Spec:
    return Spec("one", (variable(annotation, initial),), (), (Key,), {"keys": 2})


GOOD: list[tuple[Any, list[Any], list[Any]]] = [
    (bool, [True, False], [0, 1, None, "True"]),
    (int, [0, 1, -1], [True, 1.0, "1", None, Color.RED]),
    (Nat, [0, 1], [-1, True, 1.0]),
    (Term, [0, 5], [-1, False]),
    (str, ["", "a"], [1, None, Color.RED, Word.A, b"a"]),
    (None, [None], [0, False, ()]),
    (Literal["a", 1], ["a", 1], [True, "b", 1.0]),
    (Literal[Color.RED, None], [Color.RED, None], [Color.BLUE, "red"]),
    (Color, list(Color), ["red", "RED", Level.LOW, 0]),
    (Color | None, [Color.RED, None], [0, "RED"]),
    (Optional[int], [None, 3], [True, "3"]),  # noqa: UP045
    (Union[int, str], [1, "1"], [True, None]),  # noqa: UP007
    (Seq[int], [(), (1, 2)], [[1], (True,), (1, "a"), frozenset(), Map()]),
    (tuple[int, bool], [(1, True)], [(1, 1), (True, True), (1,), (1, True, True)]),
    (tuple[()], [()], [(1,)]),
    (Set[int], [frozenset(), frozenset({1})], [{1}, frozenset({True}), (1,)]),
    (Set[tuple[int, Set[int]]], [frozenset({(1, frozenset({2}))})], [frozenset({(1, (2,))})]),
    (Map[str, Nat], [Map(), Map({"a": 1})], [{"a": 1}, Map({"a": -1}), Map({1: 1})]),
    (Map[int, Seq[bool]], [Map({1: (True,)})], [Map({1: (1,)}), Map({True: (True,)})]),
    (Pair, [Pair(1), Pair(1, Color.RED), Wide(1)], [Pair(True), Pair(1, "red"), Wide(1, None, -1)]),
    (Wide, [Wide(1)], [Pair(1), None]),
    (Pair | int, [Pair(1), 1], [Pair("a"), True]),
]


@pytest.mark.parametrize(("annotation", "right", "wrong"), GOOD)
def test_a_value_is_one_that_the_annotation_allows(annotation, right, wrong) -> None:
    for value in right:
        state = spec_of(annotation, value)().initial_states[0]
        assert state["holder", "x"] == value
    for value in wrong:
        with pytest.raises(SpecError, match=r"holder\.x") as error:
            _ = spec_of(annotation, value)().initial_states
        assert error.value.allowed
        assert error.value.cure


@pytest.mark.parametrize(("annotation", "right", "wrong"), GOOD)
def test_a_state_that_is_given_is_checked_as_well(annotation, right, wrong) -> None:
    model = spec_of(annotation, right[0])()
    for value in wrong:
        try:
            state = State(model.layout, (value,))
        except TypeError:
            continue  # not even hashable
        with pytest.raises(SpecError, match=r"holder\.x"):
            model.start(state)


def test_history_variables_are_checked_too() -> None:
    with pytest.raises(SpecError, match=r"holder\.x"):
        Spec("ghost", (variable(int, history("a")),))


BAD: list[tuple[Any, str]] = [
    (float, "float"),
    (list, "list"),
    (list[int], "list"),
    (dict[str, int], "dict"),
    (set[int], "set"),
    (Any, "Any"),
    (object, "object"),
    (tuple, "tuple"),
    (frozenset, "frozenset"),
    (Map, "Map"),
    (Seq, "`Seq[T]`"),
    (Seq[float], "float"),
    (Map[str, list[int]], "list"),
    (Level, "Level"),
    (Word, "Word"),
    (Bits, "Bits"),
    (Lucky, "Lucky"),
    (Level | None, "Level"),
    (bytes, "bytes"),
    (type, "type"),
    (bool | int, "equal though they differ"),
    (Nat | bool, "equal though they differ"),
    (Seq[bool] | Seq[int], "equal though they differ"),
    (tuple[bool, str] | tuple[int, str] | None, "equal though they differ"),
    (Set[bool | Nat], "equal though they differ"),
    (Map[int, str] | Map[bool, str], "equal though they differ"),
    (Literal[1, True], "Literal"),
    (Literal[0] | bool, "equal though they differ"),
    (Literal[1.5], "1.5"),
    ("Missing", "cannot be resolved"),
]


@pytest.mark.parametrize(("annotation", "found"), BAD)
def test_an_annotation_that_is_no_type_of_the_language_is_refused(annotation, found) -> None:
    with pytest.raises(SpecError) as error:
        spec_of(annotation, None)
    assert found in error.value.found
    assert "Holder" in error.value.place
    assert error.value.allowed
    assert error.value.cure


def test_a_domain_that_the_spec_does_not_name_is_refused() -> None:
    with pytest.raises(SpecError, match="the domain `Key`, which the Spec does not name"):
        Spec("one", (variable(Key | None, None),))


class Loose(Record):
    value: bool | int


class Letter(Message):
    body: Pair


class Post(Process, number="posts"):
    """Sends and keeps what it should not."""

    kept: Pair = Pair(0)
    marks: Map[str, Set[str]] = Map()
    limit: ClassVar[int] = 3

    def keep(self, wrong: bool) -> None:
        """Keep a pair of numbers, or of something else."""
        self.kept = Pair(True if wrong else 1)  # type: ignore[arg-type]

    def write(self, other: Post, wrong: bool) -> None:
        """Send a pair of numbers, or of something else."""
        send(Letter(body=Pair("a" if wrong else 1)), to=other)  # type: ignore[arg-type]

    def mark(self) -> None:
        """Sets inside a map come out in the language's order."""
        when(len(self.marks) == 0)
        self.marks = Map({"m": frozenset({"c", "a", "b"})})


POST = Spec("post", (Post,), constants={"posts": 1}, delivery=Delivery())


@pytest.mark.parametrize("action", ["keep", "write"])
def test_a_record_is_checked_where_it_is_made(action: str) -> None:
    world = POST().start()
    post = world["p1"]
    arguments = {"keep": (True,), "write": (post, True)}[action]
    with pytest.raises(SpecError, match=r"as the value of a record") as error:
        getattr(post, action)(*arguments)
    assert "Pair(" in error.value.place
    assert "test_annotations.py, line" in error.value.place
    assert world.state == POST().initial_states[0]


@ENGINES
def test_every_engine_refuses_what_is_wrong_and_says_where(engine: str) -> None:
    with pytest.raises(SpecError, match="as the value of a record") as error:
        check(POST(), engine=engine)
    assert "Pair(" in error.value.place


def test_what_is_stored_is_in_the_order_of_the_language() -> None:
    world = POST().start()
    world["p1"].mark()
    found = world["p1"].marks["m"]
    assert type(found) is SortedSet
    assert tuple(found) == ("a", "b", "c")


class Named(Record):
    key: Key


def test_a_record_that_passed_in_one_model_is_checked_again_in_another() -> None:
    spec = spec_of(Named | None, None)
    with spec(keys=2).start() as larger:
        second = Named(larger.members(Key)[1])  # made, and so checked, where there are two keys
        assert spec(keys=2).admitted(0, second) is second
    with pytest.raises(SpecError, match=r"k2 \(Key\) in Named\(key=k2\) as the value of"):
        spec(keys=1).admitted(0, second)
    assert repr(second) == "Named(key=k2)"
    assert second == Named(second.key)


@pytest.mark.parametrize("wrong", [True, (1, True), (False,)])
def test_what_is_equal_to_a_value_that_passed_is_checked_again(wrong: Any) -> None:
    model = spec_of(int | Seq[int], 0)()
    for right in (1, 0, (1, 1), (0,)):
        assert model.admitted(0, right) is right
    with pytest.raises(SpecError, match=r"\(bool\).* as the value of `holder.x`"):
        model.admitted(0, wrong)


def test_fields_of_records_are_annotated_as_variables_are() -> None:
    with pytest.raises(SpecError, match="equal though they differ") as error:
        spec_of(Loose | None, None)
    assert ", in Loose: `value: " in error.value.place


class Chooser(Process):
    n: Nat = 0
    color: Color = Color.RED

    def choose(self, color: Color, n: Nat, flag: bool) -> None:
        """Takes anything."""
        self.color, self.n = color, either(n, 0)


@pytest.mark.parametrize(
    "wrong", [("red", 0, True), (Color.RED, -1, True), (Color.RED, True, True), (Color.RED, 0, 1)]
)
def test_arguments_given_by_hand_are_checked(wrong: tuple[Any, ...]) -> None:
    world = Spec("chooser", (Chooser,))().start()
    with pytest.raises(SpecError, match="of `choose`"):
        world["chooser"].choose(*wrong)
    world["chooser"].choose(Color.BLUE, 17, False, choose=(17,))
    assert world["chooser"].n == 17


def test_a_state_has_as_many_values_as_the_layout_has_variables() -> None:
    layout = POST().layout
    for values in ((), (Pair(0),), (Pair(0), Map(), 1)):
        with pytest.raises(UsageError, match=f"a state of {len(values)} value"):
            State(layout, values)
