"""A small Raft written from the paper by itself, to be driven: nothing of it is the package's.

Messages are dicts. What can be wrong with it is one method each, so that a mutant overrides one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from raftnb.drive import Adapter, Sent

Message = dict[str, Any]


class Node:
    """One server. `handle` and the timers return the messages to send."""

    def __init__(self, name: str, names: tuple[str, ...]) -> None:
        self.name, self.names = name, names
        self.term, self.vote, self.log = 0, None, []
        self.reset()

    def reset(self) -> None:
        """Forget what is volatile."""
        self.role, self.commit, self.votes = "follower", 0, set()
        self.next = dict.fromkeys(self.names, 1)
        self.match = dict.fromkeys(self.names, 0)

    def crash(self) -> None:
        """Fail and come back."""
        self.reset()

    # Helpers.

    def term_of(self, index: int) -> int:
        return self.log[index - 1][0] if index else 0

    def majority(self, count: int) -> bool:
        return count > len(self.names) // 2

    def up_to_date(self, last: tuple[int, int]) -> bool:
        return last >= (self.term_of(len(self.log)), len(self.log))

    def free_to_vote(self, candidate: str) -> bool:
        return self.vote in (None, candidate)

    def meet_term(self, term: int) -> None:
        if term > self.term:
            self.term, self.vote, self.role = term, None, "follower"

    def count_vote(self, m: Message) -> bool:
        return m["granted"] and m["term"] == self.term and self.role == "candidate"

    def may_commit(self, index: int) -> bool:
        return self.term_of(index) == self.term

    def accepts(self, m: Message) -> bool:
        prev = m["prev"]
        return (
            m["term"] == self.term
            and prev <= len(self.log)
            and (self.term_of(prev) == m["prevTerm"])
        )

    def is_stale(self, m: Message) -> bool:
        return m["term"] < self.term

    def take_over(self, prev: int, entries: list[Any]) -> None:
        for at, entry in enumerate(entries, start=prev):
            if at < len(self.log) and self.log[at][0] != entry[0]:
                del self.log[at:]
            if at >= len(self.log):
                self.log.append(entry)

    def new_commit(self, m: Message) -> int:
        return max(self.commit, min(m["commit"], m["prev"] + len(m["entries"])))

    # What happens.

    def message(self, kind: str, to: str, **fields: Any) -> Message:
        return {"kind": kind, "from": self.name, "to": to, "term": self.term, **fields}

    def elect(self) -> list[Message]:
        self.role, self.term, self.vote = "candidate", self.term + 1, self.name
        self.votes = {self.name}
        last = (self.term_of(len(self.log)), len(self.log))
        return [self.message("ask", n, last=last) for n in self.names if n != self.name]

    def request(self, value: str) -> list[Message]:
        self.log.append((self.term, value))
        return []

    def replicate(self, to: str) -> list[Message]:
        prev = self.next[to] - 1
        entries, commit = list(self.log[prev:]), self.commit
        fields = {"prev": prev, "prevTerm": self.term_of(prev), "entries": entries}
        return [self.message("append", to, commit=commit, **fields)]

    def handle(self, m: Message) -> list[Message]:
        self.meet_term(m["term"])
        return getattr(self, f"on_{m['kind']}")(m)

    def on_ask(self, m: Message) -> list[Message]:
        good = not self.is_stale(m) and self.free_to_vote(m["from"])
        granted = good and self.up_to_date(m["last"])
        if granted:
            self.vote = m["from"]
        return [self.message("vote", m["from"], granted=granted)]

    def on_vote(self, m: Message) -> list[Message]:
        if self.count_vote(m):
            self.votes.add(m["from"])
            if self.majority(len(self.votes)):
                self.role = "leader"
                self.next = dict.fromkeys(self.names, len(self.log) + 1)
                self.match = dict.fromkeys(self.names, 0)
        return []

    def on_append(self, m: Message) -> list[Message]:
        if not self.is_stale(m) and self.role == "candidate":
            self.role = "follower"
        if not self.accepts(m):
            return [self.message("appended", m["from"], ok=False, match=0)]
        self.take_over(m["prev"], m["entries"])
        self.commit = self.new_commit(m)
        match = m["prev"] + len(m["entries"])
        return [self.message("appended", m["from"], ok=True, match=match)]

    def on_appended(self, m: Message) -> list[Message]:
        if self.is_stale(m) or self.role != "leader":
            return []
        other = m["from"]
        if not m["ok"]:
            self.next[other] = max(1, self.next[other] - 1)
            return []
        self.match[other] = max(self.match[other], m["match"])
        self.next[other] = self.match[other] + 1
        for index in range(self.commit + 1, len(self.log) + 1):
            have = 1 + sum(self.match[n] >= index for n in self.names if n != self.name)
            if self.majority(have) and self.may_commit(index):
                self.commit = index
        return []


class Toy(Adapter):
    """A cluster of these nodes."""

    node: type[Node] = Node

    def start(self, processes: tuple[str, ...]) -> None:
        self.nodes = {name: self.node(name, processes) for name in processes}

    def state(self, process: str) -> Mapping[str, Any]:
        node = self.nodes[process]
        seen = {
            "currentTerm": node.term, "votedFor": node.vote, "role": node.role,
            "log": list(node.log), "commitIndex": node.commit,
        }  # fmt: skip
        if node.role == "leader":
            seen |= {"nextIndex": dict(node.next), "matchIndex": dict(node.match)}
        return seen

    def time_out(self, process: str) -> list[Sent]:
        return sent(self.nodes[process].elect())

    def client_request(self, process: str, value: str) -> list[Sent]:
        return sent(self.nodes[process].request(value))

    def append_entries(self, process: str, peer: str) -> list[Sent]:
        return sent(self.nodes[process].replicate(peer))

    def restart(self, process: str) -> list[Sent]:
        self.nodes[process].crash()
        return []

    def receive(self, process: str, sent_: Sent) -> list[Sent]:
        return sent(self.nodes[process].handle(sent_.original))


FORMS = {
    "ask": ("RequestVote", lambda m: {"lastLogTerm": m["last"][0], "lastLogIndex": m["last"][1]}),
    "vote": ("RequestVoteResponse", lambda m: {"voteGranted": m["granted"]}),
    "append": (
        "AppendEntries",
        lambda m: {
            "prevLogIndex": m["prev"], "prevLogTerm": m["prevTerm"], "entries": m["entries"],
            "leaderCommit": m["commit"],
        },
    ),
    "appended": ("AppendEntriesResponse", lambda m: {"success": m["ok"], "matchIndex": m["match"]}),
}  # fmt: skip


def sent(messages: list[Message]) -> list[Sent]:
    made = []
    for m in messages:
        kind, fields = FORMS[m["kind"]]
        made.append(Sent(kind, m["from"], m["to"], {"term": m["term"], **fields(m)}, m))
    return made
