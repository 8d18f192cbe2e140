"""Symmetry: one state for each orbit, counted beside all permutations made by hand."""

from __future__ import annotations

import itertools
import time
from contextlib import suppress
from dataclasses import replace

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import State
from raftnb.data.values import order, rename
from raftnb.data.verdict import Verdict
from raftnb.explore import breadth_first, check, state_graph
from raftnb.explore.memo.symmetry import Members
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
    after,
    anything,
    discard,
    each,
    first,
    send,
    when,
)


class Node(Process, number="nodes"):
    next: Node | None = None
    seen: Set[Node] = frozenset()

    def point(self, other: Node) -> None:
        when(self.next is None)
        self.next = other

    def see(self, other: Node) -> None:
        when(self.next == other and len(self.seen) < 1)
        self.seen = self.seen | {other}


class Person(Domain, number="persons"):
    pass


class Pair(Record):
    left: Person
    right: Person | None


class Book(Globals):
    votes: Map[Person, Nat] = each(0)
    pair: Pair | None = None
    line: Seq[Person] = ()


class Voter(Process):
    def vote(self, a: Person) -> None:
        when(Book.votes[a] < 1)
        Book.votes = Book.votes | {a: Book.votes[a] + 1}

    def pair_up(self, a: Person, b: Person) -> None:
        when(Book.pair is None and a != b)
        Book.pair = Pair(a, b)

    def queue_up(self, a: Person) -> None:
        when(a not in Book.line and len(Book.line) < 2)
        Book.line = (*Book.line, a)


class Peer(Process, number="peers"):
    heard: Nat = 0

    def greet(self, other: Peer) -> None:
        when(self.heard == 0 and other != self)
        send(Hail(friend=self), to=other)
        self.heard = 1

    def hear(self, m: Hail) -> None:
        discard(m)
        self.heard = 2


class Hail(Message):
    friend: Peer


class Color(Domain, number="colors"):
    pass


class Wall(Process, number="walls"):
    color: Color | None = None
    first: Color = anything()

    def paint(self, color: Color) -> None:
        when(self.color is None)
        self.color = color


POINTERS = Spec("pointers", (Node,), constants={"nodes": 3}, symmetric=(Node,))
BOOK = Spec("book", (Voter,), (Book,), (Person,), constants={"persons": 3}, symmetric=(Person,))
PEERS = Spec(
    "peers", (Peer,), constants={"peers": 3}, delivery=Delivery(duplicates=False),
    symmetric=(Peer,),
)  # fmt: skip
ORDERED = PEERS.variant("ordered", delivery=Delivery(duplicates=False, reorders=False))
WALLS = Spec(
    "walls", (Wall,), domains=(Color,), constants={"walls": 2, "colors": 3},
    symmetric=(Wall, Color),
)  # fmt: skip


def permuted(state, names):
    """The state in which members have each other's names."""
    index, new = state.layout.index, {str(a): str(b) for a, b in names.items()}
    values = list(state.values)
    for (owner, variable), at in index.items():
        to = " to ".join(new.get(end, end) for end in owner.split(" to "))
        values[index[to, variable]] = rename(state.values[at], names)
    bag = [(rename(m, names), n) for m, n in state.messages]
    return State(state.layout, tuple(values), tuple(sorted(bag, key=lambda item: order(item[0]))))


def orbits(model, states):
    """How many orbits the states fall into, by trying all permutations."""
    world = model.start()
    groups = [world[domain] for domain in model.spec.symmetric]
    makes = itertools.product(*(itertools.permutations(group) for group in groups))
    names = [
        {a: b for old, new in zip(groups, rows, strict=True) for a, b in zip(old, new, strict=True)}
        for rows in makes
    ]
    left, found = set(states), 0
    while left:
        state, found = next(iter(left)), found + 1
        left -= {permuted(state, one) for one in names}
    return found


@pytest.mark.parametrize(
    ("spec", "constants"),
    [
        (POINTERS, {}),
        (BOOK, {}),
        (BOOK, {"persons": 4}),
        (PEERS, {}),
        (ORDERED, {}),
        (WALLS, {}),
        (WALLS, {"walls": 3, "colors": 2}),
    ],
)
def test_there_is_one_state_for_each_orbit(spec, constants):
    model = spec(**constants)
    slow = state_graph(model, max_states=100_000)
    assert slow.complete
    found = check(model, symmetry=True, deadlock=False, progress=False)
    assert found.distinct == orbits(model, slow.states)
    assert found.verdict is Verdict.HOLDS


class Counter(Process, number="counters"):
    on: bool = False

    def turn_on(self) -> None:
        when(not self.on)
        self.on = True


COUNTERS = Spec("counters", (Counter,), constants={"counters": 9}, symmetric=(Counter,))


def test_nine_members_with_ten_states_take_no_time():
    check(COUNTERS(counters=2), symmetry=True, deadlock=False)  # compiled now
    started = time.process_time()
    found = check(COUNTERS(), symmetry=True, deadlock=False, max_memory=10_000_000)
    assert (found.distinct, found.verdict) == (10, Verdict.HOLDS)
    assert time.process_time() - started < 2


