"""One run: a specification and an implementation side by side, an input at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from raftnb.data.errors import UsageError
from raftnb.data.trace import Trace
from raftnb.drive.adapter import Adapter, Sent
from raftnb.drive.asking import Failed, ask
from raftnb.drive.comparison import Comparison, Mismatch, Seen
from raftnb.drive.scene import RECEIVE, Input, Scene
from raftnb.drive.specification import Belief, Specification, Way

MOST = 64
"""In so many states the specification may be at the same time."""


class Difference(NamedTuple):
    """Where an implementation does what the specification does not.

    `scene` are the inputs, the last of which shows it, and `words` the same in words; `mismatches`
    compares with the nearest of the specification's answers, `trace` is the behavior of the
    specification with that answer, and `rules` says what it does there, in its own words. `failed`
    says that the implementation did not come to the end of the step.
    """

    scene: Scene
    words: tuple[str, ...]
    mismatches: tuple[Mismatch, ...]
    trace: Trace
    rules: tuple[str, ...]
    failed: bool = False

    @property
    def event(self) -> str:
        """The last input, without whose it is."""
        return self.words[-1].partition(": ")[2]

    @property
    def signature(self) -> tuple[object, ...]:
        """What two differences have in common that are the same one."""
        what = {m.what.rpartition(" to ")[0] or m.what.partition(".")[2] for m in self.mismatches}
        failure = {m.implementation for m in self.mismatches} if self.failed else set()
        last = self.scene[-1].action
        event = self.event.partition(" from ")[0] if last == RECEIVE else last
        return (event, frozenset(what), frozenset(failure))

    @property
    def name(self) -> str:
        """The difference in a few words."""
        return f"{self.mismatches[0].what} after {self.event}"

    @property
    def note(self) -> str:
        """What the implementation does instead, as one line under a drawing."""
        return f"{self.mismatches[0].what} is {self.mismatches[0].implementation} there"


class Beyond(Exception):
    """The implementation went, rightly, where the constraints of the model end."""


class TooManyStates(Exception):
    """The implementation shows too little: the specification might be in too many states."""


class Play:
    """A specification and an implementation that have been given the same inputs so far."""

    def __init__(self, specification: Specification, adapter: Adapter, seconds: float) -> None:
        self.specification, self.adapter, self.seconds = specification, adapter, seconds
        self.comparison = Comparison(specification, adapter)
        self.scene: list[Input] = []
        self.sent: list[tuple[int, Sent]] = []
        self.received: Counter[int] = Counter()
        self._ask("start", specification.processes)
        self.beliefs = self._at_first()

    def _ask(self, name: str, *arguments: object) -> object:
        return ask(self.adapter, name, *arguments, seconds=self.seconds)

    def _at_first(self) -> list[Belief]:
        """The initial states that the implementation may be in; raises `UsageError` for none."""
        beliefs = [Belief(state) for state in self.specification.model.initial_states]
        for process in self.specification.processes:
            seen = self.comparison.checked(process, "start", [], self._ask("state", process))
            ways = [(belief, Way((), (belief.state,))) for belief in beliefs]
            wrong = [self.comparison.mismatches(way, seen)[0] for _, way in ways]
            beliefs = [b for b, found in zip(beliefs, wrong, strict=True) if not found]
            if not beliefs:
                raise UsageError(
                    f"a cluster that starts with {min(wrong, key=len)[0]}",
                    place=repr(self.adapter),
                    allowed="the initial state of the specification",
                    cure="start it empty, or drive `model.starting_at(state)`",
                )
        return beliefs

    def inputs(self) -> Iterator[Input]:
        """All inputs that the specification might take now; some have no way to be taken."""
        yield from self.specification.plain_inputs
        counts: dict[tuple[int, str], int] = {}
        belief = self.beliefs[0]
        flying = self.specification.in_flight(belief.state)
        for number, (by, sent) in enumerate(self.sent):
            which = counts[by, sent.dest] = counts.get((by, sent.dest), 0) + 1
            if belief.mail.get(number) in flying:
                yield Input(sent.dest, RECEIVE, (), by, which)

    def give(self, given: Input) -> Difference | bool:
        """Give both an input: True if they agree, False if the specification cannot take it."""
        number = self.number_of(given)
        if number is None:
            return False
        ways = self._ways(given, number)
        if not any(way.inside for _, way in ways):
            return False
        self.scene.append(given)
        self.received[number] += 1
        try:
            seen = self._done(given, number)
        except Failed as failure:
            return self._failed(given, ways, str(failure))
        return self._compared(ways, seen)

    def number_of(self, given: Input) -> int | None:
        """The number of the message that is received (-1 if none is); None if there is none."""
        if given.action != RECEIVE:
            return -1
        found = [
            number
            for number, (by, sent) in enumerate(self.sent)
            if by == given.sent_by and sent.dest == given.process
        ]
        return found[given.which - 1] if given.which <= len(found) else None

    def _ways(self, given: Input, number: int) -> list[tuple[Belief, Way]]:
        found = []
        for belief in self.beliefs:
            message = belief.mail.get(number)
            if number < 0 or message is not None:
                ways = self.specification.ways(belief.state, given, message)
                found += [(belief, way) for way in ways]
        return found

    def _done(self, given: Input, number: int) -> Seen:
        """Let the implementation do it."""
        if number < 0:
            method = given.action
            sent = self._ask(method, given.process, *given.arguments)
        else:
            method = RECEIVE
            sent = self._ask(method, given.process, self.sent[number][1])
        state = self._ask("state", given.process)
        return self.comparison.checked(given.process, method, sent, state)

    def _compared(self, ways: list[tuple[Belief, Way]], seen: Seen) -> Difference | bool:
        compared = [(*self.comparison.mismatches(way, seen), belief, way) for belief, way in ways]
        fitting = [row for row in compared if not row[0]]
        if not fitting:
            wrong, _, belief, way = min(compared, key=lambda row: (len(row[0]), len(row[3].steps)))
            return self._difference(belief, way, tuple(wrong))
        start = len(self.sent)
        self.sent += [(len(self.scene), one) for one in seen.sent]
        found: dict[Any, Belief] = {}
        for _, pairs, belief, way in fitting:
            if not way.inside:
                continue
            mail = belief.mail | {start + n: message for n, message in pairs.items()}
            now = self.specification.settled(way, set(mail.values()))
            key = (now.state, frozenset(mail.items()))
            found.setdefault(key, Belief(now.state, mail, belief, now))
        self.beliefs = list(found.values())
        if not self.beliefs:
            raise Beyond
        if len(self.beliefs) > MOST:
            raise TooManyStates
        return True

    def _failed(self, given: Input, ways: list[tuple[Belief, Way]], words: str) -> Difference:
        belief, way = ways[0]
        wrong = Mismatch(f"{given.process} itself", "a step", words)
        return self._difference(belief, way, (wrong,))._replace(failed=True)

    def _difference(self, belief: Belief, way: Way, wrong: tuple[Mismatch, ...]) -> Difference:
        trace = Belief(way.state, {}, belief, way).trace
        rules = tuple(self._rule(step.process, step.action) for step in way.steps)
        words = tuple(map(self.in_words, self.scene))
        return Difference(tuple(self.scene), words, wrong, trace, rules)

    def _event(self, given: Input, number: int) -> str:
        if number < 0:
            return " ".join([given.action.replace("_", " "), *map(str, given.arguments)])
        sent = self.sent[number][1]
        return f"{sent.kind} from {sent.source}"

    def _rule(self, process: str, action: str) -> str:
        """The first line of an action's text, which says what the specification does."""
        model = self.specification.model
        found = next(
            cls.actions[action]
            for cls in model.processes
            if process in model.names[cls.root] and action in cls.actions
        )
        return f"{action}: {(found.function.__doc__ or '').strip().split(chr(10))[0]}".rstrip(": ")

    def in_words(self, given: Input) -> str:
        """An input in words: whose message is received."""
        number = self.number_of(given)
        return f"{given.process}: {self._event(given, -1 if number is None else number)}"


__all__ = ["Beyond", "Difference", "Play", "TooManyStates"]
