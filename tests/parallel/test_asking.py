"""One face for what is parallel by nature: the same answers in the same order everywhere."""

from __future__ import annotations

import os
import socket
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from raftnb import UsageError
from raftnb.parallel import Cluster, Lost, cluster, in_order, in_turn
from tests.parallel.works import Squares


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_answers_come_in_the_order_of_the_questions(workers: int) -> None:
    assert list(in_order(Squares(), 9, workers)) == [n * n for n in range(9)]


def test_a_process_that_ends_is_said_and_the_others_go_on() -> None:
    found = list(in_order(Squares(deadly=2), 4, 2))
    assert found == [0, 1, Lost("exit code 7"), 9]


def test_an_error_is_raised_where_it_was_asked() -> None:
    with pytest.raises(UsageError, match="no square"):
        list(in_turn(Squares(wrong=1), 3, 2))


def test_a_cluster_needs_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError) as refused:
        list(in_order(Squares(), 3, Cluster()))
    assert refused.value.cure == "`pip install 'raftnb[cluster]'`, or leave the cluster out"


@pytest.mark.parametrize(
    ("address", "cure"), [("local", "less else to do"), ("10.0.0.1:6379", "`ray start --head`")]
)
def test_who_cannot_begin_ray_is_not_told_to_do_the_same(
    address: str, cure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def init(**_: Any) -> None:
        raise RuntimeError("timed out\nand more")

    fake = SimpleNamespace(init=init, is_initialized=bool, shutdown=bool)
    monkeypatch.setitem(sys.modules, "ray", fake)
    monkeypatch.setattr(cluster, "_knock", bool)
    with pytest.raises(UsageError) as refused:
        list(in_order(Squares(), 3, Cluster(address)))
    assert refused.value.found.endswith("timed out")
    assert cure in refused.value.cure


@pytest.mark.parametrize("address", ["{}:{}", "ray://{}:{}"])
def test_where_nobody_listens_ray_is_not_asked(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    fake = SimpleNamespace(init=lambda **_: asked.append(1), is_initialized=bool, shutdown=bool)
    monkeypatch.setitem(sys.modules, "ray", fake)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        where = address.format(*listening.getsockname())
        Cluster(where).ray()
    assert len(asked) == 1
    with pytest.raises(UsageError) as refused:
        Cluster(where).ray()
    assert "refused" in refused.value.found
    assert len(asked) == 1


def test_ray_tries_once_whether_it_is_what_listens_and_as_often_as_it_likes_to_begin_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Twenty times, as Ray does by itself, take a quarter of an hour."""
    times: list[str | None] = []
    fake = SimpleNamespace(
        init=lambda **_: times.append(os.environ.get(cluster.TIMES)),
        is_initialized=bool,
        shutdown=bool,
    )
    monkeypatch.setitem(sys.modules, "ray", fake)
    monkeypatch.setattr(cluster, "_knock", bool)
    for address in ("here:6379", "local"):
        Cluster(address).ray()
    assert times == ["1", None]
    monkeypatch.setenv(cluster.TIMES, "7")
    Cluster("here:6379").ray()
    assert times[2:] == ["7"]
    assert os.environ[cluster.TIMES] == "7"


@pytest.mark.parametrize("given", [{"workers": 0}, {"workers": True}, {"address": "?"}])
def test_a_cluster_that_means_nothing_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        Cluster(**given)  # type: ignore[arg-type]
