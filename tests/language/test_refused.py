"""What has more than one meaning, or none in the language, is refused when the Spec is made."""

from __future__ import annotations

import functools
import itertools
import random
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.language import (
    Delivery,
    Domain,
    Fairness,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Spec,
    discard,
    either,
    in_flight,
    leads_to,
    macro,
    reply,
    send,
    weak,
    when,
)

SEEN: list[int] = []
HALF = 0.5
TABLE = {1: 2}
PURE = Map({1: (2, None)})


class Color(Enum):
    RED = 1
    BLUE = 2


class Shared(Globals):
    total: Nat = 0


class Counters(Globals):
    actions: Nat = 0
    number: Nat = 0


class Key(Domain, number="keys"):
    """A domain."""


class Other(Domain, number="others"):
    """A domain that the Spec does not name."""


class Pair(Record):
    left: int
    right: int = 0

    def sum(self) -> int:
        """Both together."""
        return self.left + self.right


class Note(Message):
    n: Nat


def remembers(n: int, seen: list[int] = []) -> int:  # noqa: B006
    seen.append(n)
    return len(seen)


def remembers_a_map(n: int, seen: dict[int, int] = {}) -> int:  # noqa: B006
    return len(seen) + n


def counted_from(start: int) -> Any:
    seen = [start]

    def count() -> int:
        return len(seen)

    return count


def scaled(factor: int) -> Any:
    def times(n: int) -> int:
        return n * factor

    return times


count, twice = counted_from(1), scaled(2)


@functools.cache
def cached(n: int) -> int:
    return n


@functools.wraps(twice)
def wrapping(n: int) -> int:
    SEEN.append(n)
    return twice(n)


def logged(function: Any) -> Any:
    return function


@logged
def decorated(n: int) -> int:
    return n


def generator(n: int) -> Any:
    yield n


def with_star(*numbers: int) -> int:
    return len(numbers)


def with_attribute(n: int) -> int:
    return with_attribute.calls + n  # type: ignore[attr-defined]


with_attribute.calls = 0  # type: ignore[attr-defined]


def with_default(n: int, more: int = 1) -> int:
    return n + more


class Base(Process):
    n: Nat = 0
    ok: bool = True
    log: Seq[int] = ()
    marks: Map[Key, int] = Map()
    pair: Pair = Pair(1)
    color: Color = Color.RED

    def double(self, n: int) -> int:
        """Twice the number."""
        return 2 * n


