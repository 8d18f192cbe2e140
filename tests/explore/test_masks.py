"""Sets as words of bits and as nodes, wherever sets may stand: states and steps as in Python."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

from raftnb.explore import state_graph
from raftnb.explore.compiled import Differs, building, compiled_search, expressions, search
from raftnb.explore.compiled.agreement import compare_state
from raftnb.explore.compiled.masks import MASK, Masks
from raftnb.explore.compiled.search import CompiledSearch, TooNarrow
from raftnb.explore.compiled.tables import Tables
from raftnb.explore.reference import Reference
from raftnb.explore.result import ExplorationOptions
from raftnb.language import (
    Delivery,
    Domain,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    Spec,
    discard,
    either,
    in_flight,
    send,
    when,
)
from raftnb.language.world import World
from raftnb.tree import Program, nodes
from tests.explore.test_compiled import folder, needs_cc, said

pytestmark = needs_cc
_ = folder  # compiled fast, and in a folder of this run
OPTIONS = ExplorationOptions(progress=False, deadlock=False)


class Color(Enum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Key(Domain, number="keys"):
    pass


class Hand(Record):
    keys: Set[Key]
    n: Nat


class Note(Message):
    keys: Set[Key]


class Table(Globals):
    keys: Set[Key] = frozenset()
    colors: Set[Color] = frozenset()
    numbers: Set[Nat] = frozenset()
    whole: Set[int] = frozenset()
    perhaps: Set[Key] | None = None
    either: Set[Key | Color] = frozenset()
    gaps: Set[Key | None] = frozenset()
    one_or_more: Key | Set[Key] | None = None
    sets: Set[Set[Key]] = frozenset()
    hands: Set[Hand] = frozenset()
    truths: Set[bool] = frozenset()
    texts: Set[str] = frozenset()
    by_set: Map[Set[Key], Set[Color]] = Map()
    row: Seq[Set[Key]] = ()
    hand: Hand = Hand(frozenset(), 0)
    count: int = 0
    sorted: Seq[int] = ()


class OfAtoms(Process):
    """Sets of members of a domain and of an enum: always words of bits."""

    def put(self, key: Key) -> None:
        Table.keys |= {key}

    def take(self, key: Key) -> None:
        Table.keys = Table.keys - {key} if key in Table.keys else Table.keys & {key}

    def paint(self, color: Color) -> None:
        when(len(Table.colors) < 2 or color in Table.colors)
        Table.colors = (Table.colors | {color}) - (Table.colors & {color})

    def all_but(self, key: Key) -> None:
        Table.keys = Table.keys | frozenset(other for other in Key if other != key)

    def choose(self) -> None:
        chosen = either(*Table.keys)
        Table.keys = frozenset({chosen, either(*Key)})

    def none_or_all(self) -> None:
        Table.perhaps = None if Table.perhaps == Table.keys else Table.keys

    def compare(self) -> None:
        whole = frozenset(Key)
        less = Table.perhaps is not None and Table.perhaps < Table.keys
        Table.count = (1 if Table.keys <= whole else 0) + (2 if less else 0)


class OfNumbers(Process):
    """Sets of numbers: some are words of bits, some are not."""

    def put(self, i: Nat) -> None:
        when(len(Table.numbers) < 2)
        Table.numbers |= {27 * i}

    def take(self, i: Nat) -> None:
        Table.numbers -= {27 * i, i + 53}

    def below(self, i: Nat) -> None:
        Table.whole = frozenset(j - 1 for j in range(i)) | {20 * i}

    def meet(self, i: Nat) -> None:
        Table.whole = frozenset(j for j in Table.whole if j in Table.numbers)
        Table.whole = Table.whole - {i} if {i} < Table.whole else Table.whole & {i}

    def measure(self) -> None:
        Table.count = max(Table.whole, default=-1) - min(Table.numbers, default=3)

    def sort(self) -> None:
        Table.sorted = tuple(Table.whole)


class OfAll(Process):
    """Sets of values of several types, of collections, and inside of collections."""

    def put(self, key: Key) -> None:
        Table.either |= {key}
        Table.gaps |= {key}

    def paint(self, color: Color) -> None:
        when(len(Table.either) < 3)
        Table.either |= {color}

    def gap(self) -> None:
        Table.gaps = Table.gaps - {None} if None in Table.gaps else Table.gaps | {None}

    def turn(self, key: Key) -> None:
        if Table.one_or_more is None:
            Table.one_or_more = key
        else:
            Table.one_or_more = None if Table.one_or_more == frozenset({key}) else frozenset({key})


class InSets(Process):
    """Sets in sets and in sequences."""

    def put(self, key: Key) -> None:
        Table.keys |= {key}

    def clear(self) -> None:
        Table.keys = frozenset()

    def keep(self) -> None:
        when(len(Table.sets) < 2)
        Table.sets |= {Table.keys}

    def last(self) -> None:
        when(len(Table.sets) > 1)
        Table.row = tuple(Table.sets)
        Table.count = sum(len(one) for one in Table.sets)


class Nested(Process):
    """Sets in records and maps."""

    def put(self, key: Key) -> None:
        Table.hand = Hand(Table.hand.keys | {key}, len(Table.hand.keys))

    def clear(self) -> None:
        Table.hand = Hand(frozenset(), Table.hand.n)

    def keep(self) -> None:
        Table.hands = frozenset({Table.hand, Hand(Table.hand.keys, 0)})

    def note(self, color: Color) -> None:
        when(len(Table.by_set) < 2 and color == Color.RED)
        Table.by_set = Table.by_set | {Table.hand.keys: frozenset({color})}

    def look(self) -> None:
        when(Table.hand.keys in Table.by_set)
        Table.count = len(Table.by_set[Table.hand.keys])


class OfOthers(Process):
    """Sets of what is never small: truth values, texts."""

    def tell(self) -> None:
        Table.truths = Table.truths | {len(Table.truths) == 0}

    def write(self, key: Key) -> None:
        Table.texts = Table.texts | {"a" if key in Table.keys else "b"}
        Table.keys |= {key}


class Post(Process, number="posts"):
    """Sets in messages."""

    seen: Set[Post] = frozenset()
    keys: Set[Key] = frozenset()

    def post(self, other: Post, key: Key) -> None:
        when(len(in_flight(Note)) < 2)
        send(Note(keys=self.keys | {key}), to=other)

    def get(self, m: Note) -> None:
        self.seen |= {m.source}
        self.keys = m.keys
        discard(m)


def is_known() -> bool:
    return all(any(key in m.keys for key in Key) for m in in_flight(Note))


SIZES = {"keys": 2, "last": 0}


def a_spec(process: Any, **sizes: int) -> Spec:
    return Spec(
        process.__name__, (process,), (Table,), domains=(Key,), constants={**SIZES, **sizes}
    )


def everything(model: Any, *, wide: bool = False, most: int = 4_000) -> str:
    """Compare all states, all steps, and what is said in the end; whether rows had to be wide."""
    found, rows = CompiledSearch(search.text_of(model, OPTIONS, wide=wide), OPTIONS), "as they are"
    try:
        found.explore()
    except TooNarrow:
        found.loaded.close()
        assert not wide
        return everything(model, wide=True).replace("as they are", "wide")
    loaded = found.loaded
    try:
        states = [loaded.numbered(n) for n in range(loaded.result.states)]
        assert set(states) == set(state_graph(model, max_states=most).states)
        for n in range(0, len(states), 1 + len(states) // 100):
            compare_state(loaded, n)
            assert list(loaded.row(states[n])) == list(loaded.row_of(n))
    finally:
        loaded.close()
    assert said(compiled_search(model, OPTIONS).run()) == said(Reference(model, OPTIONS).run())
    return rows


@pytest.mark.parametrize("process", [OfAtoms, OfAll, InSets, Nested, OfOthers])
def test_sets_in_every_place_of_the_language(process):
    assert everything(a_spec(process)()) == "as they are"


def test_sets_of_numbers_that_are_large_for_a_row():
    assert everything(a_spec(OfNumbers)()) == "wide"


@pytest.mark.parametrize("keeps", [True, False])
def test_sets_in_messages(keeps):
    spec = Spec(
        name="posts",
        processes=(Post,),
        domains=(Key,),
        constants={"posts": 2, "keys": 1, "copies": 1},
        copies="copies",
        delivery=Delivery(loses=False, duplicates=keeps),
        invariants=(is_known,),
    )
    everything(spec())


class Holder(Process):
    """A set of one member, or none."""

    def hold(self, key: Key) -> None:
        Table.keys = frozenset() if key in Table.keys else frozenset({key})

    def count(self) -> None:
        Table.numbers |= {len(Table.keys)}


def test_members_of_a_domain_are_small_all_or_none():
    many, few = (Masks(Program(one), World(one).members_by_root) for one in HOLDERS)
    assert [nodes.Member("Key") in one.groups for one in (many, few)] == [False, True]
    assert many.of([0, 1]) == MASK | 3
    assert many.of([True]) is many.of([-1]) is many.of([Color.RED, "red"]) is None
    assert few.members(few.of(few.values)) == few.values
    assert [everything(model) for model in HOLDERS] == ["as they are"] * 2


HOLDERS = [a_spec(Holder, keys=keys)() for keys in (14, 4)]


@pytest.mark.parametrize(
    ("op", "wrong"), [("minus", "joined"), ("union", "common"), ("meet", "minus")]
)
def test_a_mistake_in_what_is_done_with_sets_is_found(op, wrong, monkeypatch):
    monkeypatch.setitem(expressions.OPERATORS, op, lambda a, b: f"{wrong}({a}, {b})")
    with pytest.raises(Differs):
        compiled_search(a_spec(OfAtoms)(), OPTIONS).run()


def test_a_member_at_the_place_of_another_is_found(monkeypatch):
    right = Tables.small_place
    monkeypatch.setattr(Tables, "small_place", lambda *given: f"({right(*given)} ^ 1)")
    with pytest.raises(Differs):
        compiled_search(a_spec(OfAtoms)(), OPTIONS).run()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("W found = mask_of(from);", "W found = NONE;"),
        ("if (holds_item(set, item)) return set;", ""),
        ("W place_of_small(W w) {", "W place_of_small(W w) { if (w == ZERO) return NO_PLACE;"),
    ],
)
def test_two_words_for_the_same_set_would_be_found(right, wrong, monkeypatch):
    """Here the engine, or it alone, makes nodes of sets that are words of bits elsewhere."""
    text = building.engine_text()
    assert text.count(right) == 1
    monkeypatch.setattr(building, "engine_text", lambda: text.replace(right, wrong))
    with pytest.raises((Differs, AssertionError)):
        everything(a_spec(OfNumbers)())
