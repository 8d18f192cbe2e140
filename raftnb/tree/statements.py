"""From a specification's own source to the typed tree of `raftnb.tree.nodes`."""

from __future__ import annotations

import ast
from types import FunctionType, NoneType
from typing import Any

from raftnb import language
from raftnb.data.errors import SpecError
from raftnb.data.values import Message, Record
from raftnb.language import grammar
from raftnb.language.spec import Model
from raftnb.tree.expressions import Expressions
from raftnb.tree.nodes import (
    INT,
    TEXT,
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
    Run,
    Send,
    Statement,
    Type,
    Var,
    When,
)
from raftnb.tree.types import function_of, type_of

Body = tuple[Statement, ...]


class Program:
    """The typed trees of a model's functions, each lowered once."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.spec = model.spec
        classes: tuple[Any, ...] = (*model.processes, *self.spec.shared, *self.spec.domains)
        self.classes: dict[str, Any] = {cls.root: cls for cls in classes}
        self._routines: dict[Any, Routine] = {}

    def action(self, cls: Any, name: str) -> Routine:
        """The typed tree of an action of a process class."""
        return self.method(cls, cls.actions[name].function)

    def method(self, cls: Any, function: FunctionType) -> Routine:
        """The typed tree of a method, `self` being a member of the class."""
        return self._lowered(function, Member(cls.root))

    def claim(self, function: Any) -> Routine:
        """The typed tree of a property, or of an operator that is no method."""
        return self._lowered(function, None)

    def _lowered(self, function: FunctionType, me: Member | None) -> Routine:
        key = (function, me)
        if key not in self._routines:
            self._routines[key] = Lowering(self, function, me).routine()
        return self._routines[key]

    def variable_type(self, root: str, name: str) -> Type:
        """The type of a variable of a process class or of a class of shared variables."""
        cls = self.classes[root]
        if name == "pc" and getattr(cls, "cycle", None) is not None:
            return TEXT
        annotation = self.model._annotation_of(cls.variables[name], cls)
        return type_of(annotation)

    def message_kinds(self) -> tuple[type[Message], ...]:
        """The kinds of message that the specification's functions name, in order of their names."""
        found: dict[str, type[Message]] = {}
        seen: set[Any] = set()
        for base in dict.fromkeys(b for cls in self.model.processes for b in cls.__mro__):
            for function in filter(None, map(function_of, vars(base).values())):
                self._find_kinds(function, found, seen)
        return tuple(found[name] for name in sorted(found))

    def _find_kinds(self, function: Any, found: dict[str, Any], seen: set[Any]) -> None:
        if function in seen or grammar._is_ours(function):
            return
        seen.add(function)
        for value in grammar.callees(function, {}).values():
            if isinstance(value, type) and issubclass(value, Message) and value is not Message:
                found[value.__name__] = value
            if isinstance(value, FunctionType):
                self._find_kinds(value, found, seen)
        for method in grammar.methods_called(function, self.spec.namespace):
            self._find_kinds(method, found, seen)

    def field_type(self, cls: type[Record], field: str) -> Type | None:
        """The type of a record's field; of any message's field, that of the first kind with it."""
        kinds = self.message_kinds() if cls is Message else (cls,)
        for kind in kinds:
            hints = self.model.annotations(kind)
            if field in hints and not (field in ("source", "dest") and hints[field] is Any):
                return type_of(hints[field])
        if field in ("source", "dest") and issubclass(cls, Message):
            return Member(self.correspondent())
        return None

    def correspondent(self) -> str:
        """The process class whose members send and receive messages."""
        ends = [cls for cls in self.spec.processes if not cls.everywhere]
        if len(ends) != 1:
            raise SpecError(
                f"messages among {len(ends)} classes of processes",
                allowed="one class of processes that send and receive",
                cure="annotate `source` and `dest` in the message classes",
            )
        return ends[0].root


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
        return (Run(line, routine, args),)


__all__ = ["Lowering", "Program"]
