"""Chapter 5 in JupyterLab, in a real browser: its page is stepped, and its kernel asked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from tests.explorer.test_browser import browser

__all__ = ["browser"]

CHAPTER = Path(__file__).parents[2] / "notebooks" / "05-raft-elections.ipynb"
IMPORTS = "from raftnb import explore_interactively\nfrom raftnb.specs.raft.claims import RAFT\n"
OPTIONS = (
    "--no-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--IdentityProvider.token=",
    "--ServerApp.password=", "--allow-root", "--expose-app-in-browser",
    "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
)  # fmt: skip


def trusted(folder: Path) -> None:
    """Two explorers of the chapter, with their outputs, as a notebook whose pages may run."""
    notebook = nbformat.read(CHAPTER, as_version=4)
    shown = next(c for c in notebook.cells if "diagram=figure_4" in c.source)
    asked = next(c for c in notebook.cells if "explore_interactively(RAFT" in c.source)
    asked.source = IMPORTS + asked.source.splitlines()[-1]
    notebook.cells = [shown, asked]
    NotebookNotary(data_dir=str(folder / "data")).sign(notebook)
    nbformat.write(notebook, folder / "chapter.ipynb")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """The address of a JupyterLab that has the notebook."""
    pytest.importorskip("jupyterlab")
    (tmp_path / "data").mkdir()
    trusted(tmp_path)
    folders = {
        f"JUPYTER_{name}_DIR": str(tmp_path / name.lower())
        for name in ("DATA", "CONFIG", "RUNTIME")
    }
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, **folders, "PYTHONPATH": root, "HOME": str(tmp_path)}
    log = tmp_path / "log.txt"
    with log.open("w") as stderr:
        command = [sys.executable, "-m", "jupyterlab", *OPTIONS]
        server = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=stderr)
    try:
        yield address(server, log)
    finally:
        server.terminate()
        server.wait(timeout=60)


def address(server: subprocess.Popen[bytes], log: Path) -> str:
    """Where a server listens, as it says when it has started."""
    for _ in range(600):
        if found := re.search(r"http://127\.0\.0\.1:\d+/", log.read_text()):
            return found[0]
        if server.poll() is not None:
            break
        time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


def rows(box: Any) -> list[str]:
    return [" ".join(row.split()) for row in box.locator(".steps li").all_inner_texts()]


def press(box: Any, text: str) -> None:
    """Press the button of a step; wait until it was taken."""
    before = box.locator(".said").inner_text()
    box.locator(f'[data-key="way {text}"]').click()
    box.page.wait_for_function(
        "([box, before]) => box.querySelector('.said').innerText !== before",
        arg=[box.element_handle(), before],
    )


def lose_and_branch(box: Any) -> None:
    """Time out, lose a request, go back, let it arrive, and look back at the other branch."""
    press(box, "s1.time_out()")
    request = "RequestVote(source=s1, dest=s2, term=1, lastLogIndex=0, lastLogTerm=0)"
    press(box, f"network.lose({request})")
    assert rows(box)[-1].endswith(f"network.lose({request})")
    box.page.keyboard.press("ArrowLeft")
    box.page.keyboard.press("Home")
    assert "initial state" in box.locator(".said").inner_text()
    box.locator('[data-key="row 1"]').click()
    press(box, f"s2.update_term({request})")
    assert "2 branches" in rows(box)[1]
    box.page.keyboard.press("b")
    assert "network.lose" in box.locator(".said").inner_text()


def test_chapter_5_is_stepped_rewound_and_branched_in_jupyterlab(browser: Any, lab: str) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_default_timeout(60_000)
    page.goto(f"{lab}lab/tree/chapter.ipynb")
    box = page.locator(".raftnb-explorer[data-ready=yes]").first
    box.locator(".steps").wait_for()
    lose_and_branch(box)
    cell = page.locator(".jp-CodeCell").nth(1)
    assert "run this cell" in cell.inner_text()
    page.get_by_text("| Idle").wait_for()  # what is asked of a kernel before that is lost
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    asked = cell.locator(".raftnb-explorer")
    asked.locator(".steps").wait_for()
    assert asked.locator(".cluster .server").count() == 5
    lose_and_branch(asked)
    assert [words for words in said if not words.startswith("Starting ")] == []  # JupyterLab's own
    page.close()
