"""What stands behind a dot: variables, fields and operators, of a class that is known or any."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from inspect import signature
from types import FunctionType
from typing import Any

from raftnb.data.domains import TAKEN, Domain
from raftnb.data.names import listed, nearest
from raftnb.data.values import Record
from raftnb.language.cures import MUTATORS, Told, of_attribute
from raftnb.language.owners import Owners
from raftnb.language.processes import Action
from raftnb.language.syntax import MEMBERS, METHODS
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
        nodes: list[ast.AST],
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
        if node.attr in [name for cls in classes for name in values_of(cls)]:
            cure = f"declare it as a variable, with a type: `{node.attr}: Type = value`"
        return f"an assignment to `{node.attr}`, which no class declares", allowed, cure

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
