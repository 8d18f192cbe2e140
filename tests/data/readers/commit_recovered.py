"""Two-phase commit with a second coordinator, which asks when the first one has fallen silent.

A participant that is asked and has said nothing yet aborts; so what the second one hears is final.
"""

from __future__ import annotations

from enum import Enum

from raftnb import (
    Delivery,
    Message,
    Process,
    Set,
    Spec,
    history,
    in_flight,
    reply,
    send,
    when,
)
from raftnb.prove import Lemma, Proof


class State(Enum):
    """Where a participant is."""

    WORKING = 1
    PREPARED = 2
    COMMITTED = 3
    ABORTED = 4


class Vote(Message):
    """A participant's word."""

    yes: bool


class Decide(Message):
    """What the first coordinator has decided."""

    commit: bool


class Recovered(Message):
    """What the second one has found."""

    commit: bool


class Query(Message):
    """The second one asks."""


class Answer(Message):
    """How a participant stands."""

    state: State


class Participant(Process, number="participants"):
    """Votes, and learns."""

    state: State = State.WORKING
    said_yes: bool = history(False)

    def vote(self, yes: bool) -> None:
        when(self.state == State.WORKING)
        self.state = State.PREPARED if yes else State.ABORTED
        self.said_yes = yes
        for c in Coordinator:
            send(Vote(yes=yes), to=c)

    def learn(self, m: Decide) -> None:
        when(self.state in (State.WORKING, State.PREPARED))
        self.state = State.COMMITTED if m.commit else State.ABORTED

    def recover(self, m: Recovered) -> None:
        when(self.state in (State.WORKING, State.PREPARED))
        self.state = State.COMMITTED if m.commit else State.ABORTED

    def answer(self, m: Query) -> None:
        if self.state == State.WORKING:
            self.state = State.ABORTED
        reply(m, Answer(state=self.state))


class Coordinator(Process):
    """Decides when all have said yes, and may fall silent."""

    yes: Set[Participant] = frozenset()
    decision: bool | None = None
    silent: bool = False

    def count(self, m: Vote) -> None:
        when(not self.silent)
        if m.yes:
            self.yes |= {m.source}

    def decide(self, commit: bool) -> None:
        when(self.decision is None and not self.silent)
        when(not commit or all(p in self.yes for p in Participant))
        self.decision = commit
        for p in Participant:
            send(Decide(commit=commit), to=p)

    def fall_silent(self) -> None:
        self.silent = True


class Recovery(Process):
    """Asks when the first one is silent."""

    asked: bool = False
    decided: bool | None = None

    def ask(self) -> None:
        when(any(c.silent for c in Coordinator) and not self.asked)
        self.asked = True
        for p in Participant:
            send(Query(), to=p)

    def hear(self, m: Answer) -> None:
        when(self.decided is None and self.is_final(m))
        self.decided = m.state == State.COMMITTED
        for p in Participant:
            send(Recovered(commit=self.decided), to=p)

    def is_final(self, m: Answer) -> bool:
        return m.state in (State.COMMITTED, State.ABORTED)


class Bold(Recovery):
    """Takes a participant that is prepared for one that has committed."""

    def hear(self, m: Answer) -> None:
        when(self.decided is None)
        self.decided = m.state != State.ABORTED
        for p in Participant:
            send(Recovered(commit=self.decided), to=p)


def agree(p: Participant, q: Participant) -> bool:
    return not (p.state == State.COMMITTED and q.state == State.ABORTED)


def decided(p: Participant) -> bool:
    return p.state in (State.COMMITTED, State.ABORTED)


def over() -> bool:
    return all(decided(p) for p in Participant)


RECOVERY = Spec(
    "recovery",
    processes=(Participant, Coordinator, Recovery),
    constants={"participants": 2},
    delivery=Delivery(),
    invariants=(agree,),
    final=over,
    symmetric=(Participant,),
)


def decide_is_decision(c: Coordinator) -> bool:
    return all(m.commit == c.decision for m in in_flight(Decide))


def recovered_is_decided(r: Recovery) -> bool:
    return all(m.commit == r.decided for m in in_flight(Recovered))


def yes_was_said(c: Coordinator, p: Participant) -> bool:
    return (p not in c.yes or p.said_yes) and (c.decision != True or p.said_yes)


def votes_were_said(c: Coordinator) -> bool:
    return all(not m.yes or m.source.said_yes for m in in_flight(Vote))


def somebody_refused() -> bool:
    return any(q.state == State.ABORTED and not q.said_yes for q in Participant)


def aborted_why(p: Participant, c: Coordinator) -> bool:
    return p.state != State.ABORTED or c.decision == False or somebody_refused()


def recovery_aborts_why(r: Recovery, c: Coordinator) -> bool:
    return r.decided != False or c.decision == False or somebody_refused()


def answers_why(c: Coordinator) -> bool:
    return all(
        (m.state != State.COMMITTED or c.decision == True)
        and (m.state != State.ABORTED or c.decision == False or somebody_refused())
        for m in in_flight(Answer)
    )


def committed_why(p: Participant, c: Coordinator) -> bool:
    return p.state != State.COMMITTED or c.decision == True


def recovery_commits_why(r: Recovery, c: Coordinator) -> bool:
    return r.decided != True or c.decision == True


def working_said_nothing(p: Participant) -> bool:
    return p.state != State.WORKING or not p.said_yes


PROOF = Proof(
    RECOVERY,
    invariant=tuple(
        map(
            Lemma,
            (
                agree,
                decide_is_decision,
                recovered_is_decided,
                yes_was_said,
                votes_were_said,
                aborted_why,
                recovery_aborts_why,
                answers_why,
                committed_why,
                recovery_commits_why,
                working_said_nothing,
            ),
        )
    ),
)
