"""Symbolic states, and the sorts of what they are about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import z3

from raftnb.data.errors import SpecError
from raftnb.data.values import Message
from raftnb.prove.values import (
    Value,
    choose,
    same,
)  # fmt: skip
from raftnb.tree import Program
from raftnb.tree.nodes import (
    Bool,
    Choice,
    Int,
    Member,
    Nothing,
    RecordOf,
    SetOf,
    Text,
    Type,
)  # fmt: skip

Reader = Callable[..., Value]


@dataclass(frozen=True)
class Family:
    """Some values, one for each choice of the bound constants that satisfies the guard."""

    bound: tuple[z3.ExprRef, ...]
    guard: z3.BoolRef
    value: Value


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


@dataclass
class Function:
    """A function of the state or of a message, as declared: for reading a model back."""

    decl: z3.FuncDeclRef
    arguments: tuple[Type, ...]
    result: Type


class Sorts:
    """Sorts and constants for one program; `sizes` makes the sorts finite (see `finite`)."""

    def __init__(self, program: Program, sizes: dict[str, tuple[str, ...]] | None = None) -> None:
        self.program, self.sizes = program, sizes
        self.axioms: list[z3.BoolRef] = []
        self.members: dict[str, list[z3.ExprRef]] = {}
        self.sorts: dict[str, z3.SortRef] = {}
        self.functions: dict[str, Function] = {}
        self._texts: list[str] = []
        self._named_sets: dict[int, tuple[z3.BoolRef, z3.ExprRef]] = {}
        self._count = 0
        self.set_sorts: dict[str, Type] = {}
        self._messages: dict[str, dict[str, Reader]] = {}

    # Sorts.

    def named_sort(self, name: str) -> z3.SortRef:
        """An uninterpreted sort, or an enumeration where the theory is finite."""
        if name not in self.sorts:
            if self.sizes is None or name not in self.sizes:
                self.sorts[name] = z3.DeclareSort(name)
            else:
                mark = z3.FreshConst(z3.BoolSort(), "@").decl().name()
                names = [f"{value}{mark}" for value in self.sizes[name]]
                self.sorts[name], self.members[name] = z3.EnumSort(f"{name}{mark}", names)
        return self.sorts[name]

    def sort(self, type_: Type) -> z3.SortRef:
        """The sort of a plain type, or of named sets and messages."""
        if isinstance(type_, Bool):
            return z3.BoolSort()
        if isinstance(type_, Int | Text | Choice | Nothing):
            return z3.IntSort()
        if isinstance(type_, Member):
            return self.named_sort(type_.root)
        if isinstance(type_, SetOf):
            self.sort(type_.of)
            of = type_.of.root if isinstance(type_.of, Member) else type(type_.of).__name__
            name = f"Set of {of}"
            self.set_sorts.setdefault(name, type_.of)
            return self.named_sort(name)
        if isinstance(type_, RecordOf) and issubclass(type_.cls, Message):
            return self.named_sort(type_.cls.__name__)
        raise SpecError(
            f"`{type_}` as a key, an argument, or a member of a set",
            allowed="bool, numbers, text, enums, members of domains and process classes",
            cure="use one of these there",
        )

    def text(self, value: str) -> z3.ArithRef:
        """A text's number."""
        if value not in self._texts:
            self._texts.append(value)
        return z3.IntVal(self._texts.index(value))

    def text_of(self, number: int) -> str:
        """The text with a number."""
        return self._texts[number]

    def fresh(self, name: str, sort: z3.SortRef) -> z3.ExprRef:
        """A new constant; of a class with exactly one member, that member."""
        if (only := self.only(sort)) is not None:
            return only
        self._count += 1
        return z3.Const(f"{name}!{self._count}", sort)

    def only(self, sort: z3.SortRef) -> z3.ExprRef | None:
        """The member of a class that has exactly one."""
        cls = self.program.classes.get(str(sort.name()))
        if self.sizes is None and cls is not None and getattr(cls, "number", "") is None:
            return z3.Const(f"the {cls.root}", sort)
        return None

    def free(self, bound: Sequence[z3.ExprRef]) -> list[z3.ExprRef]:
        """Those of the constants that can have more than one value."""
        return [b for b in bound if self.only(b.sort()) is None]

    def fresh_function(self, name: str, sorts: Sequence[z3.SortRef]) -> z3.FuncDeclRef:
        """A new function to whole numbers."""
        self._count += 1
        return z3.Function(f"{name}!{self._count}", *sorts, z3.IntSort())
