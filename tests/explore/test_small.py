"""Answers before numba is there: the same as the memo's, and when there are none."""

from __future__ import annotations

import importlib
import subprocess
import sys
from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check, reference, small
from raftnb.explore import few as few_states_module
from raftnb.explore.reference import GivenUp, Reference
from raftnb.explore.result import ExplorationOptions
from raftnb.explore.small import answer_without_numba, late_after
from raftnb.language import Globals, Nat, Process, Set, Spec, anything, when
from raftnb.specs import SPECS
from tests.explore.bakery import Baker, Tray
from tests.explore.test_compiled import needs_cc, said

QUIET = ExplorationOptions(progress=False)
check_module = importlib.import_module("raftnb.explore.check")


@pytest.fixture(autouse=True)
def begun(monkeypatch):
    """A process in which numba is not there yet, and that has time."""
    monkeypatch.setattr(small, "sys", SimpleNamespace(modules={}))
    monkeypatch.setattr(small, "SECONDS", 30.0)


@pytest.mark.parametrize("name", ["sequential-store", "fair-store"])
def test_it_says_what_the_memo_says(name):
    model = SPECS[name]()
    found = answer_without_numba(model, QUIET)
    assert found is not None
    assert said(found) == said(check(model, engine="memo", progress=False))


@pytest.mark.parametrize("name", ["sequential-store", "raft-one-by-one"])
def test_what_takes_plain_python_long_is_compiled(name, monkeypatch):
    monkeypatch.setattr(small, "SECONDS", 0.0)
    model = SPECS[name]()
    found = answer_without_numba(model, QUIET)
    assert found is not None
    assert said(found) == said(check(model, engine="memo", progress=False))


@pytest.mark.parametrize(
    ("workers", "seconds", "last"), [(2, 50, 20), (2, 15, 20), (9, 300, 160), (9, 1_000, 520)]
)
def test_plain_python_gives_up_when_it_is_foreseen_to_be_late(workers, seconds, last, monkeypatch):
    clock = count(1)  # a second for each time that one looks at it
    own = SimpleNamespace(process_time=lambda: next(clock), perf_counter=float)
    monkeypatch.setattr(reference, "time", own)
    monkeypatch.setattr(small, "time", own)
    model = Spec("workers", (Worker,), constants={"workers": workers})()
    run = Reference(model, QUIET, too_long=late_after(seconds))
    if 2**workers < seconds:
        assert run.run().distinct == 2**workers
    else:
        with pytest.raises(GivenUp):
            run.run()
    assert next(clock) <= last


@pytest.mark.parametrize("seconds", [30.0, 0.0])
def test_what_is_violated_is_shown_by_compiled_code_however_soon_it_is_found(seconds, monkeypatch):
    monkeypatch.setattr(small, "SECONDS", seconds)
    constants = {"most": 3, "bakers": 3}
    model = Spec("bakery", (Baker,), (Tray,), constants=constants, invariants=(few,))()
    found, memo = answer_without_numba(model, QUIET), check(model, engine="memo", progress=False)
    assert found is not None
    assert found.verdict is memo.verdict is Verdict.VIOLATED
    assert (found.property, len(found.trace)) == (memo.property, len(memo.trace))
    assert found.trace == check(model, engine="compiled", progress=False).trace
    monkeypatch.setenv("PATH", "")  # no compiler of C
    assert answer_without_numba(model, QUIET) is None


@pytest.mark.parametrize("name", ["raft", "raft-tla"])
def test_with_symmetry_compiled_code_answers(name):
    model, symmetric = SPECS[name](servers=2), ExplorationOptions(progress=False, symmetry=True)
    found = answer_without_numba(model, symmetric)
    assert found is not None
    memo = check(model, engine="memo", symmetry=True, progress=False)
    for counted in ("verdict", "distinct", "generated", "depth", "cut"):
        assert getattr(found, counted) == getattr(memo, counted)


