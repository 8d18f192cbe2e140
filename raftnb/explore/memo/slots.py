"""Slots: the questions that are asked of a state.

All the actions of one process that read and write nothing but its own component are asked
together, as a *bundle*: one walk through one tree answers for all of them. An action that was seen
to look further moves out into a slot of its own. What a process can do with one message is a
bundle too, asked only of states in which the message is in flight. A claim, a constraint or any
other function of the state is a slot without actions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from raftnb.explore.memo.interning import Interner
from raftnb.explore.memo.runs import Member
from raftnb.language.instances import ActionInstance
from raftnb.language.processes import Action
from raftnb.language.world import World


@dataclass
class Slot:
    """A question to ask of a state: actions (a bundle shares one component), or a function."""

    number: int
    members: list[Member] = field(default_factory=list)
    component: int | None = None
    bundle: bool = False
    message: int | None = None
    function: Callable[[World], Any] | None = None
    claims: tuple[Any, ...] = ()  # what a function that is true or false says
    values: list[Any] = field(default_factory=list)
    numbers: dict[Any, int] = field(default_factory=dict)

    def value_number(self, value: Any) -> int:
        """The number of a function's value; 1 and True are different values."""
        number = self.numbers.setdefault(told_apart(value), len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


def told_apart(value: Any) -> Any:
    """A key that is equal only for equal values of the same kinds: 1, True and 1.0 are not."""
    if isinstance(value, tuple):
        return (tuple, *map(told_apart, value))
    if isinstance(value, frozenset):
        return (frozenset, frozenset(map(told_apart, value)))
    return (type(value), value)


class Slots:
    """All the slots, and which of them to ask of every state and for each message in flight."""

    def __init__(
        self, instances: Sequence[ActionInstance], interner: Interner, plant: Callable[[], int]
    ) -> None:
        """`plant` gives the number of a new slot and makes an empty tree for it."""
        self.interner, self._plant = interner, plant
        self.all: list[Slot] = []
        self.actions: dict[tuple[str, str], int] = {}
        self.static: list[int] = []
        self.receivers: list[list[int]] = []
        self.moved_out: dict[int, list[int]] = {}
        self._wide: set[Action] = set()
        self._receiving: list[ActionInstance] = []
        self._tables: tuple[Any, Any, Any] | None = None
        alone: dict[str, list[Member]] = {}
        for instance in instances:
            name = (instance.process.name, instance.action.name)
            self.actions.setdefault(name, len(self.actions))
            if instance.receives is None or instance.channel is not None:
                alone.setdefault(instance.process.name, []).append(Member(instance, None))
            else:
                self._receiving.append(instance)
        self.static = [s for group in alone.values() for s in self._bundle(group, None)]

    def add(self, slot: Slot) -> int:
        """Give a slot its number."""
        slot.number = self._plant()
        self.all.append(slot)
        return slot.number

    def _bundle(self, members: list[Member], message: int | None) -> list[int]:
        """The slots for some actions of one process."""
        together = [m for m in members if m.instance.action not in self._wide]
        apart = [m for m in members if m.instance.action in self._wide]
        component = self.interner.process_component(members[0].instance.process)
        slots = [Slot(0, together, component, True, message)] if together else []
        slots += [Slot(0, [member], component, False, message) for member in apart]
        return [self.add(slot) for slot in slots]

    def move_out(self, slot: Slot, member: Member) -> None:
        """An action looks further than its process: it gets a slot of its own.

        States that were put off until the bundle is known now wait for both (`moved_out`).
        """
        slot.members.remove(member)
        self._wide.add(member.instance.action)
        new = self.add(Slot(0, [member], slot.component, False, slot.message))
        self.moved_out.setdefault(slot.number, []).append(new)
        where = self.static if slot.message is None else self.receivers[slot.message]
        where.append(new)

    def meet_messages(self) -> None:
        """Make the slots of messages that are new."""
        while len(self.receivers) < len(self.interner.message_list):
            number = len(self.receivers)
            message = self.interner.message_list[number]
            groups: dict[str, list[Member]] = {}
            for instance in self._receiving:
                process = instance.process
                to_it = process.everywhere or message.dest == process
                if to_it and isinstance(message, instance.kind):
                    groups.setdefault(process.name, []).append(Member(instance, message))
            slots = [s for group in groups.values() for s in self._bundle(group, number)]
            self.receivers.append(slots)

    def most(self, messages: int) -> int:
        """How many slots a state has at most, with so many different messages in flight."""
        static, receivers = self.tables()
        return len(static) + messages * int(receivers.shape[1])

    def tables(self) -> tuple[Any, Any]:
        """`Tables.static` and `Tables.receivers` as they are now."""
        size = (len(self.all), len(self.receivers))
        if self._tables is None or self._tables[0] != size:
            most = max(map(len, self.receivers), default=0)
            table = np.full((max(1, len(self.receivers)), most + 1), -1, dtype=np.int64)
            for number, slots in enumerate(self.receivers):
                table[number, : len(slots)] = slots
            self._tables = (size, np.array(self.static, dtype=np.int64), table)
        return self._tables[1], self._tables[2]
