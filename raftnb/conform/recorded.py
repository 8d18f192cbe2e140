"""Logs in this package's own format (docs/conform-format.md), read as steps of Raft.

What is logged of a state or a message is compared, and what is left out is not. What a server does
by itself, to win, to commit, or to append, may show in the state after its next event.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any

from raftnb.conform.mapping import Event, EventMapping, field, one_of
from raftnb.conform.misfit import EventError
from raftnb.conform.now import Now, Play
from raftnb.data.trace import State
from raftnb.data.values import Map, Message
from raftnb.language.cures import nearest
from raftnb.language.spec import Model, Spec
from raftnb.specs.libraries.ahead import RAFT_AHEAD
from raftnb.specs.raft.scenes import HANDLERS
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Entry,
    RequestVote,
    RequestVoteResponse,
    Role,
)

MESSAGES: dict[str, type[Message]] = {
    kind.__name__: kind
    for kind in (RequestVote, RequestVoteResponse, AppendEntries, AppendEntriesResponse)
}
NUMBERS = ("currentTerm", "commitIndex", "logLength", "lastLogTerm")
STATE = (*NUMBERS, "role", "votedFor", "log", "votesGranted", "matchIndex")


class RecordedMapping(EventMapping):
    """The events of the package's own format, read as steps of Raft, with any nextIndex."""

    def __init__(self, spec: Spec = RAFT_AHEAD) -> None:
        self.spec = spec
        self.servers: dict[str, str] = {}
        self.values: dict[str, str] = {}
        self.plays: dict[str, Callable[[Event, Any, Now], None]] = {
            "time_out": self.time_out,
            "restart": self.restart,
            "request": self.request,
            "send": self.send,
            "receive": self.receive,
            "state": self.nothing,
        }

    # What the log is about.

    def model(self, events: Iterable[Event]) -> Model:
        """The servers that the first line names, or those that occur; the values that occur."""
        servers: dict[str, None] = {}
        named: dict[str, None] = {}
        self.values = {}
        for event in events:
            if event.get("event") == "start":
                named |= dict.fromkeys(self._names(field(event, "servers")))
                continue
            servers.setdefault(self._name(field(event, "server")))
            self._collect(event)
        servers = named or servers
        if not servers:
            raise EventError("a log without events", allowed='a first line {"event": "start", ...}')
        plain = all(name.isidentifier() for name in servers)
        self.servers = {n: n if plain else f"s{i}" for i, n in enumerate(servers, 1)}
        return self.spec(servers=tuple(self.servers.values()), values=max(len(self.values), 1))

    def _names(self, given: Any) -> list[str]:
        if not isinstance(given, list) or not given:
            raise EventError(f"servers {given!r}", allowed='a list of names: ["s1", "s2", "s3"]')
        return [self._name(name) for name in given]

    def _name(self, given: Any) -> str:
        if not isinstance(given, str) or not given:
            raise EventError(f"the server {given!r}", allowed='its name as a text, as "s1"')
        return given

    def _collect(self, event: Event) -> None:
        """Name the values v1, v2, ... in the order in which they occur."""
        message, state = event.get("message"), event.get("state")
        rows = [message.get("entries")] if isinstance(message, Mapping) else []
        rows += [state.get("log")] if isinstance(state, Mapping) else []
        found = [[None, event["value"]]] if "value" in event else []
        found += [entry for row in rows if isinstance(row, list) for entry in row]
        for entry in found:
            if isinstance(entry, list) and len(entry) == 2:
                self.values.setdefault(_key(entry[1]), f"v{len(self.values) + 1}")

    def start(self, model: Model) -> State:
        """The specification's initial state."""
        return model.initial_states[0]

    def __call__(self, event: Event, now: Now) -> Sequence[Play]:
        """One alternative for each event."""
        name = field(event, "event")
        if name == "start":
            return (lambda: None,)
        play = one_of(self.plays, name, "the event")
        return (partial(self._played, play, event, self._server(field(event, "server"), now), now),)

    def _played(self, play: Callable[..., None], event: Event, s: Any, now: Now) -> None:
        play(event, s, now)
        self._settle(event, s, now)

    def _settle(self, event: Event, s: Any, now: Now) -> None:
        if "state" in event:
            self.reach(event["state"], s, now)
            self.compare(event["state"], s, now)

    def _server(self, given: Any, now: Now) -> Any:
        found = self.servers.get(given) if isinstance(given, str) else None
        if found is None:
            raise EventError(
                f"the server {given!r}", allowed=", ".join(self.servers),
                cure=nearest(str(given), list(self.servers)) or "name it in the first line",
            )  # fmt: skip
        return now[found]

    def _value(self, given: Any, now: Now) -> Any:
        return now[self.values[_key(given)]]

    # Events.

    def nothing(self, event: Event, s: Any, now: Now) -> None:
        """Only the state is logged."""

    def time_out(self, event: Event, s: Any, now: Now) -> None:
        """An election begins."""
        now.take(s, "time_out")

    def restart(self, event: Event, s: Any, now: Now) -> None:
        """A server has failed and comes back."""
        now.take(s, "restart")

    def request(self, event: Event, s: Any, now: Now) -> None:
        """A leader appends the command of a client."""
        now.take(s, "client_request", self._value(field(event, "value"), now))

    def send(self, event: Event, s: Any, now: Now) -> None:
        """A message goes out; entries are sent now, all else was sent with the step before."""
        told = field(event, "message")
        kind, known, source, dest = self._message(told, now)
        now.same("the sender", source.name, s.name)
        if s.role is Role.CANDIDATE and kind is AppendEntries and s.has_won():
            now.take(s, "become_leader")
        if kind is AppendEntries:
            first = field(told, "prevLogIndex", "an AppendEntries") + 1
            last = first - 1 + len(known.get("entries", ()))
            self._commit(known.get("leaderCommit", 0), s, now)
            now.take(s, "append_entries", dest, choose=(first, last))
        now.find(kind, source, dest, **known)

    def receive(self, event: Event, s: Any, now: Now) -> None:
        """A message arrives, and is handled."""
        told = field(event, "message")
        kind, known, source, dest = self._message(told, now)
        now.same("the receiver", dest.name, s.name)
        handler = HANDLERS[kind.__name__]
        found = now.find(kind, source, dest, **known)
        now.first_of(*(partial(self._handle, m, handler, event, s, now) for m in found))

    def _handle(self, m: Message, handler: str, event: Event, s: Any, now: Now) -> None:
        if m.term > s.currentTerm:
            now.take(s, "update_term", m)
        now.take(s, handler, m)
        self._settle(event, s, now)

    def _message(self, told: Any, now: Now) -> tuple[type[Message], dict[str, Any], Any, Any]:
        """Kind, known fields and ends of a message that is logged."""
        name = field(told, "type", "a message")
        kind = one_of(MESSAGES, name, "the message type")
        names = [f.name for f in fields(kind) if f.name not in ("source", "dest")]
        strange = [key for key in told if key not in ("type", "from", "to", *names)]
        if strange:
            raise EventError(
                f"`{strange[0]}` in a {name}", allowed=", ".join(("from", "to", *names)),
                cure=nearest(strange[0], list(names)) or "leave it out",
            )  # fmt: skip
        known = {key: told[key] for key in names if key in told}
        for key, value in known.items():
            wanted = bool if key in ("voteGranted", "success") else int
            if key == "entries":
                known[key] = self._entries(value, now)
            elif type(value) is not wanted:
                raise EventError(
                    f"{key} {value!r} in a {name}", allowed=f"a JSON {wanted.__name__}"
                )
        ends = (field(told, "from", "a message"), field(told, "to", "a message"))
        source, dest = (self._server(end, now) for end in ends)
        return kind, known, source, dest

    def _entries(self, given: Any, now: Now) -> tuple[Entry, ...]:
        """Entries as [term, value], or as [term] where no values are logged."""
        rows = given if isinstance(given, list) else [given]
        for row in rows:
            if not isinstance(row, list) or len(row) not in (1, 2) or type(row[0]) is not int:
                raise EventError(f"{row!r} as an entry", allowed="[term, value], or [term]")
        return tuple(
            Entry(row[0], self._value(row[1], now) if len(row) == 2 else now["v1"]) for row in rows
        )

    # States.

    def reach(self, state: Any, s: Any, now: Now) -> None:
        """What the state shows that a server did by itself: it won, appended, or committed."""
        if not isinstance(state, Mapping):
            raise EventError(f"the state {state!r}", allowed="an object of variables")
        if s.role is Role.CANDIDATE and state.get("role") == "leader":
            now.take(s, "become_leader")
        if s.role is Role.LEADER:
            for entry in self._entries(state.get("log", []), now)[len(s.log) :]:
                now.take(s, "client_request", entry.value)
            self._commit(state.get("commitIndex", 0), s, now)

    def _commit(self, index: Any, s: Any, now: Now) -> None:
        if s.role is Role.LEADER and type(index) is int and index > s.commitIndex:
            now.take(s, "advance_commit_index", choose=(index,))

    def compare(self, state: Mapping[str, Any], s: Any, now: Now) -> None:
        """What is logged of a state."""
        for name, logged in state.items():
            if name not in STATE:
                raise EventError(
                    f"the variable `{name}`", allowed=", ".join(STATE),
                    cure=nearest(name, list(STATE)) or "leave it out",
                )  # fmt: skip
            if name in NUMBERS and type(logged) is not int:
                raise EventError(f"{name} {logged!r}", allowed="a number")
            now.same(f"{s}.{name}", self._now(name, s), self._logged(name, logged, now))

    def _now(self, name: str, s: Any) -> Any:
        if name == "logLength":
            return len(s.log)
        if name == "lastLogTerm":
            return s.log[-1].term if s.log else 0
        return getattr(s, name)

    def _logged(self, name: str, logged: Any, now: Now) -> Any:
        """A logged value as the specification has it."""
        if name == "role":
            return one_of({role.value: role for role in Role}, logged, "the role")
        if name == "votedFor":
            return None if logged is None else self._server(logged, now)
        if name == "log":
            return self._entries(logged, now)
        if name == "votesGranted" and isinstance(logged, list):
            return frozenset(self._server(one, now) for one in logged)
        if name == "matchIndex" and isinstance(logged, Mapping):
            return Map({self._server(k, now): n for k, n in logged.items()})
        if name in ("votesGranted", "matchIndex"):
            raise EventError(f"{name} {logged!r}", allowed="a list of names, an object by name")
        return logged


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


__all__ = ["RecordedMapping"]
