"""An exploration says *holds* only where it does, and what its answer does not cover."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import time

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check, random_walks, reachable, state_graph
from raftnb.explore.tables.threads import Threads
from raftnb.language import (
    Delivery,
    Globals,
    Message,
    Nat,
    Process,
    Spec,
    discard,
    either,
    eventually,
    in_flight,
    send,
    when,
)
from raftnb.liveness import check_liveness
from raftnb.refine import refines

ENGINES = ("reference", "fast")


class Count(Globals):
    n: Nat = 0
    flag: bool = False


class Ticker(Process):
    def tick(self) -> None:
        when(Count.n < 6)
        Count.n = Count.n + 1


def low() -> bool:
    return Count.n <= 3


def never() -> bool:
    return False


def five() -> bool:
    return Count.n == 5


def two() -> bool:
    return Count.n == 2


def from_the_start() -> bool:
    return Count.n < 2


def seven() -> bool:
    return Count.n == 7


COUNT = Spec("count", (Ticker,), (Count,))


def explored(engine, model=None, **changes):
    return check(model or COUNT.variant("count", **changes)(), engine=engine, deadlock=False)


# What constraints cut off.


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_not_reached_within_the_constraints_is_unknown(engine):
    found = explored(engine, constraints=(low,), sometimes=(two, five))
    assert (found.verdict, found.property, found.exit_code) == (Verdict.UNKNOWN, "five", 3)
    assert found.bound == "not reached: five; 1 step leads out of the constraints"
    assert (found.not_reached, found.cut, found.complete) == (("five",), 1, True)
    assert found.as_json()["not_reached"] == ["five"]
    assert "not reached: five" in str(found)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_not_reached_though_nothing_was_cut_off_is_violated(engine):
    found = explored(engine, sometimes=(two, seven))
    assert (found.verdict, found.property, found.cut) == (Verdict.VIOLATED, "seven", 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_holds_within_constraints_says_that_they_cut(engine):
    found = explored(engine, constraints=(low,), sometimes=(two,))
    assert found.verdict is Verdict.HOLDS
    assert found.partial == ("1 step leads out of the constraints, and was not followed",)
    assert found.partial[0] in str(found)
    assert found.as_json()["partial"] == list(found.partial)


@pytest.mark.parametrize("engine", ENGINES)
def test_no_state_within_the_constraints_is_unknown(engine):
    found = explored(engine, constraints=(never,))
    assert (found.verdict, found.distinct) == (Verdict.UNKNOWN, 0)
    assert found.bound == "no initial state is within the constraints"


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_true_from_the_start_is_named(engine):
    found = explored(engine, sometimes=(from_the_start, two))
    assert found.partial == ("true from the start, so that nothing had to happen: from_the_start",)


class Ping(Message):
    n: Nat


class Sender(Process, number="senders"):
    def ping(self, other: Sender) -> None:
        send(Ping(n=1), to=other)

    def two(self, other: Sender) -> None:
        send(Ping(n=1), to=other)
        send(Ping(n=2), to=other)


PINGS = Spec(
    "pings", (Sender,), constants={"senders": 2, "most": 2, "times": 1}, distinct_messages="most",
    copies="times", delivery=Delivery(duplicates=False, loses=False),
)  # fmt: skip


@pytest.mark.parametrize("most", [1, 2, 3])
def test_both_engines_count_what_the_limits_on_messages_cut_off(most):
    slow, fast = (check(PINGS(most=most), engine=e, deadlock=False) for e in ENGINES)
    assert slow.cut == fast.cut > 0
    assert slow.partial == fast.partial
    assert sum(int(t < 0) for t in reachable(PINGS(most=most)).targets.tolist()) == slow.cut


# Natural numbers, actions that are never taken.


class Chooser(Process):
    def choose(self, n: Nat) -> None:
        Count.n = n


class Other(Process):
    def choose(self) -> None:
        when(Count.n == 7)
        Count.flag = True


def below(bound: Nat) -> bool:
    return Count.n < 100 or Count.n < bound


@pytest.mark.parametrize("engine", ENGINES)
def test_how_far_natural_numbers_were_tried_is_said(engine):
    model = Spec("numbers", (Chooser,), (Count,), invariants=(below,))()
    found = check(model, engine=engine)
    assert found.partial == (
        "natural numbers were tried up to 2 only: n in choose, bound in below",
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_an_action_that_only_one_class_never_takes_is_named_with_it(engine):
    found = check(Spec("two", (Chooser, Other), (Count,))(), engine=engine)
    assert found.never_taken == ("Other.choose",)


# Functions that are more than functions of the state.


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 7])
def test_a_function_of_a_graph_that_counts_its_calls_is_found_out(limit):
    graph, calls = reachable(COUNT()), []

    def odd(world):
        calls.append(1)
        return (world.read(0), len(calls) > limit and len(calls) % 2)

    with pytest.raises(SpecError, match="not the same"):
        graph.evaluate(odd)


def test_one_and_true_are_different_values_of_a_function():
    graph = reachable(COUNT())
    numbers, values = graph.evaluate(lambda world: 1 if world.read(0) == 0 else world.read(0) > 0)
    assert [type(values[n]) for n in numbers[:2].tolist()] == [int, bool]
    numbers, values = graph.evaluate(
        lambda world: (1,) if world.read(0) == 0 else frozenset({world.read(0) > 0})
    )
    assert [values[n] for n in numbers[:2].tolist()] == [(1,), frozenset({True})]


# Other processes.


class Friend(Process, number="friends"):
    x: Nat = 0
    other: Friend | None = None

    def meet(self, one: Friend) -> None:
        when(self.other is None and one != self)
        self.other = one

    def raise_it(self) -> None:
        when(self.other is not None and self.other.x < 2)
        self.other.x += 1

    def lower_it(self, one: Friend) -> None:
        when(one.x == 2)
        one.x -= 1


def nobody_is_up(a: Friend) -> bool:
    return a.x < 2


@pytest.mark.parametrize("engine", ENGINES)
def test_an_action_writes_to_another_process_and_the_trace_replays(engine):
    spec = Spec("friends", (Friend,), constants={"friends": 2}, invariants=(nobody_is_up,))
    found = check(spec(), engine=engine)
    assert (found.verdict, len(found.trace)) == (Verdict.VIOLATED, 3)
    world = spec().start()
    for step in found.trace.steps:
        world.take(step)
    assert world.state == found.trace.last


# The same answer every time.

PROGRAM = """
    import sys
    from raftnb.data.verdict import Verdict
    from raftnb.explore import check, random_walks
    from tests.explore.test_true_verdicts import WORDS, WORDS_BACKWARDS
    for spec in (WORDS, WORDS_BACKWARDS):
        for engine, threads in (("reference", None), ("fast", 1), ("fast", 2)):
            found = check(spec(), engine=engine, threads=threads, deadlock=False)
            print(found.verdict, found.property, found.distinct, found.generated, found.depth)
            print(found.trace and [str(step) for step in found.trace.steps])
    print(random_walks(spec(), walks=50, depth=5, deadlock=False).distinct)
