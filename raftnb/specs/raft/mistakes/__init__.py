"""Raft with one mistake at a time: each changes one small operator or action of `Server`.

A mistake stands with the scene that brings it to light and its row in the table `MUTANTS`: what it
breaks, in which configuration, and where in the world it was made. `STORE_MUTANTS` are those of
the store on top of Raft, `ELECTION_MUTANTS` of what keeps elections calm,
`SNAPSHOT_MUTANTS` of snapshots, `MEMBERSHIP_MUTANTS` of changes of the cluster,
`DISK_MUTANTS` of asynchronous writes and torn disks. `FAMILIES` has them all.
"""

from __future__ import annotations

from raftnb.specs.raft.mistakes import (
    commits,
    disk,
    elections,
    logs,
    membership,
    reads,
    snapshots,
    terms,
    torn,
    votes,
)
from raftnb.specs.raft.mistakes.commits import (
    AcknowledgesItsWholeLog,
    BelievesHints,
    CommitsOldTerms,
    CommitsOneShort,
    CommitsUpToItsLogsEnd,
    HeartbeatsCommit,
    HintServer,
    LeaderCountsTwice,
    TakesCommitsBack,
    TakesMatchesBack,
)
from raftnb.specs.raft.mistakes.disk import (
    AcknowledgesBeforeSync,
    DiskServer,
    ForgetsItsLog,
    ForgetsItsTerm,
    ForgetsItsVote,
    LeaderCountsBeforeSync,
)
from raftnb.specs.raft.mistakes.logs import (
    AlwaysTruncates,
    IgnoresPrevLogTerm,
    KeepsConflicts,
    StepsBelowOne,
)
from raftnb.specs.raft.mistakes.mutant import Mutant
from raftnb.specs.raft.mistakes.reads import (
    AppliesTwice,
    ClockRunsAhead,
    CountsOldConfirmations,
    DeposedLeaderReads,
    LeaseOutlivesTransfer,
    ReadsBeforeItsTerm,
    ReadsBeforeTheRound,
)
from raftnb.specs.raft.mistakes.terms import (
    CountsOldAcknowledgments,
    CountsOldVotes,
    FollowsOldLeaders,
    StaysInOffice,
)
from raftnb.specs.raft.mistakes.votes import (
    ComparesIndexOnly,
    ComparesTermOnly,
    ComparesWithCommitted,
    FollowingFreesTheVote,
    HalfIsEnough,
    SteppingDownFreesTheVote,
    VotesForAnyLog,
    VotesTwice,
    WantsALongerLog,
)

MUTANTS: tuple[Mutant, ...] = (
    commits.ROW_1,
    votes.ROW_2,
    votes.ROW_3,
    votes.ROW_4,
    votes.ROW_5,
    votes.ROW_6,
    disk.ROW_7,
    disk.ROW_8,
    disk.ROW_9,
    disk.ROW_10,
    disk.ROW_11,
    logs.ROW_12,
    logs.ROW_13,
    commits.ROW_14,
    commits.ROW_15,
    terms.ROW_16,
    votes.ROW_17,
    votes.ROW_18,
    votes.ROW_19,
    votes.ROW_20,
    commits.ROW_21,
    commits.ROW_22,
    logs.ROW_23,
    terms.ROW_24,
    terms.ROW_25,
    commits.ROW_26,
    commits.ROW_27,
    terms.ROW_28,
    commits.ROW_29,
    commits.ROW_30,
    logs.ROW_31,
)
STORE_MUTANTS: tuple[Mutant, ...] = (
    reads.ROW_36,
    reads.ROW_37,
    reads.ROW_38,
    reads.ROW_39,
    reads.ROW_40,
    reads.ROW_41,
    reads.ROW_42,
)
ELECTION_MUTANTS: tuple[Mutant, ...] = (
    elections.ROW_43,
    elections.ROW_44,
    elections.ROW_45,
    elections.ROW_46,
    elections.ROW_47,
    elections.ROW_48,
    elections.ROW_49,
    elections.ROW_50,
)
SNAPSHOT_MUTANTS: tuple[Mutant, ...] = (
    snapshots.ROW_51,
    snapshots.ROW_52,
    snapshots.ROW_53,
    snapshots.ROW_54,
    snapshots.ROW_55,
    snapshots.ROW_56,
    snapshots.ROW_57,
    snapshots.ROW_58,
    snapshots.ROW_59,
)
MEMBERSHIP_MUTANTS: tuple[Mutant, ...] = (
    membership.ROW_60,
    membership.ROW_61,
    membership.ROW_62,
    membership.ROW_63,
    membership.ROW_64,
    membership.ROW_65,
)
DISK_MUTANTS: tuple[Mutant, ...] = (
    torn.ROW_66,
    torn.ROW_67,
    torn.ROW_68,
    torn.ROW_69,
)
FAMILIES: dict[str, tuple[Mutant, ...]] = {
    "raft": MUTANTS,
    "store": STORE_MUTANTS,
    "elections": ELECTION_MUTANTS,
    "snapshots": SNAPSHOT_MUTANTS,
    "membership": MEMBERSHIP_MUTANTS,
    "disks": DISK_MUTANTS,
}

__all__ = [
    "DISK_MUTANTS",
    "ELECTION_MUTANTS",
    "FAMILIES",
    "MEMBERSHIP_MUTANTS",
    "MUTANTS",
    "SNAPSHOT_MUTANTS",
    "STORE_MUTANTS",
    "AcknowledgesBeforeSync",
    "AcknowledgesItsWholeLog",
    "AlwaysTruncates",
    "AppliesTwice",
    "BelievesHints",
    "ClockRunsAhead",
    "CommitsOldTerms",
    "CommitsOneShort",
    "CommitsUpToItsLogsEnd",
    "ComparesIndexOnly",
    "ComparesTermOnly",
    "ComparesWithCommitted",
    "CountsOldAcknowledgments",
    "CountsOldConfirmations",
    "CountsOldVotes",
    "DeposedLeaderReads",
    "DiskServer",
    "FollowingFreesTheVote",
    "FollowsOldLeaders",
    "ForgetsItsLog",
    "ForgetsItsTerm",
    "ForgetsItsVote",
    "HalfIsEnough",
    "HeartbeatsCommit",
    "HintServer",
    "IgnoresPrevLogTerm",
    "KeepsConflicts",
    "LeaderCountsBeforeSync",
    "LeaderCountsTwice",
    "LeaseOutlivesTransfer",
    "Mutant",
    "ReadsBeforeItsTerm",
    "ReadsBeforeTheRound",
    "StaysInOffice",
    "SteppingDownFreesTheVote",
    "StepsBelowOne",
    "TakesCommitsBack",
    "TakesMatchesBack",
    "VotesForAnyLog",
    "VotesTwice",
    "WantsALongerLog",
]
