"""Scenes of Raft played by hand: an election, a request, a round of replication.

Each takes a world of the specification `raft` (or a variant) and calls the real actions, so that a
scene can do nothing that the specification does not allow. Servers go by their names.
"""

from __future__ import annotations

from typing import Any

from raftnb.data.errors import NotEnabled
from raftnb.data.values import Message, order
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    RequestVote,
    RequestVoteResponse,
    Role,
)

HANDLERS = {
    "RequestVote": "handle_request_vote",
    "RequestVoteResponse": "handle_request_vote_response",
    "AppendEntries": "handle_append_entries",
    "AppendEntriesResponse": "handle_append_entries_response",
}


def find(world: Any, kind: type[Message], source: str, dest: str, **fields: Any) -> Any:
    """The message in flight from one server to another with these fields: the one of newest term.

    Raises `NotEnabled` where there is none: nobody can receive what is not in flight.
    """
    found = [
        m
        for m in world.messages()
        if isinstance(m, kind)
        and (m.source.name, m.dest.name) == (source, dest)
        and all(getattr(m, name) == value for name, value in fields.items())
    ]
    if not found:
        with_ = "".join(f", {name}={value}" for name, value in fields.items())
        raise NotEnabled(
            f"no {kind.__name__} from {source} to {dest}{with_} is in flight",
            place="a scene",
            allowed="; ".join(map(str, world.messages())) or "no message, since none is in flight",
        )
    return max(found, key=lambda m: (m.term, order(m)))


def receive(world: Any, message: Message) -> None:
    """Its receiver adopts the message's term, if that is newer, and handles it."""
    server = world[message.dest.name]
    if message.term > server.currentTerm:
        server.update_term(message)
    getattr(server, HANDLERS[type(message).__name__])(message)


def step_down(world: Any, leader: str) -> None:
    """A leader of the past receives a message of a newer term, and becomes a follower."""
    server = world[leader]
    newer = [m for m in world.messages() if m.dest == server and m.term > server.currentTerm]
    if not newer:
        raise NotEnabled(
            f"no message to {leader} of a term newer than {server.currentTerm}", place="a scene"
        )
    server.update_term(max(newer, key=lambda m: (m.term, order(m))))


def stand(world: Any, candidate: str, term: int | None = None) -> None:
    """A server times out and stands for election, again until its term is `term` (or once).

    A leader of the past first hears of a newer term.
    """
    server = world[candidate]
    if server.role == Role.LEADER:
        step_down(world, candidate)
    server.time_out()
    while term is not None and server.currentTerm < term:
        server.time_out()


def vote(world: Any, voter: str, candidate: str) -> None:
    """A server receives the RequestVote of a candidate's present term, and answers it."""
    term = world[candidate].currentTerm
    receive(world, find(world, RequestVote, candidate, voter, term=term))


def count_vote(world: Any, candidate: str, voter: str) -> None:
    """A candidate receives the voter's newest answer."""
    receive(world, find(world, RequestVoteResponse, voter, candidate))


def elect(world: Any, leader: str, *voters: str, term: int | None = None) -> None:
    """A server stands for election (in `term`), the voters vote for it, and it becomes leader."""
    stand(world, leader, term)
    for voter in voters:
        vote(world, voter, leader)
        count_vote(world, leader, voter)
    world[leader].become_leader()


def request(world: Any, leader: str, value: str = "v1") -> None:
    """A client asks the leader to append a value."""
    world[leader].client_request(world[value])


def send_entries(world: Any, leader: str, follower: str, last: int | None = None) -> Any:
    """The leader sends the entries from the follower's nextIndex up to `last` (all of them).

    Returns the AppendEntries.
    """
    server = world[leader]
    prev = server.nextIndex[world[follower]] - 1
    upto = len(server.log) if last is None else last
    server.append_entries(world[follower], choose=(upto,))
    wanted = {
        "term": server.currentTerm,
        "prevLogIndex": prev,
        "entries": server.log[prev:upto],
        "leaderCommit": server.commitIndex,
    }
    return find(world, AppendEntries, leader, follower, **wanted)


def take_entries(world: Any, leader: str, follower: str, last: int | None = None) -> Any:
    """The leader sends entries, and the follower takes or rejects them; returns its answer."""
    message = send_entries(world, leader, follower, last)
    before = set(world.messages())
    receive(world, message)
    answers = [m for m in world.messages() if m not in before]
    known = {"source": follower, "dest": leader}
    return answers[0] if answers else find(world, AppendEntriesResponse, **known)


def replicate(world: Any, leader: str, follower: str, last: int | None = None) -> None:
    """The leader sends entries, ever further back, until the follower has taken them over."""
    answer = take_entries(world, leader, follower, last)
    receive(world, answer)
    while not answer.success and world[leader].currentTerm == answer.term:
        answer = take_entries(world, leader, follower, last)
        receive(world, answer)


def commit(world: Any, leader: str, index: int) -> None:
    """The leader advances its commitIndex."""
    world[leader].advance_commit_index(choose=(index,))


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


def conflict_meets_commit(world: Any) -> None:
    """s2 commits an entry with s3, and tells s1, which has another one there."""
    two_entries_at_one_index(world)
    replicate(world, "s2", "s3")
    commit(world, "s2", 1)


__all__ = [
    "commit",
    "conflict_meets_commit",
    "count_vote",
    "elect",
    "entry_committed",
    "find",
    "receive",
    "replicate",
    "request",
    "send_entries",
    "stand",
    "step_down",
    "take_entries",
    "two_entries_at_one_index",
    "vote",
]
