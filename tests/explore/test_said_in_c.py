"""What published specifications say in their own way is said in C, with its meaning in Python."""

from __future__ import annotations

from dataclasses import replace

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.explore.compiled import program_of
from raftnb.explore.result import ExplorationOptions
from raftnb.language import Globals, Map, Nat, Process, Record, Seq, Set, Spec, either, when
from raftnb.language.spec import Model


def is_said_in_c(model: Model, verdict: Verdict) -> None:
    """All of a model is said in C, and both engines answer this, by the same counts."""
    assert not program_of(model, ExplorationOptions()).interpreted
    compiled = check(model, engine="compiled", progress=False)
    reference = check(model, engine="reference", progress=False)
    assert compiled.verdict is reference.verdict is verdict
    assert compiled.property == reference.property
    if verdict is Verdict.HOLDS:
        counts = (compiled.distinct, compiled.generated, compiled.depth)
        assert counts == (reference.distinct, reference.generated, reference.depth)
        assert compiled.coverage == reference.coverage
    else:
        assert len(compiled.trace or ()) == len(reference.trace or ()) > 0


class Place(Record):
    x: int
    y: int


def block(x: int, y: int, width: int, height: int) -> Set[Place]:
    return frozenset(Place(x + i, y + j) for i in range(width) for j in range(height))


class Board(Globals):
    blocks: Set[Set[Place]] = frozenset({frozenset({Place(0, 0)}), frozenset({Place(1, 0)})})
    trail: Seq[Nat] = ()


class Hand(Process, number="hands"):
    """Slides blocks: the first hand to the sides, the others up and down."""

    def put(self) -> None:
        when(len(Board.blocks) == 2)
        Board.blocks |= {block(0, 1, 2, 1)}

    def slide(self, forward: bool, x: Nat, size: int) -> None:
        step = 1 if forward else -1
        dx, dy = (step, 0) if self.index == 0 else (0, step)
        moved = frozenset(b for b in Board.blocks if Place(x, 1) in b)
        target = frozenset(Place(p.x + dx, p.y + dy) for b in moved for p in b)
        when(all(0 <= p.x < size and 0 <= p.y < size for p in target))
        when(all(not (target & b) for b in Board.blocks - moved))
        Board.blocks = (Board.blocks - moved) | {target}
        Board.trail = tuple(i * j for i in range(2) for j in (self.index, 1) if i + j < 2)


def apart() -> bool:
    return all(a == b or not (a & b) for a in Board.blocks for b in Board.blocks)


def trails_are_short(hand: Hand) -> bool:
    return len(Board.trail) <= 4 and hand.index <= 1


def never_above() -> bool:
    return block(0, 2, 2, 1) not in Board.blocks


SLIDING = Spec(
    name="sliding",
    processes=(Hand,),
    shared=(Board,),
    constants={"hands": 2, "size": 3},
    invariants=(apart, trails_are_short),
)


@pytest.mark.parametrize("claim", [apart, never_above])
def test_places_several_fors_and_pairs_by_a_condition_mean_in_c_what_they_do_in_python(claim):
    model = replace(SLIDING, invariants=(claim, trails_are_short))()
    is_said_in_c(model, Verdict.HOLDS if claim is apart else Verdict.VIOLATED)


class Lift(Process, number="lifts"):
    floor: Nat = 0

    def go(self, floor: Nat, floors: int) -> None:
        when(floor <= floors and floor != self.floor)
        self.floor = floor

    def is_at(self, floor: int) -> bool:
        return self.floor == floor


class Rider(Process, number="riders"):
    """Stands on a floor, or in a lift."""

    at: Nat | Lift | None = 0

    def enter(self, lift: Lift) -> None:
        when(self.at is not None and not isinstance(self.at, Lift) and lift.is_at(self.at))
        self.at = lift

    def leave(self) -> None:
        when(isinstance(self.at, Lift))
        self.at = self.at.floor

    def climb(self, floors: int) -> None:
        when(self.at is not None and not isinstance(self.at, Lift) and self.at < floors)
        self.at = (self.at + 1) % (floors + 1)

    def fall_out(self) -> None:
        when(isinstance(self.at, Lift) and not self.at.is_at(0))
        self.at = None


def is_in_the_house(rider: Rider, floors: int) -> bool:
    return isinstance(rider.at, Lift) or rider.at is None or 0 <= rider.at <= floors


def lifts_are_down(rider: Rider) -> bool:
    return not isinstance(rider.at, Lift) or rider.at.floor == 0


def is_below_the_roof(rider: Rider, floors: int) -> bool:
    return rider.at < floors + 1


def is_on_the_ground(rider: Rider) -> bool:
    return rider.at.floor == 0


HOUSE = Spec(
    name="house",
    processes=(Lift, Rider),
    constants={"lifts": 2, "riders": 2, "floors": 2},
    invariants=(is_in_the_house,),
)


@pytest.mark.parametrize("claim", [is_in_the_house, lifts_are_down])
def test_a_number_or_a_member_means_in_c_behind_isinstance_what_it_does_in_python(claim):
    model = replace(HOUSE, invariants=(claim,))()
    is_said_in_c(model, Verdict.HOLDS if claim is is_in_the_house else Verdict.VIOLATED)


@pytest.mark.parametrize("claim", [is_below_the_roof, is_on_the_ground])
def test_what_is_asked_of_the_wrong_one_of_several_types_is_refused_as_in_python(claim):
    model = replace(HOUSE, invariants=(claim,))()
    said = set()
    for engine in ("compiled", "reference", "fast"):
        with pytest.raises(SpecError) as raised:
            check(model, engine=engine, progress=False)
        said.add((raised.value.place, raised.value.found))
    assert len(said) == 1


