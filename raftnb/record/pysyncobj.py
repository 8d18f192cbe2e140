"""PySyncObj as a cluster: each node a process that replicates a map, asked by lines of JSON."""

from __future__ import annotations

import importlib.util
import json
import random
import socket
from pathlib import Path
from typing import Any

from raftnb.data.errors import UsageError
from raftnb.record.cluster import Call, Cluster
from raftnb.record.processes import HOST, Processes, python_program

KEYS, SECONDS = ("x", "y"), 3.0


class Lost(Exception):
    """A node does not know what became of a call."""


class Refused(Exception):
    """A node says that a call took no effect."""


class PySyncObjCluster(Cluster):
    """Nodes of PySyncObj; without a journal they forget everything when they are killed."""

    model, trace_format = "kv", "pysyncobj"
    lost, refused = (OSError, ValueError, Lost), (Refused,)

    def __init__(self, folder: Path, journal: bool = True) -> None:
        super().__init__(folder)
        if importlib.util.find_spec("pysyncobj") is None:
            raise UsageError(
                "no package `pysyncobj`",
                place="record pysyncobj",
                allowed="a Python in which PySyncObj is installed",
                cure='python -m pip install "raftnb[conform]"',
            )
        self.journal = journal

    @property
    def trace(self) -> Path:
        """The file into which all nodes write, a line at a time."""
        return self.folder / "trace.ndjson"

    def words(self, name: str) -> list[str]:
        """The command line of a node."""
        peers = ",".join(f"{HOST}:{port}" for port in self.peers.values())
        journal = str(self.folder / f"{name}.journal") if self.journal else ""
        number = self.names.index(name)
        node = [*python_program("pysyncobj_node.py"), str(number), peers]
        return [*node, str(self.clients[name]), str(self.trace), journal]

    def is_ready(self, name: str) -> bool:
        """Whether a node answers that it is ready."""
        try:
            return self.ask(name, "ready") is True
        except (*self.lost, *self.refused):
            return False

    def kill(self, name: str, processes: Processes) -> None:
        """Let a node kill itself behind its next line, a moment later (see `pysyncobj_node.py`)."""
        processes.end(name)

    def ask(self, name: str, *words: Any) -> Any:
        """Send a node one line, and read one."""
        with socket.create_connection((HOST, self.clients[name]), timeout=SECONDS) as wire:
            wire.sendall(json.dumps(words).encode() + b"\n")
            with wire.makefile() as lines:
                answer = json.loads(lines.readline())
        if "lost" in answer:
            raise Lost(answer["lost"])
        if "refused" in answer:
            raise Refused(answer["refused"])
        return answer["result"]

    def call(self, name: str, dice: random.Random, seen: dict[str, Any]) -> Call:
        """Put, get (through the log), or compare and set what was seen."""
        key, value = dice.choice(KEYS), dice.randrange(1_000)
        action = dice.choice(("put", "get", "get", "cas"))
        if action == "get":
            return action, (key,), lambda: self.remember(seen, key, self.ask(name, "get", key))
        arguments = (key, value) if action == "put" else (key, seen.get(key), value)
        return action, arguments, lambda: self.ask(name, action, *arguments)

    def remember(self, seen: dict[str, Any], key: str, value: Any) -> Any:
        """What was read, kept for a later compare and set."""
        seen[key] = value
        return value


__all__ = ["Lost", "PySyncObjCluster", "Refused"]
