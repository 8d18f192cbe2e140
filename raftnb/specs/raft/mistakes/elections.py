"""Mistakes in what keeps elections calm: PreVote, CheckQuorum, leadership transfer."""

from __future__ import annotations

from typing import Any

from raftnb.language import discard, send, when
from raftnb.specs.raft.claims import (
    election_safety,
    leaders_are_never_replaced_within_a_term,
)
from raftnb.specs.raft.election_scenes import (
    accept_invitation,
    ask_around,
    elect_calmly,
    hand_over,
)
from raftnb.specs.raft.mistakes.mutant import THREE_IN_FLIGHT, TWO_IN_FLIGHT, Mutant
from raftnb.specs.raft.prevote import (
    RAFT_PREVOTE,
    UNHURRIED_PREVOTE,
    CheckQuorumServer,
    PreVote,
    PreVoteResponse,
    UnhurriedServer,
    a_new_term_has_a_majority_behind_it,
    somebody_leads_or_would_win,
    who_is_asked_has_no_leader,
)
from raftnb.specs.raft.quiet import is_quiet
from raftnb.specs.raft.scenes import count_vote, elect, stand, vote
from raftnb.specs.raft.server import AppendEntries, Role, Server
from raftnb.specs.raft.transfer import (
    RAFT_TRANSFER,
    UNHURRIED_TRANSFER,
    TimeoutNow,
    TransferServer,
    UnhurriedTransferServer,
    a_new_term_is_called_for,
    has_stood,
    who_is_asked_has_the_leaders_log,
)


class StandsUnasked(CheckQuorumServer):
    """A server whose timer runs out stands for election whatever the others say."""

    def would_win(self) -> bool:
        """Whether this server may stand: always."""
        return True


ROW_43 = Mutant(
    row=43,
    server=StandsUnasked,
    breaks=a_new_term_has_a_majority_behind_it,
    servers=2,
    terms=1,
    entries=0,
    network=TWO_IN_FLIGHT,
    why="A server that was cut off comes back with a term of its own, and deposes the leader.",
    base=RAFT_PREVOTE,
)


class CountsPreVotes(CheckQuorumServer):
    """A pre-vote counts as a vote."""

    def handle_pre_vote_response(self, m: PreVoteResponse) -> None:
        """What was not promised is counted as a vote."""
        super().handle_pre_vote_response(m)
        if m.voteGranted and m.term == self.currentTerm:
            self.votesGranted |= {m.source}


ROW_44 = Mutant(
    row=44,
    server=CountsPreVotes,
    breaks=election_safety,
    servers=3,
    terms=1,
    entries=0,
    network=THREE_IN_FLIGHT,
    why="Who would vote for a server has promised nothing, and may vote for another.",
    seen_in=("etcd #6895",),
    base=RAFT_PREVOTE,
)


class AsksWithALeader(CheckQuorumServer):
    """A server goes on counting pre-votes though it hears a leader."""

    def handle_append_entries(self, m: AppendEntries) -> None:
        """A leader of this term is heard, and the pre-votes stay."""
        kept = self.preVotes
        super().handle_append_entries(m)
        self.preVotes = kept


ROW_45 = Mutant(
    row=45,
    server=AsksWithALeader,
    breaks=who_is_asked_has_no_leader,
    servers=2,
    terms=1,
    entries=0,
    network=TWO_IN_FLIGHT,
    why="What others said before the leader was heard deposes it.",
    base=RAFT_PREVOTE,
)


class KeepsQuiet(UnhurriedServer):
    """A PreVote of an older term gets no answer."""

    def handle_pre_vote(self, m: PreVote) -> None:
        """Who asks in an older term is not told of the newer one."""
        if m.term < self.currentTerm:
            discard(m)
        else:
            super().handle_pre_vote(m)


ROW_46 = Mutant(
    row=46,
    server=KeepsQuiet,
    breaks=somebody_leads_or_would_win,
    servers=2,
    terms=2,
    entries=1,
    why="The one has the newer term, the other the longer log: neither is ever elected again.",
    base=UNHURRIED_PREVOTE,
)


class WritesWhileHandingOver(TransferServer):
    """A leader takes requests while it hands over."""

    def takes_requests(self) -> bool:
        """Whether a leader takes requests: always."""
        return True


ROW_47 = Mutant(
    row=47,
    server=WritesWhileHandingOver,
    breaks=who_is_asked_has_the_leaders_log,
    servers=2,
    terms=1,
    entries=1,
    network=TWO_IN_FLIGHT,
    why="The successor was up to date, and is no more: it stands, and may lose.",
    seen_in=("redpanda #2606", "hashicorp/raft PR #581"),
    base=RAFT_TRANSFER,
    history=True,
)


