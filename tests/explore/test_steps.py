"""Steps in the text with the cells that they may have changed: odd shapes, and mistakes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from raftnb.explore.compiled.agreement import Differs
from raftnb.explore.compiled.program import text_of
from raftnb.explore.compiled.search import CompiledSearch, TooNarrow
from raftnb.explore.reference import Reference
from raftnb.explore.result import ExplorationOptions, Verdict
from raftnb.language import Globals, Nat, Process, Set, Spec, anything, either, macro, when
from tests.explore.test_compiled import folder, needs_cc, said

pytestmark = needs_cc
_ = folder  # compiled fast, and in a folder of this run
OPTIONS = ExplorationOptions(progress=False, deadlock=False, max_states=20_000)


class Pot(Globals):
    full: Nat = 0
    stirred: bool = False
    lid: bool = False
    salt: bool = False


def is_there() -> bool:
    """What reads so much is run each time."""
    return Pot.full >= 0 or Pot.stirred or Pot.lid or Pot.salt


def pour(much: Nat) -> None:
    Pot.full = much
    Pot.stirred = False


class Cat(Process, number="cats"):
    n: Nat = anything()
    asleep: bool = False

    def nap(self) -> None:
        """It writes before it finds out that it may not."""
        self.asleep = not self.asleep
        when(self.asleep or self.n == 0)

    def steal(self, other: Cat, most: int) -> None:
        """Of whom is an argument, twice perhaps the same."""
        when(other.n > 0 and self.n < most)
        other.n -= 1
        self.n += 1

    def eat(self, most: int) -> None:
        """What an operator writes, too; the same variable several times."""
        when(is_there() and Pot.full > 0)
        pour(Pot.full - 1)
        self.n = 0
        self.n = min(self.n + 1, most)


class Dog(Process, number="dogs"):
    n: Nat = 0
    of: Cat | None = None

    def cook(self, most: int) -> None:
        """Nothing changes where the pot is full."""
        when(is_there())
        pour(most)
        for _ in range(41):
            Pot.lid = not Pot.lid
            Pot.salt = Pot.lid
        Pot.stirred = True

    def follow(self, cat: Cat | None) -> None:
        """Perhaps nobody's variable."""
        when(is_there())
        self.of = cat
        if cat is not None:
            cat.asleep = False

    def bark(self) -> None:
        """All cats' variables."""
        when(is_there())
        for cat in Cat:
            cat.asleep = False
        self.n = 1 - self.n

    def chase(self) -> None:
        """The variable of somebody who is no argument."""
        when(is_there() and self.of is not None)
        self.of.n = 0


def few(cat: Cat, most: int) -> bool:
    return cat.n <= most


def restless() -> bool:
    return any(not cat.asleep for cat in Cat)


def of(**changes):
    fields = {
        "name": "kitchen",
        "processes": (Cat, Dog),
        "shared": (Pot,),
        "constants": {"cats": 2, "dogs": 1, "most": 2},
        "initially": (few,),
    }
    return Spec(**{**fields, **changes})()


CLAIMS = [
    {"invariants": (few,)},
    {"constraints": (restless,), "invariants": (few,)},
    {"sometimes": (restless,)},
    {"invariants": (restless,)},
]


def compiled(text):
    return CompiledSearch(text, OPTIONS).run()


def as_in_plain_python(model):
    """What compiled code finds, which is what plain Python finds."""
    found, slow = compiled(text_of(model, OPTIONS)), Reference(model, OPTIONS).run()
    if slow.verdict is Verdict.VIOLATED:
        assert (found.verdict, len(found.trace)) == (slow.verdict, len(slow.trace))
    else:
        assert said(found) == said(slow)
    return found


@pytest.mark.parametrize("claims", CLAIMS)
def test_all_shapes_of_steps_are_as_in_plain_python(claims):
    as_in_plain_python(of(**claims))


LOOP = r"^(STEPS_OF|ONE_STEP|CHOICES_OF|EACH)\((?!name).*\)$"
CHANGED = r"CHANGED(?:_AT)?\((?:[^()]|\([^()]*\))*\)"


def loops(text):
    """The lines of the loops that are run in each state."""
    return list(re.finditer(LOOP, text, re.MULTILINE))


def test_what_may_be_written_tells_which_actions_are_steps():
    """Not those that may write variables of somebody who is no argument, or perhaps nobody."""
    lines = [line[0] for line in loops(text_of(of(), OPTIONS).text)]
    assert [line.partition("(")[0] for line in lines] == [
        "STEPS_OF",
        "STEPS_OF",
        "STEPS_OF",
        "ONE_STEP",
        "EACH",
        "EACH",
        "EACH",
    ]
    assert [len(re.findall(CHANGED, line)) for line in lines] == [1, 2, 3, 4, 0, 0, 0]


def without(text, number, many):
    """The text without one of the cells that steps may have changed."""
    places = [
        (line.start() + cell.start(), line.start() + cell.end())
        for line in loops(text.text)
        for cell in re.finditer(CHANGED, line[0])
    ]
    assert len(places) == many
    begin, end = places[number]
    return replace(text, text=text.text[:begin] + text.text[end:])


@pytest.mark.parametrize("number", range(10))
def test_a_cell_that_is_forgotten_is_found(number):
    """Without it a step leads to another state, and what it wrote stays for the next one."""
    with pytest.raises(Differs):
        compiled(without(text_of(of(), OPTIONS), number, 10))


class Deck(Globals):
    cards: Set[Nat] = frozenset({0, 1, 2})
    turned: Nat = 0
    is_cut: bool = False


