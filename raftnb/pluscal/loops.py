"""Loops of actions that TLA+ says in one step: messages to many, variables of many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from raftnb.pluscal import collections, trees
from raftnb.pluscal.scope import LANGUAGE, Scope, refuse
from raftnb.pluscal.terms import (
    Cases,
    Function,
    Image,
    Index,
    Infix,
    Let,
    Name,
    State,
    Term,
    conjunction,
)
from raftnb.pluscal.words import Words
from raftnb.tree import nodes
from raftnb.tree.nodes import Assign, For, If, Read, Send, Statement, Var

Body = tuple[Statement, ...]


@dataclass(frozen=True)
class Sent:
    """The messages that a loop sends: one for each member of a set; `apart` if they all differ."""

    statement: Send
    name: str
    domain: Term
    message: Term
    to: Term
    scope: Scope

    @property
    def apart(self) -> bool:
        """Whether each of them goes to somebody else."""
        return self.to == Name(self.name)


def sent(words: Words, s: For, scope: Scope) -> Sent | None:
    """The messages that a loop sends, if it does nothing else; None if it does."""
    name = words.bound(s.name, scope)
    inner = scope.binding(s.name, Name(name))
    tests: list[Term] = []
    body = s.body
    while len(body) == 1 and isinstance(body[0], If) and not body[0].otherwise:
        tests.append(words.term(body[0].test, inner))
        body = body[0].then
    while len(body) == 2 and isinstance(body[0], Assign) and isinstance(body[0].target, Var):
        inner = inner.binding(body[0].target.name, words.term(body[0].value, inner))
        body = body[1:]
    if len(body) != 1 or not isinstance(body[0], Send):
        return None
    if collections.is_sequence(s.domain):
        return None
    domain = collections.those(name, collections.as_set(words, s.domain, scope), conjunction(tests))
    message, to = words.term(body[0].message, inner), words.term(body[0].to, inner)
    return Sent(body[0], name, domain, message, to, inner)


def images(found: Sent, message: Term) -> Term:
    """The set of the messages."""
    return Image(message, found.name, found.domain)


def changed_for_each(words: Words, s: For, scope: Scope) -> dict[str, Term]:
    """What variables become in a loop in which each process of a set changes its own.

    The values are those of the state before the loop: what it changes is not looked at afterwards.
    """
    targets = [
        p.target
        for p in trees.own_of(s.body)
        if isinstance(p, Assign) and isinstance(p.target, Read)
    ]
    others = [p for p in trees.own_of(s.body) if isinstance(p, Statement)
              and not isinstance(p, If) and not (isinstance(p, Assign))]  # fmt: skip
    own = all(_is_of(t, s.name) for t in targets)
    if others or not own or not targets:
        _refuse_loop(s, scope, next((t for t in targets if not _is_of(t, s.name)), None))
    names = sorted({t.variable for t in targets})
    _refuse_others(words, s, set(names), scope)
    found = [_change(words, s, name, scope) for name in names]
    return dict(one for one in found if one is not None)


def _refuse_loop(s: For, scope: Scope, elsewhere: Read | None) -> NoReturn:
    """Refuse a loop, by the variable that it changes and that is not of what it goes through."""
    found, cure = "a loop that does several things, or none", "make a loop for each"
    if elsewhere is not None:
        name = elsewhere.variable
        found = f"a loop that changes `{name}`, which is not a variable of `{s.name}`"
        cure = f"say in one expression, with a comprehension, what `{name}` becomes"
        if elsewhere.owner is not None:
            cure = f"go through those that change: `for p in Class: if ...: p.{name} = ...`"
    refuse(
        scope.routine, s.line, found, "loops that send to each of a set, or change a variable of "
        "each of them, or give names values", cure,
    )  # fmt: skip


def _is_of(target: Read, name: str) -> bool:
    """Whether it is a variable of what the loop's own name stands for."""
    return isinstance(target.owner, Var) and target.owner.name == name


def _refuse_others(words: Words, s: For, names: set[str], scope: Scope) -> None:
    for part in trees.own_of(s.body):
        if isinstance(part, nodes.Call) or (
            isinstance(part, Read)
            and part.variable in names
            and not (isinstance(part.owner, Var) and part.owner.name == s.name)
        ):
            refuse(
                scope.routine, part.line, "a look, in a loop, at what the loop changes", LANGUAGE,
                "give what is looked at a name before the loop",
            )  # fmt: skip


def _change(words: Words, s: For, name: str, scope: Scope) -> tuple[str, Term] | None:
    target = next(
        p.target for p in trees.own_of(s.body)
        if isinstance(p, Assign) and isinstance(p.target, Read) and p.target.variable == name
    )  # fmt: skip
    variable = words.variable(target.root, name)
    if variable is None:
        return None
    if not variable.indexed:
        refuse(scope.routine, s.line, "a loop over one process", LANGUAGE, "do without the loop")
    bound = words.bound(s.name, scope)
    inner = scope.binding(s.name, Name(bound))
    old = Index(scope.held.get(variable.name, State(variable.name)), Name(bound))
    new = _value(words, s.body, name, old, inner)
    everyone = words.encoding.domain(nodes.Member(target.root))
    among = collections.as_set(words, s.domain, scope)
    if among != everyone:
        new = Cases(Infix("\\in", (Name(bound), among)), new, old)
    return variable.name, Function(bound, everyone, new)


def _value(words: Words, body: Body, name: str, now: Term, scope: Scope) -> Term:
    """The value of a variable of the process that is gone through, after statements."""
    if not body:
        return now
    first, rest = body[0], body[1:]
    if isinstance(first, If):
        ways = (_value(words, (*b, *rest), name, now, scope) for b in (first.then, first.otherwise))
        return Cases(words.term(first.test, scope), *ways)
    assert isinstance(first, Assign)
    value = words.term(first.value, scope)
    if isinstance(first.target, Var):
        bound = words.bound(first.target.name, scope)
        inner = scope.binding(first.target.name, Name(bound))
        return Let(bound, value, _value(words, rest, name, now, inner))
    if first.target.variable != name:
        return _value(words, rest, name, now, scope)
    read = {p.variable for p in trees.own_of(rest) if isinstance(p, Read)}
    if name in read:
        refuse(
            scope.routine, first.line, "a variable used again in a loop after it was changed",
            LANGUAGE, "give its new value a name",
        )  # fmt: skip
    return _value(words, rest, name, value, scope)
