"""Sets that can change and sorted lists in local names mean what running them means."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.language import Globals, Map, Process, Seq, Set, either, macro, when
from raftnb.language.spec import Spec
from raftnb.tree import Program, nodes
from tests.oracles.random_steps import RandomSteps

# ruff: noqa: B905, RUF007 (`strict` and `pairwise` are no words of the language)


class Board(Globals):
    """What was seen by somebody."""

    seen: Set[int] = frozenset()


class Crew(Process, number="crew"):
    """Actions in which sets and lists have names."""

    n: int = 0
    k: int = 0
    flag: bool = False
    log: Seq[int] = ()
    some: Set[int] = frozenset()
    friends: Set[Crew] = frozenset()
    ages: Map[Crew, int] = Map()

    # Operators that are given sets, or make them.

    def is_quorum(self, votes: Set[Crew]) -> bool:
        """Whether these are more than half, whichever kind of set they are."""
        return 2 * len(votes) > len(Crew)

    def flagged(self) -> Set[Crew]:
        """A set that Python can change, though nobody does."""
        return {c for c in Crew if c.flag}

    def collected(self, least: int) -> Set[int]:
        """Made in a loop."""
        found = set()
        for c in Crew:
            if c.n >= least:
                found |= {c.n, c.k}
        return found

    def either_kind(self) -> Set[int]:
        """A set of one kind or the other."""
        if self.flag:
            return {self.n, self.k}
        return self.some

    def ends(self, numbers: Set[int]) -> Seq[int]:
        """The least and the largest."""
        rising = sorted(numbers)
        return (rising[0], rising[-1]) if numbers else ()

    @macro
    def vote(self, others: Set[Crew]) -> None:
        """A part of an action that is given a set."""
        when(self not in others)
        self.n = len(others)

    # Actions.

    def looks(self) -> None:
        """A set in a name is looked at in all ways."""
        mine = {x % 3 for x in self.log}
        when(len(mine) < 4)
        self.flag = self.k in mine or (not mine and mine == self.some)
        self.n = max(mine, default=0) + sum(mine) + len(mine | {self.k})
        self.k = sum(x * x for x in mine if x not in self.some)
        for x in sorted(mine):
            self.log += (x,)

    def compares(self) -> None:
        """A set that can change is equal to one that cannot, smaller or larger."""
        mine, other = {*self.log[:1], self.k} if self.flag else set(self.log), {self.k, self.n}
        self.flag = mine == self.some or mine < other or self.some >= mine
        self.n = int_of(mine <= other) + 2 * int_of(mine != other) + 4 * int_of(mine > self.some)
        self.k = int_of(mine.isdisjoint(self.some)) + 2 * int_of(other.issubset(mine))

    def puts_together(self) -> None:
        """Of the kind of the left one."""
        mine = set(self.log)
        self.some = self.some | mine
        self.n = len(mine & self.some) + len(mine - {self.k}) + len(mine ^ self.some)
        more = mine.union(self.log) | {self.k}
        less = more.difference(self.some).symmetric_difference({1})
        self.k = len(less) - len(more)
        self.some = frozenset(more) - less
        self.log = tuple(sorted(less))

    def items(self) -> None:
        """Items and parts of a sorted list."""
        rising = sorted(self.log)
        falling = sorted({*self.some, self.k, *rising}, reverse=True)
        when(len(rising) > 0)
        self.n = rising[len(rising) // 2] - rising[-1]
        self.k = falling[0] + sum(falling[1:]) + rising.index(rising[-1]) + rising.count(self.k)
        self.log = (*falling, 0, *rising[:2])
        for i, x in enumerate(falling):
            self.log += (i * x,)
        self.flag = all(x <= y for x, y in zip(rising, rising[1:])) and self.n in rising

    def lists_joined(self) -> None:
        """A list with another one behind it."""
        both = sorted(self.log) + sorted(self.some, reverse=False)
        self.log = tuple(reversed(both)) + tuple(both[1:2])
        self.n = both[-2]

    def changes(self) -> None:
        """A set that is changed in place, and has no other name."""
        mine = {self.k}
        for x in self.log:
            if x not in mine:
                mine |= {x, x + 1}
        mine -= self.some
        kept = frozenset(mine)
        mine ^= {1, 2}
        self.some = kept
        mine &= set(self.log) | {1}
        self.log = self.ends(mine)
        self.n = len(mine) + sum(kept)

    def by_branches(self) -> None:
        """Given in one branch or the other, of one kind or the other."""
        mine = self.some
        if self.flag:
            mine = {self.n}
        also = set() if self.n > 1 else mine
        self.k = len(mine) + len(also)
        mine = mine | {9}
        self.flag = 9 in also or mine == self.some
        self.some = frozenset(mine)

    def aliased(self) -> None:
        """Two names of one set that nobody changes; the values of two change places."""
        mine, yours = set(self.log), {self.k}
        same = mine
        mine, yours = yours, mine
        self.n = len(mine) + 10 * len(yours) + 100 * len(same)

    def given(self) -> None:
        """To operators and macros, and made by them."""
        voters = {c for c in Crew if c.n >= self.n}
        self.flag = self.is_quorum(voters) and self.is_quorum(self.friends)
        self.friends = frozenset(self.flagged()) | self.flagged()
        self.some = self.some - self.collected(self.k)
        self.log = self.ends(self.either_kind()) + self.ends(self.some)
        self.vote(voters - {self})

    def chooses(self) -> None:
        """One of a set, and of a list."""
        mine = {self.n, self.k, 3}
        rising = sorted(mine)
        self.n = len(mine)
        self.k = either(*rising[:2])
        self.log = (either(*sorted(mine)),)

    def hidden(self) -> None:
        """A comprehension's variable hides a name that is a set."""
        x = set(self.log)
        self.n = sum(x for x in self.log if x > 0) + len(x)
        self.some = frozenset(y for x in Crew for y in x.log) | frozenset(x)

    def missing(self) -> None:
        """None, or a set: of None nothing can be asked."""
        mine = {self.n, self.k} if self.flag else None
        when(mine is not None or self.n > 1)
        self.k = len(mine)


