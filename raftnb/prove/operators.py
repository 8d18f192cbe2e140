"""The meaning of the language's own operators, as Z3 terms: one function for each.

Each takes the scope, the node, and the values of its operands. Where Python raises, the operator
requires that it is not so (`Scope.require`); its value there does not matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import z3

from raftnb.prove.scope import Scope
from raftnb.prove.terms import (
    Family,
    MapV,
    RecordV,
    SeqV,
    SetV,
    Value,
    choose,
    conj,
    disj,
    implies,
    neg,
    same,
)
from raftnb.prove.theory import in_words
from raftnb.tree import nodes
from raftnb.tree.nodes import Apply, Int, MapOf, Nothing, Option, SeqOf, SetOf
from raftnb.tree.types import join

Operator = Callable[..., Value]
ZERO = z3.IntVal(0)
SHORT = 3
WITHIN = "index {} within {}"


def numbers(scope: Scope, expr: Apply) -> None:
    """Refuse operands that are not numbers."""
    for arg in expr.args:
        if not isinstance(arg.type, Int):
            raise scope.refused(
                expr,
                f"`{expr.op}` of {in_words(arg.type)}",
                allowed="whole numbers there",
                cure="compare with `==`, or keep a number beside it",
            )


def literal(term: z3.ArithRef) -> int | None:
    """The number that a term is, where it is one."""
    return term.as_long() if z3.is_int_value(term) else None


# Truth.


def negation(scope: Scope, expr: Apply, a: Value) -> Value:
    """`not a`."""
    return neg(a)


def equals(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a == b`."""
    left, right = expr.args
    if isinstance(right.type, Nothing) and isinstance(left.type, Option):
        return neg(a.some)
    if isinstance(left.type, Nothing) and isinstance(right.type, Option):
        return neg(b.some)
    if isinstance(right, nodes.Collect) and not right.items and isinstance(left.type, SeqOf):
        return scope.words.of(nodes.INT).equal(a.length, ZERO)
    want = join(left.type, right.type)
    pair = scope.converted(a, left, want), scope.converted(b, right, want)
    return scope.words.of(want).equal(*pair)


