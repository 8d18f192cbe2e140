"""A program in C on its way to be a library, which is kept for the next time."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from raftnb.data.caches import is_mine, user_caches
from raftnb.explore.compiled.words import NotCompiled

HERE = Path(__file__).parent
FLAGS = ("-O1", "-shared", "-fPIC", "-std=gnu11", "-w")
LINKED = ("-nodefaultlibs", "-lgcc") if platform.libc_ver()[0] == "glibc" else ()
"""This process has the library of C already; to look for it is two thirds of what linking takes."""
HEADERS = ("values.h", "sets.h", "model.h")
ENGINE = (
    "arrays.c",
    "values.c",
    "sets.c",
    "table.h",
    "table.c",
    "gathered.c",
    "storage.c",
    "running.c",
    "network.c",
    "rows.c",
    "instances.c",
    "outcomes.c",
    "shard.c",
    "search.c",
    "batches.c",
)
ENGINE_FLAGS = ("-O1", "-c", "-fPIC", "-std=gnu11", "-w")
"""With -O2 it takes half as long again to compile, and the search is no quicker."""
SUM = 32
"""Bytes of the sum of a file, at its end."""


class Build:
    """The compiler at work on a program's text, beside this process.

    Whoever begins one ends it, with `library` or with `stop`: nothing is left of it then but the
    library, and the object of what all programs share.
    """

    def __init__(self, text: str, *, alone: bool = False) -> None:
        """Begin, unless the library is there from an earlier time; one `alone` shares nothing.

        Raises `NotCompiled` where there is no compiler of C, or no temporary folder.
        """
        self._kept = library_of(text, alone=alone)
        self._library = whole(self._kept)
        engine = None if alone else engine_of()
        try:
            self._compiler = self._begin(text, engine) if self._library is None else None
        except OSError as error:
            raise NotCompiled(f"no temporary folder can be written: {error}") from error

    def _begin(self, text: str, engine: Path | None) -> subprocess.Popen[bytes]:
        self._scratch = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        here = Path(self._scratch.name)
        made, shared = here / "model.so", here / "engine.o"
        self._made, self._says = {made: self._kept}, here / "says"
        commands, known = [], engine and whole(engine)
        if engine and known is None:
            self._made[shared] = engine
            commands.append(_command(ENGINE_FLAGS, shared, here / "engine.c", engine_text()))
        elif known:
            shared.write_bytes(known)
        objects = [shared] if engine else []
        commands.append(_command(FLAGS, made, here / "model.c", text, *objects, *LINKED))
        with self._says.open("wb") as says:
            return subprocess.Popen(
                " && ".join(map(shlex.join, commands)),
                shell=True,
                stdout=says,
                stderr=says,
                env={**os.environ, "TMPDIR": str(here)},  # it leaves files there when it is killed
                start_new_session=True,  # so that all its processes can be stopped
            )

    def is_done(self) -> bool:
        """Whether `library` has not to wait."""
        return self._compiler is None or self._compiler.poll() is not None

    def library(self) -> bytes:
        """The library, when it is done; raises `NotCompiled` if the compiler fails."""
        if self._library is not None:
            return self._library
        try:
            if self._compiler is None or self._compiler.wait():
                says = self._says.read_text(errors="replace").strip().splitlines()
                raise NotCompiled(f"`cc` fails: {says[:1]}")
            self._library, *_ = [keep(made, kept) for made, kept in self._made.items()]
            return self._library
        except OSError as error:
            raise NotCompiled(f"what `cc` made cannot be read: {error}") from error
        finally:
            self.stop()

    def stop(self) -> None:
        """End it, done or not."""
        if self._compiler is None:
            return
        if self._compiler.poll() is None:
            os.killpg(self._compiler.pid, signal.SIGKILL)
            self._compiler.wait()
        self._compiler = None
        self._scratch.cleanup()


def _command(
    flags: Sequence[str], made: Path, source: Path, text: str, *more: Path | str
) -> list[str]:
    """What makes something of a text, which is written to a file."""
    source.write_text(text)
    return [compiler(), *flags, "-o", str(made), str(source), *map(str, more)]


def library_of(text: str, *, alone: bool = False) -> Path:
    """Where the library of a text is kept; raises `NotCompiled` without a compiler of C."""
    shared = [] if alone else [engine_text()]
    return _kept(known_by(*machine(), *FLAGS, *LINKED, *shared, text), "so")


def load(library: bytes) -> ctypes.CDLL:
    """A library of one's own; raises `NotCompiled` where it cannot be written, or is none."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "model.so"
            path.write_bytes(library)
            return ctypes.CDLL(os.fspath(path))
    except OSError as error:
        raise NotCompiled(f"the library cannot be loaded: {error}") from error


def engine_of() -> Path:
    """Where the object of what all programs share is kept."""
    return _kept(known_by(*machine(), *ENGINE_FLAGS, engine_text()), "o")


@cache
def engine_text() -> str:
    """The text of what all programs share: values, tables, storage, and the search."""
    return "\n".join((HERE / name).read_text() for name in (*HEADERS, *ENGINE))


@cache
def headers() -> str:
    """The text with which that of each model begins."""
    return "\n".join((HERE / name).read_text() for name in HEADERS)


def keep(made: Path, kept: Path) -> bytes:
    """What is made; it is put in its place, with a sum behind it, where that can be written.

    Where it cannot, or others can write there, too, it is made again the next time.
    """
    found, folder = made.read_bytes(), kept.parent
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if is_mine(folder):
            with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as scratch:
                beside = Path(scratch) / kept.name
                beside.write_bytes(found + _sum(found))
                beside.chmod(0o600)  # many users let their group write what they make
                beside.replace(kept)
    return found


def whole(kept: Path) -> bytes | None:
    """What is kept in a file: None where there is none, or not all of it.

    A machine that goes down may leave files that were never written to the end; to load such a
    library ends the process.
    """
    if not is_kept(kept):
        return None
    try:
        found, its_sum = (read := kept.read_bytes())[:-SUM], read[-SUM:]
    except OSError:
        return None
    return found if its_sum == _sum(found) else None


def is_kept(kept: Path) -> bool:
    """Whether there is a file that nobody but this user can have written."""
    try:
        return is_mine(kept.parent) and is_mine(kept)
    except OSError:
        return False


def _sum(found: bytes) -> bytes:
    return hashlib.sha256(found).digest()


def _kept(key: str, ending: str) -> Path:
    return user_caches() / "compiled" / f"{key[:32]}.{ending}"


def known_by(*texts: str) -> str:
    """What texts are known by."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def machine() -> tuple[str, ...]:
    """What a library is made by and for; raises `NotCompiled` without a compiler of C.

    Machines of several kinds may share a folder for caches: the processor, the system's library
    and the compiler (where it really is, its size, its time) tell them apart.
    """
    cc = Path(compiler()).resolve()
    told = cc.stat()
    libc = "".join(platform.libc_ver())
    return platform.system(), platform.machine(), libc, f"{cc} {told.st_size} {told.st_mtime_ns}"


def compiler() -> str:
    """The compiler of C; raises `NotCompiled` where there is none."""
    found = shutil.which("cc")
    if found is None:
        raise NotCompiled("there is no compiler of C (`cc`) on this machine")
    return found
