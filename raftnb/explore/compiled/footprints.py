"""What a function may read and write, from its tree: variables of whom, and the messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from raftnb.explore.compiled.tables import has_bag
from raftnb.explore.compiled.words import NotCompiled
from raftnb.tree import Program, nodes
from raftnb.tree.nodes import Expr, Member, Routine, Statement, children

ANYBODY, SHARED = -1, -2
MESSAGES = ("", "", SHARED)
"""Stands for the messages in flight, where they are read as `in_flight`."""

Touched = tuple[str, str, int]
"""A class, one of its variables, and whose it is: the place of a parameter, or one of the above."""

Told = Callable[[Any, Mapping[str, int]], Iterator[Touched]]
"""What a node of the tree says by itself."""


@dataclass(frozen=True)
class Footprints:
    """Answers for the functions of a program; what is sent and discarded is not part of it."""

    program: Program

    def of(self, routine: Routine) -> frozenset[Touched]:
        """What a routine and all that it calls may read or write."""
        return self._of(routine, _read)

    def written(self, routine: Routine) -> frozenset[Touched]:
        """What they may write."""
        return self._of(routine, _written)

    def of_expression(self, expr: Expr, places: Mapping[str, int]) -> frozenset[Touched]:
        """The same of an expression; `places` are those of the names that are parameters."""
        return frozenset(self._walk(expr, without(places, bound_in([expr])), _read))

    def _of(self, routine: Routine, told: Told) -> frozenset[Touched]:
        places = {name: i for i, (name, _) in enumerate(routine.parameters)}
        return frozenset(self._each(routine.body, without(places, bound_in(routine.body)), told))

    def _each(
        self, body: Iterable[Any], places: Mapping[str, int], told: Told
    ) -> Iterator[Touched]:
        for part in body:
            yield from self._walk(part, places, told)

    def _walk(self, node: Any, places: Mapping[str, int], told: Told) -> Iterator[Touched]:
        yield from told(node, places)
        if isinstance(node, nodes.Call | nodes.RunRoutine):
            given = [_place(arg, places) for arg in node.args]
            for root, variable, whose in self._of(node.routine, told):
                yield root, variable, given[whose] if whose >= 0 else whose
        yield from self._each(children(node, Expr | Statement), places, told)

    def cells(self, touched: Iterable[Touched], arguments: Sequence[Any]) -> frozenset[int]:
        """The cells, for values of the parameters; one that is none of a class is anybody."""
        model = self.program.model
        found: set[int] = set()
        for root, variable, whose in touched:
            if not root:
                own, end = len(model.variables), len(model.layout.cells)
                found |= {end} if has_bag(model) else set(range(own, end))
                continue
            place = list(self.program.classes[root].variables).index(variable)
            owners = (root,) if whose == SHARED else model.names[root]
            if whose >= 0 and arguments[whose] is not None:
                owners = (arguments[whose].name,)
            found |= {model.bases[root, owner] + place for owner in owners}
        return frozenset(found)


def _read(node: Any, places: Mapping[str, int]) -> Iterator[Touched]:
    if isinstance(node, nodes.Read):
        yield _touched(node, places)
    if isinstance(node, nodes.InFlight):
        yield MESSAGES


def _written(node: Any, places: Mapping[str, int]) -> Iterator[Touched]:
    if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Read):
        yield _touched(node.target, places)


def _touched(read: nodes.Read, places: Mapping[str, int]) -> Touched:
    if read.owner is None:
        return read.root, read.variable, SHARED
    if not isinstance(read.owner.type, Member):
        raise NotCompiled(f"`{read.variable}` of one of several classes")
    return read.owner.type.root, read.variable, _place(read.owner, places)


def _place(expr: Expr, places: Mapping[str, int]) -> int:
    return places.get(expr.name, ANYBODY) if isinstance(expr, nodes.Var) else ANYBODY


def without(places: Mapping[str, int], names: set[str]) -> dict[str, int]:
    """The places of names, but for some names."""
    return {name: i for name, i in places.items() if name not in names}


def bound_in(body: Iterable[Any]) -> set[str]:
    """The names that are given values in statements and expressions, not in what they call."""
    found = set()
    for part in body:
        if isinstance(part, nodes.Assign) and isinstance(part.target, nodes.Var):
            found.add(part.target.name)
        if isinstance(part, nodes.For | nodes.EachOf):
            found.add(part.name)
        found |= bound_in(children(part, Expr | Statement))
    return found
