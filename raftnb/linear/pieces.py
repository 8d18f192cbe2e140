"""Read a long file of JSON lines by several processes, each of which reads one piece of it."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeAlias

from raftnb.data.errors import RaftnbError
from raftnb.linear.formats import json_lines
from raftnb.linear.meter import collector_paused
from raftnb.linear.records import Log, LogRecord

Watched: TypeAlias = Callable[[Iterator[LogRecord]], Iterable[LogRecord]]
"""Passes records on, and shows how many."""


def read_in_pieces(
    log: Log, path: Path, watched: Watched = iter, pieces: int | None = None
) -> None:
    """Read all records of a file: the first piece here, the others by a process each.

    There is a piece for each core unless `pieces` says otherwise. Raises what reading in one piece
    raises.
    """
    bounds = _bounds(path, pieces or len(os.sched_getaffinity(0)))
    with _Pieces(path, bounds) as others:
        with _piece(path, 0, bounds[1], "utf-8-sig") as stream:
            log.read(watched(json_lines(log.source, stream)))
        others.add_to(log)


def _bounds(path: Path, pieces: int) -> list[int]:
    """Where the pieces of a file begin, each behind the end of a line, and where the last ends."""
    size, starts = path.stat().st_size, [0]
    with path.open("rb") as stream:
        for number in range(1, pieces):
            stream.seek(size * number // pieces)
            stream.readline()
            if starts[-1] < stream.tell() < size:
                starts.append(stream.tell())
    return [*starts, size]


class _Pieces:
    """The pieces of a file but the first, each read by a process of its own; a context manager."""

    def __init__(self, path: Path, bounds: list[int]) -> None:
        self.path = path
        self.ranges = list(pairwise(bounds[1:]))

    def __enter__(self) -> _Pieces:
        context = multiprocessing.get_context("fork")
        self.processes, self.answers = [], list[Connection]()
        for start, end in self.ranges:
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_read, args=(there, self.path, start, end))
            process.start()
            there.close()
            self.processes.append(process)
            self.answers.append(here)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.terminate()
            process.join()

    def add_to(self, log: Log) -> None:
        """Add what the processes have read to what stands before it.

        A piece whose process has met an error is read once more here, where the error is raised.
        """
        for (start, end), answer in zip(self.ranges, self.answers, strict=True):
            before = _lines(self.path, start)
            try:
                log.extend(answer.recv(), before - 1)  # it counts from 2
            except EOFError:
                with _piece(self.path, start, end) as stream:
                    log.read(json_lines(log.source, stream, before + 1))


def _read(out: Connection, path: Path, start: int, end: int) -> None:
    """One process: an error ends it before it has sent anything."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log = Log(path.name)
    try:
        with collector_paused(), _piece(path, start, end) as stream:
            log.read(json_lines(path.name, stream, 2))
        log.finish()
        out.send(log)
    except (RaftnbError, OSError, ValueError, MemoryError):
        return
    finally:
        out.close()


def _piece(path: Path, start: int, end: int, encoding: str = "utf-8") -> io.TextIOWrapper:
    raw = _Range(path, start, end)
    return io.TextIOWrapper(io.BufferedReader(raw, 2**16), encoding, newline="\n")


class _Range(io.RawIOBase):
    """The bytes of a file from `start` to `end`."""

    def __init__(self, path: Path, start: int, end: int) -> None:
        self.stream, self.left = path.open("rb"), end - start
        self.stream.seek(start)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.stream.read(min(len(buffer), self.left))
        self.left -= len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self.stream.close()
        super().close()


def _lines(path: Path, end: int) -> int:
    """How many lines there are before byte `end`."""
    count = 0
    with path.open("rb") as stream:
        while end > 0:
            data = stream.read(min(end, 2**20))
            if not data:
                break
            count += data.count(b"\n")
            end -= len(data)
    return count
