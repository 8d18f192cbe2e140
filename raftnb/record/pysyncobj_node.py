"""One node of a cluster of PySyncObj, as a program: it replicates a map, and writes what it does.

    python -P pysyncobj_node.py NUMBER PEERS PORT TRACE [JOURNAL]

Events are written in the form that `conforms --format pysyncobj` reads, each as one line appended
at once. So the nodes of a machine may share the file, and what is sent stands before it arrives.

What a step has put into the journal is told by the line after it: a kill between the two leaves a
trace that lacks a step, and one within a line a trace that cannot be read. So the node, told to end
(SIGTERM), kills itself (SIGKILL) behind its next line, which may be in the middle of a turn, say
between an entry in the journal and the answer.
"""

from __future__ import annotations

import json
import os
import signal
import socketserver
import sys
from time import monotonic_ns
from typing import Any

from pysyncobj import FAIL_REASON, SyncObj, SyncObjConf, SyncObjException, replicated_sync
from pysyncobj.transport import TCPTransport

ROLES = ("Follower", "Candidate", "Leader")
TAIL, SECONDS = 5, 2.0
UNDONE = (FAIL_REASON.QUEUE_FULL, FAIL_REASON.MISSING_LEADER, FAIL_REASON.REQUEST_DENIED)
"""Reasons that say that a command was not taken."""


class Told(TCPTransport):  # type: ignore[misc]
    """The library's transport, which notes what goes through it."""

    def __init__(self, node: Any, me: Any, others: Any) -> None:
        self.node = node
        node.begin()
        super().__init__(node, me, others)

    def send(self, node: Any, message: Any) -> Any:
        """Send a message; it is noted first."""
        if isinstance(message, dict):
            self.node.note("send", to=self.node.number_of(node), msg=plain(message))
        return super().send(node, message)

    def setOnMessageReceivedCallback(self, callback: Any) -> None:
        """Let what is received be noted before it is handled, and after."""

        def received(node: Any, message: Any) -> None:
            about = {"from": self.node.number_of(node), "msg": plain(message)}
            self.node.note("recv", **about)
            callback(node, message)
            self.node.note("recvdone", **about)

        super().setOnMessageReceivedCallback(received)


class Node(SyncObj):  # type: ignore[misc]
    """A replicated map whose Raft is watched."""

    def __init__(self, number: int, peers: list[str], trace: str, journal: str) -> None:
        self.number, self.peers = number, peers
        self.file = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.values: dict[str, Any] = {}
        self.last: Any = None
        self.dying = False
        signal.signal(signal.SIGTERM, self.end)
        conf = SyncObjConf(
            raftMinTimeout=0.4,
            raftMaxTimeout=0.9,
            appendEntriesPeriod=0.05,
            connectionRetryTime=0.2,
            autoTickPeriod=0.02,
            journalFile=journal or None,
            commandsWaitLeader=False,
        )
        others = [peer for peer in peers if peer != peers[number]]
        super().__init__(peers[number], others, conf, transportClass=Told)

    @replicated_sync  # type: ignore[untyped-decorator]
    def put(self, key: str, value: Any) -> None:
        """Write."""
        self.values[key] = value

    @replicated_sync  # type: ignore[untyped-decorator]
    def get(self, key: str) -> Any:
        """Read, through the log as every other command."""
        return self.values.get(key)

    @replicated_sync  # type: ignore[untyped-decorator]
    def cas(self, key: str, old: Any, new: Any) -> bool:
        """Write if the value is the old one, and say whether."""
        found = bool(self.values.get(key) == old)
        if found:
            self.values[key] = new
        return found

    def number_of(self, node: Any) -> int:
        """The number of one of the nodes."""
        return self.peers.index(node.id)

    def inner(self, name: str) -> Any:
        """An attribute that the library keeps for itself."""
        return getattr(self, f"_SyncObj__{name}")

    def seen(self) -> dict[str, Any]:
        """The state of its Raft."""
        log, vote = self.inner("raftLog"), self.inner("votedForNodeId")
        return {
            "term": self.inner("raftCurrentTerm"),
            "vote": None if vote is None else self.peers.index(vote),
            "role": ROLES[self.inner("raftState")],
            "commit": self.inner("raftCommitIndex"),
            "applied": self.inner("raftLastApplied"),
            "last": list(log[-1][1:]),
            "first": log[0][1],
            "nlog": len(log),
            "tail": [list(entry[1:]) for entry in log[-TAIL:]],
        }

    def begin(self) -> None:
        """Write the state that the node begins with; no turn has changed it yet."""
        self.last = self.seen()
        self.append({"ev": "init", "state": self.last})

    def note(self, event: str, **about: Any) -> None:
        """Write an event with the state at this moment; a turn that changes nothing is left out.

        All that the node has done is written now: a kill is due here.
        """
        state = self.seen()
        if event != "tick" or state != self.last:
            self.append({"ev": event, **about, "state": state})
            self.last = state
        if self.dying:
            os.kill(os.getpid(), signal.SIGKILL)

    def end(self, *signalled: Any) -> None:
        """Let the node die behind its next line."""
        self.dying = True

    def append(self, fields: dict[str, Any]) -> None:
        """Append one line to the file."""
        line = json.dumps({"ts": monotonic_ns(), "nid": self.number, **fields})
        os.write(self.file, line.encode() + b"\n")

    def _onTick(self, timeToWait: float = 0.0) -> None:
        super()._onTick(timeToWait)
        self.note("tick")

    def _SyncObj__setCurrentTerm(self, *given: Any) -> None:
        SyncObj._SyncObj__setCurrentTerm(self, *given)
        self.note("setTerm")

    def _SyncObj__onBecomeLeader(self) -> None:
        SyncObj._SyncObj__onBecomeLeader(self)
        self.note("becomeLeader")


def plain(message: Any) -> Any:
    """A message as JSON; of an entry its index and term."""
    if not isinstance(message, dict):
        return str(message)
    shown = {key: value for key, value in message.items() if key not in ("command", "entries")}
    if "entries" in message:
        shown["entries"] = [list(entry[1:]) for entry in message["entries"]]
    return shown


class Server(socketserver.ThreadingTCPServer):
    """Answers clients."""

    allow_reuse_address, daemon_threads = True, True
    node: Node


class Handler(socketserver.StreamRequestHandler):
    """One line of JSON in, one out."""

    def handle(self) -> None:
        """Answer one call."""
        name, *arguments = json.loads(self.rfile.readline())
        self.wfile.write(json.dumps(self.answer(name, arguments)).encode() + b"\n")

    def answer(self, name: str, arguments: list[Any]) -> dict[str, Any]:
        """What the node says to a call."""
        node: Node = self.server.node  # type: ignore[attr-defined]
        if name == "ready":
            return {"result": node.isReady()}
        try:
            return {"result": getattr(node, name)(*arguments, timeout=SECONDS)}
        except SyncObjException as error:
            kind = "refused" if error.errorCode in UNDONE else "lost"
            return {kind: str(error.errorCode)}


def main(words: list[str]) -> None:
    """Run a node until it is killed."""
    number, peers, port, trace = words[:4]
    node = Node(int(number), peers.split(","), trace, words[4] if len(words) > 4 else "")
    host = node.peers[node.number].partition(":")[0]
    with Server((host, int(port)), Handler) as server:
        server.node = node
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
