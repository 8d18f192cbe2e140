"""What is claimed of a model, as definitions: of states, of steps, of whole behaviors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from raftnb.language.processes import Action as PythonAction
from raftnb.language.temporal import Fairness
from raftnb.pluscal import functions
from raftnb.pluscal.scope import Scope
from raftnb.pluscal.steps import Action
from raftnb.pluscal.terms import (
    Call,
    Index,
    Infix,
    Listed,
    Name,
    Prefix,
    Quantified,
    State,
    Term,
    conjunction,
    disjunction,
    number,
    union,
)
from raftnb.pluscal.translation import Translation, about
from raftnb.tree.nodes import Routine


@dataclass(frozen=True)
class Claim:
    """A claim: its name, its text, and what it says of itself."""

    name: str
    body: Term
    about: str


class Claims:
    """The claims of a model."""

    def __init__(self, translation: Translation) -> None:
        self.t, self.model, self.spec = translation, translation.model, translation.spec

    def of(self, functions_of_states: tuple[Any, ...]) -> list[Claim]:
        """Claims of states, or of steps, for all values of their parameters."""
        return [self._closed(claim) for claim in self.model.checked(functions_of_states)]

    def of_the_beginning(self) -> tuple[list[Claim], list[Claim]]:
        """What is assumed of the constants alone, and what is true of the initial states."""
        assumed = [self._closed(claim) for claim in self.spec.assuming]
        rigid = [claim for claim in assumed if not self.t.reads(claim.body)]
        others = [claim for claim in assumed if claim not in rigid]
        return rigid, [*others, *(self._closed(claim) for claim in self.spec.initially)]

    def _closed(self, claim: Any) -> Claim:
        routine = self.t.claims[claim]
        scope, body = self._open(routine)
        body = self._for_all(routine, scope, body)
        return Claim(self.t.names.of(("claim", claim), claim.__name__), body, about(routine))

    def _open(self, routine: Routine) -> tuple[Scope, Term]:
        scope = self.t.parameters(routine, constants=True)
        return scope, functions.value(self.t, routine.body, scope)

    def _for_all(self, routine: Routine, scope: Scope, body: Term) -> Term:
        for name, type_ in reversed(routine.parameters):
            if name not in self.model.constants:
                bound = scope.names[name]
                assert isinstance(bound, Name)
                body = Quantified("\\A", bound.text, self.t.encoding.domain(type_), body)
        return body

    # Bounds.

    def constraint(self) -> Term:
        """What bounds the exploration: the constraints, and how many messages there may be."""
        found: list[Term] = [Call(claim.name) for claim in self.of(self.spec.constraints)]
        messages: Term = State(self.t.wire.variable)
        bag = self.t.wire.kind == "bag"
        if self.spec.distinct_messages is not None and self.t.wire.kind != "queues":
            among = Prefix("DOMAIN", messages) if bag else messages
            limit = Name(self.t.constant(self.spec.distinct_messages))
            found.append(Infix("<=", (Call("Cardinality", (among,)), limit)))
        if self.spec.copies is not None and bag:
            limit = Name(self.t.constant(self.spec.copies))
            m = self.t.fresh("m")
            each = Infix("<=", (Index(messages, Name(m)), limit))
            found.append(Quantified("\\A", m, Prefix("DOMAIN", messages), each))
        if self.spec.channel_length is not None and self.t.wire.kind == "queues":
            limit, c = Name(self.t.constant(self.spec.channel_length)), self.t.fresh("c")
            short = Infix("<=", (Call("Len", (Index(messages, Name(c)),)), limit))
            found.append(Quantified("\\A", c, Prefix("DOMAIN", messages), short))
        return conjunction(found)

    def horizon(self) -> Term:
        """Up to where natural numbers are gone through: the largest bound, and two more."""
        counts = {*self.spec.sizes, *self.spec.network_bounds}
        names = [Name(said) for c, said in self.t.constants.items() if c not in counts]
        known = {*self.t.constants, *counts}
        given = self.model.constants.items()
        rest = [v for k, v in given if isinstance(v, int) and k not in known]
        items = (*names, *(number(v) for v in sorted(set(rest))))
        self.t.helper("MaxOf")
        return Infix("+", (Call("MaxOf", (Listed("{", items or (number(0),)),)), number(2)))

    def symmetry(self) -> Term | None:
        """The permutations of the members of symmetric classes; None if there are none."""
        sets = [self.t.sets[c.root] for c in self.spec.symmetric if c.root in self.t.sets]
        found = [Call("Permutations", (Name(name),)) for name in sets]
        return union(found) if found else None

    # Behaviors.

    def fairness(self, actions: list[Action]) -> Term:
        """The fairness conditions, for each process."""
        found: list[Term] = []
        for condition in self.spec.fairness:
            of_class: list[tuple[str, Term]] = []
            for cls in self.model.processes:
                names = actions_of(cls, condition)
                mine = [a for a in actions if a.root == cls.root and a.method in names]
                if mine:
                    of_class.append((cls.root, disjunction([applied(action) for action in mine])))
            word = "SF_vars" if condition.strong else "WF_vars"
            if condition.together:
                steps = [self._of_any("\\E", root, step) for root, step in of_class]
                found.append(Call(word, (disjunction(steps),)))
            else:
                found += [self._of_any("\\A", root, Call(word, (s,))) for root, s in of_class]
        return conjunction(found)

    def _of_any(self, sign: str, root: str, body: Term) -> Term:
        if root not in self.t.sets:
            return body
        return Quantified(sign, "self", Name(self.t.sets[root]), body)

    def liveness(self) -> list[Claim]:
        """The liveness properties."""
        found = []
        for one in self.spec.liveness:
            claims = [c for c in one.claims if c in self.t.claims]
            if len(claims) < len(one.claims):
                continue
            body = self._temporal(one.kind, [self.t.claims[c] for c in claims])
            wanted = "".join(c if c.isalnum() else "_" for c in one.name)
            found.append(Claim(self.t.names.of(one, wanted), body, ""))
        return found

    def _temporal(self, kind: str, routines: list[Routine]) -> Term:
        domains: dict[str, Term] = {}
        formulas: list[Term] = []
        names: dict[str, Term] = {}
        for routine in routines:
            scope = Scope(routine)
            for name, type_ in routine.parameters:
                if name in self.model.constants:
                    names[name] = Name(self.t.constant(name))
                elif name not in names:
                    bound = self.t.bound(name, Scope(routine, names))
                    names[name] = Name(bound)
                    domains[bound] = self.t.encoding.domain(type_)
                scope = scope.binding(name, names[name])
            formulas.append(functions.value(self.t, routine.body, scope))
        body = _said(kind, formulas)
        for bound, domain in reversed(domains.items()):
            body = Quantified("\\A", bound, domain, body)
        return body


def _said(kind: str, formulas: list[Term]) -> Term:
    if kind == "leads to":
        return Infix("~>", tuple(formulas))
    return Prefix("<>" if kind == "eventually" else "[]<>", formulas[0])


def actions_of(cls: Any, condition: Fairness) -> set[str]:
    """The actions of a class that a fairness condition is about."""
    names: set[str] = set()
    for part in condition.parts:
        if isinstance(part, PythonAction):
            owned = any(vars(base).get(part.name) is part for base in cls.__mro__)
            names |= {part.name} & set(cls.actions) if owned else set()
        elif part.root == cls.root:
            names |= set(cls.actions)
    return names


def applied(action: Action) -> Term:
    """An action of a process, with any arguments."""
    own = ["self"] if action.actor == Name("self") else []
    names = [*own, *(p.name for p in action.parameters)]
    found: Term = Call(action.name, tuple(Name(name) for name in names))
    for parameter in reversed(action.parameters):
        found = Quantified("\\E", parameter.name, parameter.domain, found)
    return found
