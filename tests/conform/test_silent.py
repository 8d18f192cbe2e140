"""A log without the lines of one server: what that server must have done is found by the search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from raftnb import Verdict
from raftnb.conform import Event, Now, Play
from raftnb.conform.etcd import EtcdMapping
from raftnb.data.values import Message
from raftnb.specs.libraries.etcd import Heartbeat
from raftnb.specs.raft.server import AppendEntries, RequestVote

from .logs import ETCD, events_of, held

ASKED: dict[str, tuple[type[Message], str]] = {
    "MsgVoteResp": (RequestVote, "handle_request_vote"),
    "MsgAppResp": (AppendEntries, "handle_append_entries"),
    "MsgHeartbeatResp": (Heartbeat, "handle_heartbeat"),
}
LINES = 1900
"""Up to here server 1 leads, and the others only answer."""


class SilentServer(EtcdMapping):
    """etcd's log without one follower's lines: before it answers, it has handled a message."""

    def __init__(self, silent: str) -> None:
        super().__init__()
        self.silent = silent

    def __call__(self, event: Event, now: Now) -> Sequence[Play]:
        plays = super().__call__(event, now)
        told = event.get("event", {})
        m = told.get("msg", {})
        if not told.get("name", "").startswith("Receive") or f"s{m['from']}" != self.silent:
            return plays
        (then,) = plays
        return [partial(self.after, steps, then, now) for steps in self.ways(m, now)]

    def ways(self, m: Event, now: Now) -> Iterator[tuple[tuple[Any, ...], ...]]:
        """What the silent server may have done to send this message."""
        yield ()
        kind, handler = ASKED[m["type"]]
        for asked in reversed(list(now.world.bag)):
            ends = asked.source.name, asked.dest.name
            if type(asked) is not kind or ends != (f"s{m['to']}", self.silent):
                continue
            if m["type"] == "MsgAppResp" and not m["reject"] and not self.vouches(asked, m):
                continue
            handled = (self.silent, handler, asked)
            yield (handled,)
            yield ((self.silent, "update_term", asked), handled)

    def vouches(self, asked: Any, m: Event) -> bool:
        """Whether the message answered vouches for what the answer says, or needs no look."""
        last = asked.prevLogIndex + len(asked.entries)
        return bool(last == m["index"] or asked.prevLogIndex < m["index"])

    def after(self, steps: tuple[tuple[Any, ...], ...], then: Play, now: Now) -> None:
        for step in steps:
            now.take(*step)
        then()


def without(number: str) -> list[Any]:
    """The log without a server's lines."""
    found = []
    for event in events_of(ETCD)[:LINES]:
        told = event["event"] if event["tag"] == "trace" else event
        if str(told["nid"]) != number:
            found.append(event)
    return found


def test_the_log_of_etcd_fits_without_the_lines_of_one_server() -> None:
    events = without("2")
    found = held(SilentServer("s2"), events, claims=False)
    assert (found.verdict, found.matched) == (Verdict.HOLDS, len(events))
    acted = {step.action for step in found.trace.steps if step.process == "s2"}
    assert {"update_term", "handle_request_vote", "handle_append_entries"} <= acted
    assert held(EtcdMapping(), events, claims=False).verdict is Verdict.VIOLATED


def test_what_the_silent_server_cannot_have_said_does_not_fit() -> None:
    events = without("2")[:400]
    messages = [event.get("event", {}).get("msg", {}) for event in events]
    (*_, at) = [
        n
        for n, m in enumerate(messages)
        if (m.get("from"), m.get("type"), m.get("reject")) == ("2", "MsgAppResp", False)
    ]
    wrong = {**events[at]["event"], "msg": {**messages[at], "index": 99}}
    events[at] = {**events[at], "event": wrong}
    found = held(SilentServer("s2"), events[: at + 1], claims=False, tries=2000)
    assert (found.verdict is Verdict.HOLDS, found.matched) == (False, at)
