"""Histories as records, one for each event: the form in which tests of real stores write them.

A record is a mapping with `process`, `type` (invoke, ok, fail or info), `f` (the operation) and
`value`; `key` (the object) and `time` (nanoseconds) are optional. The meaning is Knossos's: `ok`
is the response; `fail` says that the operation did not happen, so both its events are left out;
`info` says that nobody knows, so the operation stays pending and its process never calls again.

An `ok` whose value is that of its call says that the call is done, and claims nothing (`Echo`); one
without a value says nothing (`UNSAID`); any other value is what was returned, and so is `result`.
What null means is said by `Reading.nil`.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from raftnb.data.errors import HistoryError
from raftnb.data.events import (
    UNSAID,
    Echo,
    Event,
    Invocation,
    Remark,
    Response,
    Value,
    exact,
    freeze,
    text,
)
from raftnb.data.histories import History
from raftnb.linear.edn import Keyed, Odd

TYPES = ("invoke", "ok", "fail", "info")
READS = frozenset(
    (
        "read",
        "get",
        "look",
        "peek",
        "dequeue",
        "deq",
        "pop",
        "take",
        "poll",
        "size",
        "total",
        "d",
        "r",
    )
)
"""Operations, in small letters, whose answer is what they found: it never repeats the call's."""
TRANSACTIONS = frozenset(("txn", "transaction"))
SPREAD = frozenset(("cas", "compare-and-set"))
DEEPEST = 100
NilMeaning = Literal["unknown", "absent"]
Keys = Literal["pairs", "none"]


@dataclass(frozen=True)
class Reading:
    """How a format is read where it can be read in two ways.

    `nil`: a read that returns null found nothing there (`absent`), or its answer is not known, as
    in Knossos (`unknown`). `keys`: the values are pairs [key value] (`pairs`), or not (`none`);
    None takes the test's own marks, and refuses reads of [key null] where there are none.
    """

    nil: NilMeaning = "absent"
    keys: Keys | None = None


class LogRecord(NamedTuple):
    """One event as it was read, and on which line (0 is unknown)."""

    line: int
    fields: Mapping[str, Any]


class _Call(NamedTuple):
    record: LogRecord
    event: Invocation
    slot: int


def history_of(
    records: Iterable[LogRecord], reading: Reading | None = None, source: str = ""
) -> History:
    """The history that `records` describe.

    Events of the nemesis, and of processes that are no clients, become remarks. Raises
    `HistoryError` for a record with fields missing, an unknown type, a completion that fits no
    call, or pairs of which nobody says whether they are independent keys.
    """
    reader = _Reader(reading or Reading(), source)
    rows = [record for record in records if reader.is_event(record)]
    return reader.history(rows)


