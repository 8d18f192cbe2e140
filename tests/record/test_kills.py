"""A node is killed when its trace tells all that it has done, and what it then forgets is found."""

from __future__ import annotations

import random
import signal
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from raftnb import UsageError, Verdict
from raftnb.conform import Conformance, conforms, read_events
from raftnb.conform.pysyncobj import PySyncObjMapping
from raftnb.record import record
from raftnb.record.cluster import Call, Cluster
from raftnb.record.processes import Guarded, Processes

from .test_record import needs_pysyncobj, until


class Sleepers(Cluster):
    """Programs that do nothing, of which it is noted who was killed."""

    model = "kv"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.killed: list[str] = []

    def words(self, name: str) -> list[str]:
        return ["sleep", "1000"]

    def is_ready(self, name: str) -> bool:
        return True

    def call(self, name: str, dice: random.Random, seen: dict[str, Any]) -> Call:
        return "get", ("x",), lambda: None

    def kill(self, name: str, processes: Processes) -> None:
        self.killed.append(name)
        super().kill(name, processes)


def test_it_is_the_cluster_that_kills_its_nodes_also_at_the_end(tmp_path: Path) -> None:
    for faults, seconds in (((), 0.2), (("kill",), 2.0)):
        cluster = Sleepers(tmp_path)
        found = record(cluster, tmp_path / f"{seconds}.jsonl", seconds=seconds, faults=faults)
        assert cluster.killed[:-3] == [one.split()[1] for one in found.faults]
        assert sorted(cluster.killed[-3:]) == [*cluster.names]
        assert bool(faults) is bool(found.faults)


def restarted(way: str, folder: Path, kill: str = "asked") -> Conformance:
    """Kill a cluster of one odd node while it takes an entry, start it again, and judge it."""
    from raftnb.record.pysyncobj import PySyncObjCluster

    class Odd(PySyncObjCluster):
        names = ("n1",)

        def words(self, name: str) -> list[str]:
            python, option, _, *given = super().words(name)
            return [python, option, str(Path(__file__).with_name("odd_node.py")), way, *given]

    cluster = Odd(folder)
    with Processes() as processes:
        cluster.start("n1", processes)
        assert until(lambda: cluster.is_ready("n1"))
        client = Thread(target=put, args=(cluster,))
        client.start()
        journal = (folder / "n1.journal").read_bytes()
        if way == "slow":
            assert until(lambda: (folder / "n1.journal").read_bytes() != journal)
        else:
            client.join()
        if kill == "asked":
            cluster.kill("n1", processes)
        else:
            processes.kill("n1")
        client.join()
        cluster.start("n1", processes)
        assert until(lambda: cluster.is_ready("n1"))
    events, mapping = read_events(cluster.trace), PySyncObjMapping()
    model, start = mapping.begin(events)
    return conforms(model, events, mapping, start=start)


def put(cluster: object) -> None:
    """Ask for a value to be put; the node may die meanwhile."""
    try:
        cluster.ask("n1", "put", "x", 1)  # type: ignore[attr-defined]
    except (*cluster.lost, *cluster.refused):  # type: ignore[attr-defined]
        pass


@needs_pysyncobj
def test_a_kill_waits_for_the_line_of_what_is_in_the_journal(tmp_path: Path) -> None:
    found = restarted("slow", tmp_path)
    assert found.verdict is Verdict.HOLDS, found


@needs_pysyncobj
def test_a_kill_at_any_moment_would_hide_a_step(tmp_path: Path) -> None:
    found = restarted("slow", tmp_path, kill="at once")
    assert found.verdict is Verdict.VIOLATED
    assert found.first_misfit is not None
    assert found.first_misfit.event["ev"] == "init"


@needs_pysyncobj
@pytest.mark.parametrize(
    ("way", "lost"), [("forgetful", "the length of s0.log"), ("fickle", "s0.votedFor")]
)
def test_what_a_node_forgets_is_found(way: str, lost: str, tmp_path: Path) -> None:
    found = restarted(way, tmp_path)
    assert found.verdict is Verdict.VIOLATED
    assert found.first_misfit is not None
    assert found.first_misfit.event["ev"] == "init"
    assert lost in found.first_misfit.reasons[0]


def test_a_program_that_does_not_end_when_it_is_asked_to_is_killed_and_told() -> None:
    one = Guarded(["sleep", "1000"])
    one.signal(signal.SIGSTOP)
    state = Path(f"/proc/{one.pid}/stat")
    assert until(lambda: state.read_text().rpartition(")")[2].split()[0] == "T")
    with pytest.raises(UsageError, match="still runs"):
        one.end(0.5)
    assert one.process.poll() is not None
