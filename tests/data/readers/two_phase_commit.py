"""Two-phase commit (Gray): all participants commit, or none does."""

from enum import Enum

from raftnb import Delivery, Message, Process, Set, Spec, in_flight, send, when
from raftnb.prove import Lemma, Proof


class Vote(Enum):
    """What a participant, or the coordinator, has decided."""

    OPEN = 0
    READY = 1
    COMMITTED = 2
    ABORTED = 3


class Prepared(Message):
    """A participant can commit, and will not change its mind."""

    source: "Participant"
    dest: "Coordinator"


class Commit(Message):
    """The coordinator has decided to commit."""

    source: "Coordinator"
    dest: "Participant"


class Abort(Message):
    """The coordinator has decided to abort."""

    source: "Coordinator"
    dest: "Participant"


class Participant(Process, number="participants"):
    """Takes part in the transaction."""

    state: Vote = Vote.OPEN

    def prepare(self, coordinator: "Coordinator") -> None:
        """Promise to commit."""
        when(self.state is Vote.OPEN)
        self.state = Vote.READY
        send(Prepared(), to=coordinator)

    def refuse(self) -> None:
        """Abort as long as nothing is promised."""
        when(self.state is Vote.OPEN)
        self.state = Vote.ABORTED

    def commit(self, m: Commit) -> None:
        """Do as the coordinator says."""
        self.state = Vote.COMMITTED

    def abort(self, m: Abort) -> None:
        """Do as the coordinator says."""
        self.state = Vote.ABORTED


class Coordinator(Process):
    """Decides, when it has heard of all."""

    decision: Vote = Vote.OPEN
    ready: Set[Participant] = frozenset()

    def hear(self, m: Prepared) -> None:
        """Note who has promised."""
        when(self.decision is Vote.OPEN)
        self.ready |= {m.source}

    def decide(self) -> None:
        """Commit, once all have promised."""
        when(self.decision is Vote.OPEN and all(p in self.ready for p in Participant))
        self.decision = Vote.COMMITTED
        for p in Participant:
            send(Commit(), to=p)

    def give_up(self) -> None:
        """Abort at any time before."""
        when(self.decision is Vote.OPEN)
        self.decision = Vote.ABORTED
        for p in Participant:
            send(Abort(), to=p)


class Hasty(Coordinator):
    """Does not wait for all."""

    def decide(self) -> None:
        """Commit, once one has promised."""
        when(self.decision is Vote.OPEN and any(p in self.ready for p in Participant))
        self.decision = Vote.COMMITTED
        for p in Participant:
            send(Commit(), to=p)


def they_agree(a: Participant, b: Participant) -> bool:
    """Nobody commits what another one has aborted."""
    return not (a.state is Vote.COMMITTED and b.state is Vote.ABORTED)


def committed_together(a: Participant, c: Coordinator) -> bool:
    """Nobody commits before the coordinator does."""
    return a.state is not Vote.COMMITTED or c.decision is Vote.COMMITTED


def aborted_before_or_together(a: Participant, c: Coordinator) -> bool:
    """Who has promised aborts only with the coordinator."""
    return a.state is not Vote.ABORTED or c.decision is not Vote.COMMITTED


def who_is_ready_has_promised(a: Participant, c: Coordinator) -> bool:
    """The coordinator knows of no promise that was not made."""
    return a not in c.ready or a.state is not Vote.OPEN


def who_is_ready_aborts_with_it(a: Participant, c: Coordinator) -> bool:
    """A promise is broken only when the coordinator has said so."""
    return not (a in c.ready and a.state is Vote.ABORTED) or c.decision is Vote.ABORTED


def promises_are_kept() -> bool:
    """Who has promised is ready, or has heard the decision."""
    return all(
        m.source.state is not Vote.OPEN
        and (m.source.state is not Vote.ABORTED or m.dest.decision is Vote.ABORTED)
        for m in in_flight(Prepared)
    )


def committed_with_all(a: Participant, c: Coordinator) -> bool:
    """It commits only when all have promised."""
    return c.decision is not Vote.COMMITTED or a in c.ready


def commits_are_decided() -> bool:
    """What the coordinator sends is what it has decided."""
    return all(m.source.decision is Vote.COMMITTED for m in in_flight(Commit))


def aborts_are_decided() -> bool:
    """What the coordinator sends is what it has decided."""
    return all(m.source.decision is Vote.ABORTED for m in in_flight(Abort))


SUPPORT = (
    committed_together,
    who_is_ready_has_promised,
    who_is_ready_aborts_with_it,
    promises_are_kept,
    committed_with_all,
    commits_are_decided,
    aborts_are_decided,
)
COMMIT = Spec(
    "two-phase-commit",
    processes=(Participant, Coordinator),
    constants={"participants": 3},
    invariants=(they_agree, aborted_before_or_together),
    delivery=Delivery(),
)
PROOF = Proof(
    COMMIT,
    invariant=tuple(Lemma(claim, uses=SUPPORT) for claim in SUPPORT),
    goals=(
        Lemma(aborted_before_or_together, uses=SUPPORT),
        Lemma(they_agree, uses=SUPPORT),
    ),
)
