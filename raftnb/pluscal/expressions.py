"""From the typed tree's expressions to those of TLA+; `EXPRESSIONS` lists what has a meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from raftnb.pluscal import collections
from raftnb.pluscal.peeked import is_peeked
from raftnb.pluscal.scope import LANGUAGE, Scope, refuse
from raftnb.pluscal.terms import (
    EMPTY_SET,
    Call,
    Cases,
    Except,
    Field,
    Index,
    Infix,
    Listed,
    Name,
    Prefix,
    State,
    Term,
    conjunction,
    disjunction,
    negation,
    number,
    parts,
    plus,
)
from raftnb.pluscal.values import pairs
from raftnb.pluscal.words import Words
from raftnb.tree import nodes
from raftnb.tree.nodes import MapOf, Range, RecordOf, SeqOf, SetOf, TupleOf


def term(words: Words, expr: nodes.Expr, scope: Scope) -> Term:
    """The meaning of an expression."""
    return EXPRESSIONS[type(expr)](words, expr, scope)


def _const(words: Words, expr: nodes.Const, scope: Scope) -> Term:
    return words.encoding.value(expr.value)


def _var(words: Words, expr: nodes.Var, scope: Scope) -> Term:
    found = scope.names.get(expr.name)
    if found is None:
        refuse(
            scope.routine, expr.line, f"`{expr.name}`, which a branch or a loop gave a value",
            LANGUAGE, "give the name its value in one expression: `x = a if c else b`",
        )  # fmt: skip
    return found


def _read(words: Words, expr: nodes.Read, scope: Scope) -> Term:
    variable = words.variable(expr.root, expr.variable)
    if variable is None:
        return words.initial_of_history(scope.routine, expr)
    whole: Term = scope.held.get(variable.name, State(variable.name, expr.primed))
    if not variable.indexed:
        return whole
    assert expr.owner is not None
    return Index(whole, words.term(expr.owner, scope))


def _get(words: Words, expr: nodes.Get, scope: Scope) -> Term:
    return Field(words.term(expr.record, scope), expr.field)


def _cond(words: Words, expr: nodes.Cond, scope: Scope) -> Term:
    test, yes, no = (words.term(e, scope) for e in (expr.test, expr.yes, expr.no))
    return Cases(test, yes, no)


def _call(words: Words, expr: nodes.Call, scope: Scope) -> Term:
    args = tuple(words.term(arg, scope) for arg in expr.args)
    definition = words.operator(expr.routine)
    if definition.reads & (scope.assigned | scope.held.keys()):
        return words.in_place(expr.routine, args, scope)
    return Call(definition.name, args)


def _make(words: Words, expr: nodes.Make, scope: Scope) -> Term:
    assert isinstance(expr.type, RecordOf)
    own = [(name, words.term(value, scope)) for name, value in expr.fields]
    return words.encoding.record(expr.type.cls, own)


def _collect(words: Words, expr: nodes.Collect, scope: Scope) -> Term:
    items = tuple(words.term(item, scope) for item in expr.items)
    if isinstance(expr.type, MapOf):
        return pairs(list(zip(items[::2], items[1::2], strict=True)))
    return Listed("<<" if isinstance(expr.type, SeqOf | TupleOf) else "{", items)


def _everyone(words: Words, expr: nodes.Everyone, scope: Scope) -> Term:
    return words.encoding.domain(nodes.Member(expr.root))


def _inflight(words: Words, expr: nodes.InFlight, scope: Scope) -> Term:
    return refuse(
        scope.routine, expr.line, "the messages in flight in a sequence",
        "`in_flight(Kind) == ()`, `len`, `in`, all(...), any(...), sum(...), sets made of them",
        "use it in one of these ways: in TLA+ they are a set",
    )  # fmt: skip


def _either(words: Words, expr: nodes.Either, scope: Scope) -> Term:
    return refuse(
        scope.routine, expr.line, "`either` inside an expression that is not always evaluated",
        LANGUAGE, "write `x = either(...)` in a line of its own",
    )  # fmt: skip


# Operators.


def _apply(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    special = SPECIAL.get(expr.op)
    if special is not None:
        return special(words, expr, scope)
    args = [words.term(arg, scope) for arg in expr.args]
    if expr.op in INFIX:
        return Infix(INFIX[expr.op], tuple(args))
    if expr.op in ("min", "max"):
        found = args[0]
        for arg in args[1:]:
            found = words.helper(expr.op.capitalize(), found, arg)
        return found
    return refuse(
        scope.routine, expr.line, f"the operator `{expr.op}` here", LANGUAGE, "say it another way"
    )


def _connective(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    if expr.op == "or" and _is_not(expr.args[0]):
        first = expr.args[0]
        assert isinstance(first, nodes.Apply)
        rest = disjunction([words.term(arg, scope) for arg in expr.args[1:]])
        return Infix("=>", (words.term(first.args[0], scope), rest))
    args = [words.term(arg, scope) for arg in expr.args]
    return conjunction(args) if expr.op == "and" else disjunction(args)


def _is_not(expr: nodes.Expr) -> bool:
    return isinstance(expr, nodes.Apply) and expr.op == "not"


def _not(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    return negation(words.term(expr.args[0], scope))


def _neg(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    return Prefix("-", words.term(expr.args[0], scope))


def _abs(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    inner = words.term(expr.args[0], scope)
    return words.helper("Max", inner, Prefix("-", inner))


def _sum(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    left, right = (words.term(arg, scope) for arg in expr.args)
    if isinstance(right, Name) and right.text.isdigit():
        return plus(left, int(right.text) if expr.op == "+" else -int(right.text))
    return Infix(expr.op, (left, right))


def _equal(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    sides = list(expr.args)
    for one, other in (sides, sides[::-1]):
        if isinstance(one, nodes.InFlight) and isinstance(other, nodes.Collect) and not other.items:
            return Infix("=", (collections.as_set(words, one, scope), EMPTY_SET))
    return Infix("=", tuple(words.term(side, scope) for side in sides))


def _less(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    left, right = expr.args
    if isinstance(left, nodes.Collect) and isinstance(right, nodes.Collect):
        if isinstance(left.type, SeqOf):
            items = zip(left.items, right.items, strict=True)
            return _lexical(
                [(words.term(a, scope), words.term(b, scope)) for a, b in items], expr.op
            )
    if isinstance(left.type, SeqOf):
        refuse(
            scope.routine, expr.line, "sequences of which one comes first", LANGUAGE,
            "compare as many numbers, written out: `(a[0], a[1]) < (b[0], b[1])`",
        )  # fmt: skip
    sides = (words.term(left, scope), words.term(right, scope))
    if isinstance(left.type, SetOf):
        return Infix("\\subseteq", sides)
    bound = scope.inside - {"self"} - words.encoding.model.constants.keys()
    if isinstance(left, nodes.Const) or (_speaks(sides[1], bound) and not _speaks(sides[0], bound)):
        return Infix({"<": ">", "<=": ">="}[expr.op], sides[::-1])
    return Infix(expr.op, sides)


def _speaks(side: Term, bound: frozenset[str]) -> bool:
    """Whether a side of a comparison is of what is bound here: that comes first, as one says it."""
    return any(isinstance(one, Name) and one.text in bound for one in parts(side))


def _lexical(items: list[tuple[Term, Term]], op: str) -> Term:
    (a, b), rest = items[0], items[1:]
    if not rest:
        return Infix(op, (a, b))
    later = conjunction([Infix("=", (a, b)), _lexical(rest, op)])
    return disjunction([Infix("<", (a, b)), later])


def _remainder(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    """TLA+ has one for positive divisors alone."""
    a, b = (words.term(arg, scope) for arg in expr.args)
    if collections.is_natural(words, expr.args[1], scope) or words.is_natural_constant(b):
        return Infix("%", (a, b))
    return Infix("-", (a, Infix("*", (b, Infix("\\div", (a, b))))))


def _member(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    item, among = expr.args
    return Infix("\\in", (words.term(item, scope), collections.as_set(words, among, scope)))


def _isinstance(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    value, cls = expr.args
    assert isinstance(cls, nodes.Const)
    x = words.fresh("x")
    tests = words.encoding.tests(Name(x), value.type, cls.value)
    whole = words.term(value, scope)
    if len(tests) > 1:
        return Call(words.kind_test(cls.value, x, conjunction(tests)), (whole,))
    return conjunction(words.encoding.tests(whole, value.type, cls.value))


def _len(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    (arg,) = expr.args
    if isinstance(arg, nodes.InFlight):
        return Call("Cardinality", (collections.as_set(words, arg, scope),))
    if isinstance(arg.type, Range):
        assert isinstance(arg, nodes.Apply)
        low, high = (words.term(one, scope) for one in arg.args)
        return words.helper("Max", number(0), plus(Infix("-", (high, low)), 0))
    inner = words.term(arg, replace(scope, any_order=True))
    if isinstance(arg.type, SeqOf):
        return Call("Len", (inner,))
    return Call("Cardinality", (Prefix("DOMAIN", inner) if isinstance(arg.type, MapOf) else inner,))


def _index(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    base, at = expr.args
    whole = words.term(base, scope)
    if isinstance(base.type, MapOf):
        return Index(whole, words.term(at, scope))
    if isinstance(at, nodes.Const) and at.value < 0:
        return Index(whole, plus(Call("Len", (whole,)), at.value + 1))
    if isinstance(at, nodes.Apply) and at.op == "neg" and isinstance(at.args[0], nodes.Const):
        return Index(whole, plus(Call("Len", (whole,)), 1 - at.args[0].value))
    if isinstance(at, nodes.Const) and at.value == 0:
        return Call("Head", (whole,))
    return Index(whole, plus(words.term(at, scope), 1))


def _item(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    base, at = expr.args
    assert isinstance(at, nodes.Const)
    return Index(words.term(base, scope), number(at.value + 1))


def _slice(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    _, low, high = expr.args
    whole, first, last = (words.term(one, scope) for one in expr.args)
    to_the_end = last == Call("Len", (whole,))
    if collections.is_natural(words, low, scope) and to_the_end:
        if first == number(1) and is_peeked(scope.routine, expr):
            return Call("Tail", (whole,))
        return whole if first == number(0) else Call("SubSeq", (whole, plus(first, 1), last))
    if first == number(0) and collections.is_natural(words, high, scope):
        return words.helper("Prefix", whole, last)
    if first == number(0) and isinstance(last, Prefix):
        return Call("SubSeq", (whole, number(1), Infix("-", (Call("Len", (whole,)), last.arg))))
    return words.helper("Slice", whole, first, last)


def _concat(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    left, right = expr.args
    if isinstance(right, nodes.Collect) and len(right.items) == 1:
        return Call("Append", (words.term(left, scope), words.term(right.items[0], scope)))
    return Infix("\\o", (words.term(left, scope), words.term(right, scope)))


def _xor(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    left, right = (words.term(arg, scope) for arg in expr.args)
    return Infix("\\cup", (Infix("\\", (left, right)), Infix("\\", (right, left))))


def _merge(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    left, right = expr.args
    old = words.term(left, scope)
    if isinstance(right, nodes.Collect) and words.is_total(left):
        items = [words.term(item, scope) for item in right.items]
        for key, value in zip(items[::2], items[1::2], strict=True):
            old = Except(old, (key,), value)
        return old
    return Infix("@@", (words.term(right, scope), old))


def _map_get(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    return words.helper("Get", *(words.term(arg, scope) for arg in expr.args))


def _extreme(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    among = collections.as_set(words, expr.args[0], scope)
    name = {"least": "MinOf", "largest": "MaxOf"}[expr.op]
    if len(expr.args) == 1:
        return words.helper(name, among)
    return words.helper(f"{name}Or", among, words.term(expr.args[1], scope))


def _same(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    return words.term(expr.args[0], scope)


def _range(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    return refuse(
        scope.routine, expr.line, "a range as a value", "`for i in range(...)`, `in range(...)`",
        "write tuple(range(...))",
    )  # fmt: skip


def _each(words: Words, expr: nodes.EachOf, scope: Scope) -> Term:
    return collections.each(words, expr, scope)


def _flat(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    if isinstance(expr.type, nodes.SetOf):
        return Prefix("UNION", words.term(expr.args[0], scope))
    return refuse(
        scope.routine, expr.line, "several `for`s in a sequence or a map",
        "several `for`s in all(...), any(...), sum(...) and in sets", "keep a set, or one `for`",
    )  # fmt: skip


def _place(words: Words, expr: nodes.Apply, scope: Scope) -> Term:
    return refuse(
        scope.routine, expr.line, "`.index`, the place of a member in its class", LANGUAGE,
        "declare a number, `rank: Nat = anything()`, that no action writes: in TLA+ members have "
        "no order",
    )  # fmt: skip


INFIX = {
    "*": "*", "//": "\\div", "union": "\\cup", "meet": "\\cap", "minus": "\\",
}  # fmt: skip
SPECIAL: dict[str, Callable[[Words, nodes.Apply, Scope], Term]] = {
    "and": _connective, "or": _connective, "not": _not, "neg": _neg, "abs": _abs,
    "+": _sum, "-": _sum, "==": _equal, "<": _less, "<=": _less, "in": _member, "%": _remainder,
    "isinstance": _isinstance, "len": _len, "index": _index, "slice": _slice, "concat": _concat,
    "item": _item, "merge": _merge, "xor": _xor, "get": _map_get, "least": _extreme,
    "largest": _extreme,
    "the": _same, "as": _same, "range": _range, "flat": _flat, "place": _place,
}  # fmt: skip
EXPRESSIONS: dict[type[nodes.Expr], Callable[[Words, Any, Scope], Term]] = {
    nodes.Const: _const,
    nodes.Var: _var,
    nodes.Read: _read,
    nodes.Get: _get,
    nodes.Apply: _apply,
    nodes.Cond: _cond,
    nodes.Call: _call,
    nodes.Make: _make,
    nodes.Collect: _collect,
    nodes.EachOf: _each,
    nodes.Everyone: _everyone,
    nodes.InFlight: _inflight,
    nodes.Either: _either,
}
