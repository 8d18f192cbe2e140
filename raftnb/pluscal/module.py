"""A model as a module of TLA+ for checking, and its configuration: TLC counts the same states."""

from __future__ import annotations

import re
from dataclasses import dataclass

from raftnb.data.errors import SpecError
from raftnb.language.spec import Model
from raftnb.pluscal.claims import Claim, Claims
from raftnb.pluscal.helpers import HELPERS, binding_none_of
from raftnb.pluscal.layout import Align, Group, Line, Nest, row
from raftnb.pluscal.names import camel
from raftnb.pluscal.printing import WIDTH, document
from raftnb.pluscal.remarks import about_class
from raftnb.pluscal.steps import Change
from raftnb.pluscal.terms import (
    EMPTY,
    Cases,
    Except,
    Field,
    Function,
    Index,
    Infix,
    Listed,
    Name,
    State,
    Term,
    conjunction,
    union,
)
from raftnb.pluscal.translation import Translation
from raftnb.pluscal.values import string
from raftnb.pluscal.writing import block, comment, defined, definition, listed
from raftnb.tree.nodes import Member

AWAITED = "What is so in some state: TLC is not asked"
STEPS = "What is claimed of every step that changes something: TLA+ asks nothing of others"
ASSUMED = "What is assumed of the constants"
BEGUN = "What is so at the start"
POSSIBLE = "What can be so again after every state: nothing that TLA+ can claim"


@dataclass(frozen=True)
class Printed:
    """A module and its configurations: their texts by the names of their files."""

    name: str
    files: dict[str, str]


