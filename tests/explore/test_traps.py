"""Traps are told with their cure, and nothing is told where there is none."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from raftnb.__main__ import main
from raftnb.explore import traps
from raftnb.explore.traps import places
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


def told(fields: Any = None, **constants: int) -> tuple[str, ...]:
    given = {"distinct_messages": "limit", "copies": "copies", **(fields or {})}
    spec = Spec(
        "s", (Server,), domains=(Value,), constants=SIZES, delivery=Delivery(duplicates=False),
        symmetric=(Server, Value), **given,
    )  # fmt: skip
    return traps(spec(**constants))


def test_where_all_is_well_nothing_is_told() -> None:
    assert told() == ()
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


class Picker(Process):
    log: Seq[Nat] = ()

    def forward(self, i: Nat) -> None:
        when(i < len(self.log))
        self.log = self.log[:i]

    def back(self, i: Nat, most: int) -> None:
        when(len(self.log) > i and i < most)
        self.log = self.log[i:]

    def bounded(self, most: int, n: Nat) -> None:
        when(most < len(self.log) and len(self.log) < n and n < 3)


def test_a_parameter_that_is_a_place_in_a_sequence_may_be_chosen() -> None:
    told = [*places(Spec("picker", (Picker,), constants={"most": 2})())]
    instead = "`i = either(*range(len(self.log)))` instead of the parameter tries each there is"
    assert told == [
        f"`i` of {name} is a place in a sequence: {instead}" for name in ("forward", "back")
    ]


def test_that_a_place_may_be_chosen_is_told_where_numbers_were_not_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = "from __future__ import annotations\nfrom raftnb import *\n"
    text = head + dedent(
        """
        class Picker(Process):
            log: Seq[bool] = (True, False)

            def take(self{parameter}) -> None:
                {guard}
                self.log = self.log[:i]

        S = Spec("picker", (Picker,))
        """
    )
    for number, (parameter, guard, code) in enumerate((
        (", i: Nat", "when(i < len(self.log))", 3),
        ("", "i = either(*range(len(self.log)))", 0),
    )):  # fmt: skip
        path = tmp_path / f"picker{number}.py"
        path.write_text(text.format(parameter=parameter, guard=guard), encoding="utf-8")
        assert main(["check", str(path), "--no-deadlock"]) == code
        assert ("hint: `i` of take is a place" in capsys.readouterr().err) is (code == 3)
