"""A typed tree of a specification: what its functions say, with the line each part comes from.

`Program(model)` lowers the functions of a specification's own source. Names are resolved, every
expression has a type, methods of a variant are those of the variant. Thirteen kinds of expression
and eight kinds of statement are all that an engine has to know; each has exactly Python's meaning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Any

from raftnb.data.values import Record

# Types.


@dataclass(frozen=True)
class Type:
    """A type of the language; the plain ones have no parts."""


@dataclass(frozen=True)
class Bool(Type):
    """True and false."""


@dataclass(frozen=True)
class Int(Type):
    """Whole numbers; natural ones where so annotated."""

    natural: bool = False


def is_nat(type_: Type | None) -> bool:
    """Whether a type is that of the natural numbers."""
    return isinstance(type_, Int) and type_.natural


@dataclass(frozen=True)
class Text(Type):
    """A text, such as the label in `pc`; one of these `words`, where it is known which."""

    words: frozenset[str] | None = None


@dataclass(frozen=True)
class Nothing(Type):
    """The type of None."""


@dataclass(frozen=True)
class Never(Type):
    """The type of what an empty collection holds: it has no values, and fits any type."""


@dataclass(frozen=True)
class Choice(Type):
    """A member of an enum."""

    cls: type[Any]


@dataclass(frozen=True)
class Member(Type):
    """A member of a domain or process class, named by its root."""

    root: str


@dataclass(frozen=True)
class Option(Type):
    """`T | None`."""

    of: Type


@dataclass(frozen=True)
class SeqOf(Type):
    """A sequence (a tuple of any length)."""

    of: Type


@dataclass(frozen=True)
class Range(SeqOf):
    """A range: read as a sequence, but in Python equal to none."""


@dataclass(frozen=True)
class ListOf(SeqOf):
    """A list: read as a sequence, but in Python equal to no tuple, and no value that is kept."""


@dataclass(frozen=True)
class TupleOf(Type):
    """`tuple[A, B]`: so many items, each of its own type."""

    items: tuple[Type, ...]


@dataclass(frozen=True)
class SetOf(Type):
    """A finite set."""

    of: Type


@dataclass(frozen=True)
class MutableSetOf(SetOf):
    """A set that may be one that can change: equal to any of the same items, but none is kept."""


@dataclass(frozen=True)
class MapOf(Type):
    """A finite map."""

    key: Type
    value: Type


@dataclass(frozen=True)
class DictOf(MapOf):
    """A dict that has its keys in the order of a Map: read as one, but no value that is kept."""


@dataclass(frozen=True)
class RecordOf(Type):
    """A record or a message, or one of a subclass; with `Message` itself, a message of any kind.

    A message that is made and not yet `sent` has neither source nor destination.
    """

    cls: type[Record]
    sent: bool = True


@dataclass(frozen=True)
class OneOf(Type):
    """`A | B`: a value of one of several types."""

    options: tuple[Type, ...]


BOOL, INT, TEXT, NOTHING, NEVER = Bool(), Int(), Text(), Nothing(), Never()


# Expressions.


@dataclass(frozen=True)
class Expr:
    """An expression: its type, and the line of the file it stands in."""

    type: Type
    line: int


@dataclass(frozen=True)
class Const(Expr):
    """A constant: a number, text, None, or an enum's member."""

    value: Any


TRUE = Const(BOOL, 0, True)


@dataclass(frozen=True)
class Var(Expr):
    """A parameter (`self` too), a local name, or a comprehension's variable."""

    name: str


@dataclass(frozen=True)
class Read(Expr):
    """A variable of a process (`owner`) or a shared one (no owner); `primed` after the step."""

    root: str
    variable: str
    owner: Expr | None
    primed: bool = False


@dataclass(frozen=True)
class Get(Expr):
    """A field of a record or message; what has no such field has no value here."""

    record: Expr
    field: str


