"""Corners of the translation: each place here could once be broken without a test that failed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
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
    Seq,
    Set,
    Spec,
    after,
    discard,
    either,
    history,
    in_flight,
    send,
    when,
)
from raftnb.prove import Lemma, Proof, counterexample, explain, k_induction, prove, witness
from raftnb.prove.agreement import Comparison, compare
from raftnb.prove.counting import axiom_holds
from raftnb.prove.cti import settled
from raftnb.prove.finite import texts_named
from raftnb.tree import Program
from tests.fuzz.one import compared
from tests.fuzz.proofs import compare_proofs
from tests.fuzz.translations import compare_translations
from tests.fuzz.trees import compare_trees
from tests.oracles.random_specs import HEADER


class Key(Domain, number="keys"):
    """A key."""


class Say(Message):
    """A word on its way; no action names the second of its words."""

    word: Literal["yes", "no"]


class Node(Process, number="nodes"):
    """Some collections."""

    x: Nat = 0
    some: Set[Nat] = frozenset()

    def tell(self) -> None:
        """Say yes."""
        send(Say(word="yes"), to=self)

    def hears(self, m: Say) -> None:
        """Forget what was said."""
        discard(m)
        self.x = 1


def has_a_largest(n: Node) -> bool:
    """True: numbers are natural."""
    return max(n.some, default=0) >= 0


def at_most_once(n: Node) -> bool:
    """True: 0 and 1 only."""
    return n.x <= 1


SPEC = Spec(
    name="corners",
    processes=(Node,),
    domains=(Key,),
    delivery=Delivery(loses=False, duplicates=True, reorders=True),
    constants={"nodes": 2, "keys": 1},
    invariants=(has_a_largest, at_most_once),
)


def proof(*claims: Any, **more: Any) -> Proof:
    """A proof of a specification that claims nothing else."""
    spec = SPEC.variant("corners", invariants=claims)
    return Proof(spec, tuple(map(Lemma, claims)), **more)


def positive(v: int) -> bool:
    """With a branch."""
    if v > 0:
        return v != 5
    return False


class Long(Process, number="nodes"):
    """A sequence that gets longer."""

    ys: Seq[int] = (1,)
    some: Set[int] = frozenset()
    x: Nat = 0
    y: Nat = 0
    who: Long | None = None

    def add(self) -> None:
        """With a 0 at the end."""
        when(len(self.ys) < 3)
        self.ys += (0,)

    def count(self) -> None:
        """How many are positive."""
        self.x = sum(1 for v in self.ys if positive(v))

    def sort(self) -> None:
        """Where the pair of numbers is small."""
        when((self.x, self.y) <= (1, 1) and (self.x, self.y) < (1, 1))
        self.y = 1


def divides(n: Long) -> bool:
    """Undefined where there is a 0."""
    return sum(1 for v in n.ys if 4 // v >= 0) <= 3


def divides_what_it_can(n: Long) -> bool:
    """Defined: never by 0."""
    return sum(1 for v in n.ys if v != 0 and 4 // v >= 0) <= 3


def test_a_condition_in_a_filtered_sequence_must_have_a_value() -> None:
    asked = {}
    for claim in (divides, divides_what_it_can):
        spec = LONG.variant("long", invariants=(claim,))
        report = prove(Proof(spec, (Lemma(claim),)), workers=1, timeout=1, trust=True)
        asked[claim] = [one.proved for one in report.defined]
    assert asked == {divides: [False], divides_what_it_can: [True]}
    with pytest.raises(SpecError):
        check(LONG.variant("long", invariants=(divides,))(), deadlock=False)


def test_branches_of_operators_under_a_quantifier_and_pairs_in_order_are_those_of_python() -> None:
    spec = LONG.variant("long", invariants=(in_order,))
    compared = compare(Proof(spec, (Lemma(in_order),)), effort=60)
    assert set(compared.untaken) | set(compared.untried) == set()


def in_order(n: Long) -> bool:
    """Pairs are compared place by place."""
    return (n.x, n.y) <= (n.x, n.y + 1) and not (n.x, n.y) < (n.x, n.y) and (n.x, n.y) >= (0, 0)


def divided(n: Long) -> bool:
    """A claim of steps without a value where x is 0 afterward."""
    return 1 // after(n).x == 1 // after(n).x


def grows(n: Long) -> bool:
    """A claim of steps that is false of some step from a state that no run reaches."""
    return after(n).x >= n.x


def test_a_claim_of_steps_must_have_a_value() -> None:
    spec = LONG.variant("long", invariants=(), transitions=(divided,))
    report = prove(Proof(spec, (), goals=(Lemma(divided),)), workers=1, timeout=1, trust=True)
    assert report.verdict is Verdict.UNKNOWN
    assert {one.proved for one in report.checked} == {True}
    assert not all(one.proved for one in report.defined)


def test_a_step_that_breaks_a_claim_of_steps_is_found() -> None:
    spec = LONG.variant("long", invariants=(), transitions=(grows,))
    asked = Proof(spec, (), goals=(Lemma(grows),))
    report = explain(asked, prove(asked, workers=1, timeout=1, trust=True))
    assert [(c.claim, c.step.action) for c in report.counterexamples] == [("grows", "count")]


def test_a_claim_of_steps_is_none_of_states() -> None:
    spec = LONG.variant("long", invariants=(), transitions=(grows,))
    with pytest.raises(UsageError) as error:
        k_induction(spec, grows, 1)
    assert error.value.allowed == "claims about states"


def stays_short(n: Long) -> bool:
    """False after one step."""
    return len(n.ys) == 1


def test_a_violation_is_told_with_its_run_from_the_start() -> None:
    spec = LONG.variant("long", invariants=(stays_short,))
    asked = Proof(spec, (Lemma(stays_short),))
    report = explain(asked, prove(asked, workers=1, timeout=1, trust=True))
    assert report.verdict is Verdict.VIOLATED
    assert "stays_short is false after this run from the start, for n = l1:" in str(report)
    assert "l1.ys: + 0" in str(report)


class Late(Process, number="nodes"):
    """What has no value comes before a guard that is never true."""

    x: Nat = 0

    def divide(self) -> None:
        """By nothing, and then not at all."""
        self.x = 5 // (self.x - self.x)
        when(False)


def fine(n: Late) -> bool:
    """True."""
    return n.x == n.x


def test_what_comes_before_a_guard_that_is_never_true_must_have_a_value() -> None:
    spec = Spec(name="late", processes=(Late,), constants={"nodes": 1}, invariants=(fine,))
    report = prove(Proof(spec, (Lemma(fine),)), workers=1, timeout=1)
    assert report.verdict is Verdict.UNKNOWN
    assert {one.action for one in report.unknown} == {"divide"}
    with pytest.raises(SpecError):
        check(spec(), deadlock=False)


def key_that_may_be_none(n: Long) -> bool:
    """An option as a key has no translation."""
    return n.who in Map({n.who: 1})


def test_a_key_that_may_be_none_is_refused() -> None:
    spec = LONG.variant("long", invariants=(key_that_may_be_none,))
    with pytest.raises(SpecError, match="as a key"):
        prove(Proof(spec, (Lemma(key_that_may_be_none),)), workers=1)


LONG = Spec(name="long", processes=(Long,), constants={"nodes": 1})


def test_the_largest_of_a_set_of_any_size_has_a_meaning() -> None:
    assert prove(proof(has_a_largest), workers=1).verdict is Verdict.HOLDS


def of_a_key(a: Set[Node]) -> bool:
    """About another class than that of the set."""
    return len(a) <= len(Node) and any(k != o for k in Key for o in Key)


def of_two(a: Set[Node]) -> bool:
    """About two members at once."""
    return all(n in a or m in a for n in Node for m in Node) or len(a) < len(Node)


@pytest.mark.parametrize("axiom", [of_two, of_a_key])
def test_an_axiom_about_another_class_or_two_members_is_not_counted(axiom: Any) -> None:
    with pytest.raises(SpecError, match=r"in the axiom|can be equal"):
        axiom_holds(proof(at_most_once, axioms=(Lemma(axiom),)), Lemma(axiom))


def test_only_a_proof_is_proved() -> None:
    question: Any = 1
    with pytest.raises(UsageError) as error:
        prove(question)
    assert error.value.allowed == "a Proof"


def test_a_word_that_only_a_message_may_have_is_known() -> None:
    model = SPEC(history=True)
    assert {"yes", "no"} <= set(texts_named(Program(model), proof(at_most_once)))
    assert compare(proof(at_most_once), effort=30).steps > 0


def test_made_up_states_have_messages_in_flight() -> None:
    comparison = Comparison(proof(at_most_once), seed=1)
    states = [comparison.made_up() for _ in range(20)]
    assert {message.word for state in states for message, _ in state.messages} == {"yes", "no"}
    queued = SPEC.variant(
        "queued", delivery=Delivery(loses=False, duplicates=False, reorders=False)
    ).variant("queued", invariants=(at_most_once,))
    comparison = Comparison(Proof(queued, (Lemma(at_most_once),)), seed=1)
    states = [comparison.made_up() for _ in range(20)]
    assert any(any(at) for state in states for at in queue_cells(comparison, state))
    assert all(state.messages == () for state in states)


def queue_cells(comparison: Comparison, state: Any) -> list[Any]:
    """What is in the queues."""
    return [state.values[at] for at in comparison.here.model.channels.values()]


def test_a_bounded_answer_tells_how_many_messages_it_looked_at() -> None:
    answer = k_induction(SPEC.variant("corners", invariants=()), at_most_once, 1)
    assert "messages of a kind" in answer.instance
    quiet = Spec(name="quiet", processes=(Quiet,), constants={"ones": 1})
    assert "messages" not in k_induction(quiet, is_small, 1).instance


class Quiet(Process, number="ones"):
    """Nobody speaks."""

    x: Nat = 0

    def flip(self) -> None:
        """Change it."""
        self.x = 1 - self.x if self.x <= 1 else 0


def is_small(n: Quiet) -> bool:
    """Inductive."""
    return n.x <= 1


def nobody_says_no() -> bool:
    """True: only yes is said."""
    return all(m.word == "yes" for m in in_flight(Say))


def test_a_claim_about_every_message_is_proved() -> None:
    assert prove(proof(nobody_says_no), workers=2, trust=True).verdict is Verdict.HOLDS


def is_most(a: Set[Node]) -> bool:
    """More than half."""
    return 2 * len(a) > len(Node)


def most_meet(a: Set[Node], b: Set[Node]) -> bool:
    """Two of them share a member."""
    return not (is_most(a) and is_most(b)) or any(n in a and n in b for n in Node)


@pytest.mark.parametrize(
    ("trigger", "cure"),
    [
        (("is_most(a)",), "add an expression with `b` to the same tuple"),
        (("1 + 1",), "take out arithmetic and conditions"),
        (("is_most(a)", "is_most(b) or is_most(a)"), "take out arithmetic and conditions"),
        (("is_most(",), "write it as Python"),
        (("is_most(c)",), "c"),
        ((1,), "write it as Python"),
    ],
)
def test_a_trigger_that_the_solver_cannot_take_is_refused(trigger: Any, cure: str) -> None:
    axiom = Lemma(most_meet, triggers=(trigger,))
    spec = SPEC.variant("corners", invariants=(at_most_once,))
    asked = Proof(
        spec, (Lemma(at_most_once, uses=(most_meet,)),), axioms=(axiom,), opaque=(is_most,)
    )
    with pytest.raises(SpecError) as error:
        prove(asked, workers=1, trust=True)
    assert cure in f"{error.value.cure} {error.value.found}"
    assert error.value.allowed


def test_an_unknown_action_is_answered_with_those_that_there_are() -> None:
    for ask in (witness, lambda p, name: counterexample(p, "at_most_once", name)):
        with pytest.raises(UsageError) as error:
            ask(proof(at_most_once), "nosuch")
        assert error.value.allowed == "tell, hears"
    silent = Spec(name="silent", processes=(Silent,), constants={"nodes": 1})
    with pytest.raises(UsageError) as error:
        witness(Proof(silent, ()), "nosuch")
    assert error.value.allowed == "no action: nobody can take one"


NOTHING_THERE = (
    "(1 if ()[-1] else 2) < 3", "not ()[n.x]", "not (() + ())[n.x]", "-()[0] == n.x",
    "all(()[i] for i in range(2))", "any(()[i] and True for i in range(2))", "(1, 2)[()[0]] == 1",
    "all(True for i in range(()[0]))", "all(True for i in range(2) if ()[i])", "abs(()[0]) == 1",
    "(1, 2)[()[0] :] == ()", "bool(()[0])", "n.x == 0 or ()[0]", "Map()[n.x] and True",
    "all(not Map()[i] for i in range(2))", "max(()[0], n.x) == 1", "()[0] if ()[0] else True",
)  # fmt: skip


@pytest.mark.parametrize("written", NOTHING_THERE)
def test_an_item_of_what_is_empty_has_no_value_wherever_one_is_needed(
    written: str, tmp_path: Path
) -> None:
    text = f"""
