"""A log in which one value is altered stops at the altered event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from raftnb.conform import EventError, EventMapping
from raftnb.conform.etcd import EtcdMapping
from raftnb.conform.libraft import FAULTS, LibraftMapping
from raftnb.conform.pysyncobj import COMMANDS, PySyncObjMapping

from .alterations import altered
from .logs import ETCD, OLD_TERM, PRE_VOTE, PYSYNCOBJ, SNAPSHOTS, events_of, held


def compared(event: Any, path: tuple[Any, ...]) -> bool:
    """Whether a mapping looks at a value.

    What befalls the network, and what clients are told, are no steps of Raft; what a client asks
    for is compared in the state after it, one line later.
    """
    told = event.get("msg") or {}
    unseen = (*FAULTS, "request")
    return event.get("event") not in unseen and told.get("type") not in COMMANDS


def as_it_is() -> EventMapping:
    """libraft with its faults."""
    return LibraftMapping(as_is=True)


LOGS: list[tuple[str, Callable[[], EventMapping], int]] = [
    (ETCD, EtcdMapping, 900),
    (OLD_TERM, as_it_is, 600),
    (PRE_VOTE, LibraftMapping, 600),
    (SNAPSHOTS, as_it_is, 1100),
    (PYSYNCOBJ, PySyncObjMapping, 700),
]


def stopped_at(mapping: EventMapping, events: Any) -> int | None:
    """The line at which an altered log stops: it does not fit there, or cannot be read."""
    try:
        found = held(mapping, events, claims=False)
    except EventError as error:
        return int(error.place.split(",")[0].removeprefix("line "))
    return found.first_misfit.line if found.first_misfit else None


def stops(name: str, mapping: Callable[[], EventMapping], length: int, count: int) -> list[Any]:
    """For some altered logs where they stop, less where they were altered; None if they do not."""
    found = []
    for alteration, log in altered(events_of(name)[:length], compared, count, seed=16):
        line = stopped_at(mapping(), log)
        found.append(None if line is None else line - alteration.line)
    return found


@pytest.mark.parametrize(("name", "mapping", "length"), LOGS)
def test_an_altered_log_stops_at_the_altered_event(
    name: str, mapping: Callable[[], EventMapping], length: int
) -> None:
    found = stops(name, mapping, length, count=20)
    assert found.count(0) >= 19
    assert all(later is None or later >= 0 for later in found)


if __name__ == "__main__":  # the table in docs/conform.md
    for name, mapping, length in LOGS:
        found = stops(name, mapping, length, count=200)
        later = len([f for f in found if f])
        print(f"| `{name}` | {len(found)} | {found.count(0)} | {later} | {found.count(None)} |")