def test_what_is_bounded_or_cannot_be_compiled_is_left_to_the_memo(monkeypatch):
    model = SPECS["sequential-store"]()
    assert answer_without_numba(model, ExplorationOptions(max_states=10_000)) is None
    monkeypatch.setattr(small, "SECONDS", 0.0)
    monkeypatch.setattr(small, "UNTIL_NUMBA", 0.0)
    monkeypatch.setenv("PATH", "")
    assert answer_without_numba(model, QUIET) is None


@pytest.mark.parametrize("seconds", [30.0, 0.0])
def test_what_cannot_be_compiled_and_holds_is_answered_where_numba_would_be_later(
    seconds, monkeypatch
):
    monkeypatch.setattr(small, "SECONDS", 0.0)
    monkeypatch.setattr(small, "UNTIL_NUMBA", seconds)
    monkeypatch.setenv("PATH", "")  # no compiler of C
    model, violated = SPECS["sequential-store"](), door(invariants=(unsealed,))(seals=1)
    found, memo = answer_without_numba(model, QUIET), check(model, engine="memo", progress=False)
    assert (None if found is None else said(found)) == (said(memo) if seconds else None)
    assert answer_without_numba(violated, QUIET) is None


class Shelf(Globals):
    """So many initial states are not listed in Python."""

    taken: Set[Nat] = anything()


class Reader(Process):
    def take(self, n: Nat, most: int) -> None:
        when(n <= most and n not in Shelf.taken)
        Shelf.taken |= {n}


def are_on_the_shelf(most: int) -> bool:
    return all(n <= most for n in Shelf.taken)


def are_few(most: int) -> bool:
    return are_on_the_shelf(most) and len(Shelf.taken) < most


@pytest.mark.parametrize(("claim", "holds"), [(are_on_the_shelf, True), (are_few, False)])
def test_what_begins_in_many_ways_is_compiled_at_once(claim, holds, monkeypatch):
    monkeypatch.setattr(small, "Reference", None)
    shelf = Spec(
        name="shelf", processes=(Reader,), shared=(Shelf,), constants={"most": 4},
        initially=(are_on_the_shelf,), invariants=(claim,),
    )  # fmt: skip
    options = ExplorationOptions(progress=False, deadlock=False)
    found = answer_without_numba(shelf(), options)
    memo = check(shelf(), engine="memo", progress=False, deadlock=False)
    assert found is not None
    assert (found.verdict is Verdict.HOLDS) is holds
    assert (found.verdict, found.property) == (memo.verdict, memo.property)
    assert not holds or said(found) == said(memo)


@pytest.mark.parametrize(("shared", "states"), [(148, None), (149, 149)])
def test_what_many_threads_of_the_memo_would_share_is_left_to_them(shared, states, monkeypatch):
    monkeypatch.setattr(small, "SECONDS", 0.0)
    monkeypatch.setattr(small, "UNTIL_NUMBA", 0.0)
    monkeypatch.setattr(small, "SHARED", shared)
    many = ExplorationOptions(progress=False, threads=16)
    found = answer_without_numba(SPECS["sequential-store"](), many)
    assert (None if found is None else found.distinct) == states


@pytest.mark.parametrize("run", [0, 1])
def test_ctrl_c_ends_it(run, monkeypatch):
    runs, explore = [], small.Reference._run

    def interrupted(self):
        runs.append(self)
        if len(runs) > run:
            raise KeyboardInterrupt
        return explore(self)

    monkeypatch.setattr(small.Reference, "_run", interrupted)
    found = answer_without_numba(SPECS["sequential-store"](), QUIET)
    assert found is not None
    assert (found.verdict, found.bound, len(runs)) == (Verdict.UNKNOWN, "interrupted", run + 1)


def test_where_numba_is_there_the_memo_does_it(monkeypatch):
    monkeypatch.setattr(small, "sys", SimpleNamespace(modules={"numba": None}))
    assert answer_without_numba(SPECS["sequential-store"](), QUIET) is None