class _Reader:
    """Reads the records of one source in one pass; failed calls leave a hole."""

    def __init__(self, reading: Reading, source: str) -> None:
        self.reading, self.source = reading, source
        self.found: list[Event | None] = []
        self.lines = array("I")
        self.open: dict[Value, _Call] = {}
        self.crashed: dict[Value, int] = {}
        self.remarks: list[tuple[int, Mapping[str, Any]]] = []
        self.notes: list[str] = []
        self.count = 0

    def is_event(self, record: LogRecord) -> bool:
        """Whether a record is a client's; others are kept as remarks."""
        fields = record.fields
        missing = [name for name in ("process", "type", "f") if name not in fields]
        if missing:
            raise self._misfit(record, f"no {' and no '.join(missing)}", "add the missing fields")
        if fields["type"] not in TYPES:
            raise self._misfit(record, f"type {fields['type']!r:.60}", "write an allowed type")
        if not isinstance(fields["f"], str):
            raise self._misfit(record, f"f {fields['f']!r:.60}", "name the operation by a text")
        if fields["process"] == "nemesis":
            self.remarks.append((self.count, fields))
            return False
        self.count += 1
        return True

    def history(self, rows: Sequence[LogRecord]) -> History:
        """All of it: calls and completions joined, in their order."""
        if self._has_pairs(rows):
            rows = [self._without_key(record) for record in rows]
        self.completed = self._completed_reads(rows)
        shift: list[int] = []
        for self.count, record in enumerate(rows):
            shift.append(len(self.found))
            if record.fields["type"] == "invoke":
                self._invoke(record)
            else:
                self._complete(record)
        places = _places(self.found)
        self.remarks.sort(key=lambda remark: remark[0])
        return History(
            (event for event in self.found if event is not None),
            source=self.source,
            lines=array("I", (n for n, e in zip(self.lines, self.found, strict=True) if e)),
            remarks=[
                _remark(places[shift[at] if at < len(shift) else -1], f) for at, f in self.remarks
            ],
            crashes={process: places[slot] for process, slot in self.crashed.items()},
            notes=self.notes,
        )

    def _invoke(self, record: LogRecord) -> None:
        process = self._frozen(record, "process")
        if process in self.open or process in self.crashed:
            state = "crashed (its call ended with info)" if process in self.crashed else "waiting"
            raise self._misfit(
                record,
                f"process {text(process)} calls while it is {state}",
                "give a process a new name after :info, as Jepsen does",
            )
        fields = record.fields
        key = self._frozen(record, "key")
        event = Invocation(process, fields["f"], self._arguments(record), key, _time(fields))
        self.open[process] = _Call(record, event, len(self.found))
        self._add(event, record)

    def _complete(self, record: LogRecord) -> None:
        process, kind = self._frozen(record, "process"), record.fields["type"]
        call = self.open.pop(process, None)
        if call is None and kind == "info":
            self.remarks.append((self.count, record.fields))
            return
        if call is None or call.event.name != record.fields["f"]:
            doing = "has no open call" if call is None else f"is in {call.event}"
            raise self._misfit(
                record, f"process {text(process)} {doing}, and here ends another", ""
            )
        if kind == "info":
            self.crashed[process] = len(self.found)
        elif kind == "fail":
            self.found[call.slot] = None
        else:
            result = self._result(record, call)
            self._add(Response(process, result, call.event.object, _time(record.fields)), record)

    def _add(self, event: Event, record: LogRecord) -> None:
        self.found.append(event)
        self.lines.append(record.line)

    def _arguments(self, record: LogRecord) -> tuple[Value, ...]:
        fields = record.fields
        if "arguments" in fields:
            return tuple(self._frozen(record, "arguments") or ())  # type: ignore[arg-type]
        value = self._frozen(record, "value")
        if value is None or fields["f"] in self.completed:
            return ()
        spread = fields["f"] in SPREAD and isinstance(value, tuple)
        return value if spread else (value,)  # type: ignore[return-value]

    def _result(self, record: LogRecord, call: _Call) -> Value:
        fields, name = record.fields, call.event.name
        if "result" in fields:
            return self._frozen(record, "result")
        if "value" not in fields:
            return UNSAID
        value = self._frozen(record, "value")
        asked = self._frozen(call.record, "value")
        if value is None:
            return self._nil(name, asked)
        if name.lower() in READS:
            return value
        if name.lower() in TRANSACTIONS and self.reading.nil == "unknown":
            return _with_holes(value)
        return Echo(value) if exact(value) == exact(asked) else value

    def _nil(self, name: str, asked: Value) -> Value:
        if self.reading.nil == "unknown":
            return UNSAID
        return None if name.lower() in READS or asked is not None else Echo(None)

    def _frozen(self, record: LogRecord, field: str) -> Value:
        value = record.fields.get(field)
        if value is None or isinstance(value, (int, str)):
            return value
        if found := _odd(value, DEEPEST):
            cure = "record values as numbers, texts, true, false, null and lists"
            raise self._misfit(record, f"{field}: {found}", cure)
        return freeze(value)

    def _completed_reads(self, rows: Sequence[LogRecord]) -> frozenset[str]:
        """Reads whose calls carry their own results, as in Knossos's completed histories."""
        calls: dict[Any, Mapping[str, Any]] = {}
        told: Counter[str] = Counter()
        other: set[str] = set()
        for record in rows:
            fields = record.fields
            name = fields["f"]
            if name.lower() not in READS:
                continue
            process = str(fields["process"])
            if fields["type"] == "invoke":
                calls[process] = fields
            elif fields["type"] == "ok":
                asked = calls.get(process, {}).get("value")
                told[name] += asked is not None
                if asked is not None and asked != fields.get("value"):
                    other.add(name)
        names = frozenset(name for name in told if told[name] and name not in other)
        self.notes += [
            f"{n}: the value of a call is that of its answer, no argument" for n in names
        ]
        return names

    def _has_pairs(self, rows: Sequence[LogRecord]) -> bool:
        """Whether the values are pairs of an independent key and a value."""
        if any("key" in record.fields for record in rows):
            return False
        if self.reading.keys is not None:
            return self.reading.keys == "pairs"
        if any(isinstance(record.fields.get("value"), Keyed) for record in rows):
            self.notes.append(
                "values are pairs of an independent key and a value: they are marked so"
            )
            return True
        asked = [r for r in rows if r.fields["type"] == "invoke" and r.fields["f"].lower() in READS]
        if asked and all(_is_pair(r) and r.fields["value"][1] is None for r in asked):
            pair = text(self._frozen(asked[0], "value"))
            raise self._misfit(
                asked[0],
                f"reads of {pair}: a key and its value, or one value?",
                "say it: --keys pairs or --keys none on the command line, keys= in read_history",
            )
        return False

    def _without_key(self, record: LogRecord) -> LogRecord:
        if record.fields.get("value") is None:
            return record
        if not _is_pair(record):
            raise self._misfit(record, f"value {record.fields['value']!r:.60}", "--keys none")
        key, value = record.fields["value"]
        return LogRecord(record.line, {**record.fields, "key": key, "value": value})

    def _misfit(self, record: LogRecord, found: str, cure: str) -> HistoryError:
        place = f"line {record.line}" if record.line else ""
        return HistoryError(
            found,
            place=", ".join(filter(None, (self.source, place))),
            allowed="process, type (invoke, ok, fail or info), f and value, "
            "each completion after the call that it ends",
            cure=cure or "look for a line that is missing or out of order",
        )


