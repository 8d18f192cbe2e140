"""Values: told apart by kind, iterated over in one order, and the same under any hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from enum import Enum, IntEnum, StrEnum
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from raftnb.data.domains import Domain
from raftnb.data.errors import SpecError
from raftnb.data.values import Map, Message, Record, SortedSet, order, rename, show, to_json


class Key(Domain, number="keys"):
    """A domain."""


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Lamp:
    class Color(Enum):
        RED = "red"


class Entry(Record):
    term: int
    key: Any = None


KEYS = tuple(Key(i, f"k{i + 1}") for i in range(3))
VALUES = [
    None, False, True, 0, 1, -1, "", "a", Color.RED, Color.BLUE, Lamp.Color.RED, *KEYS, (), (1,),
    (True,),
    frozenset(), frozenset({1}), frozenset({True}), Map(), Map({1: 2}), Entry(1), Entry(True),
]  # fmt: skip


def test_values_of_different_kinds_have_different_orders() -> None:
    assert len(set(map(order, VALUES))) == len(VALUES)
    assert sorted(VALUES, key=order) == sorted(reversed(VALUES), key=order)


class Number(IntEnum):
    ONE = 1


class Word(StrEnum):
    A = "a"


class Pair(NamedTuple):
    left: int


class Loud(str):
    """A text that is no plain text."""


@pytest.mark.parametrize(
    "value", [1.0, [1], {1}, {1: 2}, Number.ONE, Word.A, Pair(1), Loud("a"), b"a", int, object()]
)
def test_foreign_values_have_no_order(value: Any) -> None:
    with pytest.raises(SpecError, match="as a value of the state"):
        order((1, (value,)))


@pytest.mark.parametrize("items", [*permutations([("b", 1), ("a", 2), ("c", 3)])])
def test_a_map_is_iterated_over_in_the_order_of_its_keys(items: Any) -> None:
    found = Map(items)
    assert tuple(found) == ("a", "b", "c")
    assert tuple(found.items()) == (("a", 2), ("b", 1), ("c", 3))
    assert tuple(found.values()) == (2, 1, 3)
    assert tuple(found | {"aa": 0}) == ("a", "aa", "b", "c")


def test_what_operators_make_of_a_sorted_set_is_sorted_too() -> None:
    some, more = SortedSet("dab"), frozenset("xyza")
    made = [
        some | more, more | some, some & more, more & some, some - more, more - some, some ^ more,
        more ^ some, some.union(more), some.difference(more), some.intersection(more),
        some.symmetric_difference(more), some.copy(), some.union(more, "q"),
    ]  # fmt: skip
    for one in made:
        assert type(one) is SortedSet
        assert tuple(one) == tuple(sorted(one))
    assert some == frozenset("dab")
    assert hash(some) == hash(frozenset("dab"))
    assert [*some] == ["a", "b", "d"]
    assert str(some) == "frozenset({'a', 'b', 'd'})"


def test_the_members_of_a_domain_have_an_order_of_their_own() -> None:
    class Other(Domain, number="others"):
        """Another domain."""

    assert sorted(reversed(KEYS)) == list(KEYS)
    assert max(KEYS) is KEYS[2]
    assert KEYS[0] <= KEYS[0] < KEYS[1]
    with pytest.raises(TypeError):
        _ = KEYS[0] < Other(1, "o2")


def test_renaming_goes_through_every_kind() -> None:
    a, b, _ = KEYS
    swap = {a: b, b: a}
    value = (a, frozenset({b}), Map({a: Entry(1, b)}), "k1", 1)
    assert rename(value, swap) == (b, frozenset({a}), Map({b: Entry(1, a)}), "k1", 1)
    assert type(rename(frozenset({a}), swap)) is SortedSet


def test_text_and_data_of_every_kind() -> None:
    value = (None, True, 1, "a", Color.RED, KEYS[0], (1,), frozenset({2, 1}), Map({2: 1, 1: 2}))
    assert show(value) == (
        "(None, True, 1, 'a', Color.RED, k1, (1,), frozenset({1, 2}), Map({1: 2, 2: 1}))"
    )
    data = [None, True, 1, "a", "RED", "k1", [1], [1, 2], {"1": 2, "2": 1}]
    assert to_json(value) == data
    assert to_json(Entry(1)) == {"type": "Entry", "term": 1, "key": None}


def test_sets_of_texts_are_iterated_over_alike_under_any_hash_seed() -> None:
    program = (
        "from raftnb.data.values import Map, SortedSet\n"
        "words = ['w%d' % i for i in range(20)]\n"
        "print(*SortedSet(words), *Map((w, 1) for w in frozenset(words)))\n"
    )
    root = Path(__file__).resolve().parents[2]
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_where_a_record_stands_is_found_anew_for_the_message_that_is_sent() -> None:
    class Ask(Message):
        n: int

    asked = Ask(n=1)
    first = order(asked)
    assert order(asked) == first
    assert order(asked.between(None, Key(0, "k1"))) == order(Ask(n=1, dest=Key(0, "k1"))) != first
