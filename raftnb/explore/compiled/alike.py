"""Where nothing is left of an action that depends on who does it, so that once is enough."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from raftnb.tree import nodes
from raftnb.tree.nodes import Expr, Routine, Statement, children, parts

OF_THE_NETWORK = nodes.Send | nodes.Discard | nodes.InFlight


@dataclass(frozen=True)
class Alike(Statement):
    """Whoever comes here in a state goes on as the one before did who came here in it."""

    number: int


def marked(routine: Routine, same: Set[str]) -> tuple[Routine, int]:
    """An action with such places marked, and how many they are.

    Nothing is written or chosen before one, and nothing after it names a parameter of the action,
    but for those that are the `same` for all who do it.
    """
    marks = _Marks({name for name, _ in routine.parameters} - same)
    body = marks.placed(routine.body, ()) if marks.names else routine.body
    if not marks.n or any(isinstance(part, OF_THE_NETWORK) for part in parts(routine)):
        return routine, 0
    return replace(routine, body=body), marks.n


class _Marks:
    def __init__(self, names: Set[str]) -> None:
        self.names, self.n = names, 0

    def placed(
        self, body: Sequence[Statement], behind: Sequence[Statement]
    ) -> tuple[Statement, ...]:
        """A block with its marks; `behind` is what follows it."""
        for i, one in enumerate(body):
            rest = body[i:]
            if not any(self._names_them(s) for s in itertools.chain(reversed(rest), behind)):
                self.n += 1
                return (*body[:i], Alike(one.line, self.n - 1), *rest)
            if isinstance(one, nodes.If) and not _chooses(one.test):
                after = (*rest[1:], *behind)
                then, otherwise = (self.placed(b, after) for b in (one.then, one.otherwise))
                return (*body[:i], replace(one, then=then, otherwise=otherwise), *rest[1:])
            if not isinstance(one, nodes.When) or _chooses(one.test):
                break
        return tuple(body)

    def _names_them(self, part: Statement) -> bool:
        return any(name in self.names for name in named(part))


def named(part: Expr | Statement) -> Iterator[str]:
    """The names that a part of a function uses; what it calls may not use all that it is given."""
    if isinstance(part, nodes.Var):
        yield part.name
    if isinstance(part, nodes.Call | nodes.RunRoutine):
        for (name, _), arg in zip(part.routine.parameters, part.args, strict=True):
            is_plain = isinstance(arg, nodes.Var | nodes.Const)  # it has a value, whoever asks
            if not is_plain or any(name in named(one) for one in part.routine.body):
                yield from named(arg)
        return
    for child in children(part, Expr | Statement):
        yield from named(child)


def _chooses(expr: Expr) -> bool:
    return any(isinstance(part, nodes.Either) for part in parts(expr))
