"""Why a leader can always be elected: a schedule, for any number of servers and any state.

Raft's elections come to an end if the timing holds: while a server stands, nobody else times out,
nobody fails, and its messages are delivered (the paper's section 5.6; section 3.9 of the
dissertation). Here the timing is a schedule, a choice of who takes the next step:

1. If the server that is to win still leads, in an old term, somebody of a newer one times out, and
   it hears of that.
2. It times out until its term is beyond all others.
3. Each server of a majority hears of the term, votes, and is counted. It leads.

Nobody but that majority takes a step, so the others may be down, and any messages of any terms may
be in flight besides. So in every state in which no leader of a majority has its highest term, a new
leader can be elected: one of it has a log that is as up to date as all of them, and one the highest
term (that finitely many have a highest one is not proved here).
"""

from __future__ import annotations

from raftnb.language import Delivery, Nat, Set, in_flight
from raftnb.language.leads import Helps, Leads
from raftnb.language.proof import Lemma, Proof
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.lemmas import more_than_a_quorum_is_one
from raftnb.specs.raft.server import (
    RequestVote,
    RequestVoteResponse,
    Role,
    Server,
    Term,
    is_quorum,
    last_term,
)

# Words.


def has_no_newer_log(s: Server, c: Server) -> bool:
    """The log of c is at least as up to date as that of s (5.4.1)."""
    older = last_term(s.log) < last_term(c.log)
    return older or (last_term(s.log) == last_term(c.log) and len(s.log) <= len(c.log))


def asks(c: Server, s: Server, m: RequestVote) -> bool:
    """A message by which c asks s for its vote, in its present term; its log will do."""
    ends = m.source == c and m.dest == s
    return ends and m.term == c.currentTerm and s.log_is_up_to_date(m)


def grants(s: Server, c: Server, m: RequestVoteResponse) -> bool:
    """A message by which s grants c its vote, in its present term."""
    return m.source == s and m.dest == c and m.term == c.currentTerm and m.voteGranted


def has_voted(s: Server, c: Server) -> bool:
    """The vote of s is counted, or on its way."""
    return s in c.votesGranted or any(grants(s, c, m) for m in in_flight(RequestVoteResponse))


def has_not_voted(s: Server, c: Server) -> bool:
    """The vote of s in the term of c is still free."""
    return s.currentTerm < c.currentTerm or s.votedFor is None


def is_asked(s: Server, c: Server) -> bool:
    """A request of c is on its way to s."""
    return any(asks(c, s, m) for m in in_flight(RequestVote))


def unseats(c: Server, t: Term, m: RequestVote) -> bool:
    """A message of a newer term, by which c stops to lead."""
    return m.dest == c and c.currentTerm < m.term and m.term <= t


def hears_of_a_newer_term(c: Server, t: Term) -> bool:
    """Such a message is on its way."""
    return any(unseats(c, t, m) for m in in_flight(RequestVote))


def is_on_its_way(c: Server, q: Set[Server]) -> bool:
    """c stands, and each of q has voted for it, or is asked and free to."""
    return c.role == Role.CANDIDATE and all(
        s.currentTerm <= c.currentTerm
        and (has_voted(s, c) or (has_not_voted(s, c) and is_asked(s, c)))
        for s in q
    )


# What leads to what. q is a majority that is up, c who shall win, z somebody with the highest term
# in q, and t is the next one.


def can_stand(c: Server, z: Server, q: Set[Server], t: Term) -> bool:
    """c does not lead, or will hear of a newer term: that z has, or makes."""
    other = (
        z in q and z.role != Role.LEADER and c.currentTerm <= z.currentTerm and z.currentTerm < t
    )
    return c.role != Role.LEADER or hears_of_a_newer_term(c, t) or other


def can_win(c: Server, z: Server, q: Set[Server], t: Term) -> bool:
    """c can win the votes of the majority q, in a term beyond t.

    Before it stands for it, nobody in q has a term beyond t, or a log newer than that of c.
    """
    if not (is_quorum(q) and c in q):
        return False
    if c.currentTerm <= t:
        fit = all(s.currentTerm <= t and has_no_newer_log(s, c) for s in q)
        return fit and can_stand(c, z, q, t)
    return is_on_its_way(c, q)


def leads_anew(c: Server, t: Term) -> bool:
    """c leads, in a term beyond t."""
    return c.role == Role.LEADER and c.currentTerm > t


# What falls.


def leads_still(c: Server, t: Term) -> Nat:
    """How many steps there are until c leads no older term: none, one, or two."""
    if c.role != Role.LEADER:
        return 0
    return 1 if hears_of_a_newer_term(c, t) else 2


def terms_to_go(c: Server, t: Term) -> Nat:
    """How often c has to time out, until its term is beyond t."""
    return t + 1 - c.currentTerm if c.currentTerm <= t else 0


