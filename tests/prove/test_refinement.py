"""Refinements proved: what holds, what does not, and what is refused."""

from __future__ import annotations

import pytest

from raftnb.data.errors import RaftnbError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.language import (
    Domain,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Seq,
    Set,
    Spec,
    anything,
    each,
    either,
    in_flight,
    send,
    when,
)
from raftnb.language.mapping import Becomes, Takes, seen_by
from raftnb.language.network import Delivery
from raftnb.language.proof import Lemma, Proof
from raftnb.prove import Disagreement, RefinementMapping, expressions, prove, prove_refines
from raftnb.prove.agreement import compare
from raftnb.prove.meaning import MEANING
from raftnb.refine import refines
from raftnb.specs.store import proof as stores
from raftnb.specs.store.concurrent import LINEARIZABLE_STORE, STALE_STORE
from raftnb.specs.store.sequential import Client, Request, Shared
from raftnb.tree import nodes

# A register, and disks that are one.


class Value(Domain, number="values"):
    """What can be written."""


class Register(Globals):
    value: Value | None = None


class Writer(Process, number="writers"):
    def write(self, value: Value) -> None:
        """Write, at once."""
        Register.value = value


class Disk(Globals):
    staged: Value | None = None
    stored: Value | None = None


class StagingWriter(Writer):
    def write(self, value: Value) -> None:
        """Stage a value."""
        when(Disk.staged is None)
        Disk.staged = value

    def flush(self) -> None:
        """Store what is staged."""
        when(Disk.staged is not None)
        Disk.stored = Disk.staged
        Disk.staged = None


class Crashing(StagingWriter):
    def crash(self) -> None:
        """What is staged is lost."""
        Disk.staged = None


class Swapping(StagingWriter):
    def flush(self) -> None:
        """Store what is staged, and stage what was stored."""
        when(Disk.staged is not None)
        old = Disk.stored
        Disk.stored = Disk.staged
        Disk.staged = old


class Forgetting(StagingWriter):
    def crash(self) -> None:
        """What is stored is lost."""
        Disk.stored = None


REGISTER = Spec(
    "register", (Writer,), shared=(Register,), domains=(Value,),
    constants={"writers": 2, "values": 2},
)  # fmt: skip
DISK = REGISTER.variant("disk", StagingWriter, shared=(Disk,))


def what_is_stored() -> Value | None:
    """The register holds what was flushed."""
    return Disk.stored


def what_is_staged() -> Value:
    """What a flush writes."""
    return Disk.staged


def the_newest() -> Value | None:
    """The register holds what is staged, or else what is stored."""
    return Disk.staged if Disk.staged is not None else Disk.stored


LATE = {"Register.value": what_is_stored}
EARLY = {"Register.value": the_newest}
FLUSH = {"Writer.flush": Becomes((Takes("Writer.write", {"value": what_is_staged}),))}
WRITE = {"Writer.write": Becomes((Takes("Writer.write"),))}

# Which disk is a register, if seen which way: no exploration and no proof may say otherwise.
PAIRS = [
    (DISK, LATE, FLUSH, True),
    (DISK, EARLY, WRITE, True),
    (DISK.variant("crashing", Crashing), LATE, FLUSH, True),
    (DISK.variant("crashing", Crashing), EARLY, WRITE, False),
    (DISK.variant("swapping", Swapping), LATE, FLUSH, True),
    (DISK.variant("forgetting", Forgetting), LATE, FLUSH, False),
]


@pytest.mark.parametrize(("disk", "mapping", "steps", "holds"), PAIRS)
def test_a_proof_says_holds_just_where_exploration_does(disk, mapping, steps, holds):
    found = prove_refines(disk, REGISTER, mapping, steps=steps, workers=1, trust=True)
    assert (found.verdict is Verdict.HOLDS) == holds
    explored = refines(disk(), REGISTER(), seen_by(mapping)(REGISTER()), fair=False)
    assert explored.verdict is (Verdict.HOLDS if holds else Verdict.VIOLATED)


