"""Constants are checked against what the Spec declares for them."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.language import Delivery, Domain, Message, Nat, Process, Spec, send, when


class Key(Domain, number="keys"):
    """A domain."""


class Note(Message):
    n: Nat


class Node(Process, number="nodes"):
    n: Nat = 0

    def go(self) -> None:
        """Send a number."""
        when(self.n == 0)
        send(Note(n=0), to=self)


def low(node: Node, most: Nat, least: int) -> bool:
    return least <= node.n <= most


CONSTANTS: dict[str, Any] = {"nodes": 2, "keys": ("k", "l"), "most": 3, "least": -1, "strict": True}
SPEC = Spec("notes", (Node,), (), (Key,), CONSTANTS, (low,), delivery=Delivery(), copies="most")

RIGHT = [
    ("nodes", 1, 1), ("nodes", ("a",), ("a",)), ("nodes", ["a", "b"], ("a", "b")),
    ("keys", 3, 3), ("most", 0, 0), ("least", -5, -5), ("least", 5, 5), ("strict", False, 0),
    ("strict", 1, 1), ("loses", 0, 0), ("loses", True, 1), ("reorders", 1, 1),
]  # fmt: skip
WRONG = [
    ("nodes", 0), ("nodes", -1), ("nodes", 1.5), ("nodes", True), ("nodes", "abc"), ("nodes", "3"),
    ("nodes", ()), ("nodes", ("a", "a")), ("nodes", ("a", 1)), ("nodes", ("a b",)),
    ("nodes", ("",)), ("nodes", ("1a",)), ("nodes", ("class",)), ("nodes", None), ("nodes", [2]),
    ("keys", 0), ("keys", "k"), ("most", -1), ("most", True), ("most", "3"), ("most", 3.0),
    ("most", ("a", "b")), ("most", None), ("least", False), ("least", "x"), ("least", 0.5),
    ("strict", 2), ("strict", "no"), ("loses", 7), ("loses", "no"), ("loses", -1), ("loses", 1.0),
    ("duplicates", None), ("reorders", "yes"), ("others", 1), ("Nodes", 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "kept"), RIGHT)
def test_a_constant_of_its_sort_is_taken(name: str, value: Any, kept: Any) -> None:
    found = SPEC(**{name: value}).constants[name]
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_any_other_is_a_usage_error(name: str, value: Any) -> None:
    with pytest.raises(UsageError) as error:
        SPEC(**{name: value})
    assert f"`{name}`" in error.value.found
    assert error.value.allowed
    assert error.value.cure


@pytest.mark.parametrize(("name", "value"), [w for w in WRONG if w[0] in ("nodes", "keys")])
def test_defaults_are_checked_when_the_spec_is_made(name: str, value: Any) -> None:
    with pytest.raises(UsageError):
        Spec("notes", (Node,), (), (Key,), {**CONSTANTS, name: value}, delivery=Delivery())


@pytest.mark.parametrize("missing", ["nodes", "keys", "most"])
def test_a_constant_that_is_used_must_be_declared(missing: str) -> None:
    known = {name: value for name, value in CONSTANTS.items() if name != missing}
    with pytest.raises(SpecError, match=f"the constant `{missing}`, which has no default"):
        Spec("notes", (Node,), (), (Key,), known, delivery=Delivery(), copies="most")


class Counts(Process):
    n: Nat = 0

    def count(self, most: Nat) -> None:
        """Called like a constant."""
        self.n = most


class Guesses(Process):
    n: Nat = 0

    def count(self, most) -> None:  # type: ignore[no-untyped-def]
        """Without a type, called like a constant."""
        self.n = most


def test_a_parameter_that_ranges_over_a_type_is_not_called_like_a_constant() -> None:
    with pytest.raises(SpecError, match="the parameter `most`, which is a constant's name"):
        Spec("counts", (Counts,), constants={"most": 2})
    assert Spec("counts", (Counts,), constants={"top": 2})().start()


def test_a_parameter_without_a_type_is_a_constant_or_refused() -> None:
    world = Spec("counts", (Guesses,), constants={"most": 2})().start()
    world["guesses"].count()
    assert world["guesses"].n == 2
    with pytest.raises(SpecError, match="parameter `most` without an annotation"):
        Spec("counts", (Guesses,))


def at_the_most(node: Node, most) -> bool:  # type: ignore[no-untyped-def]
    return node.n <= most


def test_a_parameter_of_a_claim_that_is_called_like_a_constant_is_the_constant() -> None:
    spec = Spec("notes", (Node,), constants={"nodes": 1, "most": 0}, invariants=(at_the_most,),
                delivery=Delivery())  # fmt: skip
    world = spec(most=1).start()
    assert world.failure(at_the_most) is None
    with pytest.raises(SpecError, match="parameter `most` without an annotation"):
        Spec("notes", (Node,), constants={"nodes": 1}, invariants=(at_the_most,),
             delivery=Delivery())  # fmt: skip


@pytest.mark.parametrize("value", [0, 1, 2, "no", None])
def test_history_is_a_switch_and_no_constant(value: object) -> None:
    spec = Spec("counts", (Counts,), constants={"top": 2})
    with pytest.raises(UsageError, match="a switch and no constant"):
        spec(history=value)  # type: ignore[arg-type]
    assert spec(history=True).history
