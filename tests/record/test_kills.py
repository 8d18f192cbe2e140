"""A node is killed when its trace tells all that it has done, and what it then forgets is found."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Thread

import pytest

from raftnb import UsageError, Verdict
from raftnb.conform import Conformance, conforms, read_events
from raftnb.conform.pysyncobj import PySyncObjMapping
from raftnb.record.processes import Guarded, Processes

from .test_record import needs_pysyncobj, until

pytestmark = needs_pysyncobj


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


def test_a_kill_waits_for_the_line_of_what_is_in_the_journal(tmp_path: Path) -> None:
    found = restarted("slow", tmp_path)
    assert found.verdict is Verdict.HOLDS, found


def test_a_kill_at_any_moment_would_hide_a_step(tmp_path: Path) -> None:
    found = restarted("slow", tmp_path, kill="at once")
    assert found.verdict is Verdict.VIOLATED
    assert found.first_misfit is not None
    assert found.first_misfit.event["ev"] == "init"


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
