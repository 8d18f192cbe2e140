"""What has no tree is refused, with its place, what was found, what is allowed, and a cure."""

# ruff: noqa

from __future__ import annotations

import ast
from collections.abc import Callable
from enum import Enum
from functools import wraps
from types import FunctionType
from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.language import (
    Delivery,
    Domain,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    after,
    discard,
    either,
    in_flight,
    reply,
    send,
    when,
)
from raftnb.language.spec import Spec
from raftnb.tree import Program, nodes
from raftnb.tree.expressions import EXPRESSIONS
from raftnb.tree.statements import STATEMENTS


class Color(Enum):
    """A color."""

    RED = "red"


class Size(Enum):
    """A size."""

    RED = "red"


class Item(Domain, number="items"):
    """A thing."""


class Pair(Record):
    """Two numbers."""

    left: int
    right: int = 0


class Twin(Record):
    """Two numbers of another class."""

    left: int
    right: int


class Wide(Record):
    """A number."""

    n: int


class Narrow(Wide):
    """A number that is no number."""

    n: Nat


class Stranger(Domain, number="strangers"):
    """Of another specification."""


class Ping(Message):
    """A message."""

    n: int


class Pong(Message):
    """Its answer."""

    back: int


class Board(Globals):
    """Shared variables."""

    total: int = 0


class Node(Process, number="nodes"):
    """A process with a variable of each kind."""

    n: int = 0
    flag: bool = False
    word: str = ""
    log: Seq[int] = ()
    some: Set[int] = frozenset()
    ages: Map[Node, int] = Map()
    friend: Node | None = None
    color: Color = Color.RED
    shade: Color | None = None
    pair: Pair = Pair(0)
    thing: Pair | Twin = Pair(0)
    item: Item | None = None
    seen: Ping | None = None

    def idle(self) -> None:
        """Do nothing."""

    def level(self) -> int:
        """A number."""
        return self.n


SPEC = Spec(
    "refused",
    processes=(Node,),
    shared=(Board,),
    domains=(Item,),
    constants={"nodes": 2, "items": 2},
    delivery=Delivery(),
)


def two(a: int, b: int) -> int:
    """An operator of two parameters."""
    return a + b


def nothing(a: int) -> None:
    """A macro."""


# Calls: no argument is dropped in silence.


def sum_with_a_start(self: Node) -> int:
    """`sum(self.log, 10)`"""
    return sum(self.log, 10)


def sum_with_a_named_start(self: Node) -> int:
    """`sum(self.log, start=10)`"""
    return sum(self.log, start=10)


def max_with_a_key(self: Node) -> int:
    """`max(self.log, key=abs)`"""
    return max(self.log, key=abs)


def max_of_two_with_a_key(self: Node) -> int:
    """`max(self.n, 2, key=abs)`"""
    return max(self.n, 2, key=abs)


def a_sort_of_truth_values(self: Node) -> int:
    """`n > 0`"""
    return len(sorted(n > 0 for n in self.log))


def a_sort_with_a_key(self: Node) -> int:
    """`sorted(self.log, key=abs)`"""
    return len(sorted(self.log, key=abs))


def how_long_what_is_reversed_is(self: Node) -> int:
    """`len(reversed(self.log))`"""
    return len(reversed(self.log))


def a_set_from_its_end(self: Node) -> bool:
    """`reversed(self.some)`"""
    return all(x > 0 for x in reversed(self.some))


def sets_side_by_side(self: Node) -> bool:
    """`self.some`"""
    return all(x == y for x, y in zip(self.some, self.log))


def side_by_side_to_the_end(self: Node) -> bool:
    """`zip(self.log, self.log, strict=True)`"""
    return all(x == y for x, y in zip(self.log, self.log, strict=True))


def numbers_bit_by_bit(self: Node) -> int:
    """`self.n ^ 1`"""
    return self.n ^ 1


def range_with_a_step(self: Node) -> bool:
    """`range(0, 9, 2)`"""
    return all(i < 3 for i in range(0, 9, 2))


def slice_with_a_step(self: Node) -> int:
    """`self.log[::2]`"""
    return len(self.log[::2])


