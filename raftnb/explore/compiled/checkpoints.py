"""The folder of an exploration whose states are on disk, and what is noted there to go on from.

The folder has three arrays, `values`, `rows` and `parents` (arrays.c), which only grow at their
end, a lock, by which it is known to be a run's, and `checkpoint.json`: how much of the arrays
counts, and the numbers of the search. It is written last, and takes the place of the one before at
once: it is whole, and what it speaks of is there.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from raftnb.data.caches import user_caches
from raftnb.data.errors import UsageError

ARRAYS = ("values", "rows", "parents")
NOTE, LOCK = "checkpoint.json", "raftnb.lock"
FORMAT = 1


class Folder:
    """A folder that this run alone writes to, until `close`.

    Raises `UsageError` for one that cannot be written or that another run has, and with `resume`
    for one without a checkpoint. Without a path it is among those for caches, and gone from the
    start: its files have no names, and end with the process.
    """

    def __init__(self, path: Path | None, *, resume: bool = False) -> None:
        self.path, self.keeps = path, path is not None
        self._made = False
        try:
            self._open(path, resume)
        except OSError as error:
            raise refusal(path or user_caches(), error) from error

    def _open(self, path: Path | None, resume: bool) -> None:
        if path is None:
            user_caches().mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path = Path(tempfile.mkdtemp(prefix="states-", dir=user_caches()))
        elif not resume:
            self._made = not path.exists()
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        elif not (path / NOTE).is_file():
            raise not_resumed(path, "there is no checkpoint in it")
        if not resume:
            self._refuse_files_of_others()
        self.descriptor = os.open(self.where, os.O_RDONLY | os.O_DIRECTORY)
        self._lock = os.open(self.where / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._shut()
            raise UsageError(
                "another run writes to it",
                place=f"the folder {path}",
                allowed="a folder for each run",
                cure="wait until that one has ended, or name another folder",
            ) from None
        if not resume and (self.where / NOTE).exists():
            self._shut()
            raise UsageError(
                "it holds a run that was stopped",
                place=f"the folder {path}",
                allowed="an empty folder, or one that is not there yet",
                cure="go on with it (`resume=True`, --resume FOLDER), or name another folder",
            )
        if not resume:
            self._remove(*ARRAYS)  # of a run that was killed before it had a checkpoint

    def _refuse_files_of_others(self) -> None:
        """Raise `UsageError` for files with the names of ours where no run has been."""
        found = [name for name in (*ARRAYS, NOTE) if (self.where / name).exists()]
        if found and NOTE not in found and not (self.where / LOCK).exists():
            raise UsageError(
                f"it holds a file `{found[0]}` that no run has written",
                place=f"the folder {self.where}",
                allowed="an empty folder, or one that is not there yet",
                cure="name another folder",
            )

    @property
    def where(self) -> Path:
        """The folder's path."""
        assert self.path is not None
        return self.path

    def opened(self) -> None:
        """The arrays are open: the files of a folder that nobody named lose their names."""
        if not self.keeps:
            shutil.rmtree(self.where, ignore_errors=True)

    def write(self, note: Mapping[str, Any]) -> None:
        """Write the checkpoint in one step; raises `UsageError` where the disk does not take it."""
        text = json.dumps({**note, "sum": digest(note)})
        part = self.where / f"{NOTE}.new"
        try:
            with part.open("w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.where / NOTE)
            os.fsync(self.descriptor)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise refusal(self.where, error) from error

    def read(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The checkpoint, if it is of the run that is asked for; raises `UsageError`."""
        try:
            note = json.loads((self.where / NOTE).read_text())
            total = note.pop("sum")
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise not_resumed(self.where, f"{NOTE} is damaged") from error
        if total != digest(note):
            raise not_resumed(self.where, f"{NOTE} is damaged")
        for key, value in asked.items():
            if note["of"].get(key) != value:
                told = _what_differs(note["of"].get(key), value)
                raise not_resumed(self.where, f"it is of another {key}{told}")
        for name, words in zip(ARRAYS, note["words"], strict=True):
            file = self.where / name
            if not file.is_file() or file.stat().st_size < 4 * words:
                raise not_resumed(self.where, f"the file `{name}` is shorter than it was")
        return dict(note)

    def discard(self) -> None:
        """Remove what the run has written: it has its answer, or could not begin."""
        if self.keeps:
            self._remove(*ARRAYS, NOTE, LOCK)
            if self._made and self.where.is_dir() and not any(self.where.iterdir()):
                self.where.rmdir()

    def has_checkpoint(self) -> bool:
        """Whether the run can be gone on with."""
        return self.keeps and (self.where / NOTE).exists()

    def close(self) -> None:
        """Let others have it; what cannot be gone on with is removed."""
        self.opened()
        if not self.has_checkpoint():
            self.discard()
        self._shut()

    def _remove(self, *names: str) -> None:
        for name in names:
            (self.where / name).unlink(missing_ok=True)

    def _shut(self) -> None:
        os.close(self._lock)
        os.close(self.descriptor)


def digest(note: Mapping[str, Any]) -> str:
    """What a note is known by."""
    return hashlib.sha256(json.dumps(note, sort_keys=True).encode()).hexdigest()


def refusal(path: Path, error: OSError) -> UsageError:
    """The error for a folder that cannot be written, or is full."""
    return UsageError(
        f"states cannot be written to it: {os.strerror(error.errno or 0)}",
        place=f"the folder {path}",
        allowed="a folder that can be written, on a disk with room for some 30 bytes a state",
        cure="make room, and go on with `resume` if it has a checkpoint; or name another folder",
    )


def not_resumed(path: Path, reason: str) -> UsageError:
    """The error for a run that cannot be gone on with."""
    return UsageError(
        reason,
        place=f"the folder {path}",
        allowed="the checkpoint of the same specification, constants, options and version",
        cure="ask for what was asked then, or begin anew in another folder",
    )


def _what_differs(then: Any, now: Any) -> str:
    """What was and what is, of two mappings where they differ; empty where that is long."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        keys = [key for key in sorted({*then, *now}) if then.get(key) != now.get(key)]
        then, now = (", ".join(f"{k}={some.get(k)}" for k in keys) for some in (then, now))
    told = f": {then}, and now {now}"
    return told if len(told) <= 130 else ""


__all__ = ["ARRAYS", "FORMAT", "Folder", "not_resumed", "refusal"]
