"""Methods that look like actions and are none: nothing would ever run them, without a word."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from inspect import getattr_static
from types import FunctionType

from raftnb.data.errors import SpecError
from raftnb.language.attributes import all_functions_of
from raftnb.language.network import discard, reply, send
from raftnb.language.processes import Process, either, when
from raftnb.language.source import all_nodes, called_names, callees, place, reached
from raftnb.language.vocabulary import Vocabulary

DOES = {
    when: "asks `when`",
    either: "chooses",
    send: "sends",
    discard: "takes a message out",
    reply: "answers",
}
"""What a function does that only an action can do, by what it calls for it."""


def refuse_idle(vocabulary: Vocabulary) -> None:
    """Raise `SpecError` for a method that does what only actions do, and that none calls."""
    found = [one for cls in vocabulary.kinds for one in suspects(cls)]
    if not found:
        return
    own = [f for cls in vocabulary.kinds for _, f in all_functions_of(cls)]
    every = {
        f for one in (*own, *vocabulary.functions) for f in reached(one, {})
    }  # methods are in `own`
    called = {name for f in every for name in called_names(f)}
    for cls, name, function, does in found:
        if name not in called:
            raise no_action(cls, name, function, does)


def suspects(cls: type) -> Iterator[tuple[type, str, FunctionType, str]]:
    """The methods of a class that do a part of a step, and are neither actions nor macros."""
    actions = cls.actions if issubclass(cls, Process) else {}
    for name, function in all_functions_of(cls):
        overridden = getattr_static(cls, name) is not function
        if name in actions or overridden or hasattr(function, "__macro__"):
            continue
        if does := what_it_does(function):
            yield cls, name, function, does


def what_it_does(function: FunctionType) -> str:
    """What a function does that is a part of a step; empty if it only looks."""
    known = callees(function)
    for node in all_nodes(function):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            return f"assigns `{ast.unparse(node)}`"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if (word := known.get(node.func.id)) in DOES:
                return DOES[word]
    return ""


def no_action(cls: type, name: str, function: FunctionType, does: str) -> SpecError:
    """The error for a method that no action calls, with why it is none itself."""
    if not issubclass(cls, Process):
        why = f"`{cls.__name__}` is no process"
        cure = "move it to a process class, or call it in an action"
    else:
        returns = function.__annotations__.get("return")
        kind = returns if isinstance(returns, str) else getattr(returns, "__name__", returns)
        why = f"it returns `{kind}`, and nothing calls it"
        cure = f"write `def {name}(self, ...) -> None`; or call it in an action"
    return SpecError(
        f"`{name}` of `{cls.__name__}`, which {does} and is no action: {why}",
        place=place(function),
        allowed="actions, which return nothing; macros and operators that an action calls",
        cure=cure,
    )
