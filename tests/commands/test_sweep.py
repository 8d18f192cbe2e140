"""`sweep`: every size, what is said of them together, and what is no size."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from raftnb import Nat, Process, Spec, UsageError, Verdict, history, when
from raftnb.__main__ import main
from raftnb.experiments.sweep import sweep
from raftnb.explore.breadth_first import BreadthFirst


class Counter(Process, number="counters"):
    n: Nat = 0

    def up(self, most: int) -> None:
        when(self.n < most)
        self.n += 1


def few(c: Counter) -> bool:
    return c.n < 3


def full(c: Counter, most: int) -> bool:
    return c.n == most


COUNT = Spec(
    "count", (Counter,), constants={"counters": 1, "most": 1}, invariants=(few,), sometimes=(full,)
)


def test_a_table_has_every_size_the_first_constant_slowest() -> None:
    table = sweep(COUNT, counters=range(1, 3), most=[1, 2], checked={"deadlock": False})
    assert [(*s.constants.values(), s.found.distinct) for s in table.sizes] == [
        (1, 1, 2), (1, 2, 3), (2, 1, 4), (2, 2, 9)
    ]  # fmt: skip
    assert table.verdict is Verdict.HOLDS
    assert table.header[:3] == ("counters", "most", "verdict")
    assert "<td>9</td>" in table._repr_html_()


def test_the_verdict_is_that_of_all_together() -> None:
    violated = sweep(COUNT, most=[1, 2, 3, 4], checked={"deadlock": False})
    assert (violated.verdict, violated.property) == (Verdict.VIOLATED, "few")
    assert [str(s.found.verdict) for s in violated.sizes] == ["holds", "holds", *["violated"] * 2]
    stopped = sweep(COUNT, most=[1, 2], checked={"deadlock": False, "max_states": 2})
    assert (stopped.verdict, stopped.bound) == (Verdict.UNKNOWN, "max_states 2")


def test_a_note_says_of_which_sizes_it_is() -> None:
    def low(c: Counter) -> bool:
        return c.n < 2

    def seen(c: Counter) -> bool:
        return c.seen <= c.n

    class Seen(Counter):
        seen: Nat = history(0)

        def reset(self, most: int) -> None:
            when(self.n == 1 and most > 2)
            self.n = 0

    spec = COUNT.variant("seen", Seen, invariants=(seen,), constraints=(low,), sometimes=())
    table = sweep(spec, most=[1, 2, 3, 4], counters=1, checked={"deadlock": False})
    assert table.partial == (
        "not checked without history: seen",
        "never taken: reset (most=1; most=2)",
        "1 step leads out of the constraints, and was not followed (most=2; most=3; most=4)",
    )
    assert "note: never taken: reset (most=1; most=2)" in str(table)


def test_what_is_interrupted_says_what_it_did_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    explore = BreadthFirst._explore

    def interrupted(self: BreadthFirst) -> None:
        asked.append(self)
        if len(asked) == 2:
            raise KeyboardInterrupt
        explore(self)

    monkeypatch.setattr(BreadthFirst, "_explore", interrupted)
    table = sweep(COUNT, most=[1, 2, 3], checked={"deadlock": False, "progress": False})
    assert (len(table.sizes), table.left_out, table.verdict) == (2, 1, Verdict.UNKNOWN)
    assert table.bound == "interrupted; 1 size not begun"


@pytest.mark.parametrize(("values", "many"), [([], "0"), (range(1, 1002), "1,001")])
def test_no_size_and_too_many_are_an_error(values: object, many: str) -> None:
    with pytest.raises(UsageError, match=f"{many} choices of most"):
        sweep(COUNT, most=values)


def test_the_command_prints_a_row_a_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["sweep", "sequential-store", "--set", "clients=1..2", "--set", "keys=1"]
    assert main(line) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0] == "holds: sequential-store, 2 sizes"
    assert [row.split()[:3] for row in rows[2:4]] == [["1", "holds", "51"], ["2", "holds", "149"]]
    assert main([*line, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [size["constants"]["clients"] for size in data["sizes"]] == [1, 2]
    assert main(["sweep", "sequential-store", "--set", "clients=2..1"]) == 2
    assert "--set clients=1..2" in capsys.readouterr().err
