"""Walks, fair behaviors and refinement between two specifications, on random ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fuzz import behaviors, pairs, walks
from tests.fuzz.one import BEHAVIORS, compared
from tests.oracles import lassos
from tests.oracles.lassos import Condition, fair_nodes, loop_is_fair
from tests.oracles.random_specs import make


def test_walks_liveness_and_pairs_agree_with_plain_sets(tmp_path: Path) -> None:
    for seed in range(15):
        found = compared(make(seed).text, tmp_path, BEHAVIORS)
        assert [str(one) for one in found.differences] == [], f"seed {seed}"


@pytest.mark.parametrize("name", ["behaviors.compare_liveness", "pairs.compare_pairs"])
def test_an_oracle_that_forgets_fairness_is_noticed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(region: Any, edges: Any, fair: Any, visited: Any = None) -> set[int]:
        return fair_nodes(region, edges, (), visited)

    module, ask = {
        "behaviors.compare_liveness": (behaviors, behaviors.compare_liveness),
        "pairs.compare_pairs": (pairs, pairs.compare_pairs),
    }[name]
    monkeypatch.setattr(module, "fair_nodes", forgetful)
    texts = [make(seed).text for seed in range(60, 120)]
    assert any(compared(text, tmp_path, (ask,)).differences for text in texts)


def test_walks_that_leave_what_was_reached_by_hand_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = walks.paths

    def longer(of: Any, count: int) -> Any:
        found = honest(of, count)
        swapped = (type(one)(one.states[::-1], one.steps) for one in found)
        return [*swapped]

    monkeypatch.setattr(walks, "paths", longer)
    texts = [make(seed).text for seed in range(12)]
    assert any(compared(text, tmp_path, (walks.compare_walks,)).differences for text in texts)


ROUND = frozenset({(0, 1), (1, 0), (1, 2), (2, 2)})


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition(False, frozenset({0}), frozenset({(0, 1)})), {0, 1, 2}),
        (Condition(False, frozenset({0, 1}), frozenset()), {2}),
        (Condition(False, frozenset({1}), frozenset()), {0, 1, 2}),
        (Condition(True, frozenset({1}), frozenset()), {0, 2}),
        (Condition(True, frozenset({0}), frozenset({(1, 0)})), {0, 1, 2}),
        (Condition(True, frozenset({2}), frozenset()), {0, 1}),
    ],
)
def test_the_brute_force_knows_weak_from_strong(condition: Condition, expected: set[int]) -> None:
    assert fair_nodes({0, 1, 2}, ROUND, [condition]) == expected
    assert fair_nodes({0, 1, 2}, ROUND, [condition], {7}) == set()


def test_a_loop_meets_a_condition_by_a_step_or_where_it_is_not_enabled() -> None:
    steps = frozenset({(0, 1), (1, 0)})
    weak, strong = (Condition(kind, frozenset({0}), frozenset()) for kind in (False, True))
    assert loop_is_fair({0, 1}, steps, [weak])
    assert not loop_is_fair({0, 1}, steps, [strong])
    assert loop_is_fair({0, 1}, steps, [Condition(True, frozenset({0}), frozenset({(0, 1)}))])
    assert lassos.reached([0], ROUND, {0, 1}) == {0, 1}
