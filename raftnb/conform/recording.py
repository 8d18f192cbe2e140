"""Logs in files: one JSON object a line, also compressed."""

from __future__ import annotations

import gzip
import json
import lzma
import zlib
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from raftnb.conform.mapping import Event
from raftnb.conform.misfit import EventError
from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.names import nearest

ENDING = ".ndjson.xz"
OPENERS: dict[str, Callable[..., Any]] = {".xz": lzma.open, ".gz": gzip.open}


class Twice(Exception):
    """A name that stands twice in an object."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def keyed(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; raises `Twice` for a name that stands in it twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise Twice(next(name for at, name in enumerate(names) if name in names[:at]))
    return found


class Recording:
    """The events in a file, read anew each time that one goes through them, without blank lines.

    Raises `UsageError` for a file that cannot be read, `EventError` for a line that is no JSON
    object, with its number.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def __iter__(self) -> Iterator[Event]:
        return (event for _, event in self.numbered())

    def numbered(self) -> Iterator[tuple[int, Event]]:
        """Each event with the number of its line, from 1 on."""
        loads = json.JSONDecoder(object_pairs_hook=keyed).decode
        for number, line in enumerate(self._lines(), 1):
            if not line.strip():
                continue
            try:
                event = loads(line.decode(json.detect_encoding(line), "surrogatepass"))
            except Twice as error:
                raise EventError(
                    f"the name {json.dumps(error.key)} twice in one object",
                    place=f"{self.path.name}, line {number}",
                    allowed="objects in which each name stands once",
                    cure="leave one of them out: which one counts is nobody's to guess",
                ) from None
            except (ValueError, RecursionError) as error:
                raise self._no_event(number, line, f"no JSON: {error}") from None
            if type(event) is not dict:
                raise self._no_event(number, line, f"a JSON {type(event).__name__}")
            yield number, event

    def _lines(self) -> Iterator[bytes]:
        try:
            with OPENERS.get(self.path.suffix, open)(self.path, "rb") as file:
                yield from file
        except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
            raise UsageError(
                getattr(error, "strerror", None) or str(error),
                place=str(self.path),
                allowed="a file of JSON lines, plain or compressed (.xz, .gz)",
                cure="look whether it is there, and whole",
            ) from None

    def _no_event(self, number: int, line: bytes, what: str) -> EventError:
        text = line.decode(errors="backslashreplace").strip()
        return EventError(
            f"{what}, in `{text[:60]}{'...' if len(text) > 60 else ''}`",
            place=f"{self.path.name}, line {number}",
            allowed="one JSON object a line",
            cure="mend the line, or leave it out",
        )


def read_events(path: str | Path) -> Recording:
    """The events in a file of JSON lines (.xz and .gz too)."""
    return Recording(path)


@told_plainly
def recorded_log(name: str) -> Recording:
    """One of the logs that come with the package: a run of a real library, of three servers.

    `etcdraft_n3_s1` (etcd's Go library, by a seeded driver of its RawNode), `libraft_n3_seed1_...`,
    `..._seed3_...`, `..._seed6_...`, `..._seed176_...` (libraft 0.15 in its own simulator; with
    pre-vote where the name says `pre1`, with snapshots where it does not say `snap0`),
    `pso_journal_kill2` and `pso_no_journal` (PySyncObj, with killed servers). Raises `UsageError`
    for another name.
    """
    folder = Path(str(files("raftnb") / "conform" / "logs"))
    path = folder / f"{name}{ENDING}"
    if not path.exists():
        names = sorted(one.name.removesuffix(ENDING) for one in folder.iterdir())
        raise UsageError(
            f"no recorded log {name!r}",
            allowed=", ".join(names),
            cure=nearest(name, names) or "choose one of them",
        )
    return Recording(path)


__all__ = ["Recording", "read_events", "recorded_log"]
