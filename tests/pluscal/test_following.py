"""A trace as a module: it parses, says what it is a trace of, and is refused where it is none."""

from __future__ import annotations

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.trace import Trace
from raftnb.pluscal import algorithm, plain_module, trace_module
from raftnb.specs import SPECS
from tests.pluscal.tools import mistakes, walk


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("history", [False, True])
def test_a_walk_of_every_specification_is_a_module_that_parses(name: str, history: bool) -> None:
    model = SPECS[name](history=history)
    printed = trace_module(model, walk(model, 3))
    text = printed.files[f"{printed.name}.tla"]
    assert mistakes(text) == []
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert (
        printed.files[f"{plain_module(model).name}.tla"]
        == plain_module(model).files[f"{plain_module(model).name}.tla"]
    )


def test_the_states_stand_there_in_the_order_of_the_variables() -> None:
    model = SPECS["sequential-store"]()
    printed = trace_module(model, walk(model, 1))
    text = printed.files["SequentialStoreTrace.tla"]
    assert "CONSTANTS c1, c2, k1, v1" in text
    assert "\\* In each state: mutex, requests, responses, pc, store_request, response,\n" in text
    first, second = (
        text.split("TraceStates ==")[1].split("VARIABLE")[0].split("<<", 2)[2].split(">>,\n    <<")
    )
    assert first.startswith("None,\n      <<>>,\n      (c1 :> <<>>) @@ (c2 :> <<>>),\n")
    assert second.startswith("c2,\n")
    assert '(c1 :> "take_mutex") @@ (c2 :> "request") @@ ("store" :> "take_request")' in second


def test_its_configuration_has_the_claims_and_no_bounds() -> None:
    model = SPECS["raft"]()
    given = trace_module(model, walk(model, 1)).files["RaftTrace.cfg"]
    assert "SPECIFICATION TraceSpec\n" in given
    assert "  s2 = s2\n" in given
    assert "  election_safety\n" in given
    assert "  leader_append_only\n" in given
    assert "CONSTRAINT" not in given


def test_a_trace_of_another_model_is_refused() -> None:
    trace = walk(SPECS["raft"](servers=2), 2)
    for model in (SPECS["raft"](servers=3), SPECS["sequential-store"]()):
        with pytest.raises(SpecError, match="a trace of another model"):
            trace_module(model, trace)
    with pytest.raises(SpecError, match="a trace of another model"):
        trace_module(SPECS["raft"](servers=2), Trace((), ()))


def test_a_model_that_starts_in_given_states_is_refused() -> None:
    model = SPECS["raft"](servers=2)
    other = model.starting_at(walk(model, 2).last)
    for printing in (algorithm, plain_module):
        with pytest.raises(SpecError, match="a model that starts in given states"):
            printing(other)
    with pytest.raises(SpecError, match="a model that starts in given states"):
        trace_module(other, walk(other, 1))
