"""Slots: the questions that are asked of every state, and of which words of it.

A **slot** asks what some instances do in a state. Their outcomes depend on a few words of the row,
which the table names; so they are kept, and asked for by these words.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

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
LIGHT = 40
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
)
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

    `cells` are those that each instance reads and writes, but for those `interpreted` in Python.
    """

    def __init__(
        self,
        functions: Functions,
        instances: Sequence[ActionInstance],
        cells: Mapping[int, frozenset[int]],
        interpreted: Mapping[int, str],
        rows: Rows,
    ) -> None:
        self.functions, self.model, self.rows = functions, functions.model, rows
        self.instances, self.cells, self.interpreted = instances, cells, interpreted
        self._places: dict[Any, int] = {}
        self._weights: dict[tuple[Any, str], int] = {}
        self.all = self._all()

    def _all(self) -> list[Slot]:
        """Instances that depend on the same words are one slot, and so are those of one loop."""
        together: dict[Slot, list[int]] = {}
        for i in range(len(self.instances)):
            together.setdefault(self._of(i), []).append(i)
        found: list[Slot] = []
        for slot, own in together.items():
            slot = slot._replace(instances=tuple(own))
            loop = self._loop(slot) if slot.asked is None else None
            if loop and found and found[-1].asked is None and self._loop(found[-1]) == loop:
                slot = slot._replace(instances=found.pop().instances + slot.instances)
            found.append(slot)
        return found

    def text(self, local: Callable[[Slot], str]) -> list[str]:
        """The tables; `local` says of a slot, as bits, what claims depend on its words alone."""
        rows, loops, first = [], {}, 0
        for slot in self.all:
            loop = self._loop(slot)
            if loop:
                loops[loop] = f"EACH(each_{loop}, {loop})"
            asked = slot.asked or ()
            words = ", ".join(
                map(str, [*asked, *[len(self.rows.groups)] * (MOST_ASKED - len(asked))])
            )
            given = f"{first}, {len(slot.instances)}, {slot.channel}, {slot.receiver}"
            direct, each = int(slot.asked is None), f"each_{loop}" if loop else "0"
            rows.append(f"{{{{{words}}}, {given}, {direct}, {each}}}")
            first += len(slot.instances)
        known = self.functions.arguments
        members = [f"{{{i}, {known[i]}}}" for slot in self.all for i in slot.instances]
        return [
            *loops.values(),
            numbers(SLOTS=len(rows)),
            f"struct slot slots[] = {{{', '.join([*rows, '{{0}}'])}}};",
            f"const uint64_t local[] = {{{', '.join([*map(local, self.all), '0'])}}};",
            f"const struct member in_slot[] = {{{', '.join([*members, '{0}'])}}};",
        ]

    def _loop(self, slot: Slot) -> str | None:
        """The function of all instances of a slot, if they can be run in a loop of their own."""
        if not self.interpreted.keys().isdisjoint(slot.instances):
            return None
        if slot.asked is not None and len(slot.instances) < MANY:
            return None
        instances = [self.instances[i] for i in slot.instances]
        runs = {self.functions.run_of(instance) for instance in instances}
        (run, chooses), *others = runs
        return None if others or chooses or instances[0].receives is not None else run

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
            alone = len(asked) > MOST_ASKED or not self._may_be_kept(cells)
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
