"""Tuples whose items are each of their own type mean what running them means, in every engine."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.explore import check
from raftnb.language import Globals, Map, Nat, Process, Seq, Set, Spec, each, either, when
from raftnb.pluscal import plain_module
from raftnb.prove import Lemma, Proof, prove
from raftnb.tree import nodes
from raftnb.tree.types import confusable, fits, join, overlap, type_of
from tests.explore.test_compiled import needs_cc, said
from tests.oracles.random_steps import RandomSteps
from tests.pluscal.tools import needs_tlc, tlc


class Kind(Enum):
    """What a message is for."""

    ASK = "ask"
    YES = "yes"


class Net(Globals):
    """Messages as TLA+ people write them: tuples in one set."""

    sent: Set[tuple[Kind, Node, Nat]] = frozenset()
    last: tuple[Node | None, int] = (None, 0)
    log: Seq[tuple[str, Nat]] = ()
    by: Map[Node, tuple[Kind, Nat]] = each((Kind.ASK, 0))
    pair: tuple[Nat, Nat] = (0, 0)


class Node(Process, number="nodes"):
    """Asks the others."""

    n: Nat = 0
    flag: bool = False
    found: tuple[bool, Kind] = (False, Kind.ASK)

    def ask(self, most: int) -> None:
        when(self.n < most)
        self.n += 1
        Net.sent |= {(Kind.ASK, self, self.n)}
        Net.last = (self, Net.last[1] - 1 if Net.last[1] > -2 else 0)

    def answer(self) -> None:
        m = either(*Net.sent)
        kind, who, n = m
        when(kind == Kind.ASK and who != self)
        Net.sent = (Net.sent - {m}) | {(Kind.YES, who, n)}
        Net.by |= {self: (kind, n)}

    def hear(self) -> None:
        m = either(*Net.sent)
        when(m[0] == Kind.YES and m[-2] == self)
        Net.sent -= {m}
        self.found = (not self.found[0], m[0])
        Net.pair = (m[2], Net.pair[0])
        if len(Net.log) < 2:
            Net.log += (("heard", m[2]),)

    def look(self) -> None:
        when(Net.log != () and Net.log[-1][1] > 1 and Net.log[0] == ("heard", 1))
        Net.log = ()
        Net.last = (None, Net.by[self][1])


def within(most: int) -> bool:
    """What is in flight is what was asked for."""
    return all(0 < m[-1] <= most for m in Net.sent) and Net.last[1] >= -2


def never_two(node: Node) -> bool:
    """False where one has heard, and another has looked."""
    return not (node.found[0] and Net.last[0] is None and Net.last[1] == 2)


def anywhere() -> bool:
    """It may stop in every state."""
    return True


def net(node: type[Node] = Node, **changed: Any) -> Spec:
    fields: dict[str, Any] = {"constants": {"nodes": 2, "most": 2}, "invariants": (within,)}
    return Spec("net", (node,), (Net,), final=anywhere, **fields | changed)


@needs_cc
def test_compiled_code_meets_the_states_of_plain_python():
    found = [
        check(net()(), engine=engine, deadlock=False, progress=False)
        for engine in ("reference", "memo", "compiled")
    ]
    assert [said(one) for one in found[1:]] == [said(found[0])] * 2
    assert (found[0].distinct, found[0].generated, found[0].depth) == (1391, 2887, 14)
    assert found[-1].interpreted == ()


@needs_cc
def test_a_violation_is_as_far_away_as_in_plain_python():
    model = net(invariants=(never_two,))()
    slow, fast = (
        check(model, engine=engine, deadlock=False, progress=False)
        for engine in ("reference", "compiled")
    )
    assert slow.trace is not None
    assert fast.trace is not None
    assert len(slow.trace) == len(fast.trace)


@needs_cc
def test_members_in_tuples_change_places():
    spec, constants = net(symmetric=(Node,)), {"nodes": 3, "most": 1}
    memo, compiled = (
        check(spec(**constants), engine=engine, symmetry=True, deadlock=False, progress=False)
        for engine in ("memo", "compiled")
    )
    assert (memo.distinct, memo.generated) == (compiled.distinct, compiled.generated)
    whole = check(net()(**constants), engine="compiled", deadlock=False, progress=False)
    assert whole.distinct / 6 <= compiled.distinct < whole.distinct


@needs_cc
@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_another_length_is_refused_where_it_is_met(engine: str):
    with pytest.raises(SpecError, match=r"has exactly 2") as error:
        check(net(Longer)(), engine=engine, deadlock=False, progress=False)
    assert "Net.last" in error.value.found


class Longer(Node):
    """Gives one item too many, after a while."""

    def look(self) -> None:
        if len(Net.log) > 1:
            Net.last = (None, 1, 2)  # type: ignore[assignment]


@needs_tlc
def test_tlc_finds_the_same_states(tmp_path):
    found = tlc(tmp_path, plain_module(net()()))
    staying = 1391  # in every state it may stop
    assert found.counts == (1391, 2887 + staying, 14)


def test_the_prover_refuses_them():
    with pytest.raises(SpecError, match=r"a tuple of `Kind`, `Node`, a number"):
        prove(Proof(net(), (Lemma(within),)))


# One step of each, from states at random.


class Desk(Globals):
    """Tuples of every sort."""

    here: tuple[Kind, int] = (Kind.ASK, 0)
    there: tuple[int, Kind, bool | None] = (0, Kind.ASK, None)
    two: tuple[int, int] = (0, 0)
    nested: tuple[tuple[int, Kind], Set[int]] = ((0, Kind.ASK), frozenset())
    many: Set[tuple[int, Kind]] = frozenset()
    line: Seq[tuple[int, Kind]] = ()
    table: Map[Kind, tuple[int, Kind]] = Map()


class Clerk(Process, number="clerks"):
    """Actions with tuples."""

    n: int = 0
    kind: Kind = Kind.ASK
    flag: bool = False
    some: Seq[int] = ()

    def swaps(self) -> None:
        Desk.there = (Desk.here[1], Desk.here[0], self.flag)
        Desk.here = (Desk.there[1], Desk.there[0])

    def unpacks(self) -> None:
        kind, n = Desk.here
        self.flag = Desk.there[2] is None
        self.kind, self.n = kind, n + 1
        inner, numbers = Desk.nested
        self.some = (inner[0], *sorted(numbers), len(inner))

    def goes_through(self) -> None:
        self.n = sum(x for x in Desk.two) + len(Desk.two) + max(Desk.two)
        self.flag = self.n in Desk.two or self.kind in (Kind.YES, self.n)
        self.some = Desk.two + (self.n,) + Desk.two[:1] + (*Desk.two, 7)

    def by_a_number(self) -> None:
        self.n = Desk.two[self.n] + Desk.two[-1]

    def in_sets(self) -> None:
        x = (self.n, self.kind)
        self.flag = x in Desk.many
        Desk.many = (Desk.many - {(1, Kind.ASK)}) | {x, (len(Desk.many), Kind.YES)}
        Desk.line = (*Desk.line, x)[-2:] + ((0, Kind.ASK),)
        self.n = Desk.line.index((0, Kind.ASK)) + Desk.line.count(x)

    def in_maps(self) -> None:
        Desk.table |= {self.kind: (self.n, Kind.YES)}
        self.n = Desk.table[self.kind][0] + Desk.table.get(Kind.ASK, (1, Kind.ASK))[0]
        self.kind = Desk.table[self.kind][1]

    def chosen(self) -> None:
        n, kind = either((1, Kind.ASK), (2, Kind.YES), (self.n, self.kind))
        Desk.here = (kind, n) if self.flag else (Kind.ASK, self.n)
        Desk.two = (n, n + 1) if self.flag else Desk.two

    def handed_on(self) -> None:
        self.n = first(Desk.here) + first((Kind.YES, 3))
        Desk.nested = (pair(self.n, self.kind), frozenset(Desk.two))

    def compares(self) -> None:
        self.flag = Desk.here == (self.kind, self.n) or Desk.two == self.some
        self.n = int(Desk.two < (1, 1)) + int(Desk.two != (0, 0)) + int(Desk.nested[0] in Desk.many)

    def of_the_module(self) -> None:
        Desk.here = (START[1], START[0] + self.n)
        self.n, self.flag = TABLE[self.kind]
        Desk.many = ALL if self.flag else frozenset({ROWS[0], START})

    def sometimes_longer(self) -> None:
        Desk.two = self.some  # type: ignore[assignment]


START = (0, Kind.YES)
TABLE = Map({Kind.ASK: (1, True), Kind.YES: (0, False)})
ROWS = ((1, Kind.ASK), (2, Kind.YES))
ALL = frozenset(ROWS)


def first(given: tuple[Kind, int]) -> int:
    """What is given an operator."""
    return given[1] if given[0] == Kind.YES else -given[1]


def pair(n: int, kind: Kind) -> tuple[int, Kind]:
    """What an operator returns."""
    return (n, kind)


MODEL = Spec("desk", (Clerk,), (Desk,), constants={"clerks": 2})()
STEPS = RandomSteps(MODEL)


@pytest.mark.parametrize("name", sorted(Clerk.actions))
def test_a_step_with_tuples_has_its_meaning(name: str):
    STEPS.compare(name, 150)


class Careful(Clerk):
    """Raises nowhere."""

    def by_a_number(self) -> None:
        when(-2 <= self.n < 2)
        super().by_a_number()

    def sometimes_longer(self) -> None:
        when(len(self.some) == 2)
        super().sometimes_longer()

    def in_maps(self) -> None:
        when(len(Desk.table) > 0)
        super().in_maps()


@needs_cc
@pytest.mark.parametrize("seed", range(12))
def test_steps_with_tuples_lead_to_the_same_states_in_compiled_code(seed: int):
    spec = Spec("desk", (Careful,), (Desk,), constants={"clerks": 2})
    model = spec().starting_at(STEPS.state(seed))
    options: dict[str, Any] = {"deadlock": False, "progress": False, "max_depth": 4}
    slow, fast = (check(model, engine=e, **options) for e in ("reference", "compiled"))
    assert slow.distinct > 100
    assert (slow.distinct, slow.generated) == (fast.distinct, fast.generated)
    assert fast.interpreted == ()


INT, NAT, KIND = nodes.INT, nodes.Int(True), nodes.Choice(Kind)
A, B = nodes.TupleOf((INT, KIND)), nodes.TupleOf((KIND, INT))
MIXED = nodes.SeqOf(nodes.OneOf((INT, KIND)))


def test_how_their_types_are_related():
    assert type_of(tuple[int, Kind]) == A
    assert type_of(tuple[int, ...]) == nodes.SeqOf(INT)
    assert fits(nodes.TupleOf((NAT, KIND)), A)
    assert not fits(A, nodes.TupleOf((NAT, KIND)))
    assert not fits(A, B)
    assert not fits(A, nodes.TupleOf((INT, KIND, INT)))
    assert fits(A, MIXED)
    assert not fits(MIXED, A)
    assert not overlap(A, B)
    assert overlap(A, MIXED)
    assert not overlap(A, nodes.SeqOf(INT))
    assert overlap(nodes.TupleOf((INT, INT)), nodes.SeqOf(INT))
    assert not overlap(A, nodes.Range(INT))
    assert join(nodes.TupleOf((NAT, KIND)), A) == A
    assert join(A, nodes.TupleOf((INT,))) == MIXED
    assert join(nodes.TupleOf((INT, INT)), nodes.SeqOf(NAT)) == nodes.SeqOf(INT)


FLAGGED = nodes.TupleOf((INT, nodes.BOOL))


@pytest.mark.parametrize(
    ("other", "may_be"),
    [
        (FLAGGED, False),
        (nodes.TupleOf((nodes.BOOL, INT)), True),
        (nodes.TupleOf((INT, INT)), True),
        (nodes.SeqOf(INT), True),
        (nodes.SeqOf(KIND), False),
        (MIXED, True),
    ],
)
def test_where_a_truth_value_may_be_taken_for_a_number(other: nodes.Type, may_be: bool):
    assert confusable(FLAGGED, other) is confusable(other, FLAGGED) is may_be
    assert confusable(nodes.SetOf(FLAGGED), nodes.SetOf(other)) is may_be
