"""What all tests share: results of proofs are kept in a folder of their own, no world runs on."""

from __future__ import annotations

import os
from contextvars import copy_context
from inspect import signature
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


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    """A test runs in a context of its own: a world that it leaves running is its fault alone."""
    apart, wanted = copy_context(), signature(pyfuncitem.obj).parameters
    given = {name: value for name, value in pyfuncitem.funcargs.items() if name in wanted}
    apart.run(pyfuncitem.obj, **given)
    assert apart.get(running) is None, "a world runs on"
    return True
