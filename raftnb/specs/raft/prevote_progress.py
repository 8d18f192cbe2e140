"""Why a leader can always be elected with PreVote and CheckQuorum: a schedule, from any state.

With PreVote nobody goes to a new term by itself, so that Raft's own schedule (`election_progress`)
does not do. Whoever hears from a leader, or is in a newer term, gives no pre-vote. The timers see
to the first: leaders that nobody answers step down, and then followers hear from nobody. The second
is why an answer names the newer term:

1. Each leader of a majority finds twice that nobody has answered it, and steps down.
2. The timers of all of them run out.
3. If the server that is to win is in an older term, it asks one with the highest, and hears of it.
4. It asks all, and counts their pre-votes. Now it may go on to a new term, which nobody has.
5. Each server of the majority hears of the term, votes, and is counted. It leads.

As there, nobody but that majority takes a step, and any messages may be in flight besides.
"""

from __future__ import annotations

from raftnb.language import Delivery, Nat, Set, in_flight
from raftnb.language.leads import Helps, Leads
from raftnb.language.proof import Lemma, Proof
from raftnb.specs.raft.election_progress import (
    AXIOMS,
    counts,
    has_no_newer_log,
    has_them_all,
    hears,
    is_on_its_way,
    leads_anew,
    nextIndex_is_an_index,
    votes,
    yet_to_be_counted,
    yet_to_hear,
    yet_to_vote,
)
from raftnb.specs.raft.prevote import RAFT_PREVOTE, CheckQuorumServer, PreVote, PreVoteResponse
from raftnb.specs.raft.server import Role, Server, Term, is_quorum

# Words. q is a majority that is up, c who shall win, z one with the highest term in q, which is t.


def is_calm(q: Set[Server]) -> bool:
    """Nobody leads, or hears from a leader."""
    return all(s.role != Role.LEADER and not s.hearsLeader for s in CheckQuorumServer if s in q)


def wants_to_know(c: Server, s: Server, m: PreVote) -> bool:
    """A message by which c asks s for its pre-vote, in its present term; its log will do."""
    ends = m.source == c and m.dest == s
    return ends and m.term == c.currentTerm and s.log_is_up_to_date(m)


def agrees(s: Server, c: Server, m: PreVoteResponse) -> bool:
    """A message by which s gives c its pre-vote, in its present term."""
    return m.source == s and m.dest == c and m.term == c.currentTerm and m.voteGranted


def has_asked(c: CheckQuorumServer, q: Set[Server]) -> bool:
    """Each of q is asked for its pre-vote, or has given it."""
    return c in c.preVotes and all(
        s in c.preVotes
        or any(agrees(s, c, m) for m in in_flight(PreVoteResponse))
        or any(wants_to_know(c, s, m) for m in in_flight(PreVote))
        for s in q
    )


def has_an_answer(c: CheckQuorumServer, q: Set[Server]) -> bool:
    """A pre-vote for c is on its way, of a server of q that is not counted."""
    return any(
        m.source in q and m.source not in c.preVotes and agrees(m.source, c, m)
        for m in in_flight(PreVoteResponse)
    )


def asks_the_highest(c: Server, z: Server, t: Term, m: PreVote) -> bool:
    """A message by which c asks z, in a term that is older than that of z."""
    return m.source == c and m.dest == z and m.term < t


def tells(c: Server, t: Term, m: PreVoteResponse) -> bool:
    """A message by which c hears of term t."""
    return m.dest == c and m.term == t


def is_told(c: Server, t: Term) -> bool:
    """Such a message is on its way."""
    return any(tells(c, t, m) for m in in_flight(PreVoteResponse))


def asks_for_the_term(c: Server, z: Server, t: Term) -> bool:
    """A question of c that z will answer by its newer term is on its way."""
    return any(asks_the_highest(c, z, t, m) for m in in_flight(PreVote))


# What leads to what.


def can_win(c: CheckQuorumServer, z: Server, q: Set[Server], t: Term) -> bool:
    """c can win the votes of the majority q, in a term beyond t.

    Before it stands for it, t is the highest term in q, and nobody in q has a log newer than that
    of c, or is a majority alone.
    """
    if not (is_quorum(q) and c in q):
        return False
    if c.currentTerm <= t:
        return (
            z in q
            and z.currentTerm == t
            and all(
                s.currentTerm <= t and has_no_newer_log(s, c) and not is_quorum(frozenset({s}))
                for s in q
            )
        )
    return is_on_its_way(c, q)


# What falls.


def yet_to_stand(c: Server, t: Term) -> Nat:
    """Whether c is still to go on to a term beyond t."""
    return 1 if c.currentTerm <= t else 0


def leaders_left(q: Set[Server]) -> Nat:
    """How many of q lead."""
    return len(frozenset({s for s in q if s.role == Role.LEADER}))


def hears_its_followers(s: CheckQuorumServer) -> bool:
    """A leader that has heard from a majority since it last asked itself."""
    return s.role == Role.LEADER and s.hears_majority()


def leaders_answered(q: Set[Server]) -> Nat:
    """How many of q lead, and have heard from a majority."""
    return len(frozenset({s for s in CheckQuorumServer if s in q and hears_its_followers(s)}))


def timers_left(q: Set[Server]) -> Nat:
    """How many of q have heard from a leader, and not yet missed it."""
    return len(frozenset({s for s in CheckQuorumServer if s in q and s.hearsLeader}))


def steps_to_the_term(c: Server, z: Server, t: Term) -> Nat:
    """How many steps there are until c is in term t: none, or up to three."""
    if c.currentTerm >= t:
        return 0
    if is_told(c, t):
        return 1
    return 2 if asks_for_the_term(c, z, t) else 3


