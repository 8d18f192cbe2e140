"""A finite instance starts where plain Python starts, and picks what plain Python picks."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import Enum
from typing import Any, Literal

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.trace import State
from raftnb.data.verdict import Verdict
from raftnb.explore import check
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
    anything,
    each,
    either,
    first,
    history,
    in_flight,
    send,
    when,
)
from raftnb.language.spec import Spec
from raftnb.language.world import World
from raftnb.prove import InstanceSize, Lemma, Proof, check_bounded, explain, k_induction, prove
from raftnb.prove.agreement import small_instance
from raftnb.prove.finite import Instance
from raftnb.prove.translated import Translated

Claim = Callable[..., bool]
SMALL = InstanceSize(2, 1)


class Color(Enum):
    """Three colors."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Key(Domain, number="keys"):
    """A key."""


class Fixed(Globals):
    """One variable for each type that can start with its first value."""

    color: Color = first()
    key: Key = first()
    flag: bool = first()
    word: Literal["x", "y"] = first()
    option: Key | None = first()
    keys: Set[Key] = first()
    map: Map[Key, Color] = first()
    number: Nat = first()
    old: Color = history(first())
    each: Map[Key, bool] = history(each(True))


class Plain(Globals):
    """Plain variables that may start with anything."""

    color: Color = anything()
    word: Literal["x", "y"] = anything()
    old: Color = history(anything())


class Parts(Globals):
    """Variables with parts that may start with anything."""

    option: Key | None = anything()
    keys: Set[Key] = anything()


class Maps(Globals):
    """A map that may start with anything: it has every key then."""

    map: Map[Key, Color] = anything()


class Node(Process, number="nodes"):
    """Variables of each process."""

    color: Color = first()
    any_color: Color = anything()
    flags: Map[Color, bool] = each(False)

    def rest(self) -> None:
        """Do nothing."""


def red() -> bool:
    return Fixed.color == Color.RED


def blue() -> bool:
    return Fixed.color == Color.BLUE


def no_flag() -> bool:
    return not Fixed.flag


def flag() -> bool:
    return Fixed.flag


def x() -> bool:
    return Fixed.word == "x"


def y() -> bool:
    return Fixed.word == "y"


def option() -> bool:
    return Fixed.option is not None


def no_keys() -> bool:
    return all(k not in Fixed.keys for k in Key)


def some_key() -> bool:
    return any(k in Fixed.keys for k in Key)


def mapped() -> bool:
    return all(k in Fixed.map for k in Key)


def map_red() -> bool:
    return all(Fixed.map.get(k, Color.RED) == Color.RED for k in Key)


def one_key() -> bool:
    return all(Fixed.key == k for k in Key)


def zero() -> bool:
    return Fixed.number == 0


def positive() -> bool:
    return Fixed.number > 0


def any_not_blue() -> bool:
    return Plain.color != Color.BLUE


def any_word() -> bool:
    return Plain.word in ("x", "y")


def any_not_y() -> bool:
    return Plain.word != "y"


def any_option() -> bool:
    return Parts.option is not None


def any_no_keys() -> bool:
    return all(k not in Parts.keys for k in Key)


def any_mapped() -> bool:
    return all(k in Maps.map for k in Key)


def any_map_not_blue() -> bool:
    return all(Maps.map.get(k, Color.RED) != Color.BLUE for k in Key)


def old_red() -> bool:
    return Fixed.old == Color.RED


def old_any() -> bool:
    return Plain.old == Color.RED


def old_each() -> bool:
    return all(Fixed.each.get(k, False) for k in Key)


def node_red() -> bool:
    return all(n.color == Color.RED for n in Node)


def nodes_alike() -> bool:
    return all(n.any_color == m.any_color for n in Node for m in Node)


def no_flags() -> bool:
    return all(not n.flags[c] for n in Node for c in Color)


TRUE = (
    red,
    no_flag,
    x,
    option,
    no_keys,
    mapped,
    map_red,
    zero,
    any_word,
    any_mapped,
    old_red,
    old_each,
    node_red,
    no_flags,
)
FALSE = (
    blue,
    flag,
    y,
    some_key,
    one_key,
    positive,
    any_not_blue,
    any_not_y,
    any_option,
    any_no_keys,
    any_map_not_blue,
    old_any,
    nodes_alike,
)


