"""What the clients of Raft see: walks, the histories of mistakes, and reads under a lease."""

from __future__ import annotations

from importlib import import_module
from types import FunctionType

import pytest

from raftnb.__main__ import main
from raftnb.data.errors import UsageError
from raftnb.data.events import Response
from raftnb.data.verdict import Verdict
from raftnb.experiments import history_told, sized
from raftnb.experiments.client_walks import ClientWalks, client_histories, client_history
from raftnb.explore import check
from raftnb.language import macro, send, when
from raftnb.linear import Register
from raftnb.linear import check as judge
from raftnb.specs.raft.client_scenes import read, successor_writes
from raftnb.specs.raft.clients import (
    RAFT_STORE,
    RAFT_STORE_READ_INDEX,
    Calls,
    Client,
    ClientResponse,
    StoreServer,
)
from raftnb.specs.raft.leases import RAFT_STORE_LEASES, LeaseServer, clocks_keep_together
from raftnb.specs.raft.mistakes import MUTANTS, STORE_MUTANTS, Mutant
from raftnb.specs.raft.mistakes.leases import lease_is_used
from raftnb.specs.raft.read_index import reads_see_all_that_was_chosen
from raftnb.specs.raft.scenes import count_vote, stand, vote
from raftnb.specs.raft.server import Role, Value
from raftnb.specs.store.sequential import Op

ROW = {mutant.row: mutant for mutant in STORE_MUTANTS}


def name(mutant: Mutant) -> str:
    return f"{mutant.row}-{mutant.server.__name__}"


@pytest.mark.parametrize("mutant", STORE_MUTANTS, ids=name)
def test_a_mistake_shows_in_a_history_that_no_store_has(mutant):
    assert judge(history_told(mutant), Register()).verdict is Verdict.VIOLATED


@pytest.mark.parametrize("mutant", STORE_MUTANTS, ids=name)
def test_without_the_mistake_the_same_scene_is_linearizable(mutant):
    history = history_told(mutant, mutant.original)
    assert judge(history, Register()).verdict is Verdict.HOLDS


@pytest.mark.parametrize("spec", [RAFT_STORE, RAFT_STORE_READ_INDEX, RAFT_STORE_LEASES])
def test_walks_with_faults_find_nothing(spec):
    found = client_histories(sized(spec), operations=60)
    assert found.verdict is Verdict.UNKNOWN
    assert found.operations >= 60


def test_the_same_seed_walks_the_same_way():
    model = sized(RAFT_STORE_LEASES)
    walks = ClientWalks(model)
    first, second = ([str(walk.history) for n in range(3) for walk in walks(n)] for _ in range(2))
    assert first == second
    assert len(set(first)) == 3


def test_walks_have_faults_and_clients_that_ask_again():
    walks = ClientWalks(sized(RAFT_STORE))
    histories = [walk.history for n in range(3) for walk in walks(n)]
    assert any(operation.pending for h in histories for operation in h.operations)


def test_a_mistake_is_found_by_walking():
    model = sized(RAFT_STORE_READ_INDEX.variant("mistaken", ROW[37].server))
    found = client_histories(model, operations=500)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "linearizable")
    assert judge(found.history, Register()).verdict is Verdict.VIOLATED


class AnswersAsItWas(StoreServer):
    @macro
    def perform(self, command: Value) -> None:
        """A write is answered by what was there before it."""
        before = self.dictionary[Calls.of[command].key]
        super().perform(command)
        if Calls.of[command].op == Op.WRITE:
            self.answers |= {Calls.of[command].client: before}


class AnswersNothing(StoreServer):
    def respond(self, client: Client) -> None:
        """Who wrote is told of nothing."""
        when(self.role == Role.LEADER)
        when(self.done[client] is not None)
        send(ClientResponse(command=self.done[client], value=None), to=client)


