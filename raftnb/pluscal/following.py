"""A trace of a model as a module of TLA+ whose only behavior it is, for TLC to judge.

The module extends the plain one: each step must be a step of `Next` there, and what is claimed is
claimed of this behavior.
"""

from __future__ import annotations

from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.errors import SpecError
from raftnb.data.trace import State as OneState
from raftnb.data.trace import Trace
from raftnb.data.values import Map
from raftnb.data.verdict import counted
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.pluscal.configuration import for_trace
from raftnb.pluscal.module import Module, Printed
from raftnb.pluscal.names import member
from raftnb.pluscal.plain import plain_text
from raftnb.pluscal.printing import WIDTH
from raftnb.pluscal.terms import EMPTY, Listed, Term
from raftnb.pluscal.values import pairs
from raftnb.pluscal.writing import comment, definition, listed

BEHAVIOR = """\\* How far the behavior has come
VARIABLE TraceStep

TraceInit == Init /\\ TraceStep = 1 /\\ vars = TraceStates[1]

TraceNext ==
  \\/ /\\ TraceStep < Len(TraceStates)
     /\\ TraceStep' = TraceStep + 1
     /\\ Next
     /\\ vars' = TraceStates[TraceStep']
  \\/ TraceStep = Len(TraceStates) /\\ UNCHANGED <<vars, TraceStep>>

TraceSpec == TraceInit /\\ [][TraceNext]_<<vars, TraceStep>>
"""


@told_plainly
def trace_module(model: Model, trace: Trace) -> Printed:
    """The trace as a module beside the plain one, and its configuration.

    TLC reports a deadlock after the last step that the plain module allows, and otherwise the first
    state or step of the trace that breaks a claim; bounds cut nothing off. Raises `SpecError` for
    what TLA+ cannot say, and for a trace of another model.
    """
    if not trace.states or trace.states[0].layout != model.layout:
        raise SpecError(
            "a trace of another model",
            allowed=f"traces of `{model.spec.name}` with these constants and this history",
            cure="make the model with the constants, and the history, of the trace",
        )
    module = Module(model)
    plain, name = f"{module.name}Plain", f"{module.name}Trace"
    text = plain_text(module, plain)
    members = [n for root in module.t.sets for n in map(member, model.names[root])]
    states = Listed("<<", tuple(_Values(module)(state) for state in trace.states))
    bar = "-" * ((WIDTH - len(name) - 9) // 2)
    lines = [f"{bar} MODULE {name} {bar}".ljust(WIDTH, "-")]
    lines += comment(f"A behavior of {plain} in {counted(len(trace), 'step')}")
    lines += [f"EXTENDS {plain}", ""]
    lines += [*listed("CONSTANTS", members), ""] if members else []
    lines += comment(f"In each state: {', '.join(module.t.state)}")
    lines += [*definition("TraceStates", (), states), "", BEHAVIOR, "=" * WIDTH, ""]
    given = for_trace(module, text, "TraceSpec", members)
    files = {f"{plain}.tla": text, f"{name}.tla": "\n".join(lines), f"{name}.cfg": given}
    return Printed(name, files)


class _Values:
    """A state as a tuple of the values of the module's variables."""

    def __init__(self, module: Module) -> None:
        self.t, self.model = module.t, module.model
        self.owners = self.model.make_members(World(self.model))

    def __call__(self, state: OneState) -> Term:
        found: dict[str, Any] = {}
        at = zip(self.model.variables, self.model.layout.cells, state.values, strict=False)
        for (variable, cls), cell, value in at:
            known = self.t.variable(cls.root, variable.name)
            if known is None:
                continue
            written = self.t.encoding.value(value)
            if known.indexed:
                owner = next(m for m in self.owners[cls.root] if m.name == cell.owner)
                found.setdefault(known.name, []).append((self.t.encoding.value(owner), written))
            else:
                found[known.name] = written
        if self.model.delivery is not None:
            found[self.t.wire.variable] = self._messages(state)
        values = (found[name] for name in self.t.state)
        return Listed("<<", tuple(pairs(v[::-1]) if isinstance(v, list) else v for v in values))

    def _messages(self, state: OneState) -> Term:
        value = self.t.encoding.value
        kind = self.t.wire.kind
        if kind == "set":
            return Listed("{", tuple(value(message) for message, _ in state.messages))
        if kind == "bag":
            return value(Map(state.messages)) if state.messages else EMPTY
        ends = {m.name: value(m) for group in self.owners.values() for m in group}
        queues = state.values[len(self.model.variables) :]
        between = zip(self.model.channels, queues, strict=True)
        return pairs([(Listed("<<", (ends[a], ends[b])), value(q)) for (a, b), q in between])
