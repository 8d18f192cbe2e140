"""A specification in compiled code: every state, step and claim against plain Python."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from raftnb.data.errors import RaftnbError, SpecError
from raftnb.data.trace import State
from raftnb.explore import check
from raftnb.explore.compiled import Differs, NotCompiled, compiled_search
from raftnb.explore.compiled.agreement import claims, step_claims, successors
from raftnb.explore.compiled.search import MORE
from raftnb.explore.conclusion import as_tried
from raftnb.explore.result import ExplorationOptions
from raftnb.language import Model, Spec, World
from tests.explore.shards import dealt_out
from tests.fuzz.compare import Findings, agree, same_answer
from tests.fuzz.permuted import compare_permuted
from tests.fuzz.subject import LIMIT, Subject
from tests.oracles.by_hand import (
    UNDEFINED,
    Explored,
    exact_state,
    explore,
    outcomes,
    some_states,
    truth,
    within_limits,
)
from tests.oracles.random_values import random_states

OPTIONS = ExplorationOptions(deadlock=False, progress=False)
MADE_UP, STEPS = 20, 6


def compare_compiled(found: Findings, subject: Subject) -> None:
    """What can be compiled of a specification, with its history variables and without."""
    reduced = subject.with_trees
    with kept_in(subject.directory), found.asking("compiled"):
        hands = [reduced.hand, explore(bounded(reduced.spec)(), LIMIT)]
        if any(cell.history for cell in reduced.model.layout.cells):
            hands.append(explore(reduced.spec(), LIMIT))
        for hand in hands:
            try:
                of_states(found, hand)
            except NotCompiled as reason:
                found.refusals[f"compiled: {str(reason)[:60]}"] += 1
                return
            found.counts["compiled: models"] += 1
            if hand.complete:
                of_search(found, hand)
            compare_permuted(found, hand)
        of_beginning(found, reduced.spec)


def bounded(spec: Spec) -> Spec:
    """The specification whose invariants are constraints: false, or without a value, somewhere."""
    given = (*spec.invariants, *spec.constraints)
    return spec.variant("bounded", constraints=given, invariants=())


def of_beginning(found: Findings, spec: Spec) -> None:
    """The initial states, if those that are not as is claimed are none."""
    model = spec.variant("begun", initially=spec.invariants, invariants=())()
    try:
        slow: Any = check(model, engine="reference", max_depth=1, progress=False)
    except SpecError:
        slow = None
    try:
        fast = as_tried(model, compiled_search(model, replace(OPTIONS, max_depth=1)).run())
    except (Differs, NotCompiled):  # what is initially so cannot be said in C
        return
    found.counts["compiled: beginnings"] += 1
    if slow is None or slow.distinct != fast.distinct:
        found.differ("reference and compiled: initial states", f"{slow}, {fast}")


@contextmanager
def kept_in(directory: Path) -> Iterator[None]:
    """Keep the programs in a folder of the run, and not with the user's."""
    before = os.environ.get("RAFTNB_CACHE")
    os.environ["RAFTNB_CACHE"] = str(directory / "cache")
    try:
        yield
    finally:
        del os.environ["RAFTNB_CACHE"]
        if before is not None:
            os.environ["RAFTNB_CACHE"] = before


def of_states(found: Findings, hand: Explored) -> None:
    """Each state that was met by hand, and some made up: its steps and what is claimed of it."""
    states = list(dict.fromkeys(admitted(hand)))
    if not states:
        return
    model = hand.model.starting_at(*states)
    search = compiled_search(model, OPTIONS)
    try:
        one = OneByOne(found, model, search.loaded)
        for state in states:
            one.state(state)
    finally:
        search.loaded.close()


def admitted(hand: Explored) -> Iterator[State]:
    """The states to look at, of those met, mixed and random: what the model takes for its own."""
    model, mixed = hand.model, [*hand.states, *hand.outside, *some_states(hand, MADE_UP)]
    chance, world = random.Random(len(hand.steps)), World(model)
    for base in model.initial_states[:1]:
        mixed += random_states(chance, world, base, MADE_UP)
    for state in mixed:
        with suppress(RaftnbError):
            yield model.starting_at(state).initial_states[0]


