"""From the statements of an action to steps.

A name that a branch gives a value makes what follows stand in both branches; a variable that is
assigned twice on some way is held in a name, and assigned at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from raftnb.pluscal import collections, functions, loops, trees
from raftnb.pluscal.choices import hoisted
from raftnb.pluscal.network import Wire
from raftnb.pluscal.scope import LANGUAGE, Scope, refuse
from raftnb.pluscal.steps import (
    Await,
    Branch,
    Change,
    Choice,
    Goto,
    Network,
    Run,
    Steps,
    With,
    changed,
    named,
)
from raftnb.pluscal.terms import (
    TRUE,
    Cases,
    Except,
    Index,
    Listed,
    Name,
    Prefix,
    RecordTerm,
    Term,
)
from raftnb.pluscal.words import Variable, Words, open_parameters
from raftnb.tree import nodes
from raftnb.tree.nodes import Assign, Either, Read, RecordOf, Statement, Var

Then = Callable[[Scope], Steps]
Body = tuple[Statement, ...]


def done(scope: Scope) -> Steps:
    """Nothing follows."""
    return ()


class Lowering:
    """Lowers the body of an action or macro; `held` are the variables that need a name.

    What follows a branch that assigns to one of `apart` stands in both its branches.
    """

    def __init__(
        self, words: Words, wire: Wire, held: frozenset[str], apart: frozenset[str] = frozenset()
    ) -> None:
        self.words, self.wire, self.held = words, wire, held
        self.apart = held | apart

    def whole(self, body: Body, scope: Scope, then: Then) -> Steps:
        """All of an action; what is held is assigned at its end."""

        def end(last: Scope) -> Steps:
            kept = [Change(name, (), value) for name, value in sorted(last.held.items())]
            return (*kept, *then(replace(last, held={})))

        return self.block(body, scope, end)

    def block(self, body: Body, scope: Scope, then: Then) -> Steps:
        """Statements one after the other, and what follows them."""
        if not body:
            return then(scope)
        handler = HANDLERS[type(body[0])]
        following = body[1:]
        if isinstance(body[0], Assign) and isinstance(body[0].value.type, nodes.Range):
            return self.block(functions.with_range(body[0], following, scope), scope, then)
        if isinstance(body[0], nodes.Discard) and following:
            second = following[0]
            if isinstance(second, nodes.Send) and not self._chooses(second):
                return self._reply(body[0], second, scope, self._rest(body[2:], then))
        return handler(self, body[0], scope, self._rest(following, then), following)

    def _rest(self, body: Body, then: Then) -> Then:
        return lambda scope: self.block(body, scope, then)

    def _chooses(self, node: Any) -> bool:
        return any(isinstance(part, Either) for part in trees.own(node))

    def choosing(
        self, exprs: Iterable[nodes.Expr], scope: Scope, then: Callable[[list[Term], Scope], Steps]
    ) -> Steps:
        """What is done with the values of expressions, after the choices that are in them."""
        choices, rest = hoisted(tuple(exprs))

        def chosen(left: list[tuple[str, Either]], inner: Scope) -> Steps:
            if not left:
                return then([self.words.term(expr, inner) for expr in rest], inner)
            name, one = left[0]
            return self.either(one, name, inner, lambda later: chosen(left[1:], later))

        return chosen(choices, scope)

    def either(self, one: Either, name: str, scope: Scope, then: Then) -> Steps:
        """A choice, whose result has a name in what follows."""
        words = self.words
        bound = words.bound(name if " " not in name else "choice", scope)
        if one.among is None:
            options = [words.term(option, scope) for option in one.options]
            if all(isinstance(o, nodes.Const) for o in one.options) and len(set(options)) == len(
                options
            ):
                value: Term = Listed("{", tuple(options))
                return (With(bound, "\\in", value, then(scope.binding(name, Name(bound)))),)
            return (Choice(tuple(self._named(name, o, scope, then) for o in options)),)
        if collections.is_sequence(one.among) and not isinstance(one.among, nodes.Collect):
            return self._item(one, name, bound, scope, then)
        among = collections.as_set(words, one.among, scope)
        return (With(bound, "\\in", among, then(scope.binding(name, Name(bound)))),)

    def _item(self, one: Either, name: str, bound: str, scope: Scope, then: Then) -> Steps:
        """An item of a sequence, in which there may be equal ones: its index is chosen."""
        assert one.among is not None
        whole = self.words.term(one.among, scope)
        at = self.words.bound("i", scope)
        inner = scope.binding(f"index of {name}", Name(at)).binding(name, Name(bound))
        item = With(bound, "=", Index(whole, Name(at)), then(inner))
        return (With(at, "\\in", Prefix("DOMAIN", whole), (item,)),)

    # Statements.

    def _when(self, s: nodes.When, scope: Scope, then: Then, rest: Body) -> Steps:
        return self.choosing(
            [s.test], scope,
            lambda found, inner: (*([Await(found[0])] if found[0] != TRUE else []), *then(inner)),
        )  # fmt: skip

    def _assign(self, s: Assign, scope: Scope, then: Then, rest: Body) -> Steps:
        if isinstance(s.target, Var):
            return self._to_name(s, s.target.name, scope, then, rest)
        variable = self.words.variable(s.target.root, s.target.variable)
        if variable is None:
            if self._chooses(s.value):
                refuse(
                    scope.routine, s.line, "a choice for a history variable that is left out",
                    LANGUAGE, "keep the history variables: --history",
                )  # fmt: skip
            return then(scope)
        target, found = s.target, variable
        return self.choosing(
            [s.value], scope,
            lambda values, inner: self._to_variable(target, s.value, found, values[0], inner, then),
        )  # fmt: skip

    def _to_name(self, s: Assign, name: str, scope: Scope, then: Then, rest: Body) -> Steps:
        if isinstance(s.value, Either):
            return self.either(s.value, name, scope, then)
        if _is_unsent(s.value) and not self._chooses(s.value):
            return self._unsent(name, s.value, scope, then)
        if not self._chooses(s.value):
            value = functions.assigned(self.words, s, rest, scope)
            return self._named(
                name, value, scope, then, natural=collections.is_natural(self.words, s.value, scope)
            )
        return self.choosing(
            [s.value], scope, lambda values, inner: self._named(name, values[0], inner, then)
        )

    def _unsent(self, name: str, expr: nodes.Expr, scope: Scope, then: Then) -> Steps:
        """A name for a message that is sent later: its fields are as they are now."""
        made = self.words.term(expr, scope)
        assert isinstance(made, RecordTerm)
        later = self.words.written(scope.routine.body)
        kept: list[tuple[str, Term]] = []
        fields: list[tuple[str, Term]] = []
        for field, value in made.fields:
            if self.words.reads(value) & later:
                bound = self.words.bound(field, scope)
                kept.append((bound, value))
                scope = scope.binding(f"{field} of {name}", Name(bound))
                value = Name(bound)
            fields.append((field, value))
        return named(kept, "=", then(scope.binding(name, RecordTerm(tuple(fields)))))

    def _named(
        self, name: str, value: Term, scope: Scope, then: Then, *, natural: bool = False
    ) -> Steps:
        if isinstance(value, Name):
            return then(scope.binding(name, value, natural=natural))
        bound = self.words.bound(name, scope)
        inner = scope.binding(name, Name(bound), natural=natural)
        return (With(bound, "=", value, then(inner)),)

    def _to_variable(
        self,
        target: Read,
        expr: nodes.Expr,
        variable: Variable,
        value: Term,
        scope: Scope,
        then: Then,
    ) -> Steps:
        words = self.words
        owner = (words.term(target.owner, scope),) if variable.indexed and target.owner else ()
        if variable.name == "pc":
            step = Goto(value, Change(variable.name, owner, value))
            return (step, *then(scope.after([variable.name])))
        path = owner
        if isinstance(value, Except) and value.function == words.term(target, scope):
            path, value = (*owner, *value.path), value.value
        return self.change(variable.name, path, value, scope, then)

    def change(
        self, variable: str, path: tuple[Term, ...], value: Term, scope: Scope, then: Then
    ) -> Steps:
        """An assignment; of a variable that is held, a new name for its value."""
        if variable not in self.held:
            return (Change(variable, path, value), *then(scope.after([variable])))
        old = scope.held[variable]
        new = Except(old, path, value) if path else value
        bound = self.words.bound(f"{variable}_now", scope)
        held = {**scope.held, variable: Name(bound)}
        inner = replace(scope, held=held, taken=scope.taken | {bound})
        return (With(bound, "=", new, then(inner)),)

    def _if(self, s: nodes.If, scope: Scope, then: Then, rest: Body) -> Steps:
        if self._chooses(s.test):
            return self.choosing(
                [s.test], scope, lambda found, inner: self._branch(s, found[0], inner, then)
            )
        return self._branch(s, None, scope, then)

    def _branch(self, s: nodes.If, test: Term | None, scope: Scope, then: Then) -> Steps:
        if all(self._only_names(block) for block in (s.then, s.otherwise)):
            return self._choose_values(s, test, scope, then)
        ends: list[Scope] = []

        def end(last: Scope) -> Steps:
            ends.append(last)
            return ()

        yes, no = (self.block(block, scope, end) for block in (s.then, s.otherwise))
        if not yes and not no:
            return then(scope)
        test = test if test is not None else self.words.term(s.test, scope)
        if self._binds(s, scope):
            ways = (self.block(block, scope, then) for block in (s.then, s.otherwise))
            return (Branch(test, *ways),)
        assigned = frozenset[str]().union(*(one.assigned for one in ends))
        return (Branch(test, yes, no), *then(scope.after(assigned)))

    def _binds(self, s: nodes.If, scope: Scope) -> bool:
        """Whether a branch gives a name a value that what follows may need."""
        if functions.names_after(s, scope):
            return True
        return bool(self.words.written((s,)) & self.apart)

    def _only_names(self, body: Body) -> bool:
        return all(isinstance(part, Assign) and isinstance(part.target, Var) for part in body)

    def _choose_values(self, s: nodes.If, test: Term | None, scope: Scope, then: Then) -> Steps:
        if any(self._chooses(part) for part in (*s.then, *s.otherwise)):
            test = test if test is not None else self.words.term(s.test, scope)
            ways = (self.block(block, scope, then) for block in (s.then, s.otherwise))
            return (Branch(test, *ways),)
        names = functions.names_after(s, scope)
        if not names:
            return then(scope)
        test = test if test is not None else self.words.term(s.test, scope)
        blocks = (s.then, s.otherwise)
        values: dict[str, Term] = {
            name: Cases(test, *(functions.after(self.words, b, name, scope) for b in blocks))
            for name in names
        }
        return self._all_named(values, scope, then)

    def _all_named(self, values: dict[str, Term], scope: Scope, then: Then) -> Steps:
        if not values:
            return then(scope)
        (name, value), *others = values.items()
        return self._named(
            name, value, scope, lambda inner: self._all_named(dict(others), inner, then)
        )

    def _for(self, s: nodes.For, scope: Scope, then: Then, rest: Body) -> Steps:
        if self._only_names(s.body) or not trees.has_effects(s.body):
            return self._all_named(functions.folded(self.words, s, scope), scope, then)
        sent = loops.sent(self.words, s, scope)
        if sent is not None:
            step = self.wire.send_all(sent, scope, s.line)
            return self._on_network(step, scope, then)
        return self._all_changed(loops.changed_for_each(self.words, s, scope), scope, then)

    def _all_changed(self, values: dict[str, Term], scope: Scope, then: Then) -> Steps:
        """Variables get values of the state before; where one reads another, they get names."""

        def assign(left: list[tuple[str, Term]], inner: Scope) -> Steps:
            if not left:
                return then(inner)
            (variable, value), *others = left
            return self.change(variable, (), value, inner, lambda last: assign(others, last))

        if not any(self.words.reads(value) & (values.keys() - {v}) for v, value in values.items()):
            return assign(list(values.items()), scope)
        kept = {v: f"{v}_next after the loop" for v in values}
        return self._all_named(
            {kept[v]: value for v, value in values.items()},
            scope,
            lambda inner: assign([(v, inner.names[kept[v]]) for v in values], inner),
        )

    # Messages.

    def _send(self, s: nodes.Send, scope: Scope, then: Then, rest: Body) -> Steps:
        def sent(found: list[Term], inner: Scope) -> Steps:
            message = self.wire.addressed(s, found[0], found[1], inner)
            return self._on_network(self.wire.send(message, inner), inner, then)

        return self.choosing([s.message, s.to], scope, sent)

    def _discard(self, s: nodes.Discard, scope: Scope, then: Then, rest: Body) -> Steps:
        message = self.words.term(s.message, scope)
        return self._on_network(self.wire.discard(message, scope), scope, then)

    def _reply(self, d: nodes.Discard, s: nodes.Send, scope: Scope, then: Then) -> Steps:
        request = self.words.term(d.message, scope)
        found = [self.words.term(one, scope) for one in (s.message, s.to)]
        answer = self.wire.addressed(s, found[0], found[1], scope)
        return self._on_network(self.wire.reply(request, answer, scope), scope, then)

    def _on_network(self, step: Network, scope: Scope, then: Then) -> Steps:
        change = step.meaning
        if change is None:
            return (step, *then(scope))
        if change.variable in self.held:
            return self.change(change.variable, change.path, change.value, scope, then)
        return (step, *then(scope.after([change.variable])))

    # Macros.

    def _run(self, s: nodes.RunRoutine, scope: Scope, then: Then, rest: Body) -> Steps:
        return self.choosing(
            s.args, scope, lambda args, inner: self._with_arguments(s, args, inner, then)
        )

    def _with_arguments(
        self, s: nodes.RunRoutine, args: list[Term], scope: Scope, then: Then
    ) -> Steps:
        """A macro run in place: an argument that reads a variable gets a name first."""
        names = [name for name, _ in s.routine.parameters]
        inner = replace(scope, routine=s.routine, names={})
        open_: list[tuple[str, Term]] = []
        for name, arg in zip(names, args, strict=True):
            if self.words.reads(arg):
                bound = self.words.bound(name, replace(scope, names={**scope.names, **inner.names}))
                open_.append((bound, arg))
                arg = Name(bound)
            inner = inner.binding(name, arg)
        kept = {f"{i} of the caller": value for i, value in enumerate(scope.names.values())}
        inner = replace(inner, names={**kept, **inner.names})
        back: Then = lambda last: then(  # noqa: E731
            replace(scope, assigned=last.assigned, held=last.held, taken=last.taken)
        )
        return named(open_, "=", self._macro(s, inner, back))

    def _macro(self, s: nodes.RunRoutine, inner: Scope, back: Then) -> Steps:
        body = self.block(s.routine.body, inner, done)
        if self.held or not self.words.is_macro(s.routine, inner):
            return self.block(s.routine.body, inner, back)
        args = tuple(inner.names[name] for name in open_parameters(s.routine))
        run = Run(self.words.macro(s.routine), args, body)
        return (run, *back(inner.after(changed(body)))) if body else back(inner)


def _is_unsent(expr: nodes.Expr) -> bool:
    return isinstance(expr, nodes.Make) and isinstance(expr.type, RecordOf) and not expr.type.sent


HANDLERS: dict[type[Statement], Callable[[Lowering, Any, Scope, Then, Body], Steps]] = {
    nodes.When: Lowering._when,
    nodes.Assign: Lowering._assign,
    nodes.If: Lowering._if,
    nodes.For: Lowering._for,
    nodes.Send: Lowering._send,
    nodes.Discard: Lowering._discard,
    nodes.RunRoutine: Lowering._run,
}
