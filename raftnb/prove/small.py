"""Small instances: how large they are, and the models that they are of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from raftnb.language.constants import SWITCH
from raftnb.language.proof import Proof
from raftnb.language.spec import Model


@dataclass(frozen=True)
class InstanceSize:
    """How large a finite instance is.

    Numbers go from `low` to `top`; at most `slots` messages of a kind are in flight; `seconds` is
    the time that the solver has for one question.
    """

    top: int = 3
    slots: int = 2
    seconds: float = 30.0
    low: int = 0


def model_of(proof: Proof, size: InstanceSize, constants: dict[str, int]) -> Model:
    """The model of a finite instance: as many members as by default.

    They are at least two, unless something is assumed. Its bounds say how far properties quantify;
    what actions, assumptions and claims name has its default.
    """
    spec = proof.spec
    numbers = {cls.number for cls in (*spec.processes, *spec.domains)}
    least = 1 if spec.assuming else 2
    own = {n: max(v, least) for n, v in spec.constants.items() if n in numbers}
    own |= {n: v for n, v in constants.items() if n in numbers}
    given = {n: v for n, v in constants.items() if n not in own}
    read = constants_read(proof)
    bounds = {
        name: default if name in read else size.top
        for name, default in spec.constants.items()
        if name not in own and spec.sorts[name] is not SWITCH
    } | given
    model = spec(history=True, **own, **bounds)
    model.horizon = size.top  # so that plain Python quantifies as far as the finite theory does
    return model


def constants_read(proof: Proof) -> set[str]:
    """The constants that actions, assumptions and what is claimed take."""
    spec, parameters = proof.spec, proof.spec.vocabulary.parameters
    actions = (action.function for cls in spec.processes for action in cls.actions.values())
    claims: Any = (*spec.assuming, *spec.initially, *(lemma.claim for lemma in proof.lemmas()))
    named = {name for one in actions for name in parameters(one, skip=1)}
    named |= {name for claim in claims for name in parameters(claim)}
    return named & set(spec.constants)
