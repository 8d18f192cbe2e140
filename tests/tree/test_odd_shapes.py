"""Odd but legal Python: what has a tree means what running it means, state by state."""

from __future__ import annotations

import random
from enum import Enum
from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.trace import State
from raftnb.language import (
    Domain,
    Globals,
    Map,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    either,
    macro,
    when,
)
from raftnb.language.spec import Spec
from raftnb.language.world import World
from raftnb.tree import Program
from raftnb.tree.types import type_of
from tests.oracles.random_values import random_value
from tests.oracles.tree_interpreter import UndefinedError, steps

LIMIT = 2
NOBODY = None
NUMBERS = (3, 1, 2)


class Color(Enum):
    """A color."""

    RED = "red"
    BLUE = "blue"


FAVORITE = Color.BLUE


class Item(Domain, number="items"):
    """A thing."""


class Pair(Record):
    """Two numbers."""

    left: int
    right: int = 7


class Triple(Pair):
    """Two numbers and one more."""

    more: int = 0


class Twin(Record):
    """A pair by another name."""

    left: int
    right: int


class Age(Record):
    """A natural number."""

    years: Nat


class Board(Globals):
    """Shared variables."""

    total: int = 0
    owner: Zoo | None = None


def adder(step: int) -> Any:
    """A function that remembers a number."""

    def add(n: int) -> int:
        """The number, and as much more."""
        return n + step

    return add


add_five = adder(5)


def sign(n: int) -> int:
    """Whether a number is below, at or above 0."""
    if n < 0:
        return -1
    if n == 0:
        return 0
    return 1


def first_over(numbers: Seq[int], bound: int) -> int | None:
    """The first number above a bound."""
    for number in numbers:
        if number > bound:
            return number
    return None


def claims_to_be_natural(n: int) -> Nat:
    """What an annotation says need not be so."""
    return n - 10


def twice(n: int) -> int:
    """A number twice, or a sequence repeated."""
    return n + n


def is_nobody(who: Zoo) -> bool:
    """Whether there is nobody, whatever the annotation says."""
    return who is None


def left_of(pair: Pair | Twin) -> int:
    """The left number of either kind."""
    return pair.left


def chosen(*, n: int) -> int:
    """Not called: parameters by name only have no tree."""
    return n


class Beast(Process, number="beasts"):
    """What the animals have in common."""

    n: int = 0
    k: int = 0
    log: Seq[int] = ()
    best: int | None = None

    def level(self) -> int:
        """How high it stands."""
        return self.n

    def higher(self) -> int:
        """One more than the level, whoever says what the level is."""
        return self.level() + 1

    @macro
    def rise(self, by: int) -> None:
        """Stand higher."""
        self.n += by

    def grow(self) -> None:
        """The action that a subclass does otherwise."""
        self.n = 1


