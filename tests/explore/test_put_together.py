"""Sequences and maps that are put together of parts, in C as in plain Python."""

from __future__ import annotations

import pytest

from raftnb.explore.compiled import Differs, building, compiled_search
from raftnb.explore.reference import Reference
from raftnb.explore.result import ExplorationOptions
from raftnb.language import Domain, Globals, Map, Nat, Process, Record, Seq, Spec, each, when
from tests.explore.test_compiled import folder, needs_cc, said

pytestmark = needs_cc
_ = folder  # compiled fast, and in a folder of this run
OPTIONS = ExplorationOptions(progress=False, deadlock=False)


class Key(Domain, number="keys"):
    pass


class Pair(Record):
    a: int
    of: Seq[int]


class Shelf(Globals):
    items: Seq[int] = ()
    pairs: Seq[Pair] = ()
    places: Map[Key, int] = each(0)
    seen: Map[int, Seq[int]] = Map()
    turn: Nat = 0


def rotated(items: Seq[int], by: int) -> Seq[int]:
    return (*items[by:], *items[:by])


class Hand(Process):
    def put(self, at: Nat, most: int) -> None:
        """A part of a part, an item that is made of a sequence put together, an empty part."""
        when(Shelf.turn < most and at < 3)
        items = (*(*Shelf.items[:at], at, *Shelf.items[at:])[-3:], *())
        Shelf.items = items
        Shelf.pairs = (*Shelf.pairs[-1:], Pair(at, (*items[1:], *(at, -at))), *Shelf.pairs[:0])
        Shelf.turn += 1

    def turn_round(self, far: Nat, most: int) -> None:
        """Out of range at both ends, a part chosen by a condition, one that an operator gives."""
        when(Shelf.turn < most and far < 5)
        by = far - 2
        Shelf.items = (
            *rotated(Shelf.items, by),
            *(Shelf.items[5:] if by > 0 else Shelf.items[-7:1]),
        )[:3]
        Shelf.turn += 1

    def divide(self, most: int) -> None:
        """Python rounds down, and the rest has the sign of what is divided by."""
        when(Shelf.turn < most)
        Shelf.items = tuple(x // d + x % d for x in (-7, 7) for d in (-2, 2, 3))[:3] + (
            (-Shelf.turn) // 2,
            (Shelf.turn - 3) % -2,
        )
        Shelf.turn += 1

    def note(self, key: Key, most: int) -> None:
        """One key that is there, one that may not be; a value that is the same."""
        when(Shelf.turn < most)
        Shelf.places = Shelf.places | {key: Shelf.turn // 2}
        Shelf.seen = Shelf.seen | {len(Shelf.items) - Shelf.turn: Shelf.items[:2]}
        Shelf.turn += 1

    def make_several(self, most: int) -> None:
        """One after the other, each of other parts: none is taken for the one before."""
        when(Shelf.turn < most and Shelf.turn > 0)
        longer = frozenset((*Shelf.items, n) for n in range(4))
        shorter = frozenset(Shelf.items[n:] for n in range(len(Shelf.items)))
        begun = frozenset(Shelf.items[:n] for n in range(len(Shelf.items)))
        maps = frozenset(Shelf.seen | {n: Shelf.items} for n in (7, 8, 9))
        others = frozenset(Shelf.seen | {7: (n,)} for n in range(3))
        when(len(longer) == 4 and len(shorter) == len(begun) == len(Shelf.items))
        when(len(maps) == len(others) == 3)
        Shelf.turn = most


def is_short() -> bool:
    return len(Shelf.items) <= 5 and all(len(pair.of) <= 5 for pair in Shelf.pairs)


SHELF = Spec(
    "shelf",
    (Hand,),
    domains=(Key,),
    shared=(Shelf,),
    constants={"keys": 2, "most": 3},
    invariants=(is_short,),
)


def test_what_is_put_together_is_as_in_plain_python():
    """State by state: all that was met is the same, and so is how often."""
    model = SHELF()
    search = compiled_search(model, OPTIONS)
    found, slow = search.run(), Reference(model, OPTIONS).run()
    assert said(found) == said(slow)
    assert found.distinct > 300
    assert not found.interpreted


@pytest.mark.parametrize("forgotten", ["of == x", "with == y", "and == z", ""])
def test_results_are_remembered_of_just_what_was_asked(forgotten, monkeypatch):
    """There is room for the last one alone of each kind; to compare less is noticed."""
    text = building.engine_text().replace("h >> (64 - REMEMBERED_BITS)", "0 * h")
    few = text.replace(f"one->{forgotten}", "1") if forgotten else text
    assert (few != text) is bool(forgotten)
    assert text != building.engine_text()
    monkeypatch.setattr(building, "engine_text", lambda: few)
    monkeypatch.setattr(building, "ENGINE_FLAGS", ("-O0", *building.ENGINE_FLAGS[1:]))
    model = SHELF()
    slow = said(Reference(model, OPTIONS).run())
    if forgotten:
        with pytest.raises((Differs, AssertionError)):
            assert said(compiled_search(model, OPTIONS).run()) == slow
    else:
        assert said(compiled_search(model, OPTIONS).run()) == slow
