"""Mistakes about emptied disks: what was promised is not asked of all, or not for good."""

from __future__ import annotations

from typing import Any

from raftnb.specs.raft.claims import election_safety, leader_completeness
from raftnb.specs.raft.emptied import (
    RAFT_EMPTIED_DISKS,
    EmptiedDiskServer,
    TermRequest,
    TermResponse,
)
from raftnb.specs.raft.mistakes.mutant import Mutant
from raftnb.specs.raft.mistakes.torn import replicate_stored, store
from raftnb.specs.raft.scenes import (
    commit,
    count_vote,
    elect,
    find,
    receive,
    request,
    stand,
    vote,
)
from raftnb.specs.raft.server import RequestVote, Server


def ask(world: Any, server: str, *others: str) -> None:
    """A server whose disk was emptied asks others for their terms, and these answer."""
    for other in others:
        world[server].ask_for_term(world[other])
        question = world[server].question
        world[other].handle_term_request(find(world, TermRequest, server, other, question=question))


def hear(world: Any, server: str, *others: str, question: int) -> None:
    """The answers of others to a question arrive, and the server goes by them."""
    for other in others:
        answer = find(world, TermResponse, other, server, question=question)
        world[server].handle_term_response(answer)
    world[server].find_term()


class VotesEmptied(EmptiedDiskServer):
    """A server whose disk was emptied takes itself for a new one."""

    def lose_all(self) -> None:
        """Fail and come back with an empty disk, which is not noticed."""
        super().lose_all()
        self.tornIn = None
        self.isEmptied = False


ROW_74 = Mutant(
    row=74,
    server=VotesEmptied,
    breaks=election_safety,
    servers=3,
    terms=1,
    entries=0,
    restarts=1,
    network={"max_messages": 3},
    why="It votes a second time in a term of which it knows nothing.",
    seen_in=("nats-server PR #7587",),
    base=RAFT_EMPTIED_DISKS,
)


class AsksAMajority(EmptiedDiskServer):
    """A server whose disk was emptied goes by the terms of a majority, itself among it."""

    def has_all_answers(self) -> bool:
        """Whether a majority knows its term."""
        return 2 * (len(self.answeredBy) + 1) > len(Server)


def candidate_is_not_asked(world: Any) -> None:
    """s3 votes for s1 in term 2, forgets it, and acknowledges what s2 appends in term 1."""
    elect(world, "s2", "s3")
    stand(world, "s1", 2)
    vote(world, "s3", "s1")
    world["s3"].lose_all()
    ask(world, "s3", "s2")
    hear(world, "s3", "s2", question=1)
    request(world, "s2")
    store(world, "s2")
    replicate_stored(world, "s2", "s3")
    commit(world, "s2", 1)
    count_vote(world, "s1", "s3")
    world["s1"].become_leader()


ROW_75 = Mutant(
    row=75,
    server=AsksAMajority,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=1,
    restarts=1,
    how="script",
    scene=candidate_is_not_asked,
    why="Only the candidate knows of the vote, and it is not asked.",
    base=RAFT_EMPTIED_DISKS,
)


class TrustsOldAnswers(EmptiedDiskServer):
    """An answer to a question of before another loss counts."""

    def is_answer(self, m: TermResponse) -> bool:
        """Whether a response may be the answer to any question at all."""
        return self.isEmptied


def be_made_good(world: Any, server: str, leader: str, voter: str) -> None:
    """A leader is elected without the server, commits an entry, and tells it all."""
    elect(world, leader, voter)
    request(world, leader)
    store(world, leader)
    replicate_stored(world, leader, voter)
    commit(world, leader, 1)
    replicate_stored(world, leader, server)


def old_answer_is_told(world: Any) -> None:
    """s3 votes for s1 in term 2, its disk is emptied, and it hears what others said long ago."""
    world["s3"].lose_all()
    ask(world, "s3", "s1", "s2")
    world["s3"].lose_all()
    ask(world, "s3", "s1", "s2")
    hear(world, "s3", "s1", "s2", question=2)
    be_made_good(world, "s3", "s2", "s1")
    stand(world, "s1")
    vote(world, "s3", "s1")
    world["s3"].lose_all()
    hear(world, "s3", "s1", "s2", question=1)
    request(world, "s2")
    store(world, "s2")
    replicate_stored(world, "s2", "s3")
    commit(world, "s2", 2)
    count_vote(world, "s1", "s3")
    world["s1"].become_leader()


ROW_76 = Mutant(
    row=76,
    server=TrustsOldAnswers,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=2,
    restarts=3,
    how="script",
    scene=old_answer_is_told,
    why="It was true when it was given.",
    base=RAFT_EMPTIED_DISKS,
)


class StandsAgain(EmptiedDiskServer):
    """A server whose disk was emptied stands for election again, by its old name."""

    def may_stand(self) -> bool:
        """Whether it may stand: always."""
        return True


def commit_one_more(world: Any, leader: str, voters: tuple[str, ...], term: int) -> None:
    """A server is elected in a term, and commits an entry with those who elected it."""
    elect(world, leader, *voters, term=term)
    request(world, leader)
    store(world, leader)
    for voter in voters:
        replicate_stored(world, leader, voter)
    commit(world, leader, term)


def request_outlives_the_disk(world: Any) -> None:
    """s1 asks for votes of term 3 and forgets it; s3 gives its vote, and forgets that."""
    stand(world, "s1", 3)
    world["s1"].lose_all()
    ask(world, "s1", "s2", "s3", "s4", "s5")
    hear(world, "s1", "s2", "s3", "s4", "s5", question=1)
    commit_one_more(world, "s5", ("s4", "s2"), 1)
    replicate_stored(world, "s5", "s1")
    receive(world, find(world, RequestVote, "s1", "s3", term=3))
    world["s3"].lose_all()
    ask(world, "s3", "s1", "s2", "s4", "s5")
    hear(world, "s3", "s1", "s2", "s4", "s5", question=2)
    commit_one_more(world, "s4", ("s5", "s2"), 2)
    replicate_stored(world, "s4", "s3")
    replicate_stored(world, "s4", "s1")
    elect(world, "s2", "s3", "s4", term=3)
    stand(world, "s1", 3)
    vote(world, "s5", "s1")
    for voter in ("s3", "s5"):
        count_vote(world, "s1", voter)
    world["s1"].become_leader()


ROW_108 = Mutant(
    row=108,
    server=StandsAgain,
    breaks=election_safety,
    servers=5,
    terms=3,
    entries=2,
    restarts=2,
    network={"max_messages": 99, "max_copies": 9},
    how="script",
    scene=request_outlives_the_disk,
    why="What it asked for before may still be under way.",
    base=RAFT_EMPTIED_DISKS,
)
