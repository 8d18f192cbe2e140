"""Why a claim is not proved, as one reads it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from raftnb.__main__ import main
from raftnb.data.verdict import Verdict
from raftnb.language import Delivery, Map, Message, Nat, Process, Set, in_flight, send, when
from raftnb.language.initial import anything
from raftnb.language.spec import Spec
from raftnb.prove import Lemma, Proof, Report, explain, prove
from raftnb.prove.explain import prove_or_explain
from raftnb.prove.solving import Settings


class Node(Process, number="nodes"):
    """It is chosen by a set that it is in."""

    fixed: bool = anything()
    chosen: bool = False
    ranks: Map[Nat, Nat] = Map()

    def pick(self, q: Set[Node], k: Nat) -> None:
        """Be chosen by many, who note a rank."""
        when(self in q and is_big(q))
        self.chosen = True
        self.ranks |= {k: k}


def is_big(q: Set[Node]) -> bool:
    """More than a half."""
    return 2 * len(q) > len(Node)


def one_is_chosen(a: Node, b: Node) -> bool:
    """False: two may be."""
    return a == b or not (a.chosen and b.chosen)


def who_ranks_is_chosen(a: Node, k: Nat) -> bool:
    """True, but not inductive by itself: not without the claim that it follows from."""
    return k not in a.ranks or a.ranks[k] == k


def none_is_chosen(a: Node) -> bool:
    """False after a step."""
    return not a.chosen


def all_are_chosen(a: Node) -> bool:
    """False at first."""
    return a.chosen


def no_ranks(a: Node, k: Nat) -> bool:
    """False: does not follow."""
    return k not in a.ranks


def big_ones_meet(a: Set[Node], b: Set[Node]) -> bool:
    """True."""
    return not (is_big(a) and is_big(b)) or any(x in a and x in b for x in Node)


def a_big_one_meets_all(a: Set[Node], b: Set[Node]) -> bool:
    """False: the other one may be empty."""
    return not is_big(a) or any(x in a and x in b for x in Node)


module = sys.modules["raftnb.prove.explain"]  # the folder's face has its function of that name

NODES = Spec("nodes", processes=(Node,), constants={"nodes": 2})


def told(proof: Proof) -> Report:
    """What is said of a proof."""
    return explain(proof, prove(proof, workers=1, trust=True, timeout=2))


def test_a_step_says_for_which_values_and_what_differs_from_the_start() -> None:
    report = told(Proof(NODES, (Lemma(one_is_chosen),)))
    assert str(report.counterexamples[0]) == dedent("""\
        one_is_chosen is not preserved by n1.pick(frozenset({n1, n2}), 0), for a = n1, b = n2
        from this state, which may be unreachable:
             n1: fixed=False
             n2: fixed=False, chosen=True
             all else is as at the start
        the step changes:
             n1.chosen: False -> True
             n1.ranks: Map({}) -> Map({0: 0})""")
    assert report.verdict is Verdict.VIOLATED
    assert "after this run from the start, for a = n1, b = n2:" in str(report.violation)


def test_a_claim_that_is_false_at_the_start_is_violated_without_a_step() -> None:
    report = told(Proof(NODES, (Lemma(all_are_chosen),)))
    assert report.verdict is Verdict.VIOLATED
    assert report.violation is not None
    assert (report.violation.claim, len(report.violation.trace.steps)) == ("all_are_chosen", 0)


@pytest.mark.parametrize("group", ["goals", "derived"])
def test_what_does_not_follow_in_a_state_is_shown_in_one(group: str) -> None:
    claimed = {group: (Lemma(no_ranks),)}
    report = told(Proof(NODES, (Lemma(who_ranks_is_chosen),), **claimed))  # type: ignore[arg-type]
    (one,) = report.counterexamples
    assert (one.claim, one.step, one.after) == ("no_ranks", None, None)
    assert str(one) == dedent("""\
        no_ranks does not follow from the invariant, for a = n2, k = 2
        in this state, which may be unreachable:
             n1: fixed=False
             n2: fixed=False, ranks=Map({2: 2})
             all else is as at the start""")
    assert report.as_json()["counterexamples"][0]["step"] is None
    assert report.as_json()["counterexamples"][0]["after"] is None


def test_an_axiom_that_is_false_is_told_at_once_and_nothing_else_is_asked() -> None:
    proof = Proof(
        NODES,
        (Lemma(one_is_chosen),),
        axioms=(Lemma(big_ones_meet), Lemma(a_big_one_meets_all)),
        opaque=(is_big,),
    )
    report = told(proof)
    assert report.verdict is Verdict.UNKNOWN
    assert report.failing == (("a_big_one_meets_all", ""),)
    assert len(report.checked) == 2
    assert "nothing else was asked, since an axiom is not true" in report.partial
    assert [str(one) for one in report.counterexamples] == [
        "a_big_one_meets_all is false, for a = frozenset({n1, n2}), b = frozenset()"
    ]


# Messages, and instances that have to grow.


class Ping(Message):
    """It carries a number."""

    number: Nat


class Peer(Process, number="peers"):
    """It sends its number to others, who count."""

    heard: Nat = 0

    def ping(self, to: Peer) -> None:
        """Send."""
        when(to != self)
        send(Ping(number=self.heard), to=to)

    def hear(self, m: Ping) -> None:
        """Add."""
        self.heard = m.number


PEERS = Spec("peers", processes=(Peer,), constants={"peers": 2}, delivery=Delivery())


def nobody_has_heard_one(a: Peer) -> bool:
    """True, and not inductive: a ping with 1 may be in flight."""
    return a.heard != 1


def not_all_three(a: Peer, b: Peer, c: Peer) -> bool:
    """Not inductive, for three or more."""
    return a in (b, c) or b == c or a.heard == 0 or b.heard == 0 or c.heard == 0


def not_two_pings() -> bool:
    """Not inductive: a third ping may be sent."""
    return all(m == n or m.number == n.number for m in in_flight(Ping) for n in in_flight(Ping))


def test_who_sent_a_message_is_another_one_than_who_receives_it() -> None:
    one = told(Proof(PEERS, (Lemma(nobody_has_heard_one),))).counterexamples[0]
    assert [str(message) for message, _ in one.before.messages] == [
        "Ping(source=p1, dest=p2, number=1)"
    ]


def test_an_instance_grows_until_there_is_a_counterexample() -> None:
    one = told(Proof(PEERS, (Lemma(not_all_three),))).counterexamples[0]
    assert len([name for name in one.before.layout.owners if name.startswith("p")]) == 3
    assert sorted(map(str, one.values.values())) == ["p1", "p2", "p3"]


# From the shell: the small instances are asked before the solver is asked for long.


def test_the_solver_is_not_asked_for_long_where_a_small_instance_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bool] = []
    real = module.attempt

    def noted(proof: Proof, settings: Settings, *others: object) -> Report:
        asked.append(settings.again is not None)
        return real(proof, settings, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "attempt", noted)
    found = prove_or_explain(Proof(NODES, (Lemma(one_is_chosen),)), workers=1)
    assert (found.verdict, asked) == (Verdict.VIOLATED, [False])


def test_what_is_asked_again_takes_the_place_of_the_first_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proof = Proof(NODES, (Lemma(who_ranks_is_chosen),))
    real, calls = module.attempt, [0]

    def tired(proof: Proof, settings: Settings, *others: object) -> Report:
        calls[0] += 1
        first = replace(settings, timeout=1e-9) if calls[0] == 1 else settings
        return real(proof, first, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "attempt", tired)
    monkeypatch.setattr(module, "explain", lambda proof, report: report)
    whole = prove(proof, workers=1, trust=True)
    found = prove_or_explain(proof, workers=1, trust=True)
    assert (found.verdict, len(found.checked)) == (Verdict.HOLDS, len(whole.checked))
    assert len(found.defined) == len(whole.defined)


DOORS = """
    from raftnb import *
    from raftnb.prove import Lemma, Proof


    class Client(Process, number="clients"):
        inside: bool = False

        def enter(self) -> None:
            when(not any(c.inside for c in Client) or self.inside)
            self.inside = True


    def one_inside(a: Client, b: Client) -> bool:
        return a == b or not (a.inside and b.inside)


    def nobody_inside(a: Client) -> bool:
        return not a.inside


    DOORS = Spec("doors", processes=(Client,), constants={"clients": 2}, invariants=(one_inside,))
    GOOD = Proof(DOORS, (Lemma(one_inside),))
    BAD = Proof(DOORS, (Lemma(one_inside),), goals=(Lemma(nobody_inside),))
    """


def test_the_shell_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "doors.py"
    path.write_text(dedent(DOORS))
    assert main(["prove", f"{path}:GOOD", "--json", "--no-cache"]) == 0
    capsys.readouterr()
    assert main(["prove", f"{path}:BAD", "--json", "--no-cache"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["verdict"], data["property"]) == ("violated", "nobody_inside")
    (one,) = data["counterexamples"]
    assert (one["claim"], one["step"]) == ("nobody_inside", None)