@dataclass
class OneByOne:
    """Compares a loaded program with plain Python, state by state.

    Of what is undefined in Python the program must fail; elsewhere it may, and it is counted.
    """

    found: Findings
    model: Model
    loaded: Any

    def state(self, state: State) -> None:
        """Whether a state is kept, and of those that are the claims and the steps."""
        number, asked = self.loaded.result.states, self.asked(state)
        code = self.loaded.library.begin(self.loaded.row(state))
        if self.loaded.result.states == number:
            self.found.counts["compiled: states cut off"] += code == MORE
            if code == MORE and asked["constraints"] is not False:
                self.found.differ("compiled and World: a state is cut off", state)
            return
        if exact_state(self.loaded.numbered(number)) != exact_state(state):
            self.found.differ("compiled and World: a state", state)
        self.claims(number, state, asked)
        self.steps(number, state)

    def asked(self, state: State) -> dict[str, Any]:
        """What is true of a state: invariants, what is awaited, and the constraints together."""
        spec, written = self.model.spec, self.loaded.written
        inside = (truth(self.model, c, state) for c in self.model.checked(spec.constraints))
        claimed = (*written.claims.invariants, *written.claims.awaited)
        found = {c.__name__: truth(self.model, c, state) for c in claimed}
        found["constraints"] = within_limits(self.model, state) and together(inside)
        found["final"] = spec.final is not None and truth(self.model, spec.final, state)
        return found

    def claims(self, number: int, state: State, asked: dict[str, Any]) -> None:
        """What the program says of the claims; less than 0 is nothing."""
        mine = claims(self.loaded, number)
        always = {claim.__name__ for claim in self.loaded.written.claims.invariants}
        for (name, theirs), said in zip(asked.items(), mine, strict=True):
            self.found.counts["compiled: claims"] += 1
            self.found.counts["compiled: claims handed over"] += said < 0
            if said >= 0 and not same(theirs, said, in_parts=name in always):
                text = f"{name}: {said}, {theirs}\n{state}"
                self.found.differ("compiled and World: claim", text)

    def steps(self, number: int, state: State) -> None:
        """The steps from a state."""
        ways = outcomes(self.model, state)
        self.found.counts["compiled: states"] += 1
        try:
            rows = list(successors(self.loaded, number))
        except Differs:
            self.found.counts["compiled: states handed over"] += 1
            self.found.counts["compiled: states undefined"] += UNDEFINED in ways.values()
            return
        ends = [self.loaded.state(row) for *_, row in rows]
        mine = Counter((*row[:2], exact_state(end)) for row, end in zip(rows, ends, strict=True))
        theirs = Counter(
            (process.name, action, outcome if outcome == UNDEFINED else exact_state(outcome[1]))
            for (process, action, _), outcome in flat(ways)
        )
        self.found.counts["compiled: steps"] += sum(mine.values())
        if mine != theirs:
            pair = [*(theirs - mine)][:1], [*(mine - theirs)][:1]
            text = f"missing {pair[0]}, more {pair[1]}\n{state}"
            self.found.differ("compiled and World: steps", text)
        for after, (*_, row) in list(dict(zip(ends, rows, strict=True)).items())[:STEPS]:
            self.step(number, state, row, after)

    def step(self, number: int, state: State, row: Any, after: State) -> None:
        """What is claimed of a step."""
        mine = step_claims(self.loaded, number, row)
        for claim, said in zip(self.loaded.written.claims.steps, mine, strict=True):
            theirs = truth(self.model, claim, state, after)
            self.found.counts["compiled: claims of steps"] += 1
            if said >= 0 and not same(theirs, said, in_parts=True):
                text = f"{claim.__name__}: {said}, {theirs}\n{state}\nafter\n{after}"
                self.found.differ("compiled and World: claim of a step", text)


def same(theirs: Any, said: int, *, in_parts: bool) -> bool:
    """Whether a claim's truth is that of compiled code.

    Of one that is asked in parts, one part may be false where another has no value.
    """
    return theirs == bool(said) or (in_parts and not said and theirs == UNDEFINED)


def together(truths: Iterator[Any]) -> Any:
    """Whether all are true; the first one that is not is the last one that is asked."""
    return next((one for one in truths if one is not True), True)


def flat(ways: dict[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Each call with each of its outcomes."""
    for call, found in ways.items():
        yield from ((call, one) for one in ([found] if found == UNDEFINED else found))


def of_search(found: Findings, hand: Explored) -> None:
    """The search in compiled code against what was seen by hand, and the reference engine."""
    for deadlock in (False, True):
        options = replace(OPTIONS, deadlock=deadlock)
        try:
            answer = as_tried(hand.model, compiled_search(hand.model, options).run())
        except Differs:
            found.counts["compiled: searches handed over"] += 1
            found.counts["compiled: searches of what is undefined"] += hand.undefined
            return
        if not deadlock:
            agree(found, hand, "compiled", answer)
        if not hand.undefined:
            slow = check(hand.model, engine="reference", deadlock=deadlock, progress=False)
            same_answer(found, "reference and compiled", slow, answer)
            if deadlock:
                same_answer(found, "reference and shards", slow, of_shards(hand.model, options))


def of_shards(model: Model, options: ExplorationOptions) -> Any:
    """What shards find together, each with the program."""
    return as_tried(model, dealt_out(model, 2, deadlock=options.deadlock))
