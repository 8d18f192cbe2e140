"""Interchangeable members: what swaps make of values, and how values mention members.

Both are tables for `tables.canonical`, filled as values are met and swaps are asked for.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from raftnb.data.domains import Domain
from raftnb.data.values import Map, Record, rename
from raftnb.explore.tables.growing_arrays import room_for, wider
from raftnb.explore.tables.layout import UNKNOWN
from raftnb.explore.tables.orders import MOST_ORDERS
from raftnb.language.spec import Model
from raftnb.language.world import World

Swap = tuple[int, int]


class TooManyOrders(Exception):
    """In one state so many members look alike that their orders are not tried."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"{number:,} orders of members that look alike in one state, of which {MOST_ORDERS:,} "
            'at most are tried; compiled code (`engine="compiled"`) needs few of them'
        )


class Members:
    """The interchangeable members of a model, one group after the other, and their swaps."""

    def __init__(self, model: Model, symmetry: bool) -> None:
        world = World(model)
        domains = model.spec.symmetric if symmetry else ()
        groups = [world.members(domain) for domain in domains]
        self.roots = frozenset(domain.root for domain in domains)
        self.all: list[Domain] = [member for group in groups for member in group]
        self.number = {member: i for i, member in enumerate(self.all)}
        sizes = [0, *map(len, groups)]
        self.groups: Any = np.cumsum(sizes, dtype=np.int64)
        self.swaps: list[Swap] = []
        self.swap: Any = np.full((len(self.all), len(self.all)), -1, dtype=np.int64)
        for start, stop in itertools.pairwise(self.groups.tolist()):
            for a, b in itertools.combinations(range(start, stop), 2):
                self.swap[a, b] = self.swap[b, a] = len(self.swaps)
                self.swaps.append((a, b))

    def names(self, swap: int) -> Mapping[Domain, Domain]:
        """A swap as a renaming of members."""
        a, b = (self.all[i] for i in self.swaps[swap])
        return {a: b, b: a}


Marks = int | list[int]  # one number for each member, or the same one for all


class Outlines:
    """Numbers for how a value looks when one member is told apart and the others are not.

    What a permutation makes of a value looks the same when what it makes of the member is told
    apart. Values in sets and maps are sorted by these numbers, since nothing else is the same.
    """

    def __init__(self, members: Members) -> None:
        self.members = members
        self._numbers: dict[Any, int] = {}

    def of(self, value: Any) -> Marks:
        """The number of a value's outline for each member that is told apart."""
        if isinstance(value, Domain):
            return self._of_member(value)
        if isinstance(value, Map):
            parts = [(self.of(k), self.of(v)) for k, v in value.items()]
            return self._together("map", [part for pair in parts for part in pair], 2)
        if isinstance(value, frozenset):
            return self._together("set", [self.of(part) for part in value], 1)
        if isinstance(value, tuple):
            return self._together("tuple", [self.of(part) for part in value])
        if isinstance(value, Record):
            names = value.__dataclass_fields__  # type: ignore[attr-defined]
            return self._together(type(value), [self.of(getattr(value, n)) for n in names])
        return self._number(("plain", type(value), value))

    def _number(self, outline: Any) -> int:
        return self._numbers.setdefault(outline, len(self._numbers))

    def _of_member(self, value: Domain) -> Marks:
        if value not in self.members.number:
            return self._number(("member", type(value).__qualname__, value.name))
        found = [self._number(("another", value.root))] * len(self.members.all)
        found[self.members.number[value]] = self._number("this one")
        return found

    def _together(self, kind: Any, parts: list[Marks], unordered: int = 0) -> Marks:
        """The marks of what has these parts: in order, or in groups of so many without order."""
        if all(type(part) is int for part in parts):
            return self._number((kind, *_sorted_by(unordered, parts)))
        rows = [[part] * len(self.members.all) if type(part) is int else part for part in parts]
        each: Any = zip(*rows, strict=True)
        return [self._number((kind, *_sorted_by(unordered, mine))) for mine in each]


def _sorted_by(unordered: int, parts: Any) -> Any:
    if not unordered:
        return parts
    return sorted(parts if unordered == 1 else zip(parts[::2], parts[1::2], strict=True))


class Symmetry:
    """The tables of swaps and marks, for the values of all pools."""

    def __init__(self, members: Members, pools: int, components: list[tuple[Any, ...]]) -> None:
        """`components` names for each component its kind and the members that it belongs to."""
        self.members, self.outlines = members, Outlines(members)
        n, swaps = len(members.all), len(members.swaps)
        self.swapped: Any = np.full((swaps, pools, 64), UNKNOWN, dtype=np.uint32)
        self.marks: Any = np.zeros((pools, 64, n), dtype=np.uint32)
        self.message_swapped: Any = np.full((64, swaps), UNKNOWN, dtype=np.uint32)
        self.message_marks: Any = np.zeros((64, n), dtype=np.uint32)
        self.roles: Any = np.zeros((len(components), n), dtype=np.uint32)
        self.mover: Any = np.zeros((swaps, len(components)), dtype=np.int64)
        self.own: Any = np.full(n, -1, dtype=np.int64)
        place = {name: c for c, name in enumerate(components)}
        for name, c in place.items():
            for m, member in enumerate(members.all):
                ends = [1 << i for i, end in enumerate(name[1:]) if end == member]
                self.roles[c, m] = sum(ends)
                if name == ("process", member):
                    self.own[m] = c
            for s in range(swaps):
                names = members.names(s)
                self.mover[s, c] = place[name[0], *(names.get(end, end) for end in name[1:])]

    def __bool__(self) -> bool:
        return bool(self.members.swaps)

    def meet(self, pool: int, number: int, value: tuple[Any, ...]) -> None:
        """A value is new: find its marks."""
        if number >= self.swapped.shape[2]:
            self.swapped = wider(self.swapped, number + 1, axis=2, fill=int(UNKNOWN))
            self.marks = wider(self.marks, number + 1, axis=1)
        self.marks[pool, number] = self.outlines.of(value)

    def meet_message(self, number: int, message: Any) -> None:
        """A message is new: find its marks."""
        self.message_swapped = room_for(self.message_swapped, number + 1, fill=int(UNKNOWN))
        self.message_marks = room_for(self.message_marks, number + 1)
        self.message_marks[number] = self.outlines.of(message)

    def renamed(self, swap: int, value: Any) -> Any:
        """What a swap makes of a value."""
        return rename(value, self.members.names(swap))

    @property
    def bytes(self) -> int:
        """The memory in use."""
        tables = (self.swapped, self.marks, self.message_swapped, self.message_marks)
        return sum(table.nbytes for table in tables)
