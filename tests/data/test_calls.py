"""What a reader calls with other arguments than it takes: one message, no traceback."""

from __future__ import annotations

import inspect
import linecache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import raftnb
from raftnb import Process, RaftnbError, Spec, UsageError
from raftnb.data.calls import told_plainly
from raftnb.data.places import place_of_declaration
from raftnb.data.rooms import Room
from raftnb.language.borrowed import CURES, borrowed

ROOMS = ("explore", "liveness", "refine", "prove", "pluscal")
FACES = ["raftnb", "raftnb.draw", "raftnb.explorer", *(f"raftnb.{room}" for room in ROOMS)]
WORDS = {"after", "discard", "either", "in_flight", "reply", "send", "when"}
"""What actions call: their arguments are read with the action's text."""
OTHERS = {"refused", "render"}
"""They call what they are given, or are called by drawings alone."""


@pytest.mark.parametrize("face", FACES)
def test_every_public_function_answers_a_word_that_it_does_not_take(face: str) -> None:
    module = import_module(face)
    functions = {n: getattr(module, n) for n in module.__all__ if n not in WORDS | OTHERS}
    for name, function in functions.items():
        if not inspect.isfunction(function):
            continue
        with pytest.raises(RaftnbError) as caught:
            function(nonsense=1)
        error = caught.value
        assert error.found == f"`nonsense=`, which `{name}` does not take"
        assert error.allowed.startswith(f"{name}(")
        assert error.cure == "leave it out"


@pytest.mark.parametrize("room", ROOMS)
def test_a_folder_that_is_called_says_which_function_is_meant(room: str) -> None:
    module: Any = import_module(f"raftnb.{room}")
    assert isinstance(module, Room)
    with pytest.raises(UsageError) as caught:
        module(1, only=())
    assert caught.value.cure == (
        f"import the function: `from raftnb.{room} import {module.meant}`"
    )
    assert callable(getattr(module, module.meant))


def test_what_an_engine_has_is_not_looked_for_in_vain_at_the_face() -> None:
    for name, home in raftnb.ELSEWHERE.items():
        with pytest.raises(UsageError, match=name) as caught:
            getattr(raftnb, name)
        assert caught.value.cure == f"`from {home} import {name}`"
        assert hasattr(import_module(home), name)


def test_a_word_of_another_language_is_none_of_ours_and_hides_no_folder() -> None:
    for word in CURES:
        assert word not in {name.lower() for name in raftnb.__all__}
        with pytest.raises(UsageError):
            getattr(raftnb, word)
    rooms = [path.stem for path in Path(raftnb.__file__).parent.iterdir()]
    assert not [room for room in rooms if borrowed(room)]
    assert not hasattr(raftnb, "__next__")
    assert not hasattr(raftnb, "wrod")


def test_an_error_of_python_inside_of_a_function_stays_what_it_is() -> None:
    @told_plainly
    def outer(number: int) -> int:
        return inner(number, 2)  # type: ignore[call-arg]

    def inner(number: int) -> int:
        return number

    with pytest.raises(TypeError, match="inner"):
        outer(1)


def test_arguments_that_are_given_twice_or_by_their_place() -> None:
    @told_plainly
    def draw(shape: str, *, color: str = "") -> str:
        return shape + color

    with pytest.raises(UsageError, match="`draw` with 2 arguments by their place") as caught:
        draw("a", "b")  # type: ignore[call-arg]
    assert (caught.value.allowed, caught.value.cure) == (
        "draw(shape, color=...)",
        "give by its name what comes after `shape`",
    )
    with pytest.raises(UsageError, match="`shape` of `draw`, given twice"):
        draw("a", shape="b")  # type: ignore[misc]


def test_what_is_shown_of_a_model_is_its_name_and_its_constants() -> None:
    class Idle(Process, number="idlers"):
        def rest(self) -> None:
            """Nothing."""

    spec = Spec("idle", (Idle,), constants={"idlers": 2})
    assert repr(spec(idlers=3)) == "<model of idle: idlers=3>"


def test_a_class_of_a_notebook_s_cell_is_found_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for number, text in enumerate(("class Wire:\n    a = 1\n", "class Wire:\n    b = 1\n")):
        lines = text.splitlines(keepends=True)
        name = f"<ipython-input-{number}-0123456789ab>"
        monkeypatch.setitem(linecache.cache, name, (len(text), None, lines, name))
    space = {"__module__": "__main__"}
    assert place_of_declaration(space, "Wire", "b") == (
        "notebook cell, line 2, column 5, in Wire: `b = 1`"
    )
    assert place_of_declaration(space, "Wire", "c") == "class Wire"
