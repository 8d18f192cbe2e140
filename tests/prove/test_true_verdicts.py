"""A false claim is never proved: the shapes that a translation gets wrong, kind by kind.

Every claim that is expected to be false is false by exploration too; of those that are true, some
are proved, and some are refused since they have no translation.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Literal

import pytest
import z3

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import (
    Delivery,
    Domain,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    discard,
    each,
    either,
    in_flight,
    reply,
    send,
    when,
)
from raftnb.language.spec import Spec
from raftnb.prove import (
    Disagreement,
    InstanceSize,
    Lemma,
    Proof,
    Report,
    check_bounded,
    explain,
    k_induction,
    prove,
    run,
)
from raftnb.prove.agreement import compare
from raftnb.prove.operators import OPERATORS

Claim = Callable[..., bool]


@dataclass(frozen=True)
class Shape:
    """A claim about a specification, and what must come of it."""

    spec: Spec
    claim: Claim
    expected: str  # proved, false, refused, or unproved: true, but not inductive or not defined
    uses: tuple[Claim, ...] = ()


def named(shape: Shape) -> str:
    return f"{shape.spec.name}: {shape.claim.__name__}"


def proved(shape: Shape) -> Report:
    claims = (*shape.uses, shape.claim)
    lemmas = tuple(Lemma(claim, claims) for claim in claims)
    spec = shape.spec.variant(shape.spec.name, invariants=claims)
    return prove(Proof(spec, lemmas, defined=claims), workers=1, timeout=3)


def explored(shape: Shape) -> Verdict:
    spec = shape.spec.variant(shape.spec.name, invariants=(shape.claim,), final=anywhere)
    try:
        return check(spec(), max_states=1_000).verdict
    except SpecError:
        return Verdict.VIOLATED


def anywhere() -> bool:
    """No deadlock is looked for."""
    return True


def assert_verdict(shape: Shape) -> None:
    if shape.expected == "refused":
        with pytest.raises(SpecError) as refused:
            proved(shape)
        error = refused.value
        assert error.place, error
        assert error.allowed, error
        assert error.cure, error
        return
    report = proved(shape)
    assert report.verdict == (Verdict.HOLDS if shape.expected == "proved" else Verdict.UNKNOWN)
    if shape.expected == "proved":
        assert explored(shape) in (Verdict.HOLDS, Verdict.UNKNOWN)
    if shape.expected == "false":
        assert explored(shape) is Verdict.VIOLATED


# P1. The network.


class Ping(Message):
    """A number on its way."""

    n: Nat


class Node(Process, number="nodes"):
    """Sends one ping, and takes one."""

    sent: bool = False
    got: Nat = 0

    def ping(self, to: Node) -> None:
        """Send, once."""
        when(not self.sent)
        self.sent = True
        send(Ping(n=1), to=to)

    def take(self, m: Ping) -> None:
        """Take it out of the network."""
        discard(m)
        self.got += 1

    def quiet(self) -> None:
        """Only where nothing is in flight."""
        when(self.sent)
        when(not any(m.n == 1 for m in in_flight(Ping)))
        self.got = 5


class Answering(Node):
    """Answers each ping."""

    def take(self, m: Ping) -> None:
        """A new message for the old one."""
        when(m.n == 1)
        reply(m, Ping(n=2))

    def quiet(self) -> None:
        """Nothing."""
        when(False)


class Plain(Node):
    """Does not look at the network."""

    def quiet(self) -> None:
        """Nothing."""
        when(False)


class Waiting(Plain):
    """Goes on when something is there."""

    def see(self) -> None:
        """A message is there: it may be gone in the translation's network only later."""
        when(any(m.n == 1 for m in in_flight(Ping)))
        self.got = 0


class Branching(Plain):
    """Does one thing or the other."""

    def see(self) -> None:
        """Depends on whether a message is there."""
        if any(m.n == 1 for m in in_flight(Ping)):
            self.got = 0
        else:
            self.got = 7


def pings_are_ones() -> bool:
    """True: of all that fly."""
    return all(m.n == 1 for m in in_flight(Ping))


def a_sent_ping_flies() -> bool:
    """True only where messages stay."""
    return all(any(m.n == 1 for m in in_flight(Ping)) for s in Node if s.sent)


def nobody_got_five() -> bool:
    """True only where the network cannot be empty again."""
    return all(s.got != 5 for s in Node)


def nobody_sent_or_something_flies() -> bool:
    """The same, said with a conditional."""
    return any(True for m in in_flight(Ping)) if any(s.sent for s in Node) else True


def no_small_pings() -> bool:
    """A negated `any`: fewer messages cannot break it."""
    return not any(m.n == 0 for m in in_flight(Ping))


def not_all_are_small() -> bool:
    """A negated `all`: it claims that a message is there."""
    return not all(m.n == 0 for m in in_flight(Ping)) or all(not s.sent for s in Node)


NETWORKS = [Delivery(*flags) for flags in itertools.product((False, True), repeat=3)]
KEEPING = [d for d in NETWORKS if d.keeps]
LEAVING = [d for d in NETWORKS if not d.keeps]


def network(delivery: Delivery, cls: type[Process] = Plain) -> Spec:
    flags = "".join(str(int(flag)) for flag in vars(delivery).values())
    name = f"{cls.__name__} {flags}"
    return Spec(name, processes=(cls,), constants={"nodes": 2}, delivery=delivery)


