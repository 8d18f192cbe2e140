"""Where the order of members may show, and where it cannot: by the text, whatever is reached."""

from __future__ import annotations

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import (
    Delivery,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    Spec,
    anything,
    either,
    in_flight,
    macro,
    send,
    when,
)

LATE = 40  # runs of an action, of which the first ones are tried in permuted states


class Shared(Globals):
    who: Node | None = None
    members: Set[Node] = anything()
    line: Seq[Node] = ()
    marks: Map[Node, Nat] = Map()
    pairs: Set[tuple[Node, Node]] = frozenset()
    total: Nat = 0


class Told(Message):
    who: Node


class Pair(Record):
    left: Node
    n: Nat


class Node(Process, number="nodes"):
    marked: bool = False
    round: Nat = 0
    other: Node | None = None

    def mark(self) -> None:
        when(Shared.total == 0 and not any(n.marked for n in Node))
        self.marked = True

    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            self.late()
        Shared.total += 1

    def late(self) -> None:
        """What the others do, once, after many runs."""


def all_are_members() -> bool:
    return len(Shared.members) == len(Node)


def whoever_it_is_is_marked() -> bool:
    return Shared.who is None or Shared.who.marked


SPEC = Spec(
    "late", (Node,), (Shared,), constants={"nodes": 2}, symmetric=(Node,),
    initially=(all_are_members,), invariants=(whoever_it_is_is_marked,),
    delivery=Delivery(duplicates=False),
)  # fmt: skip
QUEUES = SPEC.variant("queues", delivery=Delivery(duplicates=False, reorders=False))


def chosen() -> Node | None:
    for n in Shared.members:
        if n.round == 0:
            return n
    return None


# Each tells members apart, and does so late.


