"""Raft specified once in plain Python: run, explored, proved and drawn.

The names below are those that one writes a specification with, and looks at it with. The engines
are in folders of their own: `raftnb.explore`, `raftnb.liveness`, `raftnb.refine`, `raftnb.prove`,
`raftnb.linear`; PlusCal and TLA+ in `raftnb.pluscal`, more drawings in `raftnb.draw`, the
specifications in `raftnb.specs`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from raftnb.data.errors import NotEnabled, RaftnbError, SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.language import (
    Delivery,
    Domain,
    Fairness,
    Globals,
    Liveness,
    Map,
    Message,
    Model,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    Spec,
    World,
    after,
    always_eventually,
    anything,
    cycle,
    discard,
    each,
    either,
    eventually,
    first,
    history,
    in_flight,
    leads_to,
    macro,
    reply,
    send,
    strong,
    weak,
    when,
)
from raftnb.language.borrowed import borrowed

if TYPE_CHECKING:
    from raftnb.draw import (
        draw_graph,
        draw_trace,
        refused,
        show_change,
        show_source,
    )
    from raftnb.explore import check, state_graph
    from raftnb.explorer import explore_interactively, show

WHEN_USED = {
    "check": "raftnb.explore",
    "draw_graph": "raftnb.draw",
    "draw_trace": "raftnb.draw",
    "explore_interactively": "raftnb.explorer",
    "refused": "raftnb.draw",
    "show": "raftnb.explorer",
    "show_change": "raftnb.draw",
    "show_source": "raftnb.draw",
    "state_graph": "raftnb.explore",
}
"""What is imported when it is first used, so that `import raftnb` is quick."""


ELSEWHERE = {
    **dict.fromkeys(("Lemma", "Proof", "k_induction", "prove_refines"), "raftnb.prove"),
    **dict.fromkeys(("algorithm", "plain_module"), "raftnb.pluscal"),
    "check_liveness": "raftnb.liveness",
    "random_walks": "raftnb.explore",
    "refines": "raftnb.refine",
}
"""What is often looked for here, and is in an engine's folder."""


def __getattr__(name: str) -> Any:
    """An engine or a drawing, imported now; `UsageError` for what is elsewhere, or of others."""
    if name in WHEN_USED:
        return getattr(import_module(WHEN_USED[name]), name)
    if name in ELSEWHERE:
        raise UsageError(
            f"`{name}`, which `raftnb` does not have",
            allowed="the language, `check` and drawings; other engines are in folders",
            cure=f"`from {ELSEWHERE[name]} import {name}`",
        )
    if cure := borrowed(name):
        raise UsageError(
            f"`{name}`, which `raftnb` does not have",
            allowed="the words of the language (docs/syntax.md), `check` and drawings",
            cure=cure,
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, whether they are imported yet or not."""
    return sorted(__all__)


__all__ = [
    "Delivery",
    "Domain",
    "Fairness",
    "Globals",
    "Liveness",
    "Map",
    "Message",
    "Model",
    "Nat",
    "NotEnabled",
    "Process",
    "RaftnbError",
    "Record",
    "Seq",
    "Set",
    "Spec",
    "SpecError",
    "UsageError",
    "Verdict",
    "World",
    "after",
    "always_eventually",
    "anything",
    "check",
    "cycle",
    "discard",
    "draw_graph",
    "draw_trace",
    "each",
    "either",
    "eventually",
    "explore_interactively",
    "first",
    "history",
    "in_flight",
    "leads_to",
    "macro",
    "refused",
    "reply",
    "send",
    "show",
    "show_change",
    "show_source",
    "state_graph",
    "strong",
    "weak",
    "when",
]
