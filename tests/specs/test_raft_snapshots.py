"""Snapshots: a compacted log is as good as a whole one, and nothing rests on what is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from raftnb.data.errors import NotEnabled
from raftnb.data.trace import State
from raftnb.data.verdict import Verdict
from raftnb.explore import check, reachable
from raftnb.language.world import World
from raftnb.prove import prove
from raftnb.specs.raft.mistakes.snapshots import DropsWhatFollows, compact, install
from raftnb.specs.raft.scenes import commit, elect, find, receive, replicate, request
from raftnb.specs.raft.server import AppendEntries, AppendEntriesResponse, Entry, term_at
from raftnb.specs.raft.snapshots import (
    CATCHING_UP,
    RAFT_SNAPSHOTS,
    InstallSnapshot,
    SnapshotServer,
)
from raftnb.specs.raft.snapshots_proof import COMPACTED, INSTALLED, RAFT_SNAPSHOTS_PROOF

SMALL = {"servers": 3, "duplicates": 0, "max_messages": 2}


class Peeks(SnapshotServer):
    def log_matches(self, m: AppendEntries) -> bool:
        """Whether the log matches, by what has been compacted, too."""
        known = m.prevLogIndex <= len(self.log)
        return known and term_at(self.log, m.prevLogIndex) == m.prevLogTerm


def test_who_was_left_behind_is_sent_the_snapshot_and_then_entries() -> None:
    world = RAFT_SNAPSHOTS(servers=3, max_term=9, max_log=9).start()
    elect(world, "s1", "s2")
    request(world, "s1", "v1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    compact(world, "s1", 1)
    with pytest.raises(NotEnabled):
        replicate(world, "s1", "s3")
    world["s1"].send_snapshot(world["s3"])
    install(world, "s1", "s3")
    receive(world, find(world, AppendEntriesResponse, "s3", "s1"))
    request(world, "s1", "v1")
    replicate(world, "s1", "s3")
    commit(world, "s1", 2)
    assert (world["s3"].base, world["s3"].state()) == (1, (world["v1"],))
    assert world["s3"].log == world["s1"].log
    world["s3"].restart()
    assert world["s3"].commitIndex == 1


def two_entries_compacted(server: type[SnapshotServer]) -> Any:
    """Entries of two terms are committed and compacted; a snapshot and entries are under way."""
    model = RAFT_SNAPSHOTS.variant("made", server)
    world = model(servers=3, values=2, max_term=3, max_log=3, duplicates=0, max_messages=9).start()
    elect(world, "s1", "s2")
    request(world, "s1", "v1")
    replicate(world, "s1", "s2")
    elect(world, "s2", "s1", term=2)
    request(world, "s2", "v1")
    world["s2"].append_entries(world["s1"], choose=(2,))
    replicate(world, "s2", "s1")
    commit(world, "s2", 2)
    world["s2"].append_entries(world["s3"], choose=(2,))
    replicate(world, "s2", "s1")
    compact(world, "s1", 2)
    compact(world, "s2", 2)
    receive(world, find(world, AppendEntries, "s2", "s3"))
    receive(world, find(world, AppendEntriesResponse, "s3", "s2"))
    world["s2"].send_snapshot(world["s3"])
    return world


def other(entries: tuple[Entry, ...], kept: int, world: World) -> tuple[Entry, ...]:
    """The entries with others in place of those before `kept`, but for the last one's term."""
    changed = tuple(replace(e, value=world["v2"], term=2) for e in entries[:kept])
    last = tuple(replace(e, value=world["v2"]) for e in entries[kept - 1 : kept])
    return changed[:-1] + last + entries[kept:]


def rewritten(state: State, world: World) -> State:
    """The state with other entries where each server, and each InstallSnapshot, has none."""
    values = list(state.values)
    for name in ("s1", "s2", "s3"):
        at = state.layout.index[name, "log"]
        values[at] = other(values[at], state[name, "base"], world)
    messages = tuple((replaced(m, world), n) for m, n in state.messages)
    return State(state.layout, tuple(values), messages)


def replaced(message: Any, world: World) -> Any:
    """A message with other entries, if it is an InstallSnapshot."""
    if not isinstance(message, InstallSnapshot):
        return message
    return replace(message, entries=other(message.entries, len(message.entries), world))


def seen(state: State) -> tuple[Any, ...]:
    """A state without what has been compacted: of that there is the number, and the last term."""
    values = list(state.values)
    for name in ("s1", "s2", "s3"):
        at, base = state.layout.index[name, "log"], state[name, "base"]
        values[at] = (base, term_at(values[at], base), values[at][base:])
    messages = frozenset((of_message(m), n) for m, n in state.messages)
    return tuple(values), messages


def of_message(message: Any) -> tuple[Any, ...]:
    """What there is of a message."""
    if not isinstance(message, InstallSnapshot):
        return (message,)
    last = len(message.entries)
    return (replace(message, entries=()), last, term_at(message.entries, last))


def notices_a_difference(server: type[SnapshotServer]) -> bool:
    """Whether some step from near here depends on entries that have been compacted."""
    start = two_entries_compacted(server)
    world = World(start.model)
    near = reachable(start.model.starting_at(start.state), max_states=150, progress=False)
    states = [near.state(n) for n in range(len(near))]
    assert any(rewritten(s, start) != s for s in states)

    def after(state: State) -> set[Any]:
        return {seen(found) for _, found in world.successors(state)}

    return any(after(s) != after(rewritten(s, start)) for s in states)


def test_nothing_depends_on_entries_that_have_been_compacted() -> None:
    assert not notices_a_difference(SnapshotServer)


def test_who_looks_at_what_has_been_compacted_is_noticed() -> None:
    assert notices_a_difference(Peeks)


def test_all_claims_hold_where_a_term_with_snapshots_is_explored_to_the_end() -> None:
    found = check(RAFT_SNAPSHOTS(**SMALL), symmetry=True)
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 22_718)


def test_whoever_was_left_behind_can_catch_up() -> None:
    found = check(CATCHING_UP())
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 8_200)


def test_what_is_new_is_proved_for_any_number_of_servers() -> None:
    new = (*COMPACTED, *INSTALLED)
    found = prove(RAFT_SNAPSHOTS_PROOF, only=new, actions="handle_install_snapshot", timeout=60)
    assert found.unknown == ()
    assert len(found.checked) > 100


def test_a_mistake_is_not_proved() -> None:
    proof = RAFT_SNAPSHOTS_PROOF.of(RAFT_SNAPSHOTS.variant("mistaken", DropsWhatFollows))
    found = prove(proof, only=("acknowledged_log_is_there",), actions="handle_install_snapshot")
    assert found.failing == (("acknowledged_log_is_there", "handle_install_snapshot"),)
