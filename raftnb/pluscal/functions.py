"""The value of a function of a specification: LET for its names, IF for its branches, a fold for
its loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from raftnb.pluscal import collections, trees
from raftnb.pluscal.scope import LANGUAGE, Scope, refuse
from raftnb.pluscal.terms import Cases, Index, Lambda, Let, Listed, Name, Term, number, parts
from raftnb.pluscal.words import Words
from raftnb.tree import nodes
from raftnb.tree.nodes import Assign, EachOf, For, If, Range, Return, Statement, Var

Body = tuple[Statement, ...]


def value(words: Words, body: Body, scope: Scope) -> Term:
    """What a function returns, or the rest of one from a statement on."""
    if not body:
        refuse(
            scope.routine, scope.routine.function.__code__.co_firstlineno,
            "a way through it that returns nothing", LANGUAGE, "return a value on every way",
        )  # fmt: skip
    first, rest = body[0], body[1:]
    if isinstance(first, Return):
        return words.term(first.value, scope)
    if isinstance(first, Assign) and isinstance(first.target, Var):
        if isinstance(first.value.type, Range):
            return value(words, with_range(first, rest, scope), scope)
        found = assigned(words, first, rest, scope)
        name = words.bound(first.target.name, scope)
        natural = collections.is_natural(words, first.value, scope)
        if isinstance(found, Name):
            return value(words, rest, scope.binding(first.target.name, found, natural=natural))
        inner = scope.binding(first.target.name, Name(name), natural=natural)
        return let(name, found, value(words, rest, inner))
    if isinstance(first, If):
        return _if(words, first, rest, scope)
    if isinstance(first, For):
        return _for(words, first, rest, scope)
    return refuse(scope.routine, first.line, "a statement with an effect", LANGUAGE, "take it out")


def with_range(first: Assign, rest: Body, scope: Scope) -> Body:
    """What follows, with a range that has a name put in where it is gone through."""
    assert isinstance(first.target, Var)
    used = {part.name for part in trees.own(first.value) if isinstance(part, Var)}
    if used & set(targets(rest)) or first.target.name in set(targets(rest)):
        refuse(
            scope.routine, first.line, "a range whose ends get other values later", LANGUAGE,
            "write the range where it is gone through",
        )  # fmt: skip
    return tuple(trees.substituted(s, first.target.name, first.value) for s in rest)


def assigned(words: Words, first: Assign, rest: Body, scope: Scope) -> Term:
    """The value of an assignment; its order may be any, where what follows does not look at it."""
    assert isinstance(first.target, Var)
    free = isinstance(first.value, EachOf) and not _order_matters(first.target.name, rest)
    return words.term(first.value, replace(scope, any_order=free))


def _order_matters(name: str, rest: Body) -> bool:
    """Whether a sequence is used for more than its length and what is in it."""
    uses = free = 0
    for part in (part for statement in rest for part in trees.own(statement)):
        uses += isinstance(part, Var) and part.name == name
        inner = part.domain if isinstance(part, EachOf) and part.kind != "seq" else None
        if isinstance(part, nodes.Apply) and part.op in ("len", "in"):
            inner = part.args[-1]
        free += isinstance(inner, Var) and inner.name == name
    return uses != free


def _if(words: Words, first: If, rest: Body, scope: Scope) -> Term:
    test = words.term(first.test, scope)
    if any(isinstance(part, Return) for part in trees.own(first)):
        yes, no = (value(words, (*b, *rest), scope) for b in (first.then, first.otherwise))
        return Cases(test, yes, no)
    return _named(words, _merged(words, first, test, scope), rest, scope)


def _named(words: Words, found: dict[str, Term], rest: Body, scope: Scope) -> Term:
    """What follows where names have new values."""
    names = {}
    for name in found:
        names[name] = words.bound(name, scope)
        scope = scope.binding(name, Name(names[name]))
    inner = value(words, rest, scope)
    for name in reversed(found):
        inner = let(names[name], found[name], inner)
    return inner


def let(name: str, found: Term, inner: Term) -> Term:
    """A name for a value in a term, which may be the name itself."""
    if Name(name) not in parts(inner):
        return inner
    return found if inner == Name(name) else Let(name, found, inner)


def _merged(words: Words, first: If, test: Term, scope: Scope) -> dict[str, Term]:
    """The values of the names that a branch assigns to, after it."""
    return {
        name: Cases(test, *(after(words, b, name, scope) for b in (first.then, first.otherwise)))
        for name in names_after(first, scope)
    }


def names_after(first: If, scope: Scope) -> list[str]:
    """The names to which a branch assigns, that have a value after it in either case."""
    yes, no = (set(targets(block)) for block in (first.then, first.otherwise))
    return sorted(name for name in yes | no if name in (yes & no) | scope.names.keys())


def after(words: Words, body: Body, name: str, scope: Scope) -> Term:
    """The value of a name after statements that only assign to names."""
    back = Return(0, Var(nodes.NEVER, 0, name))
    return value(words, (*body, back), scope)


def targets(body: Body) -> Iterator[str]:
    """The names to which statements assign."""
    for statement in body:
        for part in trees.own(statement):
            if isinstance(part, Assign) and isinstance(part.target, Var):
                yield part.target.name


def _for(words: Words, first: For, rest: Body, scope: Scope) -> Term:
    if any(isinstance(part, Return) for part in trees.own(first)):
        refuse(
            scope.routine, first.line, "a `return` inside a loop", LANGUAGE,
            "use all(...), any(...) or a comprehension with `if`",
        )  # fmt: skip
    return _named(words, folded(words, first, scope), rest, scope)


def folded(words: Words, first: For, scope: Scope) -> dict[str, Term]:
    """The values, after a loop, of the names from around it to which it assigns."""
    names = sorted(set(targets(first.body)) & scope.names.keys())
    if not names:
        return {}
    items = collections.sequence(words, first.domain, scope)
    single = len(names) == 1
    held = words.bound(names[0] if single else "so_far", scope)
    inner = scope
    for place, name in enumerate(names, start=1):
        so_far: Term = Name(held) if single else Index(Name(held), number(place))
        inner = inner.binding(name, so_far)
    item = words.bound(first.name, inner)
    inner = inner.binding(first.name, Name(item))
    results = tuple(after(words, first.body, name, inner) for name in names)
    start = tuple(scope.names[name] for name in names)
    body, base = (results[0], start[0]) if single else (Listed("<<", results), Listed("<<", start))
    whole = words.helper("Fold", Lambda((held, item), body), base, items)
    if single:
        return {names[0]: whole}
    return {name: Index(whole, number(i)) for i, name in enumerate(names, start=1)}
