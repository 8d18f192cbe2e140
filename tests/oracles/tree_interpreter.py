"""A small interpreter of typed trees: what an action or a claim means, in plain Python.

It knows nothing of how trees are made or proved; `World`, which runs the same functions, must
agree with it. Every value that it meets is checked against the type that the tree says it has.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from raftnb.data.domains import Domain
from raftnb.data.errors import SpecError
from raftnb.data.trace import State, Step
from raftnb.data.values import Map, Message, order
from raftnb.language.spec import Model
from raftnb.language.universe import universe
from raftnb.language.world import World
from raftnb.tree import Program, nodes

Environment = dict[str, Any]


class UndefinedError(Exception):
    """Where Python would raise: an index out of range, a key that is not there, a None."""


class DisabledError(Exception):
    """A guard that is false, or a choice among nothing."""


class IllTypedError(AssertionError):
    """A value that is not of the type that the tree says it has: the tree is wrong."""


def successors(program: Program, state: State) -> Iterator[tuple[Step, State]]:
    """Every step from a state with the state after it, in the order of `World.successors`.

    Actions that have no tree are left out; `has_tree` tells which.
    """
    model = program.model
    world = World(model, state)
    for instance in world.instances:
        name = instance.action.name
        if not has_tree(program, type(instance.process), name):
            continue
        for message in world.candidates(instance):
            arguments = instance.bound(message)
            named = tuple(zip(model.parameter_names(instance.action), arguments, strict=True))
            for choices, after in steps(
                program, model, state, instance.process, instance.action, arguments
            ):
                yield Step(instance.process.name, name, named, choices), after


def has_tree(program: Program, cls: Any, name: str) -> bool:
    """Whether an action has a tree, or is refused."""
    try:
        program.action(cls, name)
    except SpecError:
        return False
    return True


def steps(
    program: Program, model: Model, state: State, process: Any, action: Any, arguments: Any
) -> list[tuple[tuple[Any, ...], State]]:
    """The choices and the state after each way that an action of a process can go.

    Raises `UndefinedError` where Python would raise on one of the ways.
    """
    routine = program.action(type(process), action.name)
    found = []
    script: list[int] | None = []
    while script is not None:
        run = Run(program, state, process, script)
        try:
            run.act(routine, (process, *arguments))
            found.append((tuple(options[pick] for pick, options in run.choices), run.state()))
        except DisabledError:
            pass
        script = _next(run.choices)
    return found


def _next(choices: Sequence[tuple[int, Sequence[Any]]]) -> list[int] | None:
    for at in reversed(range(len(choices))):
        if choices[at][0] + 1 < len(choices[at][1]):
            return [pick for pick, _ in choices[:at]] + [choices[at][0] + 1]
    return None


def truth(
    program: Program, model: Model, claim: Any, state: State, after: State | None = None
) -> bool:
    """Whether a claim is true in a state (or of a step), for all values of its parameters."""
    routine = program.claim(claim)
    with World(model, state) as world:
        spaces = [
            [model.constants[name]] if name in model.constants else universe(hint, world)
            for name, hint in model.parameters(claim).items()
        ]
    for row in itertools.product(*spaces):
        if not Run(program, state, None, (), after).call(routine, row):
            return False
    return True


class Run:
    """One way through a routine, from one state."""

    def __init__(
        self,
        program: Program,
        state: State,
        actor: Any,
        script: Sequence[int],
        after: State | None = None,
    ) -> None:
        self.program, self.model, self.actor, self.script = program, program.model, actor, script
        self.layout, self.later = state.layout, after
        self.cells, self.bag = list(state.values), dict(state.messages)
        self.choices: list[tuple[int, Sequence[Any]]] = []
        self.written: set[tuple[str, str]] = set()

    def state(self) -> State:
        """The state now."""
        in_order = sorted(self.bag.items(), key=lambda item: order(item[0]))
        return State(self.layout, tuple(self.cells), tuple(in_order))

    # Routines.

    def act(self, routine: nodes.Routine, arguments: Sequence[Any]) -> None:
        """Take a step: an action in its order, if its class has one."""
        cycle = type(self.actor).cycle
        ordered = cycle is not None and routine.name in cycle.labels
        if ordered and self.cells[self._cell(self.actor.name, "pc")] != routine.name:
            raise DisabledError
        self._run(routine, arguments)
        if ordered and (self.actor.name, "pc") not in self.written:
            labels = cycle.labels
            following = labels[(labels.index(routine.name) + 1) % len(labels)]
            self.cells[self._cell(self.actor.name, "pc")] = following

    def call(self, routine: nodes.Routine, arguments: Sequence[Any]) -> Any:
        """The value of an operator or a claim."""
        returned = self._run(routine, arguments)
        assert returned is not None, f"{routine.name} returns nothing"
        return returned[0]

    def _run(self, routine: nodes.Routine, arguments: Sequence[Any]) -> tuple[Any] | None:
        env = {}
        for (name, type_), value in zip(routine.parameters, arguments, strict=True):
            self._check(value, type_, routine.name)
            env[name] = value
        return self.block(routine.body, env)

    # Statements: a handler returns the value returned, in a tuple, or None.

    def block(self, body: tuple[nodes.Statement, ...], env: Environment) -> tuple[Any] | None:
        """Statements one after the other."""
        for statement in body:
            handler = getattr(self, f"_{type(statement).__name__.lower()}")
            returned: tuple[Any] | None = handler(statement, env)
            if returned is not None:
                return returned
        return None

    def _when(self, s: nodes.When, env: Environment) -> None:
        if not self.value(s.test, env):
            raise DisabledError

    def _assign(self, s: nodes.Assign, env: Environment) -> None:
        value = self.value(s.value, env)
        if isinstance(s.target, nodes.Var):
            self._check(value, s.target.type, s)
            env[s.target.name] = value
            return
        owner = self.value(s.target.owner, env).name if s.target.owner else s.target.root
        at = self._cell(owner, s.target.variable)
        if self.layout.cells[at].history and not self.model.history:
            return
        if not belongs(value, s.target.type):
            raise UndefinedError(f"{value!r} for {owner}.{s.target.variable}")
        self.written.add((owner, s.target.variable))
        self.cells[at] = value

    def _if(self, s: nodes.If, env: Environment) -> tuple[Any] | None:
        return self.block(s.then if self.value(s.test, env) else s.otherwise, env)

    def _for(self, s: nodes.For, env: Environment) -> tuple[Any] | None:
        for item in in_order(self.value(s.domain, env)):
            env[s.name] = item
            returned = self.block(s.body, env)
            if returned is not None:
                return returned
        return None

    def _return(self, s: nodes.Return, env: Environment) -> tuple[Any]:
        return (self.value(s.value, env),)

    def _runroutine(self, s: nodes.RunRoutine, env: Environment) -> None:
        returned = self._run(s.routine, [self.value(arg, env) for arg in s.args])
        assert returned is None, f"{s.routine.name} returns a value"

    def _send(self, s: nodes.Send, env: Environment) -> None:
        message, to = self.value(s.message, env), self.value(s.to, env)
        sent = replace(message, source=message.source or self.actor, dest=to)
        if self.model.channels:
            at = self.model.channels[sent.source.name, sent.dest.name]
            self.cells[at] = (*self.cells[at], sent)
        else:
            self.bag[sent] = 1 if self.model.keeps else self.bag.get(sent, 0) + 1

    def _discard(self, s: nodes.Discard, env: Environment) -> None:
        message = self.value(s.message, env)
        if self.model.channels:
            at = self.model.channels[message.source.name, message.dest.name]
            self.cells[at] = self.cells[at][1:]
        elif not self.model.keeps and message in self.bag:
            self.bag[message] -= 1
            if self.bag[message] == 0:
                del self.bag[message]

    # Expressions.

    def value(self, expr: nodes.Expr, env: Environment) -> Any:
        """An expression's value."""
        handler: Callable[[Any, Environment], Any] = getattr(
            self, f"_{type(expr).__name__.lower()}"
        )
        value = handler(expr, env)
        self._check(value, expr.type, expr)
        return value

    def _check(self, value: Any, type_: nodes.Type, where: Any) -> None:
        if not belongs(value, type_):
            raise IllTypedError(f"{value!r} is no {type_} in {where}")

    def _const(self, e: nodes.Const, env: Environment) -> Any:
        return e.value

    def _var(self, e: nodes.Var, env: Environment) -> Any:
        return env[e.name]

    def _read(self, e: nodes.Read, env: Environment) -> Any:
        owner = self.value(e.owner, env).name if e.owner is not None else e.root
        at = self._cell(owner, e.variable)
        if not e.primed:
            return self.cells[at]
        assert self.later is not None
        return self.later.values[at]

    def _cell(self, owner: str, variable: str) -> int:
        cells = enumerate(self.layout.cells)
        return next(i for i, c in cells if (c.owner, c.variable) == (owner, variable))

    def _get(self, e: nodes.Get, env: Environment) -> Any:
        record = self.value(e.record, env)
        if not hasattr(record, "__dataclass_fields__") or e.field not in vars(record):
            raise UndefinedError(f"{record!r}.{e.field}")
        return getattr(record, e.field)

    def _cond(self, e: nodes.Cond, env: Environment) -> Any:
        return self.value(e.yes if self.value(e.test, env) else e.no, env)

    def _call(self, e: nodes.Call, env: Environment) -> Any:
        return self.call(e.routine, [self.value(arg, env) for arg in e.args])

    def _make(self, e: nodes.Make, env: Environment) -> Any:
        assert isinstance(e.type, nodes.RecordOf)
        made = {name: self.value(value, env) for name, value in e.fields}
        for name, value in made.items():
            type_ = self.program.field_type(e.type.cls, name)
            if type_ is None or not belongs(value, type_):
                raise UndefinedError(f"{value!r} as {e.type.cls.__name__}.{name}")
        return e.type.cls(**made)

    def _collect(self, e: nodes.Collect, env: Environment) -> Any:
        items = [self.value(item, env) for item in e.items]
        if isinstance(e.type, nodes.SeqOf | nodes.TupleOf):
            return tuple(items)
        if isinstance(e.type, nodes.SetOf):
            return frozenset(items)
        return Map(dict(zip(items[::2], items[1::2], strict=True)))

    def _eachof(self, e: nodes.EachOf, env: Environment) -> Any:
        found = self._each(e, env)
        if e.kind in ("all", "any", "sum"):
            return {"all": all, "any": any, "sum": sum}[e.kind](found)
        return {"seq": tuple, "set": frozenset, "map": Map}[e.kind](found)

    def _each(self, e: nodes.EachOf, env: Environment) -> Iterator[Any]:
        for item in in_order(self.value(e.domain, env)):
            inner = {**env, e.name: item}
            if self.value(e.condition, inner):
                if e.key is None:
                    yield self.value(e.body, inner)
                else:
                    key = self.value(e.key, inner)
                    yield key, self.value(e.body, inner)

    def _everyone(self, e: nodes.Everyone, env: Environment) -> Any:
        return frozenset(World(self.model).members(self.program.classes[e.root]))

    def _inflight(self, e: nodes.InFlight, env: Environment) -> Any:
        queued = [m for at in self.model.channels.values() for m in self.cells[at]]
        messages = {m for m in [*self.bag, *queued] if isinstance(m, e.kind)}
        return tuple(sorted(messages, key=order))

    def _either(self, e: nodes.Either, env: Environment) -> Any:
        options = (
            tuple(in_order(self.value(e.among, env)))
            if e.among is not None
            else tuple(self.value(option, env) for option in e.options)
        )
        if not options:
            raise DisabledError
        at = len(self.choices)
        pick = self.script[at] if at < len(self.script) else 0
        self.choices.append((pick, options))
        return options[pick]

    # Operators.

    def _apply(self, e: nodes.Apply, env: Environment) -> Any:
        if e.op == "and":
            return all(self.value(arg, env) for arg in e.args)
        if e.op == "or":
            return any(self.value(arg, env) for arg in e.args)
        if e.op == "isinstance":
            value, cls = e.args
            assert isinstance(cls, nodes.Const)
            return isinstance(self.value(value, env), cls.value)
        values = [self.value(arg, env) for arg in e.args]
        if e.op == "flat" and isinstance(e.type, nodes.MapOf):
            return Map(pair for one in values[0] for pair in one.items())
        if e.op == "as":
            if not belongs(values[0], e.type):
                raise UndefinedError(f"{values[0]!r} as {e.type}")
            return values[0]
        try:
            return OPERATORS[e.op](*values)
        except (IndexError, KeyError, ZeroDivisionError, ValueError, TypeError) as error:
            if e.op not in nodes.PARTIAL:
                raise
            raise UndefinedError(f"{e.op} of {values!r}") from error


