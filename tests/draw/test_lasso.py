"""A lasso is drawn with each state once; the two views of a step are a table."""

from __future__ import annotations

import pytest

from raftnb.data.errors import UsageError
from raftnb.draw.lasso import beside, draw_lasso, positions
from raftnb.draw.views import show_views
from raftnb.explore import check
from raftnb.liveness import check_liveness
from raftnb.refine import refines
from raftnb.specs import REFINEMENTS
from raftnb.specs.store.sequential import SEQUENTIAL_STORE


def test_a_lasso_is_drawn_with_each_state_once_and_an_edge_for_each_step():
    trace = check_liveness(SEQUENTIAL_STORE()).trace
    picture = draw_lasso(trace, lambda state: state["c2", "pc"])
    assert picture.svg.count(">store.take_request</text>") == 2
    assert picture.svg.count(">take_mutex</text>") == 2
    assert picture.alt.startswith("A lasso: 4 steps lead to state 5, then round for ever: store")
    places = positions(trace)
    assert len(places) == len(set(places)) == 12


def test_a_behavior_that_stops_is_drawn_with_a_loop_of_its_own():
    trace = check_liveness(SEQUENTIAL_STORE(), fairness=()).trace
    assert "for ever" in draw_lasso(trace).svg
    assert len(positions(trace)) == 1


def test_a_trace_without_a_loop_is_no_lasso():
    trace = check(SEQUENTIAL_STORE()).witnesses["a_written_value_is_read"]
    with pytest.raises(UsageError, match="a trace without a loop"):
        draw_lasso(trace)


def test_a_step_is_shown_in_both_views_with_what_changes_marked():
    found = refines(*REFINEMENTS["stale-store"].models())
    views = show_views(found)
    assert repr(views).startswith("the step store.serve() (to state 11) changes what is seen")
    change = "*store.response: Response(c1, write, k1, v1) → Response(c2, read, k1, none)"
    assert change in repr(views)
    assert " store.dictionary: k1 → v1" in repr(views)
    page = views._repr_html_()
    assert page.count("<tr>") == 1 + 10
    assert "<script" not in page


def test_the_text_of_a_level_arrow_stands_below_its_middle():
    assert beside((1.0, -1.5), (-1.0, -1.5), "bus.write_memory") == pytest.approx((0.0, -1.64))
    x, _ = beside((0.0, 2.0), (0.0, 1.1), "c2.request")
    assert x > 0.3