P1 = [
    *(Shape(network(d), pings_are_ones, "proved") for d in NETWORKS),
    *(Shape(network(d), no_small_pings, "proved") for d in NETWORKS),
    *(Shape(network(d), a_sent_ping_flies, "proved") for d in KEEPING),
    *(Shape(network(d), a_sent_ping_flies, "refused") for d in LEAVING),
    *(Shape(network(d), nobody_sent_or_something_flies, "refused") for d in LEAVING),
    *(Shape(network(d), not_all_are_small, "refused") for d in LEAVING),
    *(Shape(network(d, Node), nobody_got_five, "refused") for d in LEAVING),
    *(Shape(network(d, Branching), pings_are_ones, "refused") for d in LEAVING),
    *(Shape(network(d, Waiting), pings_are_ones, "proved") for d in NETWORKS),
    *(Shape(network(d, Answering), pings_are_ones, "false") for d in NETWORKS),
]


@pytest.mark.parametrize("shape", P1, ids=named)
def test_the_network_is_the_one_that_the_specification_declares(shape: Shape) -> None:
    assert_verdict(shape)


# P2. Loops.


class Slot(Domain, number="slots"):
    """Something to go through."""


class Board(Globals):
    """What loops write to."""

    n: Nat = 0
    ok: bool = True
    marks: Map[Slot, bool] = each(False)


class Note(Message):
    """About a slot."""

    slot: Slot
    n: Nat


class Looping(Process):
    """Loops over a domain of any size."""

    def counts(self) -> None:
        """A counter."""
        n = 0
        for s in Slot:  # noqa: B007
            n = n + 1
        Board.n = n


class Flagging(Process):
    """Loops over a domain of any size."""

    def flags(self) -> None:
        """A flag."""
        ok = True
        for s in Slot:
            if not Board.marks[s]:
                ok = False
        Board.ok = ok


class Carrying(Process, number="nodes"):
    """Loops over a domain of any size."""

    def carries(self, to: Carrying) -> None:
        """What one round leaves for the next."""
        n = 1
        for s in Slot:
            send(Note(slot=s, n=n), to=to)
            n = 2


class Fresh(Process, number="nodes"):
    """Loops over a domain of any size."""

    def sends(self, to: Fresh) -> None:
        """Each round for itself."""
        for s in Slot:
            n = 1
            if Board.marks[s]:
                send(Note(slot=s, n=n), to=to)


class Hiding(Process, number="nodes"):
    """Loops over a domain of any size."""

    def sends(self, to: Hiding) -> None:
        """The loop's variable is that of a comprehension, too."""
        for s in Slot:
            if all(Board.marks[s] for s in Slot):
                send(Note(slot=s, n=1), to=to)


class Writing(Process):
    """Loops over a domain of any size."""

    def writes(self) -> None:
        """A variable."""
        for s in Slot:  # noqa: B007
            Board.n = Board.n + 1


class Written(Process):
    """Loops over what is written out."""

    def writes(self) -> None:
        """Three rounds, one after the other."""
        n = 0
        for k in (1, 2, 3):
            n = n + k
        Board.n = n


def never_one() -> bool:
    """False where something is counted."""
    return Board.n != 1


def n_is_six_or_less() -> bool:
    """True of 1 + 2 + 3."""
    return Board.n == 0 or Board.n == 6


def always_ok() -> bool:
    """False: nothing is marked at first."""
    return Board.ok


def notes_are_one() -> bool:
    """True where each round has its own 1."""
    return all(m.n == 1 for m in in_flight(Note))


def loops(*processes: type[Process]) -> Spec:
    return Spec(
        processes[0].__name__,
        processes=processes,
        shared=(Board,),
        domains=(Slot,),
        constants={"slots": 2, "nodes": 1},
        delivery=Delivery(),
    )


P2 = [
    Shape(loops(Looping), never_one, "refused"),
    Shape(loops(Flagging), always_ok, "refused"),
    Shape(loops(Carrying), notes_are_one, "refused"),
    Shape(loops(Fresh), notes_are_one, "proved"),
    Shape(loops(Hiding), notes_are_one, "proved"),
    Shape(loops(Writing), never_one, "refused"),
    Shape(loops(Written), n_is_six_or_less, "proved"),
    Shape(loops(Written), never_one, "proved"),
]


@pytest.mark.parametrize("shape", P2, ids=named)
def test_a_loop_over_a_domain_is_no_place_to_count(shape: Shape) -> None:
    assert_verdict(shape)


# P3 to P6. Maps, slices, names of branches, choices in a branch.


class Store(Globals):
    """Values of all kinds."""

    log: Seq[int] = ()
    seen: Set[Slot] = frozenset()
    at: Map[Slot, int] = Map()
    last: Slot | None = None
    n: int = 0
    on: bool = False


class Spreads(Process):
    """P3."""

    def put(self, k: Slot) -> None:
        """What was there, and one more."""
        Store.at = Map({**Store.at, k: 1})


class Merges(Process):
    """P3, as the language says it."""

    def put(self, k: Slot) -> None:
        """What was there, and one more."""
        Store.at = Store.at | {k: 1}


class Reverses(Process):
    """P4."""

    def put(self) -> None:
        """Another order."""
        when(len(Store.log) < 3)
        Store.log = (Store.log + (Store.n,))[::-1]
        Store.n += 1


class Cuts(Process):
    """Slices from the end."""

    def put(self) -> None:
        """One more."""
        when(len(Store.log) < 3)
        Store.log = Store.log + (Store.n,)
        Store.n += 1

    def cut(self) -> None:
        """Without the last."""
        Store.log = Store.log[:-1]


