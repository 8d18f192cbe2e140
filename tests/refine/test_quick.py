"""Few states are compared in plain Python: the answers are the memo's."""

from __future__ import annotations

import subprocess
import sys

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import State
from raftnb.data.verdict import Verdict
from raftnb.language.spec import Spec
from raftnb.language.temporal import strong, weak
from raftnb.language.world import World
from raftnb.refine import refines
from raftnb.specs import REFINEMENTS
from raftnb.specs.raft.ongaro_tla import RAFT_TLA
from tests.refine.clocks import Fast, Four, Slow, Two

TWO = Spec("two", (Slow,), (Two,), fairness=(weak(Slow),))
COUNTED = ("verdict", "states", "steps", "abstract_states", "partial", "bound")


def both(*models, **options):
    found = [refines(*models, engine=engine, **options) for engine in ("quick", "memo")]
    for name in COUNTED:
        assert getattr(found[0], name) == getattr(found[1], name)
    return found


def by_number(function):
    layout = TWO().layout
    return lambda state: state.seen_as(layout, {("Two", "n"): function(state["Four", "n"])})


@pytest.mark.parametrize(
    ("seen", "holds"),
    [
        (lambda n: n % 2, True),
        (lambda n: n // 2, True),
        (lambda n: (n + 1) % 2, False),
        (lambda n: (0, 1, 0, 7)[n], False),
        (lambda n: 0, False),
    ],
)
@pytest.mark.parametrize("fairness", [(), (weak(Fast),), (strong(Fast),)])
def test_small_clocks_are_seen_alike(seen, holds, fairness):
    four = Spec("four", (Fast,), (Four,), fairness=fairness)
    quick, memo = both(four(), TWO(), by_number(seen))
    assert (quick.verdict is Verdict.HOLDS) is (holds and fairness != ())
    assert (quick.reasons, quick.allowed) == (memo.reasons, memo.allowed)
    assert (quick.trace, quick.view) == (memo.trace, memo.view)


@pytest.mark.parametrize("name", ["sequential-store", "fair-store"])
@pytest.mark.parametrize("options", [{}, {"fair": False, "at_once": 2}])
def test_the_stores_are_seen_alike(name, options):
    quick, _ = both(*REFINEMENTS[name].models(), **options)
    assert (quick.verdict, quick.states) == (Verdict.HOLDS, 149)


def test_a_bound_is_told():
    found = refines(*REFINEMENTS["sequential-store"].models(), engine="quick", max_states=40)
    assert (found.verdict, found.states) == (Verdict.UNKNOWN, 40)
    assert found.bound.startswith("max_states 40; ")


def test_the_cache_without_its_queue_is_violated_alike():
    concrete, abstract, mapping = REFINEMENTS["write-through-cache"].models(processors=1)

    def without_queue(state):
        seen = mapping(state)
        return seen.seen_as(seen.layout, {("Memory", "mem"): state["MainMemory", "wmem"]})

    quick, memo = both(concrete, abstract, without_queue)
    assert quick.verdict is Verdict.VIOLATED
    assert len(quick.trace) == len(memo.trace)
    world, after = World(concrete), zip(quick.trace.steps, quick.trace.states[1:], strict=True)
    for before, way in zip(quick.trace.states, after, strict=False):
        assert way in list(world.successors(before))


def test_models_with_messages_are_seen_alike():
    model = RAFT_TLA(servers=1)
    both(model, model, lambda state: state.seen_as(model.layout, {}))
    quick, _ = both(model, model, lambda state: State(model.layout, state.values))
    assert quick.verdict is Verdict.VIOLATED


def test_a_mapping_that_remembers_is_refused():
    calls = []

    def remembers(state):
        calls.append(state)
        return state.seen_as(TWO().layout, {("Two", "n"): len(calls) % 2})

    four = Spec("four", (Fast,), (Four,))
    with pytest.raises(SpecError, match="`remembers`, a mapping that gives two different"):
        refines(four(), TWO(), remembers, engine="quick")
    with pytest.raises(UsageError, match="slow"):
        refines(four(), TWO(), by_number(lambda n: n % 2), engine="slow")


@pytest.mark.parametrize("command", [["refines", "fair-store"], ["states", "fair-store"]])
def test_of_few_states_a_command_imports_no_compiler(command, tmp_path):
    out = ["--out", str(tmp_path / "states.jsonl")] if command[0] == "states" else []
    program = (
        "import sys; from raftnb.__main__ import main\n"
        f"print(main({[*command, *out]!r}), 'numba' in sys.modules, 'llvmlite' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "0 False False"
