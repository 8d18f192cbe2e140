"""Mistakes of the store on top of Raft: reads of what is no longer so, commands done twice."""

from __future__ import annotations

from typing import Any

from raftnb.specs.raft.client_scenes import (
    answer,
    ask,
    confirm,
    count,
    finish,
    hear,
    one_write_done,
    read,
    successor_writes,
    write,
)
from raftnb.specs.raft.clients import (
    RAFT_STORE,
    RAFT_STORE_READ_INDEX,
    ClientRequest,
    ReadIndexStoreServer,
    StoreServer,
    answers_never_change,
)
from raftnb.specs.raft.mistakes.mutant import Mutant
from raftnb.specs.raft.read_index import HeartbeatResponse, reads_see_all_that_was_chosen
from raftnb.specs.raft.scenes import commit, elect, replicate
from raftnb.specs.raft.server import Server, Value
from raftnb.specs.store.sequential import Op

CLIENTS = {"clients": 2, "values": 4, "max_reads": 2}


def answered(world: Any, leader: str = "s1") -> None:
    """The read that waits is answered, and c2 hears it."""
    world[leader].answer_read()
    hear(world, leader, "c2")


class DeposedLeaderReads(ReadIndexStoreServer):
    """Who takes itself for the leader is believed, and asks nobody before a read."""

    def begin_read(self, m: ClientRequest) -> None:  # type: ignore[override]
        """A read arrives: it counts as confirmed."""
        super().begin_read(m)
        self.confirmedBy = frozenset(Server)


def deposed_leader_is_asked(world: Any) -> None:
    """s2 leads and has a newer value when c2 reads from s1."""
    one_write_done(world)
    successor_writes(world, "v2")
    read(world, "c2", "v3", "s1")


def deposed_leader_answers(world: Any) -> None:
    """It tells c2 what was so before."""
    deposed_leader_is_asked(world)
    answered(world)


ROW_36 = Mutant(
    row=36,
    server=DeposedLeaderReads,
    breaks=reads_see_all_that_was_chosen,
    servers=3,
    terms=2,
    entries=2,
    how="script",
    scene=deposed_leader_is_asked,
    told=deposed_leader_answers,
    why="A leader does not know that it has a successor.",
    base=RAFT_STORE_READ_INDEX,
    network=CLIENTS,
    history=True,
)


class ReadsBeforeItsTerm(ReadIndexStoreServer):
    """ReadIndex is used before the leader has committed an entry of its own term."""

    def may_read(self) -> bool:
        """A leader knows enough from the beginning."""
        return True


def new_leader_is_asked(world: Any) -> None:
    """s2 has v1 in its log, and does not know that it is committed."""
    one_write_done(world)
    elect(world, "s2", "s3")
    read(world, "c2", "v2", "s2")
    count(world, confirm(world, "s2", "s3"))


def new_leader_answers(world: Any) -> None:
    """It tells c2 that nothing has been written."""
    new_leader_is_asked(world)
    answered(world, "s2")


ROW_37 = Mutant(
    row=37,
    server=ReadsBeforeItsTerm,
    breaks=reads_see_all_that_was_chosen,
    servers=3,
    terms=2,
    entries=2,
    how="script",
    scene=new_leader_is_asked,
    told=new_leader_answers,
    why="A new leader has all that is committed, but does not know how much that is.",
    seen_in=(
        "etcd #7331",
        "redisraft #22",
        "tikv #9239",
        "adjoint-io/raft #41",
        "adjoint-io/raft PR #54",
    ),
    base=RAFT_STORE_READ_INDEX,
    network=CLIENTS,
    history=True,
)


class AppliesTwice(StoreServer):
    """A command that is in the log twice takes effect twice."""

    def is_new(self, command: Value) -> bool:
        """Whatever is in the log is done."""
        return True


def request_arrives_twice(world: Any) -> None:
    """c1 asks twice for its read; c2's write comes between, and s2 lags behind."""
    elect(world, "s1", "s2")
    world["c1"].call(world["v1"], world["k1"], choose=(Op.READ,))
    world["s1"].client_request(ask(world, "c1", "s1"))
    write(world, "c2", "v2", "s1")
    world["s1"].client_request(ask(world, "c1", "s1"))
    replicate(world, "s1", "s2", last=1)
    commit(world, "s1", 1)
    replicate(world, "s1", "s2")
    world["s2"].apply()
    finish(world, "s1")