def a_part_from_its_end(self: Node) -> int:
    """`self.log[2::-1]`"""
    return len(self.log[2::-1])


def a_range_from_its_end(self: Node) -> bool:
    """`range(3)[::-1]`"""
    return range(3)[::-1] == self.log


def an_argument_left_out(self: Node) -> int:
    """`two(1)`"""
    return two(1)


def an_argument_too_many(self: Node) -> int:
    """`two(1, 2, 3)`"""
    return two(1, 2, 3)


def an_argument_twice(self: Node) -> int:
    """`two(1, a=2)`"""
    return two(1, a=2)


def arguments_unpacked(self: Node) -> int:
    """`two(*self.log)`"""
    return two(*self.log)


def arguments_in_a_dict(self: Node) -> int:
    """`two(**{'a': 1, 'b': 2})`"""
    return two(**{"a": 1, "b": 2})


def choices_out_of_order(self: Node) -> int:
    """`two(b=either(1, 2), a=either(1, 2))`"""
    return two(b=either(1, 2), a=either(1, 2))


def get_with_too_much(self: Node) -> int:
    """`self.ages.get(self, 1, 2)`"""
    return self.ages.get(self, 1, 2)


def another_method_of_a_map(self: Node) -> int:
    """`self.ages.pop(self)`"""
    return self.ages.pop(self)


def a_count_of_what_may_have_no_value(self: Node) -> int:
    """`self.log.count(self.log[0])`"""
    return self.log.count(self.log[0])


def a_count_of_what_is_never_there(self: Node) -> int:
    """`self.log.count(self.word)`"""
    return self.log.count(self.word)


def a_count_of_truth_among_numbers(self: Node) -> int:
    """`self.log.count(self.flag)`"""
    return self.log.count(self.flag)


def a_count_of_two(self: Node) -> int:
    """`self.log.count(1, 2)`"""
    return self.log.count(1, 2)


def a_count_of_a_choice(self: Node) -> int:
    """`self.log.count(either(1, 2))`"""
    return self.log.count(either(1, 2))


def a_set_without_what_may_end_early(self: Node) -> bool:
    """`frozenset(self.log).isdisjoint(self.log)`"""
    return frozenset(self.log).isdisjoint(self.log)


def a_set_part_of_another_kind(self: Node) -> bool:
    """`frozenset(self.log).issubset({'a'})`"""
    return frozenset(self.log).issubset({"a"})


def a_union_of_several(self: Node) -> int:
    """`frozenset(self.log).union({1}, {2})`"""
    return len(frozenset(self.log).union({1}, {2}))


def a_set_above_a_choice(self: Node) -> bool:
    """`frozenset(self.log).issuperset(frozenset({either(1, 2)}))`"""
    return frozenset(self.log).issuperset(frozenset({either(1, 2)}))


def a_method_of_a_text(self: Node) -> bool:
    """`self.word.upper()`"""
    return self.word == self.word.upper()


def a_record_of_too_many(self: Node) -> Pair:
    """`Pair(1, 2, 3)`"""
    return Pair(1, 2, 3)


def a_record_with_another_field(self: Node) -> Pair:
    """`Pair(left=1, middle=2)`"""
    return Pair(left=1, middle=2)


def a_record_of_too_few(self: Node) -> Pair:
    """`Pair()`"""
    return Pair()


def a_choice_of_functions(self: Node) -> int:
    """`(two if self.flag else two)(1, 2)`"""
    return (two if self.flag else two)(1, 2)


def isinstance_of_a_number(self: Node) -> bool:
    """`isinstance(self.n, int)`"""
    return isinstance(self.n, int)


def a_choice_of_nothing(self: Node) -> int:
    """`either()`"""
    return either()


def a_choice_of_both(self: Node) -> int:
    """`either(1, *self.log)`"""
    return either(1, *self.log)


def a_text_of_a_number(self: Node) -> bool:
    """`str(self.n)`"""
    return str(self.n) == "1"


def get_of_nothing(self: Node) -> int:
    """`self.ages.get()`"""
    return self.ages.get()