def in_order(collection: Any) -> Iterator[Any]:
    """What a collection holds, in the language's order."""
    ordered = isinstance(collection, tuple | range)
    return iter(collection if ordered else sorted(collection, key=order))


def _the(value: Any) -> Any:
    if value is None:
        raise TypeError
    return value


def _flat(collections: Any) -> Any:
    made: type[Any] = type(collections)
    return made(item for one in collections for item in one)


def _least(of: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda items, *default: of(items) if items or not default else default[0]


OPERATORS: dict[str, Callable[..., Any]] = {
    "not": operator.not_,
    "neg": operator.neg,
    "abs": abs,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "min": min,
    "max": max,
    "least": _least(min),
    "largest": _least(max),
    "range": range,
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    "in": lambda item, items: item in items,
    "len": len,
    "index": operator.getitem,
    "item": operator.getitem,
    "slice": lambda items, low, high: items[low:high],
    "get": lambda items, key, default: items.get(key, default),
    "concat": operator.add,
    "union": operator.or_,
    "meet": operator.and_,
    "xor": operator.xor,
    "sorted": lambda items: tuple(sorted(items)),
    "position": lambda items, item: items.index(item),
    "minus": operator.sub,
    "merge": lambda old, new: Map({**old, **new}),
    "the": _the,
    "flat": _flat,
    "place": lambda member: member.index,
}


def belongs(value: Any, type_: nodes.Type) -> bool:
    """Whether a value is of a type."""
    if isinstance(type_, nodes.Option):
        return value is None or belongs(value, type_.of)
    if isinstance(type_, nodes.OneOf):
        return any(belongs(value, option) for option in type_.options)
    if isinstance(type_, nodes.Int):
        return type(value) is int and (value >= 0 or not type_.natural)
    if isinstance(type_, nodes.Bool):
        return type(value) is bool
    if isinstance(type_, nodes.Text):
        return type(value) is str and (type_.words is None or value in type_.words)
    if isinstance(type_, nodes.Choice):
        return type(value) is type_.cls
    if isinstance(type_, nodes.Member):
        return isinstance(value, Domain) and value.root == type_.root
    return _has_parts(value, type_)


def _has_parts(value: Any, type_: nodes.Type) -> bool:
    if isinstance(type_, nodes.Range):
        return isinstance(value, range)
    if isinstance(type_, nodes.TupleOf):
        is_as_long = isinstance(value, tuple) and len(value) == len(type_.items)
        return is_as_long and all(map(belongs, value, type_.items))
    if isinstance(type_, nodes.SeqOf):
        return isinstance(value, tuple) and all(belongs(v, type_.of) for v in value)
    if isinstance(type_, nodes.SetOf):
        return isinstance(value, frozenset) and all(belongs(v, type_.of) for v in value)
    if isinstance(type_, nodes.MapOf):
        pairs = value.items() if isinstance(value, Map) else [(None, None)]
        of_type = (belongs(k, type_.key) and belongs(v, type_.value) for k, v in pairs)
        return isinstance(value, Map) and all(of_type)
    if isinstance(type_, nodes.RecordOf):
        sent = isinstance(value, Message) and value.source is not None
        is_sent = sent or not issubclass(type_.cls, Message)
        return isinstance(value, type_.cls) and is_sent == type_.sent
    return isinstance(type_, nodes.Nothing) and value is None
