"""Random walks through a model's states, for what is too large to be explored."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.limits import in_time, undisturbed
from raftnb.data.progress import progress_bar
from raftnb.data.trace import State, Trace
from raftnb.data.verdict import Verdict, counted
from raftnb.explore.conclusion import as_tried, begun_elsewhere, not_checked
from raftnb.explore.given import asked, at_least, begun
from raftnb.explore.plain_ground import PlainGround
from raftnb.explore.reference import GivenUp
from raftnb.explore.result import Exploration, ExplorationOptions, nothing_found
from raftnb.explore.walkers import BATCH, Ground, Walked, Walkers
from raftnb.language.spec import Model
from raftnb.parallel import Cluster, Lost, in_order

SECONDS = 0.1
"""So long plain Python tries, of the processor; numba takes 0.6 s to import."""


@dataclass(eq=False)
class Walks:
    """Walks that are to be taken, by the numbers of their batches; in each process from a memo.

    `apart` says that it is one of several processes, `share` of which are on one machine.
    """

    of: Model
    options: ExplorationOptions
    walks: int
    depth: int
    seed: int
    rare: bool = False
    apart: bool = False
    share: int = 1

    def __call__(self, number: int) -> Iterator[Walked]:
        """What a batch of them finds; after one that ended early nobody looks at others."""
        if not self.ended:
            walked = self._batch(number)
            if walked.found or walked.error:
                self.ended.append(walked)
        yield self.ended[0] if self.ended else walked

    def _batch(self, number: int) -> Walked:
        size = min(BATCH, self.walks - number * BATCH)
        try:
            with self._compiling_shown():
                return self.walkers.batch(number, size, digests=self.apart)
        except GivenUp:
            self.walkers = self._with(self._memo())
        with self._compiling_shown():
            for before in range(number):
                self.walkers.batch(before, BATCH)
            return self.walkers.batch(number, size)

    def _compiling_shown(self) -> AbstractContextManager[None]:
        """Around walks for which numba may compile the memo's loops: it is said that it does."""
        if "numba" not in sys.modules or self.apart:
            return nullcontext()
        from raftnb.explore.tables.compiling import compiling_shown

        return compiling_shown(self.options.progress)

    def model(self, number: int) -> Model:
        """The model that its traces are of."""
        return self.of

    @cached_property
    def ended(self) -> list[Walked]:
        """The batch that ended early, if one did."""
        return []

    @cached_property
    def walkers(self) -> Walkers:
        """What takes them, in this process: before numba is there plain Python for a moment."""
        if "numba" in sys.modules or self.apart or self.options.max_memory is not None:
            return self._with(self._memo())
        return self._with(PlainGround(self.of, SECONDS))

    def _with(self, ground: Ground) -> Walkers:
        return Walkers(self.of, self._mine, self.depth, self.seed, rare=self.rare, ground=ground)

    def _memo(self) -> Ground:
        with undisturbed():
            from raftnb.explore.memo_ground import MemoGround

        return MemoGround(self.of, self._mine)

    @property
    def _mine(self) -> ExplorationOptions:
        """The options of this process."""
        memory = self.options.memory // self.share
        return replace(self.options, max_memory=memory) if self.share > 1 else self.options


class Tally:
    """What batches have found, in their order."""

    def __init__(self, work: Walks) -> None:
        self.started, self.work = time.perf_counter(), work
        self.distinct, self.generated, self.depth = 0, 0, 0
        self.states = np.zeros(0, dtype=np.uint64)
        self.taken: Counter[str] = Counter()
        names = [claim.__name__ for claim in asked(work.of, "sometimes")]
        self.witnesses: dict[str, Trace | None] = dict.fromkeys(names)

    def add(self, one: Walked) -> None:
        """Add what a batch has found."""
        if one.states is None:
            self.distinct += one.new
        else:
            self.states = np.union1d(self.states, one.states)
            self.distinct = len(self.states)
        self.generated += one.generated
        self.depth = max(self.depth, one.depth)
        self.taken.update(one.taken)
        for name, trace in one.witnesses.items():
            self.witnesses[name] = self.witnesses[name] or trace

    def result(self, **found: Any) -> Exploration:
        """What all of them found, with a verdict."""
        model = self.work.of
        names = ", ".join(c.__name__ for c in model.checked(model.spec.possible))
        possible = (f"walks do not tell what is possible: {names}",) if names else ()
        return Exploration(
            distinct=self.distinct,
            generated=self.generated,
            depth=self.depth,
            seconds=time.perf_counter() - self.started,
            witnesses=self.witnesses,
            coverage=dict(self.taken),
            not_checked=not_checked(model),
            partial=(*begun_elsewhere(model), *possible),
            **found,
        )


