"""Records and messages as symbolic values: each field for itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.data.places import place_of_declaration
from raftnb.prove.plain import Reader, Reading, Shape, Supply
from raftnb.prove.terms import FALSE, RecordV, Value, conj
from raftnb.tree import nodes
from raftnb.tree.nodes import RecordOf, SeqOf, TupleOf, Type


class RecordShape(Shape):
    """Records of one class, and of no subclass of it."""

    _looking = False

    def possible(self) -> None:
        """Every field's type must be; and no record can hold one of its own class."""
        if self._looking:
            raise SpecError(
                f"a `{self.type.cls.__name__}` that holds another one",
                allowed="records of a fixed depth",
                cure="keep them in a sequence, and refer to them by index",
            )
        self._looking = True
        try:
            for name in self.names():
                self.field_possible(name)
        finally:
            self._looking = False

    def field_possible(self, name: str) -> None:
        """A field's type must be."""
        try:
            type_ = self.theory.program.field_type(self.type.cls, name)
            if type_ is not None:
                self.of(type_).possible()
        except SpecError as error:
            cls = self.type.cls
            declared = name if name in vars(cls).get("__annotations__", {}) else ""
            error.place = error.place or place_of_declaration(vars(cls), cls.__name__, declared)
            error.found = f"the field `{name}` of `{cls.__name__}`: {error.found}"
            if name in ("source", "dest"):
                who = "sends" if name == "source" else "gets"
                error.cure = f"a class of messages for each class of processes that {who} them"
            raise

    def fields(self) -> list[tuple[str, Shape]]:
        """The fields with their shapes."""
        found = [(f, self.theory.program.field_type(self.type.cls, f)) for f in self.names()]
        return [(f, self.of(type_)) for f, type_ in found if type_ is not None]

    def names(self) -> list[str]:
        """The fields' names."""
        return list(self.type.cls.__dataclass_fields__)

    def declare(self, name: str, arguments: tuple[Type, ...]) -> Reader:
        """Each field for itself."""
        fields = {f: shape.declare(f"{name}.{f}", arguments) for f, shape in self.fields()}
        return lambda *a: RecordV(self.type.cls, {f: read(*a) for f, read in fields.items()})

    def default(self) -> Value:
        """The default of each field."""
        return RecordV(self.type.cls, {f: shape.default() for f, shape in self.fields()})

    def literal(self, value: Any) -> Value:
        """Each field for itself."""
        if type(value) is not self.type.cls:
            raise self.wrong(value)
        inner = {f: shape.literal(getattr(value, f)) for f, shape in self.fields()}
        return RecordV(self.type.cls, inner)

    def equal(self, a: Value, b: Value) -> z3.BoolRef:
        """Of the same class, and the same in every field."""
        if a.cls is not b.cls:
            return FALSE
        if a.cls is not self.type.cls:
            return self.of(RecordOf(a.cls)).equal(a, b)
        self.whole(a)
        self.whole(b)
        return conj(*(s.equal(a.fields[f], b.fields[f]) for f, s in self.fields()))

    def whole(self, value: RecordV) -> None:
        """Raise `SpecError` for a message without source and destination."""
        if any(f not in value.fields for f, _ in self.fields()):
            raise SpecError(
                f"a `{self.type.cls.__name__}` that was not sent, as a value",
                allowed="messages in `send` and `reply`; those received or in flight",
                cure="keep its fields in a record",
            )

    def natural(self, value: Value) -> z3.BoolRef:
        """Natural numbers in every field."""
        parts = [(f, s) for f, s in self.fields() if f in value.fields]
        return conj(*(s.natural(value.fields[f]) for f, s in parts))

    def within(self, value: Value, low: int, top: int) -> z3.BoolRef:
        """Every field."""
        parts = [(f, s) for f, s in self.fields() if f in value.fields]
        return conj(*(s.within(value.fields[f], low, top) for f, s in parts))

    def has_numbers_as_keys(self) -> bool:
        """Whether a field has."""
        return any(shape.has_numbers_as_keys() for _, shape in self.fields())

    def read(self, value: Value, reading: Reading) -> Any:
        """The record."""
        return self.type.cls(**{f: s.read(value.fields[f], reading) for f, s in self.fields()})

    def sample(self, supply: Supply) -> Any:
        """Each field for itself."""
        return self.type.cls(**{f: s.sample(supply) for f, s in self.fields()})


class MessageShape(RecordShape):
    """Messages of one kind: those in flight are terms, and their fields functions of the term.

    One that is made and not `sent` has neither source nor destination.
    """

    def names(self) -> list[str]:
        """The fields' names."""
        ends = () if self.type.sent else ("source", "dest")
        return [name for name in super().names() if name not in ends]

    def declare(self, name: str, arguments: tuple[Type, ...]) -> Reader:
        """A message that is, or was, in flight."""
        function = self.theory.function(name, self.type, arguments)
        return lambda *a: self.sent(function(*a))

    @cached_property
    def readers(self) -> dict[str, Reader]:
        """For each field the function from a message to its value."""
        kind = self.type.cls.__name__
        return {f: shape.declare(f"{kind}.{f}", (self.type,)) for f, shape in self.fields()}

    def sent(self, name: z3.ExprRef) -> RecordV:
        """The message that a term stands for."""
        return RecordV(self.type.cls, {f: read(name) for f, read in self.readers.items()}, name)


def records_in(value: nodes.Expr) -> Iterator[nodes.Make]:
    """The places where a record is made that is a part of a value, whatever way is taken."""
    parts: tuple[nodes.Expr, ...] = ()
    match value:
        case nodes.Make():
            yield value
            parts = tuple(part for _, part in value.fields)
        case nodes.Collect() if isinstance(value.type, SeqOf | TupleOf):
            parts = value.items
        case nodes.Apply(op="concat"):
            parts = value.args
    for part in parts:
        yield from records_in(part)
