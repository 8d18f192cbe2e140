"""Compiled code against the other engines, and where it gives way (random: tests/fuzz)."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check, state_graph
from raftnb.explore.compiled import (
    CompiledSearch,
    Differs,
    compiled_search,
    expressions,
)  # fmt: skip
from raftnb.explore.compiled.agreement import compare_state
from raftnb.explore.reference import Reference
from raftnb.explore.result import Exploration, ExplorationOptions
from raftnb.explore.retraced import NoSuchStep
from raftnb.explore.sharded.search import Sharded
from raftnb.explore.sharded.shard import NARROW
from raftnb.language import (
    Delivery,
    Domain,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Seq,
    Set,
    Spec,
    after,
    either,
    in_flight,
    send,
    when,
)
from raftnb.specs import SPECS
from tests.explore.shards import Here
from tests.explore.test_agreement import SMALL

needs_cc = pytest.mark.skipif(
    shutil.which("cc") is None, reason="there is no compiler of C (`cc`): the memo does all"
)
pytestmark = needs_cc


@pytest.fixture(autouse=True)
def folder(tmp_path_factory, monkeypatch):
    """Compiled code is kept in a folder of this run; it is compiled fast, not to be fast."""
    monkeypatch.setenv("RAFTNB_CACHE", str(tmp_path_factory.getbasetemp() / "compiled"))
    monkeypatch.setattr(
        "raftnb.explore.compiled.building.FLAGS", ("-O0", "-shared", "-fPIC", "-std=gnu11", "-w")
    )


def said(found: Exploration) -> tuple[Any, ...]:
    """All that an exploration says, but for its traces and seconds."""
    lengths = {name: trace and len(trace) for name, trace in found.witnesses.items()}
    counts = (found.distinct, found.generated, found.depth, found.cut, found.coverage)
    rest = (found.property, found.partial, found.never_taken, found.not_checked, found.bound)
    return (found.verdict, *counts, *rest, lengths)


@pytest.mark.parametrize("name", sorted(n for n in SPECS if not SPECS[n].possible))
def test_every_specification_is_explored_as_with_the_memo(name):
    """tests/explore/test_agreement.py compares the memo with the reference."""
    model = SPECS[name](**SMALL.get(name, {}))
    compiled = check(model, engine="compiled", progress=False)
    other = check(model, engine="memo", progress=False, threads=1)
    if other.verdict is Verdict.VIOLATED:  # the memo looks at many states at a time
        assert (compiled.verdict, compiled.property) == (other.verdict, other.property)
        assert len(compiled.trace or ()) == len(other.trace or ()) > 0
    else:
        assert said(compiled) == said(other)


# Networks.


class Ball(Message):
    n: Nat


class Player(Process, number="players"):
    seen: Set[Nat] = frozenset()
    log: Seq[Nat] = ()

    def throw(self, other: Player) -> None:
        when(len(in_flight(Ball)) < 2)
        send(Ball(n=either(0, 1)), to=other)

    def catch(self, m: Ball) -> None:
        when(len(self.log) < 2)
        self.seen = self.seen | {m.n}
        self.log = (*self.log, m.n)


def small() -> bool:
    return all(m.n < 2 for m in in_flight(Ball))


DELIVERIES = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]


@pytest.mark.parametrize(("loses", "duplicates", "reorders"), DELIVERIES)
def test_all_eight_networks(loses, duplicates, reorders):
    spec = Spec(
        name="balls",
        processes=(Player,),
        constants={"players": 2, "most": 2, "copies": 2},
        delivery=Delivery(bool(loses), bool(duplicates), bool(reorders)),
        constraints=(small,),
        distinct_messages="most",
        copies="copies",
    )
    options = ExplorationOptions(max_depth=4, progress=False)
    model = spec()
    assert said(compiled_search(model, options).run()) == said(Reference(model, options).run())


# Violations, bounds, and what is left to Python.


class Key(Domain, number="keys"):
    pass


class Table(Globals):
    at: Map[Key, Nat] = Map()
    order: Seq[Key] = ()


class Writer(Process, number="writers"):
    n: Nat = 0

    def add(self, key: Key) -> None:
        when(key not in Table.at)
        Table.at = Table.at | {key: self.n}
        Table.order = (*Table.order, key)

    def bump(self) -> None:
        self.n = either(*range(self.n, self.n + 2)) * 2 % 7

    def last(self) -> None:
        Table.order = Table.order[:-1]


def short() -> bool:
    return len(Table.order) < 2


def never_falls(w: Writer) -> bool:
    return True


def rises(w: Writer) -> bool:
    return after(w).n < 3


def first_is_first(k: Key) -> bool:
    return k not in Table.at or Table.at[k] < 5


def grows() -> bool:
    return len(Table.at) < 3


def of(**changes: Any) -> Any:
    fields: dict[str, Any] = {
        "name": "table",
        "processes": (Writer,),
        "shared": (Table,),
        "domains": (Key,),
        "constants": {"writers": 1, "keys": 2},
    }
    return Spec(**{**fields, **changes})()


@pytest.mark.parametrize(
    "claims",
    [
        {"invariants": (short,)},
        {"invariants": (first_is_first,)},
        {"transitions": (never_falls,)},
        {"sometimes": (grows,), "constraints": (short,)},
        {"constraints": (short,), "invariants": (grows,)},
    ],
)
def test_verdicts_and_traces_are_those_of_the_reference(claims):
    model = of(**claims)
    fast = check(model, engine="compiled", progress=False)
    slow = Reference(model, ExplorationOptions(progress=False)).run()
    assert said(fast) == said(slow)
    assert (fast.trace is None) == (slow.trace is None)
    assert fast.trace is None or fast.trace.states == slow.trace.states


def test_all_states_are_there():
    model = of()
    search = compiled_search(model, ExplorationOptions(progress=False))
    search.explore()
    found = {search.loaded.numbered(n) for n in range(search.loaded.result.states)}
    assert found == set(state_graph(model, max_states=5_000).states)
    search.loaded.close()


def test_a_state_may_have_more_successors_than_there_was_room_for(monkeypatch):
    """The text of one that is not believed blamed the code, which was right."""
    monkeypatch.setattr("raftnb.explore.compiled.agreement.FEW_SUCCESSORS", 1)
    check_all(of())


def test_bounds():
    assert check(of(), engine="compiled", max_states=50).bound == "max_states 50"
    assert check(of(), engine="compiled", max_states=50).distinct == 50
    assert check(of(), engine="compiled", max_depth=3).bound == "max_depth 3"
    assert "max_memory" in str(check(of(), engine="compiled", max_memory=2_000).bound)


class Careless(Writer):
    def last(self) -> None:
        when(len(Table.order) == 1)
        Table.order = (Table.order[1],)


def has_an_end() -> bool:
    return len(Table.order) < 2 or Table.order[len(Table.order)] in Key


@pytest.mark.parametrize("engine", ["compiled", "fast", "memo", "reference"])
def test_a_claim_that_raises_is_told_with_its_place(engine):
    with pytest.raises(SpecError, match=r"line .*has_an_end.*\n.*out of range"):
        check(of(invariants=(has_an_end,)), progress=False, engine=engine)


def has_a_first() -> bool:
    return Table.order[0] in Key


def the_last() -> tuple[Key, ...]:
    return Table.order if len(Table.order) < 2 else (Table.order[len(Table.order)],)


@pytest.mark.parametrize("options", [{}, {"view": the_last}, {"folder": "run"}])
def test_a_claim_that_raises_at_the_start_is_told_with_its_place(options, tmp_path):
    if "folder" in options:
        options = {"folder": tmp_path / "run"}
    with pytest.raises(SpecError, match=r"line .*has_a_first.*\n.*out of range"):
        check(of(invariants=(has_a_first,)), progress=False, engine="compiled", **options)


def test_a_view_that_raises_of_what_is_met_last_is_told_with_its_place():
    """All states of the level were expanded, and their successors still wait to be met."""
    with pytest.raises(SpecError, match=r"line .*the_last.*\n.*out of range"):
        check(of(), progress=False, engine="compiled", view=the_last)


class Large(Writer):
    def bump(self) -> None:
        self.n = (self.n + 1) * 30_000 if self.n < 100_000_000 else 0


@pytest.mark.parametrize("engine", ["compiled", "fast", "memo", "reference"])
def test_what_raises_in_python_is_told_with_its_place(engine):
    model = of(processes=(Careless,))
    with pytest.raises(SpecError, match=r"line .*\n.*out of range"):
        check(model, progress=False, engine=engine)


def test_numbers_that_are_too_large_are_left_to_python(monkeypatch, capsys):
    monkeypatch.setattr("raftnb.explore.other.COMPILING", 0.0)
    model = of(processes=(Large,))
    with pytest.raises(Differs):
        compiled_search(model, ExplorationOptions(progress=False)).run()
    found = check(model, progress=False)
    assert found.verdict is Verdict.HOLDS
    assert found.distinct == check(model, engine="memo", progress=False).distinct


@pytest.mark.parametrize("wrong", ["counted(number({a}) * number({b}) + 1)", "{a}"])
def test_compiled_code_that_is_wrong_is_not_believed(wrong, monkeypatch, capsys):
    monkeypatch.setattr("raftnb.explore.other.COMPILING", 0.0)
    monkeypatch.setitem(
        expressions.OPERATORS, "*", lambda a, b: wrong.replace("{a}", a).replace("{b}", b)
    )
    with pytest.raises(Differs):
        check_all(of())
    assert check(of(), progress=False).distinct == check(of(), engine="memo").distinct
    assert "is not believed" in capsys.readouterr().err


def test_a_claim_that_is_compiled_wrongly_is_not_believed(monkeypatch):
    monkeypatch.setitem(expressions.TESTS, "<", lambda self, e, env: self._equal(e, env))
    with pytest.raises(Differs):
        check_all(of(sometimes=(short,)))


@pytest.mark.parametrize("claims", [{"transitions": (rises,)}, {"final": short}])
def test_a_claim_of_steps_or_of_the_end_that_is_compiled_wrongly_is_not_believed(
    claims, monkeypatch
):
    monkeypatch.setitem(expressions.TESTS, "<", lambda self, e, env: "1")
    with pytest.raises(Differs, match="claims"):
        check_all(of(**claims))


class Walker(Process):
    at: Nat = 0

    def step(self) -> None:
        when(self.at == 7)
        self.at += 1

    def walk(self) -> None:
        when(self.at < 3)
        self.at += 1


class Waiter(Walker):
    def walk(self) -> None:
        when(self.at == 8)


def near(w: Walker) -> bool:
    return w.at < 9


def nowhere(w: Walker) -> bool:
    return w.at < 0


@pytest.mark.parametrize(
    ("less", "process", "claims", "deadlock"),
    [
        ("0", Walker, {"invariants": (near,)}, False),
        ("1", Walker, {"sometimes": (nowhere,)}, False),
        ("0", Walker, {}, True),
        ("0", Waiter, {"final": near}, True),
    ],
)
@pytest.mark.parametrize("shards", [False, True])
def test_where_it_says_that_something_ends_plain_python_is_asked(
    less, process, claims, deadlock, shards, monkeypatch
):
    """An invariant that is true there, a witness that is none, a state with steps, an end."""
    monkeypatch.setattr("raftnb.explore.compiled.search.compare", lambda *_: 0)
    monkeypatch.setattr("raftnb.explore.sharded.compiled_part.compare", lambda *_: 0)
    monkeypatch.setitem(expressions.TESTS, "<", lambda self, e, env: less)
    model = Spec("walk", (process,), **claims)()
    options = ExplorationOptions(max_states=5, deadlock=deadlock, progress=False)
    search: Any = (
        Sharded(model, options, Here(model, options, 2), NARROW)
        if shards
        else compiled_search(model, options)
    )
    with pytest.raises((Differs, NoSuchStep), match=r"engines disagree|in Python not"):
        search.run()


def check_all(model: Any) -> None:
    """Explore in compiled code, and compare every state that it went through."""
    search = compiled_search(model, ExplorationOptions(max_states=2_000, progress=False))
    try:
        search.explore()
        for number in range(search.loaded.result.next):
            compare_state(search.loaded, number)
    finally:
        search.loaded.close()


def test_without_a_compiler_the_memo_does_it(monkeypatch):
    monkeypatch.setattr("raftnb.explore.other.COMPILING", 0.0)
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert said(check(of(), progress=False)) == said(check(of(), engine="memo", progress=False))


def test_ctrl_c_says_what_was_reached(monkeypatch):
    search = compiled_search(of(), ExplorationOptions(progress=False))

    def pressed(bar: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(search, "_report", pressed)
    found = search.run()
    assert found.bound == "interrupted"
    assert found.distinct > 1


def test_a_violation_is_told_though_ctrl_c_comes_while_states_are_looked_at_again(monkeypatch):
    def pressed(self: Any) -> None:
        raise KeyboardInterrupt

    model = of(invariants=(short,))
    whole = check(model, engine="compiled", progress=False)
    monkeypatch.setattr(CompiledSearch, "_compare", pressed)
    found = check(model, engine="compiled", progress=False)
    assert (found.verdict, found.bound) == (Verdict.VIOLATED, "interrupted")
    assert (found.property, found.trace) == (whole.property, whole.trace)
    stopped = check(of(), engine="compiled", progress=False, max_states=3)
    assert (stopped.verdict, stopped.bound) == (Verdict.UNKNOWN, "max_states 3")
    cut = check(of(), engine="compiled", progress=False)
    assert (cut.verdict, cut.bound) == (Verdict.UNKNOWN, "interrupted")


def test_the_steps_of_each_action_are_counted():
    found = check(of(), engine="compiled", progress=False)
    assert Counter(found.coverage) == Counter(check(of(), engine="memo").coverage)


class Shrinking(Process):
    n: Nat = 0
    left: Seq[Nat] = (1,)

    def drop(self) -> None:
        when(self.n < 3)
        self.n += 1
        self.left = self.left[1:]


def has_first(s: Shrinking) -> bool:
    return s.left[0] == 1


def test_what_is_found_once_is_not_asked_again_where_it_has_no_value():
    model = Spec(name="shrinking", processes=(Shrinking,), sometimes=(has_first,))()
    found = check(model, engine="compiled", deadlock=False, progress=False)
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 4)