def failing(*args, **options) -> set[tuple[str, str]]:
    found = prove_refines(*args, workers=1, trust=True, **options)
    assert found.verdict is Verdict.UNKNOWN
    return set(found.failing)


def test_what_is_not_proved_names_the_variable_and_the_action():
    wrong = DISK.variant("forgetting", Forgetting)
    assert failing(wrong, REGISTER, LATE, steps=FLUSH) == {("register: Register.value", "crash")}


def test_a_mapping_that_is_translated_wrongly_is_noticed(monkeypatch):
    def reversed_(at, expr, env):
        """`no if test else yes`."""
        swapped = nodes.Cond(expr.type, expr.line, expr.test, expr.no, expr.yes)
        return expressions.conditional(at, swapped, env)

    monkeypatch.setitem(MEANING, nodes.Cond, reversed_)
    with pytest.raises(Disagreement, match=r"`Register\.value` is"):
        compare(Proof(DISK, (), refines=RefinementMapping(REGISTER, EARLY, WRITE)))


def test_a_step_that_is_not_said_is_none():
    assert failing(DISK, REGISTER, LATE, steps={}) == {("register: Register.value", "flush")}


def test_the_wrong_step_is_not_the_right_one():
    steps = {"Writer.write": FLUSH["Writer.flush"], **FLUSH}
    found = failing(DISK, REGISTER, LATE, steps=steps)
    assert ("register: Register.value", "write") in found


def test_an_initial_state_must_be_seen_as_one():
    class Formatted(Globals):
        staged: Value | None = None
        stored: Nat = 0

    class Number(Globals):
        value: Nat = 1

    class Idler(Process, number="writers"):
        def idle(self) -> None:
            """Do nothing."""

    def stored() -> Nat:
        """What is stored."""
        return Formatted.stored

    disk = Spec("disk", (Idler,), shared=(Formatted,), domains=(Value,), constants=SIZES)
    number = Spec("number", (Idler,), shared=(Number,), domains=(Value,), constants=SIZES)
    assert failing(disk, number, {"Number.value": stored}, steps={}) == {
        ("number: Number.value", "the start")
    }


SIZES = {"writers": 2, "values": 2}

# A mapping has to have a value.


class Journal(Globals):
    entries: Seq[Value] = ()


class Journaling(Writer):
    def write(self, value: Value) -> None:
        """Append to the journal."""
        Journal.entries += (value,)


JOURNAL = REGISTER.variant("journal", Journaling, shared=(Journal,))


def the_last_entry() -> Value | None:
    """The last entry, though there may be none."""
    return Journal.entries[-1]


def the_last_entry_if_any() -> Value | None:
    """The last entry, or nothing."""
    return Journal.entries[-1] if Journal.entries != () else None


def test_a_mapping_without_a_value_has_a_condition_of_its_own():
    found = failing(JOURNAL, REGISTER, {"Register.value": the_last_entry}, steps=WRITE)
    assert any("index `-1` within `Journal.entries`" in claim for claim, _ in found)
    mapping = {"Register.value": the_last_entry_if_any}
    found = prove_refines(JOURNAL, REGISTER, mapping, steps=WRITE, workers=1)
    assert found.verdict is Verdict.HOLDS
    assert found.compared is not None


def the_last_but_one() -> Value:
    """What is written: an entry, though there may be none."""
    return Journal.entries[-1]


def test_an_argument_without_a_value_has_a_condition_of_its_own():
    steps = {"Writer.write": Becomes((Takes("Writer.write", {"value": the_last_but_one}),))}
    mapping = {"Register.value": the_last_entry_if_any}
    found = failing(JOURNAL, REGISTER, mapping, steps=steps)
    assert any(claim.startswith("register: what write becomes") for claim, _ in found)


# Several steps at once, guards, choices, who takes a step.


class Count(Globals):
    value: Nat = 0


class Counter(Process, number="counters"):
    def count(self, amount: Nat) -> None:
        """Count up to two more."""
        more = either(1, 2)
        when(more <= amount)
        when(Count.value < 10)
        Count.value += more


