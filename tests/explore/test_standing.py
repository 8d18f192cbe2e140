"""With symmetry plain Python lets one state stand for its permutations, before numba is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check, small, standing
from raftnb.explore.reference import Reference
from raftnb.explore.result import ExplorationOptions
from raftnb.explore.small import answer_without_numba
from raftnb.explore.standing import Standing, has_few_orders
from raftnb.language.spec import Model
from raftnb.language.world import World
from tests.explore import test_symmetry as members
from tests.explore.test_compiled import said

OPTIONS = ExplorationOptions(deadlock=False, symmetry=True, progress=False)
ALIKE = [members.POINTERS, members.BOOK, members.PEERS, members.ORDERED, members.WALLS]
ODD = ["ByIndex", "ByName", "ByOrder", "ByPlace", "BySorting", "ByLoop", "ByLeast", "ByFirst"]
FIELDS = ["invariants", "sometimes", "constraints"]


@pytest.fixture(autouse=True)
def begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process in which numba is not there yet, and nothing can be compiled; that has time."""
    monkeypatch.setattr(small, "sys", SimpleNamespace(modules={}))
    monkeypatch.setattr(small, "_compiled", lambda *_: None)
    monkeypatch.setattr(small, "UNTIL_NUMBA", 30.0)


@pytest.mark.parametrize("spec", ALIKE, ids=lambda spec: spec.name)
def test_it_says_what_the_memo_says_but_for_who_took_a_step(spec: Any) -> None:
    found = answer_without_numba(spec(), OPTIONS)
    right = check(spec(), symmetry=True, deadlock=False, engine="memo", progress=False)
    assert found is not None
    assert sum(found.coverage.values()) == sum(right.coverage.values())
    assert alike(found) == alike(right)


def alike(found: Any) -> list[Any]:
    """What is said but for the coverage, which depends on who stands for whom."""
    return [one for one in said(found) if one is not found.coverage]


def test_a_trace_is_one_of_states_that_were_met() -> None:
    model = members.LIGHTS.variant("some", sometimes=(last_two_are_up,))()
    found = answer_without_numba(model, OPTIONS)
    assert found is not None
    trace = found.witnesses["last_two_are_up"]
    assert trace is not None
    world = World(model)
    for before, step, after in zip(trace.states, trace.steps, trace.states[1:], strict=False):
        assert (step, after) in list(world.successors(before))


def last_two_are_up() -> bool:
    return sum(1 for light in members.Light if light.x == 2) >= 2


def left_to_the_memo(model: Model) -> bool:
    """Whether it is refused, or nothing is said of it here, so that the memo refuses it."""
    try:
        return answer_without_numba(model, OPTIONS) is None
    except SpecError as error:
        return "tells members apart" in str(error) or "symmetry" in str(error)


@pytest.mark.parametrize("name", ODD)
def test_what_tells_members_apart_is_not_said_to_hold(name: str) -> None:
    assert left_to_the_memo(members.LIGHTS.variant("odd", getattr(members, name))())


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("claim", members.CLAIMS)
def test_nor_is_a_claim_that_does(field: str, claim: Any) -> None:
    assert left_to_the_memo(members.LIGHTS.variant("odd", **{field: (claim,)})())


@pytest.mark.parametrize("name", ["ByFirst", "ByLoop", "ByPlace", "ByIndex"])
def test_what_text_and_order_do_not_show_is_found_out_in_permuted_states(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "refuse_favorites", lambda model: None)
    monkeypatch.setattr(World, "__setattr__", ordered)
    model = members.LIGHTS.variant("odd", getattr(members, name))()
    with pytest.raises(SpecError, match="tells members apart"):
        answer_without_numba(model, OPTIONS)


def ordered(world: World, name: str, value: Any) -> None:
    """As if members could be compared."""
    object.__setattr__(world, name, frozenset() if name == "unordered" else value)


def test_a_permutation_too_few_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check of the checks: with one of the orders left out there are more states."""
    model = members.POINTERS()
    few = Standing(model)
    few._permutations.pop()
    right = Reference(model, OPTIONS, stands_for=Standing(model)).run()
    assert Reference(model, OPTIONS, stands_for=few).run().distinct > right.distinct


def test_what_is_violated_or_long_or_stands_in_many_orders_is_left_to_the_memo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert answer_without_numba(members.LIGHTS.variant("v", invariants=(down,))(), OPTIONS) is None
    assert not has_few_orders(members.COUNTERS())
    assert answer_without_numba(members.COUNTERS(), OPTIONS) is None
    assert answer_without_numba(members.COUNTERS(counters=4), OPTIONS) is not None
    possible = members.LIGHTS.variant("possible", possible=(last_two_are_up,))()
    assert answer_without_numba(possible, OPTIONS) is None
    monkeypatch.setattr(small, "UNTIL_NUMBA", 0.0)
    assert answer_without_numba(members.COUNTERS(counters=4), OPTIONS) is None


def down() -> bool:
    return not any(light.x == 2 for light in members.Light)


@pytest.mark.parametrize("run", [0, 1])
def test_ctrl_c_ends_it(run: int, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[Any] = []
    explore = Reference._run

    def interrupted(self: Any) -> Any:
        runs.append(self)
        if len(runs) > run:
            raise KeyboardInterrupt
        return explore(self)

    monkeypatch.setattr(Reference, "_run", interrupted)
    found = answer_without_numba(members.LIGHTS(), OPTIONS)
    assert found is not None
    assert (found.verdict, found.bound) == (Verdict.UNKNOWN, "interrupted")


BOXES = """
from __future__ import annotations
from raftnb import Globals, Process, Record, Set, Spec, when

class Box(Record):
    held: Set[Client]

    def many(self) -> int:
        return len(self.held)

class Shelf(Globals):
    box: Box = Box(held=frozenset())

class Client(Process, number="clients"):
    def put(self) -> None:
        when(Shelf.box.many() < 2)
        Shelf.box = Box(held=Shelf.box.held | {self})

BOXES = Spec("boxes", (Client,), (Shelf,), constants={"clients": 3}, symmetric=(Client,))
"""


def test_a_small_check_with_symmetry_of_what_cannot_be_compiled_needs_no_numba(
    tmp_path: Path,
) -> None:
    file = tmp_path / "boxes.py"
    file.write_text(BOXES)
    program = (
        "import sys; from raftnb.explore import small; small.UNTIL_NUMBA = 30.0\n"
        "from raftnb.__main__ import main\n"
        f"code = main(['check', {str(file)!r}, '--symmetry', '--no-deadlock'])\n"
        "print(code, 'numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "holds: 3 distinct states" in done.stdout
    assert done.stdout.splitlines()[-1] == "0 False"
