"""Several logs as one: the files of servers that log for themselves, in their causal order."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

from raftnb.conform.mapping import Event
from raftnb.conform.misfit import EventError
from raftnb.data.values import show

Key = Callable[[Event], Hashable | None]
"""What tells a message apart, if an event sends (or receives) one; None for any other event."""


def merged(logs: Mapping[str, Iterable[Event]], sends: Key, receives: Key) -> Iterator[Event]:
    """The events of several logs, each log in its order, and a message received after it was sent.

    Servers meet only in their messages, so any such order has the same behaviors. A message may be
    received once for each time that it was sent; where the network repeats messages, let `receives`
    say None for a repetition. Raises `EventError` where a message is received that no log sends.
    """
    rest = {name: deque(enumerate(events, 1)) for name, events in logs.items()}
    flying: Counter[Hashable] = Counter()
    while any(rest.values()):
        moved = False
        for events in rest.values():
            while events and _may_come(receives(events[0][1]), flying):
                _, event = events.popleft()
                if (sent := sends(event)) is not None:
                    flying[sent] += 1
                moved = True
                yield event
        if not moved:
            name, (line, event) = next((n, e[0]) for n, e in rest.items() if e)
            raise EventError(
                f"{show(receives(event))} is received, and no log has sent it before",
                place=f"{name}, line {line}",
                allowed="logs in which each message that is received was sent",
                cure="add the log of the server that sent it, or look for a line that is missing",
            )


def _may_come(received: Hashable | None, flying: Counter[Hashable]) -> bool:
    """Whether an event may be next; what it receives is taken."""
    if received is None:
        return True
    if not flying[received]:
        return False
    flying[received] -= 1
    return True
