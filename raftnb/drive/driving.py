"""Driving an implementation by a specification: seeded walks, and scenes played again."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.verdict import Verdict, counted
from raftnb.drive.adapter import Adapter
from raftnb.drive.asking import ask, can_be_limited
from raftnb.drive.play import Beyond, Difference, Play, TooManyStates
from raftnb.drive.result import Driven
from raftnb.drive.scene import Input, Scene, scene_of
from raftnb.drive.shrink import canonical, shrunk
from raftnb.drive.specification import Specification
from raftnb.drive.temper import Temper
from raftnb.explore.given import at_least, the_model
from raftnb.language.spec import Model

TRIES = 400
"""How often a scene is played again to make it shorter."""
ANEW = 2
"""As many walks that differ in the same way are made shorter; the shortest is kept."""


class Driver:
    """Makes walks, and notes where they differ."""

    def __init__(self, model: Model, adapter: Adapter, answer_seconds: float) -> None:
        self.started = time.perf_counter()
        self.adapter, self.answer_seconds = adapter, answer_seconds
        self.specification = Specification(model, adapter)
        self.walks = self.inputs = self.differing = self.crowded = 0
        self.found: dict[Any, Difference] = {}
        self.met: dict[Any, int] = {}

    def play(self) -> Play:
        """A new cluster, beside the specification."""
        return Play(self.specification, self.adapter, self.answer_seconds)

    def walk(self, chance: random.Random, depth: int) -> None:
        """One walk: at most so many inputs, to the first difference."""
        play, temper = self.play(), Temper(self.specification, chance)
        self.walks += 1
        try:
            while len(play.scene) < depth:
                given, taken = self._step(play, temper, chance)
                if given is None:
                    return
                self.inputs += 1
                if isinstance(taken, Difference):
                    self._note(taken)
                    return
        except Beyond:
            return
        except TooManyStates:
            self.crowded += 1
        finally:
            ask(self.adapter, "stop", seconds=self.answer_seconds)

    def _step(
        self, play: Play, temper: Temper, chance: random.Random
    ) -> tuple[Input | None, Difference | bool]:
        """Give the first of the shuffled inputs that can be given."""
        for given in temper.shuffled(play, chance):
            if taken := play.give(given):
                return given, taken
        return None, False

    def _note(self, difference: Difference) -> None:
        self.differing += 1
        key = difference.signature
        self.met[key] = self.met.get(key, 0) + 1
        if self.met[key] > ANEW:
            return
        tries = 0 if "no answer in" in str(difference.mismatches) else TRIES
        small, _ = shrunk(difference, self.replayed, tries)
        tidy = self.replayed(canonical(small.scene, self.specification.processes))
        if tidy is not None and tidy.signature == key and len(tidy.scene) <= len(small.scene):
            small = tidy
        if key not in self.found or len(small.scene) < len(self.found[key].scene):
            self.found[key] = small

    def replayed(self, scene: Scene) -> Difference | None:
        """The difference that a scene shows; inputs that cannot be given are left out."""
        play, moved = self.play(), {0: 0}
        try:
            for number, one in enumerate(scene, start=1):
                if one.sent_by not in moved:
                    continue
                taken = play.give(one.moved(moved[one.sent_by]))
                if isinstance(taken, Difference):
                    return taken
                if taken:
                    moved[number] = len(play.scene)
        except (Beyond, TooManyStates):
            return None
        finally:
            ask(self.adapter, "stop", seconds=self.answer_seconds)
        return None

    def result(self, verdict: Verdict, bound: str | None, *partial: str) -> Driven:
        """What was found so far."""
        differences = sorted(self.found.values(), key=lambda one: (len(one.scene), one.name))
        crowded = (
            f"{counted(self.crowded, 'walk')} ended where too many states of the specification fit"
        )
        notes = (*partial, *((crowded,) if self.crowded else ()), *self._unlimited())
        return Driven(
            Verdict.VIOLATED if differences else verdict,
            model=self.specification.model,
            adapter=self.adapter,
            walks=self.walks,
            inputs=self.inputs,
            seconds=time.perf_counter() - self.started,
            differences=tuple(differences),
            differing=self.differing,
            bound=None if differences and "interrupted" not in (bound or "") else bound,
            partial=notes,
        )

    def _unlimited(self) -> tuple[str, ...]:
        return () if can_be_limited() else ("an adapter that hangs could not be interrupted here",)


@told_plainly
def drive(
    model: Model,
    adapter: Adapter,
    *,
    walks: int = 100,
    depth: int = 40,
    seed: int = 0,
    stop_after: int | None = None,
    answer_seconds: float = 10.0,
) -> Driven:
    """Drive an implementation by random walks of a specification, and compare after each step.

    In each of the `walks` at most `depth` inputs are given to both: timers fire, messages are
    delivered in any order, again or never, clients ask, servers fail and come back, as far as the
    model's constraints allow. After each input the state of the process and the messages that it
    sends must be those after some step of the specification (with the actions that the adapter says
    to be `joined` and `hidden`). A walk ends at its first difference; each kind of difference is
    made as short as it gets; after `stop_after` kinds no more walks are made. Without a difference
    the verdict is *unknown*. Same seed, same walks.

    Raises `UsageError` for an adapter that gives no answer or none that can be compared. What the
    implementation raises, or does not answer within `answer_seconds`, is a difference.
    """
    at_least(1, walks=walks, depth=depth, stop_after=stop_after)
    at_least(0, seed=seed)
    _refuse_seconds(answer_seconds)
    driver = Driver(the_model(model), _the_adapter(adapter), answer_seconds)
    bound = f"{counted(walks, 'random walk')} of at most {counted(depth, 'input')}, seed {seed}"
    try:
        for number in range(walks):
            if stop_after is not None and len(driver.found) >= stop_after:
                break
            driver.walk(random.Random(f"{seed} {number}"), depth)
    except KeyboardInterrupt as stop:
        bound = f"{str(stop) or 'interrupted'}; {bound} were wanted"
    return driver.result(Verdict.UNKNOWN, bound)


@told_plainly
def replay(
    model: Model, adapter: Adapter, scene: Iterable[Any], *, answer_seconds: float = 10.0
) -> Driven:
    """Play a scene again: *holds* if the implementation agrees with the specification all along.

    A row of the scene is `("s1", "time_out")`, an action with its arguments, or
    `("s2", "receive", 1)`, what input 1 sent to s2. Where an input cannot be given the verdict is
    *unknown*.
    """
    _refuse_seconds(answer_seconds)
    driver = Driver(the_model(model), _the_adapter(adapter), answer_seconds)
    rows = scene_of(scene)
    driver.walks = 1
    play = driver.play()
    try:
        for number, one in enumerate(rows, start=1):
            taken = play.give(one)
            if not taken:
                bound = f"input {number}, {play.in_words(one)}: the specification cannot take it"
                return driver.result(Verdict.UNKNOWN, bound)
            driver.inputs += 1
            if isinstance(taken, Difference):
                driver.differing = 1
                driver.found[taken.signature] = taken
                return driver.result(Verdict.VIOLATED, None)
    except Beyond:
        return driver.result(Verdict.UNKNOWN, "the scene leaves the constraints of the model")
    except TooManyStates:
        bound = "the specification might be in too many states"
        return driver.result(Verdict.UNKNOWN, bound)
    finally:
        ask(adapter, "stop", seconds=answer_seconds)
    return driver.result(Verdict.HOLDS, None)


def _refuse_seconds(given: Any) -> None:
    if type(given) not in (int, float) or not 0 < given < float("inf"):
        raise UsageError(
            f"answer_seconds={given!r}", allowed="a number above 0", cure="leave it out"
        )


def _the_adapter(given: Any) -> Adapter:
    if isinstance(given, Adapter):
        return given
    is_class = isinstance(given, type) and issubclass(given, Adapter)
    raise UsageError(
        f"{given!r} ({type(given).__name__}) as an adapter",
        allowed="an instance of a subclass of `raftnb.drive.Adapter`",
        cure=f"make one: `{given.__name__}()`" if is_class else "derive its class from `Adapter`",
    )


__all__ = ["drive", "replay"]
