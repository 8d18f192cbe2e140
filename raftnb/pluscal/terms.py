"""Expressions of TLA+, as far as a specification needs them, and how they are put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from raftnb.tree.nodes import children


@dataclass(frozen=True)
class Term:
    """An expression."""


@dataclass(frozen=True)
class Name(Term):
    """A bound name, a constant, a number or a string."""

    text: str


@dataclass(frozen=True)
class State(Term):
    """A variable, before or after the step."""

    name: str
    primed: bool = False


@dataclass(frozen=True)
class Infix(Term):
    """An operator between two operands or more."""

    op: str
    args: tuple[Term, ...]


@dataclass(frozen=True)
class Prefix(Term):
    """An operator before its operand."""

    op: str
    arg: Term


@dataclass(frozen=True)
class Call(Term):
    """An operator with arguments in parentheses, or without any."""

    name: str
    args: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Index(Term):
    """A function or sequence applied."""

    function: Term
    at: Term


@dataclass(frozen=True)
class Field(Term):
    """A field of a record."""

    record: Term
    name: str


@dataclass(frozen=True)
class RecordTerm(Term):
    """A record."""

    fields: tuple[tuple[str, Term], ...]


@dataclass(frozen=True)
class Listed(Term):
    """A sequence (`<<`) or a set (`{`) written out."""

    kind: str
    items: tuple[Term, ...]


@dataclass(frozen=True)
class Filter(Term):
    """The members of a set for which something holds."""

    name: str
    domain: Term
    test: Term


@dataclass(frozen=True)
class Image(Term):
    """The values of something for the members of a set."""

    body: Term
    name: str
    domain: Term


@dataclass(frozen=True)
class Function(Term):
    """A function from a set."""

    name: str
    domain: Term
    body: Term


@dataclass(frozen=True)
class FunctionSet(Term):
    """The functions from one set to another."""

    domain: Term
    values: Term


@dataclass(frozen=True)
class Quantified(Term):
    """`\\A`, `\\E` or `CHOOSE`, over a set."""

    kind: str
    name: str
    domain: Term
    body: Term


@dataclass(frozen=True)
class Cases(Term):
    """IF, THEN, ELSE."""

    test: Term
    yes: Term
    no: Term


@dataclass(frozen=True)
class Let(Term):
    """A name for a value."""

    name: str
    value: Term
    body: Term


@dataclass(frozen=True)
class Lambda(Term):
    """An operator without a name, as an argument."""

    names: tuple[str, ...]
    body: Term


@dataclass(frozen=True)
class Except(Term):
    """A function with one value changed."""

    function: Term
    path: tuple[Term, ...]
    value: Term


TRUE, FALSE = Name("TRUE"), Name("FALSE")
EMPTY_SET, EMPTY = Listed("{", ()), Listed("<<", ())


def mapped(term: Term, change: Callable[[Term], Term]) -> Term:
    """The term with each of its parts changed."""
    new: dict[str, Any] = {}
    for field in fields(term):
        value = getattr(term, field.name)
        if isinstance(value, Term):
            new[field.name] = change(value)
        elif isinstance(value, tuple):
            new[field.name] = tuple(_changed(one, change) for one in value)
    return replace(term, **new)


def _changed(one: Any, change: Callable[[Term], Term]) -> Any:
    if isinstance(one, Term):
        return change(one)
    return (one[0], change(one[1])) if isinstance(one, tuple) else one


def parts(term: Term) -> Iterator[Term]:
    """A term and all that is inside it."""
    yield term
    for one in children(term, Term):
        yield from parts(one)


def replaced(term: Term, old: Term, new: Term) -> Term:
    """The term with a part of it replaced; not inside of another EXCEPT, where `@` is another."""
    if term == old:
        return new
    return term if isinstance(term, Except) else mapped(term, lambda one: replaced(one, old, new))


def primed(term: Term, names: frozenset[str]) -> Term:
    """The term in which these variables are those after the step."""
    if isinstance(term, State):
        return replace(term, primed=term.primed or term.name in names)
    return mapped(term, lambda part: primed(part, names))


def states(term: Term) -> set[str]:
    """The names of the variables that a term reads."""
    return {one.name for one in parts(term) if isinstance(one, State)}


def union(sets: Sequence[Term]) -> Term:
    """The union of one set or more."""
    return sets[0] if len(sets) == 1 else Infix("\\cup", tuple(sets))


# Truth values.


def conjunction(terms: list[Term]) -> Term:
    """All of them."""
    return _connected("/\\", terms, TRUE)


def disjunction(terms: list[Term]) -> Term:
    """Any of them."""
    return _connected("\\/", terms, FALSE)


def _connected(op: str, terms: list[Term], none: Term) -> Term:
    flat: list[Term] = []
    for term in terms:
        flat += term.args if isinstance(term, Infix) and term.op == op else [term]
    flat = [term for term in flat if term != none]
    if not flat:
        return none
    return flat[0] if len(flat) == 1 else Infix(op, tuple(flat))


NEGATED = {"=": "#", "#": "=", "\\in": "\\notin", "\\notin": "\\in"} | {
    "<": ">=", ">=": "<", "<=": ">", ">": "<=",
}  # fmt: skip


def negation(term: Term) -> Term:
    """Not so, without a sign for it where a comparison can be turned."""
    if isinstance(term, Infix) and term.op in NEGATED:
        return Infix(NEGATED[term.op], term.args)
    if isinstance(term, Prefix) and term.op == "~":
        return term.arg
    if term in (TRUE, FALSE):
        return FALSE if term == TRUE else TRUE
    return Prefix("~", term)


# Numbers.


def number(value: int) -> Term:
    """A whole number."""
    return Name(str(value)) if value >= 0 else Prefix("-", Name(str(-value)))


def plus(term: Term, value: int) -> Term:
    """The sum with a constant, written as shortly as it can be."""
    found = _linear(term)
    terms = {one: count for one, count in found[0].items() if count}
    if not all(abs(count) == 1 for count in terms.values()):
        return term if value == 0 else Infix("+", (term, number(value)))
    return _sum(terms, found[1] + value)


def _sum(terms: dict[Term, int], constant: int) -> Term:
    positive = [one for one, count in terms.items() if count > 0]
    if constant > 0 or not positive:
        positive.append(number(constant))
        constant = 0
    found = positive[0] if len(positive) == 1 else Infix("+", tuple(positive))
    for one in [one for one, count in terms.items() if count < 0]:
        found = Infix("-", (found, one))
    return Infix("-", (found, number(-constant))) if constant < 0 else found


def _linear(term: Term) -> tuple[dict[Term, int], int]:
    """A number as a sum: how often each term is in it, and what is added."""
    if isinstance(term, Name) and term.text.isdigit():
        return {}, int(term.text)
    if isinstance(term, Prefix) and term.op == "-":
        return _added({}, 0, term.arg, -1)
    if isinstance(term, Infix) and term.op in ("+", "-"):
        terms, constant = _linear(term.args[0])
        for other in term.args[1:]:
            terms, constant = _added(terms, constant, other, 1 if term.op == "+" else -1)
        return terms, constant
    return {term: 1}, 0


def _added(
    terms: dict[Term, int], constant: int, other: Term, sign: int
) -> tuple[dict[Term, int], int]:
    more, value = _linear(other)
    terms = dict(terms)
    for one, count in more.items():
        terms[one] = terms.get(one, 0) + sign * count
    return terms, constant + sign * value