class Node(Process, number="nodes"):
    x: int = 0

    def go(self) -> None:
        when(self.x < 2)
        self.x += 1

    def never(self) -> None:
        n = self
        when(self.x == 5)
        self.x = 1 if ({written}) else 0


def claim(n: Node) -> bool:
    return {written}


SPEC = Spec(name="made", processes=(Node,), constants={{"nodes": 1}}, invariants=(claim,))
PROOF = Proof(SPEC, (Lemma(claim),))
"""
    found = compared(HEADER + text, tmp_path, (compare_trees, compare_translations, compare_proofs))
    assert [str(one) for one in found.differences] == []
    assert found.counts["proofs: holds"] == 0
    assert found.counts["proofs: unknown"] == 1 or "prove" in str(found.refusals)


class Table(Globals):
    of: Map[Nat, Nat] = Map({1: 1})


class Reader(Process, number="readers"):
    x: int = 1

    def again(self) -> None:
        """Nothing changes."""
        Table.of = Table.of


def below_is_no_key(r: Reader) -> bool:
    return r.x - 2 not in Table.of


def one_above_is_no_key(r: Reader) -> bool:
    return r.x not in Table.of


def test_a_negative_number_is_no_natural_key() -> None:
    spec = Spec("table", (Reader,), shared=(Table,), constants={"readers": 2})
    assert k_induction(spec, below_is_no_key, 1, readers=2).verdict is not Verdict.VIOLATED
    assert k_induction(spec, one_above_is_no_key, 1, readers=2).verdict is Verdict.VIOLATED
    below = spec.variant("below", invariants=(below_is_no_key,))
    assert check(below()).verdict is Verdict.HOLDS


def test_a_cut_has_the_parameters_of_every_action_of_its_name() -> None:
    class Other(Process):
        y: int = 0

        def again(self) -> None:
            """Called like the reader's."""
            self.y = 1

    def of_a_reader(self: Reader) -> bool:
        return after(self).x == self.x

    spec = Spec("two", (Reader, Other), shared=(Table,), constants={"readers": 2})
    one = Spec("one", (Reader,), shared=(Table,), constants={"readers": 2})
    cuts = {"again": (Lemma(of_a_reader),)}
    assert prove(Proof(one, (), cuts=cuts), workers=1, trust=True).verdict is Verdict.HOLDS
    with pytest.raises(SpecError) as error:
        prove(Proof(spec, (), cuts=cuts), workers=1, trust=True)
    assert "`self` of the cut `of_a_reader`" in str(error.value)


