"""libraft 0.15, driven where it is installed: its disk, network and clock are ours."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from raftnb import UsageError, Verdict
from raftnb.__main__ import main
from raftnb.drive import drive, replay
from raftnb.drive.adapters import libraft
from raftnb.drive.adapters.libraft import Libraft, is_installed
from raftnb.drive.adapters.libraft_node import Ended, Program
from raftnb.drive.driving import Driver
from tests.drive.scenes import AS_IS, PRE_VOTE_AS_IS, SCENES, SOUND

needed = pytest.mark.skipif(not is_installed(), reason="libraft.so.2 is not here (libraft2)")


@needed
def test_walks_find_no_difference_from_the_library_as_it_is() -> None:
    answer = drive(AS_IS, Libraft(), walks=6)
    assert (answer.verdict, answer.differences) == (Verdict.UNKNOWN, ())
    assert answer.inputs > 150


@needed
def test_with_pre_vote_it_asks_first_and_counts_late_answers() -> None:
    answer = drive(PRE_VOTE_AS_IS, Libraft(pre_vote=True), walks=4)
    assert (answer.verdict, answer.differences) == (Verdict.UNKNOWN, ())
    late = SCENES["libraft-late-pre-vote"]
    assert replay(late.model, late.adapter(), late.inputs).verdict is Verdict.VIOLATED
    assert replay(PRE_VOTE_AS_IS, late.adapter(), late.inputs).verdict is Verdict.HOLDS


@needed
def test_a_walk_finds_that_it_answers_for_its_whole_log_and_makes_that_short() -> None:
    driver = Driver(SOUND, Libraft(), 10.0)
    driver.walk(random.Random("0 67"), 40)  # the 68th of seed 0
    (found,) = driver.found.values()
    assert found.name == "AppendEntriesResponse.matchIndex to s1 after AppendEntries from s1"
    assert len(found.scene) <= len(SCENES["libraft-whole-log"].inputs)


@needed
def test_it_is_driven_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drive", "libraft", "--walks", "2", "--depth", "10"]) == 3
    assert "unknown: Libraft() beside raft-libraft, 20 inputs in 2 walks" in capsys.readouterr().out


@needed
def test_two_of_its_servers_commit_different_entries() -> None:
    cluster = Libraft()
    assert replay(AS_IS, cluster, SCENES["libraft-loses"].inputs).verdict is Verdict.HOLDS
    one, other = cluster.state("s1"), cluster.state("s2")
    assert (one["commitIndex"], other["commitIndex"]) == (1, 1)
    assert (one["log"], other["log"]) == ([(1, "v1")], [(2, "v2")])


@needed
def test_a_library_that_dies_is_a_difference_and_the_next_cluster_is_a_new_one() -> None:
    class Dying(Libraft):
        def time_out(self, process: str) -> list[libraft.Sent]:
            child = self.program.child
            assert child is not None
            child.kill()
            child.wait()
            return super().time_out(process)

    answer = replay(SOUND, Dying(), [("s1", "time_out")])
    assert "Ended: the library's process ended with -9" in str(answer)
    assert replay(SOUND, Dying(), []).verdict is Verdict.HOLDS


@needed
def test_a_question_that_makes_no_sense_ends_the_program() -> None:
    program = Program()
    with pytest.raises(Ended):
        program.ask("no such step", 1)
    program.ask("start", 3)
    assert program.ask("look", 3)["state"]["role"] == "follower"
    assert program.end() == 0


def test_where_it_is_not_installed_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraft, "LIBRARY", str(Path("nowhere", "libraft.so.2")))
    with pytest.raises(UsageError, match=r"no nowhere/libraft\.so\.2") as told:
        Libraft()
    assert told.value.cure == "apt-get install libraft2"
