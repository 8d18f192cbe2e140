"""Which lines of a specification ran, and which never did."""

from __future__ import annotations

import json
import sys

import pytest

from raftnb import Nat, Process, Spec, check, when
from raftnb.__main__ import main
from raftnb.explore.lines import LinesRun


class Counter(Process, number="counters"):
    n: Nat = 0

    def up(self) -> None:
        """Text is no statement that runs."""
        when(
            self.n < 2
            and self.is_small()
        )  # fmt: skip
        if self.n > 5:
            self.n = 0
        elif self.n == 1:
            self.n = 2
        else:
            for _ in range(self.n):
                self.n = 9
            self.n += 1

    def never(self) -> None:
        when(self.n == 7)
        self.n = 0

    def is_small(self) -> bool:
        return any(self.n == k for k in range(3))


def small(c: Counter) -> bool:
    return c.is_small()


COUNT = Spec("count", (Counter,), constants={"counters": 2}, invariants=(small,))
NEVER = {"self.n = 0", "self.n = 9"}


@pytest.mark.parametrize("engine", ["memo", "plain", "reference"])
def test_a_line_ran_where_some_state_reached_it(engine: str) -> None:
    before = sys.gettrace()
    with LinesRun(COUNT()) as lines:
        check(COUNT(), deadlock=False, engine=engine, progress=False)
    assert sys.gettrace() is before
    found = {listing.name: listing.lines for listing in lines.listings}
    assert list(found) == ["Counter.up", "Counter.never", "Counter.is_small", "small"]
    assert {line.text.strip() for f in found.values() for line in f if not line.ran} == NEVER
    assert lines.never == 3
    assert [line.text.strip() for line in found["Counter.up"]][:2] == ["when(", "if self.n > 5:"]


def test_the_command_prints_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "sequential-store", "--set", "clients=1", "--coverage"]) == 0
    text = capsys.readouterr().out
    assert "statements that never ran: 0 of " in text
    assert " c1.take_mutex" in text
    main(["check", "sequential-store", "--set", "clients=1", "--coverage", "--json"])
    data = json.loads(capsys.readouterr().out)["coverage"]
    assert data["taken"]["c1.take_mutex"] > 0
    assert all(line["ran"] for f in data["functions"] for line in f["lines"])