class AsksWhoLags(TransferServer):
    """A leader asks its successor to stand at once, whatever that has of the log."""

    def is_up_to_date(self, peer: Server) -> bool:
        """Whether a follower can take over: always."""
        return True


ROW_48 = Mutant(
    row=48,
    server=AsksWhoLags,
    breaks=who_is_asked_has_the_leaders_log,
    servers=2,
    terms=1,
    entries=1,
    network=TWO_IN_FLIGHT,
    why="Who lags cannot win, and deposes the leader all the same.",
    base=RAFT_TRANSFER,
    history=True,
)


class ObeysOldLeaders(TransferServer):
    """A server stands when a leader of an earlier term asks it to."""

    def is_invited_by(self, m: TimeoutNow) -> bool:
        """Whether a message asks this server to stand, in whatever term it was sent."""
        return self.role == Role.FOLLOWER


def an_old_invitation_arrives(world: Any) -> None:
    """s1 asks s2 to stand; s2 hears of it in term 2, for which s3 stands, and stands for term 3."""
    elect_calmly(world, "s1", "s2")
    hand_over(world, "s1", "s2")
    world["s1"].check_quorum()
    world["s1"].check_quorum()
    ask_around(world, "s3", "s1")
    ask_around(world, "s3", "s1")
    stand(world, "s3")
    vote(world, "s2", "s3")
    accept_invitation(world, "s1", "s2")
    world["s2"].time_out()


ROW_49 = Mutant(
    row=49,
    server=ObeysOldLeaders,
    breaks=a_new_term_is_called_for,
    servers=3,
    terms=3,
    entries=0,
    how="script",
    scene=an_old_invitation_arrives,
    why="Neither a majority nor the leader of its term wants it to stand.",
    base=RAFT_TRANSFER,
    history=True,
)


class HeartbeatsUndoInvitations(UnhurriedTransferServer):
    """Whoever was asked to stand forgets it as soon as it hears from the leader again."""

    def handle_append_entries(self, m: AppendEntries) -> None:
        """A leader of this term is heard: nobody is wanted, it seems."""
        super().handle_append_entries(m)
        self.isInvited = False


ROW_50 = Mutant(
    row=50,
    server=HeartbeatsUndoInvitations,
    breaks=has_stood,
    servers=2,
    terms=2,
    entries=0,
    how="lasso",
    why="The leader's next heartbeat takes back what it has asked for, and it waits for ever.",
    seen_in=("RedisLabs/raft PR #88", "go-dqlite #271"),
    base=UNHURRIED_TRANSFER,
)


class SteppingDownGivesTheVoteBack(CheckQuorumServer):
    """A leader that no majority answers steps down, and has not voted."""

    def check_quorum(self) -> None:
        """An election timeout has passed for a leader: it forgets that it stood."""
        super().check_quorum()
        if self.role == Role.FOLLOWER:
            self.votedFor = None


def leader_votes_again(world: Any) -> None:
    """s1 leads, hears of nobody, steps down, and elects s3, which stood in the same term."""
    ask_around(world, "s1", "s2")
    ask_around(world, "s3", "s2")
    stand(world, "s3")
    elect(world, "s1", "s2")
    world["s1"].check_quorum()
    world["s1"].check_quorum()
    vote(world, "s1", "s3")
    count_vote(world, "s3", "s1")
    world["s3"].become_leader()


ROW_88 = Mutant(
    row=88,
    server=SteppingDownGivesTheVoteBack,
    breaks=leaders_are_never_replaced_within_a_term,
    servers=3,
    terms=1,
    entries=0,
    history=True,
    how="script",
    scene=leader_votes_again,
    why="It has voted in this term for itself, and votes again.",
    seen_in=("hazelcast PR #16643",),
    base=RAFT_PREVOTE,
)


class LeavesTheLastTermOut(UnhurriedServer):
    """A server that asks for pre-votes does not say which term its last entry is of."""

    def ask_for_pre_votes(self) -> None:
        """An election timeout has passed: ask all others whether this server has their vote."""
        when(self.role != Role.LEADER and is_quiet())
        self.hearsLeader = False
        self.preVotes = frozenset({self})
        for peer in Server:
            if peer != self:
                send(
                    PreVote(term=self.currentTerm, lastLogIndex=len(self.log), lastLogTerm=0),
                    to=peer,
                )


ROW_89 = Mutant(
    row=89,
    server=LeavesTheLastTermOut,
    breaks=somebody_leads_or_would_win,
    servers=2,
    terms=1,
    entries=1,
    why="Who has an entry refuses everybody: once all have one, nobody is elected any more.",
    seen_in=("willemt/raft #7",),
    base=UNHURRIED_PREVOTE,
)
