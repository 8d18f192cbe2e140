"""More edges of the language: each is run, explored, proved and printed, or refused with a cure."""

from enum import Enum

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import (
    Delivery,
    Domain,
    Globals,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    Spec,
    anything,
    either,
    send,
    when,
)
from raftnb.pluscal import algorithm
from raftnb.prove import Lemma, Proof, explain, prove
from tests.language.engines import same

# Truth values and None, told apart by `is`.


class Decider(Process, number="deciders"):
    decision: bool | None = None
    agreed: bool = False

    def decide(self, yes: bool) -> None:
        when(self.decision is None)
        self.decision = yes

    def rest(self) -> None:
        pass

    def agree(self, other: "Decider") -> None:
        when(other.decision is True)
        self.agreed = True


def agreed_with_somebody(a: Decider) -> bool:
    return not a.agreed or any(b.decision is True for b in Decider)


def nobody_refused(a: Decider) -> bool:
    return a.decision is not False


def not_open(a: Decider) -> bool:
    return (a.decision is not True and a.decision is not False) == (a.decision is None)


DECIDERS = Spec(
    "deciders", (Decider,), constants={"deciders": 2}, invariants=(agreed_with_somebody, not_open)
)


def test_is_tells_truth_values_and_none_apart() -> None:
    same(DECIDERS, 4 + 5 * 4)
    lemmas = (Lemma(agreed_with_somebody), Lemma(not_open))
    assert prove(Proof(DECIDERS, lemmas)).verdict is Verdict.HOLDS
    wrong = DECIDERS.variant("wrong", invariants=(nobody_refused,))
    proof = Proof(wrong, (Lemma(nobody_refused),))
    assert explain(proof, prove(proof)).verdict is Verdict.VIOLATED
    assert "decision[" in next(iter(algorithm(DECIDERS()).files.values()))


# An operator that a variant overrides: claims follow it.


class Voter(Process, number="voters"):
    votes: Set["Voter"] = frozenset()
    leads: bool = False

    def vote(self, by: "Voter") -> None:
        self.votes |= {by}

    def lead(self) -> None:
        when(self.is_quorum(self.votes))
        self.leads = True

    def is_quorum(self, voters: Set["Voter"]) -> bool:
        return all(v in voters for v in Voter)


class Weak(Voter):
    def is_quorum(self, voters: Set[Voter]) -> bool:
        return any(v in voters for v in Voter)


def leads_with_a_quorum(a: Voter) -> bool:
    return not a.leads or a.is_quorum(a.votes)


def leads_with_all(a: Voter) -> bool:
    return not a.leads or all(v in a.votes for v in Voter)


VOTERS = Spec("voters", (Voter,), constants={"voters": 2}, invariants=(leads_with_a_quorum,))


def test_claims_follow_an_operator_that_a_variant_overrides() -> None:
    weak = VOTERS.variant("weak", Weak)
    same(VOTERS, (4 + 1) ** 2)
    same(weak, (4 + 3) ** 2)
    for spec in (VOTERS, weak):
        assert prove(Proof(spec, (Lemma(leads_with_a_quorum),))).verdict is Verdict.HOLDS
    both = VOTERS.variant("both", invariants=(leads_with_all,))
    assert prove(Proof(both, (Lemma(leads_with_all),))).verdict is Verdict.HOLDS
    wrong = both.variant("wrong", Weak)
    proof = Proof(wrong, (Lemma(leads_with_all),))
    assert explain(proof, prove(proof)).verdict is Verdict.VIOLATED
    assert check(wrong(), progress=False).property == "leads_with_all"


# Some process, to begin with.


class Token(Globals):
    holder: "Passer" = anything()
    lender: "Passer | None" = anything()


class Passer(Process, number="passers"):
    passed: bool = False

    def give(self, to: "Passer") -> None:
        when(Token.holder == self and to != self)
        Token.holder = to
        self.passed = True


def somebody_passed_it(a: Passer) -> bool:
    return a.passed or not any(b.passed for b in Passer) or Token.holder == a or True


def no_lender(a: Passer) -> bool:
    return Token.lender is None


PASSERS = Spec(
    "passers", (Passer,), (Token,), constants={"passers": 2}, invariants=(somebody_passed_it,)
)


def test_some_process_is_an_initial_value() -> None:
    assert len(PASSERS().initial_states) == 2 * 3
    same(PASSERS, 3 * 6)
    assert prove(Proof(PASSERS, (Lemma(somebody_passed_it),))).verdict is Verdict.HOLDS
    wrong = PASSERS.variant("wrong", invariants=(no_lender,))
    assert prove(Proof(wrong, (Lemma(no_lender),))).failing == (("no_lender", "the start"),)
    assert check(wrong(), progress=False).property == "no_lender"
    assert "holder \\in Passer" in next(iter(algorithm(PASSERS()).files.values()))


# Several kinds of records in one sequence.


class Write(Record):
    value: Nat


class Erase(Record):
    how_many: Nat


class Disk(Process):
    log: Seq[Write | Erase] = ()
    last: Write | Erase | None = None

    def write(self) -> None:
        when(len(self.log) < 2)
        self.log = (*self.log, Write(1))

    def erase(self) -> None:
        when(len(self.log) < 2)
        self.log = (*self.log, Erase(2))

    def read(self) -> None:
        when(self.log != ())
        self.last = self.log[-1]


def known(a: Disk) -> bool:
    return all(
        e.value == 1 if isinstance(e, Write) else e.how_many == 2  # type: ignore[union-attr]
        for e in a.log
    )


def only_writes(a: Disk) -> bool:
    return all(isinstance(e, Write) for e in a.log)


