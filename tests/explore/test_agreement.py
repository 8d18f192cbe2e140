"""The fast engine and the plain Python reference find the same states and the same steps."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from raftnb.data.trace import State
from raftnb.data.values import order, rename
from raftnb.explore import check, reachable, state_graph
from raftnb.specs import SPECS

HEADER = """
from __future__ import annotations
from raftnb.language import (
    Delivery, Domain, Globals, Message, Nat, Process, after, cycle, discard, either, in_flight,
    reply, send, when,
)
from raftnb.language.spec import Spec


class Ping(Message):
    n: Nat


class Pong(Ping):
    pass


class Shared(Globals):
    turn: Nat = 0
    owner: Node | None = None


"""
FOOTER = """

def small(limit: Nat) -> bool:
    return all(n.x <= limit and n.y <= limit for n in Node) and Shared.turn <= limit


def few(limit: Nat) -> bool:
    return sum(m.n for m in in_flight(Ping)) <= limit


def early() -> bool:
    return not (Shared.turn == 2 and all(n.x == 2 for n in Node))


def not_back(n: Node) -> bool:
    return not (Shared.turn == 2 and n.x == 1 and after(Shared).turn == 1 and after(n).y == 2)


def two() -> bool:
    return all(n.y == 2 for n in Node)


SPEC = Spec(
    name="made", processes=(Node,), shared=(Shared,), constants={"nodes": 2, "limit": 2, "most": 2,
    "times": %d}, invariants=(early,), transitions=(not_back,), sometimes=(two,),
    constraints=(small, few), delivery=Delivery(%s),
    distinct_messages="most", copies="times", symmetric=(Node,),
)
"""
VALUES = [
    "0",
    "1",
    "self.x",
    "self.y",
    "Shared.turn",
    "(self.x + 1) % 3",
    "self.y + 1",
    "either(0, 2)",
    "max(n.x for n in Node)",
    "sum(n.y for n in Node) % 3",
    "len(in_flight(Ping)) % 3",
]
GUARDS = [
    "self.x == 0",
    "self.x != self.y",
    "Shared.turn == self.x",
    "Shared.owner is None",
    "Shared.owner == self",
    "all(n.y < 2 for n in Node)",
    "not in_flight(Pong)",
    "self.y < 2",
]
TARGETS = ["self.x", "self.y", "Shared.turn"]
guards = st.sampled_from(GUARDS).map(lambda g: f"when({g})")
writes = st.builds("{} = {}".format, st.sampled_from(TARGETS), st.sampled_from(VALUES))
others = st.sampled_from(
    [
        "Shared.owner = self",
        "Shared.owner = None",
        "send(Ping(n=self.x % 2), to=peer)",
        "send(Pong(n=self.y % 2), to=either(*Node))",
        "send(Ping(n=0), to=self)",
    ]
)
answers = st.sampled_from(
    [
        "discard(m)",
        "reply(m, Pong(n=m.n))",
        "self.x = m.n",
        "self.y = m.n",
        "send(Ping(n=self.x % 2), to=m.source)",
    ]
)
body = st.tuples(guards, st.lists(st.one_of(writes, others), min_size=1, max_size=3))
handler = st.tuples(guards, st.lists(st.one_of(writes, answers), min_size=1, max_size=3))
deliveries = st.builds(
    "loses={}, duplicates={}, reorders={}".format, st.booleans(), st.booleans(), st.booleans()
)


def text_of(bodies, handlers, delivery, ordered, times):
    lines = ["class Node(Process, number='nodes'):", "    x: Nat = 0", "    y: Nat = 0", ""]
    for i, (guard, rest) in enumerate(bodies):
        lines += [f"    def do{i}(self, peer: Node):", f"        {guard}"]
        lines += [f"        {line}" for line in rest] + [""]
    for i, (guard, rest) in enumerate(handlers):
        kind = ["Ping", "Pong"][i % 2]
        lines += [f"    def on{i}(self, m: {kind}):", f"        {guard}"]
        lines += [f"        {line}" for line in rest] + [""]
    if ordered:
        lines += [f"    order = cycle({', '.join(f'do{i}' for i in range(len(bodies)))})"]
    return HEADER + "\n".join(lines) + FOOTER % (times, delivery)


made = st.builds(
    text_of,
    st.lists(body, min_size=1, max_size=3),
    st.lists(handler, max_size=3),
    deliveries,
    st.booleans(),
    st.integers(1, 2),
)


def load(text):
    """A specification from its text, as a module of a file (its source must be found)."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "made.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location("made", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules["made"] = module
        spec.loader.exec_module(module)
        return module.SPEC


def assert_same(model, slow):
    fast = reachable(model, progress=False)
    states = [fast.state(i) for i in range(len(fast))]
    assert set(states) == set(slow.states)
    assert len(states) == len(slow.states)
    mine = zip(fast.sources.tolist(), fast.labels.tolist(), fast.targets.tolist(), strict=True)
    steps = Counter((states[a], fast.step(label), states[b]) for a, label, b in mine if b >= 0)
    assert steps == Counter((slow.states[a], step, slow.states[b]) for a, step, b in slow.edges)


FIELDS = ("distinct", "generated", "depth", "coverage", "property", "cut", "partial", "never_taken")


def assert_same_verdict(model):
    slow, fast = check(model, engine="reference"), check(model, progress=False)
    assert (fast.verdict, fast.bound) == (slow.verdict, slow.bound)
    if slow.trace is None:
        for field in FIELDS:
            assert getattr(fast, field) == getattr(slow, field), field
    else:
        assert len(fast.trace) <= len(slow.trace)
    assert {k for k, v in fast.witnesses.items() if v is not None} == {
        k for k, v in slow.witnesses.items() if v is not None
    }


def renamed(state, names):
    """The state in which the processes have each other's names."""
    index, world = state.layout.index, {str(a): str(b) for a, b in names.items()}
    values = list(state.values)
    for (owner, variable), at in index.items():
        to = " to ".join(world.get(end, end) for end in owner.split(" to "))
        values[index[to, variable]] = rename(state.values[at], names)
    bag = [(rename(m, names), n) for m, n in state.messages]
    return State(state.layout, tuple(values), tuple(sorted(bag, key=lambda item: order(item[0]))))


def assert_one_of_each_orbit(model, slow):
    nodes = model.start()[model.spec.symmetric[0]]
    swap = dict(zip(nodes, reversed(nodes), strict=True))
    orbits = {frozenset({state, renamed(state, swap)}) for state in slow.states}
    plain = model.spec.variant(model.spec.name, invariants=(), transitions=(), sometimes=())
    found = check(plain(), symmetry=True, deadlock=False, progress=False)
    assert found.distinct == len(orbits)


@settings(
    max_examples=int(os.environ.get("RAFTNB_EXAMPLES", 25)),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(made)
def test_both_engines_agree_on_any_small_specification(text):
    model = load(text)()
    slow = state_graph(model, max_states=400)
    assume(slow.complete)
    assert_same(model, slow)
    assert_same_verdict(model)
    assert_one_of_each_orbit(model, slow)


SMALL = {
    "catching-up": {"servers": 2},
    "internal-memory": {"processors": 1, "addresses": 2},
    "write-through-cache": {"processors": 1},
    "raft": {"servers": 2, "values": 1, "max_term": 2, "max_log": 0},
    "raft-joint": {"max_log": 1, "max_messages": 1},
    "raft-learners": {"values": 2, "max_log": 2, "max_restarts": 1},
    "raft-joint-snapshots": {"max_log": 1, "max_messages": 1},
    "raft-log": {"servers": 2, "values": 1, "max_term": 1, "max_log": 1},
    "raft-one-by-one": {"max_messages": 1},
    "raft-prevote": {"max_term": 1, "max_log": 0, "max_messages": 4},
    "raft-read-index": {"servers": 2, "values": 1, "max_term": 1, "max_log": 1},
    "raft-store": {"duplicates": 0, "max_messages": 1},
    "raft-store-leases": {"duplicates": 0, "max_messages": 1, "max_clock": 0, "max_reads": 0},
    "raft-store-read-index": {"duplicates": 0, "max_messages": 1},
    "orderly-raft": {"servers": 2},
    "raft-transfer": {"max_term": 1, "duplicates": 0, "max_messages": 1},
    "raft-emptied-disks": {"max_log": 0, "max_messages": 1},
    "raft-torn-disks": {"max_messages": 1},
    "unhurried-prevote": {"max_term": 1},
    "unhurried-transfer": {"max_term": 1, "max_log": 0},
}


@pytest.mark.parametrize("name", sorted(SPECS))
def test_both_engines_agree_on_the_package_specifications(name):
    model = SPECS[name](**SMALL.get(name, {}))
    slow = state_graph(model, max_states=3_000)
    assert slow.complete
    assert_same(model, slow)
    assert_same_verdict(model)
