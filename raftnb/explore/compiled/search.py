"""Breadth first in compiled code: the same questions as `breadth_first`, of the same model."""

from __future__ import annotations

import time
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

from raftnb.data.progress import progress_bar
from raftnb.data.trace import Trace
from raftnb.data.verdict import Verdict
from raftnb.explore.bindings import Binding
from raftnb.explore.compiled.agreement import SHARE, Differs, compare, some_states
from raftnb.explore.compiled.program import Loaded, Text, text_of
from raftnb.explore.compiled.stored import Stored
from raftnb.explore.compiled.tried import Trial
from raftnb.explore.compiled.words import NotCompiled
from raftnb.explore.conclusion import conclude, never_taken, not_checked, remarks
from raftnb.explore.given import asked
from raftnb.explore.interchangeable import CLAIMS_TRIED, refuse_favorites
from raftnb.explore.possible import Prospect, with_possible
from raftnb.explore.reference import Reference
from raftnb.explore.result import Exploration, ExplorationOptions, Stop
from raftnb.explore.retraced import NoSuchStep, alike, ending, ending_stuck, one_more, through
from raftnb.language.claims import Property
from raftnb.language.spec import Model

if TYPE_CHECKING:  # numpy, which it needs, takes time to import
    from raftnb.explore.compiled.graph import CompiledGraph

STEP_BYTES = 40
"""Of memory for each step, where all are put in order."""
MORE, LEVEL, DONE, BROKEN, BAD_STEP, STUCK, FAILED, FULL, WIDER = range(9)
WAITING = 128
"""So many successors wait in C to be met (search.c)."""
CHUNK, FEW = 20_000, 1_000
"""After so many states Python has its turn: the progress bar, Ctrl-C, the bounds. Few where it is
asked in between, which takes time."""


def compiled_search(model: Model, options: ExplorationOptions) -> CompiledSearch:
    """The exploration of a model in compiled code; raises `NotCompiled` where it cannot be had."""
    return CompiledSearch(program_of(model, options), options)


def program_of(
    model: Model, options: ExplorationOptions, *, mixed: bool = True, wide: bool = False
) -> Text:
    """The program that explores a model; raises `NotCompiled` where there is none.

    Where it is not to be `mixed`, or states go to disk, or with symmetry, all must be said in C;
    else the other actions and claims run in Python. Raises `SpecError` where members that may
    change places are told apart.
    """
    if options.symmetry:
        refuse_favorites(model)
    if asked(model, "possible") and (options.symmetry or options.spills):
        raise NotCompiled("`possible` claims")
    written = text_of(model, options, wide=wide)
    if written.in_python and (options.spills or options.symmetry or not mixed):
        raise NotCompiled(next(iter(written.in_python.values())))
    return written


def interpreted_in(written: Text) -> tuple[str, ...]:
    """The actions and claims of a program that are run in Python, each with why."""
    return tuple(f"{name} ({reason})" for name, reason in written.in_python.items())


class TooNarrow(Exception):
    """A value was met for which the rows have too few bits."""