class FastCounter(Counter):
    last: Nat = 0

    def count(self, amount: Nat) -> None:
        """Count three at once."""
        when(Count.value < 8)
        Count.value += 3

    def rest(self) -> None:
        """Do nothing."""


COUNTER = Spec("counter", (Counter,), shared=(Count,), constants={"counters": 2})
FAST = COUNTER.variant("fast", FastCounter)


def one() -> Nat:
    """One."""
    return 1


def two() -> Nat:
    """Two."""
    return 2


def minus_two() -> int:
    """No amount."""
    return -2


ONE_AND_TWO = (
    Takes("Counter.count", {"amount": one}, picks=(one,)),
    Takes("Counter.count", {"amount": two}, picks=(two,)),
)


@pytest.mark.parametrize(
    ("steps", "holds"),
    [
        (ONE_AND_TWO, True),
        (ONE_AND_TWO[::-1], True),
        (ONE_AND_TWO[:1], False),
        ((ONE_AND_TWO[0], Takes("Counter.count", {"amount": one}, picks=(two,))), False),
        ((ONE_AND_TWO[0], Takes("Counter.count", {"amount": two}, picks=(one,))), False),
        ((*ONE_AND_TWO, *ONE_AND_TWO), False),
    ],
)
def test_steps_are_taken_one_after_the_other_each_where_it_can_be(steps, holds):
    found = prove_refines(
        FAST, COUNTER, {}, steps={"Counter.count": Becomes(steps)}, workers=1, trust=True
    )
    assert (found.verdict is Verdict.HOLDS) == holds


def test_a_pick_must_be_one_of_the_options():
    class Twice(FastCounter):
        def count(self, amount: Nat) -> None:
            """Count three at once."""
            when(Count.value < 8)
            Count.value += 3

    def three() -> Nat:
        """Three, which cannot be chosen."""
        return 3

    steps = {"Counter.count": Becomes((Takes("Counter.count", {"amount": three}, (three,)),))}
    found = failing(FAST, COUNTER, {}, steps=steps)
    assert found == {("counter: Counter.count can be taken", "count")}


def test_an_argument_that_is_not_natural_proves_nothing():
    class Down(FastCounter):
        def count(self, amount: Nat) -> None:
            """Count, whatever."""
            Count.value += 100

    steps = {"Counter.count": Becomes((Takes("Counter.count", {"amount": minus_two}, (two,)),))}
    found = failing(COUNTER.variant("down", Down), COUNTER, {}, steps=steps)
    assert ("counter: Count.value", "count") in found
    assert ("counter: Counter.count can be taken", "count") in found


def test_a_guard_of_the_abstract_step_has_to_hold():
    class Eager(FastCounter):
        def count(self, amount: Nat) -> None:
            """Count three at once, beyond where the counter stops."""
            Count.value += 3

    steps = {"Counter.count": Becomes(ONE_AND_TWO)}
    found = failing(COUNTER.variant("eager", Eager), COUNTER, {}, steps=steps)
    assert found == {("counter: Counter.count can be taken", "count")}


def is_small(self: FastCounter) -> bool:
    """The count is small."""
    return Count.value < 8


def is_tiny(self: FastCounter) -> bool:
    """The count is tiny."""
    return Count.value < 3


def test_where_a_step_is_not_taken_nothing_may_change():
    for test, holds in ((is_small, True), (is_tiny, False)):
        steps = {"Counter.count": Becomes(ONE_AND_TWO, when=test)}
        found = prove_refines(FAST, COUNTER, {}, steps=steps, workers=1, trust=True)
        assert (found.verdict is Verdict.HOLDS) == holds


class Token(Globals):
    owner: Worker | None = None


class Worker(Process, number="workers"):
    work: Nat = 0

    def take(self) -> None:
        """Take the token."""
        when(Token.owner is None)
        Token.owner = self
        self.work += 1