def a_record_of_no_class(self: Node) -> bool:
    """`Record()`"""
    return Record() == self.pair


def a_map_of_a_sequence(self: Node) -> int:
    """`Map(self.log)`"""
    return len(Map(self.log))


def a_map_of_no_pairs(self: Node) -> int:
    """`(x for x in self.log)`"""
    return len(Map(x for x in self.log))


def the_largest_text(self: Node) -> bool:
    """`max(('a', self.word))`"""
    return max(("a", self.word)) == "a"


def isinstance_of_nothing(self: Node) -> bool:
    """`isinstance(self.pair)`"""
    return isinstance(self.pair)


def a_class_of_another_specification(self: Node) -> int:
    """`Stranger`"""
    return len(Stranger)


def through_a_number(self: Node) -> bool:
    """`self.n`"""
    return all(x > 0 for x in self.n)


def all_of_numbers(self: Node) -> bool:
    """`self.log`"""
    return all(self.log)


def the_sum_of_texts(self: Node) -> int:
    """`self.word`"""
    return sum(self.word for x in self.log)


def a_range_of_texts(self: Node) -> int:
    """`self.word`"""
    return len(range(self.word))


def a_part_of_a_map(self: Node) -> int:
    """`self.ages[1:]`"""
    return len(self.ages[1:])


def an_item_of_a_set(self: Node) -> int:
    """`self.some[0]`"""
    return self.some[0]


def after_two(self: Node) -> bool:
    """`after(self, self)`"""
    return after(self, self).n == 1


def a_variable_of_a_process_or_a_field(self: Node) -> int:
    """`(self if self.flag else self.thing).n`"""
    return (self if self.flag else self.thing).n


def a_loop_without_end(self: Node) -> None:
    """`while self.flag:`"""
    while self.flag:
        self.n += 1


def a_name_without_a_value(self: Node) -> int:
    """`n: int`"""
    n: int
    return self.n


def a_message_of_two_classes(self: Node) -> None:
    """`Ping(n=1) if self.flag else Pong(back=1)`"""
    send(Ping(n=1) if self.flag else Pong(back=1), to=self)


def a_text_or_a_map(self: Node) -> None:
    """`self.n = self.word if self.flag else self.ages`"""
    self.n = self.word if self.flag else self.ages


def a_field_of_two_types(self: Node) -> int:
    """`n` of `Narrow`, not what it is in `Wide`"""
    return Wide(1).n


def factorial(n: int) -> int:
    """An operator that calls itself."""
    return 1 if n < 2 else n * factorial(n - 1)


def a_call_of_a_recursion(self: Node) -> int:
    """recursion: `factorial` calls itself"""
    return factorial(self.n)


# Nodes that are not of the language.


def a_fraction(self: Node) -> bool:
    """`self.n / 2`"""
    return self.n / 2 > 1


def bits_turned(self: Node) -> int:
    """`~self.n`"""
    return ~self.n


def a_plus_in_front(self: Node) -> int:
    """`+self.n`"""
    return +self.n


def bits_joined(self: Node) -> int:
    """`self.n | 4`"""
    return self.n | 4


def a_power(self: Node) -> int:
    """`self.n ** 2`"""
    return self.n**2


def a_lambda(self: Node) -> int:
    """`(lambda x: x)(self.n)`"""
    return (lambda x: x)(self.n)


def a_walrus(self: Node) -> bool:
    """`(x := self.n)`"""
    return (x := self.n) > 1 and x < 5


def a_list(self: Node) -> int:
    """`[self.n]`"""
    return len([self.n])


def a_float(self: Node) -> bool:
    """`1.5`"""
    return self.n > 1.5


def a_text_with_values(self: Node) -> bool:
    """`f'{self.n}'`"""
    return f"{self.n}" == "1"


def a_starred_set(self: Node) -> int:
    """`self.some`"""
    return len((*self.some, 1))


def a_name_that_hides_a_key(self: Node) -> bool:
    """`k`"""
    return all(any(k == v for k in self.log) for k, v in self.ages.items())