class CompiledSearch:
    """One exploration; `run` gives the result. Raises `Differs` where it is not to be believed."""

    def __init__(self, written: Text, options: ExplorationOptions) -> None:
        self.started = time.perf_counter()
        self.model, self.options, self.written = written.model, options, written
        row = 4 * (written.width + 1) + 16
        most = options.max_states or 1 << 32
        self.stored = Stored(written, options) if options.spills else None
        if self.stored is None:
            most = min(most, options.memory // row)
        else:
            most = max(most, self.stored.states)
        folder = self.stored.folder if self.stored else None
        try:
            self.loaded = Loaded(written, options.memory, most, options.deadlock, folder)
            if self.stored:
                self.stored.take_up(self.loaded)
                self.started -= self.stored.seconds
            self.loaded.begin()
        except BaseException:
            if folder:
                folder.close()
            raise
        self.begun = False  # whether all initial states were met
        self._most_memory, self._known_until = options.memory, time.monotonic() + 1
        self._trial = Trial(self.model) if options.symmetry else None

    def run(self) -> Exploration:
        """Explore to the end, to the first violation, or to a bound.

        What is in a folder stays there where one can go on with it. Where the rows are too narrow,
        they are given back, and the exploration begins anew with rows wide enough for any value.
        """
        try:
            return self._to_the_end()
        except TooNarrow:
            wide = text_of(self.model, self.options, wide=True)
        search = CompiledSearch(wide, self.options)
        search.started = self.started
        try:
            return search._to_the_end()
        except TooNarrow as error:
            raise Differs("a value for which no row has room") from error

    def _to_the_end(self) -> Exploration:
        try:
            found = self._run()
            if self.stored and (found.complete or found.verdict is Verdict.VIOLATED):
                self.stored.folder.discard()
            return found
        except Differs:
            if self.stored:
                self.stored.folder.discard()
            raise
        finally:
            self.loaded.close()
            if self.stored:
                self.stored.folder.close()

    def _run(self) -> Exploration:
        try:
            stop = self._stop()
            verdict, found = (stop.verdict, stop.found) if stop else (None, {})
            return with_possible(self.model, self._result(verdict, **found), self)
        except NoSuchStep as error:
            raise Differs(str(error)) from error

    def _stop(self) -> Stop | None:
        """Explore, and look at some states again: what the end was, if not that of all states."""
        stop = None
        try:
            try:
                self.explore()
            except Stop as found:
                stop = found
            self._compare()
        except KeyboardInterrupt:
            return self._interrupted(stop)
        return stop

    def _interrupted(self, stop: Stop | None) -> Stop:
        """What is known by now: nothing of it is lost."""
        if stop is not None:
            return Stop(stop.verdict, **{"bound": "interrupted", **stop.found})
        try:
            self._put_down()
        except Stop as found:
            return found
        return Stop(Verdict.UNKNOWN, bound="interrupted")

    def explore(self) -> None:
        """Go through the states; raises `Stop` before the last one, `Differs`."""
        if self.stored is None or self.stored.note is None:
            self._begin()
        self.begun = True
        with progress_bar("states", self.options.progress) as bar:
            while self.loaded.result.next < self.loaded.result.states:
                if self.options.max_depth is not None and self.depth >= self.options.max_depth:
                    self._put_down()
                    raise Stop(Verdict.UNKNOWN, bound=f"max_depth {self.options.max_depth}")
                self._level(bar)

    @property
    def depth(self) -> int:
        """The depth of the states that are expanded."""
        return int(self.loaded.result.depth)

    def _put_down(self) -> None:
        """Write a checkpoint, if there is a folder and nothing else is to be said."""
        found = self.loaded.result
        if self.stored and self.loaded.library.look() != MORE:
            raise self.loaded.error() or Stop(Verdict.UNKNOWN, bound=self._bound())
        if self.stored and self.begun and found.reason in (MORE, LEVEL, DONE):
            self.stored.put_down(self.loaded, time.perf_counter() - self.started)

    def _begin(self) -> None:
        """Meet the initial states, or those that are given instead."""
        if self._trial:
            self._trial.of_initial()
        for state in self.model.starts and self.model.initial_states:
            with self.loaded.calling():
                reason = self.loaded.library.begin(self.loaded.row(state))
            self._heed(reason)
        reason = DONE if self.model.starts else MORE
        while reason == MORE:
            with self.loaded.calling():
                reason = self.loaded.library.begin_all(self._chunk)
            self._heed(reason)
        self.begun = True
        self._put_down()

    @property
    def _chunk(self) -> int:
        return CHUNK if self.loaded.interpreter is None else FEW

    def _level(self, bar: Any) -> None:
        """Expand the states of one depth."""
        reason = MORE
        while reason == MORE:
            with self.loaded.calling():
                reason = self.loaded.library.expand(self._chunk)
            self._heed(reason)
            self._report(bar)
            if self.stored and self.stored.is_due():
                self._put_down()

    def _heed(self, reason: int) -> None:
        """Stop where the compiled code says that there is something to say."""
        found, written = self.loaded.result, self.written
        if reason == FAILED:
            self._let_python_go_on()
            raise Differs("a state is handed to Python")
        if reason == WIDER:
            raise TooNarrow
        if reason == FULL:
            if self.stored and (told := self.loaded.error()):
                raise told
            raise Stop(Verdict.UNKNOWN, bound=self._bound())
        if reason == STUCK:
            trace = ending_stuck(self.model, self.to(found.bad))
            raise Stop(Verdict.VIOLATED, property="deadlock", trace=trace)
        if reason == BROKEN:
            claim = written.claims.invariants[found.claim]
            trace = ending(self.model, self.to(found.bad), claim, is_true=False)
            raise Stop(Verdict.VIOLATED, property=claim.__name__, trace=trace)
        if reason == BAD_STEP:
            claim, trace = written.claims.steps[found.claim], self.to(found.bad)
            trace = one_more(self.model, trace, claim)
            raise Stop(Verdict.VIOLATED, property=claim.__name__, trace=trace)

    def _let_python_go_on(self) -> None:
        """Meet the initial states, or go on by one step from where successors were not all met.

        Raises `SpecError`, with its place, for what has no value there.
        """
        found, options, model = self.loaded.result, self.options, self.model
        if self.begun:
            met = range(max(0, found.next - WAITING), min(found.next + 1, found.states))
            model = model.starting_at(*map(self.loaded.numbered, met))
        few_steps = ExplorationOptions(
            deadlock=False, max_depth=2 if self.begun else 1, view=options.view,
            action_constraints=options.action_constraints,
        )  # fmt: skip
        Reference(model, few_steps).run()

    def _bound(self) -> str:
        most = self.options.max_states
        if most is not None and (self.stored is None or self.loaded.result.states >= most):
            return f"max_states {most}"
        if self.stored:
            takes = f"values and what is kept of actions take {self.loaded.library.memory():,}"
            return f"max_memory {self.options.memory:,} bytes: {takes} with all states on disk"
        return f"max_memory {self.options.memory:,} bytes"

    def _report(self, bar: Any) -> None:
        found = self.loaded.result
        queue = found.states - found.next
        bar.set_postfix(depth=self.depth + 1, queue=f"{queue:,}")
        bar.update(found.states - bar.n)
        if self.loaded.library.memory() > self._memory():
            raise Stop(Verdict.UNKNOWN, bound=self._bound())

    def _memory(self) -> int:
        """What may be used: what is free is looked up once a second, not for every small level."""
        if time.monotonic() > self._known_until:
            self._most_memory, self._known_until = self.options.memory, time.monotonic() + 1
        return self._most_memory

    def _compare(self) -> None:
        begun = time.perf_counter()
        seconds = begun - self.started
        compare(self.loaded, seconds, begun)
        if self._trial:
            self._trial.of_states(some_states(self.loaded, CLAIMS_TRIED), SHARE * seconds)

    def to(self, number: int) -> Trace:
        """A shortest trace to a state."""
        states = [self.loaded.numbered(n) for n in self.loaded.path(number)]
        if not self.options.symmetry:
            return through(self.model, states)
        return alike(self.model, states, lambda state: self.loaded.canonical(state)[0])

    # What is said.

    def prospect(self, claim: Property, binding: Binding) -> Prospect:
        """From which of the states one with a claim, its parameters bound, can be reached.

        Raises `MemoryError` if the steps do not fit into the memory that may be used.
        """
        return self._graph.prospect(claim, binding)

    @cached_property
    def _graph(self) -> CompiledGraph:
        met = self.loaded.result
        if 4 * self.loaded.cells * met.states + STEP_BYTES * met.generated > self._memory():
            raise MemoryError
        from raftnb.explore.compiled.graph import CompiledGraph

        return CompiledGraph(self.model, self.loaded)

    def _result(self, verdict: Verdict | None, **found: Any) -> Exploration:
        met = self.loaded.result
        witnesses = {
            claim.__name__: ending(self.model, self.to(number - 1), claim, is_true=True)
            if number
            else None
            for claim, number in zip(self.written.claims.awaited, met.found, strict=False)
        }
        if verdict is None:
            found = conclude(self.model, met.states, witnesses, met.cut, met.merged)
        else:
            found["verdict"] = verdict
        coverage: Counter[str] = Counter()
        for instance, times in zip(self.written.instances, self.loaded.taken, strict=False):
            coverage[f"{instance.process}.{instance.action.name}"] += times
        return Exploration(
            distinct=met.states,
            generated=met.generated,
            depth=len(self.loaded.path(met.states - 1)) if met.states else 0,
            witnesses=witnesses,
            cut=met.cut,
            merged=met.merged,
            partial=remarks(self.model, witnesses, met.cut, self.options.symmetry, met.merged),
            coverage=dict(coverage),
            never_taken=never_taken(self.model, coverage) if found.get("complete") else (),
            not_checked=not_checked(self.model),
            interpreted=interpreted_in(self.written),
            seconds=time.perf_counter() - self.started,
            **found,
        )
