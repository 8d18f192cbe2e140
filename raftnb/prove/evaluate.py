"""The meaning of expressions, as Z3 terms in a symbolic state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import z3

from raftnb import ir
from raftnb.errors import SpecError
from raftnb.ir import BOOL, Apply, Expr, MapOf, Member, Nothing, RecordOf, SeqOf, SetOf, Type
from raftnb.lowering import TRUE as NO_CONDITION
from raftnb.lowering import join, unwrapped
from raftnb.prove.theory import Family, Symbolic, Theory
from raftnb.prove.values import (
    TRUE,
    MapV,
    OptionV,
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

Environment = dict[str, Value]


@dataclass(frozen=True)
class Requirement:
    """What must be true for a step to be defined: an index in range, a key that is there."""

    condition: z3.BoolRef
    line: int
    text: str


@dataclass
class Path:
    """One way through an action: what was decided so far, and what the way requires."""

    script: list[bool]
    decided: list[bool] = field(default_factory=list)
    conditions: list[z3.BoolRef] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)
    choices: list[tuple[Value, Type]] = field(default_factory=list)

    def decide(self, test: z3.BoolRef) -> bool:
        """Go one way at a branch: as the script says, or first where it is true."""
        simple = z3.simplify(test)
        if z3.is_true(simple) or z3.is_false(simple):
            return bool(z3.is_true(simple))
        at = len(self.decided)
        way = self.script[at] if at < len(self.script) else True
        self.decided.append(way)
        self.conditions.append(test if way else neg(test))
        return way


@dataclass(frozen=True)
class Evaluator:
    """Evaluates expressions in a state (and `after` it); with a path, as part of an action.

    On a path the branches of operators are decided, and requirements noted; elsewhere, and under a
    quantifier, branches become conditional values. `opaque` operators are not looked into.
    """

    theory: Theory
    state: Symbolic
    after: Symbolic | None = None
    path: Path | None = None
    opaque: frozenset[Any] = frozenset()
    guards: list[z3.BoolRef] = field(default_factory=list)
    bound: list[z3.ExprRef] = field(default_factory=list)

    def quiet(self) -> Evaluator:
        """The same, off the path: for functions that are evaluated later, any number of times."""
        return Evaluator(
            self.theory, self.state, self.after, None, self.opaque, [], list(self.bound)
        )

    @contextmanager
    def under(self, *guards: z3.BoolRef, bound: tuple[z3.ExprRef, ...] = ()) -> Iterator[None]:
        """Evaluate where the guards are known, for any value of bound constants."""
        self.guards.extend(guards)
        self.bound.extend(bound)
        try:
            yield
        finally:
            del self.guards[len(self.guards) - len(guards) :]
            del self.bound[len(self.bound) - len(bound) :]

    def require(self, condition: z3.BoolRef, line: int, text: str) -> None:
        """Note what must be true here for the expression to have a value."""
        if self.path is not None and not z3.is_true(z3.simplify(condition)):
            known = conj(*self.path.conditions, *self.guards)
            self.path.requirements.append(Requirement(implies(known, condition), line, text))

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

    def _const(self, expr: ir.Const, env: Environment) -> Value:
        return self.theory.literal(expr.value, expr.type) if expr.value is not None else None

    def _var(self, expr: ir.Var, env: Environment) -> Value:
        return env[expr.name]

    def _read(self, expr: ir.Read, env: Environment) -> Value:
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

    def _get(self, expr: ir.Get, env: Environment) -> Value:
        record = self.value(expr.record, env)
        return record.fields[expr.field]

    def _cond(self, expr: ir.Cond, env: Environment) -> Value:
        test = self.value(expr.test, env)
        with self.under(test):
            yes = self.typed(expr.yes, env, expr.type)
        with self.under(neg(test)):
            no = self.typed(expr.no, env, expr.type)
        return choose(test, yes, no)

    def _make(self, expr: ir.Make, env: Environment) -> Value:
        assert isinstance(expr.type, RecordOf)
        types = dict(self.theory.fields(expr.type.cls))
        fields = {name: self.typed(value, env, types[name]) for name, value in expr.fields}
        return RecordV(expr.type.cls, fields)

    def _collect(self, expr: ir.Collect, env: Environment) -> Value:
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

    def _everyone(self, expr: ir.Everyone, env: Environment) -> Value:
        return SetV(lambda x: TRUE)

    def _inflight(self, expr: ir.InFlight, env: Environment) -> Value:
        raise SpecError(
            f"the messages in flight, at line {expr.line}",
            allowed="`all(... for m in in_flight(Kind))`, `any(...)`",
            cure="quantify over them",
        )

    def _either(self, expr: ir.Either, env: Environment) -> Value:
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

    def _call(self, expr: ir.Call, env: Environment) -> Value:
        routine = expr.routine
        types = [t for _, t in routine.parameters]
        args = [self.typed(a, env, t) for a, t in zip(expr.args, types, strict=True)]
        if routine.function in self.opaque:
            return self._opaque(routine, args)
        inner = dict(zip((n for n, _ in routine.parameters), args, strict=True))
        assert routine.returns is not None
        return self.block(routine.body, inner, routine.returns)

    def _opaque(self, routine: ir.Routine, args: list[Value]) -> Value:
        names = []
        for (_, type_), arg in zip(routine.parameters, args, strict=True):
            is_set = isinstance(type_, SetOf)
            names.append(self.theory.name_of(arg, type_, tuple(self.bound)) if is_set else arg)
        arguments = tuple(t for _, t in routine.parameters)
        return self.theory._function(routine.name, BOOL, arguments)(*names)

    def block(self, body: tuple[ir.Statement, ...], env: Environment, want: Type) -> Value:
        """The value that an operator's statements return."""
        for at, statement in enumerate(body):
            if isinstance(statement, ir.Return):
                return self.typed(statement.value, env, want)
            if isinstance(statement, ir.Assign) and isinstance(statement.target, ir.Var):
                env = {**env, statement.target.name: self.value(statement.value, env)}
            elif isinstance(statement, ir.If):
                return self._branch(statement, body[at + 1 :], env, want)
            else:
                raise SpecError(
                    f"`{type(statement).__name__.lower()}` in an operator, at line {statement.line}",
                    allowed="assignments to local names, if, return",
                    cure="make it an action or a macro",
                )
        return self.theory.default(want)

    def _branch(
        self, statement: ir.If, rest: tuple[ir.Statement, ...], env: Environment, want: Type
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
        if isinstance(domain, ir.InFlight):
            return self._messages(domain)
        if isinstance(domain, ir.Apply) and domain.op == "range":
            low, high = (self.value(a, env) for a in domain.args)
            i = theory.fresh("i", z3.IntSort())
            return [Family((i,), conj(i >= low, i < high), i)]
        if isinstance(domain, ir.Collect) and isinstance(domain.type, SeqOf | SetOf):
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

    def _messages(self, domain: ir.InFlight) -> list[Family]:
        found = []
        for kind in self.theory.program.message_kinds():
            if issubclass(kind, domain.kind):
                name = self.theory.fresh("m", self.theory.sort(RecordOf(kind)))
                sent = self.state.sent[kind.__name__](name)
                if not z3.is_false(sent):
                    found.append(Family((name,), sent, self.theory.message(kind, name)))
        return found + [new for new in self.state.new if issubclass(new.value.cls, domain.kind)]

    def _each(self, expr: ir.Each, env: Environment) -> Value:
        if expr.kind in ("all", "any"):
            return self._quantified(expr, env)
        if expr.kind == "set":
            return self._set_of(expr, env)
        if expr.kind == "map":
            return self._map_of(expr, env)
        if expr.kind == "seq" and expr.condition == NO_CONDITION:
            return self._seq_of(expr, env)
        chosen = expr.kind == "seq" and isinstance(expr.body, ir.Var) and not self.bound
        counted = expr.kind == "sum" and isinstance(expr.body, ir.Const) and expr.body.value == 1
        if (chosen or counted) and isinstance(expr.domain.type, SeqOf):
            found = self._chosen(expr, env)
            return found if chosen else found.length
        raise SpecError(
            f"`{expr.kind}` of a comprehension, at line {expr.line}",
            allowed="all, any, sets, maps, sequences, how many items of a sequence (sum of 1)",
            cure="say it with these",
        )

    def _quantified(self, expr: ir.Each, env: Environment) -> Value:
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

    def _set_of(self, expr: ir.Each, env: Environment) -> SetV:
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

    def _visit(self, expr: ir.Each, env: Environment) -> None:
        """Evaluate a comprehension once, for what it requires."""
        if self.path is None:
            return
        for family in self.families(expr.domain, env):
            inner = {**env, expr.name: family.value}
            with self.under(family.guard, bound=family.bound):
                with self.under(self.value(expr.condition, inner)):
                    self.value(expr.body, inner)

    def _map_of(self, expr: ir.Each, env: Environment) -> MapV:
        later = self.quiet()
        if not isinstance(expr.key, ir.Var) or expr.key.name != expr.name:
            raise SpecError(
                f"a computed key, at line {expr.line}",
                allowed="`{k: ... for k in domain}`",
                cure="use the comprehension's own variable as the key",
            )
        assert isinstance(expr.type, MapOf)

        def has(k: z3.ExprRef) -> z3.BoolRef:
            inside = [
                later._is(family, k, expr.type.key) for family in later.families(expr.domain, env)
            ]
            return conj(disj(*inside), later.value(expr.condition, {**env, expr.name: k}))

        self._visit(expr, env)
        return MapV(has, lambda k: later.value(expr.body, {**env, expr.name: k}))

    def _seq_of(self, expr: ir.Each, env: Environment) -> SeqV:
        later = self.quiet()
        self._visit(expr, env)
        if isinstance(expr.domain, ir.Apply) and expr.domain.op == "range":
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

    def _chosen(self, expr: ir.Each, env: Environment) -> SeqV:
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

    # Operators.

    def _apply(self, expr: Apply, env: Environment) -> Value:
        if expr.op in ("and", "or"):
            return self._connective(expr, env)
        handler = getattr(self, f"_op_{WORDS.get(expr.op, expr.op)}", None)
        if handler is None:
            raise SpecError(
                f"`{expr.op}`, at line {expr.line}",
                allowed="what has a meaning for sets of any size",
                cure="say it with all and any",
            )
        return handler(expr, env, *expr.args)

    def _connective(self, expr: Apply, env: Environment) -> z3.BoolRef:
        parts: list[z3.BoolRef] = []
        before = len(self.guards)
        for arg in expr.args:
            part = self.value(arg, env)
            parts.append(part)
            self.guards.append(part if expr.op == "and" else neg(part))
        del self.guards[before:]
        return conj(*parts) if expr.op == "and" else disj(*parts)

    def _op_not(self, expr: Apply, env: Environment, a: Expr) -> Value:
        return neg(self.value(a, env))

    def _op_neg(self, expr: Apply, env: Environment, a: Expr) -> Value:
        return -self.value(a, env)

    def _op_equals(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        if isinstance(b.type, Nothing) and isinstance(a.type, ir.Option):
            return neg(self.value(a, env).some)
        if isinstance(b, ir.Collect) and not b.items and isinstance(a.type, SeqOf):
            return same(self.value(a, env).length, z3.IntVal(0))
        want = join(a.type, b.type)
        return self.theory.equal(self.typed(a, env, want), self.typed(b, env, want), want)

    def _op_less(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        return self.value(a, env) < self.value(b, env)

    def _op_most(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        if isinstance(a.type, SetOf):
            left, right = self.value(a, env), self.typed(b, env, a.type)
            x = self.theory.fresh("x", self.theory.sort(a.type.of))
            return self.theory.forall([x], implies(left.has(x), right.has(x)))
        return self.value(a, env) <= self.value(b, env)

    def _op_plus(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        return self.value(a, env) + self.value(b, env)

    def _op_minus_(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        return self.value(a, env) - self.value(b, env)

    def _op_times(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        return self.value(a, env) * self.value(b, env)

    def _op_quotient(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        left, right = self.value(a, env), self.value(b, env)
        self.require(right > 0, expr.line, "divisor above 0")
        return left / right

    def _op_rest(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        left, right = self.value(a, env), self.value(b, env)
        self.require(right > 0, expr.line, "divisor above 0")
        return left % right

    def _op_min(self, expr: Apply, env: Environment, *args: Expr) -> Value:
        return self._extreme(args, env, lambda a, b: a <= b)

    def _op_max(self, expr: Apply, env: Environment, *args: Expr) -> Value:
        return self._extreme(args, env, lambda a, b: a >= b)

    def _extreme(self, args: tuple[Expr, ...], env: Environment, first: Any) -> Value:
        if len(args) < 2:
            raise SpecError(
                f"the least or largest of a collection, at line {args[0].line}",
                allowed="min(a, b), max(a, b)",
                cure="choose it with `either` and guard it with `all`",
            )
        found = self.value(args[0], env)
        for arg in args[1:]:
            other = self.value(arg, env)
            found = choose(first(found, other), found, other)
        return found

    def _op_in(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        if isinstance(b.type, SeqOf):
            of = join(a.type, b.type.of)
            value = self.typed(a, env, of)
            parts = []
            for family in self.families(b, env):
                equal = self.theory.equal(family.value, value, of)
                parts.append(self.theory.exists(family.bound, conj(family.guard, equal)))
            return disj(*parts)
        inside = b.type.key if isinstance(b.type, MapOf) else b.type.of  # type: ignore[attr-defined]
        if isinstance(a.type, ir.Option):
            option = self.value(a, env)
            return conj(option.some, self.value(b, env).has(option.value))
        return self.value(b, env).has(self.typed(a, env, inside))

    def _op_len(self, expr: Apply, env: Environment, a: Expr) -> Value:
        value = self.value(a, env)
        if isinstance(value, SeqV):
            return value.length
        if isinstance(a, ir.Everyone):
            return self.theory.size_of(a.root)
        if isinstance(a.type, SetOf):
            return self.theory.cardinality(value, a.type, tuple(self.bound))
        raise SpecError(
            f"the size of a map, at line {expr.line}",
            allowed="len of a sequence or set",
            cure="count a set of its keys",
        )

    def _op_the(self, expr: Apply, env: Environment, a: Expr) -> Value:
        option = self.value(a, env)
        self.require(option.some, expr.line, "is not None")
        return option.value

    def _op_index(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        base = self.value(a, env)
        if isinstance(base, SeqV):
            if isinstance(b, Apply) and b.op == "neg":
                from_end = self.value(b.args[0], env)
                self.require(base.length >= from_end, expr.line, "index within the sequence")
                return base.at(base.length - from_end)
            i = self.value(b, env)
            self.require(conj(i >= 0, i < base.length), expr.line, "index within the sequence")
            return base.at(i)
        assert isinstance(a.type, MapOf)
        key = self.typed(b, env, unwrapped(a.type.key))
        self.require(base.has(key), expr.line, "key is in the map")
        return base.get(key)

    def _op_slice(self, expr: Apply, env: Environment, *args: Expr) -> Value:
        base, low, high = (self.value(a, env) for a in args)
        top = choose(high <= base.length, high, base.length)
        self.require(conj(low >= 0, high >= 0), expr.line, "slice not from the end")
        if z3.is_int_value(low) and low.as_long() == 0:
            return SeqV(top, base.at)
        return SeqV(choose(low <= top, top - low, z3.IntVal(0)), lambda k: base.at(low + k))

    def _op_get(self, expr: Apply, env: Environment, a: Expr, b: Expr, c: Expr) -> Value:
        assert isinstance(a.type, MapOf)
        base, key = self.value(a, env), self.typed(b, env, a.type.key)
        found = self.theory.convert(base.get(key), a.type.value, expr.type)
        return choose(base.has(key), found, self.typed(c, env, expr.type))

    def _both(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> tuple[Value, Value]:
        return self.typed(a, env, expr.type), self.typed(b, env, expr.type)

    def _op_concat(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        left, right = self._both(expr, env, a, b)
        return SeqV(
            left.length + right.length,
            lambda k: choose(k < left.length, left.at(k), right.at(k - left.length)),
        )

    def _op_union(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        left, right = self._both(expr, env, a, b)
        return SetV(lambda x: disj(left.has(x), right.has(x)))

    def _op_meet(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        left, right = self._both(expr, env, a, b)
        return SetV(lambda x: conj(left.has(x), right.has(x)))

    def _op_minus(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        left, right = self._both(expr, env, a, b)
        return SetV(lambda x: conj(left.has(x), neg(right.has(x))))

    def _op_merge(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        left, right = self._both(expr, env, a, b)
        return MapV(
            lambda k: disj(left.has(k), right.has(k)),
            lambda k: choose(right.has(k), right.get(k), left.get(k)),
        )

    def _op_isinstance(self, expr: Apply, env: Environment, a: Expr, b: ir.Const) -> Value:
        return z3.BoolVal(issubclass(self.value(a, env).cls, b.value))

    def _op_range(self, expr: Apply, env: Environment, *args: Expr) -> Value:
        low, high = (self.value(a, env) for a in args)
        return SeqV(choose(high > low, high - low, z3.IntVal(0)), lambda k: low + k)


WORDS = {
    "==": "equals", "<": "less", "<=": "most", "+": "plus", "-": "minus_", "*": "times",
    "//": "quotient", "%": "rest",
}  # fmt: skip

__all__ = ["Environment", "Evaluator", "Member", "OptionV", "Path", "Requirement"]
