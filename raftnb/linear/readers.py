"""Read and write histories: JSON, Jepsen's EDN and Jepsen's textual log; .gz and .xz too."""

from __future__ import annotations

import gzip
import json
import lzma
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from raftnb.data.errors import HistoryError
from raftnb.data.histories import History
from raftnb.linear.edn import EdnError, read_forms
from raftnb.linear.records import Record, history_of, records_of

_LIST_START = re.compile(r'"history"\s*:\s*\[|^\s*\[')
_LOG_LINE = re.compile(
    r".*?\bjepsen\.util\s+-\s+(?P<process>\S+)\s+:(?P<type>\S+)\s+:(?P<f>\S+)\s*(?P<value>.*)"
)


def read_history(path: str | Path) -> History:
    """Read a history; the file's name says how: .json, .jsonl, .edn, .log or .txt, and .gz or .xz.

    A .txt or .log file holds Jepsen's log lines or EDN maps. Raises `HistoryError` for a file that
    is missing, damaged or malformed, with the line number, and for a process that calls twice.
    """
    source = Path(path)
    content = _content(source)
    suffixes = [suffix for suffix in source.suffixes if suffix not in (".gz", ".xz")]
    kind = suffixes[-1].lower() if suffixes else ""
    if kind not in _READERS:
        raise HistoryError(
            f"a file that ends in {kind or 'nothing'}",
            place=str(source),
            allowed=", ".join(_READERS) + ", each also with .gz or .xz",
            cure="rename the file after its format",
        )
    history = history_of(_READERS[kind](source.name, content))
    if not history.events:
        raise HistoryError(
            "no operation", place=str(source), allowed="at least one call that did not fail"
        )
    return history


def write_history(history: History, path: str | Path) -> Path:
    """Write `history` as JSON, which `read_history` reads back; .gz and .xz compress it.

    Raises `HistoryError` for a value that JSON has no form for, before the file is touched.
    """
    target = Path(path)
    rows = ",\n".join(json.dumps(row) for row in records_of(history))
    data = f'{{"history": [\n{rows}\n]}}\n'.encode()
    with _opener(target)(target, "wb") as stream:
        stream.write(data)
    return target


def recorded(name: str) -> History:
    """One of the histories that come with the package: a run of a real store.

    `etcd_lin_mix2_unique` (etcd, killed and stopped nodes), `etcd_ser_none` (etcd, serializable
    reads), `pso_sync_mix2` (PySyncObj, killed and stopped nodes) and `pso_local_stop` (PySyncObj,
    local reads). Every key is a register with compare-and-set that starts as null.
    """
    folder = Path(str(files("raftnb") / "linear" / "recorded"))
    target = folder / f"{name}.json.xz"
    if not target.exists():
        names = sorted(path.name.removesuffix(".json.xz") for path in folder.iterdir())
        raise HistoryError(f"no recorded history {name!r}", allowed=", ".join(names))
    return read_history(target)


def _opener(path: Path) -> Callable[..., Any]:
    openers: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".xz": lzma.open}
    return openers.get(path.suffix, open)


def _content(source: Path) -> str:
    try:
        with _opener(source)(source, "rb") as stream:
            return bytes(stream.read()).decode("utf-8")
    except UnicodeDecodeError as error:
        raise HistoryError(f"byte {error.start} is not UTF-8", place=str(source)) from None
    except (OSError, EOFError, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise HistoryError(
            reason, place=str(source), allowed="a readable file", cure="check its name"
        ) from None


def _json_records(name: str, content: str) -> Iterator[Record]:
    try:
        data = json.loads(content)
    except json.JSONDecodeError as error:
        raise HistoryError(
            error.msg, place=f"{name}, line {error.lineno}", allowed="JSON", cure="mend the line"
        ) from None
    except RecursionError:
        raise HistoryError("lists too deep in one another", place=name, allowed="events") from None
    rows = data.get("history") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise HistoryError(
            "no list of events", place=name, allowed='{"history": [...]} or a list of events'
        )
    lines = _element_lines(content, rows)
    for number, (row, line) in enumerate(zip(rows, lines, strict=True)):
        place = f"{name}, line {line}, event {number}"
        yield Record(place, _mapping(row, place))


def _element_lines(content: str, rows: list[Any]) -> list[int]:
    """The line on which each element of the history's list starts."""
    start = _LIST_START.search(content)
    if start is None or content.count("\n") <= 1:
        return [1] * len(rows)
    scan, lines, at, line, seen = json.JSONDecoder().raw_decode, [], start.end(), 1, 0
    try:
        for row in rows:
            while content[at] in " \t\r\n,":
                at += 1
            line, seen = line + content.count("\n", seen, at), at
            lines.append(line)
            found, at = scan(content, at)
            if found != row:
                raise ValueError
    except (ValueError, IndexError):  # another list of this name came first
        return [1] * len(rows)
    return lines


def _json_lines(name: str, content: str) -> Iterator[Record]:
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            place = f"{name}, line {number}"
            try:
                yield Record(place, _mapping(json.loads(line), place))
            except json.JSONDecodeError as error:
                raise HistoryError(error.msg, place=place, allowed="one JSON object") from None


def _edn_records(name: str, content: str) -> Iterator[Record]:
    for line, form in _edn_forms(name, content):
        rows = form if isinstance(form, list) else [(line, form)]
        for at, row in rows:
            yield Record(f"{name}, line {at}", _mapping(row, f"{name}, line {at}"))


def _edn_forms(name: str, content: str) -> Iterator[tuple[int, Any]]:
    try:
        yield from read_forms(content)
    except EdnError as error:
        raise HistoryError(
            error.found,
            place=f"{name}, line {error.line}",
            allowed="EDN maps such as {:process 0, :type :invoke, :f :read, :value nil}",
            cure="mend the line",
        ) from None


def _log_records(name: str, content: str) -> Iterator[Record]:
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith(";"):
            continue
        place = f"{name}, line {number}"
        match = _LOG_LINE.fullmatch(line.rstrip())
        if match is None:
            raise HistoryError(
                repr(line[:60]),
                place=place,
                allowed="lines such as INFO  jepsen.util - 3 :invoke :cas [1 2]",
                cure="leave other lines of the log out, or write EDN maps",
            )
        yield Record(place, _log_fields(match, name, number))


def _log_fields(match: re.Match[str], name: str, line: int) -> dict[str, Any]:
    process = _log_value(match["process"].lstrip(":"), name, line)
    value = _log_value(match["value"], name, line)
    return {"process": process, "type": match["type"], "f": match["f"], "value": value}


def _log_value(source: str, name: str, line: int) -> Any:
    """The first form of `source`, which stands on `line`; None when there is none."""
    for _, form in _edn_forms(name, "\n" * (line - 1) + source):
        return [item for _, item in form] if isinstance(form, list) else form
    return None


def _text_records(name: str, content: str) -> Iterator[Record]:
    start = content.lstrip()[:1]
    return (_edn_records if start in ("{", "[", "#") else _log_records)(name, content)


def _mapping(row: Any, place: str) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise HistoryError(
            repr(row)[:60], place=place, allowed="an event with process, type, f and value"
        )
    return row


_READERS: dict[str, Callable[[str, str], Iterator[Record]]] = {
    ".json": _json_records,
    ".jsonl": _json_lines,
    ".edn": _edn_records,
    ".log": _text_records,
    ".txt": _text_records,
}
