"""A local name may begin as None, a member of an enumeration, a text or a truth value."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path

import pytest

from raftnb.explore import check
from raftnb.language import Globals, Process, Seq, either, when
from raftnb.language.spec import Spec
from raftnb.pluscal import algorithm, plain_module
from raftnb.pluscal.module import Printed
from tests.pluscal.tools import mistakes, needs_tlc, tlc


class Mood(Enum):
    """What is no number."""

    CALM = "calm"
    ANGRY = "angry"


class Desk(Globals):
    """Values of several types."""

    step: int = 0
    n: int = 0
    mood: Mood = Mood.CALM
    word: str = "none"
    flag: bool = False
    log: Seq[int] = ()


def mood_of(n: int) -> Mood:
    """Assigned first, and then perhaps anew."""
    found = Mood.CALM
    if n > 1:
        found = Mood.ANGRY
    return found


def first_above(least: int) -> int | None:
    """None, where there is none."""
    found = None
    if any(x > least for x in Desk.log):
        found = Desk.log[0]
    return found


class Clerk(Process, number="clerks"):
    """Each action gives a local name a value that is no number."""

    def begin(self) -> None:
        when(Desk.step == 0)
        Desk.step = 1
        Desk.n = either(0, 1, 2)
        Desk.log = either((), (1,), (1, 2))

    def none_or_a_number(self) -> None:
        when(Desk.step == 1)
        Desk.step = 2
        found = None
        if Desk.n > 0:
            found = Desk.n
        Desk.flag = found is None

    def one_or_the_other(self) -> None:
        when(Desk.step == 1)
        Desk.step = 2
        mood, word, flag = Mood.ANGRY, "some", True
        if Desk.n > 0:
            mood = Mood.CALM
            word = "many"
            flag = Desk.n > 1
        Desk.mood, Desk.word, Desk.flag = mood, word, flag

    def at_once(self) -> None:
        when(Desk.step == 1)
        Desk.step = 2
        a = b = None
        Desk.flag = a is None and b is None
        mood = Mood.ANGRY
        Desk.mood = mood

    def of_operators(self) -> None:
        when(Desk.step == 1)
        Desk.step = 2
        Desk.mood = mood_of(Desk.n)
        Desk.flag = first_above(Desk.n) is None

    def of_each(self) -> None:
        when(Desk.step == 1)
        Desk.step = 2
        word = "none"
        for x in Desk.log:
            if x > 1:
                word = "large"
        Desk.word = word


def anywhere() -> bool:
    """It may stop in every state."""
    return True


MODEL = Spec("desk", (Clerk,), (Desk,), constants={"clerks": 1}, final=anywhere)()


@pytest.mark.parametrize("printed", [plain_module, algorithm])
def test_it_is_printed(printed: Callable[..., Printed]) -> None:
    made = printed(MODEL)
    assert mistakes(made.files[f"{made.name}.tla"]) == []


@needs_tlc
def test_tlc_finds_the_same_states(tmp_path: Path) -> None:
    ours = check(MODEL, progress=False)
    staying = ours.distinct
    found = tlc(tmp_path, plain_module(MODEL))
    assert found.counts == (ours.distinct, ours.generated + staying, ours.depth)
    assert ours.distinct > 30
