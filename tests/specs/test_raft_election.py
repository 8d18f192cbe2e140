"""A leader can always be elected: proved for any number of servers, and played for three."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from raftnb.data.trace import State
from raftnb.data.verdict import Verdict
from raftnb.language import Spec, reply
from raftnb.language.leads import Leads
from raftnb.language.world import World
from raftnb.prove import prove
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.election_progress import (
    A_LEADER_CAN_BE_ELECTED,
    RAFT_ELECTION,
    RAFT_ELECTION_PROOF,
)
from raftnb.specs.raft.prevote import CheckQuorumServer, PreVote, PreVoteResponse
from raftnb.specs.raft.prevote_progress import A_LEADER_CAN_BE_ELECTED as CALM
from raftnb.specs.raft.prevote_progress import (
    RAFT_PREVOTE_ELECTION,
    RAFT_PREVOTE_ELECTION_PROOF,
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


# With PreVote nobody goes to a new term by itself (chapter 11 proves that one can be elected).


class SaysNothingNew(CheckQuorumServer):
    """Its answers are of the term of the question."""

    def handle_pre_vote(self, m: PreVote) -> None:
        reply(m, PreVoteResponse(term=m.term, voteGranted=self.would_vote_for(m)))


def test_who_does_not_say_that_its_term_is_newer_keeps_others_from_being_elected() -> None:
    spec = RAFT_PREVOTE_ELECTION.variant("says nothing new", SaysNothingNew)
    proof = RAFT_PREVOTE_ELECTION_PROOF.of(spec)
    found = prove(proof, workers=1, timeout=1, trust=True, only=CALM.name)
    steps = {c.claim.partition(": ")[2] for c in found.unknown}
    assert "PreVoteServer.handle_pre_vote lowers the rank" in steps


# The schedules, played by plain Python from states that are met.


def wandered(spec: Spec, state: State, chance: random.Random) -> State:
    """A state some random steps later."""
    world = World(spec(servers=3, values=1))
    for _ in range(chance.randrange(30)):
        state = chance.choice([after for _, after in world.successors(state)])
    return state


def value(function: Any, names: dict[str, Any]) -> Any:
    """What a function of the proof gives, by the names of its parameters."""
    code = function.__code__
    return function(*(names[name] for name in code.co_varnames[: code.co_argcount]))


def helping(leads: Leads, world: World, names: dict[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """The steps that help."""
    for helps in leads.helpful:
        for me in sorted(names["q"]):
            for m in world.messages() if helps.own else (None,):
                kind = helps.when.__annotations__.get("m")
                if m is not None and type(m).__name__ != kind:
                    continue
                if value(helps.when, {**names, "me": me, "m": m}):
                    yield helps.action, me, m


def play(world: World, leads: Leads, servers: list[str]) -> list[str]:
    """Follow the schedule to its end: the steps that it took, none where a leader serves."""
    with world:
        q = frozenset(world[name] for name in servers)
        top = max(s.currentTerm for s in q)
        highest = sorted(s for s in q if s.currentTerm == top)
        if leads is A_LEADER_CAN_BE_ELECTED:
            if any(s.role == Role.LEADER for s in highest):
                return []
            top += 1
        c = max(sorted(q), key=lambda s: (last_term(s.log), len(s.log)))
        names = {"c": c, "z": highest[0], "q": q, "t": top}
    steps, ranks = [], []
    while True:
        with world:
            if value(leads.then, names):
                return steps
            assert value(leads.claim, names)
            ranks.append(tuple(value(part, names) for part in leads.rank))
            assert ranks == sorted(set(ranks), reverse=True)
            action, me, m = next(helping(leads, world, names))
        step = getattr(world[me.name], action.name)
        step(m) if m is not None else step()
        steps.append(action.name)


@pytest.mark.parametrize(
    ("spec", "leads"),
    [(RAFT_ELECTION, A_LEADER_CAN_BE_ELECTED), (RAFT_PREVOTE_ELECTION, CALM)],
    ids=["raft", "prevote"],
)
def test_the_schedule_leads_to_a_leader_from_whatever_state_is_met(
    spec: Spec, leads: Leads
) -> None:
    """Random steps, an election, random steps from there, ten times in each of six histories."""
    chance, played = random.Random(0), []
    for _ in range(6):
        state = spec(servers=3, values=1).initial_states[0]
        for _ in range(10):
            world = World(spec(servers=3, values=1), wandered(spec, state, chance))
            servers = chance.choice([["s1", "s2"], ["s2", "s3"], ["s1", "s2", "s3"]])
            played.append(play(world, leads, servers))
            state = world.state
    taken = [steps for steps in played if steps]
    assert len(taken) > 30
    assert min(map(len, taken)) >= 5
    actions = {helps.action.name for helps in leads.helpful}
    assert {name for steps in taken for name in steps} == actions
