"""What a mapping works with: the state as it is now, steps to take, and comparisons."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from raftnb.conform.misfit import EventError, Misfit, absent, differ, fields_of
from raftnb.conform.running import Changes, Running, Taken
from raftnb.data.errors import SpecError, UsageError
from raftnb.data.names import nearest
from raftnb.data.trace import State
from raftnb.data.values import Message, order
from raftnb.language.annotations import Check, Mismatch
from raftnb.language.processes import Action, Process
from raftnb.language.spec import Model

Play = Callable[[], None]
"""An alternative: takes steps and compares, on `Now`; raises `Misfit` where it does not fit."""


def played(play: Play) -> None:
    """Play an alternative; raises `EventError` for one that says True or False, which is no answer.

    It is a comparison that was written down and not made: whatever it says, the event would fit.
    """
    said: Any = play()  # type: ignore[func-returns-value]
    if type(said) is bool:
        raise EventError(
            f"an alternative that returns {said}",
            allowed="one that takes steps on `now` and compares; what it returns is not looked at",
            cure="write `now.compare(process, name=logged)` or `now.same(what, is_, logged)`",
        )


class Now:
    """The state that the events so far have led to, and what can be done in it.

    `now["s1"]` is a process, whose variables are read as in the specification. Every method that
    does something raises `Misfit` with the reason if it does not fit.
    """

    def __init__(self, model: Model, start: State) -> None:
        self.model = model
        self.world = Running(model, start)
        self.taken: list[tuple[Taken, Changes]] = []
        self._members = self.world.names
        self._types: dict[Action, tuple[tuple[str, Any], ...]] = {}
        self._checks: dict[Any, Check] = {}
        self._looks: dict[Any, Callable[[Any], tuple[Any, ...]]] = {}

    def __getitem__(self, name: str) -> Any:
        found = self._members.get(name)
        if found is None:
            raise EventError(
                f"`{name}`, which is no member of this model",
                allowed=", ".join(self._members),
                cure=nearest(name, list(self._members)) or "make a model that has it",
            )
        return found

    def values(self, process: Process, names: tuple[str, ...]) -> tuple[Any, ...]:
        """What several variables of a process are, looked at together."""
        look = self._looks.get((process.name, names))
        if look is None:
            base, known = self.world.bases[process], type(process).variables
            cells = [base + known[name].position for name in names]
            look = self._looks[process.name, names] = itemgetter(*cells)
        return look(self.world.cells)

    def take(self, process: Any, action: str, *arguments: Any, choose: Iterable[Any] = ()) -> None:
        """Let a process take a step; a message that it receives must be in flight."""
        actor: Process = self[process] if isinstance(process, str) else process
        known = type(actor).actions.get(action)
        if known is None:
            raise UsageError(
                f"`{action}`, which is no action of `{type(actor).__name__}`",
                allowed=", ".join(type(actor).actions),
                cure=nearest(action, list(type(actor).actions)) or "name one of these",
            )
        bound = self._bound(actor, known, arguments)
        chosen, changes = self.world.run(actor, known, bound, tuple(choose))
        self.taken.append(((actor.name, action, bound, chosen), changes))

    def _bound(self, actor: Process, action: Action, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments of an action, constants put in, each of the type that it must have."""
        types = self._types.get(action)
        if types is None:
            types = self._types[action] = tuple(self.model.parameters(action, skip=1).items())
        if not types and not given:
            return ()
        if len(types) == len(given) == 1 and isinstance(given[0], Message):
            return (self._argument(actor, action, types[0][1], given[0]),)
        constants, rest, bound = self.model.constants, list(given), []
        for name, kind in types:
            if name in constants:
                bound.append(constants[name])
            elif not rest:
                raise UsageError(f"{actor}.{action.name} without its `{name}`", cure="give it")
            else:
                bound.append(self._argument(actor, action, kind, rest.pop(0)))
        if rest:
            raise UsageError(
                f"{actor}.{action.name} with {len(given)} arguments",
                allowed=", ".join(name for name, _ in types if name not in constants) or "none",
            )
        return tuple(bound)

    def _argument(self, actor: Process, action: Action, kind: Any, value: Any) -> Any:
        if isinstance(value, Message):
            fits = isinstance(kind, type) and isinstance(value, kind)
            if not fits or (value.dest != actor and not actor.everywhere):
                raise UsageError(f"{value!r}, which `{actor}.{action.name}` cannot receive")
            if not self.is_in_flight(value):
                raise Misfit(f"{value!r} is not in flight")
            return value
        try:
            check = self._checks.get(kind)
            if check is None:
                check = self._checks[kind] = self.model.check_of(kind)
            return check(value)
        except Mismatch as mismatch:
            raise mismatch.as_error(value, f"an argument of `{action.name}`") from None

    def is_in_flight(self, message: Message) -> bool:
        """Whether a message can be received now."""
        channels = self.model.channels
        if not channels:
            return message in self.world.bag
        queue = self.world.cells[channels[message.source.name, message.dest.name]]
        return bool(queue) and queue[0] == message

    def message(self, kind: type[Message], source: Any, dest: Any, **known: Any) -> Message:
        """A message in flight, known with all its fields; `Misfit` with the nearest if none is."""
        try:
            wanted = kind(source=self._member(source), dest=self._member(dest), **known)
        except SpecError as error:
            raise Misfit(error.found) from None
        self.need(wanted)
        return wanted

    def need(self, message: Message) -> None:
        """Raise `Misfit`, with the nearest message that is, if a message is not in flight."""
        if not self.is_in_flight(message):
            kind, ends = type(message), (message.source, message.dest)
            there = self._between(kind, *ends)
            raise Misfit(absent(kind, ends, fields_of(message), there))

    def find(self, kind: type[Message], source: Any, dest: Any, **known: Any) -> list[Message]:
        """The messages in flight with these fields, in order: what a log that is short leaves."""
        ends = (self._member(source), self._member(dest))
        found = [m for m in self._between(kind, *ends) if _has(m, known)]
        if not found:
            raise Misfit(absent(kind, ends, known, self._between(kind, *ends)))
        return sorted(found, key=order)

    def _member(self, given: Any) -> Any:
        return self[given] if isinstance(given, str) else given

    def _between(self, kind: type[Message], source: Any, dest: Any) -> Iterator[Message]:
        flying: Iterable[Message] = self.world.bag
        if self.model.channels:
            flying = self.world.cells[self.model.channels[source.name, dest.name]][:1]
        return (m for m in flying if type(m) is kind and m.source == source and m.dest == dest)

    def compare(self, process: Any, **logged: Any) -> None:
        """Compare variables of a process with what is logged."""
        actor = self[process] if isinstance(process, str) else process
        for name, value in logged.items():
            self.same(f"{actor}.{name}", getattr(actor, name), value)

    def same(self, what: str, is_: Any, logged: Any) -> None:
        """Compare anything else with what is logged; a number is not true or false."""
        if is_ != logged or (type(is_) is bool) is not (type(logged) is bool):
            raise Misfit(differ(what, is_, logged))

    def note(self, key: Any, value: Any) -> None:
        """Remember something of the events so far; it is forgotten where the search goes back."""
        self.world.note(key, value)

    def noted(self, key: Any, default: Any = None) -> Any:
        """What was noted last."""
        return self.world.notes.get(key, default)

    def first_of(self, *plays: Play) -> None:
        """Play the first alternative that fits, and no other later.

        Only where what is compared afterwards tells the alternatives apart, or where it does not
        matter which one is taken: the search does not come back to the others.
        """
        reasons = []
        for play in plays:
            mark, taken = len(self.world.journal), len(self.taken)
            try:
                played(play)
                return
            except Misfit as misfit:
                reasons.append(misfit.found)
                self.back_to(mark, taken)
        raise Misfit("; ".join(dict.fromkeys(reasons)))

    def apart(self, *plays: Play) -> Sequence[Play]:
        """Of several alternatives those that fit, one for each state that they lead to.

        Where none fits it is all of them, which have their reasons.
        """
        if len(plays) < 2:
            return plays
        found: list[tuple[dict[Any, Any], Play]] = []
        for play in plays:
            mark, taken = len(self.world.journal), len(self.taken)
            try:
                played(play)
                outcome = self.world.outcome(mark)
                if all(outcome != known for known, _ in found):
                    found.append((outcome, play))
            except Misfit:
                pass
            self.back_to(mark, taken)
        return [play for _, play in found] or plays

    def back_to(self, mark: int, taken: int) -> None:
        """Undo all that was done since the journal and the steps had these lengths."""
        self.world.rewind(mark)
        del self.taken[taken:]

    def unlogged(
        self, steps: Sequence[tuple[Any, ...]], then: Play, most: int = 1, least: int = 0
    ) -> list[Play]:
        """Alternatives in which up to `most` of these steps, which nobody logged, come first.

        A step is (process, action, argument, ...), as `take` has it. Fewer steps are tried first.
        """

        def play(row: tuple[tuple[Any, ...], ...]) -> Play:
            def after_them() -> None:
                for step in row:
                    self.take(*step)
                played(then)

            return after_them

        rows = (itertools.product(steps, repeat=n) for n in range(least, most + 1))
        return [play(row) for row in itertools.chain.from_iterable(rows)]


def _has(message: Message, known: dict[str, Any]) -> bool:
    return all(getattr(message, name) == value for name, value in known.items())
