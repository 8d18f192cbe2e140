"""Two classes of one name, as a copied file or a cell that was run again has them, are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from tests.oracles.random_specs import HEADER, load

TEXT = """
class Key(Domain, number="keys"):
    pass


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Entry(Record):
    n: int


class Ask(Message):
    n: Nat


class Shared(Globals):
    last: Entry | None = None


class Node(Process, number="nodes"):
    color: Color = Color.RED
    key: Key | None = None

    def asks(self, to: Node) -> None:
        send(Ask(n=0), to=to)

    def hears(self, m: Ask) -> None:
        discard(m)
        self.color = Color.BLUE


class Deaf(Node):
    def hears(self, m: Ask) -> None:
        discard(m)


class Kept(Shared):
    pass


def red(node: Node) -> bool:
    return node.color == Color.RED


def no_entry() -> bool:
    return Shared.last != Entry(1)


def no_key(key: Key) -> bool:
    return all(node.key != key for node in Node)


def quiet() -> bool:
    return not any(True for m in in_flight(Ask))


SPEC = Spec(
    "copied", (Node,), (Shared,), (Key,), delivery=Delivery(),
    distinct_messages="most", copies="times",
    constants={"nodes": 2, "keys": 1, "most": 1, "times": 1}, invariants=(red,),
)
"""


@pytest.fixture(name="two")
def two_copies(tmp_path: Path) -> tuple[Any, Any]:
    return tuple(load(HEADER + TEXT, tmp_path, name) for name in ("mine", "yours"))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Node", lambda one, other: one.SPEC.variant("deaf", other.Deaf)),
        ("Shared", lambda one, other: one.SPEC.variant("kept", other.Kept)),
        ("Node", lambda one, other: one.SPEC.variant("other", processes=(other.Node,))),
        ("Node", lambda one, other: one.SPEC.variant("claim", invariants=(other.red,))),
        ("Entry", lambda one, other: one.SPEC.variant("claim", invariants=(other.no_entry,))),
        ("Key", lambda one, other: one.SPEC.variant("claim", invariants=(other.no_key,))),
        ("Ask", lambda one, other: one.SPEC.variant("claim", invariants=(other.quiet,))),
    ],
)
def test_a_copy_of_a_class_is_no_class_of_the_specification(
    name: str, change: Any, two: tuple[Any, Any]
) -> None:
    with pytest.raises(SpecError) as error:
        change(*two)
    assert "two classes `" in str(error.value)
    assert "of mine.py" in error.value.found
    assert "of yours.py" in error.value.found
    assert name in error.value.found or name in ("Entry", "Key", "Node", "Shared")


def test_a_class_that_was_defined_again_is_told_apart_from_a_copy(tmp_path: Path) -> None:
    again = (
        TEXT
        + """

class Node(Process, number="nodes"):
    color: Color = Color.RED


def blue() -> bool:
    return all(node.color == Color.BLUE for node in Node)
"""
    )
    module = load(HEADER + again, tmp_path, "again")
    with pytest.raises(SpecError) as error:
        module.SPEC.variant("blue", invariants=(module.blue,))
    assert "two classes `Node`: again.py defines it again" in error.value.found
    assert "run what names the old one again" in error.value.cure


def test_a_variant_may_be_called_like_what_it_varies(two: tuple[Any, Any]) -> None:
    module, _ = two
    variant = type(module.Node)("Node", (module.Node,), {"__module__": "mine"})
    assert variant is not module.Node
    same = module.SPEC.variant("same", variant)
    assert check(same(), progress=False).verdict is Verdict.VIOLATED
    deaf = module.SPEC.variant("deaf", module.Deaf)
    assert check(deaf(), progress=False).verdict is not Verdict.VIOLATED


def test_a_record_of_no_class_is_no_value(tmp_path: Path) -> None:
    for claim in ("Record()", "Record() == Record()", "Record() in (Record(),)"):
        text = TEXT.replace("return node.color == Color.RED", f"return {claim}")
        module = load(HEADER + text, tmp_path, "bare")
        with pytest.raises(SpecError) as error:
            check(module.SPEC(), progress=False)
        assert "`Record()`, a record of no class of its own" in str(error.value)
