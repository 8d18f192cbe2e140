"""Write histories: as the records from which a reader makes an equal history."""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from raftnb.data.errors import HistoryError
from raftnb.data.events import Echo, Event, Invocation, Response, Unsaid, Value
from raftnb.data.histories import History
from raftnb.linear.records import READS, SPREAD, meaningless

TOO_LARGE = 10**4300
"""Python reads no number with so many digits."""


def write_history(history: History, path: str | Path) -> Path:
    """Write `history` as JSON, which `read_history` reads back; .gz and .xz compress it.

    Raises `HistoryError` for a value that JSON has no form for, before the file is touched.
    """
    target = Path(path)
    rows = ",\n".join(json.dumps(row) for row in records_of(history))
    data = f'{{"history": [\n{rows}\n]}}\n'.encode()
    with opener(target)(target, "wb") as stream:
        stream.write(data)
    return target


def opener(path: Path) -> Callable[..., Any]:
    """How a file of this name is opened: .gz and .xz are compressed."""
    openers: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".xz": lzma.open}
    return openers.get(path.suffix, open)


def records_of(history: History) -> Iterator[dict[str, Any]]:
    """The records of `history`, from which `history_of` makes an equal history."""
    calls: dict[Value, Invocation] = {}
    for event in history:
        if isinstance(event, Invocation):
            calls[event.process] = event
            yield _call_fields(event)
        else:
            yield _completion_fields(event, calls.pop(event.process))


def _call_fields(event: Invocation) -> dict[str, Any]:
    values = event.arguments
    spread = event.name in SPREAD
    single = len(values) == 1 and not (spread and isinstance(values[0], tuple))
    value: Any = None
    if single and values[0] is not None and event.name.lower() not in READS:
        value = values[0]
    fields = _fields(event, "invoke", event.name) | {"value": plain(value)}
    if spread and len(values) > 1:
        fields["value"] = plain(values)
    elif values and value is None:
        fields["arguments"] = plain(values)
    return fields


def _completion_fields(event: Response, call: Invocation) -> dict[str, Any]:
    fields, result = _fields(event, "ok", call.name), event.result
    if isinstance(result, Unsaid):
        return fields
    if isinstance(result, Echo):
        return fields | {"value": plain(result.value)}
    read = result is not None and call.name.lower() in READS
    return fields | {"value" if read else "result": plain(result)}


def _fields(event: Event, kind: str, name: str) -> dict[str, Any]:
    fields = {"process": plain(event.process), "type": kind, "f": name}
    if event.object is not None:
        fields["key"] = plain(event.object)
    if event.time is not None:
        fields["time"] = event.time
    return fields


def plain(value: Value) -> Any:
    """A value as JSON data; raises `HistoryError` for one that could not be read back."""
    if found := meaningless(value) or _no_json(value):
        raise HistoryError(
            f"the value {found}",
            allowed="numbers, texts, true, false, null, and lists of them",
            cure="record the values as numbers or texts",
        )
    return _lists(value)


def _no_json(value: Value) -> str:
    """What in a value has no form in JSON; empty if all has."""
    if isinstance(value, tuple):
        return next(filter(None, map(_no_json, value)), "")
    if isinstance(value, int):
        return "of more than 4,300 digits" if abs(value) >= TOO_LARGE else ""
    return "" if value is None or isinstance(value, (float, str)) else f"{value!r:.60}"


def _lists(value: Value) -> Any:
    return [_lists(item) for item in value] if isinstance(value, tuple) else value
