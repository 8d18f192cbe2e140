"""A disk that is emptied: a server that has forgotten its term and its vote, and when it may vote.

With its log such a server has lost what it promised: not to vote again in its term, and to hear
nobody of an older one. Nothing that it has left tells which term that was. But whoever asked for
its vote, and whoever it followed, was in that term, too. So it asks *every* other server for its
term, by a question that is asked only once; the highest one is not below the one that was lost. In
that term its log is torn, no more (`disks`), and is made good by a leader of a later one.

To ask a majority is not enough: the candidate for whom it voted may not be among them. Who has lost
its own term does not answer, and where two have, nobody is left to say what they promised.

It votes again, and stores, but it does not stand for election any more. What it asked for before
its loss may still be under way, and whoever votes by it is in a term of which this server knows
nothing (mistake 108). To stand again it needs a new name, as a new member has one.
"""

from __future__ import annotations

from raftnb.language import (
    Map,
    Message,
    Nat,
    Set,
    after,
    discard,
    history,
    reply,
    send,
    when,
)
from raftnb.specs.raft import claims as raft
from raftnb.specs.raft.disks import RAFT_TORN_DISKS, TornDiskServer
from raftnb.specs.raft.server import Faults, Role, Server, Term, is_quorum


class TermRequest(Message):
    """A server whose disk was emptied, so that it is in term 0, asks for the receiver's term."""

    term: Term
    question: Nat


class TermResponse(Message):
    """The answer to a TermRequest."""

    term: Term
    question: Nat


class EmptiedDiskServer(TornDiskServer):
    """A server whose disk may be emptied; the server notices."""

    # Whether the term is lost; the question that is asked, and who has answered it.
    isEmptied: bool = False
    question: Nat = 0
    answeredBy: Set[Server] = frozenset()
    # History: the lowest term that this server gave in answer to each question.
    answers: Map[Nat, Term] = history(Map())

    def lose_all(self) -> None:
        """Fail and come back with an empty disk, and a question that nobody has asked before."""
        self.stored = ()
        super().restart()
        self.currentTerm = 0
        self.votedFor = None
        self.tornIn = 0
        self.isEmptied = True
        self.question = Faults.restarts
        self.answeredBy = frozenset()

    def restart(self) -> None:
        """Fail and come back; who knows nothing has nothing to lose but its questions."""
        when(not self.isEmptied)
        super().restart()

    def ask_for_term(self, peer: Server) -> None:
        """Ask another server for its term."""
        when(self.isEmptied and peer != self and peer not in self.answeredBy)
        send(TermRequest(term=self.currentTerm, question=self.question), to=peer)

    def handle_term_request(self, m: TermRequest) -> None:
        """Say one's term, where it is known."""
        when(self.knows_its_term())
        known = self.answers.get(m.question, self.currentTerm)
        self.answers |= {m.question: min(known, self.currentTerm)}
        reply(m, TermResponse(term=self.currentTerm, question=m.question))

    def knows_its_term(self) -> bool:
        """Whether this server knows in which term it is."""
        return not self.isEmptied

    def is_answer(self, m: TermResponse) -> bool:
        """Whether a response answers what is asked now."""
        return self.isEmptied and m.question == self.question

    def handle_term_response(self, m: TermResponse) -> None:
        """Count an answer: the disk was emptied in no later term than the highest."""
        if self.is_answer(m) and self.tornIn is not None:
            self.tornIn = max(self.tornIn, m.term)
            self.answeredBy |= {m.source}
        discard(m)

    def has_all_answers(self) -> bool:
        """Whether everybody else has said its term; who is a majority alone has nobody to ask."""
        others = frozenset({s for s in Server if s != self})
        return self.answeredBy == others and not is_quorum(frozenset({self}))

    def find_term(self) -> None:
        """All have answered: from here on this is a server whose log is torn."""
        when(self.isEmptied and self.has_all_answers() and self.tornIn is not None)
        if self.tornIn is not None:
            self.currentTerm = self.tornIn
        self.isEmptied = False
        self.answeredBy = frozenset()

    def may_stand(self) -> bool:
        """Whether nothing can be under way that this server has forgotten to have asked for."""
        return self.question == 0

    def time_out(self) -> None:
        """Start an election, where all of one's own requests are known."""
        when(self.may_stand())
        super().time_out()

    def may_have_lost(self, t: Term) -> bool:
        """Whether what this server acknowledged in a term may be gone: all, while it knows none."""
        return self.isEmptied or super().may_have_lost(t)

    def update_term(self, m: Message) -> None:
        """Any RPC with a newer term: nothing is heard while the term is not known."""
        when(self.knows_its_term())
        super().update_term(m)


def terms_grow_but_on_an_emptied_disk(s: EmptiedDiskServer) -> bool:
    """A server's term never decreases, until its disk is emptied."""
    return after(s).isEmptied or after(s).currentTerm >= s.currentTerm


def who_is_emptied_takes_no_part(s: EmptiedDiskServer) -> bool:
    """A server that has lost its term is in none, and is nobody's leader."""
    return not s.isEmptied or (s.currentTerm == 0 and s.role == Role.FOLLOWER and s.log == ())


def everybody_knows_its_term() -> bool:
    """No server is still looking for its term."""
    return all(not s.isEmptied for s in EmptiedDiskServer)


def a_term_is_found_again(max_restarts: int) -> bool:
    """A server whose disk was emptied is back in a term that others were in."""
    return max_restarts == 0 or any(
        s.question > 0 and not s.isEmptied and s.tornIn is not None and s.currentTerm > 0
        for s in EmptiedDiskServer
    )


RAFT_EMPTIED_DISKS = RAFT_TORN_DISKS.variant(
    "raft-emptied-disks",
    EmptiedDiskServer,
    summary="raft-torn-disks with disks that lose all, and servers that ask all others for a term",
    transitions=(
        *(c for c in RAFT_TORN_DISKS.transitions if c is not raft.currentTerm_is_monotone),
        terms_grow_but_on_an_emptied_disk,
    ),
    invariants=(*RAFT_TORN_DISKS.invariants, who_is_emptied_takes_no_part),
    sometimes=(*RAFT_TORN_DISKS.sometimes, a_term_is_found_again),
)
