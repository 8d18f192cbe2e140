"""The constructs of Python that the language has, and who takes them."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple


class Support(NamedTuple):
    """Who takes a construct: running, exploring, proving; printing as another language's text."""

    name: str
    run: bool = True
    explore: bool = True
    prove: bool = True
    print: bool = True


NOT_PROVED = {"prove": False, "print": False}
SYNTAX: dict[type[ast.AST], Support] = {
    ast.Return: Support("return"),
    ast.Assign: Support("assignment"),
    ast.AugAssign: Support("assignment with an operator"),
    ast.AnnAssign: Support("assignment with an annotation"),
    ast.If: Support("if"),
    ast.For: Support("for"),
    ast.Expr: Support("a call as a statement"),
    ast.Pass: Support("pass"),
    ast.BoolOp: Support("and, or"),
    ast.And: Support("and"),
    ast.Or: Support("or"),
    ast.BinOp: Support("arithmetic, sets, sequences"),
    ast.Add: Support("+"),
    ast.Sub: Support("-"),
    ast.Mult: Support("*"),
    ast.FloorDiv: Support("//"),
    ast.Mod: Support("%"),
    ast.BitOr: Support("|"),
    ast.BitAnd: Support("&"),
    ast.BitXor: Support("^"),
    ast.UnaryOp: Support("not, -"),
    ast.Not: Support("not"),
    ast.USub: Support("-"),
    ast.IfExp: Support("x if c else y"),
    ast.Compare: Support("comparison"),
    ast.Eq: Support("=="),
    ast.NotEq: Support("!="),
    ast.Lt: Support("<"),
    ast.LtE: Support("<="),
    ast.Gt: Support(">"),
    ast.GtE: Support(">="),
    ast.In: Support("in"),
    ast.NotIn: Support("not in"),
    ast.Is: Support("is"),
    ast.IsNot: Support("is not"),
    ast.Call: Support("call"),
    ast.keyword: Support("argument by name"),
    ast.Starred: Support("*arguments"),
    ast.Constant: Support("None, bool, int, str"),
    ast.Attribute: Support("attribute"),
    ast.Subscript: Support("x[i]"),
    ast.Slice: Support("x[a:b]"),
    ast.Name: Support("name"),
    ast.Load: Support("reading"),
    ast.Store: Support("writing"),
    ast.Tuple: Support("tuple"),
    ast.Set: Support("set"),
    ast.Dict: Support("dict"),
    ast.SetComp: Support("set comprehension"),
    ast.DictComp: Support("dict comprehension"),
    ast.GeneratorExp: Support("generator expression"),
    ast.comprehension: Support("for ... in ... if"),
}
BUILTINS: dict[Any, Support] = {
    abs: Support("abs(n)"),
    all: Support("all(...)"),
    any: Support("any(...)"),
    bool: Support("bool(x)"),
    dict: Support("dict(...)", **NOT_PROVED),
    enumerate: Support("enumerate(sequence), after `for`"),
    frozenset: Support("frozenset(...)"),
    int: Support("int(x)"),
    isinstance: Support("isinstance(x, Class)"),
    len: Support("len(collection)"),
    max: Support("max(a, b), max(numbers, default=n)"),
    min: Support("min(a, b), min(numbers, default=n)"),
    range: Support("range(low, high)"),
    reversed: Support("reversed(sequence), after `for`"),
    set: Support("set(...), not kept in a variable"),
    sorted: Support("sorted(numbers, members, tuples of these, reverse=True)", print=False),
    str: Support("str(x)", **NOT_PROVED),
    sum: Support("sum(...)"),
    super: Support("super().method()"),
    tuple: Support("tuple(...)"),
    zip: Support("zip(sequence, sequence), after `for`"),
}
METHODS: dict[str, Support] = {
    "get": Support("map.get(key, default)"),
    "items": Support("map.items(), after `for`"),
    "keys": Support("map.keys()"),
    "values": Support("map.values()"),
    **{name: Support(f"set.{name}(...)") for name in ("union", "intersection", "difference")},
    "symmetric_difference": Support("set.symmetric_difference(...)"),
    **{name: Support(f"set.{name}(set)") for name in ("issubset", "issuperset", "isdisjoint")},
    "index": Support("sequence.index(x)", print=False),
    "count": Support("sequence.count(x)"),
    **{
        name: Support(f"text.{name}(...)", **NOT_PROVED)
        for name in ("startswith", "endswith", "upper", "lower")
    },
}
MEMBERS = frozenset({"name", "value", "index"})
CURES: dict[type[ast.AST], str] = {
    ast.While: "repeat by taking the action again, or use `for` over a finite domain",
    ast.Lambda: "define an operator: a method or function with a return annotation",
    ast.FunctionDef: "define an operator: a method or function with a return annotation",
    ast.List: "use a tuple: (a, b)",
    ast.ListComp: "use tuple(... for ...)",
    ast.Try: "guard the action with `when`",
    ast.Raise: "guard the action with `when`, or claim an invariant",
    ast.Assert: "claim an invariant of the Spec",
    ast.Global: "declare the variable in a `Globals` class",
    ast.Nonlocal: "declare the variable in a `Globals` class",
    ast.Import: "import at the top of the module",
    ast.ImportFrom: "import at the top of the module",
    ast.With: "an action is atomic already",
    ast.JoinedStr: "use an enum or a record: texts are not put together",
    ast.NamedExpr: "assign in a line of its own",
    ast.Div: "use `//`: the numbers of the language are whole",
    ast.Pow: "multiply, or look it up in a Map: `x ** -1` is no whole number",
    ast.Break: "use `any`, `all` or a comprehension with `if`",
    ast.Continue: "use `if` for the rest of the loop",
    ast.Yield: "split it: what follows is an action of its own, and `cycle` keeps the order",
    ast.YieldFrom: "go through them: `for x in ...`",
    ast.Await: "take `await` away: an action is one atomic step",
    ast.AsyncFor: "take `async` away: an action is one atomic step",
    ast.AsyncWith: "an action is atomic already",
    ast.ClassDef: "define it above, beside the other classes",
    ast.Match: "use `if` and `elif`, with `==` or `isinstance(x, Class)`",
    ast.Delete: "assign the value that is left",
}