def less(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a < b`, for numbers side by side too."""
    if places(expr):
        return lexical(places(expr), a, b, z3.BoolVal(False))
    numbers(scope, expr)
    return a < b


def places(expr: Apply) -> int:
    """How many numbers are compared side by side, `(a, b) < (c, d)`; 0 where it is one."""
    left, right = expr.args
    if not isinstance(left, nodes.Collect) or not isinstance(right, nodes.Collect):
        return 0
    if not isinstance(left.type, SeqOf) or not isinstance(right.type, SeqOf):
        return 0
    plain = left.type.of, right.type.of
    same_length = len(left.items) == len(right.items)
    return len(left.items) if same_length and all(isinstance(t, Int) for t in plain) else 0


def lexical(count: int, a: SeqV, b: SeqV, last: z3.BoolRef) -> z3.BoolRef:
    """Numbers side by side compared: the first places that differ decide, or else `last`."""
    for i in reversed(range(count)):
        left, right = a.at(z3.IntVal(i)), b.at(z3.IntVal(i))
        last = disj(left < right, conj(same(left, right), last))
    return last


def at_most(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a <= b`, for sets too."""
    left, right = expr.args
    if places(expr):
        return lexical(places(expr), a, b, z3.BoolVal(True))
    if not isinstance(left.type, SetOf):
        numbers(scope, expr)
        return a <= b
    want = join(left.type, right.type)
    assert isinstance(want, SetOf)
    part, whole = scope.converted(a, left, want), scope.converted(b, right, want)
    x = scope.words.theory.fresh("x", scope.words.theory.plain_sort(want.of))
    return scope.words.theory.forall([x], implies(part.has(x), whole.has(x)))


# Numbers.


def plus(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a + b`."""
    numbers(scope, expr)
    return a + b


def minus(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a - b`."""
    numbers(scope, expr)
    return a - b


def times(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a * b`."""
    numbers(scope, expr)
    return a * b


def negative(scope: Scope, expr: Apply, a: Value) -> Value:
    """`-a`."""
    numbers(scope, expr)
    known = literal(a)
    return -a if known is None else z3.IntVal(-known)


def quotient(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a // b`: rounded down, as Python does; Z3's `div` does so for a divisor above 0."""
    numbers(scope, expr)
    known = literal(b)
    divides = b != 0 if known is None else z3.BoolVal(known != 0)
    scope.require(divides, expr.line, "divisor {} not 0", expr.args[1])
    if known is not None:
        return a / b if known > 0 else -a / z3.IntVal(-known)
    return choose(b > 0, a / b, -a / -b)


def remainder(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a % b`: with the divisor's sign, as in Python."""
    numbers(scope, expr)
    known = literal(b)
    divides = b != 0 if known is None else z3.BoolVal(known != 0)
    scope.require(divides, expr.line, "divisor {} not 0", expr.args[1])
    if known is not None:
        return a % b if known > 0 else -(-a % z3.IntVal(-known))
    return choose(b > 0, a % b, -(-a % -b))


def absolute(scope: Scope, expr: Apply, a: Value) -> Value:
    """`abs(a)`."""
    numbers(scope, expr)
    return choose(a >= 0, a, -a)


def least(scope: Scope, expr: Apply, *values: Value) -> Value:
    """`min(a, b)`."""
    return _extreme(scope, expr, values, lambda a, b: a <= b)


def largest(scope: Scope, expr: Apply, *values: Value) -> Value:
    """`max(a, b)`."""
    return _extreme(scope, expr, values, lambda a, b: a >= b)


def _extreme(
    scope: Scope, expr: Apply, values: tuple[Value, ...], first: Callable[[Any, Any], Any]
) -> Value:
    numbers(scope, expr)
    found = values[0]
    for other in values[1:]:
        found = choose(first(found, other), found, other)
    return found


# Options, sequences, maps.


def the(scope: Scope, expr: Apply, a: Value) -> Value:
    """The value of an option."""
    if isinstance(expr.args[0].type, Nothing):
        scope.require(z3.BoolVal(False), expr.line, "{} is not None", *expr.args)
        return scope.words.of(expr.type).default()
    scope.require(a.some, expr.line, "{} is not None", *expr.args)
    return a.value


def seen_as(scope: Scope, expr: Apply, a: Value) -> Value:
    """A value as one of another type, which it is."""
    return scope.converted(a, expr.args[0], expr.type)


def size(scope: Scope, expr: Apply, a: Value) -> Value:
    """`len(a)`."""
    (arg,) = expr.args
    theory = scope.words.theory
    if isinstance(a, SeqV):
        return a.length
    if isinstance(arg, nodes.Everyone):
        return theory.size_of(arg.root)
    if isinstance(arg.type, SetOf):
        return theory.cardinality(a, arg.type, tuple(scope.bound))
    raise scope.refused(
        expr,
        f"the size of {in_words(arg.type)}",
        allowed="len of a sequence or set",
        cure="count its keys: `len(frozenset(m))`"
        if isinstance(arg.type, MapOf)
        else "count a set: `len({x for x in ... if ...})`",
    )


def index(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a[b]`; from the end only where the index is a number below 0 as written."""
    base, key = expr.args
    if isinstance(base.type, MapOf):
        found = scope.converted(b, key, base.type.key)
        scope.require(a.has(found), expr.line, "key {} in {}", key, base)
        return a.get(found)
    if not isinstance(base.type, SeqOf) or not isinstance(key.type, Int):
        raise scope.refused(
            expr,
            f"{in_words(base.type)} with {in_words(key.type)} as index",
            allowed="an index of a sequence, a key of a map",
            cure="compare, or keep a map",
        )
    known = literal(b)
    if known is not None and known < 0:
        scope.require(a.length >= -known, expr.line, WITHIN, key, base)
        return a.at(a.length + b)
    scope.require(conj(b >= 0, b < a.length), expr.line, WITHIN, key, base)
    return a.at(b)


def piece(scope: Scope, expr: Apply, a: Value, low: Value, high: Value) -> Value:
    """`a[low:high]`; from the end only where a bound is a number below 0 as written."""
    low, high = (_from_start(bound, a.length) for bound in (low, high))
    scope.require(conj(low >= 0, high >= 0), expr.line, "slice {} not from the end", expr)
    top = choose(high <= a.length, high, a.length)
    if literal(low) == 0:
        return SeqV(top, a.at)
    whole, first = a.within
    return SeqV(
        choose(low <= top, top - low, ZERO),
        lambda k: a.at(low + k),
        part=(whole, low if a.part is None else first + low),
    )


def _from_start(bound: z3.ArithRef, length: z3.ArithRef) -> z3.ArithRef:
    known = literal(bound)
    if known is None or known >= 0:
        return bound
    return choose(length >= -known, length + bound, ZERO)


def get(scope: Scope, expr: Apply, a: Value, key: Value, default: Value) -> Value:
    """`a.get(key, default)`."""
    base, at, other = expr.args
    assert isinstance(base.type, MapOf)
    known = scope.converted(key, at, base.type.key)
    found = scope.words.of(expr.type).convert(a.get(known), base.type.value)
    with scope.under(neg(a.has(known))):
        fallback = scope.converted(default, other, expr.type)
    return choose(a.has(known), found, fallback)


def counting(scope: Scope, expr: Apply, low: Value, high: Value, *step: Value) -> Value:
    """`range(low, high)`."""
    numbers(scope, expr)
    if step:
        raise scope.refused(
            expr,
            "a range with a step",
            allowed="range(high), range(low, high)",
            cure="count by one, and multiply: `2 * i for i in range(n)`",
        )
    return SeqV(choose(high > low, high - low, ZERO), lambda k: low + k)


# Two of one kind made one.


def pair(scope: Scope, expr: Apply, a: Value, b: Value) -> tuple[Value, Value]:
    """Both operands as values of the result's type."""
    left, right = expr.args
    return scope.converted(a, left, expr.type), scope.converted(b, right, expr.type)


def concat(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a + b` of sequences."""
    left, right = pair(scope, expr, a, b)

    def items() -> list[Family]:
        return [family for part in (left, right) for family in items_of(scope, part)]

    return SeqV(
        left.length + right.length,
        lambda k: choose(k < left.length, left.at(k), right.at(k - left.length)),
        items,
    )


def items_of(scope: Scope, seq: SeqV) -> list[Family]:
    """The items of a sequence, in no order; a short one's written out."""
    if seq.items is not None:
        return seq.items()
    length = literal(seq.length)
    if length is not None and length <= SHORT:
        return [Family((), z3.BoolVal(True), seq.at(z3.IntVal(i))) for i in range(length)]
    i = scope.words.theory.fresh("i", z3.IntSort())
    return [Family((i,), conj(i >= 0, i < seq.length), seq.at(i))]


def union(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a | b` of sets."""
    left, right = pair(scope, expr, a, b)
    return SetV(lambda x: disj(left.has(x), right.has(x)))


def meet(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a & b` of sets."""
    left, right = pair(scope, expr, a, b)
    return SetV(lambda x: conj(left.has(x), right.has(x)))


def without(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a - b` of sets."""
    left, right = pair(scope, expr, a, b)
    return SetV(lambda x: conj(left.has(x), neg(right.has(x))))


def differing(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a ^ b` of sets."""
    left, right = pair(scope, expr, a, b)
    return SetV(lambda x: z3.Xor(left.has(x), right.has(x)))


def merge(scope: Scope, expr: Apply, a: Value, b: Value) -> Value:
    """`a | b` of maps: where both have a key, the second counts."""
    left, right = pair(scope, expr, a, b)
    return MapV(
        lambda k: disj(left.has(k), right.has(k)),
        lambda k: choose(right.has(k), right.get(k), left.get(k)),
    )


def is_instance(scope: Scope, expr: Apply, a: Value, kind: Value) -> Value:
    """`isinstance(a, Kind)`: a record's class is known, since no variable holds a subclass."""
    value, cls = expr.args
    assert isinstance(cls, nodes.Const)
    some = z3.BoolVal(True)
    if isinstance(value.type, Option):
        some, a = a.some, a.value
    if not isinstance(a, RecordV):
        raise scope.refused(
            expr,
            f"`isinstance` of {in_words(value.type)}",
            allowed="records and messages",
            cure="compare with `is None`, or with an enum's member",
        )
    return conj(some, z3.BoolVal(issubclass(a.cls, cls.value)))


OPERATORS: dict[str, Operator] = {
    "not": negation, "==": equals, "<": less, "<=": at_most,
    "+": plus, "-": minus, "*": times, "//": quotient, "%": remainder, "neg": negative,
    "abs": absolute, "min": least, "max": largest,
    "the": the, "as": seen_as, "len": size, "index": index, "slice": piece, "get": get,
    "range": counting,
    "concat": concat, "union": union, "meet": meet, "minus": without, "xor": differing,
    "merge": merge, "isinstance": is_instance,
}  # fmt: skip
"""What each operator means. `and`, `or` and `in` are the evaluator's: they look at their operands;
`least` and `largest` of a collection are described, in `extremes`."""
