"""Models of few states: plain Python is done with them before numba is imported.

What counts is the number of states, and not the time: so an answer of which there are several (a
shortest trace, an order of states) is the same one on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftnb.data.calls import told_plainly
from raftnb.data.ctrl_c import put_off
from raftnb.data.limits import in_time
from raftnb.explore.given import the_model
from raftnb.explore.reference import GivenUp, Reference
from raftnb.explore.result import ExplorationOptions, nothing_found
from raftnb.language.instances import how_many_begin
from raftnb.language.spec import Model
from raftnb.language.world import World

if TYPE_CHECKING:  # it needs numpy, which takes time to import
    from raftnb.explore.plain_graph import PlainGraph

MOST_STATES, MOST_STEPS = 2_000, 6_000
"""In plain Python so many steps take 0.1 to 0.5 s, where numba takes 0.6 s to import."""
MOST_INITIAL = 100


def has_many_states(run: Reference, _: int) -> bool:
    """Whether plain Python has met more states, or more steps, than are few."""
    return len(run.depth) > MOST_STATES or run.generated > MOST_STEPS


def begins_widely(model: Model) -> bool:
    """Whether there are many initial states."""
    with World(model) as world:
        return len(model.starts) > MOST_INITIAL or how_many_begin(world) > MOST_INITIAL


@told_plainly
def few_states(
    model: Model, *, max_states: int | None = None, max_seconds: float | None = None
) -> PlainGraph | None:
    """The graph of a model that has few states; None for another, and where plain Python finds
    something else the second time, of which the memo says what it is."""
    from raftnb.explore.plain_graph import PlainGraph

    model = the_model(model)
    if begins_widely(model):
        return None
    options = ExplorationOptions(False, max_states=max_states, progress=False)
    run = Reference(model, options, claims=False, too_long=has_many_states)
    try:
        found = in_time(max_seconds, run.run, nothing_found)
    except GivenUp:
        return None
    initial = sum(run.parent[state] is None for state in run.depth)
    with put_off() as stopped:  # what was reached is not lost
        graph = PlainGraph(model, list(run.depth), initial=initial)
        again = graph.coverage == run.coverage and graph.beyond <= run.parent.keys()
    if found.complete and not (again or stopped()):
        return None
    if not found.complete or stopped():
        graph.bound = found.bound or "interrupted"
    return graph
