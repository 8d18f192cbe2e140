"""How many states are still to come; and a log that grows by a line a minute."""

from __future__ import annotations

import io

import pytest

from raftnb.data import progress
from raftnb.explore.forecast import to_come, told

RAFT_TLA = [91335, 85281, 91530, 91200, 81243, 82269, 75009, 69327, 61587, 47199, 46842, 34539,
            21648, 22647, 12927, 6780, 7113, 2835, 1368, 1287, 288, 171, 102, 6, 12, 0]  # fmt: skip


def test_nothing_is_foretold_while_levels_grow() -> None:
    assert to_come([1, 2]) is None
    assert told([1, 3, 9, 27]) == "growing"
    assert told([9, 3, 0]) == "growing"  # there is no level to go on from


def test_an_even_fall_is_foretold_exactly() -> None:
    assert to_come([64, 32, 16]) == 16  # 8 + 4 + 2 + 1 and what comes of rounding


@pytest.mark.parametrize("met", range(9, 20))
def test_raft_has_fewer_states_to_come_than_foretold_but_not_by_far(met: int) -> None:
    foretold = to_come(RAFT_TLA[:met])
    assert foretold is not None
    assert sum(RAFT_TLA[met:]) / 2 < foretold < 6 * sum(RAFT_TLA[met:])


def test_a_log_has_a_line_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now, out = [0.0], io.StringIO()
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    log = progress.Log(out)
    for second in range(150):
        now[0] = float(second)
        log.write(f"\r{second} states")
    log.write("\r     \r")
    assert out.getvalue() == "1 states\n61 states\n121 states\n"  # none in the first second
    assert not log.isatty()
