"""Why majorities meet: axioms about sets of any size, proved by counting.

Sets divide the members of a finite domain into regions (in a but not in b, and so on). The size of
a set is the sum of the sizes of its regions, and there is a member with a property of this kind
where a region with that property is not empty. So an axiom about sizes and membership becomes a
statement about a few natural numbers, the same for every size of the domain.
"""

from __future__ import annotations

import itertools
from typing import Any

import z3

from raftnb.language.proof import Lemma, Proof
from raftnb.prove.evaluate import Evaluator
from raftnb.prove.theory import Theory
from raftnb.prove.values import conj, disj, neg
from raftnb.tree import Program
from raftnb.tree.nodes import BOOL, SetOf

Region = tuple[bool, ...]


def axiom_holds(proof: Proof, lemma: Lemma) -> bool:
    """Whether an axiom about sets is true of every finite domain with at least one member."""
    theory = Theory(Program(proof.spec(history=True)))
    routine = theory.program.claim(lemma.claim)
    sets = {n: z3.Const(n, theory.sort(t)) for n, t in routine.parameters if isinstance(t, SetOf)}
    env: dict[str, Any] = {
        n: theory.named_set(t, sets[n]) for n, t in routine.parameters if isinstance(t, SetOf)
    }
    formula = Evaluator(theory, theory.state()).block(routine.body, env, BOOL)
    regions = list(itertools.product((False, True), repeat=len(sets)))
    counts = {region: z3.Int(f"region {region}") for region in regions}
    solver = z3.Solver()
    solver.add(*(count >= 0 for count in counts.values()), z3.Sum(list(counts.values())) >= 1)
    solver.add(neg(counted(formula, list(sets.values()), counts, theory)))
    return bool(solver.check() == z3.unsat)


def counted(
    formula: z3.BoolRef, sets: list[z3.ExprRef], counts: dict[Region, z3.ArithRef], theory: Theory
) -> z3.BoolRef:
    """The formula about the sizes of the regions."""
    if z3.is_quantifier(formula):
        parts = []
        for region, count in counts.items():
            body = in_region(formula.body(), sets, region)
            parts.append(disj(count == 0, body) if formula.is_forall() else conj(count > 0, body))
        return conj(*parts) if formula.is_forall() else disj(*parts)
    if z3.is_and(formula) or z3.is_or(formula) or z3.is_not(formula):
        inner = [counted(child, sets, counts, theory) for child in formula.children()]
        if z3.is_not(formula):
            return neg(inner[0])
        return conj(*inner) if z3.is_and(formula) else disj(*inner)
    (type_,) = theory.set_sorts.values()
    size = theory.size_function(SetOf(type_))
    sums = [
        (size(s), z3.Sum([n for region, n in counts.items() if region[i]]))
        for i, s in enumerate(sets)
    ]
    everyone = (theory.size_of(type_.root), z3.Sum(list(counts.values())))  # type: ignore[attr-defined]
    return z3.substitute(formula, *sums, everyone)


def in_region(body: z3.BoolRef, sets: list[z3.ExprRef], region: Region) -> z3.BoolRef:
    """What the body of a quantifier says of a member of a region."""
    if (
        z3.is_app(body)
        and body.num_args() == 2
        and body.arg(1).get_id() in map(z3.AstRef.get_id, sets)
    ):
        at = [s.get_id() for s in sets].index(body.arg(1).get_id())
        return z3.BoolVal(region[at])
    inner = [in_region(child, sets, region) for child in body.children()]
    if z3.is_not(body):
        return neg(inner[0])
    return conj(*inner) if z3.is_and(body) else disj(*inner)


__all__ = ["axiom_holds", "counted"]
