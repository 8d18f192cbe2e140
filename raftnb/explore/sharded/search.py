"""Breadth first on many machines: the same questions as `breadth_first`, of the same model."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from raftnb.data.errors import UsageError
from raftnb.data.progress import progress_bar
from raftnb.data.trace import State, Trace
from raftnb.data.verdict import Verdict
from raftnb.explore.compiled import Differs, NotCompiled
from raftnb.explore.compiled.program import NO_PARENT
from raftnb.explore.compiled.search import TooNarrow
from raftnb.explore.compiled.tried import Trial
from raftnb.explore.conclusion import conclude, never_taken, not_checked, remarks
from raftnb.explore.given import asked
from raftnb.explore.interchangeable import refuse_favorites
from raftnb.explore.result import Exploration, ExplorationOptions, Stop
from raftnb.explore.retraced import NoSuchStep, alike, ending, ending_stuck, one_more, through
from raftnb.explore.sharded.part import Begun, Expanded, Seen
from raftnb.explore.sharded.shard import MEMO, NARROW, WIDE, Shard
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.parallel import Cluster, Crew, Ended, packed, unpacked

A = TypeVar("A")
ROUND = 500_000
"""So many states are expanded by each shard before what was found is exchanged."""
TRIES = 3
"""So often a round is tried, where workers end."""


class Sharded:
    """One exploration; `run` gives the result. Shard n + 1 keeps what shard n has found."""

    def __init__(
        self, model: Model, options: ExplorationOptions, crew: Crew, engine: str = MEMO
    ) -> None:
        self.started = time.perf_counter()
        self.model, self.options, self.crew = model, options, crew
        self.engine, self.begun_with = engine, Begun()
        self.shards = range(crew.many)
        self.invariants = asked(model, "invariants")
        self.outlawed = (*self.invariants, *asked(model, "transitions"))
        self.counts = [0 for _ in self.shards]  # how many states each shard has
        self.begun = [0 for _ in self.shards]  # how many of them were expanded
        self.round, self.depth, self.deepest = 0, 0, 0
        self.generated, self.cut = 0, 0
        instances = World(model).instances
        self.coverage = Counter({f"{i.process}.{i.action.name}": 0 for i in instances})
        self.hits: dict[str, tuple[int, int]] = {}
        self.sent, self.sent_bytes = 0, 0  # states that shards sent to each other

    def run(self) -> Exploration:
        """Explore to the end, to the first violation, or to a bound."""
        found = self._found()
        claims = {claim.__name__: claim for claim in asked(self.model, "sometimes")}
        witnesses: dict[str, Trace | None] = dict.fromkeys(claims)
        try:
            for name, hit in self.hits.items():
                trace = self._trace(*hit)
                witnesses[name] = ending(self.model, trace, claims[name], is_true=True)
        except Stop as stop:  # what is lost now was seen, and is not missing
            found = {"verdict": stop.verdict, **stop.found}
        return self._result(found, witnesses)

    def _found(self) -> dict[str, Any]:
        """The verdict, and what it is about; none where the exploration came to its end."""
        try:
            with progress_bar("states", self.options.progress) as self.bar:
                self._explore()
            self._compare()
            return {}
        except Stop as stop:
            with suppress(Stop):  # a worker was lost, and it is unknown already
                self._compare()
            return {"verdict": stop.verdict, **stop.found}
        except KeyboardInterrupt:
            return {"verdict": Verdict.UNKNOWN, "bound": "interrupted"}
        except MemoryError:
            bound = f"max_memory {self.options.memory:,} bytes"
            return {"verdict": Verdict.UNKNOWN, "bound": bound}

    def _explore(self) -> None:
        self._begin()
        self._round(None)
        while sum(self.counts) > sum(self.begun):
            self.depth += 1
            if self.options.max_depth is not None and self.depth >= self.options.max_depth:
                raise Stop(Verdict.UNKNOWN, bound=f"max_depth {self.options.max_depth}")
            end = list(self.counts)
            while self.begun != end:
                stops = [min(n + ROUND, stop) for n, stop in zip(self.begun, end, strict=True)]
                self._round(stops)

    def _begin(self) -> None:
        """Let all workers begin; raises `NotCompiled` where they have not all the same program.

        With symmetry, raises `SpecError` where members are told apart at the start.
        """
        if self.options.symmetry:
            refuse_favorites(self.model)
            Trial(self.model).of_initial()
        ended = None
        for _ in range(TRIES):
            try:
                found = self._each("begin", [(self.engine,) for _ in self.shards])
                break
            except Ended as more:
                ended = more
                for number in more.numbers:
                    self.crew.renew(number)
        else:
            raise Stop(Verdict.UNKNOWN, bound=f"{ended}, {TRIES} times at the beginning")
        self.begun_with = found[0]
        if any(one != self.begun_with for one in found):
            raise NotCompiled("the workers do not have the same program")

    def _compare(self) -> None:
        """Let each shard look at states again in plain Python; raises `Differs`, and `Stop`."""
        self._retried(lambda: self._each("compare", [() for _ in self.shards]))

    # Rounds.

    def _round(self, stops: list[int] | None) -> None:
        """Expand a part of a level, or meet the initial states, and judge what was found."""
        expanded, seen, counts, is_over = self._retried(lambda: self._tried(stops))
        before, self.counts = self.counts, counts
        self.deepest = self.depth + 1 if sum(counts) > sum(before) else self.deepest
        self.begun, self.round = stops or self.begun, self.round + 1
        for one in expanded:
            self.generated += one.generated
            self.cut += one.cut
            self.coverage.update(one.coverage)
            self.sent, self.sent_bytes = self.sent + one.sent, self.sent_bytes + one.sent_bytes
        self._judge(expanded, seen)
        self.bar.update(sum(counts) - sum(before))
        if is_over:
            raise Stop(Verdict.UNKNOWN, bound=f"max_states {self.options.max_states}")

    def _tried(self, stops: list[int] | None) -> tuple[list[Expanded], list[Seen], list[int], bool]:
        """What a round finds, if no worker ends; whether there was a state too many."""
        shards, counts = self.shards, self.counts
        if stops is None:
            expanded = self._each("initial", [() for _ in shards])
            batches: list[list[Any]] = [[] for _ in shards]
        else:
            given = list(zip(self.begun, stops, strict=True))
            replies = self._each("expand", given, parts=len(shards))
            expanded = [reply for reply, *_ in replies]
            batches = [[replies[i][1 + j] for i in shards] for j in shards]
        met = self._each("receive", batches)
        most = self._quotas(met)
        looked = self._each("look", list(zip(counts, most, strict=True)), parts=1)
        if len(shards) > 1:
            others = [(n - 1) % len(shards) for n in shards]
            self._each("keep", [(n, self.round, looked[n][1]) for n in others])
        ends = [min(n, most[i]) if most[i] is not None else n for i, n in enumerate(met)]
        return expanded, [seen for seen, _ in looked], ends, ends != met

    def _quotas(self, met: list[int]) -> list[Any]:
        """How many states each shard may have, where there are too many in all."""
        most = self.options.max_states
        if most is None or sum(met) <= most:
            return [None for _ in met]
        left, quotas = most - sum(self.counts), []
        for before, now in zip(self.counts, met, strict=True):
            quotas.append(before + min(left, now - before))
            left -= quotas[-1] - before
        return quotas

    def _each(self, method: str, given: list[Any], parts: int = 0) -> list[Any]:
        return self.crew.each(method, [tuple(one) for one in given], parts)

    # Workers that end.

    def _retried(self, ask: Callable[[], A]) -> A:
        """What is answered, by new workers where some have ended; raises `Stop` if that fails."""
        ended, lost = None, set[int]()
        for _ in range(TRIES):
            try:
                if ended is not None:
                    self._repair(lost, str(ended))
                    lost = set()
                return ask()
            except Ended as more:
                ended, lost = more, {*lost, *more.numbers}
        raise Stop(Verdict.UNKNOWN, bound=f"{ended}, {TRIES} times in one round")

    def _repair(self, lost: set[int], why: str) -> None:
        """Put new workers in the places of those that ended, as they were before the round."""
        crew, many = self.crew, len(self.shards)
        if (many == 1 and lost) or any((n + 1) % many in lost for n in lost):
            bound = f"{why}, and with it what was kept of its states"
            raise Stop(Verdict.UNKNOWN, bound=bound)
        for n in self.shards:
            if n not in lost:
                crew.ask(n, "rewind", self.counts[n])
        for n in lost:
            crew.renew(n)
            if crew.ask(n, "begin", self.engine) != self.begun_with:
                raise NotCompiled("a new worker has another program")
            kept = crew.hand((n + 1) % many, "give_back", n, self.round)
            found = crew.ask(n, "restore", kept)
            assert found == self.counts[n], "a shard came back with other states"
        for n in lost:
            whole = crew.hand((n - 1) % many, "everything")
            crew.ask(n, "keep", (n - 1) % many, -1, whole)

    # What is claimed.

    def _judge(self, expanded: list[Expanded], seen: list[Seen]) -> None:
        """Note witnesses; stop at what is violated: deadlocks, then steps, then states."""
        for shard, new in enumerate(seen):
            for name, hit in new.witnesses.items():
                self.hits.setdefault(name, (shard, hit))
        if first := [one.broken for one in expanded if one.broken]:
            place, number = min(first)
            self._false_at(number, Trace((self.model.initial_states[place],), ()))
        for shard, one in enumerate(expanded):
            if one.stuck is not None:
                trace = ending_stuck(self.model, self._trace(shard, one.stuck))
                self._violated("deadlock", trace)
        if bad := [(one.bad[1], n, one.bad[0]) for n, one in enumerate(expanded) if one.bad]:
            number, shard, state = min(bad)
            claim = self.outlawed[number]
            trace = one_more(self.model, self._trace(shard, state), claim)
            self._violated(claim.__name__, trace)
        hits = [(new.broken[1], n, new.broken[0]) for n, new in enumerate(seen) if new.broken]
        if hits:
            number, shard, state = min(hits)
            self._false_at(number, self._trace(shard, state))

    def _violated(self, name: str, trace: Trace) -> None:
        raise Stop(Verdict.VIOLATED, property=name, trace=trace)

    def _false_at(self, number: int, trace: Trace) -> None:
        """Stop at an invariant that is false in the last state of a trace."""
        claim = self.invariants[number]
        self._violated(claim.__name__, ending(self.model, trace, claim, is_true=False))

    def _trace(self, shard: int, number: int) -> Trace:
        """A shortest trace to a state; each shard is asked for the states that it has."""
        states = []
        while number != NO_PARENT:
            here = partial(self.crew.ask, shard, "state_at", number)
            data, shard, number = self._retried(here)
            states.append(unpacked(data, self.model))
        if self.options.symmetry:
            return alike(self.model, states[::-1], self._standing_for)
        return through(self.model, states[::-1])

    def _standing_for(self, state: State) -> State:
        """With symmetry, the state that stands for one, in all shards."""
        data = packed(state, self.model)
        found: State = unpacked(
            self._retried(lambda: self.crew.ask(0, "standing_for", data)), self.model
        )
        return found

    # What is said.

    def _result(self, found: dict[str, Any], witnesses: dict[str, Trace | None]) -> Exploration:
        distinct = sum(self.counts)
        found = found or conclude(self.model, distinct, witnesses, self.cut)
        return Exploration(
            distinct=distinct,
            generated=self.generated,
            depth=self.deepest,
            witnesses=witnesses,
            cut=self.cut,
            partial=remarks(self.model, witnesses, self.cut, symmetry=self.options.symmetry),
            coverage=dict(self.coverage),
            never_taken=never_taken(self.model, self.coverage) if found.get("complete") else (),
            not_checked=not_checked(self.model),
            interpreted=self.begun_with.interpreted,
            seconds=time.perf_counter() - self.started,
            **found,
        )


def explored_on(cluster: Cluster, model: Model, options: ExplorationOptions) -> Exploration:
    """What the workers of a cluster find together, each with a part of the states."""
    many = cluster.workers
    share = -(-many // cluster.machines)
    with Crew(cluster, [Shard(model, options, n, many, share) for n in range(many)]) as crew:
        return explored_by(crew, model, options)


def explored_by(crew: Crew, model: Model, options: ExplorationOptions) -> Exploration:
    """What workers find: in compiled code if all of them have it, and it is to be believed.

    Else each has a memo; with symmetry, raises `UsageError` then. Compiled code begins anew where
    its rows were too narrow.
    """
    started = time.perf_counter()
    for engine in (NARROW, WIDE):
        try:
            found = Sharded(model, options, crew, engine).run()
            return replace(found, seconds=time.perf_counter() - started)
        except TooNarrow:
            continue
        except NotCompiled as reason:
            refuse_symmetry_of_memo(options, reason)
            break
        except (Differs, NoSuchStep) as difference:
            refuse_symmetry_of_memo(options, difference)
            print(f"the compiled code is not believed: {difference}", file=sys.stderr)
            break
    found = Sharded(model, options, crew, MEMO).run()
    return replace(found, seconds=time.perf_counter() - started)


def refuse_symmetry_of_memo(options: ExplorationOptions, reason: Exception) -> None:
    """Raise `UsageError` for symmetry: each memo has its own state that stands for others."""
    if options.symmetry:
        raise UsageError(
            f"symmetry, with a cluster: {reason}",
            allowed="models that can be said in C, on machines with a compiler of C",
            cure="leave `symmetry` out, or the cluster",
        ) from None