def yet_to_ask(c: CheckQuorumServer, q: Set[Server], t: Term) -> Nat:
    """Whether c, in term t, is still to ask q for its pre-votes."""
    return 1 if c.currentTerm == t and not has_asked(c, q) else 0


def pre_votes_left(c: CheckQuorumServer, q: Set[Server], t: Term) -> Nat:
    """How many of q have no pre-vote that c has counted."""
    if c.currentTerm > t:
        return 0
    return len(frozenset({s for s in q if s not in c.preVotes}))


def yet_to_answer(c: CheckQuorumServer, q: Set[Server], t: Term) -> Nat:
    """Whether a pre-vote is still to be given before one can be counted."""
    return 0 if c.currentTerm > t or has_an_answer(c, q) else 1


# The schedule: whose step it may be.


def steps_down(c: Server, q: Set[Server], t: Term, me: Server) -> bool:
    """Each of q that leads, before c stands."""
    return c.currentTerm <= t and me in q and me.role == Role.LEADER


def misses_its_leader(c: Server, q: Set[Server], t: Term, me: CheckQuorumServer) -> bool:
    """Each of q that has heard from a leader, when none of them leads."""
    calm = all(s.role != Role.LEADER for s in q)
    return c.currentTerm <= t and calm and me in q and me.hearsLeader


def asks_anew(c: CheckQuorumServer, z: Server, q: Set[Server], t: Term, me: Server) -> bool:
    """c, where its question, or what comes of it, is not under way."""
    if not (me == c and is_calm(q) and c.currentTerm <= t):
        return False
    if c.currentTerm < t:
        return not is_told(c, t) and not asks_for_the_term(c, z, t)
    return not has_asked(c, q)


def tells_its_term(c: Server, z: Server, q: Set[Server], t: Term, me: Server, m: PreVote) -> bool:
    """z, which c asks in an older term."""
    waits = is_calm(q) and c.currentTerm < t and not is_told(c, t)
    return waits and me == z and asks_the_highest(c, z, t, m)


def hears_of_the_term(c: Server, q: Set[Server], t: Term, me: Server, m: PreVoteResponse) -> bool:
    """c, which hears of term t."""
    return is_calm(q) and me == c and c.currentTerm < t and tells(c, t, m)


def gives_its_pre_vote(
    c: CheckQuorumServer, q: Set[Server], t: Term, me: Server, m: PreVote
) -> bool:
    """A server of q that c asks, where no other pre-vote is to be counted first."""
    asked = is_calm(q) and c.currentTerm == t and has_asked(c, q) and not has_an_answer(c, q)
    return asked and me in q and me not in c.preVotes and wants_to_know(c, me, m)


def counts_its_pre_vote(
    c: CheckQuorumServer, q: Set[Server], t: Term, me: Server, m: PreVoteResponse
) -> bool:
    """c, which gets a pre-vote from a server of q that it has not counted."""
    asked = is_calm(q) and c.currentTerm == t and has_asked(c, q)
    got = m.source in q and m.source not in c.preVotes and agrees(m.source, c, m)
    return asked and got and me == c


def stands(c: CheckQuorumServer, q: Set[Server], t: Term, me: Server) -> bool:
    """c, when all of q would vote for it."""
    return me == c and is_calm(q) and c.currentTerm == t and all(s in c.preVotes for s in q)


RAFT_PREVOTE_ELECTION = RAFT_PREVOTE.variant(
    "raft-prevote-election",
    summary="raft-prevote with messages that are delivered once or lost: a leader can be elected",
    delivery=Delivery(duplicates=False),
    invariants=(nextIndex_is_an_index,),
    transitions=(),
)
A_LEADER_CAN_BE_ELECTED = Leads(
    can_win,
    leads_anew,
    rank=(
        yet_to_stand,
        leaders_left,
        leaders_answered,
        timers_left,
        steps_to_the_term,
        yet_to_ask,
        pre_votes_left,
        yet_to_answer,
        yet_to_hear,
        yet_to_vote,
        yet_to_be_counted,
    ),
    helpful=(
        Helps(CheckQuorumServer.check_quorum, steps_down),
        Helps(CheckQuorumServer.ask_for_pre_votes, misses_its_leader),
        Helps(CheckQuorumServer.ask_for_pre_votes, asks_anew),
        Helps(CheckQuorumServer.handle_pre_vote, tells_its_term),
        Helps(CheckQuorumServer.update_term, hears_of_the_term),
        Helps(CheckQuorumServer.handle_pre_vote, gives_its_pre_vote),
        Helps(CheckQuorumServer.handle_pre_vote_response, counts_its_pre_vote),
        Helps(CheckQuorumServer.time_out, stands),
        Helps(CheckQuorumServer.update_term, hears),
        Helps(CheckQuorumServer.handle_request_vote, votes),
        Helps(CheckQuorumServer.handle_request_vote_response, counts),
        Helps(CheckQuorumServer.become_leader, has_them_all),
    ),
    uses=tuple(lemma.claim for lemma in AXIOMS),
    by_schedule=True,
)
RAFT_PREVOTE_ELECTION_PROOF = Proof(
    RAFT_PREVOTE_ELECTION,
    invariant=(Lemma(nextIndex_is_an_index, ()),),
    axioms=AXIOMS,
    opaque=(is_quorum,),
    defined=(nextIndex_is_an_index,),
    leads=(A_LEADER_CAN_BE_ELECTED,),
)
