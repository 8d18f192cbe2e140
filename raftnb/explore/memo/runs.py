"""What the runs of an action did, by the values that they read.

A leaf of a slot's tree says what becomes of whole components. So an action is asked for again where
only what stands beside the variables that it reads is new: another log, and the same guard. It
need not run again there: runs are found by the values of single variables, one after the other, in
the order in which the action reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from raftnb.data.values import Message
from raftnb.explore.memo.interning import Written
from raftnb.explore.memo.tracer import Observed
from raftnb.explore.memo.trees import NotDetermined, Path
from raftnb.language.instances import ActionInstance

TRIED, KEPT_MOST = 16, 8
"""So many are kept at first, then so many for each time that one was found."""


Effect = tuple[int, int]
"""The label and the delta of an outcome of a run: the same wherever it goes so."""


@dataclass(slots=True)
class Ran:
    """A run, and what follows from it wherever the same values are read, once it was asked for."""

    observed: Observed
    own: bool | None = None
    """Whether it touches nothing but the component of its process."""
    path: Path | None = None
    effects: tuple[Effect, ...] = ()


Edges = dict[int, Any]
"""From the number of a cell's value to the cell that is read next, with its edges, or to a run."""

ROOT = 0
"""The only edge of what stands above the cell that is read first."""


class Runs:
    """The runs of one action of one process: all of them while they are found again, else some."""

    __slots__ = ("_edges", "_found", "_kept")

    def __init__(self) -> None:
        self._edges: Edges = {}
        self._found = self._kept = 0

    def find(self, cells: Sequence[int]) -> Ran | None:
        """The run for the values of the cells, given as numbers (`Interner.parts`)."""
        at = self._edges.get(ROOT)
        while at.__class__ is tuple:
            cell, edges = at
            at = edges.get(cells[cell])
        if at is not None:
            self._found += 1
        return at

    def keep(self, cells: Sequence[int], run: Ran) -> None:
        """Keep a run that was not found; `NotDetermined` if another one read other cells there."""
        if self._kept >= TRIED and KEPT_MOST * self._found < self._kept:
            return
        self._kept += 1
        edges, number = self._edges, ROOT
        for cell in run.observed.reads:
            node = edges.get(number)
            if node is None:
                node = edges[number] = (cell, {})
            elif node.__class__ is not tuple or node[0] != cell:
                raise NotDetermined
            edges, number = node[1], cells[cell]
        if number in edges:
            raise NotDetermined
        edges[number] = run


@dataclass(eq=False, slots=True)
class Member:
    """An action of one process, with the message that it receives, if any, and its runs."""

    instance: ActionInstance
    message: Message | None
    runs: Runs = field(default_factory=Runs)
    effects: dict[Written, Effect] = field(default_factory=dict)
    """Those of outcomes that only write, by the cells that they write."""