class LastOfLoop(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            for n in Node:
                Shared.who = n
        Shared.total += 1


class LastOfSet(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            for n in Shared.members:
                last = n
            Shared.who = last
        Shared.total += 1


class LeftOver(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            for n in Node:
                when(not n.round)
            Shared.who = n
        Shared.total += 1


class FirstReturned(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            Shared.who = chosen()
        Shared.total += 1


class InALine(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            Shared.line = tuple(Shared.members)
            Shared.who = Shared.line[0]
        Shared.total += 1


class Appended(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            for n in Node:
                Shared.line += (n,)
            Shared.who = Shared.line[-1]
        Shared.total += 1


class KeyedAlike(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            Shared.who = Map({n.round: n for n in Node})[0]
        Shared.total += 1


class Largest(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            Shared.who = max(Shared.members)
        Shared.total += 1


class LargestOfPairs(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            Shared.who = max((n.round, n) for n in Node)[1]
        Shared.total += 1


class FirstInFlight(Node):
    def mark(self) -> None:
        when(Shared.total == 0 and not any(n.marked for n in Node))
        self.marked = True
        for n in Node:
            send(Told(who=n), to=n)

    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            Shared.who = in_flight(Told)[0].who
        Shared.total += 1


class RoundsSeeEachOther(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            for n in Node:
                n.round = 1 + sum(m.round for m in Node)
            for n in Node:
                if n.round == 1:
                    Shared.marks |= {n: 1}
            Shared.who = either(*Shared.marks)
        Shared.total += 1


class HidesWhoseTurnItIs(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            for n in Node:
                n.round = 1 + sum(1 for n in Node if n.round > 0)
            Shared.who = either(*(n for n in Node if n.round == 1))
        Shared.total += 1


@macro
def discard(n: Node) -> None:
    """It is called like a word of the language, and is none."""
    Shared.who = n


class CallsItsOwn(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            for n in Node:
                discard(n)
        Shared.total += 1


class Paired(Node):
    def mark(self) -> None:
        when(Shared.total == 0 and not any(n.marked for n in Node))
        self.marked = True
        Shared.pairs = frozenset((m, n) for m in Node for n in Node)


class LastOfPairs(Paired):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            for m, n in Shared.pairs:
                n.other = m
            Shared.who = self.other
        Shared.total += 1


class FirstOfPairs(Paired):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            for m, n in Shared.pairs:
                m.other = n
            Shared.who = self.other
        Shared.total += 1


class LastByAnotherName(Node):
    def mark(self) -> None:
        when(Shared.total == 0 and not any(n.marked for n in Node))
        self.marked = True
        for n in Node:
            n.other = self

    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            for n in Node:
                me = n
                n = n.other
                n.other = me
            Shared.who = self.other
        Shared.total += 1


class LastOfItems(LastByAnotherName):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            same = Map({n: n.other for n in Node})
            for m, n in same.items():
                n.other = m
            Shared.who = self.other
        Shared.total += 1


class LastOfItemsByName(Paired):
    def items(self) -> Set[tuple[Node, Node]]:
        return Shared.pairs

    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            for m, n in self.items():
                m.other = n
            Shared.who = self.other
        Shared.total += 1


class KeyedByItemsByName(LastOfItemsByName):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            Shared.who = Map({m: n for m, n in self.items() if m != n})[self]
        Shared.total += 1


class FromTheRoundBefore(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            last = self
            for n in Node:
                before = last
                last = n
                n.other = before
            Shared.who = self.other
        Shared.total += 1


class Numbered(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            i = 0
            for n in Node:
                i = i + 1
                n.round = i
            Shared.who = either(*(n for n in Node if n.round == 2))
        Shared.total += 1


class AddedToAndGivenAnew(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            for n in Node:
                n.round = 0
                self.round += 1
            if self.round == 1:
                Shared.who = self
        Shared.total += 1


class WhileOneGoesThrough(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            for n in (m for m in Node if not any(other.round for other in Node)):
                n.round = 1
            Shared.who = either(*(n for n in Node if n.round == 1))
        Shared.total += 1


class HiddenByALaterName(Paired):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            last = Map({n: m for n in Node for n, m in ((0, n),)})
            Shared.who = last[0]
        Shared.total += 1


class HiddenInPairs(Paired):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            Shared.who = Map((n, m) for n in Node for n, m in ((0, n),))[0]
        Shared.total += 1


class MadeOfWhatHasAName(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            pairs = ((0, n) for n in Node)
            Shared.who = Map(pairs)[0]
        Shared.total += 1


class WhatHasANameWhileOneGoesThrough(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            new = (m for m in Node if not any(other.round for other in Node))
            for n in new:
                n.round = 1
            Shared.who = either(*(n for n in Node if n.round == 1))
        Shared.total += 1


def took(n: Node) -> bool:
    """An operator that changes a variable."""
    Shared.who = n
    return False


class TakesInAClaimOfAll(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            when(not any(took(n) for n in Node))
        Shared.total += 1


class TakesInALoop(Node):
    def takes(self) -> bool:
        return took(self)

    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            for n in Node:
                when(not n.takes())
        Shared.total += 1


class TakesInAFilter(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2 * LATE)
        if Shared.total == LATE:
            when(len(frozenset(n for n in Shared.members if not took(n))) > 0)
        Shared.total += 1


TELL_APART = [
    TakesInAClaimOfAll, TakesInALoop, TakesInAFilter,
    LastOfItemsByName, KeyedByItemsByName, FromTheRoundBefore, Numbered, AddedToAndGivenAnew,
    WhileOneGoesThrough, HiddenByALaterName, HiddenInPairs, MadeOfWhatHasAName,
    WhatHasANameWhileOneGoesThrough,
    LastOfPairs, FirstOfPairs, LastOfItems, LastByAnotherName,
    LastOfLoop, LastOfSet, LeftOver, FirstReturned, InALine, Appended, KeyedAlike, Largest,
    LargestOfPairs, FirstInFlight, RoundsSeeEachOther, HidesWhoseTurnItIs,
    CallsItsOwn,
]  # fmt: skip


@pytest.mark.parametrize("cls", TELL_APART)
def test_an_action_that_tells_members_apart_late_is_refused(cls: type[Node]) -> None:
    model = SPEC.variant("odd", cls)()
    assert check(model, deadlock=False).verdict is Verdict.VIOLATED
    with pytest.raises(SpecError, match="with symmetry") as refused:
        check(model, symmetry=True, deadlock=False)
    assert refused.value.place


class AsTold(Node):
    """In a queue the order in which one process tells of the others is what it is."""

    def mark(self) -> None:
        when(Shared.total == 0 and not any(n.marked for n in Node))
        self.marked = True
        for n in Node:
            send(Told(who=n), to=self)


class ToEach(Node):
    def mark(self) -> None:
        when(Shared.total == 0 and not any(n.marked for n in Node))
        self.marked = True
        for n in Node:
            if n != self:
                send(Told(who=self), to=n)


def test_rounds_that_send_into_one_queue_are_refused() -> None:
    for spec, refused in ((SPEC, False), (QUEUES, True)):
        model = spec.variant("told", AsTold)()
        if refused:
            with pytest.raises(SpecError, match="with symmetry"):
                check(model, symmetry=True, deadlock=False)
        else:
            assert check(model, symmetry=True, deadlock=False).verdict is Verdict.HOLDS
    assert check(QUEUES.variant("each", ToEach)(), symmetry=True, deadlock=False).verdict is (
        Verdict.HOLDS
    )


class Free(Node):
    """None of these loops shows in which order it went."""

    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 4)
        counted, seen = 0, frozenset()
        for n in Node:
            counted += 1
            if n.marked:
                counted += n.round
                seen |= {n}
        for n in Shared.members:
            mine = n.round
            more = mine + 1
            when(mine < 9)
            n.round = more
            Shared.marks |= {n: mine}
        for n, mark in Shared.marks.items():
            if mark == 0:
                send(Told(who=n), to=n)
        for n in (m for m in Node if m.marked):
            n.other = n
        late = (n.round for n in Node)
        when(all(late) and counted > 0 and seen != frozenset())
        Shared.who = either(*(n for n in Node if n.marked))
        Shared.total += 1


def no_two_marks(a: Node, b: Node) -> bool:
    return a == b or not (a.marked and b.marked)


def test_loops_whose_rounds_may_change_places_are_explored() -> None:
    model = SPEC.variant("free", Free, invariants=(no_two_marks,))()
    plain = check(model, deadlock=False)
    found = check(model, symmetry=True, deadlock=False)
    assert plain.verdict is found.verdict is Verdict.HOLDS
    assert plain.distinct == 1 + 2 * (found.distinct - 1)


class Gets(Node):
    """An action may be called as a method of maps or sequences is."""

    def get(self, other: Node) -> None:
        when(other.marked and Shared.total == 1)
        Shared.total = 2

    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total == 0)
        when(all(Shared.marks.get(n) is None for n in Node))
        Shared.total = 1


def test_an_action_that_is_called_as_a_method_of_maps_is_not_taken_for_it() -> None:
    assert check(SPEC.variant("g", Gets)(), symmetry=True, deadlock=False).distinct == 4


class CountsALine(Node):
    """A sequence may be made in the order of members where only its length is asked for."""

    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2)
        marked = tuple(n.round for n in Node if n.marked)
        when(len(marked) == len(frozenset(marked)) and len(tuple(Shared.members)) > 1)
        Shared.total += 1


class ShowsALine(Node):
    def count(self) -> None:
        when(any(n.marked for n in Node) and Shared.total < 2)
        marked = tuple(n for n in Node if n.round == 0)
        when(len(marked) > 0 and marked[0] == self)
        Shared.total += 1


def test_a_line_of_members_may_be_counted_and_not_looked_into() -> None:
    assert check(SPEC.variant("c", CountsALine)(), symmetry=True, deadlock=False).distinct == 4
    with pytest.raises(SpecError, match="with symmetry"):
        check(SPEC.variant("s", ShowsALine)(), symmetry=True, deadlock=False)
