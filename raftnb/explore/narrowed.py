"""What one asks an exploration to leave out: by a view of states, and by constraints on steps.

They are TLC's VIEW and ACTION_CONSTRAINT. No Spec has them: they are part of the question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.values import order, show
from raftnb.explore.given import asked
from raftnb.explore.result import ExplorationOptions, View
from raftnb.language import source
from raftnb.language.besides import asked_besides
from raftnb.language.claims import Property, as_function, value_of
from raftnb.language.spec import Model
from raftnb.language.world import World


def narrowed(model: Model, options: ExplorationOptions) -> Model:
    """The model of which that is asked.

    Raises `SpecError` for a view or a constraint outside the language, or that cannot be had: a
    view ranges over nothing, and its parameters are constants.
    """
    view, steps = options.view, options.action_constraints
    if view or steps:
        model = asked_besides(model, *((view,) if view else ()), *steps)
    for function, step in (*(((view, False),) if view else ()), *((one, True) for one in steps)):
        model.spec.grammar.read_claim(as_function(function), step=step)
        if not model.history and model.reads_history(function):
            raise SpecError(
                f"a history variable in `{function.__name__}`",
                place=source.place(as_function(function)),
                allowed="variables that the model has",
                cure="make the model with `history=True` (--history)",
            )
    if view:
        _refuse_ranges(model, view)
    if view or steps:
        _refuse_companions(model, options)
    return model


def _refuse_ranges(model: Model, view: View) -> None:
    free = [name for name in model.parameters(as_function(view)) if name not in model.constants]
    if free:
        raise SpecError(
            f"the parameter `{free[0]}` of the view `{view.__name__}`",
            place=source.place(as_function(view)),
            allowed="constants of the specification, or no parameters",
            cure="go through them in it: `tuple(p.x for p in P)`",
        )


def _refuse_companions(model: Model, options: ExplorationOptions) -> None:
    claims = asked(model, "possible")
    found = f"*possible* claims ({claims[0].__name__})" if claims else "symmetry"
    if claims or options.symmetry:
        raise UsageError(
            f"{found} together with a view or an action constraint",
            allowed="claims about states and steps, without symmetry",
            cure="leave one of the two out"
            if options.symmetry
            else "name the others: `claims=[...]`, --claim NAME",
        )


def looking(model: Model, view: View) -> Callable[[World], Any]:
    """The function of the running world that a view is, its parameters bound."""
    function: Any = view
    given = [model.constants[name] for name in model.parameters(function)]

    def look(_: World) -> Any:
        seen = value_of(function, given)
        try:
            order(seen)
        except SpecError as error:
            raise SpecError(
                f"{show(seen)} ({type(seen).__name__}) as what `{view.__name__}` says",
                place=source.place(function, source.result_of(function)),
                allowed=error.allowed,
                cure="make it a tuple: `(A.x, A.y)`, `tuple(p.x for p in P)`",
            ) from None
        return seen

    return look


def allowing(constraints: Iterable[Property]) -> Callable[[World], bool]:
    """The function of a world and the next that says whether a step is within constraints."""
    found = tuple(constraints)
    return lambda world: all(world.failure(one) is None for one in found)
