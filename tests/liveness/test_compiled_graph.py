"""The graph that compiled code finds: the memo's states and steps, verdicts, and fair lassos."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from raftnb import Globals, Message, Nat, Process, Spec, discard, in_flight, send, weak, when
from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import reachable
from raftnb.explore.bindings import bindings, truth
from raftnb.explore.compiled import explored, expressions
from raftnb.explore.compiled import graph as compiled
from raftnb.explore.compiled.explored import believed, compiled_graph
from raftnb.explore.compiled.graph import CompiledGraph
from raftnb.explore.plain_graph import PlainGraph
from raftnb.language import Delivery, always_eventually, either, eventually, leads_to
from raftnb.language.world import World
from raftnb.liveness import check, check_liveness
from raftnb.specs import SPECS
from tests.explore.test_compiled import needs_cc

pytestmark = needs_cc


class Ball(Message):
    n: Nat


class Box(Globals):
    opened: Nat = 0


class Player(Process, number="players"):
    score: Nat = 0

    def throw(self, to: Player) -> None:
        when(not in_flight(Ball) and to != self)
        send(Ball(n=either(1, 2)), to=to)

    def catch(self, ball: Ball, most: int) -> None:
        discard(ball)
        self.score = min(self.score + ball.n, most)

    def open(self) -> None:
        Box.opened = either(Box.opened, 1 - Box.opened)


def flies() -> bool:
    return len(in_flight(Ball)) > 0


def scores(p: Player) -> bool:
    return p.score > 0


def leads(p: Player, q: Player) -> bool:
    return p.score >= q.score


def has(p: Player, some: frozenset[Nat], most: int) -> bool:
    return p.score in some and p.score < most


def both_have_little() -> bool:
    return all(p.score < 3 for p in Player)


GAME = Spec(
    "game", (Player,), (Box,), constants={"players": 2, "most": 3}, delivery=Delivery(),
    fairness=(weak(Player),), liveness=(eventually(scores),),
)  # fmt: skip
BOUNDED = replace(GAME, name="bounded", constraints=(both_have_little,))
MANY = replace(GAME, name="many", constants={"players": 3, "most": 2})


def found(model: Any) -> CompiledGraph:
    graph = compiled_graph(model)
    assert graph is not None
    return graph


def steps(graph: Any) -> Counter[Any]:
    """Each step: from which state, whose, which action, to which state."""
    columns = zip(graph.sources, graph.labels, graph.targets, strict=True)
    return Counter(
        (
            graph.state(int(source)),
            graph.steps[label].process,
            graph.steps[label].action,
            graph.state(int(target)) if target >= 0 else None,
        )
        for source, label, target in columns
    )


MODELS = [
    SPECS["fair-store"](), SPECS["queue-store"](), SPECS["timely-raft"](), GAME(), BOUNDED(),
    GAME(players=3, most=1), GAME().starting_at(GAME().start().snapshot()),
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.spec.name)
def test_it_has_the_states_and_the_steps_of_the_memo(model):
    graph, memo = found(model), reachable(model, progress=False)
    for size in ("initial", "cuts", "bound", "complete"):
        assert getattr(graph, size) == getattr(memo, size)
    assert len(graph) == len(memo)
    assert steps(graph) == steps(memo)


class Switch(Process, number="switches"):
    on: bool = False

    def turn(self) -> None:
        self.on = not self.on


def not_all_on() -> bool:
    return not all(s.on for s in Switch)


@pytest.mark.parametrize("many", [1, 7, 1024])
def test_states_that_were_bits_of_a_table_get_numbers(many, monkeypatch):
    """A row is one word of ten bits; and the steps of so many states are asked for at once."""
    monkeypatch.setattr(compiled, "CHUNK", many)
    constants = {"switches": 10}
    model = Spec("switches", (Switch,), constants=constants, constraints=(not_all_on,))()
    graph, memo = found(model), reachable(model, progress=False)
    assert (len(graph), len(graph.sources), graph.cuts) == (1023, 10230, 10)
    assert steps(graph) == steps(memo)


@pytest.mark.parametrize("spec", [GAME, BOUNDED], ids=["game", "bounded"])
@pytest.mark.parametrize("fairness", [None, (), (weak(Player.throw), weak(Player.catch))])
@pytest.mark.parametrize(
    "wanted",
    [always_eventually(flies), eventually(scores), leads_to(flies, scores), eventually(leads)],
)
def test_verdicts_are_the_memos_and_lassos_as_long(spec, fairness, wanted):
    model = spec()
    soon, memo = (
        check_liveness(model, wanted, fairness=fairness, engine=engine)
        for engine in ("quick", "memo")
    )
    for said in ("verdict", "property", "bound", "partial", "states", "steps"):
        assert getattr(soon, said) == getattr(memo, said)
    assert (soon.trace is None) is (memo.trace is None)
    if soon.trace is not None:
        assert (len(soon.trace), soon.trace.loop) == (len(memo.trace), memo.trace.loop)
        assert is_a_behavior(model, soon.trace)


def is_a_behavior(model: Any, trace: Any) -> bool:
    """Whether each step of a trace leads from its state to the next one, in plain Python."""
    return trace.states[0] in model.initial_states and all(
        (step, after) in World(model).successors(before)
        for before, step, after in zip(trace.states, trace.steps, trace.states[1:], strict=False)
    )


def test_fairness_of_throwing_is_why_a_ball_flies_again_and_again():
    fair = (weak(Player.throw),)
    wanted = always_eventually(flies)
    assert check_liveness(GAME(), wanted, fairness=fair, engine="quick").verdict is Verdict.HOLDS
    loose = check_liveness(GAME(), wanted, fairness=(), engine="quick")
    assert loose.verdict is Verdict.VIOLATED


@pytest.mark.parametrize("in_c", [True, False])
@pytest.mark.parametrize("claim", [flies, scores, leads, has])
def test_a_claim_is_true_where_plain_python_says_so(claim, in_c, monkeypatch):
    model, said = GAME(), set()
    graph = compiled_graph(model, [claim] if in_c else [])
    assert graph is not None
    monkeypatch.setattr(graph, "_where_in_python" if in_c else "_where_in_c", lambda *_: None)
    for binding in bindings(model, [claim]):
        is_true, world = truth(model, claim, binding), World(model)
        with world:
            for number, there in enumerate(graph.where(claim, binding).tolist()):
                world.load(graph.state(number))
                assert is_true(world) is there
                said.add(there)
    assert said == {True, False}


@pytest.mark.parametrize("spec", [GAME, BOUNDED, MANY], ids=lambda spec: spec.name)
@pytest.mark.parametrize("most", [1, 2, 3, 7, 30, 10_000])
def test_a_part_of_the_graph_has_the_steps_that_plain_python_takes(spec, most):
    model, whole = spec(), len(found(spec()))
    graph = compiled_graph(model, max_states=most)
    assert graph is not None
    states = [graph.state(number) for number in range(len(graph))]
    plain = PlainGraph(model, states, initial=graph.initial, bound=graph.bound)
    assert len(graph) == min(most, whole)
    assert (graph.bound, graph.complete) == (
        (None, True) if most >= whole else (f"max_states {most}", False)
    )
    assert graph.cuts == plain.cuts
    assert steps(graph) == steps(plain)
    assert check_liveness(model, engine="quick", max_states=most).states == len(graph)


def test_a_part_of_the_graph_is_unknown_unless_it_has_a_lasso():
    hopeless = [
        check_liveness(MANY(), eventually(scores), fairness=(), max_states=most, engine="quick")
        for most in (1, 20)
    ]
    assert [result.verdict for result in hopeless] == [Verdict.VIOLATED] * 2
    fair = (weak(Player.throw), weak(Player.catch))
    part = check_liveness(
        MANY(), always_eventually(flies), fairness=fair, max_states=20, engine="quick"
    )
    assert part.verdict is Verdict.UNKNOWN
    assert "max_states 20; " in str(part.bound)


def test_a_value_for_which_rows_are_too_narrow_is_no_matter():
    """Nothing bounds what is counted: a row has more bits for it when it begins anew."""
    model = Spec("counting", (Tally,), constants={"most": 5000}, liveness=(eventually(ends),))()
    graph = found(model)
    assert len(graph) == 5001
    assert check_liveness(model, fairness=weak(Tally), engine="quick").verdict is Verdict.HOLDS


class Tally(Process):
    count: Nat = 0

    def up(self, most: int) -> None:
        when(self.count < most)
        self.count += 1


def ends(c: Tally, most: int) -> bool:
    return c.count == most


def test_a_graph_for_which_there_is_no_room_is_unknown(monkeypatch):
    monkeypatch.setattr(check, "STEP_BYTES", 1 << 50)
    result = check_liveness(GAME(), engine="quick")
    assert (result.verdict, result.trace) == (Verdict.UNKNOWN, None)
    assert "max_memory" in str(result.bound)


def test_more_steps_than_there_are_numbers_for_are_refused(monkeypatch):
    monkeypatch.setattr(explored, "MOST_NUMBERS", 5)
    assert check_liveness(GAME(), engine="quick").verdict is Verdict.UNKNOWN


def test_what_cannot_be_compiled_is_left_to_the_memo(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert compiled_graph(GAME(most=2)) is None


def test_compiled_code_is_asked_where_there_are_more_states_than_the_memo_begins_with(monkeypatch):
    asked, model, memo = list[int](), GAME(), check_liveness(GAME(), engine="memo")

    def found_in_c(*given: Any, **options: Any) -> CompiledGraph | None:
        asked.append(1)
        return compiled_graph(*given, **options)

    monkeypatch.setattr(check, "compiled_graph", found_in_c)
    for begins_with, times in ((memo.states, 0), (memo.states - 1, 1), (2, 1)):
        asked.clear()
        monkeypatch.setattr(check, "COMPILED_FROM", begins_with)
        for most in (None, memo.states):
            result = check_liveness(model, max_states=most)
            sizes = (result.verdict, result.bound, result.states, result.steps)
            assert sizes == (memo.verdict, memo.bound, memo.states, memo.steps)
        assert len(asked) == 2 * times
    part, other = (check_liveness(model, max_states=2, engine=e) for e in ("fast", "memo"))
    assert (part.bound, part.trace, len(asked)) == (other.bound, other.trace, 2)
    monkeypatch.setenv("PATH", "")
    assert check_liveness(GAME(most=2)).states == len(reachable(GAME(most=2), progress=False)) > 2


def test_what_a_wrong_program_says_is_not_believed(monkeypatch, capsys):
    monkeypatch.setitem(expressions.OPERATORS, "+", lambda a, b: a)
    assert believed(lambda: compiled_graph(GAME())) is None
    assert "is not believed" in capsys.readouterr().err
    assert check_liveness(GAME(), engine="quick").states == len(reachable(GAME(), progress=False))


def is_even(p: Player) -> bool:
    return p.score * 2 == p.score + p.score


def test_what_a_wrong_program_says_of_a_claim_is_not_believed(monkeypatch, capsys):
    monkeypatch.setitem(expressions.OPERATORS, "*", lambda a, b: a)
    wanted = always_eventually(is_even)
    assert check_liveness(GAME(), wanted, engine="quick").verdict is Verdict.HOLDS
    assert "`is_even` is true in other states in Python" in capsys.readouterr().err


class Divider(Process):
    left: Nat = 2

    def divide(self) -> None:
        when(self.left > 0)
        self.left -= 1


def is_whole(d: Divider) -> bool:
    return 2 // d.left > 0


def test_a_claim_without_a_value_is_told_as_the_memo_tells_it():
    model = Spec("dividing", (Divider,), liveness=(eventually(is_whole),))()
    told = []
    for engine in ("quick", "memo"):
        with pytest.raises(SpecError, match="zero") as error:
            check_liveness(model, engine=engine)
        told.append(str(error.value))
    assert told[0] == told[1]


def test_the_command_does_not_import_numba():
    program = (
        "import sys; from raftnb.__main__ import main\n"
        "code = main(['liveness', 'fair-store'])\n"
        "print(code, 'numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "0 False"
