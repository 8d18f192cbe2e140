"""Calls in the typed tree: operators and macros, records, choices, and Python's own functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, replace
from enum import Enum
from types import FunctionType
from typing import Any

from raftnb.data.values import Map, Message, Record
from raftnb.language import after, either, in_flight
from raftnb.tree.collections import as_sequence, counted_through, element, messages
from raftnb.tree.comprehensions import (
    as_number,
    gone_through,
    in_order,
    mapping,
)
from raftnb.tree.methods import METHODS, method
from raftnb.tree.nodes import (
    BOOL,
    INT,
    NEVER,
    NOTHING,
    TEXT,
    Apply,
    Bool,
    Call,
    Collect,
    Const,
    EachOf,
    Either,
    Expr,
    Int,
    Make,
    MapOf,
    Member,
    Never,
    RecordOf,
    Routine,
    SeqOf,
    SetOf,
    Type,
    Var,
)
from raftnb.tree.ordered import extreme
from raftnb.tree.passing import kept, made_list, made_set
from raftnb.tree.scope import Lower
from raftnb.tree.types import attribute_of, frozen, function_of, is_domain, is_kept, plain

OURS = ("raftnb.data", "raftnb.language")
Called = tuple[Routine, tuple[Expr, ...]]


def call(lower: Lower, node: ast.Call) -> Expr:
    """A call that has a value."""
    value = lower.scope.value_of(node.func)
    if isinstance(value, type) and issubclass(value, Record):
        return _made(lower, node, value)
    if value is either:
        return _choice(lower, node)
    if value is after:
        lower.scope.fail(node, "after(process).variable, after(Shared).variable")
    if value is in_flight:
        return messages(lower, node)
    own = next((handler for known, handler in PYTHONS if known is value), None)
    if own is not None:
        return own(lower, node)
    if (found := _of_a_collection(lower, node)) is not None:
        return found
    routine, args = routine_called(lower, node)
    if routine.returns is None:
        lower.scope.fail(node, "a call of an operator", "give it a return annotation")
    return Call(routine.returns, node.lineno, routine, args)


def _of_a_collection(lower: Lower, node: ast.Call) -> Expr | None:
    """What a method of a map, sequence or set gives; None for a call of anything else."""
    func = node.func
    if not isinstance(func, ast.Attribute) or func.attr not in {"get", *METHODS}:
        return None
    if isinstance(func.value, ast.Call) and lower.scope.value_of(func.value.func) is super:
        return None
    base = as_sequence(lower.scope.the(lower.seen(func.value)))
    if func.attr == "get" and isinstance(base.type, MapOf):
        return _map_get(lower, node, base, base.type)
    return method(lower, node, base)


def bound(
    lower: Lower, node: ast.Call, names: list[str], wanted: str = "the arguments"
) -> list[ast.expr]:
    """The arguments of a call by the names of its parameters, each given once."""
    given = list(zip(names, node.args, strict=False))
    given += [(str(k.arg), k.value) for k in node.keywords]
    starred = any(isinstance(arg, ast.Starred) for arg in node.args)
    once = sorted(names) == sorted(name for name, _ in given)
    if starred or len(node.args) > len(names) or not once:
        allowed = f"{wanted} {', '.join(names)}" if names else "no arguments"
        lower.scope.fail(node, allowed, "give each of them once")
    if [name for name, _ in given] != names:
        lower.scope.settle(node, *(lower.seen(arg) for _, arg in given))
    by_name = dict(given)
    return [by_name[name] for name in names]


# Functions of the specification.


def routine_called(lower: Lower, node: ast.Call) -> Called:
    """The routine that a call names, with its arguments."""
    function, receiver = _callee(lower, node)
    mine = [] if receiver is None else [receiver]
    args = (*mine, *_arguments(lower, node, function, len(mine)))
    me = receiver.type if receiver is not None else None
    assert me is None or isinstance(me, Member)
    routine = lower.scope.names.called(function, me, tuple(a.type for a in args))
    if routine.returns is not None and not is_kept(routine.returns):
        for given in (*node.args, *(word.value for word in node.keywords)):
            if isinstance(given, ast.Name):
                lower.handed(given)  # it may be what comes back
    return routine, args


def _arguments(lower: Lower, node: ast.Call, function: FunctionType, first: int) -> Iterator[Expr]:
    """What is given to the parameters from the `first` on, and the defaults of the others."""
    code, values = function.__code__, function.__defaults__ or ()
    by_place = code.co_varnames[: code.co_argcount]
    names = code.co_varnames[first : code.co_argcount + code.co_kwonlyargcount]
    defaults = dict(zip(by_place[len(by_place) - len(values) :], values, strict=True))
    defaults |= function.__kwdefaults__ or {}
    if code.co_kwonlyargcount and len(node.args) > len(by_place) - first:
        lower.scope.fail(node, f"the arguments {', '.join(names)}", "give those after `*` by name")
    named = {*names[: len(node.args)], *(k.arg for k in node.keywords)}
    wanted = [name for name in names if name in named or name not in defaults]
    given = dict(zip(wanted, map(lower.seen, bound(lower, node, wanted)), strict=True))
    for name in names:
        yield given[name] if name in given else lower.constant(node, defaults[name])


def _callee(lower: Lower, node: ast.Call) -> tuple[FunctionType, Expr | None]:
    if isinstance(node.func, ast.Attribute):
        function, receiver = _method(lower, node, node.func)
    else:
        function, receiver = lower.scope.value_of(node.func), None
    if not isinstance(function, FunctionType) or function.__module__.startswith(OURS):
        known = ", ".join(sorted(f.__name__ for f, _ in PYTHONS))
        cure = "define an operator of the specification"
        lower.scope.fail(node, f"operators, macros, records, either, {known}", cure)
    return function, receiver


def _method(lower: Lower, node: ast.Call, func: ast.Attribute) -> tuple[Any, Expr | None]:
    receiver = func.value
    if isinstance(receiver, ast.Call) and lower.scope.value_of(receiver.func) is super:
        return _inherited(lower, node, receiver, func.attr)
    base = lower.scope.member(lower.expr(receiver))
    if not isinstance(base.type, Member):
        return None, None
    return function_of(attribute_of(lower.scope.names.classes[base.type.root], func.attr)), base


def _inherited(lower: Lower, node: ast.Call, receiver: ast.Call, name: str) -> tuple[Any, Expr]:
    scope = lower.scope
    mro = scope.names.classes[scope.me.root].__mro__ if scope.me is not None else ()
    if receiver.args or receiver.keywords or scope.inside or scope.owner not in mro:
        scope.fail(node, "`super()` in a method, outside comprehensions")
    above = mro[mro.index(scope.owner) + 1 :]
    found = next((vars(base)[name] for base in above if name in vars(base)), None)
    first = scope.tree.args.args[0].arg
    return function_of(found), Var(scope.types[first], node.lineno, first)


# Records and choices.


def _made(lower: Lower, node: ast.Call, cls: type[Record]) -> Expr:
    """A new record, its fields in the order of the class."""
    if cls in (Record, Message):
        lower.scope.fail(node, "classes of records and messages of the specification")
    parts: list[Field[Any]] = [f for f in fields(cls) if _is_given(cls, f)]  # type: ignore[arg-type]
    placed = [f.name for f in parts if not f.kw_only]
    if len(node.args) > len(placed):
        lower.scope.fail(node, f"the fields of {cls.__name__} by name", "write `field=value`")
    given = {*placed[: len(node.args)], *(k.arg for k in node.keywords)}
    left_out = [f for f in parts if f.name not in given and f.default is not MISSING]
    names = sorted((f.name for f in parts if f not in left_out), key=lambda n: n not in placed)
    values = {f.name: lower.constant(node, f.default) for f in left_out}
    for name, value in zip(names, bound(lower, node, names, "the fields"), strict=True):
        values[name] = lower.expr(value)
    return record(lower, node, cls, {part.name: values[part.name] for part in parts})


def record(lower: Lower, node: ast.expr, cls: type[Record], values: Mapping[str, Expr]) -> Expr:
    """A record of a class with these values of its fields."""
    lower.scope.type_of(node, cls)
    made = []
    for name, value in values.items():
        want = lower.scope.names.field_type(cls, name)
        assert want is not None
        made.append((name, lower.scope.fitted(node, value, want)))
    return Make(RecordOf(cls, sent=not issubclass(cls, Message)), node.lineno, tuple(made))


def _is_given(cls: type[Record], part: Field[Any]) -> bool:
    """Whether a field is given when a record is made (`send` gives the ends of a message)."""
    return not (issubclass(cls, Message) and part.name in ("source", "dest"))


def _choice(lower: Lower, node: ast.Call) -> Expr:
    """`either(...)`."""
    starred = [arg for arg in node.args if isinstance(arg, ast.Starred)]
    if node.keywords or not node.args or (starred and len(node.args) > 1):
        lower.scope.fail(node, "either(a, b, ...), either(*collection)")
    if starred:
        among = _options(lower, starred[0].value)
        return Either(plain(element(among)), node.lineno, (), among)
    options = tuple(map(lower.expr, node.args))
    type_: Type = NEVER
    for option in options:
        type_ = lower.scope.joined(node, type_, option.type)
    return Either(plain(type_), node.lineno, options)


def _options(lower: Lower, node: ast.expr) -> Expr:
    """What `either(*...)` chooses from: of the items of a set, those that pass a test are a set."""
    if not isinstance(node, ast.GeneratorExp):
        return lower.collection(node)
    made = gone_through(lower, "seq", node)
    if isinstance(made, EachOf) and in_order(made, made.body):
        return replace(made, kind="set", type=SetOf(made.body.type))
    return made


def _map_get(lower: Lower, node: ast.Call, base: Expr, map_: MapOf) -> Expr:
    """`m.get(key)`, `m.get(key, default)`."""
    given = len(node.args) + len(node.keywords)
    args = list(map(lower.expr, bound(lower, node, ["key", "default"][:given])))
    if not args:
        lower.scope.fail(node, "m.get(key), m.get(key, default)")
    lower.key(node, args[0], map_)
    default = args[1] if len(args) > 1 else Const(NOTHING, node.lineno, None)
    type_ = lower.scope.joined(node, map_.value, default.type)
    return Apply(type_, node.lineno, "get", (base, args[0], default))


# Python's own functions.


def _one(lower: Lower, node: ast.Call) -> ast.expr:
    if node.keywords or len(node.args) != 1 or isinstance(node.args[0], ast.Starred):
        lower.scope.fail(node, f"{ast.unparse(node.func)}(x)", "give it one argument")
    return node.args[0]


def _len(lower: Lower, node: ast.Call) -> Expr:
    given = _one(lower, node)
    if isinstance(given, ast.Call) and lower.scope.value_of(given.func) in (
        reversed,
        enumerate,
        zip,
    ):
        lower.scope.fail(node, "len(collection)", "ask it of what is gone through")
    return Apply(INT, node.lineno, "len", (lower.collection(given),))


def _abs(lower: Lower, node: ast.Call) -> Expr:
    return Apply(INT, node.lineno, "abs", (lower.number(_one(lower, node)),))


def _int(lower: Lower, node: ast.Call) -> Expr:
    """A truth value as a number; a number as it is."""
    found = lower.scope.the(lower.expr(_one(lower, node)))
    if not isinstance(found.type, Bool | Int | Never):
        lower.scope.fail(node, "int(x) of a truth value")
    return as_number(found)


def _bool(lower: Lower, node: ast.Call) -> Expr:
    return lower.truth(_one(lower, node))


def _over(kind: str) -> Callable[[Lower, ast.Call], Expr]:
    """What `all`, `any`, `sum`, `tuple` and `frozenset` make of a collection."""

    def handler(lower: Lower, node: ast.Call) -> Expr:
        if not node.args and not node.keywords and kind in ("seq", "set"):
            return Collect((SeqOf if kind == "seq" else SetOf)(NEVER), node.lineno, ())
        return gone_through(lower, kind, _one(lower, node))

    return handler


def _map(lower: Lower, node: ast.Call) -> Expr:
    if not node.args and not node.keywords:
        return Collect(MapOf(NEVER, NEVER), node.lineno, ())
    argument = _one(lower, node)
    found = mapping(lower, argument) or lower.scope.the(lower.seen(argument))
    if not isinstance(found.type, MapOf):
        lower.scope.fail(node, "Map({key: value}), Map((key, value) for ...)")
    return replace(found, type=frozen(found.type))


def _isinstance(lower: Lower, node: ast.Call) -> Expr:
    if node.keywords or len(node.args) != 2:
        lower.scope.fail(node, "isinstance(x, Class), isinstance(x, (Class, Class))")
    value, named = lower.expr(node.args[0]), node.args[1]
    found = []
    for name in named.elts if isinstance(named, ast.Tuple) else [named]:
        kind = lower.scope.value_of(name)
        known = isinstance(kind, type) and (is_domain(kind) or issubclass(kind, Record | Enum))
        if not known:
            cure = "what is a number, a text or None is told apart by `is None`, or kept apart"
            lower.scope.fail(node, "classes of records, messages, members and enums", cure)
        args = (value, Const(TEXT, node.lineno, kind))
        found.append(Apply(BOOL, node.lineno, "isinstance", args))
    if len(found) == 1:
        return found[0]
    lower.scope.settle(node, value)
    return Apply(BOOL, node.lineno, "or", tuple(found))


PYTHONS: tuple[tuple[Any, Callable[[Lower, ast.Call], Expr]], ...] = (
    (len, _len),
    (abs, _abs),
    (bool, _bool),
    (int, _int),
    (all, _over("all")),
    (any, _over("any")),
    (sum, _over("sum")),
    (tuple, _over("seq")),
    (frozenset, _over("set")),
    (min, extreme("min", "least")),
    (max, extreme("max", "largest")),
    (range, counted_through),
    (isinstance, _isinstance),
    (Map, _map),
    (set, made_set),
    (sorted, made_list),
    (reversed, kept),
)
