"""Finite domains: classes whose members the running world knows."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, MutableMapping
from contextvars import ContextVar
from typing import Any, ClassVar, ForwardRef, TypeVar

from raftnb.data.errors import SpecError
from raftnb.data.places import place_of_declaration

T = TypeVar("T")

running: ContextVar[Any] = ContextVar("running world")


def running_world() -> Any:
    """The world in which an action, an invariant or a `with world:` block runs just now."""
    world = running.get(None)
    if world is None:
        raise SpecError(
            "a domain, a shared variable or the network was used where no world is running",
            allowed="inside an action or a property, or inside `with world:`",
            cure="write `with world:` around it (`world = model.start()`); name claims uncalled; "
            "for what a variable is at first, write `= anything()`, and say what in `initially`",
        )
    return world


# What the metaclasses put into a class, and a member has of its own.
TAKEN = ("variables", "actions", "cycle", "everywhere", "root", "number", "index", "name")


def refuse_header(
    name: str, bases: tuple[type, ...], space: dict[str, Any], own: tuple[str, ...] = TAKEN
) -> None:
    """Raise `SpecError` for bases that do not go together, or names that a class has already.

    Several bases are process classes, and those with members have the same ones: they are variants
    of one class.
    """
    if len(bases) > 1:
        roots = {getattr(base, "root", "") for base in bases} - {""}
        if len(roots) > 1 or not all(hasattr(base, "actions") for base in bases):
            raise SpecError(
                f"`{name}` with the bases {', '.join(f'`{base.__name__}`' for base in bases)}",
                allowed="one base class; or several process classes, those that are not "
                "`abstract=True` variants of one class",
                cure="make what they share a class: `class Shared(Process, abstract=True)`",
            )
    package = space.get("__module__", "").startswith("raftnb.language")
    for taken in own if bases and not package else ():
        if taken in space or taken in space.get("__annotations__", {}):
            raise SpecError(
                f"`{taken}` declared in `{name}`",
                place=place_of_declaration(space, name, taken),
                allowed=f"other names than {', '.join(own)}",
                cure=f"call it `{taken}_`, or what it stands for",
            )


OPTIONS: dict[str, Any] = {"number": str | None, "everywhere": bool, "abstract": bool}
"""What may stand in the header of a class, and of which kind it is."""


def refuse_options(name: str, varied: Any, options: dict[str, Any]) -> None:
    """Raise `SpecError` for what stands in a class's header and means nothing there."""
    for option, value in options.items():
        found = f"`{option}={value!r}` in the header of `{name}`"
        if option not in OPTIONS:
            near = difflib.get_close_matches(option, OPTIONS, n=1)
            raise SpecError(
                found,
                allowed='number="constant", everywhere=True, abstract=True',
                cure=f"did you mean `{near[0]}`?" if near else "leave it out",
            )
        if not isinstance(value, OPTIONS[option]):
            number = option == "number"
            raise SpecError(
                found,
                allowed="the name of a constant" if number else "True or False",
                cure='write `number="members"`, and `constants={"members": 3}` in the Spec'
                if number
                else f"write `{option}=True`, or leave it out",
            )
        if varied is not None and option != "everywhere":
            raise SpecError(
                f"{found}, which varies `{varied.root}`",
                allowed=f"the members that `{varied.root}` has",
                cure="leave it out: a variant has as many members as what it varies",
            )


def refuse_dataclass(cls: str, attribute: str) -> None:
    """Raise `SpecError` for `@dataclass` on a class of ours, by what it sets first."""
    if attribute == "__dataclass_params__":
        raise SpecError(
            f"`@dataclass` on `{cls}`",
            allowed=f"`class {cls}(...)`: its fields are variables already",
            cure="take `@dataclass` away",
        )


def is_abstract(cls: type) -> bool:
    """Whether a class of the specification has no members but those of the classes made of it."""
    return isinstance(cls, DomainType) and not cls.root


class DomainType(type):
    """The metaclass of domains: a domain class can be iterated over and has a length."""

    root: str
    number: str | None

    @classmethod
    def __prepare__(
        cls, name: str, bases: tuple[type, ...], /, **_: Any
    ) -> MutableMapping[str, object]:
        """The namespace of a class body, in which annotations may name the class itself."""
        return {name: ForwardRef(name)}

    def __new__(
        mcs, name: str, bases: tuple[type, ...], space: dict[str, Any], **options: Any
    ) -> DomainType:
        space.pop(name, None)
        refuse_header(name, bases, space)
        varied: Any = next((base for base in bases if getattr(base, "root", "")), None)
        refuse_options(name, varied, options)
        cls = super().__new__(mcs, name, bases, space)
        if varied is not None:
            cls.root, cls.number = varied.root, varied.number
        else:
            ours = space.get("__module__", "").startswith("raftnb.") and name in ABSTRACT
            cls.root = "" if ours or options.get("abstract", False) else name
            cls.number = options.get("number")
        return cls

    def __init__(cls, name: str, bases: tuple[type, ...], space: dict[str, Any], **_: Any) -> None:
        super().__init__(name, bases, space)

    def __setattr__(cls, name: str, value: Any) -> None:
        refuse_dataclass(cls.__name__, name)
        super().__setattr__(name, value)

    def __iter__(cls: type[T]) -> Iterator[T]:
        return iter(running_world().members(cls))

    def __len__(cls) -> int:
        return len(running_world().members(cls))

    def __bool__(cls) -> bool:
        return True


ABSTRACT = {"Domain", "Process"}


class Domain(metaclass=DomainType):
    """A finite set of named values; how many is a constant, given when a model is made.

    `class Key(Domain, number="keys")` declares the domain and the constant `keys`.
    Members compare by name; a variant's members equal those of the class it varies.
    """

    __slots__ = ("index", "name", "_hash")

    root: ClassVar[str]
    number: ClassVar[str | None]

    def __init__(self, index: int, name: str) -> None:
        self.index, self.name = index, name
        self._hash = hash((index, len(name)))

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Domain) and self.name == other.name and self.root == other.root
        )

    def __hash__(self) -> int:
        return self._hash

    def __lt__(self, other: object) -> bool:
        """Members of one class are ordered as they were declared; others are not comparable.

        Raises `SpecError` in an exploration in which they may change places.
        """
        if not isinstance(other, Domain) or self.root != other.root:
            return NotImplemented
        if self.root in getattr(running.get(None), "unordered", ()):
            raise SpecError(
                f"`{self}` and `{other}` compared by their order, in an exploration with symmetry",
                allowed="what means the same when two members of a symmetric domain change places",
                cure="say it of all members alike, or leave `symmetry` out",
            )
        return self.index < other.index

    def __le__(self, other: object) -> bool:
        less = self.__lt__(other)
        return less if less is NotImplemented else less or self == other

    def __repr__(self) -> str:
        return self.name


def member_names(cls: type[Domain], size: int | tuple[str, ...]) -> tuple[str, ...]:
    """The names of a domain's members: as given, or the class's initial and a number."""
    if not isinstance(size, int):
        return size
    if cls.number is None:
        return (cls.root[0].lower() + cls.root[1:],)
    return tuple(f"{cls.root[0].lower()}{i + 1}" for i in range(size))
