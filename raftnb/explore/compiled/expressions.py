"""Expressions of the typed tree as expressions of C, which stand for words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from raftnb.data.values import Message
from raftnb.explore.compiled import collected
from raftnb.explore.compiled.hoisted import hoisted
from raftnb.explore.compiled.naturals import narrowed
from raftnb.explore.compiled.operators import OPERATORS
from raftnb.explore.compiled.tables import Tables
from raftnb.explore.compiled.words import NotCompiled
from raftnb.tree import nodes
from raftnb.tree.nodes import Apply, Expr, MapOf, Member, Type
from raftnb.tree.types import fits

Names = dict[str | Expr, str]
"""What names, and expressions that were made before, are called in C."""
Adding = Callable[[Callable[[str], str]], str]
Handler = Callable[["Expressions", Any, Names], str]


@dataclass
class Expressions:
    """Writes expressions; `call` names the C function of a routine."""

    tables: Tables
    call: Callable[[nodes.Routine], str]

    def word(self, expr: Expr, env: Names) -> str:
        """An expression as a word."""
        if is_test(expr):
            return f"truth({self.test(expr, env)})"
        if expr in env:
            return env[expr]
        write: Handler = handler(WORDS, type(expr))
        return write(self, expr, env)

    def test(self, expr: Expr, env: Names) -> str:
        """A truth value as a number of C."""
        if isinstance(expr, Apply) and expr.op in TESTS:
            return TESTS[expr.op](self, expr, env)
        if isinstance(expr, nodes.EachOf) and expr.kind in ("all", "any"):
            return self._quantified(expr, env)
        return f"({self.word(expr, env)} == YES)"

    def in_turn(self, exprs: tuple[Expr, ...], env: Names, made: Callable[..., str]) -> str:
        """What is made of expressions that are evaluated one after the other."""
        if all(isinstance(e, nodes.Const | nodes.Var) for e in exprs):
            return made(*(self.word(e, env) for e in exprs))
        names = [self.tables.fresh("x") for _ in exprs]
        first = (f"W {n} = {self.word(e, env)};" for n, e in zip(names, exprs, strict=True))
        return f"({{ {' '.join(first)} {made(*names)}; }})"

    # What is looked up.

    def _const(self, e: nodes.Const, env: Names) -> str:
        return self.tables.literal(e.value)

    def _var(self, e: nodes.Var, env: Names) -> str:
        return env[e.name]

    def cell(self, read: nodes.Read, env: Names) -> str:
        """The place of a variable in a state."""
        if read.owner is None:
            return str(self.tables.shared_cell(read.root, read.variable))
        if not isinstance(read.owner.type, Member):
            raise NotCompiled(f"`{read.variable}` of one of several classes")
        place = self.tables.place(read.owner.type.root, read.variable)
        return f"cell_of({self.word(read.owner, env)}, {place})"

    def _read(self, e: nodes.Read, env: Names) -> str:
        return f"{'t' if e.primed else 's'}[{self.cell(e, env)}]"

    def _get(self, e: nodes.Get, env: Names) -> str:
        record, at = self.word(e.record, env), self.tables.offset(e.record.type, e.field)
        if at is not None:
            return f"at({record})[{at}]"
        return f"field({record}, {self.tables.positions(e.field)})"

    def _cond(self, e: nodes.Cond, env: Names) -> str:
        return f"({self.test(e.test, env)} ? {self.word(e.yes, env)} : {self.word(e.no, env)})"

    def _call(self, e: nodes.Call, env: Names) -> str:
        name = self.call(e.routine)
        return self.in_turn(e.args, env, lambda *args: f"{name}({', '.join(args)})")

    def _everyone(self, e: nodes.Everyone, env: Names) -> str:
        return self.tables.literal(frozenset(self.tables.members[e.root]))

    def _inflight(self, e: nodes.InFlight, env: Names) -> str:
        return f"in_flight({self.tables.kind(e.kind)})"

    # What is made.

    def fitted(self, expr: Expr, env: Names, want: Type) -> str:
        """An expression's word, checked where its type does not say that it is of another."""
        if fits(expr.type, want) or fits(narrowed(expr), want):
            return self.word(expr, env)
        return f"checked({self.word(expr, env)}, {self.tables.check(want)})"

    def _make(self, e: nodes.Make, env: Names) -> str:
        assert isinstance(e.type, nodes.RecordOf)
        cls, given = e.type.cls, dict(e.fields)
        names = [f.name for f in fields(cls)]  # type: ignore[arg-type]
        words = [str(self.tables.record(cls))]
        for name in names:
            if name in given:
                words.append(self.fitted(given[name], env, self.tables.field_type(cls, name)))
            elif issubclass(cls, Message) and name in ("source", "dest"):
                words.append("NONE")
            else:
                raise NotCompiled(f"`{cls.__name__}` without `{name}`")
        return self._node("RECORD", words)

    def _node(self, rank: str, words: Sequence[str]) -> str:
        """A node of words that are few and known."""
        x = self.tables.fresh("x")
        return f"({{ W {x}[] = {{{', '.join(words)}}}; node({rank}, {len(words)}, {x}); }})"

    def _built(self, pushes: str, made: str) -> str:
        """What is made of what is pushed on the stack."""
        start = self.tables.fresh("x")
        return f"({{ W *{start} = top; {pushes} {made}({start}); }})"

    def _collect(self, e: nodes.Collect, env: Names) -> str:
        if collected.is_constant(e):
            made = tuple if isinstance(e.type, nodes.SeqOf | nodes.TupleOf) else frozenset
            return self.tables.literal(made(i.value for i in e.items if isinstance(i, nodes.Const)))
        items = [self.word(item, env) for item in e.items]
        if isinstance(e.type, nodes.SeqOf | nodes.TupleOf):
            return self._node("TUPLE", items)
        if isinstance(e.type, nodes.SetOf) and len(items) < 2:
            return f"set_of_one({items[0]})" if items else "MASK"
        return self._collected(e.type, lambda add: " ".join(map(add, items)))

    def _collected(self, type_: Type, adding: Adding, made: str = "") -> str:
        """A collection of what is added to it: sets whose members must be small need no stack."""
        if isinstance(type_, nodes.SetOf) and self.tables.is_small(type_.of):
            x, place = self.tables.fresh("x"), self.tables.small_place
            added = adding(lambda item: f"{x} |= 1u << {place(type_.of, item)};")
            return f"({{ W {x} = MASK; {added} {x}; }})"
        return self._built(adding(lambda item: f"push({item});"), made or collected.maker(type_))

    def _eachof(self, e: nodes.EachOf, env: Names) -> str:
        if e.kind == "sum":
            total = self.tables.fresh("x")

            def added(inner: Names) -> str:
                return f"{total} = counted(number({total}) + number({self.word(e.body, inner)}));"

            return f"({{ W {total} = ZERO; {self._each(e, env, added)} {total}; }})"

        made = collected.maker_of(e)
        return self._collected(e.type, lambda add: self._added(e, env, add), made)

    def _added(self, e: Expr, env: Names, add: Callable[[str], str]) -> str:
        """What adds the items of a comprehension to a collection; a nested one's, one by one."""
        is_flat = isinstance(e, Apply)
        each = e.args[0] if isinstance(e, Apply) else e
        assert isinstance(each, nodes.EachOf)

        def one(inner: Names) -> str:
            if is_flat:
                return self._added(each.body, inner, add)
            key = "" if each.key is None else add(self.word(each.key, inner))
            return key + add(self.word(each.body, inner))

        return self._each(each, env, one)

    def _quantified(self, e: nodes.EachOf, env: Names) -> str:
        found, unless = self.tables.fresh("x"), "!" if e.kind == "all" else ""

        def looked(inner: Names) -> str:
            return f"if ({unless}{self.test(e.body, inner)}) {{ {found} = !{found}; break; }}"

        return (
            f"({{ int {found} = {int(e.kind == 'all')}; {self._each(e, env, looked)} {found}; }})"
        )

    def _each(self, e: nodes.EachOf, env: Names, body: Callable[[Names], str]) -> str:
        known: Names = {k: v for k, v in env.items() if e.name not in env or isinstance(k, str)}
        first = []
        for same in hoisted(e, self.tables.are_fitting):
            if same not in known:
                x = self.tables.fresh("x")
                first.append(f"W {x} = {self.word(same, known)};")
                known[same] = x

        def guarded(name: str) -> str:
            inner = {**known, e.name: name}
            return f"if ({self.test(e.condition, inner)}) {{ {body(inner)} }}"

        return f"{{ {' '.join(first)} {self.loop(e.domain, env, guarded)} }}"

    def loop(self, domain: Expr, env: Names, body: Callable[[str], str]) -> str:
        """A loop over a collection in the language's order; the body is given the item's name."""
        x, i, items = (self.tables.fresh("x") for _ in range(3))
        if isinstance(domain, nodes.Everyone):
            first, n = self.tables.first(domain.root), len(self.tables.members[domain.root])
            return f"for (W {x} = {first}; {x} < {first} + {n}; {x}++) {{ {body(x)} }}"
        if isinstance(domain, Apply) and domain.op == "range":
            low, high = (self.word(a, env) for a in domain.args)
            return (
                f"{{ W {i} = {low}, {items} = {high}; "
                f"for (W {x} = {i}; {x} < {items}; {x}++) {{ {body(x)} }} }}"
            )
        if isinstance(domain, Apply) and domain.op == "sorted" and self.tables.is_in_order(domain):
            return self.loop(domain.args[0], env, body)
        if isinstance(domain, nodes.InFlight) and self.tables.has_bag:
            step = 1 if self.tables.model.keeps else 2
            guard = f"if (!is_kind({self.tables.kind(domain.kind)}, {x})) continue;"
            return (
                f"{{ W {items} = s[BAG]; for (W {i} = 0; {i} < size({items}); {i} += {step}) "
                f"{{ W {x} = at({items})[{i}]; {guard} {body(x)} }} }}"
            )
        step = 2 if isinstance(domain.type, MapOf) else 1
        if isinstance(domain.type, nodes.SetOf) and self.tables.is_small(domain.type.of):
            member = self.tables.small_member(domain.type.of, f"__builtin_ctz({i})")
            start = f"W {i} = {self.word(domain, env)} ^ MASK; {i}; {i} &= {i} - 1"
            return f"for ({start}) {{ W {x} = {member}; {body(x)} }}"
        is_large = isinstance(domain.type, nodes.SetOf) and collected.is_node(domain.type.of)
        if not is_large and not isinstance(domain.type, nodes.SeqOf | MapOf):
            walk = f"struct walk {i} = walk({self.word(domain, env)}, 0, 1);"
            return f"{{ W {x}; for ({walk} goes_on(&{i}, &{x});) {{ {body(x)} }} }}"
        size = "nodes_in" if is_large else "size"
        return (
            f"{{ W {items} = {self.word(domain, env)}; for (W {i} = 0; {i} < {size}({items}); "
            f"{i} += {step}) {{ W {x} = at({items})[{i}]; {body(x)} }} }}"
        )

    # Choices.

    def _either(self, e: nodes.Either, env: Names) -> str:
        x = self.tables.fresh("x")
        if e.among is None:
            given = [f"{x}[{i}] = {self.word(o, env)};" for i, o in enumerate(e.options)]
            return f"({{ W {x}[{len(given)}]; {' '.join(given)} {x}[choose({len(given)})]; }})"
        if isinstance(e.among, nodes.Everyone):
            n = len(self.tables.members[e.among.root])
            return f"({self.tables.first(e.among.root)} + choose({n}))"
        if collected.has_options(e.among):
            return collected.picked(x, self._added(e.among, env, lambda item: f"push({item});"))
        return f"({{ W {x} = {self.word(e.among, env)}; {self.tables.chosen(e.among.type, x)}; }})"

    # Operators.

    def _apply(self, e: Apply, env: Names) -> str:
        if e.op == "as":
            return f"checked({self.word(e.args[0], env)}, {self.tables.check(e.type)})"
        if e.op == "flat":
            return self._collected(e.type, lambda add: self._added(e, env, add))
        if e.op == "place":
            member = e.args[0].type
            assert isinstance(member, Member)
            return f"(ZERO + {self.word(e.args[0], env)} - {self.tables.first(member.root)})"
        collected.refuse_ranges(e)
        if e.op == "concat":
            return self._concat(e, env)
        if e.op == "sorted":
            return self._sorted(e, env)
        if e.op == "len":
            words = self.tables.words(e.args[0].type)
            return self.in_turn(e.args, env, f"(ZERO + {words})".format)
        last = e.args[-1]
        if e.op == "merge" and isinstance(last, nodes.Collect) and len(last.items) == 2:
            return self.in_turn((e.args[0], *last.items), env, "map_with({}, {}, {})".format)
        if e.op in ("union", "minus") and isinstance(last, nodes.Collect) and len(last.items) == 1:
            return self._one_changed(e, last.items[0], env)
        write = handler(OPERATORS, e.op)
        return self.in_turn(e.args, env, lambda *args: write(*args))

    def _sorted(self, e: Apply, env: Names) -> str:
        pushed = self.loop(e.args[0], env, lambda item: f"push({item});")
        return self._built(pushed, "as_tuple" if self.tables.is_in_order(e) else "as_sorted")

    def _concat(self, e: Apply, env: Names) -> str:
        first, *_, last = e.args
        is_there = not isinstance(first, nodes.Collect) and not (
            isinstance(first, Apply) and first.op in ("concat", "slice")
        )
        if is_there and len(e.args) == 2 and isinstance(last, nodes.Collect):
            if len(last.items) == 1:
                return self.in_turn((first, last.items[0]), env, "appended({}, {})".format)
        if (cut := collected.cut_out(e)) is not None:
            return self.in_turn(cut, env, "without_some({}, {}, {})".format)
        return self._built(self._spread(e, env), "as_tuple")

    def _spread(self, e: Expr, env: Names) -> str:
        """What pushes the items of a sequence, whose parts are not made for that."""
        if isinstance(e, nodes.Collect):
            return " ".join(f"push({self.word(item, env)});" for item in e.items)
        if isinstance(e, Apply) and e.op == "concat":
            return " ".join(self._spread(part, env) for part in e.args)
        if isinstance(e, Apply) and e.op == "slice":
            return self.in_turn(e.args, env, "spread_slice({}, {}, {});".format) + ";"
        return f"spread({self.word(e, env)});"

    def _one_changed(self, e: Apply, item: Expr, env: Names) -> str:
        """A set with one item more or less."""
        items, of = e.args[0], e.args[0].type
        text = "with_item({}, {})" if e.op == "union" else "without_item({}, {})"
        if isinstance(of, nodes.SetOf) and self.tables.is_small(of.of, item.type):
            bit = f"1u << {self.tables.small_place(item.type, '{}')}"
            text = f"({{}} | {bit})" if e.op == "union" else f"({{}} & ~({bit}))"
        elif collected.is_node(item.type) and e.op == "union":
            text = "node_with({}, {})"
        return self.in_turn((items, item), env, text.format)

    def _connective(self, e: Apply, env: Names) -> str:
        sign = {"and": " && ", "or": " || "}[e.op]
        return f"({sign.join(self.test(a, env) for a in e.args)})"

    def _not(self, e: Apply, env: Names) -> str:
        return f"!{self.test(e.args[0], env)}"

    def _equal(self, e: Apply, env: Names) -> str:
        collected.refuse_ranges(e)
        return self.in_turn(e.args, env, lambda a, b: f"({a} == {b})")

    def _less(self, e: Apply, env: Names) -> str:
        collected.refuse_ranges(e)
        a = e.args[0].type
        if isinstance(a, nodes.SetOf):
            proper = "" if e.op == "<=" else " && {0} != {1}"
            text = "(is_part({0}, {1})" + proper + ")"
        elif isinstance(a, nodes.SeqOf):
            text = f"lexically({{0}}, {{1}}, {int(e.op == '<=')})"
        else:
            text = f"({{0}} {e.op} {{1}})"
        return self.in_turn(e.args, env, lambda x, y: text.format(x, y))

    def _in(self, e: Apply, env: Names) -> str:
        item, items = e.args
        if isinstance(items, Apply) and items.op == "range":
            return self.in_turn(
                (item, *items.args), env, lambda x, low, high: f"({low} <= {x} && {x} < {high})"
            )
        if (
            isinstance(items, nodes.Collect)
            and len(items.items) <= collected.FEW
            and collected.is_constant(items)
        ):
            same = [f"{{0}} == {self.word(one, env)}" for one in items.items]
            return self.in_turn((item,), env, f"({' || '.join(same) or '0'})".format)
        place = self.tables.small_place
        if isinstance(items.type, nodes.SetOf) and self.tables.is_small(items.type.of, item.type):
            return self.in_turn(e.args, env, lambda x, of: f"({of} >> {place(item.type, x)} & 1)")
        holds = "may_hold_node" if collected.is_node(item.type) else "holds_item"
        return self.in_turn(e.args, env, lambda x, of: f"{holds}({of}, {x})")

    def _isinstance(self, e: Apply, env: Names) -> str:
        value, named = e.args
        assert isinstance(named, nodes.Const)
        return f"is_of({self.word(value, env)}, {self.tables.kind_check(named.value)})"


