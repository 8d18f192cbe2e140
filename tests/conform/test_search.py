"""The search for a behavior: alternatives, coming back, budgets, and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from raftnb import Globals, Nat, Process, Spec, UsageError, Verdict, either, when
from raftnb.conform import EventError, Now, Play, conforms
from raftnb.conform.misfit import differ
from raftnb.language.spec import Model


class Shared(Globals):
    total: Nat = 0


class Worker(Process, number="workers"):
    done: Nat = 0
    seen: Nat = 0

    def work(self) -> None:
        when(self.done < 3)
        self.done += either(1, 2)
        Shared.total += 1

    def look(self) -> None:
        self.seen = Shared.total


def done_is_small(w: Worker) -> bool:
    return w.done <= 3


def total_grows_by_one() -> bool:
    from raftnb import after

    return after(Shared).total <= Shared.total + 1


WORK = Spec("work", (Worker,), (Shared,), constants={"workers": 2})
CLAIMED = WORK.variant("claimed", invariants=(done_is_small,))


def steps_of_two(event: Any, now: Now) -> Sequence[Play]:
    """`work` may have gone by one or by two, and only `done` tells which; `look` may be hidden."""
    name, worker = event["event"], event["worker"]

    def by(many: int) -> Play:
        return lambda: now.take(worker, "work", choose=(many,))

    if name == "work":
        return [by(1), by(2)]
    if name == "done":
        return [lambda: now.compare(worker, done=event["done"])]
    if name == "seen":
        seen = lambda: now.compare(worker, seen=event["seen"])  # noqa: E731
        return now.unlogged([(worker, "look")], seen, most=1)
    raise EventError(f"`{name}`", allowed="work, done, seen", cure="use one of these")


def work(worker: str = "w1") -> dict[str, Any]:
    return {"event": "work", "worker": worker}


def done(number: int, worker: str = "w1") -> dict[str, Any]:
    return {"event": "done", "worker": worker, "done": number}


@pytest.fixture
def model() -> Model:
    return WORK()


def test_an_empty_log_fits(model: Model) -> None:
    found = conforms(model, [], steps_of_two)
    assert (found.verdict, found.events, found.matched) == (Verdict.HOLDS, 0, 0)
    assert found.trace.steps == ()


def test_the_first_alternative_that_fits_is_taken(model: Model) -> None:
    found = conforms(model, [work(), work("w2"), done(1)], steps_of_two)
    assert found.verdict is Verdict.HOLDS
    assert [str(step) for step in found.trace.steps] == [
        "w1.work(choose=(1,))", "w2.work(choose=(1,))",
    ]  # fmt: skip


def test_the_search_comes_back_to_another_alternative(model: Model) -> None:
    found = conforms(model, [work(), work("w2"), done(2), done(2, "w2")], steps_of_two)
    assert found.verdict is Verdict.HOLDS
    assert found.trace.last["w1", "done"] == found.trace.last["w2", "done"] == 2
    assert found.trace.last["Shared", "total"] == 2


def test_several_choices_are_tried_together(model: Model) -> None:
    found = conforms(model, [work(), work(), done(4)], steps_of_two)
    assert found.verdict is Verdict.HOLDS
    assert [step.choices for step in found.trace.steps] == [(2,), (2,)]


def test_what_fits_in_no_way_is_said_with_a_reason_for_each_alternative(model: Model) -> None:
    found = conforms(model, [work(), work(), done(5), work()], steps_of_two)
    assert (found.verdict, found.matched, found.property) == (Verdict.VIOLATED, 2, None)
    assert found.first_misfit is not None
    assert found.first_misfit.line == 3
    assert found.first_misfit.reasons == (
        "w1.done is 2, logged 5", "w1.done is 3, logged 5", "w1.done is 4, logged 5",
    )  # fmt: skip
    assert len(found.trace.steps) == 2


def test_the_false_guard_is_quoted(model: Model) -> None:
    found = conforms(model, [work(), work(), done(4), work()], steps_of_two)
    assert found.first_misfit is not None
    assert found.first_misfit.reasons == ("w1.work is not enabled: `when(self.done < 3)` is false",)
    assert found.matched == 3


def test_the_prefix_is_the_longest_one(model: Model) -> None:
    events = [work(), done(1), work("w2"), done(7, "w2")]
    found = conforms(model, events, steps_of_two)
    assert (found.matched, len(found.trace.steps)) == (3, 2)
    assert found.trace.last["w1", "done"] == 1


def test_a_step_that_is_not_logged_may_be_hidden(model: Model) -> None:
    seen = {"event": "seen", "worker": "w2", "seen": 1}
    found = conforms(model, [work(), seen, {**seen, "seen": 1}], steps_of_two)
    assert found.verdict is Verdict.HOLDS
    assert [str(step) for step in found.trace.steps] == ["w1.work(choose=(1,))", "w2.look()"]
    assert conforms(model, [{**seen, "seen": 1}], steps_of_two).verdict is Verdict.VIOLATED


def test_a_choice_that_is_too_old_is_given_up_and_then_nothing_is_known(model: Model) -> None:
    quiet = [done(0, "w2")] * 20
    found = conforms(model, [work(), *quiet, done(2)], steps_of_two, window=5)
    assert (found.verdict, found.matched) == (Verdict.UNKNOWN, 21)
    assert found.bound == "a choice more than 5 events before was not tried again"
    assert conforms(model, [work(), *quiet, done(2)], steps_of_two).verdict is Verdict.HOLDS
    assert conforms(model, [work(), *quiet, done(1)], steps_of_two, window=5).verdict is (
        Verdict.HOLDS
    )


def test_the_tries_have_a_bound(model: Model) -> None:
    found = conforms(model, [work(), work(), done(5)], steps_of_two, tries=1)
    assert (found.verdict, found.bound) == (Verdict.UNKNOWN, "1 tries")
    assert (found.matched, len(found.trace.steps)) == (2, 2)
    assert found.first_misfit is not None
    assert (found.first_misfit.line, found.first_misfit.reasons[0]) == (3, "w1.done is 2, logged 5")


def test_claims_are_evaluated_in_each_state() -> None:
    found = conforms(CLAIMED(), [work(), work(), done(4)], steps_of_two)
    assert (found.verdict, found.property, found.matched) == (
        Verdict.VIOLATED, "done_is_small", 3,
    )  # fmt: skip
    assert str(found.broken[0]) == "line 2: done_is_small (w = w1) is false"
    assert conforms(CLAIMED(), [work(), work()], steps_of_two).verdict is Verdict.HOLDS


def test_claims_may_be_left_out_and_that_is_said() -> None:
    found = conforms(CLAIMED(), [work(), work(), done(4)], steps_of_two, claims=False)
    assert found.verdict is Verdict.HOLDS
    assert found.partial == ("the claims were not evaluated",)


def test_an_event_that_cannot_be_read_is_an_error_with_its_line(model: Model) -> None:
    with pytest.raises(EventError, match="`rest`") as told:
        conforms(model, [work(), {"event": "rest", "worker": "w1"}], steps_of_two)
    assert told.value.place == "line 2"


def test_a_mapping_that_names_no_action_or_member_is_an_error(model: Model) -> None:
    with pytest.raises(UsageError, match="`wrok`"):
        conforms(model, [{}], lambda event, now: [lambda: now.take("w1", "wrok")])
    with pytest.raises(UsageError, match="`w9`"):
        conforms(model, [{}], lambda event, now: [lambda: now.take("w9", "work")])


def test_the_answer_as_json_says_what_the_text_says(model: Model) -> None:
    data = conforms(model, [work(), done(3)], steps_of_two).as_json()
    assert (data["verdict"], data["events"], data["matched"]) == ("violated", 2, 1)
    assert data["first_misfit"]["line"] == 2
    assert data["first_misfit"]["event"] == done(3)


def test_an_answer_is_no_condition(model: Model) -> None:
    with pytest.raises(UsageError):
        bool(conforms(model, [], steps_of_two))


def test_an_event_without_an_alternative_does_not_fit(model: Model) -> None:
    def some(event: Any, now: Now) -> Sequence[Play]:
        return [] if event["event"] == "nothing" else steps_of_two(event, now)

    nothing = {"event": "nothing"}
    for before in ([], [work()], [work(), done(2)], [work(), done(1)]):  # also after coming back
        found = conforms(model, [*before, nothing, work("w2")], some)
        assert (found.verdict, found.matched) == (Verdict.VIOLATED, len(before))
        assert found.first_misfit is not None
        assert found.first_misfit.line == len(before) + 1
        assert "the mapping gives no alternative for it" in found.first_misfit.reasons


@pytest.mark.parametrize("given", [None, 3, "w1", [None], [[]], lambda: None])
def test_a_mapping_that_returns_no_alternatives_is_an_error(model: Model, given: Any) -> None:
    with pytest.raises(EventError, match="a mapping that returns") as told:
        conforms(model, [work(), work()], lambda event, now: given)
    assert (told.value.place, "lambda: None" in told.value.cure) == ("line 1", True)


def test_alternatives_may_be_yielded(model: Model) -> None:
    def some(event: Any, now: Now) -> Any:
        yield from steps_of_two(event, now)

    assert conforms(model, [work(), done(2)], some).verdict is Verdict.HOLDS


@pytest.mark.parametrize(("is_", "logged"), [(1, True), (0, False), (True, 1), (False, 0)])
def test_a_number_is_not_true_or_false(model: Model, is_: Any, logged: Any) -> None:
    found = conforms(model, [work()], lambda event, now: [lambda: now.same("it", is_, logged)])
    assert found.verdict is Verdict.VIOLATED
    assert found.first_misfit is not None
    assert found.first_misfit.reasons == (differ("it", is_, logged),)


@pytest.mark.parametrize("around", ["alone", "first_of", "apart", "unlogged"])
@pytest.mark.parametrize("said", [True, False])
def test_a_comparison_that_nobody_makes_is_an_error(model: Model, said: bool, around: str) -> None:
    def compared() -> Any:
        return said

    def mapping(event: Any, now: Now) -> Sequence[Play]:
        if around == "first_of":
            return [lambda: now.first_of(compared)]
        if around == "apart":
            return now.apart(compared, compared)
        return now.unlogged([("w1", "look")], compared) if around == "unlogged" else [compared]

    with pytest.raises(EventError, match=f"an alternative that returns {said}"):
        conforms(model, [work()], mapping)


@pytest.mark.parametrize("events", [None, 5, len, "abc", b"abc", {"event": "start"}])
def test_what_is_no_list_of_events_is_an_error(model: Model, events: Any) -> None:
    with pytest.raises(UsageError, match="as events"):
        conforms(model, events, steps_of_two)
