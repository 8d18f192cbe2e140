"""One function while it is lowered: what its names stand for, and its errors with their places."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import CellType, FunctionType
from typing import Any, NoReturn, Protocol

from raftnb.data.errors import SpecError
from raftnb.data.values import Record
from raftnb.language import macro, source
from raftnb.tree.nodes import (
    NEVER,
    Apply,
    Choice,
    DictOf,
    Either,
    Expr,
    ListOf,
    MapOf,
    Member,
    MutableSetOf,
    Nothing,
    OneOf,
    Option,
    Range,
    RecordOf,
    Routine,
    SeqOf,
    SetOf,
    Text,
    TupleOf,
    Type,
    Var,
    is_nat,
)
from raftnb.tree.nodes import parts as parts_of
from raftnb.tree.types import (
    alternatives,
    confusable,
    fits,
    is_kept,
    join,
    overlap,
    plain,
    type_of,
)

SAY = "say it with what is allowed"


class Names(Protocol):
    """What a function's names lead to: classes, types, and the trees of other functions."""

    @property
    def classes(self) -> Mapping[str, Any]:
        """The classes of the model by their roots."""

    def called(self, function: FunctionType, me: Member | None, given: tuple[Type, ...]) -> Routine:
        """The tree of a function for arguments of these types."""

    def variable_type(self, root: str, name: str) -> Type:
        """The type of a variable."""

    def field_type(self, cls: type[Record], field: str) -> Type | None:
        """The type of a record's field; None where it has no such field."""

    def takes(self, kind: type[Any], field: str, end: Type) -> bool:
        """Whether a process of a type may be the source or destination of a kind of message."""

    @property
    def has_network(self) -> bool:
        """Whether there is a network for messages."""


class Lower(Protocol):
    """What lowers the expressions of one function; calls and collections ask it for their parts."""

    scope: Scope

    def expr(self, node: ast.expr) -> Expr:
        """An expression."""

    def truth(self, node: ast.expr) -> Expr:
        """An expression that is asked whether it is true."""

    def number(self, node: ast.expr) -> Expr:
        """A whole number."""

    def constant(self, node: ast.expr, value: Any) -> Expr:
        """A value of the module."""

    def key(self, node: ast.expr, key: Expr, map_: MapOf) -> None:
        """Refuse what can be no key of a map."""

    def seen(self, node: ast.expr) -> Expr:
        """An expression that is looked at and not kept: also a list, or a set that can change."""

    def handed(self, node: ast.expr) -> Expr:
        """The same, where it is given a name: no set that a name here changes has two."""

    def collection(self, node: ast.expr) -> Expr:
        """What can be gone through: also what can be so but once."""


class Missing:
    """What a name stands for that is defined nowhere."""


@contextmanager
def placed(function: FunctionType, node: ast.AST | None = None) -> Iterator[None]:
    """An error that does not say where it is, is at this node of a function."""
    try:
        yield
    except SpecError as error:
        error.place = error.place or source.place(function, node)
        raise


