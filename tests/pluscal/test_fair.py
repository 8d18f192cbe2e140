"""Fairness in algorithms: the word `fair`, marks at labels, or a remark that there are no words."""

from __future__ import annotations

import pytest

from raftnb.language import Fairness, strong, weak
from raftnb.pluscal import algorithm
from raftnb.pluscal.algorithms import UNSAID
from raftnb.pluscal.module import Printed
from raftnb.specs import SPECS
from raftnb.specs.store.sequential import SEQUENTIAL_STORE, Client, Store

FAIR = "fair process client \\in Client"


def printed(*fairness: Fairness) -> Printed:
    """The sequential store with other fairness."""
    return algorithm(SEQUENTIAL_STORE.variant("sequential-store", fairness=fairness)())


def marked(*fairness: Fairness) -> list[str]:
    """The lines of processes and labels that say what is fair."""
    text = printed(*fairness).files["SequentialStore.tla"]
    kept = ("fair", ":+", ":-")
    return [one.strip() for one in text.splitlines() if one.strip().startswith(kept[0])
            or one.endswith(kept[1:])]  # fmt: skip


@pytest.mark.parametrize(
    ("fairness", "lines"),
    [
        ((), []),
        ((weak(Client),), [FAIR]),
        ((strong(Client),), ["fair+ process client \\in Client"]),
        ((weak(Client), weak(Store)), [FAIR, 'fair process store = "store"']),
        (
            (weak(Client), strong(Client.take_mutex)),
            [FAIR, "take_mutex:+"],
        ),
        (
            (weak(Client.receive), weak(Client.release)),
            [FAIR, "take_mutex:-", "request:-"],
        ),
    ],
)  # fmt: skip
def test_what_is_fair_is_said(fairness: tuple[Fairness, ...], lines: list[str]) -> None:
    assert marked(*fairness) == lines
    assert "SequentialStoreLive.cfg" in printed(*fairness).files


@pytest.mark.parametrize(
    "fairness",
    [
        (strong(Client.take_mutex),),
        (weak(Client.receive), strong(Client.take_mutex)),
        (weak(Client), strong(Client.take_mutex, Client.request)),
        (weak(Client, Store, together=True),),
    ],
)
def test_what_pluscal_cannot_say_is_said_to_be_left_out(fairness: tuple[Fairness, ...]) -> None:
    found = printed(*fairness)
    assert list(found.files) == ["SequentialStore.tla", "SequentialStore.cfg"]
    remark = " ".join(found.files["SequentialStore.tla"].replace("\n\\*", "").split())
    assert UNSAID in remark
    assert "all_clients_eventually_run" not in found.files["SequentialStore.tla"]


def test_one_label_of_many_actions_has_no_marks() -> None:
    found = algorithm(SPECS["timely-raft"]())
    assert list(found.files) == ["TimelyRaft.tla", "TimelyRaft.cfg"]
    assert "fair process" not in found.files["TimelyRaft.tla"]