@pytest.mark.parametrize("server", [AnswersAsItWas, AnswersNothing])
def test_a_write_that_is_answered_by_something_else_is_found(server):
    found = client_histories(sized(RAFT_STORE.variant("wrong", server)), operations=200)
    assert found.verdict is Verdict.VIOLATED


def test_a_history_is_what_clients_call_and_hear():
    world = ROW[41].model().start()
    lease_is_used(world)
    events = client_history(world.trace).events
    assert [str(event) for event in events] == [
        "k1 write(v1) c1",
        "k1 Ok() c1",
        "k1 read() c2",
        "k1 Ok(v1) c2",
    ]
    assert sum(isinstance(event, Response) for event in events) == 2


def test_walks_are_of_raft_with_clients_over_a_network_that_is_a_bag():
    with pytest.raises(UsageError, match="duplicates"):
        client_histories(sized(RAFT_STORE, duplicates=1))
    with pytest.raises(UsageError, match="without clients"):
        history_told(MUTANTS[0])


def test_the_command_walks_and_says_what_it_cannot(capsys):
    assert main(["histories", "raft-store-read-index", "--operations", "10"]) == 3
    assert "operations in" in capsys.readouterr().out
    assert main(["histories", "raft"]) == 2
    assert "without the clients of Raft" in capsys.readouterr().err


# Leases.


def test_under_a_lease_nobody_else_is_elected_and_reads_ask_nobody():
    world = RAFT_STORE_LEASES(servers=3, clients=2, values=4, max_reads=2).start()
    lease_is_used(world)
    assert (world["s1"].leaseUntil, world["s2"].promisedUntil) == (1, 3)
    assert not [s for s in world.enabled() if (s.process, s.action) == ("s2", "time_out")]
    stand(world, "s3", term=2)
    vote(world, "s2", "s3")
    count_vote(world, "s3", "s2")
    assert world["s3"].votesGranted == {world["s3"]}
    world["s1"].tick()
    assert not world["s1"].has_lease()


def test_a_server_that_comes_back_promises_once_more():
    world = RAFT_STORE_LEASES(servers=3).start()
    world["s1"].restart()
    assert not [s for s in world.enabled() if (s.process, s.action) == ("s1", "time_out")]
    assert [s for s in world.enabled() if (s.process, s.action) == ("s2", "time_out")]


class NeverPromises(LeaseServer):
    def keeps_promise(self) -> bool:
        """Whoever is asked votes."""
        return False


class LongLease(LeaseServer):
    def lease_from(self, began: int) -> int:
        """As long as the promises, as if all clocks were one."""
        return began + 3


@pytest.mark.parametrize("server", [LeaseServer, NeverPromises, LongLease])
def test_a_lease_rests_on_promises_that_last_longer(server):
    spec = RAFT_STORE_LEASES
    spec = spec if server is LeaseServer else spec.variant(server.__name__, server)
    world = spec(history=True, servers=3, clients=2, values=4, max_reads=2).start()
    lease_is_used(world)
    if server is not NeverPromises:
        for server_name in ("s1", "s2", "s3", "s1", "s2", "s3", "s2"):
            world[server_name].tick()
    successor_writes(world, "v3")
    read(world, "c2", "v4", "s1")
    stale = world.failure(reads_see_all_that_was_chosen) is not None
    assert stale == (server is not LeaseServer)
    assert world.failure(clocks_keep_together) is None


def test_leases_are_explored_to_the_end_within_small_bounds():
    sizes = {"duplicates": 0, "max_messages": 2, "max_term": 1, "max_reads": 2, "max_clock": 2}
    found = check(RAFT_STORE_LEASES(history=True, **sizes), progress=False)
    assert found.verdict is Verdict.HOLDS
    assert found.witnesses["a_read_is_answered_under_a_lease"] is not None


def test_no_module_takes_the_name_of_what_the_package_gives() -> None:
    package = import_module("raftnb.experiments")
    assert package.client_history
    assert isinstance(package.client_histories, FunctionType)
