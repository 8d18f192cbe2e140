"""Raft's proof for a variant of it: some claims in place of others, and further ones used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from raftnb.language.claims import Property
from raftnb.language.proof import Lemma

Uses = tuple[Property, ...]


def adapted(
    lemmas: tuple[Lemma, ...],
    instead: Mapping[Property, Property] | None = None,
    also: Mapping[Property, Mapping[str, Uses]] | None = None,
    everywhere: Mapping[str, Uses] | None = None,
) -> tuple[Lemma, ...]:
    """Lemmas that use `instead` of a claim another one, and others for an action's steps.

    These are `also` those that are named for a claim, and `everywhere` those for all claims.
    """
    instead, also, everywhere = instead or {}, also or {}, everywhere or {}

    def seen(uses: Uses | None) -> Uses | None:
        return None if uses is None else tuple(instead.get(use, use) for use in uses)

    def one(lemma: Lemma) -> Lemma:
        steps = {action: seen(uses) or () for action, uses in lemma.steps.items()}
        for more in (also.get(lemma.claim, {}), everywhere):
            for action, uses in more.items():
                steps[action] = (*steps.get(action, ()), *uses)
        return replace(lemma, uses=seen(lemma.uses), steps=steps)

    return tuple(map(one, lemmas))


__all__ = ["adapted"]
