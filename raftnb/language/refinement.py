"""The claim that one specification refines another, as a value; `raftnb.refine` checks it."""

from __future__ import annotations

import collections.abc
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from raftnb.data.trace import State
from raftnb.language.spec import Model, Spec

Mapping = Callable[[State], State]
Sizes = collections.abc.Mapping[str, int]


@dataclass(frozen=True)
class ClaimedRefinement:
    """The claim that `concrete` refines `abstract` when it is seen by `view(abstract model)`.

    Constants of the same name have the same value in both. A concrete step is up to `at_once`
    abstract ones; where that is more than one, nothing is claimed of fairness. With `history` the
    view reads history variables, and the concrete model keeps them. `sizes` are the constants of
    the concrete model where others than its defaults show more of the abstract one.
    """

    concrete: Spec
    abstract: Spec
    view: Callable[[Model], Mapping]
    at_once: int = 1
    history: bool = False
    sizes: Sizes = field(default_factory=dict)

    def models(self, history: bool = False, **constants: Any) -> tuple[Model, Model, Mapping]:
        """The two models with these constants (of the concrete one), and the mapping."""
        concrete = self.concrete(history=history or self.history, **{**self.sizes, **constants})
        known = self.abstract.all_constants
        given: dict[str, Any] = concrete.constants
        shared = {name: value for name, value in given.items() if name in known}
        abstract = self.abstract(**shared)
        return concrete, abstract, self.view(abstract)


__all__ = ["ClaimedRefinement", "Mapping"]
