"""What a loop makes once, before it begins, is what it would have made each time."""

from __future__ import annotations

import pytest

from raftnb.explore.compiled import Differs, compiled_search, expressions, program_of
from raftnb.explore.compiled.hoisted import hoisted
from raftnb.explore.reference import Reference
from raftnb.explore.result import ExplorationOptions
from raftnb.language import Domain, Globals, Nat, Process, Record, Seq, Set, Spec, when
from tests.explore.test_compiled import folder, needs_cc, said

pytestmark = needs_cc
_ = folder  # compiled fast, and in a folder of this run
OPTIONS = ExplorationOptions(progress=False, deadlock=False)


class Color(Domain, number="colors"):
    pass


class Pos(Record):
    x: int
    y: int


class Step(Record):
    from_: Pos
    to: Pos


class Seen(Record):
    one: bool
    every: bool


class Depth(Record):
    below: Nat


class Board(Globals):
    taken: Set[Pos] = frozenset()
    blocks: Set[Set[Pos]] = frozenset()
    way: Seq[Step] = ()
    last: Pos | None = None
    far: int | None = None
    ghosts: Set[Pos] = frozenset()
    lines: Set[Nat] = frozenset({0, 1})
    depth: int = -1
    depths: Set[Depth] = frozenset()
    turn: Nat = 0


class Mark(Process, number="marks"):
    at: Nat = 0

    def move(self) -> None:
        """A record of what each of several processes knows."""
        when(self.at == 0 and all(Pos(m.at, 1) not in Board.taken for m in Mark))
        self.at = 1


class Hand(Process):
    def put(self, x: Nat, y: Nat, side: int) -> None:
        """A record, a set of one, a set put together: in a test, a body, a condition."""
        when(
            x < side
            and y < side
            and Board.turn < 3
            and all(Pos(x, y) not in b for b in Board.blocks)
        )
        when(all(not (b & (Board.taken | {Pos(x, y)})) for b in Board.blocks if Pos(0, 0) not in b))
        Board.blocks = frozenset(b | frozenset({Pos(x, y), Pos(y, x)}) for b in Board.blocks) | {
            frozenset({Pos(x, x)})
        }
        Board.taken |= {Pos(x, y)}
        Board.turn += 1

    def go(self, x: Nat, side: int) -> None:
        """Records in records; and a loop in a loop, of which each makes something once."""
        when(x < side and len(Board.way) < 2)
        when(
            all(
                any(s == Step(Pos(x, p.x), Pos(x, x)) or s.to != Pos(p.x, x) for p in Board.taken)
                for s in Board.way
            )
        )
        Board.way = (*Board.way, Step(Pos(x, 0), Pos(0, x)))

    def shadow(self, x: Nat, side: int) -> None:
        """Inside, a name stands for something else than outside, in the same line."""
        when(x < side)
        at = frozenset(
            Seen(Pos(x, 0) in Board.taken, all(Pos(x, 0) in Board.taken for x in Board.lines))
            for p in Board.taken
        )
        when(all(seen.one != seen.every for seen in at) and len(at) == 1)
        Board.ghosts |= frozenset({Pos(x, 0)})

    def ask_nobody(self) -> None:
        """What has no value, where the loop has nothing to go through."""
        nobody = frozenset(p for p in Board.taken if p.x < 0)
        when(all(Depth(Board.depth) in Board.depths and p.x > 0 for p in nobody))
        Board.ghosts = frozenset(
            Pos(len(frozenset({Pos(Board.far, p.x)})), p.y)  # type: ignore[arg-type]
            for p in Board.taken
            if Board.far is not None
        )

    def look(self) -> None:
        """A record of the inner loop's own."""
        when(all(any(Pos(c, 0) in Board.taken for c in Board.lines) for p in Board.taken))
        Board.last = Pos(len(Board.taken), 0)

    def order(self, color: Color) -> None:
        """Both sides of a short way."""
        when(any(c == color and frozenset({color, c}) == frozenset({c}) for c in Color))
        Board.last = Pos(0, 0)


def is_small(side: int) -> bool:
    return all(Pos(side, side) not in b and len(b & Board.taken) <= 4 for b in Board.blocks)


BOARD = Spec(
    "board",
    (Hand, Mark),
    domains=(Color,),
    shared=(Board,),
    constants={"colors": 2, "marks": 1, "side": 2},
    invariants=(is_small,),
)


def test_what_is_made_once_is_as_in_plain_python():
    """State by state: all that was met is the same, and so is how often."""
    model = BOARD()
    found, slow = compiled_search(model, OPTIONS).run(), Reference(model, OPTIONS).run()
    assert said(found) == said(slow)
    assert found.distinct > 200
    assert all(found.coverage.values())
    assert not found.interpreted


def test_a_record_is_made_before_the_loop():
    lines = program_of(BOARD(), OPTIONS).text.splitlines()
    test = next(line for line in lines if "if (!((v" in line)
    assert 0 < test.index("node(RECORD") < test.index("for (")


def test_what_may_have_no_value_is_not_made_before_it_is_asked_for(monkeypatch):
    monkeypatch.setattr(expressions, "hoisted", lambda loop, _: hoisted(loop, lambda _: True))
    with pytest.raises(Differs):
        compiled_search(BOARD(), OPTIONS).run()