def old_write_comes_back(world: Any) -> None:
    """c1's request arrives again after c2 has written, and c2 does not find its value."""
    elect(world, "s1", "s2")
    world["c1"].call(world["v1"], world["k1"], choose=(Op.WRITE,))
    request = ask(world, "c1", "s1")
    world["s1"].client_request(request)
    finish(world, "s1", "s2")
    answer(world, "s1", "c1")
    write(world, "c2", "v2", "s1")
    world["s1"].client_request(request)
    finish(world, "s1", "s2")
    answer(world, "s1", "c2")
    world["c2"].call(world["v3"], world["k1"], choose=(Op.READ,))
    world["s1"].client_request(ask(world, "c2", "s1"))
    finish(world, "s1", "s2")
    answer(world, "s1", "c2")


ROW_38 = Mutant(
    row=38,
    server=AppliesTwice,
    breaks=answers_never_change,
    servers=2,
    terms=1,
    entries=4,
    how="script",
    scene=request_arrives_twice,
    told=old_write_comes_back,
    why="A client that has no answer asks again, and both requests may be in the log.",
    seen_in=("curvine #676", "etcd #18424", "sorock #317", "rabbitmq/ra #145"),
    base=RAFT_STORE,
    network={"clients": 2, "values": 3},
    history=True,
)


class CountsOldConfirmations(ReadIndexStoreServer):
    """An answer to an earlier round of heartbeats confirms a later read."""

    def confirms(self, m: HeartbeatResponse) -> bool:
        """An answer to any round of this term will do."""
        return m.term == self.currentTerm


def old_confirmation_arrives(world: Any) -> None:
    """s2 confirmed c2's first read; the answer arrives when s2 leads, and c2 reads again."""
    one_write_done(world)
    replicate(world, "s1", "s3")
    read(world, "c2", "v2", "s1")
    old = confirm(world, "s1", "s2")
    count(world, confirm(world, "s1", "s3"))
    answered(world)
    successor_writes(world, "v3")
    read(world, "c2", "v4", "s1")
    count(world, old)


def old_confirmation_counts(world: Any) -> None:
    """s1 takes itself for confirmed, and answers."""
    old_confirmation_arrives(world)
    answered(world)


ROW_39 = Mutant(
    row=39,
    server=CountsOldConfirmations,
    breaks=reads_see_all_that_was_chosen,
    servers=3,
    terms=2,
    entries=2,
    how="script",
    scene=old_confirmation_arrives,
    told=old_confirmation_counts,
    why="It says who led when the earlier round was sent.",
    base=RAFT_STORE_READ_INDEX,
    network=CLIENTS,
    history=True,
)


class ReadsBeforeTheRound(ReadIndexStoreServer):
    """A read is answered before a majority has answered its round."""

    def still_leads(self) -> bool:
        """The heartbeats are on their way, and that is enough."""
        return True


ROW_40 = Mutant(
    row=40,
    server=ReadsBeforeTheRound,
    breaks=reads_see_all_that_was_chosen,
    servers=3,
    terms=2,
    entries=2,
    how="script",
    scene=deposed_leader_is_asked,
    told=deposed_leader_answers,
    why="The answers would have told the leader of its successor.",
    seen_in=("d-engine #381",),
    base=RAFT_STORE_READ_INDEX,
    network=CLIENTS,
    history=True,
)


class UsesARoundAgain(ReadIndexStoreServer):
    """Every read begins the same round of heartbeats."""

    def begin_read(self, m: ClientRequest) -> None:  # type: ignore[override]
        """A read arrives: its round has the number of the one before."""
        self.round = 0
        super().begin_read(m)


ROW_105 = Mutant(
    row=105,
    server=UsesARoundAgain,
    breaks=reads_see_all_that_was_chosen,
    servers=3,
    terms=2,
    entries=2,
    how="script",
    scene=old_confirmation_arrives,
    told=old_confirmation_counts,
    why="An answer to the earlier read cannot be told from one to this read.",
    seen_in=("etcd #20418",),
    base=RAFT_STORE_READ_INDEX,
    network=CLIENTS,
    history=True,
)