def all_of(claim: Claim) -> Spec:
    """The specification of the variables that a claim is about."""
    text = inspect.getsource(claim)
    shared = [c for c in (Fixed, Plain, Parts, Maps) if c.__name__ + "." in text]
    sizes = {"nodes": 2, "keys": 2}
    return Spec("starts", (Node,), tuple(shared), (Key,), sizes, invariants=(claim,))


@pytest.mark.parametrize("claim", [*TRUE, *FALSE])
def test_k_induction_starts_where_python_starts(claim: Claim) -> None:
    spec = all_of(claim)
    initial = spec(history=True).initial_states
    assert all(spec(history=True).holds(claim, state) for state in initial) == (claim in TRUE)
    found = k_induction(spec, claim, 1, size=SMALL)
    assert found.verdict == (Verdict.HOLDS if claim in TRUE else Verdict.VIOLATED)
    if found.trace is not None:
        assert found.trace.states[0] in initial
    steps = check_bounded(spec, claim, 1, size=SMALL)
    assert steps.verdict == (Verdict.UNKNOWN if claim in TRUE else Verdict.VIOLATED)


def test_a_start_from_any_number_is_not_covered_by_an_instance() -> None:
    class Any_(Globals):
        number: Nat = anything()

    def small() -> bool:
        return Any_.number <= 3

    spec = Spec("numbers", (Node,), (Any_,), (), {"nodes": 1}, invariants=(small,))
    found = k_induction(spec, small, 1)
    assert (found.verdict, found.bound) == (
        Verdict.UNKNOWN,
        "an initial state may be outside the bounds of the instance",
    )


class Entry(Record):
    number: Nat


@pytest.mark.parametrize(
    ("annotation", "start"),
    [
        (Nat, 7), (int, -1), (Seq[Nat], (0,) * 5), (Seq[Nat], (7,)), (Entry, Entry(7)),
        (Nat | None, 7), (Set[Nat], frozenset({7})), (Map[Nat, bool], Map({7: True})),
        (Map[Node, Nat], each(7)),
    ],
)  # fmt: skip
def test_a_start_beyond_the_numbers_of_an_instance_is_not_covered_by_it(
    annotation: Any, start: Any
) -> None:
    """What is there at the start stays; no number of the instance is it."""
    body = {"__module__": __name__, "__annotations__": {"value": annotation}, "value": start}
    Kept: Any = type(Globals)("Kept", (Globals,), body)

    def other() -> bool:
        return Kept.value != Kept.value

    spec = Spec("numbers", (Node,), (Kept,), (), {"nodes": 1}, invariants=(other,))
    wide = InstanceSize(7, 1, low=-1 if start == -1 else 0)
    assert k_induction(spec, other, 1, size=wide).verdict == Verdict.VIOLATED
    for found in (k_induction(spec, other, 1), check_bounded(spec, other, 1)):
        if found.verdict != Verdict.VIOLATED:  # of an `int`, formulas speak beyond the bounds, too
            assert found.bound == "an initial state may be outside the bounds of the instance"
            assert found.verdict == Verdict.UNKNOWN


class Idle(Process):
    """Does nothing."""

    def rest(self) -> None:
        """Nothing."""


class Told(Message):
    """Numbers on their way."""

    numbers: Set[Nat]


class Heard(Globals):
    """Two sets of numbers, of which one may have numbers below 0; and whether it went wrong."""

    first: bool = False
    wrong: bool = False
    whole: Set[int] = frozenset()


class Teller(Process, number="tellers"):
    """Tells of a number that no instance has."""

    def tell(self, other: Teller) -> None:
        """Once."""
        when(not Heard.first)
        Heard.first = True
        send(Told(numbers=frozenset({9})), to=other)

    def hear(self, m: Told) -> None:
        """A set that has something in it."""
        when(len(m.numbers) > len(Heard.whole))
        Heard.wrong = True


def nothing_wrong() -> bool:
    """False after two steps."""
    return not Heard.wrong


def nothing_told() -> bool:
    """As the numbers of an instance have it."""
    return all(len(m.numbers) == 0 for m in in_flight(Told))


