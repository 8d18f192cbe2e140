"""A leader can always be elected: proved for any number of servers, and played for three."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from raftnb.data.trace import State
from raftnb.data.verdict import Verdict
from raftnb.language import Spec
from raftnb.language.world import World
from raftnb.prove import prove
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.election_progress import (
    A_LEADER_CAN_BE_ELECTED,
    RAFT_ELECTION,
    RAFT_ELECTION_PROOF,
    can_win,
    leads_anew,
)
from raftnb.specs.raft.server import Role, Server, last_term


def test_a_leader_can_always_be_elected_for_any_number_of_servers() -> None:
    found = prove(RAFT_ELECTION_PROOF, workers=1)
    assert (found.verdict, found.unknown) == (Verdict.HOLDS, ())


def failing(spec: Spec) -> set[str]:
    """What is not proved of the election in a specification."""
    name = A_LEADER_CAN_BE_ELECTED.name
    proof = RAFT_ELECTION_PROOF.of(spec)
    found = prove(proof, workers=1, timeout=1, trust=True, only=name)
    return {c.claim.partition(": ")[2] for c in found.unknown}


def test_where_messages_are_repeated_it_is_as_true() -> None:
    assert failing(RAFT_ELECTION.variant("repeated", delivery=RAFT.delivery)) == set()


class Shy(Server):
    """It never votes for another server."""

    def may_vote_for(self, candidate: Server) -> bool:
        return candidate == self


def test_servers_that_refuse_their_votes_elect_nobody() -> None:
    assert "Server.handle_request_vote lowers the rank" in failing(
        RAFT_ELECTION.variant("shy", Shy)
    )


# The schedule, played by plain Python from states that are met.


def states(chance: random.Random, many: int) -> Iterator[State]:
    """States of random walks."""
    world = World(RAFT_ELECTION(servers=3, values=1))
    while True:
        state = world.model.initial_states[0]
        for _ in range(30):
            state = chance.choice([after for _, after in world.successors(state)])
            if chance.random() < 0.2:
                yield state
                many -= 1
                if many == 0:
                    return


def value(function: Any, names: dict[str, Any]) -> Any:
    """What a function of the proof gives, by the names of its parameters."""
    code = function.__code__
    return function(*(names[name] for name in code.co_varnames[: code.co_argcount]))


def helping(world: World, names: dict[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """The steps that help."""
    for helps in A_LEADER_CAN_BE_ELECTED.helpful:
        for me in names["q"]:
            for m in world.messages() if helps.own else (None,):
                kind = helps.when.__annotations__.get("m")
                if m is not None and type(m).__name__ != kind:
                    continue
                if value(helps.when, {**names, "me": me, "m": m}):
                    yield helps.action, me, m


def play(state: State, servers: list[str]) -> int:
    """Follow the schedule to its end; how many steps it took, 0 where a leader serves."""
    world = World(RAFT_ELECTION(servers=3, values=1), state)
    with world:
        q = frozenset(world[name] for name in servers)
        top = max(s.currentTerm for s in q)
        highest = sorted(s for s in q if s.currentTerm == top)
        if any(s.role == Role.LEADER for s in highest):
            return 0
        c = max(sorted(q), key=lambda s: (last_term(s.log), len(s.log)))
        names = {"c": c, "z": highest[0], "q": q, "t": top + 1}
    steps, ranks = 0, []
    while True:
        with world:
            if value(leads_anew, names):
                return steps
            assert value(can_win, names)
            ranks.append(tuple(value(part, names) for part in A_LEADER_CAN_BE_ELECTED.rank))
            assert ranks == sorted(set(ranks), reverse=True)
            action, me, m = next(helping(world, names))
        step = getattr(world[me.name], action.name)
        step(m) if m is not None else step()
        steps += 1


def test_the_schedule_leads_to_a_leader_from_whatever_state_is_met() -> None:
    chance = random.Random(0)
    taken = []
    for state in states(chance, 60):
        taken.append(play(state, chance.choice([["s1", "s2"], ["s2", "s3"], ["s1", "s2", "s3"]])))
    assert sum(steps > 0 for steps in taken) > 30
    assert min(steps for steps in taken if steps) >= 5
