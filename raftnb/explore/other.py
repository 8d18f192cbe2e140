"""When compiled code answers in place of the memo."""

from __future__ import annotations

import sys
import time

from raftnb.data.verdict import Verdict
from raftnb.explore.result import Exploration, ExplorationOptions
from raftnb.language.instances import how_many_begin
from raftnb.language.spec import Model
from raftnb.language.world import World

COMPILED_FROM, RARE = 3_000, 200
"""From so many states on, or after `SECONDS`, if Python runs for more than one step in `RARE`."""
KEPT_FROM, MANY, SECONDS = 10_000, 100_000, 0.5
"""From so many on in any case, if the program is there from an earlier run; or if it is not, from
so many on or after so long a time of the processor, which is about what compiling takes."""
OFTEN = 20
"""Actions that C has to ask Python for pay where the memo runs Python for one step in so many."""
FEW = 3
"""The memo has several threads, compiled code has one and is some three times as fast."""


class Compiled:
    """A model's exploration in compiled code, which is begun when it pays."""

    def __init__(self, model: Model, options: ExplorationOptions) -> None:
        self.model, self.options = model, options
        self._looked, self._asked = False, False
        self._begun = time.process_time()

    def at_once(self) -> Exploration | None:
        """The answer, where there are too many initial states to list them in Python."""
        if self.model.starts:
            return None
        with World(self.model) as world:
            many = how_many_begin(world) >= COMPILED_FROM
        return self._answer(anew=True, mixed=True) if many else None

    def spilled(self) -> Exploration | None:
        """The answer where states may have to go to disk, which the memo cannot do."""
        return self._answer(anew=True, told=True)

    def after(self, states: int, runs: int, steps: int) -> Exploration | None:
        """The answer, after so many states, if in the last `steps` Python had to run so often.

        None where it is too early, or compiled code cannot be had or is not believed; and where
        something is violated: of several shortest traces all machines are to show the memo's.
        """
        is_hard = runs * RARE > steps
        is_slow = time.process_time() - self._begun > SECONDS
        if states < COMPILED_FROM and not (is_hard and is_slow):
            return None
        if is_hard:
            return self._answer(anew=True, mixed=runs * OFTEN > steps)
        if self.options.workers > FEW:
            return None
        if is_slow or states >= MANY:
            return self._answer(anew=True)
        if states >= KEPT_FROM and not self._looked:
            self._looked = True
            return self._answer(anew=False)
        return None

    def _answer(self, *, anew: bool, told: bool = False, mixed: bool = False) -> Exploration | None:
        """What compiled code finds; unless it is `told`, a violation is left to the memo."""
        from raftnb.explore.compiled import Differs, NotCompiled, compiled_search

        if self._asked:
            return None
        try:
            search = compiled_search(self.model, self.options, anew=anew, mixed=mixed)
            self._asked = True
            found = search.run()
        except NotCompiled:
            self._asked = anew
            return None
        except Differs as difference:
            print(f"the compiled code is not believed: {difference}", file=sys.stderr)
            return None
        return None if found.verdict is Verdict.VIOLATED and not told else found
