"""From a specification's own source to the typed tree of `raftnb.tree.nodes`."""

from __future__ import annotations

import ast
from types import NoneType
from typing import Any

from raftnb import language
from raftnb.tree.expressions import Expressions
from raftnb.tree.nodes import (
    INT,
    Assign,
    Discard,
    Expr,
    For,
    Get,
    If,
    Member,
    Read,
    Return,
    Routine,
    RunRoutine,
    Send,
    Statement,
    Type,
    Var,
    When,
)
from raftnb.tree.types import type_of

Body = tuple[Statement, ...]


class Lowering(Expressions):
    """Lowers one function."""

    def routine(self) -> Routine:
        """The function as a typed tree."""
        hints = self.program.model.annotations(self.function)
        for i, arg in enumerate(self.tree.args.args):
            if i == 0 and self.me is not None:
                self.env[arg.arg] = self.me
            elif arg.arg in hints:
                self.env[arg.arg] = type_of(hints[arg.arg])
            else:
                self.env[arg.arg] = INT
        parameters = tuple(self.env.items())
        returns = hints.get("return")
        result = type_of(returns) if returns not in (None, NoneType) else None
        body = self.block(self.tree.body, result)
        return Routine(self.function.__name__, parameters, body, result, self.function)

    # Statements.

    def block(self, nodes: list[ast.stmt], result: Type | None) -> Body:
        """A suite of statements."""
        return tuple(s for node in nodes for s in self.statement(node, result))

    def statement(self, node: ast.stmt, result: Type | None) -> Body:
        """One statement; `reply` is two."""
        line = node.lineno
        if isinstance(node, ast.Return) and node.value is not None:
            return (Return(line, self.expr(node.value, result)),)
        if isinstance(node, ast.If):
            test = self.truth(node.test)
            then, other = self.block(node.body, result), self.block(node.orelse, result)
            return (If(line, test, then, other),)
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            domain = self.expr(node.iter)
            self.env[node.target.id] = self.element(domain.type, node)
            return (For(line, node.target.id, domain, self.block(node.body, result)),)
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            return (self.assignment(node),)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            return self.effect(node.value)
        if isinstance(node, ast.Pass) or isinstance(getattr(node, "value", None), ast.Constant):
            return ()
        return self.fail(node, "return, if, for, assignments, when, send, reply, macros")  # type: ignore[no-any-return]

    def assignment(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> Assign:
        """An assignment; `x += e` is `x = x + e`."""
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Name):
            value = self._assigned(node, target, self.env.get(target.id))
            self.env[target.id] = value.type
            return Assign(node.lineno, Var(value.type, node.lineno, target.id), value)
        place = self.expr(target)
        if not isinstance(place, Read):
            self.fail(node, "assignments to names and variables")
        assert isinstance(place, Read)
        return Assign(node.lineno, place, self._assigned(node, target, place.type))

    def _assigned(self, node: Any, target: ast.expr, expected: Type | None) -> Expr:
        if not isinstance(node, ast.AugAssign):
            return self.expr(node.value, expected)
        combined = ast.BinOp(target, node.op, node.value)
        return self.expr(ast.copy_location(combined, node), expected)

    def effect(self, node: ast.Call) -> Body:
        """A call for its effect."""
        known = self.names.get(node.func.id) if isinstance(node.func, ast.Name) else None
        line = node.lineno
        if known is language.when:
            return (When(line, self.truth(node.args[0])),)
        if known is language.discard:
            return (Discard(line, self.expr(node.args[0])),)
        if known is language.send:
            to = node.args[1] if len(node.args) > 1 else node.keywords[0].value
            return (Send(line, self.expr(node.args[0]), self.expr(to)),)
        if known is language.reply:
            m = self.expr(node.args[0])
            response = node.args[1] if len(node.args) > 1 else node.keywords[0].value
            sender = Get(Member(self.program.correspondent()), line, m, "source")
            return (Discard(line, m), Send(line, self.expr(response), sender))
        routine, args = self.called(node)
        return (RunRoutine(line, routine, args),)