class Scope:
    """The names of one function.

    `types` gives each local name its one type; `bound` are the local names that have a value at
    the place now lowered, and `local` all that are assigned somewhere: these hide the module's.
    """

    def __init__(self, names: Names, function: FunctionType, me: Member | None) -> None:
        self.names, self.function, self.me = names, function, me
        self.tree = source.parse(function)
        self._refuse_wrapping()
        free = function.__code__.co_freevars
        self._cells = dict(zip(free, function.__closure__ or (), strict=True))
        self.types: dict[str, Type] = {}
        self.bound: set[str] = set()
        arguments = self.tree.args
        self.parameters = {arg.arg for arg in (*arguments.args, *arguments.kwonlyargs)}
        self.local = self.parameters | set(assigned_names(self.tree))
        self.changed = set(changed_in_place(self.tree))
        self.aliases: dict[str, Expr] = {}
        self.inside = 0

    def _refuse_wrapping(self) -> None:
        wrapped = hasattr(self.function, "__wrapped__")
        for decorator in self.tree.decorator_list:
            name = decorator.id if isinstance(decorator, ast.Name) else ""
            if wrapped or self.function.__globals__.get(name) is not macro:
                self.fail(decorator, "functions without decorators, or with @macro", "take it out")
        arguments = self.tree.args
        if arguments.vararg or arguments.kwarg or arguments.posonlyargs:
            self.fail(arguments, "plain parameters: name, or name: Type", "give each its own name")

    def fail(self, node: ast.AST, allowed: str, cure: str = SAY) -> NoReturn:
        """Raise `SpecError` at a node that cannot be lowered."""
        at = source.place(self.function, node)
        found = ast.unparse(node).partition("\n")[0]
        raise SpecError(f"`{found}`", place=at, allowed=allowed, cure=cure)

    # Names.

    def is_local(self, name: str) -> bool:
        """Whether a name is a parameter, a local name or a comprehension's variable."""
        return name in self.types or name in self.local

    def value_of(self, node: ast.AST) -> Any:
        """What a name that is not local stands for; `Missing` for anything else."""
        if not isinstance(node, ast.Name) or self.is_local(node.id):
            return Missing
        if node.id in self._cells:
            return content_of(self._cells[node.id])
        found = source.value_of(node.id, self.function.__globals__)
        return getattr(builtins, node.id, Missing) if found is source.UNKNOWN else found

    @property
    def owner(self) -> Any:
        """The class in whose body the function is written, where it says `super()`."""
        return content_of(self._cells["__class__"]) if "__class__" in self._cells else None

    def is_named(self, cls: Any) -> bool:
        """Whether the Spec names a class, or one that varies it."""
        known = self.names.classes.get(cls.root)
        return known is not None and (issubclass(known, cls) or issubclass(cls, known))

    def variables(self, root: str) -> dict[str, Any]:
        """The variables of a class, by name."""
        return getattr(self.names.classes.get(root), "variables", {})

    def assign(self, node: ast.AST, name: str, type_: Type) -> Type:
        """Give a local name a value of a type: its type is that of all that it is given."""
        old = self.types.get(name, NEVER)
        if name in self.parameters and not fits(type_, plain(old)):
            self.fail(node, f"`{name}` as what it is, {shown(old)}", "take a name of its own")
        self.types[name] = self.joined(node, old, type_)
        self.bound.add(name)
        return self.types[name]

    @contextmanager
    def binding(
        self,
        node: ast.AST,
        name: str,
        type_: Type,
        parts: Mapping[str, Expr],
        later: Iterable[str],
    ) -> Iterator[None]:
        """A comprehension's variable and the names of its parts, which hide others of these names.

        So do those that come `later` in the same comprehension, which have no value yet.
        """
        saved = self.types, self.bound, self.local, self.aliases
        hidden = {name, *parts, *later}
        self.aliases = {n: e for n, e in self.aliases.items() if n not in hidden}
        self._refuse_capture(node, hidden)
        self.aliases |= parts
        self.types = {**self.types, name: type_}
        self.local = {*self.local, *parts, *later}
        self.bound = (self.bound - {*later}) | {name, *parts}
        self.inside += 1
        try:
            yield
        finally:
            self.types, self.bound, self.local, self.aliases = saved
            self.inside -= 1

    def _refuse_capture(self, node: ast.AST, hidden: set[str]) -> None:
        """A part is looked up where it is named; what it is a part of must be the same there."""
        for alias in self.aliases.values():
            if any(isinstance(v, Var) and v.name in hidden for v in parts_of(alias)):
                self.fail(node, "names that hide none of those outside", "take another name")

    # Types.

    def type_of(self, node: ast.AST, annotation: Any) -> Type:
        """The type of an annotation that is met here."""
        with placed(self.function, node):
            return type_of(annotation)

    def joined(self, node: ast.AST, a: Type, b: Type) -> Type:
        """The type that holds the values of both."""
        found = join(a, b)
        if confusable(found, found):
            self.fail(
                node,
                "truth values or numbers, not both in one place: in Python, 1 == True",
                "write `1 if x else 0`, or compare the number: `n > 0`",
            )
        return found

    def together(self, node: ast.AST, op: str, a: Type, b: Type) -> Type:
        """The type of two collections put together by an operator: of the kind of the left one."""
        if isinstance(a, SeqOf | SetOf) and isinstance(b, SeqOf | SetOf):
            b = type(a)(b.of)
        both = self.joined(node, a, b)
        return a if op == "minus" or (op == "meet" and fits(b, a)) else both

    def the(self, value: Expr) -> Expr:
        """The value that is not None: where it is, there is none."""
        if isinstance(value.type, Option):
            return Apply(value.type.of, value.line, "the", (value,))
        return Apply(NEVER, value.line, "the", (value,)) if value.type == Nothing() else value

    def one_of_kind(self, value: Expr, kind: type[Type]) -> Expr:
        """The value as the one of its types that is of a kind: of another, there is none.

        So `n < 3` is said of a `Nat | Car` behind `isinstance`.
        """
        value = self.the(value)
        found = [one for one in alternatives(value.type) if isinstance(one, kind)]
        if not isinstance(value.type, OneOf) or len(found) != 1:
            return value
        return Apply(plain(found[0]), value.line, "as", (value,))

    def member(self, value: Expr) -> Expr:
        """The member, where it may be no record, of which a variable or a method is wanted."""
        if any(isinstance(kind, RecordOf) for kind in alternatives(value.type)):
            return self.the(value)
        return self.one_of_kind(value, Member)

    def fitted(self, node: ast.AST, value: Expr, want: Type) -> Expr:
        """A value for a place of a type: where it may be of another one, it has no value there."""
        if fits(value.type, plain(want)):
            return value
        present = self.the(value)
        if fits(present.type, plain(want)) and not isinstance(value.type, Nothing):
            return present
        may_fit = overlap(value.type, want) and is_kept(value.type)
        if may_fit and not confusable(value.type, want):
            return Apply(plain(want), value.line, "as", (value,))
        cure = f"this is of type {shown(value.type)}"
        return self.fail(node, f"a value of type {shown(want)}", cure)

    def settle(self, node: ast.AST, *values: Expr) -> None:
        """Refuse a choice in what is evaluated twice, or not in the order in which it stands."""
        if any(isinstance(part, Either) for value in values for part in parts_of(value)):
            self.fail(node, "`either` alone in a line of its own", "write `x = either(...)` before")


