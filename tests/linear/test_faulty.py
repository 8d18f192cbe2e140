"""The faults of the exercises are found, at the rung of the ladder where they belong."""

from __future__ import annotations

import pytest

from raftnb.data.verdict import Verdict
from raftnb.linear import Budget, PollQueue, Register, UnorderedQueue, check, climb, why
from raftnb.linear.faulty import (
    ForgetfulReads,
    LostWrites,
    ReorderedQueue,
    StaleReads,
    generate,
    queue_calls,
    register_calls,
)


@pytest.mark.parametrize("seed", range(8))
def test_an_object_without_a_fault_gives_linearizable_histories(seed: int) -> None:
    register = generate(Register(), register_calls, crash=0.1, seed=seed)
    assert check(register, Register).verdict is Verdict.HOLDS
    queue = generate(PollQueue(), queue_calls, seed=seed, operations=25)
    assert check(queue, PollQueue).verdict is Verdict.HOLDS


@pytest.mark.parametrize("seed", range(5))
def test_stale_reads_reach_sequential_consistency_and_no_more(seed: int) -> None:
    history = generate(StaleReads(seed), register_calls, seed=seed)
    assert set(climb(history, Register).highest) - {"safe"} == {"sequential"}


@pytest.mark.parametrize("seed", range(5))
def test_reads_that_fall_back_do_not_even_keep_the_session(seed: int) -> None:
    history = generate(ForgetfulReads(seed), register_calls, seed=seed, operations=40)
    ladder = climb(history, Register, ["sequential", "pram"], Budget(configurations=30_000))
    assert [rung.verdict for rung in ladder.rungs] == [Verdict.VIOLATED] * 2


@pytest.mark.parametrize("seed", range(5))
def test_a_lost_write_is_violated_with_a_story(seed: int) -> None:
    answer = check(generate(LostWrites(seed, 0.5), register_calls, seed=seed), Register)
    assert answer.verdict is Verdict.VIOLATED
    assert 2 <= len(why(answer)[0].operations) <= 8


@pytest.mark.parametrize("seed", range(5))
def test_a_reordered_queue_is_a_bag_and_no_queue(seed: int) -> None:
    history = generate(ReorderedQueue(seed, 0.5), queue_calls, seed=seed, operations=30)
    assert check(history, PollQueue).verdict is Verdict.VIOLATED
    taken = [op.result for op in history.operations if op.name == "dequeue"]
    if None not in taken:
        assert check(history, UnorderedQueue).verdict is Verdict.HOLDS


def test_the_same_seed_gives_the_same_history() -> None:
    one, other = (generate(StaleReads(3), register_calls, seed=3) for _ in range(2))
    assert one == other