class Giver(Worker):
    def take(self) -> None:
        """Nobody takes the token."""
        when(False)

    def give(self, other: Worker) -> None:
        """Give the token to somebody."""
        when(Token.owner is None)
        Token.owner = other
        other.work += 1


TOKEN = Spec("token", (Worker,), shared=(Token,), constants={"workers": 2})
GIVEN = TOKEN.variant("given", Giver)


def who_gets_it(other: Worker) -> Worker:
    """Whoever the token is given to takes it."""
    return other


def test_another_process_may_take_the_abstract_step():
    taken = {"Worker.give": Becomes((Takes("Worker.take", by=who_gets_it),))}
    assert prove_refines(GIVEN, TOKEN, {}, steps=taken, workers=1).verdict is Verdict.HOLDS
    mine = {"Worker.give": Becomes((Takes("Worker.take"),))}
    found = failing(GIVEN, TOKEN, {}, steps=mine)
    assert {claim for claim, _ in found} == {"token: Token.owner", "token: Worker.work"}


# An invariant may be needed.


class Pair(Globals):
    left: Nat = 0
    right: Nat = 0


class Doubler(Process):
    def grow(self) -> None:
        """Both grow."""
        Pair.left += 1
        Pair.right = Pair.left


class Single(Globals):
    value: Nat = 0


class Grower(Process):
    def grow(self) -> None:
        """Grow."""
        Single.value += 1


def they_are_equal() -> bool:
    """Both are the same."""
    return Pair.left == Pair.right


def the_right_one() -> Nat:
    """The right one."""
    return Pair.right


def test_what_is_needed_of_the_concrete_state_is_proved_as_well():
    pair, single = Spec("pair", (Doubler,), shared=(Pair,)), Spec("single", (Grower,), (Single,))
    steps = {"Doubler.grow": Becomes((Takes("Grower.grow"),))}
    mapping = {"Single.value": the_right_one}
    assert failing(pair, single, mapping, steps=steps) == {("single: Single.value", "grow")}
    proof = Proof(pair, (Lemma(they_are_equal),))
    options = {"steps": steps, "uses": (they_are_equal,), "workers": 1}
    assert prove_refines(proof, single, mapping, **options).verdict is Verdict.HOLDS
    with pytest.raises(UsageError, match="which is not proved"):
        prove_refines(pair, single, mapping, **options)


# The stores.


def nobody() -> Client | None:
    """The mutex is free."""
    return None


def the_first() -> Request:
    """The request that has waited longest."""
    return Shared.requests[0]


def who_has_the_mutex_has_the_request() -> bool:
    """There is one request, of who has the mutex."""
    if len(Shared.requests) == 0:
        return True
    return len(Shared.requests) == 1 and Shared.mutex == Shared.requests[0].client


SAME = (
    "Client.take_mutex", "Client.request", "Client.receive", "Client.release",
    "Store.serve", "Store.respond", "Store.rest",
)  # fmt: skip
STORE_STEPS = {
    **{name: Becomes((Takes(name),)) for name in SAME},
    "Store.take_request": Becomes((Takes("Store.take_request", picks=(the_first,)),)),
}


def test_that_the_sequential_store_is_linearizable_is_proved_for_any_number_of_clients():
    known = stores.SEQUENTIAL_STORE_PROOF
    one = Lemma(who_has_the_mutex_has_the_request, stores.TURNS)
    proof = Proof(known.spec, (*known.invariant, one), defined=stores.TURNS)
    found = prove_refines(
        proof,
        LINEARIZABLE_STORE,
        {"Shared.mutex": nobody},
        steps=STORE_STEPS,
        uses=(*stores.TURNS, who_has_the_mutex_has_the_request),
        defined=stores.TURNS,
    )
    assert found.verdict is Verdict.HOLDS
    assert found.as_json()["refines"] == "linearizable-store"
    assert "(sequential-store, and that its steps are steps of linearizable-store)" in str(found)