HIDDEN = {
    "a mutable default": "self.n = remembers(1)",
    "a mutable default, unchanged": "self.n = remembers_a_map(1)",
    "a closure over a list": "self.n = count()",
    "a cache": "self.n = cached(1)",
    "a wrapper": "self.n = wrapping(1)",
    "a decorator": "self.n = decorated(1)",
    "a list of the module": "self.n = len(SEEN)",
    "a dict of the module": "self.n = TABLE[1]",
    "a float of the module": "self.ok = HALF > 0",
    "a module": "self.n = math.floor(2)",
    "a class of another module": "self.n = len(Counter('ab'))",
    "a path": "self.ok = Path('x').exists()",
    "an iterator": "self.n = next(itertools.count())",
    "chance": "self.n = random.randint(0, 1)",
    "id": "self.n = id(self)",
    "hash": "self.n = hash('a')",
    "repr": "self.ok = repr(self) == 'base'",
    "getattr": "self.n = getattr(self, 'n')",
    "vars": "self.n = len(vars(self))",
    "type": "self.ok = type(self) is Base",
    "iter": "self.n = next(iter(self.log))",
    "a generator": "self.n = sum(generator(1))",
    "a list": "self.n = len(list(self.log))",
    "float": "self.ok = float(1) == 1",
    "input": "self.ok = input() == 'y'",
    "eval": "self.n = eval('1')",
    "open": "self.ok = open('/dev/null') is None",
    "an attribute of a function": "self.n = with_attribute(1)",
    "a star among parameters": "self.n = with_star(1, 2)",
    "a dunder": "self.ok = self.__class__ is None",
    "a private attribute": "self.ok = self._world is None",
    "a method that changes": "self.log.append(1)",
    "a method that another class has": "self.n = self.log.bit_length()",
    "a misspelled variable": "self.n = self.nn",
    "a misspelled method": "self.n = self.duoble(1)",
    "an unknown name": "self.n = undefined_name",
    "an undeclared variable": "self.m = 1",
    "a variable of a record": "self.pair.left = 1",
    "an attribute of a class": "Base.counter = 1",
    "an item": "self.marks[0] = 1",
    "a starred target": "a, *b = self.log",
    "an item of a local": "d = {}\n        d[1] = 2",
    "a function as a value": "f = with_default\n        self.n = f(1)",
    "a call of a call": "self.n = scaled(2)(3)",
    "double star": "self.pair = Pair(**{'left': 1})",
    "a new member": "self.ok = Key(0, 'k1') == Key(1, 'k2')",
    "a domain left out": "self.n = len(Other)",
    "is between numbers": "self.ok = self.n is 5000",
    "is between members": "self.ok = (self is self) == True",
    "division": "self.ok = self.n / 2 == 1",
    "division at once": "self.n /= 2",
    "a power": "self.n = 2 ** self.n",
    "inversion": "self.n = ~self.n",
    "a shift": "self.n = self.n << 1",
    "a matrix product": "self.n = self.n @ self.n",
    "a float": "self.ok = self.n > 0.5",
    "bytes": "self.ok = self.n == b'a'",
    "an ellipsis": "self.ok = self.n == ...",
    "a complex number": "self.ok = self.n == 1j",
    "a lambda": "self.n = max(self.log, key=lambda x: x)",
    "a walrus": "self.n = (m := 1)",
    "a list comprehension": "self.n = len([x for x in self.log])",
    "a format": "self.ok = f'{self.n}' == '1'",
    "else after a loop": "for x in self.log:\n            pass\n        else:\n            pass",
    "break": "for x in self.log:\n            break",
    "continue": "for x in self.log:\n            continue",
    "while": "while self.n < 3:\n            self.n += 1",
    "delete": "del self.n",
    "global": "global SEEN\n        SEEN = [1]",
    "raise": "raise ValueError",
    "match": "match self.n:\n            case 0:\n                self.n = 1",
    "with": "with open('x'):\n            pass",
    "a class inside": "class A:\n            pass",
    "a function inside": "def f() -> int:\n            return 1",
    "a returned value": "return self.n",
    "yield": "yield self.n",
    "super with arguments": "self.n = super(Base, self).double(1)",
    "a member of an enum that is none": "self.color = Color.GREEN",
    "a member put into the module": "self.ok = STRANGER == self",
    "a variable of a class": "self.ok = Base.n != 5",
    "a variable of a class in a guard": "when(Base.n == 0)",
    "an operator of a class": "self.ok = Base.double(self, 1) == 2",
    "what a class is made of": "self.ok = Base.actions == {}",
    "what shared variables are made of": "self.ok = len(Shared.variables) == 0",
    "a class as a value": "self.ok = self != Base",
    "an enumeration as a value": "self.ok = self.color != Color",
    "a class in a tuple": "self.ok = len((Base, Key)) == 2",
    "a class handed on": "self.n = with_default(Key)",
    "messages of no message class": "self.ok = in_flight(Base) == ()",
    "messages of shared variables": "self.ok = in_flight(Shared) == ()",
    "after of a class": "self.ok = after(Base) is None",
    "a name of the module itself": "self.ok = __name__ != 'x'",
    "a dict compared": "self.ok = self.marks != {1: 1}",
    "a list compared": "self.ok = sorted(self.log) != self.log",
    "a list compared by name": "r = sorted(self.log)\n        self.ok = r != self.log",
    "a view compared": "self.ok = self.marks.values() != (1,)",
    "items compared": "self.ok = (1, 1) != self.marks.items()",
    "a generator compared": "self.ok = (x for x in self.log) != (1,)",
    "a generator tested": "when(x for x in self.log)",
    "a generator in an if": "if (x > 1 for x in self.log):\n            self.n = 1",
    "an iterator compared": "self.ok = enumerate(self.log) != ((0, 1),)",
    "pairs compared": "self.ok = zip(self.log, self.log) != ()",
    "a reversed sequence compared": "self.ok = self.log == reversed(self.log)",
    "a range compared": "self.ok = range(self.n) != (0, 1)",
    "a list in a tuple": "self.ok = (sorted(self.log), 1) != (self.log, 1)",
    "a list handed on": "self.ok = with_default(sorted(self.log)) == 1",
    "a list in one case": "self.ok = (sorted(self.log) if self.ok else ()) != self.log",
    "a part of a list": "self.ok = sorted(self.log)[1:] != self.log",
    "a message by position": "send(Note(1), to=self)",
    "a field that is none": "self.pair = Pair(1, middle=2)",
    "a field left out": "self.pair = Pair()",
    "an argument too many": "self.n = with_default(1, 2, 3)",
    "an argument too few": "when(self.n)\n        self.n = twice()",
    "after": "self.n = after(self).n.m",
}
FINE = {
    "defaults that do not change": "self.n = with_default(1)",
    "a closure over a number": "self.n = twice(1)",
    "a constant of the module": "self.n = PURE[1][0]",
    "an operator of a record": "self.n = self.pair.sum()",
    "an operator": "self.n = self.double(1)",
    "is None": "self.ok = self.pair is not None and self.color is Color.RED and self.ok is True",
    "a local map": "d = {1: 2, **{3: 4}}\n        self.n = d[1] + d.get(3, 0)",
    "chained": "self.ok = 0 <= self.n < 3 != 4",
    "minimum": "self.n = min(3, 4) + max((1, 2), default=0) + abs(-1) + sum((1, 2), 3)",
    "unpacking": "(a, b), c = (1, 2), 3\n        self.n = a + b + c",
    "an annotated local": "x: 'Seq[int]' = (1,)\n        self.n = len(x)",
    "negative numbers": "self.n = -1 + 2 - 1",
    "folded away": "self.ok = self.n == 0 and False and all(c == self.color for c in Color)",
    "nested": "self.n = sum(len(tuple(y for y in range(x))) for x in range(3))",
    "shadowing": "self.n = sum(Shared for Shared in (1, 2)) + Shared.total * 0",
    "gone through": "self.n = len(Key) + len(tuple(Color)) + sum(1 for k in Key if k in Key)",
    "an element of a list": "self.n = sorted((2, 1))[0] + len(tuple(sorted(self.log)))",
    "an element of a range": "self.ok = self.n in range(3) and 1 not in {1: 2}.keys()",
    "of a class": "self.ok = isinstance(self, Base) and isinstance(self.n, int)",
    "shared variables of any name": "Counters.actions = Counters.number + 1",
    "text": "self.ok = 'ab'.startswith('a') and 'a' in 'ab' and str(self.n) == '0'",
}


