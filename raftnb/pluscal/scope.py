"""Where an expression stands: what its names mean there, and which variables have changed."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import NoReturn

from raftnb.data.errors import SpecError
from raftnb.language import source
from raftnb.pluscal.terms import Name, Term, parts
from raftnb.tree.nodes import Routine

LANGUAGE = "what can be said in TLA+ as well"


@dataclass(frozen=True)
class Scope:
    """The names of a routine at one place.

    `assigned` are the variables that the step has changed so far, `naturals` the names that are
    never negative, `held` the terms of variables that are assigned more than once in the step.
    `any_order` says that what is made here of a set may be in any order.
    """

    routine: Routine
    names: dict[str, Term] = field(default_factory=dict)
    assigned: frozenset[str] = frozenset()
    naturals: frozenset[str] = frozenset()
    held: dict[str, Term] = field(default_factory=dict)
    actor: Term | None = None
    any_order: bool = False
    taken: frozenset[str] = frozenset()

    @property
    def inside(self) -> frozenset[str]:
        """The names of TLA+ that are bound here."""
        terms = (*self.names.values(), *self.held.values())
        return self.taken | {
            one.text for term in terms for one in parts(term) if isinstance(one, Name)
        }

    def binding(self, name: str, term: Term, *, natural: bool = False) -> Scope:
        """The scope in which one name more has a meaning."""
        naturals = self.naturals | {name} if natural else self.naturals - {name}
        taken = self.taken | {one.text for one in parts(term) if isinstance(one, Name)}
        return replace(self, names={**self.names, name: term}, naturals=naturals, taken=taken)

    def after(self, variables: Iterable[str]) -> Scope:
        """The scope after variables have changed."""
        return replace(self, assigned=self.assigned | frozenset(variables))


def refuse(routine: Routine, line: int, found: str, allowed: str, cure: str) -> NoReturn:
    """Raise `SpecError` for what cannot be said, at a line of a routine."""
    raise SpecError(found, place=place_of(routine.function, line), allowed=allowed, cure=cure)


def place_of(function: FunctionType, line: int) -> str:
    """The file and the text of a line of a function."""
    return source.place(function, ast.Pass(lineno=line))
