"""Raft as libraries do it, proved for any number of servers: what differs from Raft's own proof.

The whole proofs are `python -m raftnb prove raft-etcd` (and `raft-libraft`, `raft-pysyncobj`,
`libraft-elections`); docs/conform.md says what they gave.
"""

from __future__ import annotations

import pytest

from raftnb.__main__ import main
from raftnb.language import reply, send, when
from raftnb.prove import prove
from raftnb.specs import PROOFS
from raftnb.specs.libraries.etcd import EtcdServer, Heartbeat
from raftnb.specs.libraries.libraft import InstallSnapshot, LibraftServer, Write
from raftnb.specs.libraries.libraft_elections import LibraftElections
from raftnb.specs.libraries.pysyncobj import PySyncObjServer
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Index,
    RequestVote,
    RequestVoteResponse,
    Role,
    Server,
    last_term,
    term_at,
)


class BeatsWithCommitIndex(EtcdServer):
    """A heartbeat says all that is committed, not only what the follower is known to have."""

    def send_heartbeat(self, peer: Server) -> None:
        when(self.role == Role.LEADER)
        when(peer != self)
        send(Heartbeat(term=self.currentTerm, commit=self.commitIndex), to=peer)


class AnswersWithItsLog(EtcdServer):
    """What begins before commitIndex is answered with all of the log."""

    def handle_append_entries(self, m: AppendEntries) -> None:
        if m.term == self.currentTerm and m.prevLogIndex < self.commitIndex:
            self.role = Role.FOLLOWER
            known = self.acknowledged.get(m.term, 0)
            self.acknowledged |= {m.term: max(known, len(self.log))}
            answer = AppendEntriesResponse(term=m.term, success=True, matchIndex=len(self.log))
            reply(m, answer)
        else:
            super().handle_append_entries(m)


class GrantsTwice(LibraftElections):
    """Who has a leader gives its vote away without a look."""

    def handle_request_vote(self, m: RequestVote) -> None:
        if self.has_leader():
            reply(m, RequestVoteResponse(term=self.currentTerm, voteGranted=True))
        else:
            super().handle_request_vote(m)


class CommitsAgain(PySyncObjServer):
    """After a restart all of the log is taken to be committed."""

    def restart(self) -> None:
        super().restart()
        self.commitIndex = len(self.log)


class CountsWhatIsOverwritten(LibraftServer):
    """An entry counts as stored though the disk is about to put another one in its place."""

    def is_there(self, w: Write, n: Index) -> bool:
        at = w.prev + n
        return at < len(self.log) and self.log[at] == w.entries[n]


class TakesAnyLaterTerm(LibraftServer):
    """An entry of a later term passes for the one that a snapshot covers."""

    def has_all(self, m: InstallSnapshot) -> bool:
        last = len(m.snapshot)
        return last <= len(self.log) and term_at(self.log, last) >= last_term(m.snapshot)


class InstallsBeforeItHasStored(LibraftServer):
    """A snapshot is on disk before the entries that were to be written before it."""

    def install(self) -> None:
        w = self.installing
        when(w is not None)
        if w is not None:
            self.installing = None
            self.lastStored = len(w.entries)
            self.commitIndex = max(self.commitIndex, len(w.entries))
            if self.role == Role.FOLLOWER:
                self.answer(w)


NEW = ["heartbeats_were_acknowledged", "heartbeats_were_committed", "commitIndex_was_committed"]
HANDLE_SNAPSHOT = "handle_install_snapshot"
KNOWN = ["acknowledgements_are_of_the_past", "acknowledged_log_is_there"]


@pytest.mark.parametrize(
    ("name", "claims", "actions"),
    [
        ("raft-etcd", NEW, ["handle_heartbeat", "send_heartbeat"]),
        ("raft-etcd", KNOWN, ["handle_append_entries"]),
        ("libraft-elections", ["granted_votes_were_given"], ["handle_request_vote"]),
        ("raft-libraft", ["acknowledged_log_is_kept"], ["store", "install", "restart"]),
        ("raft-libraft", ["covered_log_is_the_leaders"], ["handle_install_snapshot"]),
        ("raft-pysyncobj", ["commitIndex_was_committed"], ["restart", "step_down"]),
    ],
)
def test_what_a_library_does_otherwise_is_proved(
    name: str, claims: list[str], actions: list[str]
) -> None:
    found = prove(PROOFS[name], only=claims, actions=actions, trust=True, workers=1, timeout=60)
    assert found.unknown == ()
    assert {one.claim for one in found.checked} >= set(claims)


@pytest.mark.parametrize(
    ("name", "server", "claim", "action"),
    [
        ("raft-etcd", BeatsWithCommitIndex, NEW[0], "send_heartbeat"),
        ("raft-etcd", AnswersWithItsLog, KNOWN[0], "handle_append_entries"),
        ("libraft-elections", GrantsTwice, "granted_votes_were_given", "handle_request_vote"),
        ("raft-libraft", CountsWhatIsOverwritten, "writes_are_of_a_leader", "store"),
        ("raft-libraft", TakesAnyLaterTerm, "covered_log_is_the_leaders", HANDLE_SNAPSHOT),
        ("raft-libraft", InstallsBeforeItHasStored, "writes_are_of_a_leader", "install"),
        ("raft-pysyncobj", CommitsAgain, "commitIndex_was_committed", "restart"),
    ],
)
def test_a_mistake_is_not_proved(name: str, server: type, claim: str, action: str) -> None:
    proof = PROOFS[name]
    mistaken = proof.of(proof.spec.variant("mistaken", server))
    found = prove(mistaken, only=claim, actions=action, trust=True, workers=1, timeout=2)
    assert found.failing == ((claim, action),)


def test_a_proof_is_asked_for_from_the_shell(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--only", NEW[1], "--action", "send_heartbeat", "--trust", "--workers", "1"]
    assert main(["prove", "raft-etcd", "--no-cache", *words]) == 3  # a part
    assert "conditions proved (raft-etcd)" in capsys.readouterr().out
