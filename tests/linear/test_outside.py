"""A class of the reader's own whose answers depend on more than its fields is refused."""

from __future__ import annotations

import random
from typing import ClassVar

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import check

HOLDS, VIOLATED = Verdict.HOLDS, Verdict.VIOLATED
CHANGED: list = []


def verdict(source, model) -> Verdict:
    return check(History.parse(source), model).verdict


def _keep(item) -> None:
    CHANGED.append(item)


class SharedList:
    items: ClassVar[list] = []

    def write(self, item):
        self.items.append(item)

    def read(self):
        return len(self.items)


class SharedCount:
    count = 0

    def write(self, item):
        type(self).count += 1

    def read(self):
        return SharedCount.count


class Elsewhere:
    def write(self, item):
        _keep(item)

    def read(self):
        return next(len(CHANGED) for _ in "x")


def test_what_methods_share_outside_of_self_is_refused_when_it_changes() -> None:
    kept: list = []

    class Closed:
        def write(self, item):
            kept.append(item)

        def read(self):
            return len(kept)

    source = "write(1) A; Ok() A; read() A; Ok({}) A"
    for model, name in (
        (SharedList, "SharedList.items"),
        (SharedCount, "SharedCount.count"),
        (Elsewhere, "CHANGED"),
        (Closed, "kept"),
    ):
        for result in (0, 1, 2):
            with pytest.raises(SpecError, match=f"its methods change {name}"):
                verdict(source.format(result), model)


def test_what_is_outside_and_stays_as_it_is_may_be_used() -> None:
    prices = {"tea": 3}

    class Shop:
        names: ClassVar = ["tea"]

        def __init__(self):
            self.sold = 0

        def buy(self, what):
            self.sold += prices[self.names[self.names.index(what)]]
            return self.sold

    assert verdict("buy(tea) A; Ok(3) A; buy(tea) A; Ok(6) A", Shop) is HOLDS
    assert verdict("buy(tea) A; Ok(3) A; buy(tea) A; Ok(3) A", Shop) is VIOLATED


def test_a_method_that_throws_dice_is_refused() -> None:
    class Dice:
        def __init__(self):
            self.value = 0

        def roll(self):
            self.value = random.random()

        def look(self):
            return random.random()

    with pytest.raises(SpecError, match="when it is run again") as caught:
        verdict("look() A; Ok(1) A", Dice)
    assert "choose" in caught.value.cure
    with pytest.raises(SpecError, match="when it is run again"):
        verdict("roll() A; Ok() A", Dice)


def test_a_model_that_ends_the_program_does_not() -> None:
    class Ending:
        def __init__(self):
            self.value = 0

        def read(self):
            raise SystemExit(1)

    with pytest.raises(SpecError, match="SystemExit"):
        verdict("read() A; Ok(1) A", Ending)
