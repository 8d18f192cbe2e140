"""An object of any class as a table: states and calls are numbers, each step is computed once.

The class's own method is run on a copy of the object; what it did is remembered under the numbers
of the state and the call. So a check of thousands of operations runs few methods. A method that
asks for `choose` is run once for each way of choosing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import FunctionType
from typing import Any, NamedTuple

from raftnb.data.errors import SpecError
from raftnb.data.events import UNSAID, Value, exact, freeze, text
from raftnb.linear.copies import copy_of
from raftnb.linear.effects import Effects, effects_of
from raftnb.linear.interface import (
    Call,
    SequentialObject,
    class_of,
    instance_of,
    method_of,
    operations_of,
)

MOST_OUTCOMES = 10_000
Outcomes = tuple[tuple[int, int], ...]
"""What a call may do in a state: pairs (number of the result, next state)."""


_UNREAD = ("a value that nobody reads",)


class ObserverChangedState(Exception):
    """A method that was taken for an observer has changed a state: what was pruned is void."""


class Claim(NamedTuple):
    """A call, and the number of the result that it must have; UNKNOWN_RESULT fits every one."""

    call: int
    result: int


UNKNOWN_RESULT = -1


class Machine:
    """The transition table of a sequential object, filled as it is asked.

    `after(state, claim)` are the states that a claim leads to, none if the object does not answer
    so. `observers` are the methods that changed no state seen so far; each new state is tried with
    all of their calls, and `ObserverChangedState` is raised when one turns out to be no observer.
    At first every method is taken for one, unless more is known (`effects`): then nothing has to be
    tried (`is_known`). All states with unread values are one.
    """

    def __init__(self, model: SequentialObject) -> None:
        self.calls: list[Call] = []
        self.claims: list[Claim] = []
        self._numbers: dict[Any, int] = {}
        self._claim_numbers: dict[Claim, int] = {}
        self.results: dict[Value, int] = {}
        self._patterns: dict[int, Value] = {}
        self._initial = instance_of(model)
        self._choosing = {n for n in dir(class_of(model)) if _chooses(class_of(model), n)}
        self._known: set[str] | None = None
        self._model = model
        self._claimed: list[tuple[Call, Value]] = []
        self._tried: set[int] = set()
        self.effects = Effects()

    def claim(self, call: Call, result: Value) -> int:
        """The number of a call that is claimed to have had `result`; give all before `restart`."""
        key = call.name, exact(call.arguments), exact(call.process), exact(call.answer)
        number = self._numbers.setdefault(key, len(self._numbers))
        if number == len(self.calls):
            self.calls.append(call)
        wanted = UNKNOWN_RESULT if result is UNSAID else self.result_number(result)
        if _has_holes(result):
            self._patterns[wanted] = result
        claim = Claim(number, wanted)
        found = self._claim_numbers.setdefault(claim, len(self.claims))
        if found == len(self.claims):
            self.claims.append(claim)
            self._claimed.append((call, result))
        return found

    def restart(self) -> None:
        """Forget the states, keep what is known about observers, and enter the initial state."""
        self.effects = effects_of(self._model, self._claimed)
        reading, names = self.effects.reading, {call.name for call in self.calls}
        self.is_known = reading is not None
        if self._known is None:
            self._known = names if reading is None else names & reading
        self.observers = self._known
        while True:
            try:
                return self._begin()
            except ObserverChangedState:
                continue

    def _begin(self) -> None:
        self.after_rows: list[dict[int, tuple[int, ...]]] = []
        self.rows: list[dict[int, Outcomes]] = []
        self.objects: list[Any] = []
        self.numbers: dict[Value, int] = {}
        self.bytes = 0
        watched = enumerate(() if self.is_known else self.calls)
        self._watched = [n for n, call in watched if call.name in self.observers]
        self._enter(self._initial, state_of(self._initial))

    def result_number(self, result: Value) -> int:
        """The number under which this result is known."""
        return self.results.setdefault(exact(result), len(self.results))

    def after(self, state: int, claim: int) -> tuple[int, ...]:
        """The states that `claim` leads to from `state`."""
        known = self.after_rows[state].get(claim)
        if known is None:
            call, wanted = self.claims[claim]
            known = tuple(
                following
                for result, following in self.outcomes(state, call)
                if wanted == UNKNOWN_RESULT or result == wanted or self._agrees(result, wanted)
            )
            known = tuple(dict.fromkeys(known)) if len(known) > 1 else known
            self.after_rows[state][claim] = known
        return known

    def outcomes(self, state: int, call: int) -> Outcomes:
        """All that `call` may do in `state`; nothing where it has no response."""
        known = self.rows[state].get(call)
        if known is None:
            known = self.rows[state][call] = tuple(
                (self.result_number(result), self._number_of(thing))
                for thing, result in self._run(state, call)
            )
        return known

    def show_after(self, claims: Iterable[int], state: int) -> str:
        """The state that `claims` lead to as text: the fields of the object.

        A state that stands for all unread ones shows the value that these claims leave.
        """
        thing = self.objects[state]
        if self.numbers.get(_UNREAD) == state:
            thing = copy_of(self._initial)
            for claim in claims:
                _result(thing, self.calls[self.claims[claim].call], {})
        return state_text(thing)

    def _agrees(self, result: int, wanted: int) -> bool:
        if not self._patterns or wanted not in self._patterns:
            return False
        shown = next(value for value, number in self.results.items() if number == result)
        return agrees(shown, exact(self._patterns[wanted]))

    def _number_of(self, thing: Any) -> int:
        is_unread = self.effects.is_unread
        frozen = _UNREAD if is_unread is not None and is_unread(thing) else state_of(thing)
        found = self.numbers.get(frozen)
        return self._enter(thing, frozen) if found is None else found

    def _run(self, state: int, call: int) -> list[tuple[Any, Value]]:
        called = self.calls[call]
        if called.name in self._choosing:
            return list(_all_ways(self.objects[state], called))
        if call not in self._tried and not self.is_known:
            self._tried.add(call)
            self._try_twice(state, called)
        copy = copy_of(self.objects[state])
        try:
            return [(copy, _result(copy, called, {}))]
        except LookupError:
            return []

    def _try_twice(self, state: int, called: Call) -> None:
        """Run a call for the first time, twice: a method that throws dice shows it here."""
        one, other = (step(self.objects[state], called) for _ in range(2))
        if list(map(_as_told, one)) != list(map(_as_told, other)):
            raise SpecError(
                f"{_answers(one)}, and when it is run again {_answers(other)}",
                place=f"{class_of(self._model).__name__}.{called}",
                allowed="methods that do the same in the same state",
                cure="for an object that may do this or that, take `choose` as a keyword-only "
                "parameter: choose(options)",
            )

    def _enter(self, thing: Any, frozen: Value) -> int:
        number = len(self.objects)
        self.numbers[frozen] = number
        self.objects.append(thing)
        self.rows.append({})
        self.after_rows.append({})
        self.bytes += 800 + _weight(frozen)
        self._watch(number)
        return number

    def _watch(self, state: int) -> None:
        frozen = state_of(self.objects[state]) if self._watched else None
        for call in self._watched:
            found = self._run(state, call)
            if any(state_of(thing) != frozen for thing, _ in found):
                self.observers.discard(self.calls[call].name)
                raise ObserverChangedState
            self.rows[state][call] = tuple((self.result_number(r), state) for _, r in found)


def agrees(result: Value, wanted: Value) -> bool:
    """Whether a result is what was claimed; `UNSAID` agrees with everything, also within a list."""
    if wanted is UNSAID:
        return True
    if isinstance(wanted, tuple) and isinstance(result, tuple) and len(result) == len(wanted):
        return all(map(agrees, result, wanted))
    return result == wanted


def step(thing: Any, call: Call) -> list[tuple[Any, Value]]:
    """What `call` may do to `thing`, which is left as it is: pairs of the object after, the result.

    Raises `SpecError` for a method that fails with anything but `LookupError`.
    """
    return list(_all_ways(thing, call))


def _has_holes(value: Value) -> bool:
    return isinstance(value, tuple) and any(item is UNSAID or _has_holes(item) for item in value)


def _chooses(cls: Any, name: str) -> bool:
    routine = getattr(cls, name, None)
    if name not in operations_of(cls) or not isinstance(routine, FunctionType):
        return False
    return "choose" in method_of(cls, name).given


class _Chooser:
    """Replays a list of choices, and takes the first way at every new one."""

    def __init__(self, plan: list[int]) -> None:
        self.plan, self.sizes, self.at = plan, list[int](), 0

    def __call__(self, options: Iterable[Any]) -> Any:
        ways = sorted(options, key=repr) if isinstance(options, (set, frozenset)) else list(options)
        if not ways:
            raise LookupError("nothing to choose from")
        if self.at == len(self.plan):
            self.plan.append(0)
        self.sizes.append(len(ways))
        self.at += 1
        return ways[self.plan[self.at - 1]]


def _all_ways(thing: Any, call: Call) -> Iterator[tuple[Any, Value]]:
    """Run a method once for each way of choosing, the last choice changing first."""
    if "choose" not in method_of(class_of(thing), call.name).given:
        copy = copy_of(thing)
        try:
            yield copy, _result(copy, call, {})
        except LookupError:
            return
        return
    plan: list[int] = []
    for _ in range(MOST_OUTCOMES):
        copy, chooser = copy_of(thing), _Chooser(plan)
        with suppress(LookupError):
            yield copy, _result(copy, call, {"choose": chooser})
        plan = plan[: chooser.at]
        while plan and plan[-1] + 1 == chooser.sizes[len(plan) - 1]:
            plan.pop()
        if not plan:
            return
        plan[-1] += 1
    raise _failed(thing, call, f"more than {MOST_OUTCOMES:,} outcomes")


def _result(thing: Any, call: Call, given: dict[str, Any]) -> Value:
    """What a method returns, made immutable; it changes `thing`."""
    wanted = method_of(class_of(thing), call.name).given - given.keys()
    if wanted:
        given = given | {name: getattr(call, name) for name in wanted}
    try:
        return freeze(getattr(thing, call.name)(*call.arguments, **given))
    except (LookupError, SpecError):
        raise
    except (Exception, SystemExit) as error:
        raise _failed(thing, call, f"{type(error).__name__}: {error}") from error


def _failed(thing: Any, call: Call, found: str) -> SpecError:
    return SpecError(
        found,
        place=f"{type(thing).__name__}.{call.name}{call.arguments!r}",
        allowed="a result, or Impossible (any LookupError) where there is none",
        cure="mend the method, or raise raftnb.linear.Impossible",
    )


def _as_told(way: tuple[Any, Value]) -> tuple[Value, Value]:
    return state_of(way[0]), exact(way[1])


def _answers(ways: list[tuple[Any, Value]]) -> str:
    told = (f"{text(result)} ({state_text(thing)})" for thing, result in ways)
    return " or ".join(told) or "no answer"


def state_of(thing: Any) -> Value:
    """The fields of an object as one value that can be compared; raises `SpecError` where not."""
    try:
        return tuple([(name, exact(freeze(value))) for name, value in vars(thing).items()])
    except (TypeError, RecursionError) as error:
        raise SpecError(
            f"a state that cannot be compared: {error}",
            place=type(thing).__name__,
            allowed="fields with numbers, texts, lists, sets, dictionaries, and objects of such",
            cure="keep in fields only what the next operations depend on",
        ) from None


def state_text(thing: Any) -> str:
    """An object's state as text: the value of its one field, or the fields by name.

    Fields that the class names in `constant` never change, and are left out.
    """
    constant = getattr(thing, "constant", ())
    fields = {name: value for name, value in vars(thing).items() if name not in constant}
    if len(fields) == 1:
        return text(freeze(next(iter(fields.values()))))
    return ", ".join(f"{name} = {text(freeze(value))}" for name, value in fields.items())


def _weight(frozen: Value) -> int:
    if isinstance(frozen, (tuple, frozenset)):
        return 60 + sum(map(_weight, frozen))
    return 16 + (len(frozen) if isinstance(frozen, str) else 0)