class Zoo(Beast):
    """Many odd actions."""

    flag: bool = False
    word: str = "a"
    nest: Seq[Seq[int]] = ()
    some: Set[int] = frozenset()
    friends: Set[Zoo] = frozenset()
    ages: Map[Zoo, int] = Map()
    friend: Zoo | None = None
    pair: Pair | None = None
    thing: Pair | Twin = Pair(0, 0)
    color: Color = Color.RED
    shade: Color | None = None
    item: Item | None = None

    def level(self) -> int:
        """Another level."""
        return self.n * 10

    @macro
    def rise(self, by: int) -> None:
        """Rise twice."""
        super().rise(by)
        super().rise(by)

    def grow(me) -> None:
        """By another name than `self`."""
        super().grow()
        me.rise(me.higher())

    def index_from_the_end(self) -> None:
        """Negative numbers count from the end."""
        self.n = self.log[-1]
        self.k = self.log[self.n]

    def slices(self) -> None:
        """Slices are total, whatever their bounds."""
        self.nest = (self.log[self.n :], self.log[: self.n], self.log[-2 : self.k], self.log[:])

    def divide(self) -> None:
        """Division rounds down; by 0 there is none."""
        self.log = (self.n // self.k, self.n % self.k, -self.n // 2, self.n % -3)

    def guarded_division(self) -> None:
        """What stands behind `and` is not looked at in vain."""
        self.flag = self.k != 0 and self.n // self.k > 0
        self.word = "a" if self.k == 0 or self.n % self.k == 0 else "b"

    def count_in_a_loop(self) -> None:
        """A loop remembers."""
        total, seen = 0, False
        for x in self.log:
            if x > self.k:
                total += x
            elif x == 0:
                seen = True
        self.n, self.flag = total, seen

    def loops_in_loops(self) -> None:
        """A product, and what it comes to."""
        found = ()
        for x in self.log:
            for y in self.some:
                if x < y:
                    found += ((x, y),)
        self.nest = found

    def loop_over_members(self) -> None:
        """Members come in their order; others' variables may be assigned."""
        last = None
        for z in Zoo:
            if z != self:
                z.n += 1
                last = z
        self.friend = last

    def loop_variable_was_there_before(self) -> None:
        """It keeps what the loop gave it last."""
        x = 10
        for x in self.log:  # noqa: B007
            pass
        self.n = x

    def loop_over_what_changes(self) -> None:
        """What is gone through is looked at once."""
        for x in self.log:
            self.log += (x,)

    def empty_in_one_branch(self) -> None:
        """One name, a value of another emptiness in each branch."""
        if self.flag:
            found, best = (), None
        else:
            found, best = self.log, self.n
        self.log, self.best = found + found, best

    def none_at_first(self) -> None:
        """None first and a number later."""
        best = None
        for x in self.log:
            if best is None or x > best:
                best = x
        self.best = best

    def a_set_of_none(self) -> None:
        """A sequence that holds None is not empty."""
        nothing = (None,)
        self.n = len(nothing)
        self.flag = self.friend in nothing

    def shadows_in_comprehensions(self) -> None:
        """A comprehension keeps its names to itself."""
        x = self.n
        self.flag = all(x >= 0 for x in self.log)
        self.some = frozenset(x for x in self.log if any(x < y for y in self.log))
        self.k = x

    def comprehension_over_its_own_name(self) -> None:
        """The first collection is looked at outside."""
        log = self.log
        self.log = tuple(log + 1 for log in log)

    def parameter_hides_a_name(self, LIMIT: bool) -> None:
        """A parameter hides a constant of the module."""
        self.flag = LIMIT

    def sums(self) -> None:
        """Truth values count; several `for`s are nested."""
        self.n = sum(x > 0 for x in self.log) + sum(self.log)
        self.k = sum(x * y for x in self.log for y in self.some if x != y)

    def extremes(self) -> None:
        """The least and largest, of collections that may be empty."""
        self.n = min(self.log, default=-1) + max((x for x in self.some), default=0)
        self.k = max(self.n, self.k, 0) - abs(min(self.n, self.k))

    def extreme_of_nothing(self) -> None:
        """There is none, where nothing is the default."""
        self.n = max(self.log)

    def chains(self) -> None:
        """Comparisons in a chain, of sets, and side by side."""
        self.flag = 0 <= self.n < self.k != 3
        self.word = "a" if self.some < {1, 2, 3} or self.some >= frozenset({0}) else "b"
        when((self.n, self.k) <= (self.k, self.n) or (self.n, 1) > (self.k, 0))

    def membership(self) -> None:
        """In sequences, sets, maps, ranges, members, and in what is written out."""
        self.flag = self.n in self.log or self.n in self.some or self.log in self.nest
        self.word = "a" if self.friend in self.ages or self.n in range(1, 3) else "b"
        when(self.friend in Zoo or self.color in (Color.RED, Color.BLUE) or self.n in {1, self.k})

    def comprehension_names_of_later(self, K: bool) -> None:
        """A name of a comprehension is its own from the start of the second `for`."""
        self.n = sum(x for K in self.log for x in range(K))
        self.k = sum(LIMIT * x for x in self.log for LIMIT in (x, 2))

    def not_yet_named(self) -> None:
        """Where a later `for` gives the name its value, it has none before."""
        x = 1
        self.n = x
        self.flag = any(y < x for y in self.log for x in (y, 1))

    def either_on_its_path_only(self) -> None:
        """What is not reached is not chosen."""
        self.n = either(1, 2) if self.flag else self.k
        when(self.n > 0 or either(True, False))

    def either_of_a_collection(self) -> None:
        """Of a sequence, of a set, of nothing."""
        self.n = either(*self.log)
        self.k = either(
            *self.some,
        ) + either(*range(self.n))

    def either_of_what_passes_a_test(self) -> None:
        """Of numbers, members, items of a set and of a sequence, and of what is made of each."""
        self.n = either(*(i for i in range(4) if i not in self.some))
        self.k = either(*(x for x in self.some if x > self.n))
        when(self.k != either(*(x for x in self.log if x > 0)))
        self.log = (either(*(x + y for x in self.some for y in self.log)),)

    def either_in_a_loop(self) -> None:
        """A choice at each turn."""
        found = ()
        for _x in self.log:
            found += (either(0, 1),)
        self.log = found

    def either_of_different_kinds(self) -> None:
        """One of several classes."""
        self.thing = either(Pair(1, 2), Twin(left=1, right=2), Triple(0))

    def of_several_classes(self) -> None:
        """A field of either class, and which it is."""
        self.n = self.thing.left if isinstance(self.thing, Pair) else left_of(self.thing) * 2
        self.flag = self.thing == Pair(1, 2) or isinstance(self.thing, (Twin, Triple))

    def no_such_field(self) -> None:
        """Where only some have the field, it may be missing."""
        found = Triple(1, 2, 3) if self.flag else Twin(1, 2)
        self.n = found.more

    def classes_with_equal_fields(self) -> None:
        """Records of different classes differ."""
        a = Pair(self.n, self.k)
        b = Triple(self.n, self.k)
        self.flag = a == b or b.more == 0
        self.pair = b if self.k > 0 else a

    def defaults_of_fields(self) -> None:
        """A field that is left out has its default."""
        self.pair = Pair(right=self.n, left=self.k) if self.flag else Pair(3)

    def records_in_passing(self) -> None:
        """A record is of its class when it is made, though it is not kept."""
        self.n = Pair(self.best, 1).right
        self.k = Age(self.n).years

    def of_nobody(self) -> None:
        """A variable of None there is none."""
        self.n = self.friend.n
        self.friend.k += 1

    def assign_to_others(self) -> None:
        """Shared variables, and those of another process."""
        Board.total += self.n
        Board.owner = self.friend
        if Board.owner is not None:
            Board.owner.rise(Board.total)

    def swap(self) -> None:
        """All the values are found before one is assigned."""
        self.n, self.k = self.k, self.n
        Board.owner, self.friend, self.flag = self, Board.owner, Board.owner == self

    def swap_or_not(self) -> None:
        """The condition is found first, then the values of its case, and then they are assigned."""
        self.n, self.k = (self.k, self.n) if self.n < self.k else (self.n // self.k, self.k)
        self.flag, self.friend = (False, self) if self.flag else (self.n > 1, None)

    def fors_that_make_sets_and_sequences(self) -> None:
        """What the inner `for`s make is put together, in order and each time."""
        pairs = frozenset((x, y) for x in self.some for y in self.log if x < y)
        self.n = len(pairs) + sum(1 for pair in pairs if pair[0] == 0)
        self.log = tuple(x * z for x in self.log for y in (x, 2) for z in range(y) if z != self.k)
        self.some = frozenset(abs(x + y) for x in self.log for y in self.some)

    def places(self) -> None:
        """Which of its class a member is."""
        self.n = self.index
        self.flag = any(z.index == 1 and z != self for z in Zoo)
        self.k = self.friend.index + (self.log[self.index] if self.log else 0)

    def annotations_are_ignored(self) -> None:
        """As Python does."""
        n: Nat = self.n - 1
        self.n: int = claims_to_be_natural(n)

    def operators_of_any_type(self) -> None:
        """What an operator is annotated with, Python does not ask."""
        self.n = twice(self.n)
        self.log = twice(self.log)
        self.flag = is_nobody(self.friend)

    def operators_with_loops(self) -> None:
        """An operator may go through a collection and return out of it."""
        self.best = first_over(self.log, self.k)
        self.n = sign(self.n) + add_five(self.k)

    def maps(self) -> None:
        """The map that is merged into another one wins."""
        self.ages |= {self: self.n}
        me = self
        self.ages = self.ages | {z: z.k for z in Zoo if z.n > 0} | {self: 1, me: 2}
        self.n = self.ages.get(self.friend, -1) + self.ages[self]
        self.best = self.ages.get(self.friend)

    def computed_keys(self) -> None:
        """Of equal keys the last counts."""
        ages = Map({x % 2: x for x in self.log})
        self.n = len(ages)
        self.k = sum(ages[k] for k in ages)

    def sets(self) -> None:
        """Sets combined."""
        self.some = (self.some | {self.n}) - frozenset({self.k}) & frozenset(self.log)
        self.friends = (frozenset({z for z in Zoo if z.flag}) | {self}) - {self.friend}
        self.log = tuple(range(self.n)) + tuple(self.some)

    def methods_of_collections(self) -> None:
        """Other words for operators: with a set, and with what a set can be made of."""
        own = frozenset({self.n})
        self.n = self.log.count(self.k) + (self.n, self.k, 0).count(self.n + self.k)
        self.flag = self.some.issubset({0, 1, 2}) or own.issuperset(self.some)
        if self.some.isdisjoint(own):
            self.some = self.some.union(self.log).difference(x - 1 for x in self.log)
        self.friends = self.friends.union({self}).intersection(z for z in Zoo if z.flag)
        self.k = (self.friend, None).count(self.friend) + self.pairs().count(self.best)

    def pairs(self) -> Seq[int | None]:
        """Numbers, and one that may be missing."""
        return (*self.log, self.best)

    def in_order(self) -> None:
        """Numbers and members sorted: of sets, sequences, what a loop makes."""
        self.log = tuple(sorted(self.log)) + tuple(sorted(self.some))
        self.n = sorted(x * x for x in self.log)[-1] - sorted({self.k, 1})[0]
        last = None
        for z in sorted(self.friends):
            last = z
            self.k += len(sorted(z.log)) * z.index
        self.friend = last
        self.some = frozenset(i for i, x in enumerate(sorted(self.log)) if x == i)
        self.flag = all(x in sorted(self.some) for x in sorted(self.log))

    def backward(self) -> None:
        """From the end: a sequence, numbers counted through."""
        self.nest = (tuple(reversed(self.log)), tuple(reversed(range(self.k, self.n))))
        self.k = sum(i * x for i, x in enumerate(reversed(self.log)))
        low = sorted(self.some)[0] if self.some else 0
        self.k += sum(x * low for x in reversed(range(self.k)))
        for x in reversed(self.log):
            self.n = x
            self.log += (x,)

    def sets_in_passing(self) -> None:
        """A set of Python's that is looked at and not kept."""
        self.n = len(set(self.log)) - len(set()) + sum({x % 2 for x in self.log})
        self.flag = set(self.log) == self.some or self.k in set(self.log)
        self.some = self.some | set(self.log) if self.flag else self.some - set(self.log)

    def sets_apart(self) -> None:
        """What is in one of two; of truth values, which differ."""
        self.flag = (self.n > 0) ^ self.flag
        self.some ^= {self.n, self.k}
        self.friends = self.friends.symmetric_difference({self}) ^ frozenset(z for z in Zoo)
        self.n = len(self.some.symmetric_difference(self.log))

    def first_places(self) -> None:
        """Where a value first stands; where it does not, there is no step."""
        self.n = (*self.log, self.k).index(self.k)
        self.k = self.log.index(self.n)
        self.n = (None, self.friend, self).index(self.friend)

    def in_step(self) -> None:
        """As far as the shortest of several sequences goes; each is looked at once."""
        self.flag = all(x <= y for x, y in zip(self.log, self.log[1:]))  # noqa: B905
        log = self.log
        self.k = sum(x * log for x, log in zip(log, reversed(log)))  # noqa: B905
        for x, y, z in zip(self.log, sorted(self.some), (self.n, self.k)):  # noqa: B905
            self.log += (x + y,)
            self.n = z - x

    def enums_and_texts(self) -> None:
        """Members of enums are equal to themselves only."""
        self.color = Color.BLUE if self.color is Color.RED else Color.RED
        self.word = "red" if self.color == Color.RED else self.word
        self.item = either(*Item)

    def constants(self) -> None:
        """Constants of the module."""
        self.n = LIMIT + len(NUMBERS) + max(NUMBERS)
        self.log = NUMBERS + NUMBERS[:1]
        self.friend = NOBODY

    def constants_of_other_kinds(self) -> None:
        """Members of enums and empty maps."""
        self.color = FAVORITE
        self.ages = Map()

    def nothing_by_name(self) -> None:
        """None has no number: where it is reached, there is no step."""
        none = None
        self.n = none + 1 if self.flag else 0
        self.k = ()[0] if self.n > 3 else 1

    def pairs_of_a_map(self) -> None:
        """Keys and values together, in comprehensions and loops; the map is looked at once."""
        self.flag = all(v < 3 or k == self for k, v in self.ages.items())
        self.log = tuple(v + 1 for v in self.ages.values() if v != 0)
        self.n = max(self.ages.values(), default=-9) + sum(self.ages.values())
        for k, v in self.ages.items():
            self.ages |= {k: v + 1, self: self.k}
            self.k += v

    def pairs_of_a_sequence(self) -> None:
        """Items with their places."""
        self.flag = any(x == i for i, x in enumerate(self.log))
        self.k = sum(i * x + y for i, x in enumerate(self.log) for y in self.log[:i])
        for i, x in enumerate(self.log):
            self.log = self.log[:i] + (x - 1,) + self.log[i + 1 :]
            self.n = i

    def pairs_within_pairs(self) -> None:
        """Names of inner pairs hide those of outer ones, where nothing is lost by it."""
        self.flag = all(
            any(v == w for j, w in self.ages.items() if j != k) for k, v in self.ages.items()
        )
        v = 5
        self.n = sum(v for v in self.ages.values()) + v
        self.k = sum(sum(v for v in self.log) for _k, v in self.ages.items())

    def in_an_enum(self) -> None:
        """A member among its class's, or none."""
        self.flag = self.color in Color and self.shade in (Color.RED, None)

    def names_like_those_of_the_tree(self) -> None:
        """A name `key` or `item` of the reader's is the reader's."""
        key, item = self.ages, self.log
        self.n = sum(key.values()) + sum(item)
        self.flag = all(any(v < w for w in key.values()) for v in key.values())
        item, self.nest = tuple(item), (item,)
        self.log = tuple(key.values()) + item

    def all_of_an_enum(self) -> None:
        """The members of an enum, in their order."""
        self.color = either(*Color)
        self.n = len(Color) + sum(c == self.color for c in Color)
        self.flag = self.color in Color and self.friend in self.ages.keys()  # noqa: SIM118

    def truth_of_collections(self) -> None:
        """What has items is true."""
        if self.log and not self.some:
            self.n = 1 if self.nest else 2
        self.flag = bool(self.ages)
        self.k = len(Zoo) - len(Item)


SPEC = Spec(
    "zoo",
    processes=(Zoo,),
    shared=(Board,),
    domains=(Item,),
    constants={"beasts": 2, "items": 2},
)
MODEL = SPEC()
PROGRAM = Program(MODEL)
WORLD = World(MODEL, MODEL.initial_states[0])


def random_state(seed: int) -> State:
    """A state in which every variable has some value of its type."""
    rng = random.Random(seed)
    values = tuple(
        random_value(rng, type_of(MODEL.annotation_of(variable, cls)), WORLD)
        for variable, cls in MODEL.variables
    )
    return State(MODEL.layout, values)


def outcomes(state: State, name: str) -> Any:
    """The ways that an action can go, run by hand; "undefined" where one of them raises."""
    found = []
    try:
        with WORLD:
            for instance in WORLD.instances:
                if instance.action.name == name:
                    load = lambda: WORLD.load(state)  # noqa: E731
                    for _ in WORLD.scripted(instance, instance.arguments, load):
                        step = WORLD.step_of(instance.process, instance.action, instance.arguments)
                        found.append((step.process, step.choices, WORLD.snapshot()))
    except SpecError:
        return "undefined"
    return found


def meanings(state: State, name: str) -> Any:
    """The same, by the action's tree."""
    found = []
    try:
        for instance in WORLD.instances:
            if instance.action.name == name:
                args = (instance.process, instance.action, instance.arguments)
                for choices, after in steps(PROGRAM, MODEL, state, *args):
                    found.append((instance.process.name, choices, after))
    except UndefinedError:
        return "undefined"
    return found


@pytest.mark.parametrize("name", sorted(Zoo.actions))
def test_an_odd_action_has_its_meaning(name: str) -> None:
    seen = set()
    for seed in range(60):
        state = random_state(seed)
        wanted = outcomes(state, name)
        assert meanings(state, name) == wanted
        seen.add(repr(wanted))
    assert len(seen) > 1
