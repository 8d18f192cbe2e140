"""A specification drives implementations: a right one, wrong ones, and adapters that are wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from raftnb import UsageError, Verdict
from raftnb.__main__ import main
from raftnb.drive import Adapter, Sent, drive, replay
from raftnb.explore import check
from raftnb.specs.libraries.ahead import RAFT_AHEAD
from raftnb.specs.raft.claims import RAFT
from tests.disks import full_disk
from tests.drive.mutants import MUTANTS, toy_of
from tests.drive.toy import Node, Toy

MODEL = RAFT(servers=3, max_term=3, max_log=2, max_restarts=1)
# These need another leader's entries, and many more walks than a test has time for.
RARE = """ByLengthOnly CommitsOldTerms SkipsTheTermOfPrev KeepsConflicts CommitsWhatItHas"""


def test_a_right_implementation_agrees_over_many_walks_that_reach_what_matters() -> None:
    seen: set[str] = set()

    class Watched(Toy):
        def state(self, process: str) -> Any:
            state = super().state(process)
            seen.update((state["role"], f"commit {state['commitIndex']}"))
            return state

    answer = drive(MODEL, Watched(), walks=50, depth=60)
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.differences == ()
    assert answer.walks == 50
    assert answer.inputs == 3000
    assert answer.bound == "50 random walks of at most 60 inputs, seed 0"
    assert {"leader", "candidate", "follower", "commit 1", "commit 2"} <= seen


@pytest.mark.parametrize("mutant", [m for m in MUTANTS if m.__name__ not in RARE])
def test_a_mistake_is_found_and_made_short(mutant: type[Node]) -> None:
    answer = drive(MODEL, toy_of(mutant), walks=30, depth=60, stop_after=1)
    assert answer.verdict is Verdict.VIOLATED
    scene = answer.differences[0].scene
    assert len(scene) <= 14
    again = replay(MODEL, toy_of(mutant), [one.as_tuple() for one in scene])
    assert again.verdict is Verdict.VIOLATED
    assert again.differences[0].signature == answer.differences[0].signature
    assert replay(MODEL, Toy(), scene).verdict is Verdict.HOLDS


def test_the_same_seed_makes_the_same_walks() -> None:
    first, second = (drive(MODEL, Toy(), walks=3, depth=20, seed=7) for _ in range(2))
    assert first.inputs == second.inputs
    found = [drive(MODEL, toy_of(MUTANTS[0]), walks=5, seed=3).differences for _ in range(2)]
    assert found[0] == found[1]


def test_what_a_difference_says() -> None:
    answer = drive(MODEL, toy_of(MUTANTS[1]), walks=10, stop_after=1)
    one = answer.differences[0]
    assert one.name == "s1.votedFor after restart"
    assert [given.as_tuple() for given in one.scene] == [("s1", "time_out"), ("s1", "restart")]
    assert one.note == "s1.votedFor is None there"
    assert answer.property == one.name
    assert str(one.trace.steps[-1]) == "s1.restart()"
    assert one.rules == ("restart: Fail and come back: what is volatile is lost.",)
    data = json.loads(json.dumps(answer.as_json()))
    assert data["verdict"] == "violated"
    assert data["differences"][0]["scene"] == [["s1", "time_out"], ["s1", "restart"]]
    for word in (*one.words, one.note.split(" is ")[0], *one.rules):
        assert word in str(answer)
    assert answer.drawn().svg in answer._repr_html_()
    assert one.note in answer.drawn().alt
    with pytest.raises(UsageError, match="difference 2 of 1"):
        answer.drawn(2)
    assert "s1.votedFor is None there" in answer._repr_html_()


class Forgetful(Toy):
    node = MUTANTS[1]


def test_differences_are_told_though_their_files_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "drive tests.drive.test_drive:Forgetful --walks 10 --stop-after 1 --json"
    test, picture = tmp_path / "test_scene.py", tmp_path / "scene.svg"
    with full_disk():
        assert main([*line.split(), "--test", str(test), "--picture", str(picture)]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["verdict"] == "violated"
    assert f"--test {test}" in err
    assert f"--picture {picture}" in err
    assert not list(tmp_path.iterdir())
    assert main([*line.split(), "--test", str(tmp_path / "nowhere/test.py")]) == 2


def test_differences_are_written_as_tests_that_run_alone(tmp_path: Path) -> None:
    answer = drive(MODEL, toy_of(MUTANTS[1]), walks=10, stop_after=1)
    path = tmp_path / "test_scene.py"
    text = answer.as_test()
    path.write_text(text.replace("ADAPTER = Toy()", "from tests.drive.mutants import *\n"
                                 "ADAPTER = toy_of(ForgetsItsVote)"))  # fmt: skip
    found = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}  # for `tests.drive`
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, check=True, env=found
    )
    assert "s1.votedFor: s1 in the specification, None here" in done.stdout
    space: dict[str, Any] = {"__name__": "scene"}
    exec(text, space)
    space["test_s1_votedfor_after_restart_1"]()  # of the toy without the mistake


def test_a_scene_that_cannot_be_played_is_unknown() -> None:
    answer = replay(MODEL, Toy(), [("s1", "time_out"), ("s1", "client_request", "v1")])
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.bound == "input 2, s1: client request v1: the specification cannot take it"


@pytest.mark.parametrize(
    "row", [("s1",), 5, ("s1", "receive"), ("s1", "receive", 1), ("s1", "receive", 0), "s1"]
)
def test_a_row_that_is_no_input_is_refused(row: Any) -> None:
    with pytest.raises(UsageError, match=r"s1|5"):
        replay(MODEL, Toy(), [row])


def test_raft_ahead_keeps_what_raft_keeps() -> None:
    answer = check(
        RAFT_AHEAD(servers=2, max_term=2, max_log=1, duplicates=0, max_messages=2), progress=False
    )
    assert answer.verdict is Verdict.HOLDS


# Wrong adapters.


class Changed(Toy):
    """The toy with one method exchanged."""

    def __init__(self, name: str, method: Any) -> None:
        setattr(self, name, method)

    def __repr__(self) -> str:
        return "Changed()"


def refused(name: str, method: Any, seconds: float = 5.0) -> UsageError:
    with pytest.raises(UsageError) as caught:
        drive(MODEL, Changed(name, method), walks=5, answer_seconds=seconds)
    assert caught.value.cure
    assert caught.value.allowed
    return caught.value


def raising(*_: Any) -> Any:
    raise KeyError("lost")


def hanging(*_: Any) -> Any:
    while True:
        time.sleep(0.01)


WRONG: dict[str, tuple[str, Any, str]] = {
    "nothing": ("time_out", lambda p: None, "None, from Changed.time_out"),
    "no messages": ("time_out", lambda p: ["hello"], "'hello'"),
    "no kind": ("time_out", lambda p: [Sent("Vote", "s1", "s2")], "a message of kind 'Vote'"),
    "nobody": ("time_out", lambda p: [Sent("RequestVote", p, "s9")], "to 's9'"),
    "no field": ("time_out", lambda p: [Sent("RequestVote", p, p, {"trem": 1})], "trem"),
    "no state": ("state", lambda p: None, "None, from Changed.state"),
    "no variable": ("state", lambda p: {"term": 1}, "['term'], from Changed.state"),
    "no role": ("state", lambda p: {"role": "boss"}, "'boss' as s1.role"),
    "no number": ("state", lambda p: {"currentTerm": "0"}, "'0' as s1.currentTerm"),
    "no list": ("state", lambda p: {"log": 0}, "0 as s1.log"),
    "elsewhere": ("state", lambda p: {"currentTerm": 1}, "a cluster that starts with s1.current"),
    "raises": ("time_out", raising, "KeyError: 'lost'"),
    "raises early": ("start", raising, "KeyError: 'lost'"),
    "hangs": ("time_out", hanging, "no answer in 0.2 seconds"),
    "no method": ("restart", None, "no method `restart`"),
    "no tuple": ("hidden", "become_leader", "hidden = 'become_leader'"),
    "no action": ("joined", ("meet_term",), "no action `meet_term`"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_adapter_is_told_what_is_wrong(case: str) -> None:
    name, method, found = WRONG[case]
    assert found in refused(name, method, seconds=0.2).found


def test_what_is_no_adapter_or_no_model_is_refused() -> None:
    with pytest.raises(UsageError, match="as an adapter"):
        drive(MODEL, object())  # type: ignore[arg-type]
    with pytest.raises(UsageError) as caught:
        drive(MODEL, Toy)  # type: ignore[arg-type]
    assert caught.value.cure == "make one: `Toy()`"
    with pytest.raises(UsageError, match="as a model"):
        drive(RAFT, Toy())  # type: ignore[arg-type]
    for options in ({"walks": 0}, {"depth": True}, {"answer_seconds": 0}, {"stop_after": 0}):
        with pytest.raises(UsageError):
            drive(MODEL, Toy(), **options)  # type: ignore[arg-type]


def test_what_the_implementation_raises_is_a_difference() -> None:
    class Raising(Toy):
        def client_request(self, process: str, value: str) -> list[Sent]:
            json.loads("no json")
            return []

    answer = drive(MODEL, Raising(), walks=10, stop_after=1)
    assert answer.verdict is Verdict.VIOLATED
    assert "JSONDecodeError" in str(answer)
    assert len(answer.differences[0].scene) == 4


def test_an_adapter_needs_its_methods() -> None:
    with pytest.raises(TypeError):
        Adapter()  # type: ignore[abstract]


def test_a_kind_of_message_may_be_dropped_where_the_adapter_says_so() -> None:
    class Deaf(Toy):
        """Nobody but a candidate looks at votes, whatever their term is."""

        def receive(self, process: str, sent_: Sent) -> list[Sent]:
            is_vote = sent_.kind == "RequestVoteResponse"
            if is_vote and self.nodes[process].role != "candidate":
                return []
            return super().receive(process, sent_)

    class Told(Deaf):
        dropped = ("RequestVoteResponse",)

    model = RAFT(servers=3, max_term=3, max_log=1)
    scene = [
        ("s1", "time_out"), ("s3", "receive", 1), ("s1", "receive", 2),  # s1 leads term 1
        ("s2", "time_out"), ("s2", "time_out"), ("s2", "receive", 1),  # s2 refuses, in term 2
        ("s1", "receive", 6), ("s1", "time_out"),
    ]  # fmt: skip
    answer = replay(model, Deaf(), scene)
    assert str(answer.differences[0].mismatches[0]).startswith("s1.currentTerm: 2 in the spec")
    assert replay(model, Told(), scene[:-1]).verdict is Verdict.HOLDS
    assert replay(model, Told(), scene).verdict is Verdict.UNKNOWN  # it still leads
    assert replay(model, Toy(), scene).verdict is Verdict.HOLDS
