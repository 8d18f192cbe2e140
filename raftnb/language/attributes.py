"""What stands behind a dot: variables, fields and operators, of a class that is known or any."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from inspect import signature
from types import FunctionType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from raftnb.data.domains import TAKEN, Domain
from raftnb.data.names import listed, nearest
from raftnb.data.values import Record
from raftnb.language.annotations import describe, unalias
from raftnb.language.cures import MUTATORS, Told, of_attribute
from raftnb.language.misfits import cure_of_value
from raftnb.language.owners import Owners
from raftnb.language.processes import Action
from raftnb.language.source import has_above
from raftnb.language.syntax import MEMBERS, METHODS
from raftnb.language.universe import is_natural
from raftnb.language.vocabulary import ROOTS, Vocabulary


def all_functions_of(cls: type) -> Iterator[tuple[str, FunctionType]]:
    """The actions, operators and macros of a class and its bases, those that are overridden too."""
    for base in cls.__mro__:
        for name, value in vars(base).items() if base not in ROOTS else ():
            function = value.function if isinstance(value, Action) else value
            if isinstance(function, FunctionType) and not name.startswith("_"):
                yield name, function


def functions_of(cls: type) -> dict[str, FunctionType]:
    """The actions, operators and macros of a class, its own roots' left aside."""
    found: dict[str, FunctionType] = {}
    for name, function in all_functions_of(cls):
        found.setdefault(name, function)
    return found


def values_of(cls: Any) -> list[str]:
    """The variables, fields or members of a class."""
    names = [*getattr(cls, "variables", {}), *getattr(cls, "__dataclass_fields__", {})]
    members = list(getattr(cls, "__members__", {}))
    plain = [n for b in cls.__mro__ if b not in ROOTS and issubclass(b, ROOTS) for n in vars(b)]
    taken = {*TAKEN, *functions_of(cls)}
    others = [name for name in plain if not name.startswith("_") and name not in taken]
    return list(dict.fromkeys([*names, *members, *others]))


def names_of(cls: Any) -> list[str]:
    """All that a member or a record of a class has."""
    own = ["name", "index"] if issubclass(cls, Domain) else []
    return [*values_of(cls), *functions_of(cls), *own]


