"""Values as words of 32 bits, with which compiled code computes, and Python's values for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from typing import Any

from raftnb.data.values import Map, Record, SortedSet, order
from raftnb.explore.compiled.masks import MASK, Masks

ZERO, ATOM, NODE, LIMIT = 0x20000000, 0x40000000, 0x80000000, 1 << 28
PLAIN = (None, False, True)
TUPLE, SET, MAP, RECORD = 6, 7, 8, 9
MakeNode = Callable[[int, Sequence[int]], int]


class NotCompiled(Exception):
    """What cannot be compiled, in words; the other engine can do without."""


class NotSaid(NotCompiled):
    """What of a model cannot be said in C, on whatever machine."""


class Atoms:
    """The texts and the members of enums and domains that occur, and the classes of records.

    In C an atom has a name until all are known; then its word follows from its place in the
    language's order.
    """

    def __init__(self, records: Sequence[type[Record]]) -> None:
        self.records = {cls: i for i, cls in enumerate(records)}
        self.names: dict[Any, str] = {}

    def name(self, atom: Any) -> str:
        """The name of an atom in C."""
        return self.names.setdefault(atom, f"A{len(self.names)}")

    def note(self, value: Any) -> None:
        """Take note of all the atoms in a value."""
        if type(value) is int:
            return  # thousands with which a variable may begin
        for part in parts(value):
            if isinstance(part, Record):
                if type(part) not in self.records:
                    raise NotCompiled(f"a record of the class `{type(part).__name__}`")
            elif not isinstance(part, tuple | frozenset | Map | bool | int | None):
                self.name(part)

    def ranked(self) -> list[Any]:
        """The atoms in the language's order."""
        return sorted(self.names, key=order)


def parts(value: Any) -> Iterator[Any]:
    """A value and the values in it."""
    yield value
    for part in inside(value):
        yield from parts(part)


def inside(value: Any) -> tuple[Any, ...]:
    """The values of which one is made, in the order of its node; nothing for one that has none."""
    if isinstance(value, Record):
        return tuple(getattr(value, f.name) for f in fields(value))  # type: ignore[arg-type]
    if isinstance(value, Map):
        return tuple(part for pair in value.items() for part in pair)
    if isinstance(value, frozenset):
        return tuple(sorted(value, key=order))
    return value if isinstance(value, tuple) else ()


class Words:
    """The words of values, once all atoms are known: `node` makes the word of a node."""

    def __init__(self, atoms: Atoms, masks: Masks, node: MakeNode) -> None:
        self.ranked, self.records, self.node = atoms.ranked(), atoms.records, node
        self.masks = masks
        self.classes = list(atoms.records)
        self.ranks = {atom: ATOM + i for i, atom in enumerate(self.ranked)}

    def of(self, value: Any) -> int:
        """The word of a value."""
        if value is None or value is False or value is True:
            return PLAIN.index(value)
        if type(value) is int:
            if abs(value) >= LIMIT:
                raise NotCompiled(f"the number {value}")
            return ZERO + value
        if isinstance(value, frozenset):
            mask = self.masks.of(value)
            if mask is not None:
                return mask
        words = [self.of(part) for part in inside(value)]
        if isinstance(value, Record):
            return self.node(RECORD, [self.records[type(value)], *words])
        for cls, rank in ((tuple, TUPLE), (frozenset, SET), (Map, MAP)):
            if isinstance(value, cls):
                return self.node(rank, words)
        return self.ranks[value]

    def bag(self, messages: Sequence[tuple[Any, int]], *, keeps: bool) -> int:
        """The word of the messages in flight: in their order, or how many there are of each."""
        if keeps:
            return self.of(tuple(sorted((message for message, _ in messages), key=order)))
        return self.of(Map(messages))

    def messages(self, bag: Any) -> tuple[tuple[Any, int], ...]:
        """The messages in flight, and how many of each, from the value of a bag."""
        found = bag.items() if isinstance(bag, Map) else [(message, 1) for message in bag]
        return tuple(sorted(found, key=lambda item: order(item[0])))

    def value(self, word: int, arena: Any) -> Any:
        """The value of a word; nodes are read from the arena."""
        if word < len(PLAIN):
            return PLAIN[word]
        if word < ATOM:
            return word - ZERO
        if word < MASK:
            return self.ranked[word - ATOM]
        if word < NODE:
            return SortedSet(self.masks.members(word))
        at = word & ~NODE
        kind, n = arena[at + 1] >> 28, arena[at + 1] & (LIMIT - 1)
        inner = [self.value(w, arena) for w in arena[at + 2 + (kind == RECORD) : at + 2 + n]]
        if kind == RECORD:
            return made(self.classes[arena[at + 2]], inner)
        if kind == MAP:
            return Map(zip(inner[::2], inner[1::2], strict=True))
        return SortedSet(inner) if kind == SET else tuple(inner)


def made(cls: type[Record], inner: Sequence[Any]) -> Record:
    """A record with these values for its fields."""
    names = [f.name for f in fields(cls)]  # type: ignore[arg-type]
    return cls(**dict(zip(names, inner, strict=True)))
