"""Small instances: how large they are, and the models that they are of."""

from __future__ import annotations

from dataclasses import dataclass

from raftnb.language.constants import SWITCH
from raftnb.language.proof import Proof
from raftnb.language.spec import Model, Spec


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
    what actions and assumptions name has its default.
    """
    spec = proof.spec
    numbers = {cls.number for cls in (*spec.processes, *spec.domains)}
    least = 1 if spec.assuming else 2
    own = {n: max(v, least) for n, v in spec.constants.items() if n in numbers}
    own |= {n: v for n, v in constants.items() if n in numbers}
    given = {n: v for n, v in constants.items() if n not in own}
    read = read_by_actions(spec)
    read |= {name for claim in spec.assuming for name in spec.vocabulary.parameters(claim)}  # type: ignore[arg-type]
    bounds = {
        name: default if name in read else size.top
        for name, default in spec.constants.items()
        if name not in own and spec.sorts[name] is not SWITCH
    } | given
    model = spec(history=True, **own, **bounds)
    model.horizon = size.top  # so that plain Python quantifies as far as the finite theory does
    return model


def read_by_actions(spec: Spec) -> set[str]:
    """The constants that actions read."""
    actions = (action.function for cls in spec.processes for action in cls.actions.values())
    named = {name for one in actions for name in spec.vocabulary.parameters(one, skip=1)}
    return named & set(spec.constants)
