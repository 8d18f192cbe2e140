"""Refinement by proof on random specifications: what is proved must hold where it is explored.

The abstract specification has one variable, of each process or shared, that is what an expression
of the concrete state says, and a few actions that change it. Which of these each concrete action is
said to become is chosen at random, so most of what is claimed is false.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

from raftnb.data.verdict import Verdict
from raftnb.language.mapping import Becomes, Takes, seen_by
from raftnb.prove import Lemma, Proof, prove_refines
from raftnb.refine import refines
from tests.fuzz.compare import Findings
from tests.fuzz.proofs import without_bounds
from tests.fuzz.subject import Subject
from tests.oracles.by_hand import Explored, exact
from tests.oracles.random_specs import HEADER, load
from tests.oracles.random_types import Chance

QUESTIONS, MOST = 2, 400
AFTER = 9  # a seed of its own, beside those of other comparisons
SHARED = """
class Seen(Globals):
    v: {type} = {start}


class Mover(Process):
{actions}

SPEC = Spec("abstract", (Mover,), (Seen,))
"""
OWN = """
class Node(Process, number="nodes"):
    v: {type} = {start}

{actions}

SPEC = Spec("abstract", (Node,), constants={{"nodes": 2}})
"""
TRUTHS = {
    "put": ("to: bool", "{v} = to"),
    "up": ("", "when(not {v})", "{v} = True"),
    "down": ("", "when({v})", "{v} = False"),
    "flip": ("", "{v} = not {v}"),
    "choose": ("", "{v} = either(True, False)"),
}
NUMBERS = {
    "up": ("", "{v} += 1"),
    "most": ("", "{v} = min({v} + 1, 2)"),
    "zero": ("", "{v} = 0"),
    "choose": ("", "{v} = either(0, 1, 2)"),
    "turn": ("", "when({v} < 2)", "{v} = 1 - {v}"),
}
FUNCTIONS = """

def seen({parameter}) -> {type}:
    return {now}


def seen_later({own}) -> {type}:
    return {later}


def changed({own}) -> bool:
    return {now_own} != {later}