def test_the_stale_store_is_not_proved_linearizable():
    steps = {name: Becomes((Takes(name),)) for name in (*SAME, "Store.take_request")}
    proof = stores.LINEARIZABLE_STORE_PROOF.of(STALE_STORE)
    found = failing(
        proof, LINEARIZABLE_STORE, {}, steps=steps, uses=stores.ROUNDS, defined=stores.ROUNDS,
        only=("linearizable-store",),
    )  # fmt: skip
    assert found == {("linearizable-store: Store.response", "serve")}


# What is refused.


class Note(Message):
    value: Value


class Talking(Writer):
    def write(self, value: Value) -> None:
        """Write, and tell."""
        Register.value = value
        send(Note(value=value), to=self)


TALKING = REGISTER.variant("talking", Talking, delivery=Delivery())


class Total(Globals):
    values: Map[Value, Value | None] = each(None)


class Idle(Writer):
    def write(self, value: Value) -> None:
        """Do nothing."""


class Open(Globals):
    value: Value | None = anything()


class Lone(Process):
    def write(self, value: Value) -> None:
        """Write, at once."""
        Register.value = value


def any_note() -> Value | None:
    """A note is on its way."""
    return Register.value if any(m.value == Register.value for m in in_flight(Note)) else None


def a_number() -> Nat:
    """A number."""
    return 1


def with_a_parameter(x: Value) -> Value | None:
    """What has a parameter too many."""
    return x


def unknown(other: Value) -> Value:
    """An argument that the action has not."""
    return other


def written(**changes):
    return {"Writer.flush": Becomes((Takes("Writer.write", **changes),))}


OPEN = {"Open.value": what_is_stored}
ALONE = Spec("alone", (Lone,), shared=(Register,), domains=(Value,), constants={"values": 2})
REFUSED = [
    (DISK, REGISTER, {}, FLUSH, "of which nothing is said"),
    (DISK, REGISTER, {**LATE, "Register.other": nobody}, FLUSH, "in the refinement mapping"),
    (DISK, REGISTER, LATE, {"Writer.other": FLUSH["Writer.flush"]}, "the action `Writer.other`"),
    (DISK, REGISTER, LATE, {"Writer.flush": Becomes((Takes("Writer.x"),))}, "the step `Writer.x`"),
    (DISK, REGISTER, LATE, written(), "it is not said what `value` is"),
    (DISK, REGISTER, LATE, written(arguments={"x": what_is_staged}), "the argument `x`"),
    (DISK, REGISTER, LATE, written(arguments={"value": unknown}), "the parameter `other`"),
    (DISK, REGISTER, {"Register.value": a_number}, FLUSH, "a number"),
    (DISK, REGISTER, {"Register.value": with_a_parameter}, FLUSH, "the parameters of"),
    (TALKING, TALKING, {}, {}, "which sends messages"),
    (TALKING, REGISTER, {"Register.value": any_note}, WRITE, "messages in flight"),
    (FAST, COUNTER, {}, {"Counter.count": Becomes((Takes("Counter.count"),))}, "not said what is"),
    (DISK, REGISTER.variant("open", Idle, shared=(Open,)), OPEN, {}, "many initial values"),
]


@pytest.mark.parametrize(("concrete", "abstract", "mapping", "steps", "found"), REFUSED)
def test_what_is_not_understood_is_refused(concrete, abstract, mapping, steps, found):
    with pytest.raises(RaftnbError, match=found):
        prove_refines(concrete, abstract, mapping, steps=steps, workers=1, trust=True)


def test_arguments_of_another_kind_are_refused():
    with pytest.raises(UsageError, match="prove_refines"):
        prove_refines(DISK(), REGISTER, LATE, steps=FLUSH)  # type: ignore[arg-type]


def test_a_class_of_one_process_is_not_a_class_of_many():
    class Several(Process, number="lones"):
        def write(self, value: Value) -> None:
            """Write, at once."""
            Register.value = value

    Several.root = "Lone"
    many = Spec(
        "many", (Several,), shared=(Register,), domains=(Value,),
        constants={"lones": 2, "values": 2},
    )  # fmt: skip
    with pytest.raises(UsageError, match="one process"):
        prove_refines(many, ALONE, {}, steps={}, workers=1, trust=True)


