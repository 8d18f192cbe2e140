"""Claims are asked of states outside of the constraints, too, though nothing goes on from there."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import (
    Delivery,
    Message,
    Nat,
    Process,
    Seq,
    Spec,
    discard,
    in_flight,
    send,
    when,
)
from tests.explore.shards import dealt_out, told
from tests.explore.test_compiled import folder, needs_cc, said
from tests.explore.test_compiled_symmetry import counted

pytestmark = needs_cc
_ = folder


class Note(Message):
    n: Nat


class Walker(Process, number="walkers"):
    x: Nat = 0
    y: Nat = 0

    def right(self) -> None:
        when(self.x < 4)
        self.x += 1

    def up(self) -> None:
        when(self.y < 4)
        self.y += 1


class Teller(Walker):
    """What it does is kept, since that takes long enough; and what it sends may be too much."""

    path: Seq[Nat] = ()

    def right(self) -> None:
        when(self.x < 4)
        self.x += 1
        self.path = (*self.path, self.x)

    def tell(self) -> None:
        when(self.x < 2 and self.y == 0)
        self.x += 1
        send(Note(n=self.x), to=self)


def low(walker: Walker, most: int) -> bool:
    return walker.y <= most


def left(walker: Walker, most: int) -> bool:
    return walker.x <= most


def is_near(bound: int) -> bool:
    return sum(walker.x + walker.y for walker in Walker) < bound


def walks(bound: int, **changes: Any) -> Any:
    fields: dict[str, Any] = {
        "name": "walks",
        "processes": (Walker,),
        "constants": {"walkers": 1, "most": 2, "bound": bound, "few": 1},
        "invariants": (is_near,),
    }
    return Spec(**{**fields, **changes})()


TELLING: dict[str, Any] = {
    "processes": (Teller,),
    "delivery": Delivery(loses=False, duplicates=False),
    "distinct_messages": "few",
}
KINDS: tuple[dict[str, Any], ...] = (
    {"constraints": (low,)},
    {"constraints": (left,)},
    {"constraints": (low,), **TELLING},
    {"constraints": (left,), **TELLING},
    TELLING,
)


BOUNDS = (4, 5, 7, 8)


@pytest.mark.parametrize(("kind", "bound"), [*itertools.product(range(len(KINDS)), BOUNDS)])
def test_what_is_violated_first_is_told(kind, bound):
    """Whether it is within the constraints or a step outside, where others wait to be looked at."""
    model = walks(bound, **KINDS[kind])
    found = check(model, engine="compiled", progress=False, deadlock=False)
    plain = check(model, engine="reference", progress=False, deadlock=False)
    assert said(found) == said(plain)
    assert (found.trace and found.trace.states) == (plain.trace and plain.trace.states)


@pytest.mark.parametrize("bound", BOUNDS)
def test_shards_tell_of_it(bound):
    model = walks(bound, **KINDS[3])
    found = dealt_out(model, 2, deadlock=False)
    assert told(found) == told(check(model, engine="memo", progress=False, deadlock=False))


@pytest.mark.parametrize("bound", [6, 14])
def test_of_members_that_may_change_places_it_is_told_too(bound):
    """Within the constraints they are 6 steps away each, outside 7, and one of them alone."""
    constants = {"walkers": 2, "most": 2, "bound": bound, "few": 1}
    model = walks(bound, **KINDS[3], constants=constants, symmetric=(Teller,))
    asked: dict[str, Any] = {"progress": False, "deadlock": False, "symmetry": True}
    found, memo = check(model, engine="compiled", **asked), check(model, engine="memo", **asked)
    assert found.verdict is (Verdict.VIOLATED if bound < 14 else Verdict.HOLDS)
    if found.verdict is Verdict.VIOLATED:
        assert told(found) == told(memo)
    else:
        assert counted(found) == counted(memo)


class Talker(Process, number="talkers"):
    """Large, so that what it does is kept."""

    heard: Seq[Nat] = ()

    def tell(self, other: Talker) -> None:
        when(len(self.heard) < 2)
        send(Note(n=len(self.heard)), to=other)

    def hear(self, m: Note) -> None:
        when(len(self.heard) < 3)
        self.heard = (*self.heard, m.n)
        discard(m)
        if len(self.heard) == 3:
            send(Note(n=5), to=self)


def attentive(talker: Talker) -> bool:
    return len(talker.heard) <= 2


def nobody_has_heard_enough() -> bool:
    return all(m.n < 5 for m in in_flight(Note))


def talks(delivery: Delivery, distinct: int, copies: int, **changes: Any) -> Any:
    fields: dict[str, Any] = {
        "name": "talks",
        "processes": (Talker,),
        "constants": {"talkers": 2, "distinct": distinct},
        "constraints": (attentive,),
        "delivery": delivery,
    }
    if copies:
        fields["constants"]["copies"], fields["copies"] = copies, "copies"
    return Spec(**{**fields, **changes})()


LOSSLESS, KEEPING = Delivery(loses=False, duplicates=False), Delivery(loses=False)
IN_ORDER = Delivery(loses=False, duplicates=False, reorders=False)


@pytest.mark.parametrize("delivery", [LOSSLESS, KEEPING, IN_ORDER])
def test_claims_on_messages_are_asked_where_the_sender_is_outside(delivery):
    """Only a step that leads out of the constraints sends what the claim forbids."""
    limit = "channel_length" if delivery is IN_ORDER else "distinct_messages"
    model = talks(delivery, 2, 0, invariants=(nobody_has_heard_enough,), **{limit: "distinct"})
    found, plain = (
        check(model, engine=engine, progress=False, deadlock=False, max_states=2_000)
        for engine in ("compiled", "reference")
    )
    assert found.verdict is plain.verdict is Verdict.VIOLATED
    assert said(found) == said(plain)


@pytest.mark.parametrize(
    ("delivery", "distinct", "copies"),
    [(LOSSLESS, 0, 1), (LOSSLESS, 1, 1), (LOSSLESS, 1, 2), (LOSSLESS, 2, 1), (LOSSLESS, 2, 2)]
    + [(KEEPING, 1, 0), (KEEPING, 2, 1)],
)
def test_what_is_too_much_is_left_out_and_nothing_else(delivery, distinct, copies):
    """Where the bag is full, what only sends is not even tried."""
    model = talks(delivery, distinct, copies, distinct_messages="distinct")
    found = check(model, engine="compiled", progress=False, deadlock=False)
    assert said(found) == said(check(model, engine="reference", progress=False, deadlock=False))
    assert found.cut > 0
