"""Scenes of Raft with clients, played by hand: a call, an entry done, a read and its round.

Each takes a world of the specification `raft-store` (or of one with more) and calls the real
actions, as those of `scenes` do. Clients, servers, commands and keys go by their names.
"""

from __future__ import annotations

from typing import Any

from raftnb.data.errors import NotEnabled
from raftnb.data.values import Message, order
from raftnb.specs.raft.clients import ClientRequest, ClientResponse
from raftnb.specs.raft.read_index import Heartbeat, HeartbeatResponse
from raftnb.specs.raft.scenes import commit, elect, replicate
from raftnb.specs.store.sequential import Op


def under_way(world: Any, kind: type[Message], source: str, dest: str, **fields: Any) -> Any:
    """The message in flight with these fields, the last in order; raises `NotEnabled` if none is.

    Of messages with rounds or commands the last one is the newest.
    """
    found = [
        m
        for m in world.messages()
        if isinstance(m, kind)
        and (m.source.name, m.dest.name) == (source, dest)
        and all(getattr(m, name) == value for name, value in fields.items())
    ]
    if not found:
        raise NotEnabled(
            f"no {kind.__name__} from {source} to {dest} is in flight",
            place="a scene",
            allowed="; ".join(map(str, world.messages())) or "no message, since none is in flight",
        )
    return max(found, key=order)


def ask(world: Any, client: str, server: str) -> Any:
    """The client sends the command that it waits for; returns the request."""
    asking = world[client]
    if asking.asked is not None:
        asking.lose_patience()
    asking.ask(world[server])
    return under_way(world, ClientRequest, client, server, command=asking.command)


def write(world: Any, client: str, command: str, leader: str, key: str = "k1") -> None:
    """The client calls for a write, and the leader appends it to its log."""
    world[client].call(world[command], world[key], choose=(Op.WRITE,))
    world[leader].client_request(ask(world, client, leader))


def read(world: Any, client: str, command: str, leader: str, key: str = "k1") -> None:
    """The client calls for a read, and the leader begins it without its log."""
    world[client].call(world[command], world[key], choose=(Op.READ,))
    world[leader].begin_read(ask(world, client, leader))


def finish(world: Any, leader: str, *followers: str) -> None:
    """The leader has the followers take its log over, commits all of it, and applies it."""
    server = world[leader]
    for follower in followers:
        replicate(world, leader, follower)
    commit(world, leader, len(server.log))
    while server.lastApplied < server.commitIndex:
        server.apply()


def answer(world: Any, leader: str, client: str) -> None:
    """The leader tells the client what became of its command, and the client hears it."""
    world[leader].respond(world[client])
    hear(world, leader, client)


def hear(world: Any, leader: str, client: str) -> None:
    """The client receives the answer to its command."""
    wanted = world[client].command
    world[client].receive(under_way(world, ClientResponse, leader, client, command=wanted))


def confirm(world: Any, leader: str, follower: str) -> Any:
    """The follower answers the leader's newest heartbeat; returns the answer, still in flight."""
    asked = under_way(world, Heartbeat, leader, follower, round=world[leader].round)
    if asked.term > world[follower].currentTerm:
        world[follower].update_term(asked)
    world[follower].handle_heartbeat(asked)
    return under_way(world, HeartbeatResponse, follower, leader, round=asked.round)


def count(world: Any, confirmation: Any) -> None:
    """The leader takes notice of an answer to a heartbeat."""
    world[confirmation.dest.name].handle_heartbeat_response(confirmation)


def written_through(world: Any, leader: str, *followers: str, client: str, command: str) -> None:
    """A write from its call to its answer."""
    write(world, client, command, leader)
    finish(world, leader, *followers)
    answer(world, leader, client)


def one_write_done(world: Any) -> None:
    """s1 leads term 1, elected by s2, and c1 has written v1 with both."""
    elect(world, "s1", "s2")
    written_through(world, "s1", "s2", client="c1", command="v1")


def successor_writes(world: Any, command: str) -> None:
    """s2 leads the next term, elected by s3, and c1 has written there; s1 knows nothing of it."""
    elect(world, "s2", "s3")
    written_through(world, "s2", "s3", client="c1", command=command)


__all__ = [
    "answer",
    "ask",
    "confirm",
    "count",
    "finish",
    "hear",
    "one_write_done",
    "read",
    "successor_writes",
    "under_way",
    "write",
    "written_through",
]
