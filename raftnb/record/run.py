"""Recording a cluster: nodes, clients, and faults, for some seconds."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.ctrl_c import Stopped, put_off
from raftnb.data.errors import UsageError
from raftnb.linear import Recorder
from raftnb.record.cluster import Cluster
from raftnb.record.processes import PATIENCE, Processes

FAULTS = ("kill", "pause")
TICK = 0.05
"""So many seconds it takes to notice Ctrl-C."""


@dataclass(frozen=True)
class Recorded:
    """Where the record of a run is: the clients' history, and the nodes' trace if they wrote one.

    `answered` says how many calls were answered, `faults` what was done to which node, `bound`
    what ended it before its time ("interrupted"; None: nothing did).
    """

    history: Path
    trace: Path | None
    answered: int
    faults: tuple[str, ...]
    bound: str | None = None


class Time:
    """The time that a run has: so many seconds from now, or until it is `over`."""

    def __init__(self, seconds: float, over: Stopped) -> None:
        self.end, self.over = monotonic() + seconds, over

    def left(self) -> float:
        """How many seconds are left."""
        return 0.0 if self.over() else max(0.0, self.end - monotonic())

    def rest(self, seconds: float) -> None:
        """Wait for so many seconds, if they are left."""
        until = monotonic() + seconds
        while (wait := min(until - monotonic(), self.left(), TICK)) > 0:
            sleep(wait)


class Run:
    """One run of a cluster."""

    def __init__(self, cluster: Cluster, history: Recorder, processes: Processes) -> None:
        self.cluster, self.history, self.processes = cluster, history, processes
        self.over = Event()
        self.answered = 0
        self.faults: list[str] = []
        self.failures: list[BaseException] = []

    def start(self) -> None:
        """Start all nodes, and wait until they answer; raises `UsageError` if they do not."""
        for name in self.cluster.names:
            self.cluster.start(name, self.processes)
        end = monotonic() + PATIENCE
        for name in self.cluster.names:
            while not self.cluster.is_ready(name):
                if monotonic() > end:
                    raise UsageError(
                        f"node {name}, which has not answered for {PATIENCE:g} seconds",
                        place="starting a cluster",
                        allowed="nodes that find one another",
                        cure="run it again, or on a machine with less to do",
                    )
                sleep(0.05)

    def serve(
        self, seconds: float, clients: int, faults: Sequence[str], seed: int, stopped: Stopped
    ) -> None:
        """Let clients call, and faults happen, for so many seconds, or until it is `stopped`."""
        threads = [Thread(target=self._client, args=(n, seed)) for n in range(clients)]
        time = Time(seconds, lambda: stopped() or bool(self.failures))
        try:
            for thread in threads:
                thread.start()
            dice = random.Random(f"{seed} faults")
            while faults and time.left() > seconds / 5:
                self._fault(dice.choice(faults), dice.choice(self.cluster.names), dice, time)
            time.rest(seconds)
        finally:
            self.over.set()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
        if self.failures:
            raise self.failures[0]

    def end(self) -> None:
        """End all nodes; one that writes a trace is not cut off in the middle of a line."""
        for name in list(self.processes.running):
            self.cluster.kill(name, self.processes)

    def _fault(self, kind: str, name: str, dice: random.Random, time: Time) -> None:
        """Let something happen to a node, and go on for a while."""
        time.rest(dice.uniform(0.5, 1.5))
        self.faults.append(f"{kind} {name}")
        self.history.remark("start", f"{kind} {name}")
        if kind == "kill":
            self.cluster.kill(name, self.processes)
        else:
            self.processes.pause(name)
        time.rest(dice.uniform(0.3, 1.5))
        if kind == "kill":
            self.cluster.start(name, self.processes)
            while not self.cluster.is_ready(name) and time.left() > 0:
                time.rest(0.1)
        else:
            self.processes.resume(name)
        self.history.remark("stop", f"{kind} {name}")

    def _client(self, number: int, seed: int) -> None:
        """Call now this node, now that one, until the time is over."""
        dice, seen = random.Random(f"{seed} {number}"), dict[str, Any]()
        try:
            while not self.over.is_set():
                self._call(f"client {number}", dice, seen)
        except BaseException as error:
            self.failures.append(error)

    def _call(self, client: str, dice: random.Random, seen: dict[str, Any]) -> None:
        cluster = self.cluster
        action, arguments, ask = cluster.call(dice.choice(cluster.names), dice, seen)
        try:
            with self.history.call(client, action, *arguments, fails=cluster.refused) as call:
                call.result = ask()
            self.answered += 1
            self.over.wait(dice.random() / 20)
        except (*cluster.lost, *cluster.refused):
            self.over.wait(0.1)


@told_plainly
def record(
    cluster: Cluster,
    path: str | Path,
    *,
    seconds: float = 10.0,
    clients: int = 4,
    faults: Sequence[str] = FAULTS,
    seed: int = 0,
) -> Recorded:
    """Start a cluster, let clients use it while nodes fail, and write their history to `path`.

    `path` is a new file that ends in .jsonl, `faults` some of *kill* (SIGKILL, and start again; see
    `Cluster.kill`) and *pause* (SIGSTOP, and go on). `seed` chooses what clients ask and what
    fails; when things happen is the machine's affair. Ctrl-C while clients call ends it as its time
    would, at once. All processes have ended when it returns or raises. Raises `UsageError` for a
    cluster that does not start, a node that does not end when it is asked to, or a file that cannot
    be written.
    """
    unknown = [one for one in faults if one not in FAULTS]
    if unknown or clients < 1 or not 0 < seconds <= 3600:
        raise UsageError(
            f"faults={faults!r}, clients={clients!r}, seconds={seconds!r}",
            place="recording a cluster",
            allowed=f"some of {', '.join(FAULTS)}; at least one client; up to 3,600 seconds",
            cure='record(cluster, "run.jsonl", seconds=10)',
        )
    with Recorder(path) as history, Processes() as processes:
        run = Run(cluster, history, processes)
        run.start()
        with put_off() as stopped:
            run.serve(seconds, clients, faults, seed, stopped)
            run.end()
    bound = "interrupted" if stopped() else None
    return Recorded(Path(path), cluster.trace, run.answered, tuple(run.faults), bound)


__all__ = ["FAULTS", "Recorded", "record"]
