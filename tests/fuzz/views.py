"""Refinement by a view: `seen_as` with some variables given, against the same view by hand."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from raftnb.data.trace import State
from raftnb.data.verdict import Verdict
from raftnb.language import Model
from raftnb.refine.check import refines
from tests.fuzz.compare import Findings
from tests.fuzz.subject import Subject
from tests.oracles.by_hand import UNDEFINED, Explored, exact_state, outcomes
from tests.oracles.random_types import Chance

Given = Mapping[tuple[str, str], Any]


def compare_views(found: Findings, subject: Subject) -> None:
    """A specification seen as itself, with other values in one variable of one process."""
    hand = subject.hand
    if not hand.complete or hand.undefined:
        return
    model = subject.spec(history=True)
    chance = Chance(zlib.crc32(subject.text.encode()))
    for _ in range(2):
        view = some_view(chance, model)
        with found.asking("view"):
            same_view(found, hand, model, view)


def some_view(chance: Chance, model: Model) -> Any:
    """What is given: the initial value, another process's, or its own; and nothing of some."""
    variables = [
        (cell.owner, cell.variable)
        for cell in model.layout.cells
        if " to " not in cell.owner and cell.variable != "pc"
    ]
    (owner, name), first = chance.one(variables), chance.one(model.initial_states)
    others = [other for other, same in variables if same == name]
    other = chance.one(others)
    form = chance.one(("initial", "other", "swapped", "own"))
    late = chance.yes(0.5)

    def view(state: State) -> Given:
        values = {"initial": first[owner, name], "own": state[owner, name]}
        value = values.get(form, state[other, name])
        found: dict[tuple[str, str], Any] = {(owner, name): (lambda: value) if late else value}
        if form == "swapped":
            found[other, name] = state[owner, name]
        return found

    return view


def same_view(found: Findings, hand: Explored, model: Model, view: Any) -> None:
    """The verdict of `refines` against looking at each step by hand."""

    def seen(state: State) -> Any:
        return state.seen_as(model.layout, view(state))

    answer = refines(hand.model, model, seen, fair=False)
    quick = refines(hand.model, model, seen, fair=False, engine="quick")
    if (quick.verdict, quick.abstract_states) != (answer.verdict, answer.abstract_states):
        found.differ("views: plain Python and memo", f"{quick}\n{answer}")
    found.counts["views"] += 1
    found.counts[f"views: {answer.verdict}"] += 1
    inside = {exact_state(state) for state in hand.states}
    starts = {exact_state(state) for state in model.initial_states}
    wrong = {exact_state(seen(state)) for state in hand.model.initial_states} - starts
    sound, known = not wrong, {}
    for before, _, after in hand.steps:
        mine, theirs = (by_hand(model, state, view(state)) for state in (before, after))
        if exact_state(mine) == exact_state(theirs) or not sound:
            continue
        if (key := exact_state(mine)) not in known:
            ways = outcomes(model, mine).values()
            if UNDEFINED in ways:
                return
            known[key] = {exact_state(end) for rows in ways for _, end in rows}
        if exact_state(theirs) not in known[key]:
            if exact_state(after) not in inside:  # beyond the bounds nobody has to look
                return
            sound = False
    expected = Verdict.HOLDS if sound else Verdict.VIOLATED
    if answer.verdict not in (expected, Verdict.UNKNOWN):
        found.differ(f"view by hand and refines: {expected}, {answer.verdict}", answer)


def by_hand(model: Model, state: State, given: Given) -> State:
    """A state with some values given, put together without `seen_as`."""
    values = []
    for cell, value in zip(state.layout.cells, state.values, strict=True):
        one = given.get((cell.owner, cell.variable), value)
        values.append(one() if callable(one) else one)
    return State(model.layout, tuple(values), state.messages)
