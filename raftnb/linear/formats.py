"""The formats of histories: how a text becomes records, each with the number of its line."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from typing import Any, NamedTuple, TextIO

from raftnb.data.errors import HistoryError
from raftnb.data.verdict import counted
from raftnb.linear.edn import EdnError, read_forms
from raftnb.linear.records import LogRecord, Reading

_LOG_LINE = re.compile(
    r".*?\bjepsen\.util\s+-\s+(?P<process>\S+)\s+:(?P<type>\S+)\s+:(?P<f>\S+)\s*(?P<value>.*)"
)
_SPACE = re.compile(r"[\s,]*")
_COLUMNS = {"op": "f", "operation": "f", "object": "key", "kind": "type", "event": "type"}
_NUMBERS = frozenset(("process", "time"))
_MAPS = "EDN maps such as {:process 0, :type :invoke, :f :read, :value nil}"


CUT_SHORT = {
    "process": "nemesis",
    "type": "info",
    "f": "end",
    "value": "the last line is cut short",
}


class Format(NamedTuple):
    """How a kind of file is read: its records, and what its nulls mean unless somebody says."""

    records: Callable[[str, TextIO], Iterator[LogRecord]]
    reading: Reading


def json_records(name: str, stream: TextIO) -> Iterator[LogRecord]:
    """A list of events, or an object whose `history` is one; read event by event."""
    decode, content = json.JSONDecoder().raw_decode, stream.read()
    at, line = _list_start(name, content, decode), 1
    seen = 0
    while True:
        at = _skip(content, at)
        if content[at : at + 1] == "]":
            return
        line, seen = line + content.count("\n", seen, at), at
        row, at = _decoded(name, content, at, decode)
        yield LogRecord(line, _mapping(row, f"{name}, line {line}"))


def _list_start(name: str, content: str, decode: Any) -> int:
    """Where the first event of the history stands, behind the bracket."""
    at = _skip(content, 0)
    if content[at : at + 1] == "[":
        return at + 1
    if content[at : at + 1] == "{":
        at += 1
        while content[(at := _skip(content, at)) : at + 1] not in ("}", ""):
            key, at = _decoded(name, content, at, decode)
            at = _skip(content, at)
            if content[at : at + 1] != ":":
                raise _bad_json(name, content, at, "Expecting ':' delimiter")
            at = _skip(content, at + 1)
            if key == "history" and content[at : at + 1] == "[":
                return at + 1
            _, at = _decoded(name, content, at, decode)
    elif content[at : at + 1]:
        _decoded(name, content, at, decode)
    raise HistoryError(
        "no list of events",
        place=name,
        allowed='{"history": [...]} or a list of events',
        cure="give the list of events the name history; one object a line is .jsonl",
    )


def _skip(content: str, at: int) -> int:
    found = _SPACE.match(content, at)
    return found.end() if found else at


def _decoded(name: str, content: str, at: int, decode: Any) -> tuple[Any, int]:
    try:
        return decode(content, at)  # type: ignore[no-any-return]
    except json.JSONDecodeError as error:
        raise _bad_json(name, content, error.pos, error.msg) from None
    except RecursionError:
        raise _bad_json(name, content, at, "lists too deep in one another") from None
    except ValueError:
        raise _bad_json(name, content, at, "a number of more than 4,300 digits") from None


def _bad_json(name: str, content: str, at: int, message: str) -> HistoryError:
    return HistoryError(
        message,
        place=f"{name}, line {content.count(chr(10), 0, at) + 1}",
        allowed='JSON: {"history": [...]} or a list of events',
        cure="mend the line; is the file complete?",
    )


def json_lines(name: str, stream: TextIO, first: int = 1) -> Iterator[LogRecord]:
    """One JSON object a line; a last line that was cut short is left out, with a remark.

    `first` is the number of the stream's first line.
    """
    decode = json.JSONDecoder().raw_decode
    for number, line in enumerate(stream, first):
        try:
            row, end = decode(line)
            if line[end:] == "\n" and type(row) is dict:
                yield LogRecord(number, row)
                continue
        except (ValueError, RecursionError):
            pass
        yield from _odd_line(name, number, line)


def _odd_line(name: str, number: int, line: str) -> Iterator[LogRecord]:
    """A line that is more or less than an object and a line's end."""
    place = f"{name}, line {number}"
    if line.isspace():
        return
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        found = error.msg
    except RecursionError:
        found = "lists too deep in one another"
    except ValueError:
        found = "a number of more than 4,300 digits"
    else:
        yield LogRecord(number, _mapping(row, place))
        return
    if line.endswith("\n") or number == 1:
        raise HistoryError(found, place=place, allowed="one JSON object", cure="mend the line")
    yield LogRecord(number, CUT_SHORT)


