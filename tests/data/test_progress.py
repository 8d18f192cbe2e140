"""A bar in a notebook: shown below the cell, and gone without a trace."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from raftnb.data.progress import progress_bar


def run_a_bar() -> None:
    with progress_bar("states", total=3) as bar:
        bar.delay = 0
        bar.mininterval = 0
        for _ in range(3):
            bar.update()


def test_in_a_notebook_nothing_is_written_to_standard_error_and_nothing_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[Any] = []

    def display(data: Any, **_: Any) -> Any:
        shown.append(data)
        return SimpleNamespace(update=lambda data, raw: shown.append(data))

    notebook = SimpleNamespace(
        get_ipython=lambda: SimpleNamespace(kernel=object()),
        display=SimpleNamespace(display=display),
    )
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(sys, "stderr", err := io.StringIO())
    run_a_bar()
    assert err.getvalue() == ""
    assert any("3.00/3.00" in one.get("text/plain", "") for one in shown)
    assert shown[-1] == {}
    monkeypatch.delitem(sys.modules, "IPython")
    run_a_bar()
    assert "3.00/3.00" in err.getvalue()
