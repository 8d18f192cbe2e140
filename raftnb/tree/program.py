"""The typed trees of a model's functions, and the types of what they name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import fields
from types import FunctionType, NoneType
from typing import Any, get_args, get_origin

from raftnb.data.errors import SpecError
from raftnb.data.values import Message, Record
from raftnb.language import source
from raftnb.language.network import Network
from raftnb.language.spec import Model
from raftnb.tree.expressions import Expressions
from raftnb.tree.messages import Messages
from raftnb.tree.nodes import (
    BOOL,
    NEVER,
    Either,
    Expr,
    Int,
    Member,
    Read,
    RecordOf,
    Routine,
    Send,
    Text,
    Type,
    parts,
)
from raftnb.tree.scope import Scope, placed, shown
from raftnb.tree.statements import lower_function
from raftnb.tree.types import fits, is_kept, join, plain, type_of


class Program:
    """The typed trees of a model's functions, each lowered once."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.spec = model.spec
        classes: tuple[Any, ...] = (*model.processes, *self.spec.shared, *self.spec.domains)
        self.classes: dict[str, Any] = {cls.root: cls for cls in classes}
        self._routines: dict[Any, Routine] = {}
        self._under_way: list[FunctionType] = []
        self.messages = Messages(model)

    # Trees.

    def action(self, cls: Any, name: str) -> Routine:
        """The typed tree of an action of a process class."""
        function = cls.actions[name].function
        if function is Network.actions["duplicate"].function:
            raise SpecError(
                "the network's own step `duplicate`, which puts a message before others in a queue",
                place=f"the delivery of `{self.spec.name}`",
                allowed="actions of the specification, and the network's `lose`",
                cure="give it a network that reorders messages, or does not duplicate them",
            )
        me = Member(cls.root)
        parameters = self.model.parameters(function, skip=1)
        with placed(function):
            types = [self._type_of_parameter(name, hint) for name, hint in parameters.items()]
        found = self.called(function, me, (me, *types))
        for part in parts(found):
            if isinstance(part, Read) and part.primed:
                self._refuse(function, part, "what there is before the step", "claim it instead")
            if isinstance(part, Send):
                self._check_source(function, part, me)
        return found

    def _type_of_parameter(self, name: str, hint: Any) -> Type:
        """The type of a parameter of an action or a claim, which may stand for a constant."""
        return self.constant_type(name) if name in self.model.constants else type_of(hint)

    def claim(self, function: Any) -> Routine:
        """The typed tree of a property: True or False, of one state or of a step."""
        with placed(function):
            types = [
                self._type_of_parameter(name, hint)
                for name, hint in self.model.parameters(function).items()
            ]
        found = self._lowered(function, None, tuple(types), BOOL)
        if found.returns != BOOL:
            self._refuse(function, found.body[0], "a claim that is True or False", "compare it")
        for part in parts(found):
            if isinstance(part, Either):
                self._refuse(function, part, "what is so, not what is chosen", "quantify over it")
        return found

    def operator(self, function: FunctionType) -> Routine:
        """The tree of a function for arguments of the types that it is annotated with.

        What it returns goes to an engine, which takes values alone.
        """
        with placed(function):
            types = [
                self.constant_type(name) if hint is None else type_of(hint)
                for name, hint in self.model.parameters(function).items()
            ]
        found = self.called(function, None, tuple(types))
        if found.returns is not None and not is_kept(found.returns):
            raise SpecError(
                f"`{found.name}`, which returns {shown(found.returns)}",
                place=source.place(function),
                allowed="what returns a value that cannot change",
                cure="write `frozenset(...)` around what it returns",
            )
        return found

    def called(self, function: FunctionType, me: Member | None, given: tuple[Type, ...]) -> Routine:
        """The tree of a function for arguments of these types.

        What a parameter is annotated with is believed only where the argument is of that type.
        """
        hints = self.model.annotations(function)
        names = function.__code__.co_varnames[: len(given)]
        returns = hints.get("return")
        with placed(function):
            types = [
                self._parameter_type(_declared(hints[name]), have) if name in hints else have
                for name, have in zip(names, given, strict=True)
            ]
            declared = None if returns in (None, NoneType) else _declared(returns)
        return self._lowered(function, me, tuple(types), declared)

    def _parameter_type(self, declared: Type, have: Type) -> Type:
        if fits(have, declared):
            return declared
        return plain(declared) if fits(have, plain(declared)) else plain(have)

    def _lowered(
        self,
        function: FunctionType,
        me: Member | None,
        types: tuple[Type, ...],
        returns: Type | None,
    ) -> Routine:
        key = (function, me, types, returns)
        if key not in self._routines:
            names = function.__code__.co_varnames[: len(types)]
            parameters = dict(zip(names, types, strict=True))
            self._routines[key] = self._lowered_anew(function, me, parameters, returns)
        return self._routines[key]

    def _lowered_anew(
        self, function: FunctionType, me: Member | None, parameters: dict[str, Type], returns: Any
    ) -> Routine:
        if function in self._under_way:
            raise SpecError(
                f"recursion: `{function.__name__}` calls itself",
                place=source.place(function),
                allowed="operators that do not call themselves",
                cure="use a comprehension, `all`, `any`, `sum`, `max` over a finite set",
            )
        self._under_way.append(function)
        try:
            with placed(function):
                return lower_function(self, function, me, parameters, returns)
        finally:
            self._under_way.pop()

    def term(self, claim: Any, text: str, types: dict[str, Type]) -> Expr:
        """An expression given as text, in the scope of a claim whose names have these types."""
        scope = Scope(self, claim, None)
        scope.types, scope.bound, scope.local = dict(types), set(types), set(types)
        try:
            parsed = ast.parse(text, mode="eval")
        except (SyntaxError, TypeError, ValueError) as error:
            raise SpecError(
                f"{text!r}, about `{claim.__name__}`",
                allowed="the text of an expression in its parameters",
                cure='write it as Python, in quotes: `"n.x"`',
            ) from error
        return Expressions(scope).expr(parsed.body)

    def constant_type(self, name: str) -> Int:
        """The type of a constant; `SpecError` for one that is no number."""
        value = self.model.constants[name]
        if type(value) is int:
            return Int(natural=value >= 0)
        raise SpecError(
            f"the constant `{name}`, which is {value!r}",
            allowed="constants that are numbers, in what is proved",
            cure=f"make a model in which `{name}` is a number",
        )

    def _refuse(self, function: Any, part: Any, allowed: str, cure: str) -> None:
        node = ast.Pass(lineno=part.line)
        at = source.place(function, node)
        raise SpecError(type(part).__name__.lower(), place=at, allowed=allowed, cure=cure)

    def _check_source(self, function: Any, part: Send, me: Member) -> None:
        """Whoever sends a new message is of the class that its source is said to be of."""
        assert isinstance(part.message.type, RecordOf)
        kind = part.message.type.cls
        if not part.message.type.sent and not self.takes(kind, "source", me):
            allowed = f"messages of a class that {shown(me)} sends"
            self._refuse(function, part, allowed, f"annotate `source` in `{kind.__name__}`")

    # Types.

    def variable_type(self, root: str, name: str) -> Type:
        """The type of a variable of a process class or of a class of shared variables."""
        cls = self.classes[root]
        if name == "pc" and getattr(cls, "cycle", None) is not None:
            return Text(frozenset(cls.cycle.labels))
        return type_of(self.model.annotation_of(cls.variables[name], cls))

    def field_type(self, cls: type[Record], field: str) -> Type | None:
        """The type of a record's field, or of one that only some of its subclasses have."""
        kinds: Iterable[type[Record]] = (cls,) if field in names_of(cls) else subclasses(cls)
        if cls is Message:
            kinds = self.message_kinds()
        found: Type | None = None
        for kind in kinds:
            type_ = self._own_field_type(kind, field)
            if type_ is not None:
                found = type_ if found is None else join(found, type_)
        return found

    def _own_field_type(self, cls: type[Record], field: str) -> Type | None:
        if field not in names_of(cls):
            return None
        hint = self.model.annotations(cls)[field]
        for other in subclasses(cls):
            if self.model.annotations(other)[field] != hint:
                raise SpecError(
                    f"`{field}` of `{other.__name__}`, not what it is in `{cls.__name__}`",
                    allowed="fields that are in a subclass what they are above",
                    cure="give the field another name",
                )
        if field in ("source", "dest") and issubclass(cls, Message) and hint is Any:
            return self.messages.end(cls, field)
        return type_of(hint)

    # Messages.

    @property
    def has_network(self) -> bool:
        """Whether there is a network for messages."""
        return self.spec.delivery is not None

    def message_kinds(self) -> tuple[type[Message], ...]:
        """The kinds of message that the specification names, in order of their names."""
        return self.messages.kinds

    def takes(self, kind: type[Any], field: str, end: Type) -> bool:
        """Whether a process of a type may be an end of each message of a kind."""
        found = (self.field_type(below, field) for below in self.messages.below(kind))
        return all(type_ is not None and fits(end, type_) for type_ in found)


def _declared(hint: Any) -> Type:
    """What an operator's annotation says of a value; `tuple[A, B]` does not say it here."""
    parts = get_args(hint)
    is_of_parts = get_origin(hint) is tuple and parts[1:] != (Ellipsis,)
    return NEVER if is_of_parts else type_of(hint)


def names_of(cls: type[Record]) -> frozenset[str]:
    """The names of a record's fields."""
    return frozenset(part.name for part in fields(cls))  # type: ignore[arg-type]


def subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    """The classes below a class."""
    for below in cls.__subclasses__():
        yield below
        yield from subclasses(below)
