"""Triggers of claims: expressions whose terms make the solver instantiate a quantifier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import z3

from raftnb.data.errors import SpecError
from raftnb.language.claims import Property


def pattern(
    claim: Property, texts: Sequence[str], terms: Sequence[z3.ExprRef], bound: Sequence[z3.ExprRef]
) -> z3.ExprRef | z3.PatternRef:
    """The terms of one trigger as a pattern of a quantifier over the bound constants.

    Raises `SpecError` where the solver could take no pattern of them.
    """
    for text, term in zip(texts, terms, strict=False):
        if not z3.is_app(term) or term.decl().kind() != z3.Z3_OP_UNINTERPRETED:
            raise wrong(claim, text, "take out arithmetic and conditions")
    named = {part.get_id() for term in terms for part in parts(term)}
    left = [str(one).partition("!")[0] for one in bound if one.get_id() not in named]
    if left:
        told = ", ".join(f"`{name}`" for name in left)
        raise wrong(claim, ", ".join(texts), f"add an expression with {told} to the same tuple")
    return z3.MultiPattern(*terms) if len(terms) > 1 else terms[0]


def wrong(claim: Property, text: str, cure: str) -> SpecError:
    """The error for a trigger that is none."""
    return SpecError(
        f"the trigger `{text}` of `{claim.__name__}`",
        allowed="a variable, an item, a field, `key in map`, `x in set`, an opaque operator; "
        "those of one tuple name every parameter, and what `all` goes through",
        cure=cure,
    )


def parts(term: z3.ExprRef) -> Iterator[z3.ExprRef]:
    """A term and those inside it."""
    yield term
    for child in term.children():
        yield from parts(child)
