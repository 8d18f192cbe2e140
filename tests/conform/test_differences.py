"""Each difference of a library from Figure 2 is needed: left out, its log stops at some event."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb import Verdict, when
from raftnb.conform import EventMapping
from raftnb.conform.etcd import EtcdMapping
from raftnb.conform.libraft import LibraftMapping
from raftnb.conform.pysyncobj import PySyncObjMapping
from raftnb.language import Seq, Set, macro, send
from raftnb.specs.libraries.etcd import RAFT_ETCD, EtcdServer, Heartbeat
from raftnb.specs.libraries.libraft import RAFT_LIBRAFT_AS_IS, AsIsServer
from raftnb.specs.libraries.pysyncobj import (
    RAFT_PYSYNCOBJ,
    RAFT_PYSYNCOBJ_FORGETFUL,
    PySyncObjServer,
)
from raftnb.specs.raft.server import Index, Role, Server

from .logs import ETCD, OLD_TERM, PRE_VOTE, PYSYNCOBJ, SNAPSHOTS, events_of, held

PLAIN: Any = Server


class FullHeartbeat(EtcdServer):
    """A heartbeat says all that is committed, not only what the follower is known to have."""

    def send_heartbeat(self, peer: Server) -> None:
        """Tell a follower of commitIndex."""
        when(self.role == Role.LEADER)
        when(peer != self)
        send(Heartbeat(term=self.currentTerm, commit=self.commitIndex), to=peer)


class EtcdFromNextIndex(EtcdServer):
    def starts(self, peer: Server) -> Seq[Index]:
        """Entries begin at nextIndex."""
        return (self.nextIndex[peer],)


class LooksBelowCommit(EtcdServer):
    handle_append_entries = PLAIN.handle_append_entries.function


class EtcdForgetsCommit(EtcdServer):
    restart = PLAIN.restart.function


class StandsOn(EtcdServer):
    def stand_down(self) -> None:
        """A candidate stays one."""
        when(self.role == Role.LEADER and self.role == Role.CANDIDATE)


class FollowsAnyCandidate(AsIsServer):
    def has_leader(self) -> bool:
        """A vote is asked for, leader or not."""
        return False


class LeadsOn(AsIsServer):
    def step_down(self) -> None:
        """A leader stays one."""
        when(self.role == Role.LEADER and self.role == Role.FOLLOWER)


class LibraftFromNextIndex(AsIsServer):
    def starts(self, peer: Server) -> Seq[Index]:
        """Entries begin at nextIndex."""
        return (self.nextIndex[peer],)


class AnswersAtOnce(AsIsServer):
    accept = macro(PLAIN.accept)


class CountsItself(AsIsServer):
    def replicated_on(self, index: Index) -> Set[Server]:
        """A leader counts itself before the disk has the entry, and knows of too few others."""
        return frozenset({s for s in Server if self.matchIndex[s] >= index})


class NeverAsksAround(AsIsServer):
    def ask_around(self) -> None:
        """No pre-vote."""
        when(self.role == Role.LEADER and self.role == Role.FOLLOWER)


class SendsNoSnapshots(AsIsServer):
    def send_snapshot(self, peer: Server) -> None:
        """No snapshot."""
        when(self.role == Role.LEADER and peer == self and self.role == Role.FOLLOWER)


class PySyncObjForgetsCommit(PySyncObjServer):
    restart = PLAIN.restart.function


ETCDS = [
    (FullHeartbeat, 118),
    (EtcdFromNextIndex, 364),
    (LooksBelowCommit, 889),
    (EtcdForgetsCommit, 1019),
    (StandsOn, 2703),
]
LIBRAFTS = [
    (FollowsAnyCandidate, OLD_TERM, 460),
    (LeadsOn, OLD_TERM, 213),
    (LibraftFromNextIndex, OLD_TERM, 160),
    (AnswersAtOnce, OLD_TERM, 34),
    (CountsItself, OLD_TERM, 39),
    (NeverAsksAround, PRE_VOTE, 5),
    (SendsNoSnapshots, SNAPSHOTS, 526),
]


def stops(mapping: EventMapping, name: str) -> int:
    """The line at which a log stops."""
    found = held(mapping, events_of(name), claims=False)
    assert found.verdict is Verdict.VIOLATED
    assert found.first_misfit is not None
    return found.first_misfit.line


@pytest.mark.parametrize(("server", "line"), ETCDS)
def test_what_etcd_does_otherwise_is_needed(server: type[Server], line: int) -> None:
    assert stops(EtcdMapping(RAFT_ETCD.variant("left-out", server)), ETCD) == line


@pytest.mark.parametrize(("server", "name", "line"), LIBRAFTS)
def test_what_libraft_does_otherwise_is_needed(server: type[Server], name: str, line: int) -> None:
    mapping = LibraftMapping(spec=RAFT_LIBRAFT_AS_IS.variant("left-out", server))
    assert stops(mapping, name) == line


def test_what_pysyncobj_does_otherwise_is_needed() -> None:
    spec = RAFT_PYSYNCOBJ.variant("left-out", PySyncObjForgetsCommit)
    assert stops(PySyncObjMapping(spec), PYSYNCOBJ) == 568


def test_without_its_journal_pysyncobj_would_forget_its_vote() -> None:
    assert stops(PySyncObjMapping(RAFT_PYSYNCOBJ_FORGETFUL), PYSYNCOBJ) == 568
