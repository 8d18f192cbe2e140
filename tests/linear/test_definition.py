"""The definition layer says what the paper says."""

from __future__ import annotations

import pytest

from raftnb.data.errors import HistoryError
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import CASRegister, Queue, Register, check
from raftnb.linear import definition as d

FIGURE_1 = {
    "H1": "E(x) A; E(y) B; Ok() B; Ok() A; D() B; Ok(x) B; D() A; Ok(y) A; E(z) A",
    "H2": "E(x) A; Ok() A; E(y) B; D() A; Ok() B; Ok(y) A",
    "H3": "E(x) A; D() B; Ok(x) B",
    "H4": "E(x) A; E(y) B; Ok() A; Ok() B; D() A; D() C; Ok(y) A; Ok(y) C",
}
LINEARIZABLE = {"H1": True, "H2": False, "H3": True, "H4": False}
HELD = {True: Verdict.HOLDS, False: Verdict.VIOLATED}


@pytest.mark.parametrize("name", FIGURE_1)
def test_figure_1_has_the_verdicts_of_the_paper(name: str) -> None:
    H = History.parse(FIGURE_1[name])
    assert d.is_well_formed(H)
    assert d.is_linearizable(H, Queue) is LINEARIZABLE[name]
    assert check(H, Queue).verdict is HELD[LINEARIZABLE[name]]


def test_the_linearizations_of_h1_are_those_in_which_x_comes_first() -> None:
    found = {str(S).replace("\n", "; ") for S in d.linearizations(_figure("H1"), Queue)}
    head = "E(x) A; Ok() A; E(y) B; Ok() B; D() B; Ok(x) B; D() A; Ok(y) A"
    assert found == {head, head + "; E(z) A; Ok() A"}


def test_h3_is_linearizable_only_because_the_pending_enqueue_is_completed() -> None:
    assert str(d.complete(_figure("H3"))) == "D() B\nOk(x) B"
    assert not d.is_legal(d.complete(_figure("H3")), Queue)
    (S,) = d.linearizations(_figure("H3"), Queue)
    assert str(S) == "E(x) A\nOk() A\nD() B\nOk(x) B"


def test_subhistories_keep_the_events_of_one_process_or_one_object() -> None:
    H = History.parse("p E(x) A; q E(y) B; p Ok() A; q Ok() B")
    assert d.process_subhistory(H, "B") == History.parse("q E(y) B; q Ok() B")
    assert d.object_subhistory(H, "p") == History.parse("p E(x) A; p Ok() A")


@pytest.mark.parametrize(
    ("source", "well_formed", "sequential"),
    [
        ("", True, True),
        ("E(x) A", True, True),
        ("E(x) A; Ok() A; D() B", True, True),
        ("E(x) A; D() B; Ok() A", True, False),
        ("E(x) A; E(y) A; Ok() A", False, False),
        ("Ok() A", False, False),
        ("p E(x) A; q Ok() A", False, False),
        ("E(x) A; Ok() A; Ok() A", False, False),
    ],
)
def test_well_formed_means_that_each_process_is_sequential(
    source: str, well_formed: bool, sequential: bool
) -> None:
    H = History.parse(source)
    assert d.is_well_formed(H) is well_formed
    assert d.is_sequential(H) is sequential
    if not well_formed:
        with pytest.raises(HistoryError):
            check(H, Queue)


def test_equivalent_histories_look_the_same_to_every_process() -> None:
    H = History.parse("E(x) A; D() B; Ok() A; Ok(x) B")
    assert d.equivalent(H, History.parse("D() B; Ok(x) B; E(x) A; Ok() A"))
    assert not d.equivalent(H, History.parse("E(x) A; Ok() A"))


def test_one_operation_precedes_another_if_it_returns_before_the_other_is_invoked() -> None:
    H = History.parse("E(x) A; Ok() A; E(y) B; D() A; Ok() B; Ok(y) A")
    assert d.precedes(H) == {(("A", 0), ("B", 0)), (("A", 0), ("A", 1))}


def test_a_stale_read_is_sequentially_consistent_and_not_linearizable() -> None:
    H = History.parse("write(1) A; Ok() A; read() B; Ok(0) B")
    assert d.is_sequentially_consistent(H, Register(0))
    assert not d.is_linearizable(H, Register(0))


def test_sequential_consistency_does_not_compose_and_linearizability_does() -> None:
    H = History.parse(
        "p E(x) A; p Ok() A; q E(y) B; q Ok() B; q E(x) A; q Ok() A; p E(y) B; p Ok() B;"
        "p D() A; p Ok(y) A; q D() B; q Ok(x) B"
    )
    parts = [d.object_subhistory(H, x) for x in "pq"]
    assert [d.is_sequentially_consistent(part, Queue) for part in parts] == [True, True]
    assert not d.is_sequentially_consistent(H, Queue)
    assert [d.is_linearizable(part, Queue) for part in parts] == [False, False]
    assert [part.verdict for part in check(H, Queue).parts] == [Verdict.VIOLATED] * 2


def test_a_pending_operation_takes_effect_after_its_invocation_or_never() -> None:
    early = History.parse("read() A; Ok(1) A; write(1) B")
    late = History.parse("write(1) B; read() A; Ok(1) A; read() A; Ok(1) A")
    assert not d.is_linearizable(early, Register)
    assert d.is_linearizable(late, Register)


def test_each_object_may_have_a_specification_of_its_own() -> None:
    H = History.parse("r write(1) A; r Ok() A; q Enq(1) A; q Ok() A; q Deq() B; q Ok(1) B")
    model = {"r": CASRegister, "q": Queue}
    assert d.is_linearizable(H, model)
    assert check(H, model).verdict is Verdict.HOLDS


def _figure(name: str) -> History:
    return History.parse(FIGURE_1[name])