class Cook(Process):
    def cook(self, most: int) -> None:
        when(Tray.n < most)
        Tray.n += 1

    def clear(self) -> None:
        when(1 // Tray.n == 0)
        Tray.n = 0


def few() -> bool:
    return Tray.n < 2


def tray(**claims):
    return Spec("tray", (Cook,), shared=(Tray,), constants={"most": 3}, **claims)()


@pytest.mark.parametrize("seconds", [30.0, 0.0])
def test_what_raises_is_told_as_the_memo_tells_it(seconds, monkeypatch):
    monkeypatch.setattr(small, "SECONDS", seconds)
    with pytest.raises(SpecError, match="zero") as told:
        answer_without_numba(tray(), QUIET)
    with pytest.raises(SpecError, match="zero") as told_by_memo:
        check(tray(), engine="memo", progress=False)
    assert str(told.value) == str(told_by_memo.value)


@pytest.mark.parametrize("prepared", [True, False])
def test_plain_python_has_longer_where_the_engine_is_to_be_compiled_first(prepared, monkeypatch):
    monkeypatch.setattr(small, "SECONDS", 0.0)
    monkeypatch.setattr(small, "UNTIL_NUMBA", 0.0)
    monkeypatch.setattr(small, "SHARED_PART", 30.0)
    monkeypatch.setattr(small, "is_prepared", lambda: prepared)
    asked = []
    monkeypatch.setattr(small, "_compiled", lambda model, options: asked.append(1))
    found = answer_without_numba(SPECS["sequential-store"](), QUIET)
    assert (found is None) is prepared is bool(asked)


@pytest.mark.parametrize("seconds", [30.0, 0.0])
def test_a_small_check_imports_nothing_that_it_does_not_need(seconds):
    program = (
        f"import sys; from raftnb.explore import small; small.SECONDS = {seconds}\n"
        "from raftnb.__main__ import main\n"
        "code = main(['check', 'sequential-store'])\n"
        "print(code, *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    code, *modules = done.stdout.splitlines()[-1].split()
    assert code == "0"
    slow = {"numba", "numpy", "tqdm", "multiprocessing", "importlib.metadata", "logging"}
    assert set(modules) & {*slow, "raftnb.parallel", "raftnb.language.proof"} == set()
    assert ("raftnb.tree" in modules) is (seconds == 0)
    assert "149 distinct states" in done.stdout


ENGINES = ["quick", "fast", "memo", "plain", "reference", pytest.param("compiled", marks=needs_cc)]


@pytest.mark.parametrize("most", [149, 148])
def test_all_is_run_in_python_by_the_reference_where_there_are_few_states(most, monkeypatch):
    monkeypatch.setattr(few_states_module, "MOST_STATES", most)
    asked, fast = [], check_module._fast
    monkeypatch.setattr(check_module, "_fast", lambda *a, **o: asked.append(o) or fast(*a, **o))
    model = SPECS["sequential-store"]()
    found = check(model, engine="plain", progress=False)
    assert said(found) == said(check(model, engine="reference", progress=False))
    assert asked == ([] if most == 149 else [{"may_compile": False}])
    bounded = check(model, engine="plain", max_states=40, progress=False)
    assert (bounded.verdict, bounded.bound) == (Verdict.UNKNOWN, "max_states 40")


class Nobody(Process, number="people"):
    def go(self) -> None:
        pass


def is_so() -> bool:
    return True


@pytest.mark.parametrize("engine", ENGINES)
def test_a_model_without_a_variable_has_one_state(engine):
    model = Spec("nothing", (Nobody,), constants={"people": 2}, invariants=(is_so,))()
    found = check(model, engine=engine, progress=False)
    assert (found.verdict, found.distinct, found.generated) == (Verdict.HOLDS, 1, 3)
    assert found.coverage == {"n1.go": 1, "n2.go": 1}


class Door(Globals):
    """A door that opens, closes, and is sealed where it may be."""

    open: bool = False
    sealed: bool = False


class Guest(Process, number="guests"):
    def turn(self) -> None:
        when(not Door.sealed)
        Door.open = not Door.open

    def seal(self, seals: int) -> None:
        when(seals > 0 and not Door.open)
        Door.sealed = True


def is_open() -> bool:
    return Door.open


def never() -> bool:
    return Door.open and Door.sealed


def unsealed() -> bool:
    return not Door.sealed


def door(**claims):
    constants = {"guests": 2, "seals": 0}
    return Spec("door", (Guest,), (Door,), constants=constants, **claims)


@pytest.mark.parametrize("seconds", [30.0, 0.0])
@pytest.mark.parametrize("seals", [0, 1])
def test_what_stays_possible_is_answered_without_the_memo_however_slow_the_machine(
    seals, seconds, monkeypatch
):
    monkeypatch.setattr(small, "SECONDS", seconds)
    model, options = door(possible=(is_open,))(seals=seals), replace(QUIET, deadlock=False)
    found, memo = answer_without_numba(model, options), check_by_memo(model)
    assert found is not None
    assert said(found) == said(memo)
    assert (found.verdict is Verdict.VIOLATED) is (seals == 1)
    assert found.reason == memo.reason
    assert seals == 0 or len(found.trace) == len(memo.trace) == 1


def check_by_memo(model):
    return check(model, engine="memo", progress=False, deadlock=False)


@pytest.mark.parametrize(("states", "steps", "few"), [(3, 7, True), (2, 7, False), (3, 6, False)])
def test_of_how_many_states_it_says_what_stays_possible(states, steps, few, monkeypatch):
    monkeypatch.setattr(few_states_module, "MOST_STATES", states)
    monkeypatch.setattr(few_states_module, "MOST_STEPS", steps)
    options = replace(QUIET, deadlock=False)
    found = answer_without_numba(door(possible=(is_open,))(seals=1), options)
    assert found is not None
    monkeypatch.setenv("PATH", "")  # no compiler of C, which answers of others
    found = answer_without_numba(door(possible=(is_open,))(seals=1), options)
    assert (found is not None) is few


def test_a_claim_that_is_violated_is_answered_the_same_beside_what_is_possible():
    options = replace(QUIET, deadlock=False)
    beside = answer_without_numba(
        door(possible=(is_open,), invariants=(unsealed,))(seals=1), options
    )
    alone = answer_without_numba(door(invariants=(unsealed,))(seals=1), options)
    assert beside is not None
    assert alone is not None
    assert (beside.property, beside.trace) == ("unsealed", alone.trace)
    assert said(beside) == said(alone)


def test_plain_python_is_left_for_compiled_code_though_it_has_few_states_to_say_what_is_possible(
    monkeypatch,
):
    asked = []
    monkeypatch.setattr(small, "answer_of_few_states", lambda *_: asked.append(1))
    found = answer_without_numba(door(possible=(is_open,))(seals=1), replace(QUIET, deadlock=False))
    assert found is not None
    assert not asked
    monkeypatch.setenv("PATH", "")  # no compiler of C
    answer_without_numba(door(possible=(is_open,))(seals=1), replace(QUIET, deadlock=False))
    assert asked


def test_in_python_what_is_no_longer_possible_is_shown_by_the_memo():
    model, options = door(possible=(is_open,))(seals=1), replace(QUIET, deadlock=False)
    assert answer_without_numba(model, options, any_trace=False) is None


def test_what_is_unknown_though_all_was_met_is_answered_by_compiled_code(monkeypatch):
    model = door(sometimes=(never,), constraints=(unsealed,))(seals=1)
    found, memo = answer_without_numba(model, QUIET), check(model, engine="memo", progress=False)
    assert found is not None
    assert found.verdict is memo.verdict is Verdict.UNKNOWN
    assert said(found) == said(memo)
    monkeypatch.setenv("PATH", "")  # no compiler of C
    assert answer_without_numba(model, QUIET) is None


class Worker(Process, number="workers"):
    busy: bool = False

    def turn(self) -> None:
        self.busy = not self.busy


def test_all_names_of_the_package_are_there_without_numba() -> None:
    code = "import sys; from raftnb import *; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
