"""Random statements: bodies of actions, macros and operators."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracles.random_types import BOOL, INT, NAT, NUMBERS, Ty, Variable, literal, seq
from tests.oracles.random_writer import Scope, Writer

Lines = list[str]
Made = tuple[Lines, Scope]


def indented(lines: Lines) -> Lines:
    return ["    " + line for line in lines]


class Statements:
    """Writes statements; each maker gives lines and the scope after them, or None."""

    def __init__(self, writer: Writer, share: float) -> None:
        self.g, self.chance, self.words = writer, writer.chance, writer.words
        rare: list[Callable[[Scope, int], Made | None]] = [
            self.write_to_another, self.write_two, self.loop, self.loop_with_a_count,
            self.assigned_in_one_branch, self.annotated, self.run_macro, self.reset_in_a_branch,
            self.nested_loop, self.local_change, self.write_with_sign, self.either_in_an_arm,
        ]  # fmt: skip
        common = [self.write, self.write, self.branch, self.local, self.network]
        self.makers = [*common, *self.chance.some(rare, share)]

    def block(self, scope: Scope, count: int, depth: int = 2) -> Made:
        """Some statements, one after the other."""
        lines: Lines = []
        for _ in range(count):
            found = None
            for maker in self.chance.sample(self.makers, min(3, len(self.makers))):
                found = found or maker(scope, depth)
                if found is not None:
                    self.chance.made[f"statement: {maker.__name__.replace('_', ' ')}"] += 1
                    break
            if found is not None:
                lines, scope = lines + found[0], found[1]
        return lines or ["pass"], scope

    def guard(self, scope: Scope) -> Lines:
        return [f"when({self.g.expr(BOOL, scope, 2)})"]

    # Variables.

    def places(self, scope: Scope) -> list[tuple[str, Variable]]:
        """The variables that may be assigned: one's own, and the shared ones."""
        own = [("self", v) for v in self.words.variables if v.process and v.owner == scope.me]
        return [*own, *((v.owner, v) for v in self.words.variables if not v.process)]

    def value(self, type_: Ty, scope: Scope, depth: int) -> str:
        """A value to store: numbers mostly kept small."""
        text = self.g.expr(type_, scope, depth)
        if type_ in NUMBERS and self.chance.yes(0.7):
            low = "0" if type_ == NAT else "-1"
            return self.chance.one((f"{text} % 3", f"max({low}, min({text}, 2))"))
        return text

    def write(self, scope: Scope, depth: int) -> Made | None:
        places = self.places(scope)
        if not places:
            return None
        owner, variable = self.chance.one(places)
        return [f"{owner}.{variable.name} = {self.value(variable.type, scope, depth)}"], scope

    def write_with_sign(self, scope: Scope, depth: int) -> Made | None:
        places = self.places(scope)
        if not places:
            return None
        owner, v = self.chance.one(places)
        signs = {
            "int": "+= -= *= //= %=", "nat": "+= %=", "seq": "+=", "set": "|= &= -=", "map": "|=",
        }.get(v.type.kind, "").split()  # fmt: skip
        if not signs:
            return None
        sign = self.chance.one(signs)
        text = "2" if sign in ("//=", "%=") else self.g.expr(v.type, scope, depth)
        return [f"{owner}.{v.name} {sign} {text}"], scope

    def write_to_another(self, scope: Scope, depth: int) -> Made | None:
        able = [
            (name, v)
            for name, type_ in scope.names
            for v in self.words.variables
            if type_.kind == "member" and v.process and v.owner == type_.cls and name != "self"
        ]
        if not able:
            return None
        name, variable = self.chance.one(able)
        if variable.type in NUMBERS and self.chance.yes(0.4):
            return [f"{name}.{variable.name} += 1"], scope
        return [f"{name}.{variable.name} = {self.value(variable.type, scope, depth)}"], scope

    def write_two(self, scope: Scope, depth: int) -> Made | None:
        places = self.places(scope)
        if len(places) < 2:
            return None
        (a, va), (b, vb) = self.chance.sample(places, 2)
        values = f"{self.value(va.type, scope, depth)}, {self.value(vb.type, scope, depth)}"
        return [f"{a}.{va.name}, {b}.{vb.name} = {values}"], scope

    # Local names.

    def local(self, scope: Scope, depth: int) -> Made:
        name, type_ = self.g.fresh(scope), self.g.any_type()
        if name == "self":
            name = "t"
        return [f"{name} = {self.g.expr(type_, scope, depth)}"], scope.having((name, type_))

    def annotated(self, scope: Scope, depth: int) -> Made:
        type_ = self.g.any_type()
        return [f"a: {type_} = {self.g.expr(type_, scope, depth)}"], scope.having(("a", type_))

    def local_change(self, scope: Scope, depth: int) -> Made | None:
        able = [n for n, t in scope.names if t in NUMBERS]
        if not able:
            return None
        return [f"{self.chance.one(able)} += {self.g.expr(INT, scope, depth)}"], scope

    def assigned_in_one_branch(self, scope: Scope, depth: int) -> Made:
        """A local name that only one branch sets, sometimes set before."""
        type_ = self.g.any_type()
        test, text = self.g.expr(BOOL, scope, depth), self.g.expr(type_, scope, depth)
        first = (
            [] if self.g.partial and self.chance.yes(0.5) else [f"b = {self.g.leaf(type_, scope)}"]
        )
        return [*first, f"if {test}:", f"    b = {text}"], scope.having(("b", type_))

    def reset_in_a_branch(self, scope: Scope, depth: int) -> Made | None:
        """A local name that one branch sets to nothing: (), frozenset(), None."""
        types = [t for k in ("seq", "set", "map", "option") for t in self.g.of_kind(k)]
        if not types:
            return None
        type_ = self.chance.one(types)
        empty = {"seq": "()", "set": "frozenset()", "map": "Map()"}.get(type_.kind, "None")
        test, text = self.g.expr(BOOL, scope, depth), self.g.expr(type_, scope, depth)
        arms = [f"    c = {empty}", f"    c = {text}"]
        if self.chance.yes(0.5):
            arms.reverse()
        return [f"if {test}:", arms[0], "else:", arms[1]], scope.having(("c", type_))

    def either_in_an_arm(self, scope: Scope, depth: int) -> Made | None:
        test, type_ = self.g.expr(BOOL, scope, depth), self.g.any_type()
        first, second, other = (self.g.leaf(type_, scope) for _ in range(3))
        line = f"d = either({first}, {second}) if {test} else {other}"
        return ([line], scope.having(("d", type_))) if scope.mode == "action" else None

    # Branches and loops.

    def branch(self, scope: Scope, depth: int) -> Made | None:
        if depth <= 0:
            return None
        lines = [f"if {self.g.expr(BOOL, scope, depth)}:"]
        lines += indented(self.block(scope, self.chance.one((1, 1, 2)), depth - 1)[0])
        if self.chance.yes(0.3):
            lines += [f"elif {self.g.expr(BOOL, scope, depth - 1)}:"]
            lines += indented(self.block(scope, 1, depth - 1)[0])
        if self.chance.yes(0.4):
            lines += ["else:", *indented(self.block(scope, 1, depth - 1)[0])]
        return lines, scope

    def loop(self, scope: Scope, depth: int) -> Made | None:
        if depth <= 0:
            return None
        text, of = self.g.domain(scope, depth - 1)
        name = self.g.fresh(scope)
        name = "q" if name == "self" else name
        body, _ = self.block(scope.having((name, of)), self.chance.one((1, 1, 2)), depth - 1)
        last = ["else:", "    pass"] if self.chance.yes(0.05) else []
        after = scope.having((name, of)) if self.g.partial and self.chance.yes(0.3) else scope
        return [f"for {name} in {text}:", *indented(body), *last], after

    def loop_with_a_count(self, scope: Scope, depth: int) -> Made | None:
        """A loop that changes a local name: a count, a flag, a sequence."""
        text, of = self.g.domain(scope, depth - 1)
        inner = scope.having(("q", of))
        start, change, type_ = self.chance.one(
            (
                ("0", "e += 1", INT),
                ("0", f"e = e + {self.g.expr(INT, inner, 0)}", INT),
                ("False", f"e = {self.g.expr(BOOL, inner, depth - 1)}", BOOL),
                ("True", f"e = e and {self.g.expr(BOOL, inner, depth - 1)}", BOOL),
                ("()", f"e += ({self.g.expr(INT, inner, 0)},)", seq(INT)),
                ("0", "e = 1 - e", INT),
            )
        )
        body = [change]
        if self.chance.yes(0.5):
            body = [f"if {self.g.expr(BOOL, inner, depth - 1)}:", f"    {change}"]
        lines = [f"e = {start}", f"for q in {text}:", *indented(body)]
        return lines, scope.having(("e", type_))

    def nested_loop(self, scope: Scope, depth: int) -> Made | None:
        (first, a), (second, b) = self.g.domain(scope, 0), self.g.domain(scope, 0)
        inner = scope.having(("q", a), ("r", b), ("e", INT))
        change = f"e = {self.g.expr(INT, inner, 1)} % 3"
        lines = ["e = 0", f"for q in {first}:", f"    for r in {second}:", f"        {change}"]
        return lines, scope.having(("e", INT))

    # Macros and messages.

    def run_macro(self, scope: Scope, depth: int) -> Made | None:
        able = [m for m in self.words.macros if m.owner == scope.me]
        if not able:
            return None
        macro = self.chance.one(able)
        given = ", ".join(self.g.expr(t, scope, depth) for _, t in macro.parameters)
        return [f"self.{macro.name}({given})"], scope

    def message(self, scope: Scope, depth: int) -> str:
        cls = self.chance.one(list(self.words.messages))
        fields = ((f, self.value(t, scope, depth)) for f, t in self.words.messages[cls])
        return f"{cls}({', '.join(f'{f}={v}' for f, v in fields)})"

    def network(self, scope: Scope, depth: int) -> Made | None:
        if not self.words.messages or scope.mode != "action":
            return None
        received = [n for n, t in scope.names if t.kind == "message"]
        to = self.g.expr(Ty("member", self.words.processes[0]), scope, 1)
        made = self.message(scope, depth)
        lines = [f"send({made}, to={to})", f"send({made}, {to})"]
        if received:
            m = self.chance.one(received)
            lines = [
                f"discard({m})", f"reply({m}, {made})", f"send({made}, to={m}.source)",
                f"discard({m})", f"reply({m}, response={made})",
            ]  # fmt: skip
        line = self.chance.one(lines)
        self.chance.made[line.partition("(")[0]] += 1
        if self.chance.yes(0.1) and not received:
            self.chance.made["send in a loop"] += 1
            return [f"for q in {self.words.processes[0]}:", f"    send({made}, to=q)"], scope
        return [line], scope


def operator_body(g: Writer, scope: Scope, result: Ty, depth: int = 2) -> Lines:
    """An operator's body: an expression, with local names and branches before it sometimes."""
    shape = g.chance.one(("plain", "plain", "plain", "early return", "local", "both arms"))
    g.chance.made[f"operator: {shape}"] += 1
    last = f"return {g.expr(result, scope, depth)}"
    if shape == "early return":
        test, first = g.expr(BOOL, scope, depth - 1), g.expr(result, scope, depth - 1)
        return [f"if {test}:", f"    return {first}", last]
    if shape == "both arms":
        test, first = g.expr(BOOL, scope, depth - 1), g.expr(result, scope, depth - 1)
        return [f"if {test}:", f"    return {first}", "else:", f"    {last}"]
    if shape == "local":
        type_ = g.any_type()
        inner = scope.having(("u", type_))
        text = g.expr(type_, scope, depth - 1)
        return [f"u = {text}", f"return {g.expr(result, inner, depth)}"]
    return [last]


def literal_or_leaf(g: Writer, type_: Ty, scope: Scope) -> str:
    return literal(g.chance, g.words, type_) or g.leaf(type_, scope)
