"""Histories as records, one for each event: the form in which tests of real stores write them.

A record is a mapping with `process`, `type` (invoke, ok, fail or info), `f` (the operation) and
`value`; `key` (the object) and `time` (nanoseconds) are optional. The meaning is Knossos's: `ok`
is the response; `fail` says that the operation did not happen, so both its events are left out;
`info` says that nobody knows, so the operation stays pending and its process never calls again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from raftnb.data.errors import HistoryError
from raftnb.data.histories import Event, History, Invocation, Response, Value, freeze, text

TYPES = ("invoke", "ok", "fail", "info")
ECHOES: dict[str, Value] = {
    **dict.fromkeys(("write", "put", "append", "enqueue", "acquire", "release", "delete")),
    "cas": True,
}
ONE_ARGUMENT = frozenset({"write", "put", "append", "enqueue"})


class Record(NamedTuple):
    """One event as it was read, and where: `place` is for error messages."""

    place: str
    fields: Mapping[str, Any]

    @property
    def value(self) -> Value:
        """The record's value, made immutable."""
        return freeze(self.fields.get("value"))


class _Call(NamedTuple):
    record: Record
    event: Invocation
    slot: int


def history_of(records: Iterable[Record]) -> History:
    """The history that `records` describe.

    Events of the nemesis, and `info` records of a process that has no open call, are remarks and
    are skipped. When no record has a key and every value is a pair [key value], as in Jepsen's
    tests of independent keys, the first half is the object. Raises `HistoryError` for a record
    with fields missing, an unknown type, or a completion that fits no call.
    """
    rows = [record for record in records if not _is_remark(_checked(record))]
    if _independent(rows):
        rows = [_without_key(record) for record in rows]
    return History(_Pairing().events(rows))


def records_of(history: History) -> Iterator[dict[str, Any]]:
    """The records of `history`, from which `history_of` makes an equal history."""
    calls: dict[Value, Invocation] = {}
    for event in history:
        if isinstance(event, Invocation):
            calls[event.process] = event
            yield _fields(event, "invoke", event.name, _value_of(event))
        else:
            yield _completion_fields(event, calls.pop(event.process))


class _Pairing:
    """Joins calls and completions in one pass; failed calls leave a hole."""

    def __init__(self) -> None:
        self.found: list[Event | None] = []
        self.open: dict[Value, _Call] = {}
        self.crashed: set[Value] = set()

    def events(self, rows: Sequence[Record]) -> Iterator[Event]:
        for record in rows:
            if record.fields["type"] == "invoke":
                self.invoke(record)
            else:
                self.complete(record)
        return (event for event in self.found if event is not None)

    def invoke(self, record: Record) -> None:
        process = freeze(record.fields["process"])
        if process in self.open or process in self.crashed:
            state = "crashed (its call ended with info)" if process in self.crashed else "waiting"
            raise _misfit(
                record,
                f"process {text(process)} calls while it is {state}",
                "give a process a new name after :info, as Jepsen does",
            )
        event = Invocation(
            process,
            str(record.fields["f"]),
            _arguments(record),
            freeze(record.fields.get("key")),
            record.fields.get("time"),
        )
        self.open[process] = _Call(record, event, len(self.found))
        self.found.append(event)

    def complete(self, record: Record) -> None:
        process, kind = freeze(record.fields["process"]), record.fields["type"]
        call = self.open.pop(process, None)
        if call is None and kind == "info":
            return
        if call is None or call.event.name != record.fields["f"]:
            doing = "has no open call" if call is None else f"is in {call.event}"
            raise _misfit(record, f"process {text(process)} {doing}, and here ends another", "")
        if kind == "info":
            self.crashed.add(process)
        elif kind == "fail":
            self.found[call.slot] = None
        else:
            result, time = _result(record, call.event.name), record.fields.get("time")
            self.found.append(Response(process, result, call.event.object, time))


def _checked(record: Record) -> Record:
    fields = record.fields
    missing = [name for name in ("process", "type", "f") if name not in fields]
    if missing:
        raise _misfit(record, f"no {' and no '.join(missing)}", "add the missing fields")
    if fields["type"] not in TYPES:
        raise _misfit(record, f"type {fields['type']!r}", "write one of the allowed types")
    return record


def _misfit(record: Record, found: str, cure: str) -> HistoryError:
    return HistoryError(
        found,
        place=record.place,
        allowed="process, type (invoke, ok, fail or info), f and value, "
        "each completion after the call that it ends",
        cure=cure or "look for a line that is missing or out of order",
    )


def _is_remark(record: Record) -> bool:
    return bool(record.fields["process"] == "nemesis")


def _arguments(record: Record) -> tuple[Value, ...]:
    value = record.value
    if record.fields["f"] in ONE_ARGUMENT:
        return (value,)
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _result(record: Record, name: str) -> Value:
    if "result" in record.fields:
        return freeze(record.fields["result"])
    return ECHOES.get(name, record.value)


def _independent(rows: Sequence[Record]) -> bool:
    calls = [row for row in rows if row.fields["type"] == "invoke"]
    values = [row.value for row in calls]
    if not calls or any("key" in row.fields for row in rows):
        return False
    if not all(isinstance(value, tuple) and len(value) == 2 for value in values):
        return False
    return any(
        isinstance(value, tuple) and (value[1] is None or isinstance(value[1], tuple))
        for value in values
    )


def _without_key(record: Record) -> Record:
    value = record.value
    if not isinstance(value, tuple) or len(value) != 2:
        return record
    return Record(record.place, {**record.fields, "key": value[0], "value": value[1]})


def _value_of(call: Invocation) -> Any:
    values = call.arguments
    if call.name in ONE_ARGUMENT and len(values) == 1:
        return _plain(values[0])
    return _plain(values) if values else None


def _fields(event: Event, kind: str, name: str, value: Any) -> dict[str, Any]:
    fields = {"process": event.process, "type": kind, "f": name, "value": value}
    if event.object is not None:
        fields["key"] = _plain(event.object)
    if event.time is not None:
        fields["time"] = event.time
    return fields


def _completion_fields(event: Response, call: Invocation) -> dict[str, Any]:
    if call.name not in ECHOES:
        return _fields(event, "ok", call.name, _plain(event.result))
    fields = _fields(event, "ok", call.name, _value_of(call))
    if event.result != ECHOES[call.name]:
        fields["result"] = _plain(event.result)
    return fields


def _plain(value: Value) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise HistoryError(
        f"the value {value!r}",
        allowed="numbers, texts, true, false, null, and lists of them",
        cure="record the values as numbers or texts",
    )
