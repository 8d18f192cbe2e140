"""Parts that several processes decide, and long histories, which are kept as numbers."""

from __future__ import annotations

import random

import pytest

from raftnb.data import histories
from raftnb.data.errors import SpecError, UsageError
from raftnb.data.events import Invocation, Response
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import Budget, KeyValueStore, Stack, check, why
from tests.oracles.wing_gong_lowe import KINDS, assert_sound, random_history


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("kind", ["kv", "unique kv", "repeated text kv", "cabinet"])
def test_several_processes_find_what_one_finds(kind, long, monkeypatch) -> None:
    monkeypatch.setattr(histories, "LONG", 0 if long else 1_000)
    dice, verdicts = random.Random(f"workers of {kind}"), set()
    for _ in range(8):
        events = random_history(KINDS[kind], dice, dice.randint(10, 30), 4).events
        found = check(History(events), KINDS[kind].model, workers=2)
        alone = check(History(events), KINDS[kind].model, workers=1)
        verdicts.add(found.verdict)
        assert found.verdict is alone.verdict
        assert [part.verdict for part in found.parts] == [part.verdict for part in alone.parts]
        assert [part.culprit for part in found.parts] == [part.culprit for part in alone.parts]
        assert_sound(found, KINDS[kind].model)
        assert [story.sentences for story in why(found)] == [s.sentences for s in why(alone)]
    assert verdicts == {Verdict.HOLDS, Verdict.VIOLATED}


def keys(count: int, wrong: int = -1) -> History:
    """A put and a get of each key, one after another; the get of `wrong` finds something else."""
    events: list = []
    for n in range(count):
        events += [Invocation("A", "put", (n, 7)), Response("A")]
        events += [Invocation("A", "get", (n,)), Response("A", 8 if n == wrong else 7)]
    return History(events)


def test_without_all_parts_the_first_violated_one_ends_the_check() -> None:
    for workers in (1, 2):
        found = check(keys(40, wrong=5), KeyValueStore, all_parts=False, workers=workers)
        reasons = {part.reason for part in found.parts if part.verdict is Verdict.UNKNOWN}
        assert found.verdict is Verdict.VIOLATED
        assert reasons == {"left undecided, as another part is violated"}
        assert [part.object for part in found.parts if part.culprit] == [5]


def test_an_error_in_a_process_is_raised_here() -> None:
    class Broken(KeyValueStore):
        def get(self, key):
            raise ZeroDivisionError

    with pytest.raises(SpecError, match="ZeroDivisionError"):
        check(keys(4), Broken, workers=2)
    with pytest.raises(UsageError, match="operation 'swap'"):
        check(History([*keys(4), Invocation("A", "swap", (1,))]), KeyValueStore, workers=2)


def test_the_budget_holds_in_every_process() -> None:
    hard = [Invocation(f"P{n}", "push", (n,), x) for x in "ab" for n in range(12)]
    hard = [Invocation(f"{e.object}{e.process}", e.name, e.arguments, e.object) for e in hard]
    late = [Response(e.process, None, e.object) for e in hard]
    pops: list = []
    for x in "ab":
        pops += [Invocation(f"{x}R", "pop", (), x), Response(f"{x}R", "none", x)]
    found = check(History([*hard, *pops, *late]), Stack, Budget(seconds=0.3), workers=2)
    assert found.verdict is Verdict.UNKNOWN
    assert found.seconds < 10
