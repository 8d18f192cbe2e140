"""What is said to be a natural number is one, whatever the values: C does not look at it again."""

from __future__ import annotations

import importlib.util
import itertools
import re
from typing import Any

import pytest

from raftnb.explore.compiled import naturals
from raftnb.language import Spec
from raftnb.tree import Program, nodes
from raftnb.tree.types import fits

NUMBERS = """
a + b; a + i; a - b; a - 1; a * b; a * i; i * i; a // (b + 1); i // 2; a % (b + 1); i % 2
i % -2; -a; abs(i); min(a, b); min(a, i); max(a, i); max(i, -1); max(i, 0); max(i, a, -1)
a if i > 0 else b; a if i > 0 else i; i if a > 0 else b; 2; -1; 0; len((a, i))
sum(x for x in (a, b)); sum(x for x in (a, i)); sum(1 for x in (i, -1))
sum(x - 1 for x in (a, b)); max((a, i)); max((a, b)); min((a, b)); min((i, b))
max(frozenset({i, -1})); min((a, b), default=0); min((a, b), default=i); max(nats, default=0)
max(nats, default=-1); min(ints, default=0); max(ints, default=i); (a, i)[1]; (i, a)[0]
(a, b)[1]; nats[0] if nats else 0; ints[0] if ints else 0; 2 * a + 3; 2 * a - 3; (a + b) // 2
(a - b) // 2; (a - b) % 3; a + (-b); LOW; a + LOW; max(i, LOW)
"""
SEQUENCES = """
(a, b); (a, i); (i, a); (*nats, a); (*nats, i); (*ints, a); (*nats, *ints); (*ints, *nats)
nats[1:]; ints[1:]; tuple(x for x in nats); tuple(x for x in ints); tuple(x - 1 for x in nats)
tuple(x + 1 for x in nats); tuple(abs(x) for x in ints); (); (1, 2); (1, -2)
nats if i > 0 else ints; ints if i > 0 else nats; (*nats, *tuple(x for x in ints))
(*tuple(x for x in ints), a)
"""
SETS = """
frozenset({a, b}); frozenset({a, i}); frozenset({a}) | frozenset({i})
frozenset({i}) | frozenset({a}); frozenset({a, b}) - frozenset({i})
frozenset({i, a}) - frozenset({b}); frozenset({a}) & frozenset({i})
frozenset({i}) & frozenset({a}); frozenset({a}) ^ frozenset({i})
frozenset({i}) ^ frozenset({a}); frozenset(x for x in nats); frozenset(x for x in ints)
frozenset(x - 1 for x in nats); frozenset(); frozenset({-1}); frozenset({a}) | frozenset({b})
frozenset({a, b}) | {a}
"""
NAT, LOW = nodes.Int(natural=True), -2
KINDS = {
    "told": (NUMBERS, "int", "0", NAT),
    "sequence": (SEQUENCES, "Seq[int]", "()", nodes.SeqOf(NAT)),
    "group": (SETS, "Set[int]", "frozenset()", nodes.SetOf(NAT)),
}
VALUES = list(itertools.product((0, 1, 3), (0, 2), (-2, 0, 1), ((), (0, 2)), ((), (-1, 1))))


def expressions(text: str) -> list[str]:
    """The expressions that a text names."""
    return [one.strip() for line in text.strip().splitlines() for one in line.split(";")]


def module() -> str:
    """A class with an action for each expression."""
    lines = [
        "from raftnb.language import Nat, Process, Seq, Set",
        f"LOW = {LOW}",
        "class Teller(Process):",
        "    a: Nat = 0",
        "    b: Nat = 0",
        "    i: int = 0",
        "    nats: Seq[Nat] = ()",
        "    ints: Seq[int] = ()",
    ]
    lines += [f"    {kind}: {type_} = {value}" for kind, (_, type_, value, _) in KINDS.items()]
    for kind, (text, *_) in KINDS.items():
        for n, expression in enumerate(expressions(text)):
            own = re.sub(r"\b(a|b|i|nats|ints)\b", r"self.\1", expression)
            lines += [f"    def {kind}_{n}(self) -> None:", f"        self.{kind} = {own}"]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def teller(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("naturals") / "teller.py"
    path.write_text(module())
    spec = importlib.util.spec_from_file_location("teller", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made.Teller


def values(expression: str) -> list[Any]:
    """What Python makes of it, wherever it has a value."""
    found = []
    for row in VALUES:
        known = {"LOW": LOW} | dict(zip(("a", "b", "i", "nats", "ints"), row, strict=True))
        found.append(eval(expression, known))
    return found


def is_natural(value: Any) -> bool:
    return value >= 0 if isinstance(value, int) else all(item >= 0 for item in value)


def said_to_be_natural(teller: Any) -> list[tuple[str, list[Any]]]:
    """The expressions of which C does not look whether they are, with their values."""
    program = Program(Spec("told", (teller,))())
    found = []
    for kind, (text, _, _, want) in KINDS.items():
        for n, expression in enumerate(expressions(text)):
            (statement,) = program.action(teller, f"{kind}_{n}").body
            assert isinstance(statement, nodes.Assign)
            if fits(naturals.narrowed(statement.value), want):
                found.append((expression, values(expression)))
    return found


def test_what_is_said_to_be_natural_is_so(teller: Any) -> None:
    found = said_to_be_natural(teller)
    assert all(all(map(is_natural, some)) for _, some in found)
    names = {expression for expression, _ in found}
    assert {"a + b", "2 * a + 3", "abs(i)", "max(i, 0)", "(*nats, a)", "nats[1:]"} <= names
    assert len(names) > 30
