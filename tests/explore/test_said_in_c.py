"""What published specifications say in their own way is said in C, with its meaning in Python."""

from __future__ import annotations

from dataclasses import replace

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.explore.compiled import program_of
from raftnb.explore.result import ExplorationOptions
from raftnb.language import Globals, Nat, Process, Record, Seq, Set, Spec, when


class Place(Record):
    x: int
    y: int


def block(x: int, y: int, width: int, height: int) -> Set[Place]:
    return frozenset(Place(x + i, y + j) for i in range(width) for j in range(height))


class Board(Globals):
    blocks: Set[Set[Place]] = frozenset({frozenset({Place(0, 0)}), frozenset({Place(1, 0)})})
    trail: Seq[Nat] = ()


class Hand(Process, number="hands"):
    """Slides blocks: the first hand to the sides, the others up and down."""

    def put(self) -> None:
        when(len(Board.blocks) == 2)
        Board.blocks |= {block(0, 1, 2, 1)}

    def slide(self, forward: bool, x: Nat, size: int) -> None:
        step = 1 if forward else -1
        dx, dy = (step, 0) if self.index == 0 else (0, step)
        moved = frozenset(b for b in Board.blocks if Place(x, 1) in b)
        target = frozenset(Place(p.x + dx, p.y + dy) for b in moved for p in b)
        when(all(0 <= p.x < size and 0 <= p.y < size for p in target))
        when(all(not (target & b) for b in Board.blocks - moved))
        Board.blocks = (Board.blocks - moved) | {target}
        Board.trail = tuple(i * j for i in range(2) for j in (self.index, 1) if i + j < 2)


def apart() -> bool:
    return all(a == b or not (a & b) for a in Board.blocks for b in Board.blocks)


def trails_are_short(hand: Hand) -> bool:
    return len(Board.trail) <= 4 and hand.index <= 1


def never_above() -> bool:
    return block(0, 2, 2, 1) not in Board.blocks


SLIDING = Spec(
    name="sliding",
    processes=(Hand,),
    shared=(Board,),
    constants={"hands": 2, "size": 3},
    invariants=(apart, trails_are_short),
)


@pytest.mark.parametrize("claim", [apart, never_above])
def test_places_several_fors_and_pairs_by_a_condition_mean_in_c_what_they_do_in_python(claim):
    model = replace(SLIDING, invariants=(claim, trails_are_short))()
    assert not program_of(model, ExplorationOptions()).interpreted
    compiled = check(model, engine="compiled", progress=False)
    reference = check(model, engine="reference", progress=False)
    assert compiled.verdict is (Verdict.HOLDS if claim is apart else Verdict.VIOLATED)
    assert (compiled.verdict, compiled.property) == (reference.verdict, reference.property)
    if compiled.verdict is Verdict.HOLDS:
        counts = (compiled.distinct, compiled.generated, compiled.depth)
        assert counts == (reference.distinct, reference.generated, reference.depth)
        assert compiled.coverage == reference.coverage
    else:
        assert len(compiled.trace or ()) == len(reference.trace or ()) == 2
