"""An action that is not enabled says why; one that is enabled is no refusal."""

from __future__ import annotations

import pytest

from raftnb import UsageError, refused
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.scenes import commit


def test_a_refusal_names_the_condition_that_is_false():
    s1 = RAFT(servers=3).start()["s1"]
    answer = refused(s1.become_leader)
    assert answer == "s1.become_leader is not enabled: `when(self.role == Role.CANDIDATE)` is false"
    assert repr(answer) == answer


def test_a_scene_may_be_refused_as_well():
    world = RAFT(servers=3).start()
    assert "s1.advance_commit_index is not enabled" in refused(commit, world, "s1", 1)


def test_an_action_that_was_taken_is_no_refusal():
    s1 = RAFT(servers=3).start()["s1"]
    with pytest.raises(UsageError, match="was enabled, and was taken"):
        refused(s1.time_out)