class Joins(Process):
    """P5."""

    def put(self, k: Slot, empty: bool) -> None:
        """A name that is the empty set on one way."""
        if empty:  # noqa: SIM108
            found = frozenset()
        else:
            found = frozenset({k})
        Store.seen = found


class JoinsNone(Process):
    """P5, with None."""

    def put(self, k: Slot, empty: bool) -> None:
        """A name that is None on one way."""
        found = k
        if empty:
            found = None
        Store.last = found


class JoinsSequences(Process):
    """P5, with sequences."""

    def put(self, empty: bool) -> None:
        """A name that is () on one way."""
        found = ()
        if not empty:
            found = (1,)
        Store.log = found


class Chooses(Process):
    """P6."""

    def put(self) -> None:
        """A choice on one way only: the other one is open even if there is nothing to choose."""
        Store.n = either(*Store.log) if Store.on else 4

    def switch(self) -> None:
        """To the other way."""
        Store.on = not Store.on


def nothing_at() -> bool:
    """False: something was put."""
    return len(frozenset(k for k in Store.at)) == 0


def at_is_one() -> bool:
    """True of all that was put."""
    return all(Store.at[k] == 1 for k in Store.at)


def log_counts_up() -> bool:
    """False where it is turned around."""
    return len(Store.log) < 2 or Store.log[0] < Store.log[1]


def seen_nothing() -> bool:
    """False."""
    return all(k not in Store.seen for k in Slot)


def no_last() -> bool:
    """False."""
    return Store.last is None


def log_is_empty() -> bool:
    """False."""
    return Store.log == ()


def log_has_ones() -> bool:
    """True."""
    return all(x == 1 for x in Store.log)


def n_is_zero() -> bool:
    """False."""
    return Store.n == 0


def n_is_zero_or_four() -> bool:
    """True."""
    return Store.n == 0 or Store.n == 4


def nothing_logged() -> bool:
    """True: nothing is ever put in the log."""
    return len(Store.log) == 0


def stores(*processes: type[Process]) -> Spec:
    return Spec(
        processes[0].__name__,
        processes=processes,
        shared=(Store,),
        domains=(Slot,),
        constants={"slots": 2},
    )


P3_TO_P6 = [
    Shape(stores(Spreads), at_is_one, "proved"),
    Shape(stores(Spreads), nothing_at, "false"),
    Shape(stores(Merges), at_is_one, "proved"),
    Shape(stores(Merges), nothing_at, "false"),
    Shape(stores(Reverses), log_counts_up, "false"),
    Shape(stores(Cuts), log_is_empty, "false"),
    Shape(stores(Cuts), log_counts_up, "unproved"),
    Shape(stores(Joins), seen_nothing, "false"),
    Shape(stores(JoinsNone), no_last, "false"),
    Shape(stores(JoinsSequences), log_is_empty, "false"),
    Shape(stores(JoinsSequences), log_has_ones, "proved"),
    Shape(stores(Chooses), n_is_zero, "false"),
    Shape(stores(Chooses), n_is_zero_or_four, "proved", (nothing_logged,)),
]


@pytest.mark.parametrize("shape", P3_TO_P6, ids=named)
def test_maps_slices_branches_and_choices_mean_what_they_mean(shape: Shape) -> None:
    assert_verdict(shape)


# P7. Classes.


class Shape_(Record):
    """The base of two."""

    n: Nat


class Round(Shape_):
    """One of two."""


class Flat(Record):
    """As the first, and another class."""

    n: Nat


class Ask(Message):
    """A question."""

    n: Nat


class AskTwice(Ask):
    """A question that is asked again."""

    again: bool


class Desk(Globals):
    """What was asked."""

    last: Nat = 0
    again: bool = False
    item: Flat = Flat(0)
    kind: int = 0


class Asks(Process, number="nodes"):
    """Asks in both ways."""

    def ask(self, to: Asks) -> None:
        """Plainly."""
        send(Ask(n=1), to=to)

    def ask_twice(self, to: Asks) -> None:
        """Again."""
        send(AskTwice(n=2, again=True), to=to)

    def hear(self, m: Ask) -> None:
        """Either of them: a question asked twice is one, too."""
        Desk.last = m.n

    def hear_again(self, m: Ask) -> None:
        """The one that is asked twice."""
        when(isinstance(m, AskTwice))
        Desk.kind = 2


class MakesOne(Process):
    """Makes a record of one class or another."""

    def make(self, n: bool) -> None:
        """The class decides."""
        found = Flat(1) if n else Round(2)
        Desk.kind = 1 if isinstance(found, Flat) else 2


class Compares(Process):
    """Compares records of two classes with the same fields."""

    def compare(self) -> None:
        """They are different."""
        Desk.kind = 1 if Flat(0) == Round(0) else 2


def never_two_last() -> bool:
    """False: it was asked twice."""
    return Desk.last != 2


def last_is_small() -> bool:
    """True."""
    return Desk.last <= 2


def asked_is_small() -> bool:
    """True: of both kinds."""
    return all(m.n <= 2 for m in in_flight(Ask))


def kind_is_never_two() -> bool:
    """False."""
    return Desk.kind != 2


def kind_is_never_one() -> bool:
    """True of records that are compared."""
    return Desk.kind != 1


def desk(cls: type[Process]) -> Spec:
    number = {"nodes": 1} if cls.number else {}
    return Spec(
        cls.__name__, processes=(cls,), shared=(Desk,), constants=number, delivery=Delivery()
    )


