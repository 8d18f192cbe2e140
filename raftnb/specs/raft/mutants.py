"""The known mistakes in Raft: what each breaks, in which configuration, and who made it.

The classes are in `mistakes`, the scenes that bring them to light in `mutant_scenes`; what finds
them out is `raftnb.experiments.mutation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from raftnb.language.spec import Property, Spec
from raftnb.specs.raft import claims as raft
from raftnb.specs.raft import mistakes as wrong
from raftnb.specs.raft import mutant_scenes as scenes
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import Server

How = Literal["exploration", "walk", "script", "liveness", "equivalent"]


@dataclass(frozen=True, eq=False)
class Mutant:
    """One mistake: a subclass of `Server` that differs in one operator or action.

    `row` numbers it; `breaks` is the claim of `raft` that it makes false (an equivalent one keeps
    all others, and `breaks` is a claim about steps that is stronger than necessary; for a
    liveness one, `breaks` is the *sometimes* that never comes true). `servers`, `terms`, `entries`
    and `restarts` are the configuration, `network` its other constants. `how` it is found: by
    exploration, by random walks, or by playing the `scene`. `why` says it in a sentence, `seen_in`
    where in the world it was made, `differs` why the configuration is not the one known from the
    literature.
    """

    row: int
    server: type[Server]
    breaks: Property
    servers: int
    terms: int
    entries: int
    restarts: int = 0
    how: How = "exploration"
    scene: Callable[[Any], None] | None = None
    why: str = ""
    seen_in: tuple[str, ...] = ()
    differs: str = ""
    network: Mapping[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The mistake in words."""
        return (self.server.__doc__ or "").split(": ", 1)[1].split("\n")[0].rstrip(".")

    @property
    def configuration(self) -> str:
        """The configuration as (servers, terms, log length[, restarts])."""
        restarts = f",R{self.restarts}" if self.restarts else ""
        return f"({self.servers},{self.terms},{self.entries}{restarts})"

    @property
    def original(self) -> type[Server]:
        """The correct class that it changes."""
        return self.server.__mro__[1]

    @property
    def constants(self) -> dict[str, Any]:
        """The constants of the configuration."""
        return {
            "servers": self.servers,
            "max_term": self.terms,
            "max_log": self.entries,
            "max_restarts": self.restarts,
            **self.network,
        }

    def spec(self, server: type[Server] | None = None) -> Spec:
        """The specification with the mutant (or another class), and the one claim it is about."""
        if self.how == "equivalent":
            kept = {"transitions": tuple(c for c in RAFT.transitions if c is not self.breaks)}
        else:
            names = ("invariants", "transitions", "sometimes")
            kept = {n: tuple(c for c in getattr(RAFT, n) if c is self.breaks) for n in names}
        cls = server or self.server
        return RAFT.variant(cls.__name__, cls, **{"sometimes": (), **kept})


TWO_IN_FLIGHT = {"duplicates": 0, "max_messages": 2}
"""A network that loses and reorders, with up to two messages in flight: a small state space."""
THREE_IN_FLIGHT = {**TWO_IN_FLIGHT, "max_messages": 3}

MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        1, wrong.CommitsOldTerms, raft.leader_completeness, 3, 4, 1,
        how="script", scene=scenes.old_entry_is_counted,
        why="An old entry on a majority can still lose an election to a newer one elsewhere.",
        seen_in=("logcabin #44", "CCF #4485"),
    ),
    Mutant(
        2, wrong.VotesForAnyLog, raft.leader_completeness, 3, 2, 1, scene=scenes.s3_takes_over,
        network=TWO_IN_FLIGHT,
        why="The voter has the committed entry and elects a leader without it.",
    ),
    Mutant(
        3, wrong.ComparesIndexOnly, raft.leader_completeness, 3, 3, 2,
        how="walk", scene=scenes.longer_log_wins,
        network=THREE_IN_FLIGHT,
        why="Two entries nobody committed count for more than one that was.",
        seen_in=("noraft #22",),
    ),
    Mutant(
        4, wrong.ComparesTermOnly, raft.leader_completeness, 3, 2, 2, scene=scenes.shorter_log_wins,
        network=TWO_IN_FLIGHT,
        why="Of two logs of the same last term, the shorter lacks the committed entry.",
    ),
    Mutant(
        5, wrong.ComparesWithCommitted, raft.leader_completeness, 3, 2, 1,
        scene=scenes.s3_takes_over,
        network=TWO_IN_FLIGHT,
        why="The voter has the entry, but has not heard yet that it is committed.",
    ),
    Mutant(
        6, wrong.WantsALongerLog, raft.a_leader_is_elected, 3, 2, 1, how="liveness",
        network=TWO_IN_FLIGHT,
        why="All logs are empty at first, so none is longer, and nobody is ever elected.",
        seen_in=("neo4j #6289",),
    ),
    Mutant(
        7, wrong.ForgetsItsVote, raft.election_safety, 3, 1, 0, 1,
        scene=scenes.s2_votes_restarts_and_votes,
        why="A restart gives a server a second vote in the same term.",
        seen_in=("PySyncObj #84", "hashicorp/raft #661"),
    ),
    Mutant(
        8, wrong.ForgetsItsTerm, raft.election_safety, 3, 1, 1, 1,
        scene=scenes.s2_votes_restarts_and_votes,
        why="A restart takes a server back to before its vote, and it lives the term again.",
        seen_in=("raft.tla PR #5", "PySyncObj #202"),
    ),
    Mutant(
        9, wrong.ForgetsItsLog, raft.leader_completeness, 3, 2, 1, 1,
        scene=scenes.s2_restarts_and_s3_takes_over,
        network=TWO_IN_FLIGHT,
        why="A restart undoes an acknowledgment on which a commit rests.",
    ),
    Mutant(
        10, wrong.AcknowledgesBeforeSync, raft.leader_completeness, 3, 2, 1, 1,
        scene=scenes.acknowledged_entry_is_lost,
        network=TWO_IN_FLIGHT,
        why="The acknowledgment promises what a restart can still undo.",
        seen_in=("Vanlightly, RaftFsync",),
    ),
    Mutant(
        11, wrong.LeaderCountsBeforeSync, raft.leader_completeness, 3, 2, 1, 1,
        scene=scenes.leader_loses_its_entry,
        network=TWO_IN_FLIGHT,
        why="The leader is one of the majority, and its copy is not on disk.",
        seen_in=("Vanlightly, RaftFsync",),
    ),
    Mutant(
        12, wrong.AlwaysTruncates, raft.committed_log_is_append_only, 2, 1, 2,
        scene=scenes.old_heartbeat_truncates,
        network=TWO_IN_FLIGHT,
        why="A delayed message vouches for less than the log already has.",
        seen_in=("hashicorp/raft #113", "akka-raft #66", "CCF #5991"),
    ),
    Mutant(
        13, wrong.KeepsConflicts, raft.state_machine_safety, 3, 2, 1,
        scene=scenes.conflict_is_sent_the_entry,
        network=TWO_IN_FLIGHT,
        why="The follower commits its own entry where the leader's should be.",
    ),
    Mutant(
        14, wrong.CommitsUpToItsLogsEnd, raft.state_machine_safety, 3, 2, 1,
        scene=scenes.conflict_is_sent_a_heartbeat,
        network=TWO_IN_FLIGHT,
        why="The log's end was never compared with the leader's log.",
        seen_in=("CCF #8172", "copycat #265", "scylla #9965"),
    ),
    Mutant(
        15, wrong.HeartbeatsCommit, raft.state_machine_safety, 3, 2, 1,
        scene=scenes.conflict_is_sent_a_heartbeat,
        network=TWO_IN_FLIGHT,
        why="A heartbeat says how much is committed, not what.",
    ),
    Mutant(
        16, wrong.CountsOldVotes, raft.election_safety, 3, 2, 0, scene=scenes.old_vote_arrives,
        network=THREE_IN_FLIGHT,
        why="A vote is for one term; the voter may vote for another in the next.",
        seen_in=("little-raft #44",),
    ),
    Mutant(
        17, wrong.VotesTwice, raft.election_safety, 3, 1, 0, scene=scenes.s2_votes_for_both,
        why="Two majorities share a server, and it voted for both.",
        seen_in=("zeebe #5356", "ravendb #4383"),
    ),
    Mutant(
        18, wrong.FollowingFreesTheVote, raft.election_safety, 3, 1, 0,
        scene=scenes.s2_follows_and_votes_again,
        why="A heartbeat gives a server a second vote in the same term.",
        seen_in=("redpanda #14", "NATS #5314"),
    ),
    Mutant(
        19, wrong.SteppingDownFreesTheVote, raft.one_vote_per_term, 3, 2, 1, how="equivalent",
        network=TWO_IN_FLIGHT,
        why="The vote comes too late: a majority of the others has elected the term's leader.",
        seen_in=("CCF #5891",),
    ),
    Mutant(
        20, wrong.HalfIsEnough, raft.election_safety, 3, 1, 0, scene=scenes.both_elect_themselves,
        why="Two halves need not share a server.",
    ),
    Mutant(
        21, wrong.CommitsOneShort, raft.leader_completeness, 3, 2, 1,
        scene=scenes.leader_commits_alone,
        network=TWO_IN_FLIGHT,
        why="A majority without the entry elects the next leader.",
    ),
    Mutant(
        22, wrong.LeaderCountsTwice, raft.leader_completeness, 3, 2, 1,
        scene=scenes.leader_commits_alone,
        network=TWO_IN_FLIGHT,
        why="As before: the majority is one short.",
        seen_in=("RavenDB #14231",),
    ),
    Mutant(
        23, wrong.IgnoresPrevLogTerm, raft.log_matching, 3, 3, 2, 1,
        how="walk", scene=scenes.previous_term_differs,
        network=TWO_IN_FLIGHT,
        why="An entry is put behind another than the one it followed.",
        differs="known at (3,2,2), where a leader sends from any index; here, from nextIndex",
    ),
    Mutant(
        24, wrong.FollowsOldLeaders, raft.leader_completeness, 3, 2, 1,
        scene=scenes.old_leader_commits,
        network=THREE_IN_FLIGHT,
        why="Its vote for the new leader promised not to acknowledge the old one any more.",
    ),
    Mutant(
        25, wrong.StaysInOffice, raft.election_safety, 3, 2, 1,
        scene=scenes.leader_reaches_the_next_term,
        network=TWO_IN_FLIGHT,
        why="It leads a term in which nobody elected it.",
    ),
    Mutant(
        26, wrong.AcknowledgesItsWholeLog, raft.leader_completeness, 3, 3, 1,
        how="walk", scene=scenes.stale_entry_is_acknowledged,
        network=TWO_IN_FLIGHT,
        why="The log's end was never compared with the leader's log.",
        seen_in=("CCF #6001",),
    ),
    Mutant(
        27, wrong.BelievesHints, raft.leader_completeness, 3, 4, 2, 1,
        how="script", scene=scenes.rejection_is_counted,
        why="A rejection says where to look, not what was found.",
        seen_in=("CCF #5325",),
        differs="known at (3,3,1), where a leader sends from any index; here, from nextIndex",
    ),
    Mutant(
        28, wrong.CountsOldAcknowledgments, raft.leader_completeness, 5, 4, 2,
        how="script", scene=scenes.old_acknowledgment_is_counted,
        why="What was acknowledged in an earlier term may have been overwritten since.",
    ),
    Mutant(
        29, wrong.TakesCommitsBack, raft.commitIndex_is_monotone, 2, 1, 1,
        scene=scenes.older_commit_arrives,
        why="Messages overtake each other; an older one knows of fewer commits.",
        seen_in=("raft.tla #19", "CCF #5172"),
    ),
    Mutant(
        30, wrong.TakesMatchesBack, raft.matchIndex_is_monotone, 2, 1, 1,
        scene=scenes.older_acknowledgment_arrives,
        why="Messages overtake each other; an older one acknowledges less.",
        seen_in=("raft.tla #18", "CCF #5324"),
    ),
    Mutant(
        31, wrong.StepsBelowOne, raft.nextIndex_is_in_range, 2, 2, 1, 1,
        scene=scenes.rejection_is_repeated,
        network={**TWO_IN_FLIGHT, "max_copies": 2},
        why="The network repeats a rejection, and prevLogIndex becomes -1.",
        differs="believed to be at (2,2,1); the leader gets a second term by a restart",
    ),
)  # fmt: skip

__all__ = ["MUTANTS", "Mutant"]
