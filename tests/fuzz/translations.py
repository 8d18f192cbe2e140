"""The translation of a random specification to Z3, on a finite instance, against running."""

from __future__ import annotations

from typing import Any

from raftnb.data.trace import State
from raftnb.prove import InstanceSize, Lemma, Proof
from raftnb.prove.finite import Instance
from raftnb.prove.translated import Translated, messages_of
from tests.fuzz.compare import Findings
from tests.fuzz.subject import Subject
from tests.oracles.by_hand import UNDEFINED, exact, exact_state, outcomes, some_states, truth

SIZE = InstanceSize(top=6, slots=2, low=-6)
FAULTS = ("lose", "duplicate")


def compare_translations(found: Findings, subject: Subject) -> None:
    """Each action and claim in Z3, with the values of states put in, reached and not reached."""
    with found.asking("translation"):
        reduced = subject.with_trees
        comparison = Comparison(found, reduced)
        states = [s for s in some_states(reduced.hand, 8) if comparison.translated.fits(s)]
        for state, after in zip(states, [*states[1:], *states[:1]], strict=True):
            comparison.look(state, after)


class Comparison:
    """The translation of one specification, asked about one state after the other."""

    def __init__(self, found: Findings, subject: Subject) -> None:
        spec = subject.spec
        claims = (*spec.invariants, *spec.sometimes, *spec.constraints)
        steps = [Lemma(claim) for claim in spec.transitions]
        proof = Proof(spec, tuple(map(Lemma, claims)), goals=tuple(steps))
        self.found, self.steps = found, set(spec.transitions)
        self.here = Instance(proof, SIZE, sizes_of(subject))
        self.translated = Translated(self.here)
        self.claims = [lemma.claim for lemma in proof.lemmas()]
        self.refused: set[Any] = set()

    def look(self, state: State, after: State) -> None:
        """Compare everything in one state, and claims about steps between two."""
        self.translated.look_at(state, after)
        self.found.counts["Z3: states"] += 1
        for claim in self.claims:
            self.ask(claim, lambda: self.claim(claim, state, after))  # noqa: B023
        for call, ways in outcomes(self.here.model, state).items():
            if call[1] not in FAULTS:
                self.ask(call[1], lambda: self.action(call, ways, state))  # noqa: B023

    def ask(self, thing: Any, question: Any) -> None:
        """Ask about a claim or action, unless it was refused before."""
        if thing in self.refused:
            return
        before = sum(self.found.refusals.values()), len(self.found.differences)
        with self.found.asking("translation"):
            question()
        if before != (sum(self.found.refusals.values()), len(self.found.differences)):
            self.refused.add(thing)

    def claim(self, claim: Any, state: State, after: State) -> None:
        """What Z3 says of a claim; where it says that there is no value, it says nothing."""
        mine = self.translated.truth(claim)
        theirs = truth(self.here.model, claim, state, after if claim in self.steps else None)
        self.found.counts["Z3: claims"] += 1
        self.found.answers.append(f"{claim.__name__}: {mine}")
        self.found.counts["Z3: claims undefined"] += theirs == UNDEFINED
        self.found.counts["Z3: claims of which nothing is said"] += mine is None
        if mine is not None and mine != theirs:
            text = f"{claim.__name__}: Z3 {mine}, World {theirs}\n{state}\nafter\n{after}"
            self.found.differ("Z3 and World: claim", text)

    def action(self, call: Any, ways: Any, state: State) -> None:
        """Where Z3 says that an action leads; with a network that loses, it may say more."""
        process, name, arguments = call
        action = type(process).actions[name]
        named = dict(zip(self.here.model.parameter_names(action), arguments, strict=True))
        mine = self.translated.successors(type(process).root, name, process, named, state)
        self.found.counts["Z3: actions"] += 1
        ends = [] if mine is None else sorted(repr(exact_state(s)) for s in mine)
        self.found.answers.append(f"{process}.{name}{arguments}: {ends}")
        self.found.counts["Z3: actions undefined"] += ways == UNDEFINED
        self.found.counts["Z3: actions of which nothing is said"] += mine is None
        if mine is None:
            return
        text = f"{process}.{name}{arguments}: Z3 {mine}, World {ways}\n{state}"
        if ways == UNDEFINED:
            self.found.differ("Z3 and World: a step without a value", text)
            return
        theirs = [after for _, after in ways]
        self.found.counts["Z3: steps"] += len(theirs)
        if not self.translated.fits(*theirs):
            return
        if self.here.model.delivery is None or self.here.model.keeps:
            if set(ends) != {repr(exact_state(s)) for s in theirs}:
                self.found.differ("Z3 and World: steps", text)
        elif not same_but_for_more_messages(self.here.model, mine, theirs):
            self.found.differ("Z3 and World: steps", text)


def same_but_for_more_messages(model: Any, mine: set[State], ends: list[State]) -> bool:
    """Whether the variables agree, and what is in flight is so in the translation."""
    count = len(model.variables)

    def cells(state: State) -> Any:
        return tuple(map(exact, state.values[:count]))

    if {cells(s) for s in mine} != {cells(s) for s in ends}:
        return False
    more = [(cells(s), set(messages_of(s))) for s in mine]
    return all(
        any(cells(end) == here and set(messages_of(end)) <= flying for here, flying in more)
        for end in ends
    )


def sizes_of(subject: Subject) -> dict[str, int]:
    """The constants of the specification, for the instance."""
    return {name: subject.model.constants[name] for name in subject.spec.constants}  # type: ignore[misc]
