"""The page of the language's words names all of them, and each example is Python."""

from __future__ import annotations

import ast

import pytest

from raftnb import language
from raftnb.language.words import WORDS, Word

ALL = [word for group in WORDS.values() for word in group]


def test_every_public_name_of_the_language_is_a_word() -> None:
    assert set(language.__all__) - {word.name for word in ALL} == set()
    assert len({word.name for word in ALL}) == len(ALL)


@pytest.mark.parametrize("word", ALL, ids=lambda word: word.name)
def test_the_example_is_python_and_shows_the_word(word: Word) -> None:
    text = f"{word.example}\ndef f(): ..." if word.example.startswith("@") else word.example
    ast.parse(text)
    shown = {
        "action": "-> None", "parameter": "key: Key", "constant": "limit: int",
        "operator": "-> bool", "receive": "m: Ask", "Model": "DOOR(clients=3)",
        "invariants": "-> bool", "transitions": "-> bool", "World": "start()",
        "Fairness": "fairness=", "Liveness": "liveness=",
    }  # fmt: skip
    assert shown.get(word.name, word.name) in word.example
    assert word.says
