"""How long a channel may grow, where the network keeps the order."""

from collections import deque
from pathlib import Path
from typing import Any

import pytest

from raftnb.__main__ import main
from raftnb.commands.check import after
from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check, random_walks, reachable
from raftnb.explore.traps import endless
from raftnb.language import Delivery, Message, Nat, Process, Spec, discard, history, send, when
from raftnb.pluscal import algorithm
from raftnb.prove import Lemma, Proof, prove


class Note(Message):
    source: "Writer"
    dest: "Reader"
    n: Nat


class Writer(Process):
    n: Nat = 0

    def write(self, to: "Reader") -> None:
        send(Note(n=self.n), to=to)
        self.n = 1 - self.n


class Reader(Process):
    last: Nat = 1

    def read(self, m: Note) -> None:
        self.last = m.n
        discard(m)


def small(r: Reader) -> bool:
    return r.last <= 1


def zero(r: Reader) -> bool:
    return r.last == 1


ORDERED = Delivery(loses=False, duplicates=False, reorders=False)
NOTES = Spec(
    "notes",
    (Writer, Reader),
    constants={"length": 2},
    invariants=(small,),
    channel_length="length",
    delivery=ORDERED,
)


def counted(length: int) -> int:
    """The states of a queue of at most so many notes, by a program of its own."""
    start: Any = (0, (), 1)
    seen, todo = {start}, deque([start])
    while todo:
        n, queue, last = todo.popleft()
        found = [(1 - n, (*queue, n), last)] if len(queue) < length else []
        found += [(n, queue[1:], queue[0])] if queue else []
        for state in found:
            if state not in seen:
                seen.add(state)
                todo.append(state)
    return len(seen)


@pytest.mark.parametrize("length", [0, 1, 2, 5])
def test_no_channel_is_followed_beyond_its_length(length: int) -> None:
    for engine in ("fast", "reference"):
        found = check(NOTES(length=length), engine=engine, progress=False)
        assert (found.verdict, found.distinct) == (Verdict.HOLDS, counted(length)), engine
        assert "out of the constraints" in str(found)
    assert len(reachable(NOTES(length=length))) == counted(length)


def test_what_is_beyond_the_length_is_checked_and_not_followed() -> None:
    wrong = NOTES.variant("wrong", invariants=(zero,))
    for engine in ("fast", "reference"):
        assert check(wrong(length=0), engine=engine, progress=False).verdict is Verdict.HOLDS
        found = check(wrong(length=1), engine=engine, progress=False)
        assert (found.verdict, found.property) == (Verdict.VIOLATED, "zero")
    assert random_walks(wrong(length=1), walks=20, progress=False).verdict is Verdict.VIOLATED
    assert random_walks(NOTES(), walks=20, progress=False).verdict is Verdict.UNKNOWN


def test_a_length_is_no_bound_of_natural_numbers() -> None:
    assert NOTES(length=9).horizon == 2


def test_a_length_goes_with_constraints() -> None:
    def even(w: Writer) -> bool:
        return w.n == 0

    both = NOTES.variant("both", constraints=(even,))
    for engine in ("fast", "reference"):
        assert check(both(length=2), engine=engine, progress=False).distinct == 1


def test_a_proof_is_for_any_length() -> None:
    assert prove(Proof(NOTES, (Lemma(small),))).verdict is not Verdict.VIOLATED


def test_a_length_is_printed_as_a_constraint() -> None:
    text = next(iter(algorithm(NOTES()).files.values()))
    assert "Constraint == \\A c \\in DOMAIN channels : Len(channels[c]) <= length" in text


def test_a_length_is_a_constant_of_the_spec() -> None:
    with pytest.raises(SpecError, match="the constant `most`, which has no default"):
        NOTES.variant("most", channel_length="most")


def test_a_network_without_a_bound_is_told_of_where_the_search_was_stopped() -> None:
    free = NOTES.variant("free", channel_length=None)
    (hint,) = endless(free())
    assert "`channel_length`" in hint
    assert not list(endless(NOTES()))
    counting = free.variant("counting", delivery=Delivery(duplicates=False))
    (hint,) = endless(counting())
    assert "`copies`" in hint
    assert not list(endless(free.variant("kept", delivery=Delivery())()))
    assert not list(endless(free.variant("none", delivery=Delivery())(reorders=1)))


