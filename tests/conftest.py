"""What all tests share: results of proofs are kept in a folder of this run's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new folder for what is kept between runs of commands, as in subprocesses."""
    folder = tmp_path_factory.mktemp("cache")
    os.environ["RAFTNB_CACHE"] = str(folder)
    return folder
