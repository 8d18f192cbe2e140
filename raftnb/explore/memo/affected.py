"""Which invariants are to be asked after a step: those that were seen to read what it writes.

All of them were asked of the state before the step. One that reads no cell that the step writes is
led to the same leaf after it, unless its tree has lost leaves since then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from raftnb.explore.memo.trees import Path, Trees

BAG_BIT = 1


def mask(cells: Iterable[int]) -> int:
    """Cells as the bits of a number, of which the lowest is that of the bag."""
    bits = 0
    for cell in cells:
        bits |= 1 << cell + 1
    return bits


class Affected:
    """What claims were seen to read, in a search that asks invariants of each state it keeps.

    Until such a search says so, with `next_level`, all are to be asked after every step.
    """

    def __init__(self, trees: Trees) -> None:
        self.trees = trees
        self._reads: dict[int, int] = {}
        self._paths = defaultdict[int, set[Path]](set)
        self._before: set[int] | None = None
        self._known: dict[tuple[tuple[int, ...], int], tuple[int, ...]] = {}
        self._pruned = 0

    def saw(self, claim: int, path: Path) -> None:
        """A claim was seen to read what is on a path."""
        if path not in self._paths[claim]:
            self._paths[claim].add(path)
            self._reads[claim] = self._reads.get(claim, 0) | mask(cell for cell, _ in path.order)
            self._known.clear()

    def next_level(self) -> None:
        """From here on the states are those of which invariants were asked since the last call."""
        self._before, self.trees.pruned = self.trees.pruned, set()
        self._known.clear()

    def by(self, written: int, claims: tuple[int, ...]) -> tuple[int, ...]:
        """Those of the claims to ask after a step that writes no other cells than these."""
        if self._before is None:
            return claims
        if self._pruned != len(self.trees.pruned):
            self._pruned = len(self.trees.pruned)
            self._known.clear()
        found = self._known.get((claims, written))
        if found is None:
            again, reads = self._before | self.trees.pruned, self._reads
            found = tuple([c for c in claims if c in again or reads.get(c, -1) & written])
            self._known[claims, written] = found
        return found
