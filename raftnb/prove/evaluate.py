"""The meaning of expressions, as Z3 terms in a symbolic state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.prove.operators import Environment, Operators, Path, Requirement
from raftnb.prove.theory import Family
from raftnb.prove.values import (
    TRUE,
    MapV,
    RecordV,
    SeqV,
    SetV,
    Value,
    choose,
    conj,
    disj,
    implies,
    is_empty_of,
    neg,
    same,
)  # fmt: skip
from raftnb.tree import nodes
from raftnb.tree.nodes import BOOL, Expr, MapOf, RecordOf, SeqOf, SetOf, Type
from raftnb.tree.nodes import TRUE as NO_CONDITION


@dataclass(frozen=True)
class Evaluator(Operators):
    """Evaluates expressions in a state (and `after` it); with a path, as part of an action.

    On a path the branches of operators are decided, and requirements noted; elsewhere, and under a
    quantifier, branches become conditional values. `opaque` operators are not looked into.
    """

    def quiet(self) -> Evaluator:
        """The same, off the path: for functions that are evaluated later, any number of times."""
        return Evaluator(
            self.theory, self.state, self.after, None, self.opaque, [], list(self.bound)
        )

    # Expressions.

    def typed(self, expr: Expr, env: Environment, want: Type) -> Value:
        """An expression's value, as one of another type: a wider one, or one without None."""
        value = self.value(expr, env)
        if self.path is not None and expr.type != want and not is_empty_of(expr.type):
            self.require(self.theory.is_present(value, expr.type, want), expr.line, "is not None")
        return self.theory.convert(value, expr.type, want)

    def value(self, expr: Expr, env: Environment) -> Value:
        """An expression's value."""
        handler: Callable[[Any, Environment], Value] = getattr(
            self, f"_{type(expr).__name__.lower()}"
        )
        return handler(expr, env)

    def _const(self, expr: nodes.Const, env: Environment) -> Value:
        return self.theory.literal(expr.value, expr.type) if expr.value is not None else None

    def _var(self, expr: nodes.Var, env: Environment) -> Value:
        return env[expr.name]

    def _read(self, expr: nodes.Read, env: Environment) -> Value:
        state = self.after if expr.primed else self.state
        assert state is not None
        owner = self.value(expr.owner, env) if expr.owner is not None else None
        if (expr.root, expr.variable) not in state.variables:
            raise SpecError(
                f"`{expr.root}.{expr.variable}`, whose type has no translation",
                allowed="bool, numbers, text, enums, members, options, sequences, sets, maps",
                cure="give the variable one of these types, or claim nothing of it",
            )
        return state.read(expr.root, expr.variable, owner)

    def _get(self, expr: nodes.Get, env: Environment) -> Value:
        record = self.value(expr.record, env)
        return record.fields[expr.field]

    def _cond(self, expr: nodes.Cond, env: Environment) -> Value:
        test = self.value(expr.test, env)
        with self.under(test):
            yes = self.typed(expr.yes, env, expr.type)
        with self.under(neg(test)):
            no = self.typed(expr.no, env, expr.type)
        return choose(test, yes, no)

    def _make(self, expr: nodes.Make, env: Environment) -> Value:
        assert isinstance(expr.type, RecordOf)
        types = dict(self.theory.fields(expr.type.cls))
        fields = {name: self.typed(value, env, types[name]) for name, value in expr.fields}
        return RecordV(expr.type.cls, fields)

    def _collect(self, expr: nodes.Collect, env: Environment) -> Value:
        type_ = expr.type
        if isinstance(type_, SeqOf):
            return self.theory.listed([self.typed(i, env, type_.of) for i in expr.items], type_.of)
        if isinstance(type_, SetOf):
            items = [self.typed(i, env, type_.of) for i in expr.items]
            return SetV(lambda x: disj(*(same(x, i) for i in items)))
        assert isinstance(type_, MapOf)
        keys = [self.typed(k, env, type_.key) for k in expr.items[::2]]
        values = [self.typed(v, env, type_.value) for v in expr.items[1::2]]
        return self.theory.mapped(list(zip(keys, values, strict=True)), type_.value)

    def _everyone(self, expr: nodes.Everyone, env: Environment) -> Value:
        return SetV(lambda x: TRUE)

    def _inflight(self, expr: nodes.InFlight, env: Environment) -> Value:
        raise SpecError(
            f"the messages in flight, at line {expr.line}",
            allowed="`all(... for m in in_flight(Kind))`, `any(...)`",
            cure="quantify over them",
        )

    def _either(self, expr: nodes.Either, env: Environment) -> Value:
        assert self.path is not None
        options = [
            Family((), TRUE, self.typed(o, env, expr.type)) for o in expr.options
        ] or self.families(expr.among, env)
        picked = self.theory.any_value("choice", expr.type)
        self.path.choices.append((picked, expr.type))
        among = [self._is(family, picked, expr.type) for family in options]
        self.path.conditions.append(disj(*among))
        return picked

    def _is(self, family: Family, value: Value, type_: Type) -> z3.BoolRef:
        if len(family.bound) == 1 and family.value is family.bound[0]:
            return z3.substitute(family.guard, (family.bound[0], value))
        equal = self.theory.equal(value, family.value, type_)
        return self.theory.exists(family.bound, conj(family.guard, equal))

    def _call(self, expr: nodes.Call, env: Environment) -> Value:
        routine = expr.routine
        types = [t for _, t in routine.parameters]
        args = [self.typed(a, env, t) for a, t in zip(expr.args, types, strict=True)]
        if routine.function in self.opaque:
            return self._opaque(routine, args)
        inner = dict(zip((n for n, _ in routine.parameters), args, strict=True))
        assert routine.returns is not None
        return self.block(routine.body, inner, routine.returns)

    def _opaque(self, routine: nodes.Routine, args: list[Value]) -> Value:
        names = []
        for (_, type_), arg in zip(routine.parameters, args, strict=True):
            if isinstance(type_, SetOf):
                names.append(self.theory.name_of(arg, type_, tuple(self.bound)))
            else:
                names.append(arg)
        arguments = tuple(t for _, t in routine.parameters)
        return self.theory._function(routine.name, BOOL, arguments)(*names)

    def block(self, body: tuple[nodes.Statement, ...], env: Environment, want: Type) -> Value:
        """The value that an operator's statements return."""
        for at, statement in enumerate(body):
            if isinstance(statement, nodes.Return):
                return self.typed(statement.value, env, want)
            if isinstance(statement, nodes.Assign) and isinstance(statement.target, nodes.Var):
                env = {**env, statement.target.name: self.value(statement.value, env)}
            elif isinstance(statement, nodes.If):
                return self._branch(statement, body[at + 1 :], env, want)
            else:
                raise SpecError(
                    f"{type(statement).__name__.lower()} in an operator, at line {statement.line}",
                    allowed="assignments to local names, if, return",
                    cure="make it an action or a macro",
                )
        return self.theory.default(want)

    def _branch(
        self, statement: nodes.If, rest: tuple[nodes.Statement, ...], env: Environment, want: Type
    ) -> Value:
        test = self.value(statement.test, env)
        then, otherwise = (*statement.then, *rest), (*statement.otherwise, *rest)
        if self.path is not None and not self.bound and not self.guards:
            return self.block(then if self.path.decide(test) else otherwise, env, want)
        with self.under(test):
            yes = self.block(then, env, want)
        with self.under(neg(test)):
            no = self.block(otherwise, env, want)
        return choose(test, yes, no)

    # Comprehensions.

    def families(self, domain: Expr | None, env: Environment) -> list[Family]:
        """What a collection holds, as families of values."""
        theory = self.theory
        if isinstance(domain, nodes.InFlight):
            return self._messages(domain)
        if isinstance(domain, nodes.Apply) and domain.op == "range":
            low, high = (self.value(a, env) for a in domain.args)
            i = theory.fresh("i", z3.IntSort())
            return [Family((i,), conj(i >= low, i < high), i)]
        if isinstance(domain, nodes.Collect) and isinstance(domain.type, SeqOf | SetOf):
            of = domain.type.of
            return [Family((), TRUE, self.typed(item, env, of)) for item in domain.items]
        assert domain is not None
        found = self.value(domain, env)
        if isinstance(found, SeqV):
            i = theory.fresh("i", z3.IntSort())
            return [Family((i,), conj(i >= 0, i < found.length), found.at(i))]
        type_ = domain.type
        x = theory.fresh("x", theory.sort(type_.key if isinstance(type_, MapOf) else type_.of))  # type: ignore[attr-defined]
        return [Family((x,), found.has(x), x)]

    def _messages(self, domain: nodes.InFlight) -> list[Family]:
        found = []
        for kind in self.theory.program.message_kinds():
            if issubclass(kind, domain.kind):
                name = self.theory.fresh("m", self.theory.sort(RecordOf(kind)))
                sent = self.state.sent[kind.__name__](name)
                if not z3.is_false(sent):
                    found.append(Family((name,), sent, self.theory.message(kind, name)))
        return found + [new for new in self.state.new if issubclass(new.value.cls, domain.kind)]

    def _eachof(self, expr: nodes.EachOf, env: Environment) -> Value:
        if expr.kind in ("all", "any"):
            return self._quantified(expr, env)
        if expr.kind == "set":
            return self._set_of(expr, env)
        if expr.kind == "map":
            return self._map_of(expr, env)
        if expr.kind == "seq" and expr.condition == NO_CONDITION:
            return self._seq_of(expr, env)
        chosen = expr.kind == "seq" and isinstance(expr.body, nodes.Var) and not self.bound
        counted = expr.kind == "sum" and isinstance(expr.body, nodes.Const) and expr.body.value == 1
        if (chosen or counted) and isinstance(expr.domain.type, SeqOf):
            found = self._chosen(expr, env)
            return found if chosen else found.length
        raise SpecError(
            f"`{expr.kind}` of a comprehension, at line {expr.line}",
            allowed="all, any, sets, maps, sequences, how many items of a sequence (sum of 1)",
            cure="say it with these",
        )

    def _quantified(self, expr: nodes.EachOf, env: Environment) -> Value:
        parts = []
        for family in self.families(expr.domain, env):
            inner = {**env, expr.name: family.value}
            with self.under(family.guard, bound=family.bound):
                condition = self.value(expr.condition, inner)
                with self.under(condition):
                    body = self.value(expr.body, inner)
            known = conj(family.guard, condition)
            if expr.kind == "all":
                parts.append(self.theory.forall(family.bound, implies(known, body)))
            else:
                parts.append(self.theory.exists(family.bound, conj(known, body)))
        return conj(*parts) if expr.kind == "all" else disj(*parts)

    def _set_of(self, expr: nodes.EachOf, env: Environment) -> SetV:
        later = self.quiet()
        assert isinstance(expr.type, SetOf)
        of = expr.type.of

        def has(x: z3.ExprRef) -> z3.BoolRef:
            parts = []
            for family in later.families(expr.domain, env):
                inner = {**env, expr.name: family.value}
                known = conj(family.guard, later.value(expr.condition, inner))
                value = later.typed(expr.body, inner, of)
                parts.append(later._is(Family(family.bound, known, value), x, of))
            return disj(*parts)

        self._visit(expr, env)
        return SetV(has)

    def _visit(self, expr: nodes.EachOf, env: Environment) -> None:
        """Evaluate a comprehension once, for what it requires."""
        if self.path is None:
            return
        for family in self.families(expr.domain, env):
            inner = {**env, expr.name: family.value}
            with self.under(family.guard, bound=family.bound):
                with self.under(self.value(expr.condition, inner)):
                    self.value(expr.body, inner)

    def _map_of(self, expr: nodes.EachOf, env: Environment) -> MapV:
        later = self.quiet()
        if not isinstance(expr.key, nodes.Var) or expr.key.name != expr.name:
            raise SpecError(
                f"a computed key, at line {expr.line}",
                allowed="`{k: ... for k in domain}`",
                cure="use the comprehension's own variable as the key",
            )
        assert isinstance(expr.type, MapOf)
        key = expr.type.key

        def has(k: z3.ExprRef) -> z3.BoolRef:
            inside = [later._is(family, k, key) for family in later.families(expr.domain, env)]
            return conj(disj(*inside), later.value(expr.condition, {**env, expr.name: k}))

        self._visit(expr, env)
        return MapV(has, lambda k: later.value(expr.body, {**env, expr.name: k}))

    def _seq_of(self, expr: nodes.EachOf, env: Environment) -> SeqV:
        later = self.quiet()
        self._visit(expr, env)
        if isinstance(expr.domain, nodes.Apply) and expr.domain.op == "range":
            low, high = (self.value(a, env) for a in expr.domain.args)
            length = choose(high > low, high - low, z3.IntVal(0))
            return SeqV(length, lambda k: later.value(expr.body, {**env, expr.name: low + k}))
        base = self.value(expr.domain, env)
        if not isinstance(base, SeqV):
            raise SpecError(
                f"a sequence made of no sequence, at line {expr.line}",
                allowed="tuple(... for x in sequence)",
                cure="make a set: frozenset(...)",
            )
        return SeqV(base.length, lambda k: later.value(expr.body, {**env, expr.name: base.at(k)}))

    def _chosen(self, expr: nodes.EachOf, env: Environment) -> SeqV:
        """The items of a sequence that satisfy a condition, in order.

        `old` gives for each place the place it came from, and `new` the reverse; they may depend
        on what is bound outside.
        """
        theory, later, outer = self.theory, self.quiet(), tuple(self.bound)
        base = self.value(expr.domain, env)

        def fits(i: z3.ArithRef) -> z3.BoolRef:
            test = later.value(expr.condition, {**env, expr.name: base.at(i)})
            return conj(i >= 0, i < base.length, test)

        sorts = [b.sort() for b in outer]
        old, new = (theory.fresh_function(n, [*sorts, z3.IntSort()]) for n in ("old", "new"))
        length = theory.fresh_function("chosen", sorts)(*outer)
        k, j = theory.fresh("k", z3.IntSort()), theory.fresh("j", z3.IntSort())
        inside = conj(k >= 0, k < length)
        came, back = old(*outer, k), new(*outer, k)
        facts = [
            theory.forall([k], implies(inside, fits(came)), [came]),
            theory.forall(
                [j, k],
                implies(conj(j >= 0, j < k, k < length), old(*outer, j) < came),
                [z3.MultiPattern(old(*outer, j), came)],
            ),
            theory.forall(
                [k],
                implies(fits(k), conj(back >= 0, back < length, old(*outer, back) == k)),
                [back],
            ),
            length >= 0,
        ]
        first = [implies(length > i, fits(old(*outer, z3.IntVal(i)))) for i in (0, 1)]
        both = implies(length > 1, old(*outer, z3.IntVal(0)) < old(*outer, z3.IntVal(1)))
        theory.axioms.append(theory.forall(outer, conj(*facts, *first, both)))
        self._visit(expr, env)
        return SeqV(length, lambda i: base.at(old(*outer, i)))


__all__ = ["Environment", "Evaluator", "Path", "Requirement"]
