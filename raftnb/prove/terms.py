"""Values and truths as Z3 terms: terms for what is plain, functions to terms for what has parts.

A sequence is its length and a function from the index, a set a predicate, a map a predicate and a
function, a record its fields. So no arrays and no data types reach the solver, and an update is a
new function that asks "is it this one?" before it asks the old one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import z3

from raftnb.data.errors import SpecError

Value = Any
TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)


@dataclass(frozen=True)
class OptionV:
    """`T | None`: whether it is a T, and which."""

    some: z3.BoolRef
    value: Value


@dataclass(frozen=True)
class Family:
    """Some values, one for each choice of the bound constants that satisfies the guard."""

    bound: tuple[z3.ExprRef, ...]
    guard: z3.BoolRef
    value: Value


@dataclass(frozen=True)
class SeqV:
    """A sequence: its length, and the item at each index from 0.

    `items`, where there is one, gives its items in no order: it is set where more is known of them
    than by index. `part` is set for a part of a longer sequence: its items by their indices there,
    and the index of its first one. A quantifier over these has terms that others have, too.
    """

    length: z3.ArithRef
    at: Callable[[z3.ArithRef], Value]
    items: Callable[[], list[Family]] | None = None
    part: tuple[Callable[[z3.ArithRef], Value], z3.ArithRef] | None = None

    @property
    def within(self) -> tuple[Callable[[z3.ArithRef], Value], z3.ArithRef]:
        """The items of the longest sequence of which this is a part, and where this begins."""
        return self.part or (self.at, z3.IntVal(0))


@dataclass(frozen=True)
class SetV:
    """A set: who is in it; `name` is a term of the sort of sets where there is one.

    `either` is set where it is one of two sets, depending on a test.
    """

    has: Callable[[z3.ExprRef], z3.BoolRef]
    name: z3.ExprRef | None = None
    either: tuple[z3.BoolRef, SetV, SetV] | None = None


@dataclass(frozen=True)
class MapV:
    """A map: which keys it has, and their values."""

    has: Callable[[z3.ExprRef], z3.BoolRef]
    get: Callable[[z3.ExprRef], Value]


@dataclass(frozen=True)
class RecordV:
    """A record or message: its fields; `name` is the term it is read from, where there is one."""

    cls: type[Any]
    fields: dict[str, Value]
    name: z3.ExprRef | None = None


def conj(*parts: z3.BoolRef) -> z3.BoolRef:
    """And, without what is plainly true."""
    kept = [p for p in parts if not z3.is_true(p)]
    if any(z3.is_false(p) for p in kept):
        return FALSE
    return TRUE if not kept else kept[0] if len(kept) == 1 else z3.And(kept)


def disj(*parts: z3.BoolRef) -> z3.BoolRef:
    """Or, without what is plainly false."""
    kept = [p for p in parts if not z3.is_false(p)]
    if any(z3.is_true(p) for p in kept):
        return TRUE
    return FALSE if not kept else kept[0] if len(kept) == 1 else z3.Or(kept)


def neg(part: z3.BoolRef) -> z3.BoolRef:
    """Not."""
    if z3.is_true(part) or z3.is_false(part):
        return z3.BoolVal(z3.is_false(part))
    return part.arg(0) if z3.is_not(part) else z3.Not(part)


def implies(left: z3.BoolRef, right: z3.BoolRef) -> z3.BoolRef:
    """If left then right, as a disjunction."""
    return disj(neg(left), right)


def same(a: z3.ExprRef, b: z3.ExprRef) -> z3.BoolRef:
    """Equality of terms, decided at once where they are the same term or different numbers."""
    if a.eq(b):
        return TRUE
    if z3.is_int_value(a) and z3.is_int_value(b):
        return z3.BoolVal(a.as_long() == b.as_long())
    return a == b


def choose(test: z3.BoolRef, yes: Value, no: Value) -> Value:
    """`yes if test else no`, for values of the same type."""
    if z3.is_true(test) or yes is no:
        return yes
    if z3.is_false(test):
        return no
    if isinstance(yes, OptionV):
        return OptionV(choose(test, yes.some, no.some), choose(test, yes.value, no.value))
    if isinstance(yes, SeqV):
        return _choose_seq(test, yes, no)
    if isinstance(yes, SetV):
        return SetV(lambda x: choose(test, yes.has(x), no.has(x)), None, (test, yes, no))
    if isinstance(yes, MapV):
        return MapV(
            lambda k: choose(test, yes.has(k), no.has(k)),
            lambda k: choose(test, yes.get(k), no.get(k)),
        )
    if isinstance(yes, RecordV):
        return _choose_record(test, yes, no)
    return _choose_term(test, yes, no)


def _choose_seq(test: z3.BoolRef, yes: SeqV, no: SeqV) -> SeqV:
    length = choose(test, yes.length, no.length)
    found = SeqV(length, lambda k: choose(test, yes.at(k), no.at(k)))
    if yes.part is None and no.part is None:
        return found
    (a, first), (b, other) = yes.within, no.within
    start = choose(test, first, other)
    return replace(found, part=(lambda k: choose(test, a(k), b(k)), start))


def _choose_record(test: z3.BoolRef, yes: RecordV, no: RecordV) -> RecordV:
    if yes.cls is not no.cls or set(yes.fields) != set(no.fields):
        raise SpecError(
            f"a `{yes.cls.__name__}` on one way and another record on the other",
            allowed="on every way a record of the same class; a message that was sent",
            cure="choose between the fields, or branch with `if` in the action",
        )
    return RecordV(yes.cls, {f: choose(test, v, no.fields[f]) for f, v in yes.fields.items()})


def _choose_term(test: z3.BoolRef, yes: z3.ExprRef, no: z3.ExprRef) -> z3.ExprRef:
    if yes.eq(no):
        return yes
    if z3.is_bool(yes) and (z3.is_true(yes) or z3.is_false(no)):
        return disj(test, no) if z3.is_true(yes) else conj(test, yes)
    if z3.is_bool(yes) and (z3.is_false(yes) or z3.is_true(no)):
        return conj(neg(test), no) if z3.is_false(yes) else disj(neg(test), yes)
    return z3.If(test, yes, no)
