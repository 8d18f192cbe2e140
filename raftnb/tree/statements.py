"""From the statements of a specification's source to those of `raftnb.tree.nodes`.

A local name has one type in a function, that of all it is ever given; so a function is lowered
again until its names' types stay. `STATEMENTS` lists what has a tree; all else is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.data.values import Message
from raftnb.language import discard, reply, send, when
from raftnb.tree.calls import bound, routine_called
from raftnb.tree.collections import element
from raftnb.tree.expressions import Expressions
from raftnb.tree.nodes import (
    NEVER,
    Assign,
    Cond,
    Discard,
    Expr,
    For,
    Get,
    If,
    InFlight,
    Member,
    Read,
    RecordOf,
    Return,
    Routine,
    RunRoutine,
    Send,
    SetOf,
    Statement,
    Type,
    Var,
    When,
    parts,
)
from raftnb.tree.scope import Names, Scope, changed_in_place
from raftnb.tree.types import fits, is_kept, plain
from raftnb.tree.unpacking import items, unpacked
from raftnb.tree.walks import unnamed, walk

Body = tuple[Statement, ...]
PASSES = 10
"""How often a function is lowered at most; types that still grow then hold themselves."""


def lower_function(
    names: Names,
    function: FunctionType,
    me: Member | None,
    parameters: dict[str, Type],
    declared: Type | None,
) -> Routine:
    """The tree of a function; `declared` is what it says to return, None where nothing."""
    scope = Scope(names, function, me)
    scope.types.update(parameters)
    for _ in range(PASSES):
        types = dict(scope.types)
        scope.bound = set(parameters)
        statements = Statements(scope, has_value=declared is not None)
        try:
            body = statements.whole()
        except SpecError:
            if scope.types == types:
                raise
            continue
        if scope.types == types:
            break
    else:
        scope.fail(scope.tree, "local names whose types are finite", "name the parts apart")
    returns = declared
    if declared is not None:
        found = statements.result
        returns = plain(declared if fits(found, plain(declared)) else found)
    return Routine(function.__name__, tuple(parameters.items()), body, returns, function)


class Statements:
    """Lowers the statements of one function, once."""

    def __init__(self, scope: Scope, *, has_value: bool) -> None:
        self.scope, self.has_value = scope, has_value
        self.expressions = Expressions(scope)
        self.result: Type = NEVER

    def whole(self) -> Body:
        """The function's body."""
        body, returns = self.block(self.scope.tree.body)
        if self.has_value and not returns:
            cure = "return a value at the end of every branch"
            self.scope.fail(self.scope.tree.body[-1], "a `return` on every way through", cure)
        return body

    def block(self, nodes: list[ast.stmt]) -> tuple[Body, bool]:
        """A suite of statements, and whether it always returns; what follows has no meaning."""
        found: list[Statement] = []
        for node in nodes:
            handler = STATEMENTS.get(type(node))
            if handler is None:
                allowed = "return, if, for, assignments, when, send, reply, discard, macros"
                self.scope.fail(node, allowed)
            statements, returns = handler(self, node)
            found += statements
            if returns:
                return tuple(found), True
        return tuple(found), False

    def _return(self, node: ast.Return) -> tuple[Body, bool]:
        if node.value is None or not self.has_value:
            cure = "put what follows into `else:`; annotate an operator with what it returns"
            self.scope.fail(node, "`return value` in operators and claims", cure)
        value = self.expressions.seen(node.value)
        self.result = self.scope.joined(node, self.result, value.type)
        return (Return(node.lineno, value),), True

    def _if(self, node: ast.If) -> tuple[Body, bool]:
        test = self.expressions.truth(node.test)
        before = set(self.scope.bound)
        then, first = self.block(node.body)
        after_then, self.scope.bound = self.scope.bound, before
        otherwise, second = self.block(node.orelse)
        if second:
            self.scope.bound = after_then
        elif not first:
            self.scope.bound &= after_then
        return (If(node.lineno, test, then, otherwise),), first and second

    def _for(self, node: ast.For) -> tuple[Body, bool]:
        if node.orelse:
            self.scope.fail(node.orelse[0], "for name in collection:, without `else`")
        held: list[Assign] = []

        def hold(base: Expr) -> Expr:
            name = unnamed(f"collection {len(held) + 1}", node.iter)
            held.append(self._to_name(node, name, base))
            return held[-1].target

        found = walk(self.expressions, node.target, node.iter, hold)
        before = set(self.scope.bound)
        self.scope.assign(node.target, found.name, element(found.domain))
        first = [*self._tested(node.target, found.tests)]
        first += [self._to_name(node, name, value) for name, value in found.parts.items()]
        self._refuse_change(node)
        body, _ = self.block(node.body)
        self.scope.bound = before
        return (*held, For(node.lineno, found.name, found.domain, (*first, *body))), False

    def _refuse_change(self, node: ast.For) -> None:
        """Refuse a loop that may change the set that it goes through: there Python raises."""
        named = {part.id for part in ast.walk(node.iter) if isinstance(part, ast.Name)}
        for name in named & set(changed_in_place(node)):
            if not is_kept(self.scope.types.get(name, NEVER)):
                self.scope.fail(node, f"a loop that does not change `{name}`", "make a new set")

    # Assignments.

    def _assign(self, node: ast.Assign) -> tuple[Body, bool]:
        if len(node.targets) != 1:
            value = self._to_name(
                node, unnamed("value", node.value), self.expressions.expr(node.value)
            )
            return (value, *(self._to(node, t, value.target) for t in node.targets)), False
        target = node.targets[0]
        if isinstance(target, ast.Tuple):
            return self._side_by_side(node, target), False
        return (self._to(node, target, self._value(target, node.value)),), False

    def _value(self, target: ast.expr, node: ast.expr) -> Expr:
        """The value of an assignment. A set that a name changes in place has no other name."""
        if not isinstance(target, ast.Name):
            return self.expressions.expr(node)
        found = self.expressions.handed(node)
        if target.id in self.scope.changed:
            called = isinstance(node, ast.Call) and self.scope.value_of(node.func) is set
            if not called and not isinstance(node, ast.Set | ast.SetComp | ast.BinOp):
                self.expressions.keep(node, found)
        return found

    def _side_by_side(self, node: ast.Assign, target: ast.Tuple) -> Body:
        """`a, b = x, y`: all the values are found before the first of them is assigned."""
        tests: list[Expr] = []
        if not _is_written_out(node.value):
            found = self.scope.the(self.expressions.handed(node.value))
            held = [self._to_name(node, unnamed("parts", node.value), found)]
            met = items(self.expressions, target, found, held[0].target, tests)
        else:
            before, values = self._values(node, node.value, target)
            names = [unnamed("value", place) for place in target.elts]
            held = [self._to_name(node, n, v) for n, v in zip(names, values, strict=True)]
            met, held = tuple(one.target for one in held), [*before, *held]
        pairs = list(unpacked(self.expressions, target, met, tests))
        return (*held, *self._tested(target, tests), *(self._to(node, *pair) for pair in pairs))

    def _tested(self, node: ast.expr, tests: Sequence[Expr]) -> Iterator[Assign]:
        """What raises where a sequence is of another length, and is true elsewhere."""
        for i, test in enumerate(tests):
            yield self._to_name(node, unnamed(f"test {i}", node), test)

    def _values(
        self, node: ast.Assign, value: ast.expr, target: ast.Tuple
    ) -> tuple[list[Assign], list[Expr]]:
        """One value for each target: written side by side, or so in both cases of a condition.

        A condition is found before the values, and given a name.
        """
        if isinstance(value, ast.IfExp):
            test = self._to_name(node, unnamed("test", value), self.expressions.truth(value.test))
            (_, yes), (_, no) = (self._values(node, v, target) for v in (value.body, value.orelse))
            return [test], [self._either(node, test.target, *p) for p in zip(yes, no, strict=True)]
        assert isinstance(value, ast.Tuple)
        starred = any(isinstance(e, ast.Starred) for e in (*target.elts, *value.elts))
        if starred or len(value.elts) != len(target.elts):
            self.scope.fail(node, "as many values as targets: `a, b = x, y`", "assign in two lines")
        places = zip(target.elts, value.elts, strict=True)
        return [], [self._value(place, one) for place, one in places]

    def _either(self, node: ast.Assign, test: Expr, yes: Expr, no: Expr) -> Cond:
        return Cond(self.scope.joined(node, yes.type, no.type), node.lineno, test, yes, no)

    def _annassign(self, node: ast.AnnAssign) -> tuple[Body, bool]:
        if node.value is None:
            self.scope.fail(node, "`name: Type = value`", "give it a value")
        return (self._to(node, node.target, self._value(node.target, node.value)),), False

    def _augassign(self, node: ast.AugAssign) -> tuple[Body, bool]:
        place = self.expressions.seen(node.target)
        if isinstance(node.target, ast.Name) and node.target.id in self.scope.parameters:
            self.expressions.keep(node, place)
        if not isinstance(place.type, SetOf):
            self.expressions.keep(node, place)
        self.scope.settle(node, place)
        combined = ast.copy_location(ast.BinOp(node.target, node.op, node.value), node)
        value = self.expressions.combined(combined, self.scope.the(place), node.value)
        return (self._to(node, node.target, value),), False

    def _to(self, node: ast.AST, target: ast.expr, value: Expr) -> Assign:
        if isinstance(target, ast.Name):
            return self._to_name(target, target.id, value)
        place = self.expressions.expr(target)
        if not isinstance(place, Read) or place.primed or self.has_value:
            cure = "operators and claims only read; records and maps are made anew"
            self.scope.fail(node, "assignments to names, and in actions to variables", cure)
        return Assign(place.line, place, self.scope.fitted(node, value, place.type))

    def _to_name(self, node: Any, name: str, value: Expr) -> Assign:
        type_ = self.scope.assign(node, name, value.type)
        return Assign(node.lineno, Var(type_, node.lineno, name), value)

    # Calls for their effects.

    def _expr(self, node: ast.Expr) -> tuple[Body, bool]:
        if isinstance(node.value, ast.Constant):
            return (), False
        if not isinstance(node.value, ast.Call) or self.has_value:
            cure = "operators and claims only say what is; a line of its own has an effect"
            self.scope.fail(node, "when, send, reply, discard, macros, in actions", cure)
        return self._effect(node.value), False

    def _effect(self, node: ast.Call) -> Body:
        known = self.scope.value_of(node.func)
        line, lower = node.lineno, self.expressions
        if known is when:
            return (When(line, lower.truth(bound(lower, node, ["condition"])[0])),)
        if known is discard:
            return (Discard(line, self._message(bound(lower, node, ["message"])[0], sent=True)),)
        if known is send:
            message, to = bound(lower, node, ["message", "to"])
            made = self._message(message)
            return (Send(line, made, self._correspondent(to, made)),)
        if known is reply:
            return self._reply(node, *bound(lower, node, ["message", "response"]))
        routine, args = routine_called(lower, node)
        if routine.returns is not None:
            self.scope.fail(node, "macros and actions, which return nothing", "use its value")
        return (RunRoutine(line, routine, args),)

    def _reply(self, node: ast.Call, message: ast.expr, response: ast.expr) -> Body:
        m, answer = self._message(message, sent=True), self._message(response)
        self.scope.settle(node, m)
        if any(isinstance(part, InFlight) for part in parts(answer)):
            cure = "make the response in a line before"
            self.scope.fail(node, "a response that does not look at what is in flight", cure)
        sender = Get(self._end(m, "source"), node.lineno, m, "source")
        return (
            Discard(node.lineno, m),
            Send(node.lineno, answer, self._checked(node, sender, answer)),
        )

    def _message(self, node: ast.expr, *, sent: bool = False) -> Expr:
        if not self.scope.names.has_network:
            self.scope.fail(node, "messages where the Spec has `delivery=Delivery(...)`")
        found = self.scope.the(self.expressions.expr(node))
        type_ = found.type
        if not isinstance(type_, RecordOf) or not issubclass(type_.cls, Message):
            cure = "send messages of different classes in branches of their own"
            self.scope.fail(node, "a message of one class", cure)
        if sent and not type_.sent:
            self.scope.fail(node, "a message that was received", "`send` it first")
        return found

    def _end(self, message: Expr, end: str) -> Type:
        assert isinstance(message.type, RecordOf)
        return self.scope.names.field_type(message.type.cls, end) or NEVER

    def _correspondent(self, node: ast.expr, message: Expr) -> Expr:
        return self._checked(node, self.scope.the(self.expressions.expr(node)), message)

    def _checked(self, node: ast.AST, to: Expr, message: Expr) -> Expr:
        assert isinstance(message.type, RecordOf)
        kind = message.type.cls
        if not self.scope.names.takes(kind, "dest", to.type):
            cure = f"annotate `dest` in `{kind.__name__}`"
            self.scope.fail(node, "a process of the class that receives this message", cure)
        return to

    def _pass(self, node: ast.Pass) -> tuple[Body, bool]:
        return (), False


def _is_written_out(node: ast.expr) -> bool:
    """Whether values stand side by side, or do so in both cases of a condition."""
    cases = (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,)
    return all(isinstance(one, ast.Tuple) for one in cases)


STATEMENTS: dict[type[ast.stmt], Callable[[Statements, Any], tuple[Body, bool]]] = {
    ast.Return: Statements._return,
    ast.If: Statements._if,
    ast.For: Statements._for,
    ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._annassign,
    ast.AugAssign: Statements._augassign,
    ast.Expr: Statements._expr,
    ast.Pass: Statements._pass,
}