def test_what_is_no_function_is_no_lemma() -> None:
    for claim in (1, "at_most_once", None, (at_most_once,)):
        with pytest.raises(UsageError) as error:
            Proof(SPEC, (Lemma(claim),))  # type: ignore[arg-type]
        assert repr(claim) in str(error.value)


class Silent(Process, number="nodes"):
    """Nobody acts."""

    x: Nat = 0


def test_a_trigger_that_names_every_parameter_is_taken() -> None:
    axiom = Lemma(most_meet, triggers=(("is_most(a)", "is_most(b)"),))
    spec = SPEC.variant("corners", invariants=(at_most_once,))
    asked = Proof(
        spec, (Lemma(at_most_once, uses=(most_meet,)),), axioms=(axiom,), opaque=(is_most,)
    )
    assert prove(asked, workers=1, trust=True).verdict is Verdict.HOLDS


class Numbers(Globals):
    some: Set[Nat] = frozenset({0})
    sets: Map[bool, Set[Nat]] = Map({True: frozenset(), False: frozenset()})


class Collector(Process, number="collectors"):
    x: int = -2
    n: Nat = 2

    def collect(self) -> None:
        """A natural number more."""
        Numbers.some |= {self.n}


class OfAComprehension(Collector):
    def collect(self) -> None:
        """Of a number of each process."""
        Numbers.some = frozenset(c.x for c in Collector)


