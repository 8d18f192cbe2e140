"""Symmetry is earned: what tells interchangeable members apart is refused before exploring.

This looks at the text only, and so cannot see all: members that are compared with `<` are refused
when that happens (`World.unordered`), and claims and actions are run on permuted states, by
`memo.trials` with the memo and by `compiled.tried` without it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from contextlib import suppress
from types import FunctionType
from typing import Any, NoReturn

from raftnb.data.domains import Domain
from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import State
from raftnb.language import source
from raftnb.language.annotations import classes_in
from raftnb.language.initial import First, start_of
from raftnb.language.looseness import OfMembers
from raftnb.language.ordering import Follower
from raftnb.language.spec import Model

CLAIMS_TRIED, ACTIONS_TRIED = 200, 16
"""At the end claims are tried in so many states, and actions in the first of them."""
INITIAL_MOST = 500
"""Of so many initial states permutations are looked for, about."""
CURE = "say it of all members alike, or leave `symmetry` out"


def refuse_favorites(model: Model) -> None:
    """Raise `SpecError` where a specification tells members of a symmetric domain apart."""
    if not model.spec.symmetric:
        raise UsageError(
            f"symmetry for `{model.spec.name}`, which names no symmetric domain",
            allowed="a Spec with `symmetric=(Server, ...)`",
            cure="name the interchangeable domains there, or leave `symmetry` out",
        )
    roots = {domain.root for domain in model.spec.symmetric}
    for variable, cls in model.variables:
        initial = start_of(variable.initial)
        if isinstance(initial, First) and _mentions(model.annotation_of(variable, cls), roots):
            _refuse("`first()`, which favors one member", f"{cls.__name__}.{variable.name}")
    possible: Any = model.checked(model.spec.possible)
    for claim in possible:
        for name, annotation in model.parameters(claim).items():
            if _mentions(annotation, roots):
                _refuse(f"`{name}`, for each value of which a claim is asked", source.place(claim))
    claims: Any = model.checked(model.spec.claims)
    actions = [a.function for cls in model.processes for a in cls.actions.values()]
    for function in _functions(model, [*actions, *claims]):
        _read(function, _fixed(model, function, roots))
    vocabulary, delivery = model.spec.vocabulary, model.delivery
    queues = delivery is not None and not delivery.reorders
    follower = Follower(vocabulary, OfMembers(vocabulary, frozenset(roots), queues=queues))
    for function in (*actions, *claims):
        if isinstance(function, FunctionType) and not source.is_ours(function):
            follower.refuse_order(function)


def refuse_telling_apart(
    names: Mapping[Domain, Domain], state: State, said: str, place: str
) -> NoReturn:
    """Raise the `SpecError` of what says something else where members have changed places."""
    moved = [f"{a} to {b}" for a, b in names.items() if a != b]
    shown = str(state).replace("\n", "; ")
    raise SpecError(
        f"{said}, which tells members apart: it changes with {', '.join(moved)} in: {shown}",
        place=place,
        allowed="with symmetry: what means the same when two members change places",
        cure=CURE,
    )


def _mentions(annotation: Any, roots: set[str]) -> bool:
    return any(getattr(cls, "root", None) in roots for cls in classes_in(annotation))


def _functions(model: Model, todo: list[Any]) -> list[FunctionType]:
    """The actions and claims of a model, and all that they call."""
    namespace = model.spec.namespace
    seen: dict[FunctionType, None] = {}
    while todo:
        function = todo.pop()
        if function in seen or not isinstance(function, FunctionType) or source.is_ours(function):
            continue
        seen[function] = None
        todo += source.callees(function).values()
        todo += source.methods_called(function, namespace)
    return list(seen)


def _fixed(model: Model, function: FunctionType, roots: set[str]) -> set[str]:
    """The parameters of a function that are always members of classes that are not symmetric."""
    count = function.__code__.co_argcount
    hints: dict[str, Any] = {}
    with suppress(SpecError):  # annotations that are said to be wrong elsewhere
        hints = model.spec.vocabulary.hints(function)
    owners = [cls for cls in model.processes if function in _methods(cls)]
    found = set()
    for name in function.__code__.co_varnames[:count]:
        of_self: list[Any] = owners if name == "self" else []
        classes = list(classes_in(hints[name])) if name in hints else of_self
        if classes and not any(getattr(cls, "root", "") in (*roots, "") for cls in classes):
            found.add(name)
    names = [n for n in ast.walk(source.parse(function)) if isinstance(n, ast.Name)]
    return found - {n.id for n in names if isinstance(n.ctx, ast.Store)}


def _methods(cls: type) -> list[Any]:
    bodies = [value for base in cls.__mro__ for value in vars(base).values()]
    return [getattr(body, "function", body) for body in bodies]


def _read(function: FunctionType, fixed: set[str]) -> None:
    called = {id(n.func) for n in ast.walk(source.parse(function)) if isinstance(n, ast.Call)}
    for node in ast.walk(source.parse(function)):
        if isinstance(node, ast.Attribute) and node.attr in ("index", "name"):
            of_fixed = isinstance(node.value, ast.Name) and node.value.id in fixed
            if id(node) not in called and not of_fixed:
                _refuse(f"`.{node.attr}` of a member", source.place(function, node))
        if _is_written_out(node):
            _refuse("`str`, which may write a member's name", source.place(function, node))


def _is_written_out(node: ast.AST) -> bool:
    parts = (node.func, *node.args) if isinstance(node, ast.Call) else ()
    return any(isinstance(part, ast.Name) and part.id == "str" for part in parts)


def _refuse(found: str, place: str) -> NoReturn:
    raise SpecError(
        f"{found}, in an exploration with symmetry",
        place=place,
        allowed="what means the same when two members of a symmetric domain change places",
        cure=CURE,
    )
