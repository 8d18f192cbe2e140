"""Who waits is told for what, if it takes long."""

from __future__ import annotations

import time

import pytest

from raftnb.parallel import waiting


def test_what_takes_long_is_said_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", 0.01)
    with waiting.told_if_long("Ray at here"):
        time.sleep(0.2)
    assert capsys.readouterr().err == "waiting for Ray at here ...\n"


def test_what_is_soon_there_is_not_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", 0.3)
    with waiting.told_if_long("Ray at here"):
        pass
    time.sleep(0.4)
    assert capsys.readouterr().err == ""
