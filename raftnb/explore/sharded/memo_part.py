"""The states of a shard in the numbers of a memo of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from raftnb.explore.claims import ClaimChecker
from raftnb.explore.expander import Expander
from raftnb.explore.memo.memo import Memo
from raftnb.explore.narrowed import allowing
from raftnb.explore.result import ExplorationOptions
from raftnb.explore.sharded.batches import Batch, as_bytes, from_bytes
from raftnb.explore.sharded.digests import Digests
from raftnb.explore.sharded.part import Begun, Expanded, Seen
from raftnb.explore.tables.hashing import fingerprints, rehash
from raftnb.explore.tables.layout import NO_PARENT, Successors
from raftnb.explore.tables.states import Store
from raftnb.explore.tables.threads import Threads
from raftnb.language.spec import Model
from raftnb.parallel import packed


class MemoPart:
    """States in the numbers of a memo."""

    def __init__(
        self, model: Model, options: ExplorationOptions, number: int, many: int, memory: int
    ) -> None:
        """With no states."""
        self.model, self.options, self.memory = model, options, memory
        self.number, self.many = number, many
        self.memo = Memo(self.model)
        self.digests = Digests(self.memo.interner)
        self.store = self._store()
        self.threads = Threads(1)
        self.checker = ClaimChecker(self.memo)
        if steps := self.options.action_constraints:
            self.memo.step_within = self.memo.claim(steps[0], allowing(steps))
        self.expander = Expander(self.memo, self.store, self.threads)
        self.homes: Any = np.zeros(len(self.store.rows), dtype=np.uint16)

    def begun(self) -> Begun:
        """There is no program."""
        return Begun()

    def close(self) -> None:
        """Nothing is held."""

    def compare(self) -> None:
        """What a memo knows, Python has said."""

    def _store(self) -> Store:
        return Store(self.memo.interner.width, max(1, self.memory), None)

    # A round.

    def initial(self) -> Expanded:
        """Meet those of the initial states that fall to this shard."""
        coverage = self.expander.coverage * 0
        generated, cut, inside = 0, 0, []
        for place, state in enumerate(self.model.initial_states):
            row = self.memo.encode(state)
            if int(self._owners(np.array([row], dtype=np.uint32))[0]) != self.number:
                continue
            generated += 1
            if claim := self.checker.breaks(row):
                broken = (place, self.checker.invariants.index(claim))
                return Expanded(generated, cut, self._taken(coverage), broken=broken)
            if self.memo.is_within(row):
                inside.append(row)
            else:
                cut += 1
        rows = np.array(inside, dtype=np.uint32).reshape(-1, self.store.width)
        parents = np.full(len(rows), NO_PARENT, dtype=np.uint32)
        self._add(Batch(rows, parents, self.number))
        return Expanded(generated, cut, self._taken(coverage))

    def _taken(self, coverage: Any) -> Counter[str]:
        actions = self.memo.slots.actions
        return Counter({f"{p}.{a}": int(coverage[i]) for (p, a), i in actions.items()})

    def expand(self, start: int, stop: int) -> tuple[Expanded, list[bytes]]:
        """Find what comes after states: counts, and a batch for each shard."""
        expander, outgoing = self.expander, self._store()
        before = (expander.generated, expander.cut, expander.coverage.copy())
        stuck: list[int] = []

        def keep(outs: list[Successors]) -> None:
            for out in outs:
                self._put(outgoing, out)

        while start < stop:
            (start,) = expander.expand([(start, stop)], keep)
            stuck += expander.stuck
        batches = self._dealt_out(outgoing)
        return (
            Expanded(
                expander.generated - before[0],
                expander.cut - before[1],
                self._taken(expander.coverage - before[2]),
                self._first_stuck(stuck),
                expander.bad(),
                sent=outgoing.distinct,
                sent_bytes=sum(map(len, batches)),
            ),
            batches,
        )

    def _first_stuck(self, stuck: Sequence[int]) -> int | None:
        for gid in stuck if self.options.deadlock else ():
            if not self.checker.is_final(self.store.rows[gid].tolist()):
                return gid
        return None

    def _owners(self, rows: Any) -> Any:
        return self.digests.of(rows) % np.uint64(self.many)

    def _dealt_out(self, found: Store) -> list[bytes]:
        rows, parents = found.rows[: found.distinct], found.parents[: found.distinct]
        owners = self._owners(rows)
        batches = []
        for owner in range(self.many):
            own = np.flatnonzero(owners == owner)
            batches.append(as_bytes(self.memo, Batch(rows[own], parents[own], self.number)))
        return batches

    def receive(self, batches: tuple[bytes, ...]) -> int:
        """Add the states of batches that are new; how many states there are now."""
        for data in batches:
            self._add(from_bytes(self.memo, data))
        if self.store.bytes + self.memo.interner.bytes > self.store.max_memory:
            raise MemoryError
        return self.store.distinct

    def look(self, first: int, most: int | None) -> Seen:
        """Ask what is claimed of the states from `first` on, of which there are at most `most`."""
        if most is not None and most < self.store.distinct:
            self.rewind(most)
        end = self.store.distinct
        self.checker.check_states(
            self.store.rows, [first], [end], self.threads, self.expander.scratches
        )
        broken = self.checker.broken()
        if broken is not None:
            broken = (broken[0], self.checker.invariants.index(broken[1]))
        witnesses = {name: hit for name, hit in self.checker.witnesses().items() if hit >= first}
        return Seen(broken, witnesses)

    def batch(self, first: int) -> bytes:
        """A batch of all the states from one on."""
        end = self.store.distinct
        rows, parents = self.store.rows[first:end], self.store.parents[first:end]
        return as_bytes(self.memo, Batch(rows, parents, self.homes[first:end].copy()))

    def _put(self, store: Store, out: Successors) -> None:
        at, n = 0, int(out.counts[0])
        while (at := store.add(0, out, at)) < n:
            store.grow_rows()
            store.grow_table(0)

    def _add(self, batch: Batch) -> None:
        before, n = self.store.distinct, len(batch.rows)
        hashes = np.empty(n, dtype=np.uint64)
        fingerprints(batch.rows, hashes)
        none = np.zeros((1, 0), dtype=np.uint32)
        rows, parents = batch.rows[None], batch.parents[None]
        self.store.other_bytes = self.memo.interner.bytes
        self._put(self.store, Successors(rows, hashes[None], parents, none, np.array([n])))
        if len(self.homes) < len(self.store.rows):
            longer = np.zeros(len(self.store.rows), dtype=np.uint16)
            longer[:before] = self.homes[:before]
            self.homes = longer
        self.homes[before : self.store.distinct] = batch.homes

    def rewind(self, count: int) -> None:
        """Forget the states that were met after the first so many."""
        self.store.counts[0] = count
        self.store.tables[0][:] = 0
        rehash(self.store.tables[0], self.store.rows, 0, count, 0, 1)
        self.checker.hits[self.checker.hits >= count] = -1

    def standing_for(self, state: bytes) -> bytes:
        """The state itself: a memo is asked without symmetry here."""
        return state

    def state_at(self, number: int) -> tuple[bytes, int, int]:
        """A state, and the shard and number of the one that it was reached from."""
        state = self.memo.interner.decode(self.store.rows[number].tolist())
        parent = int(self.store.parents[number])
        return packed(state, self.model), int(self.homes[number]), parent
