"""Which events of the package's own format a server may have written, and then failed to do."""

from __future__ import annotations

from collections import Counter
from typing import Any

from raftnb.conform.mapping import Event
from raftnb.conform.now import Now

STEPS = ("time_out", "request", "receive")
COUNT = "number of events of"


class Crashes:
    """The events that may not have been done, found while the log is read for the first time.

    An event is written before its step. Where a server's next event is its restart, nothing of its
    own tells that the step was taken: it may have failed before. (What it sent tells it.)
    """

    def __init__(self) -> None:
        self.undone: set[tuple[str, int]] = set()
        self.number = Counter[str]()
        self.stateless: set[str] = set()

    def read(self, event: Event) -> None:
        """Read the next event of the log."""
        server = event.get("server")
        if not isinstance(server, str):
            return
        if event.get("event") == "restart" and server in self.stateless:
            self.undone.add((server, self.number[server]))
        self.number[server] += 1
        self.stateless.discard(server)
        if event.get("event") in STEPS and "state" not in event:
            self.stateless.add(server)

    def may_come_before(self, event: Any, now: Now) -> bool:
        """Whether the server may fail before it does this, its next event."""
        if not self.undone:
            return False
        server = event["server"]
        number = now.noted((COUNT, server), 0) + 1
        now.note((COUNT, server), number)
        return (server, number) in self.undone


__all__ = ["Crashes"]
