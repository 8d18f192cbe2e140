"""The adapter for pyraftlog 3.0.0 (PyPI), whose `Node.on_message(msg)` needs no threads."""

from __future__ import annotations

import copy
import logging
import pickle
from collections.abc import Mapping
from typing import Any

import pyraftlog
from pyraftlog.log import Log
from pyraftlog.message import (
    APPEND_ENTRIES,
    APPEND_RESPONSE,
    VOTE_REQUEST,
    VOTE_RESPONSE,
    Message,
)
from pyraftlog.state import get_role_name

from raftnb.drive.adapter import Adapter, Sent

QUIET = logging.getLogger("raftnb.drive.pyraftlog")
QUIET.setLevel(logging.CRITICAL + 1)


class MendedLog(Log):  # type: ignore[misc]
    """A log that can be sent."""

    def chunk(self, idx: int, chunk_size: int, max_chunk_bytes: int) -> list[Any]:
        """The entries from an index on."""
        return list(self.slice(idx, chunk_size))


class Disk(pyraftlog.Storage):  # type: ignore[misc]
    """What a node has persisted; `now` is lost if nobody calls `persist`."""

    def __init__(self) -> None:
        self.kept: bytes | None = None
        self.broken = False

    def retrieve(self, state: Any) -> Any:
        """Fill a new state with what was persisted."""
        if self.kept is not None:
            state.populate(pickle.loads(self.kept))
        return state

    def persist(self, state: Any) -> bool:
        """Keep the state, unless the node is dead already: it persists when it is collected."""
        if not self.broken:
            self.kept = pickle.dumps(state)
        return True


class Outbox:
    """A transport that notes what is published, and answers nothing at once."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names, self.published = names, list[Message]()

    def publish(self, node: Any, message: Message) -> None:
        """Send a message."""
        self.published.append(copy.deepcopy(message))

    def connected(self) -> tuple[str, ...]:
        """Everybody is there."""
        return self.names[1:]


class Pyraftlog(Adapter):
    """A cluster of pyraftlog's nodes.

    The library cannot send an entry on today's Python, since it asks a named tuple for its
    `__dict__`. With `mended` that is mended (`Log.chunk` answers with the slice that it means), so
    that one sees what else there is.
    """

    def __init__(self, mended: bool = False) -> None:
        self.mended = mended

    def start(self, processes: tuple[str, ...]) -> None:
        """Make a new cluster."""
        self.names = processes
        self.disks = {name: Disk() for name in processes}
        self.nodes = {name: self._node(name) for name in processes}

    def _node(self, name: str) -> Any:
        node = pyraftlog.Node(
            pyraftlog.NODE_MODE_ACTIVE, name, list(self.names), self.disks[name], logger=QUIET
        )
        node.neighbours.sort()  # a set's order would differ from run to run
        if self.mended:
            node.state.log = MendedLog(node.state.log.entries)
        return node

    def stop(self) -> None:
        """Let nobody persist any more."""
        for disk in self.disks.values():
            disk.broken = True

    def state(self, process: str) -> Mapping[str, Any]:
        """The state as far as Figure 2 has it; what a leader knows of others is its own affair."""
        state = self.nodes[process].state
        return {
            "currentTerm": state.current_term,
            "votedFor": state.voted_for.get(state.current_term),
            "log": [(entry.term, entry.value) for entry in state.log.entries],
            "role": get_role_name(state.role),
            "commitIndex": state.commit_index,
        }

    def time_out(self, process: str) -> list[Sent]:
        """The timers towards all neighbors ring, one after the other, as the threads see it."""
        node, outbox = self.nodes[process], Outbox(self.names)
        node.leader = (None, None)  # whoever it was, it was not heard of
        first = node.neighbours[0]
        if get_role_name(node.state.role) == "follower":
            node.on_timeout_follower(outbox, first)
        else:
            node.state.votes.setdefault(first, False)  # all have been asked in this term
        for neighbor in node.neighbours:
            if neighbor not in node.state.votes or neighbor == first:
                node.on_timeout_candidate(outbox, neighbor)
        return self._sent(outbox)

    def client_request(self, process: str, value: str) -> list[Sent]:
        """A client asks the leader."""
        self.nodes[process].append_entry(value)
        return []

    def append_entries(self, process: str, peer: str) -> list[Sent]:
        """The leader sends what is missing, or a heartbeat."""
        node, outbox = self.nodes[process], Outbox(self.names)
        if node.state.missing_entries(peer):
            node.on_behind_entries(outbox, peer)
        else:
            node.on_timeout_leader(outbox, peer)
        return self._sent(outbox)

    def restart(self, process: str) -> list[Sent]:
        """Fail, and come back with what was persisted."""
        old = self.nodes[process]
        kept, old.storage = self.disks[process], Disk()
        fresh = Disk()
        fresh.kept = kept.kept
        self.disks[process] = fresh
        self.nodes[process] = self._node(process)
        return []

    def receive(self, process: str, sent: Sent) -> list[Sent]:
        """A message arrives."""
        answer = self.nodes[process].on_message(copy.deepcopy(sent.original))
        return [] if answer is None else [_as_sent(answer)]

    def _sent(self, outbox: Outbox) -> list[Sent]:
        return [_as_sent(message) for message in outbox.published]

    def __repr__(self) -> str:
        return f"Pyraftlog(mended={self.mended})"


def _as_sent(message: Message) -> Sent:
    kind, fields = _FORMS[message.procedure]
    data, term = message.data, {"term": message.term}
    inner = {name: data[theirs] for name, theirs in fields.items()}
    if "entries" in inner:
        inner["entries"] = [(entry[0], entry[2]) for entry in inner["entries"]]
    return Sent(kind, message.sender, message.recipient, term | inner, message)


_FORMS: dict[int, tuple[str, dict[str, str]]] = {
    VOTE_REQUEST: (
        "RequestVote",
        {"lastLogIndex": "last_log_index", "lastLogTerm": "last_log_term"},
    ),
    VOTE_RESPONSE: ("RequestVoteResponse", {"voteGranted": "response"}),
    APPEND_ENTRIES: (
        "AppendEntries",
        {
            "prevLogIndex": "prev_log_index",
            "prevLogTerm": "prev_log_term",
            "entries": "entries",
            "leaderCommit": "leader_commit",
        },
    ),
    APPEND_RESPONSE: ("AppendEntriesResponse", {"success": "response"}),
}

__all__ = ["Pyraftlog"]
