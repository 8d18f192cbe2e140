"""Many random walks side by side, a step of each at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np

from raftnb.data.errors import RaftnbError
from raftnb.data.trace import State, Trace
from raftnb.data.verdict import Verdict
from raftnb.explore.given import asked
from raftnb.explore.rareness import Rareness, drawn
from raftnb.explore.result import DEADLOCK, ExplorationOptions, Stop
from raftnb.explore.retraced import NoSuchStep, one_more
from raftnb.language.claims import Property
from raftnb.language.processes import Action
from raftnb.language.spec import Model

BATCH = 2048
"""So many walks side by side."""


class Met(NamedTuple):
    """What is so of the states that walks have come to, for the first time.

    `shown` are the claims that are *sometimes* so, each with the place of a state that shows it;
    `broken` the place of the first state that breaks an invariant, and which.
    """

    shown: dict[str, int]
    broken: tuple[int, Property] | None


class Onward(NamedTuple):
    """The steps within the constraints out of the states that walks have come to.

    Of each its state, the place of the state before it, and a label, which stands for its action;
    by their places, and for each as plain Python finds them. `stuck` are places without any step;
    `bad` is the first with a step, or a state beyond the constraints, that breaks a claim.
    """

    rows: Any
    parents: Any
    labels: Any
    stuck: list[int]
    bad: int | None


class Ground(Protocol):
    """What walks go on: states as rows of numbers, and what is known of them."""

    @property
    def distinct(self) -> int: ...
    @property
    def generated(self) -> int: ...
    @property
    def taken(self) -> Mapping[str, int]: ...
    def close(self) -> None: ...
    def begin(self, state: State) -> tuple[Property | None, list[int] | None]: ...
    def meet(self, rows: Any) -> Met: ...
    def onward(self, rows: Any) -> Onward: ...
    def is_final(self, row: Any) -> bool: ...
    def actions(self, known: int) -> Iterator[Action]: ...
    def along(self, rows: Sequence[Any]) -> Trace: ...
    def digests_of(self, first: int, end: int) -> Any: ...


@dataclass(frozen=True)
class Walked:
    """What a batch of walks found.

    `new` is the number of the states that no batch before it, in the same process, has visited,
    `states` their digests if they are wanted, `depth` how many states the longest walk has, `taken`
    how often each action could be taken. `found` is what ended the batch early, as fields of
    `Exploration`, and `error` an error in the specification.
    """

    new: int
    states: Any
    generated: int
    depth: int
    taken: dict[str, int]
    witnesses: dict[str, Trace] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)
    error: RaftnbError | None = None


class Walkers:
    """Takes walks of a model, those of one batch after the other.

    Walk n is in batch n // BATCH. What it draws for each of its steps is the number at n % BATCH of
    as many as there may be walks in a batch; by this number it chooses among the steps there are,
    in the order in which plain Python finds them. So it is the same wherever it is taken, and
    however many others there are.
    """

    def __init__(
        self,
        model: Model,
        options: ExplorationOptions,
        depth: int,
        seed: int,
        *,
        rare: bool,
        ground: Ground,
    ) -> None:
        self.model, self.options, self.depth, self.seed = model, options, depth, seed
        self.ground = ground
        self.rareness = Rareness(ground.actions) if rare else None
        self.initial: list[list[int]] = []
        self.rows: Any = None
        self.history: list[tuple[Any, Any]] = []
        self.witnesses: dict[str, Trace] = {}

    def close(self) -> None:
        """Let the threads end."""
        self.ground.close()

    def batch(self, number: int, size: int, *, digests: bool = False) -> Walked:
        """Take the first walks of a batch, so many, to the end or to the first violation."""
        ground = self.ground
        first, generated, taken = ground.distinct, ground.generated, dict(ground.taken)
        self.witnesses, self.history = {}, []
        found: dict[str, Any] = {}
        error = None
        try:
            self._begin()
            self._walk(np.arange(size), np.random.default_rng([self.seed, number]))
        except Stop as stop:
            found = {"verdict": stop.verdict, **stop.found}
        except KeyboardInterrupt:
            found = {"verdict": Verdict.UNKNOWN, "bound": "interrupted"}
        except MemoryError:
            bound = f"max_memory {self.options.memory:,} bytes"
            found = {"verdict": Verdict.UNKNOWN, "bound": bound}
        except RaftnbError as raised:
            error = raised
        return Walked(
            new=ground.distinct - first,
            states=ground.digests_of(first, ground.distinct) if digests else None,
            generated=ground.generated - generated,
            depth=len(self.history),
            taken={name: many - taken[name] for name, many in ground.taken.items()},
            witnesses=self.witnesses,
            found=found,
            error=error,
        )

    def _begin(self) -> None:
        """Check all initial states, once; at least one must be within the constraints."""
        for state in self.model.initial_states if not self.initial else ():
            broken, row = self.ground.begin(state)
            if broken is not None:
                trace = Trace((state,), ())
                raise Stop(Verdict.VIOLATED, property=broken.__name__, trace=trace)
            if row is not None:
                self.initial.append(row)
        if not self.initial:
            raise Stop(Verdict.UNKNOWN, bound="no initial state is within the constraints")

    def _walk(self, walkers: Any, chance: np.random.Generator) -> None:
        chosen = (chance.random(BATCH)[walkers] * len(self.initial)).astype(np.int64)
        self.rows = np.array(self.initial)[chosen]
        if self.rareness is not None:
            self.rareness.begin()
        self._arrive(walkers)
        for _ in range(self.depth):
            walkers = self._step(walkers, chance.random(BATCH))
            if not len(walkers):
                return
            self._arrive(walkers)

    def _arrive(self, walkers: Any) -> None:
        """The walkers (as many rows as there are) have come to new states."""
        self.history.append((walkers, self.rows))
        met = self.ground.meet(self.rows)
        for name, at in met.shown.items():
            self.witnesses[name] = self._trace(at)
        if met.broken is not None:
            at, claim = met.broken
            raise Stop(Verdict.VIOLATED, property=claim.__name__, trace=self._trace(at))

    def _step(self, walkers: Any, picks: Any) -> Any:
        """Take a step of every walk; return those that go on."""
        onward = self.ground.onward(self.rows)
        self._check(onward)
        counts = np.bincount(onward.parents, minlength=len(walkers))
        moving = np.flatnonzero(counts)
        first, counts = (np.cumsum(counts) - counts)[moving], counts[moving]
        if self.rareness is None:
            chosen = first + (picks[walkers[moving]] * counts).astype(np.int64)
        else:
            weights = self.rareness.weights(onward.parents, onward.labels)
            chosen = drawn(weights, first, counts, picks[walkers[moving]])
            self.rareness.took(onward.labels[chosen])
        self.rows = onward.rows[chosen]
        return walkers[moving]

    def _check(self, onward: Onward) -> None:
        for at in onward.stuck:
            if self.options.deadlock and not self.ground.is_final(self.rows[at]):
                raise Stop(Verdict.VIOLATED, property=DEADLOCK, trace=self._trace(at))
        if onward.bad is not None:
            raise self._broken(self._trace(onward.bad))

    def _broken(self, before: Trace) -> Stop:
        """The violation, of the first claim, by a step that no walk takes."""
        for claim in (*asked(self.model, "invariants"), *asked(self.model, "transitions")):
            try:
                trace = one_more(self.model, before, claim)
            except NoSuchStep:
                continue
            return Stop(Verdict.VIOLATED, property=claim.__name__, trace=trace)
        raise NoSuchStep("the engines disagree: in plain Python no step breaks a claim")

    def _trace(self, at: int) -> Trace:
        """The walk that one of the rows has come."""
        return self.path(int(self.history[-1][0][at]))

    def path(self, walker: int) -> Trace:
        """The walk with this place in the batch, as far as it came."""
        rows = []
        for walkers, there in self.history:
            at = int(np.searchsorted(walkers, walker))
            if at < len(walkers) and walkers[at] == walker:
                rows.append(there[at])
        return self.ground.along(rows)