def test_a_message_with_a_number_beyond_an_instance_leaves_it() -> None:
    claims, sizes = (nothing_wrong, nothing_told), {"tellers": 1}
    spec = Spec("told", (Teller,), (Heard,), (), sizes, claims, delivery=Delivery())
    assert check(spec(), deadlock=False, engine="reference").verdict == Verdict.VIOLATED
    found = k_induction(spec, claims, 2, size=InstanceSize(2, 1), tellers=1)
    assert found.verdict == Verdict.UNKNOWN
    assert found.bound == "a step may lead out of the bounds of the instance"


class Rounds(Process):
    """Tells in a round of a loop for which an instance has no number."""

    def tell(self) -> None:
        """To itself."""
        for number in range(6):
            if number == 5:
                send(Told(numbers=frozenset()), to=self)

    def hear(self, m: Told) -> None:
        """Anything."""
        Heard.wrong = True

    def choose(self, numbers: Set[Nat]) -> None:
        """For which the instance takes an empty set."""
        when(numbers == frozenset({9}))
        Heard.wrong = True


class Beyond(Rounds):
    """Tells nothing, and chooses."""

    def tell(self) -> None:
        """Never."""
        when(False)


class Loops(Rounds):
    """Tells, and chooses nothing."""

    def choose(self, numbers: Set[Nat]) -> None:
        """Never."""
        when(False)


def none_told() -> bool:
    """Nothing is in flight."""
    return not any(True for m in in_flight(Told))


@pytest.mark.parametrize(
    ("kind", "claims", "bound"),
    [
        (Loops, (nothing_wrong, none_told), "a step may lead out of the bounds of the instance"),
        (Beyond, (nothing_wrong,), "a quantifier or a choice may go beyond the numbers of the "),
    ],
)
def test_rounds_and_arguments_beyond_the_numbers_of_an_instance_are_not_forgotten(
    kind: Any, claims: Any, bound: str
) -> None:
    spec = Spec("rounds", (kind,), (Heard,), (), {"most": 9}, claims, delivery=Delivery())
    assert check(spec(), deadlock=False, engine="reference").verdict == Verdict.VIOLATED
    found = k_induction(spec, claims, 2, size=InstanceSize(2, 1))
    assert (found.verdict, found.bound[: len(bound)]) == (Verdict.UNKNOWN, bound)  # type: ignore[index]


def test_a_map_in_an_instance_has_no_keys_beyond_its_numbers() -> None:
    class Table(Globals):
        map: Map[Nat, int] = Map()
        set: Set[Nat] = frozenset()

    def without_default() -> bool:
        return Table.map.get(12, 3) == 3

    def absent() -> bool:
        return 12 not in Table.map and 12 not in Table.set and -1 not in Table.set

    claims = (without_default, absent)
    spec = Spec("table", (Idle,), (Table,), (), {}, claims)
    here = Instance(Proof(spec, tuple(map(Lemma, claims))), InstanceSize(2, 1, low=-1), {})
    asked = Translated(here)
    every = range(3)
    for full in ((Map(dict.fromkeys(every, 1)), frozenset(every)), (Map(), frozenset())):
        asked.look_at(State(here.model.layout, full, ()))
        assert [asked.truth(claim) for claim in claims] == [True, True]


def test_a_map_from_each_has_the_members_of_a_class_or_an_enum_as_keys() -> None:
    class Words(Globals):
        map: Map[Literal["a", "b"], bool] = each(False)

    def never() -> bool:
        return True

    spec = Spec("words", (Node,), (Words,), (), {"nodes": 1}, invariants=(never,))
    with pytest.raises(SpecError, match="other keys than members"):
        k_induction(spec, never, 1)
    with pytest.raises(SpecError, match="other keys than members"):
        prove(Proof(spec, (Lemma(never),)))


class Old(Record):
    number: Nat


# Choices.


class ByRecord(Process, number="nodes"):
    """A number grows by way of a record."""

    at: Nat = 0

    def go(self) -> None:
        picked = either(Old(self.at + 1), Old(0))
        self.at = picked.number


