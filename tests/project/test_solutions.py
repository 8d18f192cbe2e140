"""The solutions of the exercises run: each after the cells of its chapter, and none raises."""

from __future__ import annotations

import linecache
import re
import sys
from codeop import Compile
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest

from book import notebooks
from book.chapters import number_of

DETAILS = re.compile(r"<details>.*?</details>", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


class Session:
    """Runs cells one after the other, as a notebook does, with their source to be found."""

    def __init__(self, name: str) -> None:
        self.name, self.number = name, 0
        self.compile = Compile()
        self.module = ModuleType(name)
        self.module.__dict__["display"] = lambda *_: None

    def run(self, source: str) -> None:
        self.number += 1
        filename = f"<ipykernel {self.name} {self.number}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        exec(self.compile(source + "\n", filename, "exec"), self.module.__dict__)


def solutions(notebook: Any) -> list[str]:
    texts = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    folded = [details for text in texts for details in DETAILS.findall(text)]
    return ["\n".join(PYTHON.findall(details)) for details in folded if PYTHON.search(details)]


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_the_solutions_of_a_chapter_run(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(path.parent)
    notebook = nbformat.read(path, as_version=4)
    to_run = solutions(notebook)
    if not to_run:
        pytest.skip("no solution with code")
    session = Session(f"chapter_{number_of(path.stem)}")
    monkeypatch.setitem(sys.modules, session.name, session.module)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            session.run(cell.source)
    for solution in to_run:
        session.run(solution)
