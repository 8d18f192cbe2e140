"""Raft specified once in plain Python: run, explored, proved and drawn.

The names below are those that one writes a specification with, and looks at it with; the other
engines are in modules of their own: `raftnb.linear`, `raftnb.liveness`, `raftnb.refine`,
`raftnb.prove`, and more drawings in `raftnb.draw`.
"""

from raftnb.data.errors import NotEnabled, RaftnbError, SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.draw.graph import draw_graph, draw_trace
from raftnb.draw.listing import show_change, show_source
from raftnb.draw.refused import refused
from raftnb.draw.stepper import stepper
from raftnb.explore import check, state_graph
from raftnb.language.processes import (
    Delivery,
    Domain,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    after,
    anything,
    cycle,
    discard,
    each,
    either,
    history,
    in_flight,
    macro,
    reply,
    send,
    when,
)
from raftnb.language.spec import Spec

__all__ = [
    "Delivery",
    "Domain",
    "Globals",
    "Map",
    "Message",
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
    "after",
    "anything",
    "check",
    "cycle",
    "discard",
    "draw_graph",
    "draw_trace",
    "each",
    "either",
    "history",
    "in_flight",
    "macro",
    "refused",
    "reply",
    "send",
    "show_change",
    "show_source",
    "state_graph",
    "stepper",
    "when",
]
