"""What a log in the package's own format has: names of servers, entries, values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from raftnb.conform.mapping import Event, brief, cluster
from raftnb.conform.misfit import EventError


def names_of_servers(given: Any) -> list[str]:
    """The names of the servers in the first line."""
    if not isinstance(given, list) or not all(isinstance(name, str) and name for name in given):
        raise EventError(
            f"servers {brief(given)}",
            allowed='a list of names: ["s1", "s2", "s3"]',
            cure="name each server of the cluster; or give the log's --format",
        )
    cluster(len(given), "servers of number")
    twice = [name for at, name in enumerate(given) if name in given[:at]]
    if twice:
        raise EventError(
            f"the server {brief(twice[0])} twice in `servers`",
            allowed="different names", cure="name each server once",
        )  # fmt: skip
    return given


def entries_in(event: Event) -> Iterator[list[Any]]:
    """The entries that an event tells of, as [term, value] or [term]."""
    if event.get("event") == "request":
        yield request_in(event)
    for within, name in (("message", "entries"), ("state", "log")):
        told = event.get(within)
        if isinstance(told, Mapping) and name in told:
            yield from entries_of(told[name])


def request_in(event: Event) -> list[Any]:
    """What is requested, as an entry."""
    return [0, event["value"]] if "value" in event else [0]


def entries_of(given: Any) -> list[list[Any]]:
    """Entries as they are logged: [term, value], or [term] where no values are logged."""
    rows = given if isinstance(given, list) else [given]
    for row in rows:
        if not isinstance(row, list) or len(row) not in (1, 2) or type(row[0]) is not int:
            raise EventError(
                f"{brief(row)} as an entry", allowed="[term, value], or [term]",
                cure="write each entry as a list of its own, its term first",
            )  # fmt: skip
    return rows


def key_of(value: Any) -> str:
    """A value as text: the same for the same value."""
    return json.dumps(value, sort_keys=True)


__all__ = ["entries_in", "entries_of", "key_of", "names_of_servers", "request_in"]