def int_of(flag: bool) -> int:
    """1 for what is true."""
    return 1 if flag else 0


SPEC = Spec("crew", processes=(Crew,), shared=(Board,), constants={"crew": 2})
MODEL = SPEC()
STEPS = RandomSteps(MODEL)


@pytest.mark.parametrize("name", sorted(Crew.actions))
def test_a_set_or_list_in_a_name_has_its_meaning(name: str) -> None:
    STEPS.compare(name, 120)


# What is kept, or is changed and has two names, is not followed.


def kept_in_a_variable(self: Crew) -> None:
    """`mine`"""
    mine = set(self.log)
    self.some = mine


def kept_of_a_helper(self: Crew) -> None:
    """`self.flagged()`"""
    self.friends = self.flagged()


def kept_in_a_branch(self: Crew) -> None:
    """`{1} if self.flag else self.some`"""
    self.some = {1} if self.flag else self.some


def kept_of_two(self: Crew) -> None:
    """`mine`"""
    other, mine = self.n, {self.k}
    self.n, self.some = other, mine


def kept_in_a_list(self: Crew) -> None:
    """`rising`"""
    rising = sorted(self.log)
    self.log = rising


def kept_of_a_list(self: Crew) -> None:
    """`rising[1:]`"""
    rising = sorted(self.log)
    self.log = rising[1:]


def put_in_a_tuple(self: Crew) -> int:
    """`mine`"""
    mine = {self.n}
    return len((mine, 1))


def put_in_a_set(self: Crew) -> int:
    """`mine`"""
    mine = {self.n}
    return len(frozenset({mine}))


def put_in_a_set_by_a_loop(self: Crew) -> int:
    """`mine`"""
    mine = {self.n}
    return len({mine for c in Crew})


def taken_for_a_key(self: Crew) -> bool:
    """`mine`"""
    mine = {self.n}
    return mine in Map({frozenset({1}): 1})


def taken_for_an_item(self: Crew) -> bool:
    """`mine`"""
    mine = {self.n}
    return mine in (self.some, frozenset())