"""


class Text(Globals):
    seen: frozenset[str] = frozenset()
    last: str = ""


class Writer(Process):
    def write(self) -> None:
        when(len(Text.seen) < 3)
        word = either("ab", "cd", "ef", "gh")
        Text.seen = Text.seen | {word}

    def pick(self) -> None:
        when(Text.last == "")
        Text.last = either(*sorted(Text.seen))


class Reader(Process):
    def forget(self) -> None:
        when(Text.last != "")
        Text.last = ""


def not_the_last_word() -> bool:
    return Text.last != "gh" or len(Text.seen) < 3


def shorter(limit: Nat) -> bool:
    return len(Text.seen) <= 3


CLAIMS = (shorter, not_the_last_word)
WORDS = Spec("words", (Writer, Reader), (Text,), invariants=CLAIMS, constants={"limit": 3})
WORDS_BACKWARDS = Spec(
    "words", (Reader, Writer), (Text,), invariants=CLAIMS[::-1], constants={"limit": 3}
)


def test_the_answer_does_not_depend_on_hashes_threads_or_order():
    outputs = set()
    for seed in ("0", "1", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(PROGRAM)], env=environment, text=True,
            capture_output=True, check=True,
        )  # fmt: skip
        outputs.add(done.stdout)
    assert len(outputs) == 1
    lines = outputs.pop().splitlines()
    verdicts = {line.split()[0] + " " + line.split()[1] for line in lines[:-1:2]}
    assert verdicts == {"violated not_the_last_word"}


# A thread that dies.


def test_an_error_in_a_thread_is_raised_and_not_waited_for():
    threads = Threads(2)

    def part(t):
        if t == 1:
            raise ZeroDivisionError
        time.sleep(0.01)

    started = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        threads.each(part)
    threads.close()
    assert time.monotonic() - started < 60


def test_a_thread_that_dies_in_an_exploration_ends_it(monkeypatch):
    from raftnb.explore import expander

    def broken(*_):
        raise RuntimeError("a thread died")

    monkeypatch.setattr(expander.kernels, "expand", broken)
    with pytest.raises(RuntimeError, match="a thread died"):
        check(COUNT(), deadlock=False)


def test_walks_say_what_they_did_not_cover():
    found = random_walks(COUNT(), walks=3, depth=2, deadlock=False)
    assert found.verdict is Verdict.UNKNOWN
    assert "3 random walks" in found.bound


# What is given.


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: check(COUNT),
        lambda: check(low),
        lambda: check(COUNT(), max_states="3"),
        lambda: check(COUNT(), max_states=1.5),
        lambda: check(COUNT(), threads="a"),
        lambda: check(COUNT(), max_depth=True),
        lambda: reachable(COUNT),
        lambda: reachable(COUNT(), max_states="many"),
        lambda: state_graph(COUNT),
        lambda: state_graph(COUNT(), max_states=0),
        lambda: random_walks(COUNT),
        lambda: random_walks(COUNT(), walks=2.5),
        lambda: random_walks(COUNT(), seed=-1),
        lambda: random_walks(COUNT(), seed="x"),
        lambda: check_liveness(COUNT(), low),
        lambda: check_liveness(COUNT, eventually(two)),
        lambda: check_liveness(COUNT(), eventually(two), fairness=(Ticker,)),
        lambda: check_liveness(COUNT(), eventually(two), fairness=3),
        lambda: refines(COUNT, COUNT(), lambda state: state),
        lambda: refines(COUNT(), COUNT(), 3),
    ],
)
def test_a_senseless_argument_is_a_usage_error_with_a_cure(wrong):
    with pytest.raises(UsageError) as caught:
        wrong()
    assert caught.value.allowed
    assert caught.value.cure


def test_walks_start_within_the_constraints_only():
    found = random_walks(COUNT.variant("count", constraints=(never,))(), walks=5)
    assert (found.verdict, found.distinct) == (Verdict.UNKNOWN, 0)
    assert "no initial state is within the constraints" in found.bound


class Beat(Message):
    n: Nat


class Heart(Process, number="hearts"):
    n: Nat = 0

    def beat(self, other: Heart) -> None:
        when(self.n < 2)
        self.n += 1
        send(Beat(n=self.n), to=other)

    def hear(self, m: Beat) -> None:
        when(self.n < 2)
        discard(m)


def at_most_one_is_looked_at() -> bool:
    return (1, 2)[len(in_flight(Beat))] > 0


def it_is_the_first(h: Heart) -> bool:
    return h.n < 2


def it_raises_at_one(h: Heart) -> bool:
    return h.n < 2 or 1 // (1 - len(in_flight(Beat))) > 0


BEATS = Spec(
    "beats",
    (Heart,),
    constants={"hearts": 2, "messages": 1},
    distinct_messages="messages",
    delivery=Delivery(loses=False),
)


@pytest.mark.parametrize("bounds", [
    (at_most_one_is_looked_at,),
    (at_most_one_is_looked_at, it_is_the_first),
    (it_is_the_first, at_most_one_is_looked_at),
])  # fmt: skip
@pytest.mark.parametrize("duplicates", [True, False])
def test_no_constraint_is_asked_where_messages_are_too_many(bounds, duplicates):
    """In all engines the limits on messages come first: what is too many is never looked at."""
    delivery = Delivery(loses=False, duplicates=duplicates)
    model = BEATS.variant("bounded", constraints=bounds, delivery=delivery)()
    told = [
        (found.verdict, found.distinct, found.generated, found.cut)
        for engine in ("reference", "memo", "fast", *(["compiled"] if shutil.which("cc") else []))
        for found in [check(model, deadlock=False, engine=engine, progress=False)]
    ]
    assert told[0][0] is Verdict.HOLDS
    assert told[0][3] > 0
    assert set(told) == {told[0]}


def test_a_constraint_that_raises_within_the_limits_is_an_error_in_every_engine():
    delivery = Delivery(loses=False, duplicates=False)
    model = BEATS.variant("bounded", constraints=(it_raises_at_one,), delivery=delivery)()
    for engine in ("reference", "memo", "fast"):
        with pytest.raises(SpecError, match="it_raises_at_one"):
            check(model, deadlock=False, engine=engine, progress=False)


def test_a_state_to_start_in_is_within_the_limits_on_messages_or_left_out():
    wide = BEATS(messages=2)
    given = wide.start()
    given["h1"].beat(given["h2"])
    given["h2"].beat(given["h1"])
    start = given.state
    for engine in ("reference", "memo", "fast"):
        found = check(BEATS(), start=start, deadlock=False, engine=engine, progress=False)
        assert found.verdict is Verdict.UNKNOWN
        assert "no initial state is within the constraints" in str(found.bound)
    walked = random_walks(BEATS(), start=start, walks=2, depth=2, progress=False)
    assert "no initial state" in str(walked.bound)
