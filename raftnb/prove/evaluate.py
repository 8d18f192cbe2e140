"""The meaning of expressions, as Z3 terms in a symbolic state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.prove.scope import UNFORESEEN, Scope
from raftnb.prove.terms import FALSE, TRUE, Family, SeqV, Value, choose, conj, neg
from raftnb.prove.theory import in_words
from raftnb.tree import nodes
from raftnb.tree.nodes import Choice, Expr, MapOf, Nothing, Option, RecordOf, SeqOf, SetOf, Type


@dataclass(frozen=True)
class Local:
    """What a local name stands for, and the type it has there: branches may give it others."""

    value: Value
    type: Type


Environment = dict[str, Any]
Statements = tuple[nodes.Statement, ...]
Handler = Callable[["Evaluator", Any, Environment], Value]


@dataclass(frozen=True)
class Evaluator:
    """Evaluates expressions in a scope.

    On a path the branches of operators are decided; elsewhere, and under a quantifier, they become
    conditional values. `meaning` has a function for each kind of node: what it does not list is
    refused.
    """

    scope: Scope
    meaning: Mapping[type[Expr], Handler]

    def quiet(self) -> Evaluator:
        """The same, off the path: for functions that are evaluated later, any number of times."""
        scope = self.scope
        bound = list(scope.bound)
        return replace(self, scope=replace(scope, path=None, needs=None, guards=[], bound=bound))

    def inside(self, function: Any) -> Evaluator:
        """The same, in another function."""
        return replace(self, scope=replace(self.scope, function=function))

    def typed(self, expr: Expr, env: Environment, want: Type) -> Value:
        """An expression's value, as one of another type: a wider one, or one without None."""
        value = self.value(expr, env)
        try:
            return self.scope.converted(value, expr, want)
        except SpecError as error:
            error.place = error.place or self.scope.place(expr.line)
            raise

    def value(self, expr: Expr, env: Environment) -> Value:
        """An expression's value."""
        handler = self.meaning.get(type(expr))
        if handler is None:
            name = type(expr).__name__.lower()
            raise self.scope.refused(
                expr,
                f"`{name}`",
                "the expressions that docs/syntax.md says are proved",
                "say it with these",
            )
        try:
            return handler(self, expr, env)
        except SpecError as error:
            error.place = error.place or self.scope.place(expr.line)
            raise
        except UNFORESEEN as error:
            raise self.scope.unforeseen(expr, error) from error

    def block(self, body: Statements, env: Environment, want: Type) -> Value:
        """The value that an operator's statements return."""
        for at, statement in enumerate(body):
            if isinstance(statement, nodes.Return):
                return self.typed(statement.value, env, want)
            if isinstance(statement, nodes.Assign) and isinstance(statement.target, nodes.Var):
                value = self.value(statement.value, env)
                env = {**env, statement.target.name: Local(value, statement.value.type)}
            elif isinstance(statement, nodes.If):
                return self._branch(statement, body[at + 1 :], env, want)
            else:
                raise self.scope.refused(
                    statement,
                    f"`{type(statement).__name__.lower()}` in an operator",
                    allowed="assignments to local names, if, return",
                    cure="make it an action or a macro",
                )
        if not isinstance(want, Option | Nothing):
            self.scope.require(FALSE, body[-1].line if body else 0, "a value is returned")
        return self.scope.words.of(want).default()

    def _branch(self, statement: nodes.If, rest: Statements, env: Environment, want: Type) -> Value:
        scope = self.scope
        test = self.value(statement.test, env)
        then, otherwise = (*statement.then, *rest), (*statement.otherwise, *rest)
        if scope.path is not None and not scope.bound and not scope.guards:
            return self.block(then if scope.path.decide(test) else otherwise, env, want)
        with scope.under(test):
            yes = self.block(then, env, want)
        with scope.under(neg(test)):
            no = self.block(otherwise, env, want)
        return choose(test, yes, no)

    def families(self, domain: Expr, env: Environment) -> list[Family]:
        """What a collection holds, as families of values."""
        theory = self.scope.words.theory
        if isinstance(domain, nodes.InFlight):
            return self._messages(domain)
        if isinstance(domain, nodes.Apply) and domain.op == "range" and len(domain.args) == 2:
            low, high = (self.value(a, env) for a in domain.args)
            i = theory.fresh("i", z3.IntSort())
            return [Family((i,), conj(i >= low, i < high), i)]
        if isinstance(domain, nodes.Collect) and isinstance(domain.type, SeqOf | SetOf):
            of = domain.type.of
            return [Family((), TRUE, self.typed(item, env, of)) for item in domain.items]
        found = self.value(domain, env)
        if isinstance(found, SeqV):
            i = theory.fresh("i", z3.IntSort())
            item, first = found.within
            last = found.length if found.part is None else first + found.length
            return [Family((i,), conj(i >= first, i < last), item(i))]
        element = self.element(domain)
        x = theory.fresh("x", theory.plain_sort(element))
        known = theory.is_code(element, x) if isinstance(element, Choice) else TRUE
        return [Family((x,), conj(known, found.has(x)), x)]

    def element(self, domain: Expr) -> Type:
        """The type of what a loop over a collection meets."""
        if isinstance(domain.type, SeqOf | SetOf):
            return domain.type.of
        if isinstance(domain.type, MapOf):
            return domain.type.key
        raise self.scope.refused(
            domain,
            f"{in_words(domain.type)} as a collection",
            allowed="sequences, sets, maps, domains, messages in flight",
            cure="go through one of these",
        )

    def _messages(self, domain: nodes.InFlight) -> list[Family]:
        words, state = self.scope.words, self.scope.state
        found = []
        for kind in words.kinds:
            if issubclass(kind, domain.kind):
                name = words.theory.fresh("m", words.theory.sort(RecordOf(kind)))
                sent = state.sent[kind.__name__](name)
                if not z3.is_false(sent):
                    found.append(Family((name,), sent, words.message(kind, name)))
        return found + [new for new in state.new if issubclass(new.value.cls, domain.kind)]

    def is_one_of(self, family: Family, value: Value, type_: Type) -> z3.BoolRef:
        """Whether a value is in a family."""
        if len(family.bound) == 1 and family.value is family.bound[0]:
            return z3.substitute(family.guard, (family.bound[0], value))
        equal = self.scope.words.of(type_).equal(value, family.value)
        return self.scope.words.theory.exists(family.bound, conj(family.guard, equal))
