"""Outcomes that are kept, claims in parts, initial states cut early: where each could go wrong."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.explore.compiled import Differs, compiled_search
from raftnb.explore.compiled.agreement import compare_state
from raftnb.explore.compiled.checks import is_total, split
from raftnb.explore.compiled.footprints import ANYBODY, MESSAGES, SHARED, Footprints
from raftnb.explore.reference import Reference
from raftnb.explore.result import ExplorationOptions, Stop
from raftnb.language import (
    Delivery,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Seq,
    Set,
    Spec,
    after,
    anything,
    discard,
    each,
    in_flight,
    send,
    when,
)
from raftnb.tree import Program, nodes
from tests.explore.test_compiled import folder, needs_cc, said

__all__ = ["folder"]
pytestmark = needs_cc


class Lamp(Globals):
    on: bool = False


class Hello(Message):
    n: Nat


class Node(Process, number="nodes"):
    n: Nat = anything()
    seen: Seq[Nat] = ()
    of: Map[Node, Nat] = each(0)

    def flip(self) -> None:
        Lamp.on = not Lamp.on

    def count(self, most: int) -> None:
        when(Lamp.on and self.n < most)
        self.n += 1

    def copy(self, other: Node) -> None:
        when(other.n < self.n)
        other.n = self.n
        self.of = self.of | {other: other.n}

    def greet(self, other: Node) -> None:
        when(len(in_flight(Hello)) == 0)
        send(Hello(n=self.n), to=other)

    def hear(self, m: Hello) -> None:
        when(len(self.seen) < 2)
        self.seen = (*self.seen, m.n)
        m.source.n = 0
        discard(m)


def small(a: Node, most: int) -> bool:
    return a.n <= most


def different(a: Node, b: Node) -> bool:
    return a == b or a.n != b.n or a.n == 0


def few() -> bool:
    return all(a.n < 3 and len(a.seen) <= 2 for a in Node) and len(in_flight(Hello)) < 3


def lit() -> bool:
    return Lamp.on or all(b.n == 0 for b in Node)


def not_both(a: Node) -> bool:
    return not Lamp.on or not after(a).n < a.n or after(a).n == 0


def never_still(a: Node) -> bool:
    return a.of != after(a).of or a.n != after(a).n or len(a.seen) < 3


def of(**changes: Any) -> Any:
    fields: dict[str, Any] = {
        "name": "nodes",
        "processes": (Node,),
        "shared": (Lamp,),
        "constants": {"nodes": 2, "most": 2},
        "initially": (different, small),
        "delivery": Delivery(loses=False, duplicates=False, reorders=True),
    }
    return Spec(**{**fields, **changes})()


BAG, KEPT, QUEUES = Delivery(False, False, True), Delivery(False), Delivery(False, False, False)


@pytest.mark.parametrize(
    ("delivery", "claims"),
    [
        (KEPT, {"invariants": (small,), "transitions": (not_both, never_still)}),
        (BAG, {"invariants": (small,), "transitions": (not_both, never_still)}),
        (QUEUES, {"constraints": (few, lit), "sometimes": (lit,)}),
        (BAG, {"invariants": (lit,)}),
        (QUEUES, {"transitions": (not_both, never_still), "constraints": (lit,)}),
        (BAG, {"invariants": (few,), "constraints": (different,)}),
    ],
)
def test_all_is_as_with_the_reference(delivery, claims):
    model = of(delivery=delivery, **claims)
    options = ExplorationOptions(max_depth=6, progress=False)
    search = compiled_search(model, options)
    found, slow = search.run(), Reference(model, options).run()
    if slow.verdict is Verdict.VIOLATED:
        assert (found.verdict, len(found.trace or ())) == (slow.verdict, len(slow.trace or ()))
    else:
        assert said(found) == said(slow)


def all_compared(model: Any) -> None:
    search = compiled_search(model, ExplorationOptions(max_states=400, progress=False))
    try:
        search.explore()
    except Exception as stop:  # a violation is as good: what was met is compared
        if isinstance(stop, Differs):
            raise
    try:
        for number in range(search.loaded.result.next):
            compare_state(search.loaded, number)
    finally:
        search.loaded.close()


@pytest.mark.parametrize("forgotten", ["on", "n"])
def test_a_variable_that_is_not_seen_to_be_read_is_found_out(forgotten, monkeypatch):
    right = Footprints.of

    def wrong(self: Footprints, routine: nodes.Routine) -> Any:
        return frozenset(t for t in right(self, routine) if t[1] != forgotten)

    all_compared(of(invariants=(small,)))
    monkeypatch.setattr(Footprints, "of", wrong)
    with pytest.raises(Differs):
        all_compared(of(invariants=(small,)))


def test_footprints_say_whose_variables_are_touched():
    program = Program(of())

    def touched(name: str) -> set[Any]:
        found = Footprints(program).of(program.action(Node, name))
        return {(t[1], t[2]) if t != MESSAGES else t for t in found}

    assert touched("flip") == {("on", SHARED)}
    assert touched("copy") == {("n", 0), ("n", 1), ("of", 0)}
    assert touched("greet") == {MESSAGES, ("n", 0)}
    assert touched("hear") == {("seen", 0), ("n", ANYBODY)}


def returned_by(claim: Any) -> list[nodes.Return]:
    return [s for s in Program(of()).claim(claim).body if isinstance(s, nodes.Return)]


def test_a_claim_is_taken_to_its_conjuncts():
    (few_,), (lit_,) = returned_by(few), returned_by(lit)
    assert [len(one.names) for one in split(few_.value, set())] == [1, 1, 0]
    assert len(list(split(lit_.value, set()))) == 1
    assert is_total(Program(of()).claim(few))


def first_is_small(a: Node) -> bool:
    return a.n == 0 and a.seen[0] == 0


def test_a_constraint_that_may_raise_is_asked_as_a_whole():
    """Python asks c1 as a whole before c2, and raises; parts would find that c2 is cut off."""
    assert not is_total(Program(of()).claim(first_is_small))
    with pytest.raises(SpecError, match="out of range"):
        compiled_search(of(constraints=(first_is_small,)), ExplorationOptions(progress=False)).run()


class Many(Globals):
    a: Set[Nat] = anything()
    b: Set[Nat] = anything()
    c: Nat = anything()


def no_large_ones(bound: int) -> bool:
    return all(n < bound for n in Many.a) and all(n < bound for n in Many.b) and Many.c < bound


class Idle(Process):
    def swap(self) -> None:
        old = Many.a
        Many.a = Many.b
        Many.b = old


def test_initial_states_that_are_too_many_for_python_are_cut_early():
    """Two subsets of 11 numbers, and one of these: 46 million, of which the claim leaves 192."""
    constants = {"bound": 3, "last": 8}
    claims = {"initially": (no_large_ones,)}
    model = Spec("many", (Idle,), shared=(Many,), constants=constants, **claims)()
    search = compiled_search(model, ExplorationOptions(progress=False))
    found = search.run()
    assert (found.distinct, found.generated) == (8 * 8 * 3, 2 * 8 * 8 * 3)


def test_many_initial_states_are_not_listed_in_python(monkeypatch):
    claims = {"initially": (no_large_ones,)}
    model = Spec("many", (Idle,), shared=(Many,), constants={"bound": 3, "last": 8}, **claims)()
    monkeypatch.setattr("raftnb.language.spec.initial_states", lambda world: 1 / 0)
    assert check(model, progress=False).distinct == 8 * 8 * 3


class Choice(Globals):
    at: Map[Node, Nat] = anything()
    of: Set[Node] = anything()
    lit: bool = anything()


def test_maps_and_sets_of_anything_begin_as_in_python():
    model = of(shared=(Lamp, Choice), invariants=(small,))
    options = ExplorationOptions(max_depth=1, progress=False)
    search = compiled_search(model, options)
    with pytest.raises(Stop):
        search.explore()
    states = {search.loaded.numbered(n) for n in range(search.loaded.result.states)}
    search.loaded.close()
    assert states == set(model.initial_states)


def falls(a: Node) -> bool:
    return a.n < 2


def test_where_it_is_violated_the_memo_goes_on(monkeypatch):
    monkeypatch.setattr("raftnb.explore.other.COMPILING", 0.0)
    model = of(initially=(falls,), invariants=(falls,), sometimes=(lit,))
    fast, memo = (check(model, engine=e, progress=False, threads=1) for e in ("fast", "memo"))
    assert (fast.verdict, fast.trace) == (memo.verdict, memo.trace)
    assert said(fast) == said(memo)


def test_what_was_seen_before_is_shown_as_the_memo_saw_it(monkeypatch):
    monkeypatch.setattr("raftnb.explore.other.COMPILING", 0.0)
    model = of(constraints=(few,), sometimes=(lit,))
    fast, memo = (check(model, engine=e, progress=False, threads=1) for e in ("fast", "memo"))
    assert said(fast) == said(memo)
    assert fast.witnesses == memo.witnesses


class Fading(Process, number="nodes"):
    n: Nat = anything()
    left: Seq[Nat] = (1, 2, 3, 4)

    def fade(self) -> None:
        self.n += 1
        self.left = tuple(v for v in self.left if v > self.n)


def shines(a: Fading) -> bool:
    return a.n < 3 or a.left[1] < 3


def reaches(a: Fading) -> bool:
    return a.n < 3 or a.left[4] > 0


def early(a: Fading) -> bool:
    return a.n < 3


def new(a: Fading, most: int) -> bool:
    return a.n < most and a.left == (1, 2, 3, 4)


@pytest.mark.parametrize(
    "claims",
    [
        {"initially": (reaches, early), "constraints": (early,)},
        {"initially": (new,), "constraints": (shines, early)},
    ],
)
def test_what_is_false_does_not_hide_what_raises_before_it(claims):
    """The first claim raises in Python where the second one is false, and would cut a state off."""
    model = of(processes=(Fading,), shared=(), delivery=None, **claims)
    with pytest.raises(SpecError, match="out of range"):
        check(model, engine="reference", progress=False)
    with pytest.raises(SpecError, match="out of range"):
        compiled_search(model, ExplorationOptions(progress=False)).run()
    turned = {name: found[::-1] for name, found in claims.items()}
    model = of(processes=(Fading,), shared=(), delivery=None, **turned)
    found = check(model, engine="compiled", progress=False)
    assert said(found) == said(check(model, engine="reference", progress=False))
