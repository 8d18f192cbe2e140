"""Claims that cannot be said in C are asked in Python, the others in C: the same is found."""

from __future__ import annotations

import signal
from itertools import count

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.explore.compiled import (
    Differs,
    NotCompiled,
    compiled_search,
    interpreted,
    program_of,
    search,
)  # fmt: skip
from raftnb.explore.compiled.interpreted import cells_asked
from raftnb.explore.reference import Reference
from raftnb.explore.result import ExplorationOptions
from raftnb.language import (
    Delivery,
    Globals,
    Message,
    Nat,
    Process,
    Seq,
    Spec,
    after,
    in_flight,
    send,
    when,
)  # fmt: skip
from tests.explore.shards import dealt_out
from tests.explore.test_compiled import folder, pytestmark, said  # noqa: F401

OPTIONS = ExplorationOptions(deadlock=False, progress=False)


class Note(Message):
    n: Nat


class Board(Globals):
    log: Seq[Nat] = ()
    turn: Nat = 0


class Writer(Process, number="writers"):
    n: Nat = 0

    def up(self) -> None:
        when(self.n < 3)
        self.n += 1
        Board.log = (*Board.log, self.n)[-2:]

    def turn(self) -> None:
        Board.turn = (Board.turn + 1) % 7

    def tell(self, other: Writer) -> None:
        when(self.n == 2)
        send(Note(n=self.n), to=other)

    def hear(self, m: Note) -> None:
        self.n = m.n


def in_order() -> bool:
    return tuple(sorted(Board.log)[::1]) in (Board.log, Board.log[::-1])


def every_writer(w: Writer, other: Writer) -> bool:
    return sorted((w.n, other.n))[::1][0] <= 3


def told() -> bool:
    return all(sorted((m.n, 2))[::1][0] == 2 for m in in_flight(Note))


def grows() -> bool:
    return Board.log == () or sorted(Board.log)[::1][0] <= max(sorted(after(Board).log)[::1]) + 1


def few() -> bool:
    return sorted(w.n for w in Writer)[::1][-1] + sorted((len(in_flight(Note)), 0))[::1][-1] < 4


def full() -> bool:
    return sorted((0, *Board.log))[::1][-1] == 3


def seldom() -> bool:
    return sorted((Board.turn, 5))[::1][0] == 5 and all(
        sorted((w.n, 2))[::1][1] == 2 for w in Writer
    )


WRITERS = Spec(
    "writers",
    (Writer,),
    (Board,),
    constants={"writers": 2, "most": 1, "copies": 1},
    invariants=(every_writer, told),
    transitions=(grows,),
    constraints=(few,),
    sometimes=(seldom,),
    final=full,
    delivery=Delivery(loses=True, duplicates=True, reorders=True),
    distinct_messages="most",
    copies="copies",
)
QUEUES = WRITERS.variant("queues", delivery=Delivery(loses=True, duplicates=True, reorders=False))


@pytest.mark.parametrize("spec", [WRITERS, QUEUES])
def test_all_is_found_that_plain_python_finds(spec):
    """State by state, since how often each action was taken is compared, too."""
    options = ExplorationOptions(deadlock=False, progress=False, max_depth=9)
    found, slow = compiled_search(spec(), options).run(), Reference(spec(), options).run()
    assert said(found) == said(slow)
    names = [one.split(" ")[0] for one in found.interpreted if "duplicate" not in one]
    assert sorted(names) == ["every_writer", "few", "full", "grows", "seldom", "told"]
    assert found.distinct > 200
    assert "seldom (`sorted((Board.turn, 5))[::1]" in str(found)


def test_each_shard_asks_python():
    options = {"deadlock": False, "max_depth": 7}
    found = dealt_out(WRITERS(), 2, **options)
    slow = Reference(WRITERS(), ExplorationOptions(progress=False, **options)).run()
    assert said(found) == said(slow)
    assert len(found.interpreted) == 6


def small(w: Writer) -> bool:
    return sorted((w.n, 1))[::1][1] < 3


def shrinks() -> bool:
    return Board.log == () or sorted(Board.log)[::1][0] <= min(sorted(after(Board).log)[::1])


def never_full() -> bool:
    return all(sorted((m.n, Board.turn))[::1][1] < 6 for m in in_flight(Note))


