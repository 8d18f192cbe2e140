"""All that is refused of a Spec as a whole, and which Specs are judged when they are made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from raftnb.language.assumptions import refuse_assumptions
from raftnb.language.bodies import refuse_bodies
from raftnb.language.strangers import refuse_strangers
from raftnb.language.well_formed import refuse_constants, refuse_same_claims, refuse_shared_roots

BROUGHT_ALONG = "raftnb.specs."


def is_brought_along(parts: Iterable[Any]) -> bool:
    """Whether classes and functions are all of the package's own specifications.

    Those are judged where a model of them is asked for. One of them is made of many others, which
    nobody may ask for, and to judge one takes longer than to explore a small one.
    """
    return all(part.__module__.startswith(BROUGHT_ALONG) for part in parts)


def judge(spec: Any) -> None:
    """Raise `SpecError` for what is not a specification of the language, initial values aside."""
    refuse_shared_roots(spec.classes)
    used = (*sorted(spec.sizes), *spec.network_bounds)
    refuse_constants(spec.constants, spec.delivery_constants, used)
    refuse_same_claims(spec.claims, spec.transitions)
    spec.vocabulary.refuse_types()
    refuse_bodies(spec.vocabulary)
    for action in (a for cls in spec.processes for a in cls.actions.values()):
        spec.grammar.read_action(action)
    for claim in spec.claims:
        spec.grammar.read_claim(claim, step=claim in spec.transitions)
    spec.grammar.flow.refuse_final(spec.final)
    refuse_strangers(spec.processes, spec.shared, spec.fairness)
    spec.vocabulary.refuse_two_types((w.claims for w in spec.liveness), spec.constants)
    refuse_assumptions(spec.vocabulary, spec.assuming, spec.initially)
