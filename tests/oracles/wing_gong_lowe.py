"""What the fast checker is compared with: plain Wing-Gong-Lowe, and random histories to judge."""

from __future__ import annotations

import random
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from raftnb.data.events import Invocation, Operation, Response, exact, freeze
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import (
    AppendList,
    CASRegister,
    KeyValueStore,
    Linearizability,
    Mutex,
    Queue,
    Register,
    replay_linearization,
)
from raftnb.linear.interface import ask


class Counter:
    """An object of a reader's own: `add` says what was there before, so nothing is an observer."""

    def __init__(self) -> None:
        self.total = 0

    def add(self, step):
        before, self.total = self.total, self.total + step
        return before

    def look(self):
        return self.total


class Cabinet:
    """A reader's own store whose state is a dictionary of lists; drawers are independent."""

    partition = "drawer"

    def __init__(self):
        self.drawers = {}

    def Put(self, drawer, item):
        self.drawers.setdefault(drawer, []).append(item)
        return len(self.drawers[drawer])

    def Take(self, drawer):
        return self.drawers[drawer].pop()

    def Look(self, drawer):
        return self.drawers.get(drawer, [])


class Whole(KeyValueStore):
    """The same store judged in one piece: a subclass may say that it has no parts."""

    partition = None


@dataclass(frozen=True)
class Kind:
    """One kind of random history: the object, a random call, and random wrong results."""

    model: Any
    call: Any
    results: tuple


def _small(dice, number):
    return dice.randrange(3)


def _fresh(dice, number):
    return 100 + number


def _key(dice, number):
    return dice.choice("ab")


def _recent(dice, number):
    return dice.choice((None, *range(100, 100 + number)))


def _piece(dice, number):
    return f"{number};"


def _repeated(dice, number):
    return dice.choice(("a", "b", "ab"))


def _items(dice, number):
    return dice.choice(((1,), (2,), (True,), (1, 2)))


def _digit(dice, number):
    return dice.randrange(10)


def _call(name, *makers):
    return lambda dice, number: (name, tuple(make(dice, number) for make in makers))


def _one_of(*calls):
    return lambda dice, number: dice.choice(calls)(dice, number)


REPEATED_KV = _one_of(
    _call("get", _key),
    _call("get", _key),
    _call("append", _key, _repeated),
    _call("append", _key, _repeated),
    _call("put", _key, _repeated),
    _call("delete", _key),
    _call("cas", _key, _repeated, _repeated),
)
LIST_KV = _one_of(_call("get", _key), _call("append", _key, _items), _call("put", _key, _items))
NUMBER_KV = _one_of(_call("get", _key), _call("append", _key, _small), _call("put", _key, _small))
FEW_READ = _one_of(_call("read"), _call("write", _digit), _call("cas", _digit, _digit))
REPEATED = ("a", "b", "ab", "aa", "ba", "aab", "c", "", None, True, False)
SMALL, FRESH = (None, 0, 1, 2), (None, *range(100, 120))
READ, WRITE = _call("read"), _call("write", _small)
REGISTER = _one_of(READ, READ, WRITE)
QUEUE = _one_of(_call("Enq", _small), _call("Deq"))
KV = _one_of(_call("read", _key), _call("read", _key), _call("write", _key, _small))
UNIQUE_KV = _one_of(_call("read", _key), _call("read", _key), _call("write", _key, _fresh))
CABINET = _one_of(_call("Put", _key, _small), _call("Take", _key), _call("Look", _key))
UNIQUE_CAS = _one_of(READ, READ, _call("write", _fresh), *[_call("cas", _recent, _fresh)] * 3)
TEXT_KV = _one_of(
    _call("get", _key),
    _call("get", _key),
    _call("append", _key, _piece),
    _call("put", _key, _piece),
)
TEXTS = ("0;", "1;", "0;1;", "1;0;", "2;3;", "0;2;", "1;3;", "0;0;", "", None)
FRESH_LISTS = ((), (100,), (101,), (100, 101), (101, 100), (100, 101, 102), (102, 101), (100, 100))
LISTS = ((), (0,), (1, 2), (2, 1), (0, 1))