P7 = [
    Shape(desk(Asks), never_two_last, "false"),
    Shape(desk(Asks), last_is_small, "proved", (asked_is_small,)),
    Shape(desk(Asks), kind_is_never_two, "false"),
    Shape(desk(MakesOne), kind_is_never_two, "refused"),
    Shape(desk(Compares), kind_is_never_one, "refused"),
]


@pytest.mark.parametrize("shape", P7, ids=named)
def test_a_record_is_of_its_own_class_and_an_action_receives_subclasses(shape: Shape) -> None:
    assert_verdict(shape)


# P8. Enums, texts and numbers.


class Color(Enum):
    """Two colors."""

    RED = "red"
    BLUE = "blue"


class Size(Enum):
    """Two sizes."""

    SMALL = 0
    LARGE = 1


class Kinds(Globals):
    """Values that are told apart."""

    color: Color = Color.RED
    size: Size = Size.SMALL
    text: str = "red"
    n: int = 0
    on: bool = False
    word: Literal["a", "b"] = "a"


class Turns(Process):
    """Changes them."""

    def paint(self) -> None:
        """Blue."""
        Kinds.color = Color.BLUE

    def say(self) -> None:
        """A text."""
        Kinds.text = "blue"

    def spell(self) -> None:
        """A word."""
        Kinds.word = "b"


def a_color_is_a_text() -> bool:
    """They are never equal in Python."""
    return Kinds.color == "red"


def a_color_is_a_size() -> bool:
    """They are never equal in Python."""
    return Kinds.color == Size.SMALL


def a_number_is_false() -> bool:
    """Equal in Python, and different values of the language."""
    return Kinds.n == Kinds.on


def colors_have_an_order() -> bool:
    """They have none."""
    return Kinds.color <= Color.BLUE


def always_red() -> bool:
    """False."""
    return Kinds.color == Color.RED


def red_or_blue() -> bool:
    """True: there are no others."""
    return Kinds.color == Color.RED or Kinds.color == Color.BLUE


def texts_are_two() -> bool:
    """True."""
    return Kinds.text == "red" or Kinds.text == "blue"


def the_word_is_a() -> bool:
    """False."""
    return Kinds.word == "a"


TURNS = Spec("turns", processes=(Turns,), shared=(Kinds,))
P8 = [
    Shape(TURNS, a_color_is_a_text, "refused"),
    Shape(TURNS, a_color_is_a_size, "refused"),
    Shape(TURNS, a_number_is_false, "refused"),
    Shape(TURNS, colors_have_an_order, "refused"),
    Shape(TURNS, always_red, "false"),
    Shape(TURNS, red_or_blue, "proved"),
    Shape(TURNS, texts_are_two, "proved"),
    Shape(TURNS, the_word_is_a, "false"),
]


@pytest.mark.parametrize("shape", P8, ids=named)
def test_enums_texts_numbers_and_bools_are_different_values(shape: Shape) -> None:
    assert_verdict(shape)


# P9. What has no value.


class Numbers(Globals):
    """Numbers for partial operators."""

    n: int = 7
    d: int = 2
    log: Seq[int] = (1, 2)
    at: Map[Slot, int] = Map()
    last: Slot | None = None
    out: int = 0


class Divides(Process):
    """Changes the divisor."""

    def down(self) -> None:
        """From 2 to -2, past 0."""
        when(Numbers.d > -2)
        Numbers.d = Numbers.d - 1


class Steps(Process):
    """Takes steps that may have no value."""

    def look(self, k: Nat) -> None:
        """The k-th from the end: the first for k = 0."""
        when(k <= len(Numbers.log))
        Numbers.out = Numbers.log[-k]


class Quotients(Process):
    """Divides by a number below 0."""

    def divide(self) -> None:
        """Python rounds down."""
        Numbers.out = Numbers.n // -2

    def rest(self) -> None:
        """The rest has the divisor's sign."""
        Numbers.out = Numbers.n % -2


class Guarded(Process):
    """Asks only where there is a value."""

    def look(self, k: Slot) -> None:
        """The key is there."""
        when(k in Numbers.at)
        Numbers.out = Numbers.at[k]

    def put(self, k: Slot) -> None:
        """A value for a key."""
        Numbers.at = Numbers.at | {k: 3}


class Careless(Guarded):
    """Asks anywhere."""

    def look(self, k: Slot) -> None:
        """The key may be missing."""
        Numbers.out = Numbers.at[k]


def seven_by_d_is_small() -> bool:
    """Not defined where d is 0."""
    return 7 // Numbers.d < 10


