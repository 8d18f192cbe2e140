"""Constants whose names TLA+, or what is printed, has for something else."""

from __future__ import annotations

from pathlib import Path

from raftnb import check
from raftnb.language import (
    Delivery,
    Domain,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Seq,
    Spec,
    send,
    when,
)
from raftnb.pluscal import algorithm, plain_module
from tests.pluscal.tools import needs_tlc, tlc


class S(Domain, number="i"):
    """A class with the name of what an operator of the module is of."""


class Note(Message):
    n: Nat


class Kept(Globals):
    at: Map[S, Nat] = Map()
    seq: Seq[Nat] = ()


class P(Process, number="b"):
    v: Nat = 0

    def put(self, k: S, x: int) -> None:
        when(self.v < x)
        Kept.at = Kept.at | {k: self.v}
        self.v += 1

    def say(self, other: P, total: int) -> None:
        when(sum(Kept.at[k] for k in Kept.at) < total)
        send(Note(n=len(Kept.seq)), to=other)

    def hear(self, m: Note, so_far: int, Next: int) -> None:
        when(len(Kept.seq) < so_far)
        Kept.seq = (*Kept.seq[-1:], m.n + Next)


def few(s: int, messages: int) -> bool:
    return sum(p.v for p in P) <= s + messages + max((p.v for p in P), default=0)


ODD = Spec(
    "odd-names",
    (P,),
    (Kept,),
    domains=(S,),
    constants={
        "i": 1, "b": 2, "x": 1, "total": 3, "so_far": 1, "s": 9, "messages": 2, "Next": 0, "n": 1
    },
    invariants=(few,),
    delivery=Delivery(loses=False, duplicates=False, reorders=True),
    distinct_messages="messages",
    copies="n",
)  # fmt: skip


def test_each_has_a_name_that_nothing_else_has_and_no_operator_binds_one() -> None:
    for printed in (plain_module(ODD()), algorithm(ODD())):
        text = printed.files[f"{printed.name}.tla"]
        assert "  x, total, so_far, s, Messages, Next_2, n\n" in text
        assert "  LET the_total[T \\in SUBSET the_S] ==\n" in text
        assert "At(the_s, i) ==" in text
        assert "Cardinality(DOMAIN messages) <= Messages" in text
        settings = [text for name, text in printed.files.items() if name.endswith(".cfg")]
        assert settings
        assert all("  Messages = 2\n  Next_2 = 0\n" in text for text in settings)


@needs_tlc
def test_tlc_counts_the_same_states(tmp_path: Path) -> None:
    ours, theirs = check(ODD(), progress=False), tlc(tmp_path, plain_module(ODD()))
    assert (theirs.distinct, theirs.generated) == (ours.distinct, ours.generated) == (148, 805)
