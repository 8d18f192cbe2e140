"""Models of every kind that a model checker meets, for `benchmarks.tlc`.

What makes a kind is how much of a state an action reads, and how much of it every step changes.
Each is as large as TLC needs ten seconds for, or more.
"""

from __future__ import annotations

from enum import Enum

from raftnb.language import (
    Delivery,
    Domain,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    Spec,
    anything,
    discard,
    each,
    in_flight,
    send,
    when,
)

# Two counters that are the whole state.


class Counters(Globals):
    """How much is in each of two stores."""

    left: Nat = anything()
    right: Nat = anything()


class Carrier(Process):
    """Brings, takes, and carries over."""

    def bring_left(self, room: int) -> None:
        """One more on the left."""
        when(Counters.left < room + 2)
        Counters.left += 1

    def bring_right(self, room: int) -> None:
        """One more on the right."""
        when(Counters.right < room + 2)
        Counters.right += 1

    def take_left(self) -> None:
        """One less on the left."""
        when(Counters.left > 0)
        Counters.left -= 1

    def take_right(self) -> None:
        """One less on the right."""
        when(Counters.right > 0)
        Counters.right -= 1

    def carry(self, room: int) -> None:
        """One from the left to the right."""
        when(Counters.left > 0 and Counters.right < room + 2)
        Counters.left -= 1
        Counters.right += 1


def has_room(room: int) -> bool:
    """Initially there are up to two more than the largest constant, which is `room`."""
    return Counters.left <= room + 2 and Counters.right <= room + 2


COUNTERS = Spec(
    name="counters",
    processes=(Carrier,),
    shared=(Counters,),
    constants={"room": 2000},
    invariants=(has_room,),
)

# A grid that every step reads whole.


class Grid(Globals):
    """The cells that live, of eighteen in three rows."""

    alive: Set[Nat] = anything()


