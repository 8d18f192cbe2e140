"""Odd shapes end in an answer or in a refusal with its place, and both say what running says."""

from __future__ import annotations

from enum import Enum
from typing import Any, Literal

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.language import (
    Delivery,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    cycle,
    discard,
    each,
    in_flight,
    reply,
    send,
    when,
)
from raftnb.language.spec import Spec
from raftnb.prove import Lemma, Proof, prove
from raftnb.prove.agreement import compare


class K(Message):
    n: Nat = 0


class OnlyNamed(Message):
    n: Nat


class Opt(Message):
    back: Kinds | None


class Kinds(Process, number="nodes"):
    """A process."""

    x: int = 0
    q: Seq[Seq[int]] = ()
    who: Kinds | None = None
    sets: Set[int] = frozenset()
    ms: Map[int, Set[int]] = Map()
    last: K | None = None
    flag: bool = False

    def hears(self, m: OnlyNamed) -> None:
        self.x = m.n


class Nested(Process, number="nodes"):
    """A process."""

    q: Seq[Seq[int]] = ()

    def go(self) -> None:
        self.q = self.q + ((1, 2),)


class Stepping(Process, number="nodes"):
    """A process."""

    x: int = 0

    def go(self) -> None:
        self.x = len(tuple(i for i in range(0, 10, 3)))


class Smaller(Process, number="nodes"):
    """A process."""

    s: Set[int] = frozenset()
    t: Set[int] = frozenset()
    b: bool = False

    def go(self) -> None:
        self.b = self.s < self.t

    def add(self) -> None:
        self.s = self.s | {len(self.s)}


class Keywords(Process, number="nodes"):
    """A process."""

    x: int = 0

    def go(self, p: Keywords) -> None:
        send(message=K(n=1), to=p)

    def get(self, m: K) -> None:
        self.x = m.n


class ToNobody(Process, number="nodes"):
    """A process."""

    who: ToNobody | None = None

    def go(self, p: ToNobody) -> None:
        self.who = p

    def sends(self) -> None:
        send(K(n=1), to=self.who)


class Unordered(Process, number="nodes"):
    """A process."""

    s: Set[int] = frozenset()
    q: Seq[int] = ()

    def go(self) -> None:
        self.q = tuple(self.s)


class NoneFirst(Process, number="nodes"):
    """A process."""

    x: int = 0

    def go(self, p: NoneFirst, yes: bool) -> None:
        who = None
        if yes:
            who = p
        when(who is not None)
        who.x = 1


class Unsent(Process, number="nodes"):
    """A process."""

    last: K | None = None
    x: int = 0

    def go(self, p: Unsent) -> None:
        send(K(n=1), to=p)

    def get(self, m: K) -> None:
        self.last = m

    def use(self) -> None:
        when(self.last is not None)
        self.x = self.last.n

    def store(self) -> None:
        self.last = K(n=2)


class Other(Message):
    n: Nat


class Forwards(Process, number="nodes"):
    """A process."""

    x: int = 0

    def go(self, p: Forwards) -> None:
        send(K(n=1), to=p)

    def go2(self, p: Forwards) -> None:
        send(Other(n=1), to=p)

    def fwd(self, m: K, p: Forwards) -> None:
        send(m, to=p)


def nested() -> bool:
    return all(a.n == b.n for a in in_flight(Message) for b in in_flight(Message))


def anything() -> bool:
    return True


class Members(Process, number="nodes"):
    """A process."""

    ms: Map[Members, Set[Members]] = each(frozenset())

    def go(self, p: Members) -> None:
        self.ms = self.ms | {p: self.ms[p] | {self}}

    def put(self, p: Members) -> None:
        self.ms |= {p: frozenset()}


class Lettered(Process, number="nodes"):
    """A process."""

    pair: Map[Literal["a", "b"], int] = each(0)

    def go(self) -> None:
        self.pair |= {"a": self.pair["b"] + 1}


class Hue(Enum):
    R = 1
    G = 2


class Colored(Process, number="nodes"):
    """A process."""

    m: Map[Hue, bool] = each(False)
    c: Hue = Hue.R

    def go(self, c: Hue) -> None:
        self.m |= {c: not self.m[c]}
        self.c = c