def made(body: str, tmp_path: Path, decorator: str = "", name: str = "act") -> type[Process]:
    """A process class whose action has this body, in a file of its own."""
    text = f"class Odd(Base):\n    {decorator}\n    def {name}(self) -> None:\n        {body}\n"
    path = tmp_path / "odd.py"
    path.write_text(text, encoding="utf-8")
    space = {**globals(), "__name__": __name__, "STRANGER": Other(0, "o1")}
    exec(compile(text, str(path), "exec"), space)
    return space["Odd"]  # type: ignore[no-any-return]


def spec_of(cls: type[Process]) -> Spec:
    return Spec("odd", (cls,), (Shared, Counters), (Key,), {"keys": 2})


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("kind", HIDDEN)
def test_it_is_refused_with_place_and_cure(kind: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        spec_of(made(HIDDEN[kind], tmp_path))
    assert ".py, line" in error.value.place
    assert error.value.found
    assert error.value.allowed
    assert error.value.cure


@pytest.mark.parametrize("kind", FINE)
def test_it_is_inside_the_language(kind: str, tmp_path: Path) -> None:
    world = spec_of(made(FINE[kind], tmp_path))().start()
    world["base"].act()
    assert len(world.trace) == 1


@pytest.mark.parametrize(
    "decorator", ["@staticmethod", "@classmethod", "@property", "@functools.cache", "@logged"]
)
def test_a_decorator_is_refused(decorator: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"`act`|decorator"):
        spec_of(made("return None", tmp_path, decorator))


@pytest.mark.parametrize("name", ["__eq__", "__init__", "__getattr__", "__bool__", "__len__"])
def test_a_method_that_python_calls_by_itself_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=f"`{name}`"):
        spec_of(made("pass", tmp_path, name=name))


@pytest.mark.parametrize(
    "value", [[], {}, set(), 0.5, random.Random(1), itertools.count(), object(), property(len)]
)
def test_a_class_holds_no_more_than_variables_constants_and_methods(value: Any) -> None:
    cls = type(Process)("Odd", (Process,), {"__module__": __name__, "extra": value})
    with pytest.raises(SpecError, match="`extra`"):
        Spec("odd", (cls,))
    fine = type(Process)("Fine", (Process,), {"__module__": __name__, "extra": (1, "a", None)})
    assert Spec("fine", (fine,))().start()


class Equal(Record):
    n: int

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class Initial(Record):
    n: int

    def __post_init__(self) -> None:
        SEEN.append(self.n)


class Bag(Enum):
    EMPTY = []  # noqa: RUF012


class Method(Enum):
    A = 1

    @property
    def other(self) -> int:
        return len(SEEN)


@pytest.mark.parametrize(("kind", "value"), [
    (Equal, None), (Initial, None), (Bag, Bag.EMPTY), (Method, Method.A),
])  # fmt: skip
def test_records_and_enumerations_have_no_hidden_code(kind: type, value: Any) -> None:
    space = {"__module__": __name__, "__annotations__": {"x": kind | None}, "x": value}
    with pytest.raises(SpecError, match=f"in the class `{kind.__name__}`"):
        Spec("odd", (type(Process)("Odd", (Process,), space),))


# Claims.


