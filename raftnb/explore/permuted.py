"""Symmetry is earned: at the end, what was claimed and done is tried in permutations of states.

A run is tried when it is new to the trees, but one that reads little is new only once: a claim that
looks at the first member's variable alone says the same of all the states that symmetry has left.
So some of the states that were met are permuted, and all is tried there once more.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence

from raftnb.explore.interchangeable import ACTIONS_TRIED, CLAIMS_TRIED
from raftnb.explore.memo.memo import Memo
from raftnb.explore.tables.states import Store


def try_permutations(memo: Memo, rows: Sequence[Sequence[int]]) -> None:
    """Try claims in states, and actions in the first of them.

    Raises `SpecError` where one tells members apart.
    """
    if not memo.trials.swaps:
        return
    claims = [slot.number for slot in memo.slots.all if slot.claims]
    claims = [number for number in claims if number not in memo.transitions]
    for row in rows:
        try_claims(memo, claims, row)
    for row in rows[:ACTIONS_TRIED]:
        _try_actions(memo, row)


def some_rows(store: Store) -> list[list[int]]:
    """The rows of some states, always the same ones of the same states."""
    chance, ends = random.Random(0), store.frontier()
    most = max(ends)
    drawn = {chance.randrange(most): None for _ in range(CLAIMS_TRIED if most else 0)}
    met = [n for n in drawn if n < store.base or n < ends[(n - store.base) % len(ends)]]
    return [store.rows[number].tolist() for number in met]


def try_claims(memo: Memo, claims: Iterable[int], row: Sequence[int]) -> None:
    """Try claims, given as slots, in permutations of a state (or of a state and the next one)."""
    for number in claims:
        slot = memo.slots.all[number]
        assert slot.function is not None
        value, again = bool(memo.value(number, row)), memo.trials.any_two()
        memo.trials.try_claim(slot.function, row, value, slot.claims[0], again)


def _try_actions(memo: Memo, row: Sequence[int]) -> None:
    """Try every action in permutations of a state, and what is claimed of its steps."""
    content = memo.interner.bags.content_of(row[-1]) if memo.interner.has_bag else []
    asked = [*memo.slots.static, *(s for m, _ in content for s in memo.slots.receivers[m])]
    for number in asked:
        for member in list(memo.slots.all[number].members):
            instance, message = member.instance, member.message
            memo.tracer.put(row)
            run = memo.tracer.run(instance, message)
            memo.trials.try_action(instance, message, row, run, memo.trials.any_two())
        for after in _rows_after(memo, number, row) if memo.transitions else ():
            try_claims(memo, memo.transitions, [*row, *after])


def _rows_after(memo: Memo, slot: int, row: Sequence[int]) -> Iterator[list[int]]:
    """The rows of the states to which a slot leads."""
    _, _, first, end = memo.trees.node.row(memo.leaf(slot, row))
    for _, delta, first_write, end_write in memo.result.rows(first, end):
        after = list(row)
        for component, number in memo.write.rows(first_write, end_write):
            after[component] = number
        if delta:
            after[-1] = memo.after(row[-1], delta)
        yield after