def _is_pair(record: LogRecord) -> bool:
    value = record.fields.get("value")
    return isinstance(value, (tuple, list)) and len(value) == 2


def _with_holes(value: Value) -> Value:
    """A transaction's answer, in which a read that returned null says nothing."""
    if not isinstance(value, tuple):
        return value
    return tuple(
        (*part[:2], UNSAID)
        if isinstance(part, tuple) and len(part) == 3 and part[2] is None
        else part
        for part in value
    )


def _time(fields: Mapping[str, Any]) -> int | None:
    time = fields.get("time")
    return int(time) if isinstance(time, (int, float)) and abs(time) < 2**63 else None


def _places(found: Sequence[Event | None]) -> list[int]:
    """For each slot how many events stand before it, and for the end."""
    places = [0]
    for event in found:
        places.append(places[-1] + (event is not None))
    return places


def _remark(at: int, fields: Mapping[str, Any]) -> Remark:
    value = fields.get("value")
    return Remark(at, str(fields["f"]), "" if value is None else str(value)[:200], _time(fields))


def _odd(value: Any, depth: int) -> str:
    """What has no meaning in a value: NaN, forms too deep, odd atoms; empty if all is well."""
    if depth == 0:
        return f"more than {DEEPEST} lists in one another"
    if isinstance(value, Odd):
        return value.source
    if isinstance(value, float) and value != value:
        return "NaN, which equals nothing"
    inner: Iterable[Any] = ()
    if isinstance(value, (tuple, list, frozenset)):
        inner = value
    elif isinstance(value, dict):
        inner = value.items()
    return next(filter(None, (_odd(item, depth - 1) for item in inner)), "")
