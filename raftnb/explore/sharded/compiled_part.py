"""The states of a shard in a program, which makes and reads the batches, too."""

from __future__ import annotations

import ctypes
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from raftnb.data.values import show
from raftnb.explore.compiled.agreement import SHARE, Differs, compare, some_states
from raftnb.explore.compiled.building import known_by
from raftnb.explore.compiled.program import Loaded, text_of
from raftnb.explore.compiled.search import (
    BAD_STEP,
    BROKEN,
    CHUNK,
    FAILED,
    FULL,
    MORE,
    STUCK,
    WIDER,
    TooNarrow,
    interpreted_in,
)
from raftnb.explore.compiled.tried import Trial
from raftnb.explore.compiled.words import NotCompiled
from raftnb.explore.interchangeable import CLAIMS_TRIED
from raftnb.explore.result import ExplorationOptions
from raftnb.explore.sharded.part import Begun, Expanded, Seen
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.parallel import packed, unpacked


class CompiledPart:
    """States in a model's program, of which each process has a copy of its own."""

    def __init__(
        self,
        model: Model,
        options: ExplorationOptions,
        number: int,
        many: int,
        memory: int,
        *,
        wide: bool,
    ) -> None:
        """With no states. Raises `NotCompiled`, where the model or this machine has no program."""
        self.model, self.number, self.many, self.memory = model, number, many, memory
        asked = replace(options, max_memory=None)  # a shard has no states on disk
        self.written = text_of(model, asked, wide=wide)
        if options.symmetry and self.written.in_python:
            raise NotCompiled(next(iter(self.written.in_python.values())))
        self.trial = Trial(model) if options.symmetry else None
        most = memory // (4 * (self.written.width + 1) + 18)
        self.loaded = Loaded(self.written, memory, most, options.deadlock)
        self.library, self.result = self.loaded.library, self.loaded.result
        for name in ("batch_for", "batch_of"):
            getattr(self.library, name).restype = ctypes.c_int64
        self.library.batch_at.restype = ctypes.c_void_p
        for name in ("batch_size", "memory_of_shard"):
            getattr(self.library, name).restype = ctypes.c_size_t
        self.library.home_of.restype = ctypes.c_uint32
        self._heed(self.library.deal_out(number, many, ctypes.c_size_t(memory)))
        self.loaded.begin()
        self.seconds = 0.0  # spent in compiled code

    def begun(self) -> Begun:
        """By what the program is known, with the values that it is given."""
        values = (f"{type(one).__name__} {show(one)}" for one in self.written.constants)
        return Begun(known_by(self.written.text, *values), interpreted_in(self.written))

    def close(self) -> None:
        """Give back the memory."""
        self.library.finish_shard()
        self.loaded.close()

    # A round.

    def initial(self) -> Expanded:
        """Meet those of the initial states that fall to this shard."""
        before, reason = self._counts(), MORE
        with self._timed():
            for state in self.model.starts and self.model.initial_states:
                with self.loaded.calling():
                    reason = self.library.begin(self.loaded.row(state))
                self._heed(reason)
                if reason != MORE:
                    break
            while reason == MORE and not self.model.starts:
                with self.loaded.calling():
                    reason = self.library.begin_all(ctypes.c_uint64(CHUNK))
                self._heed(reason)
        found = self._expanded(before, reason)
        if reason == BROKEN:
            return found._replace(bad=None, broken=self._broken_at_first())
        return found

    def expand(self, start: int, stop: int) -> tuple[Expanded, list[bytes]]:
        """Find what comes after states: counts, and a batch for each shard."""
        before, reason = self._counts(), MORE
        self.result.next, self.result.level_end = start, stop
        with self._timed():
            while reason == MORE:
                with self.loaded.calling():
                    reason = self.library.expand(ctypes.c_uint64(CHUNK))
                self._heed(reason)
            batches, sent = [], 0
            for shard in range(self.many):
                sent += self._made(self.library.batch_for(shard))
                batches.append(self._bytes())
        found = self._expanded(before, reason)
        return found._replace(sent=sent, sent_bytes=sum(map(len, batches))), batches

    def receive(self, batches: tuple[bytes, ...]) -> int:
        """Add the states of batches that are new; how many states there are now."""
        with self._timed():
            for data in batches:
                self._heed(self.library.receive(data, ctypes.c_size_t(len(data))))
        if self.library.memory() + self.library.memory_of_shard() > self.memory:
            raise MemoryError
        return int(self.result.states)

    def look(self, first: int, most: int | None) -> Seen:
        """Ask what is claimed of the states from `first` on, of which there are at most `most`.

        Only what is to be true in some state: invariants were asked where the states were found.
        """
        if most is not None and most < self.result.states:
            self.rewind(most)
        with self._timed():
            self._heed(self.library.look_at(ctypes.c_size_t(first)))
        hits = zip(self.written.claims.awaited, self.result.found, strict=False)
        return Seen(None, {claim.__name__: n - 1 for claim, n in hits if n > first})

    def batch(self, first: int) -> bytes:
        """A batch of all the states from one on."""
        with self._timed():
            n = map(ctypes.c_size_t, (first, self.result.states))
            self._made(self.library.batch_of(*n))
            return self._bytes()

    def rewind(self, count: int) -> None:
        """Forget the states that were met after the first so many."""
        self.library.forget_from(ctypes.c_size_t(count))
        values = ctypes.c_size_t(self.library.arena_words())
        self._heed(self.library.take_up(values, ctypes.c_size_t(count)))

    def state_at(self, number: int) -> tuple[bytes, int, int]:
        """A state, and the shard and number of the one that it was reached from."""
        state, parent = self.loaded.numbered(number), self.library.parent_of(number)
        return packed(state, self.model), self.library.home_of(number), parent

    def standing_for(self, state: bytes) -> bytes:
        """The state that stands for one and all its permutations: itself, without symmetry."""
        return packed(self.loaded.canonical(unpacked(state, self.model))[0], self.model)

    def compare(self) -> None:
        """Look at some states again in plain Python; raises `Differs`.

        With symmetry, raises `SpecError` where members are told apart.
        """
        compare(self.loaded, self.seconds, time.perf_counter())
        if self.trial:
            some = some_states(self.loaded, -(-CLAIMS_TRIED // self.many))
            self.trial.of_states(some, SHARE * self.seconds)

    # What the code says.

    def _heed(self, reason: int) -> int:
        """The reason why the code has stopped, if the exploration can go on after it."""
        if reason == FAILED:
            raise Differs("a state is handed to Python")
        if reason == WIDER:
            raise TooNarrow
        if reason == FULL:
            raise MemoryError
        return reason

    def _expanded(self, before: tuple[int, int, list[int]], reason: int) -> Expanded:
        generated, cut, taken = self._counts()
        coverage: Counter[str] = Counter()
        times = zip(self.written.instances, taken, before[2], strict=False)
        for instance, now, then in times:
            coverage[f"{instance.process}.{instance.action.name}"] += now - then
        claim, state = self.result.claim, self.result.bad
        bad = {BROKEN: (state, claim), BAD_STEP: (state, claim + self._invariants)}
        return Expanded(
            generated - before[0],
            cut - before[1],
            coverage,
            stuck=state if reason == STUCK else None,
            bad=bad.get(reason),
        )

    @property
    def _invariants(self) -> int:
        return len(self.written.claims.invariants)

    def _broken_at_first(self) -> tuple[int, int]:
        """The first initial state that breaks an invariant, in plain Python; and which."""
        for place, state in enumerate(self.model.initial_states):
            world = World(self.model, state)
            for number, claim in enumerate(self.written.claims.invariants):
                if world.failure(claim) is not None:
                    return place, number
        raise Differs("an invariant is broken at the start, and in Python not")

    def _counts(self) -> tuple[int, int, list[int]]:
        return self.result.generated, self.result.cut, list(self.loaded.taken)

    def _made(self, states: int) -> int:
        if states < 0:
            raise MemoryError
        return states

    def _bytes(self) -> bytes:
        return ctypes.string_at(self.library.batch_at(), self.library.batch_size())

    @contextmanager
    def _timed(self) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - begun
