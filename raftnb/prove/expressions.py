"""The meaning of each kind of expression, as Z3 terms."""

from __future__ import annotations

import dataclasses

import z3

from raftnb.data.values import Message
from raftnb.prove.counts import compared
from raftnb.prove.evaluate import Environment, Evaluator, Local
from raftnb.prove.extremes import extreme
from raftnb.prove.operators import OPERATORS
from raftnb.prove.scope import Picked
from raftnb.prove.sets import MapShape, SetShape
from raftnb.prove.shapes import SeqShape
from raftnb.prove.terms import (
    FALSE,
    TRUE,
    Family,
    RecordV,
    SeqV,
    SetV,
    Value,
    choose,
    conj,
    disj,
    implies,
    neg,
)
from raftnb.prove.theory import in_words
from raftnb.tree import nodes
from raftnb.tree.nodes import BOOL, Expr, MapOf, Member, Never, Option, RecordOf, SeqOf, SetOf, Type
from raftnb.tree.types import join


def constant(at: Evaluator, expr: nodes.Const, env: Environment) -> Value:
    """A constant; a class, which only `isinstance` looks at, stands for itself."""
    if isinstance(expr.value, type):
        return expr.value
    return at.scope.words.of(expr.type).literal(expr.value)


def name(at: Evaluator, expr: nodes.Var, env: Environment) -> Value:
    """A parameter, a local name, or a comprehension's variable."""
    if expr.name not in env:
        raise at.scope.refused(
            expr,
            f"`{expr.name}`, which not every way to here gives a value",
            allowed="names that are assigned before, and outside a loop",
            cure=f"assign `{expr.name}` before the branch or the loop",
        )
    found = env[expr.name]
    if isinstance(found, Local):
        as_it_was = nodes.Var(found.type, expr.line, expr.name)
        return at.scope.converted(found.value, as_it_was, expr.type)
    return found


def read(at: Evaluator, expr: nodes.Read, env: Environment) -> Value:
    """A variable of a process or a shared one."""
    state = at.scope.after if expr.primed else at.scope.state
    if state is None:
        raise at.scope.refused(
            expr, "`after(...)` where there is no step", "`after` in `transitions`", "move it there"
        )
    owner = None
    if expr.owner is not None:
        owner = at.typed(expr.owner, env, Member(expr.root))
    if (expr.root, expr.variable) not in state.variables:
        raise at.scope.refused(
            expr,
            f"`{expr.root}.{expr.variable}`, whose type has no translation",
            allowed="bool, numbers, text, enums, members, options, sequences, sets, maps",
            cure="sets have members, numbers, texts: for records, a Map from one field to the rest"
            if isinstance(expr.type, SetOf)
            else "give the variable one of these types, or claim nothing of it",
        )
    return state.read(expr.root, expr.variable, owner)


def field(at: Evaluator, expr: nodes.Get, env: Environment) -> Value:
    """A field of a record or message."""
    record = at.value(expr.record, env)
    if not isinstance(record, RecordV):
        raise at.scope.refused(
            expr,
            f"the field `{expr.field}` of {in_words(expr.record.type)}",
            allowed="fields of records and messages of one class",
            cure="use one class with an enum or an option in it",
        )
    if expr.field not in record.fields:
        kind = record.cls.__name__
        at.scope.require(FALSE, expr.line, f"the field {expr.field}, which a {kind} has not")
        return at.scope.words.of(expr.type).default()
    words, value = at.scope.words, record.fields[expr.field]
    have = words.program.field_type(record.cls, expr.field)
    if have is not None and have != expr.type:
        field_ = nodes.Get(have, expr.line, expr.record, expr.field)
        return at.scope.converted(value, field_, expr.type)
    return value


def conditional(at: Evaluator, expr: nodes.Cond, env: Environment) -> Value:
    """`yes if test else no`."""
    test = at.value(expr.test, env)
    with at.scope.under(test):
        yes = at.typed(expr.yes, env, expr.type)
    with at.scope.under(neg(test)):
        no = at.typed(expr.no, env, expr.type)
    return choose(test, yes, no)


