"""Which invariants are asked after a step: those that read what it writes, or have lost leaves."""

from __future__ import annotations

from raftnb.explore import check
from raftnb.explore.memo.affected import BAG_BIT, Affected, mask
from raftnb.explore.memo.memo import Memo
from raftnb.explore.memo.trees import Paths, Trees
from raftnb.language import Delivery, Message, Nat, Process, Spec, when


class Ring(Message):
    """It rings."""


class Bell(Process, number="bells"):
    first: Nat = 0
    second: Nat = 0
    third: Nat = 0

    def count(self, most: int) -> None:
        when(self.first < most)
        self.first += 1

    def follow(self) -> None:
        when(self.second < self.first)
        self.second += 1

    def end(self, most: int) -> None:
        when(self.second == most)
        self.third = 1


def second_follows(bell: Bell) -> bool:
    """It reads `first` alone, and the others only where that is 2."""
    return bell.first < 2 or bell.second <= bell.first


def third_is_never(bell: Bell) -> bool:
    return bell.third == 0


BELL = Spec(
    "bell",
    (Bell,),
    constants={"bells": 1, "most": 2},
    invariants=(second_follows, third_is_never),
    delivery=Delivery(loses=False),
)


def two_claims() -> tuple[Affected, Trees, Paths]:
    """Claims 0 and 1, which were seen to read cell 0, and cell 1 and the bag."""
    memo = Memo(BELL())
    trees, paths = Trees(memo.interner), Paths(memo.interner)
    affected = Affected(trees)
    for reads in ((0,), (1, -1)):
        affected.saw(trees.plant(), paths.of(reads))
    return affected, trees, paths


def test_a_claim_is_violated_by_what_a_step_writes_long_after_it_was_asked() -> None:
    exploration = check(BELL(), engine="memo", deadlock=False, progress=False)
    assert exploration.property == "third_is_never"
    assert [step.action for step in exploration.trace.steps][-1] == "end"


def test_a_node_that_starts_anew_is_told() -> None:
    memo = Memo(BELL())
    tree, row = memo.trees.plant(), memo.encode(memo.model.initial_states[0])
    for reads, pruned in ((0, 1, 2), set()), ((0, 1), {tree}), ((0,), {tree}):
        memo.trees.pruned = set()
        memo.trees.insert(tree, row, memo.paths.of(reads), (-1, -1, 0, 0))
        assert memo.trees.pruned == pruned


def test_until_a_level_begins_all_are_asked() -> None:
    affected, _, _ = two_claims()
    assert affected.by(mask([2]), (0, 1)) == (0, 1)
    affected.next_level()
    assert affected.by(mask([2]), (0, 1)) == ()


def test_those_are_asked_that_read_what_is_written() -> None:
    affected, _, _ = two_claims()
    affected.next_level()
    assert affected.by(mask([0]), (0, 1)) == (0,)
    assert affected.by(mask([1, 2]), (0, 1)) == (1,)
    assert affected.by(BAG_BIT, (0, 1)) == (1,)


def test_what_is_read_later_counts_from_then_on() -> None:
    affected, _, paths = two_claims()
    affected.next_level()
    assert affected.by(mask([2]), (0, 1)) == ()
    affected.saw(0, paths.of((0, 2)))
    assert affected.by(mask([2]), (0, 1)) == (0,)


def test_a_claim_that_was_never_asked_is_asked() -> None:
    affected, trees, _ = two_claims()
    affected.next_level()
    assert affected.by(mask([2]), (0, 1, trees.plant())) == (2,)


def test_a_tree_that_has_lost_leaves_is_asked_until_all_states_were_met_since() -> None:
    affected, trees, _ = two_claims()
    affected.next_level()
    assert affected.by(mask([2]), (0, 1)) == ()
    trees.pruned.add(1)
    assert affected.by(mask([2]), (0, 1)) == (1,)
    affected.next_level()
    assert affected.by(mask([2]), (0, 1)) == (1,)
    affected.next_level()
    assert affected.by(mask([2]), (0, 1)) == ()
