"""What a cell or a command calls to have a trace or a model in an explorer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.ctrl_c import Stopped, put_off
from raftnb.data.errors import UsageError
from raftnb.data.markup import Markup
from raftnb.data.trace import Layout, Trace
from raftnb.data.verdict import counted
from raftnb.draw.given import trace_of
from raftnb.draw.raft.parts import cluster_parts
from raftnb.draw.stepper import Steppable
from raftnb.explore.given import at_least, the_model
from raftnb.explorer.beside import Beside, Clients, Seen, View
from raftnb.explorer.diagram import StateDiagram
from raftnb.explorer.graph import packed_graph, packed_trace
from raftnb.explorer.page import embedded, whole_page
from raftnb.explorer.protocol import about_model, about_trace
from raftnb.explorer.sight import NOTHING, Lookout, Watch
from raftnb.explorer.still import listed
from raftnb.language.claims import Property
from raftnb.language.spec import Model


@dataclass(frozen=True, repr=False)
class Shown(Steppable):
    """An explorer that carries its states with it; `bound` is "interrupted" after Ctrl-C."""

    data: dict[str, Any]
    still: Markup
    label: str
    text: str
    bound: str | None = None

    @property
    def states(self) -> int:
        """How many states it has."""
        return len(self.data["cells"])

    @property
    def complete(self) -> bool:
        """Whether all states that can be reached, and all steps between them, are in it."""
        return bool(self.data["complete"])

    @property
    def html(self) -> str:
        """The explorer as a part of a page."""
        return embedded(self.data, self.still, self.label)

    def page(self, title: str) -> str:
        """A web page of its own, which needs nothing else; its address tells the steps."""
        return whole_page(self.data, self.still, self.label, title)


@told_plainly
def show(
    given: Trace | Model,
    model: Model | None = None,
    *,
    hide: Iterable[str] = (),
    history: bool = False,
    find: Iterable[Property] = (),
    watch: Watch = NOTHING,
    view: View | None = cluster_parts,
    seen_as: Seen | None = None,
    clients: Clients | None = None,
    diagram: StateDiagram | None = None,
    max_states: int = 200,
) -> Shown:
    """Show a trace, or a model from its initial states, to be stepped through without a kernel.

    With a trace alone one can go along it; with its model besides, one can also choose other steps
    in `max_states` states around it (with 0, none), and sees what is claimed. `hide` names
    variables that are not shown, history variables are shown only with `history`, `find` are more
    functions of the state that one may look for a state of, `watch` has functions of the world
    whose values are shown, by name, and `view` gives the parts of a picture (docs/explorer.md).
    With `seen_as`, a second column has the state as another model sees it; with `clients`, below
    is the history that this function tells of a trace; with a `diagram` of the model, a click on
    one of its nodes leads to a state of it.

    The same trace gives the same bytes. After Ctrl-C it has the states that were met until then;
    pressed again, it is raised. Raises `UsageError` for what is no trace or model, and for a name
    in `hide` that no variable has.
    """
    trace = None
    if isinstance(given, Model) and model is None:
        model = given
        at_least(1, max_states=max_states)
    else:
        trace = trace_of(given, "show")
    at_least(0, max_states=max_states)
    known = None if model is None else the_model(model)
    hidden, beside = set(hide), Beside(known, view, seen_as, clients, diagram)
    if known is not None:
        lookout = Lookout(known, find, watch)
        with put_off() as stopped:
            return _of_model(lookout, trace, hidden, history, beside, max_states, stopped)
    assert trace is not None  # without a model, one was given
    return _of_trace(trace, hidden, history, beside)


def _of_trace(trace: Trace, hidden: set[str], history: bool, beside: Beside) -> Shown:
    layout = trace.states[0].layout
    refuse_unknown(hidden, layout, beside)
    about = about_trace(layout, "a trace", hidden, history) | beside.about(hidden)
    still = listed(trace, hidden, history, beside.view)
    return _shown(packed_trace(trace, beside) | {"about": about}, trace, still)


def _of_model(
    lookout: Lookout,
    trace: Trace | None,
    hidden: set[str],
    history: bool,
    beside: Beside,
    max_states: int,
    stopped: Stopped,
) -> Shown:
    model = lookout.model
    refuse_unknown(hidden, model.layout, beside)
    about = about_model(lookout, model.spec.name, hidden, history) | beside.about(hidden)
    if trace is not None and max_states == 0:
        data, about = packed_trace(trace, beside, lookout), about | {"along": True}
    else:
        data = packed_graph(lookout, beside, trace, max_states, stopped)
    told = trace or Trace(model.initial_states[:1], ())
    shown = _shown(data | {"about": about}, told, listed(told, hidden, history, beside.view))
    is_cut = stopped() and not shown.complete
    return replace(shown, bound="interrupted") if is_cut else shown


def _shown(data: dict[str, Any], trace: Trace, still: Markup) -> Shown:
    steps = f"A trace of {counted(len(trace), 'step')}" if trace.steps else data["about"]["name"]
    label = f"{steps}, to be explored. The left and right arrow keys step through it."
    return Shown(data, still, label, str(trace))


def refuse_unknown(hidden: set[str], layout: Layout, beside: Beside) -> None:
    """Raise `UsageError` for names that no variable has, of this model or of the other one."""
    cells = layout.cells + (beside.above.layout.cells if beside.above else ())
    unknown = hidden - {cell.variable for cell in cells}
    if unknown:
        names = ", ".join(dict.fromkeys(cell.variable for cell in cells))
        raise UsageError(
            f"hide={sorted(unknown)}",
            place="show",
            allowed=f"names of variables: {names}",
            cure="leave the others out",
        )


__all__ = ["Shown", "refuse_unknown", "show"]