class OfALiteral(Collector):
    def collect(self) -> None:
        """Of one number, where there is a choice."""
        if either(True, False):
            Numbers.some |= {self.x}


class OfElements(Collector):
    def collect(self) -> None:
        """Of those that were there, each one less."""
        Numbers.some = frozenset(n - 1 for n in Numbers.some)


class InAMap(Collector):
    def collect(self) -> None:
        """In a map."""
        Numbers.sets |= {True: frozenset({self.n - 3})}


class OneMore(Collector):
    def collect(self) -> None:
        """Of those that were there, each one more."""
        Numbers.sets |= {True: frozenset(n + 1 for n in Numbers.some)}


class Chosen(Collector):
    def collect(self) -> None:
        """One of those that were there is a natural number."""
        when(Numbers.some != frozenset())
        self.n = either(*Numbers.some)


def nothing_is_claimed() -> bool:
    return True


@pytest.mark.parametrize(
    ("collector", "proved"),
    [
        (Collector, True),
        (OneMore, True),
        (Chosen, True),
        (OfAComprehension, False),
        (OfALiteral, False),
        (OfElements, False),
        (InAMap, False),
    ],
)
def test_elements_of_a_set_of_natural_numbers_are_natural(
    collector: type[Collector], proved: bool
) -> None:
    spec = Spec(
        "numbers",
        processes=(collector,),
        shared=(Numbers,),
        constants={"collectors": 2},
        invariants=(nothing_is_claimed,),
    )
    found = prove(Proof(spec, (Lemma(nothing_is_claimed),)), workers=1)
    assert found.verdict is (Verdict.HOLDS if proved else Verdict.UNKNOWN)
    if not proved:
        with pytest.raises(SpecError, match="Nat"):
            check(spec(), progress=False)


