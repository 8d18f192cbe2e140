"""Decision trees over the numbers of a row; they know no specification.

A node names the column of the row that is looked at next, and through which projection (some of
the cells of the component there); an edge is the number seen; a leaf is an answer. The trees are
kept twice: as dictionaries of edges, in which Python inserts, and as flat tables (`Tables.node`
and the hash table `trie`), which compiled code walks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from raftnb.explore.tables.growing_arrays import Growing, Hashed
from raftnb.explore.tables.layout import FRESH, OPEN_BAG, WHOLE, Node


@dataclass(eq=False, slots=True)
class Path:
    """What a run read, and so what a tree must look at before its leaf."""

    order: tuple[tuple[int, int], ...]
    """The cells, each with its column, in the order of first reading."""
    cells: dict[int, frozenset[int]]
    """Those of each column."""
    rests: dict[frozenset[int], Path] = field(default_factory=dict)
    """What is left of it, for the cells that were seen at its first node."""

    def rest(self, seen: frozenset[int]) -> Path:
        """What is left once some cells are seen."""
        order = tuple([place for place in self.order if place[0] not in seen])
        return self.rests.setdefault(seen, Path(order, self.cells))


NO_BAG_YET = int(OPEN_BAG)


class NeedsBag(BaseException):
    """The bag of a row that leaves it open is looked into."""


class NotDetermined(Exception):
    """Two runs that read the same values read different variables next."""


class Projections(Protocol):
    """How the numbers in a column look when only some of its cells are seen."""

    class_of: list[list[int]]
    """For each projection what each number looks like."""

    def projection(self, column: int, cells: frozenset[int]) -> int:
        """The projection of a column to some cells; WHOLE if these are all."""


class Places(Protocol):
    """Where the cells of a state are in a row."""

    columns: list[int]
    components: list[tuple[int, ...]]


class Paths:
    """What runs read, as paths; runs of one action have read few different sequences of cells."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._known: dict[tuple[tuple[int, ...], tuple[tuple[int, ...], ...]], Path] = {}

    def of(self, reads: tuple[int, ...], written: tuple[tuple[int, ...], ...] = ()) -> Path:
        """The path of a run that read some cells, and whose outcomes wrote some components.

        A component that is written counts as read as a whole, at last.
        """
        known = self._known.get((reads, written))
        if known is None:
            columns, components = self.places.columns, self.places.components
            whole = [cell for some in written for one in some for cell in components[one]]
            order = tuple([(cell, columns[cell]) for cell in dict.fromkeys([*reads, *whole])])
            cells = dict[int, set[int]]()
            for cell, column in order:
                cells.setdefault(column, set()).add(cell)
            known = Path(order, {c: frozenset(found) for c, found in cells.items()})
            self._known[reads, written] = known
        return known


@dataclass(eq=False, slots=True)
class Look:
    """What Python knows of a node: what is looked at there, and where each number seen leads."""

    column: int
    projection: int
    cells: frozenset[int]
    """The cells that are seen."""
    classes: Sequence[int] | None
    """What each number looks like then; None if all cells are seen."""
    edges: dict[int, int]


class Trees:
    """The decision trees of all slots, numbered as the slots are."""

    def __init__(self, projections: Projections) -> None:
        self.projections = projections
        self.root: dict[int, int] = {}
        self.roots: Any = None  # `root` as an array, as `save` has left it
        self.node = Growing(np.int64, len({*Node}))
        self.node.append((FRESH, WHOLE, 0, 0))  # so that 0 means: no node
        self.looks: list[Look | None] = [None]  # None for a leaf
        self.unsaved: dict[int, int] = {}
        self.pruned: set[int] = set()  # those that have lost leaves since this was emptied
        self.trie = Hashed()

    def plant(self) -> int:
        """The number of a new tree, of which nothing is known yet."""
        tree = len(self.root)
        self.uproot(tree)
        return tree

    def uproot(self, tree: int) -> None:
        """Forget all that is known of a tree."""
        self.root[tree], self.roots = 0, None

    def walk(self, tree: int, row: Sequence[int]) -> int:
        """The leaf that a row leads to, or 0; raises `NeedsBag` if it looks into an open bag."""
        node, looks, number = self.root[tree], self.looks, 0
        while node:
            look = looks[node]
            if look is None:
                return node
            number, classes = row[look.column], look.classes
            node = look.edges.get(number if classes is None else classes[number], 0)
        if number == NO_BAG_YET:  # no edge has this number
            raise NeedsBag
        return 0

    def insert(
        self, tree: int, row: Sequence[int], path: Path, leaf: tuple[int, int, int, int]
    ) -> int:
        """Put a run's path and leaf into a tree; return the leaf's node.

        A node that looks at cells which this run did not read, starts anew with fewer of them; the
        others are looked at below it. So what one guard decides is asked once for each value of
        what this guard reads. Raises `NotDetermined` if the path contradicts the tree: then the run
        was not the first one.
        """
        parent, edges, number = 0, self.root, tree
        while path.order:
            cell, column = path.order[0]
            node = edges.get(number, 0)
            look = self.looks[node] if node else self._look(column, path.cells[column])
            rest = path.rests.get(look.cells) if look is not None else None
            if rest is None:  # no run on this path came by a node like this
                if look is None or cell not in look.cells:
                    raise NotDetermined
                if not look.cells <= path.cells[column]:
                    node, look = 0, self._look(column, look.cells & path.cells[column])
                    self.pruned.add(tree)
                rest = path.rest(look.cells)
            assert look is not None
            if not node:
                whole = (column, look.projection, 0, 0)
                node = self._grow(parent, edges, number, whole, look)
            path, parent, edges, number = rest, node, look.edges, row[column]
            if look.classes is not None:
                number = look.classes[number]
        known = edges.get(number, 0)
        if known and self.looks[known] is not None:
            raise NotDetermined
        return self._grow(parent, edges, number, leaf, None)

    def _look(self, column: int, cells: frozenset[int]) -> Look:
        """How a new node looks at some cells of a column."""
        projection = self.projections.projection(column, cells)
        if projection == WHOLE:
            return Look(column, WHOLE, cells, None, {})
        classes = self.projections.class_of[projection]
        return Look(column, projection, cells, classes, {})

    def _grow(
        self,
        parent: int,
        edges: dict[int, int],
        number: int,
        row: tuple[int, int, int, int],
        look: Look | None,
    ) -> int:
        """A new node, at an edge of its parent, or at the root of a tree."""
        node = edges[number] = len(self.looks)
        self.node.numbers += row
        self.looks.append(look)
        if parent:
            self.unsaved[parent << 32 | number] = node
        else:
            self.roots = None
        return node

    def save(self) -> None:
        """Put the roots and edges that are new where compiled code finds them."""
        if self.roots is None:
            self.roots = np.array(list(self.root.values()), dtype=np.int64)
        if self.unsaved:
            self.trie.update(self.unsaved)
            self.unsaved = {}
