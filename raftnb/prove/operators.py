"""The meaning of the language's own operators, as Z3 terms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.prove.theory import Family, Symbolic, Theory
from raftnb.prove.values import (
    MapV,
    SeqV,
    SetV,
    Value,
    choose,
    conj,
    disj,
    implies,
    neg,
    same,
)  # fmt: skip
from raftnb.tree import nodes
from raftnb.tree.nodes import Apply, Expr, MapOf, Nothing, SeqOf, SetOf, Type
from raftnb.tree.types import join, unwrapped

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
class Meaning:
    """What the meaning of an expression depends on: a state, the one after it, a path, guards."""

    theory: Theory
    state: Symbolic
    after: Symbolic | None = None
    path: Path | None = None
    opaque: frozenset[Any] = frozenset()
    guards: list[z3.BoolRef] = field(default_factory=list)
    bound: list[z3.ExprRef] = field(default_factory=list)

    def value(self, expr: Expr, env: Environment) -> Value:
        """An expression's value."""
        raise NotImplementedError

    def typed(self, expr: Expr, env: Environment, want: Type) -> Value:
        """An expression's value, as one of another type."""
        raise NotImplementedError

    def families(self, domain: Expr | None, env: Environment) -> list[Family]:
        """What a collection holds."""
        raise NotImplementedError

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


class Operators(Meaning):
    """The operators of `ir.Apply`."""

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
        if isinstance(b.type, Nothing) and isinstance(a.type, nodes.Option):
            return neg(self.value(a, env).some)
        if isinstance(b, nodes.Collect) and not b.items and isinstance(a.type, SeqOf):
            return same(self.value(a, env).length, z3.IntVal(0))
        want = join(a.type, b.type)
        return self.theory.equal(self.typed(a, env, want), self.typed(b, env, want), want)

    def _op_less(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        if isinstance(a, nodes.Collect) and isinstance(b, nodes.Collect):
            return self._lexical(a, b, env, last=lambda x, y: x < y)
        return self.value(a, env) < self.value(b, env)

    def _op_most(self, expr: Apply, env: Environment, a: Expr, b: Expr) -> Value:
        if isinstance(a.type, SetOf):
            left, right = self.value(a, env), self.typed(b, env, a.type)
            x = self.theory.fresh("x", self.theory.sort(a.type.of))
            return self.theory.forall([x], implies(left.has(x), right.has(x)))
        if isinstance(a, nodes.Collect) and isinstance(b, nodes.Collect):
            return self._lexical(a, b, env, last=lambda x, y: x <= y)
        return self.value(a, env) <= self.value(b, env)

    def _lexical(
        self, a: nodes.Collect, b: nodes.Collect, env: Environment, *, last: Any
    ) -> z3.BoolRef:
        """Numbers side by side compared: the first places that differ decide."""
        *pairs, (left, right) = [
            (self.value(x, env), self.value(y, env)) for x, y in zip(a.items, b.items, strict=True)
        ]
        found = last(left, right)
        for left, right in reversed(pairs):
            found = disj(left < right, conj(same(left, right), found))
        return found

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
        if isinstance(a.type, nodes.Option):
            option = self.value(a, env)
            return conj(option.some, self.value(b, env).has(option.value))
        return self.value(b, env).has(self.typed(a, env, inside))

    def _op_len(self, expr: Apply, env: Environment, a: Expr) -> Value:
        value = self.value(a, env)
        if isinstance(value, SeqV):
            return value.length
        if isinstance(a, nodes.Everyone):
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

    def _op_as(self, expr: Apply, env: Environment, a: Expr) -> Value:
        return self.typed(a, env, expr.type)

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

    def _op_isinstance(self, expr: Apply, env: Environment, a: Expr, b: nodes.Const) -> Value:
        return z3.BoolVal(issubclass(self.value(a, env).cls, b.value))

    def _op_range(self, expr: Apply, env: Environment, *args: Expr) -> Value:
        low, high = (self.value(a, env) for a in args)
        return SeqV(choose(high > low, high - low, z3.IntVal(0)), lambda k: low + k)


WORDS = {
    "==": "equals", "<": "less", "<=": "most", "+": "plus", "-": "minus_", "*": "times",
    "//": "quotient", "%": "rest",
}  # fmt: skip
