"""The same question has the same answer, to the byte, under three hash seeds."""

from __future__ import annotations

from tests.fuzz.hashed import several


def test_answers_are_the_same_under_three_hash_seeds() -> None:
    one, two, three = several(every=50, seeds=6)
    assert one == two == three
    assert len(one) >= 11
    assert len({line.split()[-1] for line in one}) > 7
