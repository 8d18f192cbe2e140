"""Which world runs: the one that it was before, however what ran has ended.

A process is read in the running world, and in its own where none runs. One that was left running
was read in place of every other one of the same names, by hand, to the end of the session.
"""

from __future__ import annotations

import sys

import pytest

from raftnb import Process, Spec, SpecError, Verdict, check, when
from raftnb.__main__ import main
from raftnb.data.domains import running
from raftnb.data.limits import within
from raftnb.explore import random_walks
from raftnb.explore.few import few_states
from raftnb.explore.reference import Reference
from raftnb.explore.result import ExplorationOptions
from raftnb.language.world import World


class Clock(Process, number="clocks"):
    """Counts up to a limit."""

    time: int = 0

    def tick(self, limit: int) -> None:
        when(self.time < limit)
        self.time += 1


def is_small(a: Clock) -> bool:
    return a.time < 50


CLOCKS = Spec("clocks", (Clock,), constants={"clocks": 2, "limit": 3}, invariants=(is_small,))


def others_are_read_where_they_are() -> None:
    world = CLOCKS().start()
    world["c1"].tick()
    assert running.get(None) is None
    assert (world["c1"].time, world["c2"].time) == (1, 0)


def test_successors_that_are_kept_half_read_are_not_in_the_way() -> None:
    model = CLOCKS()
    early, late = model.start(), model.start()
    late["c1"].tick()
    late["c1"].tick()
    kept = [world.successors(world.state) for world in (early, late)]
    for successors in kept:
        next(successors)
    others_are_read_where_they_are()
    kept.pop(0).close()  # the garbage collector ends them in any order
    kept.pop(0).close()
    others_are_read_where_they_are()


def test_successors_are_those_of_their_state_whatever_is_done_between_them() -> None:
    world, other = CLOCKS().start(), CLOCKS().start()
    found = []
    for step, state in world.successors(world.state):
        other.reset(state)
        world.load(state)
        assert world.failure(is_small) is None
        found.append((str(step), other["c1"].time, other["c2"].time))
    assert found == [("c1.tick()", 1, 0), ("c2.tick()", 0, 1)]


def interrupted_at(number, run):
    """What `run` gives where Ctrl-C comes the so manieth time that a world begins or ends to run.

    Returns that, or the interruption, and whether there was one.
    """
    moments = {(World.__enter__.__code__, "return"), (World.__exit__.__code__, "call")}
    met = 0

    def profile(frame, event, _):
        nonlocal met
        if (frame.f_code, event) in moments:
            met += 1
            if met == number:
                sys.setprofile(None)
                raise KeyboardInterrupt

    sys.setprofile(profile)
    try:
        found = run()
    except KeyboardInterrupt as stop:
        found = stop
    finally:
        sys.setprofile(None)
    return found, met >= number


def by_hand():
    return CLOCKS().start()["c1"].tick()


def explored_by_hand():
    """An engine that catches Ctrl-C, without what a reader calls around it."""
    return Reference(CLOCKS(), ExplorationOptions(False, progress=False)).run()


@pytest.mark.parametrize(
    "run",
    [
        lambda: check(CLOCKS(), progress=False),
        lambda: check(CLOCKS(), progress=False, engine="plain"),
        lambda: check(CLOCKS(), progress=False, engine="reference"),
        lambda: random_walks(CLOCKS(), walks=3, depth=4, progress=False),
        by_hand,
        lambda: few_states(CLOCKS()),
        lambda: few_states(CLOCKS(), max_seconds=60),
        lambda: within(60, explored_by_hand),
    ],
    ids=["check", "plain", "reference", "walks", "by hand", "few", "in time", "within"],
)
def test_ctrl_c_leaves_no_world_running(run) -> None:
    interruptions = 0
    for number in (1, 2, 3, 4, 5, 6, 9, 14, 25, 40):
        _, was = interrupted_at(number, run)
        interruptions += was
        others_are_read_where_they_are()
    assert interruptions >= 2


def test_neither_does_it_in_a_command(tmp_path, capsys) -> None:
    words = ["states", f"{__file__}:CLOCKS", "--out", str(tmp_path / "states.jsonl")]
    for number in (1, 2, 3, 4, 5, 6, 9, 14, 25, 40):
        _, was = interrupted_at(number, lambda: main(words))
        assert was
        others_are_read_where_they_are()
    assert "interrupted" in capsys.readouterr().out


def fails_late(a: Clock) -> bool:
    return 6 // (3 - a.time) >= 0


def test_neither_does_a_mistake_in_a_claim() -> None:
    spec = Spec("late", (Clock,), constants={"clocks": 2, "limit": 3}, invariants=(fails_late,))
    for engine in ("reference", "plain", "quick"):
        with pytest.raises(SpecError, match="division"):
            check(spec(), progress=False, engine=engine)
        others_are_read_where_they_are()
    assert check(CLOCKS(), progress=False, deadlock=False).verdict is Verdict.HOLDS
