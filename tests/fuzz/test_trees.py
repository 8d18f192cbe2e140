"""The typed trees of random specifications say what running says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz.compare import compare
from tests.fuzz.one import compared
from tests.fuzz.plain import compare_plain
from tests.fuzz.translations import compare_translations
from tests.fuzz.trees import compare_trees
from tests.oracles.random_oddities import systematic
from tests.oracles.random_specs import HEADER, make

SEEDS = range(int(os.environ.get("RAFTNB_FUZZ", "100")))


@pytest.mark.parametrize("first", SEEDS[::20])
def test_trees_agree_with_running_on_random_specifications(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 20):
        found = compared(make(seed).text, tmp_path, (compare_trees,))
        assert [str(one) for one in found.differences] == [], f"seed {seed}"


def test_engines_agree_on_constructs_at_the_edge_of_the_language(tmp_path: Path) -> None:
    ask = (compare, compare_plain, compare_trees, compare_translations)
    texts = systematic(HEADER)
    for text in texts[:: 1 if len(SEEDS) > 100 else 16]:
        found = compared(text, tmp_path, ask)
        assert [str(one) for one in found.differences] == [], text


def test_a_world_agrees_with_plain_objects_on_random_specifications(tmp_path: Path) -> None:
    for seed in SEEDS:
        found = compared(make(seed).text, tmp_path, (compare_plain,))
        assert [str(one) for one in found.differences] == [], f"seed {seed}"
