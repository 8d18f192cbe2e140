"""The edges of the language: each means what it means in Python, in every engine that takes it."""

from enum import Enum
from typing import Any

import pytest

import raftnb
from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check, random_walks
from raftnb.language import Domain, Globals, Nat, Process, Record, Seq, Spec, either, when
from raftnb.pluscal import algorithm
from raftnb.prove import Lemma, Proof, check_bounded, explain, k_induction, prove, prove_refines
from tests.language import parts
from tests.language.engines import same

# A class names itself without quotes.


class Linked(Process, number="nodes"):
    peer: Linked | None = None  # noqa: F821

    def link(self, other: Linked) -> None:  # noqa: F821
        when(other != self)
        self.peer = other


def nobody_is_its_own_peer(a: Linked) -> bool:
    return a.peer != a


def test_a_class_names_itself_without_quotes() -> None:
    spec = Spec("l", (Linked,), constants={"nodes": 2}, invariants=(nobody_is_its_own_peer,))
    same(spec, 4)
    assert "Linked" not in vars(Linked)
    proved = prove(Proof(spec, (Lemma(nobody_is_its_own_peer),)))
    assert proved.verdict is Verdict.HOLDS


# Constants in actions.


class Counter(Process, number="counters"):
    n: Nat = 0

    def up(self, by: Nat, most: int) -> None:
        when(by > 0 and self.n + by <= most)
        self.n += by

    def down(self, least) -> None:  # type: ignore[no-untyped-def]
        when(self.n > least)
        self.n -= either(*range(1, self.n - least + 1))


def within(a: Counter, most: int) -> bool:
    return a.n <= most


def below_three(a: Counter) -> bool:
    return a.n < 3


COUNTERS = Spec(
    "counters", (Counter,), constants={"counters": 2, "most": 2, "least": 0}, invariants=(within,)
)


def test_an_action_reads_constants_as_parameters_of_their_names() -> None:
    same(COUNTERS, 9)
    same(COUNTERS, 25, most=4)
    worse = COUNTERS.variant("worse", invariants=(within, below_three))
    same(worse, 9)
    for engine in ("fast", "reference"):
        found = check(worse(most=3), engine=engine, progress=False)
        assert (found.verdict, found.property) == (Verdict.VIOLATED, "below_three")
        assert found.trace is not None
        assert str(found.trace.steps[-1]) == "c1.up(3)"
    assert random_walks(worse(most=3), walks=20, progress=False).verdict is Verdict.VIOLATED


def test_a_step_shows_no_constants_and_is_replayed_without_them() -> None:
    world = COUNTERS().start()
    world["c1"].up(2)
    world["c1"].down(choose=(1,))
    assert [str(step) for step in world.trace.steps] == ["c1.up(2)", "c1.down(choose=(1,))"]
    again = COUNTERS().start()
    for step in world.trace.steps:
        again.take(step)
    assert again.state == world.state


def test_a_size_is_counted_and_no_constant_of_an_action() -> None:
    class Sized(Counter):
        def up(self, counters: int) -> None:  # type: ignore[override]
            self.n = counters

    with pytest.raises(SpecError, match="the size `counters` in an action") as error:
        COUNTERS.variant("sized", Sized)
    assert "len(Class)" in error.value.cure


def below_most(a: Counter, most: int) -> bool:
    return a.n < most


def test_what_is_proved_of_actions_with_constants_is_true_of_all_their_values() -> None:
    proved = prove(Proof(COUNTERS, (Lemma(within),)))
    assert proved.verdict is Verdict.HOLDS
    assert not proved.compared.untaken  # type: ignore[union-attr]
    wrong = COUNTERS.variant("wrong", invariants=(within, below_most, below_three))
    for claim in (below_most, below_three):
        proof = Proof(wrong, (Lemma(within), Lemma(claim)))
        found = prove(proof)
        assert (claim.__name__, "up") in found.failing
    assert explain(proof, found).verdict is not Verdict.HOLDS


def test_a_run_that_breaks_a_claim_is_found_for_some_value_of_a_constant() -> None:
    wrong = COUNTERS.variant("wrong", invariants=(below_most,))
    proof = Proof(wrong, (Lemma(below_most),))
    found = explain(proof, prove(proof))
    assert found.verdict is Verdict.VIOLATED


def test_k_induction_takes_the_value_of_a_constant() -> None:
    assert k_induction(COUNTERS, within, 1, most=2, least=0).verdict is not Verdict.VIOLATED
    assert "least=0, most=2, numbers" in k_induction(COUNTERS, within, 1, most=2).instance
    small = check_bounded(COUNTERS, below_three, 2, most=3, least=0)
    assert small.verdict is Verdict.VIOLATED
    assert check_bounded(COUNTERS, below_three, 2, most=2).verdict is Verdict.UNKNOWN


