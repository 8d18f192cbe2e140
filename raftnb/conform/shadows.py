"""Processes that read each variable once: what actions are run with, and claims evaluated.

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


class ReadOnce:
    """A variable that is read in its world at first, and is an attribute from then on."""

    def __init__(self, variable: Variable, world: Noting, bases: list[int]) -> None:
        self.variable, self.world = variable, world
        self.name = variable.name
        self.cells = [base + variable.position for base in bases]

    def __get__(self, process: Process | None, owner: type | None = None) -> Any:
        world = self.world
        if process is None or not world.noting:
            return self.variable.__get__(process, owner)
        attributes = process.__dict__
        if not attributes:
            world.kept.append(attributes)
        cell = self.cells[process.index]
        value = attributes[self.name] = world.noted[cell] = world.cells[cell]
        return value


def _shadow_of(cls: type[Process], world: Noting, bases: list[int]) -> type[Process]:
    """A class whose members are those of a process class, and keep what they have read."""
    space = {name: ReadOnce(one, world, bases) for name, one in cls.variables.items()}

    def assign(process: Process, name: str, value: Any) -> None:
        """Write a variable in the world that runs, which is this one while it is noting."""
        if name in space and world.noting:
            world.write(space[name].cells[process.index], value)
        else:
            Process.__setattr__(process, name, value)

    # Not made as the class of a specification is: it declares nothing, and none may derive from it.
    own = {**space, "__slots__": (), "__setattr__": assign}
    made: Any = type.__new__(ProcessType, cls.__name__, (cls,), own)
    return made  # type: ignore[no-any-return]


class Noting(World):
    """A world that notes which cells are read, and with which values: in `noted`, until it forgets.

    Its processes are shadows. They keep what they read, or write, while it is `noting`. Before and
    after that they are processes like any other: they may stand in values, and be read in another
    world that runs.
    """

    def __init__(self, model: Model, state: State, beside: Noting | None = None) -> None:
        super().__init__(model, state)
        self.noting = False
        self.noted: dict[int, Any] = beside.noted if beside else {}
        self.kept: list[dict[str, Any]] = beside.kept if beside else []
        self.places: dict[int, tuple[dict[str, Any], str]] = {}
        for cls in model.processes:
            self._become_shadows(cls)

    def _become_shadows(self, cls: type[Process]) -> None:
        """Put shadows in the place of the members of a class."""
        bases = [self.bases[process] for process in self.members(cls)]
        shadow = _shadow_of(cls, self, bases)
        group = tuple(shadow(p.index, p.name, self, self.bases[p]) for p in self.members(cls))
        self.members_by_root[cls.root] = group
        for one, base in zip(group, bases, strict=True):
            self.names[one.name] = one
            for name, variable in cls.variables.items():
                self.places[base + variable.position] = (one.__dict__, name)

    def forget(self) -> None:
        """Let all be read, and noted, anew."""
        for attributes in self.kept:
            attributes.clear()
        self.kept.clear()
        self.noted.clear()


class Reader(Noting):
    """A world in which claims are evaluated; `BAG` in `noted` for the messages in flight.

    A reader `beside` another notes with it.
    """

    def __init__(self, model: Model, state: State, beside: Reader | None = None) -> None:
        super().__init__(model, state, beside)
        self.noting = True

    def read(self, cell: int) -> Any:
        """The value of a cell; noted."""
        value = self.noted[cell] = self.cells[cell]
        return value

    def messages(self) -> list[Message]:
        """The messages in flight; noted, and the queues that they wait in."""
        self.noted |= dict.fromkeys((BAG, *self.model.channels.values()))
        return super().messages()

    def after(self, owner: Any) -> Any:
        """A process, or a class of shared variables, as it is in the next state."""
        if isinstance(owner, Process) and self.next is not None:
            return self.next.names[owner.name]
        return super().after(owner)


__all__ = ["BAG", "Noting", "Reader"]
