"""Actions that cannot be said in C are run in Python, the others in C: the same states are met.

`sorted` with a keyword is such a word.
"""

from __future__ import annotations

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.explore.compiled import Differs, compiled_search
from raftnb.explore.compiled.interpreted import named_cells
from raftnb.explore.reference import Reference
from raftnb.explore.result import ExplorationOptions
from raftnb.language import Delivery, Globals, Message, Nat, Process, Seq, Spec, either, send, when
from tests.explore.test_compiled import folder, pytestmark, said  # noqa: F401

OPTIONS = ExplorationOptions(deadlock=False, progress=False)


class Note(Message):
    n: Nat


class Board(Globals):
    log: Seq[Nat] = ()
    last: Nat = 0


class Writer(Process, number="writers"):
    n: Nat = 0

    def up(self) -> None:
        when(self.n < 3)
        self.n += 1

    def push(self) -> None:
        when(len(Board.log) < 2)
        Board.log = (*Board.log, either(self.n, self.n + 1))

    def arrange(self) -> None:
        when(len(Board.log) == 2)
        Board.log = tuple(sorted(Board.log)[::1])[either(0, 1) :]
        Board.last = 0  # written, and not read

    def keep(self) -> None:
        Board.last = self.n

    def tell(self, other: Writer) -> None:
        when(Board.log != ())
        send(Note(n=sorted(Board.log)[::1][0]), to=other)

    def hear(self, m: Note) -> None:
        self.n = sorted((m.n, self.n))[::1][0]


def fine() -> bool:
    return Board.last < 4


def low() -> bool:
    return sum(w.n for w in Writer) < 3


MIXED = Spec(
    "mixed",
    (Writer,),
    (Board,),
    constants={"writers": 2, "most": 1, "copies": 1},
    invariants=(fine,),
    constraints=(low,),
    delivery=Delivery(loses=True, duplicates=True, reorders=True),
    distinct_messages="most",
    copies="copies",
)


def test_what_cannot_be_said_in_c_is_run_in_python_and_all_states_are_met():
    search = compiled_search(MIXED(), OPTIONS)
    states = set()
    search.explore()
    for number in range(search.loaded.result.states):
        states.add(search.loaded.numbered(number))
    search.loaded.close()
    slow = Reference(MIXED(), OPTIONS)
    found = compiled_search(MIXED(), OPTIONS).run()
    assert said(found) == said(slow.run())
    assert states == set(slow.depth)
    names = [one.split(" ")[0] for one in found.interpreted]
    assert names == ["arrange", "tell", "hear"]
    assert "run in Python: arrange (`sorted(Board.log)[::1]`)" in str(found)
    assert found.as_json()["interpreted"] == list(found.interpreted)
    assert "interpreted" not in check(MIXED(), engine="memo", progress=False).as_json()


def test_queues_and_the_network_that_duplicates_in_them():
    spec = MIXED.variant("queues", delivery=Delivery(loses=True, duplicates=True, reorders=False))
    options = ExplorationOptions(deadlock=False, max_depth=5, progress=False)
    found = compiled_search(spec(), options).run()
    assert said(found) == said(Reference(spec(), options).run())
    assert [one.split(" ")[0] for one in found.interpreted][-1] == "duplicate"


def not_first() -> bool:
    return not (len(Board.log) == 2 and Board.last == 2 and Board.log[0] > Board.log[1])


def test_a_violation_behind_such_an_action_has_a_trace():
    spec = MIXED.variant("violated", invariants=(not_first,))
    found = check(spec(), engine="compiled", deadlock=False, progress=False)
    slow = check(spec(), engine="reference", deadlock=False, progress=False)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "not_first")
    assert found.trace is not None
    assert slow.trace is not None
    assert len(found.trace) == len(slow.trace)


class Careless(Writer):
    def arrange(self) -> None:
        when(len(Board.log) == 2)
        Board.log = (sorted(Board.log)[::1][self.n],)


@pytest.mark.parametrize("engine", ["compiled", "fast"])
def test_what_raises_there_is_told_with_its_place(engine):
    spec = MIXED.variant("careless", Careless)
    with pytest.raises(SpecError, match=r"Board\.log.*\n.*IndexError"):
        check(spec(), deadlock=False, progress=False, engine=engine)


class Quiet(Process, number="writers"):
    n: Nat = 0

    def up(self) -> None:
        when(self.n < 2)
        self.n += 1
        Board.log = (self.n,)

    def arrange(self) -> None:
        Board.log = tuple(sorted(Board.log)[::1])[1:]


def test_a_variable_that_is_not_seen_to_be_named_is_found_out(monkeypatch):
    def fewer(model, instance):
        return [c for c in named_cells(model, instance) if model.layout.cells[c].variable != "log"]

    spec = Spec("quiet", (Quiet,), (Board,), constants={"writers": 2})
    monkeypatch.setattr("raftnb.explore.compiled.interpreted.named_cells", fewer)
    with pytest.raises(Differs):
        compiled_search(spec(), OPTIONS).run()


class Shelf(Globals):
    owner: Process | None = None  # of whatever class


class Keeper(Process, number="keepers"):
    n: Nat = 0

    def put(self, most: int) -> None:
        when(self.n < most)
        self.n += 1
        Shelf.owner = self if Shelf.owner != self else None


SHELF = Spec("shelf", (Keeper,), (Shelf,), constants={"keepers": 2, "most": 200})


def test_of_a_model_that_cannot_be_said_at_all_the_result_says_what_cannot(monkeypatch):
    monkeypatch.setattr("raftnb.explore.other.COMPILING", 0.0)
    found = check(SHELF(), deadlock=False, progress=False)
    (told,) = found.interpreted
    assert told.startswith("all of it (the type `Process`")
    assert f"run in Python: {told}" in str(found)
    assert found.as_json()["interpreted"] == [told]
    monkeypatch.setenv("PATH", "")  # a machine without a compiler is no matter of the model's
    assert check(MIXED(), deadlock=False, progress=False).interpreted == ()
