"""Decision trees over the numbers of a row; they know no specification.

A node names the column of the row that is looked at next, and through which projection (some of
the cells of the component there); an edge is the number seen; a leaf is an answer. The trees are
kept twice: as a dictionary of edges, in which Python inserts, and as flat tables (`Tables.node`
and the hash table `trie`), which compiled code walks.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Protocol

import numpy as np

from raftnb.explore.tables.growing_arrays import Growing, Hashed
from raftnb.explore.tables.layout import FRESH, LEAF, OPEN_BAG, WHOLE, Node

Path = dict[int, AbstractSet[int]]
"""The cells read of each column, columns in the order of first reading."""
NO_BAG_YET = int(OPEN_BAG)
ANYTHING_YET = (FRESH, WHOLE, 0, 0)


class NeedsBag(BaseException):
    """The bag of a row that leaves it open is looked into."""


class NotDetermined(Exception):
    """Two runs that read the same values read different variables next."""


class Projections(Protocol):
    """How the numbers in a column look when only some of its cells are seen."""

    class_of: list[list[int]]
    """For each projection what each number looks like."""

    def projection(self, column: int, cells: AbstractSet[int]) -> int:
        """The projection of a column to some cells; WHOLE if these are all."""

    def cells_seen(self, column: int, projection: int) -> AbstractSet[int]:
        """The cells that a projection shows."""


class Places(Protocol):
    """Where the cells of a state are in a row."""

    columns: list[int]
    components: list[tuple[int, ...]]


class Paths:
    """What runs read, as paths; runs of one action have read few different sequences of cells."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._known: dict[tuple[tuple[int, ...], tuple[int, ...]], Path] = {}

    def of(self, reads: tuple[int, ...], written: tuple[int, ...] = ()) -> Path:
        """The path of a run that read some cells, and changed some.

        A component of which a cell is changed counts as read as a whole.
        """
        key = reads, written
        if key not in self._known:
            path: dict[int, set[int]] = {}
            columns = self.places.columns
            for cell in reads:
                path.setdefault(columns[cell], set()).add(cell)
            for column in dict.fromkeys([columns[cell] for cell in written]):
                path.setdefault(column, set()).update(self.places.components[column])
            self._known[key] = {**path}
        return self._known[key]


class Trees:
    """The decision trees of all slots, numbered as the slots are."""

    def __init__(self, projections: Projections) -> None:
        self.projections = projections
        self.root: list[int] = []
        self.roots: Any = None  # `root` as an array, as `save` has left it
        self.node = Growing(np.int64, len({*Node}))
        self.node.append(ANYTHING_YET)  # so that 0 means: no node
        self.edges: dict[int, int] = {}
        self.unsaved: dict[int, int] = {}
        self.trie = Hashed()

    def plant(self) -> int:
        """The number of a new tree, of which nothing is known yet."""
        self.root.append(0)
        self.roots = None
        return len(self.root) - 1

    def uproot(self, tree: int) -> None:
        """Forget all that is known of a tree."""
        self.root[tree], self.roots = 0, None

    def walk(self, tree: int, row: Sequence[int]) -> int:
        """The leaf that a row leads to, or 0; raises `NeedsBag` if it looks into an open bag."""
        node, nodes, edges = self.root[tree], self.node.rows, self.edges
        class_of = self.projections.class_of
        while node:
            column, projection, _, _ = nodes[node]
            if column == LEAF:
                return node
            number = row[column]
            if number == NO_BAG_YET:
                raise NeedsBag
            if projection != WHOLE:
                number = class_of[projection][number]
            node = edges.get(node << 32 | number, 0)
        return 0

    def insert(
        self, tree: int, row: Sequence[int], path: Path, leaf: tuple[int, int, int, int]
    ) -> int:
        """Put a run's path and leaf into a tree; return the leaf's node.

        A node that saw too few cells of its column starts anew with more of them. Raises
        `NotDetermined` if the path contradicts the tree: then the run was not the first one.
        """
        nodes, projections, link = self.node.rows, self.projections, None
        for column, cells in path.items():
            node = self._follow(tree, link)
            kind, projection, _, _ = nodes[node]
            if kind == FRESH:
                projection = self._look(node, column, cells)
            elif kind != column:
                raise NotDetermined
            elif projection != WHOLE:
                known = projections.cells_seen(column, projection)
                if not cells <= known:
                    node = self._new_node(tree, link)
                    projection = self._look(node, column, cells | known)
            number = row[column]
            if projection != WHOLE:
                number = projections.class_of[projection][number]
            link = node << 32 | number
        node = self._follow(tree, link)
        if nodes[node][Node.COMPONENT] >= 0:
            raise NotDetermined
        nodes[node] = leaf
        return node

    def _look(self, node: int, column: int, cells: AbstractSet[int]) -> int:
        """Have a node look at some cells of a column; return the projection to them."""
        projection = self.projections.projection(column, cells)
        self.node.rows[node] = (column, projection, 0, 0)
        return projection

    def _follow(self, tree: int, link: int | None) -> int:
        node = self.root[tree] if link is None else self.edges.get(link, 0)
        return node or self._new_node(tree, link)

    def _new_node(self, tree: int, link: int | None) -> int:
        """A fresh node, at an edge or at the root of a tree."""
        node = self.node.append(ANYTHING_YET)
        if link is None:
            self.root[tree], self.roots = node, None
        else:
            self.edges[link] = self.unsaved[link] = node
        return node

    def save(self) -> None:
        """Put the roots and edges that are new where compiled code finds them."""
        if self.roots is None:
            self.roots = np.array(self.root, dtype=np.int64)
        if self.unsaved:
            self.trie.update(self.unsaved)
            self.unsaved = {}
