"""What the parts of the translation ask of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from raftnb.pluscal.scope import Scope
from raftnb.pluscal.terms import Term
from raftnb.pluscal.values import Encoding
from raftnb.tree import nodes


@dataclass(frozen=True)
class Variable:
    """A variable of the module: its name, and whether it is a function of the process."""

    name: str
    root: str
    variable: str
    indexed: bool


@dataclass(frozen=True)
class Definition:
    """An operator of the module; `reads` are the variables that its value depends on."""

    name: str
    parameters: tuple[str, ...]
    body: Term
    about: str
    reads: frozenset[str]


def open_parameters(routine: nodes.Routine) -> list[str]:
    """The parameters of a part of actions but for the acting process."""
    names = [name for name, _ in routine.parameters]
    own = bool(names) and names[0] == "self" and isinstance(routine.parameters[0][1], nodes.Member)
    return names[1:] if own else names


class Words(Protocol):
    """The translation of one model, as far as its parts need it."""

    encoding: Encoding

    def term(self, expr: nodes.Expr, scope: Scope) -> Term:
        """The meaning of an expression."""

    def variable(self, root: str, name: str) -> Variable | None:
        """The variable; None for a history variable that is left out."""

    def initial_of_history(self, routine: nodes.Routine, expr: nodes.Read) -> Term:
        """What a history variable that is left out always has."""

    def operator(self, routine: nodes.Routine) -> Definition:
        """The definition of an operator of the specification."""

    def in_place(self, routine: nodes.Routine, args: tuple[Term, ...], scope: Scope) -> Term:
        """The value of an operator, written out where it is called."""

    def kind_test(self, cls: type, x: str, body: Term) -> str:
        """The name of an operator that says of `x` whether it is of a class."""

    def helper(self, name: str, *args: Term) -> Term:
        """An operator that comes with the module, applied."""

    def is_total(self, expr: nodes.Expr) -> bool:
        """Whether a map has all the keys of its type."""

    def is_macro(self, routine: nodes.Routine, scope: Scope) -> bool:
        """Whether a part of actions means the same as a macro of PlusCal, run here."""

    def macro(self, routine: nodes.Routine) -> str:
        """The name of a part of actions."""

    def reads(self, term: Term) -> frozenset[str]:
        """The variables on which the value of a term depends."""

    def written(self, body: tuple[nodes.Statement, ...]) -> set[str]:
        """The variables to which statements, and the parts they run, assign."""

    def bound(self, name: str, scope: Scope) -> str:
        """A name for what is bound here."""

    def is_natural_constant(self, term: Term) -> bool:
        """Whether a term is a constant of the model that is no negative number."""

    def fresh(self, name: str) -> str:
        """A name for what is bound outside of all functions of the specification."""

    def in_flight(self, kind: type, scope: Scope) -> Term:
        """The set of the messages of a kind that are in flight."""
