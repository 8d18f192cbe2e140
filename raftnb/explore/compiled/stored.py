"""A search whose states are on disk: it is put down now and then, and taken up where it was."""

from __future__ import annotations

import ctypes
import time
from typing import Any

from raftnb.data.trace import State
from raftnb.data.values import show
from raftnb.explore.compiled.building import engine_text, known_by
from raftnb.explore.compiled.checkpoints import ARRAYS, FORMAT, Folder, not_resumed
from raftnb.explore.compiled.program import Loaded, Text
from raftnb.explore.result import ExplorationOptions

EVERY = 120.0
"""Seconds between two checkpoints, or twenty times what one takes, if that is longer."""
COUNTS = ("states", "next", "level_end", "generated", "cut", "depth")
TABLES = ("taken", "enabled", "disabled")


class Stored:
    """The folder of a search, and what of the search is noted there."""

    def __init__(self, written: Text, options: ExplorationOptions) -> None:
        self.of = described(written, options)
        self.folder = Folder(options.folder, resume=options.resume)
        self.seconds, self._sums = 0.0, [(0, 0)] * len(ARRAYS)
        self._due, self.note = time.monotonic() + EVERY, None
        if options.resume:
            try:
                self.note = self.folder.read(self.of)
            except BaseException:
                self.folder.close()
                raise

    @property
    def states(self) -> int:
        """How many states there are to go on from: there is room for them, whatever is asked."""
        return int(self.note["states"]) if self.note else 0

    def take_up(self, loaded: Loaded) -> None:
        """Go on from the checkpoint, if that is what was asked for; raises `UsageError`."""
        if self.note is None:
            return
        note = self.note
        self._sum_up(loaded, note["words"])
        if [total for _, total in self._sums] != note["sums"]:
            raise not_resumed(self.folder.where, "its files are not what was written")
        if loaded.library.take_up(*map(ctypes.c_size_t, (note["words"][0], note["states"]))):
            raise loaded.error() or MemoryError("the table of states")
        for name in COUNTS:
            setattr(loaded.result, name, note[name])
        for name in TABLES:
            getattr(loaded, name)[:] = note[name]
        loaded.result.found[:] = note["found"]
        self.seconds = note["seconds"]

    def is_due(self) -> bool:
        """Whether it is time for a checkpoint."""
        return self.folder.keeps and time.monotonic() > self._due

    def put_down(self, loaded: Loaded, seconds: float) -> None:
        """Write a checkpoint of a search that took so long; raises `UsageError`."""
        if not self.folder.keeps:
            return
        begun = time.monotonic()
        if loaded.library.put_down():
            raise loaded.error() or MemoryError
        states = loaded.result.states
        words = [loaded.library.arena_words(), loaded.library.width() * states, states]
        self._sum_up(loaded, words)
        self.folder.write(
            {
                "of": self.of,
                "words": words,
                "sums": [total for _, total in self._sums],
                **{name: getattr(loaded.result, name) for name in COUNTS},
                **{name: list(getattr(loaded, name)) for name in TABLES},
                "found": list(loaded.result.found),
                "seconds": seconds,
            }
        )
        now = time.monotonic()
        self._due = now + max(EVERY, 20 * (now - begun))

    def _sum_up(self, loaded: Loaded, words: list[int]) -> None:
        sums = enumerate(zip(self._sums, words, strict=True))
        self._sums = [
            (n, loaded.library.sum_of(i, *map(ctypes.c_uint64, (before, n, total))))
            for i, ((before, total), n) in sums
        ]


def described(written: Text, options: ExplorationOptions) -> dict[str, Any]:
    """What a run is known by: it is gone on with only where all of this is as it was."""
    from importlib.metadata import PackageNotFoundError, version  # most checks have no folder

    try:
        ours = version("raftnb")
    except PackageNotFoundError:
        ours = "not installed"
    spec, model = written.model.spec, written.model
    constants = {name: show(value) for name, value in sorted(model.constants.items())}
    values = [f"{type(value).__name__} {show(value)}" for value in written.constants]
    return {
        "format of the folder": FORMAT,
        "version of raftnb": ours,
        "specification": spec.name,
        "choice of constants": constants,
        "start": known_by(*map(_text_of, model.starts)) if model.starts else "",
        "question about deadlocks": options.deadlock,
        "text of the specification, or of its claims": known_by(
            written.text, engine_text(), *values
        ),
    }


def _text_of(state: State) -> str:
    return show((*state.values, *state.messages))


__all__ = ["Stored"]
