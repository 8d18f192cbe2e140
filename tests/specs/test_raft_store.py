"""Raft as a log, as a store with clients, and reads without the log."""

from __future__ import annotations

import pytest

from raftnb.data.errors import UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language.mapping import seen_by
from raftnb.prove import prove
from raftnb.refine import refines
from raftnb.specs import REFINEMENTS
from raftnb.specs.raft import log_proof, read_index_proof
from raftnb.specs.raft.clients import RAFT_STORE, StoreServer, Value
from raftnb.specs.raft.log import RAFT_LOG, LogServer
from raftnb.specs.raft.read_index import (
    RAFT_READ_INDEX,
    HeartbeatResponse,
    ReadIndexServer,
    reads_see_all_that_was_chosen,
)
from raftnb.specs.raft.scenes import commit, elect, find, replicate, request
from raftnb.specs.raft.server import Message
from raftnb.specs.raft.store_mapping import AS_STORE
from raftnb.specs.store.concurrent import LINEARIZABLE_STORE


class Hasty(ReadIndexServer):
    def still_leads(self) -> bool:
        """Whoever led still leads."""
        return True


class Early(ReadIndexServer):
    def may_read(self) -> bool:
        """A leader knows enough from the beginning."""
        return True


class Unapplied(ReadIndexServer):
    def has_applied(self) -> bool:
        """Whatever was applied is enough."""
        return self.readIndex is not None


class AnyRound(ReadIndexServer):
    def confirms(self, m: HeartbeatResponse) -> bool:
        """An answer to any round will do."""
        return m.term == self.currentTerm


class Repeating(StoreServer):
    def is_new(self, command: Value) -> bool:
        """Whatever is in the log is done."""
        return True


class Shortening(LogServer):
    def may_commit(self, index: int) -> bool:
        """Entries of any term are committed by counting."""
        return True


def test_raft_appends_to_one_log():
    found = check(RAFT_LOG(history=True, servers=2, max_term=2), progress=False)
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 7_485)


def test_reads_without_the_log_see_what_was_chosen():
    found = check(RAFT_READ_INDEX(history=True, servers=2, max_term=1), progress=False)
    assert found.verdict is Verdict.HOLDS
    assert found.witnesses["a_read_is_answered"] is not None


def test_a_read_from_a_state_machine_that_lags_is_found():
    variant = RAFT_READ_INDEX.variant("unapplied", Unapplied)
    found = check(variant(history=True, servers=1), progress=False)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "reads_see_all_that_was_chosen")


def world_of(server: type[ReadIndexServer]):
    spec = RAFT_READ_INDEX
    spec = spec if server is ReadIndexServer else spec.variant(server.__name__, server)
    return spec(history=True, servers=3, max_term=2, max_log=2, max_reads=2).start()


def commit_one(world, leader: str, follower: str):
    """The leader has a new entry on one follower too, and commits and applies it."""
    request(world, leader)
    replicate(world, leader, follower)
    commit(world, leader, len(world[leader].log))
    world[leader].apply()


def confirm(world, leader: str, follower: str) -> Message:
    """A follower answers the leader's newest round; the answer is in flight."""
    asked = [m for m in world.messages() if type(m).__name__ == "Heartbeat"]
    newest = max(
        (m for m in asked if (m.source.name, m.dest.name) == (leader, follower)),
        key=lambda m: m.round,
    )
    world[follower].handle_heartbeat(newest)
    return find(world, HeartbeatResponse, follower, leader, round=newest.round)


def count_answer(world, message: Message):
    world[message.dest.name].handle_heartbeat_response(message)


def is_stale(world) -> bool:
    return world.failure(reads_see_all_that_was_chosen) is not None


@pytest.mark.parametrize("server", [ReadIndexServer, Hasty])
def test_a_deposed_leader_must_not_answer_before_its_round(server):
    world = world_of(server)
    elect(world, "s1", "s2")
    commit_one(world, "s1", "s2")
    elect(world, "s2", "s3")
    commit_one(world, "s2", "s3")
    world["s1"].begin_read()
    assert is_stale(world) == (server is Hasty)


