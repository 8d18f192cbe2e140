"""Shapes in which an engineer writes a protocol in plain Python mean what running them means."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.language import Map, Nat, Process, Record, Seq, Set, when
from raftnb.language.spec import Spec
from raftnb.tree import Program, nodes
from tests.oracles.random_steps import RandomSteps


class Entry(Record):
    """An entry of a log."""

    term: Nat
    value: int = 0


class Node(Process, number="nodes"):
    """A server."""

    term: Nat = 0
    n: int = 0
    k: int = 0
    flag: bool = False
    log: Seq[Entry] = ()
    numbers: Seq[int] = ()
    peers: Set[Node] = frozenset()
    match: Map[Node, int] = Map()
    voted: Node | None = None

    def last(self) -> tuple[Nat, Nat]:
        """The term of the last entry, and how many there are."""
        if not self.log:
            return 0, 0
        return (self.log[-1].term, len(self.log))

    def chosen(self) -> tuple[int, Node | None]:
        """Values of two types."""
        return self.n, self.voted

    def some(self) -> Seq[int]:
        """As many as there are."""
        return self.numbers

    def is_quorum(self, members: Set[Node], more: int = 1, *, strict: bool = True) -> bool:
        """With what is mostly left out."""
        if strict:
            return 2 * len(members) > len(Node)
        return 2 * len(members) + more >= len(Node)

    def unpacks(self) -> None:
        """What an operator returns, to names and variables."""
        term, length = self.last()
        self.n, self.k = self.last()
        self.flag = term > length
        n, self.voted = self.chosen()
        (self.term,) = (n * n,)

    def unpacks_as_many(self) -> None:
        """A sequence of any length: where it is another one, there is no step."""
        a, b = self.some()
        self.n, self.k = b, a

    def unpacks_one(self) -> None:
        """The only one."""
        (self.n,) = self.numbers

    def unpacks_in_order(self) -> None:
        """A list, and what a name holds."""
        pair = (self.n, self.k)
        low, high = sorted((self.n, self.k, 1)[:2])
        self.k, self.n = pair
        self.flag = low < high

    def targets(self) -> None:
        """Several at once: the value is found once."""
        a = self.n = self.k + 1
        self.k = n = self.n + a
        self.flag = n > a

    def compares(self) -> None:
        """Sequences of numbers, as far as they are alike."""
        mine, theirs = self.last(), (self.n, self.k)
        self.flag = mine < theirs or self.numbers >= theirs
        self.n = int(self.numbers <= (1, 2)) + 2 * int(self.some() > mine) + int(self.n)
        self.k = int(self.numbers < ())

    def merges(self) -> None:
        """Maps put into another one; the last value of a key counts."""
        old = self.match
        self.match = Map({**old, self: self.n})
        self.match = Map({self: 9, **self.match, **Map({n: n.k for n in self.peers})})
        self.n = len(old)

    def dicts(self) -> None:
        """A dict is looked at and gone through, as a Map with its keys in order."""
        terms = {n: n.term for n in Node if n.n >= self.n}
        squares = {i: i * x for i, x in enumerate(self.numbers)}
        when(self in terms and len(terms) > 0)
        self.n = terms[self] + terms.get(self, 7)
        self.k = max(terms.values()) + sum(x for _, x in squares.items()) + squares.get(1, 5)
        for n, term in terms.items():
            self.numbers += (term,)
            self.voted = n
        self.match = Map(terms)
        self.numbers += tuple(squares.values()) + tuple(squares)

    def of_dicts(self) -> None:
        """A key that is not there: no step."""
        doubled = {n: 2 * x for n, x in self.match.items()}
        self.n = doubled[self]
        self.match = Map({**doubled, self: 1})

    def ends(self) -> None:
        """The first and the last of members; where there is none, there is no step."""
        self.voted = min(self.peers)
        self.n = max(n for n in Node if n.flag).n
        self.k = min(set(self.peers) | {self}).k

    def truths(self) -> None:
        """Numbers, members that may be missing and collections are asked whether they are true."""
        when(self.n or not self.voted)
        self.flag = bool(self.k) and (bool(self.voted) or bool(self.log))
        self.k = 1 if self.k and self.numbers else 2
        self.n = sum(1 for n in Node if n.voted and not n.n)

    def values_of_or(self) -> None:
        """`a or b` is a or b itself."""
        self.voted = self.voted or min(Node)
        self.n = self.n and self.k and 5
        self.k = self.k or self.n or len(self.log) or 7
        self.numbers = self.numbers or (self.n, self.k)
        self.peers = self.peers and frozenset({self})

    def values_of_and(self) -> None:
        """Where there is nobody, None."""
        best = self.voted and self.voted.n
        self.flag = best is None
        self.n = -1 if best is None else best
        self.voted = (self.voted and self.voted.voted) or self

    def left_out(self) -> None:
        """Arguments by name, and such as are left out."""
        members = {n for n in Node if n.flag}
        self.flag = self.is_quorum(members) or self.is_quorum(self.peers, strict=False)
        self.n = int(self.is_quorum(members, 0, strict=False))
        self.k = int(self.is_quorum(strict=self.flag, members=members, more=2))


SPEC = Spec("shapes", processes=(Node,), constants={"nodes": 2})
MODEL = SPEC()
STEPS = RandomSteps(MODEL)


@pytest.mark.parametrize("name", sorted(Node.actions))
def test_a_shape_has_its_meaning(name: str) -> None:
    STEPS.compare(name, 120)


def three_of_two(self: Node) -> None:
    """`(a, b, c)`"""
    a, b, c = self.last()
    self.n = a + b + c


def out_of_a_set(self: Node) -> None:
    """`(a, b)`"""
    a, b = self.peers
    self.voted = a or b


def a_set_of_two_names(self: Node) -> None:
    """`{self.n}`"""
    a = b = {self.n}
    a |= {self.k}
    self.n = len(b)


def a_dict_kept(self: Node) -> None:
    """`terms`"""
    terms = {n: n.n for n in Node}
    self.match = terms


def a_dict_out_of_order(self: Node) -> None:
    """`{n.k: n.n for n in Node}`"""
    terms = {n.k: n.n for n in Node}
    self.numbers = tuple(terms)


def a_dict_of_a_sequence(self: Node) -> None:
    """`{x: x + 1 for x in self.numbers}`"""
    terms = {x: x + 1 for x in self.numbers}
    self.numbers = tuple(terms)


def a_dict_of_hashes(self: Node) -> int:
    """`{x: x + 1 for x in {self.n, self.k}}`"""
    terms = {x: x + 1 for x in {self.n, self.k}}
    return len(terms)


def a_dict_written_out(self: Node) -> None:
    """`{self: 1}`"""
    terms = {self: 1}
    self.n = terms[self]


def a_dict_is_no_map(self: Node) -> bool:
    """`terms == self.match`"""
    terms = {n: n.n for n in Node}
    return terms == self.match


def a_map_and_a_dict(self: Node) -> int:
    """`terms | self.match`"""
    terms = {n: n.n for n in Node}
    return len(terms | self.match)


def a_dict_that_grows(self: Node) -> int:
    """`{n: n.n for n in Node}`"""
    terms = {n: n.n for n in Node}
    terms |= Map({self: 1})
    return len(terms)


def one_by_place(self: Node) -> bool:
    """`self.is_quorum(self.peers, 1, True)`"""
    return self.is_quorum(self.peers, 1, True)  # type: ignore[misc]


def a_number_of_a_text(self: Node) -> int:
    """`int('1')`"""
    return int("1")


def a_record_asked(self: Node) -> int:
    """`entry`"""
    entry = self.log[-1] if len(self.log) > 0 else None
    return 1 if entry else 2


def a_truth_value_or_a_number(self: Node) -> int:
    """`self.flag or self.n`"""
    return self.flag or self.n


REFUSED = [
    value
    for value in list(globals().values())
    if getattr(value, "__module__", "") == __name__ and "`" in (value.__doc__ or "")
]


@pytest.mark.parametrize("function", REFUSED, ids=lambda function: function.__name__)
def test_it_is_refused_where_it_stands(function: Any) -> None:
    """Each function's docstring says what of it is found."""
    with pytest.raises(SpecError) as error:
        Program(MODEL).called(function, None, (nodes.Member("Node"),))
    assert error.value.found == function.__doc__
    assert error.value.cure
