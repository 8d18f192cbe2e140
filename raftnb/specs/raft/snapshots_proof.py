"""The proof that Raft with snapshots is Raft, and that a snapshot is the state that it stands for.

An InstallSnapshot says what an AppendEntries with all entries from the first one on would say, so
that no new argument about agreement is needed. What is new is that a server does not look at what
it has compacted. It need not: that is committed, and so every leader of its term or a later one has
the same entries there (`compacted_entries_are_the_leaders`).
"""

from __future__ import annotations

from dataclasses import replace

from raftnb.language import after, in_flight
from raftnb.language.proof import Lemma
from raftnb.specs.raft import proof as base
from raftnb.specs.raft.invariant import (
    commitIndex_was_committed,
    leaderCommit_was_committed,
)
from raftnb.specs.raft.lemmas import (
    committed_entries_are_the_leaders,
    committed_fits,
    committed_stays,
)
from raftnb.specs.raft.proof import RAFT_PROOF
from raftnb.specs.raft.server import Index, Past, Server, Term
from raftnb.specs.raft.snapshots import (
    RAFT_SNAPSHOTS,
    InstallSnapshot,
    SnapshotServer,
    snapshots_are_committed,
    snapshots_are_of_the_log,
    state_machines_agree,
)


def snapshots_have_all_commands(s: SnapshotServer, i: Index) -> bool:
    """A snapshot has the command of each entry that it covers."""
    covers = len(s.snapshot) == s.base and s.base <= len(s.log)
    return covers and (i >= s.base or s.snapshot[i] == s.log[i].value)


def sent_snapshots_are_whole(i: Index) -> bool:
    """A snapshot in flight covers a log from the first entry on, and has each one's command."""
    return all(
        m.prevLogIndex == 0
        and m.leaderCommit == len(m.entries)
        and len(m.state) == len(m.entries)
        and (i >= len(m.entries) or m.state[i] == m.entries[i].value)
        for m in in_flight(InstallSnapshot)
    )


def compacted_entries_are_the_leaders(s: SnapshotServer, u: Term, i: Index) -> bool:
    """What a server has compacted, every leader of its term or a later one has."""
    if not (i < s.base and u in Past.leaders and s.currentTerm <= u):
        return True
    return i < len(Past.leaderLog[u]) and s.log[i] == Past.leaderLog[u][i]


def states_are_of_the_log(s: SnapshotServer, i: Index) -> bool:
    """The state of a state machine are the commands of the entries that are committed."""
    n = s.commitIndex
    return len(s.state()) == n and (i >= n or s.state()[i] == s.log[i].value)


def committed_logs_agree(a: Server, b: Server, i: Index) -> bool:
    """What two servers know to be committed is the same."""
    return i >= a.commitIndex or i >= b.commitIndex or a.log[i] == b.log[i]


# Cuts: what a step that installs a snapshot leaves.


def installed_log_is_the_leaders(self: SnapshotServer, m: InstallSnapshot, i: Index) -> bool:
    """After a snapshot is installed, the log is the leader's as far as the snapshot goes."""
    if not (m.term == self.currentTerm and i < len(m.entries)):
        return True
    log = after(self).log
    return i < len(log) and log[i] == Past.leaderLog[m.term][i]


def what_a_snapshot_cuts_off_is_not_the_leaders(
    self: SnapshotServer, m: InstallSnapshot, i: Index
) -> bool:
    """Where the log is dropped for a snapshot, no entry beyond the snapshot's is the leader's."""
    dropped = m.term == self.currentTerm and self.base < len(m.entries) and not self.has_last_of(m)
    if not (dropped and len(m.entries) <= i and i < len(self.log)):
        return True
    return i >= len(Past.leaderLog[m.term]) or self.log[i].term != Past.leaderLog[m.term][i].term


