"""Writing a specification, and what it means: the names that one writes with."""

from raftnb.data.domains import Domain
from raftnb.data.values import Map, Message, Record, Seq, Set
from raftnb.language.initial import anything, each, first, history
from raftnb.language.network import Delivery, discard, in_flight, reply, send
from raftnb.language.processes import Globals, Process, after, cycle, either, macro, when
from raftnb.language.spec import Model, Spec
from raftnb.language.temporal import (
    Fairness,
    Liveness,
    always_eventually,
    eventually,
    leads_to,
    strong,
    weak,
)
from raftnb.language.universe import Nat
from raftnb.language.world import World

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
    "Process",
    "Record",
    "Seq",
    "Set",
    "Spec",
    "World",
    "after",
    "always_eventually",
    "anything",
    "cycle",
    "discard",
    "each",
    "either",
    "eventually",
    "first",
    "history",
    "in_flight",
    "leads_to",
    "macro",
    "reply",
    "send",
    "strong",
    "weak",
    "when",
]