def taken(work: Walks, where: int | Cluster) -> Exploration:
    """What walks find, up to the first batch that ends early; `where` is that of `in_turn`."""
    tally, many = Tally(work), -(-work.walks // BATCH)
    walks, most = counted(work.walks, "random walk"), counted(work.depth, "step")
    bound = f"{walks} of at most {most}, seed {work.seed}"
    bound += ", rare actions first" if work.rare else ""
    stopped = None
    try:
        with (
            progress_bar("walks", work.options.progress, work.walks) as bar,
            closing(in_order(work, many, where)) as batches,  # type: ignore[type-var]
        ):
            for one in batches:
                if isinstance(one, Lost):
                    stopped = f"a process that took walks ended ({one.why})"
                    break
                tally.add(one)
                if one.error is not None:
                    raise one.error
                if one.found.get("verdict") is Verdict.VIOLATED:
                    return tally.result(**one.found)
                if one.found:
                    stopped = one.found["bound"]
                    break
                bar.update(min(BATCH, work.walks - bar.n))
    except KeyboardInterrupt:
        stopped = "interrupted"
    bound = bound if stopped is None else f"{stopped}; {bound} were wanted"
    return tally.result(verdict=Verdict.UNKNOWN, bound=bound)


@told_plainly
def random_walks(
    model: Model,
    *,
    start: State | None = None,
    walks: int = 1000,
    depth: int = 100,
    seed: int = 0,
    rare: bool = False,
    deadlock: bool = True,
    max_memory: int | None = None,
    max_seconds: float | None = None,
    threads: int | None = None,
    progress: bool = True,
    cluster: Cluster | None = None,
) -> Exploration:
    """Take random walks from the initial states, each step chosen evenly among those enabled.

    With `start`, say `trace.last`, they begin in that state. With `rare`, an action is chosen
    first, the sooner the less often it was taken, and then one of its steps: so they get further
    where few steps matter among many.
    Invariants are checked in every state that is walked through, and where a step would leave the
    constraint (such a step is not taken). A violation comes with the walk that led to it, which is
    seldom the shortest; without one the verdict is *unknown*. `distinct` counts the states walked
    through, `generated` the steps that were there to choose from. Same seed, same walks: on any
    number of threads, and on the workers of a `cluster`, which take 2,048 walks at a time. After
    `max_seconds` of this call they end with what was found.
    """
    at_least(1, walks=walks, depth=depth)
    at_least(0, seed=seed)
    options = ExplorationOptions(
        deadlock, max_memory=max_memory, threads=threads, progress=progress
    )
    work = Walks(begun(model, start), options, walks, depth, seed, rare)
    if cluster is not None:
        work = dealt_out(work, cluster)
    return in_time(max_seconds, lambda: as_tried(model, taken(work, cluster or 1)), nothing_found)


def dealt_out(work: Walks, cluster: Cluster) -> Walks:
    """The walks as the workers of a cluster take them; raises `UsageError` for threads."""
    if work.options.threads is not None:
        raise UsageError(
            f"threads={work.options.threads}, with a cluster",
            allowed="so many workers, of one thread each",
            cure="say how many workers: `Cluster(workers=4)`",
        )
    share = -(-cluster.workers // cluster.machines)
    return replace(work, options=replace(work.options, threads=1), apart=True, share=share)