def handler(table: Mapping[Any, Any], key: Any) -> Any:
    """What a table has for a kind of node or an operator; raises `NotCompiled` for others."""
    if key not in table:
        raise NotCompiled(f"`{getattr(key, '__name__', key)}`")
    return table[key]


def is_test(expr: Expr) -> bool:
    """Whether an expression is written as a number of C, and not as a word."""
    if isinstance(expr, nodes.EachOf):
        return expr.kind in ("all", "any")
    return isinstance(expr, Apply) and expr.op in TESTS


WORDS: dict[type[Expr], Handler] = {
    nodes.Const: Expressions._const,
    nodes.Var: Expressions._var,
    nodes.Read: Expressions._read,
    nodes.Get: Expressions._get,
    nodes.Apply: Expressions._apply,
    nodes.Cond: Expressions._cond,
    nodes.Call: Expressions._call,
    nodes.Make: Expressions._make,
    nodes.Collect: Expressions._collect,
    nodes.EachOf: Expressions._eachof,
    nodes.Everyone: Expressions._everyone,
    nodes.InFlight: Expressions._inflight,
    nodes.Either: Expressions._either,
}
TESTS: dict[str, Handler] = {
    "and": Expressions._connective,
    "or": Expressions._connective,
    "not": Expressions._not,
    "==": Expressions._equal,
    "<": Expressions._less,
    "<=": Expressions._less,
    "in": Expressions._in,
    "isinstance": Expressions._isinstance,
}
