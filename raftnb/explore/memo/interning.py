"""Numbers for the parts of a state: each different value of a component is stored once.

A component is the record of one process, one shared variable, or one channel. A state is a row of
numbers, one for each component and one for the bag of messages in flight.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from raftnb.data.trace import State
from raftnb.data.values import Message, order
from raftnb.explore.memo.bags import Bags
from raftnb.explore.memo.symmetry import Members, Symmetry
from raftnb.explore.tables.growing_arrays import room_for, wider
from raftnb.explore.tables.layout import UNKNOWN, WHOLE
from raftnb.language.processes import Process
from raftnb.language.spec import Model
from raftnb.language.universe import check_value
from raftnb.language.world import World

BAG = -1  # in place of a cell: the bag of messages in flight


@dataclass(eq=False, slots=True)
class Written:
    """Some cells, in order, and where they are in a row: there is one of it for the same cells."""

    cells: tuple[int, ...]
    components: tuple[int, ...]
    places: list[list[tuple[int, int]]]
    """For each of the components which of its cells, each with where it is among these."""


Changes = tuple[Written, tuple[int, ...]]
"""Which cells are written, and for each of them the number of its value."""


@dataclass
class Pool:
    """The values of components of one kind; a value is the tuple of its cells' values.

    Each cell's values have numbers of their own; `parts` are those of each of the values, by which
    it is found.
    """

    number: int
    cells: int
    ids: dict[tuple[int, ...], int] = field(default_factory=dict)
    values: list[tuple[Any, ...]] = field(default_factory=list)
    parts: list[tuple[int, ...]] = field(default_factory=list)
    numbered: list[tuple[dict[Any, int], list[Any]]] = field(default_factory=list)
    """For each cell the numbers of its values, and the values."""
    projections: dict[frozenset[int], int] = field(default_factory=dict)


class Interner:
    """The numbers given so far to the components, messages and bags of a model's states."""

    def __init__(self, model: Model, symmetry: bool) -> None:
        self.model = model
        self.pools: list[Pool] = []
        self.components: list[tuple[int, ...]] = []
        self.pool_of: list[int] = []
        self.places: dict[tuple[Any, ...], int] = {}
        self._make_components()
        self.component_of = {cell: c for c, cells in enumerate(self.components) for cell in cells}
        has_messages = model.delivery is not None and not model.channels
        self.has_bag = has_messages or not self.components  # a row is never of no words
        self.width = len(self.components) + self.has_bag
        self.columns = self._make_columns()
        self.offsets = [at for cells in self.components for at in range(len(cells))]
        self.owned = [frozenset(cells) for cells in self.components]
        members = Members(model, symmetry)
        self.symmetry = Symmetry(members, len(self.pools), list(self.places))
        self.bags = Bags(len(members.swaps), len(members.all))
        self.messages: dict[Message, int] = {}
        self.message_list: list[Message] = []
        self.classes: Any = np.zeros((4, 64), dtype=np.uint32)
        self.class_of: list[list[int]] = []  # the same, which is sooner read in Python
        self.class_ids: list[tuple[Pool, list[int], dict[tuple[int, ...], int]]] = []
        self._projections: dict[tuple[int, frozenset[int]], int] = {}
        self._written: dict[tuple[int, ...], Written] = {}
        self._values = [self.pools[pool].values for pool in self.pool_of]
        self._parts = [self.pools[pool].parts for pool in self.pool_of]
        self._ids = [self.pools[pool].ids for pool in self.pool_of]
        self._numbered = [
            self.pools[pool].numbered[offset]
            for cells, pool in zip(self.components, self.pool_of, strict=True)
            for offset in range(len(cells))
        ]

    def _make_components(self) -> None:
        model = self.model
        shared = {cls.root for cls in model.spec.shared}
        queues = {cell: pair for pair, cell in model.channels.items()}
        members = World(model).names
        pools: dict[Any, Pool] = {}
        owned = itertools.groupby(enumerate(model.layout.cells), key=lambda item: item[1].owner)
        for owner, group in owned:
            cells = tuple(cell for cell, _ in group)
            if owner in shared:
                parts: list[Any] = [((c,), ("shared", c), ("shared", c)) for c in cells]
            elif cells[0] in queues:
                ends = (members[end] for end in queues[cells[0]])
                parts = [(cells, ("queue",), ("queue", *ends))]
            else:
                member = members[owner]
                parts = [(cells, ("process", member.root), ("process", member))]
            for part, kind, name in parts:
                pool = pools.setdefault(kind, Pool(len(pools), len(part)))
                self.components.append(part)
                self.pool_of.append(pool.number)
                self.places[name] = len(self.places)
        self.pools = list(pools.values())
        self.pool_table: Any = np.array(self.pool_of, dtype=np.int64)
        for pool in self.pools:
            pool.numbered = [({}, []) for _ in range(pool.cells)]

    def process_component(self, process: Process) -> int | None:
        """The component that is a process's record; None if it has no variables."""
        return self.places.get(("process", process))

    def _make_columns(self) -> list[int]:
        """The column of a row that has a cell, for each cell, and last (at `BAG`) that of the bag.

        Cells and columns beyond those of a row are those of the row after a step.
        """
        here = [self.component_of[cell] for cell in range(len(self.model.layout.cells))]
        return [*here, *(column + self.width for column in here), len(self.components)]

    def component_id(self, component: int, value: tuple[Any, ...]) -> int:
        """The number of a component's value."""
        cells = zip(self.components[component], value, strict=True)
        return self._number(component, tuple([self.part(cell, one) for cell, one in cells]))

    def part(self, cell: int, value: Any) -> int:
        """The number of a cell's value; a new value is checked."""
        numbers, known = self._numbered[cell]
        try:
            return numbers[value]
        except (KeyError, TypeError):
            check_value(self.model.layout.cells[cell], value)
        new = numbers[value] = len(known)
        known.append(value)
        return new

    def changes(self, cells: Iterable[int], values: Sequence[Any]) -> Changes:
        """What it means to write some of the cells of a state, each with its value there."""
        parts, order = [], tuple(sorted(cells))
        for cell in order:
            try:
                parts.append(self._numbered[cell][0][values[cell]])
            except (KeyError, TypeError):
                parts.append(self.part(cell, values[cell]))
        return self._written.get(order) or self._places(order), tuple(parts)

    def _places(self, cells: tuple[int, ...]) -> Written:
        places: dict[int, list[tuple[int, int]]] = {}
        for at, cell in enumerate(cells):
            places.setdefault(self.columns[cell], []).append((self.offsets[cell], at))
        new = self._written[cells] = Written(cells, tuple(places), list(places.values()))
        return new

    def written(self, changes: Changes) -> list[tuple[int, Any]]:
        """The cells that are written, each with its new value."""
        cells = zip(changes[0].cells, changes[1], strict=True)
        return [(cell, self._numbered[cell][1][part]) for cell, part in cells]

    def changed(self, row: Sequence[int], changes: Changes) -> list[int]:
        """What changes write to a row: a component and its number, and so on."""
        written, new = changes
        found: list[int] = []
        for component, places in zip(written.components, written.places, strict=True):
            parts = list(self._parts[component][row[component]])
            for offset, at in places:
                parts[offset] = new[at]
            key = tuple(parts)
            number = self._ids[component].get(key)
            if number is None:
                number = self._number(component, key)
            found += component, number
        return found

    def _number(self, component: int, parts: tuple[int, ...]) -> int:
        """The number of a value; a new one is classified and marked."""
        pool = self.pools[self.pool_of[component]]
        number = pool.ids.get(parts)
        if number is not None:
            return number
        new = pool.ids[parts] = len(pool.values)
        value = tuple([known[part] for (_, known), part in zip(pool.numbered, parts, strict=True)])
        pool.values.append(value)
        pool.parts.append(parts)
        if new >= self.classes.shape[1]:
            self.classes = wider(self.classes, new + 1)
        for projection in pool.projections.values():
            self._classify(projection, new)
        if self.symmetry:
            self.symmetry.meet(pool.number, new, value)
        return new

    def learn_swap(self, swap: int, pool_number: int, number: int) -> None:
        """Find out what a swap makes of a value of a pool."""
        if self.symmetry.swapped[swap, pool_number, number] != UNKNOWN:
            return
        pool, component = self.pools[pool_number], self.pool_of.index(pool_number)
        value = tuple(self.symmetry.renamed(swap, part) for part in pool.values[number])
        there = self.component_id(component, value)
        self.symmetry.swapped[swap, pool.number, number] = there
        self.symmetry.swapped[swap, pool.number, there] = number

    def learn_message_swap(self, swap: int, number: int) -> None:
        """Find out what a swap makes of a message."""
        there = self.message_id(self.symmetry.renamed(swap, self.message_list[number]))
        self.symmetry.message_swapped[number, swap] = there
        self.symmetry.message_swapped[there, swap] = number

    def projection(self, column: int, cells: frozenset[int]) -> int:
        """The projection of a column to some of its cells: a row of `classes`, or WHOLE."""
        key = column, cells
        if key not in self._projections:
            self._projections[key] = self._projection(column % self.width, cells)
        return self._projections[key]

    def _projection(self, component: int, cells: Iterable[int]) -> int:
        if component == len(self.components):
            return WHOLE
        pool, total = self.pools[self.pool_of[component]], len(self.model.layout.cells)
        offsets = frozenset(cell % total - self.components[component][0] for cell in cells)
        if len(offsets) == pool.cells:
            return WHOLE
        if offsets not in pool.projections:
            new = pool.projections[offsets] = len(self.class_ids)
            self.class_ids.append((pool, sorted(offsets), {}))
            self.class_of.append([])
            self.classes = room_for(self.classes, new + 1)
            for number in range(len(pool.values)):
                self._classify(new, number)
        return pool.projections[offsets]

    def _classify(self, projection: int, number: int) -> None:
        pool, offsets, classes = self.class_ids[projection]
        parts = pool.parts[number]
        key = tuple([parts[i] for i in offsets])
        found = classes.setdefault(key, len(classes))
        self.classes[projection, number] = found
        self.class_of[projection].append(found)

    def message_id(self, message: Message) -> int:
        """The number of a message."""
        if message not in self.messages:
            order(message)
            new = self.messages[message] = len(self.message_list)
            self.message_list.append(message)
            if self.symmetry:
                self.symmetry.meet_message(new, message)
        return self.messages[message]

    # Whole states.

    def encode(self, state: State) -> list[int]:
        """The row of a state without messages."""
        parts = [tuple(state.values[cell] for cell in cells) for cells in self.components]
        return [self.component_id(c, part) for c, part in enumerate(parts)] + [0] * self.has_bag

    def cells(self, row: Sequence[int]) -> list[Any]:
        """The values of the cells of a row (cells come in the order of the components)."""
        parts = map(list.__getitem__, self._values, row)  # a row may have a bag, too, and go on
        return list(itertools.chain.from_iterable(parts))

    def parts(self, row: Sequence[int]) -> list[int]:
        """A number for the value of each cell of a row, and at `BAG` that of the bag."""
        parts = map(list.__getitem__, self._parts, row)
        return [*itertools.chain.from_iterable(parts), row[-1]]

    def bag(self, row: Sequence[int]) -> dict[Message, int]:
        """The messages in flight of a row."""
        if not self.has_bag:
            return {}
        return {self.message_list[m]: n for m, n in self.bags.content_of(row[-1])}

    def decode(self, row: Sequence[int]) -> State:
        """The state that a row stands for."""
        messages = sorted(self.bag(row).items(), key=lambda item: order(item[0]))
        return State(self.model.layout, tuple(self.cells(row)), tuple(messages))

    @property
    def bytes(self) -> int:
        """The memory of the tables, and an estimate of that of the values."""
        values = sum(200 * len(pool.values) * (1 + pool.cells) for pool in self.pools)
        return int(self.classes.nbytes + self.symmetry.bytes + self.bags.bytes + values)
