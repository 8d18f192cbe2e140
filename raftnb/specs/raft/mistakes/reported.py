"""More mistakes that implementers told of: votes, terms, logs, commits."""

from __future__ import annotations

from typing import Any

from raftnb.language import Map, Message, Nat, Seq, Set, discard, send, when
from raftnb.specs.raft.claims import (
    an_entry_is_committed,
    commitIndex_is_within_the_log,
    currentTerm_is_monotone,
    election_safety,
    leader_completeness,
    log_matching,
    matchIndex_is_monotone,
    matchIndex_is_true,
)
from raftnb.specs.raft.mistakes.mutant import TWO_IN_FLIGHT, Mutant
from raftnb.specs.raft.scenes import count_vote, elect, entry_committed, stand, vote
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Entry,
    Index,
    RequestVoteResponse,
    Role,
    Server,
    Term,
)


class ForgetsItsOwnVote(Server):
    """A candidate does not record its vote for itself."""

    def time_out(self) -> None:
        """Start an election, and be free to vote in it for another one."""
        super().time_out()
        self.votedFor = None


ROW_77 = Mutant(
    row=77,
    server=ForgetsItsOwnVote,
    breaks=election_safety,
    servers=3,
    terms=1,
    entries=0,
    why="It counts itself for itself, and another one for whom it votes counts it, too.",
    seen_in=("nebula PR #3415",),
)


class TakesTermsBack(Server):
    """An AppendEntries of an old leader takes a server's term back."""

    def handle_append_entries(self, m: AppendEntries) -> None:
        """AppendEntries, receiver implementation, whatever the term."""
        super().handle_append_entries(m)
        self.currentTerm = m.term


ROW_78 = Mutant(
    row=78,
    server=TakesTermsBack,
    breaks=currentTerm_is_monotone,
    servers=2,
    terms=2,
    entries=0,
    network=TWO_IN_FLIGHT,
    why="In a term in which it was before it has voted before.",
    seen_in=("nebula #2405",),
)


class CountsAnswersTwice(Server):
    """Votes are a number: an answer that comes twice counts twice."""

    tally: Map[Term, Nat] = Map()

    def handle_request_vote_response(self, m: RequestVoteResponse) -> None:
        """Count a vote of this term, whoever gives it."""
        when(m.term <= self.currentTerm)
        if self.counts_vote(m):
            self.votesGranted |= {m.source}
            self.tally |= {m.term: self.tally.get(m.term, 0) + 1}
        discard(m)

    def has_won(self) -> bool:
        """Whether there were as many answers as a majority has servers, this one counted."""
        return 2 * (self.tally.get(self.currentTerm, 0) + 1) > len(Server)


def answer_comes_twice(world: Any) -> None:
    """s1 and s2 are each elected by one of four servers, which answers twice."""
    for candidate, voter in (("s1", "s3"), ("s2", "s4")):
        stand(world, candidate)
        vote(world, voter, candidate)
        count_vote(world, candidate, voter)
        count_vote(world, candidate, voter)
        world[candidate].become_leader()


ROW_79 = Mutant(
    row=79,
    server=CountsAnswersTwice,
    breaks=election_safety,
    servers=4,
    terms=1,
    entries=0,
    how="script",
    scene=answer_comes_twice,
    why="A network may deliver a message twice.",
    seen_in=("coyote-samples #8", "butane PR #18"),
)


class DoublesTheFirst(Server):
    """Entries that come after none are appended, whatever the log has."""

    def merged_log(self, m: AppendEntries) -> Seq[Entry]:
        """The log, and the new entries behind it where they are the first."""
        return self.log + m.entries if m.prevLogIndex == 0 else super().merged_log(m)


ROW_80 = Mutant(
    row=80,
    server=DoublesTheFirst,
    breaks=log_matching,
    servers=2,
    terms=1,
    entries=2,
    network={"values": 2},
    why="A message that is sent again puts its entries there again.",
    seen_in=("willemt/raft PR #118", "raftos #2"),
)


class SendsWithoutPrevious(Server):
    """A leader sends entries and does not say which one comes before them."""

    def append_entries(self, peer: Server) -> None:
        """Send what a follower lacks, as if it were the beginning of the log."""
        when(self.role == Role.LEADER)
        when(peer != self)
        send(
            AppendEntries(
                term=self.currentTerm,
                prevLogIndex=0,
                prevLogTerm=0,
                entries=self.log[self.nextIndex[peer] - 1 :],
                leaderCommit=self.commitIndex,
            ),
            to=peer,
        )


ROW_81 = Mutant(
    row=81,
    server=SendsWithoutPrevious,
    breaks=matchIndex_is_true,
    servers=2,
    terms=2,
    entries=2,
    restarts=1,
    network=TWO_IN_FLIGHT,
    why="The follower puts them where they do not belong, and says that it has them.",
    seen_in=("openraft #1795",),
)


