"""The productions of random expressions: what each kind of type can be made of."""

from __future__ import annotations

from tests.oracles.random_types import (
    BOOL,
    INT,
    NAT,
    NUMBERS,
    TEXT,
    Ty,
    fits,
    literal,
    option,
    seq,
    set_of,
)
from tests.oracles.random_writer import ANY, Scope, Writer, gives

# Any type.


@gives(ANY, "conditional expression", common=True)
def conditional(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    yes, no = g.expr(want, scope, depth), g.expr(want, scope, depth)
    return f"({yes} if {g.expr(BOOL, scope, depth)} else {no})"


@gives(ANY, "either", common=True)
def choice(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    if scope.mode != "action":
        return None
    return f"either({g.expr(want, scope, depth)}, {g.expr(want, scope, depth)})"


@gives("int nat member enum record text", "either of a collection")
def choice_of(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    held = [t for k in ("seq", "set") for t in g.of_kind(k) if fits(t.args[0], want)]
    if scope.mode != "action":
        return None
    if want in NUMBERS and (not held or g.chance.yes(0.4)):
        return f"either(*range({g.expr(NAT, scope, depth)}))"
    return f"either(*{g.expr(g.chance.one(held), scope, depth)})" if held else None


@gives(ANY, "item of a sequence", common=True)
def item(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    held = [t for t in g.of_kind("seq") if fits(t.args[0], want)]
    if not held:
        return None
    base = g.expr(g.chance.one(held), scope, depth)
    at = g.chance.one(("0", "-1", f"-{g.expr(NAT, scope, depth)}", g.expr(INT, scope, depth)))
    kind = "from the end" if at.startswith("-") else "from the start"
    g.chance.made[f"index {kind}"] += 1
    if g.partial and g.chance.yes(0.5):
        return f"{base}[{at}]"
    other = literal(g.chance, g.words, want) or g.member(want, scope)
    return f"({base}[{g.chance.one(('0', '-1'))}] if {base} else {other})"


@gives(ANY, "value of a map", common=True)
def value_of(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    held = [t for t in g.of_kind("map") if fits(t.args[1], want)]
    if not held:
        return None
    type_ = g.chance.one(held)
    base, key = g.expr(type_, scope, depth), g.expr(type_.args[0], scope, depth)
    if g.partial and g.chance.yes(0.5):
        return f"{base}[{key}]"
    return f"{base}.get({key}, {g.expr(want, scope, 0)})"


@gives(ANY, "field of a record", common=True)
def field_of(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    able = [
        (record, name)
        for record, fields in g.words.records.items()
        for name, type_ in fields
        if fits(type_, want)
    ]
    if not able:
        return None
    record, name = g.chance.one(able)
    return f"{g.expr(Ty('record', record), scope, depth)}.{name}"


@gives(ANY, "field of a message", common=True)
def field_of_message(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    able = []
    for name, type_ in scope.names:
        if type_.kind == "message":
            fields = g.words.messages.get(type_.cls, ())
            able += [f"{name}.{f}" for f, t in fields if fits(t, want)]
            if want.kind == "member" and want.cls == g.words.processes[0]:
                able += [f"{name}.source", f"{name}.dest"]
    return g.chance.one(able) if able else None


@gives(ANY, "call of an operator", common=True)
def call(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    able = [o for o in g.words.operators if fits(o.result, want)]
    if not able:
        return None
    operator = g.chance.one(able)
    owner = ""
    if operator.owner:
        found = g.names(Ty("member", operator.owner), scope)
        if not found:
            return None
        owner = f"{g.chance.one(found)}."
    given = [(name, g.expr(type_, scope, depth)) for name, type_ in operator.parameters]
    named = g.chance.yes(0.25)
    inner = ", ".join(f"{n}={v}" if named else v for n, v in given)
    g.chance.made["call by name" if named and given else "call by place"] += 1
    return f"{owner}{operator.name}({inner})"


@gives("int nat bool seq", "an optional value used as a value")
def unwrapped(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    held = [t for t in g.of_kind("option") if fits(t.args[0], want)]
    if not held:
        return None
    base = g.expr(g.chance.one(held), scope, 0)
    if g.partial and g.chance.yes(0.5):
        return base
    return f"({base} if {base} is not None else {g.expr(want, scope, 0)})"


@gives("option", "a value where None may stand", common=True)
def some(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    return g.expr(want.args[0], scope, depth) if g.chance.yes(0.6) else "None"


@gives("union", "one of several types", common=True)
def one_of(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    return g.expr(g.chance.one(want.args), scope, depth)


# Numbers.


@gives("int nat", "+ - *", common=True)
def arithmetic(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    sign = g.chance.one("++-*")
    return f"({g.expr(INT, scope, depth)} {sign} {g.expr(INT, scope, depth)})"


@gives("int nat", "// and %")
def division(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    by = g.chance.one(("2", "3", "-2", "-3"))
    if g.partial and g.chance.yes(0.5):
        by = g.expr(INT, scope, depth)
    return f"({g.expr(INT, scope, depth)} {g.chance.one(('//', '%'))} {by})"


@gives("int nat", "minus sign")
def minus(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    return f"(-{g.expr(INT, scope, depth)})"


@gives("int nat", "% 3", common=True)
def wrapped(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    return f"({g.expr(INT, scope, depth)} % {g.chance.one((2, 3))})"


@gives("int nat", "abs")
def absolute(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    return f"abs({g.expr(INT, scope, depth)})"


@gives("int nat", "min and max of numbers")
def extreme(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    numbers = [g.expr(INT, scope, depth) for _ in range(g.chance.one((2, 2, 3)))]
    return f"{g.chance.one(('min', 'max'))}({', '.join(numbers)})"


@gives("int nat", "min and max of a collection")
def extreme_of(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    word = g.chance.one(("min", "max"))
    default = "" if g.partial and g.chance.yes(0.5) else f", default={g.chance.one((0, -1, 1))}"
    held = [t for k in ("seq", "set") for t in g.of_kind(k) if t.args[0] in NUMBERS]
    if held and g.chance.yes(0.4):
        return f"{word}({g.expr(g.chance.one(held), scope, depth)}{default})"
    head, inner = g.generator(scope, depth)
    body = g.expr(INT, inner, depth)
    return f"{word}(({body} {head}){default})" if default else f"{word}({body} {head})"


@gives("int nat", "sum of a comprehension")
def total(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    head, inner = g.generator(scope, depth)
    return f"sum({g.expr(INT, inner, depth) if g.chance.yes(0.7) else '1'} {head})"


@gives("int nat", "sum of a collection")
def total_of(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    held = [t for k in ("seq", "set") for t in g.of_kind(k) if t.args[0] in NUMBERS]
    start = f", {g.expr(INT, scope, 0)}" if g.chance.yes(0.3) else ""
    return f"sum({g.expr(g.chance.one(held), scope, depth)}{start})" if held else None


@gives("int nat", "len", common=True)
def length(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    held = [t for k in ("seq", "set", "map") for t in g.of_kind(k)]
    if not held or g.chance.yes(0.15):
        return f"len({g.chance.one(g.words.members).cls})"
    return f"len({g.expr(g.chance.one(held), scope, depth)})"


@gives("int nat", "a truth as a number")
def as_number(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    inner = g.expr(BOOL, scope, depth)
    return g.chance.one((f"int({inner})", f"({inner} + 1)", f"sum(({inner}, {inner}))"))


@gives("int nat", "index of a member")
def place(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    members = [name for name, type_ in scope.names if type_.kind == "member"]
    return f"{g.chance.one(members)}.index" if members else None


# Truths.


@gives("bool", "comparison of numbers", common=True)
def compared(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    sign = g.chance.one(("<", "<=", ">", ">=", "==", "!="))
    return f"({g.expr(INT, scope, depth)} {sign} {g.expr(INT, scope, depth)})"


@gives("bool", "chained comparison")
def chained(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    low, middle, high = (g.expr(INT, scope, depth) for _ in range(3))
    signs = [g.chance.one(("<", "<=", "==", "!=", ">")) for _ in range(2)]
    return f"({low} {signs[0]} {middle} {signs[1]} {high})"


@gives("bool", "== of one type", common=True)
def equal(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    type_ = g.any_type()
    g.chance.made[f"== of {type_.kind}"] += 1
    sign = g.chance.one(("==", "!="))
    return f"({g.expr(type_, scope, depth)} {sign} {g.expr(type_, scope, depth)})"


@gives("bool", "== of different types")
def mixed(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    types = [g.any_type(), g.chance.one([*g.words.plain(), TEXT, *g.words.record_types()])]
    g.chance.made[f"{types[0].kind} == {types[1].kind}"] += 1
    sign = g.chance.one(("==", "!="))
    return f"({g.expr(types[0], scope, depth)} {sign} {g.expr(types[1], scope, depth)})"


@gives("bool", "is None", common=True)
def absent(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    held = g.of_kind("option")
    if not held:
        return None
    word = g.chance.one(("is", "is not", "==", "!="))
    return f"({g.expr(g.chance.one(held), scope, depth)} {word} None)"


@gives("bool", "and, or", common=True)
def connective(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    word = g.chance.one((" and ", " or "))
    parts = [g.expr(BOOL, scope, depth) for _ in range(g.chance.one((2, 2, 3)))]
    return f"({word.join(parts)})"


@gives("bool", "not", common=True)
def negation(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    return f"(not {g.expr(BOOL, scope, depth)})"


@gives("bool", "all, any", common=True)
def quantified(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    head, inner = g.generator(scope, depth)
    if g.chance.yes(0.25):
        g.chance.made["several for in one comprehension"] += 1
        more, inner = g.generator(inner, depth)
        head = f"{head} {more}"
    return f"{g.chance.one(('all', 'any'))}({g.expr(BOOL, inner, depth)} {head})"


@gives("bool", "in", common=True)
def inside(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    word = g.chance.one(("in", "not in"))
    held = [t for k in ("seq", "set", "map") for t in g.of_kind(k)]
    if held and g.chance.yes(0.7):
        type_ = g.chance.one(held)
        return f"({g.expr(type_.args[0], scope, depth)} {word} {g.expr(type_, scope, depth)})"
    type_ = g.chance.one([INT, *(t for t in g.words.plain() if t.kind != "member")])
    items = ", ".join(g.expr(type_, scope, 0) for _ in range(g.chance.one((1, 2, 3))))
    form = g.chance.one((f"({items},)", f"{{{items}}}"))
    return f"({g.expr(type_, scope, depth)} {word} {form})"


@gives("bool", "truth of a collection")
def not_empty(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    held = [t for k in ("seq", "set", "map", "option") for t in g.of_kind(k)]
    inner = g.expr(g.chance.one(held), scope, depth) if held else g.expr(INT, scope, depth)
    return g.chance.one((f"(not {inner})", f"bool({inner})", f"(not not {inner})"))


@gives("bool", "isinstance")
def kind_of(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    kinds = [*g.words.records, *g.words.messages]
    messages = [name for name, type_ in scope.names if type_.kind == "message"]
    held = [*g.words.record_types(), *g.of_kind("union")]
    if messages and g.chance.yes(0.6):
        return f"isinstance({g.chance.one(messages)}, {g.chance.one(kinds)})"
    if not held:
        return None
    return f"isinstance({g.expr(g.chance.one(held), scope, depth)}, {g.chance.one(kinds)})"


@gives("bool", "comparison of sets")
def subset(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    held = g.of_kind("set")
    if not held:
        return None
    type_, sign = g.chance.one(held), g.chance.one(("<", "<=", ">", ">="))
    return f"({g.expr(type_, scope, depth)} {sign} {g.expr(type_, scope, depth)})"


@gives("bool", "comparison of tuples")
def lexical(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    sign = g.chance.one(("<", "<=", ">", ">=", "==", "!="))
    left, right = (
        ", ".join(g.expr(INT, scope, depth) for _ in range(g.chance.one((1, 2, 2, 3))))
        for _ in range(2)
    )
    return f"(({left},) {sign} ({right},))"


# Sequences.


@gives("seq", "a written sequence", common=True)
def written(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    size = g.chance.one((0, 1, 1, 2))
    items = [g.expr(want.args[0], scope, depth) for _ in range(size)]
    return f"({', '.join(items)},)" if items else "()"


@gives("seq", "+ of sequences", common=True)
def joined(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    return f"({g.expr(want, scope, depth)} + {g.expr(want, scope, depth)})"


@gives("seq", "slice", common=True)
def part(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    ends = ["", "", "0", "1", "-1", "-2", g.expr(INT, scope, depth), g.expr(NAT, scope, depth)]
    low, high = g.chance.one(ends), g.chance.one(ends)
    g.chance.made["slice with a bound from the end"] += "-" in low + high
    step = g.chance.one((":", ":-1", ":2", ":1")) if g.chance.yes(0.12) else ""
    g.chance.made["slice with a step"] += bool(step)
    return f"{g.expr(want, scope, depth)}[{low}:{high}{step}]"


@gives("seq", "tuple of a comprehension", common=True)
def sequence(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    head, inner = g.generator(scope, depth)
    return f"tuple({g.expr(want.args[0], inner, depth)} {head})"


@gives("seq", "tuple of another collection")
def sequence_of(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    other = g.expr(set_of(want.args[0]), scope, depth)
    again = g.expr(want, scope, depth)
    forms = [f"tuple({other})", f"tuple({again})", f"tuple(reversed({again}))", f"({again} * 2)"]
    if want.args[0] in NUMBERS:
        forms += [f"tuple(sorted({other}))", f"tuple(range({g.expr(NAT, scope, depth)}))"]
        forms += [f"tuple(i for i, v in enumerate({again}))"]
    return g.chance.one(forms)


# Sets.


@gives("set", "a written set", common=True)
def written_set(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    size = g.chance.one((0, 1, 1, 2))
    items = [g.expr(want.args[0], scope, depth) for _ in range(size)]
    return f"frozenset({{{', '.join(items)}}})" if items else "frozenset()"


@gives("set", "| & - of sets", common=True)
def combined(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    sign = g.chance.one("|||&-^")
    g.chance.made[f"{sign} of sets"] += 1
    return f"({g.expr(want, scope, depth)} {sign} {g.expr(want, scope, depth)})"


@gives("set", "set of a comprehension", common=True)
def set_comprehension(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    head, inner = g.generator(scope, depth)
    body = g.expr(want.args[0], inner, depth)
    return g.chance.one((f"frozenset({body} {head})", f"frozenset({{{body} {head}}})"))


@gives("set", "set of another collection")
def set_of_collection(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    forms = [f"frozenset({g.expr(seq(want.args[0]), scope, depth)})"]
    forms += [f"frozenset({want.args[0].cls})"] if want.args[0].kind == "member" else []
    return g.chance.one(forms)


# Maps and records.


@gives("map", "a written map", common=True)
def written_map(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    key, value = (g.expr(t, scope, depth) for t in want.args)
    return g.chance.one(("Map()", f"Map({{{key}: {value}}})", f"Map((({key}, {value}),))"))


@gives("map", "map with a change", common=True)
def changed(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    key, value = (g.expr(t, scope, depth) for t in want.args)
    return f"({g.expr(want, scope, depth)} | {{{key}: {value}}})"


@gives("map", "map unpacked")
def unpacked(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    key, value = (g.expr(t, scope, depth) for t in want.args)
    base = g.expr(want, scope, depth)
    return g.chance.one((f"Map({{**{base}, {key}: {value}}})", f"({base} | {{**{base}}})"))


@gives("map", "map of a comprehension", common=True)
def map_comprehension(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    head, inner = g.generator(scope, depth)
    key, value = (g.expr(t, inner, depth) for t in want.args)
    return g.chance.one((f"Map({{{key}: {value} {head}}})", f"Map(({key}, {value}) {head})"))


@gives("map", "map of its items")
def map_of_items(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    base = g.expr(want, scope, depth)
    inner = scope.having(("k", want.args[0]), ("v", want.args[1]))
    value = g.expr(want.args[1], inner, depth)
    return f"Map({{k: {value} for k, v in {base}.items()}})"


@gives("record", "a new record", common=True)
def new_record(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    kinds = (want.cls, *g.words.subclasses.get(want.cls, ()))
    cls = g.chance.one(kinds)
    g.chance.made["a record of a subclass"] += cls != want.cls
    given = [(name, g.expr(type_, scope, depth)) for name, type_ in g.words.records[cls]]
    named = g.chance.yes(0.4)
    if named and g.chance.yes(0.3):
        g.chance.made["fields in another order"] += 1
        given.reverse()
    return f"{cls}({', '.join(f'{n}={v}' if named else v for n, v in given)})"


@gives("text", "text of a value")
def text(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    if want != TEXT and not g.partial:
        return None
    return f"str({g.expr(g.any_type(), scope, depth)})"


# What stands in a value, and what is rarely right.


@gives(ANY, "variable of a process that a value names", common=True)
def of_a_process(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    able = [v for v in g.variables(want) if v.process]
    if not able or depth <= 0:
        return None
    variable = g.chance.one(able)
    base = of_member(g, scope, variable.owner)
    if base is None:
        return None
    if base[1]:
        other = g.leaf(want, scope)
        return f"({base[0]}.{variable.name} if {base[0]} is not None else {other})"
    return f"{base[0]}.{variable.name}"


def of_member(g: Writer, scope: Scope, cls: str) -> tuple[str, bool] | None:
    """Text that gives a process out of a variable or a field, and whether it may be None."""
    member = Ty("member", cls)
    found = []
    for type_ in (member, option(member)):
        maybe = type_ is not member
        for v in g.words.variables:
            if v.type == type_ and (owner := g.owner(v, scope)):
                found.append((f"{owner}.{v.name}", maybe))
                if scope.mode == "step":
                    found.append((f"after({owner}).{v.name}", maybe))
        for name, have in scope.names:
            if have == type_ and name != "self":
                found.append((name, maybe))
            if have.kind == "message" and cls == g.words.processes[0]:
                found.append((f"{name}.source", False))
    return g.chance.one(found) if found else None


@gives("bool int", "items of a map")
def items(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    held = g.of_kind("map")
    if not held:
        return None
    type_ = g.chance.one(held)
    base = g.expr(type_, scope, depth)
    inner = scope.having(("k", type_.args[0]), ("v", type_.args[1]))
    heads = [f"for k, v in {base}.items()", f"for v in {base}.values()", f"for k in {base}.keys()"]
    word = "sum" if want == INT else g.chance.one(("all", "any"))
    head = g.chance.one(heads)
    if "k, v" not in head:
        kept = ("v", type_.args[1]) if "values" in head else ("k", type_.args[0])
        inner = scope.having(kept)
    return f"{word}({g.expr(want, inner, depth)} {head})"


@gives("bool int", "pairs of a sequence")
def pairs(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    held = g.of_kind("seq")
    if not held:
        return None
    type_ = g.chance.one(held)
    base = g.expr(type_, scope, depth)
    inner = scope.having(("i", INT), ("v", type_.args[0]))
    forms = [f"for i, v in enumerate({base})", f"for i, v in zip(range(2), {base})"]
    word = "sum" if want == INT else g.chance.one(("all", "any"))
    return f"{word}({g.expr(want, inner, depth)} {g.chance.one(forms)})"


@gives("bool int", "method of a collection")
def method(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    held = g.of_kind("seq") if want == INT else g.of_kind("set")
    if not held:
        return None
    type_ = g.chance.one(held)
    base, other = g.expr(type_, scope, depth), g.expr(type_, scope, depth)
    if want == INT:
        return f"{base}.{g.chance.one(('count', 'index'))}({g.expr(type_.args[0], scope, depth)})"
    return f"{base}.{g.chance.one(('issubset', 'isdisjoint'))}({other})"


@gives("bool int", "name or place of a member")
def told_apart(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    members = [name for name, type_ in scope.names if type_.kind == "member"]
    if not members:
        return None
    name = g.chance.one(members)
    if want == INT:
        return g.chance.one((f"{name}.index", f"tuple({g.words.members[0].cls}).index({name})"))
    return g.chance.one(
        (f'({name}.name == "n1")', f"({name} == tuple({g.words.members[0].cls})[0])")
    )


@gives("member", "a first member")
def first_member(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    return g.chance.one((f"tuple({want.cls})[0]", f"sorted({want.cls})[-1]", f"min({want.cls})"))


@gives(ANY, "field that several classes have")
def common_field(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    held = g.of_kind("union")
    able = [n for fields in g.words.records.values() for n, t in fields if fits(t, want)]
    if not held or not able:
        return None
    return f"{g.expr(g.chance.one(held), scope, depth)}.{g.chance.one(able)}"


@gives("int nat bool text enum option", "a value of another type")
def of_another_type(g: Writer, scope: Scope, want: Ty, depth: int) -> str | None:
    return g.expr(g.any_type(), scope, depth) if g.partial and g.chance.yes(0.3) else None
