"""Claims with parameters: every choice of values, and the truth of a claim for one of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from raftnb.data.values import rename, show
from raftnb.language.claims import Property, evaluate
from raftnb.language.spec import Model
from raftnb.language.universe import universe
from raftnb.language.world import World

Binding = Mapping[str, Any]


def bindings(model: Model, claims: Sequence[Property]) -> list[dict[str, Any]]:
    """Every choice of values for the quantified parameters of some claims."""
    free: dict[str, list[Any]] = {}
    world = World(model)
    with world:
        for claim in claims:
            for name, kind in model.parameters(claim).items():  # type: ignore[arg-type]
                if name not in model.constants and name not in free:
                    free[name] = universe(kind, world)
    rows = itertools.product(*free.values())
    return [dict(zip(free, row, strict=True)) for row in rows]


def truth(model: Model, claim: Property, binding: Binding) -> Callable[[World], bool]:
    """The function of the running world that says whether a claim is true, its parameters bound."""
    names = model.parameters(claim)  # type: ignore[arg-type]
    known = {**model.constants, **binding}

    def true_in(world: World) -> bool:
        here = {member: member for member in world.names.values()}
        return evaluate(claim, [rename(known[name], here) for name in names])

    return true_in


def named(name: str, binding: Binding) -> str:
    """A claim's name, with the values of its parameters if there are any."""
    values = ", ".join(f"{k} = {show(v)}" for k, v in binding.items())
    return f"{name} ({values})" if values else name