class RollsBack(Server):
    """A leader that is deposed throws away what it does not know to be committed."""

    def update_term(self, m: Message) -> None:
        """Adopt a newer term, and as a leader go back to the last entry committed."""
        when(m.term > self.currentTerm)
        if self.role == Role.LEADER:
            self.log = self.log[: self.commitIndex]
        super().update_term(m)


def committed_elsewhere(world: Any) -> None:
    """s1 has an entry committed; s2, its follower, has it, leads, and throws it away."""
    entry_committed(world)
    elect(world, "s2", "s1", term=2)
    stand(world, "s3", 3)
    vote(world, "s2", "s3")
    count_vote(world, "s3", "s2")
    world["s3"].become_leader()


ROW_82 = Mutant(
    row=82,
    server=RollsBack,
    breaks=leader_completeness,
    servers=3,
    terms=3,
    entries=1,
    how="script",
    scene=committed_elsewhere,
    why="What it does not know to be committed may be.",
    seen_in=("CCF #5674", "CCF #589"),
)


class CommitsOnElection(Server):
    """A new leader takes all that it has for committed."""

    def become_leader(self) -> None:
        """Votes from a majority: what is in the log must be there to stay."""
        super().become_leader()
        self.commitIndex = len(self.log)


def promotion_commits(world: Any) -> None:
    """s1 alone has an entry, and is elected again; s2 is elected without it."""
    elect(world, "s1", "s2")
    world["s1"].client_request(world["v1"])
    stand(world, "s2", 2)
    vote(world, "s1", "s2")
    stand(world, "s1", 3)
    vote(world, "s3", "s1")
    count_vote(world, "s1", "s3")
    world["s1"].become_leader()
    elect(world, "s2", "s3", term=4)


ROW_83 = Mutant(
    row=83,
    server=CommitsOnElection,
    breaks=leader_completeness,
    servers=3,
    terms=4,
    entries=1,
    how="script",
    scene=promotion_commits,
    why="An entry of an earlier term may be on no majority.",
    seen_in=("tarantool #9376",),
)


class StartsMatched(Server):
    """A new leader takes it that all others have its log."""

    def become_leader(self) -> None:
        """Votes from a majority: who voted has all that this server has."""
        super().become_leader()
        self.matchIndex = Map({s: len(self.log) for s in Server})


ROW_84 = Mutant(
    row=84,
    server=StartsMatched,
    breaks=matchIndex_is_true,
    servers=2,
    terms=2,
    entries=1,
    restarts=1,
    network=TWO_IN_FLIGHT,
    why="Who votes for a longer log does not have it.",
    seen_in=("ratis PR #805", "iotdb PR #8896"),
)


class DoesNotCountItself(Server):
    """A leader counts only what others have."""

    def replicated_on(self, index: Index) -> Set[Server]:
        """The servers known to have the log up to an index, without this one."""
        return frozenset({s for s in Server if s != self and self.matchIndex[s] >= index})


ROW_85 = Mutant(
    row=85,
    server=DoesNotCountItself,
    breaks=an_entry_is_committed,
    servers=2,
    terms=1,
    entries=1,
    network=TWO_IN_FLIGHT,
    how="liveness",
    why="With two servers nothing is ever committed.",
    seen_in=("camunda #8324",),
)


class CommitsBeyondItsLog(Server):
    """A follower takes over its leader's commitIndex, whatever it has."""

    def committed_by(self, m: AppendEntries) -> Index:
        """The commit index that the message tells."""
        return m.leaderCommit


ROW_86 = Mutant(
    row=86,
    server=CommitsBeyondItsLog,
    breaks=commitIndex_is_within_the_log,
    servers=3,
    terms=1,
    entries=1,
    network=TWO_IN_FLIGHT,
    why="What it says to be committed it may not have yet.",
    seen_in=("etcd #10166", "etcd #21178", "etcd-io/raft PR #25"),
)


class NeedsProgress(Server):
    """A leader mends its nextIndex only where matchIndex has grown."""

    def handle_append_entries_response(self, m: AppendEntriesResponse) -> None:
        """The leader learns something new of a follower, or tries further back."""
        when(m.term <= self.currentTerm)
        if m.term == self.currentTerm and self.role == Role.LEADER:
            if not m.success:
                self.nextIndex |= {m.source: max(self.nextIndex[m.source] - 1, 1)}
            elif m.matchIndex > self.matchIndex[m.source]:
                self.matchIndex |= {m.source: m.matchIndex}
                self.nextIndex |= {m.source: m.matchIndex + 1}
        discard(m)


ROW_87 = Mutant(
    row=87,
    server=NeedsProgress,
    breaks=matchIndex_is_monotone,
    servers=2,
    terms=2,
    entries=1,
    network=TWO_IN_FLIGHT,
    how="equivalent",
    why="More is sent than need be, and it does no harm.",
    seen_in=("Truxify #8669",),
)
