"""The memo: what every action does, for what it reads; filled by running the Python actions.

A slot is something that can be asked of a state: all the actions of one process that read and
write nothing but its own record, one action that looks further, what can be done with one message,
or a property. Its memo is a decision tree over numbers: a node names the component (and which of
its cells) that is read next, an edge the value found there, a leaf the results. The tree follows
what the Python code did read, so that equal paths mean equal runs, whatever the code says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from raftnb.data.errors import RaftnbError, SpecError
from raftnb.data.trace import State, Step
from raftnb.data.values import Message
from raftnb.explore.memo.bags import intern_pairs
from raftnb.explore.memo.interning import Ids
from raftnb.explore.memo.tracer import (
    BAG,
    OPEN_BAG,
    NeedsBag,
    Result,
    Run,
    Tracer,
    placed,
    refuse_chance,
    step_of,
)
from raftnb.explore.tables.growing_arrays import Growing, Hashed
from raftnb.explore.tables.hashing import find
from raftnb.explore.tables.kernels import Memo
from raftnb.language.instances import ActionInstance
from raftnb.language.processes import Action
from raftnb.language.spec import Model
from raftnb.language.world import World

LEAF, FRESH = -1, -2
EVERY_FILL_UP_TO, THEN_ONE_IN = 64, 97
Member = tuple[ActionInstance, Message | None]
Path = dict[int, set[int]]


@dataclass
class Slot:
    """A question to ask of a state: actions (a bundle shares one component), or a function."""

    number: int
    members: list[Member] = field(default_factory=list)
    component: int | None = None
    bundle: bool = False
    message: int | None = None
    function: Callable[[World], Any] | None = None
    claim: bool = False
    values: dict[Any, int] = field(default_factory=dict)


class Knowledge:
    """All that is known of a model so far: slots, their decision trees, and their results."""

    def __init__(self, model: Model, symmetry: bool = False) -> None:
        self.model, self.ids = model, Ids(model, symmetry)
        self.tracer = Tracer(self.ids)
        self.slots: list[Slot] = []
        self.root = Growing(np.int64)
        self.node = Growing(np.int64, 4)
        self.node.append((FRESH, -1, 0, 0))
        self.children: dict[int, int] = {}
        self.unsaved: dict[int, int] = {}
        self.trie = Hashed()
        self.result, self.write = Growing(np.int64, 4), Growing(np.uint32, 2)
        self.label_ids: dict[Any, int] = {}
        self.labels: list[tuple[ActionInstance, Message | None, tuple[Any, ...]]] = []
        self.action = Growing(np.int64)
        self.actions: dict[tuple[str, str], int] = {}
        self.static: list[int] = []
        self.receivers: list[list[int]] = []
        self.wide: set[Action] = set()
        self.moved_out: dict[int, list[int]] = {}
        self.runs = 0
        self.limits: Any = np.array([*(model.message_limits or (-1, -1)), 0], dtype=np.int64)
        self._asked: tuple[Any, Any, Any] | None = None
        self._make_slots()
        self.constraints = model.checked(model.spec.constraints)
        self.within = self._claim_slot(self._is_within) if self.constraints else -1
        self.invariants: list[int] = []
        self.transitions: list[int] = []

    # Slots.

    def _make_slots(self) -> None:
        self.receiving: list[ActionInstance] = []
        alone: dict[str, list[Member]] = {}
        for instance in self.tracer.instances:
            name = (instance.process.name, instance.action.name)
            self.actions.setdefault(name, len(self.actions))
            if instance.receives is None or instance.channel is not None:
                alone.setdefault(instance.process.name, []).append((instance, None))
            else:
                self.receiving.append(instance)
        self.static = [s for group in alone.values() for s in self._bundle(group, None)]

    def _bundle(self, members: list[Member], message: int | None) -> list[int]:
        """The slots for some actions of one process."""
        together = [m for m in members if m[0].action not in self.wide]
        apart = [m for m in members if m[0].action in self.wide]
        process = members[0][0].process
        component = self.ids.places.get(("process", process.name))
        slots = [Slot(0, together, component, True, message)] if together else []
        slots += [Slot(0, [member], component, False, message) for member in apart]
        return [self._add(slot) for slot in slots]

    def _add(self, slot: Slot) -> int:
        slot.number = len(self.slots)
        self.slots.append(slot)
        self.root.append(0)
        return slot.number

    def _claim_slot(self, function: Callable[[World], Any]) -> int:
        return self._add(Slot(0, function=function, claim=True))

    def claim(self, property_: Any) -> int:
        """A slot whose value is whether a property holds."""
        return self._claim_slot(lambda world: world.failure(property_) is None)

    def function(self, function: Callable[[World], Any]) -> int:
        """A slot for any function of the state; its leaves number the values of `Slot.values`."""
        return self._add(Slot(0, function=function))

    def _is_within(self, world: World) -> bool:
        return all(world.failure(c) is None for c in self.constraints)

    def _meet_messages(self) -> None:
        """Make the slots of messages that are new."""
        while len(self.receivers) < len(self.ids.message_list):
            number = len(self.receivers)
            message = self.ids.message_list[number]
            groups: dict[str, list[Member]] = {}
            for instance in self.receiving:
                process = instance.process
                to_it = process.everywhere or message.dest == process
                if to_it and isinstance(message, instance.kind):
                    groups.setdefault(process.name, []).append((instance, message))
            slots = [s for group in groups.values() for s in self._bundle(group, number)]
            self.receivers.append(slots)

    # Looking up and filling.

    def leaf(self, slot: int, row: Sequence[int]) -> int:
        """The leaf of a slot for a row, by running the Python code if it is not known."""
        return self._walk(slot, row) or self._fill(self.slots[slot], row)

    def value(self, slot: int, row: Sequence[int]) -> int:
        """The number of a function's value for a row (for a claim, 0 or 1)."""
        leaf = self.leaf(slot, row)
        return int(self.node.array[leaf, 2])

    def _walk(self, slot: int, row: Sequence[int]) -> int:
        node, nodes = int(self.root.array[slot]), self.node.array
        while node:
            component, projection, _, _ = nodes[node].tolist()
            if component == LEAF:
                return node
            if row[component] == OPEN_BAG:
                raise NeedsBag
            node = self.children.get(self._edge(node, projection, row[component]), 0)
        return 0

    def _edge(self, node: int, projection: int, number: int) -> int:
        if projection >= 0:
            number = int(self.ids.classes[projection, number])
        return node << 32 | number

    def _fill(self, slot: Slot, row: Sequence[int]) -> int:
        if slot.function is not None:
            value, reads = self.tracer.value(slot.function, row)
            self.limits[2] |= slot.claim and BAG in reads
            number = int(value) if slot.claim else slot.values.setdefault(value, len(slot.values))
            return self._insert(slot, row, self._path(reads), (LEAF, -1, number, 0))
        if slot.bundle:
            path, results = self._run_bundle(slot, row)
        else:
            run = self._run(slot.members[0], row)
            path, results = self._path_of(run), self._rows(slot.members[0], run, row)
        low, high = self.result.extend(results)
        self._meet_messages()
        return self._insert(slot, row, path, (LEAF, -1, low, high))

    def _run_bundle(self, slot: Slot, row: Sequence[int]) -> tuple[Path, list[Any]]:
        results: list[Any] = []
        for member in list(slot.members):
            run = self._run(member, row)
            if self._path_of(run).keys() - {slot.component}:
                self._move_out(slot, member)
            else:
                results += self._rows(member, run, row)
        if slot.component is None or not slot.members:
            return {}, results
        return {slot.component: set(self.ids.components[slot.component])}, results

    def _move_out(self, slot: Slot, member: Member) -> None:
        """An action looks further than its process: it gets a slot of its own."""
        slot.members.remove(member)
        self.wide.add(member[0].action)
        self.root.array[slot.number] = 0
        new = self._add(Slot(0, [member], slot.component, False, slot.message))
        self.moved_out.setdefault(slot.number, []).append(new)
        where = self.static if slot.message is None else self.receivers[slot.message]
        where.append(new)

    def _run(self, member: Member, row: Sequence[int]) -> Run:
        instance, message = member
        try:
            run = self.tracer.run(instance, message, row)
            self.runs += 1
            if self.runs <= EVERY_FILL_UP_TO or self.runs % THEN_ONE_IN == 0:
                again = self.tracer.run(instance, message, row)
                if again != run:
                    raise refuse_chance(instance.action)
        except RaftnbError as error:
            raise placed(error, instance.action) from error
        return run

    def _path(self, reads: Iterable[int]) -> Path:
        """The cells read of each component, components in the order of their first reading."""
        path: Path = {}
        for cell in reads:
            path.setdefault(self._place(cell), set()).add(cell)
        return path

    def _place(self, cell: int) -> int:
        """The column of a row (and, beyond its width, of the row after a step) that has a cell."""
        if cell == BAG:
            return len(self.ids.components)
        step, cell = divmod(cell, self.tracer.total)
        return self.ids.component_of[cell] + step * self.ids.width

    def _path_of(self, run: Run) -> Path:
        """As `_path`; a component that is written counts as read as a whole."""
        path = self._path(run.reads)
        for component in self._written(run.results):
            path.setdefault(component, set()).update(self.ids.components[component])
        return path

    def _written(self, results: Iterable[Result]) -> list[int]:
        cells = (cell for result in results for cell, _ in result.writes)
        return list(dict.fromkeys(self.ids.component_of[cell] for cell in cells))

    def _rows(self, member: Member, run: Run, row: Sequence[int]) -> list[Any]:
        """The results as rows of the table: label, change of the bag, range of writes."""
        try:
            return [self._row(member, result, row) for result in run.results]
        except RaftnbError as error:
            raise placed(error, member[0].action) from error

    def _row(self, member: Member, result: Result, row: Sequence[int]) -> tuple[int, ...]:
        changed = dict(result.writes)
        writes = []
        for component in self._written([result]):
            cells = self.ids.components[component]
            old = self.ids.pools[self.ids.pool_of[component]].values[row[component]]
            value = tuple([changed.get(c, o) for c, o in zip(cells, old, strict=True)])
            writes.append((component, self.ids.component_id(component, value)))
        ops = tuple((self.ids.message_id(m), kind) for m, kind in result.ops)
        delta = self.ids.bags.delta_of(ops)
        return (self._label(member, result), delta, *self.write.extend(writes))

    def _label(self, member: Member, result: Result) -> int:
        instance, message = member
        if instance.channel is not None:
            message = self.tracer._before[instance.channel][0]
        key = (id(instance), message, result.picks, result.choices)
        if key not in self.label_ids:
            self.label_ids[key] = len(self.labels)
            self.labels.append((instance, message, result.choices))
            self.action.append(self.actions[instance.process.name, instance.action.name])
        return self.label_ids[key]

    def settle(self, slot: int, row: Sequence[int]) -> None:
        """Find out all that the compiled code asks when it takes a slot of a state."""
        leaf = self.leaf(slot, row)
        _, _, low, high = self.node.array[leaf].tolist()
        for _, delta, first, last in self.result.array[low:high].tolist():
            after = list(row)
            for component, number in self.write.array[first:last].tolist():
                after[component] = number
            if delta:
                after[-1] = OPEN_BAG
            for claim in self.transitions:
                self.leaf(claim, [*row, *after])
            try:
                self._judge(after)
            except NeedsBag:
                after[-1] = self.after(row[-1], delta)
                self._judge(after)

    def _judge(self, row: Sequence[int]) -> None:
        for claim in ([self.within] if self.within >= 0 else []) + self.invariants:
            self.leaf(claim, row)

    def encode(self, state: State) -> list[int]:
        """The row of a state."""
        row = self.ids.encode(state)
        ops = [(self.ids.message_id(m), 1) for m, count in state.messages for _ in range(count)]
        self._meet_messages()
        if ops:
            row[-1] = self.after(0, self.ids.bags.delta_of(tuple(ops)))
        return row

    def step(self, label: int) -> Step:
        """The step that a label stands for."""
        instance, message, choices = self.labels[label]
        return step_of(instance, message, choices, self.model.parameter_names)

    def _insert(
        self, slot: Slot, row: Sequence[int], path: Path, leaf: tuple[int, int, int, int]
    ) -> int:
        """Put a run's path and leaf into a slot's tree; a node that saw too little starts anew."""
        link: int | None = None
        for component, cells in path.items():
            node, cells = self._follow(slot, link), cells - {BAG}
            kind, projection, _, _ = self.node.array[node].tolist()
            wanted = self._projection(component, cells)
            if kind == FRESH:
                self.node.array[node] = (component, wanted, 0, 0)
            elif kind != component:
                raise self._not_determined(slot)
            elif not self._sees(projection, wanted):
                known = self._cells_of(projection, component)
                node = self._link(slot, link, new=True)
                wanted = self._projection(component, cells | known)
                self.node.array[node] = (component, wanted, 0, 0)
            link = self._edge(node, int(self.node.array[node, 1]), row[component])
        node = self._follow(slot, link)
        if self.node.array[node, 0] >= 0:
            raise self._not_determined(slot)
        self.node.array[node] = leaf
        return node

    def _projection(self, component: int, cells: set[int]) -> int:
        if component == self.ids.width - 1 and self.ids.has_bag:
            return -1
        cells = {cell % self.tracer.total for cell in cells}
        return self.ids.projection(component % self.ids.width, cells)

    def _sees(self, projection: int, wanted: int) -> bool:
        if projection == wanted or projection == -1:
            return True
        if wanted == -1:
            return False
        offsets = self.ids.class_ids
        return set(offsets[wanted][1]) <= set(offsets[projection][1])

    def _cells_of(self, projection: int, component: int) -> set[int]:
        first = self.ids.components[component % self.ids.width][0]
        return {first + offset for offset in self.ids.class_ids[projection][1]}

    def _follow(self, slot: Slot, link: int | None) -> int:
        node = int(self.root.array[slot.number]) if link is None else self.children.get(link, 0)
        return node or self._link(slot, link)

    def _link(self, slot: Slot, link: int | None, new: bool = False) -> int:
        """A fresh node, at an edge or at the root of a slot."""
        node = self.node.append((FRESH, -1, 0, 0))
        if link is None:
            self.root.array[slot.number] = node
        else:
            self.children[link] = self.unsaved[link] = node
        return node

    def _not_determined(self, slot: Slot) -> SpecError:
        if slot.members:
            return refuse_chance(slot.members[0][0].action)
        return SpecError(
            "a property that reads different variables when it is evaluated twice in one state",
            allowed="properties that depend on the state alone",
            cure="keep chance and counters outside",
        )

    # For the compiled code.

    def learn_bags(self, wanted: Any) -> None:
        """Find out the bags after changes, given as rows (bag, delta)."""
        bags = self.ids.bags
        bags.reserve(len(wanted))
        names = self.ids.message_names
        intern_pairs(self.tables(), bags.table, bags.counts, wanted, names, bags.scratch())

    def after(self, bag: int, delta: int) -> int:
        """The bag after a change."""
        if not delta:
            return bag
        self.learn_bags(np.array([[bag, delta]], dtype=np.int64))
        pairs = self.ids.bags.pairs
        return int(find(pairs.keys, pairs.values, np.uint64(bag << 32 | delta))) - 1

    def tables(self) -> Memo:
        """The tables as they are now."""
        if self.unsaved:
            self.trie.update(self.unsaved)
            self.unsaved = {}
        ids, bags = self.ids, self.ids.bags
        return Memo(
            self.trie.keys, self.trie.values, self.node.array, ids.classes,
            self.result.array, self.write.array, self.root.array, *self._slot_tables(),
            self.action.array, bags.delta.array, bags.op.array, bags.bag, bags.entry,
            bags.pairs.keys, bags.pairs.values, self.limits, self.within,
            np.array(self.invariants, dtype=np.int64),
            np.array(self.transitions, dtype=np.int64), ids.mover,
            np.array(ids.pool_of, dtype=np.int64), ids.renamed, bags.renamed,
        )  # fmt: skip

    def _slot_tables(self) -> tuple[Any, Any]:
        """Which slots to ask of every state, and which of each message."""
        size = (len(self.slots), len(self.receivers))
        if self._asked is None or self._asked[0] != size:
            most = max(map(len, self.receivers), default=0)
            table = np.full((max(1, len(self.receivers)), most + 1), -1, dtype=np.int64)
            for number, slots in enumerate(self.receivers):
                table[number, : len(slots)] = slots
            self._asked = (size, np.array(self.static, dtype=np.int64), table)
        return self._asked[1], self._asked[2]
