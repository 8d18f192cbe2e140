"""The sequential store: TLC's counts, its claims, and the mistakes that break them."""

from __future__ import annotations

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check, state_graph
from raftnb.language import cycle, either, when
from raftnb.specs.store.sequential import (
    SEQUENTIAL_STORE,
    Client,
    Key,
    Op,
    Request,
    Response,
    Shared,
    Store,
    Value,
    a_written_value_is_read,
    last_written,
)


@pytest.mark.parametrize(
    ("clients", "keys", "values", "counts"),
    [
        (2, 1, 1, (149, 219, 20)),
        (2, 1, 2, (305, 503, 20)),
        (3, 2, 2, (6_070, 10_774, 28)),
    ],
)
def test_the_counts_are_those_that_tlc_prints(
    clients: int, keys: int, values: int, counts: tuple[int, int, int]
):
    result = check(SEQUENTIAL_STORE(clients=clients, keys=keys, values=values))
    assert result.verdict is Verdict.HOLDS
    assert (result.distinct, result.generated, result.depth) == counts
    assert result.not_checked == ("reads_return_the_last_write",)


def test_with_its_log_the_store_is_checked_to_a_bound():
    result = check(SEQUENTIAL_STORE(history=True, max_log=6))
    assert result.verdict is Verdict.HOLDS
    assert result.not_checked == ()


class ForgetfulStore(Store):
    """Answers a write, and forgets to do it."""

    def serve(self) -> None:
        r = self.request
        answer = r.value if r.op == Op.WRITE else self.dictionary[r.key]
        self.response = Response(r.client, r.op, r.key, answer)


class StickyStore(Store):
    """Does a write only where the key has no value yet."""

    def serve(self) -> None:
        r = self.request
        if r.op == Op.WRITE and self.dictionary[r.key] is None:
            self.dictionary |= {r.key: r.value}
        answer = r.value if r.op == Op.WRITE else self.dictionary[r.key]
        self.response = Response(r.client, r.op, r.key, answer)


class InventiveStore(Store):
    """Reads of the initial value give some other value."""

    def serve(self) -> None:
        r = self.request
        if r.op == Op.WRITE:
            self.dictionary |= {r.key: r.value}
        found = self.dictionary[r.key]
        answer = either(*Value) if found is None else found
        self.response = Response(r.client, r.op, r.key, answer)


class UnlockedClient(Client):
    """Does not wait for the mutex."""

    def take_mutex(self) -> None:
        Shared.mutex = self


@pytest.mark.parametrize(
    ("cls", "constants", "steps"),
    [
        (ForgetfulStore, {"clients": 1}, 14),
        (StickyStore, {"clients": 1, "values": 2, "max_log": 6}, 22),
        (InventiveStore, {"clients": 1}, 6),
    ],
)
def test_a_store_that_does_not_return_the_last_write_is_found(
    cls: type[Store], constants: dict[str, int], steps: int
):
    model = SEQUENTIAL_STORE.variant(cls.__name__, cls)(history=True, **constants)
    result = check(model)
    assert result.verdict is Verdict.VIOLATED
    assert result.property == "reads_return_the_last_write"
    assert result.trace is not None
    assert len(result.trace) == steps
    world = model.start()
    for step in result.trace.steps:
        world.take(step)
    assert world.state == result.trace.last


def test_without_the_mutex_two_clients_are_at_work():
    result = check(SEQUENTIAL_STORE.variant("unlocked", UnlockedClient)())
    assert result.verdict is Verdict.VIOLATED
    assert result.property == "one_client_at_a_time"
    assert result.trace is not None
    assert [str(s) for s in result.trace.steps] == ["c1.take_mutex()", "c2.take_mutex()"]


def test_a_client_that_waits_before_it_asks_is_a_deadlock():
    class HastyClient(Client):
        order = cycle(Client.take_mutex, Client.receive, Client.request, Client.release)

    model = SEQUENTIAL_STORE.variant("hasty", HastyClient)(clients=1)
    result = check(model)
    assert (result.verdict, result.property) == (Verdict.VIOLATED, "deadlock")
    assert result.trace is not None
    assert [str(s) for s in result.trace.steps] == ["c1.take_mutex()"]


def test_a_sometimes_that_never_happens_is_a_violation():
    class MuteStore(Store):
        def respond(self) -> None:
            when(self.response.op == Op.WRITE)
            client = self.response.client
            Shared.responses |= {client: Shared.responses[client] + (self.response,)}

    result = check(SEQUENTIAL_STORE.variant("mute", MuteStore)(clients=1), deadlock=False)
    assert (result.verdict, result.property) == (Verdict.VIOLATED, a_written_value_is_read.__name__)
    assert result.trace is None


def test_a_bound_that_stops_the_exploration_is_unknown():
    result = check(SEQUENTIAL_STORE(), max_depth=5)
    assert result.verdict is Verdict.UNKNOWN
    assert result.bound is not None
    assert "5" in result.bound


def test_the_last_written_value_is_that_of_the_last_answered_write():
    world = SEQUENTIAL_STORE(values=2, keys=2).start()
    c, (x, y), (v, w) = world["c1"], world[Key], [world["v1"], world["v2"]]
    log = (Response(c, Op.WRITE, x, v), Response(c, Op.WRITE, y, w), Request(c, Op.WRITE, x, w))
    assert last_written((), x) is None
    assert last_written(log, x) == v
    assert last_written(log, y) == w


def test_the_state_graph_of_one_client_is_complete():
    graph = state_graph(SEQUENTIAL_STORE(clients=1))
    assert graph.complete
    assert len(graph.states) == check(SEQUENTIAL_STORE(clients=1)).distinct
    assert {i for i, _, _ in graph.edges} == set(range(len(graph.states)))
