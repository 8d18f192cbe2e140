"""Random specifications from the grammar of the language, as text that is imported as a module.

`make(seed)` is the same text for the same seed. Each specification switches on a random part of
the grammar (swarm testing: Groce et al., ISSTA 2012), so that rare shapes come together, and one
construct that an engine refuses does not hide all the others.
"""

from __future__ import annotations

import importlib.util
import itertools
import linecache
import re
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tests.oracles.random_expressions  # noqa: F401  registers the productions
from tests.oracles.random_mistakes import with_mistake
from tests.oracles.random_oddities import with_oddities
from tests.oracles.random_proofs import Proofs, with_operators
from tests.oracles.random_statements import Lines, Statements, indented, operator_body
from tests.oracles.random_types import (
    BOOL,
    INT,
    LETTER,
    NAT,
    NUMBERS,
    Chance,
    Operator,
    Ty,
    Variable,
    Vocabulary,
    literal,
    map_of,
    option,
    seq,
    set_of,
    within,
)
from tests.oracles.random_writer import Scope, Writer

HEADER = """\
from __future__ import annotations

from enum import Enum
from typing import Any, Literal

from raftnb.language import (
    Delivery, Domain, Globals, Map, Message, Nat, Process, Record, Seq, Set, Spec, after, anything,
    cycle, discard, each, either, first, history, in_flight, macro, reply, send, when,
)
from raftnb.prove import Lemma, Proof
"""
SEEN_BY_CLAIMS = {
    "n",
    "max",
    "min",
    "len",
    "abs",
    "frozenset",
    "not",
    "and",
    "or",
    "in",
    "if",
    "else",
}
NODE = Ty("member", "Node")
FURTHER = 10**9
MISTAKEN, ODD = 0.06, 0.35


@dataclass(frozen=True)
class Made:
    """A specification made: its text, and how often each production of the grammar was used.

    `mistake` is the line in it for which it must be refused, if any.
    """

    seed: int
    text: str
    kinds: Counter[str]
    symmetric: bool
    network: tuple[bool, bool, bool] | None
    mistake: str = ""


def make(seed: int) -> Made:
    """The specification of a seed."""
    return Maker(Chance(seed), Chance(seed + FURTHER)).made(seed)


