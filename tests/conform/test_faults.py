"""The line of Figure 2 that libraft 0.15 breaks, found by `check` and drawn in docs/conform.md."""

from __future__ import annotations

from pathlib import Path

from raftnb import Verdict
from raftnb.data.trace import Trace
from raftnb.draw.raft import draw_sequence
from raftnb.explore import Exploration, check
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.mistakes.commits import AcknowledgesItsWholeLog
from raftnb.specs.raft.scenes import two_entries_at_one_index

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "libraft-answers.svg"
NOTE = "s2 counts s1's own entry as its own: matchIndex_is_true is false"


def found() -> Exploration:
    """What comes after two leaders have an entry each that no other server has."""
    spec = RAFT.variant("answers-with-its-whole-log", AcknowledgesItsWholeLog)
    model = spec(servers=3, values=1, max_term=3, max_log=1)
    world = model.start()
    two_entries_at_one_index(world)
    return check(model, start=world.state, deadlock=False, progress=False)


def drawn(trace: Trace) -> str:
    """The scene as the guide shows it."""
    return draw_sequence(trace, note=NOTE, only=("s1", "s2")).svg


def test_check_finds_the_fault_in_four_steps_and_the_guide_shows_them() -> None:
    answer = found()
    assert (answer.verdict, answer.property) == (Verdict.VIOLATED, "matchIndex_is_true")
    assert answer.trace is not None
    assert [f"{step.process}.{step.action}" for step in answer.trace.steps] == [
        "s2.append_entries",
        "s1.update_term",
        "s1.handle_append_entries",
        "s2.handle_append_entries_response",
    ]
    assert PICTURE.read_text(encoding="utf-8") == drawn(answer.trace), "write it anew"


if __name__ == "__main__":
    trace = found().trace
    assert trace is not None
    PICTURE.write_text(drawn(trace), encoding="utf-8", newline="\n")