def test_a_constant_that_is_names_is_not_proved() -> None:
    def few(a: Counter, counters: int) -> bool:
        return a.n <= len(Counter) + counters

    spec = COUNTERS.variant("few", invariants=(few,))
    assert prove(Proof(spec, (Lemma(few), Lemma(within)))).verdict is Verdict.UNKNOWN
    named = COUNTERS.variant("named", constants={**COUNTERS.constants, "counters": ("a", "b")})
    with pytest.raises(SpecError, match=r"the constant `counters`, which is \('a', 'b'\)"):
        prove(Proof(named.variant("few", invariants=(few,)), (Lemma(few),)))


def test_the_size_of_a_class_is_what_is_counted() -> None:
    def as_many(counters: int) -> bool:
        return len(Counter) == counters

    spec = COUNTERS.variant("sized", invariants=(as_many,))
    same(spec, 9)
    assert prove(Proof(spec, (Lemma(as_many),))).verdict is Verdict.HOLDS

    def one_more(counters: int) -> bool:
        return len(Counter) < counters

    wrong = COUNTERS.variant("wrong", invariants=(one_more,))
    assert prove(Proof(wrong, (Lemma(one_more),))).verdict is not Verdict.HOLDS


def test_a_constant_in_an_action_is_printed_by_its_name() -> None:
    files = algorithm(COUNTERS()).files
    assert "await by > 0 /\\ n[self] + by <= most;" in files["Counters.tla"]
    assert "\n  most, least\n" in files["Counters.tla"]
    assert "macro up(by) begin" in files["Counters.tla"]
    assert "most = 2" in files["Counters.cfg"]


def test_abstract_actions_that_read_constants_are_not_refined() -> None:
    with pytest.raises(UsageError, match="the constant `most` in `up` of `counters`"):
        prove_refines(Proof(COUNTERS, ()), COUNTERS, {}, steps={"up": "up", "down": "down"})


# Two classes of one base.


class Worker(Process, abstract=True):
    """What every kind of worker has and does."""

    done: Nat = 0

    def work(self) -> None:
        when(self.done < self.most())
        self.done += 1

    def most(self) -> int:
        return 1


class Quick(Worker, number="quicks"):
    def most(self) -> int:
        return 2


class Slow(Worker, number="slows"):
    asleep: bool = False

    def sleep(self, beside: Quick) -> None:
        when(beside.done > 0)
        self.asleep = not self.asleep


def done_is_bounded(a: Quick, b: Slow) -> bool:
    return a.done <= 2 and b.done <= 1


def nobody_does_two(a: Quick) -> bool:
    return a.done <= 1


WORKERS = Spec(
    "workers", (Quick, Slow), constants={"quicks": 2, "slows": 1}, invariants=(done_is_bounded,)
)


def test_classes_of_an_abstract_base_have_what_it_has() -> None:
    assert (Worker.root, Quick.root, Slow.root) == ("", "Quick", "Slow")
    same(WORKERS, 9 * 2 * 2 - 2)
    assert prove(Proof(WORKERS, (Lemma(done_is_bounded),))).verdict is Verdict.HOLDS


def test_a_claim_about_one_of_them_is_violated_by_that_one() -> None:
    worse = WORKERS.variant("worse", invariants=(nobody_does_two,))
    found = check(worse(), progress=False)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "nobody_does_two")
    assert prove(Proof(worse, (Lemma(nobody_does_two),))).verdict is not Verdict.HOLDS


def test_a_variant_of_one_of_them_leaves_the_other() -> None:
    class Idle(Slow):
        def work(self) -> None:
            when(self.done > 5)

    same(WORKERS.variant("idle", Idle), 9 * 2 - 1)


def test_an_abstract_class_has_no_members() -> None:
    class Watcher(Process):
        seen: Worker | None = None

        def look(self) -> None:
            pass

    with pytest.raises(SpecError, match="`Worker`, which the Spec does not name"):
        Spec("w", (Quick, Watcher), constants={"quicks": 1})
    with pytest.raises(SpecError, match="`Worker` among the `processes`"):
        Spec("w", (Worker,))


# What a module has.


class Base(raftnb.Process, abstract=True):
    role: parts.Role = parts.Role.IDLE

    def take(self) -> None:
        raftnb.when(self.role is parts.Role.IDLE and parts.small(parts.Box.n))
        self.role = parts.Role.BUSY
        parts.Box.n += 1

    def drop(self) -> None:
        raftnb.when(self.role == parts.Role.BUSY)
        self.role = parts.Role.IDLE


class Taker(Base, number="takers"):
    item: parts.Item | None = None

    def make(self) -> None:
        self.item = parts.Item(parts.Box.n)


def at_most_three() -> bool:
    return parts.Box.n <= 3


def items_are_small(a: Taker) -> bool:
    return a.item is None or a.item.n <= 3


QUALIFIED = Spec(
    "qualified", (Taker,), (parts.Box,), constants={"takers": 1},
    invariants=(at_most_three, items_are_small),
)  # fmt: skip


def test_names_of_a_module_mean_what_they_mean_in_python() -> None:
    same(QUALIFIED, 2 + 2 * (3 + 4 + 5))
    lemmas = (Lemma(at_most_three), Lemma(items_are_small, (at_most_three,)))
    assert prove(Proof(QUALIFIED, lemmas)).verdict is Verdict.HOLDS