def some_values() -> Map[Value, Value | None]:
    """A map without keys."""
    return Map({v: Disk.staged for v in Value if v == Disk.staged})


def all_values() -> Map[Value, Value | None]:
    """A map with every key."""
    return Map({v: v if v == Disk.staged else None for v in Value})


def test_a_map_that_lacks_keys_is_none_that_has_all():
    total = REGISTER.variant("total", Idle, shared=(Total,))
    found = failing(DISK, total, {"Total.values": some_values}, steps={})
    assert ("total: Total.values, has every key", "") in found
    found = failing(DISK, total, {"Total.values": all_values}, steps={})
    assert found == {("total: Total.values", "write"), ("total: Total.values", "flush")}


# What a mapping gives may be read under a quantifier of the abstract action.


class Board(Globals):
    shown: Nat = 0


class Owner(Process, number="members"):
    has_some: bool = False
    size: Nat = 0

    def add(self, n: Nat) -> None:
        """Have something."""
        when(not self.has_some)
        self.has_some = True
        self.size = n

    def show(self) -> None:
        """Show 1 where each member's size is as it should be."""
        if all((m.size == 0) == (not m.has_some) for m in Owner):
            Board.shown = 1
        else:
            Board.shown = 2


class Holder(Owner):
    items: Seq[Value] = ()

    def add(self, value: Value) -> None:
        """Have a value."""
        when(not self.has_some)
        self.has_some = True
        self.items += (value,)

    def show(self, other: Owner) -> None:
        """Show 2, which is wrong, once two members differ."""
        when(self.has_some)
        when(not other.has_some)
        Board.shown = 2


def how_many(m: Holder) -> Nat:
    """As many as there are values."""
    return len(tuple(v for v in m.items if v in Value))


def how_many_then(self: Holder, value: Value) -> Nat:
    """As many as there will be."""
    return len(tuple(v for v in (*self.items, value) if v in Value))


def test_what_a_filter_keeps_is_of_each_process_its_own():
    board = Spec(
        "board", (Owner,), shared=(Board,), domains=(Value,),
        constants={"members": 2, "values": 2},
    )  # fmt: skip
    steps = {
        "Owner.add": Becomes((Takes("Owner.add", {"n": how_many_then}),)),
        "Owner.show": Becomes((Takes("Owner.show"),)),
    }
    wrong, mapping = board.variant("wrong", Holder), {"Owner.size": how_many}
    tried = refines(wrong(), board(), seen_by(mapping)(board()), fair=False)
    assert tried.verdict is Verdict.UNKNOWN  # a step has no counterpart, with n as far as was tried
    assert "n in add" in tried.bound
    assert failing(wrong, board, mapping, steps=steps) == {("board: Board.shown", "show")}


def counted(m: Counted) -> bool:
    """Who has some has noted how many."""
    return not m.has_some or m.size == len(frozenset({c for c in Counted if c in m.seen}))


class Counted(Process, number="members"):
    has_some: bool = False
    size: Nat = 0
    seen: Set[Counted] = frozenset()

    def show(self, other: Counted) -> None:
        """Show 1, once two who have noted how many differ."""
        when(self.has_some)
        when(other.has_some)
        when(self.size != other.size)
        Board.shown = 1


def nothing_is_shown() -> bool:
    """The board is empty."""
    return Board.shown != 1


def test_the_size_of_a_set_is_of_each_process_its_own_in_a_claim_that_is_assumed():
    spec = Spec(
        "counted", (Counted,), shared=(Board,), constants={"members": 2},
        invariants=(nothing_is_shown,),
    )  # fmt: skip
    proof = Proof(spec, (Lemma(counted), Lemma(nothing_is_shown, (counted,))))
    found = prove(proof, workers=1, trust=True)
    assert set(found.failing) == {("nothing_is_shown", "show")}