def may_be(value: Any, annotation: Any) -> bool:
    """Whether a type has a value that is equal to a text or a number."""
    annotation = unalias(annotation)
    if is_natural(annotation):
        return type(value) is int
    if get_origin(annotation) is Annotated:
        return may_be(value, get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return any(may_be(value, part) for part in get_args(annotation))
    if get_origin(annotation) is Literal:
        return value in get_args(annotation)
    if isinstance(value, str):
        return annotation is str
    return annotation in (int, bool)


def changed(node: ast.Subscript, whole: ast.AST, is_sequence: bool) -> str:
    """How a map or a sequence is assigned anew in place of one of its items."""
    base, key, item = ast.unparse(node.value), ast.unparse(node.slice), ast.unparse(node)
    value = getattr(whole, "value", None)
    new = ast.unparse(value) if value is not None else "value"
    if isinstance(whole, ast.AugAssign):
        new = ast.unparse(ast.BinOp(ast.Name(item), whole.op, whole.value))
    if is_sequence:
        return f"assign the whole: `{base} = (*{base}[:{key}], {new}, *{base}[{key} + 1:])`"
    return f"assign the whole: `{base} |= {{{key}: {new}}}`"


class Declared:
    """What the classes of a specification declare, found once for all its functions."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.names = {cls: names_of(cls) for cls in vocabulary.kinds}
        self.values = {name for cls in vocabulary.kinds for name in values_of(cls)} | MEMBERS
        self.words = METHODS.keys() | MEMBERS | frozenset(vocabulary.words)
        self.methods: dict[str, list[FunctionType]] = {}
        self.owners: dict[FunctionType, list[type]] = {}
        for cls in vocabulary.kinds:
            for name, method in all_functions_of(cls):  # `super()` calls those of the bases
                self.methods.setdefault(name, []).append(method)
                self.owners.setdefault(method, []).append(cls)


class Attributes:
    """The attributes in one function, and what is wrong with them."""

    def __init__(
        self,
        function: FunctionType,
        nodes: Sequence[ast.AST],
        tree: ast.FunctionDef,
        declared: Declared,
    ) -> None:
        self.function, self.declared = function, declared
        self.vocabulary = declared.vocabulary
        self.owners = Owners(function, tree, self.vocabulary)
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        self.called = {id(call.func): call for call in calls}
        self.handed = {id(w.value) for call in calls for w in call.keywords if w.arg == "key"}
        bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        named = [n for n in nodes if isinstance(n, ast.Name)]
        self.read = {n.id for n in named if isinstance(n.ctx, ast.Load)}
        grown = {id(n.target) for n in nodes if isinstance(n, ast.AugAssign)}
        self.assigned = {*function.__code__.co_varnames[: function.__code__.co_argcount]}
        self.assigned |= {
            n.id for n in named if isinstance(n.ctx, ast.Store) and id(n) not in grown
        }
        self.receivers = {n: cs for n, cs in self._receivers() if n not in bound}

    def _receivers(self) -> Iterator[tuple[str, list[Any]]]:
        """The parameters whose class is known, with the classes that they may be of."""
        kinds, code = self.vocabulary.kinds, self.function.__code__
        owners: list[Any] = self.declared.owners.get(self.function, [])
        if owners and code.co_argcount:
            yield code.co_varnames[0], owners
        for name, hint in self.vocabulary.hints(self.function).items():
            if isinstance(hint, type) and issubclass(hint, Domain | Record) and hint not in ROOTS:
                yield name, [hint, *(c for c in kinds if issubclass(c, hint))]

    def _names_of(self, cls: Any) -> list[str]:
        return self.declared.names.get(cls) or names_of(cls)

    @property
    def own_names(self) -> list[str]:
        """What `self` has; nothing in a function outside of a class."""
        first = "".join(self.function.__code__.co_varnames[:1])
        return [name for cls in self.receivers.get(first, []) for name in self._names_of(cls)]

    def wrong(self, node: ast.Attribute) -> Told | None:
        """What is said of an attribute that cannot be; None where all is well."""
        attr, call = node.attr, self.called.get(id(node))
        base = node.value.id if isinstance(node.value, ast.Name) else ""
        classes = self.receivers.get(base, [])
        known = [name for cls in classes for name in self._names_of(cls)]
        if classes and attr not in known:
            owners = [c.__name__ for c in self.vocabulary.kinds if attr in self._names_of(c)]
            return of_attribute(attr, classes[0], known, owners)
        if attr not in self.declared.words:
            cure = MUTATORS.get(attr) or nearest(attr, sorted(self.declared.words))
            declare = f"declare it: a variable `{attr}: Type = value`, a field, or a method"
            words = listed(sorted(set(self.vocabulary.words) - set(TAKEN)))
            return f"`{attr}`, which no class declares", words, cure or declare
        if call is None and id(node) not in self.handed and self.owners.is_method(node):
            what = ast.unparse(node)
            return f"`{what}`, a method that is not called", "its result", f"call it: `{what}()`"
        if call is not None and attr in self.declared.values - MEMBERS:
            if attr not in self.declared.methods and attr not in METHODS:
                what = ast.unparse(node)
                return (
                    f"a call of `{what}`, which is a value",
                    "values",
                    f"leave `()` out: `{what}`",
                )
        return self._misfit(attr, call) if call is not None else None

    def undeclared(self, node: ast.Attribute) -> Told:
        """What is said of an assignment to what no class declares as a variable."""
        base = node.value.id if isinstance(node.value, ast.Name) else ""
        classes = self.receivers.get(base, []) or list(self.vocabulary.classes)
        known = [name for cls in classes for name in getattr(cls, "variables", {})]
        _, allowed, cure = of_attribute(node.attr, classes[0], known)
        records = [c for c in self.vocabulary.kinds if issubclass(c, Record)]
        owner = next((c.__name__ for c in records if node.attr in self.vocabulary.fields(c)), "")
        if owner and isinstance(node.value, ast.Attribute):
            whole = ast.unparse(node.value)
            cure = f"records are immutable: `{whole} = {owner}({node.attr}=..., ...)`"
            return f"an assignment to the field `{node.attr}` of a record", allowed, cure
        if node.attr in [name for cls in classes for name in values_of(cls)]:
            cure = f"declare it as a variable, with a type: `{node.attr}: Type = value`"
        return f"an assignment to `{node.attr}`, which no class declares", allowed, cure

    def wrong_super(self, node: ast.Attribute) -> Told | None:
        """What is said of `super().name` where no class above has the name."""
        base = node.value.func if isinstance(node.value, ast.Call) else None
        if getattr(base, "id", "") != "super":
            return None
        if has_above(self.function, node.attr, self.vocabulary.namespace):
            return None
        found = f"`{ast.unparse(node)}`, which no class above has"
        return found, "what a class above has, and is overridden", "leave it out"

    def wrong_target(self, node: ast.expr, whole: ast.AST) -> Told | None:
        """What is said of an assignment to an index, a record's field, or a variable without self.

        A local name that is called like a variable, and never read, was meant to be the variable.
        """
        if isinstance(node, ast.Name) and node.id in self.own_names and node.id not in self.read:
            what = ast.unparse(whole)
            return f"`{what}`, a name that nothing reads", "names that are read", f"`self.{what}`"
        if isinstance(node, ast.Name) and isinstance(whole, ast.AugAssign):
            if node.id not in self.assigned:
                found = f"`{ast.unparse(whole)}`, of a name that has no value"
                cure = "declare it as a variable, in a `Globals` class if it is shared"
                return found, "names that have a value", cure
        if isinstance(node, ast.Subscript):
            return (
                f"an assignment to `{ast.unparse(node)}`",
                "names and variables",
                changed(node, whole, self._is_sequence(node.value)),
            )
        return None

    def _is_sequence(self, node: ast.expr) -> bool:
        name = node.attr if isinstance(node, ast.Attribute) else ""
        hints = [
            h for c in self.vocabulary.kinds for n, h in self.vocabulary.declared(c) if n == name
        ]
        return any(get_origin(hint) is tuple for hint in hints)

    def never_equal(self, one: ast.expr, other: ast.expr) -> Told | None:
        """What is said of a variable that is compared with a constant which it can never be."""
        for side, constant in ((one, other), (other, one)):
            if isinstance(side, ast.Attribute) and isinstance(constant, ast.Constant):
                kinds, value = self.vocabulary.kinds, constant.value
                hints = [
                    hint for cls in kinds for name, hint in self.vocabulary.declared(cls)
                    if name == side.attr
                ]  # fmt: skip
                if type(value) in (str, int) and hints and side.attr not in MEMBERS:
                    if not any(may_be(value, hint) for hint in hints):
                        what = f"`{ast.unparse(side)}` compared with {value!r}, which it never is"
                        return (
                            what,
                            describe(hints[0]),
                            cure_of_value(value, hints[0], describe(hints[0])),
                        )
        return None

    def wrong_label(self, one: ast.AST | None, other: ast.AST | None) -> Told | None:
        """What is said of a text that `pc` is compared with, or gets, and that is no label."""
        cycles = [getattr(cls, "cycle", None) for cls in self.vocabulary.classes]
        labels = [label for order in cycles if order is not None for label in order.labels]
        own = [c for c in self.vocabulary.classes if "pc" in getattr(c, "variables", {})]
        if not labels or any(cls.cycle is None for cls in own):
            return None
        for pc, text in ((one, other), (other, one)):
            if isinstance(pc, ast.Attribute) and pc.attr == "pc" and isinstance(text, ast.Constant):
                if isinstance(text.value, str) and text.value not in labels:
                    cure = nearest(text.value, labels) or "use one of these"
                    return f"{text.value!r}, which is no label of a `cycle`", listed(labels), cure
        return None

    def _misfit(self, attr: str, call: ast.Call) -> Told | None:
        """Arguments that no operator of this name takes."""
        methods = self.declared.methods.get(attr, [])
        if not methods or any(isinstance(a, ast.Starred) for a in call.args):
            return None
        if any(word.arg is None for word in call.keywords):
            return None
        given = {word.arg: None for word in call.keywords if word.arg}
        why = ""
        for method in methods:
            try:
                signature(method).bind(None, *(None for _ in call.args), **given)
            except TypeError as error:
                why = why or str(error)
            else:
                return None
        names = ", ".join(list(signature(methods[0]).parameters)[1:])
        return (
            f"`{ast.unparse(call)}`: {why}",
            f"{attr}({names})",
            "give each parameter once" if names else "leave the argument out",
        )
