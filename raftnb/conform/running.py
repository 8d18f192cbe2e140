"""A world that runs the steps a mapping asks for, and can go back."""

from __future__ import annotations

from operator import is_
from typing import Any, NamedTuple

from raftnb.conform.misfit import Misfit
from raftnb.data.trace import State, Step
from raftnb.data.values import Message, Record, show
from raftnb.language.by_hand import why_disabled
from raftnb.language.instances import named_arguments
from raftnb.language.processes import Action, Disabled, Process
from raftnb.language.spec import Model
from raftnb.language.world import World

MISSING: Any = object()
LONGEST = 100_000
"""How many entries the memo has before it is emptied."""


class Changes(NamedTuple):
    """What a step changes: cells with their new values, and messages with their new counts."""

    cells: list[tuple[int, Any]]
    bag: list[tuple[Message, int]]


class Known(NamedTuple):
    """What a step did where it read these values: the same again, wherever it reads the same."""

    reads: list[tuple[int, Any]]
    writes: list[tuple[int, Any]]
    ops: list[tuple[Message, int]]
    sent: tuple[Message, ...]
    chosen: tuple[Any, ...]


class Running(World):
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
        self.noted: dict[int, Any] = {}
        self.ops: list[tuple[Message, int]] = []
        self.looked = False
        self.doing = ""
        self.one_of_equals: dict[Any, Any] = {}

    # What a run of Python reads and does.

    def read(self, cell: int) -> Any:
        """The value of a cell; noted, unless the step has written it."""
        value = self.cells[cell]
        if cell not in self.writes:
            self.noted[cell] = value
        return value

    def messages(self) -> list[Message]:
        """The messages in flight; a step that looks at them is not remembered."""
        self.looked = True
        return super().messages()

    def write(self, cell: int, value: Any) -> None:
        """Change a cell, inside an action, and note what was there."""
        old = self.cells[cell]
        self.journal.append((self.cells, cell, old))
        if type(value) is tuple and type(old) is tuple and value != ():
            self._write_sequence(cell, old, value)
        else:
            super().write(cell, value)

    def _write_sequence(self, cell: int, old: tuple[Any, ...], value: tuple[Any, ...]) -> None:
        """Change a sequence; what it has from before was checked then.

        Of equal records in sequences there is one: comparing two logs is comparing identities.
        """
        same = min(len(old), len(value))
        if self.layout.cells[cell].history or not all(map(is_, old[:same], value[:same])):
            same = 0
        super().write(cell, value[same:])
        if self.cells[cell] is not old:
            self.cells[cell] = value[:same] + self._shared(self.cells[cell])

    def _shared(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        if not values or not isinstance(values[0], Record):
            return values
        if len(self.one_of_equals) >= LONGEST:
            self.one_of_equals.clear()
        return tuple([self.one_of_equals.setdefault(each, each) for each in values])

    def send(self, message: Message) -> None:
        """Put a message in flight."""
        self.journal.append((self.bag, message, self.bag.get(message, MISSING)))
        self.ops.append((message, 1))
        super().send(message)

    def discard(self, message: Message) -> None:
        """Take a message out of the network once."""
        self.journal.append((self.bag, message, self.bag.get(message, MISSING)))
        if not self.model.keeps:
            self.ops.append((message, -1))
        super().discard(message)

    def choose(self, options: tuple[Any, ...]) -> Any:
        """The option that was asked for; the only one if none was."""
        if not options:
            raise Disabled
        at = len(self.choices)
        wanted = self.picks[at] if at < len(self.picks) else options[0]
        if wanted not in options or (at >= len(self.picks) and len(options) > 1):
            found = f"logged {show(wanted)}" if at < len(self.picks) else "nothing is logged"
            raise Misfit(f"{self.actor}.{self.doing} may choose {_any_of(options)}, {found}")
        pick = options.index(wanted)
        self.choices.append((pick, options))
        return wanted

    # Steps.

    def run(
        self, process: Process, action: Action, arguments: tuple[Any, ...], picks: tuple[Any, ...]
    ) -> tuple[Any, ...]:
        """Take one step; what it has chosen.

        Raises `Misfit`, with the guard that is false, where it is not enabled.
        """
        key = (process.name, action.name, arguments, picks)
        known = self.memo.get(key)
        cells = self.cells
        if known is not None and self._reads_the_same(known):
            self._again(known)
            return known.chosen
        self._run(process, action, arguments, picks)
        chosen = tuple([options[pick] for pick, options in self.choices])
        if not self.looked and not self.model.channels:
            if len(self.memo) >= LONGEST:
                self.memo.clear()
            writes = [(cell, cells[cell]) for cell in self.writes]
            reads = list(self.noted.items())
            self.memo[key] = Known(reads, writes, self.ops, self.sent, chosen)
        return chosen

    def _run(
        self, process: Process, action: Action, arguments: tuple[Any, ...], picks: tuple[Any, ...]
    ) -> None:
        self.picks, self.ops, self.looked, self.doing = picks, [], False, action.name
        self.writes.clear()
        self.noted.clear()
        try:
            self.execute(process, action, arguments)
        except Disabled as error:
            raise Misfit(
                f"{process}.{action.name} is not enabled: {why_disabled(process, action, error)}"
            ) from None
        self.sent = tuple([message for message, sign in self.ops if sign > 0])

    def _reads_the_same(self, known: Known) -> bool:
        cells = self.cells
        for at, value in known.reads:
            if cells[at] is not value and cells[at] != value:
                return False
        return True

    def _again(self, known: Known) -> None:
        """Do what a step did that read the same; where messages are kept, none is taken out."""
        cells, bag, journal = self.cells, self.bag, self.journal
        self.writes.clear()
        for cell, value in known.writes:
            journal.append((cells, cell, cells[cell]))
            cells[cell] = value
            self.writes.add(cell)
        for message, sign in known.ops:
            journal.append((bag, message, bag.get(message, MISSING)))
            count = 1 if self.model.keeps else bag.get(message, 0) + sign
            if count > 0:
                bag[message] = count
            else:
                bag.pop(message, None)
        self.sent = known.sent

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

    def changes(self, mark: int) -> Changes:
        """What the step that began when the journal had `mark` entries has changed.

        A message that was received is told of, though the network may keep it.
        """
        bag = self.bag
        touched = {key: None for where, key, _ in self.journal[mark:] if where is bag}
        cells = [(cell, self.cells[cell]) for cell in self.writes]
        return Changes(cells, [(message, bag.get(message, 0)) for message in touched])


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
