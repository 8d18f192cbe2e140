"""How often the statements of an action may assign to a variable, on one way through them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from raftnb.pluscal.network import Wire
from raftnb.pluscal.words import Variable
from raftnb.tree import nodes
from raftnb.tree.nodes import Assign, Discard, For, If, Read, RunRoutine, Send, Statement


class Variables(Protocol):
    """The variables of a module."""

    def variable(self, root: str, name: str) -> Variable | None:
        """The variable; None for a history variable that is left out."""


class Counting:
    """Counts assignments."""

    def __init__(self, variables: Variables, wire: Wire) -> None:
        self._variables, self._wire = variables, wire

    def twice(self, body: tuple[Statement, ...]) -> frozenset[str]:
        """The variables to which some way assigns more than once."""
        return frozenset(name for name, count in self.of(body).items() if count > 1)

    def of(self, body: Iterable[Statement]) -> Counter[str]:
        """How often each variable is assigned at most."""
        found: Counter[str] = Counter()
        before: Statement | None = None
        for statement in body:
            if isinstance(statement, Send) and isinstance(before, Discard) and self._discards:
                before = None  # a reply is one assignment
                continue
            found += self._of_one(statement)
            before = statement
        return found

    @property
    def _discards(self) -> bool:
        return self._wire.kind != "set"

    def _of_one(self, s: Statement) -> Counter[str]:
        if isinstance(s, Assign) and isinstance(s.target, Read):
            variable = self._variables.variable(s.target.root, s.target.variable)
            return Counter([variable.name] if variable is not None else [])
        if isinstance(s, If):
            return self.of(s.then) | self.of(s.otherwise)
        if isinstance(s, For):
            return Counter(dict.fromkeys(self.of(s.body), 1))
        if isinstance(s, RunRoutine):
            return self.of(s.routine.body)
        sends = isinstance(s, Send) or (isinstance(s, nodes.Discard) and self._discards)
        return Counter([self._wire.variable] if sends else [])
