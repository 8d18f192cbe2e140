"""What is said of a mistake: what was found, what is allowed, and the cure for this one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass

from raftnb.data.domains import Domain
from raftnb.data.names import listed, nearest

Told = tuple[str, str, str]
"""What was found, what is allowed, and the cure."""
DEFINED = "actions and properties that are defined on every state they meet"
MUTATORS = {
    "add": "`s |= {x}`: sets are immutable, and are assigned anew",
    "append": "`log = (*log, x)`: sequences are immutable, and are assigned anew",
    "appendleft": "`log = (x, *log)`: sequences are immutable, and are assigned anew",
    "clear": "assign what is left: `()`, `frozenset()`, `Map()`",
    "copy": "leave it out: values are immutable",
    "discard": "`s -= {x}`: sets are immutable, and are assigned anew",
    "extend": "`log += other`: sequences are immutable, and are assigned anew",
    "format": "use an enum or a record: texts are not taken apart",
    "insert": "`log = (*log[:i], x, *log[i:])`: sequences are immutable",
    "join": "use an enum or a record: texts are not put together",
    "pop": "`log = log[:-1]`, and `log[-1]` for what is taken off: sequences are immutable",
    "popleft": "`x = log[0]`, then `log = log[1:]`: sequences are immutable",
    "popitem": "choose a key: `k = either(*m)`, then leave it out of the map",
    "put": "`m |= {key: value}`: maps are immutable, and are assigned anew",
    "remove": "`s -= {x}`, or `tuple(y for y in log if y != x)`: values are immutable",
    "reverse": "`log[::-1]`: sequences are immutable",
    "replace": "make a new one: `Entry(term=old.term, value=x)`; values are immutable",
    "setdefault": "`m.get(key, default)`, and `m |= {key: value}`",
    "sort": "`tuple(sorted(log))`: sequences are immutable",
    "split": "use an enum or a record: texts are not taken apart",
    "difference_update": "`s -= t`: sets are immutable, and are assigned anew",
    "intersection_update": "`s &= t`: sets are immutable, and are assigned anew",
    "strip": "use an enum or a record: texts are not taken apart",
    "update": "`m |= {key: value}`: maps are immutable, and are assigned anew",
}
FUNCTIONS = {
    "send": "a function: `send(Ask(), to=other)`",
    "reply": "a function: `reply(m, Answer())`",
    "receive": "a parameter: `def hear(self, m: Ask)` is enabled where one is in flight to `self`",
    "discard": "a function: `discard(m)`",
    "when": "a function: `when(...)`",
    "either": "a function: `either(a, b)`",
    "in_flight": "a function: `in_flight(Ask)`",
    "messages": "`in_flight(Ask)` are the messages of a kind in flight",
}
"""Words of the language that are looked for in a process."""
OUTSIDE = {
    "copy": "leave it out: values are immutable",
    "collections": "use Seq, Set, Map and their values",
    "functools": "use `sum`, `max`, `all`, `any`, or a `for`",
    "itertools": "use a comprehension: `for x in xs for y in ys`",
    "logging": "leave it out: the trace shows every step",
    "math": "use whole numbers; `//` divides them",
    "statistics": "use whole numbers; `//` divides them",
    "os": "keep files outside; what is to be seen is in the state",
    "sys": "keep files outside; what is to be seen is in the state",
    "threading": "leave it out: an action is atomic already",
    "asyncio": "leave it out: an action is atomic already",
    "print": "leave it out: the trace shows every step, and `world.state` the state",
    "input": "let it be any: a parameter with a type, or `either(...)`",
    "open": "keep files outside; what is to be seen is in the state",
    "random": "let it be any: a parameter with a type, or `either(a, b)`",
    "secrets": "let it be any: a parameter with a type, or `either(a, b)`",
    "time": "leave clocks out: what may happen at any time is an action of its own",
    "datetime": "leave clocks out: what may happen at any time is an action of its own",
    "float": "use whole numbers; `//` divides them",
    "round": "use whole numbers; `//` divides them",
    "divmod": "write `a // b` and `a % b`",
    "pow": "multiply, or look it up in a Map",
    "list": "`tuple(...)`: values are immutable",
    "map": "`tuple(f(x) for x in xs)`",
    "filter": "`tuple(x for x in xs if ...)`",
    "iter": "go through it: `for x in xs`",
    "next": "name which: `xs[0]`, `min(xs)`, or any: `either(*xs)`",
    "type": "`isinstance(x, Class)`",
    "getattr": "name the variable: `x.variable`",
    "setattr": "name the variable: `self.variable = value`",
    "hasattr": "`isinstance(x, Class)`",
    "id": "compare with `==`",
    "hash": "compare with `==`",
    "repr": "use an enum or a record: texts are not put together",
    "chr": "use an enum",
    "ord": "use an enum",
}


def public_names(cls: type) -> list[str]:
    """What a value of a class has: fields, variables, methods."""
    own = [name for base in cls.__mro__[:-1] for name in vars(base) if not name.startswith("_")]
    inner = [f.name for f in fields(cls)] if is_dataclass(cls) else []
    return list(dict.fromkeys([*inner, *reversed(own)]))


def of_attribute(name: str, cls: type, known: Iterable[str], owners: Iterable[str] = ()) -> Told:
    """An attribute that a class does not declare, though others (`owners`) may."""
    names, others = list(known), listed(owners, "")
    declare = f"`{others}` declares it; or declare it here: " if others else "declare it: "
    cure = FUNCTIONS.get(name) if issubclass(cls, Domain) else ""
    cure = cure or MUTATORS.get(name) or nearest(name, names)
    return (
        f"`{name}`, which `{cls.__name__}` does not declare",
        listed(names),
        cure or f"{declare}`{name}: Type = value` in `{cls.__name__}`",
    )


def told(error: BaseException) -> Told:
    """What is said of an exception that a specification's own text raised."""
    text, name = str(error).replace("'SortedSet'", "'Set'"), type(error).__name__
    if isinstance(error, AttributeError):
        found, allowed, cure = _attribute_error(error)
    elif isinstance(error, UnboundLocalError):
        variable = getattr(error, "name", None) or text.split("'")[1]
        found, allowed = f"`{variable}`, which has no value on this way", DEFINED
        cure = f"give `{variable}` a value before the `if`, or in each branch"
    elif isinstance(error, NameError):
        found, allowed, cure = f"the name `{error.name}`", DEFINED, "import or define it"
    elif isinstance(error, KeyError):
        found, allowed = f"no key {text}", "keys that the map has"
        cure = "`m.get(key, default)`, or `when(key in m)` before"
    else:
        for kind, pattern, allowed, cure in PATTERNS:
            if isinstance(error, kind) and (match := re.search(pattern, text)):
                return f"{name}: {text}", allowed, match.expand(cure)
        found, allowed = f"{name}: {text}", DEFINED
        cure = "let the expression be reached only where it has a value: `when`, `and`, `if`"
    return found, allowed, cure


