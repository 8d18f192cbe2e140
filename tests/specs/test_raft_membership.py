"""Membership changes: joint consensus, and one server at a time."""

from __future__ import annotations

import pytest

from raftnb.data.errors import NotEnabled
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import Set
from raftnb.language.proof import Lemma, Proof
from raftnb.language.spec import Spec
from raftnb.prove import prove
from raftnb.specs.raft.claims import currentTerm_is_monotone
from raftnb.specs.raft.membership import (
    RAFT_JOINT,
    RAFT_ONE_BY_ONE,
    is_majority,
)
from raftnb.specs.raft.mistakes.membership import change
from raftnb.specs.raft.scenes import commit, elect, replicate, request
from raftnb.specs.raft.server import Role, Server

WIDE = {"servers": 4, "values": 6, "max_term": 9, "max_log": 9}


def test_a_cluster_shrinks_grows_and_goes_on_without_its_leader() -> None:
    world = RAFT_JOINT(**WIDE).start()
    elect(world, "s1", "s2", "s3")
    change(world, "s1", "v1", "s2", "s3")
    with pytest.raises(NotEnabled):
        world["s1"].finish_change(world["v2"])
    replicate(world, "s1", "s2")
    with pytest.raises(NotEnabled):
        commit(world, "s1", 1)
    replicate(world, "s1", "s3")
    commit(world, "s1", 1)
    world["s1"].finish_change(world["v2"])
    with pytest.raises(NotEnabled):
        commit(world, "s1", 2)
    replicate(world, "s1", "s2")
    replicate(world, "s1", "s3")
    commit(world, "s1", 2)
    world["s1"].leave()
    assert world["s1"].role == Role.FOLLOWER
    elect(world, "s2", "s3", term=2)
    request(world, "s2", "v3")
    replicate(world, "s2", "s3")
    commit(world, "s2", 3)
    change(world, "s2", "v4", "s2", "s3", "s4")
    old, new = (world.state["Configurations", name][world["v4"]] for name in ("old", "new"))
    assert sorted(s.name for s in old) == ["s2", "s3"]
    assert sorted(s.name for s in new) == ["s2", "s3", "s4"]


def test_one_server_is_added_after_an_entry_of_the_leaders_term() -> None:
    world = RAFT_ONE_BY_ONE(**WIDE).start()
    elect(world, "s1", "s2", "s3")
    with pytest.raises(NotEnabled):
        world["s1"].remove(world["v1"], world["s4"])
    request(world, "s1", "v1")
    replicate(world, "s1", "s2")
    replicate(world, "s1", "s3")
    commit(world, "s1", 1)
    world["s1"].remove(world["v2"], world["s4"])
    replicate(world, "s1", "s2")
    commit(world, "s1", 2)
    world["s1"].add(world["v3"], world["s4"])
    replicate(world, "s1", "s2")
    with pytest.raises(NotEnabled):
        commit(world, "s1", 3)


@pytest.mark.parametrize(
    ("spec", "states"), [(RAFT_JOINT, 25_685), (RAFT_ONE_BY_ONE, 11_041)], ids=lambda x: str(x)[:9]
)
def test_all_claims_hold_where_two_terms_are_explored_to_the_end(spec: Spec, states: int) -> None:
    found = check(spec(max_term=2, max_messages=1, history=True))
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, states)


def test_three_servers_change_jointly_where_one_entry_is_explored_to_the_end() -> None:
    found = check(RAFT_JOINT(servers=3, max_log=1), symmetry=True)
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 35_307)


def majorities_two_apart_meet(
    a: Set[Server], b: Set[Server], c: Set[Server], d: Set[Server]
) -> bool:
    both = len(c - d) + len(d - c) <= 2 and is_majority(a, c) and is_majority(b, d)
    return not both or any(s in a and s in b for s in Server)


def test_majorities_of_clusters_two_apart_need_not_meet() -> None:
    proof = Proof(
        RAFT_JOINT,
        invariant=(),
        goals=(Lemma(currentTerm_is_monotone, ()),),
        axioms=(Lemma(majorities_two_apart_meet),),
        opaque=(is_majority,),
    )
    found = prove(proof)
    assert found.verdict is not Verdict.HOLDS
    assert "majorities_two_apart_meet" in str(found)
