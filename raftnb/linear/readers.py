"""Read histories: JSON, CSV, Jepsen's EDN, log and store; .gz and .xz too."""

from __future__ import annotations

import io
import lzma
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from raftnb.data.errors import HistoryError, UsageError
from raftnb.data.histories import History
from raftnb.data.progress import progress_bar
from raftnb.linear.edn import EdnError, read_forms
from raftnb.linear.formats import FORMATS, Format, json_lines, with_progress
from raftnb.linear.joining import history_of
from raftnb.linear.meter import collector_paused
from raftnb.linear.records import Keys, Log, NilMeaning, Reading
from raftnb.linear.writers import opener

MOST_BYTES = 2**30
LONG_FILE = 2**25
"""From so many bytes on, several processes read a file of JSON lines."""
"""The most that a file may hold when it is expanded."""
_STORED = ("history.edn", "history.edn.gz", "history.json", "history.jsonl", "history.txt")
"""The files of a Jepsen store directory that hold its history, the best first."""


def read_history(
    path: str | Path,
    *,
    nil: NilMeaning | None = None,
    keys: Keys | None = None,
    most_bytes: int = MOST_BYTES,
) -> History:
    """Read a history; the file's name says how: .json, .jsonl, .csv, .edn, .log, .txt; .gz, .xz.

    A directory is one of Jepsen's store, with its `history.edn`. A .txt or .log file holds Jepsen's
    log lines or EDN maps. `nil` says whether a read that returned null found nothing (`absent`) or
    is not known (`unknown`, as in Knossos); `keys` whether values are `pairs` of an independent
    key and a value, or not (`none`). Left out, the format decides (docs/histories.md), and the
    history's `notes` say how. Raises `HistoryError` for a file that is missing, damaged, malformed
    or longer than `most_bytes` when expanded, with the line number, and for a process that calls
    twice.
    """
    source, marked = _history_file(Path(path))
    kind = _format(source)
    reading = Reading(nil or kind.reading.nil, keys or ("pairs" if marked else None))
    if reading.nil not in ("absent", "unknown") or reading.keys not in (None, "pairs", "none"):
        raise UsageError(
            f"nil={nil!r}, keys={keys!r}",
            allowed="nil: absent or unknown; keys: pairs or none",
            cure="leave out what the format should decide",
        )
    with collector_paused():
        log = Log(source.name)
        _read_all(log, source, kind, most_bytes)
        if not len(log):
            raise HistoryError(
                "no event",
                place=str(source),
                allowed="at least one call",
                cure="is it the right file?",
            )
        return history_of(log, reading)


def _read_all(log: Log, source: Path, kind: Format, most: int) -> None:
    """Read all records, with a progress bar; a long file of lines by several processes."""
    with (
        _opened(source, most) as stream,
        progress_bar("events", None, title=source.name) as bar,
    ):
        if not _is_long(source, kind, most):
            log.read(with_progress(kind.records(source.name, stream), bar))
            return
        from raftnb.linear.pieces import read_in_pieces  # here: short files do without

        read_in_pieces(log, source, lambda records: with_progress(records, bar))


def _is_long(source: Path, kind: Format, most: int) -> bool:
    lines = kind.records is json_lines and source.suffix == ".jsonl"
    return lines and LONG_FILE <= source.stat().st_size <= most and hasattr(os, "fork")


def recorded(name: str) -> History:
    """One of the histories that come with the package: a run of a real store.

    `etcd_lin_mix2_unique` (etcd, killed and stopped nodes), `etcd_ser_none` (etcd, serializable
    reads), `pso_sync_mix2` (PySyncObj, killed and stopped nodes) and `pso_local_stop` (PySyncObj,
    local reads). Every key is a register with compare-and-set that starts as null. And
    `etcd_revisions` (one etcd, killed twice) and `etcd_kill2` (three etcds, two of them killed:
    `record etcd --seconds 5 --faults kill --seed 1`), a `RevisionStore(1)`; and `pso_no_journal`
    (PySyncObj without its journal, killed nodes; its nodes' log comes with the package, too), a
    `KeyValueStore`.
    """
    folder = Path(str(files("raftnb") / "linear" / "recorded"))
    target = folder / f"{name}.json.xz"
    if not target.exists():
        names = sorted(path.name.removesuffix(".json.xz") for path in folder.iterdir())
        raise HistoryError(
            f"no recorded history {name!r}", allowed=", ".join(names), cure="choose one of them"
        )
    return read_history(target)


def _history_file(path: Path) -> tuple[Path, bool]:
    """The file with the history, and whether its store says that its keys are independent."""
    if not path.is_dir():
        return path, False
    found = next((path / name for name in _STORED if (path / name).exists()), None)
    if found is None:
        raise HistoryError(
            "a directory without a history",
            place=str(path),
            allowed="a file, or a directory of Jepsen's store with one of " + ", ".join(_STORED),
            cure="name the file",
        )
    return found, _is_independent(path / "results.edn")


def _is_independent(results: Path) -> bool:
    """Whether Jepsen's independent checker wrote these results: one for each key."""
    try:
        with _opened(results, MOST_BYTES) as stream:
            forms = [form for _, form in read_forms(stream.read())]
    except (HistoryError, EdnError):
        return False
    waiting = list(forms)
    while waiting:
        form = waiting.pop()
        if isinstance(form, dict):
            if isinstance(form.get("results"), dict) and "failures" in form:
                return True
            waiting.extend(form.values())
    return False


def _format(source: Path) -> Format:
    suffixes = [suffix for suffix in source.suffixes if suffix not in (".gz", ".xz")]
    kind = suffixes[-1].lower() if suffixes else ""
    if kind not in FORMATS:
        raise HistoryError(
            f"a file that ends in {kind or 'nothing'}",
            place=str(source),
            allowed=", ".join(FORMATS) + ", each also with .gz or .xz",
            cure="rename the file after its format",
        )
    return FORMATS[kind]


@contextmanager
def _opened(source: Path, most: int) -> Iterator[TextIO]:
    """The text of a file; raises `HistoryError` where it is damaged, too long, or no text."""
    try:
        with opener(source)(source, "rb") as stream:
            bounded = _Bounded(stream, source, most)
            yield io.TextIOWrapper(io.BufferedReader(bounded, 2**16), "utf-8-sig", newline="\n")
    except UnicodeDecodeError as error:
        raise HistoryError(
            f"{error.object[error.start]:#x} is not UTF-8", place=str(source),
            allowed="text in UTF-8", cure="save it as UTF-8",
        ) from None  # fmt: skip
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise HistoryError(
            reason, place=str(source), allowed="a readable file", cure="check its name"
        ) from None


class _Bounded(io.RawIOBase):
    """A stream that may not hold more than `most` bytes."""

    def __init__(self, stream: BinaryIO, source: Path, most: int) -> None:
        self.stream, self.source, self.most, self.count = stream, source, most, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.stream.read(len(buffer))
        self.count += len(data)
        if self.count > self.most:
            packed = self.source.suffix in (".gz", ".xz")
            raise HistoryError(
                f"more than {self.most:,} bytes" + (" when expanded" if packed else ""),
                place=str(self.source),
                allowed=f"at most {self.most:,} bytes",
                cure="cut the history by keys, or give read_history a larger most_bytes",
            )
        buffer[: len(data)] = data
        return len(data)
