"""Two-phase commit: all participants commit, or none does (Gray 1978; Gray and Lamport 2006)."""

from enum import Enum

from raftnb import Delivery, Message, Process, Set, Spec, in_flight, send, when
from raftnb.prove import Lemma, Proof


class Outcome(Enum):
    """What became of the transaction."""

    OPEN = 0
    COMMIT = 1
    ABORT = 2


class Vote(Message):
    """A participant is ready to commit, or is not."""

    ready: bool


class Decision(Message):
    """The coordinator says what was decided."""

    outcome: Outcome


class Participant(Process, number="participants"):
    """It votes once, and does what is decided."""

    voted: bool = False
    ready: bool = False
    outcome: Outcome = Outcome.OPEN

    def vote(self, ready: bool, coordinator: "Coordinator") -> None:
        """Say whether it is ready."""
        when(not self.voted)
        self.voted = True
        self.ready = ready
        send(Vote(ready=ready), to=coordinator)

    def learn(self, m: Decision) -> None:
        """Do what was decided."""
        self.outcome = m.outcome


class Coordinator(Process):
    """It commits when all are ready, and may give up before."""

    votes: Set[Participant] = frozenset()
    outcome: Outcome = Outcome.OPEN

    def hear(self, m: Vote) -> None:
        """Count who is ready."""
        when(m.ready)
        self.votes |= {m.source}

    def commit(self) -> None:
        """Once all are ready."""
        when(self.outcome == Outcome.OPEN and self.may_commit())
        self.outcome = Outcome.COMMIT
        for p in Participant:
            send(Decision(outcome=Outcome.COMMIT), to=p)

    def may_commit(self) -> bool:
        """Whether all are ready."""
        return all(p in self.votes for p in Participant)

    def give_up(self) -> None:
        """At any time before."""
        when(self.outcome == Outcome.OPEN)
        self.outcome = Outcome.ABORT
        for p in Participant:
            send(Decision(outcome=Outcome.ABORT), to=p)


class Impatient(Coordinator):
    """A mistake: one vote will do."""

    def may_commit(self) -> bool:
        """Whether somebody is ready."""
        return any(p in self.votes for p in Participant)


class Deaf(Coordinator):
    """A mistake: it counts every vote as ready."""

    def hear(self, m: Vote) -> None:
        """Count who has voted."""
        self.votes |= {m.source}


class Wavering(Coordinator):
    """A mistake: it gives up after it has committed."""

    def give_up(self) -> None:
        """At any time."""
        self.outcome = Outcome.ABORT
        for p in Participant:
            send(Decision(outcome=Outcome.ABORT), to=p)


def they_agree(a: Participant, b: Participant) -> bool:
    """Nobody commits what another one has aborted."""
    return not (a.outcome == Outcome.COMMIT and b.outcome == Outcome.ABORT)


def all_were_ready(a: Participant, b: Participant) -> bool:
    """Nobody commits unless everybody is ready."""
    return a.outcome != Outcome.COMMIT or b.ready


ATOMIC_COMMIT = Spec(
    "atomic-commit",
    processes=(Participant, Coordinator),
    constants={"participants": 2},
    delivery=Delivery(),
    invariants=(they_agree, all_were_ready),
)


def votes_are_true() -> bool:
    """A vote says what its sender is."""
    return all(m.source.voted and m.source.ready == m.ready for m in in_flight(Vote))


def counted_votes_are_true(c: Coordinator, p: Participant) -> bool:
    """Whose vote was counted is ready."""
    return p not in c.votes or (p.voted and p.ready)


def a_commit_had_all_votes(c: Coordinator) -> bool:
    """To commit, the coordinator had the votes of all."""
    return c.outcome != Outcome.COMMIT or all(p in c.votes for p in Participant)


def what_is_said_was_decided(c: Coordinator) -> bool:
    """The coordinator says one thing."""
    return all(m.outcome == c.outcome != Outcome.OPEN for m in in_flight(Decision))


def what_is_done_was_decided(c: Coordinator, p: Participant) -> bool:
    """Participants do what was decided."""
    return p.outcome in (Outcome.OPEN, c.outcome)


INVARIANT = (
    votes_are_true,
    counted_votes_are_true,
    a_commit_had_all_votes,
    what_is_said_was_decided,
    what_is_done_was_decided,
)

PROOF = Proof(
    ATOMIC_COMMIT,
    invariant=tuple(map(Lemma, INVARIANT)),
    goals=tuple(map(Lemma, ATOMIC_COMMIT.invariants)),
)
