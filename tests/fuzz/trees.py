"""The typed trees of a random specification, evaluated by a small interpreter, against running."""

from __future__ import annotations

from functools import partial
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.data.trace import State
from raftnb.tree import Program
from tests.fuzz.compare import Findings, short
from tests.fuzz.subject import Subject
from tests.oracles.by_hand import (
    UNDEFINED,
    exact,
    exact_state,
    outcomes,
    some_states,
    truth,
)
from tests.oracles.tree_interpreter import UndefinedError, steps
from tests.oracles.tree_interpreter import truth as truth_of_tree


def compare_trees(found: Findings, subject: Subject) -> None:
    """Each action and claim that has a tree, in states reached and in others."""
    spec, hand = subject.spec, subject.hand
    program = Program(hand.model)
    actions = [
        (cls, name)
        for cls in hand.model.processes
        for name in cls.actions
        if has_tree(found, "action", partial(program.action, cls, name))
    ]
    claims = [*spec.invariants, *spec.sometimes, *spec.constraints]
    claims = [c for c in claims if has_tree(found, "claim", partial(program.claim, c))]
    transitions = [
        c for c in spec.transitions if has_tree(found, "claim", partial(program.claim, c))
    ]
    for state in some_states(hand, 16):
        for action in actions:
            same_steps(found, program, state, *action)
        for claim in claims:
            same_truth(found, program, claim, state, None)
    for state, _, after in hand.steps[:: max(1, len(hand.steps) // 16)]:
        for claim in transitions:
            same_truth(found, program, claim, state, after)


def has_tree(found: Findings, what: str, lowered: Any) -> bool:
    """Whether an action or a claim has a tree; a refusal is counted."""
    found.counts[f"trees of {what}s asked"] += 1
    try:
        lowered()
    except SpecError as error:
        found.refusals[f"tree: {short(error)}"] += 1
        found.judge_refusal("tree", error)
        if not error.place:
            found.differ("tree: a refusal without a place", error)
        return False
    except Exception as error:
        found.differ(f"tree: {type(error).__name__}", error)
        return False
    return True


def same_steps(found: Findings, program: Program, state: State, cls: Any, name: str) -> None:
    """The ways of an action's tree are those of running it."""
    model = program.model
    for (process, action, arguments), ways in outcomes(model, state).items():
        if action != name or type(process) is not cls:
            continue
        found.counts["tree: actions run"] += 1
        function = cls.actions[name]
        try:
            rows = steps(program, model, state, process, function, arguments)
            mine: Any = [(tuple(map(exact, choices)), exact_state(s)) for choices, s in rows]
        except UndefinedError:
            mine = UNDEFINED
        except Exception as error:
            found.differ(
                f"tree and World: {type(error).__name__}", f"{name}{arguments}: {error}\n{state}"
            )
            return
        theirs = ways
        if ways != UNDEFINED:
            theirs = [(tuple(map(exact, step.choices)), exact_state(s)) for step, s in ways]
        found.counts["tree: actions undefined"] += theirs == UNDEFINED
        if mine != theirs:
            text = f"{process}.{name}{arguments}: tree {mine}, World {theirs}\n{state}"
            found.differ("tree and World: steps", text)
            return


def same_truth(
    found: Findings, program: Program, claim: Any, state: State, after: State | None
) -> None:
    """The value of a claim's tree is that of running it."""
    found.counts["tree: claims evaluated"] += 1
    theirs = truth(program.model, claim, state, after)
    found.counts["tree: claims undefined"] += theirs == UNDEFINED
    try:
        mine: Any = truth_of_tree(program, program.model, claim, state, after)
    except UndefinedError:
        mine = UNDEFINED
    except Exception as error:
        found.differ(
            f"tree and World: {type(error).__name__}", f"{claim.__name__}: {error}\n{state}"
        )
        return
    if mine != theirs:
        text = f"{claim.__name__}: tree {mine}, World {theirs}\n{state}"
        found.differ("tree and World: claim", text)
