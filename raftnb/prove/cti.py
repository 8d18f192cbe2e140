"""Counterexamples to induction: the conditions of a proof where the solver always has an answer.

A failed step becomes a picture: a state in which the invariant holds, a step, and a conjunct that
does not hold after it. What is found is run again in plain Python before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import z3

from raftnb.data.calls import told_plainly
from raftnb.data.errors import RaftnbError, SpecError
from raftnb.data.trace import State, Step
from raftnb.data.values import show
from raftnb.language.claims import Property
from raftnb.language.proof import Lemma, Proof
from raftnb.language.world import World
from raftnb.prove.actions import Case, start_named
from raftnb.prove.execute import cases
from raftnb.prove.finite import FiniteTheory, Instance
from raftnb.prove.reading import Reading, received
from raftnb.prove.report import Counterexample
from raftnb.prove.small import InstanceSize, model_of
from raftnb.prove.terms import RecordV, conj, implies, neg
from raftnb.tree.nodes import MapOf


@told_plainly
def counterexample(
    proof: Proof,
    claims: str | Sequence[str],
    action: str,
    *,
    size: InstanceSize | None = None,
    **constants: int,
) -> Counterexample | None:
    """A step of the action from a state with the invariant to one where a claim fails, or None.

    `action` is named as in reports: `update_term(RequestVote)`. The first state need not be
    reachable. None says nothing: a larger instance may have one. Raises `UsageError` for an unknown
    name, `Disagreement` where plain Python does not take the step that was found.
    """
    size = size or InstanceSize()
    names = [claims] if isinstance(claims, str) else claims
    wanted = [proof.lemma(name).claim for name in names]
    here = Instance(proof, size, constants)
    begin = start_named(here.words, action)
    known = here.invariant(here.before)
    for case in cases(here.words, begin, here.before, here.conditions.opaque):
        needs = [need.condition for need in case.requirements]
        goal = conj(*(here.after_step(claim, case) for claim in wanted))
        parts = [*known, *case.conditions, *needs, neg(goal)]
        found = solve(parts, here, chosen_by(case))
        one = replay(here, wanted, case, Reading(here, found)) if found is not None else None
        if one is not None:
            return one
    return None


def unfollowed(
    proof: Proof, names: Sequence[str], *, size: InstanceSize | None = None, **constants: int
) -> Counterexample | None:
    """A state with the invariant in which one of these claims about states is false, or None."""
    here = Instance(proof, size or InstanceSize(), constants)
    known = here.invariant(here.before)
    for claim in [proof.lemma(name).claim for name in names]:
        found = solve([*known, neg(here.holds(claim, here.before))], here)
        reading = Reading(here, found) if found is not None else None
        one = None if reading is None else state_again(here, claim, reading)
        if one is not None:
            return one
    return None


def state_again(here: Instance, claim: Property, reading: Reading) -> Counterexample | None:
    """The state in plain Python; None where something has no value there."""
    try:
        state = reading.state()
        values = World(here.model, state).failure(claim) if admitted(here, reading, state) else None
    except SpecError:
        return None
    if values is not None:
        return Counterexample(claim.__name__, state, None, None, values, differences(here, state))
    if not reading.truth(here.defined(claim, here.before, None)):
        return None
    raise differs(f"`{claim.__name__}` is true, and the translation says otherwise", state)


def false_axiom(
    proof: Proof, lemma: Lemma, *, size: InstanceSize | None = None, **constants: int
) -> Counterexample | None:
    """Sets for which an axiom is false, in an instance of this size, or None."""
    model = model_of(proof, size or InstanceSize(), constants)
    state = model.initial_states[0]
    values = World(model, state).failure(lemma.claim)
    return None if values is None else Counterexample(lemma.name, state, None, None, values)


def solve(
    parts: list[z3.BoolRef], here: Instance, chosen: Sequence[z3.ExprRef] = ()
) -> z3.ModelRef | None:
    """A model of the parts, or None; as much as possible is as it is initially."""
    solver = z3.Solver()
    solver.set("timeout", int(here.size.seconds * 1000))
    solver.add(*here.theory.axioms, *parts)
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    for wish in wishes(here):
        if z3.is_true(model.eval(wish, model_completion=True)):
            solver.add(wish)
        elif solver.check(wish) == z3.sat:
            model = solver.model()
            solver.add(wish)
    return settled(solver, model, [*here.theory.terms(), *chosen], here.theory)


def chosen_by(case: Case) -> list[z3.ExprRef]:
    """The constants of a step: whose it is, its message, its arguments."""
    values = [v.name if isinstance(v, RecordV) else v for v in case.env.values()]
    return [value for value in values if isinstance(value, z3.ExprRef)]


def settled(
    solver: z3.Solver, model: z3.ModelRef, terms: list[z3.ExprRef], theory: FiniteTheory
) -> z3.ModelRef:
    """The model in which each value is the first possible: the same whatever the solver tried."""
    for term in terms:
        for value in theory.values_of_sort(term.sort()):
            if model.eval(term, model_completion=True).eq(value):
                break
            if solver.check(term == value) == z3.sat:
                model = solver.model()
                break
        solver.add(term == model.eval(term, model_completion=True))
    return model


def wishes(here: Instance) -> Iterator[z3.BoolRef]:
    """What makes a state simple: nothing in flight, variables with their initial values.

    Whoever sent a message is another one than its receiver, as it mostly is.
    """
    before, first = here.before, here.words.initial()
    for kind in here.words.kinds:
        for slot in here.slots(kind):
            yield neg(before.sent[kind.__name__](slot))
            message = here.words.message(kind, slot)
            source, dest = message.fields["source"], message.fields["dest"]
            if isinstance(source, z3.ExprRef) and source.sort() == dest.sort():
                yield implies(before.sent[kind.__name__](slot), source != dest)
    for (root, name), type_ in here.words.variables.items():
        for owner in here.owners(root):
            value, initial = before.read(root, name, owner), first.read(root, name, owner)
            yield here.words.of(type_).equal(value, initial)
            if isinstance(type_, MapOf):
                for key in here.theory.values(type_.key):
                    yield implies(value.has(key), initial.has(key))


class Disagreement(RaftnbError):
    """The translation and plain Python differ: a fault of this package, and nothing is proved."""


def replay(
    here: Instance, claims: Sequence[Property], case: Case, reading: Reading
) -> Counterexample | None:
    """The step run by the interpreter; raises `Disagreement` where it is not one there.

    None where something has no value in plain Python, of which the translation then says nothing.
    """
    try:
        return run_again(here, claims, case, reading)
    except SpecError:
        return None


def run_again(
    here: Instance, claims: Sequence[Property], case: Case, reading: Reading
) -> Counterexample | None:
    """The step run by the interpreter; None where the translation requires more than Python."""
    model = here.model
    arguments = reading.arguments(case)
    state = reading.state(first=received(arguments))
    if not admitted(here, reading, state):
        return None
    who = str(reading.process(case))
    steps = [
        (step, after)
        for step, after in World(model, state).successors(state)
        if (step.process, step.action) == (who, case.action) and dict(step.arguments) == arguments
    ]
    for step, after in steps:
        for claim in claims:
            values = failing_after(here, claim, state, after)
            if values is not None:
                told = differences(here, state)
                return Counterexample(claim.__name__, state, step, after, values, told)
    if not all(reading.truth(defined_after(here, claim, case)) for claim in claims):
        return None
    what = "preserves the claims" if steps else "is not enabled"
    raise differs(f"`{who}.{case.action}` {what}, and the translation says otherwise", state)


def admitted(here: Instance, reading: Reading, state: State) -> bool:
    """Whether plain Python finds the invariant true, too; not where the translation says no more.

    Raises `Disagreement` where it does.
    """
    before = World(here.model, state)
    for lemma in here.proof.invariant:
        if before.failure(lemma.claim) is not None:
            if not reading.truth(here.defined(lemma.claim, here.before, None)):
                return False
            raise differs(f"`{lemma.name}` is false, and the translation says true", state)
    return True


def differences(here: Instance, state: State) -> tuple[str, ...]:
    """What is in a state and not in every initial state, one row for each owner or message."""
    starts = here.model.initial_states
    rows: dict[str, list[str]] = {}
    for at, (cell, value) in enumerate(zip(state.layout.cells, state.values, strict=True)):
        if any(start.values[at] != value for start in starts):
            rows.setdefault(cell.owner, []).append(f"{cell.variable}={show(value)}")
    told = [f"{owner}: {', '.join(inner)}" for owner, inner in rows.items()]
    told += [f"in flight: {message!r}" for message, _ in state.messages]
    complete = sum(map(len, rows.values())) == len(state.values)
    return (*told, *(() if complete else ("all else is as at the start",)))


def failing_after(
    here: Instance, claim: Property, state: State, after: State
) -> dict[str, Any] | None:
    """What a claim fails for, after a step or of it."""
    world = World(here.model, after)
    if claim in here.proof.spec.transitions:
        world = World(here.model, state)
        world.next = World(here.model, after)
    return world.failure(claim)


def defined_after(here: Instance, claim: Property, case: Case) -> z3.BoolRef:
    """Whether a claim has a value after a case, or of its step."""
    if claim in here.proof.spec.transitions:
        return here.defined(claim, case.before, case.after)
    return here.defined(claim, case.after, None)


def differs(what: str, state: State, step: Step | None = None) -> Disagreement:
    """The error for a difference between the translation and plain Python."""
    rows = repr(state).replace("\n", "\n         ")
    taken = f", for the step {step}" if step is not None else ""
    return Disagreement(
        f"{what}{taken}, in the state\n         {rows}",
        place="the translation to Z3 compared with running the specification",
        allowed="both the same",
        cure="this is a fault of raftnb, not of the specification: please report it with the state",
    )
