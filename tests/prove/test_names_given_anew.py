"""A comprehension keeps what its names stood for, whatever an action gives them afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb import Verdict
from raftnb.explore import check
from raftnb.language import Globals, Map, Process, Seq, Set, Spec, anything, each, when
from raftnb.prove import Lemma, Proof, prove


class Kept(Globals):
    given: Set[Member] = anything()
    some: Set[Member] = frozenset()
    votes: Map[Member, bool] = each(False)
    queue: Seq[bool] = ()


class Member(Process, number="members"):
    ready: bool = False


class OfASet(Member):
    def keep(self) -> None:
        found = Kept.given
        mine = frozenset(m for m in Member if m in found)
        found = frozenset()
        Kept.some = mine | found


class InABranch(Member):
    def keep(self) -> None:
        when(not self.ready)
        found = Kept.given
        mine = frozenset(m for m in found if m in found)
        if not self.ready:
            found = frozenset()
        Kept.some = mine - found


class OfAMap(Member):
    def keep(self) -> None:
        found = Kept.given
        votes = Map({m: m in found for m in Member})
        found = frozenset()
        when(found == frozenset())
        Kept.votes = votes


class OfASequence(Member):
    def keep(self) -> None:
        other = True
        made = tuple(other or one for one in (False,))
        other = False
        Kept.queue = (*made, other)


class InALoop(Member):
    def keep(self) -> None:
        mine = Kept.some
        for one in (True, False):
            mine = mine | frozenset(m for m in Kept.given if one)
        Kept.some = mine


def nobody_is_kept(m: Member) -> bool:
    return m not in Kept.some


def nobody_voted(m: Member) -> bool:
    return not Kept.votes[m]


def nothing_waits() -> bool:
    return all(not one for one in Kept.queue)


@pytest.mark.parametrize(
    ("member", "claim"),
    [
        (OfASet, nobody_is_kept),
        (InABranch, nobody_is_kept),
        (OfAMap, nobody_voted),
        (InALoop, nobody_is_kept),
        (OfASequence, nothing_waits),
    ],
)
def test_what_is_false_is_not_proved(member: Any, claim: Any) -> None:
    """Nor does the translation lead elsewhere than Python does, of which `prove` tells."""
    spec = Spec("kept", (member,), (Kept,), constants={"members": 2}, invariants=(claim,))
    assert check(spec(), engine="reference", deadlock=False).verdict is Verdict.VIOLATED
    proof = Proof(spec, (Lemma(claim),))
    assert prove(proof, timeout=10.0, workers=1).verdict is Verdict.UNKNOWN
    assert prove(proof, timeout=10.0, workers=1, trust=True).verdict is Verdict.UNKNOWN


class OfItself(Member):
    def keep(self) -> None:
        found = Kept.given
        found &= frozenset(m for m in Member if self in found)
        Kept.some = found


def those_who_are_kept_were_given(m: Member) -> bool:
    return m not in Kept.some or m in Kept.given


def test_a_set_may_be_made_of_what_its_name_stood_for() -> None:
    spec = Spec("kept", (OfItself,), (Kept,), constants={"members": 2})
    claimed = spec.variant("claimed", invariants=(those_who_are_kept_were_given,))
    proof = Proof(claimed, (Lemma(those_who_are_kept_were_given),))
    assert prove(proof, timeout=10.0, workers=1).verdict is Verdict.HOLDS
