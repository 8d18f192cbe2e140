"""A refinement as a value: how one specification's states and steps are seen as another's.

Pure data, as a `Proof` is: the functions are in the language of specifications, so that exploration
can evaluate them and `raftnb.prove` can turn them into conditions for Z3. Classes and variables go
by their names, `"Client.pc"`: a class of both specifications that has one name has the same
members in both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from raftnb.language.claims import Property
from raftnb.language.spec import Spec

Function = Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Takes:
    """One abstract step: `action` is `"Class.action"`, the rest says which of its ways is meant.

    Every function is of the concrete step: its parameters are the concrete action's, `self`
    included, and it may look at the state after it (`after`). `by` gives the process that takes the
    step, where it is not the one of the concrete step or the only one of its class; `arguments`
    those of the action, where they are not the concrete ones of the same name; `picks` what its
    `either`s choose, in order, where that is not what the concrete step chose.
    """

    action: str
    arguments: Mapping[str, Function] = field(default_factory=dict)
    picks: tuple[Function, ...] | None = None
    by: Function | None = None


@dataclass(frozen=True, eq=False)
class Becomes:
    """What a concrete action is in the abstract specification: these steps, one after the other.

    With `when`, a function of the concrete step, only where it is true; elsewhere, nothing changes.
    `uses` are the claims of the proof that are assumed.
    """

    steps: tuple[Takes, ...]
    when: Function | None = None
    uses: tuple[Property, ...] = ()


@dataclass(frozen=True, eq=False)
class RefinementMapping:
    """How the states and the steps of a specification are seen in an abstract one.

    `variables` has for `"Class.variable"` of the abstract specification a function of the state:
    its parameter is the process that the variable belongs to (there is none for a shared variable;
    of a class with one process it may be left out). What is not listed is the concrete variable of
    this name. History variables have no value.
    `steps` says for `"Class.action"` of the concrete specification what it becomes; any other
    action changes nothing. `uses` are the claims of the proof that are assumed of every step,
    `defined` those by which the functions have a value in every state.
    """

    abstract: Spec
    variables: Mapping[str, Function] = field(default_factory=dict)
    steps: Mapping[str, Becomes] = field(default_factory=dict)
    uses: tuple[Property, ...] = ()
    defined: tuple[Property, ...] = ()


__all__ = ["Becomes", "RefinementMapping", "Takes"]
