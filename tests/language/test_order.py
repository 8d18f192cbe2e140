"""The order of hashes never shows: sets and maps have the language's order, or are refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from enum import Enum
from pathlib import Path

import pytest

from raftnb.data.errors import SpecError
from raftnb.explore import check
from raftnb.language import (
    Delivery,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    Spec,
    either,
    in_flight,
    macro,
    send,
    when,
)

ENGINES = pytest.mark.parametrize("engine", ["fast", "reference"])
WORDS = frozenset({"x", "y", "z"})
NESTED = (1, frozenset({"x", "y"}))
ONE = frozenset({"x"})


class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3


class Box(Record):
    inside: Set[str]


class Mail(Message):
    words: Set[str]


class Base(Process):
    words: Set[str] = frozenset({"d", "a", "c", "b", "e"})
    colors: Set[Color] = frozenset(Color)
    ages: Map[str, Nat] = Map({"z": 1, "a": 2, "m": 3})
    log: Seq[str] = ()
    box: Box | None = None
    n: Nat = 0

    def firsts(self, given: Set[str]) -> Seq[str]:
        """The words of a set, one after the other."""
        return tuple(word for word in given)

    @macro
    def note(self, given: Set[str]) -> None:
        """Write the words of a set down."""
        for word in given:
            self.log = (*self.log, word)


def joined(given: Set[str]) -> str:
    """The words of a set as one."""
    return str(given)


class LoopOverVariable(Base):
    def go(self) -> None:
        for word in self.words:
            self.log = (*self.log, word)


class TupleOfVariable(Base):
    def go(self) -> None:
        self.log = tuple(self.words - {"c"} | {"k"})


class LoopOverMap(Base):
    def go(self) -> None:
        self.ages = self.ages | {"b": 0}
        self.log = tuple(self.ages) + tuple(k for k, v in self.ages.items() if v != 3)


class StarOfVariable(Base):
    def go(self) -> None:
        self.log = (*self.words, either(*self.words))


class SortsItsOwn(Base):
    def go(self) -> None:
        own = frozenset({"q", "p"}) | {"o"}
        self.log = tuple(sorted(own)) + tuple(sorted({w for w in WORDS if w != "k"}))


class CountsItsOwn(Base):
    def go(self) -> None:
        own = {word for word in self.words if word in WORDS or word != "c"}
        self.n = (
            len(own) + sum(1 for w in own if w != "a") + (1 if any(w == "b" for w in own) else 0)
        )
        when(all(w != "q" for w in {"x", "y"}) and max(own) == "e")


class StoresItsOwn(Base):
    def go(self) -> None:
        self.words = frozenset({"q", "p", "o"}) | WORDS
        self.log = tuple(self.words)


class BoxesItsOwn(Base):
    def go(self) -> None:
        self.box = Box(frozenset({"q", "p", "o"}))
        self.log = tuple(self.box.inside)


class MapsItsOwn(Base):
    def go(self) -> None:
        self.ages = Map({word: len(word) for word in {"q", "p", "o"}})
        self.log = tuple(self.ages)


class Mails(Base):
    def go(self) -> None:
        when(self.n == 0)
        self.n = 1
        send(Mail(words=frozenset({"q", "p", "o"})), to=self)

    def read(self, mail: Mail) -> None:
        self.log = tuple(mail.words) + tuple(w for m in in_flight(Mail) for w in m.words)


class PassesVariable(Base):
    def go(self) -> None:
        self.log = self.firsts(self.words)
        self.note(self.words)


class ByParameter(Base):
    def go(self, chosen: Set[Color]) -> None:
        when(len(self.log) == 0)
        self.log = tuple(color.name for color in chosen)


class OneElement(Base):
    def go(self) -> None:
        self.log = (*{"a"}, *ONE, *frozenset())


RIGHT = {
    LoopOverVariable: "abcde", TupleOfVariable: "abdek", LoopOverMap: "abmzabz",
    SortsItsOwn: "opqxyz", CountsItsOwn: "", StoresItsOwn: "opqxyz", BoxesItsOwn: "opq",
    MapsItsOwn: "opq", PassesVariable: "abcdeabcde", OneElement: "ax",
}  # fmt: skip


@pytest.mark.parametrize("cls", RIGHT)
def test_a_set_in_a_variable_is_gone_through_in_order(cls: type[Base]) -> None:
    world = Spec("order", (cls,))().start()
    world["base"].go()
    assert "".join(world["base"].log) == RIGHT[cls]


def test_a_choice_among_a_set_is_in_order() -> None:
    world = Spec("order", (StarOfVariable,))().start()
    found = [step.choices[0] for step in world.enabled()]
    assert found == ["a", "b", "c", "d", "e"]


def test_a_message_keeps_its_sets_in_order() -> None:
    world = Spec("mail", (Mails,), delivery=Delivery(loses=False))().start()
    base = world["base"]
    base.go()
    base.read(*in_flight_of(world))
    assert "".join(base.log) == "opqopq"


def in_flight_of(world) -> tuple[Mail, ...]:
    with world:
        return in_flight(Mail)


class LoopOverDisplay(Base):
    def go(self) -> None:
        for word in {"a", "b"}:
            self.log = (*self.log, word)


class LoopOverConstant(Base):
    def go(self) -> None:
        for word in WORDS:
            self.log = (*self.log, word)


class LoopOverName(Base):
    def go(self) -> None:
        own = frozenset()
        if self.n == 0:
            own = frozenset(("a", "b")) & self.words
        for word in own:
            self.log = (*self.log, word)


class LoopAfterUnion(Base):
    def go(self) -> None:
        own = {"k", "l"} | self.words
        for word in own:
            self.log = (*self.log, word)


class TupleOfComprehension(Base):
    def go(self) -> None:
        self.log = tuple({w + "!" for w in self.words})


class TupleOfGenerator(Base):
    def go(self) -> None:
        own = {w for w in self.words if w != "q"}
        self.log = tuple(w for w in own if w != "a")


class Star(Base):
    def go(self) -> None:
        self.log = (*WORDS,)


class StarInCall(Base):
    def go(self) -> None:
        self.log = (either(*{"a", "b"}),)


class StarInMax(Base):
    def go(self) -> None:
        self.log = (max(*WORDS, key=len),)


class FirstOfAlike(Base):
    def go(self) -> None:
        self.log = (max(WORDS, key=len),)


class SortedByKey(Base):
    def go(self) -> None:
        self.log = tuple(sorted(WORDS, key=len))


class Enumerates(Base):
    def go(self) -> None:
        self.log = tuple(w for i, w in enumerate(WORDS) if i == 0)


class Zips(Base):
    def go(self) -> None:
        self.log = tuple(w for w, n in zip(WORDS, range(3), strict=True) if n == 1)


class Reverses(Base):
    def go(self) -> None:
        self.log = tuple(reversed({w: len(w) for w in WORDS}))


class OverDict(Base):
    def go(self) -> None:
        own = {w: len(w) for w in WORDS}
        self.log = tuple(w for w, n in own.items() if n == 1)


class SumsSequences(Base):
    def go(self) -> None:
        self.log = sum(((w,) for w in WORDS), ())


class AsText(Base):
    def go(self) -> None:
        self.log = (str({"a", "b"}),)


class AsTextElsewhere(Base):
    def go(self) -> None:
        self.log = (joined(WORDS),)


class ByOperator(Base):
    def go(self) -> None:
        self.log = self.firsts({"a", "b"})


class ByMacro(Base):
    def go(self) -> None:
        self.note(given=frozenset({"a", "b"}))


class FromOperator(Base):
    def some(self) -> Set[str]:
        return frozenset({"a", "b"})

    def go(self) -> None:
        self.log = tuple(self.some())


class InsideTuple(Base):
    def go(self) -> None:
        pair = (1, {"a", "b"})
        self.log = tuple(pair[1])


class InsideConstant(Base):
    def go(self) -> None:
        _n, words = NESTED
        self.log = tuple(words)


class InsideMap(Base):
    def go(self) -> None:
        own = Map({1: frozenset({"a", "b"})})
        self.log = tuple(own.get(1, frozenset()))


class UnpacksSet(Base):
    def go(self) -> None:
        a, b = frozenset({"a", "b"})
        self.log = (a, b)


class Conditional(Base):
    def go(self) -> None:
        self.log = tuple(self.words if self.n == 0 else {"a", "b"})


class ChoosesInside(Base):
    def go(self) -> None:
        when(all(either(True, False) for w in WORDS))


class Later(Base):
    def go(self) -> None:
        own = self.words
        for _n in range(2):
            for word in own:
                self.log = (*self.log, word)
            own = {"a", "b"}


SHOWS = [
    LoopOverDisplay, LoopOverConstant, LoopOverName, LoopAfterUnion, TupleOfComprehension,
    TupleOfGenerator, Star, StarInCall, StarInMax, FirstOfAlike, SortedByKey, Enumerates, Zips,
    Reverses, OverDict, SumsSequences, AsText, AsTextElsewhere, ByOperator, ByMacro, FromOperator,
    InsideTuple, InsideConstant, InsideMap, UnpacksSet, Conditional, ChoosesInside, Later,
]  # fmt: skip


class UnionOfOne(Base):
    def go(self) -> None:
        self.log = tuple({"k"} | self.words)


class UnionOfConstant(Base):
    def go(self) -> None:
        self.log = tuple(ONE | {"k"})


class UnionByMethod(Base):
    def go(self) -> None:
        self.log = tuple(frozenset().union(self.words, {"k"}))


class DifferenceBothWays(Base):
    def go(self) -> None:
        self.log = tuple({"k"} ^ self.words)


class UnionInside(Base):
    def go(self) -> None:
        pair = ({"k"}, 1)
        for word in pair[0] | self.words:  # type: ignore[operator]
            self.log = (*self.log, word)


class LargestSet(Base):
    def go(self) -> None:
        self.words = max({self.words, frozenset({"k"})})


class FirstSet(Base):
    def go(self) -> None:
        self.words = sorted({frozenset({w}) for w in self.words})[0]


class LeastPair(Base):
    def go(self) -> None:
        found = min({(self.words, 1), (frozenset({"k"}), 1)})
        self.words = found[0]


class LeastOfNames(Base):
    def go(self) -> None:
        mine = frozenset({"k"})
        both = {self.words, mine}
        self.n = len(min(both))


class LargestByParameter(Base):
    def go(self) -> None:
        self.words = self.larger(self.words)

    def larger(self, words: Set[str]) -> Set[str]:
        return max({words, frozenset({"k"})})


class LastWithAKey(Base):
    def go(self) -> None:
        self.log = (Map({len(w): w for w in {"ab", "cd"}})[2],)


class LastPairWithAKey(Base):
    def go(self) -> None:
        self.log = (Map((len(w), w) for w in {"ab", "cd"})[2],)


class LastOfPairsTakenApart(Base):
    def go(self) -> None:
        self.log = (Map({n: (w, n) for n, w in {(2, "ab"), (2, "cd")}})[2][0],)


class LastOfPairsOfPairs(Base):
    def go(self) -> None:
        self.log = (Map((n, w) for (n, _), w in {((2, 1), "ab"), ((2, 0), "cd")})[2],)


class LastOfPairs(Base):
    def go(self) -> None:
        self.log = (dict({(2, "ab"), (2, "cd")})[2],)


class Shelf(Record):
    label: str
    size: int | None
    words: Set[str]


class LargestOfSetsInFields(Base):
    shelves: Map[int, Set[Shelf]] = Map({0: frozenset({Shelf("b", 1, frozenset({"x", "y"}))})})

    def go(self) -> None:
        self.log = tuple(max(s.words for s in frozenset(s for s in self.shelves[0])))


SHOWS = (*SHOWS, LastWithAKey, LastPairWithAKey, LastOfPairsTakenApart, LastOfPairsOfPairs,
         LastOfPairs, UnionOfOne, UnionOfConstant, UnionByMethod, DifferenceBothWays,
         UnionInside, LargestOfSetsInFields, LargestSet, FirstSet, LeastPair,
         LeastOfNames, LargestByParameter)  # fmt: skip


class LargestOfPlain(Base):
    def go(self) -> None:
        self.n = max({len(w) for w in self.words} | {3})
        self.log = (min({*self.words, "k"}), max(w for w in {"x", "y"}), *sorted({"q", "p"}))


class EachWithItsKey(Base):
    def go(self) -> None:
        one = Map({w: len(w) for w in {"a", "x"}}) | Map((len(w), True) for w in {"p", "q"})
        self.log = tuple(k for k in Map(((w, n), w) for n in (1,) for w in {"a", "b"}).values())
        self.log += ("c",) * one["a"]


class LargestOfFields(Base):
    shelves: Map[int, Set[Shelf]] = Map({0: frozenset({Shelf("b", 1, frozenset({"x", "y"}))})})

    def go(self) -> None:
        shelves = frozenset(s for n in (0, 0) for s in self.shelves[n])
        largest = max(s.size for s in shelves if s.size is not None)
        self.log = (min(s.label for s in shelves), ("a", "c")[largest])


class LargestOfTwo(Base):
    def go(self) -> None:
        self.words = max(self.words, self.words | {"z"})
        self.log = tuple(self.words)


@pytest.mark.parametrize(
    ("cls", "right"),
    [
        (LargestOfPlain, "aypq"),
        (EachWithItsKey, "abc"),
        (LargestOfFields, "bc"),
        (LargestOfTwo, "abcdez"),
    ],
)
def test_the_largest_of_what_has_an_order_is_taken(cls: type[Base], right: str) -> None:
    world = Spec("order", (cls,))().start()
    world["base"].go()
    assert "".join(world["base"].log) == right


@pytest.mark.parametrize("cls", SHOWS)
def test_a_set_that_is_made_on_the_spot_is_not_gone_through_in_order(cls: type[Base]) -> None:
    with pytest.raises(SpecError, match="in the order of its hashes") as error:
        Spec("order", (cls,))
    assert "test_order.py, line" in error.value.place
    assert "keep it in a variable" in error.value.cure


def first_word_is_a(base: Base) -> bool:
    return tuple(WORDS) != ("x", "y", "z")


def test_claims_are_followed_as_actions_are() -> None:
    with pytest.raises(SpecError, match="in the order of its hashes"):
        Spec("order", (Base,), invariants=(first_word_is_a,))


PROGRAM = """
import json
from tests.language import test_order as t
from raftnb.explore import check
found = []
for cls in [*t.RIGHT] + [t.StarOfVariable, t.ByParameter]:
    model = t.Spec("order", (cls,))()
    for engine in ("fast", "reference"):
        r = check(model, engine=engine, deadlock=False, progress=False, max_depth=3)
        found.append([r.distinct, r.generated, str(r.verdict)])
    found += [str(s) for s in model.start().enabled()]
print(json.dumps(found))
"""


def test_the_hash_seed_changes_nothing() -> None:
    root = Path(__file__).resolve().parents[2]
    said = []
    for seed in ("0", "1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        said.append(json.loads(done.stdout))
    assert said[0] == said[1] == said[2]
    assert len(said[0]) > 40


def never_b_first(base: Base) -> bool:
    return base.log[:1] != ("b",)


@ENGINES
def test_a_verdict_does_not_rest_on_the_order_of_hashes(engine: str) -> None:
    spec = Spec("order", (LoopOverVariable,), invariants=(never_b_first,))
    found = check(spec(), engine=engine, max_depth=2, deadlock=False)
    assert found.property is None