def yet_to_hear(c: Server, q: Set[Server]) -> Nat:
    """How many of q have not heard of the term of c."""
    return len(frozenset({s for s in q if s.currentTerm < c.currentTerm}))


def yet_to_vote(c: Server, q: Set[Server]) -> Nat:
    """How many of q have not voted in the term of c."""
    return len(frozenset({s for s in q if has_not_voted(s, c)}))


def yet_to_be_counted(c: Server, q: Set[Server]) -> Nat:
    """How many of q have no vote that c has counted."""
    return len(frozenset({s for s in q if s not in c.votesGranted}))


# The schedule: whose step it may be.


def makes_a_newer_term(c: Server, z: Server, t: Term, me: Server) -> bool:
    """z, as long as c leads and hears of no newer term."""
    leads = c.role == Role.LEADER and c.currentTerm <= t
    return me == z and leads and not hears_of_a_newer_term(c, t)


def is_unseated(c: Server, t: Term, me: Server, m: RequestVote) -> bool:
    """c, which leads, and hears of a newer term."""
    return me == c and c.role == Role.LEADER and unseats(c, t, m)


def times_out(c: Server, t: Term, me: Server) -> bool:
    """c, as long as its term is not beyond t."""
    return me == c and c.role != Role.LEADER and c.currentTerm <= t


def hears(c: Server, q: Set[Server], t: Term, me: Server, m: RequestVote) -> bool:
    """A server of q that c asks, and whose term is an older one."""
    return c.currentTerm > t and me in q and me.currentTerm < c.currentTerm and asks(c, me, m)


def votes(c: Server, q: Set[Server], t: Term, me: Server, m: RequestVote) -> bool:
    """A server of q that c asks, that has its term, and has not voted in it."""
    asked = c.currentTerm > t and me in q and asks(c, me, m)
    return asked and me.currentTerm == c.currentTerm and me.votedFor is None


def counts(c: Server, q: Set[Server], t: Term, me: Server, m: RequestVoteResponse) -> bool:
    """c, which gets a vote from a server of q that it has not counted."""
    got = c.currentTerm > t and m.source in q and grants(m.source, c, m)
    return got and me == c and m.source not in c.votesGranted


def has_them_all(c: Server, q: Set[Server], t: Term, me: Server) -> bool:
    """c, when all of q have voted for it."""
    return me == c and c.currentTerm > t and all(s in c.votesGranted for s in q)


# What makes every step defined.


def nextIndex_is_an_index(s: Server, peer: Server) -> bool:
    """Indices count from 1."""
    return s.nextIndex[peer] >= 1


# What is assumed of sizes, and nothing else.


def a_part_is_not_larger(a: Set[Server], b: Set[Server]) -> bool:
    """A set has no more members than one that contains it."""
    return any(s in a and s not in b for s in Server) or len(a) <= len(b)


def a_true_part_is_smaller(a: Set[Server], b: Set[Server]) -> bool:
    """A set has fewer members than one that contains it, and another one."""
    is_part = not any(s in a and s not in b for s in Server)
    return not (is_part and any(s in b and s not in a for s in Server)) or len(a) < len(b)


RAFT_ELECTION = RAFT.variant(
    "raft-election",
    summary="Raft with messages that are delivered once or lost: a leader can always be elected",
    delivery=Delivery(duplicates=False),
    invariants=(nextIndex_is_an_index,),
    transitions=(),
)
SIZES = (("len(a)", "len(b)"),)
AXIOMS = (
    Lemma(more_than_a_quorum_is_one),
    Lemma(a_part_is_not_larger, triggers=SIZES),
    Lemma(a_true_part_is_smaller, triggers=SIZES),
)
A_LEADER_CAN_BE_ELECTED = Leads(
    can_win,
    leads_anew,
    rank=(leads_still, terms_to_go, yet_to_hear, yet_to_vote, yet_to_be_counted),
    helpful=(
        Helps(Server.time_out, makes_a_newer_term),
        Helps(Server.update_term, is_unseated),
        Helps(Server.time_out, times_out),
        Helps(Server.update_term, hears),
        Helps(Server.handle_request_vote, votes),
        Helps(Server.handle_request_vote_response, counts),
        Helps(Server.become_leader, has_them_all),
    ),
    uses=tuple(lemma.claim for lemma in AXIOMS),
    by_schedule=True,
)
RAFT_ELECTION_PROOF = Proof(
    RAFT_ELECTION,
    invariant=(Lemma(nextIndex_is_an_index, ()),),
    axioms=AXIOMS,
    opaque=(is_quorum,),
    defined=(nextIndex_is_an_index,),
    leads=(A_LEADER_CAN_BE_ELECTED,),
)
