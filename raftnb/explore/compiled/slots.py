"""Slots: the questions that are asked of every state, and of which words of it.

A **slot** asks what some instances do in a state. Their outcomes depend on a few words of the row,
which the table names; so they are kept, and asked for by these words.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from raftnb.explore.compiled.footprints import SHARED, Touched
from raftnb.explore.compiled.routines import Functions
from raftnb.explore.compiled.rows import Rows
from raftnb.explore.compiled.tables import numbers
from raftnb.language.instances import ActionInstance
from raftnb.tree import nodes
from raftnb.tree.nodes import parts

MOST_ASKED = 3
"""A slot that depends on more words than this is run each time (in model.h, too)."""
MANY = 8
"""A slot whose outcomes are kept at first has a loop of its own from so many instances on."""
LIGHT = 80
"""An action of so few nodes of the tree, each `SHORT`, is run each time, too."""
SHORT = (
    nodes.Const,
    nodes.Var,
    nodes.Read,
    nodes.Apply,
    nodes.Cond,
    nodes.When,
    nodes.Assign,
    nodes.If,
    nodes.Routine,
    nodes.Collect,
)
MOST_WRITTEN = 8
"""An action that may write more variables than this is no step."""
FEW_WRITTEN = 2
"""So many variables that are not known beforehand are looked at in the loop itself."""
NO_CHANNEL, TO_ANYBODY, TO_NOBODY = -1, -2, -1
"""As in model.h."""


class Slot(NamedTuple):
    """The numbers of its instances, the words that these depend on (None: they are run each time),
    the channel of what they receive, and to whom that is sent, as a constant."""

    instances: tuple[int, ...]
    asked: tuple[int, ...] | None
    channel: int = NO_CHANNEL
    receiver: int = TO_NOBODY


class Slots:
    """Writes the table of the slots.

    `cells` are those that each instance reads and writes, but for those `interpreted` in Python;
    `written` is what actions may write, of those that may be steps (model.h, STEP).
    """

    def __init__(
        self,
        functions: Functions,
        instances: Sequence[ActionInstance],
        cells: Mapping[int, frozenset[int]],
        written: Mapping[tuple[Any, str], frozenset[Touched]],
        interpreted: Mapping[int, str],
        rows: Rows,
    ) -> None:
        self.functions, self.model, self.rows = functions, functions.model, rows
        self.instances, self.cells, self.interpreted = instances, cells, interpreted
        fields = [(cell, 1) for cell in range(len(self.model.variables))]  # and no messages
        self.written = written if rows.groups == fields else {}
        self._places: dict[Any, int] = {}
        self._weights: dict[tuple[Any, str], int] = {}
        self.all = self._all()
        alone = [slot for slot in self.all if slot.asked is None and self._loop(slot)]
        self.in_loops = {i for slot in alone for i in slot.instances}

    def _all(self) -> list[Slot]:
        """Instances that depend on the same words are one slot, and so are those of one loop."""
        together: dict[Slot | str, list[int]] = {}
        slots = [self._of(i) for i in range(len(self.instances))]
        for i, slot in enumerate(slots):
            loop = self._loop(slot) if slot.asked is None else None
            together.setdefault(loop or slot, []).append(i)
        return [slots[own[0]]._replace(instances=tuple(own)) for own in together.values()]

    def text(self, local: Callable[[Slot], str]) -> list[str]:
        """The tables; `local` says of a slot, as bits, what claims depend on its words alone."""
        rows, first = [], 0
        loops: dict[tuple[str, str], str] = {}
        for slot in self.all:
            run = self._loop(slot)
            loop = loops.setdefault(self._text_of_loop(run, slot), f"each_{first}") if run else "0"
            asked = slot.asked or ()
            words = ", ".join(
                map(str, [*asked, *[len(self.rows.groups)] * (MOST_ASKED - len(asked))])
            )
            given = f"{first}, {len(slot.instances)}, {slot.channel}, {slot.receiver}"
            rows.append(f"{{{{{words}}}, {given}, {int(slot.asked is None)}, {loop}}}")
            first += len(slot.instances)
        group_of, known = self.rows.group_of, self.functions.arguments
        read = {g for slot in self.all for g in slot.asked or ()}
        read |= {group_of[slot.channel] for slot in self.all if slot.channel != NO_CHANNEL}
        read |= {group_of[-1]} if self.functions.tables.has_bag else set()
        members = [f"{{{i}, {known[i]}}}" for slot in self.all for i in slot.instances]
        return [
            *(f"{macro}({name}, {given})" for (macro, given), name in loops.items()),
            self.rows.words(read),
            numbers(SLOTS=len(rows)),
            f"struct slot slots[] = {{{', '.join([*rows, '{{0}}'])}}};",
            f"const uint64_t local[] = {{{', '.join([*map(local, self.all), '0'])}}};",
            f"const struct member in_slot[] = {{{', '.join([*members, '{0}'])}}};",
        ]

    def _text_of_loop(self, run: str, slot: Slot) -> tuple[str, str]:
        """The macro of model.h for a loop, and what it is given; equal loops are one."""
        number = slot.instances[0]
        changed = self._changed(slot)
        if changed is None:
            return "EACH", run
        _, chooses = self.functions.run_of(self.instances[number])
        ways = self.functions.alike.get(run, 0)
        if chooses:
            return "CHOICES_OF", f"{run}, {ways}, {changed}"
        if len(slot.instances) > 1:
            return "STEPS_OF", f"{run}, {ways}, {changed}"
        given = map(self.functions.tables.literal, self._given(number))
        return "ONE_STEP", f"{number}, {run}, {changed}, {', '.join(given)}"

    def _changed(self, slot: Slot) -> str | None:
        """What the instances of a loop, which are steps, may have changed, by their arguments."""
        first = self.instances[slot.instances[0]]
        written = self.written.get((type(first.process), first.action.name))
        if written is None or len(written) > MOST_WRITTEN:
            return None
        if not all(self._is_owned(root, whose, slot) for root, _, whose in written):
            return None
        is_short = len(slot.instances) == 1 or len(written) <= FEW_WRITTEN
        return " ".join(self._cell(*cell, in_line=is_short) for cell in sorted(written))

    def _is_owned(self, root: str, whose: int, slot: Slot) -> bool:
        """Whether a variable of a class is shared, or that of an argument, of all instances."""
        if whose < 0:
            return whose == SHARED
        owners = (type(self._given(number)[whose]) for number in slot.instances)
        return all(getattr(owner, "root", None) == root for owner in owners)

    def _given(self, number: int) -> tuple[Any, ...]:
        """The arguments of an instance that receives nothing."""
        return (self.instances[number].process, *self.instances[number].bound(None))

    def _cell(self, root: str, variable: str, whose: int, *, in_line: bool) -> str:
        tables = self.functions.tables
        if whose == SHARED:
            return f"CHANGED({tables.shared_cell(root, variable)})"
        where = "CHANGED" if in_line else "CHANGED_AT"
        return f"{where}(cell_of(a[{whose}], {tables.place(root, variable)}))"

    def _loop(self, slot: Slot) -> str | None:
        """The function of all instances of a slot, if they can be run in a loop of their own."""
        if not self.interpreted.keys().isdisjoint(slot.instances):
            return None
        if slot.asked is not None and len(slot.instances) < MANY:
            return None
        instances = [self.instances[i] for i in slot.instances]
        runs = {self.functions.run_of(instance) for instance in instances}
        (run, chooses), *others = runs
        if others or instances[0].receives is not None:
            return None
        return run if not chooses or (slot.asked is None and self._changed(slot)) else None

    def _of(self, number: int) -> Slot:
        """The slot of an instance, with its number where it stands alone."""
        instance, channel, receiver = self.instances[number], NO_CHANNEL, TO_NOBODY
        if instance.receives is not None:
            everywhere = type(instance.process).everywhere
            receiver = TO_ANYBODY if everywhere else self._constant(instance.process)
            channel = NO_CHANNEL if instance.channel is None else instance.channel
        cells = self.cells.get(number)
        if cells is not None:
            asked = tuple(sorted({self.rows.group_of[cell] for cell in cells}))
            is_all = len(asked) == len(self.rows.groups)  # so that none is asked for twice
            alone = is_all or len(asked) > MOST_ASKED or not self._may_be_kept(cells)
            if not alone and not self._is_light(instance, asked):
                return Slot((), asked, channel, receiver)
        return Slot((number,), None, channel, receiver)

    def _constant(self, process: Any) -> int:
        if process not in self._places:
            self._places[process] = self.functions.tables.row([process])
        return self._places[process]

    def _is_light(self, instance: ActionInstance, asked: Sequence[int]) -> bool:
        """Whether to run it takes no longer than to look up what it does."""
        cls, name = type(instance.process), instance.action.name
        if (cls, name) not in self._weights:
            routine = self.functions.program.action(cls, name)
            self._weights[cls, name] = sum(itertools.islice(map(weight, parts(routine)), LIGHT + 1))
        return all(self.rows.groups[g][1] == 1 for g in asked) and self._weights[cls, name] <= LIGHT

    def _may_be_kept(self, cells: Iterable[int]) -> bool:
        """Where queues are read as a whole, what is sent cannot be told from what is read."""
        own, end = len(self.model.variables), len(self.model.layout.cells)
        return not any(own <= cell < end for cell in cells)


def weight(part: Any) -> int:
    """How much a node of the tree weighs."""
    return 1 if isinstance(part, SHORT) else LIGHT + 1
