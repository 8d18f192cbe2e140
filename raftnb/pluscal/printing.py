"""From expressions of TLA+ to text: precedence, parentheses, lists, and where lines may break."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from raftnb.pluscal.layout import (
    Align,
    Doc,
    Either,
    Group,
    Line,
    Nest,
    Row,
    Text,
    joined,
    row,
)
from raftnb.pluscal.terms import (
    Call,
    Cases,
    Except,
    Field,
    Filter,
    Function,
    FunctionSet,
    Image,
    Index,
    Infix,
    Lambda,
    Let,
    Listed,
    Name,
    Prefix,
    Quantified,
    RecordTerm,
    State,
    Term,
)

WIDTH = 79
OPEN, ATOM = 0, 20
"""The precedence of what reaches as far right as it can, and of what needs no parentheses."""
PRECEDENCE = {
    "=>": 1, "~>": 2, "/\\": 3, "\\/": 3, "=": 5, "#": 5, "<": 5, "<=": 5, ">": 5, ">=": 5,
    "\\in": 5, "\\notin": 5, "\\subseteq": 5, "@@": 6, ":>": 6, "\\cup": 8, "\\cap": 8, "\\": 8,
    "..": 9, "+": 10, "-": 11, "%": 10, "*": 13, "\\div": 13, "\\o": 13, "\\X": 10,
}  # fmt: skip
HIGH = {**PRECEDENCE, "%": 11, "\\X": 13}
"""Some operators have a range of precedences: two whose ranges meet need parentheses in TLA+."""
LEFT = {"\\cup", "\\cap", "+", "-", "*", "\\o"}
"""Operators whose first operand may be the same operator again."""
PREFIXES = {
    "~": 4,
    "-": 12,
    "DOMAIN": 10,
    "SUBSET": 8,
    "UNION": 8,
    "[]": 4,
    "<>": 4,
    "[]<>": 4,
    "UNCHANGED": 4,
}
STACKED = {"/\\", "\\/"}


def document(term: Term) -> Doc:
    """A term as a document."""
    return DOCUMENTS[type(term)](term)


def precedence(term: Term) -> int:
    """How strongly the outermost operator of a term binds."""
    if isinstance(term, Infix):
        return PRECEDENCE[term.op]
    if isinstance(term, Prefix):
        return PREFIXES[term.op]
    return OPEN if isinstance(term, Quantified | Cases | Let | Lambda) else ATOM


def _within(term: Term, least: int) -> Doc:
    """A term as an operand, in parentheses where it binds less than it must."""
    inner = document(term)
    return inner if precedence(term) >= least else row("(", Align(inner), ")")


def _list(op: str, args: tuple[Term, ...]) -> Doc:
    """A conjunction or disjunction: one operand a line where it does not fit into one."""
    flat = joined([_within(arg, PRECEDENCE[op] + 1) for arg in args], Text(f" {op} "))
    items = [row(f"{op} ", Align(Group(document(arg)))) for arg in args]
    return Align(Group(Either(joined(items, Line()), flat)))


def _infix(term: Infix) -> Doc:
    if term.op in STACKED:
        return _list(term.op, term.args)
    if term.op == "..":
        return joined([_within(arg, ATOM) for arg in term.args], Text(".."))
    first, *others = term.args
    again = isinstance(first, Infix) and first.op == term.op and term.op in LEFT
    least = HIGH[term.op] + 1
    operands = [document(first) if again else _within(first, least)]
    operands += [_within(arg, least) for arg in others]
    return Align(
        Group(
            Row(
                (
                    operands[0],
                    Nest(2, Row(tuple(row(Line(), term.op, " ", o) for o in operands[1:]))),
                )
            )
        )
    )


def _prefix(term: Prefix) -> Doc:
    space = "" if term.op in ("~", "-", "[]", "<>", "[]<>") else " "
    least = PREFIXES[term.op] + 1 if term.op in ("~", "-") else ATOM
    return row(term.op, space, _within(term.arg, least))


def _bracketed(left: str, parts: list[Doc], right: str) -> Doc:
    if not parts:
        return Text(left + right)
    return Group(row(left, Align(joined(parts, row(",", Line()))), right))


def _call(term: Call) -> Doc:
    if not term.args:
        return Text(term.name)
    return _bracketed(f"{term.name}(", [document(arg) for arg in term.args], ")")


def _index(term: Index) -> Doc:
    return row(_within(term.function, ATOM), "[", Align(document(term.at)), "]")


def _record(term: RecordTerm) -> Doc:
    inner = [row(f"{name} |-> ", Align(document(value))) for name, value in term.fields]
    return _bracketed("[", inner, "]")


def _listed(term: Listed) -> Doc:
    right = {"{": "}", "<<": ">>"}[term.kind]
    if term.items and all(isinstance(item, State | Name) for item in term.items):
        filled = joined([document(item) for item in term.items], row(",", Group(Line())))
        return row(term.kind, Align(filled), right)
    return _bracketed(term.kind, [document(item) for item in term.items], right)


def _in(name: str, domain: Term) -> Doc:
    return row(f"{name} \\in ", Align(_within(domain, PRECEDENCE["\\in"] + 1)))


def _comprehension(left: str, first: Doc, sign: str, second: Doc, right: str) -> Doc:
    return Group(row(left, Align(row(first, sign, Line(), second)), right))


def _filter(term: Filter) -> Doc:
    return _comprehension("{", _in(term.name, term.domain), " :", document(term.test), "}")


def _image(term: Image) -> Doc:
    return _comprehension("{", document(term.body), " :", _in(term.name, term.domain), "}")


def _function(term: Function) -> Doc:
    return _comprehension("[", _in(term.name, term.domain), " |->", document(term.body), "]")


def _function_set(term: FunctionSet) -> Doc:
    return row("[", document(term.domain), " -> ", document(term.values), "]")


def _quantified(term: Quantified) -> Doc:
    names, body = [term.name], term.body
    while isinstance(body, Quantified) and (body.kind, body.domain) == (term.kind, term.domain):
        if body.kind == "CHOOSE":
            break
        names.append(body.name)
        body = body.body
    head = row(f"{term.kind} ", _in(", ".join(names), term.domain), " :")
    return Align(Group(row(head, Nest(2, row(Line(), document(body))))))


def _cases(term: Cases) -> Doc:
    yes = row("THEN ", Align(Group(document(term.yes))))
    no = row("ELSE ", Align(Group(document(term.no))))
    head = row("IF ", Align(Group(document(term.test))))
    if isinstance(term.no, Cases):
        return Align(Group(row(head, Line(), yes, Line(), "ELSE ", document(term.no))))
    return Align(Group(row(head, Line(), yes, Line(), no)))


def _let(term: Let) -> Doc:
    found: list[Doc] = []
    body: Term = term
    while isinstance(body, Let):
        found.append(row(f"{body.name} == ", Align(Group(document(body.value)))))
        body = body.body
    inner = Align(joined(found, Line(must=True)))
    return Align(row("LET ", inner, Line(must=True), "IN  ", Align(Group(document(body)))))


def _lambda(term: Lambda) -> Doc:
    return row(f"LAMBDA {', '.join(term.names)} : ", Align(Group(document(term.body))))


def _except(term: Except) -> Doc:
    path = Row(tuple(_place(one) for one in term.path))
    value = Group(Nest(2, row(Line(), Align(document(term.value)))))
    change = Nest(2, row(Line(), "!", path, " =", value))
    return Group(row("[", Align(row(document(term.function), " EXCEPT", change)), "]"))


def _place(one: Term) -> Doc:
    """A place in a function, or (a name that begins with a dot) a field of a record."""
    field = isinstance(one, Name) and one.text.startswith(".")
    return document(one) if field else row("[", document(one), "]")


DOCUMENTS: dict[type[Term], Callable[[Any], Doc]] = {
    Name: lambda term: Text(term.text),
    State: lambda term: Text(term.name + ("'" if term.primed else "")),
    Infix: _infix,
    Prefix: _prefix,
    Call: _call,
    Index: _index,
    Field: lambda term: row(_within(term.record, ATOM), f".{term.name}"),
    RecordTerm: _record,
    Listed: _listed,
    Filter: _filter,
    Image: _image,
    Function: _function,
    FunctionSet: _function_set,
    Quantified: _quantified,
    Cases: _cases,
    Let: _let,
    Lambda: _lambda,
    Except: _except,
}
