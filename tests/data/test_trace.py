"""States and traces: what is equal, what is read, how one is seen as another."""

from __future__ import annotations

import pytest

from raftnb.data.errors import UsageError
from raftnb.data.trace import State
from raftnb.language import Delivery, Message, Nat, Process, Spec, send, when


class Note(Message):
    n: Nat


class Node(Process, number="nodes"):
    """Sends a note to itself."""

    n: Nat = 0

    def go(self) -> None:
        """Once."""
        when(self.n == 0)
        self.n = 1
        send(Note(n=1), to=self)


class Silent(Process, number="nodes"):
    """Its members are s1, s2."""

    n: Nat = 0

    def go(self) -> None:
        """Once."""
        self.n = 1


LOUD = Spec("loud", (Node,), constants={"nodes": 2}, delivery=Delivery())
QUEUE = Spec("queue", (Node,), constants={"nodes": 2}, delivery=Delivery(reorders=False))
QUIET = Spec("quiet", (Silent,), constants={"nodes": ("n1", "n2")})


def sent(spec: Spec) -> State:
    world = spec().start()
    world["n1"].go()
    return world.state


@pytest.mark.parametrize("spec", [LOUD, QUEUE])
def test_messages_are_left_out_where_the_other_specification_has_none(spec: Spec) -> None:
    seen = sent(spec).seen_as(QUIET().layout, {})
    assert seen.messages == ()
    assert seen["n1", "n"] == 1
    assert seen.layout == QUIET().layout
    assert QUIET().start(seen).state == seen


def test_a_specification_with_messages_is_seen_with_none_from_one_without() -> None:
    quiet = QUIET().initial_states[0]
    assert quiet.seen_as(LOUD().layout, {}) == LOUD().initial_states[0]
    with pytest.raises(UsageError, match="a view of a state without n1 to n1.queue"):
        quiet.seen_as(QUEUE().layout, {})


def test_states_of_different_variables_are_different() -> None:
    other = Spec("other", (Silent,), constants={"nodes": 2})().initial_states[0]
    quiet = QUIET().initial_states[0]
    assert quiet.values == other.values
    assert quiet != other
    assert quiet == QUIET().initial_states[0]
    with pytest.raises(UsageError, match="different variables"):
        quiet.changes(other)


def test_a_variable_that_is_not_there_is_a_usage_error() -> None:
    state = LOUD().initial_states[0]
    for key in (("n1", "m"), ("n3", "n"), ("", "")):
        with pytest.raises(UsageError, match="the variable") as error:
            _ = state[key]
        assert "n1.n" in error.value.allowed