@dataclass(frozen=True)
class Apply(Expr):
    """An operator of the language itself, with Python's own meaning.

    Of truth values, all evaluated from the left and no further than needed: `and or`; `not`.
    Of numbers: `+ - * // % neg abs min max`, and `range`, a sequence. Comparisons: `== in`, and
    `< <=` of numbers, of sets, and of two sequences of numbers written out.
    Of a tuple `item`, by its place. Of collections: `len index slice concat`, `merge get` of maps,
    `union minus meet xor` of sets, `least largest` of numbers (with a default, where there may be
    none), `sorted` of numbers, of members of one class, of tuples of one length of these,
    `position`, where a sequence first has a value. `isinstance` of a class.
    `the` is a value that is not None, `as` one that is of the type of the expression.
    `flat` is the union of a set of sets, or all sequences or maps of a sequence one after the
    other (the later value of a key counts), as several `for`s make it; `place` says which of its
    class a member is, from 0.
    Those of `PARTIAL` have no value for some operands, where Python raises.
    """

    op: str
    args: tuple[Expr, ...]


PARTIAL = frozenset({"//", "%", "index", "least", "largest", "the", "as", "position"})


@dataclass(frozen=True)
class Cond(Expr):
    """`yes if test else no`."""

    test: Expr
    yes: Expr
    no: Expr


@dataclass(frozen=True)
class Call(Expr):
    """A call of an operator of the specification; the receiver is the first argument."""

    routine: Routine
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Make(Expr):
    """A new record or message."""

    fields: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True)
class Collect(Expr):
    """A sequence, set or map written out; a map's items are its keys and values in turn."""

    items: tuple[Expr, ...]


@dataclass(frozen=True)
class EachOf(Expr):
    """A comprehension: `kind` is all, any, sum, seq, set, or map (then `key` is the key)."""

    kind: str
    name: str
    domain: Expr
    condition: Expr
    body: Expr
    key: Expr | None = None


@dataclass(frozen=True)
class Everyone(Expr):
    """All the members of a domain or process class, as a set."""

    root: str


@dataclass(frozen=True)
class InFlight(Expr):
    """The messages of a kind now in flight, each once: a sequence in the language's order."""

    kind: type[Record]


@dataclass(frozen=True)
class Either(Expr):
    """A nondeterministic choice among options, or out of a sequence (`either(*range(a, b))`)."""

    options: tuple[Expr, ...]
    among: Expr | None = None


# Statements.


@dataclass(frozen=True)
class Statement:
    """A statement, and the line of the file it stands in."""

    line: int


@dataclass(frozen=True)
class When(Statement):
    """The guard."""

    test: Expr


@dataclass(frozen=True)
class Assign(Statement):
    """An assignment to a local name or a variable."""

    target: Var | Read
    value: Expr


@dataclass(frozen=True)
class If(Statement):
    """A branch."""

    test: Expr
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True)
class For(Statement):
    """A loop over a finite domain."""

    name: str
    domain: Expr
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Send(Statement):
    """A message put in flight."""

    message: Expr
    to: Expr


@dataclass(frozen=True)
class Discard(Statement):
    """A message taken out of the network."""

    message: Expr


@dataclass(frozen=True)
class RunRoutine(Statement):
    """A macro, or an action of the class varied, run in place."""

    routine: Routine
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Return(Statement):
    """An operator's value."""

    value: Expr


@dataclass(frozen=True, eq=False)
class Routine:
    """A function of the specification: an action, a macro, an operator or a claim.

    `parameters` are names and types, `self` first where it is a method; `returns` is None for
    actions and macros; `function` is the Python function it was lowered from.
    """

    name: str
    parameters: tuple[tuple[str, Type], ...]
    body: tuple[Statement, ...]
    returns: Type | None
    function: Any


def parts(node: Any) -> Iterator[Any]:
    """A tree's nodes, itself first; a routine's are those of its body and of what it calls."""
    yield node
    body = node.body if isinstance(node, Routine) else children(node, Expr | Statement | Routine)
    for one in body:
        yield from parts(one)


def children(node: Any, kinds: type | UnionType) -> Iterator[Any]:
    """What is of these kinds right inside a node: in its fields, and in tuples there."""
    for value in vars(node).values():
        for child in value if isinstance(value, tuple) else (value,):
            for one in child if isinstance(child, tuple) else (child,):
                if isinstance(one, kinds):
                    yield one