class ByOperator(Process, number="nodes"):
    """A number grows by way of an operator that is annotated as natural."""

    at: Nat = 0

    def next(self) -> Nat:
        return self.at + 1

    def go(self) -> None:
        self.at = either(self.next(), 0)


class BySequence(Process, number="nodes"):
    """A number grows by way of a sequence."""

    at: Nat = 0

    def next(self) -> Seq[Nat]:
        return (self.at + 1,)

    def go(self) -> None:
        picked = either(self.next(), (0,))
        self.at = picked[0]


class ByRecordUpToTwo(Process, number="nodes"):
    """A number grows by way of a record, and not beyond the instance."""

    at: Nat = 0

    def go(self) -> None:
        when(self.at < 2)
        picked = either(Old(self.at + 1), Old(0))
        self.at = picked.number


def record_small(n: ByRecord) -> bool:
    return n.at <= 3


def operator_small(n: ByOperator) -> bool:
    return n.at <= 3


def sequence_small(n: BySequence) -> bool:
    return n.at <= 3


def up_to_two(n: ByRecordUpToTwo) -> bool:
    return n.at <= 2


@pytest.mark.parametrize(
    ("cls", "claim"),
    [(ByRecord, record_small), (ByOperator, operator_small), (BySequence, sequence_small)],
)
def test_an_option_beyond_the_instance_is_not_forgotten(cls: Any, claim: Claim) -> None:
    spec = Spec("beyond", (cls,), (), (), {"nodes": 1}, invariants=(claim,))
    assert k_induction(spec, claim, 1).verdict == Verdict.UNKNOWN
    bound = spec.variant("bound", constraints=(), invariants=(claim,))
    assert check(bound(), max_depth=5).verdict == Verdict.VIOLATED


def test_options_within_the_instance_hold() -> None:
    spec = Spec("within", (ByRecordUpToTwo,), (), (), {"nodes": 1}, invariants=(up_to_two,))
    assert k_induction(spec, up_to_two, 1).verdict == Verdict.HOLDS


class Chooser(Process, number="nodes"):
    """Choices in one arm of a conditional, and among collections of other sizes."""

    keys: Map[Nat, bool] = Map({2: False})
    set: Set[Key] = frozenset()
    seq: Seq[Key] = ()
    option: Key | None = None
    at: Nat = 0

    def one_arm(self) -> None:
        self.keys = either(self.keys, Map({1: True})) if self.at > 0 else either(Map(), self.keys)

    def two_arms(self) -> None:
        self.set = either(frozenset(), frozenset(Key)) if self.at == 0 else self.set
        self.at = either(0, 1) if self.at == 1 else either(1, 2)

    def sequences(self, k: Key) -> None:
        self.seq = either((), self.seq, (k,), (k,) + self.seq[:1])

    def options(self) -> None:
        self.option = either(None, self.option)


def fine() -> bool:
    return True


def test_every_choice_in_an_arm_that_is_taken_is_made() -> None:
    spec = Spec("choices", (Chooser,), (), (Key,), {"nodes": 1, "keys": 2}, invariants=(fine,))
    here = small_instance(Proof(spec, (Lemma(fine),)))
    translated, world = Translated(here), World(here.model)
    todo = list(here.model.initial_states)
    for state in todo:
        translated.look_at(state)
        for instance in world.instances:
            named = dict(
                zip(here.model.parameter_names(instance.action), instance.arguments, strict=True)
            )
            found = translated.successors(
                "Chooser", instance.action.name, instance.process, named, state
            )
            with world:
                ways = world.scripted(
                    instance,
                    instance.arguments,
                    lambda: world.load(state),  # noqa: B023
                )
                expected = {world.snapshot() for _ in ways}
            assert found == expected
            todo += [after for after in expected if after not in todo and len(todo) < 40]


class Total(Process, number="nodes"):
    """A map from `each` that is given up."""

    map: Map[Total, Old] = each(Old(2))

    def clear(self, other: Total) -> None:
        other.map = Map()

    def keep(self) -> None:
        self.map = Map({n: Old(1) for n in Total})


