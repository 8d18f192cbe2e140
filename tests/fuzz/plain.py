"""A random specification run as plain Python objects, against running it in a `World`."""

from __future__ import annotations

from typing import Any

from tests.fuzz.compare import Findings
from tests.fuzz.subject import Subject
from tests.oracles.by_hand import UNDEFINED, exact, exact_state, outcomes, truth
from tests.oracles.plain_language import Machine, running
from tests.oracles.random_specs import load

FAULTS = ("lose", "duplicate")


def compare_plain(found: Findings, subject: Subject) -> None:
    """Every initial state, step and claim, in states reached the plain way."""
    if any(cell.history for cell in subject.model.layout.cells):
        return
    text = subject.text.replace("from raftnb.language import", PLAIN).partition("\nPROOF = ")[0]
    plain = load(text, subject.directory, "plainly").SPEC
    machine = Machine(plain, subject.model.horizon)
    token = running.set(machine)
    try:
        same_states(found, subject, machine)
    finally:
        running.reset(token)


PLAIN = "from tests.oracles.plain_language import"


def same_states(found: Findings, subject: Subject, machine: Machine) -> None:
    """Go through states in both worlds together, from the initial ones."""
    mine = {machine.exact(state): state for state in machine.initial()}
    theirs = {comparable(state): state for state in subject.model.initial_states}
    if set(mine) != set(theirs):
        found.differ("plain and World: initial states", f"{sorted(mine)}\n{sorted(theirs)}")
        return
    todo = list(mine)
    for key in todo:
        if len(todo) > 40:
            break
        found.counts["plain: states"] += 1
        same_claims(found, subject, machine, mine[key], theirs[key])
        plain, ours = machine.outcomes(mine[key]), named(subject, theirs[key])
        if set(plain) != set(ours):
            odd = sorted(map(repr, set(plain) ^ set(ours)))
            found.differ("plain and World: actions and arguments", f"{odd}\n{theirs[key]}")
            return
        for call, ways in plain.items():
            found.counts["plain: actions"] += 1
            if not same_ways(found, machine, call, ways, ours[call]):
                return
            if ours[call] == UNDEFINED:
                continue
            for (_, after), (_, there) in zip(ways, ours[call], strict=True):
                if (one := machine.exact(after)) not in mine:
                    mine[one], theirs[one] = after, there
                    todo.append(one)


def comparable(state: Any) -> Any:
    """As `Machine.exact`: cells in order, messages sorted by their text."""
    cells = exact_state(state)[: len(state.values)]
    return (*cells, *sorted(((exact(m), n) for m, n in state.messages), key=repr))


def named(subject: Subject, state: Any) -> dict[Any, Any]:
    """The outcomes of all actions but the network's own, by names."""
    return {
        (str(process), action, tuple(map(exact, arguments))): ways
        for (process, action, arguments), ways in outcomes(subject.model, state).items()
        if action not in FAULTS
    }


def same_ways(found: Findings, machine: Machine, call: Any, ways: Any, ours: Any) -> bool:
    """What World refuses to store is no difference; what it takes, plain Python must take too."""
    if ours == UNDEFINED:
        found.counts["plain: actions undefined"] += isinstance(ways, Exception)
        found.counts["plain: refused by World alone"] += not isinstance(ways, Exception)
        return True
    if not isinstance(ways, Exception):
        mine = [(choices, machine.exact(after)) for choices, after in ways]
        there = [(tuple(map(exact, step.choices)), comparable(after)) for step, after in ours]
        if mine == there:
            return True
    found.differ("plain and World: steps", f"{call}: plain {ways}, World {ours}")
    return False


def same_claims(
    found: Findings, subject: Subject, machine: Machine, state: Any, there: Any
) -> None:
    spec, plain = subject.spec, machine.spec
    said, claimed = ((*s.invariants, *s.sometimes) for s in (plain, spec))
    for mine, theirs in zip(said, claimed, strict=True):
        found.counts["plain: claims"] += 1
        answer, expected = machine.truth(mine, state), truth(subject.model, theirs, there)
        if expected != UNDEFINED and (isinstance(answer, Exception) or answer != expected):
            text = f"{theirs.__name__}: plain {answer!r}, World {expected}\n{there}"
            found.differ("plain and World: claim", text)
