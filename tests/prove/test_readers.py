"""Protocols as a newcomer writes them are proved from the shell, and their mistakes are not."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from raftnb.__main__ import main
from raftnb.data.verdict import Verdict
from raftnb.prove import Proof, prove

READERS = Path(__file__).resolve().parents[1] / "data" / "readers"

CONDITIONS = {"atomic_commit": 41, "ring_election": 69, "synod": 200, "learning_switch": 52}

MISTAKES = {
    "atomic_commit:Impatient": {("a_commit_had_all_votes", "commit")},
    "atomic_commit:Deaf": {("counted_votes_are_true", "hear")},
    "atomic_commit:Wavering": {
        ("what_is_done_was_decided", "give_up"),
        ("what_is_said_was_decided", "give_up"),
    },
    "ring_election:Generous": {
        ("who_was_passed_is_smaller", "hear"),
        ("who_hears_its_own_claim_is_largest", "hear"),
    },
    "ring_election:Careless": {("places_and_numbers_differ", "join")},
    "synod:Willful": {("nothing_else_can_be_chosen", "propose")},
    "synod:Faithless": {
        (claim, "accept")
        for claim in (
            "votes_are_of_who_joined",
            "no_votes_since",
            "promises_are_true",
            "promises_are_kept",
            "leaders_know_of_no_later_vote",
            "nothing_else_can_be_chosen",
        )
    },
    "learning_switch:Fickle": {
        ("each_hop_is_nearer", "forward"),
        ("packets_tell_the_distance", "forward"),
    },
    "learning_switch:Mirrored": {
        ("each_hop_is_nearer", "forward"),
        ("packets_tell_the_distance", "forward"),
    },
}


def read(name: str) -> tuple[Proof, dict[str, Any]]:
    """The proof in a reader's file, and all that is there."""
    module = runpy.run_path(str(READERS / f"{name}.py"), run_name=name)
    return module["PROOF"], module


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_readers_protocol_is_proved_from_the_shell(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["prove", str(READERS / f"{name}.py"), "--json", "--no-cache"])
    told = json.loads(capsys.readouterr().out)
    assert (code, told["verdict"], told["partial"]) == (0, "holds", [])
    assert told["proved"] == told["obligations"] == CONDITIONS[name]


@pytest.mark.parametrize("name", CONDITIONS)
def test_no_reader_gives_a_hint(name: str) -> None:
    proof, _ = read(name)
    assert not any(lemma.triggers for lemma in (*proof.lemmas(), *proof.axioms))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_readers_mistake_is_not_proved(mistake: str) -> None:
    name, _, variant = mistake.partition(":")
    proof, module = read(name)
    wrong = proof.of(proof.spec.variant("wrong", module[variant]))
    actions = {action for _, action in MISTAKES[mistake]}
    report = prove(wrong, actions=actions, workers=1, timeout=3, trust=True)
    assert report.verdict is Verdict.UNKNOWN
    assert set(report.failing) == MISTAKES[mistake]