def one_of_two_chosen(self: Crew) -> None:
    """`{self.n}`"""
    self.n = len(either({self.n}, {self.k}))


def changed_with_another_name(self: Crew) -> None:
    """`mine`"""
    mine = {self.n}
    same = mine
    mine |= {self.k}
    self.n = len(same)


def changed_by_its_other_name(self: Crew) -> None:
    """`mine_too`"""
    mine_too = {self.n}
    mine = mine_too
    mine |= {self.k}
    self.n = len(mine_too)


def changed_with_another_name_in_a_branch(self: Crew) -> None:
    """`mine`"""
    mine = {self.n}
    same = mine if self.flag else self.some
    mine |= {self.k}
    self.n = len(same)


def changed_by_a_name_of_a_branch(self: Crew) -> None:
    """`also if self.flag else {1}`"""
    also = {self.n}
    mine = also if self.flag else {1}
    mine |= {self.k}
    self.n = len(also)


def changed_by_one_of_two(self: Crew) -> None:
    """`other`"""
    mine, other = {self.n}, {self.k}
    mine, other = other, mine
    mine |= {5}
    self.n = len(other)


def same(numbers: Set[int]) -> Set[int]:
    """What it is given."""
    return numbers


def changed_after_a_helper(self: Crew) -> None:
    """`same(other)`"""
    other = {self.n}
    mine = same(other)
    mine |= {self.k}
    self.n = len(other)


def changed_and_handed_on(self: Crew) -> None:
    """`mine`"""
    mine = {self.n}
    other = same(mine)
    mine |= {self.k}
    self.n = len(other)


def longer(numbers: Set[int]) -> int:
    """Changes what it is given, where that can change."""
    numbers |= {7, 8}
    return len(numbers)


def changed_by_a_helper(self: Crew) -> None:
    """`numbers |= {7, 8}`"""
    mine = {self.n}
    self.n = longer(mine)
    self.k = len(mine)


def changed_while_gone_through(self: Crew) -> None:
    """`for x in mine:`"""
    mine = set(self.log)
    for x in mine:
        mine |= {x + 1}
    self.n = len(mine)


def a_list_that_grows(self: Crew) -> None:
    """`sorted(self.log)`"""
    rising = sorted(self.log)
    rising += sorted(self.some)
    self.n = len(rising)


def a_list_and_a_tuple(self: Crew) -> None:
    """`rising + self.log`"""
    rising = sorted(self.log)
    self.n = len(rising + self.log)


def a_list_is_no_tuple(self: Crew) -> bool:
    """`rising == self.log`"""
    rising = sorted(self.log)
    return rising == self.log


def a_list_or_a_tuple(self: Crew) -> int:
    """`rising`"""
    rising = sorted(self.log) if self.flag else self.log
    return len(rising)


def sorted_one_way_or_the_other(self: Crew) -> int:
    """`sorted(self.log, reverse=self.flag)`"""
    return sorted(self.log, reverse=self.flag)[0]


def without_a_value_in_one_branch(self: Crew) -> int:
    """`mine`"""
    if self.flag:
        mine = {self.n}
    return len(mine)


def seen_of_the_crew() -> Set[int]:
    """What an engine asks for must be a value."""
    return {c.n for c in Crew} if any(c.flag for c in Crew) else frozenset()


def test_what_an_engine_asks_for_is_no_set_that_can_change() -> None:
    with pytest.raises(SpecError, match=r"seen_of_the_crew.*returns set\[int\]"):
        Program(MODEL).operator(seen_of_the_crew)


REFUSED = [
    value
    for value in list(globals().values())
    if getattr(value, "__module__", "") == __name__ and "`" in (value.__doc__ or "")
]


@pytest.mark.parametrize("function", REFUSED, ids=lambda function: function.__name__)
def test_it_is_refused_where_it_is_kept_or_changed(function: Any) -> None:
    """Each function's docstring says what of it is found."""
    with pytest.raises(SpecError) as error:
        Program(MODEL).called(function, None, (nodes.Member("Crew"),))
    assert error.value.found == function.__doc__
    assert error.value.cure
