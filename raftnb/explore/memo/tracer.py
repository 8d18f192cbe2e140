"""Running an action or a property while noting what of the state it reads and changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from raftnb.data.domains import running
from raftnb.data.errors import RaftnbError, SpecError
from raftnb.data.trace import State, Step
from raftnb.data.values import Message, order
from raftnb.explore.memo.interning import BAG, Changes, Interner
from raftnb.explore.memo.trees import NeedsBag
from raftnb.explore.tables.layout import ADD, ADD_ONCE, OPEN_BAG, TAKE
from raftnb.language import source
from raftnb.language.instances import ActionInstance, named_arguments
from raftnb.language.processes import Action
from raftnb.language.spec import Model
from raftnb.language.world import World

EVERY_RUN_UP_TO, THEN_ONE_IN = 12, 31


@dataclass(slots=True)
class Outcome:
    """One successor: what it writes, what becomes of messages, and the choices made."""

    changes: Changes
    ops: tuple[tuple[Message, int], ...]
    picks: tuple[int, ...]
    choices: tuple[Any, ...]


@dataclass(slots=True)
class Observed:
    """What a run read (cells in the order of their first reading, -1 is the bag) and gave."""

    reads: tuple[int, ...]
    outcomes: tuple[Outcome, ...]

    def written(self) -> tuple[tuple[int, ...], ...]:
        """The components that each outcome writes."""
        return tuple([outcome.changes[0].components for outcome in self.outcomes])


class Ahead(World):
    """The state after a step, of which what is read is noted as well."""

    def __init__(self, ids: Interner, noted: dict[int, None]) -> None:
        super().__init__(ids.model)
        self.noted = noted

    def read(self, cell: int) -> Any:
        """The value of a cell; noted with a number beyond those of the state before the step."""
        self.noted[len(self.cells) + cell] = None
        return self.cells[cell]


class Tracer(World):
    """A world that notes what is read, and does not need the bag unless it is looked into."""

    def __init__(self, ids: Interner) -> None:
        super().__init__(ids.model)
        self.ids, self.unordered = ids, ids.symmetry.members.roots
        self.noted: dict[int, None] = {}
        self.ops: list[tuple[Message, int]] = []
        self.ahead = Ahead(ids, self.noted)
        self._times: Counter[Any] = Counter()
        self._row: Sequence[int] = ()
        self._put: Sequence[int] = ()
        self._before: list[Any] = []
        self._asked: tuple[Sequence[int], list[Any]] = ((), [])
        self.seen: list[int] = []

    def put(self, row: Sequence[int]) -> None:
        """Make the state of a row the one to run on, as often as one likes."""
        if row is not self._put:
            self._put, self._before = row, self.ids.cells(row)
            self.seen = self.ids.parts(row)
        self._row = row

    def is_due(self, what: Any) -> bool:
        """Whether to run something twice, to see that it depends on the state alone."""
        times = self._times[what] = self._times[what] + 1
        return times <= EVERY_RUN_UP_TO or times % THEN_ONE_IN == 0

    def rewind(self) -> None:
        """Undo what a run changed."""
        self.cells, self.ops = list(self._before), []

    def read(self, cell: int) -> Any:
        """The value of a cell; noted, in order."""
        self.noted[cell] = None
        return self.cells[cell]

    def messages(self) -> list[Message]:
        """The messages in flight, sorted, each named once."""
        self.noted.update(dict.fromkeys(self.model.channels.values()))
        queued = [m for cell in self.model.channels.values() for m in self.cells[cell]]
        if not self.ids.has_bag:
            return sorted(set(queued), key=order)
        self.noted[BAG] = None
        if self._row[-1] == OPEN_BAG:
            raise NeedsBag
        self.bag = self.ids.bag(self._row)
        for message, sign in self.ops:
            super().send(message) if sign > 0 else super().discard(message)
        return sorted(self.bag, key=order)

    def snapshot(self) -> State:
        """The whole state, of which everything is noted."""
        self.noted.update(dict.fromkeys(range(len(self.cells))))
        self.messages()
        return super().snapshot()

    def send(self, message: Message) -> None:
        """Put a message in flight."""
        if self.model.channels:
            return super().send(message)
        self.need_network(message)
        self.ops.append((message, ADD_ONCE if self.model.keeps else ADD))
        return None

    def discard(self, message: Message) -> None:
        """Take a message out of the network once."""
        if self.model.channels:
            return super().discard(message)
        self.need_network(message)
        if not self.model.keeps:
            self.ops.append((message, TAKE))
        return None

    def head(self, instance: ActionInstance) -> Message | None:
        """The message at the head of the queue that an action receives from, before the run."""
        assert instance.channel is not None
        queue = self._before[instance.channel]
        return queue[0] if queue else None

    def run(self, instance: ActionInstance, message: Message | None) -> Observed:
        """Run an action, on what was `put`, in every way in which its choices can go."""
        if running.get(None) is not self:
            with self:
                return self.run(instance, message)
        self.noted.clear()
        if instance.channel is not None:
            self.noted[instance.channel] = None
            message = self.head(instance)
            if not isinstance(message, instance.kind):
                return Observed(tuple(self.noted), ())
        arguments = instance.bound(message)
        outcomes: list[Outcome] = []
        for _ in self.scripted(instance, arguments, self.rewind):
            outcomes.append(self._outcome())
        return Observed(tuple(self.noted), tuple(outcomes))

    def _outcome(self) -> Outcome:
        changes = self.ids.changes(self.writes, self.cells)
        if not self.choices:
            return Outcome(changes, tuple(self.ops), (), ())
        picks = tuple([pick for pick, _ in self.choices])
        chosen = tuple([options[pick] for pick, options in self.choices])
        return Outcome(changes, tuple(self.ops), picks, chosen)

    def value(
        self, function: Callable[[World], Any], row: Sequence[int]
    ) -> tuple[Any, tuple[int, ...]]:
        """The value of a function of the state, and the cells that it read.

        For a function of a step, `row` is the row before it and the row after it.
        """
        if running.get(None) is not self:
            with self:
                return self.value(function, row)
        width = self.ids.width
        if row is not self._asked[0]:  # several claims are asked of a row, one after the other
            self._asked = row, self.ids.cells(row[:width])
        self._row, self.cells, self.ops = row[:width], self._asked[1], []
        self.noted.clear()
        if len(row) > width:
            self.ahead.cells, self.next = self.ids.cells(row[width:]), self.ahead
        else:
            self.next = None
        value = function(self)
        return value, tuple(self.noted)


def refuse_chance(action: Action) -> SpecError:
    """The error for an action that did two different things in the same state."""
    return SpecError(
        f"`{action.name}` took different steps when it was run twice in the same state",
        place=source.place(action.function),
        allowed="actions whose result depends on the variables and their parameters alone",
        cure="declare what it depends on as a variable; keep chance and counters outside",
    )


class NotDetermined(SpecError):
    """A function said two different things in one state."""


def refuse_chance_in(claims: Sequence[Any]) -> NotDetermined:
    """The error for a claim, or another function, that said two different things in one state."""
    names = ", ".join(f"`{claim.__name__}`" for claim in claims) or "a function of states"
    return NotDetermined(
        f"{names}, which is not the same when it is evaluated twice in one state",
        place=source.place(claims[0]) if claims else "",
        allowed="functions that depend on the state alone",
        cure="keep chance and counters outside",
    )


def placed(error: RaftnbError, action: Action) -> RaftnbError:
    """The error with the action's place, if it has none."""
    if not error.place:
        error.place = source.place(action.function)
    return error


def step_of(
    model: Model, instance: ActionInstance, message: Message | None, choices: tuple[Any, ...]
) -> Step:
    """The step as data."""
    named = named_arguments(model, instance.action, instance.bound(message))
    return Step(instance.process.name, instance.action.name, named, choices)
