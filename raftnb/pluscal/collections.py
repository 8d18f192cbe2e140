"""Comprehensions, and collections gone through, as sets, functions and sequences of TLA+.

Where Python goes through a sequence and its order makes no difference, TLA+ has a set. Where Python
goes through a set or the messages in flight, in the language's order, and the order could make a
difference, there is nothing to say it with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from raftnb.pluscal import trees
from raftnb.pluscal.scope import LANGUAGE, Scope, refuse
from raftnb.pluscal.terms import (
    TRUE,
    Call,
    Filter,
    Function,
    Image,
    Index,
    Infix,
    Lambda,
    Listed,
    Name,
    Prefix,
    Quantified,
    Term,
    conjunction,
    number,
    parts,
    plus,
)
from raftnb.pluscal.words import Words
from raftnb.tree import nodes
from raftnb.tree.nodes import EachOf, MapOf, Range, RecordOf, SeqOf, SetOf


def as_set(words: Words, expr: nodes.Expr, scope: Scope) -> Term:
    """The set of what a collection holds."""
    if isinstance(expr, nodes.InFlight):
        return words.in_flight(expr.kind, scope)
    if isinstance(expr, nodes.Collect) and isinstance(expr.type, SeqOf):
        return Listed("{", tuple(words.term(item, scope) for item in expr.items))
    if isinstance(expr, EachOf) and expr.kind == "seq":
        return _set(words, expr, scope)
    if isinstance(expr, nodes.Apply) and expr.op == "range":
        low, high = (words.term(arg, scope) for arg in expr.args)
        return Infix("..", (low, plus(high, -1)))
    whole = words.term(expr, scope)
    if isinstance(expr.type, MapOf):
        return Prefix("DOMAIN", whole)
    return whole if isinstance(expr.type, SetOf) else words.helper("Range", whole)


def is_natural(words: Words, expr: nodes.Expr, scope: Scope) -> bool:
    """Whether a value is surely a number that is not negative."""
    if not isinstance(expr.type, nodes.Int):
        return False
    if isinstance(expr, nodes.Get) and isinstance(expr.record.type, RecordOf):
        found = words.encoding.program.field_type(expr.record.type.cls, expr.field)
        return nodes.is_nat(found)
    if isinstance(expr, nodes.Var):
        return expr.name in scope.naturals
    if isinstance(expr, nodes.Const):
        return bool(expr.value >= 0)
    if isinstance(expr, nodes.Apply):
        if expr.op in ("+", "min", "*"):
            return all(is_natural(words, arg, scope) for arg in expr.args)
        if expr.op in ("len", "max"):
            return expr.op == "len" or any(is_natural(words, arg, scope) for arg in expr.args)
    declared = isinstance(expr, nodes.Read | nodes.Call) or (
        isinstance(expr, nodes.Apply) and expr.op == "index"
    )
    return declared and nodes.is_nat(expr.type)


# Comprehensions.


def each(words: Words, expr: EachOf, scope: Scope) -> Term:
    """A comprehension."""
    return _KINDS[expr.kind](words, expr, scope)


def opened(words: Words, expr: EachOf, scope: Scope) -> tuple[str, Term, Scope]:
    """The name, the set and the scope of a comprehension that needs no order.

    Indices that only find items of sequences count from 1, as there.
    """
    domain = as_set(words, expr.domain, scope)
    name = words.bound(expr.name, scope)
    if not isinstance(expr.domain, nodes.Apply) or expr.domain.op != "range":
        return name, domain, scope.binding(expr.name, Name(name))
    natural = is_natural(words, expr.domain.args[0], scope)
    if not _finds_items(expr):
        return name, domain, scope.binding(expr.name, Name(name), natural=natural)
    assert isinstance(domain, Infix)
    low, high = domain.args
    shifted = Infix("..", (plus(low, 1), plus(high, 1)))
    place = Infix("-", (Name(name), number(1)))
    return name, shifted, scope.binding(expr.name, place, natural=natural)


def _finds_items(expr: EachOf) -> bool:
    """Whether what is met is an index of a sequence somewhere in a comprehension."""
    places = [expr.condition, expr.body, *([expr.key] if expr.key else [])]
    indices = (
        part.args[1]
        for place in places
        for part in trees.own(place)
        if isinstance(part, nodes.Apply)
        and part.op == "index"
        and isinstance(part.args[0].type, SeqOf)
    )
    return any(
        isinstance(one, nodes.Var) and one.name == expr.name
        for index in indices
        for one in trees.own(index)
    )


def _filtered(words: Words, expr: EachOf, name: str, domain: Term, inner: Scope) -> Term:
    return those(name, domain, words.term(expr.condition, inner))


def those(name: str, domain: Term, test: Term) -> Term:
    """The members of a set for which something holds."""
    if test == TRUE:
        return domain
    if isinstance(test, Infix) and test.op == "#" and Name(name) in test.args:
        (other,) = [arg for arg in test.args if arg != Name(name)] or [Name(name)]
        if Name(name) not in parts(other):
            return Infix("\\", (domain, Listed("{", (other,))))
    return Filter(name, domain, test)


def _all(words: Words, expr: EachOf, scope: Scope) -> Term:
    name, domain, inner = opened(words, expr, scope)
    test, body = words.term(expr.condition, inner), words.term(expr.body, inner)
    found = body if test == TRUE else Infix("=>", (test, body))
    return Quantified("\\A", name, domain, found)


def _any(words: Words, expr: EachOf, scope: Scope) -> Term:
    name, domain, inner = opened(words, expr, scope)
    test, body = words.term(expr.condition, inner), words.term(expr.body, inner)
    return Quantified("\\E", name, domain, conjunction([test, body]))


def _set(words: Words, expr: EachOf, scope: Scope) -> Term:
    name, domain, inner = opened(words, expr, scope)
    body = words.term(expr.body, inner)
    domain = _filtered(words, expr, name, domain, inner)
    return domain if body == Name(name) else Image(body, name, domain)


def _sum(words: Words, expr: EachOf, scope: Scope) -> Term:
    """A sum; of a sequence, over its indices, since an item may be there twice."""
    name = words.bound(expr.name, scope)
    if is_sequence(expr.domain):
        around = replace(scope, taken=scope.taken | {name})  # it stands where the name is bound
        whole = words.term(expr.domain, around)
        domain: Term = Prefix("DOMAIN", whole)
        inner = scope.binding(expr.name, Index(whole, Name(name)))
    else:
        name, domain, inner = opened(words, expr, scope)
    counted = _counted(expr.body)
    if counted is not None:
        test = conjunction([words.term(one, inner) for one in (expr.condition, counted)])
        return Call("Cardinality", (those(name, domain, test),))
    body = words.term(expr.body, inner)
    domain = _filtered(words, expr, name, domain, inner)
    return words.helper("Sum", Lambda((name,), body), domain)


def _counted(body: nodes.Expr) -> nodes.Expr | None:
    """What is counted where a sum counts, else None."""
    if isinstance(body, nodes.Const) and body.value == 1:
        return nodes.TRUE
    if isinstance(body, nodes.Cond):
        ends = [e.value if isinstance(e, nodes.Const) else None for e in (body.yes, body.no)]
        return body.test if ends == [1, 0] else None
    return None


def is_sequence(domain: nodes.Expr) -> bool:
    """Whether a collection is a sequence that is kept as one, not a range nor the messages."""
    ranged = isinstance(domain, nodes.Apply) and domain.op == "range"
    return isinstance(domain.type, SeqOf) and not ranged and not isinstance(domain, nodes.InFlight)


def _map(words: Words, expr: EachOf, scope: Scope) -> Term:
    key = expr.key
    if not isinstance(key, nodes.Var) or key.name != expr.name:
        refuse(
            scope.routine, expr.line, "a map whose keys are not what is gone through", LANGUAGE,
            "write Map({key: value for key in keys})",
        )  # fmt: skip
    name, domain, inner = opened(words, expr, scope)
    if inner.names[expr.name] != Name(name):
        domain, inner = as_set(words, expr.domain, scope), scope.binding(expr.name, Name(name))
    body = words.term(expr.body, inner)
    return Function(name, _filtered(words, expr, name, domain, inner), body)


def _seq(words: Words, expr: EachOf, scope: Scope) -> Term:
    """A sequence made of a sequence or a range."""
    name = words.bound(expr.name, scope)
    whole = sequence(words, expr.domain, scope)
    test = words.term(expr.condition, scope.binding(expr.name, Name(name)))
    if test != TRUE:
        whole = Call("SelectSeq", (whole, Lambda((name,), test)))
    body = words.term(expr.body, scope.binding(expr.name, Name(name)))
    if body == Name(name):
        return whole
    return words.helper("Map", Lambda((name,), body), whole)


def sequence(words: Words, domain: nodes.Expr, scope: Scope) -> Term:
    """What is gone through, in order."""
    if isinstance(domain.type, Range):
        assert isinstance(domain, nodes.Apply)
        low, high = (words.term(arg, scope) for arg in domain.args)
        name = words.bound("i", scope)
        place = plus(Infix("+", (Name(name), low)), -1)
        length = plus(Infix("-", (high, low)), 0)
        return Function(name, Infix("..", (number(1), length)), place)
    if is_sequence(domain):
        return words.term(domain, scope)
    if scope.any_order:
        return words.helper("InOrder", as_set(words, domain, scope))
    return refuse(
        scope.routine, domain.line, "a set gone through in the order of the language", LANGUAGE,
        "make a frozenset, or use sum, min, max, all, any; who is next to whom is a variable that "
        "no action writes, `right: Node = anything()`: TLA+ has no order of members",
    )  # fmt: skip


_KINDS: dict[str, Callable[[Words, EachOf, Scope], Term]] = {
    "all": _all, "any": _any, "set": _set, "sum": _sum, "map": _map, "seq": _seq,
}  # fmt: skip
