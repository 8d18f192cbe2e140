"""A node of PySyncObj that is odd in one way, as a program: WAY and then what the node is given."""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path
from typing import Any

from pysyncobj import SyncObj
from pysyncobj.journal import FileJournal

NODE = Path(__file__).parents[2] / "raftnb" / "record" / "pysyncobj_node.py"


class Slow(FileJournal):  # type: ignore[misc]
    """Takes its time after an entry is in the file."""

    def add(self, *entry: Any) -> None:
        """Add an entry, and rest."""
        super().add(*entry)
        time.sleep(0.5)


class Forgetful(FileJournal):  # type: ignore[misc]
    """Comes back without its last entry."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        if len(self) > 1:
            self.deleteEntriesFrom(len(self) - 1)


class Fickle(FileJournal):  # type: ignore[misc]
    """Comes back without its vote."""

    def getVotedForNodeId(self) -> None:
        """Nobody."""


WAYS = {"slow": Slow, "forgetful": Forgetful, "fickle": Fickle}
turns = SyncObj._autoTickThread


def late(node: Any) -> None:
    """Take the first turn when the election timer has rung."""
    time.sleep(1.0)
    turns(node)


if __name__ == "__main__":
    way = sys.argv.pop(1)
    sys.modules["pysyncobj.syncobj"].createJournal = WAYS[way]  # type: ignore[attr-defined]
    if way == "slow":
        SyncObj._autoTickThread = late
    runpy.run_path(str(NODE), run_name="__main__")
