"""What leads to what with messages: by fairness, and by a schedule of steps that help."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.language import Delivery, Message, Nat, Process, Spec, discard, in_flight, send, when
from raftnb.language.temporal import leads_to, weak
from raftnb.liveness import check_liveness
from raftnb.prove import Helps, Leads, Proof, prove

ONCE = Delivery(loses=False, duplicates=False)


class Call(Message):
    urgent: bool


class Note(Message):
    pass


class Node(Process, number="nodes"):
    """It is called once by each, gets ready when it is called, and goes for the same call."""

    called: bool = False
    ready: bool = False
    gone: bool = False

    def call(self, peer: Node, urgent: bool) -> None:
        when(not self.called)
        self.called = True
        send(Call(urgent=urgent), to=peer)

    def get_ready(self, m: Call) -> None:
        when(not self.ready)
        self.ready = True

    def go(self, m: Call) -> None:
        when(self.ready)
        self.gone = True
        discard(m)


class TakesTwo(Node):
    """It uses a call up when it gets ready."""

    def get_ready(self, m: Call) -> None:
        super().get_ready(m)
        discard(m)


def is_called(n: Node) -> bool:
    return any(m.dest == n for m in in_flight(Call))


def is_gone(n: Node) -> bool:
    return n.gone


def yet_to_get_ready(n: Node) -> Nat:
    return 0 if n.ready else 1


def nothing(n: Node) -> Nat:
    return 0


def gets_ready(n: Node, me: Node, m: Call) -> bool:
    return me == n and m.dest == n and not n.ready


def goes(n: Node, me: Node, m: Call) -> bool:
    return me == n and m.dest == n and n.ready


def goes_anyway(n: Node, me: Node, m: Call) -> bool:
    return me == n and m.dest == n


def goes_for_any(n: Node, me: Node, m: Call) -> bool:
    return me == n and n.ready


def goes_for_an_urgent_one(n: Node, me: Node, m: Call) -> bool:
    return me == n and m.dest == n and n.ready and m.urgent


def goes_for_a_note(n: Node, me: Node, m: Note) -> bool:
    return me == n and n.ready


def goes_for_something(n: Node, me: Node, m: Message) -> bool:
    return me == n and n.ready


def goes_without(n: Node, me: Node) -> bool:
    return me == n and n.ready


def a_call(n: Node, me: Node) -> bool:
    return is_called(n)


CALLS = Spec(
    "calls",
    (Node,),
    constants={"nodes": 2},
    delivery=ONCE,
    fairness=(weak(Node.get_ready), weak(Node.go)),
)
READY, GO = Helps(Node.get_ready, gets_ready), Helps(Node.go, goes)
WHO_IS_CALLED_GOES = Leads(is_called, is_gone, rank=(yet_to_get_ready,), helpful=(READY, GO))
BY_SCHEDULE = replace(WHO_IS_CALLED_GOES, by_schedule=True)


def asked(spec: Spec, leads: Leads) -> set[str]:
    """What is not proved."""
    found = prove(Proof(spec, (), leads=(leads,)), workers=1, timeout=2, trust=True)
    assert (found.verdict is Verdict.HOLDS) == (not found.unknown)
    return {c.claim.partition(": ")[2] for c in found.unknown}


def network(cls: type[Node], delivery: Delivery) -> Spec:
    return CALLS.variant("others", cls, delivery=delivery)


def test_a_call_that_is_under_way_is_followed_by_fairness_and_by_a_schedule() -> None:
    for leads in (WHO_IS_CALLED_GOES, BY_SCHEDULE):
        found = prove(Proof(CALLS, (), leads=(leads,)), workers=1)
        assert (found.verdict, found.unknown) == (Verdict.HOLDS, ())
        assert found.compared is not None
        assert {"gets_ready", "goes"} <= set(found.compared.untried)
    claimed = leads_to(is_called, is_gone)
    assert check_liveness(CALLS(), claimed).verdict is Verdict.HOLDS


def test_a_message_that_is_delivered_once_cannot_be_used_twice() -> None:
    once, again = network(TakesTwo, ONCE), network(TakesTwo, Delivery())
    assert asked(once, BY_SCHEDULE) == {"goes on by Node.get_ready"}
    assert asked(again, BY_SCHEDULE) == set()
    assert "goes on" in asked(once, WHO_IS_CALLED_GOES)
    assert check_liveness(once(), leads_to(is_called, is_gone)).verdict is Verdict.VIOLATED


def test_by_a_schedule_messages_may_be_lost_and_nobody_need_be_fair() -> None:
    lossy = network(Node, Delivery(duplicates=False)).variant("unfair", fairness=())
    assert asked(lossy, BY_SCHEDULE) == set()
    with pytest.raises(UsageError, match="does not say that it is fair"):
        asked(CALLS.variant("unfair", fairness=()), WHO_IS_CALLED_GOES)


def test_a_network_of_which_it_is_not_known_what_can_be_received_is_refused() -> None:
    with pytest.raises(SpecError, match="may lose a message"):
        asked(network(Node, Delivery(duplicates=False)), WHO_IS_CALLED_GOES)
    for leads in (WHO_IS_CALLED_GOES, BY_SCHEDULE):
        with pytest.raises(SpecError, match="keeps messages in order"):
            asked(network(Node, Delivery(loses=False, duplicates=False, reorders=False)), leads)


WRONG: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a rank that a step leaves": ({"rank": (nothing,)}, {"Node.get_ready lowers the rank"}),
    "nobody helps at times": ({"helpful": (GO,)}, {"somebody helps"}),
    "who helps cannot step": (
        {"helpful": (READY, Helps(Node.go, goes_anyway))},
        {"Node.go can be taken"},
    ),
    "a message to another": (
        {"helpful": (READY, Helps(Node.go, goes_for_any))},
        {"Node.go can be taken"},
    ),
    "a message that need not be there": (
        {"helpful": (READY, Helps(Node.go, goes_for_an_urgent_one))},
        {"somebody helps"},
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_schedule_that_is_wrong_is_not_proved(what: str) -> None:
    changed, expected = WRONG[what]
    assert asked(CALLS, replace(BY_SCHEDULE, **changed)) == expected


REFUSED: dict[str, tuple[Helps, str]] = {
    "another kind": (Helps(Node.go, goes_for_a_note), "the parameter `m`"),
    "any kind": (Helps(Node.go, goes_for_something), "the parameter `m`"),
    "no message": (Helps(Node.go, goes_without), "of which it is not said what `m` is"),
    "one that is made": (
        Helps(Node.go, goes_without, arguments={"m": a_call}),
        "of which it is not said what `m` is",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_message_that_the_action_does_not_receive_is_refused(what: str) -> None:
    helps, found = REFUSED[what]
    with pytest.raises(UsageError) as error:
        asked(CALLS, replace(BY_SCHEDULE, helpful=(READY, helps)))
    assert found in error.value.found