class Sender(Process):
    n: Nat = 0

    @macro
    def bump(self) -> None:
        """One more."""
        self.n += 1

    def chosen(self) -> int:
        """A choice."""
        return either(1, 2)

    def go(self) -> None:
        """Send."""
        when(self.n == 0)
        self.bump()
        send(Note(n=self.chosen()), to=self)


def chooses(s: Sender) -> bool:
    return either(True, False)


def chooses_inside(s: Sender) -> bool:
    return s.chosen() == 1


def guards(s: Sender) -> bool:
    when(s.n == 0)
    return True


def assigns(s: Sender) -> bool:
    s.n = 0
    return True


def bumps(s: Sender) -> bool:
    s.bump()
    return True


def acts(s: Sender) -> bool:
    s.go()
    return True


def sends(s: Sender) -> bool:
    send(Note(n=1), to=s)
    return True


def replies(s: Sender) -> bool:
    return all(reply(m, m) is None for m in in_flight(Note))


def discards(s: Sender) -> bool:
    return all(discard(m) is None for m in in_flight(Note))


def has_default(s: Sender, n: int = 0) -> bool:
    return s.n >= n


def has_no_type(s) -> bool:  # type: ignore[no-untyped-def]
    return s.n >= 0


def has_a_star(*all_of_them: Sender) -> bool:
    return True


def is_keyword_only(*, s: Sender) -> bool:
    return True


def fine(s: Sender) -> bool:
    return s.n >= 0


WRONG_CLAIMS = [
    chooses, chooses_inside, guards, assigns, bumps, acts, sends, replies, discards, has_default,
    has_no_type, has_a_star, is_keyword_only, len, "fine", None, lambda s: True,
]  # fmt: skip


@pytest.mark.parametrize("field", ["invariants", "transitions", "sometimes", "constraints"])
@pytest.mark.parametrize("claim", WRONG_CLAIMS, ids=range(len(WRONG_CLAIMS)))
def test_a_claim_only_reads_and_says_true_or_false(claim: Any, field: str) -> None:
    with pytest.raises(SpecError) as error:
        Spec("odd", (Sender,), delivery=Delivery(), **{field: (claim,)})
    assert error.value.allowed
    assert error.value.cure


@pytest.mark.parametrize("claim", [chooses, assigns, acts, sends])
def test_other_functions_of_the_state_are_read_too(claim: Any) -> None:
    with pytest.raises(SpecError):
        Spec("odd", (Sender,), delivery=Delivery(), final=claim)
    with pytest.raises(SpecError):
        Spec("odd", (Sender,), delivery=Delivery(), liveness=(leads_to(fine, claim),))


@pytest.mark.parametrize("value", [0, 1, None, "x", (), Color.RED])
def test_a_claim_that_says_something_else_is_an_error(value: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(globals(), "SAID", value)

    def says(s: Sender) -> bool:
        return SAID  # type: ignore[name-defined, no-any-return]  # noqa: F821

    model = Spec("odd", (Sender,), delivery=Delivery(), invariants=(says,))()
    with pytest.raises(SpecError, match="as what `says` says") as error:
        model.start().failure(says)
    assert "test_refused.py, line" in error.value.place


# The fields of a Spec.


@pytest.mark.parametrize("wrong", [
    {"processes": Sender}, {"processes": (Shared,)}, {"processes": ("Sender",)},
    {"processes": (Process,)}, {"shared": (Sender,)}, {"domains": (Sender,)}, {"domains": (int,)},
    {"invariants": fine}, {"fairness": weak(Sender)}, {"fairness": (Sender,)},
    {"liveness": (fine,)}, {"delivery": True}, {"symmetric": (Key,)}, {"copies": "most"},
    {"distinct_messages": "most"}, {"domains": (Key,)}, {"constants": {"history": 1}},
    {"constants": {"loses": 1}}, {"liveness": (Fairness((Sender,)),)},
])  # fmt: skip
def test_a_field_of_another_kind_is_refused(wrong: dict[str, Any]) -> None:
    fields = {"processes": (Sender,), "delivery": Delivery(), **wrong}
    with pytest.raises(SpecError) as error:
        Spec("odd", **fields)
    assert error.value.cure


def test_two_claims_of_one_name_are_refused() -> None:
    twin = type(fine)(guards.__code__, globals(), "fine")
    with pytest.raises(SpecError, match="two claims called `fine`"):
        Spec("odd", (Sender,), delivery=Delivery(), invariants=(fine,), sometimes=(twin,))
    assert Spec("odd", (Sender,), delivery=Delivery(), invariants=(fine,), sometimes=(fine,))


def test_a_claim_called_as_a_state_without_a_step_is_refused() -> None:
    named = type(fine)(fine.__code__, globals(), "deadlock")
    with pytest.raises(SpecError, match="a claim called `deadlock`"):
        Spec("odd", (Sender,), delivery=Delivery(), invariants=(named,))
