"""The least and the largest of a collection: described, and equal to Python's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from raftnb.language import Globals, Map, Nat, Process, Seq, Spec, each, either, when
from raftnb.prove import Lemma, Proof, prove
from raftnb.prove.agreement import compare


class Box(Globals):
    log: Seq[Nat] = ()
    low: Nat = 0
    high: Nat = 0


class Hand(Process, number="hands"):
    marks: Map[Hand, Nat] = each(0)
    first: Nat = 0

    def put(self) -> None:
        n = either(0, 1, 2)
        when(len(Box.log) < 3)
        Box.log = (*Box.log, n)

    def look(self) -> None:
        Box.low = min(Box.log, default=2)
        Box.high = max((2 * n for n in Box.log if n != 1), default=0)

    def mark(self, other: Hand) -> None:
        when(self.marks[other] < 2)
        self.marks |= {other: self.marks[other] + 1}

    def seek(self, wanted: Nat) -> None:
        """The first place at which something else is, or the end."""
        when(wanted < 3)
        log, last = Box.log, len(Box.log)
        self.first = min((i for i in range(last) if log[i] != wanted), default=last)

    def leave(self) -> None:
        """Half of the marks of whoever has most."""
        most = max(self.marks[h] for h in Hand)
        self.first = min({most, self.first + 2, len(Box.log)})


class Hasty(Hand):
    def seek(self, wanted: Nat) -> None:
        """Without a default."""
        when(wanted < 3)
        self.first = min(i for i in range(len(Box.log)) if Box.log[i] != wanted)


def first_is_within(h: Hand) -> bool:
    return h.first <= len(Box.log)


def the_low_is_not_above_two() -> bool:
    return all(n <= 2 for n in Box.log) and Box.low <= 2


def the_low_is_one_of_them() -> bool:
    return Box.log == () or min(Box.log) in Box.log


def the_low_is_least(i: Nat) -> bool:
    return i >= len(Box.log) or min(Box.log) <= Box.log[i] <= max(Box.log)


def no_mark_is_above_the_largest(a: Hand, b: Hand) -> bool:
    return a.marks[b] <= max(a.marks[h] for h in Hand)


def of_each_the_largest_is_a_mark() -> bool:
    return all(any(a.marks[h] == max(a.marks[g] for g in Hand) for h in Hand) for a in Hand)


def two_ways_to_say_it() -> bool:
    twice = max((2 * n for n in Box.log), default=0)
    return twice == 2 * max(Box.log, default=0)


def nothing_is_least_of_nothing() -> bool:
    return min(Box.log) >= 0


def the_largest_is_small() -> bool:
    return max(Box.log, default=0) < 2


def all_have_the_same_largest(a: Hand, b: Hand) -> bool:
    return max(a.marks[h] for h in Hand) == max(b.marks[h] for h in Hand)


TRUE = (
    first_is_within,
    the_low_is_not_above_two,
    the_low_is_one_of_them,
    the_low_is_least,
    no_mark_is_above_the_largest,
    of_each_the_largest_is_a_mark,
    two_ways_to_say_it,
)
FALSE = (nothing_is_least_of_nothing, the_largest_is_small, all_have_the_same_largest)
BOXES = Spec("boxes", processes=(Hand,), shared=(Box,), constants={"hands": 2}, invariants=TRUE)


def test_what_is_true_is_proved() -> None:
    found = prove(Proof(BOXES, tuple(map(Lemma, TRUE))), trust=True, workers=1)
    assert found.failing == ()


@pytest.mark.parametrize("claim", FALSE)
def test_what_is_false_is_not_proved(claim: Callable[..., bool]) -> None:
    proof = Proof(BOXES, tuple(map(Lemma, (*TRUE, claim))))
    found = prove(proof, only=claim, trust=True, workers=1, timeout=2)
    assert claim.__name__ in {name for name, _ in found.failing}


def test_of_nothing_there_is_no_least() -> None:
    hasty = BOXES.variant("hasty", Hasty)
    proof = Proof(hasty, tuple(map(Lemma, TRUE)))
    found = prove(proof, actions="seek", trust=True, workers=1, timeout=2)
    assert any(one.claim.startswith("line ") for one in found.unknown)


def test_the_translation_is_pythons() -> None:
    proof = Proof(BOXES, tuple(map(Lemma, (*TRUE, *FALSE))))
    found = compare(proof, effort=300, seed=1)
    assert found.untaken == ()
    assert found.steps > 50
