"""A world that runs the steps a mapping asks for, and can go back."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import Any, NamedTuple

from raftnb.conform.misfit import Misfit
from raftnb.conform.shadows import Noting
from raftnb.data.trace import State, Step
from raftnb.data.values import Message, Record, show
from raftnb.language.by_hand import why_disabled
from raftnb.language.instances import named_arguments
from raftnb.language.processes import Action, Disabled, Process
from raftnb.language.spec import Model

MISSING: Any = object()
LONGEST = 100_000
"""How many entries the memo has before it is emptied."""


class Changes(NamedTuple):
    """What a step changes: cells with their new values, and messages with their new counts.

    A message that was received is told of, though the network may keep it.
    """

    cells: Sequence[tuple[int, Any]]
    bag: Sequence[tuple[Message, int]]


class Known(NamedTuple):
    """What a step did where it read these values: the same again, wherever it reads the same.

    `ops` are the messages that it sent (1) and took out (-1; 0 where the network keeps them).
    """

    reads: tuple[tuple[int, Any], ...]
    writes: tuple[tuple[int, Any], ...]
    ops: tuple[tuple[Message, int], ...]
    sent: tuple[Message, ...]
    chosen: tuple[Any, ...]


class Running(Noting):
    """A world whose steps are noted in a journal, so that they can be undone.

    Steps are taken as by hand, with the same checks of values and of messages, and without the
    price of a whole state before and after each of them. An entry of the journal is a container
    (the cells, the bag of messages, the mapping's notes), a key in it, and what was there before.

    What a step did is remembered with what it read, and done again, without running its Python,
    where it would read the same values.
    """

    def __init__(self, model: Model, state: State) -> None:
        super().__init__(model, state)
        self.journal: list[tuple[Any, Any, Any]] = []
        self.notes: dict[Any, Any] = {}
        self.picks: tuple[Any, ...] = ()
        self.sent: tuple[Message, ...] = ()
        self.memo: dict[Any, Known] = {}
        self.ops: list[tuple[Message, int]] = []
        self.looked = False
        self.doing = ""
        self.one_of_equals: dict[Any, Any] = {}
        cells = enumerate(model.layout.cells)
        self.unkept = frozenset(at for at, c in cells if c.history and not model.history)

    # What a run of Python reads and does.

    def read(self, cell: int) -> Any:
        """The value of a cell; noted, unless the step has written it."""
        value = self.cells[cell]
        if self.noting and cell not in self.writes:
            self.noted[cell] = value
        return value

    def messages(self) -> list[Message]:
        """The messages in flight; a step that looks at them is not remembered."""
        self.looked = True
        return super().messages()

    def write(self, cell: int, value: Any) -> None:
        """Change a cell, inside an action, and note what was there."""
        if self.actor is None or cell in self.unkept:
            super().write(cell, value)
            return
        old = self.cells[cell]
        if value is not old:  # what is there was checked when it came there
            value = self._admitted(cell, old, value)
        self.journal.append((self.cells, cell, old))
        self.writes.add(cell)
        self.cells[cell] = value
        place = self.places.get(cell)
        if place is not None:
            attributes, name = place
            if not attributes:
                self.kept.append(attributes)
            attributes[name] = value

    def _admitted(self, cell: int, old: Any, value: Any) -> Any:
        """A value that the variable may hold; what a sequence has from before is not looked at.

        Of equal records in sequences there is one: comparing two logs is comparing identities.
        """
        if type(value) is not tuple or type(old) is not tuple or value == ():
            return self.model.admitted(cell, value)
        same = min(len(old), len(value))
        if not all(map(is_, old[:same], value[:same])):
            same = 0
        return value[:same] + self._shared(self.model.admitted(cell, value[same:]))

    def _shared(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        if not values or not isinstance(values[0], Record):
            return values
        return tuple(map(self.one, values))

    def one(self, record: Any) -> Any:
        """The one of all equal records that is kept, so that equal ones mostly are identical."""
        if len(self.one_of_equals) >= LONGEST:
            self.one_of_equals.clear()
        return self.one_of_equals.setdefault(record, record)

    def send(self, message: Message) -> None:
        """Put a message in flight."""
        message = self.one(message)
        self.journal.append((self.bag, message, self.bag.get(message, MISSING)))
        self.ops.append((message, 1))
        super().send(message)

    def discard(self, message: Message) -> None:
        """Take a message out of the network once."""
        self.journal.append((self.bag, message, self.bag.get(message, MISSING)))
        self.ops.append((message, 0 if self.model.keeps else -1))
        super().discard(message)

    def choose(self, options: tuple[Any, ...]) -> Any:
        """The option that was asked for; the only one if none was."""
        if not options:
            raise Disabled
        at = len(self.choices)
        told = at < len(self.picks)
        wanted = self.picks[at] if told else options[0]
        try:
            pick = options.index(wanted)
        except ValueError:
            pick = -1
        if pick < 0 or (not told and len(options) > 1):
            found = f"logged {show(wanted)}" if told else "nothing is logged"
            raise Misfit(f"{self.actor}.{self.doing} may choose {_any_of(options)}, {found}")
        self.choices.append((pick, options))
        return wanted

    # Steps.

    def run(
        self, process: Process, action: Action, arguments: tuple[Any, ...], picks: tuple[Any, ...]
    ) -> tuple[tuple[Any, ...], Changes]:
        """Take one step; what it has chosen, and what it changes.

        Raises `Misfit`, with the guard that is false, where it is not enabled.
        """
        key = (process.name, action.name, arguments, picks)
        known = self.memo.get(key)
        if known is not None and self._reads_the_same(known):
            return known.chosen, self._again(known)
        known = self._run(process, action, arguments, picks)
        if not self.looked and not self.model.channels:
            if len(self.memo) >= LONGEST:
                self.memo.clear()
            self.memo[key] = known
        return known.chosen, Changes(known.writes, self._counts(known.ops))

    def _run(
        self, process: Process, action: Action, arguments: tuple[Any, ...], picks: tuple[Any, ...]
    ) -> Known:
        self.picks, self.ops, self.looked, self.doing = picks, [], False, action.name
        self.writes.clear()
        self.noting = True
        try:
            self.execute(process, action, arguments)
            reads = tuple(self.noted.items())
        except Disabled as error:
            raise Misfit(
                f"{process}.{action.name} is not enabled: {why_disabled(process, action, error)}"
            ) from None
        finally:
            self.noting = False
            self.forget()
        cells = self.cells
        writes = tuple([(cell, cells[cell]) for cell in self.writes])
        self.sent = tuple([message for message, sign in self.ops if sign > 0])
        chosen = tuple([options[pick] for pick, options in self.choices])
        return Known(reads, writes, tuple(self.ops), self.sent, chosen)

    def _counts(self, ops: tuple[tuple[Message, int], ...]) -> list[tuple[Message, int]]:
        """The counts of the messages that a step has touched."""
        if len(ops) > 1:
            return [(message, self.bag.get(message, 0)) for message in dict(ops)]
        return [(message, self.bag.get(message, 0)) for message, _ in ops]

    def _reads_the_same(self, known: Known) -> bool:
        cells = self.cells
        for at, value in known.reads:
            if cells[at] is not value and cells[at] != value:
                return False
        return True

    def _again(self, known: Known) -> Changes:
        """Do what a step did that read the same; where messages are kept, none is taken out."""
        cells, bag, journal = self.cells, self.bag, self.journal
        for cell, value in known.writes:
            journal.append((cells, cell, cells[cell]))
            cells[cell] = value
        counts: dict[Message, int] = {}
        for message, sign in known.ops:
            count = bag.get(message, 0)
            journal.append((bag, message, count or MISSING))
            count = (1 if sign else count) if self.model.keeps else count + sign
            if count > 0:
                bag[message] = counts[message] = count
            else:
                bag.pop(message, None)
                counts[message] = 0
        self.sent = known.sent
        return Changes(known.writes, tuple(counts.items()))

    def note(self, key: Any, value: Any) -> None:
        """Keep what a mapping has to remember of the events so far."""
        old = self.notes.get(key, MISSING)
        if old is not value:
            self.journal.append((self.notes, key, old))
            self.notes[key] = value

    def rewind(self, mark: int) -> None:
        """Undo what was noted since the journal had `mark` entries."""
        journal = self.journal
        while len(journal) > mark:
            container, key, old = journal.pop()
            if old is MISSING:
                container.pop(key, None)
            else:
                container[key] = old

    def outcome(self, mark: int) -> dict[Any, Any]:
        """What is not as it was when the journal had `mark` entries: where, and what it is now."""
        before: dict[Any, Any] = {}
        for where, key, old in self.journal[mark:]:
            before.setdefault((id(where), key), (where, old))
        now = {
            at: where[at[1]] if where is self.cells else where.get(at[1], MISSING)
            for at, (where, _) in before.items()
        }
        return {at: value for at, value in now.items() if value != before[at][1]}


def _any_of(options: tuple[Any, ...]) -> str:
    """The options of a choice in words, cut short where they are many."""
    if len(options) > 2 and options == tuple(range(options[0], options[0] + len(options))):
        return f"{options[0]} to {options[-1]}"
    shown = [show(one) for one in options[:5]]
    more = [f"{len(options) - 5} more"] if len(options) > 5 else []
    return " or ".join(shown + more)


Taken = tuple[str, str, tuple[Any, ...], tuple[Any, ...]]
"""A step as the search keeps it: process, action, arguments, choices."""


def as_step(model: Model, taken: Taken) -> Step:
    """A step that was taken, as data."""
    process, name, arguments, choices = taken
    cls = next(c for c in model.processes if process in model.names[c.root])
    return Step(process, name, named_arguments(model, cls.actions[name], arguments), choices)
