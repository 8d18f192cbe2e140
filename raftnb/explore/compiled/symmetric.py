"""What C is told of interchangeable members, and states permuted in plain Python."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from raftnb.data.domains import Domain
from raftnb.data.trace import State
from raftnb.data.values import order, rename
from raftnb.explore.compiled.rows import Rows
from raftnb.explore.compiled.tables import Tables, has_bag, numbers
from raftnb.explore.compiled.words import NotCompiled
from raftnb.language.spec import Model
from raftnb.language.world import World

HERE = Path(__file__).parent
TEXTS = ("table.h", "rows.c", "marks.c", "ties.c", "canonical.c")
"""What stands in the text of a model with symmetry, where the sizes of its tables are known."""
NO_SYMMETRY = """const int SYMMETRIC = 0;
void look_at_row(const W *row) {}
void make_canonical(W *met, W *row, uint64_t *hash) {}"""
MOST = 16
"""So many members have four bits each in a word of 64."""
BAG = ("bag",)
Place = tuple[Any, ...]  # what is in a group of cells, then one or two owners


def symmetric_groups(model: Model) -> list[tuple[Domain, ...]]:
    """The members of each domain with two of them or more that may change places."""
    groups = (World(model).members(domain) for domain in model.spec.symmetric)
    return [group for group in groups if len(group) > 1]


class Symmetric:
    """Writes the tables of a model's interchangeable members: all of one domain, then the next."""

    def __init__(self, tables: Tables, rows: Rows) -> None:
        self.model, self.rows = tables.model, rows
        self.groups = symmetric_groups(tables.model)
        self.firsts = [tables.first(type(group[0]).root) for group in self.groups]
        self.members = [member for group in self.groups for member in group]
        if len(self.members) > MOST:
            raise NotCompiled(f"symmetry of more than {MOST} members")
        self._number = {member.name: i for i, member in enumerate(self.members)}
        self._chance = random.Random(0)
        self._weights: dict[Any, int] = {}

    def text(self) -> list[str]:
        """The tables, and what is done with them."""
        n, places = len(self.members), [self._place(first) for first, _ in self.rows.groups]
        domains = [
            f"{{{first}, {len(group)}, {self.members.index(group[0])}}}"
            for first, group in zip(self.firsts, self.groups, strict=True)
        ]
        of = [d for d, group in enumerate(self.groups) for _ in group]
        kept = len(places) - 1 if self.model.keeps and has_bag(self.model) else -1
        lanes = max(4, 1 << (n - 1).bit_length())
        return [
            numbers(SYMMETRIC=1),
            f"enum {{ MEMBERS = {n}, LANES = {lanes}, DOMAINS = {len(domains)} }};",
            f"enum {{ ALL_GROUPS = {len(places)}, ROW = {self.rows.width}, KEPT = {kept} }};",
            f"static const struct {{ W word; int n, first; }} domains[] = {_nested(domains)};",
            f"static const int domain_of[] = {_nested(of)};",
            *self._moving(places),
            f"static const W weights_of[][LANES] = "
            f"{_nested([list(self._weighed(place, lanes)) for place in places])};",
            *((HERE / name).read_text() for name in TEXTS),
        ]

    def _moving(self, places: list[Place]) -> list[str]:
        """With whom each group moves, and which group it is then."""
        kinds = list(dict.fromkeys(kind for kind, *_ in places))
        n = len(self.members) + 1
        where = [[[-1] * n for _ in range(n)] for _ in kinds]
        moving = []
        for group, (kind, first, second) in enumerate(places):
            where[kinds.index(kind)][first][second] = group
            is_weighed = int(kind != BAG and kind[1:] != (0,))
            moving.append([kinds.index(kind), first, second, is_weighed])
        fields = "int kind, first, second, is_weighed;"
        return [
            f"static const struct moving {{ {fields} }} moving[] = {_nested(moving)};",
            f"static const int where[][MEMBERS + 1][MEMBERS + 1] = {_nested(where)};",
        ]

    def _place(self, cell: int) -> Place:
        """What a group has, and the numbers of the members with whom it moves, or of nobody."""
        nobody, own = len(self.members), len(self.model.variables)
        if cell >= len(self.model.layout.cells):
            return BAG, nobody, nobody
        if cell < own:
            owner = self.model.layout.cells[cell].owner
            if owner not in self._number:
                return ("shared", cell), nobody, nobody
            cls = self.model.variables[cell][1]
            return (cls.root, cell - self.model.bases[cls.root, owner]), self._number[owner], nobody
        ends = next(pair for pair, at in self.model.channels.items() if at == cell)
        fixed = tuple("" if end in self._number else end for end in ends)
        first, second = (self._number.get(end, nobody) for end in ends)
        return ("queue", fixed), first, second

    def _weighed(self, place: Place, lanes: int) -> Iterator[int]:
        """An odd number for each member, by what the group has, and by its part in it."""
        kind, first, second = place
        for member in range(lanes):
            part = (kind, member == first, member == second)
            yield self._weights.setdefault(part, self._chance.getrandbits(32) | 1)


def _nested(table: Any) -> str:
    return "{" + ", ".join(map(_nested, table)) + "}" if isinstance(table, list) else str(table)


# In plain Python.


def renamed(model: Model, state: State, names: Mapping[Domain, Domain]) -> State:
    """The state in which members have changed places as `names` says."""
    spelled = {old.name: new.name for old, new in names.items()}
    values, own = list(state.values), len(model.variables)
    for at, cell in enumerate(model.layout.cells[:own]):
        values[at + _moved(model, at, cell.owner, spelled)] = rename(state.values[at], names)
    for (a, b), at in model.channels.items():
        there = model.channels[spelled.get(a, a), spelled.get(b, b)]
        values[there] = rename(state.values[at], names)
    messages = [(rename(message, names), n) for message, n in state.messages]
    in_order = tuple(sorted(messages, key=lambda item: order(item[0])))
    return State(state.layout, tuple(values), in_order)


def _moved(model: Model, cell: int, owner: str, spelled: Mapping[str, str]) -> int:
    """How much further on the cell is to which one moves."""
    root = model.variables[cell][1].root
    return model.bases[root, spelled.get(owner, owner)] - model.bases[root, owner]


def shuffled(model: Model, chance: random.Random) -> dict[Domain, Domain]:
    """A permutation of the interchangeable members."""
    found: dict[Domain, Domain] = {}
    for group in symmetric_groups(model):
        found |= zip(group, chance.sample(group, len(group)), strict=True)
    return found