def edn_records(name: str, stream: TextIO) -> Iterator[LogRecord]:
    """EDN maps, one after another or in a list."""
    return _edn_records(name, stream.read())


def _edn_records(name: str, content: str) -> Iterator[LogRecord]:
    for line, form in _edn_forms(name, content):
        yield LogRecord(line, _mapping(form, f"{name}, line {line}"))


def _edn_forms(name: str, content: str) -> Iterator[tuple[int, Any]]:
    try:
        yield from read_forms(content)
    except EdnError as error:
        raise HistoryError(
            error.found, place=f"{name}, line {error.line}", allowed=_MAPS, cure="mend the line"
        ) from None


def text_records(name: str, stream: TextIO) -> Iterator[LogRecord]:
    """Jepsen's log lines, or EDN maps."""
    content = stream.read()
    start = content.lstrip()[:1]
    return (_edn_records if start in ("{", "[", "#", "(") else _log_records)(name, content)


def _log_records(name: str, content: str) -> Iterator[LogRecord]:
    for number, line in enumerate(StringIO(content), 1):
        if not line.strip() or line.lstrip().startswith(";"):
            continue
        match = _LOG_LINE.fullmatch(line.rstrip())
        if match is None:
            raise HistoryError(
                repr(line[:60].rstrip("\n")),
                place=f"{name}, line {number}",
                allowed="lines such as INFO  jepsen.util - 3 :invoke :cas [1 2]",
                cure="leave other lines of the log out, or write EDN maps",
            )
        process = _log_value(match["process"].lstrip(":"), name, number)
        fields = {"process": process, "type": match["type"], "f": match["f"]}
        yield LogRecord(number, fields | {"value": _log_value(match["value"], name, number)})


def _log_value(source: str, name: str, line: int) -> Any:
    """The first form of `source`, which stands on `line`; None when there is none."""
    found = _edn_forms(name, "\n" * (line - 1) + "#value " + source) if source[:1] else iter(())
    return next((form for _, form in found), None)


def csv_records(name: str, stream: TextIO) -> Iterator[LogRecord]:
    """A table with the names of the columns in its first row: process, type, f, value, key, time.

    A cell is JSON or a plain word; an empty one is null, and a row that is cut short says nothing.
    """
    rows = csv.reader(stream, skipinitialspace=True)
    try:
        head = [_COLUMNS.get(word.strip().lower(), word.strip().lower()) for word in next(rows, [])]
        missing = [column for column in ("process", "type", "f", "value") if column not in head]
        twice = [column for column in head if column and head.count(column) > 1]
        if missing or twice:
            raise HistoryError(
                f"no column {' and no column '.join(missing)}"
                if missing
                else f"two columns {twice[0]}",
                place=f"{name}, line 1",
                allowed="a first row such as process,type,f,value,key,time",
                cure="name the columns in the first row, each once",
            )
        for row in rows:
            if row:
                yield LogRecord(rows.line_num, _cells(head, row, f"{name}, line {rows.line_num}"))
    except csv.Error as error:
        raise HistoryError(
            str(error), place=f"{name}, line {rows.line_num}", allowed="CSV"
        ) from None


def _cells(head: list[str], row: list[str], place: str) -> dict[str, Any]:
    if len(row) > len(head):
        raise HistoryError(
            f"{counted(len(row), 'cell')} under {counted(len(head), 'column')}",
            place=place,
            allowed="as many cells as columns",
            cure="put a value with commas in double quotes",
        )
    fields: dict[str, Any] = {}
    for column, cell in zip(head, row, strict=False):
        if column in ("f", "type"):
            fields[column] = cell.strip().removeprefix(":")
        elif cell.strip() or column == "value":
            fields[column] = _cell(cell.strip())
    return fields


def _cell(cell: str) -> Any:
    try:
        return json.loads(cell) if cell else None
    except (ValueError, RecursionError):
        return cell


def _mapping(row: Any, place: str) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise HistoryError(
            f"{row!r:.60}",
            place=place,
            allowed="an event with process, type, f and value",
            cure="leave out what is no event",
        )
    return row


ABSENT, UNKNOWN = Reading(nil="absent"), Reading(nil="unknown")
FORMATS: dict[str, Format] = {
    ".json": Format(json_records, ABSENT),
    ".jsonl": Format(json_lines, ABSENT),
    ".edn": Format(edn_records, UNKNOWN),
    ".log": Format(text_records, ABSENT),
    ".txt": Format(text_records, ABSENT),
    ".csv": Format(csv_records, ABSENT),
}
"""By the ending of a file's name."""


def with_progress(records: Iterable[LogRecord], bar: Any) -> Iterator[LogRecord]:
    """The records, counted on a progress bar."""
    for number, record in enumerate(records, 1):
        if number % 4096 == 0:
            bar.update(4096)
        yield record