def _attribute_error(error: AttributeError) -> Told:
    name, owner = str(error.name), error.obj
    if owner is None:
        cure = "ask first: `when(x is not None)`, or `x is not None and ...`"
        return f"`.{name}` of None", "a value that has it", cure
    cls = owner if isinstance(owner, type) else type(owner)
    return of_attribute(name, cls, public_names(cls))


WHOLE = "whole numbers"
Pattern = tuple[type[Exception], str, str, str]
PATTERNS: tuple[Pattern, ...] = (
    (IndexError, "", "indices within the sequence",
     "`when(i < len(x))`, or `len(x) > 0 and ...`; the first is x[0], the last x[-1]"),
    (ValueError, r"^(max|min)\(\)", "a collection that is not empty",
     r"`\1(..., default=0)`, or `when(len(x) > 0)` before"),
    (ValueError, "not in tuple", "items that the sequence has", "`when(x in sequence)` before"),
    (ValueError, "unpack", "as many names as values", "name each part, or take `x[0]`, `x[1]`"),
    (ZeroDivisionError, "", "a divisor other than 0", "`when(n != 0)`, or `n != 0 and ...`"),
    (TypeError, r"concatenate tuple \(not \"list\"\)", "sequences", "`(a, b)` for `[a, b]`"),
    (TypeError, r"can only concatenate tuple", "two sequences",
     "`(*log, x)`, or `log + (x,)` with its comma"),
    (TypeError, r"can only concatenate str", "two texts, or two numbers",
     "number the members by `self.index` (from 0); `name` is a text"),
    (TypeError, r"'NoneType'.*(?:and|not)|and 'NoneType'", "values of one type",
     "ask first: `when(x is not None)`, or `x is not None and ...`"),
    (TypeError, r"'(\w+)' object is not iterable", "a domain, set, sequence or map",
     "`range(n)` for a number n; `for x in Class` for the members of a class"),
    (TypeError, r"'(\w+)' object is not callable", "operators, with `()`; variables, without",
     "leave `()` out: it is a value"),
    (TypeError, r"'(\w+)' object is not subscriptable", "sequences and maps", "leave `[...]` out"),
    (TypeError, r"unhashable type: '(\w+)'", "immutable values",
     "tuple for list, frozenset for set, Map for dict"),
    (TypeError, "takes|missing|argument", "the parameters that it has", "give each of them once"),
    (TypeError, r"for \+=?: '(?:Set|frozenset|set)' and", "`|` and `-` of sets",
     "`s |= {x}` adds one, `s | t` joins two"),
    (TypeError, r"for [|&-]=?: '(?:Set|frozenset|set)' and", "two sets",
     "with braces: `s |= {x}`, `s -= {x}`"),
    (TypeError, r"for \+=?: 'Map' and", "`|` of maps", "`m |= {key: value}`"),
    (TypeError, r"for -=?: 'Map' and", "`|` of maps",
     "leave it out of a new one: `Map({k: m[k] for k in m if k != key})`"),
    (TypeError, "not supported between|unsupported operand", "values of one type",
     "compare and add values of one type only"),
)  # fmt: skip

__all__ = ["MUTATORS", "OUTSIDE", "of_attribute", "public_names", "told"]
