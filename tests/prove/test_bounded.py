"""Bounded model checking and k-induction find what exploration finds, and say no more."""

from __future__ import annotations

import pytest

from raftnb.data.errors import UsageError
from raftnb.data.verdict import Verdict
from raftnb.language import Globals, Process, in_flight, when
from raftnb.language.spec import Spec
from raftnb.prove import InstanceSize, check_bounded, k_induction
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import RequestVoteResponse
from raftnb.specs.store.proof import ROUNDS
from raftnb.specs.store.sequential import SEQUENTIAL_STORE, one_client_at_a_time


class Light(Globals):
    """A lamp with three states; the fourth cannot be reached."""

    at: int = 0


class Lamp(Process):
    """Goes round 0, 1, 2; from 4 it would go to 3."""

    def go(self) -> None:
        """The next state."""
        when(Light.at <= 2)
        Light.at = 0 if Light.at == 2 else Light.at + 1

    def leave(self) -> None:
        """Only from 4."""
        when(Light.at == 4)
        Light.at = 3


def never_three() -> bool:
    """True; and 4 is not excluded, so it takes an assumption about one state more."""
    return Light.at != 3


def never_two() -> bool:
    """False after two steps."""
    return Light.at != 2


LAMP = Spec("lamp", processes=(Lamp,), shared=(Light,), invariants=(never_three,))


def test_a_claim_that_fails_after_two_steps_is_refuted_with_the_trace() -> None:
    found = check_bounded(LAMP, never_two, 4, size=InstanceSize(5, 1))
    assert (found.verdict, found.steps) == (Verdict.VIOLATED, 2)
    assert found.trace is not None
    assert [state["Light", "at"] for state in found.trace.states] == [0, 1, 2]


def test_that_nothing_was_found_is_unknown_and_not_holds() -> None:
    found = check_bounded(LAMP, never_two, 1, size=InstanceSize(5, 1))
    assert found.verdict == Verdict.UNKNOWN
    assert str(found).startswith("unknown: never_two, 1 step (")
    assert str(found).endswith("stopped: no run of more than 1 step")


class Two(Globals):
    """Two numbers; the second is what the first was, after any step."""

    x: int = 1
    y: int = 1


class Mover(Process):
    """A step that divides, and one that does not: before it the second number may be 0."""

    def divide(self) -> None:
        """By what the first number was."""
        when(4 // Two.y >= 0)
        Two.y = Two.x
        Two.x = 3 - Two.x

    def follow(self) -> None:
        """The same without dividing."""
        Two.y = Two.x


def one_or_two() -> bool:
    """True; that the step divides by one of these takes a step more."""
    return 1 <= Two.x <= 2


def test_only_the_last_of_the_steps_must_be_shown_to_have_a_value() -> None:
    spec = Spec("two", processes=(Mover,), shared=(Two,), invariants=(one_or_two,))
    found = [k_induction(spec, one_or_two, k) for k in (1, 2)]
    assert [one.verdict for one in found] == [Verdict.UNKNOWN, Verdict.HOLDS]
    assert found[0].bound == "a step or the claim may have no value"


def test_a_claim_that_is_not_inductive_can_be_two_inductive() -> None:
    assert k_induction(LAMP, never_three, 1, size=InstanceSize(5, 1)).verdict == Verdict.UNKNOWN
    assert k_induction(LAMP, never_three, 2, size=InstanceSize(5, 1)).verdict == Verdict.HOLDS


def test_a_false_claim_is_never_proved_by_k_induction() -> None:
    assert k_induction(LAMP, never_two, 3, size=InstanceSize(5, 1)).verdict == Verdict.VIOLATED
    with pytest.raises(UsageError, match="k=0"):
        k_induction(LAMP, never_two, 0)


def test_messages_are_followed_over_several_steps() -> None:
    def nobody_has_a_vote() -> bool:
        """False as soon as somebody answers."""
        return all(not m.voteGranted for m in in_flight(RequestVoteResponse))

    found = check_bounded(RAFT, nobody_has_a_vote, 3, size=InstanceSize(2, 2), servers=2, values=1)
    assert (found.verdict, found.steps) == (Verdict.VIOLATED, 3)


def test_clients_take_turns_by_induction() -> None:
    constants = {"clients": 2, "keys": 1, "values": 1}
    size = InstanceSize(2, 1)
    alone = k_induction(SEQUENTIAL_STORE, one_client_at_a_time, 1, size=size, **constants)
    assert (alone.verdict, alone.bound) == (
        Verdict.UNKNOWN,
        "a step or the claim may have no value",
    )
    claims = (one_client_at_a_time, *ROUNDS)
    found = k_induction(SEQUENTIAL_STORE, claims, 1, size=size, **constants)
    assert found.verdict == Verdict.HOLDS


class Step(Globals):
    """A number that grows to 2."""

    at: int = 0


class Climber(Process):
    """One step after the other."""

    def climb(self) -> None:
        """The next one."""
        when(Step.at < 2)
        Step.at += 1


def low(limit: int) -> bool:
    """False after two steps, where the constant is 1."""
    return Step.at <= limit


def test_what_is_claimed_of_a_constant_is_asked_of_its_default_and_told() -> None:
    spec = Spec("climb", (Climber,), (Step,), (), {"limit": 1}, (low,))
    found = k_induction(spec, low, 3)
    assert (found.verdict, found.steps) == (Verdict.VIOLATED, 2)
    assert "limit=1" in found.instance
    other = k_induction(spec, low, 1, limit=2)
    assert other.verdict == Verdict.HOLDS
    assert "limit=2" in other.instance
