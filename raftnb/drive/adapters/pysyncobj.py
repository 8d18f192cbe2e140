"""The adapter for PySyncObj 0.3 (PyPI): its nodes without sockets, ticked by hand.

Its log has a first entry that stands for the empty log, so its indices are one larger. Timers never
ring by themselves here; commits happen in its tick, which follows each input.
"""

from __future__ import annotations

import copy
import logging
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pysyncobj import SyncObj, SyncObjConf, replicated
from pysyncobj.node import Node
from pysyncobj.transport import Transport

from raftnb.drive.adapter import Adapter, Sent

NEVER = 1e9
"""In so many seconds everything that PySyncObj does by time would happen."""
ROLES = ("follower", "candidate", "leader")


class Wire(Transport):  # type: ignore[misc]
    """A transport that notes what is sent."""

    def __init__(self) -> None:
        super().__init__(None, None, None)
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def send(self, node: Any, message: dict[str, Any]) -> bool:
        """Send a message."""
        self.sent.append((node.id, copy.deepcopy(message)))
        return True

    def setOnNodeConnectedCallback(self, callback: Any) -> None:
        """Whom to tell of a connection."""
        self.connect = callback

    def setOnMessageReceivedCallback(self, callback: Any) -> None:
        """Whom to tell of a message."""
        self.arrive = callback

    def destroy(self) -> None:
        """There is nothing to be closed."""


class Replica(SyncObj):  # type: ignore[misc]
    """Something to be replicated."""

    @replicated  # type: ignore[untyped-decorator]
    def put(self, value: str) -> None:
        """Nothing needs to be kept; it is the log that is looked at."""


class PySyncObj(Adapter):
    """A cluster of PySyncObj's nodes, with its journal in files or without one.

    Its messages carry less than Figure 2's: answers to AppendEntries have no term, and votes are
    given or nothing is said. With `match`, a leader's matchIndex is compared; without, one sees
    only what comes of it.
    """

    unsent = ("RequestVoteResponse", "AppendEntriesResponse")

    def __init__(self, journal: bool = True, match: bool = True) -> None:
        self.journal, self.match, self.folder = journal, match, ""

    def start(self, processes: tuple[str, ...]) -> None:
        """Make a new cluster."""
        logging.getLogger("pysyncobj").setLevel(logging.CRITICAL + 1)
        logging.getLogger("pysyncobj.syncobj").setLevel(logging.CRITICAL + 1)
        self.stop()
        self.folder = tempfile.mkdtemp(prefix="raftnb-") if self.journal else ""
        self.ends = {name: Node(name) for name in processes}
        self.wires: dict[str, Wire] = {}
        self.nodes = {name: self._node(name) for name in processes}

    def stop(self) -> None:
        """Delete the journals."""
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = ""

    def _node(self, name: str) -> Any:
        conf = SyncObjConf(
            autoTick=False,
            raftMinTimeout=NEVER,
            raftMaxTimeout=NEVER + 1,
            connectionTimeout=NEVER + 1,
            appendEntriesPeriod=NEVER / 4,
            leaderFallbackTimeout=NEVER,
            journalFile=str(Path(self.folder, name)) if self.folder else None,
        )
        wire = self.wires[name] = Wire()
        others = [end for other, end in self.ends.items() if other != name]
        node = Replica(self.ends[name], others, conf, transport=wire)
        for end in others:
            wire.connect(end)
        return node

    def state(self, process: str) -> Mapping[str, Any]:
        """The state as Figure 2 has it, indices counted from 1."""
        node = self.nodes[process]
        role = ROLES[_inner(node, "raftState")]
        seen = {
            "currentTerm": _inner(node, "raftCurrentTerm"),
            "votedFor": _inner(node, "votedForNodeId"),
            "log": [{"term": term} for _, _, term in _inner(node, "raftLog")[1:]],
            "role": role,
            "commitIndex": _inner(node, "raftCommitIndex") - 1,
        }
        if role == "leader" and self.match:
            known = _inner(node, "raftMatchIndex").items()
            seen["matchIndex"] = {end.id: max(n - 1, 0) for end, n in known} | {process: 0}
        return seen

    def time_out(self, process: str) -> list[Sent]:
        """The election timer rings."""
        _set(self.nodes[process], "raftElectionDeadline", 0)
        return self._ticked(process)

    def client_request(self, process: str, value: str) -> list[Sent]:
        """A client asks the leader."""
        self.nodes[process].put(value)
        return self._ticked(process)

    def append_entries(self, process: str, peer: str) -> list[Sent]:
        """The time for a heartbeat has come; only one of the others can be reached."""
        node = self.nodes[process]
        there = _inner(node, "connectedNodes")
        _set(node, "connectedNodes", {self.ends[peer]})
        _inner(node, "sendAppendEntries")()
        _set(node, "connectedNodes", there)
        return self._ticked(process)

    def restart(self, process: str) -> list[Sent]:
        """End the node, and start another one from its files."""
        if self.folder:
            self.nodes[process].destroy()  # closes the journal; what it has not stored is lost
        self.nodes[process] = self._node(process)
        return []

    def receive(self, process: str, sent: Sent) -> list[Sent]:
        """A message arrives."""
        self.wires[process].arrive(self.ends[sent.source], copy.deepcopy(sent.original))
        return self._ticked(process)

    def _ticked(self, process: str) -> list[Sent]:
        self.nodes[process].doTick(0)
        wire = self.wires[process]
        found = sorted(wire.sent, key=lambda row: row[0])  # a set's order differs from run to run
        wire.sent = []
        return [_as_sent(process, to, message) for to, message in found]

    def __repr__(self) -> str:
        return f"PySyncObj(journal={self.journal}, match={self.match})"


def _inner(node: Any, name: str) -> Any:
    """An attribute that the library keeps for itself."""
    return getattr(node, f"_SyncObj__{name}")


def _set(node: Any, name: str, value: Any) -> None:
    setattr(node, f"_SyncObj__{name}", value)


def _as_sent(source: str, dest: str, message: dict[str, Any]) -> Sent:
    kind = message["type"]
    fields: dict[str, Any] = {}
    if kind == "request_vote":
        kind = "RequestVote"
        fields = {
            "term": message["term"],
            "lastLogIndex": message["last_log_index"] - 1,
            "lastLogTerm": message["last_log_term"],
        }
    elif kind == "response_vote":
        kind, fields = "RequestVoteResponse", {"term": message["term"], "voteGranted": True}
    elif kind == "append_entries":
        kind = "AppendEntries"
        fields = {
            "term": message["term"],
            "prevLogIndex": message["prevLogIdx"] - 1,
            "prevLogTerm": message["prevLogTerm"],
            "entries": [{"term": term} for _, _, term in message["entries"]],
            "leaderCommit": message["commit_index"] - 1,
        }
    elif kind == "next_node_idx":
        kind, fields = "AppendEntriesResponse", {"success": message["success"]}
        if message["success"]:
            fields["matchIndex"] = message["next_node_idx"] - 2
    return Sent(kind, source, dest, fields, message)


__all__ = ["PySyncObj"]