def a_name_that_hides_what_is_gone_through(self: Node) -> bool:
    """`log`"""
    log = self.log
    return all(any(x > 0 for log in (self.log,)) for i, x in enumerate(log))


def three_names_for_pairs(self: Node) -> bool:
    """`(a, b, c)`"""
    return all(a == b for a, b, c in self.ages.items())


def a_set_in_places(self: Node) -> bool:
    """`self.some`"""
    return all(i < x for i, x in enumerate(self.some))


def places_from_a_number_of_its_own(self: Node) -> bool:
    """`enumerate(self.log, self.n)`"""
    return all(i < x for i, x in enumerate(self.log, self.n))


def three_names_for_a_place_and_an_item(self: Node) -> bool:
    """`(i, x, y)`"""
    return all(i < x for i, x, y in enumerate(self.log))


def two_names_for_a_number(self: Node) -> int:
    """`(a, b)`"""
    return sum(a + b for a, b in self.log)


def three_names_for_a_tuple_of_two(self: Node) -> bool:
    """`(a, b, c)`"""
    return any(a == b for a, b, c in ((1, self), (2, self)))


def two_names_for_a_tuple_of_three(self: Node) -> bool:
    """`(a, b)`"""
    return any(a == b for a, b in ((1, self, 1), (2, self, 2)))


def two_names_in_a_name(self: Node) -> bool:
    """`(a, b)`"""
    return any(a == c for (a, b), c in self.ages.items())


def a_star_after_for(self: Node) -> bool:
    """`(a, *b)`"""
    return any(a > 1 for a, *b in ((1, 2), (2, 3)))


def a_variable_after_for(self: Node) -> None:
    """`self.n`"""
    for self.n, self.flag in ((1, True), (2, False)):
        pass


def how_many_pairs(self: Node) -> int:
    """`len(zip(self.log, self.log))`"""
    return len(zip(self.log, self.log))


def pairs_in_a_name(self: Node) -> bool:
    """`zip(self.log, self.log)`"""
    pairs = zip(self.log, self.log)
    return all(a == b for a, b in pairs)


def pairs_of_a_choice(self: Node) -> bool:
    """`either(self.ages, Map()).items()`"""
    return all(v > 0 for k, v in either(self.ages, Map()).items())


def a_loop_with_else(self: Node) -> None:
    """`self.n = self.n + 1`"""
    for _x in self.log:
        self.n = 0
    else:
        self.n = self.n + 1


def an_item_assigned(self: Node) -> None:
    """`self.log[0] = 1`"""
    self.log[0] = 1  # type: ignore[index]


def a_field_assigned(self: Node) -> None:
    """`self.pair.left = 1`"""
    self.pair.left = 1  # type: ignore[misc]


def a_number_taken_apart(self: Node) -> None:
    """`(a, b)`"""
    a, b = self.n
    self.n = a + b


def a_sequence_taken_apart_with_a_star(self: Node) -> None:
    """`(a, *b)`"""
    a, *b = self.log
    self.n = a + len(b)


def a_map_of_two_fors(self: Node) -> None:
    """`{x: y for x in self.log for y in self.log}`"""
    found = {x: y for x in self.log for y in self.log}
    self.n = found[0]


def a_starred_target(self: Node) -> None:
    """`a, *b = (1, 2)`"""
    a, *b = 1, 2
    self.n = a


def a_choice_of_effects(self: Node) -> None:
    """`nothing(1) if self.flag else nothing(2)`"""
    nothing(1) if self.flag else nothing(2)


def a_comparison_for_its_effect(self: Node) -> None:
    """`self.n == 1`"""
    self.n == 1


def an_operator_for_its_effect(self: Node) -> None:
    """`two(1, 2)`"""
    two(1, 2)


def a_macro_for_its_value(self: Node) -> bool:
    """`nothing(1)`"""
    return nothing(1) is None


def an_early_return(self: Node) -> None:
    """`return`"""
    if self.flag:
        return
    self.n = 1


def no_return_on_one_way(self: Node) -> int:
    """`if self.flag:`"""
    if self.flag:
        return 1


