"""The classes that a specification is written with, found from its annotations and its text."""

from __future__ import annotations

import ast
import re
import sys
import typing
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cached_property, partial
from pathlib import Path
from types import FunctionType
from typing import Any

from raftnb.data.domains import Domain, is_abstract
from raftnb.data.errors import SpecError
from raftnb.data.names import nearest
from raftnb.data.places import place_of_declaration
from raftnb.data.values import Message, Record
from raftnb.language import source
from raftnb.language.annotations import classes_in, describe, refuse_annotation, unalias
from raftnb.language.processes import Action, Globals, Process, Variable

ROOTS = (Domain, Process, Globals, Record, Message, Enum)


def place_of_field(cls: Any, name: str) -> str:
    """Where a class, or one that it is made of, declares a variable or a field."""
    bases = cls.__mro__
    owner = next((b for b in bases if name in vars(b).get("__annotations__", {})), cls)
    return place_of_declaration(vars(owner), owner.__name__, name)


def refuse_two_of_a_name(classes: Iterable[Any]) -> None:
    """Raise `SpecError` for classes that share a name and nothing else, as a copied file has them.

    Members go by the name of the class that is varied, so a variant must vary that very class.
    """
    known: dict[str, Any] = {}
    for cls in classes:
        root = getattr(cls, "root", "")
        one = [base for base in cls.__mro__ if vars(base).get("root") == root][-1] if root else cls
        other = known.setdefault(one.__name__, one)
        if not (issubclass(one, other) or issubclass(other, one)):
            files = [where_defined(found) for found in (other, one)]
            again = files[0] == files[1]
            raise SpecError(
                f"two classes `{one.__name__}`: "
                + (f"{files[0]} defines it again" if again else f"of {files[0]}, of {files[1]}"),
                allowed="one class of a name: another one is another thing to every engine",
                cure="run what names the old one again, the Spec too; or rename one of them"
                if again
                else f"import `{one.__name__}` from one of the files in place of a copy",
            )


def where_defined(cls: type) -> str:
    """The file or notebook that a class comes from, as people call it."""
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return Path(file).name if file else "the notebook"


TYPES = ("Nat", "Seq", "Set", "Map", "Literal", "bool", "int", "str")


def unresolved(owner: Any, error: Exception, namespace: Mapping[str, Any]) -> SpecError:
    """The error for an annotation of a class or a function that names what is not there."""
    name = getattr(error, "name", None) or ""
    named = re.compile(rf"\b{re.escape(name)}\b")
    if isinstance(owner, FunctionType):
        tree, space = source.parse(owner), owner.__globals__
        given = [*tree.args.args, *tree.args.kwonlyargs]
        at = [a for a in given if a.annotation and named.search(ast.unparse(a.annotation))]
        place = source.place(owner, next(iter(at), tree))
    else:
        space = vars(sys.modules[owner.__module__])
        written = [
            pair for b in owner.__mro__ for pair in vars(b).get("__annotations__", {}).items()
        ]
        fields = [field for field, annotation in written if named.search(str(annotation))]
        place = place_of_field(owner, fields[0]) if fields else owner.__qualname__
    classes = [known for known, value in space.items() if isinstance(value, type)]
    cure = nearest(name, [*namespace, *TYPES, *classes]) if name else "write a type, or its name"
    return SpecError(
        f"an annotation that cannot be resolved: {error}",
        place=place,
        allowed="names of the module or cell, and of the Spec's classes",
        cure=cure or f"define or import `{name}` before the Spec is made, or name it in the Spec",
    )