def snapshots_commits_are_the_leaders(self: SnapshotServer, m: InstallSnapshot, i: Index) -> bool:
    """After a snapshot is installed, what is known to be committed is the leader's."""
    if not (m.term == self.currentTerm and i < after(self).commitIndex):
        return True
    log, leaderLog = after(self).log, Past.leaderLog[m.term]
    return i < len(log) and i < len(leaderLog) and log[i] == leaderLog[i]


def snapshots_commits_were_committed(self: SnapshotServer, m: InstallSnapshot) -> bool:
    """The commitIndex after a snapshot was committed by a leader of this term or before."""
    n = after(self).commitIndex
    known = any(u <= self.currentTerm and n <= Past.committed[u] for u in Past.committed)
    return n == 0 or known


RAFT = RAFT_PROOF
COMPACTED = (snapshots_are_committed, snapshots_have_all_commands, sent_snapshots_are_whole)
INSTALLED = (
    installed_log_is_the_leaders,
    what_a_snapshot_cuts_off_is_not_the_leaders,
    snapshots_commits_are_the_leaders,
    snapshots_commits_were_committed,
)
KNOWN = (commitIndex_was_committed, leaderCommit_was_committed, committed_stays, committed_fits)
INSTALLS = {
    "take_snapshot": (commitIndex_was_committed,),
    "handle_append_entries": (*COMPACTED, compacted_entries_are_the_leaders, *base.ACCEPTED),
    "handle_install_snapshot": (*COMPACTED, compacted_entries_are_the_leaders, *INSTALLED),
    "send_snapshot": (*COMPACTED, *KNOWN),
    "restart": COMPACTED,
}


def with_snapshots(lemma: Lemma) -> Lemma:
    """A lemma of Raft's proof, which may use what is known of snapshots.

    What it uses where entries are appended, it may use where a snapshot is installed.
    """
    appended = lemma.steps.get("handle_append_entries", ())
    steps = {**lemma.steps, "handle_install_snapshot": appended}
    more = {name: (*steps.get(name, ()), *uses) for name, uses in INSTALLS.items()}
    return replace(lemma, steps={**steps, **more})


RAFT_SNAPSHOTS_PROOF = replace(
    RAFT,
    spec=RAFT_SNAPSHOTS,
    invariant=(
        *map(with_snapshots, RAFT.invariant),
        *(Lemma(claim, (*COMPACTED, *base.STEP), steps=INSTALLS) for claim in COMPACTED),
    ),
    derived=(
        *RAFT.derived,
        Lemma(
            compacted_entries_are_the_leaders,
            (snapshots_are_committed, commitIndex_was_committed, committed_stays),
        ),
        Lemma(states_are_of_the_log, (*COMPACTED, commitIndex_was_committed)),
        Lemma(committed_logs_agree, (*base.CHOSEN, committed_entries_are_the_leaders)),
    ),
    goals=(
        *map(with_snapshots, RAFT.goals),
        Lemma(snapshots_are_of_the_log, (snapshots_have_all_commands,)),
        Lemma(state_machines_agree, (states_are_of_the_log, committed_logs_agree)),
    ),
    defined=(*RAFT.defined, *COMPACTED, commitIndex_was_committed),
    cuts={
        **RAFT.cuts,
        "handle_append_entries": tuple(
            replace(cut, uses=(*(cut.uses or ()), compacted_entries_are_the_leaders, *COMPACTED))
            for cut in RAFT.cuts["handle_append_entries"]
        ),
        "handle_install_snapshot": (
            Lemma(
                installed_log_is_the_leaders,
                (*base.AB, *COMPACTED, compacted_entries_are_the_leaders),
            ),
            Lemma(
                what_a_snapshot_cuts_off_is_not_the_leaders,
                (*base.AB, *COMPACTED, compacted_entries_are_the_leaders),
            ),
            Lemma(
                snapshots_commits_are_the_leaders,
                (*base.AB, *KNOWN, *COMPACTED, *INSTALLED[:2]),
            ),
            Lemma(
                snapshots_commits_were_committed,
                (commitIndex_was_committed, leaderCommit_was_committed, *COMPACTED),
            ),
        ),
    },
)
