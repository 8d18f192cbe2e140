"""A bar in a notebook: shown below the cell, and gone without a trace."""

from __future__ import annotations

import sys
import time
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from tqdm import tqdm

from raftnb.data import progress
from raftnb.data.progress import Line, Log, progress_bar


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


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """With what options bars of tqdm are made."""
    given: list[dict[str, Any]] = []

    def make(**options: Any) -> Any:
        given.append(options)
        return tqdm(**options | {"disable": True})

    monkeypatch.setitem(sys.modules, "tqdm", SimpleNamespace(tqdm=make))
    return given


def test_only_in_a_notebook_the_bar_is_such_a_line(
    made: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = SimpleNamespace(kernel=object())
    for ipython in (shell, SimpleNamespace(), None):
        display = SimpleNamespace(display=print)
        fake = SimpleNamespace(get_ipython=lambda found=ipython: found, display=display)
        monkeypatch.setitem(sys.modules, "IPython", fake)
        for show in (True, None, False):
            progress_bar("states", show, delay=0)
    lines = [isinstance(options["file"], Line) for options in made]
    assert lines == [True, True, False, False]


def test_where_nobody_sees_it_it_is_made_only_if_it_is_to_be_shown(
    made: list[dict[str, Any]],
) -> None:
    for show in (True, None, False):
        progress_bar("states", show, delay=0)
    assert [type(options["file"]) for options in made] == [Log]


def test_a_slow_rate_is_in_things_a_second_too(made: list[dict[str, Any]]) -> None:
    progress_bar("states", delay=0)
    progress_bar("sizes", total=4, delay=0)
    progress_bar("events", title="a {log}", delay=0)
    kept = ("total", "unit", "bar_format")
    lines = [
        tqdm.format_meter(1, elapsed=2.0, ncols=60, **{name: options[name] for name in kept})
        for options in made
    ]
    assert lines[0] == "1 states [00:02,  0.50 states/s]"
    assert lines[1].endswith("| 1/4 [00:02<00:06,  0.50 sizes/s]")
    assert lines[2] == "a {log}: 1 events [00:02,  0.50 events/s]"


def test_a_bar_is_made_after_its_delay_and_counts_from_its_beginning(
    made: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 1000.0
    monkeypatch.setattr(progress, "time", SimpleNamespace(time=lambda: now, monotonic=lambda: now))
    with progress_bar("states", delay=1) as bar:
        bar.update(5)
        bar.write("above")
        now = 1000.9
        bar.update()
        assert (bar.n, made) == (6, [])
        now = 1001.0
        bar.update(2)
        assert (bar.n, len(made)) == (8, 1)
    assert capsys.readouterr().out == "above\n"


def test_the_first_line_of_a_log_says_all_that_was_done_until_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = SimpleNamespace(tqdm=partial(tqdm, disable=False))
    monkeypatch.setitem(sys.modules, "tqdm", shown)
    seconds = 0.0
    clock = SimpleNamespace(
        time=lambda: time.time() + seconds - 5, monotonic=lambda: time.monotonic() + seconds
    )
    monkeypatch.setattr(progress, "time", clock)
    with progress_bar("states", total=30) as bar:
        bar.set_postfix(depth=3)
        bar.update(10)
        seconds = 5.0
        bar.update(10)
    told = capsys.readouterr().err.splitlines()
    assert [line for line in told if line.strip()] == told
    assert "20.0/30.0" in told[0]
    assert "[00:05<00:02" in told[0]
    assert "depth=3" in told[0]


def test_what_is_over_at_once_leaves_no_line_in_a_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", SimpleNamespace(tqdm=partial(tqdm, disable=False)))
    with progress_bar("parts proved", total=3, delay=0) as bar:
        bar.update(3)
    assert capsys.readouterr().err == ""


def test_a_bar_in_another_one_leaves_no_way_to_another_line_in_a_notebook() -> None:
    shown: list[Any] = []

    def display(data: Any, **_: Any) -> Any:
        shown.append(data)
        return SimpleNamespace(update=lambda data, raw: shown.append(data))

    options: Any = {"leave": False, "mininterval": 0, "ncols": 80, "disable": False}
    with tqdm(total=1, file=Line(display), **options) as outer:
        with tqdm(total=2, file=Line(display), **options) as inner:
            inner.update()
        outer.update()
    texts = [one.get("text/plain", "") for one in shown]
    assert any("1/2" in text for text in texts)
    assert [text for text in texts if "\x1b" in text] == []
