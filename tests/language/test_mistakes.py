"""The likely mistakes, each with the whole message that is its answer (`mistakes*.txt`)."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from raftnb.data.errors import RaftnbError
from raftnb.language.source import placed

TABLES = sorted(Path(__file__).parent.glob("mistakes*.txt"))
FIRST = "from raftnb import *\n"
LAST = '\nS = Spec("s", processes=(P,), constants={"ps": 2})\ncheck(S(), progress=False)\n'


class Mistake(NamedTuple):
    """What was written, and what is answered."""

    title: str
    text: str
    answer: str


def read(table: Path) -> tuple[str, list[Mistake]]:
    """The head of a table, and its mistakes."""
    head, *parts = table.read_text(encoding="utf-8").split("\n= ")
    found = []
    for part in parts:
        title, _, rest = part.partition("\n")
        text, _, answer = rest.partition("---\n")
        found.append(Mistake(title, text, answer.strip("\n")))
    return head, found


def answer(mistake: Mistake, folder: Path) -> str:
    """What is said of it."""
    path = folder / "spec.py"
    ends = "" if "Spec(" in mistake.text or "p = P()" in mistake.text else LAST
    path.write_text(FIRST + mistake.text + ends, encoding="utf-8")
    name = "spec_with_a_mistake"
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            spec.loader.exec_module(module)
    except RaftnbError as error:
        return str(placed(error))
    finally:
        del sys.modules[name]
    return "nothing is said"


MISTAKES = [mistake for table in TABLES for mistake in read(table)[1]]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.title)
def test_the_answer_names_the_cure(mistake: Mistake, tmp_path: Path) -> None:
    assert answer(mistake, tmp_path) == mistake.answer


def test_there_are_many_and_each_answer_is_at_most_four_lines() -> None:
    assert len(MISTAKES) >= 80
    assert len({mistake.title for mistake in MISTAKES}) == len(MISTAKES)
    for mistake in MISTAKES:
        rows = mistake.answer.split("\n")
        assert len(rows) <= 4, mistake.title
        assert rows[-1].startswith("cure:"), mistake.title
        assert any(row.startswith("found:") for row in rows), mistake.title


def written_anew(table: Path) -> Iterator[str]:
    """A table with the answers of today."""
    head, mistakes = read(table)
    yield head
    for mistake in mistakes:
        with TemporaryDirectory() as folder:
            try:
                told = answer(mistake, Path(folder))
            except Exception as error:
                told = f"TRACEBACK {type(error).__name__}: {error}"
        yield f"\n= {mistake.title}\n{mistake.text}---\n{told}\n"


if __name__ == "__main__":
    for one in TABLES:
        one.write_text("".join(written_anew(one)), encoding="utf-8")