# What tells members apart.


class Light(Process, number="lights"):
    x: Nat = 0
    mate: Light | None = None

    def step(self) -> None:
        when(self.x < 2)
        self.x = self.x + 1


class Lamp(Globals):
    chosen: Light | None = None
    line: Seq[Light] = ()


class ByIndex(Light):
    def step(self) -> None:
        when(self.x < 2 and self.index > 0)
        self.x = self.x + 1


class ByName(Light):
    def step(self) -> None:
        when(self.x < 2 and self.name != "l1")
        self.x = self.x + 1


class ByOrder(Light):
    def step(self, other: Light) -> None:
        when(self.x < 2 and self < other)
        self.x = self.x + 1


class ByPlace(Light):
    def step(self) -> None:
        when(self.x < 2 and tuple(Light)[0] != self)  # noqa: RUF015
        self.x = self.x + 1


class BySorting(Light):
    def step(self) -> None:
        when(self.x < 2)
        self.x = self.x + 1
        Lamp.chosen = sorted(n for n in Light if n.x == self.x)[0]


class ByLoop(Light):
    def step(self) -> None:
        when(self.x < 2)
        self.x = self.x + 1
        for n in Light:
            if n.x == 1:
                Lamp.chosen = n


class ByLeast(Light):
    def step(self) -> None:
        when(self.x < 2)
        self.x = self.x + 1
        Lamp.chosen = min(n for n in Light if n.x > 0)


def the_first_stays_low() -> bool:
    return tuple(Light)[0].x < 2  # noqa: RUF015


def nobody_before_the_first(a: Light, b: Light) -> bool:
    return not (a < b and a.x == 2 and b.x == 0)


def not_the_second(a: Light) -> bool:
    return not (a.index == 1 and a.x == 2)


def the_last_in_a_loop() -> bool:
    chosen = None
    for n in Light:
        if n.x == 2:
            chosen = n
    return chosen is None or all(n.x == 2 for n in Light if n <= chosen)


def no_fewer_before(a: Light) -> bool:
    return not (a.x == 2 and sum(1 for b in Light if b < a) == 1)


LIGHTS = Spec("lights", (Light,), (Lamp,), constants={"lights": 3}, symmetric=(Light,))


class Numbered(Process, abstract=True):
    """What has a number of its own, and looks at it."""

    turns: Nat = 0

    def is_even(self) -> bool:
        return self.index % 2 == 0


class Post(Numbered, number="posts"):
    """Lights go by posts, of which each knows its place; lights may change places, posts not."""

    seen: Set[Light] = frozenset()

    def see(self, light: Light) -> None:
        when(len(self.seen) == self.index and self.is_even())
        self.seen |= {light}


class Greedy(Post):
    def see(self, light: Light) -> None:
        self = light
        when(self.index == 0)
        self.x = 1


class EvenLight(Numbered, number="lights"):
    def step(self) -> None:
        when(self.is_even())
        self.turns = 1


class OddJob(Numbered, number="jobs"):
    def step(self) -> None:
        when(self.is_even() and self.turns < 2)
        self.turns += 1


def the_first_sees_one(post: Post) -> bool:
    return post.index > 0 or len(post.seen) <= 1


POSTS = Spec(
    "posts",
    (Light, Post),
    constants={"lights": 3, "posts": 3},
    invariants=(the_first_sees_one,),
    symmetric=(Light,),
)


def test_the_place_of_a_member_that_is_not_symmetric_may_be_asked_for():
    model = POSTS()
    some = check(model, symmetry=True, deadlock=False)
    everything = check(model, deadlock=False)
    assert some.verdict is everything.verdict is Verdict.HOLDS
    assert some.depth == everything.depth
    assert some.distinct < everything.distinct


def test_the_place_of_a_name_that_becomes_another_member_is_refused():
    model = POSTS.variant("greedy", Greedy)()
    with pytest.raises(SpecError, match=r"index. of a member, in an exploration with symmetry"):
        check(model, symmetry=True, deadlock=False)


def test_the_place_that_a_symmetric_class_has_from_another_one_is_refused():
    parts, sizes = (EvenLight, OddJob), {"lights": 2, "jobs": 2}
    jobs = Spec("jobs", parts, constants=sizes, symmetric=(OddJob,))
    for spec in (jobs, replace(jobs, symmetric=(EvenLight,))):
        with pytest.raises(SpecError, match=r"index. of a member, in an exploration with symmetry"):
            check(spec(), symmetry=True, deadlock=False)


@pytest.mark.parametrize("cls", [ByIndex, ByName, ByOrder, ByPlace, BySorting, ByLoop, ByLeast])
def test_an_action_that_tells_members_apart_is_refused(cls):
    model = LIGHTS.variant("odd", cls)()
    with pytest.raises(SpecError, match=r"symmetry|tells members apart"):
        check(model, symmetry=True, deadlock=False)
    assert check(model, deadlock=False).verdict is Verdict.HOLDS


CLAIMS = (
    the_first_stays_low, nobody_before_the_first, not_the_second, the_last_in_a_loop,
    no_fewer_before,
)  # fmt: skip


