"""What the tree says of collections and numbers, so that C need not look at them."""

from __future__ import annotations

from contextlib import suppress
from enum import Enum

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.explore.compiled import Differs, collected, compiled_search, naturals, tables
from raftnb.explore.compiled.tables import Tables
from raftnb.explore.compiled.words import NotCompiled
from raftnb.explore.reference import Reference
from raftnb.explore.result import ExplorationOptions
from raftnb.language import Globals, Map, Nat, Process, Record, Seq, Set, Spec, either, when
from raftnb.tree.nodes import Apply, Expr
from tests.explore.test_compiled import folder, needs_cc, said

pytestmark = needs_cc
_ = folder  # compiled fast, and in a folder of this run
OPTIONS = ExplorationOptions(progress=False, deadlock=False)


class Color(Enum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Note(Record):
    color: Color
    at: Nat


class Board(Globals):
    notes: Set[Note] = frozenset()
    paths: Set[Seq[Nat]] = frozenset()
    lengths: Seq[Nat] = ()
    marks: Seq[bool] = ()
    last: Seq[int] = ()
    turned: Set[int] = frozenset()


class Writer(Process):
    left: Nat = 2

    def write(self, color: Color, most: int) -> None:
        when(len(Board.notes) < most)
        note = Note(color, len(Board.notes))
        when(note not in Board.notes)
        Board.notes |= {note}

    def wipe(self, color: Color) -> None:
        when(any(note.color == color for note in Board.notes))
        when(color in (Color.RED, Color.BLUE))
        Board.notes = frozenset(note for note in Board.notes if note.color != color)

    def walk(self) -> None:
        when(self.left > 0)
        self.left = self.left - 1
        Board.paths |= {tuple(note.at for note in Board.notes)}
        Board.lengths = (*Board.lengths, len(Board.paths), 2 * self.left, max(-1, self.left))

    def mark(self) -> None:
        when(Board.marks == () and Board.last == ())
        Board.marks = either((True,), (False, True))

    def count(self) -> None:
        when(Board.marks == (True,))
        Board.last = (1,)
        Board.turned = frozenset(40 - note.at for note in Board.notes)

    def again(self) -> None:
        when(Board.last == (1,) and Board.last not in ((2,), (3,), (4,), (5,), (6,)))
        Board.last = (2,)


class Shelf(Globals):
    notes: Set[Note] = frozenset()
    ages: Map[Color, Nat] = Map()


class Keeper(Process):
    def write(self, color: Color) -> None:
        Shelf.notes |= {Note(color, len(Shelf.ages))}

    def age(self) -> None:
        note = either(*Shelf.notes)
        when(note.color not in Shelf.ages and len(Shelf.ages) < 2)
        Shelf.ages = Shelf.ages | {note.color: len(Shelf.ages)}

    def forget(self) -> None:
        color = either(*Shelf.ages)
        when(Shelf.ages[color] > 0 or len(Shelf.notes) < 2)
        Shelf.notes = frozenset()


class Lane(Globals):
    items: Seq[Nat] = ()
    others: Seq[Nat] = (3, 4)


class Carrier(Process):
    """Some of a sequence is left out, from the front or the back, or something else is done."""

    def add(self) -> None:
        when(len(Lane.items) < 3)
        Lane.items = (*Lane.items, either(0, 1))

    def lose(self) -> None:
        i = either(*range(-4, 5))
        Lane.items = Lane.items[:i] + Lane.items[i + 1 :]
        when(len(Lane.items) < 4)

    def lose_many(self) -> None:
        items, i, j = Lane.items, either(*range(-1, 3)), either(*range(-2, 4))
        Lane.others = items[:i] + items[j:]
        when(len(Lane.others) < 4)

    def mix(self) -> None:
        i = either(0, 1, 2)
        when(len(Lane.others) == 2)
        Lane.items = Lane.items[:i] + Lane.others[i + 1 :]

    def turn(self) -> None:
        Lane.items = Lane.items[1:] + Lane.items[: len(Lane.items) - either(1, 2)]
        when(len(Lane.items) < 4)

    def end(self) -> None:
        i = either(0, 1, 2)
        Lane.items = Lane.items[:i] + Lane.items[i + 1 : 2]


class Letter(Record):
    text: Nat


class Heap(Globals):
    bag: Map[Note, Nat] = Map()
    mixed: Set[Note | Letter | Nat] = frozenset()
    colors: Set[Color] = frozenset(Color)
    picked: Seq[Note | Letter | Color | Nat] = ()
    other: Set[Note] = frozenset()
    turned: Set[Note] = frozenset()
    kept: Map[Note, Nat] = Map()


class Picker(Process):
    """One is chosen of what passes a test: of keys, of members, of what is made of them."""

    def add(self, color: Color) -> None:
        when(len(Heap.bag) < 3 and len(Heap.picked) == 0)
        Heap.bag |= {Note(color, 2 - len(Heap.bag)): len(Heap.bag)}
        Heap.mixed |= {Note(color, 1), Letter(9 - len(Heap.bag)), len(Heap.bag)}

    def pick_a_key(self) -> None:
        when(len(Heap.bag) > 1)
        Heap.picked = (either(*(n for n in Heap.bag if n.color != Color.RED)),)

    def pick_a_place(self) -> None:
        when(len(Heap.bag) > 1)
        Heap.picked = (either(*(n.at // 2 for n in Heap.bag if n.color != Color.BLUE)),)

    def pick_of_many_kinds(self) -> None:
        when(len(Heap.bag) > 1)
        Heap.picked = (either(*(n for n in Heap.mixed if not isinstance(n, Letter))),)

    def pick_a_color(self) -> None:
        color = either(*(c for c in Heap.colors if c != Color.GREEN))
        Heap.picked = (color, either(*(c for c in Heap.colors if c != color)))

    def pick_twice(self) -> None:
        one = either(*(n for n in Heap.bag if n.at > 0))
        two = either(*(n for n in Heap.bag if n.at < one.at))
        Heap.picked = (one, two)

    def set_aside(self) -> None:
        when(len(Heap.bag) > 2)
        Heap.other = frozenset(n for n in Heap.bag if n.color != Color.GREEN)
        Heap.turned = frozenset(Note(Color.RED, 3 - n.at) for n in Heap.bag)
        Heap.kept = Map({n: len(Heap.other) for n in Heap.bag if n.at > 0})

    def compare(self) -> None:
        when(Heap.turned == frozenset(Note(Color.RED, n) for n in range(1, 4)))
        Heap.picked = (len(Heap.turned),)


def few(most: int) -> bool:
    return sum(note.at for note in Board.notes) <= 2 * most and all(n >= 0 for n in Board.lengths)


def not_all_turned() -> bool:
    return 40 not in Board.turned or 39 not in Board.turned


BOARD = Spec(
    name="board", processes=(Writer,), shared=(Board,), constants={"most": 2}, invariants=(few,)
)
SHELF = Spec(name="shelf", processes=(Keeper,), shared=(Shelf,))
LANE = Spec(name="lane", processes=(Carrier,), shared=(Lane,))
HEAP = Spec(name="heap", processes=(Picker,), shared=(Heap,))


@pytest.mark.parametrize("spec", [BOARD, SHELF, LANE, HEAP])
def test_states_are_those_of_plain_python(spec: Spec) -> None:
    model = spec()
    found, slow = compiled_search(model, OPTIONS).run(), Reference(model, OPTIONS).run()
    assert said(found) == said(slow)
    assert found.verdict is Verdict.HOLDS
    assert all(found.coverage.values())
    assert not found.interpreted


def test_a_claim_is_violated_where_it_is_in_plain_python() -> None:
    model = BOARD.variant("turned", invariants=(not_all_turned,))()
    found, slow = compiled_search(model, OPTIONS).run(), Reference(model, OPTIONS).run()
    assert found.verdict is slow.verdict is Verdict.VIOLATED
    assert found.trace
    assert slow.trace
    assert len(found.trace) == len(slow.trace)


class Careless(Writer):
    def walk(self) -> None:
        when(self.left >= 0)
        self.left = self.left - 1


class Late(Writer):
    def walk(self) -> None:
        when(self.left > 0)
        self.left = self.left - 1
        Board.lengths = (*Board.lengths, self.left - 1)


WITHOUT_GUARD = BOARD.variant("below", processes=(Careless,))


@pytest.mark.parametrize("writer", [Careless, Late])
def test_a_number_below_zero_is_found(writer: type[Writer]) -> None:
    spec = BOARD.variant("below", processes=(writer,))
    for engine in ("compiled", "reference"):
        with pytest.raises((SpecError, UsageError), match="-1"):
            check(spec(), engine=engine, deadlock=False)


def all_cut_out(e: Apply) -> tuple[Expr, ...]:
    """A mistake: of any two slices, the second one is taken out of the same sequence."""
    one, other = e.args
    assert isinstance(one, Apply)
    assert isinstance(other, Apply)
    return one.args[0], one.args[2], other.args[1]


def test_each_mistake_about_them_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no natural number, is not in order, or is no 1 is taken for it, all are counted
    as the items of a sequence are, two sequences are taken for one."""
    mistakes = [
        (naturals, "CLOSED", naturals.CLOSED | {"-"}, WITHOUT_GUARD),
        (collected, "maker_of", lambda e: "set_in_order", BOARD),
        (tables, "order", lambda value: value, BOARD),
        (Tables, "words", lambda self, type_: "size({})", SHELF),
        (collected, "cut_out", all_cut_out, LANE),
    ]
    for file, name, wrong, spec in mistakes:
        with monkeypatch.context() as here:
            here.setattr(file, name, wrong)
            with pytest.raises((Differs, NotCompiled, SpecError)):
                compiled_search(spec(), OPTIONS).run()
    compiled_search(BOARD(), OPTIONS).run()


def test_what_is_not_in_order_is_another_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """By sampling it may be met or not, since it shows in few states."""
    monkeypatch.setattr(collected, "is_in_order", lambda e: True)
    slow = Reference(HEAP(), OPTIONS).run()
    with suppress(Differs):
        assert said(compiled_search(HEAP(), OPTIONS).run()) != said(slow)