def content_of(cell: CellType) -> Any:
    """What a name of the function around stands for; `Missing` where it has no value yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return Missing


def assigned_names(tree: ast.AST) -> Iterator[str]:
    """The names that a function's statements assign to (comprehensions keep theirs inside)."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.For):
            for target in targets:
                names = ast.walk(target) if isinstance(target, ast.AST) else ()
                for name in names:
                    if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                        yield name.id


def changed_in_place(tree: ast.AST) -> Iterator[str]:
    """The names of `name |= ...` and its like, which change a set where it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def shown(type_: Type) -> str:
    """A type for people, as one would annotate it."""
    if isinstance(type_, Option):
        return f"{shown(type_.of)} | None"
    if isinstance(type_, OneOf):
        return " | ".join(map(shown, type_.options))
    if isinstance(type_, Range):
        return "range"
    if isinstance(type_, SeqOf | SetOf):
        words = {SeqOf: "Seq", ListOf: "list", SetOf: "Set", MutableSetOf: "set"}
        return f"{words[type(type_)]}[{shown(type_.of)}]"
    if isinstance(type_, TupleOf):
        return f"tuple[{', '.join(map(shown, type_.items))}]"
    if isinstance(type_, MapOf):
        kind = "dict" if isinstance(type_, DictOf) else "Map"
        return f"{kind}[{shown(type_.key)}, {shown(type_.value)}]"
    if isinstance(type_, RecordOf | Choice):
        unsent = isinstance(type_, RecordOf) and not type_.sent
        return type_.cls.__name__ + (" that is not sent yet" if unsent else "")
    if isinstance(type_, Member):
        return type_.root
    if is_nat(type_):
        return "Nat"
    if isinstance(type_, Text) and type_.words is not None:
        return f"Literal[{', '.join(map(repr, sorted(type_.words)))}]"
    others = {"Bool": "bool", "Int": "int", "Text": "str", "Nothing": "None", "Never": "no value"}
    return others[type(type_).__name__]
