"""When compiled code answers in place of the memo."""

from __future__ import annotations

import math
import sys
import time
from typing import TYPE_CHECKING, NamedTuple, Self

from raftnb.data.verdict import Verdict
from raftnb.explore.result import Exploration, ExplorationOptions
from raftnb.explore.tables.orders import MOST_ORDERS
from raftnb.language.instances import how_many_begin
from raftnb.language.spec import Model
from raftnb.language.world import World

if TYPE_CHECKING:  # it takes time to import, which a small model does not need
    from raftnb.explore.compiled.building import Build
    from raftnb.explore.compiled.program import Text

COMPILED_FROM = 3_000
"""So many initial states are not listed in Python."""
COMPILING = 0.15
"""Seconds of the processor that the compiler of C takes for a program, about."""
WITH_SYMMETRY = 2.0
"""So many times as long where members change places: what that needs is in the model's own text."""
SURE = 1.5
"""Where the memo would take so many times as long it is not worth going on with."""
TOO_EARLY = 1 / 8
"""After so large a part of that there is something to tell from."""
AHEAD, STEADY = 3, 0.9
"""So many levels are foreseen beyond the states that are waiting; and where levels do not shrink
more than that, at least so many times the states that there were."""
RARE, OFTEN = 200, 20
"""Python that runs for less than one step in `RARE` leaves the memo nearly as fast as compiled
code. Actions that C has to ask Python for pay where it runs for one step in `OFTEN` or more."""
PATIENCE = 2.0
"""So many seconds of the processor the memo has for traces to what compiled code has found."""
FEW = 3
"""The memo has several threads, compiled code has one and is some three times as fast."""


class Pace(NamedTuple):
    """How far the memo has come: depth; states met, and not yet expanded; runs asked for; steps."""

    depth: int
    met: int
    waiting: int
    runs: int
    steps: int


class Compiled:
    """A model's exploration in compiled code, which is begun when it pays.

    It pays where the memo would take longer to its end than the compiler. While that is likely and
    not sure, compiler and memo work side by side, and who is done first goes on. Leaving `with`
    ends the compiler.
    """

    def __init__(
        self, model: Model, options: ExplorationOptions, found: Exploration | None = None
    ) -> None:
        """With `found`, compiled code has answered already, and the memo looks for its traces."""
        self.model, self.options = model, options
        self._compiling = COMPILING * (WITH_SYMMETRY if options.symmetry else 1)
        self._asked = False
        self._program: tuple[Text, Build] | None = None
        self.found = found
        self.unsaid = ""  # what keeps the whole model from compiled code, once that was tried
        self._begun = time.process_time()
        self._seen = self._begun if found is None else math.inf
        self._pace, self._grown = Pace(0, 0, 0, 0, 0), 1.0

    def instead(self) -> Exploration | None:
        """The answer, where the memo is not even to begin if compiled code can be had."""
        if self.options.spills or self._has_many_orders:
            found = self.in_place_of_memo()
            if found is not None:
                return found
        return self._at_once()

    def _at_once(self) -> Exploration | None:
        """The answer, where there are too many initial states to list them in Python."""
        if self.model.starts or self.options.symmetry:
            return None  # with symmetry, Python lists them to see that none is favored
        with World(self.model) as world:
            many = how_many_begin(world) >= COMPILED_FROM
        return self._answer() if many and self._begin(mixed=True) else None

    @property
    def _has_many_orders(self) -> bool:
        """Whether the symmetric members may stand in more orders than the memo tries."""
        domains = self.model.spec.symmetric if self.options.symmetry else ()
        sizes = [len(self.model.names[domain.root]) for domain in domains]
        return math.prod(map(math.factorial, sizes)) > MOST_ORDERS

    def in_place_of_memo(self) -> Exploration | None:
        """The answer where the memo is later there than the compiler, has no disk, or gives up."""
        return self._answer() if self._begin(mixed=False) else None

    def after(self, pace: Pace) -> Exploration | None:
        """The answer, when the memo has come so far.

        None where it is too early, or compiled code cannot be had or is not believed. Of several
        shortest traces all machines are to show the memo's, so that it has some time to find it:
        from its first call on, since what numba compiles once a machine is done before.
        """
        if self.found is not None:
            now = time.process_time()
            self._seen = min(self._seen, now)
            return self.found if now - self._seen > PATIENCE else None
        if self._asked:
            return None
        runs, steps = pace.runs - self._pace.runs, pace.steps - self._pace.steps
        saved = self._saved(pace, is_hard=runs * RARE > steps)
        if self._program is None and saved > self._compiling:
            self._begin(mixed=runs * OFTEN > steps)
        if self._program is None:
            return None
        if not self._program[1].is_done() and saved <= SURE * self._compiling:
            return None
        found = self._answer()
        if found is None or found.verdict is not Verdict.VIOLATED or found.bound is not None:
            return found  # who interrupted it is not to wait for other traces
        self.found, self._seen = found, time.process_time()
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the compiler, if it is at work."""
        if self._program is not None:
            self._program[1].stop()

    def _saved(self, pace: Pace, *, is_hard: bool) -> float:
        """The seconds by which compiled code is sooner at the end than the memo, about.

        States to come cost what those did that were expanded since the memo was asked last.
        """
        before, self._pace = self._pace, pace
        now = time.process_time()
        lately, spent, self._seen = now - self._seen, now - self._begun, now
        expanded = pace.met - pace.waiting - (before.met - before.waiting)
        if expanded <= 0:
            return 0.0
        known = before.met or expanded  # at first those that were expanded, the initial states
        to_come = self._to_come(pace, (pace.met - known) / expanded)
        left = lately / expanded * to_come
        if spent < TOO_EARLY * self._compiling:
            return 0.0
        if is_hard:
            return left
        return left - (left + spent) / FEW if self.options.workers <= FEW else 0.0

    def _to_come(self, pace: Pace, grown: float) -> float:
        """How many states will be expanded, if each level goes on being so many times the last."""
        # Even and odd levels may differ; and a single large one says little.
        ratio = math.sqrt(grown * min(self._grown, 4 * grown))
        self._grown = grown
        last = self.options.max_depth or sys.maxsize
        levels = range(min(AHEAD + 1, last - 1 - pace.depth))
        states = pace.waiting * sum(ratio**level for level in levels)
        if ratio >= STEADY and levels:
            states = max(states, AHEAD * (pace.met - pace.waiting))
        return min(states, (self.options.max_states or sys.maxsize) - pace.met)

    def _begin(self, *, mixed: bool) -> bool:
        """Write the program, and set the compiler to work; whether there is one."""
        from raftnb.explore.compiled import NotCompiled, NotSaid, program_of

        try:
            written = program_of(self.model, self.options, mixed=mixed)
            self._program = written, written.build
        except NotCompiled as reason:
            self._asked = True
            self.unsaid = str(reason) if isinstance(reason, NotSaid) else ""
        return self._program is not None

    def _answer(self) -> Exploration | None:
        """What compiled code finds; None if it cannot be had or is not believed."""
        from raftnb.explore.compiled import CompiledSearch, Differs, NotCompiled

        assert self._program is not None
        written, build = self._program
        self._asked, self._program = True, None
        try:
            build.library()
            return CompiledSearch(written, self.options).run()
        except NotCompiled:
            return None
        except Differs as difference:
            print(f"the compiled code is not believed: {difference}", file=sys.stderr)
            return None
