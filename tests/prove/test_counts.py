"""How many there are, compared with a number: exact for any number of members."""

from collections.abc import Callable
from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import Globals, Map, Nat, Process, Seq, Set, Spec, each, either, when
from raftnb.prove import Lemma, Proof, explain, prove


class Door(Globals):
    holder: "Client | None" = None


class Client(Process, number="clients"):
    inside: bool = False
    friends: Set["Client"] = frozenset()
    marks: Map["Client", bool] = each(False)
    log: Seq[Nat] = ()

    def enter(self) -> None:
        when(Door.holder is None)
        Door.holder, self.inside = self, True

    def leave(self) -> None:
        when(self.inside)
        Door.holder, self.inside = None, False

    def befriend(self, other: "Client") -> None:
        when(self.friends == frozenset())
        self.friends = frozenset({other})

    def mark(self, other: "Client") -> None:
        when(sum(self.marks[c] for c in Client) < 2 and not self.marks[other])
        self.marks |= {other: True}

    def note(self) -> None:
        when(sum(1 for n in self.log if n > 0) < 1)
        self.log = (*self.log, either(0, 1))


class Crowd(Client):
    def enter(self) -> None:
        when(not self.inside)
        Door.holder, self.inside = self, True


def held(a: Client) -> bool:
    return a.inside == (Door.holder == a)


def one_inside() -> bool:
    return sum(c.inside for c in Client) <= 1


def one_inside_by_ones() -> bool:
    return sum(1 for c in Client if c.inside) < 2


def not_two() -> bool:
    return not sum(1 for c in Client if c.inside) >= 2


def none_or_one() -> bool:
    return sum(1 for c in Client if c.inside) in (0, 1) or not one_inside()


def holder_counts() -> bool:
    return (sum(c.inside for c in Client) == 1) == (Door.holder is not None)


def one_friend(a: Client) -> bool:
    return sum(1 for f in a.friends) <= 1


def two_marks(a: Client) -> bool:
    return sum(a.marks[c] for c in Client) <= 2


def one_positive(a: Client) -> bool:
    return sum(1 for n in a.log if n > 0) <= 1


def small_indices(a: Client) -> bool:
    return sum(1 for i in range(len(a.log)) if a.log[i] > 1) == 0


def nobody_inside() -> bool:
    return sum(c.inside for c in Client) < 1


def no_friend(a: Client) -> bool:
    return sum(1 for f in a.friends) == 0


def one_mark(a: Client) -> bool:
    return sum(a.marks[c] for c in Client) < 2


def exactly_one() -> bool:
    return sum(c.inside for c in Client) == 1


def at_least_one_mark(a: Client) -> bool:
    return sum(a.marks[c] for c in Client) >= 1


def always() -> bool:
    return sum(c.inside for c in Client) >= 0 and not sum(c.inside for c in Client) < 0


TRUE = (one_inside, one_inside_by_ones, not_two, one_friend, two_marks, always)
ITEMS = (holder_counts, one_positive, small_indices)
FALSE = (nobody_inside, no_friend, one_mark, exactly_one, at_least_one_mark)
SPEC = Spec("counted", (Client,), (Door,), constants={"clients": 2})


@pytest.mark.parametrize("claim", TRUE)
def test_a_count_is_proved_of_any_number_of_members(claim: Callable[..., bool]) -> None:
    spec = SPEC.variant("true", invariants=(held, claim))
    proof = Proof(spec, (Lemma(held), Lemma(claim, (held,))))
    assert prove(proof).verdict is Verdict.HOLDS


@pytest.mark.parametrize("claim", FALSE)
def test_a_count_that_is_wrong_is_not_proved(claim: Callable[..., bool]) -> None:
    spec = SPEC.variant("false", invariants=(held, claim))
    proof = Proof(spec, (Lemma(held), Lemma(claim, (held,))))
    found = prove(proof)
    assert claim.__name__ in {name for name, _ in found.failing}
    assert explain(proof, found).verdict is Verdict.VIOLATED


@pytest.mark.parametrize("claim", [*TRUE, *FALSE, *ITEMS])
def test_it_is_what_python_counts(claim: Callable[..., bool]) -> None:
    """`prove` compares what it says of random states with Python, whatever is true."""
    from raftnb.prove.agreement import compare

    spec = SPEC.variant("compared", invariants=(claim,))
    found = compare(Proof(spec, (Lemma(claim),)), effort=200)
    assert claim.__name__ not in found.untried


def test_two_may_be_inside_where_nobody_looks() -> None:
    crowd = SPEC.variant("crowd", Crowd, invariants=(one_inside,))
    found = explain(Proof(crowd, (Lemma(one_inside),)), prove(Proof(crowd, (Lemma(one_inside),))))
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "one_inside")
    alone = crowd.variant("one", constants={"clients": 1})
    assert check(alone(), progress=False, max_states=50).verdict is not Verdict.VIOLATED


def test_one_member_is_no_other_than_itself() -> None:
    class Only(Process):
        on: bool = False

        def switch(self) -> None:
            self.on = not self.on

    def at_most_one() -> bool:
        return sum(o.on for o in Only) <= 1

    def none() -> bool:
        return sum(o.on for o in Only) == 0

    spec = Spec("only", (Only,), invariants=(at_most_one,))
    assert prove(Proof(spec, (Lemma(at_most_one),))).verdict is Verdict.HOLDS
    wrong = spec.variant("wrong", invariants=(none,))
    assert prove(Proof(wrong, (Lemma(none),))).verdict is Verdict.UNKNOWN


def as_many() -> bool:
    return sum(c.inside for c in Client) <= len(Client)


def five() -> bool:
    return sum(c.inside for c in Client) <= 5


def numbers() -> bool:
    return sum(len(c.log) for c in Client) <= 1


def a_constant(most: int) -> bool:
    return sum(c.inside for c in Client) <= most


REFUSED: dict[str, tuple[Any, str]] = {
    "other numbers": (as_many, "`sum` of a comprehension"),
    "one of several numbers": (none_or_one, "`sum` of a comprehension"),
    "a constant": (a_constant, "`sum` of a comprehension"),
    "sums of numbers": (numbers, "`sum` of a comprehension"),
    "many": (five, "compared with a number, for which 6 are looked at"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_counted_is_refused(what: str) -> None:
    claim, found = REFUSED[what]
    spec = SPEC.variant("refused", invariants=(claim,), constants={**SPEC.constants, "most": 1})
    with pytest.raises(SpecError, match=found) as error:
        prove(Proof(spec, (Lemma(claim),)))
    assert "<= " in error.value.allowed
