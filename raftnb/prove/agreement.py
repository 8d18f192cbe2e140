"""The translation compared with running the specification, on random states of a small instance.

Whatever is proved is proved of the translation. So before *holds* is said, the same formulas are
evaluated in some states, and what they say of every action and every claim is compared with what
plain Python does: which steps there are, where they lead, which claims are true. A half of the
states is reached by random walks, the others are put together at random from the annotations, since
a proof is about states that are not reached as well. Where the translation requires something for a
value to exist, and it is not so, it says nothing; elsewhere Python must not raise.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import State, Step
from raftnb.data.values import order
from raftnb.data.verdict import counted
from raftnb.language.assumptions import refuse_no_beginning
from raftnb.language.claims import Property
from raftnb.language.instances import ActionInstance, named_arguments
from raftnb.language.network import FAULTS
from raftnb.language.proof import Proof
from raftnb.language.spec import Spec
from raftnb.language.world import World
from raftnb.prove.cti import Disagreement, differs
from raftnb.prove.finite import MOST_ELEMENTS, Instance, TooLarge, routines
from raftnb.prove.report import Compared
from raftnb.prove.small import InstanceSize
from raftnb.prove.translated import Translated, messages_of, python_truth
from raftnb.prove.views import Views
from raftnb.tree import Program, nodes
from raftnb.tree.nodes import MapOf, RecordOf

LEAST_STATES, MOST_STATES = 6, 100
LEAST, FEW, MOST = 4, MOST_ELEMENTS - 3, 14
NUMBERS = 3


def compare(proof: Proof, effort: int = 500, seed: int = 0) -> Compared:
    """Compare the translation of a proof's specification and claims with running them.

    `effort` says in how many cases, each an action tried or a claim evaluated in some state; in at
    least `LEAST_STATES` and at most `MOST_STATES` states. It is no time, so that the same question
    has the same answer. Raises `Disagreement` with the state where the two differ.
    """
    started = time.perf_counter()
    comparison = begun(proof, seed)
    number = 0
    most = min(effort, MOST_STATES)
    while number < LEAST_STATES or (comparison.cases < effort and number < most):
        comparison.one_state(number)
        number += 1
    return comparison.result(time.perf_counter() - started)


def begun(proof: Proof, seed: int) -> Comparison:
    """A comparison, with smaller numbers where sets of them would be too many to write out."""
    try:
        return Comparison(proof, seed)
    except UsageError:
        return Comparison(proof, seed, most=FEW)


@dataclass
class Supply:
    """What random values are made from."""

    here: Instance
    chance: random.Random

    def numbers(self, *, natural: bool) -> Sequence[int]:
        """Small ones."""
        return range(0 if natural else -1, NUMBERS)

    def texts(self) -> Sequence[str]:
        """Those of the specification."""
        return self.here.theory.known_texts()

    def members(self, root: str) -> Sequence[Any]:
        """The members of a class."""
        return self.here.members[root]


@dataclass
class Tally:
    """What was compared so far."""

    states: int = 0
    steps: int = 0
    refused: int = 0
    claims: int = 0
    taken: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)


class Comparison:
    """The translation and plain Python, side by side."""

    def __init__(self, proof: Proof, seed: int, *, wide: bool = False, most: int = MOST) -> None:
        self.proof, self.tally, self.cases = proof, Tally(), 0
        self.here = small_instance(proof, wide=wide, most=most)
        self.translated = Translated(self.here)
        self.chance = random.Random(seed)
        self.supply = Supply(self.here, self.chance)
        self.world = World(self.here.model)
        self.walk = list(self.here.model.initial_states[:1])
        cuts = {cut.claim for group in proof.cuts.values() for cut in group}
        claims = [lemma.claim for lemma in proof.lemmas() if lemma.claim not in cuts]
        claims += [claim for leads in proof.leads for claim in leads.claims]
        self.instances = [i for i in self.world.instances if i.action.function not in FAULTS]
        self.names = {c.__name__ for c in claims} | {i.action.name for i in self.instances}
        self.names |= {one.when.__name__ for leads in proof.leads for one in leads.helpful}
        self.here.words.initial()
        self.claims = self.translated.make(tuple(dict.fromkeys(claims)))
        self.views = Views(self.translated, proof.refines) if proof.refines is not None else None
        self.names |= set(proof.refines.variables if proof.refines is not None else ())

    def one_state(self, number: int) -> None:
        """Compare every claim and every action in one more state."""
        state, after = self.reached() if number % 2 == 0 else self.made_up(), self.reached()
        if not self.translated.fits(state):
            return
        after = after if self.translated.fits(after) else state
        try:
            self.compare_in(state, after)
        except TooLarge:
            return
        except Disagreement as found:
            try:  # a quantifier may go beyond the numbers of the small instance
                wider = Comparison(self.proof, 0, wide=True)
            except UsageError:
                raise found from None
            wider.compare_in(state, after)

    def compare_in(self, state: State, after: State) -> None:
        """Compare every claim and every action in a state, claims about steps with one after it."""
        try:
            self.translated.look_at(state, after)
        except SpecError:  # a value that is not of its annotated type, which running may find later
            return
        self.tally.states += 1
        for instance in self.instances:
            self.tries(instance, state)
        for claim in self.claims:
            self.claim(claim, state, after)
        for name in self.views.compare_in(state) if self.views is not None else ():
            self.tally.tried.add(name)

    # Random states.

    def reached(self) -> State:
        """The next state of a random walk, which starts again where it ends."""
        here = self.walk[-1]
        try:
            found = [after for _, after in self.world.successors(here)]
        except SpecError:
            found = []
        found = [state for state in found if self.translated.fits(state)]
        again = self.chance.choice(self.here.model.initial_states)
        self.walk.append(self.chance.choice(found) if found and len(self.walk) % 12 else again)
        return here

    def made_up(self) -> State:
        """A state whose variables have random values, some of them those of a walk."""
        model, base = self.here.model, self.chance.choice(self.walk)
        cells: list[Any] = list(base.values)
        share = self.chance.choice((0.3, 1.0))
        for at, (variable, cls) in enumerate(model.variables):
            type_ = self.here.words.variables.get((cls.root, variable.name))
            if type_ is not None and self.chance.random() < share:
                cells[at] = self.value(cls, variable.name, type_)
        if model.delivery is None:
            return State(model.layout, tuple(cells), base.messages)
        flying = list(dict.fromkeys(self.messages()))
        for ends, at in model.channels.items():
            cells[at] = tuple(m for m in flying if (m.source.name, m.dest.name) == ends)
        bag = () if model.channels else tuple((m, 1) for m in sorted(flying, key=order))
        return State(model.layout, tuple(cells), bag)

    def value(self, cls: Any, name: str, type_: nodes.Type) -> Any:
        """A random value of a variable."""
        if name == "pc" and getattr(cls, "cycle", None) is not None:
            return self.chance.choice(cls.cycle.labels)
        shape = self.here.words.of(type_)
        if self.here.words.is_total(cls.root, name) and isinstance(type_, MapOf):
            return self.here.words.total(type_, self.supply)
        return shape.sample(self.supply)

    def messages(self) -> Iterator[Any]:
        """Some random messages."""
        for kind in self.here.words.kinds:
            for _ in range(self.chance.choice((0, 1, 1, self.here.size.slots))):
                yield self.here.words.of(RecordOf(kind)).sample(self.supply)

    # Claims.

    def claim(self, claim: Property, state: State, after: State) -> None:
        """Compare what is said of a claim."""
        self.cases += 1
        found = self.translated.truth(claim)
        if found is None:
            return
        step = after if claim in self.proof.spec.transitions else None
        try:
            expected = python_truth(self.here, claim, state, step)
        except SpecError as error:
            what = (
                f"`{claim.__name__}` has no value ({error.found}), and the translation says it has"
            )
            raise differs(what, state) from error
        if found != expected:
            what = f"`{claim.__name__}` is {expected}, and the translation says {found}"
            raise differs(what, state)
        self.tally.claims += 1
        self.tally.tried.add(claim.__name__)

    # Actions.

    def tries(self, instance: ActionInstance, state: State) -> None:
        """Compare what an action does in a state, with each message that it could receive."""
        self.world.load(state)
        for message in self.world.candidates(instance):
            self.action(instance, instance.bound(message), state)

    def action(self, instance: ActionInstance, arguments: tuple[Any, ...], state: State) -> None:
        """Compare what an action does with some arguments."""
        action, process, model = instance.action, instance.process, self.here.model
        named = dict(named_arguments(model, action, arguments))
        root = type(process).root
        self.cases += 1
        found = self.translated.successors(root, action.name, process, named, state)
        if found is None:
            return
        step = Step(process.name, action.name, tuple(named.items()), ())
        try:
            expected = self.run(instance, arguments, state)
        except SpecError as error:
            raise differs(
                f"there is no value ({error.found}), and the translation says there is", state, step
            ) from error
        if not self.translated.fits(*expected):
            return
        self.same(found, expected, state, step)
        self.tally.steps += len(expected)
        self.tally.refused += not expected
        self.tally.taken |= {action.name} if expected else set()
        self.tally.tried.add(action.name)

    def run(self, instance: ActionInstance, arguments: tuple[Any, ...], state: State) -> set[State]:
        """The states after an action, by plain Python."""
        with self.world:
            ways = self.world.scripted(instance, arguments, lambda: self.world.load(state))
            return {self.world.snapshot() for _ in ways}

    def same(self, found: set[State], expected: set[State], state: State, step: Step) -> None:
        """Raise `Disagreement` where the states after a step differ.

        Where messages leave the network, the translation may have more of them.
        """
        keeps = self.here.model.keeps
        mine, theirs = (
            {
                (self.here.variables(s), frozenset(messages_of(s)) if keeps else frozenset())
                for s in some
            }
            for some in (found, expected)
        )
        if mine != theirs:
            how = "is not enabled" if not expected else f"leads to {counted(len(theirs), 'state')}"
            translated = f"to {len(mine)}" if len(mine) != len(theirs) else "to others"
            raise differs(f"the step {how}, and in the translation {translated}", state, step)
        for after in expected if not keeps else ():
            like = [s for s in found if self.here.variables(s) == self.here.variables(after)]
            if not any(set(messages_of(after)) <= set(messages_of(s)) for s in like):
                raise differs("a message is not in flight in the translation", state, step)

    def result(self, seconds: float) -> Compared:
        """What was compared."""
        tally = self.tally
        actions = {s.action for s in self.translated.starts} & tally.tried
        return Compared(
            tally.states, tally.steps, tally.refused, tally.claims, round(seconds, 3),
            tuple(sorted(actions - tally.taken)), tuple(sorted(self.names - tally.tried)),
        )  # fmt: skip


def small_instance(proof: Proof, *, wide: bool = False, most: int = MOST) -> Instance:
    """Two members of each class, and numbers a little beyond those that the text names.

    They are not beyond `most`. With `wide`, numbers far beyond.
    """
    spec = proof.spec
    two = sizes_of_two(spec)
    largest = max(numbers_named(proof), default=0)
    top = max(2 * MOST, largest + MOST) if wide else max(LEAST, min(largest + 2, most))
    return Instance(proof, InstanceSize(top=top, slots=2, low=-top if wide else -2), two)


def sizes_of_two(spec: Spec) -> dict[str, Any]:
    """Two members of each class; as many as by default where nothing could begin with two."""
    classes = (*spec.processes, *spec.domains)
    two: dict[str, Any] = {cls.number: 2 for cls in classes if cls.number is not None}
    try:
        refuse_no_beginning(spec(**two))
    except UsageError:
        return {name: spec.constants[name] for name in two}
    return two


def numbers_named(proof: Proof) -> Iterator[int]:
    """The whole numbers that a proof and its specification name."""
    for routine in routines(Program(proof.spec(history=True)), proof):
        for node in nodes.parts(routine):
            if isinstance(node, nodes.Const) and type(node.value) is int:
                yield abs(node.value)
