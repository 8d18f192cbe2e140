"""The memo: what every action does, for what it reads; filled by running the Python actions.

Each slot (`memo.slots`) has a decision tree (`memo.trees`) whose leaves are results. The tree
follows what the Python code did read, so that equal paths mean equal runs, whatever the code says.
For a state that leads to no leaf plain Python runs (`memo.tracer`), unless it has run for the same
variables (`memo.runs`), and the run becomes a path of the tree. docs/explore.md works one step
through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from raftnb.data.errors import RaftnbError, SpecError
from raftnb.data.trace import State, Step
from raftnb.explore.bounds import bounding
from raftnb.explore.memo.affected import Affected
from raftnb.explore.memo.bags import intern_changes, mark_bags
from raftnb.explore.memo.effects import Effects
from raftnb.explore.memo.interning import BAG, Interner
from raftnb.explore.memo.runs import Member, Ran
from raftnb.explore.memo.slots import Slot, Slots
from raftnb.explore.memo.symmetry import TooManyOrders
from raftnb.explore.memo.tracer import (
    Tracer,
    placed,
    refuse_chance,
    refuse_chance_in,
    step_of,
)
from raftnb.explore.memo.trees import NO_BAG_YET, NeedsBag, NotDetermined, Path, Paths, Trees
from raftnb.explore.memo.trials import Trials
from raftnb.explore.tables.buffers import make_scratch, make_successors
from raftnb.explore.tables.canonical import replace_by_canonical
from raftnb.explore.tables.growing_arrays import Growing
from raftnb.explore.tables.layout import (
    ADD,
    LEAF,
    OPEN_BAG,
    UNKNOWN,
    WHOLE,
    BagCounter,
    Counter,
    Result,
    Scratch,
    Tables,
    Wanted,
    Which,
    Write,
)
from raftnb.language.spec import Model
from raftnb.language.world import World


class Memo:
    """All that is known of a model so far: slots, their decision trees, and their results."""

    def __init__(self, model: Model, symmetry: bool = False, bounded: bool = True) -> None:
        self.model, self.interner = model, Interner(model, symmetry)
        self.tracer = Tracer(self.interner)
        self.trees = Trees(self.interner)
        self.affected = Affected(self.trees)
        self.slots = Slots(self.tracer.instances, self.interner, self.trees.plant)
        self.result = Growing(np.int64, len(Result))
        self.write = Growing(np.uint32, len(Write))
        self.effects = Effects(self.interner, self.tracer, self.slots.actions)
        self.trials = Trials(self.interner, self.swap_row)
        self.fills = 0  # how many leaves there were to find in Python
        self.claims_read_bag = False
        self._most = limits = model.message_limits if bounded else None
        self.paths = Paths(self.interner)
        self._after: dict[tuple[int, int], int] = {}  # the bags that `after` was asked for
        self._few: dict[int, bool] = {}  # whether a bag is within the limits
        self.limits: Any = np.array(limits or (-1, -1), dtype=np.int64)
        bounds, is_within = bounding(model)
        within = Slot(0, function=is_within, claims=bounds)
        self.within = self.slots.add(within) if bounded and bounds else -1
        self.step_within = -1
        self.invariants: tuple[int, ...] = ()
        self.transitions: list[int] = []

    # Functions of the state.

    def claim(self, claim: Any, true_in: Callable[[World], bool] | None = None) -> int:
        """A slot whose value is whether a claim is true; `true_in` has its parameters bound."""
        function = true_in or (lambda world: world.failure(claim) is None)
        return self.slots.add(Slot(0, function=function, claims=(claim,)))

    def function(self, function: Callable[[World], Any]) -> int:
        """A slot for any function of the state; its leaves number the values of `Slot.values`."""
        return self.slots.add(Slot(0, function=function))

    # Looking up and filling.

    def leaf(self, slot: int, row: Sequence[int]) -> int:
        """The leaf of a slot for a row, by running the Python code if it is not known."""
        return self.trees.walk(slot, row) or self._fill(self.slots.all[slot], row)

    def value(self, slot: int, row: Sequence[int]) -> int:
        """The number of a function's value for a row (for a claim, 0 or 1)."""
        _, _, value, _ = self.trees.node.row(self.leaf(slot, row))
        return value

    def _fill(self, slot: Slot, row: Sequence[int]) -> int:
        self.fills += 1
        path, answer = self._evaluate(slot, row) if slot.function else self._take(slot, row)
        try:
            return self.trees.insert(slot.number, row, path, (LEAF, WHOLE, *answer))
        except NotDetermined:
            raise self._not_determined(slot) from None

    def _evaluate(self, slot: Slot, row: Sequence[int]) -> tuple[Path, tuple[int, int]]:
        assert slot.function is not None
        value, reads = self.tracer.value(slot.function, row)
        if self.tracer.is_due(slot.function) and self.tracer.value(slot.function, row) != (
            value,
            reads,
        ):
            raise self._not_determined(slot)
        if not slot.claims:
            return self.paths.of(reads), (slot.value_number(value), 0)
        path = self.paths.of(reads)
        self.affected.saw(slot.number, path)
        self.claims_read_bag |= BAG in reads
        if self.trials.swaps:
            again = self.trials.permutations(slot.claims[0])
            self.trials.try_claim(slot.function, row, value, slot.claims[0], again)
        return path, (int(value), 0)

    def _take(self, slot: Slot, row: Sequence[int]) -> tuple[Path, tuple[int, int]]:
        self.tracer.put(row)
        if slot.bundle:
            path, results = self._take_bundle(slot, row)
        else:
            member = slot.members[0]
            ran = self._run(member, row)
            if ran.path is None:
                ran.path = self.paths.of(ran.observed.reads, ran.observed.written())
            path, results = ran.path, self._rows(member, ran, row)
        if len(self.slots.receivers) < len(self.interner.message_list):
            self.slots.meet_messages()
        return path, self.result.extend(results)

    def _take_bundle(self, slot: Slot, row: Sequence[int]) -> tuple[Path, list[int]]:
        results: list[int] = []
        own = frozenset() if slot.component is None else self.interner.owned[slot.component]
        for member in list(slot.members):
            ran = self._run(member, row)
            if ran.own is None:
                ran.own = own.issuperset(ran.observed.reads) and all(
                    one == slot.component for some in ran.observed.written() for one in some
                )
            if not ran.own:
                self.trees.uproot(slot.number)
                self.slots.move_out(slot, member)
            elif ran.observed.outcomes:
                results += self._rows(member, ran, row)
        if slot.component is None or not slot.members:
            return self.paths.of(()), results
        return self.paths.of(self.interner.components[slot.component]), results

    def _run(self, member: Member, row: Sequence[int]) -> Ran:
        """What an action does: as it did where it read the same, of which some is run again."""
        tracer, instance, message = self.tracer, member.instance, member.message
        action = instance.action
        try:
            ran = member.runs.find(tracer.seen)
            if ran is None:
                ran = Ran(tracer.run(instance, message))
                member.runs.keep(tracer.seen, ran)
            if tracer.is_due(action) and tracer.run(instance, message) != ran.observed:
                raise refuse_chance(action)
            if self.trials.swaps:
                if again := self.trials.permutations(action):
                    self.trials.try_action(instance, message, row, ran.observed, again)
        except NotDetermined:
            raise refuse_chance(action) from None
        except RaftnbError as error:
            raise placed(error, action) from error
        return ran

    def _rows(self, member: Member, ran: Ran, row: Sequence[int]) -> list[int]:
        """The outcomes as rows of `Tables.result`, one after the other."""
        changed = self.interner.changed
        rows: list[int] = []
        try:
            for way, outcome in enumerate(ran.observed.outcomes):
                writes = changed(row, outcome.changes)
                if way == len(ran.effects):  # after the writes: new values are numbered first
                    ran.effects += (self.effects.of(member, outcome),)
                rows += ran.effects[way]
                rows += self.write.extend(writes)
        except RaftnbError as error:
            raise placed(error, member.instance.action) from error
        return rows

    def _not_determined(self, slot: Slot) -> SpecError:
        if slot.members:
            return refuse_chance(slot.members[0].instance.action)
        return refuse_chance_in(slot.claims)

    # What compiled code asks for.

    def learn_slot(self, slot: int, row: Sequence[int]) -> None:
        """Find out all that the compiled code asks when it takes a slot of a state.

        What was known of the slot is asked for again because of some claim: then all are asked.
        """
        known = self.trees.walk(slot, row)
        _, _, first, end = self.trees.node.row(known or self._fill(self.slots.all[slot], row))
        writes = self.write.numbers  # a component and its number, and so on
        is_bounded = self.within >= 0 or self.step_within >= 0
        for result in range(first, end):
            label, delta, first_write, end_write = self.result.row(result)
            claims = self.invariants
            if not known:
                claims = self.affected.by(self.effects.written[label], claims)
            if not claims and not is_bounded and not self.transitions:
                continue
            after = list(row)
            for at in range(2 * first_write, 2 * end_write, 2):
                after[writes[at]] = writes[at + 1]
            if delta:
                after[-1] = NO_BAG_YET
            for claim in self.transitions:
                self.leaf(claim, [*row, *after])
            if is_bounded:
                claims = (*self._constraints(row, after, delta), *claims)
            self._learn_claims(claims, row, after, delta)

    def _constraints(self, row: Sequence[int], after: Sequence[int], delta: int) -> tuple[int, ...]:
        """What is asked of a state besides claims: nothing, where messages are too many."""
        if delta and not self._are_few(self.after(row[-1], delta)):
            return ()
        if self.step_within >= 0:
            whole = [*after[:-1], self.after(row[-1], delta)] if delta else after
            self.leaf(self.step_within, [*row, *whole])
        return (self.within,) if self.within >= 0 else ()

    def _learn_claims(
        self, claims: Iterable[int], row: Sequence[int], after: list[int], delta: int
    ) -> None:
        """Find out what is claimed after a step, whose bag is made if a claim looks into it."""
        walk = self.trees.walk
        for claim in claims:
            try:
                if not walk(claim, after):
                    self._fill(self.slots.all[claim], after)
            except NeedsBag:
                after[-1] = self.after(row[-1], delta)
                self.leaf(claim, after)

    def _are_few(self, bag: int) -> bool:
        """Whether the messages of a bag are within the limits."""
        if self._most is None:
            return True
        if bag not in self._few:
            self._few[bag] = self.interner.bags.is_within(bag, *self._most)
        return self._few[bag]

    def is_within(self, row: Sequence[int]) -> bool:
        """Whether a state is within the limits on messages, and then within the constraints."""
        if self.interner.has_bag and not self._are_few(int(row[-1])):
            return False
        return self.within < 0 or bool(self.value(self.within, row))

    def learn_bags(self, wanted: Any) -> Any:
        """Find out the bags after changes (columns of `wanted`: Wanted); return their numbers."""
        bags, symmetry, at = self.interner.bags, self.interner.symmetry, 0
        bags.reserve(len(wanted))
        tables, found = bags.tables(), np.zeros(len(wanted), dtype=np.uint32)
        while at < len(wanted):
            at = intern_changes(
                tables, bags.table, bags.counts, wanted, at, symmetry.message_swapped,
                bags.content_space(), found,
            )  # fmt: skip
            if at < len(wanted):
                swap = -1 - int(wanted[at, Wanted.CHANGE])
                self.interner.learn_message_swap(swap, int(bags.counts[BagCounter.MESSAGE]))
        if symmetry:
            mark_bags(tables, bags.counts, symmetry.message_marks)
        self.slots.meet_messages()
        return found

    def learn_swaps(self, scratch: Scratch) -> None:
        """Find out the swaps of values and of bags that a thread asks for.

        Raises `TooManyOrders` where it has met a state with too many to try.
        """
        counters = scratch.counters
        if many := int(counters[Counter.TOO_MANY]):
            raise TooManyOrders(many)
        for swap, pool, value in scratch.swaps[: counters[Counter.SWAPS]].tolist():
            self.interner.learn_swap(swap, pool, value)
        if counters[Counter.BAGS]:
            self.learn_bags(scratch.bags[: counters[Counter.BAGS]])
        counters[[Counter.SWAPS, Counter.BAGS]] = 0

    def swap_row(self, swap: int, row: Sequence[int]) -> list[int]:
        """The row in which two interchangeable members have changed places."""
        interner, symmetry, after = self.interner, self.interner.symmetry, list(row)
        for component, pool in enumerate(interner.pool_of):
            interner.learn_swap(swap, pool, row[component])
            there = symmetry.swapped[swap, pool, row[component]]
            after[symmetry.mover[swap, component]] = int(there)
        if interner.has_bag and row[-1] != OPEN_BAG:
            if interner.bags.swapped[row[-1], swap] == UNKNOWN:
                self.learn_bags(np.array([[row[-1], -1 - swap]], dtype=np.int64))
            after[-1] = int(interner.bags.swapped[row[-1], swap])
        return after

    def after(self, bag: int, delta: int) -> int:
        """The bag after a change."""
        if not delta:
            return bag
        if (bag, delta) not in self._after:
            found = self.learn_bags(np.array([[bag, delta]], dtype=np.int64))
            self._after[bag, delta] = int(found[0])
        return self._after[bag, delta]

    def tables(self) -> Tables:
        """The tables as they are now."""
        trees, interner, bags = self.trees, self.interner, self.interner.bags
        symmetry = interner.symmetry
        trees.save()
        static, receivers = self.slots.tables()
        return Tables(
            trie_key=trees.trie.keys,
            trie_value=trees.trie.values,
            node=trees.node.array,
            classes=interner.classes,
            result=self.result.array,
            write=self.write.array,
            root=trees.roots,
            static=static,
            receivers=receivers,
            action=self.effects.action.array[:, 0],
            delta=bags.delta.array,
            op=bags.op.array,
            bag=bags.bag,
            entry=bags.entry,
            pair_key=bags.pairs.keys,
            pair_value=bags.pairs.values,
            limits=self.limits,
            claims_read_bag=int(self.claims_read_bag),
            within=self.within,
            step_within=self.step_within,
            invariants=np.array(self.invariants, dtype=np.int64),
            transitions=np.array(self.transitions, dtype=np.int64),
            pool=interner.pool_table,
            groups=symmetry.members.groups,
            swap=symmetry.members.swap,
            mover=symmetry.mover,
            own=symmetry.own,
            swapped=symmetry.swapped,
            swapped_bag=bags.swapped,
            marks=symmetry.marks,
            bag_marks=bags.marks,
            roles=symmetry.roles,
        )

    # Whole states.

    def encode(self, state: State) -> list[int]:
        """The row of a state."""
        row = self.interner.encode(state)
        message_id = self.interner.message_id
        ops = [(message_id(m), ADD) for m, count in state.messages for _ in range(count)]
        self.slots.meet_messages()
        if ops:
            row[-1] = self.after(0, self.interner.bags.delta_of(tuple(ops)))
        return row

    def canonical(self, row: list[int]) -> list[int]:
        """The row that stands for a state and its permutations: itself without symmetry."""
        if not self.interner.symmetry:
            return row
        members = len(self.interner.symmetry.members.all)
        found, out = (make_successors(1, len(row), Which.NEW_ONLY, 1) for _ in range(2))
        scratch = make_scratch(1, len(row), 1, members, 1)
        found.rows[0, 0], found.counts[0] = row, 1
        while found.counts[0]:
            replace_by_canonical(self.tables(), found, out, scratch)
            self.learn_swaps(scratch)
        return [int(n) for n in out.rows[0, 0]]

    def step(self, label: int) -> Step:
        """The step that a label stands for."""
        instance, message, choices = self.effects.labels[label]
        return step_of(self.model, instance, message, choices)