DISK = Spec("disk", (Disk,), invariants=(known,))


def test_several_kinds_of_records_are_explored_and_not_proved() -> None:
    same(DISK, 1 + 2 * 2 + (2 * 2 + 2 * 3))  # nothing, or what was the last when it was read
    wrong = DISK.variant("wrong", invariants=(only_writes,))
    assert check(wrong(), progress=False).property == "only_writes"
    with pytest.raises(SpecError) as error:
        prove(Proof(DISK, (Lemma(known),)))
    assert "`Write` or `Erase`" in error.value.found
    assert error.value.cure


# An enumeration and more.


class Mode(Enum):
    IDLE = 0
    BUSY = 1


class Extra(Enum):
    BROKEN = 0


class Machine(Process):
    mode: Mode | Extra = Mode.IDLE

    def work(self) -> None:
        self.mode = either(Mode.BUSY, Mode.IDLE)

    def fail(self) -> None:
        self.mode = Extra.BROKEN


def never_broken(m: Machine) -> bool:
    return m.mode is not Extra.BROKEN


def test_an_alternative_to_an_enumeration() -> None:
    spec = Spec("machine", (Machine,), invariants=())
    same(spec, 3)
    wrong = spec.variant("wrong", invariants=(never_broken,))
    assert check(wrong(), progress=False).property == "never_broken"
    with pytest.raises(SpecError) as error:
        prove(Proof(wrong, (Lemma(never_broken),)))
    assert error.value.cure == "make one enum with the members of Mode and Extra"


# Ranges by a constant, members in order, and several assignments at once.


class Room(Domain, number="rooms"):
    """A room."""


class Guest(Process, number="guests"):
    bed: Nat = 0
    rooms: Seq[Room] = ()

    def choose(self, beds: int) -> None:
        self.bed = either(*range(beds))

    def look(self) -> None:
        self.bed, self.rooms = 0, tuple(Room)

    def sort(self) -> None:
        self.rooms = tuple(sorted(Room))


def bed_is_there(a: Guest, beds: int) -> bool:
    return a.bed in range(beds)


def some_bed(a: Guest, beds: int) -> bool:
    return any(a.bed == i for i in range(beds))


def no_last_bed(a: Guest, beds: int) -> bool:
    return a.bed < beds - 1


GUESTS = Spec(
    "guests",
    (Guest,),
    domains=(Room,),
    constants={"guests": 1, "rooms": 2, "beds": 3},
    invariants=(bed_is_there, some_bed),
)


class Plain(Guest):
    """Without what is not proved."""

    def look(self) -> None:
        self.bed, self.rooms = 0, ()

    def sort(self) -> None:
        self.rooms = ()


def test_a_range_by_a_constant_and_members_in_order() -> None:
    same(GUESTS, 3 * 2)
    same(GUESTS, 5 * 2, beds=5)
    world = GUESTS().start()
    world["g1"].sort()
    assert [room.name for room in world["g1"].rooms] == ["r1", "r2"]
    plain = GUESTS.variant("plain", Plain)

    def beds_there(beds: int) -> bool:
        return beds > 0

    with_beds = plain.variant("beds", assuming=(beds_there,))
    lemmas = (Lemma(bed_is_there), Lemma(some_bed))
    assert prove(Proof(with_beds, lemmas)).verdict is Verdict.HOLDS
    assert ("bed_is_there", "the start") in prove(Proof(plain, lemmas)).failing  # with no bed
    wrong = with_beds.variant("wrong", invariants=(no_last_bed,))
    proof = Proof(wrong, (Lemma(no_last_bed),))
    assert explain(proof, prove(proof)).verdict is Verdict.VIOLATED
    for spec in (GUESTS, GUESTS.variant("sorted", invariants=(bed_is_there,))):
        with pytest.raises(SpecError) as error:
            prove(Proof(spec, (Lemma(bed_is_there),)))
        assert error.value.cure


# The only process of its class.


class Order(Message):
    source: "Boss"
    dest: "Clerk"


class Boss(Process):
    def order(self, to: "Clerk") -> None:
        send(Order(), to=to)


class Clerk(Process, number="clerks"):
    by: Boss | None = None

    def obey(self, m: Order) -> None:
        self.by = m.source


class Lord(Process, number="lords"):
    def order(self, to: "Servant") -> None:
        send(Wish(), to=to)


class Wish(Message):
    source: Lord
    dest: "Servant"


class Servant(Process, number="servants"):
    by: Lord | None = None

    def obey(self, m: Wish) -> None:
        self.by = m.source


def by_the_boss(a: Clerk, b: Boss) -> bool:
    return a.by is None or a.by == b


def by_one_lord(a: Servant, b: Servant) -> bool:
    return a.by is None or b.by is None or a.by == b.by


def test_whoever_is_of_a_class_of_one_is_that_one() -> None:
    office = Spec(
        "office", (Boss, Clerk), constants={"clerks": 2}, invariants=(by_the_boss,),
        delivery=Delivery(),
    )  # fmt: skip
    assert prove(Proof(office, (Lemma(by_the_boss),))).verdict is Verdict.HOLDS
    assert check(office(), progress=False).verdict is Verdict.HOLDS
    manor = Spec(
        "manor", (Lord, Servant), constants={"lords": 2, "servants": 2},
        invariants=(by_one_lord,), delivery=Delivery(),
    )  # fmt: skip
    proof = Proof(manor, (Lemma(by_one_lord),))
    assert explain(proof, prove(proof)).verdict is Verdict.VIOLATED
    assert check(manor(), progress=False).property == "by_one_lord"