def seven_by_d_is_small_where_defined() -> bool:
    """Python rounds down: 7 // -2 is -4, and it is never below -7."""
    return Numbers.d == 0 or (7 // Numbers.d < 10 and 7 // Numbers.d > -8)


def d_is_between() -> bool:
    """True."""
    return Numbers.d >= -2 and Numbers.d <= 2


def rounds_towards_zero() -> bool:
    """False: 7 // -2 is -4."""
    return Numbers.out != -4


def rests_are_not_negative() -> bool:
    """False: 7 % -2 is -1."""
    return Numbers.out != -1


def as_python_divides() -> bool:
    """True."""
    return Numbers.out == 0 or Numbers.out == -4 or Numbers.out == -1


def n_is_seven() -> bool:
    """True."""
    return Numbers.n == 7


def the_third_is_anything() -> bool:
    """Not defined: there are two."""
    return Numbers.log[2] == Numbers.log[2]


def the_first_from_the_end_is_two() -> bool:
    """True: the log does not change."""
    return Numbers.log[-1] == 2


def the_log_is_as_it_was() -> bool:
    """True."""
    return Numbers.log == (1, 2)


def all_but_the_last_is_the_first() -> bool:
    """True."""
    return Numbers.log[:-1] == (1,)


def all_but_the_last_is_all() -> bool:
    """False."""
    return len(Numbers.log[:-1]) == 2


def nothing_has_a_value() -> bool:
    """Not defined: no key is there at first."""
    return all(Numbers.at[k] == 3 for k in Slot)


def what_is_there_is_three() -> bool:
    """True."""
    return all(Numbers.at[k] == 3 for k in Slot if k in Numbers.at)


def out_is_one_or_two() -> bool:
    """True where it is defined, and for k = 0 it is the first one."""
    return Numbers.out == 0 or Numbers.out == 1 or Numbers.out == 2


def out_is_small() -> bool:
    """True."""
    return Numbers.out == 0 or Numbers.out == 3


def short_circuit_other_way() -> bool:
    """Not defined: the guard comes too late."""
    return 7 // Numbers.d < 10 or Numbers.d == 0


class Aged(Record):
    """A record with a natural number."""

    years: Nat


def an_age_is_not_five() -> bool:
    """Not defined: there is no such record."""
    return Aged(Numbers.n - 9).years != 5


def numbers(cls: type[Process]) -> Spec:
    return Spec(
        cls.__name__,
        processes=(cls,),
        shared=(Numbers,),
        domains=(Slot,),
        constants={"slots": 2},
    )


P9 = [
    Shape(numbers(Divides), seven_by_d_is_small, "false"),
    Shape(numbers(Divides), seven_by_d_is_small_where_defined, "proved", (d_is_between,)),
    Shape(numbers(Divides), short_circuit_other_way, "false"),
    Shape(numbers(Quotients), rounds_towards_zero, "false"),
    Shape(numbers(Quotients), rests_are_not_negative, "false"),
    Shape(numbers(Quotients), as_python_divides, "proved", (n_is_seven,)),
    Shape(numbers(Divides), the_third_is_anything, "false"),
    Shape(numbers(Divides), the_first_from_the_end_is_two, "proved", (the_log_is_as_it_was,)),
    Shape(numbers(Divides), all_but_the_last_is_the_first, "proved", (the_log_is_as_it_was,)),
    Shape(numbers(Divides), all_but_the_last_is_all, "false", (the_log_is_as_it_was,)),
    Shape(numbers(Divides), nothing_has_a_value, "false"),
    Shape(numbers(Divides), what_is_there_is_three, "proved"),
    Shape(numbers(Steps), out_is_one_or_two, "unproved", (the_log_is_as_it_was,)),
    Shape(numbers(Guarded), out_is_small, "proved", (what_is_there_is_three,)),
    Shape(numbers(Careless), out_is_small, "false", (what_is_there_is_three,)),
    Shape(numbers(Divides), an_age_is_not_five, "false"),
]


@pytest.mark.parametrize("shape", P9, ids=named)
def test_what_raises_in_python_is_not_proved(shape: Shape) -> None:
    assert_verdict(shape)


# P10. Annotations, tuples of different length, None.


class Amount(Globals):
    """Numbers and what may be None."""

    n: Nat = 0
    m: int = 0
    o: int | None = None
    pair: Seq[int] = (1,)


def below(n: int) -> Nat:
    """Says that it is natural, and is not."""
    return n - 1


class Lies(Process):
    """Uses an operator that is not what it says."""

    def go(self) -> None:
        """Below 0."""
        Amount.m = below(0)


class Takes(Process):
    """Puts what may be None where there is no None."""

    def go(self) -> None:
        """It is None at first."""
        Amount.m = Amount.o

    def put(self) -> None:
        """Then it is not."""
        Amount.o = 1


def m_is_natural() -> bool:
    """False."""
    return Amount.m >= 0


def the_pair_is_longer() -> bool:
    """False: tuples of different length are different."""
    return Amount.pair == (1, 2)


def the_pair_is_not_longer() -> bool:
    """True."""
    return Amount.pair != (1, 2)


def the_pair_is_not_empty() -> bool:
    """True."""
    return Amount.pair != ()


def o_is_one() -> bool:
    """False: it is None at first."""
    return Amount.o == 1


def o_is_none_or_one() -> bool:
    """True."""
    return Amount.o is None or Amount.o == 1


def amounts(cls: type[Process]) -> Spec:
    return Spec(cls.__name__, processes=(cls,), shared=(Amount,))


P10 = [
    Shape(amounts(Lies), m_is_natural, "false"),
    Shape(amounts(Takes), m_is_natural, "false"),
    Shape(amounts(Lies), the_pair_is_longer, "false"),
    Shape(amounts(Lies), the_pair_is_not_longer, "proved"),
    Shape(amounts(Lies), the_pair_is_not_empty, "proved"),
    Shape(amounts(Lies), o_is_one, "false"),
    Shape(amounts(Lies), o_is_none_or_one, "proved"),
]


@pytest.mark.parametrize("shape", P10, ids=named)
def test_an_annotation_is_a_claim_and_none_is_no_number(shape: Shape) -> None:
    assert_verdict(shape)


# P11. Axioms, opaque operators, parts.


class Voter(Process, number="voters"):
    """Has a mark."""

    marked: bool = False

    def mark(self) -> None:
        """For ever."""
        self.marked = True


def big(votes: Set[Voter]) -> bool:
    """More than a half."""
    return 2 * len(votes) > len(Voter)


def reads_the_state(votes: Set[Voter]) -> bool:
    """Not of its argument alone."""
    return all(v.marked for v in votes)


def nobody_is_marked() -> bool:
    """False."""
    return all(not v.marked for v in Voter)


def at_least_one_is_in(a: Set[Voter]) -> bool:
    """False: a set may be empty."""
    return any(v in a for v in Voter)


def two_are_in(a: Set[Voter]) -> bool:
    """False, and of two members."""
    return not big(a) or any(v in a and w in a and v != w for v in Voter for w in Voter)


def same_members(a: Set[Voter], b: Set[Voter]) -> bool:
    """False: memberships compared."""
    return all((v in a) == (v in b) for v in Voter)


def of_a_member(v: Voter, a: Set[Voter]) -> bool:
    """False: a parameter that is no set."""
    return v in a


def big_ones_meet(a: Set[Voter], b: Set[Voter]) -> bool:
    """True."""
    return not (big(a) and big(b)) or any(v in a and v in b for v in Voter)


def big_ones_contain_all(a: Set[Voter]) -> bool:
    """False."""
    return not big(a) or all(v in a for v in Voter)


VOTERS = Spec("voters", processes=(Voter,), constants={"voters": 2})


@pytest.mark.parametrize("axiom", [at_least_one_is_in, big_ones_contain_all])
def test_an_axiom_that_is_false_is_not_proved_by_counting(axiom: Claim) -> None:
    report = prove(Proof(VOTERS, (), axioms=(Lemma(axiom),), opaque=(big,)), workers=1)
    assert [c.proved for c in report.checked if c.claim == axiom.__name__] == [False]


def test_an_axiom_that_is_true_is_proved_by_counting() -> None:
    report = prove(Proof(VOTERS, (), axioms=(Lemma(big_ones_meet),), opaque=(big,)), workers=1)
    assert [c.proved for c in report.checked if c.claim == "big_ones_meet"] == [True]


def test_an_axiom_that_counting_finds_false_is_not_taken_for_granted() -> None:
    proof = Proof(VOTERS, (), axioms=(Lemma(same_members),), opaque=(big,))
    report = prove(proof, workers=1)
    assert report.verdict is Verdict.UNKNOWN
    assert [c.proved for c in report.checked if c.claim == "same_members"] == [False]


@pytest.mark.parametrize("axiom", [two_are_in, of_a_member])
def test_an_axiom_that_counting_does_not_decide_is_refused(axiom: Claim) -> None:
    proof = Proof(VOTERS, (), axioms=(Lemma(axiom),), opaque=(big,))
    with pytest.raises(SpecError, match="axiom"):
        prove(proof, workers=1)


def test_an_opaque_operator_that_reads_the_state_is_refused() -> None:
    proof = Proof(VOTERS, (Lemma(nobody_is_marked),), opaque=(reads_the_state,))
    with pytest.raises(SpecError, match="opaque"):
        prove(proof, workers=1)


def test_what_is_only_assumed_to_make_steps_defined_must_be_proved_too() -> None:
    with pytest.raises(UsageError, match="not proved"):
        Proof(VOTERS, (), defined=(nobody_is_marked,))


def naturals_are_not_negative(i: Nat) -> bool:
    """True."""
    return i >= 0


def nothing_in_a_range_is_negative() -> bool:
    """False: -1 is in it, and has the name of the other claim's parameter."""
    return all(i >= 0 for i in range(-1, 1))


def test_a_claim_about_naturals_is_not_used_for_other_numbers_of_the_same_name() -> None:
    uses = (naturals_are_not_negative,)
    goals = (Lemma(nothing_in_a_range_is_negative, uses),)
    report = prove(Proof(TURNS, tuple(map(Lemma, uses)), goals=goals), workers=1, timeout=2)
    assert [c.claim for c in report.unknown] == ["nothing_in_a_range_is_negative"]


TWO = Spec("two", processes=(Turns,), shared=(Kinds,), invariants=(red_or_blue, texts_are_two))
BOTH = Proof(TWO, (Lemma(red_or_blue), Lemma(texts_are_two)))


def test_a_proof_of_a_part_says_so_in_verdict_text_and_json() -> None:
    parts: dict[str, dict[str, Any]] = {
        "only the conditions of red_or_blue": {"only": ["red_or_blue"]},
        "only the steps of paint": {"actions": ["paint"]},
    }
    for sentence, options in parts.items():
        report = prove(BOTH, workers=1, **options)
        assert report.unknown == ()
        assert (report.verdict, report.exit_code) == (Verdict.UNKNOWN, 3)
        assert report.partial == (sentence,)
        assert sentence in str(report)
        assert report.as_json()["partial"] == [sentence]
    assert prove(BOTH, workers=1).verdict == Verdict.HOLDS


def test_a_claim_that_the_proof_leaves_out_makes_it_unknown() -> None:
    report = prove(Proof(TWO, (Lemma(red_or_blue),)), workers=1)
    assert report.verdict == Verdict.UNKNOWN
    assert report.as_json()["not_covered"] == ["texts_are_two"]
    assert "not covered by the proof: texts_are_two" in str(report)


def test_nothing_claimed_is_nothing_proved() -> None:
    report = prove(Proof(TURNS, ()), workers=1)
    assert report.verdict == Verdict.UNKNOWN
    assert "no claim" in str(report)


def test_a_failing_condition_is_not_inductive_and_violated_is_for_runs_from_the_start() -> None:
    wrong = Proof(TURNS, (Lemma(always_red),))
    report = explain(wrong, prove(wrong, workers=1))
    assert (report.verdict, report.property) == (Verdict.VIOLATED, "always_red")
    assert report.violation is not None
    assert [step.action for step in report.violation.trace.steps] == ["paint"]
    weak = Proof(numbers(Steps), (Lemma(out_is_one_or_two),))
    report = explain(weak, prove(weak, workers=1, timeout=2))
    assert report.verdict == Verdict.UNKNOWN


# P12. Bounded model checking and k-induction.


class Tally(Globals):
    """A number that grows."""

    n: int = 0


class Grows(Process):
    """Counts for ever."""

    def up(self) -> None:
        """One more."""
        Tally.n += 1


def n_is_at_most_three() -> bool:
    """False, beyond the numbers of a small instance."""
    return Tally.n <= 3


def n_is_at_most(limit: int) -> bool:
    """False; with a constant."""
    return Tally.n <= limit


GROWS = Spec("grows", processes=(Grows,), shared=(Tally,), constants={"limit": 9})


def test_k_induction_does_not_hold_where_steps_leave_the_instance() -> None:
    found = k_induction(GROWS, n_is_at_most_three, 1, size=InstanceSize(3, 1))
    assert found.verdict == Verdict.UNKNOWN
    found = k_induction(GROWS, n_is_at_most_three, 3, size=InstanceSize(3, 1))
    assert found.verdict == Verdict.UNKNOWN
    found = check_bounded(GROWS, n_is_at_most_three, 4, size=InstanceSize(5, 1))
    assert (found.verdict, found.steps) == (Verdict.VIOLATED, 4)


class Jumps(Process):
    """Leaves the instance's numbers at once, and comes back wrong."""

    def out(self) -> None:
        """From 0 to 9."""
        when(Tally.n == 0)
        Tally.n = 9

    def back(self) -> None:
        """From 9 to 3."""
        when(Tally.n == 9)
        Tally.n = 3


def n_is_not_three() -> bool:
    """False after two steps, the first of which leaves the instance."""
    return Tally.n != 3


@pytest.mark.parametrize("k", [1, 2, 3])
def test_k_induction_does_not_hold_where_a_run_leaves_the_instance_and_comes_back(k: int) -> None:
    spec = Spec("jumps", processes=(Jumps,), shared=(Tally,))
    found = k_induction(spec, n_is_not_three, k, size=InstanceSize(4, 1))
    assert found.verdict != Verdict.HOLDS


class Logs(Process):
    """A log, and an index that may be below 0."""

    def up(self) -> None:
        """One more."""
        Store.n += 1
        Store.log += (Store.n,)

    def down(self) -> None:
        """One fewer."""
        Store.n -= 1


def nothing_is_left_of_the_log() -> bool:
    """True of the first states; the translation asks for a slice from the start."""
    return Store.n >= 0 or len(Store.log[Store.n :]) == 0


def an_item_is_itself() -> bool:
    """True where it has a value; the index may be below 0."""
    return len(Store.log) < 2 or Store.log[Store.n - 2] == Store.log[Store.n - 2]


class Sets(Process):
    """Takes any number."""

    def put(self, k: Nat) -> None:
        """It is k."""
        Tally.n = k


class Idles(Process):
    """Does nothing."""

    def rest(self) -> None:
        """Nothing."""


def there_are_five_numbers(t: Nat) -> bool:
    """False of all others."""
    return t < 5


def nothing_is_seven() -> bool:
    """False: a range with a number beyond a small instance."""
    return all(i != 7 for i in range(10))


def something_is_forty() -> bool:
    """True: and it is beyond a small instance."""
    return any(i == 40 for i in range(50))


@pytest.mark.parametrize(
    ("cls", "claim"),
    [(Sets, n_is_at_most_three), (Idles, there_are_five_numbers), (Idles, nothing_is_seven)],
)
def test_a_number_beyond_the_instance_is_not_forgotten(cls: type[Process], claim: Claim) -> None:
    spec = Spec("numbers", processes=(cls,), shared=(Tally,))
    for k in (1, 2):
        assert k_induction(spec, claim, k, size=InstanceSize(3, 1)).verdict != Verdict.HOLDS
    report = prove(Proof(spec, (Lemma(claim),)), workers=1, timeout=2)
    assert report.verdict != Verdict.HOLDS


def test_a_quantifier_beyond_the_instance_is_no_disagreement() -> None:
    spec = Spec("idle", processes=(Idles,), shared=(Tally,))
    report = prove(Proof(spec, (Lemma(something_is_forty),)), workers=1)
    assert report.verdict == Verdict.HOLDS
    assert report.compared is not None


@pytest.mark.parametrize("claim", [nothing_is_left_of_the_log, an_item_is_itself])
def test_where_the_translation_asks_for_more_than_python_the_answer_is_unknown(
    claim: Claim,
) -> None:
    spec = stores(Logs)
    for k in (1, 2):
        assert k_induction(spec, claim, k, size=InstanceSize(3, 1)).verdict == Verdict.UNKNOWN
    proof = Proof(spec, (Lemma(claim),))
    assert explain(proof, prove(proof, workers=1, timeout=2)).verdict != Verdict.HOLDS


def test_a_constant_is_a_constant_in_k_induction() -> None:
    found = check_bounded(GROWS, n_is_at_most, 3, size=InstanceSize(5, 1), limit=4)
    assert found.verdict == Verdict.UNKNOWN
    found = check_bounded(GROWS, n_is_at_most, 3, size=InstanceSize(5, 1), limit=2)
    assert (found.verdict, found.steps) == (Verdict.VIOLATED, 3)


def test_an_initial_state_outside_the_instance_is_no_reason_to_hold() -> None:
    found = k_induction(numbers(Divides), n_is_seven, 1, size=InstanceSize(3, 1))
    assert found.verdict == Verdict.UNKNOWN


def test_a_question_that_times_out_is_unknown() -> None:
    size = InstanceSize(3, 2, seconds=0.001)
    found = k_induction(network(Delivery()), pings_are_ones, 2, size=size)
    assert found.verdict == Verdict.UNKNOWN
    assert found.bound


@pytest.mark.parametrize("delivery", LEAVING[:3])
def test_a_run_that_only_the_growing_set_allows_is_no_violation(delivery: Delivery) -> None:
    def nobody_got_two() -> bool:
        """True of one node, which takes its one ping once."""
        return all(s.got <= 1 for s in Node)

    found = check_bounded(network(delivery), nobody_got_two, 3, size=InstanceSize(2, 1), nodes=1)
    assert found.verdict == Verdict.UNKNOWN


# P13. Answers and errors instead of tracebacks.


def test_a_specification_is_not_yet_a_proof() -> None:
    for given in (TWO, TWO()):
        with pytest.raises(UsageError, match="two") as refused:
            prove(given)  # type: ignore[arg-type]
        assert "Proof(SPEC" in str(refused.value)


def less_than_none() -> bool:
    """No order: it has no value in Python."""
    return Tally.n < None  # type: ignore[operator, no-any-return]


def test_a_comparison_with_none_is_refused_with_its_place() -> None:
    with pytest.raises(SpecError, match="<") as refused:
        prove(Proof(GROWS, (Lemma(less_than_none),)), workers=1)
    assert "less_than_none" in refused.value.place


def test_what_the_translation_trips_over_is_a_refusal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def trips(*_: Any) -> Any:
        return None + 1  # type: ignore[operator]

    monkeypatch.setitem(OPERATORS, "<=", trips)
    with pytest.raises(SpecError, match="does not take") as refused:
        prove(Proof(GROWS, (Lemma(n_is_at_most_three),)), workers=1)
    assert "n_is_at_most_three" in refused.value.place
    assert "report" in refused.value.cure


@pytest.mark.parametrize(
    "ask",
    [
        lambda: Proof(GROWS, (n_is_at_most_three,)),  # type: ignore[arg-type]
        lambda: Proof(GROWS, ("n",)),  # type: ignore[arg-type]
        lambda: k_induction(GROWS, "n", 1),  # type: ignore[arg-type]
        lambda: k_induction(GROWS, (), 1),
        lambda: k_induction(GROWS, n_is_at_most_three, 1.5),  # type: ignore[arg-type]
        lambda: check_bounded(GROWS, n_is_at_most_three, "2"),  # type: ignore[arg-type]
        lambda: prove(BOTH, timeout="a"),  # type: ignore[arg-type]
        lambda: prove(BOTH, timeout=float("nan")),
        lambda: prove(BOTH, workers=-1),
        lambda: prove(BOTH, workers="a"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_argument_is_a_usage_error(ask: Callable[[], Any]) -> None:
    with pytest.raises(UsageError) as refused:
        ask()
    assert refused.value.allowed
    assert refused.value.cure


def test_an_action_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="paintt"):
        prove(BOTH, actions=["paintt"])


def test_a_process_that_ends_ends_in_unknown_and_not_in_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = run.perform

    def ends(proof: Proof, task: run.Task, settings: run.Settings) -> Any:
        if task.start is not None and task.start.action == "say":
            os.kill(os.getpid(), 9)
        return whole(proof, task, settings)

    monkeypatch.setattr(run, "perform", ends)
    report = prove(BOTH, workers=2)
    assert report.verdict == Verdict.UNKNOWN
    assert report.bound is not None
    assert "ended" in report.bound
    assert sum(c.proved for c in report.checked) >= 3


# The safety net.


@pytest.mark.parametrize("broken", ["<=", "//", "-", "index", "neg", "=="])
def test_a_translation_that_is_wrong_is_found_out_before_holds_is_said(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = OPERATORS[broken]

    def wrong(scope: Any, expr: Any, *values: Any) -> Any:
        found = right(scope, expr, *values)
        return z3.Not(found) if z3.is_bool(found) else found + 1

    monkeypatch.setitem(OPERATORS, broken, wrong)
    claims = (
        seven_by_d_is_small_where_defined,
        the_first_from_the_end_is_two,
        as_python_divides,
        d_is_between,
    )
    spec = Spec(
        "numbers",
        processes=(Divides, Quotients),
        shared=(Numbers,),
        domains=(Slot,),
        constants={"slots": 2},
        invariants=claims,
    )
    with pytest.raises(Disagreement) as found:
        compare(Proof(spec, tuple(map(Lemma, claims))))
    assert "in the state" in str(found.value)


def test_trust_says_that_nothing_was_compared() -> None:
    assert prove(BOTH, workers=1, trust=True).compared is None
    report = prove(BOTH, workers=1)
    assert report.compared is not None
    assert report.compared.untried == ()
    assert f"compared with running it in {report.compared.states} states" in str(report)


def test_the_same_question_is_compared_in_the_same_way() -> None:
    first, second = (prove(BOTH, workers=1).compared for _ in range(2))
    assert first is not None
    assert second is not None
    assert replace(first, seconds=0) == replace(second, seconds=0)
