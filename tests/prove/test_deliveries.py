"""Small protocols over the networks: what is proved, violated and refused, against exploration."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import (
    Delivery,
    Message,
    Nat,
    Process,
    Seq,
    Set,
    after,
    discard,
    in_flight,
    reply,
    send,
    when,
)
from raftnb.language.spec import Spec
from raftnb.prove import Lemma, Proof, explain, prove

Claim = Callable[..., bool]


# A sender counts, and a receiver writes down what it gets.


class Item(Message):
    n: Nat


class Sender(Process):
    next: Nat = 1

    def put(self, receiver: Receiver) -> None:
        when(self.next <= 2)
        send(Item(n=self.next), to=receiver)
        self.next += 1


class Receiver(Process):
    log: Seq[Nat] = ()

    def get(self, m: Item) -> None:
        when(len(self.log) < 3)
        discard(m)
        self.log += (m.n,)


def in_order(r: Receiver) -> bool:
    return all(r.log[i] <= r.log[i + 1] for i in range(len(r.log) - 1))


def each_once(r: Receiver) -> bool:
    return all(r.log[i] < r.log[i + 1] for i in range(len(r.log) - 1))


def the_first_comes_first(r: Receiver) -> bool:
    return len(r.log) == 0 or r.log[0] == 1


def at_most_two(r: Receiver) -> bool:
    return len(r.log) <= 2


def items_were_counted(s: Sender) -> bool:
    return all(m.n < s.next for m in in_flight(Item))


def the_log_is_only_added_to(r: Receiver) -> bool:
    return after(r).log[: len(r.log)] == r.log


def what_is_added_was_in_flight(r: Receiver) -> bool:
    return after(r).log == r.log or any(m.n == after(r).log[-1] for m in in_flight(Item))


# Pings are answered by pongs, of which each is counted.


class Ping(Message):
    n: Nat


class Pong(Message):
    n: Nat


class Urgent(Ping):
    pass


class Peer(Process, number="peers"):
    sent: Nat = 0
    got: Nat = 0
    seen: Set[Nat] = frozenset()
    hurried: bool = False

    def ping(self, to: Peer) -> None:
        when(self.sent < 2)
        self.sent += 1
        send(Ping(n=self.sent), to=to)

    def hurry(self, to: Peer) -> None:
        when(self.sent == 0)
        send(Urgent(n=0), to=to)

    def pong(self, m: Ping) -> None:
        reply(m, Pong(n=m.n))

    def rush(self, m: Urgent) -> None:
        self.hurried = True
        discard(m)

    def take(self, m: Pong) -> None:
        discard(m)
        self.got += 1
        self.seen |= {m.n}


def answers_are_to_pings(p: Peer) -> bool:
    return p.got <= p.sent + 1


def pings_are_small() -> bool:
    return all(m.n <= 2 for m in in_flight(Ping))


def pongs_are_small() -> bool:
    return all(m.n <= 0 for m in in_flight(Pong))


def pings_were_sent(p: Peer) -> bool:
    return all(m.n <= p.sent for m in in_flight(Ping) if m.source == p)


def nobody_hurries(p: Peer) -> bool:
    return not p.hurried


def got_grows_by_one(p: Peer) -> bool:
    return p.got <= after(p).got <= p.got + 1


def seen_stays(p: Peer, k: Nat) -> bool:
    return k not in p.seen or k in after(p).seen


def one_gets_at_a_time(p: Peer, q: Peer) -> bool:
    return p == q or after(p).got == p.got or after(q).got == q.got


def got_stays(p: Peer) -> bool:
    return after(p).got == p.got


def hurry_takes_a_message(p: Peer) -> bool:
    return p.hurried == after(p).hurried or any(m.dest == p for m in in_flight(Urgent))


STEPS = {
    the_log_is_only_added_to, what_is_added_was_in_flight, got_grows_by_one, seen_stays,
    one_gets_at_a_time, got_stays, hurry_takes_a_message,
}  # fmt: skip
FIFO, PEERS = (Sender, Receiver), (Peer,)
HOLDS, VIOLATED, UNKNOWN, REFUSED = Verdict.HOLDS, Verdict.VIOLATED, Verdict.UNKNOWN, None
ROWS: list[tuple[tuple[type[Process], ...], str, Claim, Verdict | None]] = [
    (FIFO, "000", in_order, UNKNOWN),  # true, and the growing set cannot say so
    (FIFO, "001", in_order, VIOLATED),
    (FIFO, "010", each_once, VIOLATED),
    (FIFO, "100", the_first_comes_first, VIOLATED),  # the first one may be lost
    (FIFO, "111", the_first_comes_first, VIOLATED),
    (FIFO, "010", at_most_two, VIOLATED),
    (FIFO, "001", at_most_two, UNKNOWN),
    (FIFO, "110", items_were_counted, HOLDS),
    (FIFO, "101", the_log_is_only_added_to, HOLDS),
    (FIFO, "000", what_is_added_was_in_flight, REFUSED),
    (FIFO, "011", what_is_added_was_in_flight, HOLDS),
    (PEERS, "001", answers_are_to_pings, UNKNOWN),
    (PEERS, "111", answers_are_to_pings, VIOLATED),
    (PEERS, "100", pings_are_small, HOLDS),
    (PEERS, "010", pongs_are_small, VIOLATED),
    (PEERS, "101", pings_were_sent, HOLDS),
    (PEERS, "110", nobody_hurries, VIOLATED),
    (PEERS, "000", got_grows_by_one, HOLDS),
    (PEERS, "011", seen_stays, HOLDS),
    (PEERS, "110", one_gets_at_a_time, HOLDS),
    (PEERS, "101", got_stays, VIOLATED),
    (PEERS, "100", hurry_takes_a_message, REFUSED),
    (PEERS, "111", hurry_takes_a_message, HOLDS),
]


def spec_of(classes: tuple[type[Process], ...], flags: str, claim: Claim) -> Spec:
    sizes = {cls.number: 2 for cls in classes if cls.number}
    claims = {"transitions" if claim in STEPS else "invariants": (claim,)}
    return Spec(
        f"over {flags}", classes, (), (), {**sizes, "most": 3, "copies": 1},
        delivery=Delivery(*(flag == "1" for flag in flags)),
        distinct_messages="most", copies="copies", **claims,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("classes", "flags", "claim", "expected"),
    ROWS,
    ids=[f"{flags} {claim.__name__}" for _, flags, claim, _ in ROWS],
)
def test_a_protocol_is_proved_over_the_network_that_it_has(
    classes: tuple[type[Process], ...], flags: str, claim: Claim, expected: Verdict | None
) -> None:
    spec, lemma = spec_of(classes, flags, claim), Lemma(claim)
    proof = Proof(spec, goals=(lemma,), invariant=()) if claim in STEPS else Proof(spec, (lemma,))
    explored = check(spec(), max_states=2_000, deadlock=False).verdict
    if expected is REFUSED:
        with pytest.raises(SpecError, match="in_flight"):
            prove(proof, workers=1)
        return
    found = explain(proof, prove(proof, workers=1, timeout=3, trust=True)).verdict
    assert found == expected
    if found == HOLDS:
        assert explored in (HOLDS, UNKNOWN)
    if found == VIOLATED:
        assert explored in (VIOLATED, UNKNOWN)
