"""The trace of etcd's Raft library (go.etcd.io/raft), read as steps of `raft-etcd`.

Its trace events (tag `trace`) say what a server does and the state at that moment: before a message
is received, after it was handled; records with the tag `state` say all that a server has after each
Ready. The log begins with the bootstrap of the cluster, up to each server's first Ready. "0" is
nobody. Entries are told apart by their terms alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from raftnb.conform.mapping import (
    Event,
    EventMapping,
    begun,
    brief,
    cluster,
    field,
    first_value,
    kinds_of,
    one_of,
)
from raftnb.conform.misfit import EventError, Misfit
from raftnb.conform.now import Now, Play
from raftnb.data.trace import State
from raftnb.data.values import Message
from raftnb.language.spec import Model, Spec
from raftnb.specs.libraries.etcd import RAFT_ETCD, Heartbeat, HeartbeatResponse
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Entry,
    RequestVote,
    RequestVoteResponse,
    Role,
)

ROLES = {
    "StateFollower": Role.FOLLOWER,
    "StateCandidate": Role.CANDIDATE,
    "StateLeader": Role.LEADER,
}
KINDS = (
    "MsgHeartbeat", "MsgHeartbeatResp", "MsgVote", "MsgVoteResp", "MsgApp", "MsgAppResp",
)  # fmt: skip
RECEIVED = "received"
BOOTED = "booted"
Logged = tuple[int, str, int, Role, int]


class EtcdMapping(EventMapping):
    """The events of etcd's library, read as steps of `raft-etcd` or of a variant of it."""

    kinds_of_values = kinds_of(
        texts="name tag why role type from to",
        numbers="term commit seq lead pcommit pterm entries logTerm index rejectHint match next",
        objects="state prop msg",
        flags="reject",
    )

    def __init__(self, spec: Spec = RAFT_ETCD) -> None:
        self.spec = spec
        self.plays: dict[str, Callable[[Event, str, Now], None]] = {
            "ApplyConfChange": self.nothing,
            "Ready": self.nothing,
            "InitState": self.init_state,
            "BecomeFollower": self.become_follower,
            "BecomeCandidate": self.become_candidate,
            "BecomeLeader": self.become_leader,
            "Commit": self.commit,
            "Replicate": self.replicate,
            "ReceiveRequestVoteRequest": self.receive,
            "ReceiveRequestVoteResponse": self.receive,
            "ReceiveAppendEntriesRequest": self.receive,
            "ReceiveAppendEntriesResponse": self.receive,
            "SendRequestVoteRequest": self.send_vote_request,
            "SendRequestVoteResponse": self.send_vote_response,
            "SendAppendEntriesRequest": self.send_entries,
            "SendAppendEntriesResponse": self.send_entries_response,
        }

    def model(self, events: Iterable[Event]) -> Model:
        """As many servers as the configuration has at the first Ready."""
        for event in events:
            told = event.get("event", {})
            if event.get("tag") == "trace" and told.get("name") == "Ready":
                voters = field(told, "conf")[0]
                return self.spec(servers=cluster(len(voters), "a configuration of"), values=1)
        raise EventError(
            "a log without a Ready",
            allowed="a log from the bootstrap on",
            cure="record from the first start of the servers, or use another format",
        )

    def start(self, model: Model) -> State:
        """After the bootstrap: an entry of term 1, committed, for each server of the cluster."""
        entries = len(model.names["Server"])
        log = (Entry(1, first_value(model)),) * entries
        return begun(model, currentTerm=1, log=log, commitIndex=entries)

    def __call__(self, event: Event, now: Now) -> Sequence[Play]:
        """One alternative for each event."""
        tag = field(event, "tag")
        if tag == "state":
            return (partial(self.state, event, self.server(event, "nid", now), now),)
        if tag != "trace":
            one_of(dict.fromkeys(("trace", "state")), tag, "the tag")
        told = field(event, "event")
        name = field(told, "name")
        play: Callable[..., None] = one_of(self.plays, name, "the trace event")
        server = self.server(told, "nid", now)
        if not now.noted((server, BOOTED)):
            return (partial(self.boot, name, server, now),)
        return (partial(play, told, server, now),)

    def server(self, event: Event, name: str, now: Now) -> str:
        """The server that a field names."""
        number = field(event, name)
        server = f"s{number}"
        if server not in now.world.names:
            raise EventError(
                f"`{name}` {brief(number)}, a server that the configuration does not have",
                allowed=", ".join(name[1:] for name in now.model.names["Server"]),
                cure="name one of these",
            )
        return server

    def boot(self, name: str, server: str, now: Now) -> None:
        """The bootstrap is over with the first Ready."""
        if name == "Ready":
            now.note((server, BOOTED), True)

    # What is compared.

    def logged(self, event: Event) -> Logged:
        """Term, vote, commitIndex, role and length of the log, as a trace event has them."""
        state, role = event["state"], event["role"]
        return (
            state["term"],
            state["vote"],
            state["commit"],
            ROLES.get(role) or one_of(ROLES, role, "the role"),
            event["log"],
        )

    def compare(self, event: Event, server: str, now: Now, but: tuple[str, ...] = ()) -> None:
        """The state as a trace event has it, but for some of its variables."""
        try:
            term, vote, commit, role, length = self.logged(event)
        except (KeyError, TypeError):
            raise EventError(
                "a trace event without its state",
                allowed="state {term, vote, commit}, role, log",
                cure="log them with each event, as etcd's library does",
            ) from None
        s = now[server]
        voted = s.votedFor
        same = (
            s.currentTerm == term
            and s.commitIndex == commit
            and s.role is role
            and len(s.log) == length
            and (("s" + vote == voted.name) if voted is not None else vote == "0")
        )
        if same:
            return
        now.same(f"{server}.currentTerm", s.currentTerm, term)
        if "role" not in but:
            now.same(f"{server}.role", s.role, role)
        now.same(f"{server}.commitIndex", s.commitIndex, commit)
        now.same(f"the length of {server}.log", len(s.log), length)
        now.same(f"{server}.votedFor", str(voted), "None" if vote == "0" else f"s{vote}")

    def state(self, event: Event, server: str, now: Now) -> None:
        """All that a server has, in memory and (pterm, pvote, pcommit) on disk."""
        s = now[server]
        voted = int(s.votedFor.name[1:]) if s.votedFor is not None else 0
        for name, value in (
            ("term", s.currentTerm), ("pterm", s.currentTerm), ("commit", s.commitIndex),
            ("pcommit", s.commitIndex), ("vote", voted), ("pvote", voted),
            ("log", [entry.term for entry in s.log]),
        ):  # fmt: skip
            if field(event, name) != value:
                now.same(f"{name} of {server}", value, event[name])
        now.compare(s, role=one_of(ROLES, field(event, "role"), "the role"))

    def nothing(self, event: Event, server: str, now: Now) -> None:
        """Nothing that the specification knows of: the state is as it was."""
        if now.noted((server, BOOTED)) == "coming back":
            return
        self.compare(event, server, now)

    # Steps of a server alone.

    def init_state(self, event: Event, server: str, now: Now) -> None:
        """A server begins to come back; its state is read from disk in the next events."""
        now.note((server, BOOTED), "coming back")
        now.note((server, RECEIVED), None)

    def become_follower(self, event: Event, server: str, now: Now) -> None:
        """A restart, a newer term, a leader of this term, or a candidacy that was refused."""
        s, m = now[server], now.noted((server, RECEIVED))
        if now.noted((server, BOOTED)) == "coming back":
            now.take(s, "restart", choose=(event["state"]["commit"],))
            now.note((server, BOOTED), True)
        elif m is not None and m.term > s.currentTerm:
            now.take(s, "update_term", m)
        elif isinstance(m, AppendEntries | Heartbeat):
            self.compare(event, server, now, but=("role",))  # it follows with the answer
            return
        else:
            now.take(s, "stand_down")
        self.compare(event, server, now)

    def become_candidate(self, event: Event, server: str, now: Now) -> None:
        """An election begins."""
        now.take(server, "time_out")
        self.compare(event, server, now)

    def become_leader(self, event: Event, server: str, now: Now) -> None:
        """An election is won."""
        now.take(server, "become_leader")
        self.compare(event, server, now)

    def commit(self, event: Event, server: str, now: Now) -> None:
        """A leader looks whether it can commit more; mostly it cannot."""
        s, commit = now[server], event["state"]["commit"]
        if commit > s.commitIndex:
            now.take(s, "advance_commit_index", choose=(commit,))
        self.compare(event, server, now)

    def replicate(self, event: Event, server: str, now: Now) -> None:
        """A leader appends an entry."""
        self.compare(event, server, now)
        now.take(server, "client_request", now["v1"])

    # Messages.

    def ends(self, event: Event, now: Now) -> tuple[Event, str, str]:
        """The message of an event, its source and its destination."""
        message = field(event, "msg")
        return message, self.server(message, "from", now), self.server(message, "to", now)

    def message(self, event: Event, now: Now) -> Message | None:
        """The message of an event as it is in flight; None for one to the server itself."""
        m, source, dest = self.ends(event, now)
        if source == dest:
            return None
        kind, term = field(m, "type"), m["term"]
        if kind == "MsgHeartbeat":
            return now.message(Heartbeat, source, dest, term=term, commit=m["commit"])
        if kind == "MsgHeartbeatResp":
            return now.message(HeartbeatResponse, source, dest, term=term)
        if kind == "MsgVote":
            last = {"lastLogIndex": m["index"], "lastLogTerm": m["logTerm"]}
            return now.message(RequestVote, source, dest, term=term, **last)
        if kind == "MsgVoteResp":
            granted = not m["reject"]
            return now.message(RequestVoteResponse, source, dest, term=term, voteGranted=granted)
        if kind == "MsgAppResp":
            success, index = not m["reject"], 0 if m["reject"] else m["index"]
            found = {"term": term, "success": success, "matchIndex": index}
            return now.message(AppendEntriesResponse, source, dest, **found)
        if kind == "MsgApp":
            return self.entries(m, source, dest, now)
        return one_of(dict.fromkeys(KINDS), kind, "the message type")  # type: ignore[no-any-return]

    def entries(self, m: Event, source: str, dest: str, now: Now) -> Message:
        """An AppendEntries, of whose entries the log says only how many they are."""
        fields = {
            "term": m["term"],
            "prevLogIndex": m["index"],
            "prevLogTerm": m["logTerm"],
            "leaderCommit": m["commit"],
        }
        s, prev = now[source], m["index"]
        guess = s.log[prev : prev + m["entries"]]
        if len(guess) == m["entries"]:
            try:
                return now.message(AppendEntries, source, dest, entries=guess, **fields)
            except Misfit:
                pass
        found = [
            one
            for one in now.find(AppendEntries, source, dest, **fields)
            if len(one.entries) == m["entries"]
        ]
        if not found:
            raise Misfit(f"no AppendEntries with {m['entries']} entries is in flight")
        return found[0]

    def receive(self, event: Event, server: str, now: Now) -> None:
        """A message arrives. What has an answer is handled when that is sent, the rest at once."""
        self.compare(event, server, now)
        m = self.message(event, now)
        now.note((server, RECEIVED), m)
        if m is None:
            return
        s = now[server]
        if m.dest != s:
            raise Misfit(f"{server} receives a message to {m.dest}")
        if m.term == s.currentTerm:
            if isinstance(m, RequestVoteResponse):
                now.take(s, "handle_request_vote_response", m)
            elif isinstance(m, AppendEntriesResponse):
                now.take(s, "handle_append_entries_response", m)

    def answered(self, kind: type[Message], server: str, now: Now) -> Message:
        """The message that a server answers."""
        m = now.noted((server, RECEIVED))
        if not isinstance(m, kind):
            raise Misfit(f"{server} answers, and has not received a {kind.__name__}")
        return m

    def send_vote_request(self, event: Event, server: str, now: Now) -> None:
        """A candidate asks for a vote."""
        self.compare(event, server, now)
        self.message(event, now)

    def send_vote_response(self, event: Event, server: str, now: Now) -> None:
        """A server answers a candidate (a candidate votes for itself); its vote is noted later."""
        self.compare(event, server, now)
        m, source, dest = self.ends(event, now)
        if source != dest:
            now.take(server, "handle_request_vote", self.answered(RequestVote, server, now))
            self.message(event, now)
        elif m["reject"]:
            raise Misfit(f"{server} refuses itself")

    def send_entries(self, event: Event, server: str, now: Now) -> None:
        """A leader sends entries from where it likes, or a heartbeat."""
        m, _, dest = self.ends(event, now)
        s = now[server]
        if field(m, "type") == "MsgHeartbeat":
            now.take(s, "send_heartbeat", now[dest])
        else:
            known = field(event, "prop")
            first, last = m["index"] + 1, m["index"] + m["entries"]
            if known["next"] not in (first, last + 1) or known["match"] != known["next"] - 1:
                told = f"next {known['next']}, match {known['match']}"
                raise Misfit(f"entries {first} to {last} are sent to {dest}, logged {told}")
            now.take(s, "append_entries", now[dest], choose=(first, last))
        self.message(event, now)
        self.compare(event, server, now)

    def send_entries_response(self, event: Event, server: str, now: Now) -> None:
        """A follower has handled entries or a heartbeat (a leader has its own on disk)."""
        m, source, dest = self.ends(event, now)
        if source == dest:
            now.same(f"the length of {server}.log", len(now[server].log), m["index"])
        elif m["type"] == "MsgHeartbeatResp":
            now.take(server, "handle_heartbeat", self.answered(Heartbeat, server, now))
            self.message(event, now)
        else:
            now.take(server, "handle_append_entries", self.answered(AppendEntries, server, now))
            self.message(event, now)
        self.compare(event, server, now)
