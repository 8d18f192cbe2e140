"""Elections that stay calm: PreVote and CheckQuorum."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.data.errors import NotEnabled
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import discard
from raftnb.prove import prove
from raftnb.specs.raft.claims import RAFT, election_safety
from raftnb.specs.raft.prevote import (
    RAFT_PREVOTE,
    UNHURRIED_PREVOTE,
    CheckQuorumServer,
    PreVote,
    PreVoteResponse,
    UnhurriedServer,
    a_new_term_has_a_majority_behind_it,
    somebody_leads_or_would_win,
    who_is_asked_has_no_leader,
)
from raftnb.specs.raft.prevote_proof import RAFT_PREVOTE_PROOF, messages_are_not_of_the_future
from raftnb.specs.raft.scenes import elect, find, receive, replicate
from raftnb.specs.raft.server import Role

NEW = (
    messages_are_not_of_the_future,
    who_is_asked_has_no_leader,
    a_new_term_has_a_majority_behind_it,
)


class StandsUnasked(CheckQuorumServer):
    def would_win(self) -> bool:
        """Whoever times out may stand."""
        return True


class CountsPreVotes(CheckQuorumServer):
    def handle_pre_vote_response(self, m: PreVoteResponse) -> None:
        """What was not promised is counted as a vote."""
        super().handle_pre_vote_response(m)
        if m.voteGranted and m.term == self.currentTerm:
            self.votesGranted |= {m.source}


class AsksWithALeader(CheckQuorumServer):
    def ask_for_pre_votes(self) -> None:
        """The leader is still heard."""
        heard = self.hearsLeader
        super().ask_for_pre_votes()
        self.hearsLeader = heard


class KeepsQuiet(UnhurriedServer):
    def handle_pre_vote(self, m: PreVote) -> None:
        """Who asks in an older term gets no answer."""
        if m.term < self.currentTerm:
            discard(m)
        else:
            super().handle_pre_vote(m)


def would_be_elected(world: Any, server: str, *voters: str) -> None:
    """A server asks all others, and these answer."""
    world[server].ask_for_pre_votes()
    for voter in voters:
        world[voter].handle_pre_vote(find(world, PreVote, server, voter))
        answer = find(world, PreVoteResponse, voter, server)
        if answer.term > world[server].currentTerm:
            world[server].update_term(answer)
        world[server].handle_pre_vote_response(answer)


def test_a_server_that_comes_back_deposes_nobody_where_it_has_to_ask() -> None:
    world = RAFT_PREVOTE(servers=3, max_term=9).start()
    would_be_elected(world, "s1", "s2")
    elect(world, "s1", "s2")
    replicate(world, "s1", "s2")
    for _ in range(3):
        would_be_elected(world, "s3", "s2")
        with pytest.raises(NotEnabled):
            world["s3"].time_out()
    assert world["s3"].preVotes == {world["s3"]}
    assert world["s1"].role == Role.LEADER
    assert [world[s].currentTerm for s in ("s1", "s2", "s3")] == [1, 1, 1]


def test_a_server_that_comes_back_deposes_the_leader_of_figure_2() -> None:
    world = RAFT(servers=3, max_term=9).start()
    elect(world, "s1", "s2")
    replicate(world, "s1", "s2")
    for _ in range(3):
        world["s3"].time_out()
    receive(world, max(world.messages(), key=lambda m: m.term))
    assert max(world[s].currentTerm for s in ("s1", "s2")) == 3


def test_a_leader_that_nobody_answers_steps_down_and_another_is_elected() -> None:
    world = RAFT_PREVOTE(servers=3, max_term=9).start()
    would_be_elected(world, "s1", "s2")
    elect(world, "s1", "s2")
    world["s1"].check_quorum()
    assert world["s1"].role == Role.LEADER
    world["s1"].check_quorum()
    assert (world["s1"].role, world["s1"].currentTerm) == (Role.FOLLOWER, 1)
    would_be_elected(world, "s2", "s1")
    world["s2"].time_out()
    assert world["s2"].currentTerm == 2


def test_all_claims_hold_where_two_terms_are_explored_to_the_end() -> None:
    found = check(RAFT_PREVOTE(max_term=2, max_messages=2, duplicates=0))
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 412_626)


def test_somebody_can_always_be_elected() -> None:
    found = check(UNHURRIED_PREVOTE())
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 17_670)


def test_nobody_is_elected_any_more_where_questions_of_an_older_term_stay_unanswered() -> None:
    found = check(UNHURRIED_PREVOTE.variant("quiet", KeepsQuiet)())
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "somebody_leads_or_would_win")


@pytest.mark.parametrize(
    ("server", "servers", "broken"),
    [
        (StandsUnasked, 2, a_new_term_has_a_majority_behind_it),
        (CountsPreVotes, 3, election_safety),
        (AsksWithALeader, 2, who_is_asked_has_no_leader),
    ],
)
def test_a_mistake_is_found(server: type[CheckQuorumServer], servers: int, broken: Any) -> None:
    model = RAFT_PREVOTE.variant("mistaken", server)
    found = check(model(servers=servers, max_log=1, max_messages=3, duplicates=0))
    assert (found.verdict, found.property) == (Verdict.VIOLATED, broken.__name__)


def test_what_is_new_is_proved_for_any_number_of_servers() -> None:
    found = prove(RAFT_PREVOTE_PROOF, only=NEW, timeout=60)
    assert (len(found.checked) + len(found.defined), found.unknown) == (318, ())


def test_a_mistake_is_not_proved() -> None:
    broken = a_new_term_has_a_majority_behind_it.__name__
    proof = RAFT_PREVOTE_PROOF.of(RAFT_PREVOTE.variant("mistaken", StandsUnasked))
    found = prove(proof, only=broken, actions="time_out")
    assert found.failing == ((broken, "time_out"),)


def test_the_claim_of_what_is_possible_is_the_one_that_is_checked() -> None:
    assert UNHURRIED_PREVOTE.possible == (somebody_leads_or_would_win,)
