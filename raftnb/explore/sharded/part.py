"""What a shard is asked for, by whatever engine it finds its states."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple, Protocol


class Begun(NamedTuple):
    """What a shard says when it begins: by what the program is known that it runs, if it runs one.

    `interpreted` are the actions that it runs in Python, each with why.
    """

    known_by: str = ""
    interpreted: tuple[str, ...] = ()


class Expanded(NamedTuple):
    """What came of a shard's states: counts, and the first that break something, or None.

    `coverage` says how often each action was taken, `stuck` is a state without a next one that is
    no end, `bad` a state with a step that breaks a claim, and the number of the claim; of an
    initial state, `broken` its place among them, and the number of the claim.
    """

    generated: int
    cut: int
    coverage: Counter[str]
    stuck: int | None = None
    bad: tuple[int, int] | None = None
    broken: tuple[int, int] | None = None
    sent: int = 0
    sent_bytes: int = 0


class Seen(NamedTuple):
    """What is claimed of the new states: the first that breaks an invariant, and which; witnesses.

    `witnesses` has, for each *sometimes* claim that is true somewhere, the first such state.
    """

    broken: tuple[int, int] | None
    witnesses: dict[str, int]


class Part(Protocol):
    """The states of one shard, with what is known of them.

    What it answers is the same if it is asked again after `rewind`.
    """

    def begun(self) -> Begun:
        """What it says at the beginning."""

    def initial(self) -> Expanded:
        """Meet those of the initial states that fall to this shard."""

    def expand(self, start: int, stop: int) -> tuple[Expanded, list[bytes]]:
        """Find what comes after states: counts, and a batch for each shard."""

    def receive(self, batches: tuple[bytes, ...]) -> int:
        """Add the states of batches that are new; how many states there are now."""

    def look(self, first: int, most: int | None) -> Seen:
        """Ask what is claimed of the states from `first` on, of which there are at most `most`."""

    def batch(self, first: int) -> bytes:
        """A batch of all the states from one on."""

    def rewind(self, count: int) -> None:
        """Forget the states that were met after the first so many."""

    def state_at(self, number: int) -> tuple[bytes, int, int]:
        """A state, and the shard and number of the one that it was reached from."""

    def standing_for(self, state: bytes) -> bytes:
        """The state that stands for one and all its permutations: itself, without symmetry."""

    def compare(self) -> None:
        """Look at some states again in plain Python; raises `Differs`.

        With symmetry, raises `SpecError` where members are told apart.
        """

    def close(self) -> None:
        """Give back what it takes."""
