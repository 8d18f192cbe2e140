"""Leadership transfer (Ongaro's dissertation, section 3.10), where elections stay calm (9.6, 6.2).

A leader that is to be shut down, or that a better one could replace, need not be missed first. It
takes no more requests, brings one follower up to date, and asks it to stand at once. With PreVote
nobody else would let that server stand, as long as a leader is heard: what the leader says stands
in for their answers. If nothing comes of it, the leader takes requests again. Votes are counted as
ever, so that a transfer may fail, but never elects two.
"""

from __future__ import annotations

from raftnb.language import Message, after, discard, history, send, when
from raftnb.language.temporal import leads_to, weak
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.prevote import (
    RAFT_PREVOTE,
    UNHURRIED_PREVOTE,
    CheckQuorumServer,
    UnhurriedServer,
)
from raftnb.specs.raft.quiet import is_quiet
from raftnb.specs.raft.server import Past, Role, Server, Term, Value, is_quorum


class TimeoutNow(Message):
    """The leader of a term asks its receiver to stand for election at once."""

    term: Term


class TransferServer(CheckQuorumServer):
    """A server that hands its leadership over to another one."""

    # Volatile state on leaders: who is to lead next.
    successor: Server | None = None
    # Volatile state on followers: whether the leader of this term has asked this server to stand.
    isInvited: bool = False
    # History: whether the one who is to lead next has been asked.
    hasAsked: bool = history(False)

    def restart(self) -> None:
        """Fail and come back: what is volatile is lost."""
        super().restart()
        self.successor = None
        self.isInvited = False

    def become_leader(self) -> None:
        """Votes from a majority: a leader hands over to nobody at first."""
        super().become_leader()
        self.successor = None

    def update_term(self, m: Message) -> None:
        """A newer term: nobody who leads has asked this server to stand."""
        super().update_term(m)
        self.isInvited = False

    def begin_transfer(self, peer: Server) -> None:
        """Choose who is to lead next."""
        when(self.role == Role.LEADER)
        when(peer != self)
        when(self.successor is None)
        self.successor = peer
        self.hasAsked = False

    def takes_requests(self) -> bool:
        """Whether a leader takes requests: not while it hands over."""
        return self.successor is None

    def client_request(self, value: Value) -> None:
        """A command received from a client, where the leader hands over to nobody."""
        when(self.takes_requests())
        super().client_request(value)

    def is_up_to_date(self, peer: Server) -> bool:
        """Whether a follower is known to have all that this leader has."""
        return self.matchIndex[peer] == len(self.log)

    def ask_to_stand(self, peer: Server) -> None:
        """The one who is to lead has all of the log: it need not wait for a timeout."""
        when(self.role == Role.LEADER)
        when(peer == self.successor)
        when(self.is_up_to_date(peer))
        self.hasAsked = True
        send(TimeoutNow(term=self.currentTerm), to=peer)

    def give_up_transfer(self) -> None:
        """An election timeout has passed, and nobody has taken over: go on as leader."""
        when(self.role == Role.LEADER)
        when(self.successor is not None)
        self.successor = None

    def handle_timeout_now(self, m: TimeoutNow) -> None:
        """The leader of this term wants this server to stand; one of an older term is past."""
        when(m.term <= self.currentTerm)
        if self.is_invited_by(m):
            self.isInvited = True
        discard(m)

    def is_invited_by(self, m: TimeoutNow) -> bool:
        """Whether it is the leader of this server's term that asks."""
        return m.term == self.currentTerm and self.role == Role.FOLLOWER

    def would_win(self) -> bool:
        """Whether this server may stand: a majority, or the leader of its term, is for it."""
        return super().would_win() or self.isInvited

    def time_out(self) -> None:
        """Start an election, where a majority or the leader wants it."""
        super().time_out()
        self.isInvited = False
        self.hearsLeader = False


class UnhurriedTransferServer(UnhurriedServer, TransferServer):
    """The same where nobody acts while a message is under way, and nothing fails any more."""

    def ask_to_stand(self, peer: Server) -> None:
        """Ask where all is quiet."""
        when(is_quiet())
        super().ask_to_stand(peer)


def who_is_asked_has_the_leaders_log(s: TransferServer, peer: TransferServer) -> bool:
    """Whoever a leader has asked to stand has all of the leader's log, and so can win."""
    asked = s.role == Role.LEADER and s.hasAsked and s.successor == peer
    return not (asked and peer.currentTerm == s.currentTerm) or peer.log[: len(s.log)] == s.log


def a_new_term_is_called_for(s: TransferServer) -> bool:
    """A server goes beyond all terms only for a majority, or for the leader of its term."""
    term = after(s).currentTerm
    known = term == s.currentTerm or any(peer.currentTerm >= term for peer in Server)
    invited = s.isInvited and s.currentTerm in Past.leaders
    return known or is_quorum(s.preVotes) or invited


def the_successor_stands(max_term: int) -> bool:
    """The one to whom a leader hands over stands for election, though it has heard of a leader."""
    return max_term < 2 or any(
        s.role == Role.LEADER
        and s.hasAsked
        and s.successor == peer
        and peer.role == Role.CANDIDATE
        and peer.currentTerm > s.currentTerm
        for s in TransferServer
        for peer in TransferServer
    )


def is_invited(s: TransferServer) -> bool:
    """A server has been asked to stand for election."""
    return s.isInvited


def has_stood(s: TransferServer, max_term: int) -> bool:
    """A server stands for election or has won, or is in the last term that is looked at."""
    return s.role != Role.FOLLOWER or s.currentTerm >= max_term


RAFT_TRANSFER = RAFT_PREVOTE.variant(
    "raft-transfer",
    TransferServer,
    summary="Raft whose leaders hand over (3.10), with PreVote and CheckQuorum",
    constants={**RAFT_PREVOTE.constants, "max_log": 0},
    invariants=(*RAFT_PREVOTE.invariants, who_is_asked_has_the_leaders_log),
    transitions=(*RAFT.transitions, a_new_term_is_called_for),
    sometimes=(*RAFT_PREVOTE.sometimes, the_successor_stands),
)
UNHURRIED_TRANSFER = RAFT_TRANSFER.variant(
    "unhurried-transfer",
    UnhurriedTransferServer,
    summary="raft-transfer where nothing fails and nobody hurries: who is asked to stand does",
    constants=UNHURRIED_PREVOTE.constants,
    delivery=UNHURRIED_PREVOTE.delivery,
    possible=UNHURRIED_PREVOTE.possible,
    fairness=(weak(UnhurriedTransferServer.time_out),),
    liveness=(leads_to(is_invited, has_stood, "whoever is asked to stand does"),),
)
