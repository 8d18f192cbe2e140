"""--max-seconds: it stops in time, also while something that hears no exception runs."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from raftnb.__main__ import main
from raftnb.data.errors import UsageError
from raftnb.data.limits import TimeIsUp, in_time, undisturbed, within
from raftnb.data.verdict import Verdict, counted
from raftnb.explore import Graph, check, random_walks, reachable
from raftnb.explore.tables import compiling
from raftnb.language import eventually
from raftnb.language.proof import Lemma, Proof
from raftnb.liveness import check_liveness
from raftnb.prove.explain import prove_or_explain
from raftnb.prove.solving import decide
from raftnb.refine import refines, refines_on_walks
from raftnb.refine.check import Refinement
from raftnb.specs import PROOFS
from raftnb.specs.raft.ongaro_tla import RAFT_TLA, Role, Server
from raftnb.specs.store.sequential import SEQUENTIAL_STORE, Client
from tests.signals import heeds_ctrl_c


def nobody_leads() -> bool:
    return not any(s.role == Role.LEADER for s in Server)


CALLBACK = """
def callback(wait):
    try:
        wait()
    except BaseException:
        heard.append("what nobody hears")
"""


@pytest.mark.parametrize("engine", ["reference", "memo", "compiled"])
def test_a_check_in_python_stops_in_time_with_what_it_has(engine: str) -> None:
    model = RAFT_TLA(servers=4, max_messages=3)
    found = check(model, max_seconds=0.5, engine=engine, progress=False)
    assert (found.verdict, found.bound) == (Verdict.UNKNOWN, "max_seconds 0.5")
    assert found.distinct > 0 or engine != "reference"
    assert check(SEQUENTIAL_STORE(), max_seconds=60, progress=False).verdict is Verdict.HOLDS


def test_walks_in_python_stop_in_time_with_what_they_have() -> None:
    many = {"walks": 10**6, "depth": 1_000, "progress": False}
    found = random_walks(RAFT_TLA(servers=3), max_seconds=1.0, **many)  # type: ignore[arg-type]
    assert found.verdict is Verdict.UNKNOWN
    assert str(found.bound).startswith("max_seconds 1")
    with pytest.raises(UsageError, match="max_seconds=0"):
        random_walks(RAFT_TLA(servers=3), max_seconds=0, **many)  # type: ignore[arg-type]


LARGE = RAFT_TLA(servers=4, max_messages=3)
PART: dict[str, Any] = {"max_seconds": 0.5}


def always() -> bool:
    return True


@pytest.mark.parametrize("engine", ["memo", "quick"])
def test_liveness_and_refinement_in_python_stop_in_time_with_what_they_have(engine: str) -> None:
    lasting = check_liveness(LARGE, eventually(always), engine=engine, **PART)
    itself = refines(LARGE, LARGE, lambda state: state, engine=engine, **PART)
    walked = refines_on_walks(LARGE, LARGE, lambda state: state, walks=10**6, **PART)
    for found in (lasting, itself, walked):
        assert (found.verdict, found.exit_code) == (Verdict.UNKNOWN, 3)
        assert str(found.bound).startswith("max_seconds 0.5")
    assert itself.states > 0 < walked.states
    with pytest.raises(UsageError, match="max_seconds=0"):
        check_liveness(LARGE, eventually(always), max_seconds=0)
    with pytest.raises(UsageError, match="max_seconds=-1"):
        refines(LARGE, LARGE, lambda state: state, max_seconds=-1)
    whole = check_liveness(SEQUENTIAL_STORE(), eventually(always), max_seconds=60)
    assert whole.verdict is Verdict.HOLDS


def test_where_the_time_is_up_before_anything_is_found_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def late(*_: Any, **__: Any) -> Any:
        raise TimeIsUp("max_seconds 9")

    for module in ("explore.graph", "liveness.check", "refine.check", "refine.walks"):
        monkeypatch.setattr(f"raftnb.{module}.in_time", partial(in_time_of, late))
    graph = reachable(LARGE, max_seconds=9)
    assert (len(graph), graph.bound, graph.complete) == (0, "max_seconds 9", False)
    lasting = check_liveness(LARGE, eventually(always), max_seconds=9)
    itself = refines(LARGE, LARGE, lambda state: state, max_seconds=9)
    walked = refines_on_walks(LARGE, LARGE, lambda state: state, max_seconds=9)
    for found in (lasting, itself, walked):
        assert (found.verdict, found.bound, found.states) == (Verdict.UNKNOWN, "max_seconds 9", 0)


def in_time_of(ask: Any, seconds: float, _: Any, nothing: Any) -> Any:
    return in_time(seconds, ask, nothing)


@pytest.mark.parametrize("few", [1_000, 10**9])
def test_the_states_that_were_reached_in_time_are_written(
    few: int, tmp_path: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("raftnb.explore.few.MOST_STATES", few)
    monkeypatch.setattr("raftnb.explore.few.MOST_STEPS", few)
    file = tmp_path / "states.jsonl"
    large = ["raft-tla", "--set", "servers=4", "--set", "max_messages=3"]
    assert main(["states", *large, "--max-seconds", "0.8", "--out", str(file)]) == 3
    written = counted(len(file.read_text().splitlines()), "state")
    assert f"{written}, stopped: max_seconds 0.8" in capsys.readouterr().out


def test_what_there_is_no_time_to_write_is_told(
    tmp_path: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("raftnb.commands.states.FINDING", 10**6)
    file = tmp_path / "states.jsonl"
    late = ["states", "fair-store", "--max-seconds", "0.0001", "--out", str(file), "--json"]
    assert main(late) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["states"], told["bound"], file.read_text()) == (0, "max_seconds 0.0001", "")


def test_what_goes_on_after_a_violation_stops_in_time_too() -> None:
    wrong = RAFT_TLA.variant("wrong", invariants=(nobody_leads,), sometimes=())
    found = check(
        wrong(servers=4, max_messages=3), go_on=True, max_seconds=1.0, engine="memo",
        progress=False,
    )  # fmt: skip
    assert (found.bound, found.complete) == ("max_seconds 1", False)
    assert found.property in ("nobody_leads", None)


def test_outside_of_the_main_thread_no_timer_is_set() -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(UsageError, match="no timer can be set"):
        pool.submit(check, SEQUENTIAL_STORE(), max_seconds=1, progress=False).result()


def test_an_alarm_in_a_callback_of_the_compiler_waits_for_its_end() -> None:
    heard: list[str] = []
    space: dict[str, Any] = {"heard": heard}
    exec(compile(CALLBACK, "/site-packages/llvmlite/binding/engine.py", "exec"), space)

    def busy(seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass

    def ask() -> Refinement:
        try:
            space["callback"](lambda: busy(0.4))
            busy(20.0)
        except KeyboardInterrupt:
            return Refinement(Verdict.UNKNOWN, "a", "b", 1, 1, 2, 0.0, bound="interrupted")
        raise AssertionError

    answer = within(0.1, ask)
    assert heard == []
    assert answer.bound == "max_seconds 0.1"
    assert "(1 state, 1 step, seen as 2 abstract states)" in str(answer)


def wait() -> None:
    """Five seconds, in short sleeps: an alarm just before one of them is heard after it.

    One that is lost is not heard at all, so that no clock need be asked, which runs on elsewhere.
    """
    for _ in range(500):
        time.sleep(0.01)


def test_an_alarm_while_something_is_deleted_waits_for_its_end() -> None:
    class Slow:
        def __del__(self) -> None:
            time.sleep(0.3)

    def ask() -> Any:
        Slow()
        wait()

    with pytest.raises(TimeIsUp):
        within(0.1, ask)


def test_an_alarm_while_garbage_is_collected_waits_for_its_end() -> None:
    def slow(*_: Any) -> None:
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            pass

    def ask() -> Any:
        gc.collect()
        wait()

    gc.callbacks.append(slow)
    try:
        with pytest.raises(TimeIsUp):
            within(0.1, ask)
    finally:
        gc.callbacks.remove(slow)


def test_an_alarm_in_a_weak_reference_s_callback_waits_for_its_end() -> None:
    class Value:
        pass

    class Key:
        def __eq__(self, other: object) -> bool:
            return other is self

        def __hash__(self) -> int:
            time.sleep(0.3)  # it is asked for when the value is gone
            return 1

    def ask() -> Any:
        known: weakref.WeakValueDictionary[Key, Value] = weakref.WeakValueDictionary()
        value = Value()
        known[Key()] = value
        del value
        wait()

    with pytest.raises(TimeIsUp):
        within(0.5, ask)


def press_ctrl_c() -> Any:
    signal.raise_signal(signal.SIGINT)


def wait_too_long() -> None:
    time.sleep(0.2)


@pytest.mark.parametrize("disturb", [press_ctrl_c, wait_too_long])
def test_what_is_not_to_be_left_half_done_is_done_before_it_ends(disturb: Any) -> None:
    done = []

    def ask() -> Any:
        with undisturbed():
            disturb()
            done.append("half")
        done.append("all")

    heard = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt) as ended:
        within(0.1, ask)
    assert (done, signal.getsignal(signal.SIGINT)) == (["half"], heard)
    assert (ended.type is TimeIsUp) == (disturb is wait_too_long)


INTERRUPTED = """
import signal, sys
from importlib.abc import MetaPathFinder
from raftnb.explore import check
from raftnb.specs import SPECS

