"""What there is to see in one state: its values and messages, what can happen, what is true."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from raftnb.data.trace import State, Step
from raftnb.data.values import Message
from raftnb.draw.text import brief
from raftnb.explore.reference import is_within_bounds
from raftnb.explorer.runs import Run, Runner
from raftnb.language.claims import Property
from raftnb.language.spec import Model
from raftnb.language.world import World

MOST_REASONS = 2
Watch = Mapping[str, Callable[[World], Any]]
NOTHING: Watch = MappingProxyType({})


@dataclass(frozen=True)
class Way:
    """A step that can be taken: where it leads, and which claims about steps it breaks.

    `message` is the place, among the messages of the state, of the one that it takes up (-1: none).
    `within` is false where it leads outside of the constraints. `lines` are those lines of the
    action's text (0 is the first) that ran.
    """

    step: Step
    after: State
    message: int
    broken: tuple[int, ...] = ()
    within: bool = True
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sight:
    """One state as the explorer shows it.

    `messages` has (message, how many), `truth` for each claim about states None where it is true,
    and else for which parameters it is false. `watched` has the value of each function that a
    reader wants to see. `ways` are the steps out of it, None where nobody
    has looked. `refused` has, for each action of a process that is not enabled with any arguments,
    the process, the action and why. `within` is false outside the constraints. `stuck` says that
    it is a deadlock: no step is enabled, and it is not the end that the specification allows.
    """

    state: State
    messages: tuple[tuple[Message, int], ...] = ()
    truth: tuple[str | None, ...] = ()
    watched: tuple[Any, ...] = ()
    ways: tuple[Way, ...] | None = None
    refused: tuple[tuple[str, str, str], ...] = ()
    within: bool = True
    stuck: bool = False


class Lookout:
    """Looks at the states of a model in plain Python, one after the other.

    `find` are more functions of the state that a reader may want to be shown a state of, `watch`
    functions of the world whose values are to be seen, by name.
    """

    def __init__(self, model: Model, find: Iterable[Property] = (), watch: Watch = NOTHING) -> None:
        self.model, self.watch, spec = model, dict(watch), model.spec
        self.runner, self.here, self.there = Runner(model), World(model), World(model)
        self.invariants = model.checked(spec.invariants)
        self.awaited = (*model.checked(spec.sometimes), *find)
        self.about_steps = model.checked(spec.transitions)
        self.claims = (*self.invariants, *self.awaited, *self.about_steps)

    def look(self, state: State) -> Sight:
        """What there is to see in a state of the model."""
        return self.closer(self.glance(state))

    def closer(self, seen: Sight) -> Sight:
        """What was seen in a state, and the steps out of it."""
        state = seen.state
        ways, refused = self._ways(state, [message for message, _ in seen.messages])
        stuck = seen.within and not ways and not self._is_final(state)
        return replace(seen, ways=tuple(ways), refused=tuple(refused), stuck=stuck)

    def glance(self, state: State) -> Sight:
        """The same without the steps out of it."""
        within = self._within(state)
        watched = tuple(_value(self.here, function) for function in self.watch.values())
        return Sight(state, self._messages(state), self._truth(state), watched, within=within)

    def _messages(self, state: State) -> tuple[tuple[Message, int], ...]:
        queues = (state.values[cell] for cell in self.model.channels.values())
        return (*state.messages, *((message, 1) for queue in queues for message in queue))

    def _truth(self, state: State) -> tuple[str | None, ...]:
        self.here.load(state)
        return tuple(_told(self.here, claim) for claim in (*self.invariants, *self.awaited))

    def _ways(
        self, state: State, messages: list[Message]
    ) -> tuple[list[Way], list[tuple[str, str, str]]]:
        ways: list[Way] = []
        reasons: dict[tuple[str, str], dict[str, None]] = {}
        enabled: set[tuple[str, str]] = set()
        for number, instance in enumerate(self.runner.instances):
            key = instance.process.name, instance.action.name
            runs = self.runner.runs(number, state)
            ways += [self._way(state, run, messages) for run in runs.taken]
            if runs.taken:
                enabled.add(key)
            elif key not in enabled:
                reasons.setdefault(key, {})[runs.why] = None
        refused = [(*key, _joined(list(why))) for key, why in reasons.items() if key not in enabled]
        return ways, refused

    def _way(self, state: State, run: Run, messages: list[Message]) -> Way:
        step, after = run.step, run.after
        taken = next((v for _, v in step.arguments if isinstance(v, Message)), None)
        place = messages.index(taken) if taken in messages else -1
        return Way(step, after, place, self._broken(state, after), self._within(after), run.lines)

    def _is_final(self, state: State) -> bool:
        self.here.load(state)
        final = self.model.spec.final
        return final is not None and self.here.failure(final) is None

    def _within(self, state: State) -> bool:
        self.here.load(state)
        return is_within_bounds(self.model, self.here)

    def _broken(self, state: State, after: State) -> tuple[int, ...]:
        if not self.about_steps:
            return ()
        self.here.load(state)
        self.there.load(after)
        self.here.next = self.there
        first = len(self.claims) - len(self.about_steps)
        rows = enumerate(self.about_steps, first)
        broken = tuple(n for n, claim in rows if self.here.failure(claim) is not None)
        self.here.next = None
        return broken


def _value(world: World, function: Callable[[World], Any]) -> Any:
    """What a function says of the state; where it fails, why."""
    try:
        with world:
            return function(world)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _told(world: World, claim: Any) -> str | None:
    """None where a claim is true, else for which parameters it is not."""
    values = world.failure(claim)
    if values is None:
        return None
    return ", ".join(f"{name} = {brief(value)}" for name, value in values.items())


def _joined(reasons: list[str]) -> str:
    more = len(reasons) - MOST_REASONS
    return "; ".join(reasons[:MOST_REASONS]) + (f"; and {more} more" if more > 0 else "")


__all__ = ["NOTHING", "Lookout", "Sight", "Watch", "Way"]