class Player(Process, number="players"):
    """Each action reads all of the deck, so that it is run each time."""

    hand: Set[Nat] = frozenset()
    asleep: bool = False

    @macro
    def draw(self) -> None:
        self.hand |= {either(*Deck.cards)}

    def take(self) -> None:
        """It writes, and then finds that there may be nothing to choose from."""
        when(not self.asleep and Deck.turned + len(self.hand) < 4)
        Deck.turned += 1
        self.draw()
        Deck.cards -= self.hand
        Deck.is_cut = len(Deck.cards) < 2

    def give(self, other: Player) -> None:
        """To itself, too; what it chooses first decides whether there is a second choice."""
        when(Deck.turned > 0 and self.hand != frozenset())
        card = either(*self.hand)
        self.hand -= {card}
        other.hand |= {card}
        if card % 2 == 0 and not Deck.is_cut:
            Deck.cards |= {either(*(Deck.cards | {card}))}

    def doze(self) -> None:
        """Some of its choices are not enabled, and it may be that none is."""
        much = either(0, 1, 2)
        when(much == len(self.hand) and Deck.turned > 1 and Deck.cards != frozenset())
        self.asleep = either(self.asleep, not self.asleep)
        Deck.turned = max(0, Deck.turned - much)


def hands_are_small(player: Player, most: int) -> bool:
    return len(player.hand) < most


def nobody_sleeps_for_nothing() -> bool:
    return Deck.turned > 0 or not any(player.asleep for player in Player)


def game(players=2, most=9, **changes):
    fields = {
        "name": "game",
        "processes": (Player,),
        "shared": (Deck,),
        "constants": {"players": players, "most": most},
        "invariants": (hands_are_small,),
    }
    return Spec(**{**fields, **changes})()


GAMES = [
    {},
    {"most": 3},
    {"players": 1},
    {"sometimes": (nobody_sleeps_for_nothing,)},
    {"invariants": (nobody_sleeps_for_nothing,)},
    {"constraints": (nobody_sleeps_for_nothing,)},
]


@pytest.mark.parametrize("changes", GAMES)
def test_what_is_chosen_is_as_in_plain_python(changes):
    found = as_in_plain_python(game(**changes))
    assert found.distinct > 40 or found.verdict is Verdict.VIOLATED


def test_choices_have_loops():
    lines = [line[0] for line in loops(text_of(game(), OPTIONS).text)]
    assert [line.partition("(")[0] for line in lines] == ["CHOICES_OF"] * 3
    assert [len(re.findall(CHANGED, line)) for line in lines] == [4, 3, 2]


@pytest.mark.parametrize("number", range(9))
def test_a_chosen_cell_that_is_forgotten_is_found(number, monkeypatch):
    """Or a number outgrows its bits; it would be met in wider rows, whose text is made anew."""
    monkeypatch.setattr(CompiledSearch, "run", CompiledSearch._to_the_end)
    with pytest.raises((Differs, TooNarrow)):
        compiled(without(text_of(game(), OPTIONS), number, 9))


class Heap(Globals):
    n: Nat = 0


class Weather(Globals):
    wet: bool = False


class Digger(Process):
    def dig(self) -> None:
        """It takes long enough to be kept."""
        when(sum(1 for n in range(3)) > Heap.n)
        Heap.n += 1


@pytest.mark.parametrize(("shared", "is_run"), [((Heap,), "1"), ((Heap, Weather), "0")])
def test_what_reads_the_whole_row_is_run_each_time(shared, is_run):
    """No state comes twice, so that nothing that is kept would be asked for again."""
    model = Spec("heap", (Digger,), shared=shared)()
    slots = re.search(r"struct slot slots\[\] = .*", text_of(model, OPTIONS).text)[0]
    assert re.findall(r"-1, -1, (\d), \w+\}", slots) == [is_run]
    assert as_in_plain_python(model).distinct == 4


def test_what_waits_is_met_while_a_step_is_run():
    """More successors than wait at once, of one state: claims are asked between two steps."""
    model = crowd(people=16)
    found, slow = compiled(text_of(model, OPTIONS)), Reference(model, OPTIONS).run()
    assert said(found) == said(slow)


class Person(Process, number="people"):
    hat: bool = False

    def nod(self, other: Person) -> None:
        when(not self.hat and not other.hat)
        self.hat = True
        other.hat = True


def two_or_less() -> bool:
    return sum(1 for person in Person if person.hat) <= 2


def crowd(**sizes):
    return Spec("crowd", (Person,), constants={"people": 2}, constraints=(two_or_less,))(**sizes)


class Box(Process, number="boxes"):
    n: Nat = 0
    m: Nat = 0

    def put(self, other: Box, much: Nat, most: int) -> None:
        """Given to itself, it is kept by two words; else four are read, and it is run each time."""
        when(much <= most and sum(1 for n in range(much)) >= self.n)
        self.n = much
        other.m = (other.n + self.m) % 3


def test_slots_that_are_run_in_the_same_way_have_one_loop():
    model = Spec("boxes", (Box,), constants={"boxes": 2, "most": 7})()
    text = text_of(model, OPTIONS)
    (loop,) = loops(text.text)
    assert loop[1] == "STEPS_OF"
    slots = re.search(r"struct slot slots\[\] = .*", text.text)
    assert slots[0].count(re.search(r"\((\w+)", loop[0])[1]) == 3
    assert said(compiled(text)) == said(Reference(model, OPTIONS).run())
