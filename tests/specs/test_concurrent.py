"""Concurrent stores: what each can produce, and which are linearizable."""

from __future__ import annotations

import pytest

from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.experiments.store_histories import history_of, produced, well_formed
from raftnb.explore import check
from raftnb.language.temporal import leads_to
from raftnb.linear import Register
from raftnb.linear import check as check_history
from raftnb.liveness import check_liveness
from raftnb.specs.store.concurrent import (
    LINEARIZABLE_STORE,
    QUEUE_STORE,
    STALE_STORE,
    is_answered,
    waits,
)
from raftnb.specs.store.sequential import FAIR_STORE, SEQUENTIAL_STORE, Op

BOUNDS = [
    {"clients": 2, "keys": 1, "values": 1, "max_log": 6},
    {"clients": 2, "keys": 1, "values": 2, "max_log": 4},
    {"clients": 2, "keys": 2, "values": 1, "max_log": 4},
    {"clients": 3, "keys": 1, "values": 1, "max_log": 4},
]


def linearizable(bounds):
    """The linearizable histories within a bound, from part 3's checker and no specification."""
    return {h for h in all_histories(bounds) if is_linearizable(h)}


def all_histories(bounds):
    clients, keys, values = (
        [f"{letter}{i + 1}" for i in range(bounds[name])]
        for letter, name in (("c", "clients"), ("k", "keys"), ("v", "values"))
    )
    return well_formed(clients, keys, values, bounds["max_log"])


def is_linearizable(history):
    return check_history(history, Register()).verdict is Verdict.HOLDS


@pytest.mark.parametrize("bounds", BOUNDS, ids=str)
def test_the_concurrent_store_produces_the_linearizable_histories_and_no_other(bounds):
    assert produced(LINEARIZABLE_STORE(history=True, **bounds)) == linearizable(bounds)


def test_a_store_that_serves_in_order_of_arrival_produces_only_some_of_them():
    bounds = BOUNDS[0]
    wanted, queued = linearizable(bounds), produced(QUEUE_STORE(history=True, **bounds))
    assert queued < wanted
    assert (len(queued), len(wanted)) == (1169, 1501)
    overtaking = History.parse(
        "k1 write(v1) c1; k1 read() c2; k1 Ok(null) c2; k1 Ok() c1",
    )
    assert overtaking in wanted - queued


def test_the_sequential_store_produces_only_those_where_clients_take_turns():
    bounds = BOUNDS[0]
    found = produced(SEQUENTIAL_STORE(history=True, **bounds))
    in_turn = {
        h for h in linearizable(bounds)
        if all(a.returned is not None and a.returned < b.invoked
               for a, b in zip(h.operations, h.operations[1:], strict=False))
    }  # fmt: skip
    assert found == in_turn


def test_the_stale_store_produces_histories_that_are_not_linearizable():
    bounds = BOUNDS[0]
    bad = produced(STALE_STORE(history=True, **bounds)) - linearizable(bounds)
    assert len(bad) == 252
    shortest = min(bad, key=lambda h: (len(h), str(h)))
    assert shortest == History.parse("k1 write(v1) c1; k1 Ok() c1; k1 read() c1; k1 Ok(null) c1")
    assert not any(map(is_linearizable, bad))


def test_the_number_of_well_formed_histories_is_what_counting_gives():
    assert len(list(all_histories(BOUNDS[0]))) == 2827
    assert len(set(well_formed(["c1"], ["k1"], ["v1"], 2))) == 1 + 2 + 3


def test_a_log_reads_as_a_history():
    world = SEQUENTIAL_STORE(history=True).start()
    c1, store, k1, v1 = (world[name] for name in ("c1", "store", "k1", "v1"))
    c1.take_mutex()
    c1.request(k1, v1, choose=[Op.WRITE])
    store.take_request()
    store.serve()
    store.respond()
    c1.receive()
    log = world.state["Shared", "log"]
    assert history_of(log) == History.parse("k1 write(v1) c1; k1 Ok() c1")


@pytest.mark.parametrize(
    ("spec", "states"),
    [(QUEUE_STORE, 816), (LINEARIZABLE_STORE, 816), (STALE_STORE, 1566)],
    ids=lambda x: getattr(x, "name", ""),
)
def test_the_concurrent_stores_hold_what_they_claim(spec, states):
    found = check(spec())
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, states)
    assert check_liveness(spec()).verdict is Verdict.HOLDS


def test_a_store_that_chooses_may_pass_over_a_client_for_ever_one_with_a_queue_may_not():
    served = leads_to(waits, is_answered)
    assert check_liveness(QUEUE_STORE(clients=3), served).verdict is Verdict.HOLDS
    assert check_liveness(LINEARIZABLE_STORE(), served).verdict is Verdict.VIOLATED


def test_a_fair_mutex_lets_every_client_run():
    assert check_liveness(SEQUENTIAL_STORE()).property == "all_clients_eventually_run (c = c1)"
    assert check_liveness(FAIR_STORE()).verdict is Verdict.HOLDS
