"""The same question has the same answer, to the byte, under two hash seeds."""

from __future__ import annotations

from tests.fuzz.hashed import twice


def test_answers_are_the_same_under_two_hash_seeds() -> None:
    one, two = twice(every=50, seeds=6)
    assert one == two
    assert len(one) >= 11
    assert len({line.split()[-1] for line in one}) > 7