@pytest.mark.parametrize("field", ["invariants", "constraints"])
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_that_tells_members_apart_is_refused(field, claim):
    model = LIGHTS.variant("odd", **{field: (claim,)})()
    with pytest.raises(SpecError, match=r"symmetry|tells members apart"):
        check(model, symmetry=True)


def nobody_is_there_while_the_first_is() -> bool:
    return not any(n.x == 2 for n in Light if all(n <= m for m in Light))


def the_first_does_not_get_there() -> bool:
    return not any(after(n).x == 2 for n in Light if all(n <= m for m in Light))


class ByFirst(Light):
    def step(self) -> None:
        when(self.x == 0)
        self.x = 1

    def follow(self) -> None:
        when(self.x == 1 and all(n.x == 1 for n in Light if all(n <= m for m in Light)))
        self.x = 2


@pytest.mark.parametrize(
    ("field", "claim"),
    [
        ("invariants", nobody_is_there_while_the_first_is),
        ("sometimes", nobody_is_there_while_the_first_is),
        ("constraints", nobody_is_there_while_the_first_is),
        ("transitions", the_first_does_not_get_there),
        ("possible", nobody_is_there_while_the_first_is),
    ],
)
def test_a_claim_that_reads_one_member_only_is_tried_in_many_states(field, claim, monkeypatch):
    model = LIGHTS.variant("odd", **{field: (claim,)})()
    with pytest.raises(SpecError, match="compared by their order"):
        check(model, symmetry=True, deadlock=False)
    monkeypatch.setattr(Members, "__setattr__", without_roots)
    with pytest.raises(SpecError, match="tells members apart"):
        check(model, symmetry=True, deadlock=False)


def without_roots(members, name, value):
    """As if members could be compared: then their order is found out by permuted states."""
    object.__setattr__(members, name, () if name == "roots" else value)


def test_an_action_that_reads_one_member_only_is_tried_in_many_states(monkeypatch):
    model = LIGHTS.variant("odd", ByFirst)()
    with pytest.raises(SpecError, match="compared by their order"):
        check(model, symmetry=True, deadlock=False)
    monkeypatch.setattr(Members, "__setattr__", without_roots)
    with pytest.raises(SpecError, match="tells members apart"):
        check(model, symmetry=True, deadlock=False)


@pytest.mark.parametrize("cls", [ByLoop, ByPlace, ByIndex])
def test_what_the_text_does_not_show_is_found_out_in_permuted_states(cls, monkeypatch):
    monkeypatch.setattr(breadth_first, "refuse_favorites", lambda model: None)
    with pytest.raises(SpecError, match="tells members apart"):
        check(LIGHTS.variant("odd", cls)(), symmetry=True, deadlock=False)


def named_first() -> bool:
    return not any(n.x == 2 for n in Light if str(n) == "l1")


def named_like_the_first() -> bool:
    return "l1" not in tuple(map(str, (n for n in Light if n.x == 2)))


@pytest.mark.parametrize("claim", [named_first, named_like_the_first])
def test_a_name_that_is_written_out_is_refused(claim):
    with pytest.raises(SpecError, match="symmetry"):
        check(LIGHTS.variant("odd", invariants=(claim,))(), symmetry=True, deadlock=False)


def never_in_that_order() -> bool:
    return any(a < b and a.x == 2 and b.x == 0 and Lamp.line for a in Light for b in Light) or any(
        a < b and a.x == 2 and b.x == 1 for a in Light for b in Light
    )


def the_middle_one_moved() -> bool:
    return any(n.x == 1 and sum(1 for m in Light if m < n) == 1 for n in Light)


@pytest.mark.parametrize("claim", [never_in_that_order, the_middle_one_moved])
@pytest.mark.parametrize("field", ["sometimes", "final"])
def test_so_is_one_that_is_awaited_or_says_what_is_final(field, claim):
    model = LIGHTS.variant("odd", **{field: claim if field == "final" else (claim,)})()
    plain = check(model, deadlock=field == "final").verdict
    with suppress(SpecError):  # or else nothing was said of a state where it makes a difference
        assert check(model, symmetry=True, deadlock=field == "final").verdict is plain


class Chosen(Globals):
    one: Light = first()


class Marked(Light):
    x: Nat = 0
    mate: Light | None = first()


def test_an_initial_state_that_favors_a_member_is_refused():
    for spec in (LIGHTS.variant("odd", Marked), Spec("odd", (Light,), (Chosen,),
        constants={"lights": 2}, symmetric=(Light,))):  # fmt: skip
        with pytest.raises(SpecError, match="favors"):
            check(spec(), symmetry=True)


def test_symmetry_without_a_symmetric_domain_is_refused():
    with pytest.raises(UsageError, match="no symmetric domain"):
        check(Spec("none", (Light,), (Lamp,), constants={"lights": 2})(), symmetry=True)


def test_symmetry_is_part_of_the_answer():
    found = check(LIGHTS(), symmetry=True, deadlock=False)
    assert "states that differ by a permutation count once: Light" in found.partial
