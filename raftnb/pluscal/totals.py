"""Which maps have all the keys of their type, always: TLA+ changes those with EXCEPT."""

from __future__ import annotations

from collections.abc import Iterable

from raftnb.language.initial import Anything, Each, First, start_of
from raftnb.language.spec import Model
from raftnb.pluscal import trees
from raftnb.tree import nodes
from raftnb.tree.nodes import TRUE, Apply, Assign, EachOf, MapOf, Member, Read, Routine

Key = tuple[str, str]


class Totals:
    """The variables of a model that hold total maps."""

    def __init__(self, model: Model, routines: Iterable[Routine]) -> None:
        assigned = [
            part
            for routine in routines
            for part in trees.own_of(routine.body)
            if isinstance(part, Assign) and isinstance(part.target, Read)
        ]
        self._total = {
            (cls.root, variable.name)
            for variable, cls in model.variables
            if isinstance(start_of(variable.initial), Each | Anything | First)
        }
        while True:
            lost = {
                (part.target.root, part.target.variable)
                for part in assigned
                if isinstance(part.target, Read) and not self.is_total(part.value)
            }
            if not lost & self._total:
                return
            self._total -= lost

    def is_total(self, expr: nodes.Expr) -> bool:
        """Whether a map has all the keys of its type."""
        if isinstance(expr, Read):
            return (expr.root, expr.variable) in self._total
        if isinstance(expr, Apply) and expr.op in ("merge", "the", "as"):
            return any(map(self.is_total, expr.args))
        if isinstance(expr, nodes.Cond):
            return self.is_total(expr.yes) and self.is_total(expr.no)
        if not isinstance(expr, EachOf) or expr.kind != "map" or expr.condition != TRUE:
            return False
        whole = isinstance(expr.type, MapOf) and isinstance(expr.domain, nodes.Everyone)
        own = isinstance(expr.key, nodes.Var) and expr.key.name == expr.name
        return whole and own and isinstance(expr.key.type, Member)  # type: ignore[union-attr]
