"""Symmetry in compiled code: orbits counted beside all permutations made by hand."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import State
from raftnb.data.verdict import Verdict
from raftnb.explore import breadth_first, check, other, state_graph
from raftnb.explore.compiled import CompiledSearch, Differs, NotCompiled, compiled_search
from raftnb.explore.compiled import search as compiled
from raftnb.explore.compiled.search import program_of
from raftnb.explore.compiled.symmetric import symmetric_groups
from raftnb.explore.compiled.tried import Trial
from raftnb.explore.conclusion import as_bounded
from raftnb.explore.result import ExplorationOptions
from raftnb.language import (
    Delivery,
    Domain,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    Spec,
    World,
    after,
    anything,
    discard,
    each,
    in_flight,
    send,
    when,
)
from raftnb.specs import SPECS
from raftnb.specs.raft.ongaro_tla import RAFT_TLA
from tests.data.readers.synod import SYNOD
from tests.explore import test_symmetry as plain
from tests.explore.standing import one_stands_for_all
from tests.explore.test_agreement import SMALL
from tests.explore.test_symmetry import BOOK, ORDERED, PEERS, WALLS, orbits
from tests.oracles.random_values import random_states

OPTIONS = ExplorationOptions(deadlock=False, symmetry=True, progress=False)


# Specifications: members in all that a state may have.


class Pointer(Process, number="pointers"):
    to: Pointer | None = None

    def point(self, other: Pointer) -> None:
        when(self.to is None)
        self.to = other


class Key(Domain, number="keys"):
    pass


class Guest(Process, number="guests"):
    holds: Set[Key] = frozenset()
    knows: Map[Guest, Key] = Map()
    line: Seq[Guest] = ()

    def take(self, key: Key) -> None:
        when(all(key not in guest.holds for guest in Guest))
        self.holds = self.holds | {key}

    def learn(self, other: Guest, key: Key) -> None:
        when(key in other.holds and other not in self.knows)
        self.knows = self.knows | {other: key}

    def queue(self, other: Guest) -> None:
        when(other not in self.line and len(self.line) < 1)
        self.line = (*self.line, other)


class Edge(Record):
    a: Key
    b: Key


class Graph(Globals):
    edges: Set[Edge] = frozenset()
    sets: Set[Set[Key]] = frozenset()


class Painter(Process):
    def join(self, a: Key, b: Key) -> None:
        when(a != b and len(Graph.edges) < 4)
        Graph.edges = Graph.edges | {Edge(a, b)}

    def collect(self, a: Key, b: Key) -> None:
        when(len(Graph.sets) < 2 and not Graph.edges)
        Graph.sets = Graph.sets | {frozenset({a, b})}


class Note(Message):
    about: Key
    friends: Set[Post]


class Post(Process, number="posts"):
    got: Key | None = None

    def write(self, other: Post, key: Key) -> None:
        when(other != self and len(in_flight(Note)) < 2)
        send(Note(about=key, friends=frozenset({self, other})), to=other)

    def read(self, m: Note) -> None:
        discard(m)
        self.got = m.about


class Cell(Globals):
    owner: Map[Key, Nat] = each(0)
    one: Key = anything()


class Changer(Process):
    def change(self, key: Key) -> None:
        when(Cell.owner[key] < 2 and key != Cell.one)
        Cell.owner = Cell.owner | {key: Cell.owner[key] + 1}


CYCLES = Spec("cycles", (Pointer,), constants={"pointers": 4}, symmetric=(Pointer,))
GUESTS = Spec(
    "guests", (Guest,), domains=(Key,), constants={"guests": 2, "keys": 2}, symmetric=(Guest, Key)
)
GRAPH = Spec("graph", (Painter,), (Graph,), (Key,), constants={"keys": 3}, symmetric=(Key,))
ONCE = Delivery(duplicates=False)
POSTS = Spec(
    "posts", (Post,), domains=(Key,), constants={"posts": 3, "keys": 2}, symmetric=(Post, Key),
    delivery=ONCE,
)  # fmt: skip
KEPT = POSTS.variant("kept", delivery=Delivery())
QUEUES = POSTS.variant("queues", delivery=Delivery(duplicates=False, reorders=False))
HALF = POSTS.variant("half", symmetric=(Key,))
CELLS = Spec("cells", (Changer,), (Cell,), (Key,), constants={"keys": 5}, symmetric=(Key,))
MODELS: dict[str, Any] = {
    "cycles": CYCLES(), "book": BOOK(), "peers": PEERS(),
    "ordered": ORDERED(), "walls": WALLS(walls=3, colors=2), "guests": GUESTS(),
    "graph": GRAPH(), "cells": CELLS(),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_there_is_one_state_for_each_orbit(name):
    model = MODELS[name]
    slow = state_graph(model, max_states=100_000)
    found = compiled_search(model, OPTIONS).run()
    assert slow.complete
    assert (found.distinct, found.verdict) == (orbits(model, slow.states), Verdict.HOLDS)
    assert found.distinct == RIGHT.get(name, found.distinct)


def counted(found):
    """What does not depend on which state stands for an orbit."""
    taken = Counter()
    for name, times in found.coverage.items():
        taken[name.rpartition(".")[2]] += times
    counts = (found.distinct, found.generated, found.depth, found.cut, found.verdict, found.bound)
    return *counts, taken, found.partial, found.never_taken, found.witnesses.keys()


COMPARED: dict[str, tuple[Any, int | None]] = {
    "posts": (POSTS(), 5), "kept": (KEPT(), 6), "queues": (QUEUES(), 5), "half": (HALF(), 4),
    "raft-tla": (RAFT_TLA(), None), "raft-tla of three": (RAFT_TLA(servers=3), 13),
    "raft": (SPECS["raft"](**SMALL["raft"]), 9),
    "sequential-store": (SPECS["sequential-store"](), None),
    "linearizable-store": (SPECS["linearizable-store"](), 9),
    "paxos": (SYNOD(acceptors=3), 8),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPARED)
def test_counts_are_those_of_the_memo(name):
    model, depth = COMPARED[name]
    options = replace(OPTIONS, max_depth=depth, threads=1)
    found = as_bounded(model, compiled_search(model, options).run())
    slow = check(
        model, symmetry=True, max_depth=depth, deadlock=False, engine="memo", threads=1,
        progress=False,
    )  # fmt: skip
    assert counted(found) == counted(slow)
    assert found.distinct > 20


# What stands for a state, whatever its members are called.


class Letter(Message):
    about: Key


class Desk(Process, number="desks"):
    filed: Seq[Letter] = ()

    def write(self, key: Key) -> None:
        when(len(in_flight(Letter)) < 3)
        send(Letter(about=key), to=self)

    def file(self, m: Letter) -> None:
        when(len(self.filed) < 3 and m not in self.filed)
        self.filed = (*self.filed, m)


def test_messages_in_flight_are_no_sequence_of_the_same_messages():
    """One is in no order, and the other one is."""
    model = Spec(
        "desks", (Desk,), domains=(Key,), constants={"desks": 1, "keys": 3}, symmetric=(Key,),
        delivery=Delivery(),
    )()  # fmt: skip
    slow = state_graph(model, max_states=1_000)
    assert slow.complete
    assert compiled_search(model, OPTIONS).run().distinct == orbits(model, slow.states)


class Parcel(Message):
    about: Key
    size: Nat


class Clerk(Process, number="clerks"):
    filed: Seq[Parcel] = ()


def test_what_is_kept_of_messages_in_flight_is_not_taken_for_a_sequence():
    """Two members change places: the bag of both parcels stays in its order, and the other not."""
    model = Spec(
        "clerks", (Clerk,), domains=(Key,), constants={"clerks": 1, "keys": 2}, symmetric=(Key,),
        delivery=Delivery(),
    )()  # fmt: skip
    (clerk,), (keys,) = World(model).members(Clerk), symmetric_groups(model)
    search = compiled_search(model, OPTIONS)
    for size in range(8):  # which of two states stands for both is up to chance
        sizes = zip(keys, (size, size + 1), strict=True)
        two = [Parcel(source=clerk, dest=clerk, about=key, size=n) for key, n in sizes]
        flying = tuple((parcel, 1) for parcel in two)
        one_stands_for_all(search.loaded, State(model.layout, (tuple(two),), flying))
    search.loaded.close()


class Ring(Message):
    pass


class Door(Process, number="doors"):
    rung: Nat = 0

    def hear(self, m: Ring) -> None:
        when(self.rung < 1)
        discard(m)
        self.rung = self.rung + 1


class Visitor(Process, number="visitors"):
    has_rung: bool = False

    def ring(self, door: Door) -> None:
        when(not self.has_rung)
        self.has_rung = True
        send(Ring(), to=door)


def test_queues_to_others_stay_with_these_when_members_change_places():
    model = Spec(
        "doors", (Visitor, Door), constants={"visitors": 3, "doors": 2}, symmetric=(Visitor,),
        delivery=Delivery(duplicates=False, reorders=False),
    )()  # fmt: skip
    slow = state_graph(model, max_states=5_000)
    assert slow.complete
    assert compiled_search(model, OPTIONS).run().distinct == orbits(model, slow.states)


MADE_UP = {"guests": GUESTS, "graph": GRAPH, "posts": POSTS, "kept": KEPT, "queues": QUEUES}


@pytest.mark.parametrize("name", MADE_UP)
def test_one_stands_for_all_permutations_of_states_made_up(name):
    model = MADE_UP[name](keys=3)
    loaded, base = compiled_search(model, OPTIONS).loaded, model.initial_states[0]
    for state in random_states(random.Random(1), World(model), base, 30):
        one_stands_for_all(loaded, state)
    loaded.close()


# Mistakes in it are found out.

MISTAKES = {
    "ties are broken by name": ("cycles", "if (alike && !note_twins", "if (0 && !note_twins"),
    "all that are alike are twins": ("graph", "&& are_twins(row,", "|| are_twins(row,"),
    "sets are hashed in their order": ("graph", "int sums = rank == SET ||", "int sums ="),
    "nobody is named in a node": ("graph", "named &= ~most;", "named = 0;"),
    "what is kept is by another": ("graph", "= p->packed & sight->deciding;", "= p->packed & 15;"),
    "marks are not kept up": ("graph", "g, changed_sights[g].marks - ", "g, 0 * "),
}  # fmt: skip
RIGHT = {"cycles": 45, "graph": 231}
"""How many states there are."""


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_what_stands_for_others_is_found(mistake):
    name, right, wrong = MISTAKES[mistake]
    written = program_of(MODELS[name], OPTIONS)
    assert written.text.count(right) == 1
    with suppress(Differs):
        found = CompiledSearch(replace(written, text=written.text.replace(right, wrong)), OPTIONS)
        assert found.run().distinct != RIGHT[name]


# Answers.


def nobody_points_back(p: Pointer) -> bool:
    return p.to is None or p.to.to != p or p.to == p


def stays(p: Pointer) -> bool:
    return p.to == after(p).to or p.to is None


def nobody_is_called_back(p: Pointer) -> bool:
    return not (p.to is not None and p.to.to is None and after(p.to).to == p and p.to != p)


def all_point() -> bool:
    return all(p.to is not None for p in Pointer)


def a_cycle_of_three() -> bool:
    return any(
        p.to is not None and p.to != p and p.to.to is not None and p.to.to.to == p for p in Pointer
    )


@pytest.mark.parametrize(
    ("changed", "claim"),
    [
        ({"invariants": (nobody_points_back,)}, "nobody_points_back"),
        ({"transitions": (nobody_is_called_back,)}, "nobody_is_called_back"),
        ({}, "deadlock"),
    ],
)
def test_a_violation_has_a_shortest_trace_of_steps_of_plain_python(changed, claim):
    model = CYCLES.variant("claimed", **changed)()
    found = check(model, engine="compiled", symmetry=True, progress=False)
    slow = check(model, engine="reference", progress=False)
    assert (
        (found.verdict, found.property)
        == (Verdict.VIOLATED, claim)
        == (slow.verdict, slow.property)
    )
    world = model.start()
    assert found.trace.states[0] == world.state
    for state, step, then in zip(
        found.trace.states, found.trace.steps, found.trace.states[1:], strict=False
    ):
        assert (step, then) in list(World(model).successors(state))
    assert len(found.trace.states) == len(slow.trace.states)


def test_what_is_sometimes_true_has_a_trace():
    model = CYCLES.variant(
        "some", sometimes=(a_cycle_of_three,), transitions=(stays,), final=all_point
    )()
    found = check(model, engine="compiled", symmetry=True, progress=False)
    assert found.verdict is Verdict.HOLDS
    assert len(found.witnesses["a_cycle_of_three"].states) == 4
    assert "states that differ by a permutation count once: Pointer" in found.partial


def few_edges() -> bool:
    return len(Graph.edges) < 3


def test_constraints_cut_off_what_they_cut_off_with_the_memo():
    model = GRAPH.variant("few", constraints=(few_edges,))()
    slow = check(model, symmetry=True, engine="memo", deadlock=False, progress=False, threads=1)
    assert counted(compiled_search(model, OPTIONS).run()) == counted(slow)
    assert slow.cut > 0


def test_a_check_with_symmetry_goes_on_in_compiled_code(monkeypatch):
    monkeypatch.setattr(other, "COMPILING", 0.0)
    answers = []
    monkeypatch.setattr(
        CompiledSearch,
        "run",
        lambda self, run=CompiledSearch.run: answers.append(run(self)) or answers[0],
    )
    model = RAFT_TLA()
    found = check(model, symmetry=True, progress=False, threads=1)
    assert [answer.distinct for answer in answers] == [found.distinct] == [831]


def test_states_on_disk_are_those_in_memory(tmp_path):
    model = RAFT_TLA()
    for depth in (15, None):
        found = check(
            model, symmetry=True, folder=tmp_path / "run", resume=depth is None, max_depth=depth,
            max_memory=1_000_000, progress=False,
        )  # fmt: skip
    assert (found.verdict, found.distinct, found.generated) == (Verdict.HOLDS, 831, 6475)


# What is refused, or left to the memo.


@pytest.mark.parametrize("cls", [plain.ByIndex, plain.ByName, plain.ByPlace, plain.ByLoop])
def test_what_the_text_shows_is_refused_here_too(cls):
    with pytest.raises(SpecError, match="symmetry"):
        compiled_search(plain.LIGHTS.variant("odd", cls)(), OPTIONS)


@pytest.mark.parametrize("cls", [plain.ByOrder, plain.ByLeast, plain.ByFirst, plain.BySorting])
def test_members_that_are_compared_are_left_to_python(cls):
    with pytest.raises((NotCompiled, SpecError)):
        compiled_search(plain.LIGHTS.variant("odd", cls)(), OPTIONS)


@pytest.mark.parametrize("claim", [plain.nobody_before_the_first, plain.no_fewer_before])
@pytest.mark.parametrize("field", ["invariants", "constraints", "sometimes"])
def test_so_are_claims_that_compare_them(claim, field):
    with pytest.raises(NotCompiled):  # the tree has no order of members
        compiled_search(plain.LIGHTS.variant("odd", **{field: (claim,)})(), OPTIONS)


@pytest.mark.parametrize("cls", [plain.ByLoop, plain.ByPlace])
def test_what_the_text_does_not_show_is_found_out_in_permuted_states(cls, monkeypatch):
    for module in (compiled, breadth_first):
        monkeypatch.setattr(module, "refuse_favorites", lambda model: None)
    model = plain.LIGHTS.variant("odd", cls)()
    with pytest.raises((SpecError, Differs), match=r"tells members apart|permutation"):
        compiled_search(model, OPTIONS).run()


BY = (plain.ByIndex, plain.ByName, plain.ByOrder, plain.ByPlace, plain.ByLoop)
ODD = [
    *((cls, {}) for cls in BY),
    *((plain.Light, {"invariants": (claim,)}) for claim in plain.CLAIMS),
    (plain.Light, {"constraints": (plain.not_the_second,)}),
    (plain.Light, {"sometimes": (plain.not_the_second,)}),
    (plain.Light, {"final": plain.the_first_stays_low}),
    (plain.Light, {"transitions": (plain.the_first_does_not_get_there,)}),
]  # fmt: skip


@pytest.mark.parametrize(("cls", "changed"), ODD)
def test_trials_on_permuted_states_find_out_what_tells_members_apart(cls, changed):
    states = state_graph(plain.LIGHTS(), max_states=1_000).states
    Trial(plain.LIGHTS()).of_states(states, 0.0)
    with pytest.raises(SpecError, match=r"tells members apart|compared by their order"):
        Trial(plain.LIGHTS.variant("odd", cls, **changed)()).of_states(states, 0.0)


def test_initial_states_that_favor_a_member_are_found_out():
    with pytest.raises(SpecError, match="the set of initial states, which tells members apart"):
        Trial(plain.LIGHTS.variant("odd", plain.Marked)()).of_initial()


def test_more_members_than_a_word_has_room_for_are_left_to_the_memo():
    with pytest.raises(NotCompiled, match="more than 16"):
        compiled_search(plain.COUNTERS(counters=17), OPTIONS)
    assert compiled_search(plain.COUNTERS(counters=16), OPTIONS).run().distinct == 17


def test_no_symmetric_domain_is_no_symmetry():
    with pytest.raises(UsageError, match="no symmetric domain"):
        compiled_search(CYCLES.variant("none", symmetric=())(), OPTIONS)
