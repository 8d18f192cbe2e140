"""True and 1 are one item of a set in Python: where both may be, an action has no tree."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import Globals, Map, Process, Seq, Set, Spec
from raftnb.tree import Program
from tests.explore.test_compiled import needs_cc

# ruff: noqa: C416 (it is the question)


class Color(Enum):
    """Neither a truth value nor a number."""

    RED = 1


class Box(Globals):
    """Truth values and numbers beside each other."""

    n: int = 0
    mixed: tuple[bool, int] = (True, 1)
    three: tuple[bool, Color, int] = (True, Color.RED, 1)


class Clock(Process, number="clocks"):
    """Goes through many states, so that the one that matters is hardly looked at again."""

    x: int = 0
    y: int = 0

    def tick(self) -> None:
        self.x = (self.x + 1) % 60

    def tock(self) -> None:
        self.y = (self.y + 1) % 61


class AsSet(Clock):
    """`Box.mixed`"""

    def count(self) -> None:
        Box.n = len(frozenset(Box.mixed)) if self.x == 3 and self.y == 7 else 0


class OfEach(Clock):
    """`{x for x in (self.x > 0, self.y)}`"""

    def count(self) -> None:
        Box.n = len({x for x in (self.x > 0, self.y)}) if self.x == 3 and self.y == 1 else 0


class OfSome(Clock):
    """`(x for x in Box.three if not isinstance(x, Color))`"""

    def count(self) -> None:
        some = frozenset(x for x in Box.three if not isinstance(x, Color))
        Box.n = len(some) if self.x == 3 and self.y == 7 else 0


class Nested(Clock):
    """`(y for x in (Box.mixed,) for y in x)`"""

    def count(self) -> None:
        some = frozenset(y for x in (Box.mixed,) for y in x)
        Box.n = len(some) if self.x == 3 and self.y == 7 else 0


class AsKeys(Clock):
    """`((x, 1) for x in Box.mixed)`"""

    def count(self) -> None:
        Box.n = len(Map((x, 1) for x in Box.mixed)) if self.x == 3 and self.y == 7 else 0


class PutTo(Clock):
    """`Box.mixed`"""

    def count(self) -> None:
        Box.n = len(frozenset({True}).union(Box.mixed)) if self.x == 3 and self.y == 7 else 0


class Starred(Clock):
    """`Box.mixed`"""

    def count(self) -> None:
        Box.n = len({*Box.mixed}) if self.x == 3 and self.y == 7 else 0


def is_not_one() -> bool:
    """False where the set has one item, as it has in Python."""
    return Box.n != 1


KINDS = [AsSet, OfEach, OfSome, Nested, AsKeys, PutTo, Starred]


def spec(clock: type[Clock]) -> Spec:
    return Spec("clocks", (clock,), (Box,), constants={"clocks": 1}, invariants=(is_not_one,))


@pytest.mark.parametrize("clock", KINDS)
def test_a_set_has_no_truth_values_beside_numbers(clock: Any) -> None:
    """Each class's docstring says what of it is found."""
    model = spec(clock)()
    with pytest.raises(SpecError, match="1 == True") as error:
        Program(model).action(clock, "count")
    assert error.value.found == clock.__doc__


@needs_cc
@pytest.mark.parametrize("clock", KINDS)
def test_compiled_code_does_not_count_them_apart(clock: Any) -> None:
    options: dict[str, Any] = {"deadlock": False, "progress": False}
    found = [check(spec(clock)(), engine=e, **options) for e in ("reference", "compiled")]
    assert [one.verdict for one in found] == [Verdict.VIOLATED] * 2


class Loose(Globals):
    """What may be one or the other, but no mixture."""

    n: int = 0
    any_two: Seq[int | Color] = (0, 0)
    pair: tuple[int, Color] | tuple[Color, int] = (0, Color.RED)
    many: Seq[int] | Seq[Color] = ()
    short: tuple[int, Color] | tuple[int, Color, int] = (0, Color.RED)
    some: Set[int] | Set[Color] = frozenset()


class Pair(Clock):
    """`(0, 0)` is neither."""

    def give(self) -> None:
        Loose.pair = Loose.any_two if self.x == 3 and self.y == 7 else (0, Color.RED)


class Many(Clock):
    """The items are not of one kind."""

    def give(self) -> None:
        Loose.many = (0, Color.RED) if self.x == 3 and self.y == 7 else ()


class Short(Clock):
    """Too short."""

    def give(self) -> None:
        Loose.short = Loose.any_two[:1] if self.x == 3 and self.y == 7 else (0, Color.RED)


class Some(Clock):
    """The members are not of one kind."""

    def give(self) -> None:
        Loose.some = frozenset({0, Color.RED}) if self.x == 3 and self.y == 7 else frozenset()


@pytest.mark.parametrize("clock", [Pair, Many, Short, Some])
def test_what_is_a_mixture_of_two_types_is_refused(clock: Any) -> None:
    model = Spec("clocks", (clock,), (Loose,), constants={"clocks": 1})()
    options: dict[str, Any] = {"deadlock": False, "progress": False}
    with pytest.raises(SpecError, match=r"as the value of `Loose\."):
        check(model, **options)
    with pytest.raises(UsageError, match="no values with the items of both"):
        check(model, engine="compiled", **options)