class Version(Record):
    number: Nat
    by: Nat | None


class Copy(Record):
    version: Version
    kept: Set[Version]


FIRST = Version(0, None)
FRESH = Copy(FIRST, frozenset({FIRST}))
NO_COPIES = (FRESH, FRESH)


class Replica(Process, number="replicas"):
    """Keeps a value of the module at first, and goes back to it."""

    copies: Seq[Copy] = NO_COPIES

    def change(self, most: int) -> None:
        last = self.copies[0].version
        when(last.number < most)
        new = Version(last.number + 1, self.index)
        self.copies = (Copy(new, frozenset({new, FIRST})), self.copies[0])

    def forget(self) -> None:
        when(self.copies != NO_COPIES)
        self.copies = (FRESH, FRESH)


def keeps_the_first(replica: Replica) -> bool:
    return all(FIRST in copy.kept for copy in replica.copies)


def is_at_the_first(replica: Replica) -> bool:
    return FRESH in replica.copies


@pytest.mark.parametrize("claim", [keeps_the_first, is_at_the_first])
def test_records_that_are_constants_of_the_module_mean_in_c_what_they_do_in_python(claim):
    model = Spec(
        name="copies",
        processes=(Replica,),
        constants={"replicas": 2, "most": 3},
        invariants=(claim,),
    )()
    is_said_in_c(model, Verdict.HOLDS if claim is keeps_the_first else Verdict.VIOLATED)


RULES = Map({("idle", "ask"): ("busy", "answer"), ("busy", "end"): ("idle", "")})


class Machine(Process, number="machines"):
    """Does what a table says, and unpacks what it says."""

    mode: str = "idle"
    heard: Seq[str] = ()

    def ask(self, ends: bool) -> None:
        when(len(self.heard) < 2)
        self.heard += ("end" if ends else "ask",)

    def go(self) -> None:
        when(len(self.heard) > 0)
        mode, said = RULES.get((self.mode, self.heard[0]), ("", ""))
        when(mode != "")
        self.mode = mode
        self.heard = self.heard[1:] if said == "" else (*self.heard[1:], "end")

    def swap(self) -> None:
        when(len(self.heard) == 2)
        first, second = self.heard
        self.heard = (second, first)


class Hasty(Machine):
    def swap(self) -> None:
        when(self.mode == "busy")
        first, second = self.heard
        self.heard = (second, first)


def never_hears_much(machine: Machine) -> bool:
    return len(machine.heard) <= 2


def is_never_busy(machine: Machine) -> bool:
    return machine.mode == "idle"


MACHINES = Spec(
    name="machines",
    processes=(Machine,),
    constants={"machines": 2},
    invariants=(never_hears_much,),
)


@pytest.mark.parametrize("claim", [never_hears_much, is_never_busy])
def test_the_items_of_a_sequence_that_are_unpacked_mean_in_c_what_they_do_in_python(claim):
    model = replace(MACHINES, invariants=(claim,))()
    is_said_in_c(model, Verdict.HOLDS if claim is never_hears_much else Verdict.VIOLATED)


@pytest.mark.parametrize("engine", ["compiled", "reference", "fast"])
def test_more_or_fewer_items_than_names_are_refused_as_in_python(engine):
    with pytest.raises(SpecError, match="values to unpack"):
        check(MACHINES.variant("hasty", Hasty)(machines=1), engine=engine, progress=False)


class Letter(Record):
    to: Sorter
    text: Nat


class Office(Globals):
    letters: Set[Letter] = frozenset()
    copies: Map[Nat, Nat] = Map()


class Sorter(Process, number="sorters"):
    """Chooses, in one line each, from what passes a test."""

    trays: Seq[Nat] = ()
    sealed: Set[Nat] = frozenset()

    def write(self) -> None:
        text = either(*(i for i in range(1, 3) if i not in self.sealed))
        other = either(*(s for s in Sorter if s != self and len(s.trays) < 2))
        Office.letters |= {Letter(other, text)}
        self.sealed |= {text}

    def hear(self) -> None:
        letter = either(*(one for one in Office.letters if one.to == self))
        Office.letters -= {letter}
        self.trays += (letter.text,)

    def copy(self) -> None:
        text = either(*(x % 2 for x in self.trays))
        Office.copies |= {text: min(Office.copies.get(text, 0) + 1, 2)}

    def tear(self) -> None:
        text = either(*(k for k in Office.copies if Office.copies[k] == 2))
        Office.copies |= {text: 0}

    def look(self) -> None:
        both = either(*(x + y for x in self.trays for y in self.trays if x < y))
        when(both == 3)
        self.trays = self.trays[:-1]

    def guess(self) -> None:
        when(len(self.sealed) == 2)
        last = either(*(one.text for one in Office.letters))
        self.sealed -= {last}


def has_few_letters() -> bool:
    return len(Office.letters) <= 1 and all(len(s.trays) <= 2 for s in Sorter)


def is_tidy() -> bool:
    return len(Office.letters) <= 2


def never_copies_twice() -> bool:
    return all(n < 2 for n in Office.copies.values())


OFFICE = Spec(
    name="office",
    processes=(Sorter,),
    shared=(Office,),
    constants={"sorters": 2},
    invariants=(is_tidy,),
    constraints=(has_few_letters,),
)


@pytest.mark.parametrize("claim", [is_tidy, never_copies_twice])
def test_what_is_chosen_from_a_generator_means_in_c_what_it_does_in_python(claim):
    model = replace(OFFICE, invariants=(claim,))()
    is_said_in_c(model, Verdict.HOLDS if claim is is_tidy else Verdict.VIOLATED)
