"""What the programs of all models share, in C: values, tables, storage; compiled once, and kept."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from raftnb.data.caches import is_mine
from raftnb.explore.compiled.words import NotCompiled

HERE = Path(__file__).parent
PARTS = ("values.h", "arrays.c", "values.c", "table.h", "table.c", "storage.c")
FLAGS = ("-O2", "-c", "-fPIC", "-std=gnu11", "-w")


def key_of(*texts: str) -> str:
    """A name for what is made of texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]


@cache
def engine_text() -> str:
    """The text of what is shared."""
    return "\n".join((HERE / name).read_text() for name in PARTS)


def engine(compiler: str, folder: Path) -> Path:
    """The object of what is shared, in a folder; raises `NotCompiled` and `OSError`."""
    kept = folder / f"{key_of(compiler, *FLAGS, engine_text())}.o"
    if kept.exists():
        if not is_mine(kept):
            raise NotCompiled(f"others can write in {kept}")
        return kept
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        source, made = Path(scratch) / "engine.c", Path(scratch) / "engine.o"
        source.write_text(engine_text())
        command = [compiler, *FLAGS, "-o", str(made), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotCompiled(f"`cc` fails: {done.stderr.strip().splitlines()[:1]}")
        made.replace(kept)
    return kept
