"""The types of random specifications: how they are written, and values of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Ty:
    """A type: its kind, the class it names (if any), and the types that it is made of."""

    kind: str
    cls: str = ""
    args: tuple[Ty, ...] = ()

    def __str__(self) -> str:
        inner = ", ".join(map(str, self.args))
        forms = {
            "option": f"{inner} | None", "seq": f"Seq[{inner}]", "set": f"Set[{inner}]",
            "map": f"Map[{inner}]", "union": " | ".join(map(str, self.args)),
        }  # fmt: skip
        return forms.get(self.kind) or self.cls


BOOL, INT, NAT = Ty("bool", "bool"), Ty("int", "int"), Ty("nat", "Nat")
TEXT, LETTER = Ty("text", "str"), Ty("text", 'Literal["a", "b"]')
NUMBERS = (INT, NAT)


def option(of: Ty) -> Ty:
    return of if of.kind == "option" else Ty("option", "", (of,))


def seq(of: Ty) -> Ty:
    return Ty("seq", "", (of,))


def set_of(of: Ty) -> Ty:
    return Ty("set", "", (of,))


def map_of(key: Ty, value: Ty) -> Ty:
    return Ty("map", "", (key, value))


def fits(have: Ty, want: Ty) -> bool:
    """Whether a value of one type may stand where another is wanted."""
    if have == want or (have in NUMBERS and want in NUMBERS):
        return True
    if have.kind == "text" and want.kind == "text":
        return True
    return want.kind in ("option", "union") and any(fits(have, part) for part in want.args)


class Chance(random.Random):
    """Chance with a memory of what was made: `made` counts the productions by name."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.made: Counter[str] = Counter()

    def one(self, options: Sequence[T]) -> T:
        return options[self.randrange(len(options))]

    def yes(self, share: float) -> bool:
        return self.random() < share

    def some(self, options: Sequence[T], share: float) -> list[T]:
        return [option for option in options if self.yes(share)]


@dataclass(frozen=True)
class Variable:
    """A variable: of a process class, or (without `process`) of the class of shared ones."""

    owner: str
    name: str
    type: Ty
    process: bool = True


@dataclass(frozen=True)
class Operator:
    """An operator: a method of `owner`, or a function."""

    owner: str
    name: str
    parameters: tuple[tuple[str, Ty], ...]
    result: Ty


@dataclass
class Vocabulary:
    """What the text of one specification may mention."""

    members: list[Ty] = field(default_factory=list)
    processes: list[str] = field(default_factory=list)
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    records: dict[str, tuple[tuple[str, Ty], ...]] = field(default_factory=dict)
    subclasses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    messages: dict[str, tuple[tuple[str, Ty], ...]] = field(default_factory=dict)
    variables: list[Variable] = field(default_factory=list)
    operators: list[Operator] = field(default_factory=list)
    macros: list[Operator] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)

    def plain(self) -> list[Ty]:
        """The types without parts, from which the others are made."""
        enums = [Ty("enum", name) for name in self.enums]
        return [BOOL, INT, NAT, LETTER, *enums, *self.members]

    def record_types(self) -> list[Ty]:
        return [Ty("record", name) for name in self.records]

    def choosable(self) -> list[Ty]:
        """The types that a parameter can range over."""
        enums = [Ty("enum", name) for name in self.enums]
        finite = [BOOL, LETTER, *enums, *self.members, *self.members]
        return [*finite, NAT, option(self.members[0]), set_of(enums[0])]

    def is_a(self, name: str, base: str) -> bool:
        return name == base or name in self.subclasses.get(base, ())


def literal(chance: Chance, words: Vocabulary, type_: Ty, members: bool = False) -> str | None:
    """A constant of a type; None where it needs a member and there must be none."""
    kind = type_.kind
    if kind in ("int", "nat"):
        return str(chance.one((0, 0, 1, 2) if kind == "nat" else (0, 1, -1, 2, -2, 3)))
    if kind == "bool":
        return chance.one(("False", "True"))
    if kind == "text":
        return chance.one(('"a"', '"b"'))
    if kind == "enum":
        return f"{type_.cls}.{chance.one(words.enums[type_.cls])}"
    if kind == "option":
        inner = literal(chance, words, type_.args[0]) if chance.yes(0.4) else None
        return inner or "None"
    if kind == "union":
        return literal(chance, words, chance.one(type_.args))
    if kind == "record":
        return literal_record(chance, words, type_.cls)
    return literal_collection(chance, words, type_)


def literal_record(chance: Chance, words: Vocabulary, cls: str) -> str | None:
    given = [(name, literal(chance, words, type_)) for name, type_ in words.records[cls]]
    if any(value is None for _, value in given):
        return None
    named = chance.yes(0.5)
    inner = ", ".join(f"{name}={value}" if named else str(value) for name, value in given)
    return f"{cls}({inner})"


def literal_collection(chance: Chance, words: Vocabulary, type_: Ty) -> str | None:
    empty = {"seq": "()", "set": "frozenset()", "map": "Map()"}.get(type_.kind)
    if empty is None or chance.yes(0.6):
        return empty
    size = chance.one((1, 1, 2))
    rows = [[literal(chance, words, t) for t in type_.args] for _ in range(size)]
    if any(value is None for row in rows for value in row):
        return empty
    if type_.kind == "map":
        return "Map({" + ", ".join(f"{k}: {v}" for k, v in rows) + "})"
    items = ", ".join(str(row[0]) for row in rows)
    return f"({items},)" if type_.kind == "seq" else f"frozenset({{{items}}})"


def within(words: Vocabulary, type_: Ty, text: str, level: int = 0) -> str | None:
    """The text of a condition that bounds a value; None where the type is finite already."""
    name, kind = f"v{level}", type_.kind
    if kind in ("int", "nat"):
        return f"-2 <= {text} <= 2"
    if kind == "option":
        inner = within(words, type_.args[0], text, level)
        return f"({text} is None or {inner})" if inner else None
    if kind in ("seq", "set"):
        inner = within(words, type_.args[0], name, level + 1)
        size = [f"len({text}) <= 2"] if kind == "seq" or type_.args[0].kind != "enum" else []
        every = [f"all({inner} for {name} in {text})"] if inner else []
        return " and ".join([*size, *every]) or None
    if kind == "map":
        parts = [(f"{text}[{name}]", type_.args[1]), (name, type_.args[0])]
        found = [w for part, t in parts if (w := within(words, t, part, level + 1))]
        return f"all({' and '.join(found)} for {name} in {text})" if found else None
    if kind == "record":
        fields: Any = words.records.get(type_.cls) or words.messages.get(type_.cls) or ()
        found = [w for f, t in fields if (w := within(words, t, f"{text}.{f}", level))]
        return " and ".join(found) or None
    return None