class Vocabulary:
    """The classes of a specification by name, what their annotations mean, and what they declare.

    `classes` are those that the Spec names; a variant answers to its root's name. `functions` are
    the claims.
    """

    def __init__(self, classes: Iterable[Any], functions: Iterable[FunctionType]) -> None:
        self.classes, self.functions = tuple(classes), tuple(functions)
        self.named: dict[str, Any] = {cls.__name__: cls for cls in self.classes}
        self.named |= {cls.root: cls for cls in self.classes}
        self._hints: dict[Any, dict[str, Any]] = {}

    @cached_property
    def namespace(self) -> dict[str, Any]:
        """All classes whose methods a text may call, by name: records and enumerations, too."""
        return {cls.__name__: cls for cls in self.kinds} | self.named

    def hints(self, owner: Any) -> dict[str, Any]:
        """The resolved annotations of a function or a class."""
        if owner not in self._hints:
            try:
                found = typing.get_type_hints(owner, localns=self.named, include_extras=True)
            except (NameError, TypeError, AttributeError, SyntaxError) as error:
                raise unresolved(owner, error, self.named) from error
            self._hints[owner] = {name: unalias(hint) for name, hint in found.items()}
        return self._hints[owner]

    def annotation_of(self, variable: Variable, cls: Any) -> Any:
        """The resolved annotation of a variable of a class, which may have inherited it."""
        name, bases = variable.name, cls.__mro__
        owner = next(base for base in bases if name in vars(base).get("__annotations__", {}))
        return self.hints(owner)[name]

    def fields(self, record: type) -> dict[str, Any]:
        """The annotations of a record's fields; who sends a message, and to whom, may be open."""
        names = getattr(record, "__dataclass_fields__", {})
        found = {name: hint for name, hint in self.hints(record).items() if name in names}
        ends = ("source", "dest") if issubclass(record, Message) else ()
        kinds = {end: Process if found[end] is Any else found[end] for end in ends}
        return found | {end: kind | None for end, kind in kinds.items()}

    def parameters(self, function: FunctionType, skip: int = 0) -> dict[str, Any]:
        """The parameters of a function with their annotations; None for one without."""
        code = function.__code__
        hints = self.hints(function)
        return {name: hints.get(name) for name in code.co_varnames[skip : code.co_argcount]}

    def refuse_two_types(
        self, groups: Iterable[tuple[Any, ...]], constants: Mapping[str, Any]
    ) -> None:
        """Raise `SpecError` where a parameter that claims share has two types: it is one value."""
        for together in groups:
            known: dict[str, tuple[Any, Any]] = {}
            for claim in together:
                for name, hint in self.parameters(claim).items():
                    first, told = known.setdefault(name, (claim, hint))
                    same = getattr(hint, "root", hint) == getattr(told, "root", told)
                    if name not in constants and not same:
                        raise SpecError(
                            f"`{name}`, which is {describe(told)} in `{first.__name__}` and "
                            f"{describe(hint)} in `{claim.__name__}`",
                            place=source.place(claim),
                            allowed="parameters of one name and one type: both mean the same value",
                            cure=f"annotate `{name}` alike in both, or rename it in one of them",
                        )

    @cached_property
    def kinds(self) -> tuple[type, ...]:
        """The records, messages and enumerations that occur, and the classes of the Spec."""
        found: dict[type, None] = {}
        todo: list[Any] = [*self.classes, *self.functions]
        seen: set[Any] = set()
        while todo:
            one = todo.pop(0)
            if one in seen or (isinstance(one, FunctionType) and source.is_ours(one)):
                continue
            seen.add(one)
            if isinstance(one, FunctionType):
                todo += self._named_in(one)
            elif issubclass(one, ROOTS) and one not in ROOTS:
                found[one] = None
                todo += self._named_by(one)
        return tuple(found)

    def _named_in(self, function: FunctionType) -> Iterator[Any]:
        """The functions and classes that a function's text names, and those of its parameters."""
        for value in source.callees(function).values():
            if isinstance(value, FunctionType | type):
                yield value
        if function in self.functions:
            yield from self._classes(self.parameters(function).values())

    def _named_by(self, cls: Any) -> Iterator[Any]:
        """The functions of a class, and the classes that its annotations name."""
        for base in cls.__mro__:
            if base in ROOTS or not issubclass(base, ROOTS):
                continue
            for name, value in list(vars(base).items()):
                if name.startswith("__"):
                    continue
                function = value.function if isinstance(value, Action) else value
                if isinstance(function, FunctionType):
                    yield function
                if isinstance(value, Action):
                    yield from self._classes(self.parameters(function, skip=1).values())
        if issubclass(cls, Record):
            yield from self._classes(self.fields(cls).values())
        variables: dict[str, Variable] = getattr(cls, "variables", {})
        for variable in variables.values():
            yield from self._classes([self.annotation_of(variable, cls)])

    def _classes(self, annotations: Iterable[Any]) -> Iterator[type]:
        for annotation in annotations:
            yield from classes_in(annotation)

    @cached_property
    def variables(self) -> frozenset[str]:
        """The names of all variables."""
        return frozenset(name for cls in self.classes for name in getattr(cls, "variables", {}))

    @cached_property
    def sizes(self) -> frozenset[str]:
        """The constants that say how many members a class has."""
        members = (cls for cls in self.classes if issubclass(cls, Domain))
        return frozenset(cls.number for cls in members if cls.number)

    @cached_property
    def actions(self) -> frozenset[str]:
        """The names of all actions."""
        own = [cls for cls in self.classes if issubclass(cls, Process)]
        return frozenset(name for cls in own for name in cls.actions)

    @cached_property
    def fields_named(self) -> dict[str, tuple[type, ...]]:
        """The variables and fields by name, with the classes that their annotations name."""
        found: dict[str, tuple[type, ...]] = {}
        for cls in self.kinds:
            for name, hint in self.declared(cls):
                found[name] = (*found.get(name, ()), *classes_in(hint))
        return found

    @cached_property
    def methods(self) -> frozenset[str]:
        """The names of all methods: operators, macros and actions."""
        found = {
            name
            for cls in self.kinds
            for base in cls.__mro__
            if base not in ROOTS and issubclass(base, ROOTS)
            for name, value in vars(base).items()
            if isinstance(value, FunctionType | Action) and not name.startswith("_")
        }
        return frozenset(found)

    @cached_property
    def words(self) -> frozenset[str]:
        """The names of all that the classes declare: variables, fields, methods, members."""
        records = [cls for cls in self.kinds if issubclass(cls, Record)]
        found = {name for cls in self.kinds for base in cls.__mro__ for name in vars(base)}
        found |= self.variables | {name for cls in records for name in self.fields(cls)}
        return frozenset(name for name in found if not name.startswith("_"))

    def refuse_types(self) -> None:
        """Raise `SpecError` for two classes of one name, and for an annotation that is no type."""
        refuse_two_of_a_name(self.kinds)
        known = {cls.root for cls in self.classes}
        for cls in self.kinds:
            self._refuse_ends(cls)
            for name, hint in self.declared(cls):
                refuse_annotation(hint, partial(place_of_field, cls, name))
                for domain in classes_in(hint):
                    if not issubclass(domain, Domain) or domain in ROOTS:
                        continue
                    if domain.root not in known:
                        raise self._not_named(domain, place_of_field(cls, name), sorted(known))

    def _not_named(self, domain: type, place: str, known: list[str]) -> SpecError:
        found, cure = "the domain", f"add `{domain.__name__}` to its processes or domains"
        if is_abstract(domain):
            found = "the abstract class"
            made = [cls.__name__ for cls in self.classes if issubclass(cls, domain)]
            cure = f"say which of its classes: `{' | '.join(made) or 'A | B'}`"
        return SpecError(
            f"{found} `{domain.__name__}`, which the Spec does not name",
            place=place,
            allowed=", ".join(known),
            cure=cure,
        )

    def _refuse_ends(self, cls: type) -> None:
        """Raise `SpecError` for a message whose source or dest is no process."""
        ends = self.hints(cls) if issubclass(cls, Message) else {}
        for end in ("source", "dest"):
            kind = ends.get(end, Any)
            if kind is not Any and not (isinstance(kind, type) and issubclass(kind, Process)):
                raise SpecError(
                    f"`{end}` of `{cls.__name__}`, which is {describe(kind)}",
                    place=place_of_field(cls, end),
                    allowed=f"`{end}` is the process that sends a message, or gets it",
                    cure=f"leave it out, or call it otherwise: `{end}_`",
                )

    def declared(self, cls: Any) -> Iterator[tuple[str, Any]]:
        """The variables or fields that a class declares, with their annotations."""
        if issubclass(cls, Record):
            yield from self.fields(cls).items()
        variables: dict[str, Variable] = getattr(cls, "variables", {})
        for name, variable in variables.items():
            yield name, self.annotation_of(variable, cls)
