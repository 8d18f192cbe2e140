"""Rows in which variables share words: every value comes out as it went in, also the large ones."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

from raftnb.explore import state_graph
from raftnb.explore.compiled import compiled_search, search
from raftnb.explore.reference import Reference
from raftnb.explore.result import ExplorationOptions
from raftnb.language import Domain, Globals, Nat, Process, Seq, Set, Spec, after, when
from tests.explore.test_compiled import folder, needs_cc, said

pytestmark = needs_cc
_ = folder  # compiled fast, and in a folder of this run
OPTIONS = ExplorationOptions(progress=False, deadlock=False)
SIZES = {"soles": 1, "keys": 1}


class Color(Enum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Key(Domain, number="keys"):
    pass


class Sole(Process, number="soles"):
    on: bool = False

    def switch(self) -> None:
        self.on = not self.on


class Board(Globals):
    """A cell of each type that has few values, and of some that may have many."""

    count: Nat = 0
    last: Nat | None = None
    color: Color = Color.RED
    mixed: Color | None = None
    held: Key | None = None
    owner: Sole | Key | None = None
    maybe: bool | None = None
    word: str = "a"
    below: int = 0
    keys: Set[Key] = frozenset()


class Hand(Process):
    pair: Key | None = None
    sole: Sole | None = None

    def count(self, most: int) -> None:
        when(Board.count < most)
        Board.last = Board.count if Board.count % 3 else None
        Board.count = 9 * Board.count + 8

    def paint(self, key: Key) -> None:
        when(Board.count == 0)
        Board.mixed = Board.color if Board.mixed is None else None
        Board.color = (
            Color.GREEN
            if Board.color == Color.RED
            else Color.BLUE
            if Board.color == Color.GREEN
            else Color.RED
        )
        Board.held = key if Board.held is None else None
        Board.owner = Board.held

    def own(self, sole: Sole) -> None:
        when(Board.count == 0)
        Board.owner = sole
        self.sole = None if self.sole == sole else sole
        Board.maybe = None if Board.maybe is True else Board.maybe is None

    def hold(self, key: Key) -> None:
        when(Board.count == 0 and len(Board.keys) < 1)
        Board.keys |= {key}
        self.pair = key

    def sink(self) -> None:
        when(Board.count == 0 and Board.below > -2)
        Board.below -= 1
        Board.word = "b" if Board.word == "a" else "c"


def stays(most: int) -> bool:
    return Board.count <= 9 * most + 8


def reached(model: Any) -> tuple[set[Any], str]:
    """The states that compiled code has, and whether it had to begin anew with wide rows."""
    found, rows = compiled_search(model, OPTIONS), "as they are"
    try:
        found.explore()
    except search.TooNarrow:
        found.loaded.close()
        wide = search.text_of(model, OPTIONS, wide=True)
        found, rows = search.CompiledSearch(wide, OPTIONS), "wide"
        found.explore()
    try:
        return {found.loaded.numbered(n) for n in range(found.loaded.result.states)}, rows
    finally:
        found.loaded.close()


@pytest.mark.parametrize(
    ("most", "rows"),
    [(5, "as they are"), (9, "wide"), (30_000, "as they are")],
)
def test_every_value_comes_out_as_it_went_in(most, rows):
    """Numbers have room for 64, or for four times the largest constant."""
    spec = Spec(
        name="cells",
        processes=(Sole, Hand),
        domains=(Key,),
        shared=(Board,),
        constants={"keys": 2, "soles": 1, "most": most},
        invariants=(stays,),
    )
    model = spec()
    assert reached(model) == (set(state_graph(model, max_states=5_000).states), rows)
    assert said(compiled_search(model, OPTIONS).run()) == said(Reference(model, OPTIONS).run())


class Leap(Process):
    def jump(self) -> None:
        when(Board.count < 500)
        Board.count += 400


class Drop(Process):
    def sink(self) -> None:
        when(Board.below == 0)
        Board.below = -1

    def jump(self) -> None:
        Board.count += 400


def floats() -> bool:
    return Board.below == 0


def sinks_never() -> bool:
    return after(Board).below == Board.below


@pytest.mark.parametrize("claimed", [{"invariants": (floats,)}, {"transitions": (sinks_never,)}])
def test_a_state_that_was_left_halfway_need_not_fit(claimed):
    """What else could be done there is not looked at, in rows for which it may be too large."""
    model = Spec("drop", (Drop, Sole), (Board,), domains=(Key,), constants=SIZES, **claimed)()
    assert said(compiled_search(model, OPTIONS).run()) == said(Reference(model, OPTIONS).run())


def test_rows_that_are_too_narrow_are_given_back_before_there_are_wide_ones(monkeypatch):
    held = []

    class Counted(search.Loaded):
        def __init__(self, *given: Any) -> None:
            held.append(1)
            assert sum(held) == 1
            super().__init__(*given)

        def close(self) -> None:
            held.append(-1)
            super().close()

    monkeypatch.setattr(search, "Loaded", Counted)
    model = Spec("leap", (Leap, Sole), domains=(Key,), shared=(Board,), constants=SIZES)()
    assert compiled_search(model, OPTIONS).run().distinct == 6
    assert held == [1, -1] * 2


class Trio(Process, number="trios"):
    """Three variables of few values."""

    count: Nat = 0
    held: Key | None = None
    keys: Set[Key] = frozenset()

    def hold(self, key: Key) -> None:
        when(self.held is None)
        self.held = key

    def keep(self, other: Trio) -> None:
        when(self.held is not None and other.held is None)
        self.keys = frozenset({self.held})
        self.held = None
        other.count = len(self.keys)


class Quartet(Trio):
    """And one that may have any number of them."""

    log: Seq[Key] = ()

    def note(self) -> None:
        when(self.held is not None and len(self.log) < 1)
        self.log = (self.held,)


@pytest.mark.parametrize(("process", "words"), [(Trio, 1), (Quartet, 2)])
def test_a_process_is_a_node_where_one_of_its_variables_may_be_large(process, words):
    model = Spec("trio", (process,), domains=(Key,), constants={"trios": 2, "keys": 2})()
    assert compiled_search(model, OPTIONS).written.width == words
    assert reached(model) == (set(state_graph(model, max_states=5_000).states), "as they are")
    assert said(compiled_search(model, OPTIONS).run()) == said(Reference(model, OPTIONS).run())
