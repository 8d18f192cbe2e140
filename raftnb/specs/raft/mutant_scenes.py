"""How each mistake of `mistakes` comes to light: scenes played by hand, a few lines each.

A scene is given a world of the mutant; after its last line the property that the mutant breaks is
false. Where a scene is told in the literature, it is that one.
"""

from __future__ import annotations

from typing import Any

from raftnb.specs.raft.scenes import (
    commit,
    count_vote,
    elect,
    find,
    receive,
    replicate,
    request,
    send_entries,
    stand,
    take_entries,
    vote,
)
from raftnb.specs.raft.server import AppendEntriesResponse


def two_entries_at_one_index(world: Any) -> None:
    """s1 leads term 1, s2 term 2; each has an entry at index 1 that no other server has."""
    elect(world, "s1", "s2")
    request(world, "s1")
    elect(world, "s2", "s3", term=2)
    request(world, "s2")


def entry_committed(world: Any) -> None:
    """s1 leads term 1 and has committed an entry that s2 has too, and s3 not."""
    elect(world, "s1", "s2")
    request(world, "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)


def s3_takes_over(world: Any) -> None:
    """An entry is committed on s1 and s2; then s3, without it, is elected by s2."""
    entry_committed(world)
    elect(world, "s3", "s2", term=2)


def s2_restarts_and_s3_takes_over(world: Any) -> None:
    """An entry is committed on s1 and s2; s2 restarts, then s3 is elected by s2."""
    entry_committed(world)
    world["s2"].restart()
    elect(world, "s3", "s2", term=2)


def old_entry_is_counted(world: Any) -> None:
    """Row 1: s1 comes back, commits its old entry by counting, and s2's newer entry wins."""
    two_entries_at_one_index(world)
    elect(world, "s1", "s3", term=3)
    replicate(world, "s1", "s3")
    commit(world, "s1", 1)
    elect(world, "s2", "s3", term=4)


def longer_log_wins(world: Any) -> None:
    """Row 3: s1 has two old entries, s2 commits a new one with s3, and s3 votes for s1."""
    elect(world, "s1", "s2")
    request(world, "s1")
    request(world, "s1")
    elect(world, "s2", "s3", term=2)
    request(world, "s2")
    replicate(world, "s2", "s3")
    commit(world, "s2", 1)
    elect(world, "s1", "s3", term=3)


def shorter_log_wins(world: Any) -> None:
    """Row 4: of two entries, s3 has the first alone; the second is committed on s1 and s2."""
    elect(world, "s1", "s2")
    request(world, "s1")
    replicate(world, "s1", "s3")
    request(world, "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 2)
    elect(world, "s3", "s2", term=2)


def s2_votes_restarts_and_votes(world: Any) -> None:
    """Rows 7 and 8: s2 votes for s1, restarts, and votes for s3 in the same term."""
    elect(world, "s1", "s2")
    world["s2"].restart()
    elect(world, "s3", "s2")


def acknowledged_entry_is_lost(world: Any) -> None:
    """Row 10: s2 acknowledges an entry and restarts before it is on its disk."""
    elect(world, "s1", "s2")
    request(world, "s1")
    world["s1"].sync()
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    world["s2"].restart()
    elect(world, "s3", "s2", term=2)


def leader_loses_its_entry(world: Any) -> None:
    """Row 11: s1 commits an entry that only s2 has on disk, restarts, and votes for s3."""
    entry_committed(world)
    take_entries(world, "s1", "s2")
    world["s1"].restart()
    elect(world, "s3", "s1", term=2)


def old_heartbeat_truncates(world: Any) -> None:
    """Row 12: s2 knows an entry to be committed when an older heartbeat arrives."""
    elect(world, "s1", "s2")
    request(world, "s1")
    heartbeat = send_entries(world, "s1", "s2", last=0)
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    take_entries(world, "s1", "s2")
    receive(world, heartbeat)


def conflict_meets_commit(world: Any) -> None:
    """Rows 13 to 15: s2 commits an entry with s3, and tells s1, which has another one there."""
    two_entries_at_one_index(world)
    replicate(world, "s2", "s3")
    commit(world, "s2", 1)


def conflict_is_sent_the_entry(world: Any) -> None:
    """Row 13: s1 has another entry there, and is sent the committed one."""
    conflict_meets_commit(world)
    take_entries(world, "s2", "s1")


def conflict_is_sent_a_heartbeat(world: Any) -> None:
    """Rows 14 and 15: s1 has another entry there, and is sent a heartbeat."""
    conflict_meets_commit(world)
    take_entries(world, "s2", "s1", last=0)


def old_vote_arrives(world: Any) -> None:
    """Row 16: s2's vote for s1 of term 1 arrives in term 2, in which s2 votes for s3."""
    stand(world, "s1")
    vote(world, "s2", "s1")
    stand(world, "s1")
    count_vote(world, "s1", "s2")
    world["s1"].become_leader()
    elect(world, "s3", "s2", term=2)


def s2_votes_for_both(world: Any) -> None:
    """Row 17: s2 votes for s1, and for s3."""
    elect(world, "s1", "s2")
    elect(world, "s3", "s2")


def s2_follows_and_votes_again(world: Any) -> None:
    """Row 18: s2 votes for s1, hears its heartbeat, and votes for s3."""
    elect(world, "s1", "s2")
    take_entries(world, "s1", "s2")
    elect(world, "s3", "s2")


def both_elect_themselves(world: Any) -> None:
    """Row 20: s1 and s2 have one vote each, their own."""
    elect(world, "s1")
    elect(world, "s2")


def leader_commits_alone(world: Any) -> None:
    """Rows 21 and 22: s1 commits an entry that no other server has; s2 and s3 elect s2."""
    elect(world, "s1", "s2")
    request(world, "s1")
    commit(world, "s1", 1)
    elect(world, "s2", "s3", term=2)


def previous_term_differs(world: Any) -> None:
    """Row 23: s2 adds an entry in term 3, and s1 takes it over behind another previous one."""
    two_entries_at_one_index(world)
    world["s2"].restart()
    elect(world, "s2", "s3", term=3)
    request(world, "s2")
    take_entries(world, "s2", "s1")


def old_leader_commits(world: Any) -> None:
    """Row 24: s2 has voted for s3 in term 2 when it acknowledges an entry of s1's term 1."""
    elect(world, "s1", "s2")
    request(world, "s1")
    entries = send_entries(world, "s1", "s2")
    elect(world, "s3", "s2", term=2)
    receive(world, entries)
    receive(world, find(world, AppendEntriesResponse, "s2", "s1", success=True))
    commit(world, "s1", 1)


def leader_reaches_the_next_term(world: Any) -> None:
    """Row 25: s1 leads term 1, hears of term 2, and goes on to lead in it beside s3."""
    elect(world, "s1", "s2")
    stand(world, "s3", term=2)
    vote(world, "s1", "s3")
    vote(world, "s2", "s3")
    count_vote(world, "s3", "s2")
    world["s3"].become_leader()


def stale_entry_is_acknowledged(world: Any) -> None:
    """Row 26: a heartbeat makes s1 acknowledge its own entry, which s2 takes for its new one."""
    two_entries_at_one_index(world)
    receive(world, take_entries(world, "s2", "s1", last=0))
    commit(world, "s2", 1)
    elect(world, "s1", "s3", term=3)


def rejection_is_counted(world: Any) -> None:
    """Row 27: s1 rejects s2's entry at index 2, and says that its own log has two entries."""
    elect(world, "s1", "s2")
    request(world, "s1")
    request(world, "s1")
    elect(world, "s2", "s3", term=2)
    request(world, "s2")
    world["s2"].restart()
    elect(world, "s2", "s3", term=3)
    request(world, "s2")
    receive(world, take_entries(world, "s2", "s1"))
    commit(world, "s2", 2)
    elect(world, "s1", "s3", term=4)


def old_acknowledgment_is_counted(world: Any) -> None:
    """Row 28: s2 acknowledged index 2 in term 1; in term 3 another entry is there."""
    elect(world, "s1", "s2", "s4")
    request(world, "s1")
    request(world, "s1")
    answer = take_entries(world, "s1", "s2")
    elect(world, "s3", "s4", "s5", term=2)
    request(world, "s3")
    take_entries(world, "s3", "s1")
    elect(world, "s1", "s4", "s5", term=3)
    request(world, "s1")
    replicate(world, "s1", "s4")
    receive(world, answer)
    commit(world, "s1", 2)
    elect(world, "s3", "s2", "s5", term=4)


def older_commit_arrives(world: Any) -> None:
    """Row 29: s2 has heard of a commit when an older heartbeat arrives."""
    elect(world, "s1", "s2")
    heartbeat = send_entries(world, "s1", "s2")
    request(world, "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    take_entries(world, "s1", "s2")
    receive(world, heartbeat)


def older_acknowledgment_arrives(world: Any) -> None:
    """Row 30: s2's answer to a heartbeat arrives after that to the entry."""
    elect(world, "s1", "s2")
    heartbeat = take_entries(world, "s1", "s2")
    request(world, "s1")
    replicate(world, "s1", "s2")
    receive(world, heartbeat)


def rejection_is_repeated(world: Any) -> None:
    """Row 31: s1 is elected with an entry that s2 lacks, asks twice, and is rejected twice."""
    elect(world, "s1", "s2")
    request(world, "s1")
    world["s1"].restart()
    elect(world, "s1", "s2")
    rejections = [take_entries(world, "s1", "s2"), take_entries(world, "s1", "s2")]
    for rejection in rejections:
        receive(world, rejection)
