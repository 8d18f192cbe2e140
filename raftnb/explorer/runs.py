"""What an action does in a state: run in plain Python, and kept where only variables decide it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from raftnb.data.errors import SpecError
from raftnb.data.trace import State, Step
from raftnb.data.values import Message
from raftnb.explorer.lines import Lines
from raftnb.language.instances import ActionInstance
from raftnb.language.spec import Model
from raftnb.language.world import World


class Run(NamedTuple):
    """A step that was taken, the state after it, and the lines of the action that ran.

    `written` are the cells that it assigned to, each with its value.
    """

    step: Step
    after: State
    lines: tuple[int, ...]
    written: tuple[tuple[int, Any], ...]

    def taken_in(self, state: State) -> Run:
        """The same step in a state that agrees with the one before it on what was read."""
        values = list(state.values)
        for cell, value in self.written:
            values[cell] = value
        return self._replace(after=State(state.layout, tuple(values), state.messages))


@dataclass(frozen=True)
class Runs:
    """All that an action can do in a state; where it can do nothing, why."""

    taken: tuple[Run, ...]
    why: str = ""

    def seen_in(self, state: State) -> Runs:
        """The same in a state that agrees with the one before it on what was read."""
        return Runs(tuple([run.taken_in(state) for run in self.taken]), self.why)


class Noting(World):
    """A world that notes which cells are read, and whether the network is asked for anything."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.noted: dict[int, None] = {}
        self.has_network = False

    def read(self, cell: int) -> Any:
        """The value of a cell, which is noted if it is the one before the step."""
        if cell not in self.writes:
            self.noted[cell] = None
        return self.cells[cell]

    def messages(self) -> list[Message]:
        """The messages in flight."""
        self.has_network = True
        return super().messages()

    def need_network(self, message: Message) -> None:
        """Called for each message that is put in flight or taken out."""
        self.has_network = True
        super().need_network(message)

    def repeat(self, message: Message) -> None:
        """Repeat a message of a channel."""
        self.has_network = True
        super().repeat(message)


class Runner:
    """Runs actions, once for all states that agree on what the runs of one have read."""

    def __init__(self, model: Model) -> None:
        self.world = Noting(model)
        self._lines = {instance.action: Lines(instance.action) for instance in self.instances}
        self._kept: list[dict[tuple[int, ...], dict[tuple[Any, ...], Runs]]]
        self._kept = [{} for _ in self.instances]

    @property
    def instances(self) -> tuple[ActionInstance, ...]:
        """Every action of every process, with every choice of its arguments."""
        return self.world.instances

    def runs(self, number: int, state: State) -> Runs:
        """What the action of this number among the `instances` does in a state."""
        kept = self._kept[number]
        for cells, known in kept.items():
            found = known.get(tuple([state.values[cell] for cell in cells]))
            if found is not None:
                return found.seen_in(state)
        world = self.world
        world.noted, world.has_network = {}, False
        runs = self._run(self.instances[number], state)
        if not world.has_network and self.instances[number].receives is None:
            cells = tuple(world.noted)
            values = tuple([state.values[cell] for cell in cells])
            kept.setdefault(cells, {})[values] = runs
        return runs

    def _run(self, instance: ActionInstance, state: State) -> Runs:
        try:
            taken = self._taken(instance, state)
            return Runs(taken, "" if taken else self._why(instance, state))
        except SpecError as error:  # a mistake of the specification is seen, and no end of it
            return Runs((), f"fails: {error.found} ({error.place})")

    def _taken(self, instance: ActionInstance, state: State) -> tuple[Run, ...]:
        world, found, lines = self.world, list[Run](), self._lines[instance.action]

        def load() -> None:
            lines.clear()
            world.load(state)

        with world:
            load()
            for message in world.candidates(instance):
                arguments = instance.bound(message)
                for _ in lines.noted(world.scripted(instance, arguments, load)):
                    step = world.step_of(instance.process, instance.action, arguments)
                    written = tuple([(cell, world.cells[cell]) for cell in sorted(world.writes)])
                    found.append(Run(step, world.snapshot(), lines.found, written))
        return tuple(found)

    def _why(self, instance: ActionInstance, state: State) -> str:
        world = self.world
        world.load(state)
        candidates = world.candidates(instance)
        if not candidates:
            kind, process = instance.kind.__name__, instance.process
            to = "" if process.everywhere else f" to {process.name}"
            return f"no {'message' if kind == 'Message' else kind}{to} can be received"
        return world.why_not(instance, instance.bound(candidates[0]))


__all__ = ["Run", "Runner", "Runs"]
