"""Parentheses: as many as TLA+ wants, where the precedences of two operators meet."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from raftnb.pluscal.layout import render
from raftnb.pluscal.printing import PRECEDENCE, PREFIXES, document
from raftnb.pluscal.terms import Infix, Name, Prefix, Term
from raftnb.pluscal.writing import definition
from tests.pluscal.tools import needs_tlc, run

A, B, C = map(Name, "abc")
TEMPORAL = {"[]", "<>", "[]<>", "UNCHANGED"}


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (Infix("%", (Infix("-", (A, B)), C)), "(a - b) % c"),
        (Infix("-", (A, Infix("%", (B, C)))), "a - (b % c)"),
        (Infix("+", (Infix("%", (A, B)), C)), "(a % b) + c"),
        (Infix("%", (Infix("%", (A, B)), C)), "(a % b) % c"),
        (Infix("*", (Infix("\\div", (A, B)), C)), "(a \\div b) * c"),
        (Infix("\\cup", (Infix("\\", (A, B)), C)), "(a \\ b) \\cup c"),
        (Infix("\\cup", (Infix("\\cap", (A, B)), C)), "(a \\cap b) \\cup c"),
        (Infix("=>", (A, Infix("=>", (B, C)))), "a => (b => c)"),
        (Infix("-", (Infix("-", (A, B)), C)), "a - b - c"),
        (Infix("-", (A, Infix("-", (B, C)))), "a - (b - c)"),
        (Infix("+", (A, Infix("*", (B, C)))), "a + b * c"),
    ],
)
def test_parentheses_stand_where_they_must(term: Term, text: str) -> None:
    assert render(document(term), 80, 0) == text


def nested() -> list[Term]:
    """Each operator within each, on both sides."""
    infix = [op for op in PRECEDENCE if op != "~>"]
    found: list[Term] = []
    for outer, inner in product(infix, infix):
        found += [Infix(outer, (Infix(inner, (A, B)), C)), Infix(outer, (A, Infix(inner, (B, C))))]
    for op in PREFIXES:
        if op not in TEMPORAL:
            for other in infix:
                one = Prefix(op, A)
                found += [Infix(other, (one, B)), Infix(other, (B, one))]
                found += [Prefix(op, Infix(other, (A, B)))]
    return found


@needs_tlc
def test_sany_parses_each_operator_within_each(tmp_path: Path) -> None:
    lines = ["---- MODULE Nested ----", "EXTENDS Integers, Sequences, FiniteSets, TLC",
             "CONSTANTS a, b, c"]  # fmt: skip
    for number, term in enumerate(nested()):
        lines += definition(f"d{number}", (), term)
    (tmp_path / "Nested.tla").write_text("\n".join([*lines, "===="]), encoding="utf-8")
    said = run(tmp_path, "tla2sany.SANY", "Nested.tla")
    assert "Semantic processing of module Nested" in said
    assert "rror" not in said, said[-3000:]
