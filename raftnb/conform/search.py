"""The search for a behavior that fits: depth first, linear where there is one alternative."""

from __future__ import annotations

import gc
import itertools
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from raftnb.conform.behavior import Behavior
from raftnb.conform.claims import ClaimsAlong, told
from raftnb.conform.lines import at_line, numbered
from raftnb.conform.mapping import Event
from raftnb.conform.misfit import EventError, Misfit
from raftnb.conform.now import Now, Play, played
from raftnb.conform.result import BrokenClaim, Conformance, FirstMisfit
from raftnb.conform.running import Changes, Taken
from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.trace import State
from raftnb.data.values import show
from raftnb.data.verdict import Verdict, counted
from raftnb.language.instances import admitted_state
from raftnb.language.spec import Model

Reading = Callable[[Event, Now], Sequence[Play]]
"""A mapping: the alternatives of an event, as `EventMapping` gives them."""
COLLECTED_EVERY = 50_000
"""After how many new objects Python's collector looks for cycles."""


@contextmanager
def collected_seldom() -> Iterator[None]:
    """Let Python's garbage collector look less often: what is kept of a step is in no cycle."""
    usual = gc.get_threshold()
    gc.set_threshold(max(COLLECTED_EVERY, usual[0]) if usual[0] else 0, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


class OutOfBudget(Exception):
    """A bound of the search is reached."""


@dataclass
class Choice:
    """An event with alternatives left to try: how to come back to where it was met."""

    at: int
    mark: int
    taken: int
    rest: list[Play]


@dataclass
class Done:
    """An event that fits: how many steps there were before it, and which line it was."""

    line: int
    event: Event
    taken: int


class Search:
    """Finds a behavior for the events, one after the other.

    Events since the oldest open choice are kept, so that the search can come back to it; without
    an open choice nothing is kept but the steps. A choice that is `window` events old is closed.
    """

    def __init__(
        self, now: Now, mapping: Reading, behavior: Behavior, claims: ClaimsAlong | None,
        window: int, tries: int,
    ) -> None:  # fmt: skip
        self.now, self.mapping, self.behavior, self.claims = now, mapping, behavior, claims
        self.window, self.tries = window, tries
        self.open: list[Choice] = []
        self.kept: deque[Done] = deque()
        self.read = self.matched = self.settled = 0
        self.gave_up = False
        self.broken: dict[str, BrokenClaim] = {}
        self.deepest = -1
        self.reasons: dict[str, None] = {}
        self.best: list[list[Taken]] = []
        self.words: Mapping[str, str] = getattr(mapping, "words", {})

    def run(self, events: Iterator[tuple[int, Event]]) -> FirstMisfit | None:
        """Go through all events; the first that does not fit, if there is one."""
        for line, event in events:
            self.read += 1
            if self._place(line, event, self._alternatives(line, event)):
                continue
            if not self._come_back(line, event):
                return self.furthest()
        self.open.clear()
        self._settle()
        return None

    def furthest(self) -> FirstMisfit | None:
        """The furthest event that did not fit, with the reasons."""
        if self.deepest < 0:
            return None
        return FirstMisfit(*self._failed, tuple(map(self._as_logged, self.reasons)))

    def _alternatives(self, line: int, event: Event) -> Sequence[Play]:
        try:
            plays = _as_plays(self.mapping(event, self.now))
        except Misfit as misfit:
            self._note(misfit.found, line, event)
            return ()
        except Exception as error:
            raise at_line(error, line, event, self.mapping) from None
        if not plays:
            self._note("the mapping gives no alternative for it", line, event)
        return plays

    def _place(self, line: int, event: Event, plays: Sequence[Play], again: bool = False) -> bool:
        """Let an event fit by the first alternative that does; the rest stay open.

        Where the search has come back, nothing is settled before it is where it was.
        """
        now, mark, before = self.now, len(self.now.world.journal), len(self.now.taken)
        for number, play in enumerate(plays):
            try:
                played(play)
            except Misfit as misfit:
                self._note(misfit.found, line, event)
                now.back_to(mark, before)
                continue
            except Exception as error:
                raise at_line(error, line, event, self.mapping) from None
            self.matched += 1
            if not self.open and not again and len(plays) == number + 1:
                self._certain(line)
                return True
            if rest := list(plays[number + 1 :]):
                self.open.append(Choice(self.matched - 1, mark, before, rest))
            self.kept.append(Done(line, event, before))
            if not again:
                self._close()
            return True
        if self.matched == self.deepest:
            self.best = self._steps()
        return False

    def _certain(self, line: int) -> None:
        """An event with no choice open: its steps stay, and nothing has to be remembered."""
        now = self.now
        self.behavior.add([step for step, _ in now.taken])
        if now.taken:
            for _, changes in now.taken if self.claims else ():
                self._ask(line, changes)
            now.taken.clear()
        now.world.journal.clear()
        self.settled += 1

    def _close(self) -> None:
        """Give up the choices that are too old, now and then, and settle what then is certain."""
        if self.open and self.matched - self.open[0].at > 2 * self.window:
            self.open = [one for one in self.open if self.matched - one.at <= self.window]
            self.gave_up = True
        elif self.open:
            return
        self._settle(self.open[0] if self.open else None)

    def _settle(self, until: Choice | None = None) -> None:
        """What fits stays, up to an open choice: keep its steps, and ask the claims."""
        now, taken, mark = self.now, len(self.now.taken), len(self.now.world.journal)
        if until is not None:
            taken, mark = until.taken, until.mark
        certain = len(self.kept) if until is None else until.at - self.settled
        for _ in range(certain):
            done = self.kept.popleft()
            end = self.kept[0].taken if self.kept else len(now.taken)
            steps = now.taken[done.taken : end]
            self.behavior.add([step for step, _ in steps])
            for _, changes in steps if self.claims else ():
                self._ask(done.line, changes)
        del now.taken[:taken]
        del now.world.journal[:mark]
        self.settled += certain
        for done in self.kept:
            done.taken -= taken
        for choice in self.open:
            choice.taken -= taken
            choice.mark -= mark

    def _ask(self, line: int, changes: Changes) -> None:
        assert self.claims is not None
        for one in self.claims.step(changes):
            name = one.claim.__name__
            told_of = self._as_logged(told(one))
            self.broken.setdefault(name, BrokenClaim(name, line, told_of))

    def _as_logged(self, reason: str) -> str:
        """A reason in which members have the names that the log has for them."""
        if not self.words:
            return reason
        return re.sub(r"\w+", lambda found: self.words.get(found[0], found[0]), reason)

    def _note(self, reason: str, line: int, event: Event) -> None:
        """Remember why an alternative of the furthest event so far does not fit."""
        if self.matched > self.deepest:
            self.deepest, self.reasons = self.matched, {}
            self._failed = (line, dict(event))
        if self.matched == self.deepest:
            self.reasons.setdefault(reason)

    def _steps(self) -> list[list[Taken]]:
        """The steps of each event that is not settled."""
        begins = [done.taken for done in self.kept] + [len(self.now.taken)]
        return [
            [step for step, _ in self.now.taken[begin:end]]
            for begin, end in itertools.pairwise(begins)
        ]

    def _come_back(self, line: int, event: Event) -> bool:
        """Try what is left of the open choices, the last one first, up to this event again."""
        ahead = deque([(line, event)])
        while self.open:
            choice = self.open.pop()
            while self.matched > choice.at:
                done = self.kept.pop()
                ahead.appendleft((done.line, done.event))
                self.matched -= 1
            self.now.back_to(choice.mark, choice.taken)
            plays: Sequence[Play] = choice.rest
            while ahead:
                self.tries -= 1
                if self.tries < 0:
                    raise OutOfBudget
                if not self._place(*ahead[0], plays, again=True):
                    break
                ahead.popleft()
                if ahead:
                    plays = self._alternatives(*ahead[0])
            if not ahead:
                self._close()
                return True
        return False


def _as_plays(given: Any) -> Sequence[Play]:
    """What a mapping has returned, if it is alternatives."""
    if type(given) is tuple and len(given) == 1 and callable(given[0]):
        return given
    known = type(given) is tuple or type(given) is list
    if known or isinstance(given, Iterable):
        plays: Sequence[Play] = given if known else tuple(given)
        if all(map(callable, plays)):
            return plays
    raise EventError(
        f"a mapping that returns {show(given)}",
        allowed="a list of alternatives, functions without parameters",
        cure="return [lambda: ...]; [lambda: None] for an event that stands for no step",
    )


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


@told_plainly
def conforms(
    model: Model,
    events: Iterable[Event],
    mapping: Reading,
    *,
    start: State | None = None,
    claims: bool = True,
    window: int = 10_000,
    tries: int = 1_000_000,
) -> Conformance:
    """Whether a log fits a model: whether some behavior has these events, as a mapping reads them.

    `mapping(event, now)` gives the alternatives of an event (see `EventMapping`); with several, the
    first that fits is taken, and the others where the events after it do not fit. `start` is the
    state in which the log begins (the model's first initial state unless given). With `claims`,
    what the specification claims is evaluated in each state of the behavior found. An open choice
    is given up after `window` events, and the search after `tries` further tries; what does not
    fit then is *unknown*.
    Raises `EventError` for an event that cannot be read.
    """
    begun = time.perf_counter()
    if not callable(mapping):
        raise UsageError(
            f"{mapping!r} as a mapping",
            allowed="a function of an event and of `Now`, or an `EventMapping`",
            cure="give the alternatives of an event",
        )
    if not isinstance(events, Iterable) or isinstance(events, str | bytes | Mapping):
        raise UsageError(
            f"{_shortened(events)} as events",
            allowed="a list of events, in their order, or a recording",
            cure='read a file of events with `read_events("FILE")`'
            if isinstance(events, str | bytes | Path)
            else "give the lines of the log, each as the mapping reads it",
        )
    first = model.initial_states[0] if start is None else admitted_state(model, start)
    now, behavior = Now(model, first), Behavior(model, first)
    along = ClaimsAlong(model, first) if claims else None
    search = Search(now, mapping, behavior, along, window, tries)
    for one in along.false_at_first if along else ():
        search.broken.setdefault(one.claim.__name__, BrokenClaim(one.claim.__name__, 0, told(one)))
    misfit, bound = None, None
    with now.world, collected_seldom():
        try:
            misfit = search.run(numbered(events))
        except OutOfBudget:
            misfit, bound = search.furthest(), f"{tries:,} tries"
        except KeyboardInterrupt:
            bound = "interrupted"
    if misfit and search.gave_up and bound is None:
        bound = f"a choice more than {counted(window, 'event')} before was not tried again"
    return _answer(model, search, misfit, bound, claims, time.perf_counter() - begun)


def _answer(
    model: Model, search: Search, misfit: FirstMisfit | None, bound: str | None, claims: bool,
    seconds: float,
) -> Conformance:  # fmt: skip
    behavior = search.behavior
    matched = search.matched
    if misfit:
        for steps in search.best:
            behavior.add(steps)
        matched = search.deepest
    broken = tuple(search.broken.values())
    verdict = Verdict.UNKNOWN if bound else Verdict.VIOLATED if misfit or broken else Verdict.HOLDS
    if broken:
        verdict = Verdict.VIOLATED
    return Conformance(
        verdict, model.spec.name, search.read, matched, seconds, behavior, misfit, broken, bound,
        _left_out(model, claims), broken[0].claim if broken and not misfit else None,
    )  # fmt: skip


def _left_out(model: Model, claims: bool) -> tuple[str, ...]:
    """What was not asked along the behavior."""
    spec = model.spec
    asked = (*spec.invariants, *spec.transitions)
    if not claims:
        return ("the claims were not evaluated",) if asked else ()
    names = ", ".join(c.__name__ for c in asked if c not in model.checked(asked))
    return (f"need history variables (--history), not evaluated: {names}",) if names else ()
