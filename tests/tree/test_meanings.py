"""Small actions that do what running them does, and expressions that are refused with a cure."""

from __future__ import annotations

from enum import Enum

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
    Spec,
    after,
    either,
    reply,
    when,
)
from raftnb.language.world import World
from raftnb.tree import Program
from raftnb.tree.nodes import BOOL, INT, NEVER, TEXT, Int, Member, OneOf, Option, SeqOf, SetOf, Type
from tests.oracles.tree_interpreter import successors


class Color(Enum):
    """Has no order of its own."""

    RED = "red"
    BLUE = "blue"


HUES = Map({Color.RED: 1, Color.BLUE: 2})


class Pair(Record):
    """A field with a default."""

    a: Nat
    b: Nat = 5


class Key(Domain, number="keys"):
    """A thing without variables."""


class Seen(Message):
    """Named by a variable, and nowhere else."""

    n: Nat


class Sum(Globals):
    """A shared variable."""

    total: Nat = 0


class Longer(Sum):
    """One more."""

    more: Nat = 7


class One(Process, number="ones"):
    """Some variables."""

    x: int = 1
    maybe: int | None = None
    held: Map[int, int] = Map({1: 2, 3: 4})
    some: Set[int] = frozenset({1, 2})
    seq: Seq[int] = (1, 2)
    mixed: Seq[int | str] = ()
    pair: Pair | None = None
    last: Seen | None = None

    def keep(self) -> None:
        """None is None."""
        when(self.x > 0)
        self.maybe = self.maybe

    def counted(self) -> None:
        """Those keys for which a condition is true."""
        self.x = sum(k for k in self.held.keys() if k > 1)  # noqa: SIM118

    def paired(self) -> None:
        """A field that is left out, and one that is not."""
        self.pair = Pair(a=1) if self.pair is None else Pair(a=1, b=2)

    def looked_up(self) -> None:
        """A map of the module, and what an enum has."""
        self.x = HUES[Color.BLUE] + sum(HUES[c] for c in Color)

    def fewer(self) -> None:
        """A set without some."""
        self.some = self.some - frozenset({1})

    def longer(self) -> None:
        """A sequence of two kinds."""
        self.mixed = (*self.mixed, *(self.seq + ("a",)))[:4]


def chosen(ones: int) -> bool:
    """A claim that chooses."""
    several = ones > 1
    return several or either(True, False)


def none_at_all() -> int:
    """An operator without parameters."""
    return 0


def twice(n: int) -> int:
    """An operator with one."""
    return n + n


class Ping(Message):
    """Has been sent by nobody."""


class Hasty(Process, number="hasty"):
    """Answers what has not come."""

    def answer(self) -> None:
        """A message of its own."""
        own = Ping()
        reply(own, Ping())


SPEC = Spec(
    name="meanings",
    processes=(One,),
    shared=(Sum,),
    domains=(Key,),
    constants={"ones": 1, "keys": 1, "none": 0, "below": -1},
)


@pytest.mark.parametrize("action", ["keep", "counted", "paired", "looked_up", "fewer", "longer"])
def test_a_step_of_the_tree_is_one_of_the_action(action: str) -> None:
    program = Program(SPEC())
    todo = list(program.model.initial_states)
    for _ in range(2):
        state = todo.pop()
        found = [pair for pair in successors(program, state) if pair[0].action == action]
        world = World(program.model, state).successors(state)
        assert found == [pair for pair in world if pair[0].action == action] != []
        todo.append(found[0][1])


NAMES: dict[str, Type] = {
    "x": INT,
    "n": Int(natural=True),
    "t": TEXT,
    "yes": BOOL,
    "maybe": Option(BOOL),
    "perhaps": Option(INT),
    "seq": SeqOf(INT),
    "some": SetOf(INT),
    "key": Member("Key"),
    "one": Member("One"),
    "number_or_text": OneOf((INT, TEXT)),
    "number_or_set": OneOf((INT, SetOf(INT))),
}


def claim_of(ones: int) -> bool:
    """Where the expressions stand."""
    return after is not None and ones > 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("t < number_or_text", "numbers, sets"),
        ("number_or_text <= some", "numbers, sets"),
        ("t < number_or_set", "numbers, sets"),
        ("number_or_set <= t", "numbers, sets"),
        ("(x, x) < (x,)", "as many numbers"),
        ("after(one) == one", "after(process).variable"),
        ("none_at_all(x)", "no arguments"),
        ("twice()", "the arguments n"),
        ("Key == key", "write `frozenset(...)` around it"),
        ("Color == x", "declare a variable"),
        ("one.nothing", "say it with what is allowed"),
        ("key.nothing", "classes of processes"),
        ("Sum.nothing", "total"),
        ("Sum.more", "total"),
        ("seq == some", "Seq[int], and Set[int]"),
        ("n == t", "Nat, and str"),
        ("not perhaps", "`perhaps is not None`"),
        ("not maybe", "`maybe == True`"),
        ("x == 'a'", "int, and Literal['a']"),
    ],
)
def test_an_expression_is_refused_with_what_is_allowed_and_how_to_mend_it(
    text: str, told: str
) -> None:
    with pytest.raises(SpecError) as error:
        Program(SPEC()).term(claim_of, text, NAMES)
    assert told in f"{error.value.allowed}; {error.value.cure}"


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("x + ()[0]", NEVER),
        ("()[0] - x", NEVER),
        ("()[0][x]", NEVER),
        ("some - some", SetOf(INT)),
        ("seq + (t,)", SeqOf(OneOf((INT, TEXT)))),
    ],
)
def test_an_expression_has_the_type_of_what_it_may_be(text: str, type_: Type) -> None:
    assert Program(SPEC()).term(claim_of, text, NAMES).type == type_


def test_a_constant_is_natural_from_zero_on() -> None:
    program = Program(SPEC())
    assert [program.constant_type(n).natural for n in ("ones", "none", "below")] == [1, 1, 0]


def test_a_message_that_a_variable_alone_names_is_known() -> None:
    assert Program(SPEC()).message_kinds() == (Seen,)


def test_a_claim_that_chooses_is_refused_in_its_line() -> None:
    with pytest.raises(SpecError) as error:
        Program(SPEC()).claim(chosen)
    line = chosen.__code__.co_firstlineno + 3
    assert f"line {line}" in (error.value.place or "")


def test_only_what_was_received_is_answered() -> None:
    spec = Spec(name="h", processes=(Hasty,), delivery=Delivery(), constants={"hasty": 1})
    with pytest.raises(SpecError) as error:
        Program(spec()).action(Hasty, "answer")
    assert error.value.allowed == "a message that was received"


def test_a_variable_that_only_a_variant_has_is_not_read_by_the_class_above() -> None:
    spec = SPEC.variant("longer", shared=(Longer,))
    assert Program(spec()).term(claim_of, "Longer.more", NAMES).type == NAMES["n"]
    with pytest.raises(SpecError) as error:
        Program(spec()).term(claim_of, "Sum.more", NAMES)
    assert error.value.found == "`Sum.more`"
