"""What the solver is asked, and how often."""

from __future__ import annotations

import pytest
import z3

from raftnb.data.verdict import Verdict
from raftnb.language import Map, Nat, Process, when
from raftnb.language.spec import Spec
from raftnb.prove import Lemma, Proof, prove, solving
from raftnb.prove.conditions import Conditions, Obligation, unbounded
from raftnb.prove.solving import CONTRADICTED, Settings
from raftnb.prove.terms import TRUE


class Client(Process, number="clients"):
    """It takes a ticket; the next number is that of one client."""

    ticket: Nat = 0
    owners: Map[Nat, bool] = Map()

    def take(self) -> None:
        """Take a ticket that is larger than all."""
        when(self.ticket == 0)
        self.ticket = 1


def tickets_are_small(a: Client) -> bool:
    """True, and inductive."""
    return a.ticket <= 1


def somebody_has_no_ticket() -> bool:
    """True at first, and then not."""
    return any(c.ticket == 0 for c in Client)


TICKETS = Spec(
    "tickets",
    processes=(Client,),
    constants={"clients": 2},
    invariants=(tickets_are_small, somebody_has_no_ticket),
)


def test_a_condition_with_a_counterexample_of_any_size_says_so() -> None:
    report = prove(Proof(TICKETS, tuple(map(Lemma, TICKETS.invariants))), workers=1)
    assert report.verdict is Verdict.UNKNOWN
    assert report.failing == (("somebody_has_no_ticket", "take"),)
    assert [one.why for one in report.unknown] == [CONTRADICTED]


def quantified(kinds: str, outer_pattern: bool = False, inner_pattern: bool = False) -> z3.BoolRef:
    """Quantifiers of these kinds, one in the other, over a relation of their constants."""
    theory = unbounded(Proof(TICKETS, ())).theory
    sort = theory.named_sort("Client")
    bound = [theory.fresh("c", sort) for _ in kinds]
    relation = z3.Function("r", *[sort for _ in kinds], z3.BoolSort())
    formula = relation(*bound)
    for at in range(len(kinds) - 1, -1, -1):
        asked = [relation(*bound)] if (outer_pattern, inner_pattern)[at > 0] else []
        if kinds[at] == "A":
            formula = theory.forall([bound[at]], formula, asked)
        else:
            formula = theory.exists([bound[at]], formula)
    return formula


@pytest.mark.parametrize(
    ("kinds", "binds"), [("AA", 2), ("EE", 2), ("AE", 1), ("EA", 1), ("AAA", 3), ("AAE", 2)]
)
def test_quantifiers_of_one_kind_are_one(kinds: str, binds: int) -> None:
    formula = quantified(kinds)
    assert z3.is_quantifier(formula)
    assert formula.num_vars() == binds
    sort = formula.var_sort(0)
    bound = [z3.Const(f"v{i}", sort) for i in range(len(kinds))]
    plain = z3.Function("r", *[sort for _ in kinds], z3.BoolSort())(*bound)
    for kind, one in zip(reversed(kinds), reversed(bound), strict=True):
        plain = z3.ForAll([one], plain) if kind == "A" else z3.Exists([one], plain)
    solver = z3.Solver()
    solver.add(formula != plain)
    assert solver.check() == z3.unsat


def test_a_quantifier_with_a_pattern_stays_as_it_is() -> None:
    assert quantified("AA", inner_pattern=True).num_vars() == 1


def test_quantifiers_of_two_kinds_are_not_swapped() -> None:
    formula = quantified("AE")
    swapped = quantified("EA")
    solver = z3.Solver()
    solver.add(formula, z3.Not(swapped))
    assert solver.check() != z3.unsat


class Answers:
    """Solvers that give these answers, one after the other."""

    def __init__(self, *answers: z3.CheckSatResult) -> None:
        self.left = list(answers)

    def __call__(self, settings: Settings, options: dict[str, bool], *seconds: float) -> Answers:
        self.mbqi = options["mbqi"]
        return self

    def add(self, *formulas: z3.BoolRef) -> None:
        """Nothing is assumed."""

    def check(self, *marks: z3.BoolRef) -> z3.CheckSatResult:
        """The next answer."""
        return self.left.pop(0)

    def reason_unknown(self) -> str:
        """Why."""
        return "tired"

    def unsat_core(self) -> list[z3.BoolRef]:
        """Nothing was used."""
        return []


@pytest.mark.parametrize(
    ("answers", "proved", "why"),
    [
        ((z3.unsat,), True, ""),
        ((z3.unknown, z3.unsat), True, ""),
        ((z3.sat, z3.unsat), True, ""),
        ((z3.unknown, z3.unknown), False, "tired"),
        ((z3.unknown, z3.sat), False, CONTRADICTED),
    ],
)
def test_only_unsat_counts_and_what_is_open_is_asked_twice(
    answers: tuple[z3.CheckSatResult, ...],
    proved: bool,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    conditions = Conditions(Proof(TICKETS, ()), unbounded(Proof(TICKETS, ())))
    asked = Answers(*answers)
    monkeypatch.setattr(solving, "new_solver", asked)
    found = solving.decide(conditions, Obligation("c", "a", 0, [], TRUE), Settings())
    assert (found.proved, found.why, asked.left) == (proved, why, [])
    assert asked.mbqi == (len(answers) == 2)
