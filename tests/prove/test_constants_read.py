"""Constants that are read: one number in all of a question, any number in a proof."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.prove import k_induction, prove
from tests.oracles.random_specs import HEADER, load

TEXT = """

class Say(Message):
    n: Nat


class Node(Process, number="nodes"):
    x: int = 0
    y: Seq[Nat] = ()

{action}


def claim({parameters}) -> bool:
    return {said}


SPEC = Spec(
    "constants", (Node,), constants={{"nodes": 2, "limit": 2, "most": 1}}, invariants=(claim,){net}
)
PROOF = Proof(SPEC, (Lemma(claim),))
"""
NET = ', delivery=Delivery(loses=False, duplicates=False), distinct_messages="most", copies="most"'
GUARD = """
    def grow(self, limit: int) -> None:
        when(self.x < limit)
        self.x += 1
"""
CHOICE = """
    def pick(self, limit: int) -> None:
        self.x = either(*range(limit))
"""
RECEIVED = """
    def say(self, limit: int) -> None:
        send(Say(n=limit), to=self)

    def hears(self, m: Say, most: int) -> None:
        discard(m)
        self.x = min(m.n, most)
"""
MACRO = """
    @macro
    def up(self, limit: int) -> None:
        self.x = min(self.x + 1, limit)

    def go(self, most: int) -> None:
        self.up(most)
"""
OPERATOR = """
    def top(self, limit: int) -> int:
        return limit + 1

    def go(self, other: Node, most: int) -> None:
        other.x = self.top(most)
"""
LENGTH = """
    def go(self, limit: int) -> None:
        when(len(self.y) < limit)
        self.y += (limit,)
"""
SWITCH = """
    def go(self, loses: int) -> None:
        self.x = loses
"""
PARTIAL = """
    def go(self, limit: int) -> None:
        self.x = 6 // limit
"""
# An action, the claim's parameters, what it says, and whether that is so for all constants.
ROWS = [
    (GUARD, "n: Node, limit: int", "n.x <= limit", True),
    (GUARD, "n: Node, limit: int", "n.x < limit", False),
    (GUARD, "n: Node", "n.x <= 2", False),
    (GUARD, "n: Node, limit: int, most: int", "n.x <= limit * most", False),
    (CHOICE, "n: Node, limit: int", "0 <= n.x < max(limit, 1)", True),
    (CHOICE, "n: Node, limit: int", "n.x < limit", False),
    (CHOICE, "limit: int", "limit == 2", False),
    (RECEIVED, "n: Node, most: int", "n.x <= most", True),
    (RECEIVED, "n: Node, limit: int", "n.x in (0, limit)", False),
    (RECEIVED, "n: Node", "n.x <= 1", False),
    (MACRO, "n: Node, most: int", "n.x <= most", True),
    (MACRO, "n: Node, limit: int", "n.x <= limit", False),
    (OPERATOR, "n: Node, most: int", "n.x in (0, most + 1)", True),
    (OPERATOR, "n: Node, limit: int", "n.x in (0, limit + 1)", False),
    (LENGTH, "n: Node, limit: int", "len(n.y) <= limit", True),
    (LENGTH, "n: Node, limit: int", "all(v == limit for v in n.y)", True),
    (LENGTH, "n: Node", "all(v == 2 for v in n.y)", False),
    (SWITCH, "n: Node", "n.x in (0, 1)", True),
    (SWITCH, "loses: int", "loses == 0", True),  # a proof is of the network that is declared
    (SWITCH, "n: Node, loses: int", "n.x in (0, loses)", True),
    (SWITCH, "n: Node", "n.x == 1", False),
    (PARTIAL, "n: Node", "n.x >= 0", False),
]
VALUES = [
    {"nodes": 2, "limit": limit, "most": most}
    for limit, most in itertools.product((0, 1, 3), (0, 2))
]


@pytest.mark.parametrize(("action", "parameters", "said", "right"), ROWS)
def test_a_constant_is_one_number_for_every_engine(
    action: str, parameters: str, said: str, right: bool, tmp_path: Path
) -> None:
    net = NET if "Say" in action or "loses" in action else ""
    text = TEXT.format(action=action, parameters=parameters, said=said, net=net)
    module = load(HEADER + text, tmp_path, "constants")
    declared = "loses: int" in parameters and "loses == 0" in said
    switches = [{"loses": on} for on in ((0,) if declared else (0, 1))] if net else [{}]
    found = []
    for values, switch in itertools.product(VALUES, switches):
        given = {**values, **switch}
        if net:
            given["most"] = max(given["most"], 1)
        answers = [asked(module.SPEC, engine, given) for engine in ("fast", "reference")]
        assert answers[0] == answers[1], given
        found.append(answers[0])
    assert (Verdict.VIOLATED in found or "undefined" in found) is not right
    proved = prove(module.PROOF, workers=1, timeout=2.0, trust=True).verdict
    assert (proved is Verdict.HOLDS) is right
    for given, told in list(zip(itertools.product(VALUES, switches), found, strict=True)):
        values = {**given[0], **given[1]}
        values |= {"most": max(values["most"], 1)} if net else {}
        inductive = k_induction(module.SPEC, module.claim, 2, **values).verdict
        assert inductive is Verdict.UNKNOWN or told in (inductive, Verdict.UNKNOWN)


def asked(spec: Any, engine: Any, given: dict[str, int]) -> Any:
    """The verdict, or that an action has no value."""
    try:
        answer = check(spec(**given), engine=engine, deadlock=False, progress=False, max_states=300)
    except SpecError:
        return "undefined"
    return answer.verdict
