"""What a specification must not do: hidden state, chance, the world outside, half of Python.

`HIDDEN` are lines that read or change what is no variable of the specification. A specification
with one of them has no meaning as a set of steps between states, so it must be refused when its
Spec is made, wherever the line stands.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from tests.oracles.random_types import Chance

MODULE = """\
import functools
import math
import random
import time

MUST_BE_REFUSED = True

SEEN = []
TABLE = {"k": 0}
BAG = set()
COUNT = 0
LATER = iter((1, 2, 3))
NESTED = ((1,), [2])


class Box:
    value = 0


BOX = Box()
"""


@dataclass(frozen=True)
class Mistake:
    """Lines that must be refused, and in which functions they can stand."""

    text: str
    where: str = "action claim"


ANYWHERE = (
    "SEEN.append(1)", "TABLE['k'] = 1", "TABLE.update(k=1)", "BAG.add(1)", "BOX.value = 1",
    "global COUNT; COUNT += 1", "t = len(SEEN)", "t = TABLE['k']", "t = next(LATER)",
    "t = BOX.value", "t = random.randrange(2)", "t = int(time.time()) % 2", "t = hash('a') % 2",
    "t = id(Node) % 2", "print(1)", "globals()['COUNT'] = 1", "t = max(NESTED[1])",
    "t = 1 if 1 in BAG else 0", "exec('COUNT = 1')", "t = eval('COUNT')", "import os",
    "del SEEN[0]", "SEEN[:] = (1,)", "t = tuple(SEEN)", "t = (lambda: 1)()", "t = len([*SEEN])",
    "t = functools.reduce(max, (1, 2))", "t = math.floor(1.5)", "t = TABLE.get('k', 0)",
    "t = (r := 1)", "t = 1.0", "t = 2 ** 0.5", "items = []; items.append(1); t = len(items)",
    "t = len(f'{1}')", "t = sum(v for v in SEEN)", "t = any(v in BAG for v in (1, 2))",
    "Node.count = 1", "Box.value += 1", "t = input()", "t = open('file')", "t = [1]; t[0] = 2",
)  # fmt: skip
ACTIONS = (
    "self.hidden = 1", "self.__dict__['x'] = 1", "vars(self)['x'] = 1", "setattr(self, 'x', 1)",
    "self.x = getattr(self, 'x')", "self.x = len(SEEN)", "for i in SEEN: self.x = i",
    "self.x = either(*SEEN)", "while self.x < 2: self.x += 1", "assert self.x == 0",
    "try: self.x = 1\nfinally: pass", "with self: pass", "raise ValueError", "yield",
    "del self.x", "self.x = type(self).x", "self.x = Node.x", "self.do0.count = 1",
    "match self.x:\n    case 0: pass", "def inner(): return 1\nself.x = inner()",
    "object.__setattr__(self, 'x', 2)", "when(not SEEN)", "self.x = self.__class__.x",
)  # fmt: skip
MISTAKES = (
    *(Mistake(text) for text in ANYWHERE),
    *(Mistake(text, "action") for text in ACTIONS),
)
PARAMETERS = ("q: Nat = 0", "seen=[]", "*rest", "**rest", "q", "q: list = []", "q: bool = True")
IN_CLASS = (
    "seen = []", "table = {}", "q: list = []", "q: Seq[Nat] = []", "q: Map[Nat, Nat] = {}",
    "q: Set[Nat] = set()", "q: Any = 0", "q: float = 0.0", "q: Nat = -1", "q: Nat = True",
    "q: object = 0", "q: dict[str, int] = {}", "f = lambda self: 1",
    "@property\ndef f(self) -> Nat: return self.x", "@classmethod\ndef f(cls): return 1",
    "def __init__(self): self.q = 1", "class Inner: pass", "q: Nat | str = 1.5",
)  # fmt: skip


def with_mistake(text: str, chance: Chance) -> tuple[str, str]:
    """The text with one line that must be refused, and what was put in."""
    places, lines = live(ast.parse(text)), text.splitlines()
    able = [f for f, kind in places if kind == "action" and takes_more(f)]
    parameter = "parameter" if able else "line"
    form = chance.one(("line", "line", "line", "line", parameter, "class"))
    if form == "class":
        at = 1 + next(i for i, line in enumerate(lines) if line.startswith("class Node("))
        made = chance.one(IN_CLASS)
        lines[at:at] = indented(made, 4)
    elif form == "parameter":
        made = chance.one(PARAMETERS)
        function = chance.one(able)
        at = function.lineno - 1
        lines[at] = lines[at].removesuffix("):") + f", {made}):"
    else:
        function, kind = chance.one(places)
        made = chance.one([m.text for m in MISTAKES if kind in m.where])
        at = function.body[0].lineno - 1
        lines[at:at] = indented(made, function.body[0].col_offset)
    before, after = ("\n".join(lines) + "\n").split("\n\n\nclass ", 1)
    return f"{before}\n\n{MODULE}\n\nclass {after}", f"{form}: {made}"


def takes_more(function: ast.FunctionDef) -> bool:
    """Whether another parameter can stand at the end, by Python's own rules."""
    return function.args.vararg is None and function.args.kwarg is None


def indented(text: str, by: int) -> list[str]:
    return [" " * by + line for line in text.splitlines()]


def live(tree: ast.Module) -> list[tuple[ast.FunctionDef, str]]:
    """The functions that the specification certainly uses: actions that it has, and its claims."""
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    late = {f.name for f in classes["Late"].body} if "Late" in classes else set()  # type: ignore[attr-defined]
    actions = [
        (f, "action")
        for name in ("Node", "Late")
        for f in (classes[name].body if name in classes else ())
        if isinstance(f, ast.FunctionDef) and not f.decorator_list and not f.returns
        if name == "Late" or f.name not in late
    ]
    spec = next(node for node in tree.body if ast.unparse(node).startswith("SPEC = "))
    said = {node.id for node in ast.walk(spec) if isinstance(node, ast.Name)}
    claims = [(f, "claim") for f in tree.body if isinstance(f, ast.FunctionDef) and f.name in said]
    return [*actions, *claims]
