"""What Python's own functions make in passing is made in C, with the same meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.explore.compiled import program_of
from raftnb.explore.compiled.operators import OPERATORS
from raftnb.explore.compiled.tables import Tables
from raftnb.explore.result import ExplorationOptions
from raftnb.language import Globals, Map, Nat, Process, Seq, Set, Spec, either, when

# ruff: noqa: B905, RUF007 (`strict` and `pairwise` are no words of the language)


class Desk(Globals):
    line: Seq[Nat] = ()
    marks: Set[Nat] = frozenset({40})
    seen: Map[Clerk, Nat] = Map()
    odd: bool = False


class Clerk(Process, number="clerks"):
    """Puts numbers down, in and out of order."""

    peers: Set[Clerk] = frozenset()

    def put(self, n: Nat, most: int, step: int) -> None:
        when(n < most and len(Desk.line) < most)
        Desk.line += (n * step,)
        Desk.odd ^= n == 1

    def sort(self) -> None:
        when(len(set(Desk.line)) > 1)
        Desk.line = tuple(sorted(Desk.line))

    def mark(self) -> None:
        Desk.marks ^= {either(*sorted(Desk.line)), 7}

    def meet(self, other: Clerk) -> None:
        self.peers = self.peers.symmetric_difference({other})
        Desk.seen |= {other: sum(c.index for c in sorted(self.peers))}

    def drop(self, step: int) -> None:
        when(step in Desk.line)
        at = Desk.line.index(step)
        Desk.line = Desk.line[:at] + tuple(reversed(Desk.line[at + 1 :]))


def first_comes_first(most: int) -> bool:
    return all(Desk.line.index(x) <= i for i, x in enumerate(Desk.line) if i < most)


def sorted_by_pairs() -> bool:
    rising = tuple(sorted(x + 1 for x in Desk.line))
    return all(a <= b for a, b in zip(rising, rising[1:]))


def smallest_first() -> bool:
    return not Desk.line or sorted(Desk.line)[0] == min(Desk.line)


def keys_in_order() -> bool:
    return tuple(c.index for c in sorted(Desk.seen)) == tuple(c.index for c in Desk.seen)


def never_falls() -> bool:
    return all(a <= b for a, b in zip(Desk.line, Desk.line[1:]))


def one_is_there(step: int) -> bool:
    return len(Desk.line) < 2 or Desk.line.index(step) >= 0


SORTED = (first_comes_first, sorted_by_pairs, smallest_first, keys_in_order)
DESK = Spec(
    name="desk",
    processes=(Clerk,),
    shared=(Desk,),
    constants={"clerks": 2, "most": 2, "step": 20},
    invariants=SORTED,
)
OPTIONS = ExplorationOptions()


def found(claims: tuple[Callable[..., bool], ...], engine: str) -> Any:
    return check(replace(DESK, invariants=claims)(), engine=engine, progress=False)  # type: ignore[arg-type]


def test_all_of_it_is_said_in_c_and_leads_to_the_same_states() -> None:
    assert not program_of(DESK(), OPTIONS).in_python
    compiled, plain = found(SORTED, "compiled"), found(SORTED, "reference")
    assert compiled.verdict is plain.verdict is Verdict.HOLDS
    counts = (compiled.distinct, compiled.generated, compiled.depth)
    assert counts == (plain.distinct, plain.generated, plain.depth)
    assert compiled.coverage == plain.coverage


def test_a_line_that_falls_is_found() -> None:
    compiled, plain = found((never_falls,), "compiled"), found((never_falls,), "reference")
    assert compiled.verdict is plain.verdict is Verdict.VIOLATED
    assert len(compiled.trace) == len(plain.trace) == 2


def test_what_stands_nowhere_has_no_place() -> None:
    for engine in ("compiled", "reference"):
        with pytest.raises(SpecError, match="one_is_there"):
            found((one_is_there,), engine)


def sets_joined(a: str, b: str) -> str:
    return f"joined({a}, {b})"


def one_further(items: str, item: str) -> str:
    return f"(position({items}, {item}) + 1)"


@pytest.mark.parametrize(("op", "wrong"), [("xor", sets_joined), ("position", one_further)])
def test_an_operator_that_is_wrong_in_c_is_not_believed(
    op: str, wrong: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(OPERATORS, op, wrong)
    with pytest.raises(UsageError, match="in Python"):
        found((), "compiled")


def test_what_does_not_come_in_order_must_be_put_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Tables, "is_in_order", lambda self, e: True)
    with pytest.raises(UsageError, match="in plain Python `sorted_by_pairs` is true"):
        found(SORTED, "compiled")


def test_members_that_may_change_places_are_sorted_in_python_which_refuses() -> None:
    symmetric = replace(DESK, symmetric=(Clerk,))()
    assert "meet" in program_of(symmetric, OPTIONS).in_python
