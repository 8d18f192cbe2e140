"""The log of libraft in its own simulator, read as steps of `raft-libraft`.

A server's `state` is logged whenever it has changed, and before all that is sent, received or
requested; so at each of these the state is the one that was logged last. What a server does by
itself shows in its next state: which steps lead there, is read from the difference, and `why`
limits it. Each message is delivered at most once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from raftnb.conform.libraft_values import UNASKED, LibraftValues, request_name
from raftnb.conform.mapping import (
    Event,
    EventMapping,
    begun,
    brief,
    cluster,
    field,
    first_value,
    kinds_of,
    no_start,
    one_of,
)
from raftnb.conform.misfit import EventError, Misfit, absent, fields_of
from raftnb.conform.now import Now, Play
from raftnb.data.trace import State
from raftnb.data.values import Message, show
from raftnb.language.spec import Model, Spec
from raftnb.specs.libraries.libraft import RAFT_LIBRAFT, RAFT_LIBRAFT_AS_IS, InstallSnapshot
from raftnb.specs.raft.prevote import PreVote, PreVoteResponse
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Entry,
    RequestVote,
    RequestVoteResponse,
    Role,
)

ROLES = {"follower": Role.FOLLOWER, "candidate": Role.CANDIDATE, "leader": Role.LEADER}
NAMES = {role: name for name, role in ROLES.items()}
FIELDS = ("currentTerm", "votedFor", "role", "commitIndex", "lastStored")
LOGGED = itemgetter(*FIELDS)
VARIABLES = ("currentTerm", "votedFor", "role", "asking", "commitIndex", "lastStored", "log")
HINTS, PRE_VOTE = "hints", "preVote"
FAULTS = ("cut", "mend", "isolate")
Logged = dict[str, Any]


class Keys(NamedTuple):
    """Under which keys it is noted what a server has logged, sent, and done since."""

    state: str
    owed: str
    changed: str
    log: str
    rejected: str


class Hidden(NamedTuple):
    """Which steps that nobody logged may have led to a state: of the disk, of the timer."""

    disk: bool
    timer: bool


ALLOWED = {
    "before send": Hidden(disk=True, timer=True),
    "before receive": Hidden(disk=True, timer=True),
    "before request": Hidden(disk=True, timer=True),
    "before tick": Hidden(disk=True, timer=True),
    "receive": Hidden(disk=False, timer=False),
    "request": Hidden(disk=False, timer=False),
    "tick": Hidden(disk=False, timer=True),
    "disk": Hidden(disk=True, timer=False),
}


def role_of(s: Any) -> Role:
    """The role as libraft has it: who asks around is a candidate."""
    return Role.CANDIDATE if s.asking else s.role


class LibraftMapping(EventMapping):
    """The events of libraft, read as steps of the sound variant, or of the library as it is."""

    kinds_of_values = kinds_of(
        texts="event why role type",
        numbers="servers server from to time currentTerm votedFor commitIndex lastStored offset "
        "term candidate lastLogIndex lastLogTerm disruptLeader voteGranted preVote prevLogIndex "
        "prevLogTerm leaderCommit rejected lastIndex lastTerm value",
        objects="state message",
        lists="log entries",
    )

    def __init__(self, as_is: bool = False, spec: Spec | None = None) -> None:
        self.spec = spec or (RAFT_LIBRAFT_AS_IS if as_is else RAFT_LIBRAFT)
        self.values = LibraftValues()
        self.servers: dict[Any, str] = {}
        self.keys: dict[str, Keys] = {}
        self.plays: dict[str, Callable[[Event, str, Now], None]] = {
            "state": self.state,
            "send": self.send,
            "receive": self.receive,
            "request": self.request,
        }
        self.kinds = dict.fromkeys((*self.plays, *FAULTS, "start"))
        self.handlers: dict[type[Message], Callable[[Any, Any, Now], None]] = {
            RequestVote: self.vote_request,
            RequestVoteResponse: self.vote_response,
            PreVote: self.pre_vote_request,
            PreVoteResponse: self.pre_vote_response,
            AppendEntries: self.append_entries,
            AppendEntriesResponse: self.append_entries_response,
            InstallSnapshot: self.install_snapshot,
        }

    def model(self, events: Iterable[Event]) -> Model:
        """As many servers as the first line says, and a value for each request."""
        servers = 0
        requests: dict[str, None] = {}
        for number, event in enumerate(events):
            if (event.get("event") == "start") != (number == 0):
                raise no_start(number, '{"event": "start", "servers": 3, "preVote": 0}')
            if number == 0:
                servers = cluster(field(event, "servers"), "`servers`")
                one_of({0: 0, 1: 1}, event.get("preVote", 0), "preVote")
            if event.get("event") == "request":
                requests.setdefault(request_name(field(event, "value")))
        if not servers:
            raise no_start(0, '{"event": "start", "servers": 3, "preVote": 0}')
        return self.spec(servers=servers, values=(*UNASKED, *requests), duplicates=0)

    def start(self, model: Model) -> State:
        """Term 1, and the configuration as the only entry, on disk and committed."""
        self.values = LibraftValues()
        self.servers = {int(name[1:]): name for name in model.names["Server"]}
        self.keys = {s: Keys(*(f"{s} {k}" for k in Keys._fields)) for s in self.servers.values()}
        log = (Entry(1, first_value(model)),)
        return begun(model, currentTerm=1, log=log, commitIndex=1, lastStored=1)

    def __call__(self, event: Event, now: Now) -> Sequence[Play]:
        """One alternative for each event; the network's faults are no steps."""
        name = field(event, "event")
        play = self.plays.get(name) if type(name) is str else None
        if play is not None:
            return (partial(play, event, self.server(event, "server", now), now),)
        one_of(self.kinds, name, "the event")
        if name == "start":
            return (partial(now.note, PRE_VOTE, bool(event.get("preVote"))),)
        return (lambda: None,)  # a fault of the network

    def server(self, event: Event, name: str, now: Now) -> str:
        """The server that a field names."""
        number = event.get(name)
        found = self.servers.get(number) if type(number) is int else None
        if found is None:
            number = field(event, name)
            raise EventError(
                f"`{name}` {brief(number)}, a server that the first line does not count",
                allowed=f"1 to {len(self.servers)}",
                cure="name one of these",
            )
        return found

    # States.

    def state(self, event: Event, server: str, now: Now) -> None:
        """Take the steps that nobody logged and that lead to this state."""
        s, logged, why = now[server], field(event, "state"), field(event, "why")
        if why == "start":
            now.note(self.keys[server].state, logged)
            self.compare(s, logged, now)
            return
        steps = one_of(ALLOWED, why, "`why`")
        if steps.disk:
            self.reach_disk(s, logged, now)
        if role_of(s) is not ROLES.get(logged["role"]) or s.currentTerm != logged["currentTerm"]:
            self.reach_role(s, logged, now, steps.timer)
        if logged["commitIndex"] > s.commitIndex and s.role is Role.LEADER:
            now.take(s, "advance_commit_index", choose=(logged["commitIndex"],))
        self.compare(s, logged, now)
        now.note(self.keys[server].state, logged)
        now.note(self.keys[server].changed, False)

    def reach_disk(self, s: Any, logged: Logged, now: Now) -> None:
        """Let the disk have entries, or a snapshot, up to what is logged."""
        if s.installing is not None and logged["lastStored"] == len(s.installing.entries):
            while s.writing:  # what was to be written before is, and is not in the log any more
                self.take(s, "store", now=now)
            self.take(s, "install", now=now)
        while s.writing and s.lastStored != logged["lastStored"]:
            self.take(s, "store", now=now)

    def reach_role(self, s: Any, logged: Logged, now: Now, timer: bool) -> None:
        """Stand for election, win it, or stand down, as the role and the term that are logged."""
        role, term = logged["role"], logged["currentTerm"]
        asks, stands = s.asking, role_of(s) is Role.CANDIDATE
        begins = asks or (timer and (stands or not now.noted(PRE_VOTE)))
        if role == "leader" and s.role is Role.CANDIDATE:
            self.take(s, "become_leader", now=now)
        elif role == "candidate" and term == s.currentTerm + 1 and begins:
            self.take(s, "time_out", now=now)
        elif role == "candidate" and term == s.currentTerm and timer:
            self.take(s, "ask_around", now=now)
        elif role == "follower" and s.role is Role.LEADER and term == s.currentTerm and timer:
            self.take(s, "step_down", now=now)

    def compare(self, s: Any, logged: Logged, now: Now) -> None:
        """The whole state of a server; of its log what is left beyond the snapshot."""
        term, voted, role, asking, commit, stored, log = now.values(s, VARIABLES)
        is_ = (
            term, int(voted.name[1:]) if voted is not None else 0,
            NAMES[Role.CANDIDATE if asking else role], commit, stored,
        )  # fmt: skip
        if is_ != LOGGED(logged):
            for name, mine in zip(FIELDS, is_, strict=True):
                now.same(f"{s}.{name}", mine, logged[name])
        offset, raw = logged["offset"], logged["log"]
        before = now.noted(self.keys[s.name].log, ((), -1, []))
        if before == (log, offset, raw):
            return
        same = min(len(before[2]), len(raw)) if before[1] == offset else 0
        if raw[:same] != before[2][:same] or log[: offset + same] != before[0][: offset + same]:
            same = 0
        at = offset + same
        now.same(f"{s}.log from {at} on", log[at:], self.values.log(raw[same:], now))
        if not offset <= max(commit, len(s.installing.entries) if s.installing else 0):
            raise Misfit(f"{s} drops {offset} entries, of which {commit} are committed")
        now.note(self.keys[s.name].log, (log, offset, raw))

    def is_settled(self, s: Any, now: Now) -> None:
        """Nothing has changed since the state that was logged last, and nothing is left to send."""
        if now.noted(self.keys[s.name].changed):
            logged = now.noted(self.keys[s.name].state)
            if logged is not None:
                self.compare(s, logged, now)
            now.note(self.keys[s.name].changed, False)

    def take(
        self, s: Any, action: str, *arguments: Any, now: Now, choose: tuple[Any, ...] = ()
    ) -> None:
        """Take a step; what it sends is to be logged before the server goes on."""
        now.take(s, action, *arguments, choose=choose)
        now.note(self.keys[s.name].changed, True)
        if now.world.sent:
            now.note(
                self.keys[s.name].owed, (*now.noted(self.keys[s.name].owed, ()), *now.world.sent)
            )

    # Messages.

    def request(self, event: Event, server: str, now: Now) -> None:
        """A leader appends an entry."""
        s = now[server]
        self.is_settled(s, now)
        self.owes_nothing(s, now)
        self.take(s, "client_request", now[request_name(field(event, "value"))], now=now)

    def owes_nothing(self, s: Any, now: Now) -> None:
        """All that the server has sent is logged."""
        owed = now.noted(self.keys[s.name].owed)
        if owed:
            raise Misfit(f"{s} has sent {show(owed[0])}, which is not logged")

    def send(self, event: Event, server: str, now: Now) -> None:
        """A server sends what it owes; a leader entries or a snapshot, as it likes."""
        s, told = now[server], field(event, "message")
        dest = now[self.server(event, "to", now)]
        self.is_settled(s, now)
        kind = field(told, "type")
        if kind == "AppendEntries":
            first = told["prevLogIndex"] + 1
            self.take(s, "append_entries", dest, now=now, choose=(first, len(s.log)))
        elif kind == "InstallSnapshot":
            self.take(s, "send_snapshot", dest, now=now, choose=(told["lastIndex"],))
        elif kind == "RequestVote" and told["preVote"] and not now.noted(self.keys[server].owed):
            self.take(s, "ask_around", now=now)  # once more, which changes no state
        m = self.values.message(told, s, dest, now)
        owed = now.noted(self.keys[server].owed, ())
        if m not in owed:
            alike = [one for one in owed if (type(one), one.dest) == (type(m), dest)]
            raise Misfit(absent(type(m), (s, dest), fields_of(m), alike, "due"))
        if kind == "AppendEntriesResult" and told["rejected"]:
            self.reject(s, told, dest, now)
        at = owed.index(m)
        now.note(self.keys[server].owed, owed[:at] + owed[at + 1 :])

    def reject(self, s: Any, told: Event, dest: Any, now: Now) -> None:
        """A rejection says what was rejected, and where the log ends; neither is in Figure 2."""
        now.same("rejected", now.noted(self.keys[s.name].rejected), told["rejected"])
        now.same("lastLogIndex", len(s.log), told["lastLogIndex"])
        sent = now.noted((HINTS, s.name, dest.name), frozenset())
        hint = (told["term"], told["rejected"], told["lastLogIndex"])
        now.note((HINTS, s.name, dest.name), sent | {hint})

    def receive(self, event: Event, server: str, now: Now) -> None:
        """A message arrives, is handled at once, and is not received again."""
        s, told = now[server], field(event, "message")
        source = now[self.server(event, "from", now)]
        self.is_settled(s, now)
        self.owes_nothing(s, now)
        m = self.values.message(told, source, s, now)
        now.need(m)
        if isinstance(m, AppendEntries):
            now.note(self.keys[server].rejected, m.prevLogIndex)
        elif isinstance(m, InstallSnapshot):
            now.note(self.keys[server].rejected, len(m.snapshot))
        elif isinstance(m, AppendEntriesResponse) and not m.success:
            hint = (m.term, told["rejected"], told["lastLogIndex"])
            if hint not in now.noted((HINTS, source.name, server), ()):
                says = f"rejected {told['rejected']}, lastLogIndex {told['lastLogIndex']}"
                raise Misfit(f"{source} has sent {server} no rejection with {says}")
        self.handlers[type(m)](s, m, now)

    def ignore(self, m: Message, now: Now) -> None:
        """A message to which nothing happens is as good as lost."""
        now.take("network", "lose", m)

    def adopt(self, s: Any, m: Message, now: Now) -> None:
        """Take over a newer term."""
        if m.term > s.currentTerm:
            self.take(s, "update_term", m, now=now)

    def vote_request(self, s: Any, m: Message, now: Now) -> None:
        """Who has a leader refuses as it is; others take over the term first."""
        if not s.has_leader():
            self.adopt(s, m, now)
        self.take(s, "handle_request_vote", m, now=now)

    def vote_response(self, s: Any, m: Message, now: Now) -> None:
        """Only a candidate looks at it, and not while it asks around."""
        if s.role is not Role.CANDIDATE:
            self.ignore(m, now)
        else:
            self.adopt(s, m, now)
            self.take(s, "handle_request_vote_response", m, now=now)

    def pre_vote_request(self, s: Any, m: Message, now: Now) -> None:
        """The term is not taken over."""
        self.take(s, "handle_pre_vote", m, now=now)

    def pre_vote_response(self, s: Any, m: Message, now: Now) -> None:
        """Counted by who asks around."""
        self.take(s, "handle_pre_vote_response", m, now=now)

    def append_entries(self, s: Any, m: Message, now: Now) -> None:
        """Entries, or a heartbeat."""
        self.adopt(s, m, now)
        self.take(s, "handle_append_entries", m, now=now)

    def append_entries_response(self, s: Any, m: Message, now: Now) -> None:
        """Only a leader looks at it."""
        if s.role is not Role.LEADER:
            self.ignore(m, now)
        else:
            self.adopt(s, m, now)
            self.take(s, "handle_append_entries_response", m, now=now)

    def install_snapshot(self, s: Any, m: Message, now: Now) -> None:
        """A snapshot to be put in place of the log."""
        self.adopt(s, m, now)
        self.take(s, "handle_install_snapshot", m, now=now)