def an_operator_with_an_effect(self: Node) -> int:
    """`self.n = 1`"""
    self.n = 1
    return 2


def an_operator_with_a_guard(self: Node) -> int:
    """`when(self.flag)`"""
    when(self.flag)
    return 2


def super_in_a_function(self: Node) -> int:
    """`super().level()`"""
    return super().level()


def a_method_of_the_class(self: Node) -> int:
    """`Node`"""
    return Node.level(self)


def a_name_of_a_member(self: Node) -> bool:
    """`self.name`"""
    return self.name == "n1"


def no_member_of_the_enum(self: Node) -> bool:
    """`Color.BLUE`"""
    return self.color == Color.BLUE


def the_value_of_an_enum(self: Node) -> bool:
    """`self.color.value`"""
    return self.color.value == "red"


def no_shared_variable(self: Node) -> int:
    """`Board.sum`"""
    return Board.sum


def a_name_of_nothing(self: Node) -> int:
    """`undefined_name`"""
    return undefined_name


# Names without a value.


def a_name_set_in_one_branch(self: Node) -> int:
    """`found`"""
    if self.flag:
        found = 1
    return found


def a_name_set_in_the_other_branch(self: Node) -> int:
    """`found`"""
    if self.flag:
        pass
    else:
        found = 1
    return found


def a_name_set_in_two_of_three_branches(self: Node) -> int:
    """`found`"""
    if self.n == 0:
        found = 1
    elif self.n == 1:
        pass
    else:
        found = 2
    return found


def a_name_set_where_the_other_branch_returns(self: Node) -> int:
    """`other`"""
    if self.flag:
        other = 1
        return other
    found = 1
    return found + other


def a_name_set_in_a_loop(self: Node) -> int:
    """`found`"""
    for x in self.log:
        found = x
    return found


def a_loop_variable_after_the_loop(self: Node) -> int:
    """`x`"""
    for x in self.log:
        pass
    return x


def a_name_of_the_module_before_it_is_assigned(self: Node) -> int:
    """`two`"""
    n = two
    two = 1
    return n


def a_name_of_a_later_for(self: Node) -> bool:
    """`x`"""
    x = 1
    return any(y < x for y in self.log for x in (x,))


def a_name_used_before_the_loop_sets_it(self: Node) -> int:
    """`found`"""
    n = 0
    for x in self.log:
        n = found if n > 0 else n
        found = x
    return n


# Types: what is kept apart, and what Python only seems to compare.


def a_number_and_a_truth_value(self: Node) -> bool:
    """`self.n == True`"""
    return self.n == True


def a_truth_value_among_numbers(self: Node) -> bool:
    """`self.flag in self.log`"""
    return self.flag in self.log


def a_number_or_a_truth_value(self: Node) -> bool:
    """`1 if self.flag else False`"""
    return (1 if self.flag else False) == 1


def numbers_and_truth_values_in_a_set(self: Node) -> int:
    """`{1, True}`"""
    return len({1, True})


def truth_values_added(self: Node) -> int:
    """`self.flag + 1`"""
    return self.flag + 1


def an_enum_and_a_text(self: Node) -> bool:
    """`self.color == 'red'`"""
    return self.color == "red"


def none_among_the_members(self: Node) -> bool:
    """`self.shade`"""
    return self.shade in Color


def a_text_among_the_members(self: Node) -> bool:
    """`self.thing`"""
    return self.thing in Color


def two_enums(self: Node) -> bool:
    """`self.color == Size.RED`"""
    return self.color == Size.RED


def a_number_and_a_text(self: Node) -> bool:
    """`self.n == self.word`"""
    return self.n == self.word


def records_of_two_classes(self: Node) -> bool:
    """`Pair(0, 0) == Twin(0, 0)`"""
    return Pair(0, 0) == Twin(0, 0)


def members_of_two_classes(self: Node) -> bool:
    """`self == self.item`"""
    return self == self.item


def a_sequence_and_a_set(self: Node) -> bool:
    """`self.log == self.some`"""
    return self.log == self.some


def a_sequence_and_a_range(self: Node) -> bool:
    """`self.log == range(3)`"""
    return self.log == range(3)


