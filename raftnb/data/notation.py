"""The paper's notation for events, `q Enq(x) A`, read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from raftnb.data.errors import HistoryError
from raftnb.data.events import CONSTANTS, UNSAID, Event, Invocation, Response, Value

_EVENT = re.compile(r"(?:([\w.-]+)\s+)?([\w.]+)\s*\(([^()]*)\)\s*([\w.-]+)")
_ATOM = re.compile(r"""(-?\d+)|"([^"]*)"|'([^']*)'|([\w.-]+)""")


def parse_events(source: str) -> Iterator[Event]:
    """The events of `source`; raises `HistoryError` for what is none, with the line."""
    for number, line in enumerate(source.splitlines(), 1):
        for part in filter(None, map(str.strip, line.split(";"))):
            yield _parse_event(part, number)


def _parse_event(part: str, line: int) -> Event:
    match = _EVENT.fullmatch(part)
    if match is None:
        raise HistoryError(
            f"{part!r} is no event",
            place=f"line {line}",
            allowed="object operation(arguments) process, as in q Enq(x) A or q Ok() A",
            cure="write one event a line, or put semicolons between them",
        )
    subject, name, arguments, process = match.groups()
    values = tuple(_atom(item, line) for item in arguments.split(",") if item.strip(" ?"))
    owner, x = _atom(process, line), None if subject is None else _atom(subject, line)
    if name == "Ok":
        if arguments.strip() == "?":
            return Response(owner, UNSAID, x)
        result = values[0] if len(values) == 1 else values or None
        return Response(owner, result, x)
    return Invocation(owner, name, values, x)


def _atom(item: str, line: int) -> Value:
    match = _ATOM.fullmatch(item.strip())
    if match is None or len(match[1] or "") > 4_300:  # Python reads no longer number
        raise HistoryError(
            f"{item.strip()[:60]!r} is no value",
            place=f"line {line}",
            allowed="a word, a whole number, a text in quotes, true, false or null",
        )
    number, double, single, word = match.groups()
    if number is not None:
        return int(number)
    if word is None:
        return double if double is not None else single
    return CONSTANTS.get(word, word)
