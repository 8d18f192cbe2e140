"""What an action or a claim does in a method of a record, or of a member of an enum, counts as its
own: which variables it reads, what numbers it names, whether it favors a member."""

from __future__ import annotations

import shutil
from enum import Enum
from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.explore.compiled import compiled_search
from raftnb.explore.compiled.interpreted import named_cells
from raftnb.explore.reference import Reference
from raftnb.explore.result import ExplorationOptions
from raftnb.language import Globals, Nat, Process, Record, Seq, Spec, history, when
from tests.explore.test_compiled import folder, said

__all__ = ["folder"]
OPTIONS = ExplorationOptions(deadlock=False, progress=False)


class Board(Globals):
    ups: Nat = history(0)
    hidden: Nat = 0
    log: Seq[Nat] = ()


class Weight(Record):
    n: Nat

    def is_light(self) -> bool:
        return self.n + Board.ups < 2

    def shifted(self) -> Nat:
        return (self.n + Board.hidden) % 3

    def is_low(self, n: Nat) -> bool:
        return n < 7


class Color(Enum):
    RED = "red"

    def is_light(self) -> bool:
        return Board.ups < 2

    def shifted(self) -> Nat:
        return Board.hidden


class Place(Record):
    of: Client

    def is_first(self) -> bool:
        return self.of.index == 0


class Client(Process, number="clients"):
    n: Nat = 0

    def up(self) -> None:
        when(self.n < 3)
        self.n += 1
        Board.ups += 1

    def hide(self) -> None:
        Board.hidden = (Board.hidden + 1) % 4

    def push(self) -> None:
        when(len(Board.log) < 2)
        Board.log = (*Board.log, self.n)


class ByRecord(Client):
    def arrange(self) -> None:
        when(len(Board.log) == 2)
        Board.log = (sorted(Board.log)[1] + Weight(n=self.n).shifted(),)


class ByMember(Client):
    def arrange(self) -> None:
        when(len(Board.log) == 2)
        Board.log = (sorted(Board.log)[1] + Color.RED.shifted(),)


def light_record() -> bool:
    return Weight(n=0).is_light()


def light_member() -> bool:
    return Color.RED.is_light()


def low(n: Nat) -> bool:
    return Weight(n=1).is_low(n)


def one_goes_first() -> bool:
    return all(not Place(of=c).is_first() for c in Client if c.n > 1)


def short() -> bool:
    return all(n < 5 for n in Board.log)


def spec(cls: type[Client] = Client, **more: Any) -> Spec:
    return Spec("weights", (cls,), (Board,), constants={"clients": 1}, **more)


@pytest.mark.parametrize("claim", [light_record, light_member])
def test_a_claim_that_reads_history_there_is_not_asked_without_it(claim: Any) -> None:
    claimed = spec(invariants=(claim,))
    for engine in ("reference", "memo"):
        options: dict[str, Any] = {"engine": engine, "deadlock": False, "progress": False}
        assert check(claimed(), **options).not_checked == (claim.__name__,)
        assert check(claimed(history=True), **options).verdict is Verdict.VIOLATED


def test_a_number_there_is_one_that_was_not_tried() -> None:
    claimed = spec(invariants=(low,)).variant("two", constants={"clients": 1, "most": 2})
    found = check(claimed(), deadlock=False, progress=False)
    assert found.verdict is Verdict.UNKNOWN
    assert "beyond 4" in str(found.bound)


def test_a_member_may_not_be_favored_there() -> None:
    claimed = spec(invariants=(one_goes_first,), symmetric=(Client,))
    with pytest.raises(SpecError, match=r"`\.index` of a member"):
        check(claimed(clients=2), symmetry=True, deadlock=False, progress=False)


@pytest.mark.parametrize("cls", [ByRecord, ByMember])
@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no compiler of C (`cc`)")
def test_an_action_that_python_runs_is_kept_by_what_it_reads_there(cls: Any) -> None:
    model = spec(cls, constraints=(short,))()
    instances = Reference(model, OPTIONS).world.instances
    arrange = next(one for one in instances if one.action.name == "arrange")
    cells = [str(model.layout.cells[cell]) for cell in named_cells(model, arrange)]
    assert "Board.hidden" in cells
    found = compiled_search(model, OPTIONS).run()
    assert said(found) == said(Reference(model, OPTIONS).run())
