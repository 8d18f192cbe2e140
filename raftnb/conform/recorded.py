"""Logs in this package's own format (docs/conform-format.md), read as steps of Raft.

What is logged of a state or a message is compared, and what is left out is not. What a server does
by itself, to win, to commit, or to append, may show in the state after its next event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any

from raftnb.conform.crashes import Crashes
from raftnb.conform.mapping import (
    Event,
    EventMapping,
    brief,
    field,
    no_start,
    one_of,
)
from raftnb.conform.misfit import EventError
from raftnb.conform.names import members_for
from raftnb.conform.now import Now, Play
from raftnb.conform.recorded_values import (
    entries_in,
    entries_of,
    key_of,
    names_of_servers,
    request_in,
)
from raftnb.data.names import nearest
from raftnb.data.trace import State
from raftnb.data.values import Message
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
START = '{"event": "start", "servers": ["s1", "s2", "s3"]}'
KINDS = {int: "a whole number", bool: "true or false"}
NUMBERS = ("currentTerm", "commitIndex", "logLength", "lastLogTerm")
STATE = (*NUMBERS, "role", "votedFor", "log", "votesGranted", "matchIndex")


class RecordedMapping(EventMapping):
    """The events of the package's own format, read as steps of Raft, with any nextIndex."""

    def __init__(self, spec: Spec = RAFT_AHEAD) -> None:
        self.spec = spec
        self.servers: dict[str, str] = {}
        self.values: dict[str, str] = {}
        self.valued: bool | None = None
        self.crashes = Crashes()
        self.ways: dict[str, Callable[[Event, Any, Now], Sequence[Play]]] = {
            "time_out": partial(self._one_way, self.time_out),
            "restart": self.restart,
            "request": partial(self._one_way, self.request),
            "send": partial(self._one_way, self.send),
            "receive": self.receive,
            "state": partial(self._one_way, self.nothing),
        }

    # What the log is about.

    def model(self, events: Iterable[Event]) -> Model:
        """The servers that the first line names, and the values that occur."""
        servers: list[str] = []
        values: dict[str, Any] = {}
        self.valued, self.crashes = None, Crashes()
        for number, event in enumerate(events):
            self.crashes.read(event)
            if (event.get("event") == "start") != (number == 0):
                raise no_start(number, START)
            if number == 0:
                servers = names_of_servers(field(event, "servers"))
            for entry in entries_in(event):
                self._agree(entry)
                if len(entry) == 2:
                    values.setdefault(key_of(entry[1]), entry[1])
        if not servers:
            raise no_start(0, START)
        taken = {"network", "messages", *(cls.root for cls in self.spec.shared)}
        members = members_for(servers, "s", taken)
        self.servers = dict(zip(servers, members, strict=True))
        named = members_for(list(values.values()), "v", taken | set(members))
        self.values = dict(zip(values, named, strict=True))
        self.words = {member: name for name, member in self.servers.items() if member != name}
        self.words |= {m: key for key, m in self.values.items() if key not in (m, f'"{m}"')}
        return self.spec(servers=tuple(members), values=tuple(named) or 1)

    def _agree(self, entry: list[Any]) -> None:
        """Entries have values everywhere or nowhere: where they are left out, all look alike."""
        valued = len(entry) == 2
        if self.valued not in (None, valued):
            raise EventError(
                f"an entry {'with' if valued else 'without'} a value, "
                f"after entries {'without' if valued else 'with'} one",
                allowed="entries with values, [term, value], everywhere, or nowhere, [term]",
                cure="log the value of each entry and request, or of none",
            )
        self.valued = valued

    def start(self, model: Model) -> State:
        """The specification's initial state."""
        return model.initial_states[0]

    def __call__(self, event: Event, now: Now) -> Sequence[Play]:
        """One alternative for each event; of a message that is logged in part, all it may be.

        What the server may have failed to do has more.
        """
        name = field(event, "event")
        if name == "start":
            return (lambda: None,)
        ways: Callable[..., Sequence[Play]] = one_of(self.ways, name, "the event")
        s = self._server(field(event, "server"), now)
        plays = ways(event, s, now)
        if not self.crashes.may_come_before(event, now):
            return plays
        return now.apart(*plays, *self._partly(event, s, now))

    def _partly(self, event: Event, s: Any, now: Now) -> list[Play]:
        """What a server has done of an event if it fails meanwhile: maybe it took a newer term."""
        plays: list[Play] = []
        if event["event"] == "receive":
            kind, known, source, dest = self._message(event["message"], now)
            newer = [m for m in now.find(kind, source, dest, **known) if m.term > s.currentTerm]
            plays = [partial(now.take, s, "update_term", m) for m in newer]
        return [*plays, lambda: None]

    def _one_way(self, play: Callable[..., None], event: Event, s: Any, now: Now) -> Sequence[Play]:
        return (partial(self._played, partial(play, event, s, now), event, s, now),)

    def _any_way(
        self, plays: Sequence[Play], event: Event, s: Any, now: Now, deposed: bool = False
    ) -> Sequence[Play]:
        """Each of these, and then what the state shows; or before it, what who led had done."""
        ways = [partial(self._played, play, event, s, now) for play in plays]
        if self._may_be_deposed(event.get("state"), s):
            ways += [partial(self._late, play, event, s, now) for play in plays]
        for index in self._silently_committed(event.get("state"), s) if deposed else ():
            ways += [partial(self._after_commit, index, play, event, s, now) for play in plays]
        return now.apart(*ways)

    def _silently_committed(self, state: Any, s: Any) -> list[int]:
        """What who leads may have committed before this event, which only a later one shows."""
        if s.role is not Role.LEADER or (isinstance(state, Mapping) and "commitIndex" in state):
            return []
        may = range(len(s.log), s.commitIndex, -1)
        return [index for index in may if s.may_commit(index) and s.is_replicated(index)]

    def _after_commit(self, index: int, play: Play, event: Event, s: Any, now: Now) -> None:
        self._commit(index, s, now)
        self._played(play, event, s, now)

    def _may_be_deposed(self, state: Any, s: Any) -> bool:
        """Whether a state may show what its server did as a leader, which it is no more."""
        if s.role is not Role.LEADER or not isinstance(state, Mapping):
            return False
        index, log = state.get("commitIndex"), state.get("log")
        more = type(index) is int and index > s.commitIndex
        return state.get("role") != "leader" and (
            more or (isinstance(log, list) and len(log) > len(s.log))
        )

    def _late(self, play: Play, event: Event, s: Any, now: Now) -> None:
        self.reach(event["state"], s, now)
        self._played(play, event, s, now)

    def _played(self, play: Play, event: Event, s: Any, now: Now) -> None:
        play()
        if "state" in event:
            self.reach(event["state"], s, now)
            self.compare(event["state"], s, now)

    def _server(self, given: Any, now: Now) -> Any:
        found = self.servers.get(given) if isinstance(given, str) else None
        if found is None:
            raise EventError(
                f"the server {brief(given)}", allowed=", ".join(self.servers),
                cure=nearest(str(given), list(self.servers)) or "name it in the first line",
            )  # fmt: skip
        return now[found]

    def _value(self, entry: Sequence[Any], now: Now) -> Any:
        """The value of an entry; where the log has none, there is one for all."""
        if len(entry) == 2:
            return now[self.values[key_of(entry[1])]]
        return now[now.model.names["Value"][0]]

    # Events.

    def nothing(self, event: Event, s: Any, now: Now) -> None:
        """Only the state is logged."""

    def time_out(self, event: Event, s: Any, now: Now) -> None:
        """An election begins."""
        now.take(s, "time_out")

    def restart(self, event: Event, s: Any, now: Now) -> Sequence[Play]:
        """A server has failed and comes back."""
        return self._any_way([partial(now.take, s, "restart")], event, s, now)

    def request(self, event: Event, s: Any, now: Now) -> None:
        """A leader appends the command of a client."""
        self._lead(s, now)
        now.take(s, "client_request", self._value(request_in(event), now))

    def send(self, event: Event, s: Any, now: Now) -> None:
        """A message goes out; entries are sent now, all else was sent with the step before."""
        told = field(event, "message")
        kind, known, source, dest = self._message(told, now)
        now.same("the sender", source.name, s.name)
        if kind is AppendEntries:
            self._lead(s, now)
            first = field(told, "prevLogIndex", "an AppendEntries that is sent") + 1
            field(told, "entries", "an AppendEntries that is sent")
            last = first - 1 + len(known["entries"])
            self._commit(known.get("leaderCommit", 0), s, now)
            now.take(s, "append_entries", dest, choose=(first, last))
        now.find(kind, source, dest, **known)

    def _lead(self, s: Any, now: Now) -> None:
        """What only a leader does shows that a candidate has won."""
        if s.role is Role.CANDIDATE and s.has_won():
            now.take(s, "become_leader")

    def receive(self, event: Event, s: Any, now: Now) -> Sequence[Play]:
        """A message arrives, and is handled: one of those that are so, the newest first."""
        told = field(event, "message")
        kind, known, source, dest = self._message(told, now)
        now.same("the receiver", dest.name, s.name)
        handler = HANDLERS[kind.__name__]
        found = now.find(kind, source, dest, **known)
        plays = [partial(self._handle, m, handler, s, now) for m in reversed(found)]
        deposed = any(m.term > s.currentTerm for m in found)
        return self._any_way(plays, event, s, now, deposed)

    def _handle(self, m: Message, handler: str, s: Any, now: Now) -> None:
        if m.term > s.currentTerm:
            now.take(s, "update_term", m)
        now.take(s, handler, m)

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
                    f"{key} {brief(value)} in a {name}", allowed=KINDS[wanted],
                    cure="write it so, or leave it out",
                )  # fmt: skip
        ends = (field(told, "from", "a message"), field(told, "to", "a message"))
        source, dest = (self._server(end, now) for end in ends)
        return kind, known, source, dest

    def _entries(self, given: Any, now: Now) -> tuple[Entry, ...]:
        """Entries as [term, value], or as [term] where no values are logged."""
        return tuple(Entry(entry[0], self._value(entry, now)) for entry in entries_of(given))

    # States.

    def reach(self, state: Any, s: Any, now: Now) -> None:
        """What the state shows that a server did by itself: it won, appended, or committed."""
        if not isinstance(state, Mapping):
            raise EventError(
                f"the state {brief(state)}",
                allowed="an object of variables",
                cure='write it as {"currentTerm": 1, "role": "follower"}',
            )
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
                raise EventError(
                    f"{name} {brief(logged)}", allowed="a whole number",
                    cure="write it as a number, without quotes, or leave it out",
                )  # fmt: skip
            if name == "matchIndex":
                self._compare_matches(logged, s, now)
            elif name == "votesGranted":
                self._compare_votes(logged, s, now)
            else:
                now.same(f"{s}.{name}", self._now(name, s), self._logged(name, logged, now))

    def _compare_matches(self, logged: Any, s: Any, now: Now) -> None:
        """What a leader knows of others, of whom it is logged; of itself Figure 2 has nothing."""
        if not isinstance(logged, Mapping) or not all(type(n) is int for n in logged.values()):
            raise EventError(
                f"matchIndex {brief(logged)}", allowed="an object, numbers by the names of servers",
                cure='write it as {"s2": 4, "s3": 0}, or leave it out',
            )  # fmt: skip
        known = {self._server(name, now): index for name, index in logged.items()}
        for peer, index in known.items() if s.role is Role.LEADER else ():
            if peer != s:
                now.same(f"{s}.matchIndex[{peer}]", s.matchIndex[peer], index)

    def _compare_votes(self, logged: Any, s: Any, now: Now) -> None:
        """Who has voted for a candidate, itself left out."""
        if not isinstance(logged, list):
            raise EventError(
                f"votesGranted {brief(logged)}", allowed="a list of names of servers",
                cure='write it as ["s1", "s2"], or leave it out',
            )  # fmt: skip
        voters = frozenset(self._server(name, now) for name in logged) - {s}
        if s.role is Role.CANDIDATE:
            now.same(f"{s}.votesGranted without itself", s.votesGranted - {s}, voters)

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
        return logged


__all__ = ["RecordedMapping"]
