"""Raft as libraries do it, explored within bounds; the logs are in tests/conform."""

from __future__ import annotations

import pytest

from raftnb import Spec, Verdict
from raftnb.explore import check, random_walks
from raftnb.specs.libraries.etcd import RAFT_ETCD
from raftnb.specs.libraries.libraft import RAFT_LIBRAFT
from raftnb.specs.libraries.pysyncobj import RAFT_PYSYNCOBJ

RESTARTED = {"max_term": 1, "max_restarts": 1, "max_messages": 2}
TWO_TERMS = {"max_term": 2, "max_restarts": 0, "max_messages": 1}


@pytest.mark.parametrize(
    ("spec", "restarted", "two_terms"),
    [
        (RAFT_ETCD, 2_508, 1_395),
        (RAFT_LIBRAFT, 71_338, 15_698),
        (RAFT_PYSYNCOBJ, 2_344, 2_050),
    ],
)
def test_a_library_is_safe_within_bounds(spec: Spec, restarted: int, two_terms: int) -> None:
    sizes = {"servers": 2, "max_log": 1, "duplicates": 0}
    for bounds, states in ((RESTARTED, restarted), (TWO_TERMS, two_terms)):
        found = check(spec(**sizes, **bounds), progress=False)
        assert (found.verdict, found.distinct) == (Verdict.HOLDS, states)


@pytest.mark.parametrize("spec", [RAFT_ETCD, RAFT_LIBRAFT, RAFT_PYSYNCOBJ])
def test_walks_of_three_servers_find_nothing(spec: Spec) -> None:
    bounds = {"max_term": 3, "max_log": 2, "max_restarts": 1, "max_messages": 6}
    model = spec(servers=3, duplicates=0, history=True, **bounds)
    found = random_walks(model, walks=200, depth=60, seed=1, deadlock=False, progress=False)
    assert (found.verdict, found.property) == (Verdict.UNKNOWN, None)