def made(at: Evaluator, expr: nodes.Make, env: Environment) -> Value:
    """A new record or message."""
    assert isinstance(expr.type, RecordOf)
    at.scope.words.of(expr.type)
    types = {f: at.scope.words.program.field_type(expr.type.cls, f) for f, _ in expr.fields}
    fields = {}
    for field_, value in expr.fields:
        type_ = types[field_]
        assert type_ is not None
        fields[field_] = at.typed(value, env, type_)
    ends = ("source", "dest") if issubclass(expr.type.cls, Message) else ()
    left = {f.name for f in dataclasses.fields(expr.type.cls)} - {*fields, *ends}  # type: ignore[arg-type]
    if left:
        raise at.scope.refused(
            expr,
            f"a `{expr.type.cls.__name__}` without {', '.join(sorted(left))}",
            allowed="records with every field given",
            cure="write the default value, too",
        )
    record = RecordV(expr.type.cls, fields)
    if id(expr) not in at.scope.written:
        natural = at.scope.words.of(expr.type).natural(record)
        at.scope.require(natural, expr.line, f"natural numbers in {expr.type.cls.__name__}")
    return record


def collected(at: Evaluator, expr: nodes.Collect, env: Environment) -> Value:
    """A sequence, set or map written out."""
    type_ = expr.type
    shape = at.scope.words.of(type_)
    if isinstance(type_, SeqOf | SetOf):
        items = [at.typed(i, env, type_.of) for i in expr.items]
        assert isinstance(shape, SeqShape | SetShape)
        return shape.listed(items) if isinstance(shape, SeqShape) else shape.holding(items)
    assert isinstance(type_, MapOf)
    assert isinstance(shape, MapShape)
    keys = [at.typed(k, env, type_.key) for k in expr.items[::2]]
    values = [at.typed(v, env, type_.value) for v in expr.items[1::2]]
    return shape.paired(list(zip(keys, values, strict=True)))


def everyone(at: Evaluator, expr: nodes.Everyone, env: Environment) -> Value:
    """All the members of a class."""
    return SetV(lambda x: TRUE)


def in_flight(at: Evaluator, expr: nodes.InFlight, env: Environment) -> Value:
    """The messages in flight are no value, but something to quantify over."""
    raise at.scope.refused(
        expr,
        "the messages in flight as a value",
        allowed="`all(... for m in in_flight(Kind))`, `any(...)`",
        cure="quantify over them",
    )


def either(at: Evaluator, expr: nodes.Either, env: Environment) -> Value:
    """A choice: a new constant that is one of the options wherever it is reached."""
    scope = at.scope
    if scope.path is None or scope.bound:
        raise scope.refused(
            expr,
            "`either` in a claim, a loop or a comprehension",
            allowed="`either` once for each step of an action",
            cure="choose before, and use the name",
        )
    if expr.among is None:
        options = [Family((), TRUE, at.typed(o, env, expr.type)) for o in expr.options]
    else:
        options = at.families(expr.among, env)
    picked = pick(at, expr)
    reached = conj(*scope.guards)
    scope.path.choices.append(Picked(reached, picked, expr.type))
    among = [at.is_one_of(family, picked, expr.type) for family in options]
    note_beyond(at, options, expr.type, reached)
    scope.path.conditions.append(implies(reached, disj(*among)))
    return picked


def note_beyond(at: Evaluator, options: list[Family], type_: Type, reached: z3.BoolRef) -> None:
    """Note where an option is beyond the bounds of a finite instance: it could not be picked."""
    theory, shape, path = at.scope.words.theory, at.scope.words.of(type_), at.scope.path
    limits = theory.limits()
    if limits is None or path is None:
        return
    for family in options:
        outside = neg(shape.within(family.value, *limits))
        beyond = theory.exists(family.bound, conj(family.guard, outside))
        theory.note(conj(*path.conditions, reached, beyond))


def pick(at: Evaluator, expr: nodes.Either) -> Value:
    """What is chosen: a new constant, or what is given."""
    scope, path = at.scope, at.scope.path
    assert path is not None
    if path.picks is None:
        shape = scope.words.of(expr.type)
        return shape.declare(f"choice!{scope.words.theory.number()}", ())()
    if not path.picks:
        raise scope.refused(
            expr,
            "a choice of which it is not said what is chosen",
            allowed="for each `either` of an abstract step, a function in `picks`",
            cure="add to `picks` what the step chooses here",
        )
    given = path.picks.pop(0)
    return scope.converted(given.value, nodes.Var(given.type, expr.line, "a pick"), expr.type)


