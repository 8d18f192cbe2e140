"""Liveness and refinement on the command line."""

from __future__ import annotations

import json

import pytest

from raftnb.__main__ import main


def run(capsys, *arguments):
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_liveness_prints_the_lasso_and_exits_with_1(capsys):
    code, out, _ = run(capsys, "liveness", "sequential-store")
    assert code == 1
    assert "violated: all_clients_eventually_run (c = c1)" in out
    assert "back to state 5, for ever" in out


def test_liveness_with_strong_fairness_holds_and_exits_with_0(capsys):
    fair = ["--fair", "weak:Client", "--fair", "weak:Store", "--fair", "strong:Client.take_mutex"]
    assert run(capsys, "liveness", "sequential-store", *fair)[0] == 0
    assert run(capsys, "liveness", "fair-store")[0] == 0


def test_liveness_json_is_one_object_with_a_loop(capsys):
    code, out, _ = run(capsys, "liveness", "sequential-store", "--json")
    found = json.loads(out)
    assert (code, found["verdict"], found["trace"]["loop"]) == (1, "violated", 4)
    assert found["fairness"] == ["weak(Client)", "weak(Store)"]


def test_liveness_that_is_cut_off_exits_with_3(capsys):
    code, out, _ = run(capsys, "liveness", "fair-store", "--max-states", "20")
    assert code == 3
    assert "steps lead out of the explored states" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["liveness", "sequential-store", "--property", "x"], "the liveness property `x`"),
        (["liveness", "sequential-store", "--fair", "weak:Server"], "`weak:Server`"),
        (["liveness", "sequential-store", "--fair", "odd:Client"], "`odd:Client`"),
        (["liveness", "nothing"], "the specification `nothing`"),
        (["refines", "internal-memory"], "of which no refinement is claimed"),
        (["refines", "nothing"], "the specification `nothing`"),
    ],
)
def test_mistakes_are_explained_and_exit_with_2(capsys, arguments, said):
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert said in out + err


def test_refines_holds_for_the_cache_and_fails_for_the_stale_store(capsys):
    assert run(capsys, "refines", "write-through-cache")[0] == 0
    code, out, _ = run(capsys, "refines", "stale-store")
    assert code == 1
    assert "the step store.serve() (to state 11) changes what is seen" in out


def test_refines_json_has_both_views(capsys):
    code, out, _ = run(capsys, "refines", "stale-store", "--json")
    found = json.loads(out)
    assert (code, found["verdict"]) == (1, "violated")
    assert len(found["view"]) == len(found["trace"]["states"]) == 11


def test_a_part_of_a_property_s_name_is_answered_with_the_whole(capsys, tmp_path):
    text = (
        "from raftnb import *\n"
        "class Lamp(Process):\n"
        "    on: bool = False\n"
        "    def switch(self) -> None:\n"
        "        self.on = not self.on\n"
        "def lit() -> bool:\n"
        "    return any(lamp.on for lamp in Lamp)\n"
        "LAMP = Spec('lamp', (Lamp,), fairness=(weak(Lamp),), liveness=(eventually(lit),))\n"
    )
    path = tmp_path / "lamp_p.py"
    path.write_text(text)
    code, _, err = run(capsys, "liveness", str(path), "--property", "lit")
    assert (code, "cure:    --property 'eventually lit'" in err) == (2, True)
    assert run(capsys, "liveness", str(path), "--property", "eventually lit")[0] == 0
