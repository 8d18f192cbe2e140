"""Whichever engine is done first, the traces that are shown are the memo's."""

from __future__ import annotations

import pickle
import subprocess
import sys
from types import SimpleNamespace

import pytest

from raftnb.data.limits import TimeIsUp
from raftnb.data.verdict import Verdict
from raftnb.explore import check, other, shown, small
from raftnb.explore.breadth_first import BreadthFirst
from raftnb.explore.result import Exploration
from raftnb.explore.tables.states import OutOfMemory
from raftnb.language import Spec
from tests.explore.bakery import Baker, Tray
from tests.explore.test_compiled import needs_cc, said


@pytest.fixture(autouse=True)
def begun(monkeypatch):
    """A process in which numba is not there yet."""
    monkeypatch.setattr(small, "SHARED_PART", 0.0)
    monkeypatch.setattr(small, "sys", SimpleNamespace(modules={}))


SECONDS = pytest.mark.parametrize("seconds", [30.0, pytest.param(0.0, marks=needs_cc)])
"""In plain Python, and in compiled code."""


def is_full(most: int) -> bool:
    return Tray.n == most + 1


def is_not_full(most: int) -> bool:
    return not is_full(most)


def is_heaped(most: int) -> bool:
    return Tray.n > 3 * most


def bakery(**claims):
    return Spec("bakery", (Baker,), (Tray,), constants={"most": 3, "bakers": 3}, **claims)()


@SECONDS
def test_what_holds_says_all_without_the_memo_and_shows_its_traces_when_looked_at(
    seconds, monkeypatch
):
    monkeypatch.setattr(small, "SECONDS", seconds)
    model, asked = bakery(sometimes=(is_full,)), []
    monkeypatch.setattr(
        shown, "of_memo", lambda *a, of_memo=shown.of_memo: asked.append(1) or of_memo(*a)
    )
    found, memo = check(model, progress=False), check(model, engine="memo", progress=False)
    assert found.verdict is memo.verdict is Verdict.HOLDS
    assert str(found).splitlines()[0] == str(memo).splitlines()[0]
    assert found.as_json() | {"seconds": 0} == memo.as_json() | {"seconds": 0}
    assert (list(found.witnesses), list(found.coverage)) == (["is_full"], list(memo.coverage))
    assert "is_full" in found.witnesses
    assert "is_heaped" not in found.witnesses
    assert not asked
    assert found.witnesses == memo.witnesses
    assert dict(found.witnesses.items()) == memo.witnesses
    assert said(found) == said(memo)
    assert asked == [1]
    assert pickle.loads(pickle.dumps(found)).witnesses == memo.witnesses


@SECONDS
def test_what_is_violated_has_the_trace_of_the_memo(seconds, monkeypatch):
    monkeypatch.setattr(small, "SECONDS", seconds)
    model = bakery(invariants=(is_not_full,))
    found, memo = check(model, progress=False), check(model, engine="memo", progress=False)
    assert found.verdict is memo.verdict is Verdict.VIOLATED
    assert (said(found), found.trace) == (said(memo), memo.trace)


@SECONDS
def test_what_is_never_met_has_no_trace_and_the_rest_has_the_memos(seconds, monkeypatch):
    monkeypatch.setattr(small, "SECONDS", seconds)
    model = bakery(sometimes=(is_full, is_heaped))
    found, memo = check(model, progress=False), check(model, engine="memo", progress=False)
    assert found.verdict is memo.verdict is Verdict.VIOLATED
    assert (said(found), found.reason) == (said(memo), memo.reason)
    assert found.witnesses == memo.witnesses
    assert found.witnesses["is_heaped"] is None


@needs_cc
@pytest.mark.parametrize("claims", [{"invariants": (is_not_full,)}, {"sometimes": (is_full,)}])
def test_where_the_memo_takes_too_long_the_trace_of_compiled_code_is_shown(claims, monkeypatch):
    monkeypatch.setattr(small, "SECONDS", 0.0)
    monkeypatch.setattr(other, "PATIENCE", -1.0)
    model = bakery(**claims)
    found, compiled = check(model, progress=False), check(model, engine="compiled", progress=False)
    assert (said(found), found.trace) == (said(compiled), compiled.trace)
    assert found.witnesses == compiled.witnesses


@needs_cc
@pytest.mark.parametrize("stop", [KeyboardInterrupt(), TimeIsUp("max_seconds 2")])
@pytest.mark.parametrize("go_on", [False, True])
def test_a_violation_that_was_found_is_told_though_the_memo_is_interrupted(
    stop, go_on, monkeypatch
):
    def stopped(*_, **options):
        raise stop

    monkeypatch.setattr(small, "SECONDS", 0.0)
    model = bakery(invariants=(is_not_full,), sometimes=(is_heaped,))
    compiled = check(model, engine="compiled", progress=False)
    for name, bound in ("_level", "interrupted"), ("__init__", str(stop) or "interrupted"):
        with monkeypatch.context() as patch:
            patch.setattr(BreadthFirst, name, stopped)
            found = check(model, progress=False, go_on=go_on)
        assert (found.verdict, found.bound) == (Verdict.VIOLATED, bound)
        assert (found.property, found.trace, found.others) == ("is_not_full", compiled.trace, ())


@needs_cc
def test_a_violation_that_was_found_is_told_though_the_memo_has_no_room(monkeypatch):
    def is_full_of_states(*_):
        raise OutOfMemory

    monkeypatch.setattr(small, "SECONDS", 0.0)
    monkeypatch.setattr(BreadthFirst, "_level", is_full_of_states)
    found = check(bakery(invariants=(is_not_full,)), progress=False)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "is_not_full")
    assert found.bound.startswith("max_memory ")


def test_what_is_shown_was_met_though_the_specification_is_another_one_now(monkeypatch):
    """A cell of a notebook may be run again, with another text."""
    monkeypatch.setattr(small, "SECONDS", 30.0)  # compiled code is made of the text, which stays
    found = check(bakery(sometimes=(is_full,)), progress=False)
    met = found.witnesses.met["is_full"]
    monkeypatch.setattr(is_full, "__code__", (lambda most: Tray.n == 1).__code__)
    assert found.witnesses["is_full"] is met
    raised = check(bakery(sometimes=(is_full,)), progress=False)
    assert len(raised.witnesses.met["is_full"]) == 1
    monkeypatch.setattr(is_full, "__code__", (lambda most: Tray.m == 1).__code__)
    assert raised.witnesses["is_full"] is raised.witnesses.met["is_full"]


def test_ctrl_c_ends_it_where_a_trace_is_looked_at(monkeypatch):
    found = check(bakery(sometimes=(is_full,)), progress=False)
    stopped = Exploration(Verdict.UNKNOWN, 0, 0, 0, 0.0, bound="interrupted")
    monkeypatch.setattr(shown, "of_memo", lambda *_: stopped)
    with pytest.raises(KeyboardInterrupt):
        found.witnesses["is_full"]


def test_a_check_in_python_imports_numba_only_where_a_trace_is_looked_at():
    program = (
        "import sys\n"
        "from raftnb.explore import check\n"
        "from raftnb.specs import SPECS\n"
        "found = check(SPECS['sequential-store'](), progress=False)\n"
        "print(found, found.as_json(), 'numba' in sys.modules)\n"
        "print(len(found.witnesses['a_written_value_is_read']), 'numba' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    first, second = done.stdout.splitlines()[-2:]
    assert first.endswith("False")
    assert second.split()[1] == "True"