"""


@dataclass(frozen=True)
class View:
    """An expression of the state, `{0}` where it says whose variable it reads; its first value."""

    text: str
    of_node: bool
    start: Any

    def of(self, owner: str) -> str:
        return self.text.replace("{0}", owner)

    @property
    def type(self) -> str:
        return type(self.start).__name__


def compare_simulations(found: Findings, subject: Subject) -> None:
    """Claims of refinement about some views of a specification."""
    reduced = subject.provable
    chance = Chance(zlib.crc32(subject.text.encode()) + AFTER)
    views = some_views(reduced, subject.hand)
    for _ in range(QUESTIONS if views else 0):
        view = chance.one(views)
        module = load(reduced.text + written(view), subject.directory, "mapped")
        abstract, actions = some_abstract(chance, view, subject)
        steps = some_steps(chance, module, view, actions)
        with found.asking("prove_refines"):
            same_simulation(found, chance, module, abstract.SPEC, view, steps)


def some_views(subject: Subject, hand: Explored) -> list[View]:
    """What can be seen of each variable that changes: of a first process, or shared."""
    found, model = [], subject.spec(history=True)
    first, met = model.initial_states[0], [*hand.states, *hand.outside]
    for owner, name in first.layout.index:
        values = {exact(state[owner, name]) for state in met}
        if owner not in ("Shared", "n1") or name == "pc" or len(values) < 2:
            continue
        value, read = first[owner, name], "{0}." + name
        for text, seen in (
            (read, value),
            (f"{read} % 3", value % 3 if isinstance(value, int) else 0),
            (f"{read} == 1", value == 1),
            (f"{read} % 2 == 0", isinstance(value, int) and value % 2 == 0),
            (f"len({read})", len(value) if isinstance(value, tuple | frozenset) else 0),
            (f"{read} is None", value is None),
        ):
            number = type(value) is int
            fits = {
                read: type(value) in (bool, int),
                f"{read} % 3": number,
                f"{read} == 1": number,
                f"{read} % 2 == 0": number,
                f"len({read})": isinstance(value, tuple),
                f"{read} is None": value is None,
            }
            if fits[text]:
                found.append(View(text, owner != "Shared", seen))
    return found


def written(view: View) -> str:
    """The functions of a mapping, as text."""
    owner = ("n", "self") if view.of_node else ("Shared", "Shared")
    return FUNCTIONS.format(
        type=view.type,
        parameter="n: Node" if view.of_node else "",
        own="self: Node" if view.of_node else "",
        now=view.of(owner[0]),
        now_own=view.of(owner[1]),
        later=view.of(f"after({owner[1]})"),
    )


def some_abstract(chance: Chance, view: View, subject: Subject) -> tuple[Any, dict[str, Any]]:
    """A specification with one variable, and its actions by name."""
    actions: dict[str, Any] = TRUTHS if view.type == "bool" else NUMBERS
    place = "self.v" if view.of_node else "Seen.v"
    lines = []
    for name, (parameters, *body) in actions.items():
        given = f"self, {parameters}" if parameters else "self"
        lines += [f"    def {name}({given}) -> None:"]
        lines += [f"        {line.format(v=place)}" for line in body] + [""]
    form = OWN if view.of_node else SHARED
    start = view.start if chance.yes(0.95) else type(view.start)(1)
    text = form.format(type=view.type, start=start, actions="\n".join(lines))
    return load(HEADER + text, subject.directory, "abstract"), actions


def some_steps(
    chance: Chance, module: Any, view: View, actions: dict[str, Any]
) -> dict[str, Becomes]:
    """For most of the concrete actions a step or two of the abstract specification."""
    found, root = {}, "Node" if view.of_node else "Mover"
    for cls in module.SPEC.processes:
        for name in cls.actions:
            if cls.root != "Node" or chance.yes(0.1):
                continue
            usual = "put" if view.type == "bool" else "choose"
            takes = tuple(
                one_step(module, root, chance.one([*actions, *[usual] * 5]))
                for _ in range(chance.one((1, 1, 1, 1, 2)))
            )
            when = module.changed if chance.yes(0.6) else None
            found[f"{cls.root}.{name}"] = Becomes(takes, when)
    return found


def one_step(module: Any, root: str, action: str) -> Takes:
    """A step; what it is given or picks is what is seen afterwards."""
    if action == "put":
        return Takes(f"{root}.put", {"to": module.seen_later})
    picks = (module.seen_later,) if action == "choose" else None
    return Takes(f"{root}.{action}", picks=picks)


def same_simulation(
    found: Findings, chance: Chance, module: Any, abstract: Any, view: View, steps: Any
) -> None:
    """A refinement that is proved is explored with 1 to 3 processes, without bounds."""
    spec, claims = module.SPEC, module.SPEC.invariants
    proof = Proof(spec, (Lemma(chance.one(claims)),)) if claims and chance.yes(0.2) else spec
    mapping = {"Node.v" if view.of_node else "Seen.v": module.seen}
    report = prove_refines(
        proof, abstract, mapping, steps=steps, workers=1, timeout=1.0, trust=chance.yes(0.7)
    )
    found.counts[f"refinements proved: {report.verdict}"] += 1
    if report.verdict is not Verdict.HOLDS:
        return
    at_once = max([len(becomes.steps) for becomes in steps.values()], default=1)
    for nodes in (1, 2, 3):
        model = without_bounds(spec)(history=True, nodes=nodes)
        above = abstract(nodes=nodes) if view.of_node else abstract()
        answer = refines(
            model, above, seen_by(mapping)(above), fair=False, at_once=at_once, max_states=MOST
        )
        found.counts[f"refinements proved and explored: {answer.verdict}"] += 1
        moves = not any(told.startswith("no step of") for told in answer.partial)
        found.counts["refinements proved, and steps of them explored"] += moves
        if answer.verdict is Verdict.VIOLATED:
            told = f"{view.text}, {steps}: {answer}"
            found.differ("prove_refines: holds, and exploration: no", told)
