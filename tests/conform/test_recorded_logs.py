"""The logs that come with the package."""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from raftnb import UsageError, Verdict
from raftnb.conform import EventError, EventMapping, read_events, recorded_log
from raftnb.conform.etcd import EtcdMapping
from raftnb.conform.libraft import LibraftMapping
from raftnb.conform.pysyncobj import PySyncObjMapping
from raftnb.specs.libraries.pysyncobj import RAFT_PYSYNCOBJ_FORGETFUL

from .logs import NO_JOURNAL, events_of, held


def test_without_its_journal_pysyncobj_forgets_its_vote() -> None:
    found = held(PySyncObjMapping(), events_of(NO_JOURNAL))
    assert (found.verdict, found.matched) == (Verdict.VIOLATED, 613)
    assert found.first_misfit is not None
    assert found.first_misfit.reasons == ("s0.votedFor is 0, logged null",)
    forgetful = held(PySyncObjMapping(RAFT_PYSYNCOBJ_FORGETFUL), events_of(NO_JOURNAL))
    assert (forgetful.matched, forgetful.first_misfit) == (1271, None)


def test_an_unknown_log_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="no recorded log 'etcdraft'") as told:
        recorded_log("etcdraft")
    assert "pso_no_journal" in str(told.value)


def test_a_file_that_is_damaged_is_an_error_of_the_file(tmp_path: Path) -> None:
    whole = gzip.compress(b'{"event": "start", "servers": ["a"]}\n' * 50)
    for damaged in (
        whole[:20] + bytes(15) + whole[35:],
        whole[:-9],
        b"plain",
        whole[:-8] + bytes(8),
    ):
        path = tmp_path / "log.jsonl.gz"
        path.write_bytes(damaged)
        with pytest.raises(UsageError) as told:
            list(read_events(path))
        assert (told.value.place, "whole" in told.value.cure) == (str(path), True)


@pytest.mark.parametrize("kind", ["frobnicate", ["receive"], {}, None, 3])
@pytest.mark.parametrize(("name", "mapping", "path"), [
    ("etcdraft_n3_s1", EtcdMapping, ("event", "name")),
    ("etcdraft_n3_s1", EtcdMapping, ("tag",)),
    ("libraft_n3_seed3_pre1_snap0", LibraftMapping, ("event",)),
    ("pso_journal_kill2", PySyncObjMapping, ("ev",)),
])  # fmt: skip
def test_an_event_of_an_unknown_kind_is_an_error_with_its_line(
    name: str, mapping: type[EventMapping], path: tuple[str, ...], kind: Any
) -> None:
    log = [copy.deepcopy(event) for event, _ in zip(recorded_log(name), range(70), strict=False)]
    within = next(event for event in log[60:] if path[0] in event)
    number = log.index(within) + 1
    for key in path[:-1]:
        within = within[key]
    within[path[-1]] = kind
    with pytest.raises(EventError) as told:
        held(mapping(), log)
    assert told.value.place == f"line {number}"
    assert json.dumps(kind) in told.value.found
    assert "mapping" not in told.value.cure
