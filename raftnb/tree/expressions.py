"""From the expressions of a specification's source to those of `raftnb.tree.nodes`.

`EXPRESSIONS` lists what has a tree; every other node of Python's is refused, at its place.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable
from dataclasses import fields
from enum import Enum
from typing import Any

from raftnb.data.values import Map, Message, Record, order
from raftnb.language import after
from raftnb.language.processes import GlobalsType
from raftnb.language.syntax import CURES
from raftnb.tree.calls import call, record
from raftnb.tree.collections import is_set, written_out
from raftnb.tree.comparisons import compare
from raftnb.tree.comprehensions import collection, mapping
from raftnb.tree.nodes import (
    BOOL,
    INT,
    NEVER,
    NOTHING,
    Apply,
    Collect,
    Cond,
    Const,
    Expr,
    Get,
    Int,
    MapOf,
    Member,
    Never,
    Option,
    Read,
    RecordOf,
    SeqOf,
    SetOf,
    Text,
    Type,
    Var,
)
from raftnb.tree.passing import is_sorted, passing
from raftnb.tree.scope import SAY, Scope
from raftnb.tree.types import alternatives, confusable, fits, is_domain, overlap, plain, type_of

ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//", ast.Mod: "%",
}  # fmt: skip
COMBINED: dict[tuple[type[ast.operator], type[Type]], str] = {
    (ast.Add, SeqOf): "concat", (ast.BitOr, SetOf): "union", (ast.BitOr, MapOf): "merge",
    (ast.BitAnd, SetOf): "meet", (ast.Sub, SetOf): "minus", (ast.BitXor, SetOf): "xor",
}  # fmt: skip
NAMED = "compare the members themselves, or declare a variable that says which one it is"
FREEZE = "frozenset({...}), Map({...}): values that cannot change"


class Expressions:
    """Lowers the expressions of one function."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def expr(self, node: ast.expr) -> Expr:
        """An expression."""
        handler = EXPRESSIONS.get(type(node))
        if handler is None:
            cure = CURES.get(type(node), SAY)
            self.scope.fail(node, "the expressions of the language", cure)
        return handler(self, node)

    def truth(self, node: ast.expr) -> Expr:
        """An expression that is asked whether it is true; a collection is where it has items."""
        if isinstance(node, ast.BoolOp):
            return self._connective(node, self.truth)
        found = self.expr(node)
        if isinstance(found.type, SeqOf | SetOf | MapOf):
            zero = Const(INT, node.lineno, 0)
            return self.apply(BOOL, node, "<", zero, self.apply(INT, node, "len", found))
        if found.type not in (BOOL, NEVER):
            what = ast.unparse(node)
            cure = f"compare it: `{what} > 0`, `{what} != 0`"
            if isinstance(found.type, Option):
                only = found.type.of in (BOOL, NEVER)
                cure = (
                    f"compare it: `{what} == True`" if only else f"compare it: `{what} is not None`"
                )
            self.scope.fail(node, "an expression that is True or False", cure)
        return self._of(BOOL, found)

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
        return passing(self, node) or collection(self, node)

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
        if isinstance(value, tuple | frozenset):
            in_order = value if isinstance(value, tuple) else sorted(value, key=order)
            items = tuple(self.constant(node, v) for v in in_order)
            kind = SeqOf if isinstance(value, tuple) else SetOf
            return Collect(kind(self._common(node, items)), line, items)
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

    def _boolop(self, node: ast.BoolOp) -> Expr:
        return self._connective(node, self._truth_value)

    def _connective(self, node: ast.BoolOp, operand: Callable[[ast.expr], Expr]) -> Expr:
        op = "and" if isinstance(node.op, ast.And) else "or"
        return self.apply(BOOL, node, op, *map(operand, node.values))

    def _truth_value(self, node: ast.expr) -> Expr:
        found = self.expr(node)
        if found.type not in (BOOL, NEVER):
            cure = "compare it; Python's `a or b` is a or b itself, not True"
            self.scope.fail(node, "True or False on both sides of `and`, `or`", cure)
        return self._of(BOOL, found)

    def _unaryop(self, node: ast.UnaryOp) -> Expr:
        if isinstance(node.op, ast.Not):
            return self.apply(BOOL, node, "not", self.truth(node.operand))
        if not isinstance(node.op, ast.USub):
            self.scope.fail(node, "`not x`, `-x`")
        return self.apply(INT, node, "neg", self.number(node.operand))

    def _ifexp(self, node: ast.IfExp) -> Expr:
        test = self.truth(node.test)
        yes, no = self.expr(node.body), self.expr(node.orelse)
        return Cond(self.scope.joined(node, yes.type, no.type), node.lineno, test, yes, no)

    def _binop(self, node: ast.BinOp) -> Expr:
        return self.combined(node, self.scope.the(self.expr(node.left)), node.right)

    def combined(self, node: ast.BinOp, left: Expr, operand: ast.expr) -> Expr:
        """An operator between a value and an expression."""
        right = self._right(left, operand)
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
        op = COMBINED.get((type(node.op), type(left.type)))
        if op is None or type(left.type) is not type(right.type):
            cure = "use `//`" if isinstance(node.op, ast.Div) else SAY
            allowed = "numbers with + - * // %, sequences +, sets | & - ^, maps |"
            self.scope.fail(node, allowed, cure)
        type_ = left.type
        if op in ("concat", "union", "merge", "xor") or not fits(right.type, left.type):
            type_ = self.scope.joined(node, left.type, right.type)
        return self.apply(type_, node, op, left, right)

    def _right(self, left: Expr, node: ast.expr) -> Expr:
        """The right side: where the left one is a value, `{...}` may be joined to it."""
        if isinstance(left.type, SetOf) and is_set(self, node):
            return self.collection(node)
        if isinstance(left.type, MapOf) and isinstance(node, ast.Dict | ast.DictComp):
            found = mapping(self, node)
            assert found is not None
            return found
        return self.scope.the(self.expr(node))

    # Items.

    def _subscript(self, node: ast.Subscript) -> Expr:
        item_of_list = is_sorted(self, node.value) and not isinstance(node.slice, ast.Slice)
        lower = self.collection if item_of_list else self.expr
        base = self.scope.the(lower(node.value))
        if isinstance(node.slice, ast.Slice):
            return self._slice(node, base, node.slice)
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

    def _slice(self, node: ast.Subscript, base: Expr, part: ast.Slice) -> Expr:
        if not isinstance(base.type, SeqOf | Never):
            self.scope.fail(node, "a part of a sequence")
        if part.step is not None:
            self.scope.fail(node, "sequence[low:high], in steps of one", "leave out the step")
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

    def _tuple(self, node: ast.Tuple) -> Expr:
        """`(a, b)`; `(*log, x, *more)` is `log + (x,) + more`."""
        if not any(isinstance(e, ast.Starred) for e in node.elts):
            return written_out(self, node, node.elts, SeqOf)
        found = None
        for starred, group in itertools.groupby(node.elts, lambda e: isinstance(e, ast.Starred)):
            run = list(group)
            for piece in map(self._spread, run) if starred else [self._plain(node, run)]:
                found = piece if found is None else self._joined(node, found, piece)
        assert found is not None
        return found

    def _plain(self, node: ast.Tuple, elements: list[ast.expr]) -> Expr:
        return written_out(self, node, elements, SeqOf)

    def _spread(self, node: ast.expr) -> Expr:
        assert isinstance(node, ast.Starred)
        found = self.scope.the(self.expr(node.value))
        if not isinstance(found.type, SeqOf | Never):
            self.scope.fail(node, "`*` before a sequence", "write `tuple(...)` around it")
        return found

    def _joined(self, node: ast.Tuple, left: Expr, right: Expr) -> Expr:
        never = isinstance(left.type, Never) or isinstance(right.type, Never)
        type_ = NEVER if never else self.scope.joined(node, left.type, right.type)
        return self.apply(type_, node, "concat", left, right)

    def _changeable(self, node: ast.expr) -> Expr:
        self.scope.fail(node, FREEZE, "write `frozenset(...)` or `Map(...)` around it")

    def _generator(self, node: ast.expr) -> Expr:
        self.scope.fail(node, "all(...), any(...), sum(...), tuple(...), frozenset(...) of it")

    def _call(self, node: ast.Call) -> Expr:
        return call(self, node)


EXPRESSIONS: dict[type[ast.expr], Callable[[Expressions, Any], Expr]] = {
    ast.Constant: Expressions._constant,
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.BoolOp: Expressions._boolop,
    ast.UnaryOp: Expressions._unaryop,
    ast.BinOp: Expressions._binop,
    ast.IfExp: Expressions._ifexp,
    ast.Compare: compare,
    ast.Subscript: Expressions._subscript,
    ast.Tuple: Expressions._tuple,
    ast.Set: Expressions._changeable,
    ast.Dict: Expressions._changeable,
    ast.SetComp: Expressions._changeable,
    ast.DictComp: Expressions._changeable,
    ast.GeneratorExp: Expressions._generator,
    ast.Call: Expressions._call,
}