def load(text: str, directory: Path, name: str = "made") -> Any:
    """A module from its text, written to a file so that its source is found."""
    path = directory / f"{name}.py"
    path.write_text(text)
    linecache.checkcache(str(path))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Maker:
    """Makes one specification."""

    def __init__(self, chance: Chance, further: Chance) -> None:
        self.chance, self.further, self.words = chance, further, Vocabulary()
        further.made = chance.made
        self.blocks: list[Lines] = []
        self.claims: dict[str, list[str]] = {"invariants": [], "transitions": [], "sometimes": []}
        self.assigned: list[tuple[Variable, str]] = []
        self.histories: list[Variable] = []
        self.constraints: list[str] = []
        self.delivery: tuple[bool, bool, bool] | None = None
        self.share = chance.one((0.0, 0.02, 0.05, 0.05, 0.15, 0.4))
        self.large = self.share > 0.1

    def made(self, seed: int) -> Made:
        """The whole text."""
        self.choose_words()
        self.define_values()
        self.choose_variables()
        self.choose_histories()
        share = self.share
        self.g = Writer(self.chance, self.words, share)
        self.statements = Statements(self.g, share)
        self.define_shared()
        self.define_processes()
        self.words.variables += self.histories
        self.define_claims()
        self.define_proof()
        lines = [line for block in self.blocks for line in ["", "", *block]]
        text, mistake = HEADER + "\n".join(lines) + "\n", ""
        if self.further.yes(ODD):
            self.chance.made["oddities"] += 1
            text = with_oddities(text, self.further)
        if self.further.yes(MISTAKEN):
            self.chance.made["a mistake"] += 1
            text, mistake = with_mistake(text, self.further)
        kinds = Counter({name: n for name, n in self.chance.made.items() if n})
        return Made(seed, text, kinds, "symmetric" in kinds, self.delivery, mistake)

    # Names and types.

    def choose_words(self) -> None:
        chance, words = self.chance, self.words
        words.members.append(NODE)
        words.processes.append("Node")
        if chance.yes(0.25 if self.large else 0.1):
            words.members.append(Ty("member", chance.one(("Boss", "Boss", "Boss", "Note"))))
            words.processes.append(words.members[-1].cls)
            chance.made["several process classes"] += 1
        if chance.yes(0.4):
            words.members.append(Ty("member", chance.one(("Key", "Key", "Key", "Nail"))))
            chance.made["a domain"] += 1
        words.enums["Color"] = ("RED", "BLUE")
        if chance.yes(0.3):
            words.enums["Mood"] = ("RED", "CALM")
            chance.made["two enums with equal values"] += 1
        if chance.yes(0.45):
            flags = (chance.yes(0.5), chance.yes(0.5), chance.yes(0.5))
            self.delivery = flags
            words.messages["Ping"] = (("n", NAT),)
            if chance.yes(0.5):
                words.messages["Pong"] = (("n", NAT),)
                words.subclasses["Ping"] = ("Pong",)
            if chance.yes(0.4):
                words.messages["Word"] = (("who", option(NODE)), ("c", Ty("enum", "Color")))
            chance.made["network: loses {}, duplicates {}, reorders {}".format(*flags)] += 1

    def define_values(self) -> None:
        """Enums, domains, records and messages."""
        words, chance = self.words, self.chance
        for name, members in words.enums.items():
            values = [f'    {m} = "{m.lower()}"' for m in members]
            self.blocks.append([f"class {name}(Enum):", *values])
        for member in words.members:
            if member.cls not in words.processes:
                self.blocks.append([f'class {member.cls}(Domain, number="keys"):', "    pass"])
        if chance.yes(0.5):
            words.records["Entry"] = (("n", INT), ("who", option(NODE)))
            self.record("Entry")
        if chance.yes(0.35):
            words.records["Base"] = (("n", NAT),)
            words.records["Left"] = (("n", NAT),)
            words.records["Right"] = (("n", NAT), *([("yes", BOOL)] if chance.yes(0.5) else []))
            words.subclasses["Base"] = ("Left", "Right")
            self.record("Base")
            self.record("Left", "Base")
            self.record("Right", "Base")
            chance.made["records with subclasses"] += 1
        for name in words.messages:
            base = "Ping" if name == "Pong" else "Message"
            own = () if name == "Pong" else words.messages[name]
            fields = [f"    {f}: {t}" for f, t in own]
            self.blocks.append([f"class {name}({base}):", *(fields or ["    pass"])])

    def record(self, name: str, base: str = "Record") -> None:
        inherited = dict(self.words.records.get(base, ()))
        fields = [f"    {f}: {t}" for f, t in self.words.records[name] if f not in inherited]
        self.blocks.append([f"class {name}({base}):", *(fields or ["    pass"])])

    def some_type(self, depth: int = 1) -> Ty:
        """A type for a variable."""
        chance, words = self.chance, self.words
        records = words.record_types() if self.large or chance.yes(0.3) else []
        plain = chance.one([*words.plain(), INT, NAT, NAT, BOOL, *records])
        if plain.kind == "member" and not (self.large and chance.yes(0.4)):
            plain = option(plain)
        if depth == 0 or chance.yes(0.4):
            return plain
        inner, member = self.some_type(depth - 1), chance.one(words.members)
        if not self.large and inner.kind == "option":
            inner = chance.one((NAT, LETTER))
        forms = [
            option(inner),
            option(member),
            seq(inner),
            seq(inner),
            set_of(inner),
            set_of(member),
        ]
        forms += [map_of(chance.one([member, NAT, LETTER]), inner)] * 2
        if len(words.records) > 1 and self.large:
            names = chance.sample(list(words.records), 2)
            forms += [Ty("union", "", tuple(Ty("record", n) for n in names))] * 2
        return chance.one(forms)

    def choose_variables(self) -> None:
        chance, words = self.chance, self.words
        words.variables.append(Variable("Node", "x", chance.one((NAT, NAT, INT))))
        for process in words.processes:
            for name in ("y", "z")[: chance.one((0, 1, 1, 2))]:
                words.variables.append(Variable(process, name, self.some_type(self.depth())))
        for name in ("u", "w")[: chance.one((0, 1, 1, 2))]:
            words.variables.append(Variable("Shared", name, self.some_type(self.depth()), False))

    def choose_histories(self) -> None:
        """History variables: nothing but claims, and they themselves, may read them."""
        for owner, is_process in (("Node", True), ("Shared", False)):
            if self.further.yes(0.12):
                self.histories.append(Variable(owner, "past", self.some_type(1), is_process))

    def depth(self) -> int:
        return self.chance.one((0, 1, 1, 2)) if self.large else self.chance.one((0, 1, 1))

    def declaration(self, v: Variable) -> str:
        """A variable's line in its class."""
        chance, kind = self.chance, v.type.kind
        value = literal(chance, self.words, v.type)
        total = kind == "map" and v.type.args[0].kind == "member"
        if total and chance.yes(0.7):
            inner = literal(chance, self.words, v.type.args[1])
            value = f"each({inner})" if inner else value
        if value is None or (kind in ("bool", "enum") and chance.yes(0.15)):
            value = chance.one(("first()", "anything()"))
            chance.made[value] += 1
        if v in self.histories:
            chance.made["history"] += 1
            value = f"history({value})"
        chance.made[f"variable: {kind}"] += 1
        return f"    {v.name}: {v.type} = {value}"

    # Classes.

    def define_shared(self) -> None:
        own = [v for v in (*self.words.variables, *self.histories) if not v.process]
        if own:
            self.blocks.append(["class Shared(Globals):", *map(self.declaration, own)])

    def define_processes(self) -> None:
        for process in self.words.processes:
            number = '(Process, number="nodes")' if process == "Node" else "(Process)"
            known = (*self.words.variables, *self.histories)
            own = [v for v in known if v.process and v.owner == process]
            block = [f"class {process}{number}:", *map(self.declaration, own)]
            if process == "Node":
                self.define_functions()
            block += self.operators(process) + self.macros(process) + self.actions(process)
            self.blocks.append(block)
        if self.chance.yes(0.25):
            self.blocks.append(self.varied())

    def signature(self) -> tuple[tuple[str, Ty], ...]:
        names = ("a", "k", "n")[: self.chance.one((0, 1, 1, 2))]
        types = [*{v.type: None for v in self.words.variables}, *self.words.plain()]
        return tuple((name, self.chance.one(types)) for name in names)

    def define_functions(self) -> None:
        """Operators that are no methods."""
        if self.further.yes(0.2):
            self.blocks += with_operators(self.further, self.words)
        for i in range(self.chance.one((0, 0, 1, 2))):
            parameters, result = self.signature(), self.g.any_type()
            text = ", ".join(f"{n}: {t}" for n, t in parameters)
            body = operator_body(self.g, Scope(parameters, "", "operator"), result)
            self.blocks.append([f"def plain{i}({text}) -> {result}:", *indented(body)])
            self.words.operators.append(Operator("", f"plain{i}", parameters, result))

    def operators(self, process: str) -> Lines:
        lines: Lines = []
        for i in range(self.chance.one((0, 0, 1))):
            parameters, result = self.signature(), self.g.any_type()
            text = "".join(f", {n}: {t}" for n, t in parameters)
            scope = Scope((("self", Ty("member", process)), *parameters), process, "operator")
            body = operator_body(self.g, scope, result)
            lines += ["", f"    def op{i}(self{text}) -> {result}:", *indented(indented(body))]
            self.words.operators.append(Operator(process, f"op{i}", parameters, result))
        return lines

    def macros(self, process: str) -> Lines:
        if self.chance.yes(0.75):
            return []
        parameters = self.signature()
        text = "".join(f", {n}: {t}" for n, t in parameters)
        scope = Scope((("self", Ty("member", process)), *parameters), process)
        body, _ = self.statements.block(scope, self.chance.one((1, 2)), 1)
        self.words.macros.append(Operator(process, "run", parameters, BOOL))
        return ["", "    @macro", f"    def run(self{text}):", *indented(indented(body))]

    def actions(self, process: str) -> Lines:
        lines: Lines = []
        names = [f"do{i}" for i in range(self.chance.one((1, 2, 2) if self.large else (1, 1, 2)))]
        for name in names:
            parameters = self.parameters()
            if process == "Node" and name == "do0":
                self.first_action = name, parameters
            lines += self.action(process, name, parameters)
        for cls in [*self.words.messages][: self.chance.one((1, 2, 3))]:
            kind = self.chance.one((cls, cls, "Message")) if process == "Node" else ""
            if kind:
                lines += self.action(process, f"on{cls}", (("m", Ty("message", kind)),))
        if len(names) > 1 and self.chance.yes(0.15):
            self.chance.made["cycle"] += 1
            lines += ["", f"    order = cycle({', '.join(names)})"]
        return lines

    def parameters(self) -> tuple[tuple[str, Ty], ...]:
        """The parameters of an action, each of a type to choose from."""
        names = ("p", "k")[: self.chance.one((0, 0, 1, 1, 2))]
        return tuple((name, self.chance.one(self.words.choosable())) for name in names)

    def action(self, process: str, name: str, parameters: tuple[tuple[str, Ty], ...]) -> Lines:
        scope = Scope((("self", Ty("member", process)), *parameters), process)
        text = "".join(f", {n}: {t}" for n, t in parameters)
        body = self.statements.guard(scope) if self.chance.yes(0.6) else []
        count = self.chance.one((1, 2, 2, 3) if self.large else (1, 1, 2))
        body += self.statements.block(scope, count)[0]
        self.remember(process, body)
        if self.histories and self.further.yes(0.6):
            body = self.told(body, scope)
        return ["", f"    def {name}(self{text}):", *indented(indented(body))]

    def told(self, body: Lines, scope: Scope) -> Lines:
        """An action's body with what it tells the history variables, before or after the rest."""
        seen, before = replace(scope, mode="claim"), list(self.words.variables)
        self.words.variables += self.histories
        able = [v for v in self.histories if v.owner in (scope.me, "Shared")]
        lines: Lines = []
        for v in able:
            owner = "self" if v.process else v.owner
            line = f"{owner}.{v.name} = {self.statements.value(v.type, seen, 2)}"
            test = self.g.expr(BOOL, seen, 1)
            head, _ = self.g.domain(seen, 0)
            shapes = ([line], [f"if {test}:", f"    {line}"], [f"for q in {head}:", f"    {line}"])
            lines += self.further.one(shapes)
        self.words.variables[:] = before
        return self.further.one(([*body, *lines], [*lines, *body]))

    def remember(self, process: str, body: Lines) -> None:
        """What an action assigns, for claims about its steps."""
        for line in body:
            for v in self.words.variables:
                start = f"{'self' if v.process else 'Shared'}.{v.name} = "
                if line.startswith(start) and v.owner in (process, "Shared"):
                    if "either" not in line and "m." not in line:
                        self.assigned.append((v, line.removeprefix(start)))

    def varied(self) -> Lines:
        """A subclass of Node that overrides an action, perhaps running the one that it varies."""
        name, parameters = self.first_action
        scope = Scope((("self", NODE), *parameters), "Node")
        body, _ = self.statements.block(scope, 1, 1)
        text = "".join(f", {n}: {t}" for n, t in parameters)
        above = f"super().{name}({', '.join(n for n, _ in parameters)})"
        self.chance.made["a varied class"] += 1
        parts = self.chance.one(([above], [*body, above], [above, *body], body))
        return ["class Late(Node):", f"    def {name}(self{text}):", *indented(indented(parts))]

    # Claims.

    def define_claims(self) -> None:
        for i in range(self.chance.one((1, 2, 3))):
            self.claim("invariants", f"always{i}", "claim")
        for i in range(self.chance.one((0, 1, 1))):
            self.claim("transitions", f"step{i}", "step")
        for i in range(self.chance.one((0, 1))):
            self.claim("sometimes", f"once{i}", "claim")
        self.claims_about_what_is_assigned()
        self.bound()
        self.specification()

    def claim(self, group: str, name: str, mode: str) -> None:
        count = self.chance.one((0, 1, 1, 2))
        parameters = tuple((n, self.chance.one(self.words.choosable())) for n in ("n", "c")[:count])
        if self.chance.yes(0.5) and NODE not in dict(parameters).values():
            parameters = (*parameters, ("p", NODE))
        text = ", ".join(f"{n}: {t}" for n, t in parameters)
        depth = 3 if self.large else self.chance.one((1, 2, 2))
        body = operator_body(self.g, Scope(parameters, "", mode), BOOL, depth)
        self.blocks.append([f"def {name}({text}) -> bool:", *indented(body)])
        self.claims[group].append(name)

    def claims_about_what_is_assigned(self) -> None:
        """Claims of steps that are nearly true: what an action assigns, or something like it."""
        for i, (v, text) in enumerate(self.assigned[:2]):
            if not v.process and "self" in text:
                continue
            value = text.replace("self.", "n.").replace("self", "n")
            if set(re.findall(r"(?<!\.)\b[a-z]\w*\b", value)) - SEEN_BY_CLAIMS:
                continue
            before = f"n.{v.name}" if v.process else f"Shared.{v.name}"
            after = f"after(n).{v.name}" if v.process else f"after(Shared).{v.name}"
            other = self.chance.one(
                (value, value, self.g.leaf(v.type, Scope((("n", NODE),), "", "claim")))
            )
            said = f"return {after} in ({before}, {other})"
            head = "n: Node" if v.process else ""
            self.chance.made["claim about what is assigned"] += 1
            self.blocks.append([f"def becomes{i}({head}) -> bool:", f"    {said}"])
            self.claims["transitions"].append(f"becomes{i}")

    def bound(self) -> None:
        """The constraints that keep the states few: a model may leave the history variables out."""
        told = [v for v in self.words.variables if v in self.histories]
        groups = {"small": [v for v in self.words.variables if v not in told], "short": told}
        for name, variables in groups.items():
            parts = []
            for v in variables:
                owner = "node" if v.process else "Shared"
                inner = within(self.words, v.type, f"{owner}.{v.name}")
                if inner:
                    parts.append(f"all({inner} for node in {v.owner})" if v.process else inner)
            body = "\n        and ".join(parts) or "True"
            if variables:
                self.blocks.append([f"def {name}() -> bool:", f"    return ({body})"])
        self.constraints = [name for name, variables in groups.items() if variables]

    def specification(self) -> None:
        chance, words = self.chance, self.words
        late = any(block[0].startswith("class Late") for block in self.blocks)
        processes = ["Late" if late and p == "Node" else p for p in words.processes]
        domains = [m.cls for m in words.members if m.cls not in words.processes]
        constants = {
            "nodes": chance.one((1, 2, 2, 2)),
            "keys": chance.one((1, 2)),
            "most": 1,
            "times": 1,
        }
        lines = ["SPEC = Spec(", '    name="made",', f"    processes=({', '.join(processes)},),"]
        if any(not v.process for v in words.variables):  # histories, too
            lines.append("    shared=(Shared,),")
        if domains:
            lines.append(f"    domains=({', '.join(domains)},),")
        used = {"nodes": constants["nodes"]} | ({"keys": constants["keys"]} if domains else {})
        if self.delivery is not None:
            used |= {"most": chance.one((1, 2)), "times": chance.one((1, 2))}
            flags = "loses={}, duplicates={}, reorders={}".format(*self.delivery)
            lines += [
                f"    delivery=Delivery({flags}),",
                '    distinct_messages="most",',
                '    copies="times",',
            ]
        lines.append(f"    constants={used},")
        lines += [f"    {g}=({', '.join(names)},)," for g, names in self.claims.items() if names]
        lines.append(f"    constraints=({', '.join(self.constraints)},),")
        if chance.yes(0.4):
            chance.made["symmetric"] += 1
            lines.append("    symmetric=(Node,),")
        self.blocks.append([*lines, ")"])

    def define_proof(self) -> None:
        """A proof of all the claims together."""
        late = any(block[0].startswith("class Late") for block in self.blocks)
        actions = [] if late else [self.first_action[0]]
        self.blocks += Proofs(self.g, self.claims, actions, self.further).made()


def every(count: int, first: int = 0) -> list[Made]:
    """The specifications of so many seeds."""
    return [make(seed) for seed in itertools.islice(itertools.count(first), count)]


__all__ = ["INT", "LETTER", "NUMBERS", "Made", "Maker", "every", "load", "make"]
