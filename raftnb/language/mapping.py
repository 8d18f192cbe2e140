"""A refinement mapping as a value: how states and steps are seen as another specification's.

Pure data, as a `Proof` is: the functions are in the language of specifications, so that exploration
can evaluate them (`seen_by`) and `raftnb.prove` can turn them into conditions for Z3. Classes and
variables go by their names, `"Client.pc"`: a class that has one name in both specifications has the
same members in both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from raftnb.data.calls import made_plainly
from raftnb.data.domains import running_world
from raftnb.data.errors import UsageError
from raftnb.data.trace import Cell, State
from raftnb.language.claims import Property
from raftnb.language.spec import Model, Spec

Function = Callable[..., Any]


@made_plainly
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


@made_plainly
@dataclass(frozen=True, eq=False)
class Becomes:
    """What a concrete action is in the abstract specification: these steps, one after the other.

    With `when`, a function of the concrete step, only where it is true; elsewhere, nothing changes.
    `uses` are the claims of the proof that are assumed.
    """

    steps: tuple[Takes, ...]
    when: Function | None = None
    uses: tuple[Property, ...] = ()


@made_plainly
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


def seen_by(variables: Mapping[str, Function]) -> Callable[[Model], Callable[[State], State]]:
    """For an abstract model the view that exploration needs, from a mapping's `variables`."""

    def of(abstract: Model) -> Callable[[State], State]:
        roots = {name: root for root, names in abstract.names.items() for name in names}

        def view(state: State) -> State:
            refuse_left_out(running_world().model, variables)
            given: dict[tuple[str, str], Any] = {}
            for cell in abstract.layout.cells:
                function = variables.get(f"{roots.get(cell.owner, cell.owner)}.{cell.variable}")
                if cell.history:
                    given[cell.owner, cell.variable] = initially(abstract, cell)
                elif function is not None:
                    given[cell.owner, cell.variable] = called(function, cell.owner)
            return state.seen_as(abstract.layout, given)

        return view

    return of


def refuse_left_out(model: Model, variables: Mapping[str, Function]) -> None:
    """Raise `UsageError` for a function that reads a history which the model leaves out."""
    for name, function in () if model.history else variables.items():
        if model.reads_history(function):
            raise UsageError(
                f"`{name}`, whose function reads a history variable, which the model leaves out",
                allowed="other variables, or a model that keeps its history variables",
                cure="make the model with `history=True` (on the command line, `--history`)",
            )


def called(function: Function, owner: str) -> Callable[[], Any]:
    """What a variable's function gives in the running world, when it is asked for."""
    own = function.__code__.co_argcount > 0
    return lambda: function(running_world()[owner]) if own else function()


def initially(model: Model, cell: Cell) -> Any:
    """The initial value of a history variable, which is what it stays where nobody keeps it."""
    return model.variables[model.layout.index[cell.owner, cell.variable]][0].initial.value


__all__ = ["Becomes", "RefinementMapping", "Takes", "seen_by"]