def col_ok(c: Hue) -> bool:
    return all(x.m[c] or not x.m[c] for x in Colored)


class Choosing(Process, number="nodes"):
    """A process."""

    n: Nat = 0
    s: Set[Choosing] = frozenset()

    def go(self, t: Set[Choosing], m: Map[Choosing, bool], o: Choosing | None) -> None:
        when(self in t and m[self] and o is not None)
        self.s = t


def in_self() -> bool:
    return all(p in p.s or p.s == frozenset() for p in Choosing)


class Counting(Process, number="nodes"):
    """A process."""

    n: int = 0

    def go(self, a: Nat, b: Nat) -> None:
        when(b > 0)
        self.n = min(a, b) + max(a // b, a % b, 2) - abs(a - b)


class Sized(Record):
    len: Nat
    some: bool
    value: int


class Fields(Process, number="nodes"):
    """A process."""

    rs: Seq[Sized] = ()
    o: Sized | None = None
    m: Map[Nat, Sized] = Map()

    def go(self, k: Nat) -> None:
        self.rs = self.rs + (Sized(3, True, 4),)
        self.o = self.rs[0]
        self.m |= {k: self.rs[0]}


def rs_ok() -> bool:
    return all(r.len == 3 and r.some for p in Fields for r in p.rs)


class Turning(Process, number="nodes"):
    """A process."""

    pc2: int = 0

    def one(self, other: Turning) -> None:
        self.pc2 += 1

    def two(self) -> None:
        pass

    order = cycle(one, two)


class Wire(Process, everywhere=True):
    x: int = 0

    def drop(self, m: K) -> None:
        discard(m)


class Answering(Process, number="nodes"):
    """A process."""

    y: int = 0

    def go(self, p: Answering) -> None:
        send(K(n=1), to=p)

    def get(self, m: K) -> None:
        self.y = m.n
        reply(m, K(n=m.n))


def ks() -> bool:
    return all(m.n == 1 for m in in_flight(K))


def some_hue() -> bool:
    """False: nothing is set at first."""
    return all(any(x.m[c] for c in x.m) for x in Colored)


def all_hues_are_two() -> bool:
    """True: an enum has no other members."""
    return all(x.c == Hue.R or x.c == Hue.G for x in Colored)


CASES = [
    ((Kinds,), anything),
    ((Nested,), anything),
    ((Stepping,), anything),
    ((Smaller,), anything),
    ((Keywords,), ks),
    ((ToNobody,), ks),
    ((Unordered,), anything),
    ((NoneFirst,), anything),
    ((Unsent,), ks),
    ((Forwards,), nested),
    ((Members,), anything),
    ((Lettered,), anything),
    ((Colored,), col_ok),
    ((Choosing,), in_self),
    ((Counting,), anything),
    ((Fields,), rs_ok),
    ((Turning,), anything),
    ((Wire, Answering), ks),
]


REFUSED = (Stepping, Unordered, Unsent, Lettered)


@pytest.mark.parametrize(("classes", "claim"), CASES, ids=lambda x: getattr(x, "__name__", None))
def test_an_odd_shape_is_answered_as_it_runs_or_refused(classes: Any, claim: Any) -> None:
    number = {"nodes": 2}
    spec = Spec(classes[0].__name__, processes=classes, constants=number, delivery=Delivery())
    proof = Proof(spec, (Lemma(claim),))
    if classes[0] in REFUSED:
        with pytest.raises(SpecError) as refused:
            prove(proof, workers=1)
        assert refused.value.place, refused.value
        assert refused.value.allowed, refused.value
        assert refused.value.cure, refused.value
        return
    report = prove(proof, workers=1, timeout=2, trust=True)
    assert report.verdict in (Verdict.HOLDS, Verdict.UNKNOWN)
    compared = compare(proof, effort=150)
    assert compared.states > 3
    assert compared.steps + compared.refused > 3


def test_a_quantifier_over_an_enum_meets_its_members_only() -> None:
    spec = Spec("hues", processes=(Colored,), constants={"nodes": 2})
    for claim, holds in ((some_hue, False), (all_hues_are_two, True)):
        report = prove(Proof(spec, (Lemma(claim),)), workers=1, timeout=2)
        assert (report.verdict == Verdict.HOLDS) == holds
