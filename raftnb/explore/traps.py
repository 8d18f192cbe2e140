"""Traps: sizes and bounds with which a model cannot show what one looks for, each with its cure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.values import Record
from raftnb.language.annotations import classes_in
from raftnb.language.network import send
from raftnb.language.source import callees, is_ours, parse
from raftnb.language.spec import Model


@told_plainly
def traps(model: Model) -> tuple[str, ...]:
    """What a model is likely to hide, in sentences that name the cure; empty where all is well.

    They are likely, and not sure: a model with one value may be meant to have one.
    """
    found = (
        *_one_value(model), *_no_quorum(model), *_few_messages(model), *_endless_copies(model),
    )  # fmt: skip
    return tuple(dict.fromkeys(found))


def _one_value(model: Model) -> Iterator[str]:
    """A domain of one member that records hold: records that should differ are equal."""
    vocabulary = model.spec.vocabulary
    records = [cls for cls in vocabulary.kinds if issubclass(cls, Record)]
    hints = [hint for record in records for hint in vocabulary.fields(record).values()]
    held = {cls for hint in hints for cls in classes_in(hint)}
    for domain in model.spec.domains:
        if domain in held and len(model.names[domain.root]) == 1:
            yield (
                f"{domain.__name__} has one member, so that records which should differ in it are "
                f"equal: give {domain.number}=2"
            )


def _functions(model: Model) -> Iterator[Any]:
    """The functions of a specification."""
    todo, seen = [*model.spec.claims], set()
    for cls in model.spec.processes:
        todo += [getattr(v, "function", v) for b in cls.__mro__ for v in vars(b).values()]
    for function in todo:
        if isinstance(function, FunctionType) and function not in seen and not is_ours(function):
            seen.add(function)
            yield function
            todo += callees(function).values()


def _no_quorum(model: Model) -> Iterator[str]:
    """More than half of one or two members are all of them."""
    for function in _functions(model):
        halves = [n for n in ast.walk(parse(function)) if isinstance(n, ast.BinOp) and _is_half(n)]
        inside = [name for n in ast.walk(parse(function)) if (name := _counted(n))]
        for name in inside if halves else ():
            cls = callees(function).get(name)
            members = model.names.get(getattr(cls, "root", ""), ())
            if 0 < len(members) < 3:
                yield (
                    f"with {len(members)} of {name} a majority is all of them, and mistakes about "
                    f"quorums do not show: give {getattr(cls, 'number', '')}=3"
                )


def _is_half(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    two = any(isinstance(side, ast.Constant) and side.value == 2 for side in sides)
    return two and isinstance(node.op, ast.Mult | ast.FloorDiv)


def _counted(node: ast.AST) -> str:
    """The name whose members an expression counts: `len(Server)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len":
        argument = node.args[0] if node.args else None
        return argument.id if isinstance(argument, ast.Name) else ""
    return ""


def _few_messages(model: Model) -> Iterator[str]:
    """A step that sends to all members of a class, and a bound that cuts every such step."""
    if model.message_limits is None:
        return
    limit, bound = model.message_limits[0], model.spec.distinct_messages
    for function in _functions(model):
        names = callees(function)
        for loop in [n for n in ast.walk(parse(function)) if isinstance(n, ast.For)]:
            calls = [n.func for n in ast.walk(loop) if isinstance(n, ast.Call)]
            over = names.get(loop.iter.id) if isinstance(loop.iter, ast.Name) else None
            members = len(model.names.get(getattr(over, "root", ""), ()))
            sends = any(names.get(getattr(called, "id", "")) is send for called in calls)
            if sends and members - 1 > limit:
                yield (
                    f"one step of {function.__name__} sends up to {members} messages, and "
                    f"{bound}={limit} cuts such steps off: give {bound}={members}"
                )


def places(model: Model) -> Iterator[str]:
    """Parameters that are natural numbers, and yet only places in a sequence."""
    for cls in model.processes:
        for action in cls.actions.values():
            free = {*model.parameters(action, skip=1)} - set(model.constants)
            for node in ast.walk(parse(action.function)):
                if isinstance(node, ast.Compare) and len(node.ops) == 1:
                    yield from _place(node, free, action.name)


def _place(node: ast.Compare, free: set[str], action: str) -> Iterator[str]:
    """`i < len(x)`, where i is one of these names."""
    low, high = (node.left, node.comparators[0])[:: 1 if isinstance(node.ops[0], ast.Lt) else -1]
    called = (
        isinstance(high, ast.Call) and isinstance(high.func, ast.Name) and high.func.id == "len"
    )
    if isinstance(node.ops[0], ast.Lt | ast.Gt) and isinstance(low, ast.Name) and called:
        if low.id in free:
            yield (
                f"`{low.id}` of {action} is a place in a sequence: `{low.id} = "
                f"either(*range({ast.unparse(high)}))` instead of the parameter tries each there is"
            )


def endless(model: Model) -> Iterator[str]:
    """What may grow without end, where an exploration has not come to its own."""
    spec, delivery = model.spec, model.delivery
    if delivery is None:
        return
    if model.channels and spec.channel_length is None:
        yield (
            "nothing bounds how many messages a channel may hold: name a constant in the Spec's "
            "`channel_length`, or send only where one may be received first"
        )
    if delivery.reorders and not delivery.duplicates and spec.copies is None:
        yield COPIES


COPIES = (
    "the network counts copies of a message, and nothing bounds them: name a constant in "
    "the Spec's `copies`, or send a message once only"
)


def _endless_copies(model: Model) -> Iterator[str]:
    """A network that counts its messages, of which copies are not bounded."""
    spec, delivery = model.spec, model.delivery
    counts = delivery is not None and delivery.reorders and not delivery.duplicates
    if counts and spec.distinct_messages is not None and spec.copies is None:
        yield COPIES


__all__ = ["endless", "traps"]
