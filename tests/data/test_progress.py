"""A bar in a notebook: shown below the cell, and gone without a trace."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest
from tqdm import tqdm

from raftnb.data import progress
from raftnb.data.progress import Line, progress_bar


def test_a_line_of_a_notebook_is_written_anew_and_is_empty_at_the_end() -> None:
    shown: list[Any] = []

    def display(data: Any, **_: Any) -> Any:
        shown.append(data)
        return SimpleNamespace(update=lambda data, raw: shown.append(data))

    options: Any = {"leave": False, "mininterval": 0, "ncols": 80, "disable": False}
    with tqdm(total=3, file=Line(display), unit=" states", **options) as bar:
        for _ in range(3):
            bar.update()
    assert any("3/3" in one.get("text/plain", "") for one in shown)
    assert shown[-1] == {}


def test_only_in_a_notebook_the_bar_is_such_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(progress, "tqdm", lambda **options: given.append(options))
    shell = SimpleNamespace(kernel=object())
    for ipython in (shell, SimpleNamespace(), None):
        display = SimpleNamespace(display=print)
        fake = SimpleNamespace(get_ipython=lambda found=ipython: found, display=display)
        monkeypatch.setitem(sys.modules, "IPython", fake)
        for show in (True, None, False):
            progress_bar("states", show)
    lines = [isinstance(options.get("file"), Line) for options in given]
    assert lines == [True] * 3 + [False] * 6
    silent = [options.get("disable", False) for options in given]
    assert silent == [False, False, True, False, None, True, False, None, True]
