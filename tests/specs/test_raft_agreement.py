"""Raft and raft.tla agree on what they share."""

from __future__ import annotations

import pytest

from raftnb.explore import reachable
from raftnb.specs.raft.agreement import RAFT_LATE_VOTE, shared_view, within
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.ongaro_tla import RAFT_TLA


def views(model, terms, entries):
    graph = reachable(model)
    assert graph.complete
    _, seen = graph.evaluate(shared_view)
    return {view for view in seen if within(view, terms, entries)}


@pytest.mark.parametrize(
    ("terms", "entries", "restarts", "here", "there"),
    [(1, 1, 2, 24, 30), (2, 1, 3, 123, 147), (1, 2, 2, 55, 65)],
)
def test_raft_reaches_what_raft_tla_does_but_for_votes_for_another_candidate(
    terms, entries, restarts, here, there
):
    bounds = {"servers": 2, "max_log": entries, "max_messages": 1}
    ours = {**bounds, "max_term": terms, "max_restarts": restarts, "duplicates": 0}
    raft = views(RAFT(**ours), terms, entries)
    tla = views(RAFT_TLA(**bounds, max_term=terms + 1), terms, entries)
    assert (len(raft), len(tla)) == (here, there)
    assert raft < tla


@pytest.mark.parametrize(("terms", "entries", "restarts"), [(1, 1, 2), (2, 1, 3), (1, 2, 2)])
def test_with_the_vote_of_raft_tla_both_reach_exactly_the_same(terms, entries, restarts):
    bounds = {"servers": 2, "max_log": entries, "max_messages": 1}
    ours = {**bounds, "max_term": terms, "max_restarts": restarts, "duplicates": 0}
    assert views(RAFT_LATE_VOTE(**ours), terms, entries) == views(
        RAFT_TLA(**bounds, max_term=terms + 1), terms, entries
    )
