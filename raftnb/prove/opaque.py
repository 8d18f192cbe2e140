"""Operators that the solver is not to look into: of which only axioms are known."""

from __future__ import annotations

from raftnb.data.errors import SpecError
from raftnb.language.proof import Proof
from raftnb.prove.scope import Scope
from raftnb.prove.state import Symbolic, Vocabulary
from raftnb.tree import nodes

PARTIAL = ("index", "the", "//", "%", "slice", "least", "largest", "position")


def check_opaque(proof: Proof, words: Vocabulary) -> None:
    """Raise `SpecError` for an opaque operator that is more than a relation of its arguments."""
    for function in proof.opaque:
        routine = words.program.operator(function)
        place = Scope(words, Symbolic({}, {}), function=function)
        for node in nodes.parts(routine):
            reads = isinstance(node, nodes.Read | nodes.InFlight | nodes.Either)
            if reads or (isinstance(node, nodes.Apply) and node.op in PARTIAL):
                raise place.refused(
                    node,
                    f"`{routine.name}` as an opaque operator",
                    allowed="operators of their arguments alone, that always have a value",
                    cure="leave it out of `opaque`, or pass it what it reads",
                )
        if routine.returns != nodes.BOOL:
            raise SpecError(
                f"`{routine.name}` as an opaque operator",
                allowed="operators that are True or False",
                cure="leave it out of `opaque`",
            )