def test_a_state_whose_map_lacks_keys_does_not_fit_and_the_action_is_refused() -> None:
    spec = Spec("total", (Total,), (), (), {"nodes": 2}, invariants=(fine,))
    here = small_instance(Proof(spec, (Lemma(fine),)))
    translated = Translated(here)
    for _, after in World(here.model).successors(here.model.initial_states[0]):
        whole = all(len(after[f"t{i}", "map"]) == 2 for i in (1, 2))
        assert translated.fits(after) == whole
    with pytest.raises(SpecError, match="may lack keys"):
        prove(Proof(spec, (Lemma(fine),)))


# Arguments are what plain Python gives: words that are listed, maps that have every key.


class Given(Process, number="nodes"):
    """Takes arguments of types whose values are some of a wider type's."""

    word: str = "x"
    listed: Literal["x", "y"] = "x"
    map: Map[Key, bool] = Map()
    words: Set[Literal["x", "y"]] = frozenset()
    option: Key | None = None

    def text(self, given: Literal["x", "y"]) -> None:
        self.word = given
        self.listed = given

    def maps(self, given: Map[Key, bool]) -> None:
        self.map = given

    def sets(self, given: Set[Literal["x", "y"]], key: Key | None) -> None:
        self.words = given
        self.option = key


def x_or_y(n: Given) -> bool:
    return n.word == "x" or n.word == "y"


def listed(n: Given) -> bool:
    return n.listed == "x" or n.listed == "y"


def every_key_or_none(n: Given, k: Key) -> bool:
    return n.map == Map() or k in n.map


def words_are_words(n: Given) -> bool:
    return all(w == "x" or w == "y" for w in n.words)


def parameter(w: Literal["x", "y"], s: Set[Literal["x", "y"]]) -> bool:
    return (w == "x" or w == "y") and all(v == "x" or v == "y" for v in s)


def always_x(n: Given) -> bool:
    return n.word == "x"


def never_true(n: Given, k: Key) -> bool:
    return not n.map.get(k, False)


def no_words(n: Given) -> bool:
    return all(w != "y" for w in n.words)


def no_key(n: Given) -> bool:
    return n.option is None


GIVEN = (x_or_y, listed, every_key_or_none, words_are_words, parameter)


@pytest.mark.parametrize("claim", [*GIVEN, always_x, never_true, no_words, no_key])
def test_arguments_are_what_plain_python_gives(claim: Claim) -> None:
    spec = Spec("given", (Given,), (), (Key,), {"nodes": 1, "keys": 2}, invariants=(claim,))
    wanted = Verdict.HOLDS if claim in GIVEN else Verdict.VIOLATED
    assert check(spec()).verdict == wanted
    assert k_induction(spec, claim, 2, size=SMALL).verdict == wanted
    proof = Proof(spec, (Lemma(claim),))
    assert explain(proof, prove(proof, workers=1, trust=True)).verdict == wanted


# What a type of several kinds is refused with: a cure for these kinds.


class Shade(Enum):
    DARK = "dark"


class Wide(Record):
    number: Nat


class ByEnums(Process):
    at: Color | Shade = Color.RED

    def go(self) -> None:
        """Nothing."""


class ByRecords(Process):
    at: Old | Wide = Old(1)

    def go(self) -> None:
        """Nothing."""


class ByKinds(Process):
    at: int | str = 0

    def go(self) -> None:
        """Nothing."""


class ByArgument(Process):
    def go(self, given: Color | Shade) -> None:
        """Nothing."""


CURES = {
    ByEnums: ("`at` of class `ByEnums`", "make one enum with the members of Color and Shade"),
    ByRecords: ("`at` of class `ByRecords`", "make one record with the fields of Old and Wide"),
    ByKinds: ("`at` of class `ByKinds`", "one that is a number or None, one that is a text"),
    ByArgument: ("parameter `given` of `ByArgument.go`", "make one enum with the members of"),
}


@pytest.mark.parametrize("cls", CURES)
def test_a_union_that_has_no_translation_is_refused_with_its_own_cure(cls: type[Process]) -> None:
    spec = Spec("union", (cls,), invariants=(fine,))
    with pytest.raises(SpecError) as error:
        prove(Proof(spec, (Lemma(fine),)), workers=1)
    place, cure = CURES[cls]
    assert error.value.place == place
    assert cure in error.value.cure
