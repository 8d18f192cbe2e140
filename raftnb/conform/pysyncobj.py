"""The log of PySyncObj, read as steps of `raft-pysyncobj`.

Each event has the state at that moment: before a message is handled (`recv`) and after
(`recvdone`), when something is sent, when term or vote are set, and after each turn (`tick`).
Servers are 0, 1, 2; one starts or comes back with `init`. What a leader appends or commits shows
in its next event.
An answer to AppendEntries has no term.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from raftnb.conform.mapping import (
    MOST_SERVERS,
    Event,
    EventMapping,
    begun,
    brief,
    field,
    first_value,
    kinds_of,
    one_of,
)
from raftnb.conform.misfit import EventError, Misfit
from raftnb.conform.now import Now, Play
from raftnb.data.trace import State
from raftnb.data.values import Message, show
from raftnb.language.spec import Model, Spec
from raftnb.specs.libraries.pysyncobj import RAFT_PYSYNCOBJ
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Entry,
    RequestVote,
    RequestVoteResponse,
    Role,
)

ROLES = {"Follower": Role.FOLLOWER, "Candidate": Role.CANDIDATE, "Leader": Role.LEADER}
RECEIVED, STARTED = "received", "started"
ENDS = ("nid", "from", "to")
MOST_APPENDED = 10_000
"""How many entries a leader may append between two of its events."""
KINDS = ("request_vote", "response_vote", "append_entries", "next_node_idx")
COMMANDS = ("apply_command", "apply_command_response")


class PySyncObjMapping(EventMapping):
    """The events of PySyncObj, read as steps of `raft-pysyncobj` or of a variant of it."""

    kinds_of_values = kinds_of(
        texts="ev role type",
        numbers="nid to from ts term commit applied first nlog last_log_index last_log_term "
        "commit_index prevLogIdx prevLogTerm next_node_idx log_idx log_term",
        objects="state msg",
        lists="last tail entries",
        flags="reset success",
    )

    def __init__(self, spec: Spec = RAFT_PYSYNCOBJ) -> None:
        self.spec = spec
        self.plays: dict[str, Callable[[Event, Any, Now], None]] = {
            "init": self.init,
            "tick": self.tick,
            "setTerm": self.set_term,
            "becomeLeader": self.tick,
            "send": self.send,
            "recv": self.receive,
            "recvdone": self.received,
        }

    def model(self, events: Iterable[Event]) -> Model:
        """As many servers as events name, by who they are of and by whom messages go to."""
        most = -1
        for event in events:
            field(event, "nid")
            for name in ENDS:
                number = event.get(name, 0)
                if type(number) is not int or not 0 <= number < MOST_SERVERS:
                    raise EventError(
                        f"`{name}` {brief(number)}",
                        allowed=f"the number of a server, 0 to {MOST_SERVERS - 1}",
                        cure="is it the log of PySyncObj?",
                    )
                most = max(most, number)
        if most < 0:
            raise EventError(
                "a log without events",
                allowed="events of PySyncObj, each with `nid`, the number of its server",
                cure="look whether the file is the right one",
            )
        servers = tuple(f"s{number}" for number in range(most + 1))
        return self.spec(servers=servers, values=1, duplicates=0)

    def start(self, model: Model) -> State:
        """An entry of term 0 in every log, committed."""
        return begun(model, log=(Entry(0, first_value(model)),), commitIndex=1)

    def __call__(self, event: Event, now: Now) -> Sequence[Play]:
        """One alternative for each event."""
        play = one_of(self.plays, field(event, "ev"), "the event")
        return (partial(play, event, self.server(event, "nid", now), now),)

    def server(self, event: Event, name: str, now: Now) -> Any:
        """The server that a field names."""
        number = field(event, name)
        servers = now.model.names["Server"]
        if type(number) is not int or not 0 <= number < len(servers):
            raise EventError(
                f"`{name}` {brief(number)}, a server that the log does not have",
                allowed=f"0 to {len(servers) - 1}",
                cure="name one of these",
            )
        return now[servers[number]]

    # States.

    def compare(self, event: Event, s: Any, now: Now, but: str = "") -> None:
        """The state at an event; of the log its length and the terms at its end."""
        state = field(event, "state")
        voted = None if s.votedFor is None else int(s.votedFor.name[1:])
        if but != "vote":
            now.same(f"{s}.votedFor", voted, state["vote"])
        if but != "role":
            now.compare(s, role=one_of(ROLES, state["role"], "the role"))
        if but != "commit":
            now.compare(s, commitIndex=state["commit"])
        now.compare(s, currentTerm=state["term"])
        length, term = state["last"]
        now.same(f"the length of {s}.log", len(s.log), length)
        now.same(f"the last term in {s}.log", s.log[-1].term, term)
        tail = [[i + 1, s.log[i].term] for i in range(length - len(state["tail"]), length)]
        now.same(f"the end of {s}.log", tail, state["tail"])

    def reach(self, event: Event, s: Any, now: Now) -> None:
        """What a leader has done since its last event: won, appended, committed, stood down."""
        state = field(event, "state")
        if s.role is Role.CANDIDATE and state["role"] == "Leader":
            now.take(s, "become_leader")
        if s.role is not Role.LEADER:
            return
        if state["last"][0] > len(s.log) + MOST_APPENDED:
            now.same(f"the length of {s}.log", len(s.log), state["last"][0])
        while len(s.log) < state["last"][0]:
            now.take(s, "client_request", now["v1"])
        if state["commit"] > s.commitIndex:
            now.take(s, "advance_commit_index", choose=(state["commit"],))
        if state["role"] == "Follower" and state["term"] == s.currentTerm:
            now.take(s, "step_down")

    def init(self, event: Event, s: Any, now: Now) -> None:
        """A server starts, or comes back."""
        if now.noted((s.name, STARTED)):
            now.take(s, "restart", choose=(event["state"]["commit"],))
        now.note((s.name, STARTED), True)
        now.note((s.name, RECEIVED), None)
        self.compare(event, s, now)

    def tick(self, event: Event, s: Any, now: Now) -> None:
        """A turn is over, or a leader has been elected."""
        self.reach(event, s, now)
        self.compare(event, s, now)

    def set_term(self, event: Event, s: Any, now: Now) -> None:
        """Stand for election, adopt a newer term, or vote; the role follows later."""
        m, state = now.noted((s.name, RECEIVED)), field(event, "state")
        if state["term"] > s.currentTerm and m is not None:
            now.take(s, "update_term", m)
            self.compare(event, s, now, but="role")
        elif state["term"] > s.currentTerm:
            self.reach_follower(s, now)
            now.take(s, "time_out")
            self.compare(event, s, now)
        elif isinstance(m, RequestVote):
            now.take(s, "handle_request_vote", m)
            now.note((s.name, RECEIVED), None)
            self.compare(event, s, now)
        else:
            raise Misfit(f"{s} sets its term {state['term']} without a reason")

    def reach_follower(self, s: Any, now: Now) -> None:
        """A leader that stands for election has stood down before."""
        if s.role is Role.LEADER:
            now.take(s, "step_down")

    # Messages.

    def send(self, event: Event, s: Any, now: Now) -> None:
        """A message is sent; with an answer, what it answers has been handled."""
        told = field(event, "msg")
        kind, dest = field(told, "type"), self.server(event, "to", now)
        self.reach(event, s, now)
        if kind == "next_node_idx":
            now.compare(s, commitIndex=field(event, "state")["commit"])  # it follows later
            self.answer(told, s, dest, now)
            self.compare(event, s, now, but="commit")
            return
        self.compare(event, s, now)
        if kind == "append_entries":
            first, entries = told["prevLogIdx"] + 1, told["entries"]
            now.take(s, "append_entries", dest, choose=(first, told["prevLogIdx"] + len(entries)))
        if kind not in COMMANDS:
            self.message(told, s, dest, now)

    def answer(self, told: Event, s: Any, dest: Any, now: Now) -> None:
        """Entries have been taken over, or not."""
        m = now.noted((s.name, RECEIVED))
        if not isinstance(m, AppendEntries) or m.source != dest:
            raise Misfit(f"{s} answers {dest}, and has received no AppendEntries from it")
        hints = (len(s.log) + 1, m.prevLogIndex)
        now.take(s, "handle_append_entries", m)
        now.note((s.name, RECEIVED), None)
        (sent,) = now.world.sent
        now.same("success", sent.success, told["success"])
        now.same("reset", not sent.success, told["reset"])
        if sent.success:
            now.same("next_node_idx", sent.matchIndex + 1, told["next_node_idx"])
        elif told["next_node_idx"] not in hints:
            raise Misfit(
                f"next_node_idx is {hints[0]} or {hints[1]}, logged {told['next_node_idx']}"
            )

    def message(self, m: Event, source: Any, dest: Any, now: Now) -> Message:
        """A message as it is in flight."""
        kind = m["type"]
        if kind == "request_vote":
            last = {"lastLogIndex": m["last_log_index"], "lastLogTerm": m["last_log_term"]}
            return now.message(RequestVote, source, dest, term=m["term"], **last)
        if kind == "response_vote":
            return now.message(RequestVoteResponse, source, dest, term=m["term"], voteGranted=True)
        if kind == "append_entries":
            indices = [index for index, _ in m["entries"]]
            first = m["prevLogIdx"] + 1
            now.same("the entries", list(range(first, first + len(indices))), indices)
            return now.message(
                AppendEntries,
                source,
                dest,
                term=m["term"],
                prevLogIndex=m["prevLogIdx"],
                prevLogTerm=m["prevLogTerm"],
                entries=tuple(Entry(term, now["v1"]) for _, term in m["entries"]),
                leaderCommit=m["commit_index"],
            )
        if kind == "next_node_idx":
            index = m["next_node_idx"] - 1 if m["success"] else 0
            known = {"success": m["success"], "matchIndex": index}
            return now.find(AppendEntriesResponse, source, dest, **known)[-1]  # the newest term
        return one_of(  # type: ignore[no-any-return]
            dict.fromkeys(KINDS), kind, "the type of a message"
        )

    def receive(self, event: Event, s: Any, now: Now) -> None:
        """A message arrives; requests are handled when that shows."""
        told = field(event, "msg")
        self.reach(event, s, now)
        self.compare(event, s, now)
        if field(told, "type") in COMMANDS:
            return
        m = self.message(told, self.server(event, "from", now), s, now)
        if isinstance(m, RequestVote | AppendEntries):
            now.note((s.name, RECEIVED), m)
        elif m.term == s.currentTerm and isinstance(m, RequestVoteResponse):
            now.take(s, "handle_request_vote_response", m)
        elif m.term == s.currentTerm:
            now.take(s, "handle_append_entries_response", m)
        else:
            now.take("network", "lose", m)

    def received(self, event: Event, s: Any, now: Now) -> None:
        """A message has been handled; what shows no trace of that was ignored."""
        m = now.noted((s.name, RECEIVED))
        if isinstance(m, AppendEntries) and m.term >= s.currentTerm:
            raise Misfit(f"{s} has received {show(m)}, and does not answer")
        if m is not None:
            now.take("network", "lose", m)
            now.note((s.name, RECEIVED), None)
        self.reach(event, s, now)
        self.compare(event, s, now)
