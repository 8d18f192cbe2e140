"""Processes that read each variable once: what a claim that loops over a log is evaluated with.

In `all(a.log[i].term <= ... for i in range(len(a.log)))` the variable is read in each round, and a
read goes to the running world. A shadow keeps what it has read, until its world forgets.
"""

from __future__ import annotations

from typing import Any

from raftnb.data.trace import State
from raftnb.data.values import Message
from raftnb.language.processes import Process, ProcessType, Variable
from raftnb.language.spec import Model
from raftnb.language.world import World

BAG = -1
"""In place of a cell: the messages in flight."""


class Reader(World):
    """A world that notes which cells are read; `BAG` for the messages in flight.

    Its processes are shadows. What is read for the first time since `forget` was called is in
    `noted`; some of it maybe twice. A reader `beside` another notes with it.
    """

    def __init__(self, model: Model, state: State, beside: Reader | None = None) -> None:
        super().__init__(model, state)
        self.noted: list[int] = beside.noted if beside else []
        self.kept: list[dict[str, Any]] = beside.kept if beside else []
        for cls in model.processes:
            shadow = _shadow_of(cls, self)
            members = self.members(cls)
            group = tuple(shadow(p.index, p.name, self, self.base_of(p)) for p in members)
            self.members_by_root[cls.root] = group
            self.names |= {one.name: one for one in group}

    def read(self, cell: int) -> Any:
        """The value of a cell; noted."""
        self.noted.append(cell)
        return self.cells[cell]

    def messages(self) -> list[Message]:
        """The messages in flight; noted, and the queues that they wait in."""
        self.noted += (BAG, *self.model.channels.values())
        return super().messages()

    def after(self, owner: Any) -> Any:
        """A process, or a class of shared variables, as it is in the next state."""
        if isinstance(owner, Process) and self.next is not None:
            return self.next.names[owner.name]
        return super().after(owner)

    def forget(self) -> None:
        """Let all be read, and noted, anew."""
        for attributes in self.kept:
            attributes.clear()
        self.kept.clear()
        self.noted.clear()


class ReadOnce:
    """A variable that is read in its world at first, and is an attribute from then on."""

    def __init__(self, variable: Variable, world: Reader, bases: list[int]) -> None:
        self.variable, self.world = variable, world
        self.name = variable.name
        self.cells = [base + variable.position for base in bases]

    def __get__(self, process: Process | None, owner: type | None = None) -> Any:
        if process is None:
            return self.variable
        world, attributes = self.world, process.__dict__
        if not attributes:
            world.kept.append(attributes)
        cell = self.cells[process.index]
        world.noted.append(cell)
        value = attributes[self.name] = world.cells[cell]
        return value


def _shadow_of(cls: type[Process], world: Reader) -> type[Process]:
    """A class whose members are those of a process class, and keep what they have read."""
    bases = [world.base_of(process) for process in world.members(cls)]
    space = {name: ReadOnce(one, world, bases) for name, one in cls.variables.items()}
    # Not made as the class of a specification is: it declares nothing, and none may derive from it.
    made: Any = type.__new__(ProcessType, cls.__name__, (cls,), {**space, "__slots__": ()})
    return made  # type: ignore[no-any-return]


__all__ = ["BAG", "Reader"]
