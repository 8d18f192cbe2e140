"""Corners of the trees: each place here could once be broken without a test that failed."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.language import (
    Delivery,
    Domain,
    Map,
    Message,
    Nat,
    Process,
    Seq,
    Set,
    Spec,
    discard,
    either,
    in_flight,
    send,
    when,
)
from raftnb.tree import Program, nodes
from raftnb.tree.nodes import BOOL, INT, NEVER, NOTHING, Int, MapOf, OneOf, Option, SeqOf, SetOf
from raftnb.tree.types import optional, plain
from tests.oracles.tree_interpreter import steps

NAT = Int(natural=True)


class Told(Message):
    """Made in a method that another one calls, and nowhere else."""

    n: Nat


class Heard(Message):
    """Named in an annotation, and nowhere else."""

    n: Nat


class Kept(Message):
    """Made by a method of another class, and nowhere else."""

    n: Nat


class Key(Domain, number="keys"):
    """A thing with a word."""

    def note(self) -> Kept:
        """Its word."""
        return Kept(n=1)


class Node(Process, number="nodes"):
    """Some variables."""

    x: int = 1
    maybe: int | None = None
    held: Map[int, int] = Map({1: 2})
    seq: Seq[int] = (1, 2, 3)

    flags: Seq[bool] = (True, False, True)
    some: Set[int] = frozenset()
    truths: Set[bool] = frozenset()

    def hears(self, m: Heard) -> None:
        """What nobody sends."""

    def keep(self, key: Key) -> None:
        """Send a thing's word."""
        send(key.note(), to=self)

    def count(self) -> None:
        """Truth values count as one or none."""
        self.x = sum(self.flags)

    def test(self) -> None:
        """Truth values are what they are."""
        when(all(self.flags))

    def clear(self) -> None:
        """Nothing, of two kinds."""
        self.seq = tuple()  # noqa: C408
        self.some = frozenset()

    def smaller(self) -> None:
        """A part of a set that is chosen."""
        when(either(frozenset({1}), frozenset({2})) < self.some)

    def order(self) -> None:
        """A set of numbers among sets of truth values."""
        when(self.some <= self.truths)

    def mix(self) -> None:
        """A truth value that is a number."""
        when((self.x == 1) == 1)

    def look(self) -> None:
        """A default by name, and one by place."""
        self.x = self.held.get(5, 3) + self.held.get(key=1, default=0)

    def take(self) -> None:
        """What is not None, or nothing."""
        self.x = self.maybe  # type: ignore[assignment]

    def speak(self) -> None:
        """By way of two methods."""
        self.tell_all()

    def tell_all(self) -> None:
        """Go on to the next."""
        self.tell()

    def tell(self) -> None:
        """Say it."""
        send(Told(n=1), to=self)

    def part(self) -> None:
        """A part of a chosen sequence."""
        self.seq = either((1, 2), (3,))[1:]

    def ask(self) -> None:
        """A truth value as a key among numbers."""
        self.x = self.held.get(True, 0)

    def compare(self) -> None:
        """An item of nothing is no number, and compared with one."""
        when(()[0] < self.x)  # type: ignore[misc]

    def least(self) -> None:
        """Of several, and of one collection."""
        self.x = min(self.x, 2, 0) + max(self.seq) + min((), default=7)


def nothing_said(n: Node) -> bool:
    """About messages."""
    return all(m.n == 1 for m in in_flight(Told))


SPEC = Spec(
    name="corners",
    processes=(Node,),
    delivery=Delivery(loses=False, duplicates=True, reorders=True),
    domains=(Key,),
    constants={"nodes": 1, "keys": 1},
)


def after(action: str) -> Any:
    """The value of x after an action's tree is run from the start."""
    program = Program(SPEC())
    state = program.model.initial_states[0]
    (node,) = program.model.start()[Node]
    ((_, end),) = steps(program, program.model, state, node, Node.actions[action], ())
    return end["n1", "x"]


def test_a_default_is_given_by_place_or_by_name() -> None:
    assert after("look") == 3 + 2


def test_the_least_and_the_largest_of_several_and_of_one() -> None:
    assert after("least") == 0 + 3 + 7


