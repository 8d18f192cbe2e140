"""What is said while numba compiles the loops of the memo."""

from __future__ import annotations

import errno

import numba
import pytest

from raftnb.explore import random_walks
from raftnb.explore.tables import compiling
from raftnb.explore.tables.compiling import compiled, compiling_shown
from raftnb.explore.walkers import Walkers
from raftnb.specs import SPECS


class Bar:
    """What was done with a bar, in order."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def update(self) -> None:
        self.done.append("update")

    def clear(self) -> None:
        self.done.append("clear")

    def close(self) -> None:
        self.done.append("close")


@pytest.fixture
def bars(monkeypatch):
    """The bars that were made, each with whether it is to be shown."""
    made = []

    def make(unit, show, title):
        made.append((show, Bar()))
        return made[-1][1]

    monkeypatch.setattr(compiling, "progress_bar", make)
    return made


def test_a_function_that_is_compiled_is_counted_and_those_in_it_are(bars):
    inner = numba.njit(lambda n: n + 1)
    outer = numba.njit(lambda n: inner(n) + 1)
    with compiling_shown(True):
        assert outer(1) == 3
    ((show, bar),) = bars
    assert show is True
    assert bar.done == ["update", "update", "clear", "close"]


def test_where_nothing_is_compiled_there_is_no_bar(bars):
    known = numba.njit(lambda n: n + 1)
    known(1)
    with compiling_shown(True):
        known(2)
    assert bars == []


def test_it_is_heard_no_longer_when_the_search_is_over(bars):
    with pytest.raises(ZeroDivisionError), compiling_shown(False):
        raise ZeroDivisionError
    numba.njit(lambda n: n + 1)(1)
    assert bars == []


def test_walks_say_it_too(bars, monkeypatch):
    batch = Walkers.batch

    def compiling_first(self, *given, **named):
        numba.njit(lambda n: n + 1)(1)
        return batch(self, *given, **named)

    monkeypatch.setattr(Walkers, "batch", compiling_first)
    for progress in (True, False):
        random_walks(SPECS["sequential-store"](), walks=2, depth=3, progress=progress)
    assert [show for show, _ in bars] == [True, False]


def test_where_nothing_can_be_kept_functions_are_compiled_all_the_same(monkeypatch):
    """As for a user without a home of a package that root has installed."""

    def no_place(*_: object) -> None:
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr("numba.core.dispatcher.FunctionCache", no_place)
    assert compiled(one_more)(3) == 4


def test_a_full_disk_keeps_no_function_from_being_compiled(monkeypatch, tmp_path):
    def is_full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("numba.core.config.CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile.save", is_full)
    assert compiled(one_more)(3) == 4


def one_more(n):
    return n + 1
