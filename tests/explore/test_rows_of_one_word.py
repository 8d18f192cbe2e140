"""Where rows are one word of few bits, the states that were met are a bit each."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.explore.compiled import building
from raftnb.explore.compiled.program import text_of
from raftnb.explore.compiled.search import CompiledSearch
from raftnb.explore.result import ExplorationOptions, Stop
from raftnb.language import Globals, Nat, Process, Spec, after, anything, when
from tests.explore.shards import dealt_out, told
from tests.explore.test_compiled import folder, needs_cc, said
from tests.explore.test_compiled_symmetry import counted

pytestmark = needs_cc
_ = folder
OPTIONS = ExplorationOptions(progress=False, max_states=1_000)
MANY = 13
"""A bound of this size leaves natural numbers six bits."""


class Stock(Globals):
    left: Nat = anything()
    right: Nat = 0
    is_open: bool = True


class Carrier(Process):
    def bring(self, room: int) -> None:
        when(Stock.is_open and Stock.left < room)
        Stock.left += 1

    def carry(self) -> None:
        when(Stock.is_open and Stock.left > 0)
        Stock.left -= 1
        Stock.right += 1

    def close(self, room: int) -> None:
        when(Stock.left == 0 and Stock.right == room)
        Stock.is_open = False

    def open(self) -> None:
        when(not Stock.is_open)
        Stock.is_open, Stock.right = True, 0


class Cell(Process, number="cells"):
    marks: Nat = 0

    def mark(self) -> None:
        when(self.marks < 3)
        self.marks += 1


def few_on_the_right(room: int) -> bool:
    return Stock.right <= room


def less_than(bound: int) -> bool:
    return Stock.left + 2 * Stock.right < bound


def right_grows_by_one() -> bool:
    return after(Stock).right in (0, Stock.right, Stock.right + 1)


def starts_low(room: int) -> bool:
    return Stock.left <= room


def all_marks() -> int:
    return sum(cell.marks for cell in Cell)


def are_full() -> bool:
    return all(cell.marks == 3 for cell in Cell)


def marks_are_few(bound: int) -> bool:
    return all_marks() < bound


def stock(room: int = 4, bound: int = 100, **changes: Any) -> Any:
    fields: dict[str, Any] = {
        "name": "stock",
        "processes": (Carrier,),
        "shared": (Stock,),
        "constants": {"room": room, "bound": bound},
        "initially": (starts_low,),
        "constraints": (few_on_the_right,),
        "invariants": (less_than,),
        "transitions": (right_grows_by_one,),
    }
    return Spec(**{**fields, **changes})()


def cells(many: int, bound: int, **changes: Any) -> Any:
    fields: dict[str, Any] = {
        "name": "cells",
        "processes": (Cell,),
        "constants": {"cells": many, "bound": bound},
        "invariants": (marks_are_few,),
        "final": are_full,
    }
    return Spec(**{**fields, **changes})()


def row_bits(model: Any) -> int:
    found = re.search(r"ROW_BITS = (\d+)", text_of(model, OPTIONS).text)
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize(("many", "bits"), [(1, 6), (2, 12), (3, 18), (4, 24), (5, 0), (6, 0)])
def test_which_rows_these_are(many, bits):
    """Each number has six bits; a bit for each of 2^30 rows would be too much."""
    assert row_bits(cells(many, MANY)) == bits


def test_a_row_of_a_bit_has_a_word_of_bits():
    class Flag(Globals):
        is_up: bool = False

    class Hand(Process):
        def turn(self) -> None:
            Flag.is_up = not Flag.is_up

    model = Spec(name="flag", processes=(Hand,), shared=(Flag,))()
    assert row_bits(model) == 5
    found = check(model, engine="compiled", progress=False)
    assert said(found) == said(check(model, engine="reference", progress=False))


@pytest.mark.parametrize("bound", [3, 6, 7, 9, 12, 100])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"transitions": ()},
        {"transitions": (), "constraints": ()},
        {"transitions": (), "initially": (), "constraints": (starts_low, few_on_the_right)},
    ],
)
def test_it_finds_what_plain_python_finds(bound, changes):
    model = stock(bound=bound, **changes)
    most = {"max_states": 200} if changes.get("constraints") == () else {}
    assert row_bits(model) > 0
    found = check(model, engine="compiled", progress=False, **most)
    plain = check(model, engine="reference", progress=False, **most)
    if found.bound and found.bound.startswith("max_states"):
        assert found.verdict is plain.verdict
        return
    assert said(found) == said(plain)
    assert (found.trace and found.trace.states) == (plain.trace and plain.trace.states)


@pytest.mark.parametrize("bound", [5, MANY])
def test_in_shards_and_on_disk_it_is_the_same(bound, tmp_path):
    model = cells(4, bound)
    found = check(model, engine="compiled", progress=False)
    assert found.verdict is (Verdict.HOLDS if bound == MANY else Verdict.VIOLATED)
    for many in (1, 2, 3):
        assert told(dealt_out(model, many)) == told(found)
    on_disk = check(model, engine="compiled", progress=False, folder=tmp_path / "states")
    assert said(on_disk) == said(found)


def test_with_a_view():
    asked: dict[str, Any] = {"progress": False, "view": all_marks}
    found = check(cells(3, MANY), engine="compiled", **asked)
    memo = check(cells(3, MANY), engine="memo", **asked)
    assert (found.verdict, found.distinct, found.depth) == (memo.verdict, memo.distinct, memo.depth)


def test_with_symmetry():
    model = cells(3, MANY, symmetric=(Cell,))
    found = check(model, engine="compiled", symmetry=True, progress=False)
    assert counted(found) == counted(check(model, engine="memo", symmetry=True, progress=False))
    assert found.distinct == 20


def test_little_memory_is_not_for_bits():
    """Sixteen million bits are too much of a megabyte."""
    model = cells(4, MANY)
    found = check(model, engine="compiled", progress=False, max_memory=1 << 20)
    assert (found.distinct, found.verdict) == (4**4, Verdict.HOLDS)


class Tall(Globals):
    height: Nat = 0
    is_odd: bool = False


class Builder(Process):
    def build(self, room: int) -> None:
        when(Tall.height < room)
        Tall.height += 1
        Tall.is_odd = not Tall.is_odd

    def rest(self) -> None:
        Tall.is_odd = Tall.height % 2 == 1


def tall(room: int) -> Any:
    fields: dict[str, Any] = {"name": "tall", "processes": (Builder,), "shared": (Tall,)}
    return Spec(**fields, constants={"room": room})()


def test_a_number_that_outgrows_its_bits_is_met_in_wider_rows():
    class Tower(Globals):
        height: Nat = 0

    class Mason(Process):
        def build(self) -> None:
            when(Tower.height < 199 + 1)
            Tower.height += 1

    model = Spec(name="tower", processes=(Mason,), shared=(Tower,))()
    found = check(model, engine="compiled", progress=False, deadlock=False)
    assert (found.distinct, found.depth) == (201, 201)


def explored(model: Any) -> tuple[int, int]:
    """How many states are met and steps taken, wherever it ends."""
    found = CompiledSearch(text_of(model, OPTIONS), OPTIONS)
    with suppress(Stop):
        found.explore()
    counts = found.loaded.result.states, found.loaded.result.generated
    found.loaded.close()
    return counts


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("place / 32] >> place % 32 & 1", "place / 32] >> place % 16 & 1"),
        ("place / 32] |= 1u << place % 32", "place / 32] |= 1u << place % 31"),
        ("if (!is_taken(*one->row)) meet_new", "if (is_taken(*one->row)) meet_new"),
        ("if (!is_taken(*one->row)) meet_new", "if (!is_taken(*one->row)) meet_new"),
    ],
)
def test_a_wrong_bit_is_seen_in_the_counts(right, wrong, monkeypatch):
    """The last one changes nothing."""
    engine = building.engine_text()
    assert engine.count(right) == 1
    monkeypatch.setattr(building, "engine_text", lambda: engine.replace(right, wrong))
    monkeypatch.setattr(building, "ENGINE_FLAGS", ("-O0", *building.ENGINE_FLAGS[1:]))
    assert (explored(tall(60)) == (61, 1 + 60 + 61)) is (right == wrong)