def test_truth_values_are_summed_as_one_or_none() -> None:
    assert after("count") == 2
    (assign,) = Program(SPEC()).action(Node, "count").body
    (guard,) = Program(SPEC()).action(Node, "test").body
    assert isinstance(assign, nodes.Assign)
    assert isinstance(guard, nodes.When)
    assert [each_of(assign.value).body.type, each_of(guard.test).body.type] == [INT, BOOL]


def each_of(expr: nodes.Expr) -> nodes.EachOf:
    """A comprehension."""
    assert isinstance(expr, nodes.EachOf)
    return expr


def test_nothing_is_a_sequence_or_a_set_of_nothing() -> None:
    body = Program(SPEC()).action(Node, "clear").body
    assert [s.value.type for s in body if isinstance(s, nodes.Assign)] == [
        SeqOf(NEVER), SetOf(NEVER)
    ]  # fmt: skip


def test_what_has_no_value_is_compared_and_not_refused() -> None:
    (guard,) = Program(SPEC()).action(Node, "compare").body
    assert isinstance(guard, nodes.When)
    assert isinstance(guard.test, nodes.Apply)
    assert (guard.test.op, guard.test.args[0].type) == ("<", NEVER)


def few(nodes: int) -> bool:
    """A constant is named by its name."""
    return nodes >= 0


def test_a_constant_has_the_type_of_its_number() -> None:
    spec = SPEC.variant("few", invariants=(few,))
    assert Program(spec()).claim(few).parameters == (("nodes", NAT),)


def test_what_may_be_none_is_taken_for_what_it_is_otherwise() -> None:
    (assign,) = Program(SPEC()).action(Node, "take").body
    assert isinstance(assign, nodes.Assign)
    assert isinstance(assign.value, nodes.Apply)
    assert assign.value.op == "the"


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("part", "alone in a line"),
        ("smaller", "alone in a line"),
        ("ask", "key"),
        ("order", "truth values compared with truth values"),
        ("mix", "truth values compared with truth values"),
    ],
)
def test_what_would_be_evaluated_twice_or_is_no_key_is_refused(action: str, allowed: str) -> None:
    with pytest.raises(SpecError) as error:
        Program(SPEC()).action(Node, action)
    assert allowed in (error.value.allowed or "")


def test_a_message_that_is_made_two_methods_away_is_known() -> None:
    assert {Told, Heard, Kept} <= set(Program(SPEC()).message_kinds())


@pytest.mark.parametrize(
    ("type_", "without"),
    [
        (NAT, INT),
        (SeqOf(NAT), SeqOf(INT)),
        (Option(SeqOf(NAT)), Option(SeqOf(INT))),
        (MapOf(NAT, Option(NAT)), MapOf(INT, Option(INT))),
        (OneOf((NAT, nodes.TEXT)), OneOf((INT, nodes.TEXT))),
        (BOOL, BOOL),
    ],
    ids=str,
)
def test_a_plain_type_forgets_that_numbers_are_natural(
    type_: nodes.Type, without: nodes.Type
) -> None:
    assert plain(type_) == without


def test_what_is_never_there_or_none_is_none() -> None:
    assert optional(NEVER) == NOTHING
    assert optional(NOTHING) == NOTHING
    assert optional(Option(INT)) == optional(INT) == Option(INT)


class Note(Message):
    """One that only an action for any message takes."""

    n: Nat


class Call(Message):
    """One that only a speaker has an action for."""

    n: Nat


class Speaker(Process, number="speakers"):
    """Speaks to listeners."""

    def say(self, to: Listener) -> None:
        """A note."""
        send(Note(n=1), to=to)

    def called(self, m: Call, times: Nat, some: Set[Nat]) -> None:
        """With parameters that are no messages, and whose types are no classes."""
        discard(m)


class Listener(Process, number="listeners"):
    """Takes whatever comes."""

    def hear(self, m: Message) -> None:
        """Any message."""
        discard(m)


def test_where_a_message_goes_is_known_by_the_actions_that_take_it() -> None:
    spec = Spec(
        name="spoken",
        processes=(Speaker, Listener),
        delivery=Delivery(),
        constants={"speakers": 1, "listeners": 1},
    )
    found = Program(spec()).messages
    assert found.end(Note, "dest") == nodes.Member("Listener")
    assert found.end(Call, "dest") == nodes.Member("Speaker")
    assert found.end(Note, "source") == nodes.Member("Speaker")