class Impatient(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "numba.core.typing":
            sys.meta_path.remove(self)
            signal.raise_signal(signal.SIGINT)

def ask():
    return check(SPECS["sequential-store"](), engine="memo", progress=False).verdict

sys.meta_path.insert(0, Impatient())
try:
    print(ask())
except KeyboardInterrupt:
    print("interrupted", ask())
"""


def test_after_ctrl_c_while_numba_is_imported_a_check_goes_on() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("interrupted holds\n", "")


def test_ctrl_c_is_heard_when_numba_has_read_the_types_that_it_knows_of(monkeypatch: Any) -> None:
    read: list[str] = []
    monkeypatch.setattr(
        compiling.TARGET.typing_context, "refresh", lambda: press_ctrl_c() or read.append("types")
    )
    with pytest.raises(KeyboardInterrupt):
        compiling.TARGET.refresh()
    assert read == ["types"]


def test_an_interrupted_exploration_is_not_followed_by_more_work(monkeypatch: Any) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    def always() -> bool:
        return True

    model, looked = SEQUENTIAL_STORE(), []
    with monkeypatch.context() as patch:
        patch.setattr("raftnb.explore.breadth_first.BreadthFirst._level", interrupted)
        patch.setattr("raftnb.explore.graph.Edges.find", lambda _: looked.append("steps"))
        lasting = check_liveness(model, eventually(always))
        itself = refines(model, model, lambda state: state)
    assert [lasting.bound, itself.bound, looked] == ["interrupted", "interrupted", []]
    assert lasting.states == itself.states == len(model.initial_states)


def test_a_graph_that_is_whole_goes_on() -> None:
    graph: Graph = reachable(SEQUENTIAL_STORE(), max_states=5)
    graph.go_on()
    assert counted(1_000, "state") == "1,000 states"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_proof_that_is_stopped_says_what_was_proved(workers: int, monkeypatch: Any) -> None:
    def slow(*given: Any) -> Any:
        if given[1].action == "serve":
            time.sleep(20)
        return decide(*given)

    proof = PROOFS["sequential-store"]
    monkeypatch.setattr("raftnb.prove.run.decide", slow)
    answer = within(2.0, lambda: prove_or_explain(proof, workers=workers, trust=True))
    done = len(answer.checked)
    assert 0 < done < 160
    assert answer.verdict is Verdict.UNKNOWN
    assert str(answer.bound).startswith("max_seconds 2 after ")
    assert f"unknown: {done} of {done} conditions proved, others not decided" in str(answer)
    assert answer.as_json()["proved"] == done


@pytest.mark.parametrize(("module", "name"), [("explain", "explain"), ("run", "compare")])
def test_a_proof_that_is_stopped_later_keeps_what_it_has(
    module: str, name: str, monkeypatch: Any
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    def never(c: Client) -> bool:
        return c.pc != "receive"

    proof = PROOFS["sequential-store"]
    if name == "explain":
        proof = Proof(SEQUENTIAL_STORE, (Lemma(never),))
    monkeypatch.setattr(sys.modules[f"raftnb.prove.{module}"], name, interrupted)
    answer = prove_or_explain(proof, workers=1)
    assert answer.verdict is Verdict.UNKNOWN
    assert str(answer.bound).startswith("interrupted while ")
    assert len(answer.checked) > 0
    assert ("\nnot proved so far: never" in str(answer)) == (name == "explain")


def proving_raft(seconds: float, disabled: str) -> subprocess.Popen[str]:
    """The command that proves Raft, for so many seconds."""
    return subprocess.Popen(
        [sys.executable, "-m", "raftnb", "prove", "raft", "--max-seconds", f"{seconds:g}"],
        env=os.environ | {"TQDM_DISABLE": disabled},
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, preexec_fn=heeds_ctrl_c,
    )  # fmt: skip


def test_no_bar_is_drawn_where_the_environment_says_so() -> None:
    """Not in a time in which one is drawn else; what is over within a second draws none anyway."""
    drawn, started = "", time.monotonic()
    with proving_raft(60, disabled="") as run:
        assert run.stderr is not None
        while "parts proved" not in drawn:
            drawn += (one := run.stderr.read(1))
            assert one, "no bar was drawn"
        run.send_signal(signal.SIGINT)
    with proving_raft(time.monotonic() - started + 1, disabled="1") as run:
        assert "parts proved" not in run.communicate()[1]
        assert run.returncode == 3
