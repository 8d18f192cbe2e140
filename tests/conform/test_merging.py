"""The logs of several servers in their causal order."""

from __future__ import annotations

import random
from typing import Any

import pytest

from raftnb import Verdict
from raftnb.conform import EventError, conforms, merged
from raftnb.conform.libraft import LibraftMapping

from .logs import PRE_VOTE, events_of


def key(event: Any, name: str, ends: tuple[Any, Any]) -> Any:
    """What tells a message of libraft apart."""
    return (*ends, str(event["message"])) if event["event"] == name else None


def sends(event: Any) -> Any:
    return key(event, "send", (event.get("server"), event.get("to")))


def receives(event: Any) -> Any:
    return key(event, "receive", (event.get("from"), event.get("server")))


def logs(seed: int) -> dict[str, list[Any]]:
    """The log of each server by itself, the servers in some order."""
    events = [event for event in events_of(PRE_VOTE)[1:] if "server" in event]
    events = [event for event in events if event["event"] != "isolate"]
    names = [1, 2, 3]
    random.Random(seed).shuffle(names)
    return {f"s{n}": [event for event in events if event["server"] == n] for n in names}


@pytest.mark.parametrize("seed", [1, 2])
def test_logs_of_servers_are_merged_and_fit(seed: int) -> None:
    first, mapping = events_of(PRE_VOTE)[0], LibraftMapping()
    events = [first, *merged(logs(seed), sends, receives)]
    model, start = mapping.begin(events)
    found = conforms(model, events, mapping, start=start, claims=False)
    assert found.verdict is Verdict.HOLDS
    assert events != list(events_of(PRE_VOTE))


def test_a_message_that_nobody_sent_is_an_error() -> None:
    separate = logs(1)
    del separate["s2"]
    with pytest.raises(EventError, match="no log has sent it"):
        list(merged(separate, sends, receives))


def test_each_log_keeps_its_order() -> None:
    found = list(merged(logs(1), sends, receives))
    for number in (1, 2, 3):
        own = [event for event in found if event["server"] == number]
        assert own == logs(1)[f"s{number}"]
