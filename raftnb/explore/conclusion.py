"""What an exploration that came to its end says, and what its answer does not cover."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

from raftnb.data.trace import Trace
from raftnb.data.verdict import Verdict
from raftnb.explore.given import ASKED, asked
from raftnb.explore.result import DEADLOCK, Exploration
from raftnb.language import source
from raftnb.language.assumptions import how_to_begin, listed
from raftnb.language.initial import Anything, start_of
from raftnb.language.processes import Action
from raftnb.language.spec import Model
from raftnb.language.universe import is_natural

NO_ACTION = "no process has an action (a method that returns nothing): nothing can happen"
NO_CLAIM = "no claim about states or steps: only deadlocks, and what is undefined, were looked for"
Witnesses = Mapping[str, Trace | None]


def conclude(
    model: Model, distinct: int, witnesses: Witnesses, cut: int, merged: int = 0
) -> dict[str, Any]:
    """The verdict after the last state: fields of the result.

    What must sometimes be true and never was may be true beyond the constraints, if they cut
    anything off; and nothing is known where there was no state at all. Where states were `merged`
    by a view, nobody has shown that they lead to the same: all that is not violated is unknown.
    """
    missing = [name for name, witness in witnesses.items() if witness is None]
    unmet = "not reached: " + ", ".join(f"{name}{_for_all(model, name)}" for name in missing)
    beyond = not_tried(model, with_naturals(model)) or not_begun(model)
    found: dict[str, Any] = {"verdict": Verdict.HOLDS, "complete": True}
    if merged:
        bound = f"the view is not shown to be sound: {merged_away(merged)}"
        found = {"verdict": Verdict.UNKNOWN, "bound": bound}
    elif not distinct:
        how = how_to_begin(model.spec)
        bound = "there is no initial state" + (f": {how}" if how else "")
        bound = "no initial state is within the constraints" if cut else bound
        found |= {"verdict": Verdict.UNKNOWN, "bound": bound}
    elif missing and cut:
        bound = f"{unmet}; {steps(cut)} out of the constraints"
        found |= {"verdict": Verdict.UNKNOWN, "property": missing[0], "bound": bound}
    elif missing and beyond:
        bound = f"{unmet}; {beyond}"
        found |= {"verdict": Verdict.UNKNOWN, "property": missing[0], "bound": bound}
    elif missing:
        reason = never_true(model, missing[0])
        found |= {"verdict": Verdict.VIOLATED, "property": missing[0], "reason": reason}
    elif beyond:
        found |= {"verdict": Verdict.UNKNOWN, "bound": beyond}
    return found


def as_tried(model: Model, found: Exploration) -> Exploration:
    """What was found; but a deadlock is none where a larger number might let an action happen."""
    stuck = found.property == DEADLOCK and found.verdict is Verdict.VIOLATED
    if not stuck or (beyond := not_tried(model, actions_of(model))) is None:
        return found
    bound = f"a state was met in which nothing can happen, as far as was tried; {beyond}"
    return replace(found, verdict=Verdict.UNKNOWN, bound=bound)


def never_true(model: Model, name: str) -> str:
    """What it means that a *sometimes* was not reached; the trap where it has parameters."""
    reason = f"no state was reached in which `{name}` is true (*sometimes*)"
    trap = _for_all(model, name)
    if not trap:
        return reason
    return (
        f"{reason},{trap}; of each alone, at some time, it is "
        f"asked by `possible=({name},)` or `liveness=(eventually({name}),)`"
    )


def _for_all(model: Model, name: str) -> str:
    """That a *sometimes* with parameters asks for all their values at once; else empty."""
    claim: Any = next(claim for claim in model.spec.sometimes if claim.__name__ == name)
    free = [one for one in model.parameters(claim) if one not in model.constants]
    return f" for all {', '.join(free)} in one state" if free else ""


def remarks(
    model: Model, witnesses: Witnesses, cut: int, symmetry: bool, merged: int = 0
) -> tuple[str, ...]:
    """What the answer of an exploration does not cover, in sentences."""
    spec = model.spec
    claims = (*spec.invariants, *spec.transitions, *spec.sometimes, *spec.possible)
    found = [*begun_elsewhere(model), *(() if claims else (NO_CLAIM,))]
    if cut:
        found.append(
            f"{steps(cut)} out of the constraints, and {'was' if cut == 1 else 'were'} not followed"
        )
    if merged:
        found.append(merged_away(merged))
    at_once = [
        name for name, witness in witnesses.items() if witness is not None and not len(witness)
    ]
    if at_once:
        found.append(f"true from the start, so that nothing had to happen: {', '.join(at_once)}")
    if numbers := dict.fromkeys(natural_parameters(model)):
        found.append(tried_up_to(model, numbers))
    if symmetry:
        names = ", ".join(domain.__name__ for domain in model.spec.symmetric)
        found.append(f"states that differ by a permutation count once: {names}")
    return tuple(found)


def not_checked(model: Model) -> tuple[str, ...]:
    """The properties that need history variables that were left out."""
    spec = model.spec
    claims = (*spec.invariants, *spec.transitions, *spec.sometimes, *spec.possible)
    return _needing_history(model, claims)


def not_bounded(model: Model) -> tuple[str, ...]:
    """That a constraint was left out with the history that it reads, and bounded nothing."""
    return tuple(
        f"the constraint `{name}` reads history, which was left out, and bounded nothing: "
        "`history=True` (--history) keeps it"
        for name in _needing_history(model, model.spec.constraints)
    )


def as_bounded(model: Model, found: Exploration) -> Exploration:
    """What was found; what is *unknown* with the constraints that might have made it an end."""
    if found.verdict is not Verdict.UNKNOWN:
        return found
    return replace(found, partial=(*found.partial, *not_bounded(model)))


def _needing_history(model: Model, claims: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(c.__name__ for c in claims if c not in model.checked(claims))


def begun_elsewhere(model: Model) -> tuple[str, ...]:
    """That an answer is about what comes after given states only, or what it assumes."""
    many, spec = len(model.starts), model.spec
    nothing = () if any(cls.actions for cls in spec.processes) else (NO_ACTION,)
    if not many:
        assumed = (*spec.assuming, *spec.initially)
        return (*nothing, *((f"assumed: {listed(assumed)}",) if assumed else ()))
    states = "a given state" if many == 1 else f"{many} given states"
    begun = f"begun in {states} and not in the initial ones: other behaviors are not covered"
    return (*nothing, begun)


def never_taken(model: Model, coverage: Mapping[str, int]) -> tuple[str, ...]:
    """The actions that no process of a class took; with the class where others have the name."""
    names = [action for cls in model.processes for action in cls.actions]
    return tuple(
        action if names.count(action) == 1 else f"{cls.root}.{action}"
        for cls in model.processes
        for action in cls.actions
        if not any(coverage.get(f"{process}.{action}") for process in model.names[cls.root])
    )


def steps(cut: int) -> str:
    """So many steps lead ..."""
    return f"{cut:,} steps lead" if cut != 1 else "1 step leads"


def merged_away(merged: int) -> str:
    """That so many states were not visited."""
    states = "states that were" if merged != 1 else "a state that was"
    return f"{steps(merged)} to {states} not visited, since another with the same view was"


def actions_of(model: Model) -> list[Any]:
    """The actions of a model."""
    return [action for cls in model.processes for action in cls.actions.values()]


def with_naturals(model: Model) -> list[Any]:
    """The actions, and the claims of states and steps, whose parameters may be numbers."""
    return [*actions_of(model), *asked(model, *ASKED), *model.checked(model.spec.constraints)]


def natural_parameters(model: Model) -> Iterator[str]:
    """What ranges over all natural numbers in principle: parameters, and initial values."""
    for function in with_naturals(model):
        yield from naturals_of(model, function)
    yield from begun_with_naturals(model)


def not_tried(model: Model, functions: Iterable[Any]) -> str | None:
    """In words, the parameters of these that may need larger numbers than were tried; or None.

    How far they go is said by the constants that are numbers: two beyond the largest are tried.
    It is not said where there is none, nor where a number as large as that is written (in the
    claim; if an action has such a parameter, anywhere); nor of an action that takes no such
    constant, in a Spec of which no constraint takes one.
    """
    spec, found = model.spec, [f for f in functions if [*naturals_of(model, f)]]
    said = saying_how_far(model)
    anywhere = any(isinstance(f, Action) for f in found)
    texts = with_naturals(model) if anywhere else found
    if not found or not said or largest_written(model, texts) >= model.horizon:
        open_ = found
    else:
        constraints: Any = model.checked(spec.constraints)
        bounded = any(said & {*model.parameters(c)} for c in constraints)
        actions = [] if bounded else [f for f in found if isinstance(f, Action)]
        open_ = [f for f in actions if not said & {*model.parameters(f, skip=1)}]
    names = dict.fromkeys(name for function in open_ for name in naturals_of(model, function))
    if not names:
        return None
    return (
        f"natural numbers beyond {model.horizon} were not tried: {', '.join(names)}; "
        "constants of the Spec, and constraints by them, say how far"
    )


def not_begun(model: Model) -> str | None:
    """In words, the variables that may begin with larger numbers than were tried; or None.

    It is said how far they go where what is so at the start, or a constraint, takes a constant, and
    names no number as large as those that are tried.
    """
    spec, names = model.spec, begun_with_naturals(model)
    claims: Any = (*spec.assuming, *spec.initially, *model.checked(spec.constraints))
    said = any(saying_how_far(model) & {*model.parameters(claim)} for claim in claims)
    if not names or (said and largest_written(model, claims) < model.horizon):
        return None
    return (
        f"natural numbers beyond {model.horizon} were not tried: {', '.join(names)} at the start; "
        "constants of the Spec, and what is `initially` so by them, say how far"
    )


def begun_with_naturals(model: Model) -> list[str]:
    """The variables that begin with any value of a type that has natural numbers in it."""
    found = [
        f"{cls.root}.{variable.name}"
        for variable, cls in model.variables
        if isinstance(start_of(variable.initial), Anything)
        and _has_naturals(model.annotation_of(variable, cls))
    ]
    return [] if model.starts else list(dict.fromkeys(found))


def saying_how_far(model: Model) -> set[str]:
    """The constants that say how far natural numbers are tried."""
    spec = model.spec
    return set(spec.constants) - {*spec.sizes, *spec.network_bounds}


def largest_written(model: Model, functions: Iterable[Any]) -> int:
    """The largest number in the text of these actions and claims, and of what they call."""
    bodies = [getattr(function, "function", function) for function in functions]
    reached = {f for body in bodies for f in source.reached(body, model.spec.namespace)}
    nodes = [node for f in reached for node in ast.walk(source.parse(f))]
    numbers = [n.value for n in nodes if isinstance(n, ast.Constant) and type(n.value) is int]
    return max((n for n in numbers if isinstance(n, int)), default=0)


def tried_up_to(model: Model, parameters: Iterable[str]) -> str:
    """How far parameters that range over natural numbers were tried, in words."""
    return f"natural numbers were tried up to {model.horizon} only: {', '.join(parameters)}"


def naturals_of(model: Model, function: Any) -> Iterator[str]:
    """The same of one action or claim."""
    types = model.parameters(function, skip=isinstance(function, Action))
    for name, annotation in types.items():
        if name not in model.constants and _has_naturals(annotation):
            yield f"{name} in {function.__name__}"


def _has_naturals(annotation: Any) -> bool:
    return is_natural(annotation) or any(map(_has_naturals, get_args(annotation)))
