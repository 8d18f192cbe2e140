"""One part of the states of an exploration: those that fall to it by their digests."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from typing import Any

from raftnb.explore.result import ExplorationOptions
from raftnb.explore.sharded.compiled_part import CompiledPart
from raftnb.explore.sharded.part import Begun, Expanded, Part, Seen
from raftnb.language.spec import Model

NARROW, WIDE, MEMO = "compiled", "compiled, with wide rows", "memo"


@dataclass(eq=False)
class Shard:
    """The states of shard `number` of `many`, `share` of which are on one machine.

    It keeps for the shard before it what that one has found (`keep`), in case it is lost.
    """

    model: Model
    options: ExplorationOptions
    number: int
    many: int
    share: int = 1
    part: Part | None = field(default=None, init=False)
    kept: dict[int, dict[int, bytes]] = field(default_factory=dict, init=False)

    def begin(self, engine: str) -> Begun:
        """Make ready, with no states; raises `NotCompiled` where this engine cannot be had here."""
        self.close()
        self.part = self._part(engine)
        return self.part.begun()

    def _part(self, engine: str) -> Part:
        memory = self.options.memory // self.share
        given = (self.model, self.options, self.number, self.many, memory)
        if engine != MEMO:
            return CompiledPart(*given, wide=engine == WIDE)
        from raftnb.explore.sharded.memo_part import MemoPart  # brings numba: seconds

        return MemoPart(*given)

    def close(self) -> None:
        """Forget all states, here and what is kept of others."""
        if self.part is not None:
            self.part.close()
        self.part, self.kept = None, {}

    @property
    def states(self) -> Part:
        """The states of this shard, once it has begun."""
        assert self.part is not None, "a shard is asked before it has begun"
        return self.part

    # A round.

    def initial(self) -> Expanded:
        """Meet those of the initial states that fall to this shard."""
        return self.states.initial()

    def expand(self, start: int, stop: int) -> Any:
        """Find what comes after the states from `start` to `stop`: counts, a batch for each shard.

        With one shard there is nobody to send it to but itself.
        """
        found, batches = self.states.expand(start, stop)
        return found, *batches

    def receive(self, *batches: bytes) -> int:
        """Add the states of batches that are new; how many states there are now."""
        return self.states.receive(batches)

    def look(self, first: int, most: int | None) -> tuple[Seen, bytes]:
        """Ask what is claimed of the states from `first` on, at most `most` in all.

        What was found of them, and a batch with them, for the shard that keeps it.
        """
        return self.states.look(first, most), self.states.batch(first)

    def state_at(self, number: int) -> tuple[bytes, int, int]:
        """A state, and the shard and number of the one that it was reached from."""
        return self.states.state_at(number)

    def standing_for(self, state: bytes) -> bytes:
        """The state that stands for one and all its permutations: itself, without symmetry."""
        return self.states.standing_for(state)

    def compare(self) -> None:
        """Look at some states again in plain Python; raises `Differs`, and `SpecError`."""
        self.states.compare()

    # What may be lost.

    def rewind(self, count: int) -> None:
        """Forget the states that were met after the first so many."""
        self.states.rewind(count)

    def keep(self, owner: int, when: int, batch: bytes) -> None:
        """Keep what another shard has found in a round, in case it is lost."""
        self.kept.setdefault(owner, {})[when] = batch

    def give_back(self, owner: int, before: int) -> bytes:
        """What was kept for another shard, of the rounds before this one."""
        kept = sorted(self.kept.get(owner, {}).items())
        return pickle.dumps([batch for when, batch in kept if when < before])

    def restore(self, kept: bytes) -> int:
        """Take over the states of a shard that was lost; how many there are."""
        return self.states.receive(tuple(pickle.loads(kept)))

    def everything(self) -> bytes:
        """A batch with all states."""
        return self.states.batch(0)