def called(at: Evaluator, expr: nodes.Call, env: Environment) -> Value:
    """A call of an operator."""
    routine = expr.routine
    types = [t for _, t in routine.parameters]
    args = [argument(at, a, env, t) for a, t in zip(expr.args, types, strict=True)]
    if routine.function in at.scope.opaque:
        return relation(at, routine, args)
    inner = dict(zip((n for n, _ in routine.parameters), args, strict=True))
    assert routine.returns is not None
    return at.inside(routine.function).block(routine.body, inner, routine.returns)


def argument(at: Evaluator, expr: Expr, env: Environment, want: Type) -> Value:
    """An argument; a record of a subclass is passed on as it is."""
    have = expr.type
    if isinstance(have, RecordOf) and isinstance(want, RecordOf) and issubclass(have.cls, want.cls):
        return at.value(expr, env)
    return at.typed(expr, env, want)


def relation(at: Evaluator, routine: nodes.Routine, args: list[Value]) -> Value:
    """An opaque operator: a relation of its arguments, of which only the axioms are known."""
    words = at.scope.words
    terms = []
    for (_, type_), arg in zip(routine.parameters, args, strict=True):
        if isinstance(type_, SetOf):
            terms.append(words.theory.name_of(arg, type_, tuple(at.scope.bound)))
        else:
            words.theory.plain_sort(type_)
            terms.append(arg)
    arguments = tuple(t for _, t in routine.parameters)
    return words.theory.opaque(routine.function, arguments)(*terms)


# Operators of the language: those that look at their operands themselves, and all others.


REFUSED = {
    "place": (
        "`.index`, the place of a member in its class",
        "variables, and the members themselves",
        "a proof is about any number of members: declare a number, `rank: Nat = anything()`, "
        "that no action writes, and say in `assuming=` what is so of it",
    ),
    "flat": (
        "several `for`s in a comprehension",
        "one `for` in a comprehension, but in `all`, `any` and `sum`",
        "say with `all` and `any` what is in it",
    ),
}
"""What is found, allowed, and the cure, where an operator has no meaning in a proof."""


def applied(at: Evaluator, expr: nodes.Apply, env: Environment) -> Value:
    """An operator of the language."""
    if expr.op in ("and", "or"):
        return connected(at, expr, env)
    if expr.op == "in":
        return contained(at, expr, env)
    if (found := compared(at, expr, env)) is not None:
        return found
    if expr.op in ("least", "largest"):
        return extreme(at, expr, env)
    operator = OPERATORS.get(expr.op)
    if operator is None:
        cure = "say it with all and any, or choose with `either` and guard it with `all`"
        unknown = (f"`{expr.op}`", "what has a meaning for sets of any size", cure)
        what, allowed, cure = REFUSED.get(expr.op, unknown)
        raise at.scope.refused(expr, what, allowed=allowed, cure=cure)
    return operator(at.scope, expr, *(at.value(a, env) for a in expr.args))


def connected(at: Evaluator, expr: nodes.Apply, env: Environment) -> z3.BoolRef:
    """`and`, `or`: each operand where those before it did not decide."""
    parts: list[z3.BoolRef] = []
    guards = at.scope.guards
    before = len(guards)
    for arg in expr.args:
        part = at.typed(arg, env, BOOL)
        parts.append(part)
        guards.append(part if expr.op == "and" else neg(part))
    del guards[before:]
    return conj(*parts) if expr.op == "and" else disj(*parts)


def items(at: Evaluator, expr: Expr, env: Environment) -> list[Family]:
    """The items of a sequence, in no order."""
    found = at.value(expr, env) if isinstance(expr, nodes.Read) else None
    if isinstance(found, SeqV) and found.items is not None:
        return found.items()
    return at.families(expr, env)


def contained(at: Evaluator, expr: nodes.Apply, env: Environment) -> Value:
    """`a in b`."""
    a, b = expr.args
    words = at.scope.words
    if isinstance(b.type, SeqOf):
        of = join(a.type, b.type.of)
        value = at.typed(a, env, of)
        parts = []
        for family in items(at, b, env):
            item = words.of(of).convert(family.value, b.type.of)
            equal = words.of(of).equal(item, value)
            parts.append(words.theory.exists(family.bound, conj(family.guard, equal)))
        return disj(*parts)
    if isinstance(at.element(b), Never):
        return FALSE
    inside = words.of(at.element(b))
    if isinstance(a.type, Option):
        option = at.value(a, env)
        found = inside.convert(option.value, a.type.of)
        return conj(option.some, at.value(b, env).has(found))
    return at.value(b, env).has(at.typed(a, env, inside.type))
