"""The adapter for libraft 0.15, the C library under dqlite (Debian's libraft2).

The library asks a `raft_io` for its disk, network and clock. Here these are ours, so that entries
are stored, messages arrive and timers ring when the specification says so: more than its own
fixture has, in which a network and a clock decide. Its cluster begins with an entry of term 1 that
says who the servers are, so its indices and terms are one larger.

A leader sends entries with most of its steps. Those that it sends without being asked by
`append_entries` are lost here: the specification sends them when it likes.
"""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Mapping
from typing import Any

from raftnb.data.errors import UsageError
from raftnb.drive.adapter import Adapter, Sent
from raftnb.drive.adapters import libraft_abi as abi
from raftnb.drive.adapters.libraft_node import ELECTION, HEARTBEAT, LIBRARY, Program

APPEND = "AppendEntries"
ABOUT_PRE_VOTE = 1
"""What `pre_vote` of an answer is where the question was one; 2 where it was not."""


def is_installed() -> bool:
    """Whether the library can be loaded here."""
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        return False
    return True


class Libraft(Adapter):
    """A cluster of libraft's servers, without snapshots; with `pre_vote` they ask around first.

    Raises `UsageError` where the library is not installed.
    """

    undriven: tuple[str, ...] = ("ask_around", "send_snapshot", "install")
    dropped = ("AppendEntriesResponse", "RequestVoteResponse", "PreVoteResponse")

    def __init__(self, pre_vote: bool = False) -> None:
        self.pre_vote = pre_vote
        if pre_vote:
            self.hidden = ("begin_term", *self.hidden)
            self.undriven = self.undriven[1:]  # it asks around, too
        if not is_installed():
            raise UsageError(
                f"no {LIBRARY}, the library that is to be driven",
                place=repr(self),
                allowed="libraft 0.15, as in Debian's libraft2",
                cure="apt-get install libraft2",
            )
        self.program = Program()
        weakref.finalize(self, self.program.end)

    def start(self, processes: tuple[str, ...]) -> None:
        """Make a new cluster."""
        self.numbers = {name: n for n, name in enumerate(processes, 1)}
        self.names = {n: name for name, n in self.numbers.items()}
        self.program.ask("start", len(processes), self.pre_vote)

    def state(self, process: str) -> Mapping[str, Any]:
        """The state as Figure 2 has it, and how much of the log is on disk."""
        seen = self.program.ask("look", self.numbers[process])["state"]
        known = {
            "currentTerm": seen["term"] - 1,
            "votedFor": self.names.get(seen["vote"]),
            "role": "follower" if seen["asking"] else seen["role"],
            "asking": seen["asking"],
            "commitIndex": seen["commit"] - 1,
            "lastStored": seen["stored"] - 1,
            "log": _entries(seen["log"][1:]),
        }
        if seen["role"] == "leader":
            match = {self.names[int(n)]: max(m - 1, 0) for n, m in seen["match"].items()}
            known["matchIndex"] = match | {process: 0}
        return known

    def time_out(self, process: str) -> list[Sent]:
        """The election timer rings."""
        return self._step(process, "ring", ELECTION)

    def ask_around(self, process: str) -> list[Sent]:
        """The election timer rings, of a server that is to ask first."""
        return self._step(process, "ring", ELECTION)

    def step_down(self, process: str) -> list[Sent]:
        """A leader looks whom it has heard of, and again, when nobody has spoken since."""
        number = self.numbers[process]
        answer = self.program.ask("ring", number, ELECTION)
        if answer["state"]["role"] == "leader":
            answer = self.program.ask("ring", number, ELECTION)
        return self._sent(process, answer)

    def restart(self, process: str) -> list[Sent]:
        """Fail and come back, with what is on the disk."""
        return self._step(process, "restart")

    def client_request(self, process: str, value: str) -> list[Sent]:
        """A client asks the leader."""
        return self._step(process, "ask", value)

    def store(self, process: str) -> list[Sent]:
        """The disk has what was to be written first."""
        return self._step(process, "store")

    def append_entries(self, process: str, peer: str) -> list[Sent]:
        """The time for a heartbeat has come; all but one of the messages are lost."""
        answer = self.program.ask("ring", self.numbers[process], HEARTBEAT)
        sent = [self._as_sent(process, m) for m in answer["sent"]]
        return [one for one in sent if one.dest == peer]

    def receive(self, process: str, sent: Sent) -> list[Sent]:
        """A message arrives."""
        return self._step(process, "hear", self.numbers[sent.source], sent.original)

    def __repr__(self) -> str:
        return f"Libraft({'pre_vote=True' if self.pre_vote else ''})"

    def _step(self, process: str, *words: Any) -> list[Sent]:
        what, *rest = words
        return self._sent(process, self.program.ask(what, self.numbers[process], *rest))

    def _sent(self, process: str, answer: Mapping[str, Any]) -> list[Sent]:
        sent = [self._as_sent(process, m) for m in answer["sent"]]
        return [one for one in sent if one.kind != APPEND]

    def _as_sent(self, process: str, m: dict[str, Any]) -> Sent:
        """A message as the specification would write it."""
        dest, fields = self.names[m["to"]], {"term": m["term"] - 1}
        if m["type"] == abi.VOTE:
            last = {"lastLogIndex": m["last_log_index"] - 1, "lastLogTerm": m["last_log_term"] - 1}
            kind = "PreVote" if m["pre_vote"] else "RequestVote"
            return Sent(kind, process, dest, fields | last, m)
        if m["type"] == abi.VOTE_RESULT:
            granted = {"voteGranted": m["vote_granted"]}
            kind = "PreVoteResponse" if m["pre_vote"] == ABOUT_PRE_VOTE else "RequestVoteResponse"
            return Sent(kind, process, dest, fields | granted, m)
        if m["type"] == abi.APPEND_RESULT:
            success = m["rejected"] == 0
            match = m["last_log_index"] - 1 if success else 0
            fields |= {"success": success, "matchIndex": match}
            return Sent("AppendEntriesResponse", process, dest, fields, m)
        first = m["prev_log_index"] == 0  # it sends its first entry, too, which we do not count
        entries = {
            "prevLogIndex": max(m["prev_log_index"] - 1, 0),
            "prevLogTerm": max(m["prev_log_term"] - 1, 0),
            "entries": _entries(m["entries"][1 if first else 0 :]),
            "leaderCommit": m["leader_commit"] - 1,
        }
        return Sent(APPEND, process, dest, fields | entries, m)


def _entries(rows: list[Any]) -> list[tuple[int, str]]:
    return [(term - 1, data) for term, _, data in rows]


__all__ = ["Libraft", "is_installed"]
