"""A search that is stuck finds out whether the response could be reached from anything at all."""

from __future__ import annotations

import random
from collections import Counter
from math import inf

import pytest

from benchmarks.linearizable import five_values, made_up
from raftnb.data.events import Response
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import Budget, CASRegister, check
from raftnb.linear.meter import Meter
from raftnb.linear.portions import split
from raftnb.linear.search import Search


def with_wrong_reads(history: History, count: int, dice: random.Random) -> History:
    events = list(history.events)
    reads = [op for op in history.operations if op.name == "read" and not op.pending]
    for op in dice.sample(reads, min(count, len(reads))):
        events[op.returned or 0] = Response(op.process, dice.randrange(5))
    return History(events)


def test_what_is_called_a_dead_end_is_one() -> None:
    dice, seen = random.Random("dead ends"), Counter()
    for seed in range(60):
        history = made_up(CASRegister, 22, dice.randint(3, 8), five_values, 0.02, seed)
        history = with_wrong_reads(history, dice.randint(1, 5), dice)
        (portion,) = split(history, CASRegister)
        search = Search(portion.operations, portion.asked, portion.model, Meter(Budget(), 0))
        search.run(0)
        for last in range(2, len(search.moments)):
            wanted = search.is_dead_end(last, last, inf)
            for back in (1, 2, 4, 8):
                found = search.is_dead_end(last, min(back, last - 1), inf)
                assert wanted or not found, f"response {last}, {back} before it:\n{history}"
                seen[found] += 1
            if wanted:
                break
    assert seen[True] > 30
    assert seen[False] > 1_000


@pytest.mark.parametrize("seed", range(3))
def test_a_violation_among_twenty_busy_processes_is_found(seed: int) -> None:
    history = made_up(CASRegister, 10_000, 20, five_values, seed=seed)
    history = with_wrong_reads(history, 50, random.Random(seed))
    (part,) = check(history, CASRegister, Budget(configurations=200_000)).parts
    assert part.verdict is Verdict.VIOLATED
    assert part.culprit is not None
    assert part.attempts