@pytest.mark.parametrize("server", [ReadIndexServer, Early])
def test_a_new_leader_must_not_read_before_it_has_committed_in_its_term(server):
    world = world_of(server)
    elect(world, "s1", "s2")
    commit_one(world, "s1", "s2")
    elect(world, "s2", "s3")
    if server is ReadIndexServer:
        begins = [s.process for s in world.enabled() if s.action == "begin_read"]
        assert begins == ["s1"]  # which is deposed, and will not hear from a majority
        return
    world["s2"].begin_read()
    count_answer(world, confirm(world, "s2", "s3"))
    assert is_stale(world)


@pytest.mark.parametrize("server", [ReadIndexServer, AnyRound])
def test_an_answer_to_an_old_round_confirms_nothing(server):
    world = world_of(server)
    elect(world, "s1", "s2")
    commit_one(world, "s1", "s2")
    replicate(world, "s1", "s3")
    world["s1"].begin_read()
    old = confirm(world, "s1", "s2")
    count_answer(world, confirm(world, "s1", "s3"))
    world["s1"].answer_read()
    elect(world, "s2", "s3")
    commit_one(world, "s2", "s3")
    world["s1"].begin_read()
    count_answer(world, old)
    assert is_stale(world) == (server is AnyRound)


def test_raft_with_clients_keeps_its_claims():
    model = RAFT_STORE(history=True, servers=1, clients=2, values=2, max_log=2)
    found = check(model, progress=False)
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 13_291)


def test_raft_with_clients_is_seen_as_the_linearizable_store_within_its_bounds():
    concrete, abstract, mapping = REFINEMENTS["raft-store"].models(
        history=True, servers=1, values=2, max_log=3
    )
    found = refines(concrete, abstract, mapping, fair=False, at_once=4)
    assert found.verdict is Verdict.UNKNOWN
    assert found.bound.endswith("steps lead out of the explored states, and were not checked")
    assert found.abstract_states == 21


def test_a_command_that_takes_effect_twice_is_no_step_of_the_store():
    abstract = LINEARIZABLE_STORE(clients=1, values=2)
    model = RAFT_STORE.variant("repeating", Repeating)
    concrete = model(history=True, servers=1, values=2, max_log=3)
    mapping = seen_by(AS_STORE)(abstract)
    found = refines(concrete, abstract, mapping, fair=False, at_once=4)
    assert found.verdict is Verdict.VIOLATED
    assert found.trace.steps[-1].action == "apply"


def test_that_raft_is_a_log_is_proved_for_any_number_of_servers():
    new = ("servers_apply_the_log", "the_log_is_append_only", "committed_was_chosen")
    found = prove(log_proof.RAFT_LOG_PROOF, only=new, timeout=60)
    assert [c.claim for c in found.checked if not c.proved] == []
    assert {c.claim for c in found.checked} == set(new)


def test_that_reads_see_the_whole_log_is_proved_for_any_number_of_servers():
    new = ("reads_see_all_that_was_chosen", "a_read_knows_all_or_is_not_confirmed")
    found = prove(read_index_proof.RAFT_READ_INDEX_PROOF, only=new, timeout=60)
    assert [c.claim for c in found.checked if not c.proved] == []
    assert {c.claim for c in found.checked} == set(new)


def test_the_claimed_refinement_keeps_the_history_that_its_mapping_reads():
    concrete, abstract, mapping = REFINEMENTS["raft-store"].models()
    assert concrete.history
    found = refines(concrete, abstract, mapping, fair=False, at_once=4)
    assert (found.verdict, found.abstract_states) == (Verdict.UNKNOWN, 21)
    left_out = RAFT_STORE()
    with pytest.raises(UsageError, match="history variable"):
        refines(left_out, abstract, mapping, fair=False, at_once=4)
