"""The short run: the first seeds, what is made, and that differences are seen and shrunk."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from raftnb.data.trace import State
from raftnb.language import Model
from tests.fuzz import compare as comparing
from tests.fuzz import views
from tests.fuzz.__main__ import rows, run_batch
from tests.fuzz.constants import compare_constants
from tests.fuzz.one import NOT_REFUSED, compared
from tests.fuzz.shrink import shrink
from tests.fuzz.views import compare_views
from tests.oracles import by_hand
from tests.oracles.random_mistakes import with_mistake
from tests.oracles.random_oddities import CLAIMS, VALUES, operand
from tests.oracles.random_specs import make
from tests.oracles.random_types import Chance
from tests.oracles.random_writer import DOMAINS, PRODUCTIONS

SEEDS = range(
    int(os.environ.get("RAFTNB_FUZZ_FIRST", "0")), int(os.environ.get("RAFTNB_FUZZ", "100"))
)


@pytest.mark.parametrize("first", SEEDS[::20])
def test_all_engines_agree_on_random_specifications(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 20):
        found = compared(make(seed).text, tmp_path, (comparing.compare,))
        assert [str(one) for one in found.differences] == [], f"seed {seed}"


def test_the_same_seed_makes_the_same_text_in_any_process() -> None:
    code = "from tests.oracles.random_specs import make; print(*(make(s).text for s in range(40)))"
    texts = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(texts) == 1


def test_every_production_is_used_and_most_specifications_run(tmp_path: Path) -> None:
    made = [make(seed) for seed in range(1_500)]
    kinds: Counter[str] = sum((one.kinds for one in made), Counter())
    assert {p.name for p in PRODUCTIONS} | {f"over {name}" for name in DOMAINS} <= set(kinds)
    assert len([kind for kind in kinds if kind.startswith("network: ")]) == 8
    assert len(kinds) >= 150


def test_what_is_made_is_python() -> None:
    for value in VALUES:
        for form in CLAIMS:
            ast.parse(form.format(v=value, again=operand(value)))
    for seed in (4370, *range(300)):
        ast.parse(make(seed).text)


def test_a_step_too_few_is_a_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each action's ways the last one is left out by hand: the engines have more steps."""
    honest = by_hand.outcomes

    def fewer(model: Model, state: State) -> dict[Any, Any]:
        return {call: ways[:-1] for call, ways in honest(model, state).items()}

    texts, ask = [make(seed).text for seed in range(8)], (comparing.compare,)
    assert not any(compared(text, tmp_path, ask).differences for text in texts)
    monkeypatch.setattr(by_hand, "outcomes", fewer)
    assert any(compared(text, tmp_path, ask).differences for text in texts)


def test_a_text_is_shrunk_to_what_shows_the_difference() -> None:
    text = "def f(x):\n    y = 1\n    if x > 0 and x % (2 + y) == 1:\n        y = 3\n    return y\n"
    small = shrink(text, lambda smaller: "%" in smaller)
    assert small == "def f():\n    if x % 2:\n        pass"


def test_a_mistake_in_a_random_specification_is_refused(tmp_path: Path) -> None:
    for seed in range(200):
        text, what = with_mistake(make(seed % 80).text, Chance(seed))
        found = compared(text, tmp_path, ())
        assert not found.differences, f"seed {seed}: {what}"
        assert found.refusals, f"seed {seed}: {what}"


def test_a_mistake_that_is_not_refused_is_a_difference(tmp_path: Path) -> None:
    text = make(0).text.replace("\n\n\nclass ", "\n\nMUST_BE_REFUSED = True\n\n\nclass ", 1)
    found = compared(text, tmp_path, ())
    assert [one.between for one in found.differences] == [NOT_REFUSED]


def test_wrong_constants_names_and_views_on_random_specifications(tmp_path: Path) -> None:
    for seed in range(30):
        found = compared(make(seed).text, tmp_path, (compare_constants, compare_views))
        assert [str(one) for one in found.differences] == [], f"seed {seed}"


def test_a_view_that_is_wrong_by_hand_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By hand, the value given for a variable is forgotten: some verdict differs."""
    texts = [make(seed).text for seed in (37, 46, 65)]
    ask = (compare_views,)
    assert not any(compared(text, tmp_path, ask).differences for text in texts)
    monkeypatch.setattr(views, "by_hand", lambda model, state, given: state)
    assert any(compared(text, tmp_path, ask).differences for text in texts)


def test_a_specification_answers_the_same_under_another_hash_seed(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    run_batch(0, 4, tmp_path, 300.0)
    run_batch(0, 4, tmp_path / "again", 300.0, 1)
    mine, theirs = ([row["digest"] for row in rows(at)] for at in (tmp_path, tmp_path / "again"))
    assert mine == theirs
    assert len(set(mine)) > 2
