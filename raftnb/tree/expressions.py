"""From the expressions of a specification's source to those of `raftnb.tree.nodes`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import fields
from enum import Enum
from types import FunctionType, NoneType
from typing import TYPE_CHECKING, Any

from raftnb import language
from raftnb.data.domains import DomainType
from raftnb.data.errors import SpecError
from raftnb.data.values import Message, Record
from raftnb.language import grammar
from raftnb.language.processes import GlobalsType
from raftnb.tree.nodes import (
    BOOL,
    INT,
    NEVER,
    NOTHING,
    TEXT,
    TRUE,
    Apply,
    Call,
    Choice,
    Collect,
    Cond,
    Const,
    EachOf,
    Either,
    Everyone,
    Expr,
    Get,
    InFlight,
    Int,
    Make,
    MapOf,
    Member,
    OneOf,
    Option,
    Read,
    RecordOf,
    Routine,
    SeqOf,
    SetOf,
    Type,
    Var,
)
from raftnb.tree.types import function_of, join, unwrapped

if TYPE_CHECKING:
    from raftnb.tree.program import Program

COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Is: "==", ast.IsNot: "!=", ast.Lt: "<", ast.LtE: "<=",
    ast.Gt: ">", ast.GtE: ">=", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//", ast.Mod: "%",
    ast.BitOr: "|", ast.BitAnd: "&",
}  # fmt: skip


class Expressions:
    """Lowers the expressions of one function."""

    def __init__(self, program: Program, function: FunctionType, me: Member | None) -> None:
        self.program, self.function, self.me = program, function, me
        self.tree = grammar.parse(function)
        self.names = grammar.callees(function, program.spec.namespace)
        self.env: dict[str, Type] = {}
        self.line = self.tree.lineno

    def fail(self, node: ast.AST, allowed: str, cure: str = "say it with what is allowed") -> Any:
        """Raise `SpecError` at a node that cannot be lowered."""
        found = ast.unparse(node)
        at = grammar.place(self.function, node)
        raise SpecError(f"`{found}`", place=at, allowed=allowed, cure=cure)

    def called(self, node: ast.Call) -> tuple[Routine, tuple[Expr, ...]]:
        """The routine that a call names, with its arguments."""
        found = self._callee(node)
        if found is None:
            return self.fail(node, "operators and macros of the specification")  # type: ignore[no-any-return]
        routine, args = found
        names = [name for name, _ in routine.parameters][len(args) :]
        given = dict(zip(names, node.args, strict=False)) | {k.arg: k.value for k in node.keywords}
        types = dict(routine.parameters)
        if set(given) != set(names):
            self.fail(node, f"{routine.name}({', '.join(names)})", "give each parameter once")
        return routine, (*args, *(self.expr(given[name], types[name]) for name in names))

    def _callee(self, node: ast.Call) -> tuple[Routine, tuple[Expr, ...]] | None:
        if isinstance(node.func, ast.Name):
            value = self.names.get(node.func.id)
            return (self.program.claim(value), ()) if isinstance(value, FunctionType) else None
        if not isinstance(node.func, ast.Attribute):
            return None
        receiver, name = node.func.value, node.func.attr
        if isinstance(receiver, ast.Call) and getattr(receiver.func, "id", "") == "super":
            return self._inherited(node, name)
        base = self.expr(receiver)
        owner = unwrapped(base.type)
        if not isinstance(owner, Member):
            return None
        cls = self.program.classes[owner.root]
        found = function_of(getattr(cls, name, None))
        return (self.program.method(cls, found), (self.the(base),)) if found else None

    def _inherited(self, node: ast.Call, name: str) -> tuple[Routine, tuple[Expr, ...]] | None:
        assert self.me is not None
        cls = self.program.classes[self.me.root]
        mro = cls.__mro__
        own = [i for i, c in enumerate(mro) if self.function in map(function_of, vars(c).values())]
        for base in mro[own[0] + 1 :]:
            if found := function_of(vars(base).get(name)):
                me = Var(self.me, node.lineno, self.tree.args.args[0].arg)
                return self.program.method(cls, found), (me,)
        return None

    # Expressions.

    def truth(self, node: ast.expr) -> Expr:
        """An expression that must be true or false."""
        found = self.expr(node, BOOL)
        if isinstance(found.type, SeqOf | SetOf):
            zero = Const(INT, node.lineno, 0)
            return self.apply(BOOL, node, "<", zero, self.apply(INT, node, "len", found))
        if found.type != BOOL:
            self.fail(node, "an expression that is True or False", "compare it: `!= ()`, `> 0`")
        return found

    def expr(self, node: ast.expr, expected: Type | None = None) -> Expr:
        """An expression; `expected` gives None and empty collections their type."""
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        if handler is None:
            return self.fail(node, "the expressions of the language")  # type: ignore[no-any-return]
        found: Expr = handler(node, expected)
        return found

    def the(self, value: Expr) -> Expr:
        """The value of an option that is not None here."""
        if isinstance(value.type, Option):
            return Apply(value.type.of, value.line, "the", (value,))
        return value

    def element(self, type_: Type, node: ast.AST) -> Type:
        """The type of what a loop or comprehension over a collection meets."""
        if isinstance(type_, SeqOf | SetOf):
            return type_.of
        return type_.key if isinstance(type_, MapOf) else self.fail(node, "a finite collection")

    def apply(self, type_: Type, node: ast.AST, op: str, *args: Expr) -> Expr:
        """An operator applied."""
        return Apply(type_, getattr(node, "lineno", self.line), op, args)

    def _constant(self, node: ast.Constant, expected: Type | None) -> Expr:
        kinds: dict[type[Any], Type] = {bool: BOOL, int: INT, str: TEXT, NoneType: NOTHING}
        type_ = kinds.get(type(node.value))
        if type_ is None:
            return self.fail(node, "True, False, None, whole numbers, text")  # type: ignore[no-any-return]
        return Const(type_, node.lineno, node.value)

    def _name(self, node: ast.Name, expected: Type | None) -> Expr:
        if node.id in self.env:
            return Var(self.env[node.id], node.lineno, node.id)
        value = self.names.get(node.id)
        if isinstance(value, DomainType):
            return Everyone(SetOf(Member(value.root)), node.lineno, value.root)
        return self.constant(node, value)

    def constant(self, node: ast.expr, value: Any) -> Expr:
        """A constant of the module."""
        if isinstance(value, Enum):
            return Const(Choice(type(value)), node.lineno, value)
        if isinstance(value, bool | int | str) or (
            value is None and isinstance(node, ast.Constant)
        ):
            return self._constant(ast.copy_location(ast.Constant(value), node), None)
        if isinstance(value, tuple | frozenset):
            items = tuple(self.constant(node, v) for v in value)
            kind = SeqOf if isinstance(value, tuple) else SetOf
            return Collect(kind(items[0].type if items else NEVER), node.lineno, items)
        return self.fail(node, "parameters, local names, variables, constants, domains")  # type: ignore[no-any-return]

    def _attribute(self, node: ast.Attribute, expected: Type | None) -> Expr:
        value = self.names.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if isinstance(node.value, ast.Name) and node.value.id in self.env:
            value = None
        if isinstance(value, GlobalsType):
            return self.shared(node, value.root, primed=False)
        if isinstance(value, type) and issubclass(value, Enum):
            return Const(Choice(value), node.lineno, value[node.attr])
        if isinstance(node.value, ast.Call) and self._is(node.value, language.after):
            return self.primed(node, node.value.args[0])
        base = self.the(self.expr(node.value))
        if isinstance(base.type, Member):
            return self.variable(node, base, primed=False)
        if isinstance(base.type, RecordOf):
            type_ = self.program.field_type(base.type.cls, node.attr)
            if type_ is not None:
                return Get(type_, node.lineno, base, node.attr)
        if isinstance(base.type, OneOf):
            kinds = [kind.cls for kind in base.type.options if isinstance(kind, RecordOf)]
            types = [t for kind in kinds if (t := self.program.field_type(kind, node.attr))]
            if types:
                return Get(types[0], node.lineno, base, node.attr)
        return self.fail(node, "fields of records, variables of processes")  # type: ignore[no-any-return]

    def _is(self, node: ast.Call, function: Callable[..., Any]) -> bool:
        return isinstance(node.func, ast.Name) and self.names.get(node.func.id) is function

    def shared(self, node: ast.Attribute, root: str, *, primed: bool) -> Expr:
        """A shared variable."""
        type_ = self.program.variable_type(root, node.attr)
        return Read(type_, node.lineno, root, node.attr, None, primed)

    def primed(self, node: ast.Attribute, owner: ast.expr) -> Expr:
        """A variable after the step."""
        value = self.names.get(owner.id) if isinstance(owner, ast.Name) else None
        if isinstance(value, GlobalsType):
            return self.shared(node, value.root, primed=True)
        return self.variable(node, self.expr(owner), primed=True)

    def variable(self, node: ast.Attribute, owner: Expr, *, primed: bool) -> Expr:
        """A variable of a process."""
        assert isinstance(owner.type, Member)
        root = owner.type.root
        if node.attr not in getattr(self.program.classes[root], "variables", {}):
            self.fail(node, ", ".join(getattr(self.program.classes[root], "variables", {})))
        type_ = self.program.variable_type(root, node.attr)
        return Read(type_, node.lineno, root, node.attr, owner, primed)

    def _boolop(self, node: ast.BoolOp, expected: Type | None) -> Expr:
        op = "and" if isinstance(node.op, ast.And) else "or"
        return self.apply(BOOL, node, op, *map(self.truth, node.values))

    def _unaryop(self, node: ast.UnaryOp, expected: Type | None) -> Expr:
        if isinstance(node.op, ast.Not):
            return self.apply(BOOL, node, "not", self.truth(node.operand))
        return self.apply(INT, node, "neg", self.expr(node.operand))

    def _ifexp(self, node: ast.IfExp, expected: Type | None) -> Expr:
        yes, no = self.expr(node.body, expected), self.expr(node.orelse, expected)
        return Cond(join(yes.type, no.type), node.lineno, self.truth(node.test), yes, no)

    def _binop(self, node: ast.BinOp, expected: Type | None) -> Expr:
        op = BINARY.get(type(node.op))
        if op is None:
            return self.fail(node, "+ - * // % | &")  # type: ignore[no-any-return]
        left = self.expr(node.left, expected)
        right = self.expr(node.right, left.type)
        names = {
            ("+", SeqOf): "concat", ("|", SetOf): "union", ("|", MapOf): "merge",
            ("&", SetOf): "meet", ("-", SetOf): "minus",
        }  # fmt: skip
        if isinstance(left.type, Int) and isinstance(right.type, Int):
            return self.apply(INT, node, op, left, right)
        name = names.get((op, type(left.type)))
        if name is None:
            return self.fail(node, "numbers, sequences, sets, maps with + - * | &")  # type: ignore[no-any-return]
        return self.apply(join(left.type, right.type), node, name, left, right)

    def _compare(self, node: ast.Compare, expected: Type | None) -> Expr:
        operands = [node.left, *node.comparators]
        pairs = zip(operands, node.ops, operands[1:], strict=False)
        parts = [self.comparison(node, a, op, b) for a, op, b in pairs]
        return parts[0] if len(parts) == 1 else self.apply(BOOL, node, "and", *parts)

    def comparison(self, node: ast.AST, a: ast.expr, op: ast.cmpop, b: ast.expr) -> Expr:
        """One comparison, brought down to `== < <= in` and `not`."""
        name = COMPARE[type(op)]
        if isinstance(a, ast.Tuple) and isinstance(b, ast.Tuple) and name in ("<", "<=", ">", ">="):
            return self.lexical(node, a.elts, name, b.elts)
        if name in ("in", "not in") and isinstance(b, ast.Tuple | ast.Set):
            options = [self.comparison(node, a, ast.Eq(), item) for item in b.elts]
            found = self.apply(BOOL, node, "or", *options)
            return found if name == "in" else self.apply(BOOL, node, "not", found)
        left = self.expr(a)
        right = self.expr(b, left.type)
        if name in (">", ">="):
            return self.apply(BOOL, node, {">": "<", ">=": "<="}[name], right, left)
        if name in ("!=", "not in"):
            positive = self.apply(BOOL, node, {"!=": "==", "not in": "in"}[name], left, right)
            return self.apply(BOOL, node, "not", positive)
        return self.apply(BOOL, node, name, left, right)

    def lexical(self, node: ast.AST, a: list[ast.expr], op: str, b: list[ast.expr]) -> Expr:
        """Two tuples compared: the first places that differ decide."""
        strict: ast.cmpop = ast.Lt() if op[0] == "<" else ast.Gt()
        if len(a) == 1 or len(b) == 1:
            last = {"<": ast.Lt(), "<=": ast.LtE(), ">": ast.Gt(), ">=": ast.GtE()}[op]
            return self.comparison(node, a[0], last, b[0])
        first = self.comparison(node, a[0], strict, b[0])
        same = self.comparison(node, a[0], ast.Eq(), b[0])
        rest = self.apply(BOOL, node, "and", same, self.lexical(node, a[1:], op, b[1:]))
        return self.apply(BOOL, node, "or", first, rest)

    def _subscript(self, node: ast.Subscript, expected: Type | None) -> Expr:
        base = self.the(self.expr(node.value))
        if isinstance(node.slice, ast.Slice):
            zero, end = ast.Constant(0, lineno=node.lineno), self.apply(INT, node, "len", base)
            low = self.expr(node.slice.lower or zero)
            high = self.expr(node.slice.upper) if node.slice.upper else end
            return self.apply(base.type, node, "slice", base, low, high)
        if isinstance(base.type, SeqOf):
            return self.apply(base.type.of, node, "index", base, self.expr(node.slice))
        if isinstance(base.type, MapOf):
            key = self.expr(node.slice, base.type.key)
            return self.apply(base.type.value, node, "index", base, key)
        return self.fail(node, "an index of a sequence, a key of a map")  # type: ignore[no-any-return]

    def collected(self, nodes: list[ast.expr], kind: Any, line: int) -> Expr:
        """A sequence or set written out."""
        items = tuple(map(self.expr, nodes))
        of: Type = NEVER
        for item in items:
            of = item.type if item is items[0] else join(of, item.type)
        return Collect(kind(of), line, items)

    def _tuple(self, node: ast.Tuple, expected: Type | None) -> Expr:
        return self.collected(node.elts, SeqOf, node.lineno)

    def _set(self, node: ast.Set, expected: Type | None) -> Expr:
        return self.collected(node.elts, SetOf, node.lineno)

    def _dict(self, node: ast.Dict, expected: Type | None) -> Expr:
        if not node.keys or None in node.keys:
            return Collect(MapOf(NEVER, NEVER), node.lineno, ())
        wanted = expected if isinstance(expected, MapOf) else None
        keys = [self.expr(k) for k in node.keys if k is not None]
        values = [self.expr(v, wanted.value if wanted else None) for v in node.values]
        items = tuple(x for pair in zip(keys, values, strict=True) for x in pair)
        return Collect(MapOf(keys[0].type, values[0].type), node.lineno, items)

    def comprehension(
        self, kind: str, node: Any, body: Callable[[], tuple[Expr, Expr | None]]
    ) -> Expr:
        """A comprehension; for `all` and `any`, several `for`s are nested."""
        if len(node.generators) > 1 and kind not in ("all", "any"):
            self.fail(node, "one `for` in a comprehension, but in `all` and `any`")
        return self._generator(kind, node, list(node.generators), body)

    def _generator(self, kind: str, node: Any, left: list[ast.comprehension], body: Any) -> Expr:
        part, saved = left[0], dict(self.env)
        if not isinstance(part.target, ast.Name):
            self.fail(part.target, "one name after `for`")
        assert isinstance(part.target, ast.Name)
        domain = self.expr(part.iter)
        self.env[part.target.id] = self.element(domain.type, node)
        tests = [self.truth(test) for test in part.ifs]
        condition = self.apply(BOOL, node, "and", *tests) if tests else TRUE
        if len(left) > 1:
            value, key = self._generator(kind, node, left[1:], body), None
        else:
            value, key = body()
        self.env = saved
        of: dict[str, Type] = {"seq": SeqOf(value.type), "set": SetOf(value.type), "sum": INT}
        type_ = MapOf(key.type, value.type) if key else of.get(kind, BOOL)
        name = part.target.id
        return EachOf(type_, node.lineno, kind, name, domain, condition, value, key)

    def _setcomp(self, node: ast.SetComp, expected: Type | None) -> Expr:
        return self.comprehension("set", node, lambda: (self.expr(node.elt), None))

    def _dictcomp(self, node: ast.DictComp, expected: Type | None) -> Expr:
        wanted = expected.value if isinstance(expected, MapOf) else None
        both = lambda: (self.expr(node.value, wanted), self.expr(node.key))  # noqa: E731
        return self.comprehension("map", node, both)

    def _call(self, node: ast.Call, expected: Type | None) -> Expr:
        value = self.names.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if isinstance(value, type) and issubclass(value, Record):
            return self.made(node, value)
        if value is language.either:
            return self.choice(node)
        if value is language.in_flight:
            kind = self.names[node.args[0].id]  # type: ignore[attr-defined]
            return InFlight(SetOf(RecordOf(kind)), node.lineno, kind)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            return self.map_get(node, node.func)
        if isinstance(value, FunctionType) or isinstance(node.func, ast.Attribute):
            routine, args = self.called(node)
            if routine.returns is None:
                self.fail(node, "a call of an operator", "give it a return annotation")
            assert routine.returns is not None
            return Call(routine.returns, node.lineno, routine, args)
        return self.builtin(node, expected)

    def made(self, node: ast.Call, cls: type[Record]) -> Expr:
        """A new record, its fields in the order of the class."""
        names = [f.name for f in fields(cls)]  # type: ignore[arg-type]
        if issubclass(cls, Message):
            names = [name for name in names if name not in ("source", "dest")]
        given = dict(zip(names, node.args, strict=False)) | {k.arg: k.value for k in node.keywords}
        built = tuple(
            (name, self.expr(value, self.program.field_type(cls, str(name))))
            for name, value in given.items()
        )
        return Make(RecordOf(cls), node.lineno, tuple((str(n), v) for n, v in built))

    def choice(self, node: ast.Call) -> Expr:
        """`either(...)`."""
        if len(node.args) == 1 and isinstance(node.args[0], ast.Starred):
            among = self.expr(node.args[0].value)
            return Either(self.element(among.type, node), node.lineno, (), among)
        options = tuple(map(self.expr, node.args))
        type_ = options[0].type
        for option in options[1:]:
            type_ = join(type_, option.type)
        return Either(type_, node.lineno, options)

    def map_get(self, node: ast.Call, func: ast.Attribute) -> Expr:
        """`m.get(key)`, `m.get(key, default)`."""
        base = self.the(self.expr(func.value))
        if not isinstance(base.type, MapOf):
            return self.fail(node, "`get` of a map")  # type: ignore[no-any-return]
        key = self.expr(node.args[0], base.type.key)
        none = Const(NOTHING, node.lineno, None)
        default = self.expr(node.args[1], base.type.value) if len(node.args) > 1 else none
        type_ = join(base.type.value, default.type)
        return self.apply(type_, node, "get", base, key, default)

    def builtin(self, node: ast.Call, expected: Type | None) -> Expr:
        """A call of one of Python's own functions."""
        name = getattr(node.func, "id", "")
        args = node.args
        if name in ("all", "any", "sum", "tuple", "frozenset") and len(args) == 1:
            if isinstance(args[0], ast.GeneratorExp):
                generator = args[0]
                kind = {"tuple": "seq", "frozenset": "set"}.get(name, name)
                inner = self.truth if kind in ("all", "any") else self.expr
                return self.comprehension(kind, generator, lambda: (inner(generator.elt), None))
            if name == "frozenset":
                return self.as_set(node, self.expr(args[0], expected))
        if name in ("frozenset", "tuple", "Map", "") and not args:
            empty = {"frozenset": SetOf(NEVER), "tuple": SeqOf(NEVER)}
            return Collect(empty.get(name, MapOf(NEVER, NEVER)), node.lineno, ())
        if name == "Map" and isinstance(args[0], ast.GeneratorExp):
            return self.map_of_pairs(args[0], expected)
        if name in ("Map", "tuple"):
            return self.expr(args[0], expected)
        if name in ("min", "max") and len(args) == 1:
            return self.extreme(node, name, args[0])
        if name in ("len", "min", "max", "abs"):
            return self.apply(INT, node, name, *map(self.expr, args))
        if name == "range":
            bounds = args if len(args) > 1 else [ast.Constant(0, lineno=node.lineno), *args]
            return self.apply(SeqOf(INT), node, "range", *map(self.expr, bounds))
        if name == "isinstance" and isinstance(args[1], ast.Name):
            kind = Const(TEXT, node.lineno, self.names[args[1].id])
            return self.apply(BOOL, node, "isinstance", self.expr(args[0]), kind)
        return self.fail(node, "len, min, max, all, any, sum, range, operators, records")  # type: ignore[no-any-return]

    def extreme(self, node: ast.Call, name: str, domain: ast.expr) -> Expr:
        """The least or largest of a collection, or a default where it is empty."""
        if isinstance(domain, ast.GeneratorExp):
            generator = domain
            body = lambda: (self.expr(generator.elt), None)  # noqa: E731
            items = self.comprehension("seq", generator, body)
        else:
            items = self.expr(domain)
        default = [self.expr(k.value) for k in node.keywords if k.arg == "default"]
        return self.apply(INT, node, {"min": "least", "max": "largest"}[name], items, *default)

    def map_of_pairs(self, node: ast.GeneratorExp, expected: Type | None) -> Expr:
        """`Map((k, v) for ...)`, which is `{k: v for ...}`."""
        if not isinstance(node.elt, ast.Tuple) or len(node.elt.elts) != 2:
            return self.fail(node, "pairs: Map((key, value) for ...)")  # type: ignore[no-any-return]
        key, value = node.elt.elts
        return self._dictcomp(
            ast.copy_location(ast.DictComp(key, value, node.generators), node), expected
        )

    def as_set(self, node: ast.AST, value: Expr) -> Expr:
        """`frozenset(x)` of a collection."""
        if isinstance(value.type, SetOf):
            return value
        of = self.element(value.type, node)
        item = Var(of, value.line, "item")
        return EachOf(SetOf(of), value.line, "set", "item", value, TRUE, item)