def is_next_to(a: Nat, b: Nat) -> bool:
    """Whether two cells touch."""
    return a != b and abs(a // 6 - b // 6) <= 1 and abs(a % 6 - b % 6) <= 1


def will_live(cell: Nat) -> bool:
    """Conway's rule: with three neighbors a cell lives, with two it stays."""
    neighbors = sum(1 for other in Grid.alive if is_next_to(cell, other))
    return neighbors == 3 or (neighbors == 2 and cell in Grid.alive)


class Time(Process):
    """All cells at once."""

    def tick(self) -> None:
        """The next generation."""
        Grid.alive = frozenset(cell for cell in range(18) if will_live(cell))


def is_on_the_grid() -> bool:
    """There are eighteen cells."""
    return all(cell < 18 for cell in Grid.alive)


LIFE = Spec(
    name="life",
    processes=(Time,),
    shared=(Grid,),
    constants={"last": 15},
    invariants=(is_on_the_grid,),
)

# Registers: a step reads two of them.


class Register(Process, number="registers"):
    """A register that its neighbors copy."""

    value: Nat = 0
    fresh: bool = False

    def write(self, most: int) -> None:
        """A new value."""
        when(not self.fresh)
        when(self.value < most)
        self.value += 1
        self.fresh = True

    def copy(self, other: Register) -> None:
        """Take over a larger value."""
        when(other.value > self.value)
        self.value = other.value
        self.fresh = False

    def rest(self) -> None:
        """Be done with writing."""
        when(self.fresh)
        self.fresh = False


def is_in_bounds(r: Register, most: int) -> bool:
    """No value is larger than what is written."""
    return r.value <= most


def all_have_the_largest(most: int) -> bool:
    """Nothing is left to do."""
    return all(r.value == most and not r.fresh for r in Register)


REGISTERS = Spec(
    name="registers",
    processes=(Register,),
    constants={"registers": 8, "most": 2},
    invariants=(is_in_bounds,),
    final=all_have_the_largest,
)

# Two-phase commit (Gray and Lamport 2006), with messages of the language and with a set of them.


class Stage(Enum):
    """How far a participant is."""

    WORKING = "working"
    PREPARED = "prepared"
    COMMITTED = "committed"
    ABORTED = "aborted"


class Prepared(Message):
    """A participant is prepared."""


class Verdict(Message):
    """What the manager decided."""

    commit: bool


class Participant(Process, number="participants"):
    """A resource manager."""

    stage: Stage = Stage.WORKING

    def prepare(self, manager: Manager) -> None:
        """Be prepared."""
        when(self.stage == Stage.WORKING)
        self.stage = Stage.PREPARED
        send(Prepared(), to=manager)

    def give_up(self) -> None:
        """Abort alone."""
        when(self.stage == Stage.WORKING)
        self.stage = Stage.ABORTED

    def obey(self, m: Verdict) -> None:
        """Do what the manager says."""
        self.stage = Stage.COMMITTED if m.commit else Stage.ABORTED


class Manager(Process, number="managers"):
    """The transaction manager."""

    decided: bool = False
    heard: Set[Participant] = frozenset()

    def hear(self, m: Prepared) -> None:
        """One more is prepared."""
        when(not self.decided)
        self.heard |= {m.source}

    def commit(self) -> None:
        """All are prepared."""
        when(not self.decided and self.heard == frozenset(Participant))
        self.decided = True
        for p in Participant:
            send(Verdict(commit=True), to=p)

    def abort(self) -> None:
        """Give up for all."""
        when(not self.decided)
        self.decided = True
        for p in Participant:
            send(Verdict(commit=False), to=p)


def agree(a: Participant, b: Participant) -> bool:
    """Nobody commits where another aborts."""
    return not (a.stage == Stage.COMMITTED and b.stage == Stage.ABORTED)


def is_decided() -> bool:
    """All is over: the messages that are kept change nothing."""
    return all(p.stage in (Stage.COMMITTED, Stage.ABORTED) for p in Participant)


TWO_PHASE = Spec(
    name="two-phase",
    processes=(Participant, Manager),
    constants={"participants": 7, "managers": 1},
    invariants=(agree,),
    delivery=Delivery(loses=False),
    final=is_decided,
)


class Word(Record):
    """What stands in the set of messages: who is prepared, or nobody and what was decided."""

    who: Worker | None
    commit: bool


class Board(Globals):
    """The messages, as one set that only grows."""

    words: Set[Word] = frozenset()
    heard: Set[Worker] = frozenset()
    decided: bool = False


class Worker(Process, number="workers"):
    """A resource manager, as one writes it in TLA+."""

    stage: Stage = Stage.WORKING

    def prepare(self) -> None:
        """Be prepared."""
        when(self.stage == Stage.WORKING)
        self.stage = Stage.PREPARED
        Board.words |= {Word(self, True)}

    def give_up(self) -> None:
        """Abort alone."""
        when(self.stage == Stage.WORKING)
        self.stage = Stage.ABORTED

    def obey(self, commit: bool) -> None:
        """Do what was decided."""
        when(Word(None, commit) in Board.words)
        self.stage = Stage.COMMITTED if commit else Stage.ABORTED

    def is_heard(self) -> None:
        """The manager reads that this one is prepared."""
        when(not Board.decided)
        when(Word(self, True) in Board.words)
        Board.heard |= {self}


class Decider(Process):
    """The transaction manager."""

    def decide(self, commit: bool) -> None:
        """Commit if all are prepared, or abort."""
        when(not Board.decided)
        when(not commit or Board.heard == frozenset(Worker))
        Board.decided = True
        Board.words |= {Word(None, commit)}


def workers_agree(a: Worker, b: Worker) -> bool:
    """Nobody commits where another aborts."""
    return not (a.stage == Stage.COMMITTED and b.stage == Stage.ABORTED)


SHARED_SET = Spec(
    name="shared-set",
    processes=(Worker, Decider),
    shared=(Board,),
    constants={"workers": 7},
    invariants=(workers_agree,),
)

# Termination detection in a ring (Dijkstra's EWD 840): variables that everybody reads.


class Ring(Globals):
    """Who works and who is black, by place in the ring; where the token is, and its color."""

    working: Set[Nat] = frozenset({0})
    black: Set[Nat] = frozenset()
    token: Nat = 0
    spoiled: bool = True


class Machine(Process):
    """All the machines; which one it is says the parameter."""

    def wake(self, i: Nat, j: Nat, machines: int) -> None:
        """A machine that works gives work to another."""
        when(i in Ring.working and j < machines and i != j)
        Ring.working |= {j}
        if j > i:
            Ring.black |= {i}

    def rest(self, i: Nat, machines: int) -> None:
        """A machine has done its work."""
        when(i < machines and i in Ring.working)
        Ring.working -= {i}

    def start(self, machines: int) -> None:
        """Machine 0 sends the token round."""
        when(Ring.token == 0)
        when(Ring.spoiled or 0 in Ring.black)
        Ring.token = machines - 1
        Ring.spoiled = False
        Ring.black -= {0}

    def pass_on(self) -> None:
        """A machine at rest passes the token on, which it may spoil."""
        when(Ring.token > 0 and Ring.token not in Ring.working)
        Ring.spoiled = Ring.spoiled or Ring.token in Ring.black
        Ring.black -= {Ring.token}
        Ring.token -= 1


def is_detected() -> bool:
    """Machine 0 knows that all is done."""
    return Ring.token == 0 and not Ring.spoiled and 0 not in Ring.black and 0 not in Ring.working


def detection_is_right() -> bool:
    """Where termination is detected, nobody works."""
    return not is_detected() or Ring.working == frozenset()


TERMINATION = Spec(
    name="termination",
    processes=(Machine,),
    shared=(Ring,),
    constants={"machines": 8},
    invariants=(detection_is_right,),
    final=is_detected,
)

# Mutual exclusion over channels that keep the order (Lamport 1978).


class Note(Message):
    """A request, its acknowledgement, or its end."""

    clock: Nat
    kind: Nat


class Hall(Globals):
    """How many have a number."""

    enrolled: Nat = 0


class Peer(Process, number="peers"):
    """One that wants to be alone now and then."""

    rank: Nat = 0
    clock: Nat = 1
    asked: Map[Peer, Nat] = each(0)
    told: Set[Peer] = frozenset()
    inside: bool = False

    def enroll(self) -> None:
        """Take a number, which decides between equal clocks."""
        when(self.rank == 0)
        Hall.enrolled += 1
        self.rank = Hall.enrolled

    def ask(self) -> None:
        """Ask all to let this one in."""
        when(self.rank > 0 and self.asked[self] == 0)
        self.asked |= {self: self.clock}
        self.told = frozenset({self})
        for p in Peer:
            if p != self:
                send(Note(clock=self.clock, kind=0), to=p)

    def answer(self, m: Note) -> None:
        """Note a request, and acknowledge it."""
        when(m.kind == 0)
        self.asked |= {m.source: m.clock}
        self.clock = max(self.clock, m.clock) + 1
        discard(m)
        send(Note(clock=self.clock, kind=1), to=m.source)

    def hear(self, m: Note) -> None:
        """Note an acknowledgement."""
        when(m.kind == 1)
        self.told |= {m.source}
        discard(m)

    def forget(self, m: Note) -> None:
        """Note that one is done."""
        when(m.kind == 2)
        self.asked |= {m.source: 0}
        discard(m)

    def is_first(self, other: Peer) -> bool:
        """Whether the request of this one is not after another's."""
        theirs = self.asked[other]
        return (
            theirs == 0
            or self.asked[self] < theirs
            or (self.asked[self] == theirs and self.rank <= other.rank)
        )

    def enter(self) -> None:
        """All have answered, and this one is first."""
        when(self.asked[self] > 0 and self.told == frozenset(Peer))
        when(all(self.is_first(p) for p in Peer))
        self.inside = True

    def leave(self) -> None:
        """Done."""
        when(self.inside)
        self.inside = False
        self.asked |= {self: 0}
        self.told = frozenset()
        self.clock += 1
        for p in Peer:
            if p != self:
                send(Note(clock=self.clock, kind=2), to=p)


def one_inside(a: Peer, b: Peer) -> bool:
    """Mutual exclusion."""
    return a == b or not (a.inside and b.inside)


def clocks_are_small(last: int) -> bool:
    """The constraint."""
    return all(p.clock <= last for p in Peer)


MUTEX = Spec(
    name="mutex",
    processes=(Peer,),
    shared=(Hall,),
    constants={"peers": 3, "last": 4},
    invariants=(one_inside,),
    constraints=(clocks_are_small,),
    delivery=Delivery(loses=False, duplicates=False, reorders=False),
)

# A ring buffer with one writer and readers that follow it.


class Buffer(Globals):
    """The slots, and how many values were published."""

    slots: Seq[Nat] = (0, 0, 0, 0)
    published: Nat = 0
    claimed: Nat = 0


class Reader(Process, number="readers"):
    """Reads what is published."""

    at: Nat = 0
    seen: Nat = 0
    reading: bool = False

    def begin(self) -> None:
        """Take the next slot."""
        when(not self.reading and self.at < Buffer.published)
        self.seen = Buffer.slots[self.at % 4]
        self.reading = True

    def done(self) -> None:
        """Let the slot go."""
        when(self.reading)
        self.reading = False
        self.at += 1
        self.seen = 0


class Writer(Process):
    """Writes the numbers in turn."""

    def claim(self, values: int) -> None:
        """Take a slot that all have read."""
        when(Buffer.claimed == Buffer.published and Buffer.claimed < values)
        when(all(r.at + 4 > Buffer.claimed for r in Reader))
        place = Buffer.claimed % 4
        Buffer.claimed += 1
        Buffer.slots = (*Buffer.slots[:place], Buffer.claimed, *Buffer.slots[place + 1 :])

    def publish(self) -> None:
        """Let it be read."""
        when(Buffer.claimed > Buffer.published)
        Buffer.published = Buffer.claimed


def reads_what_was_written(r: Reader) -> bool:
    """A reader sees the value of its turn."""
    return not r.reading or r.seen == r.at + 1


def all_is_read(values: int) -> bool:
    """The end."""
    return all(r.at == values for r in Reader)


BUFFER = Spec(
    name="ring-buffer",
    processes=(Reader, Writer),
    shared=(Buffer,),
    constants={"readers": 5, "values": 16},
    invariants=(reads_what_was_written,),
    final=all_is_read,
)

# Paxos (Lamport 2001): what is in flight is read by an action and by the claim.


class Value(Domain, number="values"):
    """What may be chosen."""


class Prepare(Message):
    """Phase 1a."""

    ballot: Nat


class Promise(Message):
    """Phase 1b: the last vote, of ballot 0 if there was none."""

    ballot: Nat
    voted: Nat
    value: Value | None


class Accept(Message):
    """Phase 2a."""

    ballot: Nat
    value: Value


class Accepted(Message):
    """Phase 2b."""

    ballot: Nat
    value: Value


class Acceptor(Process, number="acceptors"):
    """Promises and votes."""

    promised: Nat = 0
    voted: Nat = 0
    value: Value | None = None

    def promise(self, m: Prepare) -> None:
        """Phase 1b."""
        when(m.ballot > self.promised)
        self.promised = m.ballot
        send(Promise(ballot=m.ballot, voted=self.voted, value=self.value), to=m.source)

    def vote(self, m: Accept) -> None:
        """Phase 2b."""
        when(m.ballot >= self.promised)
        self.promised = m.ballot
        self.voted = m.ballot
        self.value = m.value
        send(Accepted(ballot=m.ballot, value=m.value), to=m.source)


class Proposer(Process, number="proposers"):
    """Begins ballots."""

    def prepare(self, ballot: Nat, ballots: int) -> None:
        """Phase 1a."""
        when(ballot > 0 and ballot <= ballots)
        for a in Acceptor:
            send(Prepare(ballot=ballot), to=a)

    def propose(self, ballot: Nat, value: Value, ballots: int) -> None:
        """Phase 2a: a value that is safe."""
        when(ballot > 0 and ballot <= ballots)
        when(all(m.ballot != ballot for m in in_flight(Accept)))
        when(2 * len(frozenset(m.source for m in promises(ballot))) > len(Acceptor))
        last = max((m.voted for m in promises(ballot)), default=0)
        when(last == 0 or any(m.voted == last and m.value == value for m in promises(ballot)))
        for a in Acceptor:
            send(Accept(ballot=ballot, value=value), to=a)


def promises(ballot: Nat) -> Set[Promise]:
    """The promises of a ballot."""
    return frozenset(m for m in in_flight(Promise) if m.ballot == ballot)


def is_chosen(ballot: Nat, value: Value) -> bool:
    """Whether a majority voted for a value."""
    votes = frozenset(
        m.source for m in in_flight(Accepted) if m.ballot == ballot and m.value == value
    )
    return 2 * len(votes) > len(Acceptor)


def one_value_is_chosen(ballots: int, v: Value, w: Value) -> bool:
    """Agreement."""
    return v == w or not (
        any(is_chosen(b, v) for b in range(1, ballots + 1))
        and any(is_chosen(b, w) for b in range(1, ballots + 1))
    )


PAXOS = Spec(
    name="paxos",
    processes=(Acceptor, Proposer),
    domains=(Value,),
    constants={"acceptors": 3, "values": 2, "proposers": 1, "ballots": 3},
    invariants=(one_value_is_chosen,),
    delivery=Delivery(loses=False),
)
