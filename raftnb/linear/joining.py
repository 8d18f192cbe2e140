"""From records to a history: calls and completions joined, and said how what is open was read."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from raftnb.data.errors import HistoryError
from raftnb.data.events import UNSAID, Echo, Remark, Value, exact, text
from raftnb.data.histories import History
from raftnb.data.rows import ECHOED, NO_TIME, Rows
from raftnb.linear.edn import Keyed
from raftnb.linear.records import (
    FAIL,
    INFO,
    INVOKE,
    MISSING,
    OK,
    READS,
    SPREAD,
    TRANSACTIONS,
    Log,
    Reading,
    time_of,
)

KEYED = frozenset(("get",))
"""Reads that are given a key, which may be what they find."""
NOBODY, CRASHED = -1, -2
"""Which call of a process is open: none; none any more, since nobody knows how its last ended."""


def history_of(log: Log, reading: Reading | None = None) -> History:
    """The history that the records of `log` describe.

    An `info` that ends no call is a remark. Raises `HistoryError` for another completion that fits
    no call, and for pairs of which nobody says whether they are independent keys.
    """
    return _Joined(log, reading or Reading()).history()


class _Joined:
    """Joins the records of one log; failed calls leave holes, which are closed at the end."""

    def __init__(self, log: Log, reading: Reading) -> None:
        self.log, self.reading = log, reading
        self.notes: list[str] = []
        if self._has_pairs():
            self._split_pairs()
        completed = self._completed_reads()
        self.names: list[str] = log.names.values
        self.completed = [name in completed for name in self.names]
        self.reads = [name.lower() in READS for name in self.names]
        self.rows = Rows()
        self.objects = [self.rows.objects.number(key) for key in log.keys.values]
        self.no_object = self.rows.objects.number(None)
        self.open = array("i", [NOBODY]) * len(log.processes.values)
        self.row = array("i", [NOBODY]) * len(log.processes.values)
        self.events = array("I")
        self.failed = set[int]()
        self.crashes: dict[int, int] = {}

    def history(self) -> History:
        """All of it."""
        log, shift = self.log, array("I")
        for process in log.processes.values:
            self.rows.processes.number(process)
        remarks: list[tuple[int, Mapping[str, Any]]] = []
        for record, kind in enumerate(log.kind):
            shift.append(len(self.events))
            if kind == INVOKE:
                self._invoke(record)
            elif self._ends(record):
                self._complete(record, kind)
            elif kind == INFO:
                remarks.append((record, self._fields(record)))
            else:
                raise self._unmatched(record)
        shift.append(len(self.events))
        places = self._close_holes()
        self.rows.finish()
        processes = log.processes.values
        return History(
            self.rows,
            source=log.source,
            lines=array("I", (log.line[record] for record in self.events)),
            remarks=[_remark(places[shift[at]], fields) for at, fields in remarks],
            crashes={processes[process]: places[slot] for process, slot in self.crashes.items()},
            notes=self.notes,
        )

    def _invoke(self, record: int) -> None:
        log = self.log
        process = log.process[record]
        if self.open[process] != NOBODY:
            crashed = self.open[process] == CRASHED
            state = "crashed (its call ended with info)" if crashed else "waiting"
            raise log.misfit(
                log.line[record],
                f"process {text(log.processes.values[process])} calls while it is {state}",
                "give a process a new name after :info, as Jepsen does",
            )
        key, name = log.key[record], log.name[record]
        self.open[process] = record
        self.row[process] = self.rows.call(
            process,
            self.no_object if key == MISSING else self.objects[key],
            self.rows.names.number(self.names[name]),
            self.rows.argument_lists.number(self._arguments(record, name)),
            len(self.events),
        )
        self.events.append(record)

    def _ends(self, record: int) -> bool:
        """Whether a record is the end of the call in which its process is."""
        call = self.open[self.log.process[record]]
        return call >= 0 and self.log.name[call] == self.log.name[record]

    def _complete(self, record: int, kind: int) -> None:
        log = self.log
        process = log.process[record]
        call, row = self.open[process], self.row[process]
        self.open[process] = NOBODY
        if kind == OK:
            self.rows.answer(row, self._result(record, call), len(self.events))
            self.events.append(record)
        elif kind == FAIL:
            self.failed.add(row)
        else:
            self.open[process] = CRASHED
            self.crashes[process] = len(self.events)

    def _unmatched(self, record: int) -> HistoryError:
        process = self.log.process[record]
        doing, row = "has no open call", self.row[process]
        if self.open[process] >= 0:
            doing = f"is in {self.rows.event(self.rows.invoked[row], row)}"
        name = text(self.log.processes.values[process])
        found = f"process {name} {doing}, and here ends another"
        return self.log.misfit(self.log.line[record], found, "")

    def _arguments(self, record: int, name: int) -> tuple[Value, ...]:
        log = self.log
        if log.literal and log.says(record, "arguments"):
            return tuple(log.literally(record, "arguments") or ())  # type: ignore[arg-type]
        value = log.value_of(record)
        if value is None or self.completed[name]:
            return ()
        spread = isinstance(value, tuple) and self.names[name] in SPREAD
        return value if spread else (value,)  # type: ignore[return-value]

    def _result(self, record: int, call: int) -> int:
        """The number of what a call answered."""
        log, number = self.log, self.rows.results.number
        if log.literal and log.says(record, "result"):
            return number(log.literally(record, "result"))
        if log.value[record] == MISSING:
            return number(UNSAID)
        value, name = log.value_of(record), log.name[record]
        if value is None:
            return number(self._nil(name, log.value_of(call)))
        if self.reads[name]:
            return number(value)
        if self.names[name].lower() in TRANSACTIONS and self.reading.nil == "unknown":
            return number(_with_holes(value))
        same = log.value[record] == log.value[call]
        if not same and exact(value) != exact(log.value_of(call)):
            return number(value)
        odd = isinstance(value, tuple) or (log.literal and log.says(call, "arguments"))
        return number(Echo(value)) if odd else ECHOED

    def _nil(self, name: int, asked: Value) -> Value:
        if self.reading.nil == "unknown":
            return UNSAID
        return None if self.reads[name] or asked is not None else Echo(None)

    def _close_holes(self) -> array[int]:
        """Leave out the calls that failed; for each event, and for the end, how many are left
        before it."""
        gone = {self.rows.invoked[row] for row in self.failed}
        places, count = array("I"), 0
        for event in range(len(self.events)):
            places.append(count)
            count += event not in gone
        places.append(count)
        if gone:
            self.events = array("I", (r for n, r in enumerate(self.events) if n not in gone))
            self.rows.leave_out(self.failed, places)
        times = [self.log.time[record] for record in self.events]
        if any(time != NO_TIME for time in times):
            self.rows.times = array("q", times)
        return places

    def _fields(self, record: int) -> Mapping[str, Any]:
        log = self.log
        name, time = self.names[log.name[record]], log.time[record]
        return {"f": name, "value": log.raw(record), "time": None if time == NO_TIME else time}

    def _completed_reads(self) -> frozenset[str]:
        """Reads whose calls carry their own results, as in Knossos's completed histories."""
        log = self.log
        reads = [name.lower() in READS - KEYED for name in log.names.values]
        calls: dict[int, int] = {}
        told, other = Counter[int](), set[int]()
        for record, name in enumerate(log.name):
            if not reads[name]:
                continue
            if log.kind[record] == INVOKE:
                calls[log.process[record]] = record
            elif log.kind[record] == OK:
                call = calls.get(log.process[record])
                if call is None or log.value[call] in (MISSING, self._null):
                    continue
                told[name] += 1
                if log.value[call] != log.value[record] and log.raw(call) != log.raw(record):
                    other.add(name)
        names = [log.names.values[name] for name in told if name not in other]
        self.notes += [
            f"{n}: the value of a call is that of its answer, no argument" for n in names
        ]
        return frozenset(names)

    @property
    def _null(self) -> int:
        return self.log.values.numbers.get(None, MISSING)

    def _has_pairs(self) -> bool:
        """Whether the values are pairs of an independent key and a value."""
        log = self.log
        if log.keys.values:
            return False
        if self.reading.keys is not None:
            return self.reading.keys == "pairs"
        if any(isinstance(value, Keyed) for value in log.values.values):
            self.notes.append(
                "values are pairs of an independent key and a value: they are marked so"
            )
            return True
        first = next(self._asked(), None)
        if first is not None and all(
            _is_pair(log.raw(n)) and log.raw(n)[1] is None for n in self._asked()
        ):
            raise log.misfit(
                log.line[first],
                f"reads of {text(log.value_of(first))}: a key and its value, or one value?",
                "say it: --keys pairs or --keys none on the command line, keys= in read_history",
            )
        return False

    def _asked(self) -> Iterator[int]:
        """The calls of reads."""
        log = self.log
        reads = [name.lower() in READS for name in log.names.values]
        return (n for n, kind in enumerate(log.kind) if kind == INVOKE and reads[log.name[n]])

    def _split_pairs(self) -> None:
        """Give each record whose value is a pair its key, and leave it the value alone."""
        log = self.log
        for record in range(len(log)):
            value = log.raw(record)
            if value is None or log.kind[record] in (FAIL, INFO):  # what these say is not used
                continue
            line = log.line[record]
            if not _is_pair(value):
                raise log.misfit(line, f"value {value!r:.60}", "--keys none")
            log.key[record] = log.keys.number(log.frozen(value[0], line, "key"))
            log.value[record] = log.values.number(value[1])


def _is_pair(value: Any) -> bool:
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


def _remark(at: int, fields: Mapping[str, Any]) -> Remark:
    value, time = fields.get("value"), time_of(fields)
    words = "" if value is None else str(value)[:200]
    return Remark(at, str(fields["f"]), words, None if time == NO_TIME else time)