class Keeper(Process, number="keepers"):
    """What it had is kept beside it, as history."""

    x: Nat = 0
    seen: Nat = history(0)

    def go(self) -> None:
        """One more."""
        when(self.x < 3)
        self.x += 1
        self.seen = self.x


def remembered(k: Keeper) -> bool:
    return k.seen == k.x


def test_a_small_instance_has_the_history_that_claims_read() -> None:
    spec = Spec("kept", (Keeper,), constants={"keepers": 1}, invariants=(remembered,))
    compared = compare(Proof(spec, (Lemma(remembered),)), effort=30)
    assert compared.steps > 0


def test_each_value_of_a_counterexample_is_the_first_that_those_before_it_leave() -> None:
    theory: Any = SimpleNamespace(values_of_sort=lambda sort: VALUES[sort.name()])
    wanted, number = z3.Bool("wanted"), z3.Int("number")
    solver = z3.Solver()
    solver.add(z3.Or(wanted, number == 1))
    assert solver.check() == z3.sat
    model = settled(solver, solver.model(), [wanted, number], theory)
    assert [str(model.eval(term)) for term in (wanted, number)] == ["False", "1"]


VALUES = {
    "Bool": [z3.BoolVal(False), z3.BoolVal(True)],
    "Int": [z3.IntVal(number) for number in range(3)],
}
