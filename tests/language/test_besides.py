"""What is asked besides a Spec's claims means what it would mean there, whatever it names."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any

import pytest

from raftnb import (
    Delivery,
    Domain,
    Globals,
    Message,
    Nat,
    Process,
    Record,
    Set,
    Spec,
    SpecError,
    check,
    discard,
    in_flight,
    send,
    when,
)
from raftnb.explore import reachable
from raftnb.language.besides import asked_besides
from raftnb.language.temporal import always_eventually
from raftnb.liveness import check_liveness
from raftnb.parallel.travel import packed, unpacked


class Lock(Globals):
    holder: Client | None = None


class Ping(Message):
    n: Nat


class Client(Process, number="clients"):
    inside: bool = False

    def enter(self) -> None:
        when(Lock.holder is None and not any(True for _ in in_flight(Ping)))
        Lock.holder = self
        self.inside = True
        send(Ping(n=0), to=self)

    def leave(self) -> None:
        when(self.inside)
        self.inside = False
        Lock.holder = None

    def get(self, m: Ping) -> None:
        discard(m)


class Pong(Message):
    tick: Nat


class Crowd(Record):
    inside_now: Set[Client]

    def many(self) -> int:
        return len(self.inside_now)


class Light(Enum):
    RED = auto()
    GREEN = auto()


class Visitor(Process):
    seated: bool = False


class Room(Domain):
    pass


class Shelf(Record):
    books: list[int]


class Untidy(Record):
    n: Nat

    def put(self) -> None:
        self.n = 0


def no_pong() -> bool:
    return not any(m.tick == 0 for m in in_flight(Pong))


def nobody() -> bool:
    return Crowd(inside_now=frozenset(c for c in Client if c.inside)).inside_now == frozenset()


def few() -> bool:
    return Crowd(inside_now=frozenset(c for c in Client if c.inside)).many() < 1


def is_green(light: Light) -> bool:
    return light is Light.RED or Lock.holder is None


def seated(visitor: Visitor) -> bool:
    return visitor.seated


def a_room() -> bool:
    return any(room == room for room in Room)


def no_shelf() -> bool:
    return Shelf(books=()).books == ()  # type: ignore[arg-type,comparison-overlap]


def tidy() -> bool:
    return Untidy(n=0).n == 0


def nowhere() -> bool:
    return Crowd(inside_now=frozenset()).outside == 0  # type: ignore[attr-defined]


def crowd() -> Crowd:
    return Crowd(inside_now=frozenset(c for c in Client if c.inside))


def alone() -> bool:
    return all(m.n == 0 for m in in_flight(Ping))


def lock(**claims: Any) -> Spec:
    """A lock that knows nothing of what is asked, unless it is claimed."""
    return Spec(
        "lock",
        (Client,),
        (Lock,),
        constants={"clients": 2},
        delivery=Delivery(loses=False, duplicates=False),
        **claims,
    )


LOCK = lock()
CLAIMS = [no_pong, nobody, few, is_green]
REFUSED = [seated, a_room, no_shelf, tidy, nowhere]


def said(ask: Callable[[], Any]) -> list[str]:
    """What is refused, and how."""
    with pytest.raises(SpecError) as error:
        ask()
    return str(error.value).splitlines()


@pytest.mark.parametrize("engine", ["memo", "quick"])
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_property_of_what_no_claim_names_is_answered_as_in_the_spec(
    claim: Any, engine: str
) -> None:
    lasting = always_eventually(claim)
    inside = check_liveness(lock(liveness=(lasting,))(), engine=engine)
    found = check_liveness(LOCK(), lasting, engine=engine)
    assert (found.verdict, found.property) == (inside.verdict, inside.property)
    assert str(found.verdict) == ("holds" if claim is no_pong else "violated")


def test_a_graph_that_was_found_before_will_do() -> None:
    model = LOCK()
    graph = reachable(model)
    found = [check_liveness(model, always_eventually(c), graph=graph) for c in (no_pong, nobody)]
    assert [str(one.verdict) for one in found] == ["holds", "violated"]


@pytest.mark.parametrize("engine", ["memo", "compiled", "reference"])
@pytest.mark.parametrize(("claim", "cut"), [(no_pong, 0), (nobody, 4), (is_green, 4)])
def test_an_action_constraint_may_name_what_no_claim_does(
    claim: Any, cut: int, engine: str
) -> None:
    found = check(LOCK(), action_constraints=(claim,), engine=engine)
    inside = check(lock(sometimes=(claim,))(), action_constraints=(claim,), engine=engine)
    assert (found.distinct, found.cut) == (inside.distinct, inside.cut)
    assert found.cut == cut


@pytest.mark.parametrize("engine", ["memo", "compiled", "reference"])
def test_a_view_may_make_a_record_that_no_claim_names(engine: str) -> None:
    found = check(LOCK(), view=crowd, engine=engine)
    assert (found.distinct, str(found.verdict)) == (3, "unknown")


@pytest.mark.parametrize("claim", REFUSED)
def test_what_the_spec_would_refuse_is_refused_in_the_same_words(claim: Any) -> None:
    inside = said(lambda: lock(liveness=(always_eventually(claim),)))
    assert said(lambda: check_liveness(LOCK(), always_eventually(claim))) == inside
    assert said(lambda: check(LOCK(), action_constraints=(claim,))) == inside


def test_a_model_that_knows_all_that_is_named_stays_itself() -> None:
    model = LOCK()
    assert asked_besides(model, alone) is model
    assert asked_besides(model, nobody) is not model


def test_another_machine_knows_what_is_asked_too() -> None:
    wider = asked_besides(LOCK(), nobody)
    assert unpacked(packed(wider)).spec.vocabulary.kinds == wider.spec.vocabulary.kinds
