"""The explorer in a notebook, where the kernel is asked for each state."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.errors import RaftnbError, UsageError
from raftnb.data.markup import plain
from raftnb.data.trace import Trace
from raftnb.draw.given import trace_of
from raftnb.draw.raft.parts import cluster_parts
from raftnb.explore.given import the_model
from raftnb.explorer.beside import Beside, Clients, Seen, View
from raftnb.explorer.diagram import StateDiagram
from raftnb.explorer.graph import Numbered, choices_of
from raftnb.explorer.page import asset, code
from raftnb.explorer.protocol import about_model, as_json
from raftnb.explorer.search import nearest
from raftnb.explorer.showing import refuse_unknown
from raftnb.explorer.sight import NOTHING, Lookout, Watch
from raftnb.explorer.still import listed
from raftnb.language.claims import Property
from raftnb.language.spec import Model


class Kernel:
    """Answers the questions of a front end about a model: see docs/explorer.md.

    `head` is what it is told first: the model, its initial states, and a trace to lay out.
    """

    def __init__(
        self,
        lookout: Lookout,
        beside: Beside,
        trace: Trace | None,
        hidden: set[str],
        history: bool,
    ) -> None:
        self.lookout, self.beside, self.number = lookout, beside, Numbered()
        self.head = self._head(trace, hidden, history)

    def answer(self, question: dict[str, Any]) -> Any:
        """What is seen in a state, or the choices that lead to where a claim is met."""
        if "head" in question:
            return self.head
        state = self.number.states[question["look" if "look" in question else "from"]]
        if "look" in question:
            return as_json(self.lookout.look(state), self.number, self.beside)
        return nearest(self.lookout, self.beside, state, question["wanted"])

    def _head(self, trace: Trace | None, hidden: set[str], history: bool) -> dict[str, Any]:
        model = self.lookout.model
        start = None
        if trace is not None:
            choices = choices_of(trace, lambda state: self.lookout.look(state).ways or ())
            start = {"state": self.number(trace.states[0]), "choices": choices}
        return {
            "about": about_model(self.lookout, model.spec.name, hidden, history)
            | self.beside.about(hidden),
            "initial": list(map(self.number, model.initial_states)),
            "start": start,
        }


@told_plainly
def explore_interactively(
    model: Model,
    trace: Trace | None = None,
    *,
    hide: Iterable[str] = (),
    history: bool = False,
    find: Iterable[Property] = (),
    watch: Watch = NOTHING,
    view: View | None = cluster_parts,
    seen_as: Seen | None = None,
    clients: Clients | None = None,
    diagram: StateDiagram | None = None,
) -> Any:
    """A widget in which one chooses the steps of a model of any size; the kernel computes them.

    It begins in an initial state, with the steps of `trace` laid out if one is given. The other
    arguments are those of `show`, which needs no kernel. Raises `UsageError` where the package
    anywidget is not installed.
    """
    lookout, hidden = Lookout(the_model(model), find, watch), set(hide)
    beside = Beside(model, view, seen_as, clients, diagram)
    refuse_unknown(hidden, model.layout, beside)
    if find_spec("anywidget") is None:
        raise UsageError(
            "no package anywidget",
            place="explore_interactively",
            allowed="the packages of the extra `notebook`",
            cure="pip install 'raftnb[notebook]', or use `show(model)`, which needs none",
        )
    known = None if trace is None else trace_of(trace, "explore_interactively")
    beside.ways(model)
    kernel = Kernel(lookout, beside, known, hidden, history)
    told = known or Trace(model.initial_states[:1], ())
    still = listed(told, hidden, history, view)
    return _widget(kernel, {"text/html": str(still), "text/plain": plain(str(told))})


def _widget(kernel: Kernel, still: dict[str, str]) -> Any:
    import anywidget

    class ExplorerWidget(anywidget.AnyWidget):
        _esm = str(code("widget")) + "\nexport default { render };\n"
        _css = str(asset("explorer.css"))

        def _repr_mimebundle_(self, **options: Any) -> Any:
            """The widget, and for where no kernel answers it what a reader can do about it."""
            bundle: Any = super()._repr_mimebundle_(**options)
            return (bundle[0] if isinstance(bundle, tuple) else bundle) | still

    widget = ExplorerWidget()

    def asked(_: Any, question: dict[str, Any], __: Any) -> None:
        try:
            told = {"told": kernel.answer(question)}
        except RaftnbError as error:
            told = {"failed": str(error)}
        except Exception as error:  # of a reader's function: told, or nothing would ever answer
            told = {"failed": f"{type(error).__name__}: {error}"}
        widget.send({"to": question["number"], **told})

    widget.on_msg(asked)
    return widget


__all__ = ["Kernel", "explore_interactively"]