def test_a_name_that_a_module_has_not_is_refused() -> None:
    class Wrong(Taker):
        def make(self) -> None:
            self.item = parts.Itm(1)  # type: ignore[attr-defined]

    with pytest.raises(SpecError, match=r"the name `parts\.Itm`, which is not defined"):
        QUALIFIED.variant("wrong", Wrong)


def test_a_parameter_that_is_called_like_a_module_is_the_parameter() -> None:
    class Own(Taker):
        def make(self) -> None:
            for parts in Taker:  # noqa: F402
                self.item = parts.item

    same(QUALIFIED.variant("own", Own), 7)


# Variants by fields, an enumeration and more, several kinds of records in a sequence.


class More(Enum):
    RESTING = 1


class Put(Record):
    key: Nat


class Get(Record):
    who: "Role2"


class Role2(Domain, number="roles"):
    """A domain."""


class Actor(Process):
    role: parts.Role | More = parts.Role.IDLE
    log: Seq[Put | Get] = ()

    def rest(self) -> None:
        self.role = More.RESTING if self.role == parts.Role.IDLE else parts.Role.IDLE

    def put(self) -> None:
        when(len(self.log) < 2)
        self.log = self.log + (Put(1),)

    def get(self, who: Role2) -> None:
        when(len(self.log) < 2)
        self.log = self.log + (Get(who),)


def never_busy(a: Actor) -> bool:
    return a.role != parts.Role.BUSY


def puts_are_ones(a: Actor) -> bool:
    return all(not isinstance(e, Put) or e.key == 1 for e in a.log)


ACTORS = Spec(
    "actors", (Actor,), domains=(Role2,), constants={"roles": 2},
    invariants=(never_busy, puts_are_ones),
)  # fmt: skip


def test_an_enumeration_is_extended_by_another_one() -> None:
    same(ACTORS, 2 * (1 + 3 + 9))


def test_the_prover_wants_one_enumeration_and_one_record() -> None:
    with pytest.raises(SpecError, match="`Role` or `More` as a value") as error:
        prove(Proof(ACTORS, (Lemma(never_busy),)))
    assert error.value.cure == "make one enum with the members of Role and More"


# Sequences put together with `*`.


class Logger(Process, number="loggers"):
    log: Seq[Nat] = ()
    copy: Seq[Nat] = ()

    def append(self, n: Nat) -> None:
        when(len(self.log) < 2)
        self.log = (*self.log, n)

    def prepend(self, n: Nat) -> None:
        when(len(self.log) < 2)
        self.log = (n, *self.log)

    def double(self, beside: Logger) -> None:  # noqa: F821
        self.copy = (*beside.log, either(0, 1), *beside.log)


def logs_are_short(a: Logger) -> bool:
    return len(a.log) <= 2 and len(a.copy) <= 5


def the_middle_is_small(a: Logger) -> bool:
    return len(a.copy) != 1 or a.copy[0] <= 1


def copies_are_shorter(a: Logger) -> bool:
    return len(a.copy) <= 4


LOGGERS = Spec(
    "loggers", (Logger,), constants={"loggers": 1}, invariants=(logs_are_short, the_middle_is_small)
)


def logged() -> int:
    """How many states there are of one log and its copy, with numbers up to 2."""
    seen: set[Any] = {((), ())}
    todo: list[Any] = [((), ())]
    while todo:
        log, copy = todo.pop()
        longer = [((*log, n), (n, *log)) for n in range(3)] if len(log) < 2 else []
        found = [(one, copy) for pair in longer for one in pair]
        found += [(log, (*log, n, *log)) for n in range(2)]
        todo += [state for state in found if state not in seen]
        seen |= set(found)
    return len(seen)


def test_a_star_puts_sequences_together_in_every_engine() -> None:
    for engine in ("fast", "reference"):  # *unknown*: any number may be added
        found = check(LOGGERS(), engine=engine, progress=False)
        assert (found.verdict, found.distinct) == (Verdict.UNKNOWN, logged())
    proved = prove(Proof(LOGGERS, tuple(Lemma(c, LOGGERS.invariants) for c in LOGGERS.invariants)))
    assert proved.verdict is Verdict.HOLDS
    open_ = prove(Proof(LOGGERS, (Lemma(logs_are_short), Lemma(copies_are_shorter))))
    assert ("copies_are_shorter", "double") in open_.failing


class Extra(Globals):
    on: bool = False


class Flipper(Process):
    def flip(self) -> None:
        Extra.on = not Extra.on


def test_a_variant_has_other_classes_by_field() -> None:
    larger = ACTORS.variant("larger", processes=(Actor, Flipper), shared=(Extra,))
    same(larger, 2 * 2 * 13)
    fewer = ACTORS.variant("fewer", domains=(Role2,), symmetric=(Role2,))
    assert check(fewer(), symmetry=True, progress=False).distinct < 26
    with pytest.raises(SpecError, match="does not name"):
        ACTORS.variant("none", domains=())
    with pytest.raises((SpecError, UsageError), match="procesess"):
        ACTORS.variant("misspelt", procesess=(Actor,))
