"""The scenes of libraries that come with the package, with what the libraries answer in them."""

from __future__ import annotations

import json

import pytest

from raftnb import UsageError, Verdict
from raftnb.drive import recorded_scene, replay
from raftnb.drive.recorded import FOLDER, recorded_scenes
from tests.drive.scenes import SCENES

DIFFERENCES = {
    "pyraftlog-stays-candidate": "s1.role: Role.FOLLOWER in the specification, 'candidate' here",
    "pyraftlog-goes-back": "s2.currentTerm: 2 in the specification, 1 here",
    "pyraftlog-commits-alone": "s1.commitIndex: 0 in the specification, 1 here",
    "pyraftlog-forgets": "s1.currentTerm: 1 in the specification, 0 here",
    "pyraftlog-half": "s1.role: Role.CANDIDATE in the specification, 'leader' here",
    "pysyncobj-forgets": "s1.currentTerm: 1 in the specification, 0 here",
    "pysyncobj-old-answer": "s1.commitIndex: 0 in the specification, 3 here",
    "libraft-whole-log": ("AppendEntriesResponse.matchIndex to s2: 0 in the specification, 1 here"),
    "libraft-old-write": (
        "AppendEntriesResponse to s1: nothing in the specification, "
        "{'term': 3, 'success': True, 'matchIndex': 1} here"
    ),
    "libraft-old-term": "s1.commitIndex: 0 in the specification, 1 here",
    "libraft-late-pre-vote": "s1.currentTerm: 1 in the specification, 2 here",
}


@pytest.mark.parametrize("name", SCENES)
def test_a_library_still_answers_as_it_did(name: str) -> None:
    known = SCENES[name]
    if not known.is_here:
        pytest.skip(f"{known.library} is not installed")
    written = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert known.record() == written, "python -m tests.drive.scenes"


def test_the_scenes_are_those_that_are_known() -> None:
    assert sorted(recorded_scenes()) == sorted(SCENES)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_recorded_scene_differs_at_its_last_input(name: str) -> None:
    scene = recorded_scene(name)
    answer = scene.play()
    assert (answer.verdict, answer.inputs) == (Verdict.VIOLATED, len(scene.inputs))
    assert str(answer.differences[0].mismatches[0]) == DIFFERENCES[name]


def test_a_recorded_scene_that_leads_to_a_loss() -> None:
    scene = recorded_scene("libraft-loses")
    assert scene.play().verdict is Verdict.HOLDS
    logs = [scene.adapter.state(server)["log"] for server in ("s1", "s2")]
    assert logs == [[[1, "v1"]], [[2, "v2"]]]


def test_what_was_not_recorded_is_an_error() -> None:
    scene = recorded_scene("pyraftlog-forgets")
    with pytest.raises(UsageError, match="input 2: s1 time_out, which was not recorded"):
        replay(scene.model, scene.adapter, [("s1", "time_out"), ("s1", "time_out")])
    with pytest.raises(UsageError, match="input 1: s2 time_out, which was not recorded"):
        replay(scene.model, scene.adapter, [("s2", "time_out")])


def test_an_unknown_scene_is_an_error_that_names_them() -> None:
    with pytest.raises(UsageError, match="no recorded scene 'libraft'"):
        recorded_scene("libraft")
