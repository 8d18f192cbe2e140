"""Which function gives the meaning of which kind of expression: what is not listed is refused."""

from __future__ import annotations

from raftnb.prove import expressions
from raftnb.prove.comprehensions import comprehension
from raftnb.prove.evaluate import Evaluator, Handler
from raftnb.prove.scope import Scope
from raftnb.tree import nodes
from raftnb.tree.nodes import Expr

MEANING: dict[type[Expr], Handler] = {
    nodes.Const: expressions.constant,
    nodes.Var: expressions.name,
    nodes.Read: expressions.read,
    nodes.Get: expressions.field,
    nodes.Apply: expressions.applied,
    nodes.Cond: expressions.conditional,
    nodes.Call: expressions.called,
    nodes.Make: expressions.made,
    nodes.Collect: expressions.collected,
    nodes.EachOf: comprehension,
    nodes.Everyone: expressions.everyone,
    nodes.InFlight: expressions.in_flight,
    nodes.Either: expressions.either,
}


def evaluator(scope: Scope) -> Evaluator:
    """An evaluator of expressions in a scope."""
    return Evaluator(scope, MEANING)
