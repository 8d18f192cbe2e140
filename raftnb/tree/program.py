"""The typed trees of a model's functions, and the types of what they name."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.data.values import Message, Record
from raftnb.language import grammar
from raftnb.language.spec import Model
from raftnb.tree.nodes import TEXT, Expr, Member, Routine, Type
from raftnb.tree.statements import Lowering
from raftnb.tree.types import function_of, type_of


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
        annotation = self.model.annotation_of(cls.variables[name], cls)
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
        if function in seen or grammar.is_ours(function):
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

    def term(self, claim: Any, text: str, types: dict[str, Type]) -> Expr:
        """An expression given as text, in the scope of a claim whose names have these types."""
        lowering = Lowering(self, claim, None)
        lowering.env = dict(types)
        lowering.names = {**claim.__globals__, **lowering.names}
        return lowering.expr(ast.parse(text, mode="eval").body)
