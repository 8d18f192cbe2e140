"""The shapes of the tree's own tests are said in C, and lead to the states that Python leads to."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.explore import check
from raftnb.explore.compiled import program_of
from raftnb.explore.result import ExplorationOptions
from raftnb.language import when
from tests.tree.test_local_sets import SPEC as CREW
from tests.tree.test_local_sets import Crew
from tests.tree.test_more_shapes import SPEC as NODES
from tests.tree.test_more_shapes import Entry, Node


class Careful(Node):
    """Takes no step where Python would raise."""

    def unpacks_as_many(self) -> None:
        when(len(self.numbers) == 2)
        super().unpacks_as_many()

    def unpacks_one(self) -> None:
        when(len(self.numbers) == 1)
        super().unpacks_one()

    def of_dicts(self) -> None:
        when(self in self.match)
        super().of_dicts()

    def ends(self) -> None:
        when(self.peers and any(n.flag for n in Node))
        super().ends()

    def grows(self) -> None:
        self.log += (Entry(self.term, self.n),)
        self.peers |= {n for n in Node if n.flag}
        self.numbers = (*self.numbers, self.n)[:2]


class CarefulCrew(Crew):
    """Takes no step where Python would raise."""

    def lists_joined(self) -> None:
        when(len(self.log) + len(self.some) > 1)
        super().lists_joined()

    def missing(self) -> None:
        when(self.flag)
        super().missing()

    def grows(self) -> None:
        self.log += (self.k + 1,)
        self.friends |= {c for c in Crew if c.flag}


def few_nodes(a: Node) -> bool:
    small = (
        len(a.numbers) < 3 and len(a.log) < 2 and a.term < 2 and all(-1 <= x < 3 for x in a.numbers)
    )
    return small and -1 <= a.n < 3 and -1 <= a.k < 3


def few_crew(a: Crew) -> bool:
    small = len(a.log) < 3 and len(a.some) < 3
    return small and all(-1 <= x < 3 for x in (*a.log, a.n, a.k))


CAREFUL = {
    "nodes": (NODES.variant("careful-nodes", Careful, constraints=(few_nodes,)), {"nodes": 1}),
    "crew": (CREW.variant("careful-crew", CarefulCrew, constraints=(few_crew,)), {"crew": 1}),
}


@pytest.mark.parametrize("name", sorted(CAREFUL))
def test_all_of_it_is_said_in_c_and_leads_to_the_same_states(name: str) -> None:
    spec, size = CAREFUL[name]
    model: Any = spec(**size)
    assert not program_of(model, ExplorationOptions()).in_python
    compiled, plain = (
        check(model, engine=engine, deadlock=False, progress=False)  # type: ignore[arg-type]
        for engine in ("compiled", "reference")
    )
    counts = (compiled.distinct, compiled.generated, compiled.depth)
    assert counts == (plain.distinct, plain.generated, plain.depth)
    assert compiled.coverage == plain.coverage
    assert compiled.distinct > 100
    print(counts)
