"""Traps are told with their cure, and nothing is told where there is none."""

from typing import Any

import pytest

from raftnb.explore import traps
from raftnb.language import (
    Delivery,
    Domain,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    Spec,
    discard,
    send,
    when,
)


class Value(Domain, number="values"):
    """A value."""


class Entry(Record):
    term: Nat
    value: Value


class Ask(Message):
    entry: Entry


class Server(Process, number="servers"):
    log: Seq[Entry] = ()
    votes: Set[Server] = frozenset()  # noqa: F821

    def propose(self, value: Value) -> None:
        when(2 * len(self.votes) > len(Server))
        for other in Server:
            send(Ask(entry=Entry(1, value)), to=other)

    def receive(self, m: Ask) -> None:
        self.log = (*self.log, m.entry)
        discard(m)


SIZES = {"servers": 3, "values": 2, "limit": 3, "copies": 1}


def told(symmetry: bool = False, fields: Any = None, **constants: int) -> tuple[str, ...]:
    given = {"distinct_messages": "limit", "copies": "copies", **(fields or {})}
    spec = Spec(
        "s", (Server,), domains=(Value,), constants=SIZES, delivery=Delivery(duplicates=False),
        symmetric=(Server, Value), **given,
    )  # fmt: skip
    return traps(spec(**constants), symmetry=symmetry)


def test_where_all_is_well_nothing_is_told() -> None:
    assert told() == ()
    assert told(symmetry=True) == ()
    assert told(fields={"distinct_messages": None, "copies": None}) == ()


@pytest.mark.parametrize(
    ("constants", "part", "cure"),
    [
        ({"values": 1}, "Value has one member", "values=2"),
        ({"servers": 2}, "with 2 of Server a majority is all of them", "servers=3"),
        ({"servers": 1}, "with 1 of Server a majority is all of them", "servers=3"),
        ({"limit": 1}, "propose sends up to 3 messages, and limit=1", "limit=3"),
    ],
)
def test_a_trap_is_told_with_its_cure(constants: dict[str, int], part: str, cure: str) -> None:
    found = told(**constants)
    assert len(found) == 1
    assert part in found[0]
    assert found[0].endswith(f"give {cure}")


def test_copies_without_a_bound_are_told() -> None:
    (found,) = told(fields={"copies": None})
    assert "`copies`" in found
    assert told(fields={"copies": None}, duplicates=1) == ()


def test_many_members_are_told_with_symmetry_only() -> None:
    assert told(servers=7) == ("one step of propose sends up to 7 messages, and limit=3 cuts such "
                               "steps off: give limit=7",)  # fmt: skip
    assert told(servers=7, limit=7, symmetry=True)[0].startswith("10,080 permutations")
