"""Why majorities meet: axioms about sets of any size, proved by counting.

Sets divide the members of a finite domain into regions (in a but not in b, and so on). The size of
a set is the sum of the sizes of its regions, and there is a member with a property of this kind
where a region with that property is not empty. So an axiom about sizes and membership becomes a
statement about a few natural numbers, the same for every size of the domain. That is right only of
what `counted` and `in_region` list; every other axiom is refused.
"""

from __future__ import annotations

import itertools
from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.language.proof import Lemma, Proof
from raftnb.prove.conditions import unbounded
from raftnb.prove.meaning import evaluator
from raftnb.prove.scope import Scope
from raftnb.prove.sets import SetShape
from raftnb.prove.state import Vocabulary
from raftnb.prove.terms import conj, disj, neg
from raftnb.tree.nodes import BOOL, Member, SetOf

Region = tuple[bool, ...]


def axiom_holds(proof: Proof, lemma: Lemma) -> bool:
    """Whether an axiom about sets is true of every finite domain with at least one member.

    Raises `SpecError` for an axiom that is not about the sizes of its parameters, sets of members
    of one class, and about which members they have.
    """
    words = unbounded(proof)
    return bool(Counting(words, lemma).refute() == z3.unsat)


class Counting:
    """One axiom, as a statement about the sizes of regions."""

    def __init__(self, words: Vocabulary, lemma: Lemma) -> None:
        self.words, self.lemma = words, lemma
        self.routine = words.program.claim(lemma.claim)
        roots = {self.root_of(name, type_) for name, type_ in self.routine.parameters}
        if len(roots) != 1:
            raise self.refused(f"sets of {len(roots)} classes")
        (self.root,) = roots
        self.type = SetOf(Member(self.root))
        self.sets = [z3.Const(n, words.theory.sort(t)) for n, t in self.routine.parameters]
        regions = list(itertools.product((False, True), repeat=len(self.sets)))
        self.counts = {region: z3.Int(f"region {region}") for region in regions}

    def root_of(self, name: str, type_: Any) -> str:
        """The class of whose members a parameter is a set."""
        if not isinstance(type_, SetOf) or not isinstance(type_.of, Member):
            raise self.refused(f"the parameter `{name}`, which is no set of members")
        return type_.of.root

    def refused(self, found: str) -> SpecError:
        """The error for what counting does not decide."""
        return SpecError(
            f"{found}, in the axiom `{self.lemma.name}`",
            allowed="sizes of the parameters, of what is made of them, and of their class, "
            "compared; `all` and `any` over that class, with `in`, `and`, `or`, `not`, `==` inside "
            "and no other quantifier",
            cure="prove it as a lemma of the invariant, or say it with these",
        )

    def refute(self) -> z3.CheckSatResult:
        """Ask for sizes of regions for which the axiom is false."""
        shape = self.words.of(self.type)
        assert isinstance(shape, SetShape)
        env: dict[str, Any] = {
            name: shape.named(term)
            for (name, _), term in zip(self.routine.parameters, self.sets, strict=True)
        }
        scope = Scope(self.words, self.words.state(), function=self.routine.function)
        formula = evaluator(scope).block(self.routine.body, env, BOOL)
        solver = z3.Solver()
        solver.add(*(count >= 0 for count in self.counts.values()), self.everyone() >= 1)
        solver.add(neg(self.counted(formula)))
        return solver.check()

    def everyone(self) -> z3.ArithRef:
        """The size of the domain."""
        return z3.Sum(list(self.counts.values()))

    def counted(self, formula: z3.BoolRef) -> z3.BoolRef:
        """The formula about the sizes of the regions."""
        if z3.is_true(formula) or z3.is_false(formula):
            return formula
        if z3.is_quantifier(formula):
            return self.quantified(formula)
        inner = [self.counted(child) for child in formula.children() if z3.is_bool(child)]
        if z3.is_not(formula):
            return neg(inner[0])
        if z3.is_and(formula):
            return conj(*inner)
        if z3.is_or(formula):
            return disj(*inner)
        if inner or not is_comparison(formula):
            raise self.refused(f"`{formula}`")
        left, right = (self.number(child) for child in formula.children())
        return formula.decl()(left, right)

    def quantified(self, formula: z3.QuantifierRef) -> z3.BoolRef:
        """`all` and `any` over the class: over the regions that are not empty."""
        if formula.num_vars() != 1 or formula.var_sort(0) != self.words.theory.sort(self.type.of):
            raise self.refused("a quantifier over something else than one member of the class")
        parts = []
        for region, count in self.counts.items():
            body = self.in_region(formula.body(), region)
            parts.append(disj(count == 0, body) if formula.is_forall() else conj(count > 0, body))
        return conj(*parts) if formula.is_forall() else disj(*parts)

    def number(self, term: z3.ArithRef) -> z3.ArithRef:
        """A number as a sum of sizes of regions."""
        if z3.is_int_value(term):
            return term
        if term.eq(self.words.theory.size_of(self.root)):
            return self.everyone()
        if z3.is_add(term) or z3.is_sub(term) or z3.is_mul(term):
            return term.decl()(*map(self.number, term.children()))
        if not term.decl().eq(self.words.theory.size_function(self.type)):
            raise self.refused(f"`{term}`")
        anyone = z3.Var(0, self.words.theory.sort(self.type.of))
        held = self.written(term.arg(0), anyone)
        return z3.Sum([z3.If(self.in_region(held, r), n, 0) for r, n in self.counts.items()])

    def written(self, name: z3.ExprRef, element: z3.ExprRef) -> z3.BoolRef:
        """Whether an element is in a set: a parameter, or one that is written out of them."""
        theory = self.words.theory
        for text, function in theory.named_sets.values():
            if name.decl().eq(function):
                probe = z3.Const(f"any {element.sort()}", element.sort())
                return z3.substitute(text, (probe, element))
        return theory.member(self.type)(element, name)

    def in_region(self, body: z3.BoolRef, region: Region) -> z3.BoolRef:
        """What the body of a quantifier says of a member of a region."""
        if z3.is_true(body) or z3.is_false(body):
            return body
        inside = self.words.theory.member(self.type)
        if z3.is_app(body) and body.decl().eq(inside) and z3.is_var(body.arg(0)):
            for i, one in enumerate(self.sets):
                if body.arg(1).eq(one):
                    return z3.BoolVal(region[i])
        if z3.is_not(body):
            return neg(self.in_region(body.arg(0), region))
        if z3.is_and(body) or z3.is_or(body):
            parts = [self.in_region(child, region) for child in body.children()]
            return conj(*parts) if z3.is_and(body) else disj(*parts)
        if z3.is_eq(body) and z3.is_bool(body.arg(0)):
            left, right = (self.in_region(child, region) for child in body.children())
            return z3.simplify(left == right)
        raise self.refused(f"`{body}`")


def is_comparison(formula: z3.BoolRef) -> bool:
    """Whether a formula compares two numbers."""
    two = z3.is_app(formula) and formula.num_args() == 2 and z3.is_arith(formula.arg(0))
    compares = z3.is_le, z3.is_lt, z3.is_ge, z3.is_gt, z3.is_eq
    return two and any(test(formula) for test in compares)
