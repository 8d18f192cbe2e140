"""Ways through the translation that hardly a specification takes, each by a small one that does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import z3

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
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
    Spec,
    after,
    cycle,
    discard,
    each,
    either,
    in_flight,
    send,
    when,
)
from raftnb.prove import (
    InstanceSize,
    Lemma,
    Proof,
    counterexample,
    k_induction,
    prove,
    translated,
    witness,
)
from raftnb.prove.actions import start_named
from raftnb.prove.conditions import Conditions, unbounded
from raftnb.prove.counting import axiom_holds
from raftnb.prove.cti import defined_after
from raftnb.prove.execute import cases
from raftnb.prove.finite import Instance
from raftnb.prove.formulas import split

SMALL = InstanceSize(2, 1)


class Sh(Globals):
    """Shared variables."""

    n: int = 0
    log: Seq[int] = ()
    a: Set[int] = frozenset()
    b: Set[int] = frozenset({1})


class Few(Globals):
    """Other ones."""

    m: int = 0
    word: str = "a"
    flags: Map[bool, int] = each(0)


class Number(Globals):
    """One alone."""

    k: int = 0


def m_is_small() -> bool:
    """True."""
    return Few.m in {0, 1}


def k_is_zero() -> bool:
    """True, and says nothing of what is done."""
    return Number.k == 0


def n_is_small() -> bool:
    """True."""
    return Sh.n in {0, 1}


class Puts(Process):
    """Something is in what was just put together."""

    def put(self) -> None:
        """Before and behind."""
        Sh.log = (1, *Sh.log, 2)
        Sh.n = 1 if 1 in Sh.log else 5


class Filters(Process):
    """What does not fit is in nothing that was filtered."""

    def keep(self) -> None:
        """Those above one."""
        Sh.log = tuple(x for x in Sh.log if x > 1)
        Sh.n = 5 if 1 in Sh.log else 0


class FiltersLess(Process):
    """What fits may be in what was filtered."""

    def add(self) -> None:
        """One more."""
        when(len(Sh.log) < 2)
        Sh.log = (*Sh.log, 1)

    def keep(self) -> None:
        """Those from one on."""
        Sh.log = tuple(x for x in Sh.log if x >= 1)
        Sh.n = 5 if 1 in Sh.log else 0


class Speaks(Process):
    """A text that no type lists, a map with both truth values as keys, one of some."""

    def say(self) -> None:
        """The one or the other."""
        Few.word = "b" if Few.word == "a" else "a"

    def turn(self) -> None:
        """One of them."""
        Few.flags |= {True: 1 - Few.flags[True]}

    def pick(self) -> None:
        """More ways than are gone through, here."""
        Few.m = either(0, 1)


class Counts(Process):
    """How many are in one of two sets."""

    def count(self) -> None:
        """One, as long as nobody changes them."""
        Sh.n = 1 if len(Sh.a if Sh.n > 0 else Sh.b) == 1 else 0


class CountsWrongly(Process):
    """As many as are in the other one."""

    def count(self) -> None:
        """One more than is said."""
        Sh.n = 1 + len(Sh.a if Sh.n > 1 else Sh.b)


class Never(Process):
    """Can do nothing."""

    def never(self) -> None:
        """A number above and below."""
        when(Sh.n > 1)
        when(Sh.n < 0)


def spec_of(cls: type[Process], shared: type[Globals] = Sh, **options: Any) -> Spec:
    """A specification with these actions alone."""
    return Spec(name="seldom", processes=(cls,), shared=(shared,), **options)


@pytest.mark.parametrize(
    ("cls", "verdict"),
    [
        (Puts, Verdict.HOLDS),
        (Filters, Verdict.HOLDS),
        (FiltersLess, Verdict.UNKNOWN),
        (Counts, Verdict.HOLDS),
        (CountsWrongly, Verdict.UNKNOWN),
    ],
)
def test_what_is_seldom_made_is_proved_where_it_is_so(cls: type[Process], verdict: Verdict) -> None:
    proof = Proof(spec_of(cls), (Lemma(n_is_small),))
    assert prove(proof, workers=1, timeout=2, trust=True).verdict == verdict


def test_values_of_every_kind_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translated, "MOST", 1)
    report = prove(Proof(spec_of(Speaks, Few), (Lemma(m_is_small),)), workers=1)
    assert report.verdict == Verdict.HOLDS
    assert report.compared is not None


class Deep(Record):
    """One that holds another."""

    inner: Deep | None = None


class Ping(Message):
    """A message."""

    n: Nat


class Bare(Message):
    """A message without a number."""


class Digs(Process):
    """Holds a record of any depth."""

    deep: Deep = Deep()

    def dig(self) -> None:
        """No further."""
        self.deep = Deep()


class Directs(Process, number="ones"):
    """Says where another one goes on."""

    def first(self, other: Directs) -> None:
        """The other one stays."""
        other.pc = "first"

    def second(self) -> None:
        """And again."""

    order = cycle(first, second)


class Reuses(Process, number="ones"):
    """Goes through others by a name that has a value."""

    def tell(self) -> None:
        """Each of them."""
        other = self
        for other in Reuses:
            send(Ping(n=1), to=other)
        when(other == self)

    def hear(self, m: Ping) -> None:
        """And no more."""
        discard(m)


class Looks(Process, number="ones"):
    """Looks at the network from round to round."""

    def tell(self) -> None:
        """Those to whom nothing goes."""
        for other in Looks:
            if all(m.dest != other for m in in_flight(Ping)):
                send(Ping(n=1), to=other)

    def hear(self, m: Ping) -> None:
        """And no more."""
        discard(m)


class LooksOnce(Looks):
    """Looks once."""

    def tell(self) -> None:
        """If there is none any more."""
        if all(m.n > 1 for m in in_flight(Ping)):
            Sh.n = 1


ONES = {"ones": 1}
ONCE = Delivery(duplicates=False)


@pytest.mark.parametrize(
    ("cls", "options", "allowed"),
    [
        (Digs, {}, "records of a fixed depth"),
        (Directs, {"constants": ONES}, "says where it goes on itself"),
        (Reuses, {"constants": ONES, "delivery": Delivery()}, "each round assigns anew"),
        (Looks, {"constants": ONES, "delivery": Delivery()}, "a loop that sends messages"),
        (
            LooksOnce,
            {"constants": ONES, "delivery": Delivery(duplicates=False)},
            "guards that one is there",
        ),
    ],
)
def test_what_has_no_translation_is_refused_with_a_cure(
    cls: type[Process], options: Any, allowed: str
) -> None:
    with pytest.raises(SpecError) as error:
        prove(Proof(spec_of(cls, **options), (Lemma(n_is_small),)), workers=1)
    assert allowed in (error.value.allowed or "")
    assert error.value.cure


def relation(larger: bool) -> Any:
    """One of two operators of one name."""

    def related(a: int, b: int) -> bool:
        return a > b if larger else a < b

    return related


ABOVE, BELOW = relation(larger=True), relation(larger=False)


def alike() -> bool:
    """False: two relations are not one because they are called alike."""
    return ABOVE(Sh.n, 1) == BELOW(Sh.n, 1)  # type: ignore[no-any-return]


def test_two_opaque_operators_of_one_name_are_two() -> None:
    spec = spec_of(Counts, invariants=(n_is_small,))
    proof = Proof(spec, (Lemma(alike),), opaque=(ABOVE, BELOW))
    report = prove(proof, workers=1, timeout=2, trust=True)
    assert report.verdict == Verdict.UNKNOWN


class Keeps(Process, number="ones"):
    """Keeps a message, or a map with numbers as keys."""

    last: Bare | None = None

    def tell(self) -> None:
        """One to itself."""
        send(Bare(), to=self)

    def hear(self, m: Bare) -> None:
        """And keep it."""
        self.last = m
        discard(m)


def test_k_induction_knows_that_messages_may_need_more_room() -> None:
    spec = spec_of(Keeps, Number, constants=ONES, delivery=Delivery())
    found = k_induction(spec, k_is_zero, 1, size=InstanceSize(1, 1))
    assert found.verdict == Verdict.UNKNOWN
    assert "kept in variables" in str(found.bound)


def test_what_nobody_can_do_has_no_witness() -> None:
    assert witness(Proof(spec_of(Never), (Lemma(n_is_small),)), "never", SMALL) is None


def same_sets(some: Set[Nat]) -> bool:
    """True."""
    return Sh.n != 7 or 1 not in some


def test_too_many_sets_for_a_small_instance_are_refused() -> None:
    proof = Proof(spec_of(Counts), (Lemma(n_is_small), Lemma(same_sets)))
    with pytest.raises(UsageError, match="which there are"):
        counterexample(proof, "n_is_small", "count", size=InstanceSize(20, 1))


def test_whether_a_claim_has_a_value_after_a_step() -> None:
    def divides() -> bool:
        """Undefined where n is 0."""
        return 1 // Sh.n >= 0

    def became(a: Nat) -> bool:
        """Of a step, and defined."""
        return a >= 0 or after(Sh).n == Sh.n

    spec = spec_of(Counts, transitions=(became,))
    here = Instance(Proof(spec, (Lemma(divides),)), SMALL, {})
    (case,) = cases(here.words, start_named(here.words, "count"), here.before, frozenset())
    one = z3.Solver()
    one.add(*here.theory.axioms, *case.conditions, z3.Not(defined_after(here, divides, case)))
    assert one.check() == z3.sat
    assert z3.is_true(z3.simplify(defined_after(here, became, case)))


def test_what_is_true_whatever_else_leaves_nothing_to_be_shown() -> None:
    x, y = z3.Bools("x y")
    true = z3.BoolVal(True)
    assert split(z3.Or(x, z3.And(true, true))) == []
    assert split(z3.Or(x, z3.And(y, x))) == [z3.Or(x, y), z3.Or(x, x)]


def test_what_a_claim_was_before_is_made_once_for_all_actions() -> None:
    proof = Proof(spec_of(Speaks, Few), (Lemma(m_is_small),))
    conditions = Conditions(proof, unbounded(proof))
    found = [one for start in conditions.starts() for one in conditions.steps(start)]
    assert len({one.action for one in found}) == 3


class Key(Domain, number="keys"):
    """A thing."""


class Lock(Domain, number="locks"):
    """Another."""


def of_two(some: Set[Key], others: Set[Lock]) -> bool:
    """Of members of two classes."""
    return len(some) == len(others)


def two_tests(some: Set[Key]) -> bool:
    """Two comparisons that are compared."""
    return (len(some) > 1) == (len(some) > 2)


def of_nothing(some: Set[Key]) -> bool:
    """True of all sets."""
    return len(some) > 1 or True


KEYS = spec_of(Counts, domains=(Key, Lock), constants={"keys": 1, "locks": 1})


@pytest.mark.parametrize("axiom", [of_two, two_tests])
def test_what_counting_does_not_decide_is_refused(axiom: Callable[..., bool]) -> None:
    with pytest.raises(SpecError, match="axiom"):
        axiom_holds(Proof(KEYS, ()), Lemma(axiom))


def test_what_says_nothing_of_sets_is_decided_by_counting() -> None:
    assert axiom_holds(Proof(KEYS, ()), Lemma(of_nothing))
