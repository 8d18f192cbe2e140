"""What a cluster has to offer so that it can be recorded."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

from raftnb.record.processes import Processes, free_ports

Call = tuple[str, tuple[Any, ...], Callable[[], Any]]
"""An operation's name, its arguments, and the function that asks the cluster for it."""


class Cluster(ABC):
    """A store of several nodes: how a node is started, and what a client may ask of one.

    Each node has a port for clients (`clients`) and one for its peers (`peers`).
    `model` is the name of the sequential object for `linearizable`, `init` its initial value;
    `trace_format` the format for `conforms` of the file `trace`, where the nodes write one.
    """

    names: tuple[str, ...] = ("n1", "n2", "n3")
    model: str
    init: str | None = None
    trace_format: str | None = None
    lost: tuple[type[BaseException], ...] = (OSError,)
    """After these nobody knows whether a call took effect."""
    refused: tuple[type[BaseException], ...] = ()
    """After these a call took no effect."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ports = free_ports(2 * len(self.names))
        self.clients = dict(zip(self.names, ports, strict=False))
        self.peers = dict(zip(self.names, ports[len(self.names) :], strict=True))

    @property
    def trace(self) -> Path | None:
        """The file into which the nodes write what they do."""
        return None

    @abstractmethod
    def words(self, name: str) -> list[str]:
        """The command line of a node."""

    @abstractmethod
    def is_ready(self, name: str) -> bool:
        """Whether a node answers."""

    @abstractmethod
    def call(self, name: str, dice: random.Random, seen: dict[str, Any]) -> Call:
        """What a client asks next of a node; it may remember in `seen` what it was answered."""

    def start(self, name: str, processes: Processes) -> None:
        """Start a node."""
        processes.start(name, self.words(name))

    def kill(self, name: str, processes: Processes) -> None:
        """Kill a node; one that writes a trace, when that tells all that the node has done."""
        processes.kill(name)


__all__ = ["Call", "Cluster"]
