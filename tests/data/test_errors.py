"""What is shown of an error where it ends a program: the message, and no frames of ours."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

CLASS = """
    from raftnb import *
    from raftnb.prove import prove

    class P(Process, number="ps"):
        n: Nat = 0

        def step(self) -> None:
            when(self.n < 1)
            self.n += 1
"""
SPEC = CLASS + """
    SPEC = Spec("s", (P,), constants={"ps": 2})
    world = SPEC().start()
    world["p1"].step()
"""
PROGRAMS = {
    "a class": (
        CLASS.replace("n: Nat = 0", "n: Nat"),
        [
            "at:      program.py, line 6, column 5, in P: `n: Nat`",
            "found:   variable `n` of `P` without an initial value",
        ],
    ),
    "a Spec": (
        SPEC.replace("+= 1", "= m"),
        [
            "at:      program.py, line 10, column 18, in P.step: `self.n = m`",
            "found:   the name `m`, which is not defined",
        ],
    ),
    "a step by hand": (
        SPEC + "    world['p1'].step()\n",
        [
            "at:      program.py, line 15, column 1, in <module>: `world['p1'].step()`",
            "found:   p1.step is not enabled: `when(self.n < 1)` is false",
            "allowed: p2.step()",
            "cure:    take one of these steps first",
        ],
    ),
    "an attribute": (
        SPEC + "    world['p1'].m\n",
        [
            "at:      program.py, line 15, column 1, in <module>: `world['p1'].m`",
            "found:   `m`, which `P` does not declare",
        ],
    ),
    "an argument": (
        SPEC + "    prove(SPEC)\n",
        [
            "at:      program.py, line 15, column 1, in <module>: `prove(SPEC)`",
            "found:   the specification `s`",
        ],
    ),
}


def shown(program: str, folder: Path, **environment: str) -> tuple[int, list[str]]:
    """The exit code of a program, and what it says on standard error."""
    path = folder / "program.py"
    path.write_text(dedent(program), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(path)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr.rstrip().split("\n")


@pytest.mark.parametrize("what", PROGRAMS)
def test_a_program_that_ends_with_an_error_shows_its_message(what: str, tmp_path: Path) -> None:
    program, lines = PROGRAMS[what]
    code, found = shown(program, tmp_path)
    assert (code, found[: len(lines)]) == (1, lines)
    assert len(found) <= 4
    assert not any("Traceback" in line or "File" in line for line in found)


def test_the_frames_are_shown_where_they_are_asked_for(tmp_path: Path) -> None:
    program, lines = PROGRAMS["a Spec"]
    code, found = shown(program, tmp_path, RAFTNB_TRACEBACK="1")
    assert (code, found[0]) == (1, "Traceback (most recent call last):")
    assert any("grammar.py" in line for line in found)
    assert lines[1] in found


def test_errors_of_others_are_shown_as_ever(tmp_path: Path) -> None:
    code, found = shown("import raftnb\n1 / 0\n", tmp_path)
    assert (code, found[0]) == (1, "Traceback (most recent call last):")
    assert found[-1] == "ZeroDivisionError: division by zero"
