"""Processes of a cluster on this machine: started under a guard, so that none is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from raftnb.data.errors import UsageError

HOST = "127.0.0.1"
PATIENCE = 60.0
"""So many seconds a program may take to answer, or to end."""


def python_program(file: str) -> list[str]:
    """How a program of this folder is started; it imports nothing of ours, so it starts quickly."""
    return [sys.executable, "-P", str(Path(__file__).with_name(file))]


class Guarded:
    """One program that runs; it ends with `kill`, or when this process ends, however it ends."""

    def __init__(self, words: list[str]) -> None:
        self.process = subprocess.Popen(
            [*python_program("guard.py"), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in a terminal is for this program, not for the nodes
        )
        assert self.process.stdout is not None
        try:
            line = self.process.stdout.readline()
        except BaseException:  # Ctrl-C: nobody knows of it yet who would end it
            self._end_guard()
            raise
        if not line.strip().isdigit():
            self.process.kill()
            self.process.wait()
            raise UsageError(
                f"`{words[0]}`, which does not start",
                place="starting a cluster",
                allowed="a program that can be run",
                cure="run it by itself, to see why",
            )
        self.pid = int(line)

    def signal(self, number: int) -> None:
        """Send the program a signal, if it still runs."""
        if self.process.poll() is None:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def end(self, seconds: float) -> None:
        """Ask it to end (SIGTERM), and wait until it has; raises `UsageError` if it does not."""
        self.signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise UsageError(
                f"a node that was asked to end, and still runs {seconds:g} seconds later",
                place="recording a cluster",
                allowed="nodes that end when they are asked to",
                cure="run it again, or on a machine with less to do",
            ) from None
        finally:
            self.kill()

    def kill(self) -> None:
        """End it at once, also if it is stopped, and wait until it has ended."""
        self.signal(signal.SIGKILL)
        self._end_guard()

    def _end_guard(self) -> None:
        """End the guard, and with it the program; wait until both have ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Processes:
    """The programs of a cluster by name; at the end of the `with` block none of them runs."""

    def __init__(self) -> None:
        self.running: dict[str, Guarded] = {}

    def start(self, name: str, words: list[str]) -> None:
        """Start a program."""
        self.running[name] = Guarded(words)

    def kill(self, name: str) -> None:
        """End a program at once (SIGKILL)."""
        self.running.pop(name).kill()

    def end(self, name: str) -> None:
        """Ask a program to end (SIGTERM), and wait until it has."""
        self.running.pop(name).end(PATIENCE)

    def pause(self, name: str) -> None:
        """Stop a program (SIGSTOP)."""
        self.running[name].signal(signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """Let a program go on (SIGCONT)."""
        self.running[name].signal(signal.SIGCONT)

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in list(self.running):
            self.kill(name)


def free_ports(number: int) -> list[int]:
    """So many ports of this machine on which nobody listens just now."""
    sockets = [socket.socket() for _ in range(number)]
    try:
        for one in sockets:
            one.bind((HOST, 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


__all__ = ["HOST", "PATIENCE", "Guarded", "Processes", "free_ports", "python_program"]
