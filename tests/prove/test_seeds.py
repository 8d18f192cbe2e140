"""One proof with several seeds: what one of them leaves open is not covered up by the others."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from raftnb.__main__ import main
from raftnb.data.verdict import Verdict
from raftnb.prove import Lemma, Proof, Report, seeds
from raftnb.prove.explain import prove_or_explain
from raftnb.prove.seeds import prove_with_seeds
from tests.prove.test_kept import COUNTERS, PROOF, never_two

OPTIONS: dict[str, Any] = {"seed": 0, "seeds": 3, "trust": True, "workers": 1, "timeout": 2}


def test_what_holds_with_each_seed_holds() -> None:
    found = prove_with_seeds(PROOF, **OPTIONS | {"seed": 5, "trust": False})
    assert (found.verdict, found.same, found.property) == (Verdict.HOLDS, True, None)
    assert [report.seed for report in found.reports] == [5, 6, 7]
    assert [report.compared is not None for report in found.reports] == [True, False, False]
    assert str(found).startswith("holds: the same conditions are proved with 3 seeds\nseed 5: ")


def test_what_one_seed_leaves_open_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(proof: Proof, **options: Any) -> Report:
        found = prove_or_explain(proof, **options)
        if options["seed"] != 1:
            return found
        first, *others = found.checked
        return replace(found, checked=(replace(first, proved=False, why="timeout"), *others))

    monkeypatch.setattr(seeds, "prove_or_explain", asked)
    found = prove_with_seeds(PROOF, **OPTIONS)
    assert (found.verdict, found.same) == (Verdict.UNKNOWN, False)
    assert str(found).startswith("unknown: not the same is proved with 3 seeds\n")
    assert found.as_json()["same"] is False


def test_what_no_seed_proves_is_the_same_and_has_its_run_from_the_start() -> None:
    found = prove_with_seeds(Proof(COUNTERS, (Lemma(never_two, (never_two,)),)), **OPTIONS)
    assert (found.verdict, found.same, found.property) == (Verdict.VIOLATED, True, "never_two")
    assert found.violation is not None


def test_what_is_stopped_is_unknown_and_says_with_which_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def asked(proof: Proof, **options: Any) -> Report:
        found = prove_or_explain(proof, **options)
        return replace(found, bound="interrupted") if options["seed"] == 1 else found

    monkeypatch.setattr(seeds, "prove_or_explain", asked)
    found = prove_with_seeds(PROOF, **OPTIONS)
    assert (found.verdict, found.bound) == (Verdict.UNKNOWN, "with seed 1 interrupted")
    assert len(found.reports) == 2


def test_the_command_says_it_of_each_seed(capsys: pytest.CaptureFixture[str]) -> None:
    words = "prove linearizable-store --no-cache --workers 1 --seeds 2"
    assert main([*words.split(), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["verdict"], data["same"]) == ("holds", True)
    assert [one["seed"] for one in data["seeds"]] == [0, 1]
    assert main(words.split()) == 0
    assert "seed 0, 1, " in capsys.readouterr().out
