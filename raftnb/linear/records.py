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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from raftnb.data.errors import HistoryError
from raftnb.data.events import Value, exact, freeze
from raftnb.data.rows import NO_TIME, PLAIN, Pool
from raftnb.linear.edn import Odd

TYPES = ("invoke", "ok", "fail", "info")
INVOKE, OK, FAIL, INFO = range(4)
_KINDS = {name: number for number, name in enumerate(TYPES)}
MISSING = -1
"""The number of a value or a key that a record does not have."""
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


class Log:
    """The records of one source as columns of numbers, in the order in which they were read.

    `literal` has the records that say `arguments` or `result`.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.line, self.kind, self.time = array("I"), bytearray(), array("q")
        self.process, self.name = array("i"), array("i")
        self.value, self.key = array("i"), array("i")
        self.processes, self.names = Pool(exact), Pool()
        self.values, self.keys = Pool(), Pool(exact)
        self.literal: dict[int, Mapping[str, Any]] = {}
        self._frozen: dict[int, Value] = {}

    def __len__(self) -> int:
        return len(self.kind)

    def read(self, records: Iterable[LogRecord]) -> None:
        """Take all records; raises `HistoryError` for fields that are missing or make no sense."""
        process_of, name_of = self.processes.numbers.get, self.names.numbers.get
        value_of, key_of = self.values.numbers.get, self.keys.numbers.get
        columns = (self.line, self.kind, self.time, self.process, self.name, self.value, self.key)
        add_line, add_kind, add_time, add_process, add_name, add_value, add_key = (
            column.append for column in columns
        )
        for record in records:
            line, fields = record
            process, kind, name = self._checked(record)
            if "arguments" in fields or "result" in fields:
                self.literal[len(self.kind)] = fields
            value, key = fields.get("value", self), fields.get("key", self)
            found = process_of(process) if type(process) in PLAIN else None
            add_process(self._same(self.processes, process, line) if found is None else found)
            found = name_of(name)
            add_name(self.names.number(name) if found is None else found)
            found = value_of(value) if type(value) in PLAIN else MISSING if value is self else None
            add_value(self.values.number(value) if found is None else found)
            found = key_of(key) if type(key) in PLAIN else MISSING if key is self else None
            add_key(self._same(self.keys, key, line) if found is None else found)
            add_line(line)
            add_kind(kind)
            add_time(time_of(fields))

    def extend(self, other: Log, lines: int) -> None:
        """Add the records of the same source that stand behind `lines` lines and these records."""
        before = len(self)
        self.line.extend(line + lines for line in other.line)
        self.kind.extend(other.kind)
        self.time.extend(other.time)
        for name in ("process", "name", "value", "key"):
            pools = {"process": "processes"}
            mine, theirs = (getattr(log, pools.get(name, name + "s")) for log in (self, other))
            numbers = [*map(mine.number, theirs.values), MISSING]  # MISSING is the last index
            getattr(self, name).extend(map(numbers.__getitem__, getattr(other, name)))
        self.literal |= {before + n: fields for n, fields in other.literal.items()}

    def finish(self) -> None:
        """No more records will come."""
        for pool in (self.processes, self.names, self.values, self.keys):
            pool.finish()

    def _checked(self, record: LogRecord) -> tuple[Any, int, str]:
        """Process, kind and name of a record."""
        line, fields = record
        try:
            process, kind, name = fields["process"], _KINDS[fields["type"]], fields["f"]
        except (KeyError, TypeError):
            missing = [name for name in ("process", "type", "f") if name not in fields]
            if missing:
                cure = "add the missing fields"
                raise self.misfit(line, f"no {' and no '.join(missing)}", cure) from None
            found = f"type {fields['type']!r:.60}"
            raise self.misfit(line, found, "write an allowed type") from None
        if type(name) is not str:
            raise self.misfit(line, f"f {name!r:.60}", "name the operation by a text")
        return process, kind, name

    def _same(self, pool: Pool, value: Any, line: int) -> int:
        """The number of a process or a key, which are the same when they are equal."""
        return pool.number(self.frozen(value, line, "key" if pool is self.keys else "process"))

    def raw(self, record: int) -> Any:
        """The value of a record as it was read; None where it has none."""
        number = self.value[record]
        return None if number == MISSING else self.values.values[number]

    def value_of(self, record: int) -> Value:
        """The value of a record, made immutable."""
        number = self.value[record]
        if number == MISSING:
            return None
        value = self.values.values[number]
        if value is None or isinstance(value, (int, str)):
            return value
        if number not in self._frozen:
            self._frozen[number] = self.frozen(value, self.line[record], "value")
        return self._frozen[number]

    def literally(self, record: int, field: str) -> Value:
        """What a record says in `arguments` or `result`, made immutable."""
        return self.frozen(self.literal[record].get(field), self.line[record], field)

    def says(self, record: int, field: str) -> bool:
        """Whether a record has `arguments` or `result`."""
        return record in self.literal and field in self.literal[record]

    def frozen(self, value: Any, line: int, field: str) -> Value:
        """A value made immutable; raises `HistoryError` where it has no meaning."""
        if value is None or isinstance(value, (int, str)):
            return value
        if found := meaningless(value):
            cure = "record values as numbers, texts, true, false, null and lists"
            raise self.misfit(line, f"{field}: {found}", cure)
        return freeze(value)

    def misfit(self, line: int, found: str, cure: str) -> HistoryError:
        """The error for something on this line that does not fit."""
        place = f"line {line}" if line else ""
        return HistoryError(
            found,
            place=", ".join(filter(None, (self.source, place))),
            allowed="process, type (invoke, ok, fail or info), f and value, "
            "each completion after the call that it ends",
            cure=cure or "look for a line that is missing or out of order",
        )


def time_of(fields: Mapping[str, Any]) -> int:
    """The time of a record in nanoseconds, or `NO_TIME`."""
    time = fields.get("time")
    if type(time) is int and -(2**63) < time < 2**63:
        return time
    known = isinstance(time, (int, float)) and abs(time) < 2**63
    return int(time) if known else NO_TIME  # type: ignore[arg-type]


def meaningless(value: Any, depth: int = DEEPEST) -> str:
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
    return next(filter(None, (meaningless(item, depth - 1) for item in inner)), "")
