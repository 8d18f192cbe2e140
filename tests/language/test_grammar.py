"""Code outside the language is refused when the Spec is made: place, found, allowed, cure."""

from __future__ import annotations

import random

import pytest

from raftnb.data.errors import SpecError
from raftnb.language import Globals, Process, when
from raftnb.language.spec import Spec

CACHE: dict[int, int] = {}
LIMIT = 3


class Counter(Globals):
    value: int = 0


class While(Process):
    def act(self) -> None:
        while Counter.value < 3:
            Counter.value += 1


class Prints(Process):
    def act(self) -> None:
        print("hello")


class Tosses(Process):
    def act(self) -> None:
        Counter.value = random.randint(0, 1)


class Remembers(Process):
    def act(self) -> None:
        CACHE[0] = 1


class Lists(Process):
    def act(self) -> None:
        x = [1, 2]
        Counter.value = len(x)


class Lambdas(Process):
    def act(self) -> None:
        f = lambda: 1  # noqa: E731
        Counter.value = f()


class Tries(Process):
    def act(self) -> None:
        try:
            Counter.value += 1
        except ValueError:
            Counter.value = 0


class Imports(Process):
    def act(self) -> None:
        import os

        Counter.value = len(os.sep)


class Asserts(Process):
    def act(self) -> None:
        assert Counter.value == 0


def factorial(n: int) -> int:
    return 1 if n == 0 else n * factorial(n - 1)


class Recursive(Process):
    def act(self) -> None:
        Counter.value = factorial(3)


class RecursiveMethod(Process):
    def down(self, n: int) -> int:
        return 0 if n == 0 else self.down(n - 1)

    def act(self) -> None:
        Counter.value = self.down(2)


def opens() -> str:
    return open("/etc/hostname").read()


class Indirect(Process):
    def act(self) -> None:
        Counter.value = len(opens())


@pytest.mark.parametrize(
    ("cls", "found", "line"),
    [
        (While, "`while`", "while Counter.value < 3:"),
        (Prints, "a call of `print`", 'print("hello")'),
        (Tosses, "the name `random.randint`", "random.randint"),
        (Remembers, "the name `CACHE` (dict)", "CACHE[0] = 1"),
        (Lists, "`[1, 2]`", "x = [1, 2]"),
        (Lambdas, "`lambda: 1`", "f = lambda"),
        (Tries, "`try`", "try:"),
        (Imports, "`import`", "import os"),
        (Asserts, "`assert`", "assert Counter.value == 0"),
        (Recursive, "recursion: ", "factorial"),
        (RecursiveMethod, "recursion: ", "down"),
        (Indirect, "a call of `open`", "open("),
    ],
)
def test_what_is_outside_the_language_is_refused(cls: type[Process], found: str, line: str):
    with pytest.raises(SpecError) as error:
        Spec("bad", (cls,), (Counter,))
    assert found in error.value.found
    assert "test_grammar.py, line" in error.value.place
    assert line in error.value.place
    assert error.value.allowed
    assert error.value.cure


def test_constants_of_the_module_are_inside_the_language():
    class Fine(Process):
        def act(self) -> None:
            when(Counter.value < LIMIT)
            Counter.value += 1

    assert Spec("fine", (Fine,), (Counter,)).name == "fine"


def test_a_property_is_checked_as_actions_are():
    def noisy() -> bool:
        return print(Counter.value) is None

    class Quiet(Process):
        def act(self) -> None:
            Counter.value = 0

    with pytest.raises(SpecError, match="a call of `print`"):
        Spec("noisy", (Quiet,), (Counter,), invariants=(noisy,))
    with pytest.raises(SpecError, match="`5` as a claim"):
        Spec("no function", (Quiet,), (Counter,), invariants=(5,))  # type: ignore[arg-type]


def test_text_that_cannot_be_found_is_refused():
    space: dict[str, object] = {}
    exec("def made(self) -> None:\n    pass", space)
    with pytest.raises(SpecError, match="no source text"):
        Spec("made", (type(Process)("Made", (Process,), {"made": space["made"]}),))
