"""What a step needs so that it has a value is said with the expression that may have none."""

from __future__ import annotations

import re

import pytest

from raftnb.language import Globals, Map, Process, Seq, Spec
from raftnb.prove import Lemma, Proof
from raftnb.prove.actions import starts
from raftnb.prove.conditions import Conditions, unbounded
from raftnb.prove.execute import cases


class Lock(Globals):
    holder: Client | None = None
    queue: Seq[int] = ()


class Client(Process, number="clients"):
    inside: bool = False
    n: int = 0
    left: Map[Client, int] = Map({})

    def shared(self) -> None:
        Lock.holder.inside = False

    def local(self) -> None:
        h = Lock.holder
        h.inside = False

    def indices(self) -> None:
        self.n = Lock.queue[self.n + 1] + Lock.queue[-1]

    def key(self) -> None:
        self.n = self.left[self] if Lock.holder is None else self.left[Lock.holder]

    def divisor(self) -> None:
        self.n = self.n // (self.n - 1) + len(Lock.queue) % self.n

    def slice(self) -> None:
        Lock.queue = Lock.queue[self.n : -self.n]

    def extreme(self) -> None:
        self.n = max(Lock.queue) + min(2 * i for i in Lock.queue)

    def called(self) -> None:
        self.n = self.left[self.other()] + Lock.queue[count(self)]

    def chosen(self) -> None:
        self.n = Lock.queue[1 if self.inside else 2]

    def other(self) -> Client:
        return self if Lock.holder is None else Lock.holder


def count(client: Client) -> int:
    return client.n


def alone() -> bool:
    return True


SPEC = Spec("lock", (Client,), (Lock,), constants={"clients": 2}, invariants=(alone,))


@pytest.fixture(scope="module")
def requirements() -> dict[str, list[str]]:
    proof = Proof(SPEC, invariant=(Lemma(alone),))
    words = unbounded(proof)
    conditions = Conditions(proof, words)
    found: dict[str, list[str]] = {}
    for start in starts(words):
        for case in cases(words, start, conditions.before, conditions.opaque):
            told = [re.sub(r"^line \d+: ", "", str(need)) for need in case.requirements]
            found.setdefault(start.name, []).extend(told)
    return found


@pytest.mark.parametrize(("action", "needed"), [
    ("shared", ["`Lock.holder` is not None"]),
    ("local", ["`h` is not None"]),
    ("indices", ["index `self.n + 1` within `Lock.queue`", "index `-1` within `Lock.queue`"]),
    ("key", ["key `self` in `self.left`", "key `Lock.holder` in `self.left`"]),
    ("divisor", ["divisor `self.n - 1` not 0", "divisor `self.n` not 0"]),
    ("slice", ["slice `Lock.queue[self.n:-self.n]` not from the end"]),
    ("extreme", ["`Lock.queue` is not empty", "a value is not empty"]),
    ("called", ["key `self.other()` in `self.left`", "index `count(self)` within `Lock.queue`"]),
    ("chosen", ["index a value within `Lock.queue`"]),
])  # fmt: skip
def test_it_names_what_may_have_no_value(
    action: str, needed: list[str], requirements: dict[str, list[str]]
) -> None:
    told = list(dict.fromkeys(requirements[action]))
    assert [one for one in needed if one not in told] == []
