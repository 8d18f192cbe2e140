"""Scenes of calm elections, played by hand: who asks first, and who is asked to take over.

Each takes a world of the specification `raft-prevote` (or `raft-transfer`) and calls the real
actions, as those of `scenes` do.
"""

from __future__ import annotations

from typing import Any

from raftnb.specs.raft.prevote import PreVote, PreVoteResponse
from raftnb.specs.raft.scenes import elect, find, replicate
from raftnb.specs.raft.transfer import TimeoutNow


def ask_around(world: Any, server: str, *voters: str) -> None:
    """A server asks all others whether they would vote for it, and these answer."""
    world[server].ask_for_pre_votes()
    for voter in voters:
        answer_pre_vote(world, voter, server)


def answer_pre_vote(world: Any, voter: str, server: str) -> None:
    """A voter answers a PreVote, and who asked hears of it."""
    world[voter].handle_pre_vote(find(world, PreVote, server, voter))
    answer = find(world, PreVoteResponse, voter, server)
    if answer.term > world[server].currentTerm:
        world[server].update_term(answer)
    world[server].handle_pre_vote_response(answer)


def elect_calmly(world: Any, leader: str, *voters: str) -> None:
    """A server asks the voters, stands with their leave, and is elected by them."""
    ask_around(world, leader, *voters)
    elect(world, leader, *voters)


def hand_over(world: Any, leader: str, successor: str) -> None:
    """A leader brings its successor up to date, and asks it to stand."""
    world[leader].begin_transfer(world[successor])
    replicate(world, leader, successor)
    world[leader].ask_to_stand(world[successor])


def accept_invitation(world: Any, leader: str, successor: str) -> None:
    """The one who is asked to stand hears of it."""
    world[successor].handle_timeout_now(find(world, TimeoutNow, leader, successor))


__all__ = ["accept_invitation", "answer_pre_vote", "ask_around", "elect_calmly", "hand_over"]