class Module:
    """What the PlusCal algorithm and the plain module have in common."""

    def __init__(self, model: Model) -> None:
        if model.starts:
            raise SpecError(
                "a model that starts in given states",
                allowed="the specification's own initial states, in PlusCal and TLA+",
                cure="print the model itself, or the trace that leads to the state: trace_module",
            )
        self.model, self.spec = model, model.spec
        self.t = Translation(model)
        self.actions = self.t.actions()
        self.claims = Claims(self.t)
        self.invariants = self.claims.of(self.spec.invariants)
        self.awaited = self.claims.of(self.spec.sometimes)
        self.possible = self.claims.of(self.spec.possible)
        self.constraints = self.claims.of(self.spec.constraints)
        self.steps = self.claims.of(self.spec.transitions)
        self.final = self.claims.of((self.spec.final,) if self.spec.final else ())
        self.assumed, self.begun = self.claims.of_the_beginning()
        self.liveness = self.claims.liveness()
        self.constraint = self.claims.constraint()
        self.symmetry = self.claims.symmetry()
        self.name = camel(self.spec.name)

    # Parts of a module.

    def head(self, name: str) -> list[str]:
        """The first lines, up to the constants."""
        bar = "-" * ((WIDTH - len(name) - 9) // 2)
        lines = [f"{bar} MODULE {name} {bar}".ljust(WIDTH, "-")]
        lines += comment(f"{self.spec.name}: {self.spec.summary}") if self.spec.summary else []
        return [*lines, "EXTENDS Integers, Sequences, FiniteSets, TLC", ""]

    def declared(self, body: list[str]) -> list[str]:
        """The constants that a module needs, and the operators that it brings along."""
        horizon: list[str] = []
        if _mentions(body, "Horizon"):
            said = "Natural numbers are gone through up to here"
            horizon = defined(said, "Horizon", (), self.claims.horizon())
        return [*self._constants([*body, *horizon]), *self._helpers(), *horizon]

    def _constants(self, body: list[str]) -> list[str]:
        roots = {name: self.t.program.classes[root] for root, name in self.t.sets.items()}
        groups = [(about_class(roots[name]), [name]) for name in self.t.sets.values()]
        bounds = [*self.t.constants.values()]
        groups += [("Bounds, and other numbers", bounds), ("What is not there", ["None"])]
        used = [(said, [n for n in names if _mentions(body, n)]) for said, names in groups]
        used = [(said, names) for said, names in used if names]
        lines: list[str] = []
        for number, (said, names) in enumerate(used):
            mark = "," if number < len(used) - 1 else ""
            lines += [*comment(said, 2), *listed("", names, 1)]
            lines[-1] += mark
        return ["CONSTANTS", *lines, ""] if lines else []

    def _helpers(self) -> list[str]:
        found = []
        declared = {*self.t.sets.values(), *self.t.constants.values()}
        for name in self.t.helpers:
            about, code = HELPERS[name]
            code = binding_none_of(declared, code)
            found += [*comment(about), *code.split("\n"), ""]
        return found

    def operators(self, indent: int = 0) -> list[str]:
        """The operators of the specification."""
        lines = []
        for one in self.t.definitions.values():
            lines += defined(one.about, one.name, one.parameters, one.body, indent)
        return lines

    def defined_once(self, *groups: list[Claim]) -> list[list[Claim]]:
        """The groups, each without the claims of those before it: TLA+ defines a name once."""
        known: set[str] = set()
        found = []
        for group in groups:
            found.append([claim for claim in group if claim.name not in known])
            known |= {claim.name for claim in group}
        return found

    def claimed(self, claims: list[Claim], indent: int = 0) -> list[str]:
        """Claims as definitions."""
        lines = []
        for one in claims:
            lines += defined(one.about, one.name, (), one.body, indent)
        return lines

    def about_constants(self) -> list[str]:
        """What is assumed of the constants, for TLC to look at before it begins."""
        return [line for one in self.assumed for line in (f"ASSUME {one.name}", "")]

    def about_steps(self) -> list[str]:
        """Claims about steps, as TLC takes them."""
        lines = []
        for one in self.steps:
            lines += comment(one.about)
            body = row("[][", Align(Group(document(one.body))), "]_vars")
            lines += [*block(Group(row(f"{one.name} ==", Nest(2, row(Line(), body))))), ""]
        return lines

    def bounds(self) -> list[str]:
        """What bounds an exploration, and what is symmetric."""
        lines = []
        if self.constraint != conjunction([]):
            lines += [*definition("Constraint", (), self.constraint), ""]
        if self.symmetry is not None:
            lines += [*definition("Symmetry", (), self.symmetry), ""]
        return lines

    # The state machine.

    def starts(self) -> list[tuple[str, str, Term]]:
        """Each variable, how it begins (`=` or `\\in`), and with what."""
        variables = {v.name: v for v in self.t.variables.values() if v.name != "pc"}
        found = [(name, *self.t.starts(one)) for name, one in variables.items()]
        if self.t.wire.variable in self.t.state:
            found.append((self.t.wire.variable, "=", self._no_messages()))
        return found

    def _no_messages(self) -> Term:
        kind = self.t.wire.kind
        if kind == "set":
            return Listed("{", ())
        if kind == "bag":
            return EMPTY
        everyone = union([self.t.encoding.domain(member) for member in self._ends()])
        return Function(self.t.fresh("c"), Infix("\\X", (everyone, everyone)), EMPTY)

    def _ends(self) -> list[Member]:
        return [Member(c.root) for c in self.model.processes if not c.everywhere]

    def first_labels(self) -> Term | None:
        """Where each process begins that takes its actions in order; None if there is none."""
        found: list[tuple[Term, Term]] = []
        for cls in self.model.processes:
            if cls.cycle is not None:
                among = self.t.encoding.domain(Member(cls.root))
                found.append((among, string(cls.cycle.labels[0])))
        if not found:
            return None
        domain = union([among for among, _ in found])
        label, p = found[-1][1], self.t.fresh("p")
        for among, one in reversed(found[:-1]):
            label = Cases(Infix("\\in", (Name(p), among)), one, label)
        return Function(p, domain, label)

    def faults(self) -> list[tuple[str, Change]]:
        """The network's own steps."""
        kinds = [cls for cls in self.model.processes if cls.root == "Network"]
        names = [
            name
            for cls in kinds
            for name, a in cls.actions.items()
            if (cls.root, name) not in self.t.actions_of
        ]
        return [(name, self._fault(name)) for name in names]

    def _fault(self, name: str) -> Change:
        wire, m = self.t.wire, Name(self.t.fresh("m"))
        if name == "lose":
            lost = wire.meaning("discard", [m])
            assert lost is not None
            return lost
        now = State(wire.variable)
        channel = Listed("<<", (Field(m, "source"), Field(m, "dest")))
        more = Infix("\\o", (Listed("<<", (m,)), Index(now, channel)))
        return Change(wire.variable, (), Except(now, (channel,), more))


def _mentions(lines: list[str], name: str) -> bool:
    pattern = re.compile(rf"\b{re.escape(name)}\b")
    return any(pattern.search(line.partition("\\*")[0]) for line in lines)
