"""Sets, dicts and what is unpacked in local names, as TLC and the prover read them."""

from __future__ import annotations

from pathlib import Path

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import Map, Nat, Process, Seq, Set, when
from raftnb.language.spec import Spec
from raftnb.pluscal import algorithm, plain_module
from raftnb.prove import Lemma, Proof, prove
from tests.pluscal.tools import model_check, needs_tlc, tlc, translated


class N(Process, number="nodes"):
    """What is looked at in local names."""

    term: Nat = 0
    n: int = 0
    log: Seq[Nat] = ()
    match: Map[N, int] = Map()
    flag: bool = False

    def last(self) -> tuple[Nat, Nat]:
        if not self.log:
            return 0, 0
        return (self.log[-1], len(self.log))

    def quorum(self, members: Set[N], *, strict: bool = True) -> bool:
        return 2 * len(members) > len(N) if strict else 2 * len(members) >= len(N)

    def grow(self, most: int) -> None:
        when(len(self.log) < most)
        self.log += (len(self.log),)

    def unpack(self) -> None:
        term, length = self.last()
        when(term < length)
        a = self.n = length
        self.flag = a > term

    def unpack2(self) -> None:
        when(len(self.log) == 2)
        a, b = self.log
        self.n = a - b

    def merge(self, most: int) -> None:
        self.match = Map({**self.match, self: self.n})

    def dicts(self) -> None:
        d = {s: len(s.log) for s in N}
        when(d[self] > 0 and max(d.values()) < 2)
        self.term = int(self.quorum({s for s in N if s.flag}, strict=False)) + d.get(self, 0)

    def starred(self) -> None:
        both = {*self.match, self}
        both -= {s for s in N if s.flag}
        self.flag = self.quorum(both)


def ok(a: N) -> bool:
    d = {s: s.term for s in N}
    return d[a] <= 2


def never_flagged(a: N) -> bool:
    return not {b for b in N if b.flag} & {a}


SPEC = Spec(
    "local-names",
    processes=(N,),
    constants={"nodes": 2, "most": 2},
    invariants=(ok,),
)


@needs_tlc
def test_tlc_counts_the_same_states(tmp_path: Path) -> None:
    ours = check(SPEC(), deadlock=False, progress=False)
    counts = (ours.distinct, ours.generated, ours.depth)
    assert counts == tlc(tmp_path, plain_module(SPEC()), "-deadlock").counts == (12_004, 96_809, 16)
    printed = algorithm(SPEC())
    translated(tmp_path, printed)
    assert model_check(tmp_path, printed.name, "-deadlock").counts == counts


def test_what_is_so_is_proved_and_what_is_not_is_not() -> None:
    assert prove(Proof(SPEC, invariant=(Lemma(ok),))).verdict is Verdict.HOLDS
    wrong = SPEC.variant("wrong", invariants=(never_flagged,))
    assert prove(Proof(wrong, invariant=(Lemma(never_flagged),))).verdict is not Verdict.HOLDS