def a_map_and_a_dict(self: Node) -> bool:
    """`{self: 1}`"""
    return self.ages == {self: 1}


def identity_of_numbers(self: Node) -> bool:
    """`self.n is len(self.log)`"""
    return self.n is len(self.log)


def identity_of_members(self: Node) -> bool:
    """`self.friend is self`"""
    return self.friend is self


def a_number_that_is_never_none(self: Node) -> bool:
    """`self.n is None`"""
    return self.n is None


def tuples_of_different_lengths(self: Node) -> bool:
    """`(self.n, 1) < (self.n, 1, 2)`"""
    return (self.n, 1) < (self.n, 1, 2)


def texts_in_order(self: Node) -> bool:
    """`self.word < 'b'`"""
    return self.word < "b"


def a_sequence_times_a_number(self: Node) -> int:
    """`self.log * self.log`"""
    return len(self.log * self.log)


def a_set_times_a_number(self: Node) -> int:
    """`self.some * 2`"""
    return len(self.some * 2)


def sequences_of_any_length_in_order(self: Node) -> Seq[int]:
    """`max({self.log, (1, 2)})`"""
    return max({self.log, (1, 2)})


def tuples_of_two_lengths_in_order(self: Node) -> Seq[int]:
    """`min((1, 2), (1,))`"""
    return min((1, 2), (1,))


def tuples_of_what_has_no_order(self: Node) -> int:
    """`sorted(((x, None) for x in self.log))`"""
    return len(sorted((x, None) for x in self.log))


def the_largest_by_a_key(self: Node) -> int:
    """`max(self.log, key=abs)`"""
    return max(self.log, key=abs)


def a_set_and_a_sequence_joined(self: Node) -> int:
    """`self.some | self.log`"""
    return len(self.some | self.log)


def a_sequence_and_a_range_joined(self: Node) -> int:
    """`self.log + range(3)`"""
    return len(self.log + range(3))


def a_class_joined_to_a_set(self: Node) -> int:
    """`Node`"""
    return len(frozenset({self}) | Node)


def a_set_that_can_change(self: Node) -> None:
    """`{1, 2}`"""
    self.some = {1, 2}


def a_dict_is_no_map(self: Node) -> None:
    """`{self: 1}`"""
    self.ages = {self: 1}


def a_generator_kept(self: Node) -> int:
    """`(x for x in self.log)`"""
    return len(x for x in self.log)


def a_class_as_a_set(self: Node) -> bool:
    """`Node`"""
    return self.friend is None and frozenset({self}) == Node


def a_text_for_a_number(self: Node) -> None:
    """`self.n = 'a'`"""
    self.n = "a"


def none_for_a_number(self: Node) -> None:
    """`self.n = None`"""
    self.n = None


def a_truth_value_for_a_number(self: Node) -> None:
    """`self.n = True`"""
    self.n = True


def a_member_for_a_record(self: Node) -> None:
    """`self.thing = self.friend`"""
    self.thing = self.friend


def a_text_in_a_field_of_numbers(self: Node) -> int:
    """`Pair('a', 1)`"""
    return Pair("a", 1).right


def another_kind_for_a_parameter(self: Node) -> None:
    """`self`"""
    self = self.friend
    when(self is None)


def a_type_that_grows(self: Node) -> int:
    """`def a_type_that_grows(self: Node) -> int:`"""
    x = ()
    for _i in self.log:
        x = (x,)
    return len(x)


def a_field_of_neither(self: Node) -> int:
    """`self.thing.middle`"""
    return self.thing.middle


def a_key_of_another_class(self: Node) -> int:
    """`self.ages[self.item]`"""
    return self.ages[self.item]


# Choices that would be made twice.


def a_choice_in_a_chain(self: Node) -> bool:
    """`0 < either(1, 2) < 2`"""
    return 0 < either(1, 2) < 2


def a_choice_turned_round(self: Node) -> bool:
    """`either(1, 2) > self.n`"""
    return either(1, 2) > self.n


def a_choice_of_whom_to_change(self: Node) -> None:
    """`either(self.friend, self).n += 1`"""
    either(self.friend, self).n += 1


