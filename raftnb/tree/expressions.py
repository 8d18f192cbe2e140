"""From the expressions of a specification's source to those of `raftnb.tree.nodes`.

`EXPRESSIONS` lists what has a tree; every other node of Python's is refused, at its place.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import fields, replace
from enum import Enum
from typing import Any

from raftnb.data.values import Map, Message, Record, order
from raftnb.language import after
from raftnb.language.processes import GlobalsType
from raftnb.language.syntax import CURES
from raftnb.tree.calls import call, record
from raftnb.tree.collections import as_sequence, element, tuple_of, written_out
from raftnb.tree.comparisons import compare
from raftnb.tree.comprehensions import (
    collection,
    comprehension,
    in_order,
    mapping,
    set_written_out,
    tuple_written_out,
)
from raftnb.tree.nodes import (
    BOOL,
    INT,
    NEVER,
    NOTHING,
    Apply,
    Collect,
    Cond,
    Const,
    DictOf,
    EachOf,
    Expr,
    Get,
    Int,
    ListOf,
    MapOf,
    Member,
    MutableSetOf,
    Never,
    Option,
    Read,
    RecordOf,
    SeqOf,
    SetOf,
    Text,
    TupleOf,
    Type,
    Var,
)
from raftnb.tree.passing import repeated, reversal, turned
from raftnb.tree.scope import SAY, Scope, shown
from raftnb.tree.truths import asked, connected
from raftnb.tree.types import (
    alternatives,
    confusable,
    is_domain,
    is_kept,
    overlap,
    plain,
    type_of,
)

ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//", ast.Mod: "%",
}  # fmt: skip
OF_SETS: dict[type[ast.operator], str] = {
    ast.BitOr: "union", ast.BitAnd: "meet", ast.Sub: "minus", ast.BitXor: "xor",
}  # fmt: skip
COMBINED: dict[tuple[type[ast.operator], type[Type]], str] = {
    **{(ast.Add, kind): "concat" for kind in (SeqOf, ListOf)},
    **{(sign, kind): op for sign, op in OF_SETS.items() for kind in (SetOf, MutableSetOf)},
    (ast.BitOr, MapOf): "merge",
}
NAMED = "compare the members themselves, or declare a variable that says which one it is"
FREEZE = "write `tuple(...)` or `frozenset(...)` around it"


class Expressions:
    """Lowers the expressions of one function."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def expr(self, node: ast.expr) -> Expr:
        """An expression whose value may be kept."""
        found = self.seen(node)
        self.keep(node, found)
        return found

    def keep(self, node: ast.AST, found: Expr) -> None:
        """Refuse to keep a list, or a set that can change."""
        if not is_kept(found.type):
            self.scope.fail(node, f"a value that cannot change, not {shown(found.type)}", FREEZE)

    def handed(self, node: ast.expr) -> Expr:
        """An expression whose value is given a name; none has two that a name changes in place."""
        found = self.seen(node)
        if isinstance(node, ast.Name) and node.id in self.scope.changed:
            self.keep(node, found)
        return found

    def seen(self, node: ast.expr) -> Expr:
        """An expression whose value is looked at: also a list, or a set that can change."""
        handler = EXPRESSIONS.get(type(node))
        if handler is None:
            cure = CURES.get(type(node), SAY)
            self.scope.fail(node, "the expressions of the language", cure)
        return handler(self, node)

    def truth(self, node: ast.expr) -> Expr:
        """An expression that is asked whether it is true."""
        if isinstance(node, ast.BoolOp):
            return self._connective(node)
        return asked(self, node, self.seen(node))

    def number(self, node: ast.expr) -> Expr:
        """A whole number."""
        found = self.scope.one_of_kind(self.expr(node), Int)
        if not isinstance(found.type, Int | Never):
            self.scope.fail(node, "a whole number")
        return self._of(INT, found)

    def _of(self, want: Type, value: Expr) -> Expr:
        """What has no value at all (an item of what is empty) stands for one of the type needed."""
        return Apply(want, value.line, "as", (value,)) if value.type == NEVER else value

    def collection(self, node: ast.expr) -> Expr:
        """What can be gone through."""
        return reversal(self, node) or collection(self, node)

    def apply(self, type_: Type, node: ast.AST, op: str, *args: Expr) -> Expr:
        """An operator applied."""
        return Apply(type_, getattr(node, "lineno", 0), op, args)

    # Constants and names.

    def _constant(self, node: ast.Constant) -> Expr:
        return self.constant(node, node.value)

    def constant(self, node: ast.expr, value: Any) -> Expr:
        """A value that stands in the text, or that a name of the module has."""
        line = node.lineno
        plain: dict[type[Any], Type] = {bool: BOOL, int: INT, type(None): NOTHING}
        if type(value) in plain:
            return Const(plain[type(value)], line, value)
        if type(value) is str:
            return Const(Text(frozenset({value})), line, value)
        if isinstance(value, Enum):
            return Const(type_of(type(value)), line, value)
        if isinstance(value, tuple):
            return tuple_of(self, node, tuple(self.constant(node, v) for v in value))
        if isinstance(value, frozenset):
            members = tuple(self.constant(node, v) for v in sorted(value, key=order))
            return written_out(self, node, members, SetOf)
        if isinstance(value, Map):
            pairs = sorted(value.items(), key=lambda pair: order(pair[0]))
            items = tuple(self.constant(node, v) for pair in pairs for v in pair)
            keys, values = self._common(node, items[::2]), self._common(node, items[1::2])
            return Collect(MapOf(keys, values), line, items)
        if isinstance(value, Record) and not isinstance(value, Message):
            parts = (part.name for part in fields(value))  # type: ignore[arg-type]
            made = {name: self.constant(node, getattr(value, name)) for name in parts}
            return record(self, node, type(value), made)
        cure = "write `frozenset(...)` around it" if is_domain(value) else "declare a variable"
        allowed = "parameters, local names, variables, constants, domains"
        return self.scope.fail(node, allowed, cure)

    def _common(self, node: ast.AST, items: tuple[Expr, ...]) -> Type:
        found: Type = NEVER
        for item in items:
            found = self.scope.joined(node, found, item.type)
        return found

    def _name(self, node: ast.Name) -> Expr:
        if not self.scope.is_local(node.id):
            return self.constant(node, self.scope.value_of(node))
        if node.id not in self.scope.bound:
            cure = f"give `{node.id}` a value first, in every branch"
            self.scope.fail(node, "names that have a value here", cure)
        if node.id in self.scope.aliases:
            return self.scope.aliases[node.id]
        return Var(self.scope.types[node.id], node.lineno, node.id)

    # Attributes: fields of records, variables of processes, shared variables, enums' members.

    def _attribute(self, node: ast.Attribute) -> Expr:
        value = self.scope.value_of(node.value)
        if isinstance(value, GlobalsType):
            return self._shared(node, value, primed=False)
        if isinstance(value, type) and issubclass(value, Enum):
            if node.attr not in value.__members__:
                self.scope.fail(node, ", ".join(value.__members__))
            return Const(type_of(value), node.lineno, value[node.attr])
        if isinstance(node.value, ast.Call) and self.scope.value_of(node.value.func) is after:
            return self._primed(node, node.value)
        base = self.scope.member(self.expr(node.value))
        if isinstance(base.type, Member):
            return self._variable(node, base, primed=False)
        return self._field(node, base)

    def _field(self, node: ast.Attribute, base: Expr) -> Expr:
        kinds = alternatives(base.type)
        found: Type | None = NEVER if isinstance(base.type, Never) else None
        for kind in kinds:
            if isinstance(kind, RecordOf):
                unsent = not kind.sent and node.attr in ("source", "dest")
                type_ = None if unsent else self.scope.names.field_type(kind.cls, node.attr)
                if type_ is not None:
                    found = type_ if found is None else self.scope.joined(node, found, type_)
            elif isinstance(kind, Member) and node.attr in self.scope.variables(kind.root):
                found = None
                break
        if found is None:
            self.scope.fail(node, "fields of records, variables of processes")
        return Get(plain(found), node.lineno, base, node.attr)

    def _shared(self, node: ast.Attribute, shared: Any, *, primed: bool) -> Expr:
        known = self.scope.variables(shared.root) if self.scope.is_named(shared) else {}
        if node.attr not in known or node.attr not in shared.variables:
            self.scope.fail(node, ", ".join(known) or "shared variables that the Spec names")
        type_ = self.scope.names.variable_type(shared.root, node.attr)
        return Read(type_, node.lineno, shared.root, node.attr, None, primed)

    def _primed(self, node: ast.Attribute, call: ast.Call) -> Expr:
        if len(call.args) != 1 or call.keywords:
            self.scope.fail(call, "after(process).variable, after(Shared).variable")
        value = self.scope.value_of(call.args[0])
        if isinstance(value, GlobalsType):
            return self._shared(node, value, primed=True)
        owner = self.scope.member(self.expr(call.args[0]))
        if not isinstance(owner.type, Member):
            self.scope.fail(call, "after(process).variable, after(Shared).variable")
        return self._variable(node, owner, primed=True)

    def _variable(self, node: ast.Attribute, owner: Expr, *, primed: bool) -> Expr:
        assert isinstance(owner.type, Member)
        root = owner.type.root
        known = self.scope.variables(root)
        if node.attr not in known:
            if node.attr == "index":
                return self.apply(Int(natural=True), node, "place", owner)
            cure = NAMED if node.attr == "name" else SAY
            allowed = ", ".join(known) or "classes of processes, which have variables"
            self.scope.fail(node, allowed, cure)
        type_ = self.scope.names.variable_type(root, node.attr)
        return Read(type_, node.lineno, root, node.attr, owner, primed)

    # Operators.

    def _connective(self, node: ast.BoolOp) -> Expr:
        op = "and" if isinstance(node.op, ast.And) else "or"
        return self.apply(BOOL, node, op, *map(self.truth, node.values))

    def _unaryop(self, node: ast.UnaryOp) -> Expr:
        if isinstance(node.op, ast.Not):
            return self.apply(BOOL, node, "not", self.truth(node.operand))
        if not isinstance(node.op, ast.USub):
            self.scope.fail(node, "`not x`, `-x`")
        return self.apply(INT, node, "neg", self.number(node.operand))

    def _ifexp(self, node: ast.IfExp) -> Expr:
        test = self.truth(node.test)
        yes, no = self.handed(node.body), self.handed(node.orelse)
        return Cond(self.scope.joined(node, yes.type, no.type), node.lineno, test, yes, no)

    def _binop(self, node: ast.BinOp) -> Expr:
        return self.combined(node, self.scope.the(self.seen(node.left)), node.right)

    def combined(self, node: ast.BinOp, left: Expr, operand: ast.expr) -> Expr:
        """An operator between a value and an expression."""
        left, right = as_sequence(left), as_sequence(self._right(left, operand))
        if not isinstance(node.op, ast.Mult):  # of a sequence, that is no mistake in Python
            left = self.scope.one_of_kind(left, type(right.type))
            right = self.scope.one_of_kind(right, type(left.type))
        if isinstance(left.type, Never) or isinstance(right.type, Never):
            return self.apply(NEVER, node, "concat", left, right)
        numbers = isinstance(left.type, Int) and isinstance(right.type, Int)
        if numbers and type(node.op) in ARITHMETIC:
            return self.apply(INT, node, ARITHMETIC[type(node.op)], left, right)
        if isinstance(node.op, ast.BitXor) and left.type == right.type == BOOL:
            return self.apply(BOOL, node, "not", self.apply(BOOL, node, "==", left, right))
        if isinstance(node.op, ast.Mult) and (found := repeated(self, node, left, right)):
            return found
        op = COMBINED.get((type(node.op), type(left.type)))
        are_sets = isinstance(left.type, SetOf) and isinstance(right.type, SetOf)
        if op is None or not (are_sets or type(left.type) is type(right.type)):
            cure = "use `//`" if isinstance(node.op, ast.Div) else SAY
            allowed = "numbers with + - * // %, sequences + *, sets | & - ^, maps |"
            self.scope.fail(node, allowed, cure)
        type_ = self.scope.together(node, op, left.type, right.type)
        return self.apply(type_, node, op, left, right)

    def _right(self, left: Expr, node: ast.expr) -> Expr:
        """The right side: where the left one is a value, `{...}` may be joined to it."""
        if isinstance(left.type, MapOf) and isinstance(node, ast.Dict | ast.DictComp):
            found = mapping(self, node)
            assert found is not None
            return found
        return self.scope.the(self.seen(node))

    # Items.

    def _subscript(self, node: ast.Subscript) -> Expr:
        base = self.scope.the(self.seen(node.value))
        if isinstance(node.slice, ast.Slice):
            return self._slice(node, as_sequence(base), node.slice)
        if isinstance(base.type, TupleOf):
            return self._item(node, base, base.type)
        if isinstance(base.type, SeqOf):
            return self.apply(base.type.of, node, "index", base, self.number(node.slice))
        if isinstance(base.type, MapOf):
            key = self.expr(node.slice)
            self.key(node, key, base.type)
            key = key if isinstance(base.type.key, Option) else self.scope.the(key)
            return self.apply(base.type.value, node, "index", base, key)
        if isinstance(base.type, Never):
            return self.apply(NEVER, node, "index", base, self.expr(node.slice))
        return self.scope.fail(node, "an index of a sequence, a key of a map")

    def _item(self, node: ast.Subscript, base: Expr, type_: TupleOf) -> Expr:
        """An item of a tuple: where its place is written out, that says its type."""
        at, n = self.number(node.slice), len(type_.items)
        is_from_end = isinstance(at, Apply) and at.op == "neg"
        known = at.args[0] if isinstance(at, Apply) and is_from_end else at
        place = known.value * (-1 if is_from_end else 1) if isinstance(known, Const) else n
        if not -n <= place < n:
            whole = as_sequence(base)
            return self.apply(element(whole), node, "index", whole, at)
        place %= n
        return self.apply(type_.items[place], node, "item", base, Const(INT, node.lineno, place))

    def _slice(self, node: ast.Subscript, base: Expr, part: ast.Slice) -> Expr:
        if not isinstance(base.type, SeqOf | Never):
            self.scope.fail(node, "a part of a sequence")
        if part.step is not None:
            return turned(self, node, base, part)
        zero = Const(INT, node.lineno, 0)
        low = self.number(part.lower) if part.lower else zero
        if part.upper is None:
            self.scope.settle(node, base)
        high = self.number(part.upper) if part.upper else self.apply(INT, node, "len", base)
        return self.apply(base.type, node, "slice", base, low, high)

    def key(self, node: ast.expr, key: Expr, map_: MapOf) -> None:
        """Refuse what can be no key of a map."""
        if confusable(key.type, map_.key) or not overlap(key.type, map_.key):
            self.scope.fail(node, "a key of the map's own type")

    # Collections and calls.

    def _set_of_each(self, node: ast.SetComp) -> Expr:
        found = comprehension(self, "set", node, lambda: (self.expr(node.elt), None))
        return replace(found, type=MutableSetOf(element(found)))

    def _dict(self, node: ast.Dict | ast.DictComp) -> Expr:
        """A dict that has its keys in the language's order, as a Map would."""
        found = mapping(self, node)
        if not isinstance(found, EachOf) or not in_order(found, found.key):
            self.scope.fail(node, "Map({...}), which cannot change", "write `Map(...)` around it")
        assert found.key is not None
        return replace(found, type=DictOf(found.key.type, found.body.type))

    def _generator(self, node: ast.expr) -> Expr:
        self.scope.fail(node, "all(...), any(...), sum(...), tuple(...), frozenset(...) of it")

    def _call(self, node: ast.Call) -> Expr:
        return call(self, node)


EXPRESSIONS: dict[type[ast.expr], Callable[[Expressions, Any], Expr]] = {
    ast.Constant: Expressions._constant,
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.BoolOp: connected,
    ast.UnaryOp: Expressions._unaryop,
    ast.BinOp: Expressions._binop,
    ast.IfExp: Expressions._ifexp,
    ast.Compare: compare,
    ast.Subscript: Expressions._subscript,
    ast.Tuple: tuple_written_out,
    ast.Set: set_written_out,
    ast.Dict: Expressions._dict,
    ast.SetComp: Expressions._set_of_each,
    ast.DictComp: Expressions._dict,
    ast.GeneratorExp: Expressions._generator,
    ast.Call: Expressions._call,
}