@pytest.mark.parametrize(
    "claims",
    [
        {"invariants": (small,)},
        {"invariants": (never_full,)},
        {"transitions": (shrinks,)},
        {"invariants": (every_writer, in_order, small)},
    ],
)
def test_what_is_violated_has_a_trace_of_the_same_length(claims):
    model = WRITERS.variant("violated", constraints=(), **claims)()
    found, slow = compiled_search(model, OPTIONS).run(), Reference(model, OPTIONS).run()
    assert found.verdict is slow.verdict is Verdict.VIOLATED
    assert found.property == slow.property
    assert found.trace is not None
    assert slow.trace is not None
    assert len(found.trace) == len(slow.trace)


def careless() -> bool:
    return sorted(Board.log)[::1][0] < 9


def careless_later() -> bool:
    return len(Board.log) < 2 or sorted(Board.log)[::1][2] < 9


def careless_step() -> bool:
    return Board.turn < 2 or sorted(Board.log)[::1][2] < 9


@pytest.mark.parametrize("engine", ["compiled", "fast", "memo"])
@pytest.mark.parametrize(
    "claims",
    [
        {"invariants": (careless,)},
        {"invariants": (careless_later,)},
        {"constraints": (careless_later,)},
        {"transitions": (careless_step,)},
    ],
)
def test_what_raises_is_told_with_its_place(engine, claims):
    spec = WRITERS.variant("careless", **claims)
    with pytest.raises(SpecError, match=r"Board\.log.*\n.*IndexError"):
        check(spec(), deadlock=False, progress=False, engine=engine)


@pytest.mark.parametrize("name", ["n", "log", "turn"])
def test_a_variable_that_is_not_seen_to_be_named_is_found_out(name, monkeypatch):
    def fewer(model, claim):
        cells = model.layout.cells
        asked = cells_asked(model, claim)
        return [c for c in asked if c >= len(model.variables) or cells[c].variable != name]

    monkeypatch.setattr(interpreted, "cells_asked", fewer)
    with pytest.raises((Differs, AssertionError)):
        assert said(compiled_search(WRITERS(), OPTIONS).run()) == said(
            Reference(WRITERS(), OPTIONS).run()
        )


def test_what_is_read_without_its_name_is_among_what_is_asked():
    model = WRITERS()
    named = {model.layout.cells[c].variable for c in cells_asked(model, full)[:-1]}
    assert named == {"log"}
    assert len(cells_asked(model, by_name)) == len(model.layout.cells) + 1


def by_name() -> bool:
    return getattr(Board, "turn") < 7  # noqa: B009


def test_few_answers_are_kept(monkeypatch):
    monkeypatch.setattr(interpreted, "MOST_KNOWN", 3)
    found = compiled_search(WRITERS(), OPTIONS).run()
    assert said(found) == said(Reference(WRITERS(), OPTIONS).run())


@pytest.mark.parametrize("method", ["_judge", "_answer"])
def test_an_answer_that_is_lost_is_none(method, monkeypatch):
    """What is raised at the end of an answer does not come out of C, which then reads a 0."""
    monkeypatch.setattr(interpreted.Interpreted, method, lambda *_: 0)
    with pytest.raises(Differs, match="a state is handed to Python"):
        compiled_search(QUEUES(), OPTIONS).run()


@pytest.mark.parametrize("method", ["_is_true", "_packed"])
def test_an_interruption_while_python_is_asked_is_heard_soon(method, monkeypatch):
    options = ExplorationOptions(deadlock=False, progress=False, max_depth=8)
    right, calls = getattr(interpreted.Interpreted, method), count()

    def interrupted(*given):
        if next(calls) == 3:
            signal.raise_signal(signal.SIGINT)
        return right(*given)

    monkeypatch.setattr(interpreted.Interpreted, method, interrupted)
    monkeypatch.setattr(search, "FEW", 10)
    found = compiled_search(QUEUES(), options).run()
    assert (found.verdict, found.bound) == (Verdict.UNKNOWN, "interrupted")
    assert 0 < found.distinct < Reference(QUEUES(), options).run().distinct


def test_where_all_must_be_said_in_c_such_a_claim_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"sorted\(\(Board\.turn, 5\)\)\[::1\]"):
        check(WRITERS(), progress=False, folder=tmp_path / "states")
    with pytest.raises(NotCompiled, match="sorted"):
        program_of(WRITERS(), OPTIONS, mixed=False)