def a_choice_of_what_to_ask(self: Node) -> bool:
    """`isinstance(either(self.pair, self.thing), (Pair, Twin))`"""
    return isinstance(either(self.pair, self.thing), (Pair, Twin))


# Messages.


def a_message_by_position(self: Node) -> None:
    """`Ping(1)`"""
    send(Ping(1), to=self)


def a_message_with_its_end(self: Node) -> None:
    """`Ping(n=1, dest=self)`"""
    send(Ping(n=1, dest=self), to=self)


def the_source_of_what_is_not_sent(self: Node) -> bool:
    """`Ping(n=1).source`"""
    return Ping(n=1).source == self


def a_message_kept_that_is_not_sent(self: Node) -> None:
    """`self.seen = Ping(n=1)`"""
    self.seen = Ping(n=1)


def a_message_compared_that_is_not_sent(self: Node) -> bool:
    """`Ping(n=1) in in_flight(Ping)`"""
    return Ping(n=1) in in_flight(Ping)


def a_message_discarded_that_is_not_sent(self: Node) -> None:
    """`Ping(n=1)`"""
    discard(Ping(n=1))


def a_message_to_a_thing(self: Node) -> None:
    """`self.item`"""
    send(Ping(n=1), to=self.item)


def a_record_sent(self: Node) -> None:
    """`self.pair`"""
    send(self.pair, to=self)


def a_message_to_nobody(self: Node) -> None:
    """`send(Ping(n=1))`"""
    send(Ping(n=1))


def an_answer_that_looks_at_the_network(self: Node) -> None:
    """`reply(self.seen, Pong(back=len(in_flight(Ping))))`"""
    reply(self.seen, Pong(back=len(in_flight(Ping))))


def records_in_flight(self: Node) -> int:
    """`in_flight(Pair)`"""
    return len(in_flight(Pair))


def a_value_in_flight(self: Node) -> int:
    """`in_flight(self.seen)`"""
    return len(in_flight(self.seen))


def what_is_after_as_a_value(self: Node) -> bool:
    """`after(self)`"""
    return after(self) == self


def a_number_after(self: Node) -> bool:
    """`after(self.n)`"""
    return after(self.n).n == 1


def an_assignment_to_what_is_after(self: Node) -> None:
    """`after(self).n = 1`"""
    after(self).n = 1


def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator."""

    @wraps(function)
    def inner(*args: Any) -> Any:
        """Something else."""
        return not function(*args)

    return inner


def same(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator that does nothing."""
    return function


@same
def a_function_with_a_decorator(self: Node) -> bool:
    """`same`"""
    return self.flag


@wrapped
def a_decorated_function(self: Node) -> bool:
    """`a_decorated_function`, which is not written with `def`"""
    return self.flag


def any_number_of_parameters(self: Node, *others: Node) -> bool:
    """`self: Node, *others: Node`"""
    return self.flag


REFUSED = [
    value
    for value in list(globals().values())
    if getattr(value, "__module__", "") == __name__ and "`" in (value.__doc__ or "")
]


@pytest.mark.parametrize("function", REFUSED, ids=lambda function: function.__name__)
def test_it_is_refused_where_it_stands(function: Any) -> None:
    """Each function's docstring says what of it is found."""
    me = nodes.Member("Node")
    with pytest.raises(SpecError) as error:
        Program(SPEC()).called(function, None, (me,))
    assert error.value.found == function.__doc__
    assert "test_refused.py, line" in error.value.place
    assert error.value.allowed
    assert error.value.cure


def test_all_that_the_tables_list_is_python_and_all_else_is_refused() -> None:
    known = {*EXPRESSIONS, *STATEMENTS}
    assert all(issubclass(node, ast.expr | ast.stmt) for node in known)
    outside = {ast.Lambda, ast.ListComp, ast.List, ast.NamedExpr, ast.JoinedStr, ast.Await}
    outside |= {ast.While, ast.Try, ast.With, ast.Raise, ast.Assert, ast.Delete, ast.FunctionDef}
    assert not known & outside
