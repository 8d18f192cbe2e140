"""`prove_refines`: that one specification refines another, for any number of processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.language.claims import Property
from raftnb.language.mapping import Becomes, Function, RefinementMapping
from raftnb.language.proof import Proof
from raftnb.language.spec import Spec
from raftnb.prove.report import Report
from raftnb.prove.run import prove


@told_plainly
def prove_refines(
    concrete: Proof | Spec,
    abstract: Spec,
    mapping: Mapping[str, Function],
    *,
    steps: Mapping[str, Becomes],
    uses: tuple[Property, ...] = (),
    defined: tuple[Property, ...] = (),
    **options: Any,
) -> Report:
    """Prove that each behavior of one specification is, seen rightly, one of another.

    `concrete` is a proof with the invariant that the mapping relies on (a Spec is one without), and
    is proved, too. `mapping`, `steps`, `uses` and `defined` are those of a `RefinementMapping`:
    what each abstract variable is, and which abstract steps each concrete action becomes. The
    conditions: every initial state is seen as an initial one, the mapping has a value in every
    state, and each way through each action leads from a state to one that is seen to be reached by
    these steps, each of which can be taken, or is seen as the same. Fairness is not looked at.
    `options` are those of `prove`; `only=(abstract.name,)` leaves the invariant out.

    Raises `UsageError` for a variable of which nothing is said or a step that is not described,
    `SpecError` for what has no translation.
    """
    given: Any = concrete
    if not isinstance(given, Proof | Spec) or not isinstance(abstract, Spec):
        raise UsageError(
            f"{concrete!r} and {abstract!r}",
            place="prove_refines",
            allowed="a Proof or a Spec that refines a Spec",
            cure="give the specifications, without constants",
        )
    proof = concrete if isinstance(concrete, Proof) else Proof(concrete, ())
    refines = RefinementMapping(abstract, mapping, steps, uses, defined)
    return prove(replace(proof, spec=without_others(proof), refines=refines), **options)


def without_others(proof: Proof) -> Spec:
    """The specification without the claims that a proof says nothing about: nobody asked."""
    left_out, spec = proof.not_covered(), proof.spec
    return replace(
        spec,
        invariants=tuple(c for c in spec.invariants if c.__name__ not in left_out),
        transitions=tuple(c for c in spec.transitions if c.__name__ not in left_out),
    )


__all__ = ["prove_refines"]