KINDS = {
    "register": Kind(Register, REGISTER, SMALL),
    "register from 0": Kind(Register(0), REGISTER, SMALL),
    "unique register": Kind(Register, _one_of(READ, READ, _call("write", _fresh)), FRESH),
    "cas register": Kind(
        CASRegister, _one_of(READ, READ, WRITE, _call("cas", _small, _small)), (*SMALL, True, False)
    ),
    "queue": Kind(Queue, QUEUE, SMALL),
    "unique queue": Kind(Queue, _one_of(_call("Enq", _fresh), _call("Deq")), FRESH),
    "queue with an item": Kind(Queue((1,)), QUEUE, SMALL),
    "mutex": Kind(Mutex, _one_of(_call("acquire"), _call("release")), (None,)),
    "unique cas register": Kind(CASRegister, UNIQUE_CAS, (*FRESH, True)),
    "unique append": Kind(AppendList, _one_of(READ, _call("append", _fresh)), FRESH_LISTS),
    "text kv": Kind(KeyValueStore, TEXT_KV, TEXTS),
    "text kv from a text": Kind(KeyValueStore("="), TEXT_KV, ("=", "=0;", "=1;0;", *TEXTS)),
    "append": Kind(AppendList, _one_of(READ, _call("append", _small)), LISTS),
    "kv": Kind(KeyValueStore, KV, SMALL),
    "repeated text kv": Kind(KeyValueStore, REPEATED_KV, REPEATED),
    "repeated text kv from a text": Kind(KeyValueStore("a"), REPEATED_KV, REPEATED),
    "list kv": Kind(KeyValueStore, LIST_KV, ((1,), (2,), (1, 2), (1, 1), (True,), (2, 1, 2))),
    "number kv": Kind(KeyValueStore(0), NUMBER_KV, (0, 1, 2, 3, 4)),
    "register of ten values": Kind(CASRegister, FEW_READ, (None, 0, 1, 2, 3, True, False)),
    "unique kv": Kind(KeyValueStore, UNIQUE_KV, FRESH),
    "kv in one piece": Kind(Whole, KV, SMALL),
    "counter": Kind(Counter, _one_of(_call("add", _small), _call("look")), (0, 1, 2, 3)),
    "cabinet": Kind(Cabinet, CABINET, (1, 2, 0, *LISTS)),
}


def random_history(kind: Kind, dice: random.Random, operations: int, processes: int) -> History:
    """A run of an atomic object by processes that crash at times; half of them get wrong results.

    A crashed call may have taken effect or not; a new process goes on in place of the crashed one.
    """
    thing = kind.model() if isinstance(kind.model, type) else deepcopy(kind.model)
    events: list = []
    busy: dict[int, tuple] = {}
    idle, names, started = list(range(processes)), processes, 0
    crash = dice.choice((0.0, 0.1, 0.4))
    for _ in range(operations * 12):
        if idle and started < operations and (not busy or dice.random() < 0.4):
            process = idle.pop(dice.randrange(len(idle)))
            name, arguments = kind.call(dice, started)
            events.append(Invocation(process, name, arguments))
            busy[process] = (name, arguments, False, None)
            started += 1
        elif busy:
            process = dice.choice(list(busy))
            name, arguments, applied, result = busy[process]
            if not applied:
                busy[process] = _apply(thing, name, arguments)
            if dice.random() < crash / 3:
                del busy[process]
                idle.append(names)
                names += 1
            elif applied:
                del busy[process]
                idle.append(process)
                events.append(Response(process, result))
    return _spoiled(events, kind, dice)


def _apply(thing, name, arguments):
    try:
        return name, arguments, True, freeze(getattr(thing, name)(*arguments))
    except LookupError:
        return name, arguments, False, None


