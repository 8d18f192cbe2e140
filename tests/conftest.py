"""What all tests share: results of proofs are kept in a folder of their own, no world runs on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from raftnb.data.domains import running


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new folder for what is kept between runs of commands; the run's processes share it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    folder.mkdir(exist_ok=True)
    os.environ["RAFTNB_CACHE"] = str(folder)
    return folder


@pytest.fixture(autouse=True)
def no_world_runs_on() -> Iterator[None]:
    """What a test has begun to run has ended: else the worlds of later tests are not read."""
    yield
    assert running.get(None) is None
