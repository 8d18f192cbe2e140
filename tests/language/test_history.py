"""History variables can be left out: nothing but they themselves, and claims, may rest on them."""

from __future__ import annotations

import importlib.util
import random
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.trace import State
from raftnb.language import Model
from tests.oracles.by_hand import UNDEFINED, exact, exact_step, explore, outcomes
from tests.oracles.random_specs import load, make

HEAD = """
from raftnb import *

class Ping(Message):
    n: Nat

class Pair(Record):
    a: Nat

class Past(Globals):
    seen: Nat = history(0)
    log: Seq[Nat] = history(())
    who: "P | None" = history(None)
    turn: Nat = 0

class P(Process, number="ps"):
    x: Nat = 0
    y: Nat = 0
    count: Nat = history(0)
    tally: Nat = history(0)

{}

class Other(Process):
    count: Nat = 0

    def step(self):
        when(self.count < 2)
        self.count += 1

def rank(p: P) -> Nat:
    return p.count

GIVEN = dict(shared=(Past,), constants={{"ps": 2}}, delivery=Delivery())
S = Spec("s", processes=(P, Other), **GIVEN)
"""


def defined(methods: str, tmp_path: Path, after: str = "") -> Any:
    """The module with these methods of P, and what comes after its Spec."""
    text = HEAD.format(textwrap.indent(textwrap.dedent(methods).strip("\n"), "    "))
    path = tmp_path / "past.py"
    path.write_text(text + textwrap.dedent(after))
    spec = importlib.util.spec_from_file_location("past", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["past"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def in_action(body: str) -> str:
    return "def go(self):\n" + textwrap.indent(body, "    ")


NEEDED = {
    "a guard": "when(self.count < 2)",
    "a guard of another": "when(all(p.count < 2 for p in P))",
    "a value": "self.x = self.count",
    "a value with a sign": "self.x += Past.seen",
    "one of several values": "self.x, self.count = self.count, 1",
    "a shared value": "Past.turn = len(Past.log)",
    "a branch": "if self.count > 1:\n    self.x = 1",
    "a guard in a branch": "if self.count > 1:\n    when(self.x > 1)",
    "the other branch": "if self.count > 1:\n    Past.seen = 1\nelse:\n    self.x = 1",
    "a value that depends": "self.x = 1 if self.count else 2",
    "a choice that depends": "Past.seen = either(1, 2) if self.count else 2",
    "a choice after `and`": "Past.seen = 1 if Past.seen and either(True, False) else 0",
    "a choice after a comparison": "Past.seen = 1 if self.x < Past.seen < either(1, 2) else 0",
    "a choice in a comprehension": "Past.log = tuple(either(1, 2) for i in Past.log)",
    "a choice until it is true": "Past.seen = len({any(Past.seen == either(1, 2) for p in P)})",
    "the options": "self.count = either(*Past.log)",
    "a loop": "for i in Past.log:\n    self.x += 1",
    "a loop's name": "for i in Past.log:\n    n = i\nself.x = n",
    "what a loop carries": "n = m = 0\nfor p in P:\n    self.x = n\n    n = m\n    m = p.count",
    "a comprehension": "self.x = len(tuple(i for i in Past.log))",
    "a test in a comprehension": "self.x = len({p for p in P if p.count})",
    "a local name": "n = self.count\nn += 1\nself.x = n",
    "a name set in a branch": "n = 0\nif Past.seen:\n    n = 1\nself.x = n",
    "an early return": "if Past.seen:\n    return\nself.x = 1",
    "a return in a loop": "for i in Past.log:\n    if i:\n        return\nself.x = 1",
    "a return later in a loop": "for p in P:\n    self.x = 1\n    if p.count:\n        return",
    "an alias": "q = self\nself.x = q.count",
    "a record": "r = Pair(self.count)\nself.x = r.a",
    "a map": "self.x = Map({1: Past.seen}).get(1, 0)",
    "an index": "self.x = (1, 2)[Past.seen]",
    "a message": "send(Ping(n=self.count), to=self)",
    "a receiver": "send(Ping(n=1), to=Past.who)",
    "whether it is sent": "if Past.who == self:\n    send(Ping(n=1), to=self)",
    "whose variable it is": "Past.who.x = 1",
    "a key": "self.x = max(P, key=rank).y",
    "a function": "self.x = rank(self)",
}
ALLOWED = {
    "history of itself": "self.count += 1\nPast.log += (self.x,)",
    "a branch": "if self.count > 1:\n    Past.seen = self.x",
    "a loop": "for i in Past.log:\n    self.count += i",
    "a choice for it": "self.count = either(1, 2)",
    "a name given anew": "n = self.count\nPast.seen = n\nn = 3\nself.x = n",
    "one of several values": "self.x, self.count = 1, self.count + 1",
    "whose variable it is": "if Past.who is not None:\n    Past.who.tally = 1",
    "a return at the end": "self.x = 1\nif Past.seen:\n    return\nPast.seen = 2",
    "a guard before": "when(self.x > 3 or Past.turn > 1)\nPast.seen = 1 if Past.seen else self.x",
    "a name of a loop elsewhere": "Past.seen = max(p.count for p in P)\nself.x = 0",
    "a variable of this name elsewhere": "for o in Other:\n    self.x = o.count",
}


@pytest.mark.parametrize("body", NEEDED.values(), ids=NEEDED.keys())
def test_an_action_that_needs_a_history_variable_is_refused(body: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="which rests on the history variable") as caught:
        defined(in_action(body), tmp_path)
    assert caught.value.cure.startswith("declare `")


@pytest.mark.parametrize("body", ALLOWED.values(), ids=ALLOWED.keys())
def test_history_may_rest_on_history(body: str, tmp_path: Path) -> None:
    assert defined(in_action(body), tmp_path).S.name == "s"


METHODS = {
    "an operator": """
        def go(self):
            when(self.ok())
        def ok(self) -> bool:
            return self.count > 1
    """,
    "an argument": """
        def go(self):
            self.x = self.twice(self.count)
        def twice(self, n: Nat) -> Nat:
            return 2 * n
    """,
    "an argument by name, by a star": """
        def go(self):
            self.x = self.first(*(1, self.count))
        def first(self, n: Nat, m: Nat) -> Nat:
            return n
    """,
    "a guard in an operator": """
        def go(self):
            self.count = self.checked(self.count)
        def checked(self, n: Nat) -> Nat:
            when(n > 1)
            return 3
    """,
    "an operator that returns early": """
        def go(self):
            self.x = self.some()
        def some(self) -> Nat:
            if self.count > 1:
                return 1
            return 2
    """,
    "a macro in a branch": """
        def go(self):
            if self.count:
                self.change()
        @macro
        def change(self):
            self.x = 1
    """,
    "an action as a macro": """
        def go(self):
            for i in Past.log:
                self.change()
        def change(self):
            self.x = 1
    """,
    "a method as a key": """
        def go(self):
            self.x = max(P, key=self.rank).y
        def rank(self, p: "P") -> Nat:
            return p.count
    """,
    "an answer": """
        def hear(self, m: Ping):
            reply(m, Ping(n=Past.seen))
    """,
    "taking a message out": """
        def hear(self, m: Ping):
            if m.n > Past.seen:
                discard(m)
    """,
}


@pytest.mark.parametrize("methods", METHODS.values(), ids=METHODS.keys())
def test_what_an_action_calls_is_followed(methods: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="which rests on the history variable"):
        defined(methods, tmp_path)


PLAIN = """
def go(self):
    when(self.y < 3)
    self.x = self.val()
def val(self) -> Nat:
    return 0
"""
AFTER = {
    "an action that is varied": """
        class Q(P):
            def go(self):
                super().go()
                when(self.count < 3)
        S.variant("t", Q)
    """,
    "an operator that is varied": """
        class Q(P):
            def val(self) -> Nat:
                return Past.seen
        S.variant("t", Q)
    """,
    "a variable that becomes history": """
        class Q(P):
            y: Nat = history(0)
        S.variant("t", Q)
    """,
    "a shared variable that becomes history": """
        class Q(P):
            def val(self) -> Nat:
                return Past.turn
        class Later(Past):
            turn: Nat = history(0)
        S.variant("t", Q).variant("u", Later)
    """,
    "a base of several": """
        class Counts(Process, abstract=True):
            k: Nat = history(0)
            def stay(self):
                when(self.k < 2)
                self.k += 1
        class Q(P, Counts):
            pass
        S.variant("t", Q)
    """,
    "who hears everything": """
        class Thief(Process, everywhere=True):
            got: Nat = history(0)
            def steal(self, m: Ping):
                when(m.n > self.got)
                discard(m)
        Spec("t", processes=(P, Thief), **GIVEN)
    """,
    "the end": """
        def over() -> bool:
            return all(p.x == 1 for p in P) and Past.seen == 0
        Spec("t", processes=(P,), final=over, **GIVEN)
    """,
    "the end, by an operator": """
        def never() -> bool:
            return any(rank(p) > 0 for p in P)
        def over() -> bool:
            return not never()
        Spec("t", processes=(P,), final=over, **GIVEN)
    """,
    "a variable of this name elsewhere": """
        class R(Process):
            count: Nat = 0
            def copy(self, p: P):
                self.count = p.count
        Spec("t", processes=(P, R), **GIVEN)
    """,
}


@pytest.mark.parametrize("after", AFTER.values(), ids=AFTER.keys())
def test_variants_and_other_classes_are_followed(after: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="which rests on the history variable"):
        defined(PLAIN, tmp_path, after)


def test_the_message_names_the_variable_through_what_is_called(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        defined(METHODS["a macro in a branch"], tmp_path)
    assert caught.value.found == (
        "whether `self.x` is assigned, which rests on the history variable `count`"
    )
    assert "in P.change: `self.x = 1`" in caught.value.place
    assert caught.value.cure == (
        "declare `count` without `history(...)`: what a step needs is always kept"
    )


# What is accepted does the same with history variables and without.

DECLARED = re.compile(r"^    ([a-z]\w*): ([^=\n]+) = (.+)$", re.MULTILINE)


def with_more_history(text: str, dice: random.Random) -> str:
    """A random specification of which some variables are made history."""

    def one(found: re.Match[str]) -> str:
        name, kind, value = found.groups()
        kept = "history" in value or dice.random() < 0.6
        return found[0] if kept else f"    {name}: {kind} = history({value})"

    first = "class Shared(Globals)" if "class Shared(Globals)" in text else "class Node(Process"
    head, start, rest = text.partition(first)
    return head + start + DECLARED.sub(one, rest)


def seen(model: Model, state: State) -> dict[Any, Any]:
    """What each action does in a state, history variables left aside."""
    cells = model.layout.cells

    def kept(after: State) -> Any:
        values = zip(after.values, cells, strict=True)
        return [exact(v) for v, c in values if not c.history], after.messages

    return {
        call: found
        if found == UNDEFINED
        else sorted(repr((exact_step(s), kept(t))) for s, t in found)
        for call, found in outcomes(model, state).items()
    }


def test_what_is_accepted_does_the_same_without_its_history(tmp_path: Path) -> None:
    compared = refused = 0
    for seed in range(50):
        text = with_more_history(make(seed).text, random.Random(seed))
        try:
            spec = load(text, tmp_path, f"past{seed}").SPEC
            spec = spec.variant("free", constraints=(), invariants=(), transitions=(), sometimes=())
        except SpecError as error:
            refused += "history variable" in error.found
            continue
        model, bare = spec(history=True), spec()
        cells, start = model.layout.cells, bare.initial_states[0].values
        for state in explore(model, 25).states if any(c.history for c in cells) else ():
            row = zip(state.values, start, cells, strict=True)
            values = tuple(s if c.history else v for v, s, c in row)
            found, wanted = (
                seen(bare, State(state.layout, values, state.messages)),
                seen(model, state),
            )
            for call in found:
                if UNDEFINED not in (found[call], wanted[call]):
                    assert sorted(set(found[call])) == sorted(set(wanted[call])), (
                        f"seed {seed}, {call}"
                    )
                    compared += 1
    assert compared > 150
    assert refused > 15
