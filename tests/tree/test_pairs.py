"""What is met in going through a collection is taken apart by names, as running it does."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import Globals, Map, Nat, Process, Seq, Set, Spec, each, either, when
from raftnb.pluscal import plain_module
from raftnb.prove import Lemma, Proof, prove
from tests.explore.test_compiled import needs_cc
from tests.oracles.random_steps import RandomSteps
from tests.pluscal.tools import needs_tlc, tlc

# ruff: noqa: B905 (`strict` and `pairwise` are no words of the language)


class Kind(Enum):
    """What a message is for."""

    ASK = "ask"
    YES = "yes"


class Net(Globals):
    """Pairs of every sort."""

    sent: Set[tuple[Kind, Node, int]] = frozenset()
    votes: Set[tuple[Node, int]] = frozenset()
    numbers: Set[tuple[int, int]] = frozenset()
    line: Seq[tuple[int, Kind]] = ()
    nested: Set[tuple[tuple[int, Kind], int]] = frozenset()
    rows: Seq[Seq[int]] = ()
    some_rows: Set[Seq[int]] = frozenset()
    mixed: Set[Seq[Kind | Node | int]] = frozenset()
    maybe: Seq[tuple[int, Kind] | None] = ()
    table: Map[tuple[int, Kind], int] = Map()
    of_pairs: Map[Kind, tuple[int, Node]] = Map()


class Node(Process, number="nodes"):
    """Actions that go through them."""

    n: int = 0
    k: int = 0
    flag: bool = False
    kind: Kind = Kind.ASK
    log: Seq[int] = ()
    some: Set[int] = frozenset()

    def questions(self) -> None:
        self.flag = any(kind == Kind.ASK for kind, _, _ in Net.sent)
        self.n = sum(n for kind, who, n in Net.sent if who == self and kind is Kind.YES)
        self.k = len({n for n, _ in Net.numbers}) + max((n for _, n in Net.votes), default=0)
        self.some = frozenset(n + 1 for s, n in Net.votes if s != self and n > 0)

    def every(self) -> None:
        when(all(a <= b + 1 for a, b in Net.numbers))
        self.n = min(n for _, n in Net.votes)
        self.log = tuple(n for n, kind in Net.line if kind == self.kind)
        self.k = len({(n, kind) for n, kind in Net.line} | {(7, self.kind)})

    def changes(self) -> None:
        Net.sent = frozenset((kind, who, n + 1) for kind, who, n in Net.sent if n < 2)
        Net.votes |= {(who, n) for kind, who, n in Net.sent if kind == Kind.YES}
        Net.line = tuple((n, kind) for kind, _, n in Net.sent)

    def loops(self) -> None:
        for kind, who, n in Net.sent:
            if who == self:
                self.n += n
                self.kind = kind
        for _, kind in Net.line:
            self.flag = kind == self.kind
        for who, n in Net.votes:
            who.n = n

    def loops_once_more(self) -> None:
        n = 5
        for n, kind in Net.line:
            self.log = (*self.log, n)
            self.kind = kind
        self.n = n

    def nests(self) -> None:
        self.flag = any(a == b and kind == self.kind for (a, kind), b in Net.nested)
        self.n = sum(a * b for (a, _), b in Net.nested)
        for (a, kind), _ in Net.nested:
            self.k += a
            self.kind = kind
        for i, (a, kind) in enumerate(Net.line):
            self.log = (*self.log, i * a)
            self.flag = kind == Kind.ASK
        (a, b), self.k = (self.n, self.k), 3
        self.n = a - b

    def in_each_other(self) -> None:
        self.n = sum(a * n for a, b in Net.numbers for n, _ in Net.line if n < b)
        self.flag = all(any(a == n for _, n in Net.votes) for a, _ in Net.numbers)
        self.some = frozenset(a + b for row in Net.rows for a, b in Net.numbers for b in row)
        self.k = len({(a, b) for a, _ in Net.numbers for b, _ in Net.numbers if a < b})

    def hides(self) -> None:
        n = self.n
        self.k = sum(n for n, _ in Net.line) + n
        self.flag = all(n == a for a, n in Net.numbers if any(n == m for n, m in Net.numbers))
        log = self.log
        self.n = sum(x * log for log, x in enumerate(log)) + sum(n for log, n in zip(log, log))

    def the_last_of_a_name(self) -> None:
        self.n = sum(a for a, a in Net.numbers)
        self.k = sum(k for k, k in enumerate(self.log)) + sum(i for i, i in zip(self.log, self.log))
        for n, n in Net.numbers:
            self.log = (*self.log, n)

    def of_any_length(self) -> None:
        """Where one is of another length there is no step, if it is met."""
        self.n = sum(a for a, b in Net.rows)
        self.k = sum(1 for _, _ in Net.some_rows)

    def until_one_is_found(self) -> None:
        self.flag = any(a > 0 for a, _ in Net.rows)
        self.k = sum(1 for row in Net.rows if len(row) == 2 and all(a < b for a, b in (row,)))

    def loops_of_any_length(self) -> None:
        for _, _, _ in Net.rows:
            self.n += 1

    def mixes(self) -> None:
        self.n = sum(1 for m in Net.mixed if len(m) == 2)
        self.flag = any(n == 1 for kind, n in Net.mixed if kind == Kind.ASK)

    def mixes_longer(self) -> None:
        self.flag = any(who == self for kind, who, n in Net.mixed if n == self.n)

    def may_be_none(self) -> None:
        self.n = sum(1 for _, _ in Net.maybe)
        self.flag = any(kind == self.kind for n, kind in Net.maybe if n > 0)

    def of_keys(self) -> None:
        self.n = sum(n for n, kind in Net.table if kind == self.kind)
        self.k = sum(n * x for (n, _), x in Net.table.items())
        Net.table = Map({(n + 1, kind): x for (n, kind), x in Net.table.items()})
        for (n, kind), x in Net.table.items():
            self.log = (*self.log, n - x)
            self.kind = kind

    def of_values(self) -> None:
        self.n = sum(n for n, _ in Net.of_pairs.values())
        self.flag = any(
            who == self and kind != self.kind for kind, (_, who) in Net.of_pairs.items()
        )
        Net.of_pairs = Map({kind: (n + 1, self) for kind, (n, who) in Net.of_pairs.items()})
        for n, who in Net.of_pairs.values():
            who.k = n

    def places(self) -> None:
        self.n = sum(i * x for i, x in enumerate(self.log, 1)) + sum(
            i for i, _ in enumerate(self.log, start=2)
        )
        self.some = frozenset(
            i - x for i, (x, y) in enumerate(zip(self.log, self.log[1:])) if x < y
        )
        for i, x in enumerate(Net.line, -1):
            self.log = (*self.log, i * x[0])
        for pair in enumerate(self.log):
            self.k += pair[0] * pair[1]

    def side_by_side(self) -> None:
        self.n = sum(n * x for (n, _), x in zip(Net.line, self.log))
        self.flag = all(x < y for (_, x), y in zip(enumerate(self.log), self.log[1:]))
        for x, (n, kind), i in zip(self.log, Net.line, range(self.k, self.n)):
            self.k += x * n + i
            self.kind = kind
        self.some = frozenset(p[1] for p in zip(self.log, range(9)) if p[0] in self.some)

    def pairs_made(self) -> None:
        Net.line = tuple((x, k) for x, k in zip(self.log, (self.kind, Kind.ASK)))
        Net.line = Net.line[:1] + tuple(zip(self.log, (Kind.YES, self.kind)))
        Net.rows = tuple(enumerate(self.log, 1))
        Net.numbers = frozenset(zip(self.log, self.log)) | {(self.n, self.k)}
        self.flag = (self.n, self.kind) in zip(self.log, (Kind.ASK, Kind.YES))

    def items_made(self) -> None:
        pairs = tuple(Net.table.items())
        when(len(pairs) > 0 and len(Net.table.items()) > 0)
        (self.n, self.kind), self.k = pairs[-1]
        Net.nested = frozenset(Net.table.items())
        self.flag = ((self.n, self.kind), 1) in Net.table.items()

    def hashed(self) -> None:
        """Of a set that is made here, the order of which nobody sees."""
        mine = {(n.n, n.flag) for n in Node}
        self.flag = any(flag for _, flag in mine)
        self.n = sum(n for n, flag in mine if not flag)
        self.some = frozenset(n for n, _ in {(x, x + 1) for x in self.log})

    def chooses(self) -> None:
        kind, who, n = either(*Net.sent)
        self.kind, self.n = kind, n
        self.flag = any(who == other for _, other, _ in Net.sent)

    def chooses_a_pair(self) -> None:
        when(len(self.log) < 4)
        i, x = either(*enumerate(self.log))
        self.n, self.k = i, x

    def in_a_condition(self) -> None:
        a, b = (self.n, self.k) if self.flag else self.log
        c, (d, e) = (1, (2, a)) if self.n > 2 else (b, (3, 4))
        self.n, self.k = c + d, e

    # What has an order.

    def largest(self) -> None:
        self.n, self.k = max(Net.numbers, default=(7, self.n))
        a, b = min((n, i) for i, n in enumerate(self.log + (self.n,)))
        self.some = frozenset({a, b, max((self.n, 1), (self.k, 2), (a, b))[1]})

    def largest_of_none(self) -> None:
        self.n = max(Net.numbers)[1] - min(Net.numbers)[0]

    def ends_of_members(self) -> None:
        best = max((n.n, n) for n in Node)[1]
        best.k = min(((n.flag, n.k, n) for n in Node if n.flag), default=(True, 3, self))[1]
        worst = min((n for n in Node if n.flag), default=None)
        self.flag = worst is None
        self.log = (max({who for who, _ in Net.votes}, default=best).n,)

    def in_their_order(self) -> None:
        rising = sorted(Net.votes)
        self.log = tuple(n for _, n in rising)
        for i, (who, n) in enumerate(sorted(Net.votes, reverse=True)):
            self.log = (*self.log, n * i)
            who.flag = n > 0
        self.n = sum(a for (a, _), _ in sorted(((x, 1), i) for i, x in enumerate(self.log))[:2])
        pairs = sorted((b, a) for a, b in Net.numbers)
        self.k = pairs[0][0] + len(pairs) if len(pairs) > 0 else 0

    def in_order_of_both(self) -> None:
        found = sorted((b, a) for a, b in Net.numbers for _ in self.log if a > 0)
        self.some = frozenset(a for a, _ in found[:1])
        self.log = tuple(b for _, b in sorted(Net.numbers | {(self.n, self.k)}))
        self.n = max(Net.numbers | {(1, self.k)})[1]

    def turns(self) -> None:
        self.log = self.log[::-1]
        Net.line = Net.line[::-1][:2] + Net.line[::-1]
        self.n = sorted(self.some)[::-1][0] + self.log[::-1].index(self.log[0])
        self.flag = self.log == self.log[::-1]

    def repeats(self) -> None:
        self.log = self.log * 2 + (self.n, self.k) * self.n + self.k * (4,)
        Net.line = (*Net.line, (1, self.kind)) * 1
        self.flag = (0,) * len(self.log) == self.log

    def repeats_what_is_not_there(self) -> None:
        self.log = (self.log[0],) * self.n

    def maps_of_two(self) -> None:
        Net.table = Map({(a, kind): b for a, b in Net.numbers for kind in (Kind.ASK, Kind.YES)})
        squares = Map((x, x * y + self.n) for x in self.log for y in self.log if y > 0)
        self.k = sum(squares.values())
        self.n = len(Map({x: row for row in Net.rows for x in row}))
        Net.of_pairs = Map({kind: (n, who) for who, n in Net.votes for kind, _, _ in Net.sent})

    def by_operators(self) -> None:
        self.n = total(Net.numbers) + total(frozenset({(self.n, 2)}))
        self.flag = has(Net.line, self.kind)


def total(pairs: Set[tuple[int, int]]) -> int:
    """What an operator is given."""
    return sum(a * b for a, b in pairs)


def has(line: Seq[tuple[int, Kind]], wanted: Kind) -> bool:
    """A loop that returns."""
    for n, kind in line:
        if kind == wanted and n > 0:
            return True
    return False


MODEL = Spec("net", (Node,), (Net,), constants={"nodes": 2})()
STEPS = RandomSteps(MODEL)


@pytest.mark.parametrize("name", sorted(Node.actions))
def test_what_is_taken_apart_has_its_meaning(name: str):
    STEPS.compare(name, 120)


class Careful(Node):
    """Raises nowhere."""

    def every(self) -> None:
        when(len(Net.votes) > 0)
        super().every()

    def of_any_length(self) -> None:
        when(all(len(row) == 2 for row in Net.rows + tuple(Net.some_rows)))
        super().of_any_length()

    def until_one_is_found(self) -> None:
        when(all(len(row) == 2 for row in Net.rows))
        super().until_one_is_found()

    def loops_of_any_length(self) -> None:
        when(all(len(row) == 3 for row in Net.rows))
        super().loops_of_any_length()

    def mixes(self) -> None:
        when(all(len(m) == 2 for m in Net.mixed))
        super().mixes()

    def mixes_longer(self) -> None:
        when(all(len(m) == 3 for m in Net.mixed))
        super().mixes_longer()

    def may_be_none(self) -> None:
        when(all(one is not None for one in Net.maybe))
        super().may_be_none()

    def largest_of_none(self) -> None:
        when(len(Net.numbers) > 0)
        super().largest_of_none()

    def turns(self) -> None:
        when(len(self.some) > 0 and len(self.log) > 0)
        super().turns()

    def repeats(self) -> None:
        when(len(self.log) < 3)
        super().repeats()

    def repeats_what_is_not_there(self) -> None:
        when(self.log != ())
        super().repeats_what_is_not_there()

    def in_a_condition(self) -> None:
        when(self.flag or len(self.log) == 2)
        super().in_a_condition()


@needs_cc
@pytest.mark.parametrize("seed", range(12))
def test_steps_lead_to_the_same_states_in_compiled_code(seed: int):
    spec = Spec("net", (Careful,), (Net,), constants={"nodes": 2})
    model = spec().starting_at(STEPS.state(seed))
    options: dict[str, Any] = {"deadlock": False, "progress": False, "max_depth": 3}
    slow, fast = (check(model, engine=e, **options) for e in ("reference", "compiled"))
    assert slow.distinct > 500
    assert (slow.distinct, slow.generated) == (fast.distinct, fast.generated)
    assert fast.interpreted == ()


# Of another length: Python raises, and so does every engine, where it stands.


class Rows(Globals):
    """Rows that grow."""

    rows: Seq[Seq[int]] = ((0, 1),)
    kept: Set[Seq[int]] = frozenset({(0, 1)})


class Reader(Process, number="readers"):
    """Reads pairs, of which one becomes longer."""

    n: int = 0

    def grows(self) -> None:
        when(len(Rows.rows) < 3)
        Rows.rows += ((*Rows.rows[-1], 2),)
        Rows.kept |= {Rows.rows[-1]}


class Loops(Reader):
    """In a loop."""

    def reads(self) -> None:
        for a, _ in Rows.rows:
            self.n = a


class Asks(Reader):
    """In a comprehension none of whose names is asked for."""

    def reads(self) -> None:
        self.n = sum(1 for _, _ in Rows.kept)


class Finds(Reader):
    """Behind one that is found, nothing is met."""

    def reads(self) -> None:
        when(any(a == 0 for a, _ in Rows.rows))
        self.n = 1


class Assigns(Reader):
    """In an assignment."""

    def reads(self) -> None:
        _, (_, _) = 1, Rows.rows[-1]


@needs_cc
@pytest.mark.parametrize("cls", [Loops, Asks, Assigns])
def test_another_length_raises_where_it_stands(cls: Any):
    found = []
    for engine in ("reference", "memo", "compiled"):
        with pytest.raises(SpecError) as error:
            check(Spec("rows", (cls,), (Rows,), constants={"readers": 1})(), engine=engine)
        found.append((error.value.found, error.value.place))
    assert "too many values to unpack" in found[0][0]
    assert found[1:] == found[:1] * 2


@needs_cc
@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_what_is_not_met_does_not_raise(engine: str):
    model = Spec("rows", (Finds,), (Rows,), constants={"readers": 1})()
    assert check(model, engine=engine, deadlock=False, progress=False).distinct == 6


# Members that may change places.


class Poll(Globals):
    """Votes of members for members."""

    votes: Set[tuple[Voter, Voter, int]] = frozenset()
    last: Map[Voter, tuple[Voter | None, int]] = each((None, 0))


class Voter(Process, number="voters"):
    """Votes, and counts."""

    best: Voter | None = None

    def vote(self) -> None:
        other, n = either(*Voter), either(0, 1)
        when(all(who != self for who, _, _ in Poll.votes))
        Poll.votes |= {(self, other, n)}
        when(all(who != self or m == 0 for who, (_, m) in Poll.last.items()))
        Poll.last |= {self: (other, n)}

    def count(self) -> None:
        mine = {who for who, other, n in Poll.votes if other == self and n > 0}
        when(2 * len(mine) >= len(Voter))
        Poll.votes = frozenset((a, b, n) for a, b, n in Poll.votes if a not in mine)


def anywhere() -> bool:
    """It may stop in every state."""
    return True


def both_agree(voter: Voter) -> bool:
    """Who voted is remembered."""
    return all((b, n) == Poll.last[a] for a, b, n in Poll.votes if a == voter)


def nobody_has_two(voter: Voter) -> bool:
    """False where two voted for one."""
    return sum(n for _, other, n in Poll.votes if other == voter) < 2


@needs_cc
def test_members_in_pairs_change_places():
    constants = {"constants": {"voters": 3}, "invariants": (both_agree,)}
    spec = Spec("poll", (Voter,), (Poll,), symmetric=(Voter,), **constants)
    options: dict[str, Any] = {"deadlock": False, "progress": False}
    memo, compiled = (
        check(spec(), engine=engine, symmetry=True, **options) for engine in ("memo", "compiled")
    )
    whole = check(spec(), engine="compiled", **options)
    plain = check(spec(), engine="reference", **options)
    assert (memo.distinct, memo.generated) == (compiled.distinct, compiled.generated)
    assert (plain.distinct, plain.generated) == (whole.distinct, whole.generated)
    assert whole.distinct / 6 <= compiled.distinct < whole.distinct
    assert compiled.interpreted == whole.interpreted == ()


@needs_tlc
def test_tlc_finds_the_same_states(tmp_path):
    model = Spec(
        "poll", (Voter,), (Poll,), constants={"voters": 2}, invariants=(both_agree,), final=anywhere
    )()
    found = check(model, deadlock=False, progress=False)
    staying = found.distinct  # in every state it may stop
    counts = (found.distinct, found.generated + staying, found.depth)
    assert tlc(tmp_path, plain_module(model)).counts == counts


class Chooser(Voter):
    """The order of members says who is chosen."""

    def count(self) -> None:
        when(len(Poll.votes) > 0)
        self.best = max(Poll.votes)[0]


@needs_cc
@pytest.mark.parametrize(
    ("engine", "what"), [("memo", "compared by their order"), ("compiled", "may change places")]
)
def test_members_in_tuples_that_may_change_places_have_no_order(engine: str, what: str):
    spec = Spec("poll", (Chooser,), (Poll,), symmetric=(Chooser,), constants={"voters": 2})
    with pytest.raises((SpecError, UsageError), match=what):
        check(spec(), engine=engine, symmetry=True, deadlock=False, progress=False)


def test_an_order_of_tuples_is_not_printed():
    with pytest.raises(SpecError, match="`sorted`"):
        plain_module(Spec("poll", (Chooser,), (Poll,), constants={"voters": 2})())


class Pair(Process, number="pairs"):
    """Two numbers, and rows of which it reads one."""

    n: Nat = 0
    k: Nat = 0
    row: Seq[Nat] = (0, 0)

    def grow(self) -> None:
        when(len(self.row) == 2)
        (a, b), c = self.row, 1
        self.row = (b, a + c)
        self.n, self.k = a, b


class Short(Pair):
    """Reads a row that is too short."""

    def cut(self) -> None:
        self.row = self.row[1:]


def in_turn(p: Pair) -> bool:
    """One is as large as the other, or larger by one."""
    return len(p.row) == 2 and all(a <= b <= a + 1 for a, b in (p.row, (p.n, p.k)))


TWO = {"pairs": 2}


def test_the_prover_takes_sequences_apart():
    assert (
        prove(Proof(Spec("pairs", (Pair,), constants=TWO), (Lemma(in_turn),))).verdict
        is Verdict.HOLDS
    )
    found = prove(Proof(Spec("pairs", (Short,), constants=TWO), (Lemma(in_turn),)))
    assert found.verdict is not Verdict.HOLDS