def test_a_constraint_that_is_left_out_with_history_is_told_of() -> None:
    class Log(Process):
        n: Nat = 0
        seen: Nat = history(0)

        def step(self) -> None:
            self.n += 1
            self.seen = self.n

    def few(a: Log) -> bool:
        return a.seen <= 2

    def low(a: Log) -> bool:
        return a.n <= 4

    spec = Spec("log", (Log,), constraints=(few,))
    told = (
        "the constraint `few` reads history, which was left out, and bounded nothing: "
        "`history=True` (--history) keeps it"
    )
    kept = check(spec(history=True), progress=False, max_states=2)
    assert (kept.verdict, told in kept.partial) == (Verdict.UNKNOWN, False)
    assert check(spec(history=True), progress=False).distinct == 3
    for engine in ("reference", "memo", "compiled"):
        found = check(spec(), progress=False, max_states=9, engine=engine)
        assert (found.verdict, told in found.partial) == (Verdict.UNKNOWN, True)
    high = spec.variant("high", invariants=(low,))()
    assert after(high, check(high, progress=False)) == (told,)
    ends = check(spec.variant("ends", constraints=(few, low))(), progress=False, deadlock=False)
    assert (ends.verdict, told in ends.partial) == (Verdict.HOLDS, False)


def test_the_command_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "notes_free.py"
    path.write_text(
        "from tests.explore.test_channels import NOTES\n"
        'FREE = NOTES.variant("free", channel_length=None)\n',
        encoding="utf-8",
    )
    assert main(["check", f"{path}:FREE", "--max-states", "50"]) == 3
    assert "hint: nothing bounds how many messages a channel may hold" in capsys.readouterr().err
    assert main(["check", f"{path}:NOTES"]) == 0
    assert "hint" not in capsys.readouterr().err


def test_what_is_never_reached_says_what_was_asked() -> None:
    class Bit(Process, number="bits"):
        on: bool = False

        def flip(self) -> None:
            when(not any(other.on for other in Bit if other != self))
            self.on = not self.on

    def all_on(a: Bit) -> bool:
        return a.on

    def nobody() -> bool:
        return len(Bit) == 0

    spec = Spec("bits", (Bit,), constants={"bits": 2}, sometimes=(nobody,))
    for engine in ("fast", "reference"):
        found = check(spec(), engine=engine, progress=False)
        assert found.reason == "no state was reached in which `nobody` is true (*sometimes*)"
        assert (found.verdict, found.property) == (Verdict.VIOLATED, "nobody")
        found = check(spec.variant("all", sometimes=(all_on,))(), engine=engine, progress=False)
        assert found.reason is not None
        assert "for all a in one state; of each alone" in found.reason
        assert "possible=(all_on,)" in str(found)
        assert found.as_json()["reason"] == found.reason


def test_what_is_asked_of_all_at_once_says_so_where_it_is_unknown_too() -> None:
    class Cup(Process, number="cups"):
        full: Nat = 0

        def fill(self) -> None:
            self.full = self.full + 1

        def pour(self, amount: Nat) -> None:
            when(self.full >= amount)
            self.full = self.full - amount

    def low() -> bool:
        return sum(c.full for c in Cup) <= 1

    def spilled() -> bool:
        return any(c.full > 9 for c in Cup)

    def all_full(a: Cup, b: Cup, limit: int) -> bool:
        return a.full + b.full > limit

    given = {"cups": 2, "limit": 1}
    spec = Spec("cups", (Cup,), constants=given, constraints=(low,), sometimes=(spilled, all_full))
    for engine in ("fast", "reference"):
        found = check(spec(), engine=engine, progress=False)
        assert found.verdict is Verdict.UNKNOWN
        assert str(found.bound).startswith("not reached: spilled, all_full for all a, b in one ")
        assert "; 4 steps lead out of the constraints" in str(found.bound)

    class Shut(Cup):
        def fill(self) -> None:
            when(self.full < 0)
            self.full = 0

    shut = spec.variant("shut", Shut, constraints=(), sometimes=(all_full,))
    for engine in ("fast", "reference"):
        bound = str(check(shut(), engine=engine, progress=False).bound)
        assert bound.startswith("not reached: all_full for all a, b in one state; natural numbers ")
