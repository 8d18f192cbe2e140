"""What libraft logs, as values of `raft-libraft`: entries, logs, messages."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from raftnb.conform.mapping import Event, brief, field, one_of
from raftnb.conform.misfit import EventError, Misfit
from raftnb.conform.now import Now
from raftnb.data.values import Message
from raftnb.specs.libraries.libraft import InstallSnapshot
from raftnb.specs.raft.prevote import PreVote, PreVoteResponse
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Entry,
    RequestVote,
    RequestVoteResponse,
    Role,
)

UNASKED = ("configuration", "barrier")
"""The values of entries that no client asks for; their types are 3 and 2."""
KINDS = (
    "AppendEntries", "AppendEntriesResult", "RequestVote", "RequestVoteResult", "InstallSnapshot",
)  # fmt: skip
ANSWERS = {1: PreVoteResponse, 2: RequestVoteResponse}
"""By `preVote` of an answer: 1 is yes, and 2 is no."""
MOST_MADE = 50_000


def request_name(number: Any) -> str:
    """The value that stands for what a client has requested by this number."""
    if type(number) is int and number >= 0:
        return f"r{number}"
    raise EventError(
        f"`value` {brief(number)}", allowed="a number from 0 on", cure="log the request's number"
    )


class LibraftValues:
    """Entries and messages of one log; what was made before is not made, and checked, again."""

    def __init__(self) -> None:
        self.entries: dict[tuple[int, ...], Entry] = {}
        self.made: dict[Any, Message] = {}

    def entry(self, logged: Any, now: Now) -> Entry:
        """An entry as it is logged: [term, type, value]."""
        key = tuple(logged)
        found = self.entries.get(key)
        if found is None:
            kind = key[1] if len(key) > 1 else None
            if kind == 1 and len(key) == 3:
                value = request_name(key[2])
                if value not in now.world.names:
                    raise Misfit(f"an entry has value {brief(key[2])}, which nobody requested")
            else:
                value = one_of(
                    dict(zip((3, 2), UNASKED, strict=True)), kind, "the type of an entry"
                )
            found = self.entries[key] = Entry(key[0], now[value])
        return found

    def log(self, logged: Any, now: Now) -> tuple[Entry, ...]:
        """Entries as they are logged."""
        known = self.entries
        try:
            return tuple([known[tuple(one)] for one in logged])
        except KeyError:
            return tuple([self.entry(one, now) for one in logged])

    def message(self, m: Event, source: Any, dest: Any, now: Now) -> Message:
        """A message as it is logged."""
        kind, term = field(m, "type"), m["term"]
        if kind == "AppendEntries":
            entries = self.log(m["entries"], now)
            known = (m["prevLogIndex"], m["prevLogTerm"], entries, m["leaderCommit"])
            return self.same(now, AppendEntries, source, dest, (term, *known))
        if kind == "AppendEntriesResult":
            success = not m["rejected"]
            index = m["lastLogIndex"] if success else 0
            return self.same(now, AppendEntriesResponse, source, dest, (term, success, index))
        if kind == "RequestVote":
            now.same("candidate", f"s{m['candidate']}", source.name)
            now.same("disruptLeader", 0, m["disruptLeader"])
            which = one_of({0: RequestVote, 1: PreVote}, m["preVote"], "preVote")
            return self.same(now, which, source, dest, (term, m["lastLogIndex"], m["lastLogTerm"]))
        if kind == "RequestVoteResult":
            answer = one_of(ANSWERS, m["preVote"], "preVote")
            granted = one_of({0: False, 1: True}, m["voteGranted"], "voteGranted")
            return self.same(now, answer, source, dest, (term, granted))
        if kind == "InstallSnapshot":
            snapshot = self.snapshot(m, source, dest, now)
            return self.same(now, InstallSnapshot, source, dest, (term, snapshot))
        return one_of(  # type: ignore[no-any-return]
            dict.fromkeys(KINDS), kind, "the type of a message"
        )

    def same(
        self, now: Now, kind: type[Message], source: Any, dest: Any, known: tuple[Any, ...]
    ) -> Message:
        """A message; one that was made before is not made, and not checked, again."""
        key = (kind, source.name, dest.name, *map(type, known), known)
        found = self.made.get(key)
        if found is None:
            if len(self.made) >= MOST_MADE:
                self.made.clear()
            names = [one.name for one in fields(kind)][2:]
            told = dict(zip(names, known, strict=True))
            found = self.made[key] = now.world.one(kind(source=source, dest=dest, **told))
        return found

    def snapshot(self, m: Event, source: Any, dest: Any, now: Now) -> tuple[Entry, ...]:
        """What a snapshot covers: the leader's log, or what it has sent as such."""
        last = m["lastIndex"]
        if source.role is Role.LEADER and source.currentTerm == m["term"]:
            found = source.log[:last]
        else:
            sent = now.find(InstallSnapshot, source, dest, term=m["term"])
            found = next((one.snapshot for one in sent if len(one.snapshot) == last), ())
        now.same("lastIndex", len(found), last)
        now.same("lastTerm", found[-1].term if found else 0, m["lastTerm"])
        return found  # type: ignore[no-any-return]
