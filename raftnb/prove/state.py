"""Symbolic states: what the variables are and what is in flight, as functions to Z3 terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import z3

from raftnb.data.domains import Domain
from raftnb.data.errors import SpecError
from raftnb.data.values import Map, Message
from raftnb.language.initial import Anything, Each, First, start_of
from raftnb.prove.plain import Reader, Shape, Supply
from raftnb.prove.records import MessageShape
from raftnb.prove.shapes import Shapes
from raftnb.prove.terms import (
    FALSE,
    TRUE,
    Family,
    MapV,
    RecordV,
    Value,
    choose,
    conj,
    neg,
    same,
)
from raftnb.prove.theory import Theory
from raftnb.tree.nodes import BOOL, Bool, Choice, MapOf, Member, RecordOf, Type


@dataclass(frozen=True)
class Symbolic:
    """A state: for each variable a function from its owner to its value, and what is in flight.

    `sent[kind]` says which messages of a kind are in flight, `new` are those sent since.
    """

    variables: dict[tuple[str, str], Reader]
    sent: dict[str, Callable[[z3.ExprRef], z3.BoolRef]]
    new: tuple[Family, ...] = ()

    def read(self, root: str, name: str, owner: z3.ExprRef | None) -> Value:
        """The value of a variable."""
        reader = self.variables[root, name]
        return reader() if owner is None else reader(owner)

    def write(self, root: str, name: str, owner: z3.ExprRef | None, value: Value) -> Symbolic:
        """The state with one variable changed."""
        old = self.variables[root, name]
        reader: Reader = lambda: value  # noqa: E731
        if owner is not None:
            reader = lambda who: choose(same(who, owner), value, old(who))  # noqa: E731
        return replace(self, variables={**self.variables, (root, name): reader})

    def send(self, message: Family) -> Symbolic:
        """The state with more messages in flight."""
        return replace(self, new=(*self.new, message))

    def without(self, message: RecordV) -> Symbolic:
        """The state with a message less in flight; each copy has a term of its own (`network`)."""
        kind, old = message.cls.__name__, self.sent[message.cls.__name__]
        left = lambda m: conj(old(m), neg(same(m, message.name)))  # noqa: E731
        return replace(self, sent={**self.sent, kind: left})


class Vocabulary:
    """What one speaks of a specification with: its theory, its values, its states."""

    def __init__(self, theory: Theory) -> None:
        self.theory, self.program = theory, theory.program
        self.shapes = Shapes(theory)
        self.of = self.shapes.of
        self.arguments: dict[str, Type] = {}

    def of_argument(self, function: Any, name: str, type_: Type) -> Shape:
        """The shape of an action's argument."""
        try:
            shape = self.of(type_)
            shape.possible()
        except SpecError as error:
            error.place = error.place or f"parameter `{name}` of `{function.__qualname__}`"
            raise
        return shape

    @cached_property
    def kinds(self) -> tuple[type[Message], ...]:
        """The kinds of message."""
        return self.program.message_kinds()

    def message(self, kind: type[Message], name: z3.ExprRef) -> RecordV:
        """The message of a kind that a term stands for."""
        shape = self.of(RecordOf(kind))
        assert isinstance(shape, MessageShape)
        return shape.sent(name)

    def state(self, mark: str = "") -> Symbolic:
        """A state about which nothing is known."""
        variables: dict[tuple[str, str], Reader] = {}
        for (root, name), type_ in self.variables.items():
            declared = self.of(type_).declare(f"{root}.{name}{mark}", self.owners(root))
            variables[root, name] = self._total(root, name, type_, declared)
        for kind in self.kinds:
            self.of(RecordOf(kind)).possible()
        sent = {
            kind.__name__: self.theory.function(
                f"sent {kind.__name__}{mark}", BOOL, (RecordOf(kind),)
            )
            for kind in self.kinds
        }
        return Symbolic(variables, dict(sent))

    def owners(self, root: str) -> tuple[Type, ...]:
        """The arguments of a variable's function: its process, or none where it is shared."""
        return (Member(root),) if self.has_owner(root) else ()

    def has_owner(self, root: str) -> bool:
        """Whether a variable belongs to a process, and not to all."""
        return issubclass(self.program.classes[root], Domain)

    @cached_property
    def variables(self) -> dict[tuple[str, str], Type]:
        """The variables that can be translated (a history of mixed records cannot, nor need be)."""
        found: dict[tuple[str, str], Type] = {}
        for variable, cls in self.program.model.variables:
            try:
                type_ = self.program.variable_type(cls.root, variable.name)
                self.of(type_).possible()
            except SpecError as error:
                if not variable.is_history:
                    error.place = error.place or f"`{variable.name}` of class `{cls.__name__}`"
                    raise
                continue
            found.setdefault((cls.root, variable.name), type_)
        return found

    def start_of(self, root: str, name: str) -> Any:
        """The start expression of a variable."""
        return start_of(self.program.classes[root].variables[name].initial)

    def is_total(self, root: str, name: str) -> bool:
        """Whether a map was declared with `each`: then it always has every key."""
        return isinstance(self.start_of(root, name), Each)

    def total(self, type_: MapOf, supply: Supply) -> Map[Any, Any]:
        """A random map that has every key."""
        keys = self.of(type_.key).all(supply)
        return Map((key, self.of(type_.value).sample(supply)) for key in keys)

    def _total(self, root: str, name: str, type_: Type, reader: Reader) -> Reader:
        if not self.is_total(root, name):
            return reader
        if not isinstance(type_, MapOf) or not isinstance(type_.key, Member | Choice | Bool):
            raise SpecError(
                "`each` for a map with other keys than members",
                place=f"`{name}` of class `{root}`",
                allowed="`each` for a map whose keys are all the members of a class or an enum",
                cure="start with the empty map: `Map()`",
            )
        return lambda *a: MapV(lambda k: TRUE, reader(*a).get)

    def initial(self) -> Symbolic:
        """The initial states."""
        variables: dict[tuple[str, str], Reader] = {}
        for (root, name), type_ in self.variables.items():
            variables[root, name] = self._initial(root, name, type_)
        sent = {kind.__name__: (lambda m: FALSE) for kind in self.kinds}
        return Symbolic(variables, dict(sent))

    def _initial(self, root: str, name: str, type_: Type) -> Reader:
        first = self.start_of(root, name)
        if isinstance(first, Anything | First):  # a fixed one, but which is not said: any
            return self.of(type_).declare(f"initial {root}.{name}", self.owners(root))
        if isinstance(first, Each):
            assert isinstance(type_, MapOf)  # see `_total`
            return self._each(first, type_)
        known = self.of(type_).literal(first)
        return lambda *a: known

    def _each(self, first: Each, type_: MapOf) -> Reader:
        value = self.of(type_.value).literal(first.value)
        return lambda *a: MapV(lambda k: TRUE, lambda k: value)