def _spoiled(events: list, kind: Kind, dice: random.Random) -> History:
    answers = [n for n, event in enumerate(events) if isinstance(event, Response)]
    for _ in range(dice.choice((0, 0, 1, 1, 2))):
        if answers:
            n = dice.choice(answers)
            if events[n].result is not None or dice.random() < 0.2:
                events[n] = replace(events[n], result=dice.choice(kind.results))
    return History(events)


def wing_gong_lowe(calls: Iterable[Operation], model: Any, until: float = inf) -> bool:
    """Wing and Gong's search with Lowe's memory of what was done in which state.

    Operations that return after event `until` may take effect, with their results, or not.
    """
    calls = list(calls)
    seen: set = set()
    start = model() if isinstance(model, type) else deepcopy(model)

    def search(done: frozenset, thing: Any) -> bool:
        rest = [call for call in calls if call not in done]
        ends = [call.returned for call in rest if not call.pending and call.returned <= until]
        if not ends:
            return True
        here = done, exact(freeze(vars(thing)))
        if here in seen:
            return False
        seen.add(here)
        return any(
            search(done | {call}, after)
            for call in rest
            if call.invoked < min(ends)
            for after in _after(call, thing)
        )

    return search(frozenset(), start)


def _after(call: Operation, thing: Any) -> list:
    copy = deepcopy(thing)
    try:
        result = freeze(getattr(copy, call.name)(*call.arguments))
    except LookupError:
        return []
    return [copy] if call.pending or _same(result, _claimed(call, copy)) else []


def _same(result, claimed) -> bool:
    """Python's equality, in which true must not be 1."""
    return result == claimed and repr(result) == repr(claimed)


def _claimed(call: Operation, thing: Any) -> Any:
    """A `cas` without an answer has succeeded."""
    meanings = getattr(thing, "stands_for", {})
    return meanings.get(call.name) if call.result is None and call.name in meanings else call.result


def assert_sound(found: Linearizability, model: Any) -> None:
    """Every linearization is one: complete, legal, each point within its operation."""
    for part in found.parts:
        if part.verdict is Verdict.HOLDS:
            assert_order(part.linearization, model)
            done = {placed.operation for placed in part.linearization}
            assert len(done) == len(part.linearization)
        elif part.culprit is not None:
            _assert_culprit(found.history, part, model)
    if found.verdict is Verdict.HOLDS:
        done = {placed.operation for placed in found.linearization}
        assert {o for o in found.history.operations if not o.pending} <= done
        assert_points(found.linearization)


def _assert_culprit(history: History, part: Any, model: Any) -> None:
    """The attempts explain every response before the culprit's, and none explains that one too."""
    mine = [o for o in history.operations if ask(o, model).part == part.object]
    end = part.culprit.returned
    earlier = {o for o in mine if o.returned is not None and o.returned < end}
    assert part.attempts
    for attempt in part.attempts:
        assert_order(attempt.placed, model, end)
        assert earlier <= {placed.operation for placed in attempt.placed}
    if part.method == "search":
        assert not wing_gong_lowe(mine, model, end)
    else:
        cut = [o if o.returned <= end else replace(o, returned=None) for o in mine if not o.pending]
        begun = [o for o in (*cut, *(o for o in mine if o.pending)) if o.invoked < end]
        assert not wing_gong_lowe(begun, model)


def assert_order(placed, model, until=inf) -> None:
    """Replaying gives the recorded results where they are known by then; points grow."""
    assert_points(placed)
    list(replay_linearization(placed, model, until))


def assert_points(placed) -> None:
    """Points never go back, and each lies between its operation's invocation and response."""
    points = [p.point for p in placed]
    assert points == sorted(points)
    for p in placed:
        end = p.operation.returned
        assert p.operation.invoked < p.point
        assert end is None or p.point <= end
