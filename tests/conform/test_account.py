"""A log beside its behavior, as a page shows it."""

from __future__ import annotations

import json

from raftnb.conform.libraft import LibraftMapping
from raftnb.data.trace import State

from .logs import OLD_TERM, WHOLE_LOG, events_of, held


def test_the_account_of_a_log_has_each_event_and_the_states_of_the_trace() -> None:
    events = events_of(OLD_TERM)
    found = held(LibraftMapping(), events, claims=False)
    account = found.account(events)
    assert [one.line for one in account.moments] == list(range(1, 253))
    assert [json.loads(one.text) for one in account.moments] == list(events[:252])
    assert [step for one in account.moments for step in one.steps] == list(found.trace.steps)
    values, flying = list(account.start.values), dict(account.start.messages)
    for one in account.moments:
        for cell, value in one.cells:
            values[cell] = value
        flying |= dict(one.messages)
    last = found.trace.last
    assert State(last.layout, tuple(values)).values == last.values
    assert {m: n for m, n in flying.items() if n} == dict(last.messages)
    assert account.stop is not None
    assert (account.stop.line, account.stop.reasons) == (253, found.first_misfit.reasons)  # type: ignore


def test_a_long_log_is_shown_by_its_end() -> None:
    events = events_of(OLD_TERM)
    found = held(LibraftMapping(), events, claims=False)
    account = found.account(events, most=20)
    assert (account.left_out, account.moments[0].line, len(account.moments)) == (232, 233, 20)
    assert account.start == found.behavior.trace(232).states[0]


def test_a_claim_that_is_false_is_remarked_at_its_line() -> None:
    found = held(LibraftMapping(as_is=True), events_of(WHOLE_LOG))
    account = found.account(events_of(WHOLE_LOG))
    assert [(one.line, len(one.remarks)) for one in account.moments if one.remarks] == [
        (1889, 1), (1890, 1), (2081, 1), (2138, 1),
    ]  # fmt: skip
