"""On the workers of a Ray cluster, all answers are those of this process."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from raftnb import UsageError, Verdict, check
from raftnb.__main__ import main
from raftnb.experiments.client_walks import client_histories, sized
from raftnb.experiments.mutation import find_all
from raftnb.experiments.sweep import sweep
from raftnb.explore import random_walks
from raftnb.parallel import Cluster, Crew, Lost, in_order
from raftnb.prove import prove
from raftnb.specs import PROOFS, SPECS
from raftnb.specs.raft.mistakes import FAMILIES
from tests.explore.dealt_out import SOME
from tests.explore.test_sharded import CHANGED, told
from tests.parallel.works import Squares

pytest.importorskip("ray", reason="needs Ray: pip install raftnb[cluster]")
takes_long = pytest.mark.skipif(
    "RAY_ADDRESS" not in os.environ,
    reason="each worker takes 4 processor seconds to begin: RAY_ADDRESS=HOST:PORT of a running Ray",
)


@pytest.fixture(scope="module")
def four() -> Iterator[Cluster]:
    with Cluster(os.environ.get("RAY_ADDRESS", "local"), workers=4) as cluster:
        try:
            cluster.ray()
        except UsageError as error:  # it waits for so many seconds, on however busy a machine
            pytest.skip(str(error))
        yield cluster


def test_a_process_that_ends_is_tried_again_and_then_said(four: Cluster, tmp_path: Path) -> None:
    work = Squares(once=1, deadly=3, wrong=4, mark=str(tmp_path / "mark"))
    answers = in_order(work, 5, Cluster(workers=1))
    assert [next(answers) for _ in range(3)] == [0, 1, 4]
    assert isinstance(next(answers), Lost)
    with pytest.raises(UsageError, match="no square"):
        next(answers)


@takes_long
def test_what_is_parallel_by_nature_has_the_same_answers_in_the_same_order(four: Cluster) -> None:
    two = Cluster(workers=2)
    mutants = tuple(m for m in FAMILIES["raft"] if m.how == "script")[:3]
    assert [told_of(f) for f in find_all(mutants, two)] == [told_of(f) for f in find_all(mutants)]
    sizes = sweep(SPECS["sequential-store"], clients=[1, 2], checked={"progress": False})
    there = sweep(
        SPECS["sequential-store"], clients=[1, 2], checked={"progress": False}, cluster=two
    )
    assert [told(size.found) for size in there.sizes] == [told(size.found) for size in sizes.sizes]
    given: Any = {"walks": 5000, "depth": 20, "threads": None, "progress": False}
    walked = [random_walks(SOME(), cluster=where, **given) for where in (None, two)]
    assert replace(walked[0], seconds=0) == replace(walked[1], seconds=0)
    model = sized(SPECS["raft-store"])
    walks = [client_histories(model, operations=30, cluster=where) for where in (None, two)]
    assert walks[0].as_json() | {"seconds": 0} == walks[1].as_json() | {"seconds": 0}
    proof = PROOFS["sequential-store"]
    here, found = (prove(proof, trust=True, cluster=where) for where in (None, four))
    assert [(c.claim, c.action, c.case, c.proved, c.used) for c in found.checked] == [
        (c.claim, c.action, c.case, c.proved, c.used) for c in here.checked
    ]
    assert found.verdict is here.verdict


def told_of(finding: Any) -> Any:
    return finding.as_json() | {"seconds": 0}, finding.trace, finding.mutant


@takes_long
@pytest.mark.parametrize("workers", [2, 4])
def test_a_check_finds_what_it_finds_here(four: Cluster, workers: int) -> None:
    cluster = Cluster(workers=workers)
    for model in (CHANGED["holds"], CHANGED["a state"]):
        assert told(check(model, cluster=cluster, progress=False)) == told(
            check(model, engine="memo", progress=False)
        )


def test_a_worker_that_is_killed_costs_a_round_and_not_the_run(
    four: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    each, asked, model = Crew.each, [], SOME(limit=2)

    def deadly(crew: Crew, method: str, *given: Any, **named: Any) -> Any:
        asked.append(method)
        if len(asked) == 15:
            crew.cluster.end(crew.members[2])
        return each(crew, method, *given, **named)

    monkeypatch.setattr(Crew, "each", deadly)
    found = check(model, cluster=four, progress=False)
    assert told(found) == told(check(model, engine="memo", progress=False))
    assert len(asked) > 15


@takes_long
def test_the_command_line_names_a_cluster(
    four: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "check linearizable-store --ray local --workers 2 --json"
    assert main(line.split()) == 0
    assert json.loads(capsys.readouterr().out)["distinct"] == 816
    line = "walk linearizable-store --ray local --workers 2 --walks 3000 --depth 8 --json"
    assert main(line.split()) == 3
    assert json.loads(capsys.readouterr().out)["depth"] == 9


@takes_long
def test_ctrl_c_ends_it_with_what_was_found(four: Cluster) -> None:
    signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.setitimer(signal.ITIMER_REAL, 4)
    found = check(SPECS["raft-tla"](), cluster=Cluster(workers=2), progress=False)
    assert (found.verdict, found.bound) == (Verdict.UNKNOWN, "interrupted")


def test_more_workers_than_processors_are_refused(four: Cluster) -> None:
    with pytest.raises(UsageError) as refused:
        check(SOME(), cluster=Cluster(workers=9), progress=False)
    assert "1 to 4 workers" in str(refused.value)
