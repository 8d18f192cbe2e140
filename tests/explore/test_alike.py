"""What several do alike in a state is done once, and counted for each: as in plain Python."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace

import pytest

from raftnb.explore.compiled import Differs, alike, compiled_search, routines
from raftnb.explore.compiled.program import text_of
from raftnb.explore.compiled.search import CompiledSearch
from raftnb.explore.reference import Reference
from raftnb.explore.result import ExplorationOptions, Verdict
from raftnb.language import Globals, Nat, Process, Seq, Set, Spec, either, macro, when
from raftnb.tree import nodes
from tests.explore.shards import dealt_out, told
from tests.explore.test_compiled import folder, needs_cc, said

pytestmark = needs_cc
_ = folder  # compiled fast, and in a folder of this run
OPTIONS = ExplorationOptions(progress=False, deadlock=False)


class Shop(Globals):
    queue: Seq[Clerk] = ()
    asleep: Set[Clerk] = frozenset()
    sold: Nat = 0
    is_open: bool = True


def is_there() -> bool:
    """What reads so much is run each time."""
    return len(Shop.queue) >= 0 or Shop.asleep == frozenset() or Shop.sold > 0 or Shop.is_open


class Clerk(Process, number="clerks"):
    tired: bool = False

    def come(self, most: int) -> None:
        when(self not in Shop.asleep and Shop.is_open and len(Shop.queue) < most)
        if Shop.sold > 0:
            Shop.is_open = False
        Shop.queue = (*Shop.queue, self)
        self.tired = Shop.sold > 0

    def serve(self) -> None:
        """Any of them takes the first, and wakes anyone; or goes to sleep itself."""
        when(self not in Shop.asleep and is_there())
        if Shop.queue:
            Shop.queue = Shop.queue[1:]
            self.wake()
        else:
            Shop.asleep |= {self}

    @macro
    def wake(self) -> None:
        if Shop.asleep:
            Shop.asleep -= {either(*Shop.asleep)}

    def close(self, most: int) -> None:
        """Alike in three places, and behind one of them nobody may."""
        when(Shop.sold < most)
        if self.tired:
            if Shop.queue and Shop.asleep:
                Shop.sold += 1
            elif self in Shop.asleep:
                Shop.is_open = not Shop.is_open
            else:
                when(Shop.is_open and Shop.sold > 0)
                Shop.is_open = False
        else:
            Shop.sold = len(Shop.queue)
            self.tired = False

    def lose(self, other: Clerk) -> None:
        """Some way that is chosen, and then something of who it is."""
        when(other.tired and Shop.is_open and Shop.queue)
        if either(True, False):
            Shop.queue = Shop.queue[1:]
        else:
            self.tired = Shop.sold > 0 or other in Shop.asleep

    def audit(self, n: Nat, most: int) -> None:
        """What a macro does not use, and what it does; a name of its own inside."""
        when(n <= most and (self.tired or n > 0) and Shop.asleep)
        self.count(n)

    @macro
    def count(self, n: Nat) -> None:
        Shop.sold = min(2, sum(1 for n in Shop.queue) + len(Shop.asleep))
        Shop.is_open = True


class Careful(Clerk):
    def audit(self, n: Nat, most: int) -> None:
        when(n <= most and Shop.asleep and is_there())
        self.count(n)

    @macro
    def count(self, n: Nat) -> None:
        Shop.sold = min(2, n)
        Shop.queue = (*Shop.queue, self)[-2:]


def somebody_is_awake() -> bool:
    return len(Shop.asleep) < len(Clerk)


def few_are_sold() -> bool:
    return Shop.sold < 2


def sales_do_not_jump() -> bool:
    return Shop.sold < 2 or Shop.is_open


def line() -> tuple[int, int]:
    return len(Shop.queue), Shop.sold


def shop(clerk: type[Process] = Clerk, **changes):
    fields = {
        "name": "shop",
        "processes": (clerk,),
        "shared": (Shop,),
        "constants": {"clerks": 2, "most": 2},
        "invariants": (),
    }
    return Spec(**{**fields, **changes})()


SHOPS = [
    {},
    {"clerk": Careful},
    {"constants": {"clerks": 3, "most": 1}},
    {"constants": {"clerks": 1, "most": 2}},
    {"constraints": (few_are_sold,)},
    {"sometimes": (few_are_sold,)},
    {"transitions": (sales_do_not_jump,)},
    {"invariants": (somebody_is_awake,)},
]


@pytest.mark.parametrize("changes", SHOPS)
def test_all_is_as_in_plain_python(changes):
    model = shop(**changes)
    found, slow = compiled_search(model, OPTIONS).run(), Reference(model, OPTIONS).run()
    if slow.verdict is Verdict.VIOLATED:
        assert (found.verdict, len(found.trace)) == (slow.verdict, len(slow.trace))
    else:
        assert said(found) == said(slow)
        assert found.distinct > 10


@pytest.mark.parametrize("options", [{"symmetry": True}, {"view": line}])
def test_all_is_as_without_it(options, monkeypatch):
    model, options = shop(symmetric=(Clerk,)), replace(OPTIONS, **options)
    found = compiled_search(model, options).run()
    monkeypatch.setattr(routines, "marked", lambda routine, same: (routine, 0))
    assert said(found) == said(compiled_search(model, options).run())


@pytest.mark.parametrize("deaths", [(), (9,)])
def test_shards_count_as_one_does(deaths):
    model = shop()
    found = dealt_out(model, 3, deaths, deadlock=False)
    assert told(found) == told(compiled_search(model, OPTIONS).run())


def places(model):
    """At how many places of an action who comes there may be found to be alike, by loops."""
    text = text_of(model, OPTIONS).text
    found = re.findall(r"^(\w+_OF)\(each_\d+, \w+, (\d),", text, re.MULTILINE)
    return [(kind, int(n)) for kind, n in found]


def test_where_nothing_is_left_of_who_does_it():
    assert places(shop()) == [
        ("STEPS_OF", 0),
        ("CHOICES_OF", 1),
        ("STEPS_OF", 3),
        ("CHOICES_OF", 0),
        ("STEPS_OF", 1),
    ]
    assert places(shop(Careful))[-1] == ("STEPS_OF", 0)
    assert places(shop(constants={"clerks": 1, "most": 2}))[-1] == ("STEPS_OF", 1)  # and no other


def named_here(part):
    """A mistake: what a macro is given is forgotten."""
    for child in nodes.children(part, nodes.Expr | nodes.Statement):
        if not isinstance(part, nodes.RunRoutine):
            yield from [child.name] if isinstance(child, nodes.Var) else named_here(child)


PLACED = alike._Marks.placed
MISTAKES = [
    (alike, "named", lambda part: ()),
    (alike, "named", named_here),
    (alike, "_chooses", lambda expr: False),
    (alike._Marks, "placed", lambda self, body, behind: PLACED(self, body, ())),
]


@pytest.mark.parametrize("number", range(len(MISTAKES)))
def test_a_place_too_early_is_found(number, monkeypatch):
    """The comparison with plain Python asks for the steps that are found to be alike, too."""
    monkeypatch.setattr(*MISTAKES[number])
    searches = [compiled_search(shop(clerk), OPTIONS) for clerk in (Clerk, Careful)]
    with pytest.raises(Differs):
        deque((search.run() for search in searches), maxlen=0)


TEXTS = [
    ("way->n++;", "way->n = 1;"),
    ("goes, 0, collected_n", "goes, 0, 0"),
    ("return way->by != goes;", "return 1;"),
]


@pytest.mark.parametrize(("right", "wrong"), TEXTS)
def test_steps_that_are_taken_wrongly_once_more_are_found(right, wrong):
    text = text_of(shop(constants={"clerks": 4, "most": 1}), OPTIONS)
    assert text.text.count(right) == 1
    with pytest.raises(Differs):
        CompiledSearch(replace(text, text=text.text.replace(right, wrong)), OPTIONS).run()
