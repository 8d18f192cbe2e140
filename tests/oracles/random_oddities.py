"""Constructs at the edge of the language, put into random specifications.

They run, most of them; an engine may refuse them, and must agree with plain Python if it does not.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from tests.oracles.random_mistakes import indented, live
from tests.oracles.random_types import Chance

# Module constants, which are values like any other.
CONSTANTS = """\
LIMIT = 2
FLAG = True
WORD = "a"
NOTHING = None
BEST = Color.RED
PAIR = (1, 2)
FEW = frozenset({1, 2})
LOOKUP = Map({1: True, 2: False})
DEEP = ((1, 2), (3,))


def again(n: int) -> int:
    return 0 if n <= 0 else again(n - 1)


def maybe(n: int) -> int | None:
    if n > 0:
        return n


def never(n: int) -> int:
    if n > 5:
        return n


def loops(n: int) -> int:
    a = 0
    for v in PAIR:
        a += v
    return a + n


def sign(n: int) -> int:
    if n > 0:
        return 1
    a = -n
    return a


def wide(n: Literal["a", "b", "c"] | None) -> bool:
    return n == "a"
"""

# Values in terms of a process `q`.
VALUES = (
    "LIMIT", "FLAG", "WORD", "NOTHING", "BEST", "PAIR", "FEW", "LOOKUP", "DEEP", "PAIR[0]",
    "PAIR + (q.x,)", "FEW | {q.x}", "LOOKUP.get(q.x, FLAG)", "LOOKUP | {q.x: FLAG}", "DEEP[0]",
    "LOOKUP[1]", "PAIR[q.x % 2]", "len(FEW)", "max(PAIR)", "sum(FEW)", "WORD == 'a'",
    "LIMIT + q.x", "()[0]", "Map()[0]", "() + (q.x,)", "(q.x,) + ()", "frozenset() | {q.x}",
    "Map() | {q.x: True}", "frozenset() & {q.x}", "() + ()", "Map() | Map()",
    "frozenset() - frozenset()", "(1,)[0:1]", "q.x[0]", "q.x[1:]", "q[0]", "(q, q)",
    "((q.x,), ())", "(None,)", "(None, q.x)", "(q.x, True)", "('a', q.x)", "(Color.RED, None)",
    "Map({None: 1})", "Map({True: 1})", "Map({q: q.x})", "Map({q: q.x})[q]", "Map({(1, 2): True})",
    "Map({1: 1, True: 2})", "{1, True}", "frozenset({q})", "frozenset({(1, 2)})",
    "frozenset({frozenset()})", "frozenset({None, q})", "(1 if q.x else 2)",
    "(q.x if FLAG else None)", "('a' if q.x == 1 else 1)", "(() if FLAG else (1,))",
    "(q if q.x == 1 else None)", "(Color.RED if q.x == 0 else None)",
    "(None if FLAG else NOTHING)", "min(1, True)", "max(q.x)", "max()", "min((1, 2), (3,))",
    "max(PAIR, key=abs)", "min(PAIR, default=0)", "min(DEEP)", "max(len(v) for v in DEEP)",
    "min(())", "min((), default=1)", "max(FEW, LIMIT)", "abs(-q.x)", "abs(True)", "abs(q)",
    "-True", "q.x & 1", "q.x // 0", "q.x % 0", "1 // q.x", "-q.x // 2", "-q.x % 3", "int(True)",
    "int('1')", "int(q.x)", "int()", "str(q.x)", "bool(q.x)", "bool()", "bool(PAIR)", "bool(q)",
    "len(WORD)", "len(q.x)", "len(range(q.x))", "len(Color)", "len()", "len(Node)", "tuple()",
    "tuple(PAIR)", "tuple(range(q.x))", "tuple(range(2, 0, -1))", "tuple(range(0, 4, 2))",
    "tuple(Color)", "tuple(WORD)", "tuple(LOOKUP)", "frozenset(Color)", "frozenset(WORD)",
    "frozenset(LOOKUP)", "frozenset(range(q.x))", "frozenset(PAIR)", "frozenset(1)",
    "tuple(sorted(FEW))", "tuple(sorted(PAIR, reverse=True))", "tuple(reversed(PAIR))",
    "tuple(LOOKUP.keys())", "tuple(LOOKUP.values())", "tuple(LOOKUP.items())", "LOOKUP.get(1)",
    "LOOKUP.get(3)", "LOOKUP.get()", "LOOKUP.get(1, 2, 3)", "LOOKUP.get(key=1)", "PAIR.count(1)",
    "PAIR.index(2)", "PAIR.index(5)", "FEW.union({3})", "FEW.issubset({1, 2, 3})",
    "FEW.difference(FEW)", "WORD.upper()", "WORD + WORD", "WORD * 2", "WORD[0]", "PAIR * 2",
    "2 * PAIR", "PAIR[::2]", "PAIR[::-1]", "PAIR[-1]", "PAIR[True]", "PAIR[5]", "PAIR[q.x]",
    "PAIR[-q.x]", "PAIR[0:q.x]", "PAIR[q.x:]", "PAIR[:-1]", "PAIR[-1:]",
    "tuple(v for v in PAIR if v > 1)", "tuple(v for v in PAIR for w in PAIR)",
    "tuple(PAIR[i] for i in range(2))", "tuple(PAIR[i] for i in range(1, 2))",
    "tuple(i for i in range(q.x))", "tuple((i, v) for i, v in enumerate(PAIR))",
    "tuple(v for i, v in enumerate(PAIR, 1))", "tuple(a + b for a, b in zip(PAIR, PAIR))",
    "tuple(a for a, b in DEEP)", "tuple(k for k in LOOKUP)",
    "frozenset(v for v in PAIR if v != q.x)", "frozenset(v + w for v in PAIR for w in FEW)",
    "frozenset(v for row in DEEP for v in row)", "frozenset(n for n in Node if n.x == q.x)",
    "frozenset(n.x for n in Node)", "frozenset(c for c in Color)", "Map({v: v + 1 for v in PAIR})",
    "Map({v + 1: v for v in PAIR})", "Map({n: n.x for n in Node})", "Map({n.x: n for n in Node})",
    "Map({c: 0 for c in Color})", "Map((v, v) for v in PAIR)",
    "Map({k: not v for k, v in LOOKUP.items()})", "Map({v: k for k, v in LOOKUP.items()})",
    "Map({i: v for i, v in enumerate(PAIR)})", "Map(LOOKUP)", "Map(((1, 2), (3, 4)))", "Map(a=1)",
    "Map(1)", "Map({**LOOKUP, 3: True})", "sum(v for v in PAIR)",
    "sum(1 for n in Node if n.x == 0)", "sum(PAIR, start=1)", "sum(True for v in PAIR)",
    "sum(len(v) for v in DEEP)", "sum(())", "sum(DEEP, ())", "sum(LOOKUP.values())",
    "any(LOOKUP.values())", "all(LOOKUP)", "any(PAIR)", "all(())", "any(v for v in PAIR)",
    "all(v == 1 for v in ())", "any(v > w for v in PAIR for w in PAIR if v != w)",
    "all(v in FEW for v in PAIR)", "any(r == (1, 2) for r in DEEP)",
    "any(a > b for a, b in zip(PAIR, PAIR))", "all(i < 2 for i, v in enumerate(PAIR))",
    "q is None", "q == None", "FLAG is True", "NOTHING is None", "BEST is Color.RED",
    "BEST is not Color.BLUE", "BEST == 'red'", "q.x == True", "FLAG == 1", "WORD == 1",
    "PAIR == FEW", "PAIR == (1, 2, 3)", "() == PAIR", "FEW == frozenset()", "LOOKUP == Map()",
    "q == q.x", "q.x in PAIR", "q in FEW", "q in Node", "Color.RED in Color", "'red' in Color",
    "WORD in 'abc'", "1 in q.x", "q.x in LOOKUP", "(1, 2) in DEEP", "PAIR in DEEP", "True in PAIR",
    "None in PAIR", "q.x in range(2)", "q.x not in range(1, q.x)", "q.x in {1, 2}",
    "q.x in (0, None)", "q.x in ()", "q.x in {**LOOKUP}", "1 < 2 < q.x", "1 < q.x in PAIR",
    "q.x == 1 == FLAG", "PAIR < (1, 3)", "PAIR < DEEP[1]", "FEW < {1, 2, 3}", "FEW <= FEW",
    "WORD < 'b'", "BEST < BEST", "q < q", "FLAG < FLAG", "LOOKUP < LOOKUP", "None < 1",
    "PAIR >= ()", "not PAIR", "not q.x", "not q", "PAIR and FEW", "q.x or 1",
    "FLAG and q.x == 1 or FLAG", "FLAG or 1", "isinstance(q, Node)", "isinstance(q.x, int)",
    "isinstance(BEST, Color)", "isinstance(q)", "isinstance(PAIR, tuple)", "Color.RED.name",
    "Color.RED.value", "Color('red')", "BEST.value == 'red'", "q.name", "q.index", "q.index + 1",
    "(*PAIR, q.x)", "(q.x, *PAIR, *DEEP[0])", "(*FEW,)", "{*FEW, q.x} == FEW", "(*PAIR,) == PAIR",
    "after(q)", "after(q).x", "after(q.x)", "super()", "either(1, 2)", "either()", "either(*PAIR)",
    "either(*Node)", "either(*())", "either(1, *PAIR)", "either(*range(q.x))", "either(*Color)",
    "either(*(n for n in Node if n.x < 2))", "either(*(v + 1 for v in PAIR))",
    "either(*LOOKUP)", "when(FLAG)", "Shared.u", "Entry(1, None)", "Entry(n=1, who=q)",
    "Entry(True, None)", "Entry(1, None).n", "Entry(1, None).who", "Entry(1, q).who.x",
    "Entry(1, None) == Entry(1, q)", "Entry(1, None) in (Entry(1, q),)", "Record()",
    "isinstance(Entry(1, None), Entry)", "Left(1)", "Left(1) == Base(1)", "Left(1) == Right(1)",
    "isinstance(Left(1), Base)", "isinstance(Left(1), (Left, Right))", "(Left(1), Base(1))",
    "(Left(1) if FLAG else Base(1)).n", "Map({1: Left(1)})", "frozenset({Left(1), Base(1)})",
    "len(in_flight(Ping))", "in_flight(Ping) == ()", "any(m.n == q.x for m in in_flight(Ping))",
    "any(m.source == q for m in in_flight(Ping))", "in_flight(Message)",
    "all(isinstance(m, Pong) for m in in_flight(Ping))", "sum(1 for m in in_flight(Ping))",
    "any(m == Ping(n=1) for m in in_flight(Ping))", "Ping(n=1)", "Message()",
    "tuple(m.n for m in in_flight(Ping))", "Ping(n=1).source",
    "frozenset(m.n for m in in_flight(Ping))", "Ping(n=1).n", "Word(who=q, c=BEST).who",
    "frozenset(m.source for m in in_flight(Ping))", "frozenset(m for m in in_flight(Ping))",
    "maybe(q.x)", "maybe(q.x) is None", "maybe(q.x) + 1", "never(q.x)", "loops(q.x)", "sign(q.x)",
    "sum(1 for v in PAIR if sign(v) == 1)", "any(sign(v - q.x) == 1 for v in PAIR)", "wide('a')",
    "wide(None)", "wide(WORD)", "wide('a' if q.x == 0 else 'c')", "sign(n=q.x)",
    "(Left(1) if q.x == 0 else Left(2)).n", "(Left(1) if q.x == 0 else Base(2)) == Left(1)",
    "((q.x,) if q.x == 1 else ()) == ()", "len((1, 2) if q.x == 1 else (1,))",
    "len({q.x} if q.x == 1 else {1, 2}) == 2", "2 * len(Node) > len({q} if q.x == 1 else {*Node})",
    "(Entry(1, q) if q.x == 1 else None) is None",
    "isinstance(Left(1) if q.x == 0 else None, Left)",
    "isinstance(Left(1) if q.x == 0 else Base(1), Left)",
    "(Map({q: 1}) if q.x == 1 else Map())[q]", "q.x in (Map({1: 1}) if q.x == 1 else Map())",
    "(1 if q.x == 0 else 'a') == 1", "(1 if q.x == 0 else None) in (1, 2)",
    "(1 if q.x == 0 else None) in FEW", "1 in ()", "((1, 'a') if q.x == 0 else (2, 'b'))[0]",
    "(() if q.x == 0 else (q,)) == (q,)", "(None if q.x == 0 else q) == None",
    "None == (None if q.x == 0 else q)", "() == ((q.x,))",
    "(Left(1) if q.x == 0 else Entry(1, q)).n", "(PAIR if q.x == 0 else FEW) == PAIR",
    "(Map({1: 1}) if q.x == 0 else Map({2: None})) == Map()", "(FEW if q.x == 0 else {q}) == FEW",
    "(FLAG if q.x == 0 else 1) == 1", "tuple(v for v in (PAIR if q.x == 0 else ()) if v > 1)",
    "frozenset({1, 2} if q.x == 0 else ())", "(q.x, q.x) <= (1, 1)", "(q.x, 1) < (1, q.x)",
    "(q.x, q.x) >= (1,)", "(q.x, True) <= (1, False)", "tuple(reversed(range(q.x)))",
    "all(m.n >= 0 for m in in_flight(Ping)) or q.x == 0",
    "not any(m.n > 2 for m in in_flight(Ping))",
    "any(m.n == n.x for m in in_flight(Ping) for n in Node)", "q.x == 0 or in_flight(Ping) == ()",
    "any(isinstance(m, Word) for m in in_flight(Ping))",
    "all(m.who is None for m in in_flight(Word))", "-7 // 2 == q.x", "-7 % 3 == q.x",
    "7 % -3 == q.x", "7 // -2 == q.x", "q.x % -2", "(-q.x) // -2", "q.total[q]",
    "q.total == Map()", "q.total[q] in FEW", "len(q.total)", "q.left == Left(1)",
    "isinstance(q.left, Left)", "q.left.n", "isinstance(q.maybe, Entry)", "q.maybe.n",
    "q.maybe == None", "q.word == 'a'", "q.word == WORD",
    "q.pc == 'do0'", "q.pc",
)  # fmt: skip
LINES = (
    "a = b = 1", "a, b = 1, 2", "a, b = PAIR", "a, b = 1, 2, 3", "a: int", "a: Nat = 1",
    "a: Nat = -1", "a: bool = 1", "a = 1; a = 'a'", "a = 1; a += 1", "a = (); a += (self.x,)",
    "a = None; a = self", "self.x += True", "self.x = True", "self.x = 'a'", "self.x = None",
    "self.x = -1", "self.x = PAIR", "self.x = self", "self.x, self.x = 1, 2", "self.x: Nat = 1",
    "self = self", "Node = 1", "self.do0()", "either(1, 2)", "when(1)",
    "when(self.x)", "when(PAIR)", "return", "pass", "if self.x: pass", "if PAIR: pass",
    "if FLAG: a = 1\nself.x = a", "if not FLAG: a = 1\nself.x = a", "if FLAG: return",
    "if FLAG: a = 1\nelse: a = 'a'",
    "if FLAG: a = 1\nelse: a = None\nif a is not None: self.x = a",
    "for i in PAIR: a = i\nself.x = a", "for i in (): a = i\nself.x = a",
    "for i in range(self.x): self.x = i",
    "for i in range(3):\n    if i == self.x: return\nself.x = 0", "for n in Node: n.x = 0",
    "for n in Node:\n    if n.x == 1: n.x = 0", "for i, v in enumerate(PAIR): self.x = v",
    "for k, v in LOOKUP.items(): self.x = k", "for v in DEEP: self.x = len(v)",
    "for a, b in DEEP: self.x = a", "for i in self.x: pass", "for c in Color: a = c",
    "for i in PAIR: PAIR = ()", "for i in PAIR: i = 1",
    "a = 0\nfor n in Node: a += n.x\nself.x = min(a, 2)",
    "a = True\nfor n in Node: a = a and n.x == 0\nif a: self.x = 1",
    "a = None\nfor n in Node: a = n\na.x = 0", "a = 0\nfor v in PAIR: a += v\nself.x = min(2, a)",
    "a = 0\nfor v in PAIR:\n    for w in PAIR: a += w\nself.x = a % 3",
    "n = either(*Node)\nn.x = 0", "a = either(*PAIR)\nself.x = a", "a = either(*())\nself.x = a",
    "a = tuple(Node)[0]\na.x = 1", "self.x = either(0, 1) + either(0, 1)",
    "if either(True, False): self.x = 0", "self.x = 1 if either(True, False) else 0", "a = {1}",
    "a = {1: 2}", "a = self\na.x = 0", "send(Ping(n=1), to=self)", "send(Ping(n=1), to=None)",
    "send(1, to=self)", "send(Ping(n=1, source=self), to=self)", "send(Ping(n=-1), to=self)",
    "send(Ping(n=True), to=self)", "for n in Node: send(Ping(n=n.x), to=n)",
    "for m in in_flight(Ping): discard(m)", "discard(Ping(n=1))", "discard(1)",
    "reply(Ping(n=1), Ping(n=1))", "send(Ping(n=1), to=either(*Node))",
    "send(either(Ping(n=0), Ping(n=1)), to=self)", "m = Ping(n=1)\nsend(m, to=self)",
    "send(Pong(n=1) if FLAG else Ping(n=1), to=self)",
    "for i in range(2): send(Ping(n=i), to=self)", "if self.x == 1: send(Ping(n=1), to=self)",
    "send(Message(), to=self)", "a = tuple(in_flight(Ping))\nwhen(a != ())",
    "send(Word(who=None, c=BEST), to=self)", "self.total = Map({n: 0 for n in Node})",
    "self.total = Map()", "self.total |= {self: 1}",
    "self.total = Map({n: 0 for n in Node if n.x == 0})",
    "self.total = self.total | {self: self.x}", "self.left = Left(1) if self.x == 0 else Base(1)",
    "self.left = Left(2)", "self.left = Base(0)", "self.maybe = Entry(self.x, self)",
    "self.maybe = None", "self.maybe = either(None, Entry(1, None))",
    "self.word = 'b'", "self.word = WORD",
    "self.word = 'c'", "self.pc = 'do0'", "for n in Node: n.pc = 'do0'", "self.x = sign(self.x)",
    "self.x = maybe(self.x)", "self.ghost = self.x", "self.ghost = (self.ghost + (self.x,))[-2:]",
    "self.x = len(self.ghost)", "self.x = loops(self.x) % 3", "if sign(self.x) == 1: self.x = 0",
    "self.x = 1 if sign(self.x) == 1 and self.x > 0 else 0",
    "for n in Node:\n    if n.x == self.x: send(Ping(n=1), to=n)",
    "for m in in_flight(Ping): self.x = m.n", "for n in Node: n.total |= {self: 1}",
    "when(any(m.n == self.x for m in in_flight(Ping)))",
    "when(all(m.n == self.x for m in in_flight(Ping)))", "for i in range(2): either(0, 1)",
    "for c in (Color.RED, Color.BLUE): a = c", "for i in (1, 2): self.x = i",
)  # fmt: skip


WHOLE = """\
{header}

class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Entry(Record):
    n: int
    who: Node | None


class Base(Record):
    n: Nat


class Left(Base):
    pass


class Right(Base):
    pass


class Ping(Message):
    n: Nat


class Pong(Ping):
    pass


class Word(Message):
    who: Node | None
    c: Color


class Shared(Globals):
    u: Nat = 0


class Node(Process, number="nodes"):
    x: Nat = 0
    total: Map[Node, Nat] = each(0)
    left: Base = Base(1)
    maybe: Entry | None = None
    word: Literal["a", "b"] = "a"
    ghost: Seq[Nat] = history(())

    def do0(self):
        when(self.x < 2)
        self.x += 1
        send(Ping(n=self.x), to=self)

    def do1(self):
        self.x = 0

    order = cycle(do0, do1)

    def onPing(self, m: Ping):
        discard(m)
        Shared.u = m.n


def small() -> bool:
    return Shared.u <= 2 and all(-2 <= n.x <= 2 for n in Node)


SPEC = Spec(
    name="made",
    processes=(Node,),
    shared=(Shared,),
    delivery=Delivery(loses=False, duplicates=True, reorders=True),
    distinct_messages="most",
    constants={{"nodes": 2, "most": 1}},
    constraints=(small,),
)


PROOF = Proof(
    SPEC,
    invariant=(),
)
"""


CLAIMS = ("{v}", "{v} == {again}", "{v} != 1", "({v}) in (1, None)", "not ({v})")


def operand(value: str) -> str:
    """A value as what stands to the right of an operator: Python has no `a == not b`."""
    return f"({value})" if value.startswith("not ") else value


def with_oddities(text: str, chance: Chance) -> str:
    """The text with some constructs at the edge of the language, in lines and in claims."""
    known = words_of(text + CONSTANTS) & set(re.findall(r"\b[A-Z]\w*", text + CONSTANTS))
    values, lines = able(VALUES, known), able(LINES, known)
    said = [value for value in values if not value.startswith(("either(", "when("))]
    lines = chance.sample([*lines, *assigned(values)], chance.one((0, 1, 1, 2)))
    return put_in(text, lines, chance.sample(said, chance.one((0, 1, 2, 3))), chance)


def systematic(header: str) -> list[str]:
    """Texts with all of them: some claims, and a line in each of two actions."""
    values = [value for value in VALUES if not value.startswith(("either(", "when("))]
    lines = [*LINES, *assigned(VALUES)]
    chance, whole = Chance(0), WHOLE.format(header=header)
    found = []
    for i in range(0, len(lines), 2):
        mine = [values[at % len(values)] for at in range(2 * i, 2 * i + 4)] if i < 160 else []
        found.append(put_in(whole, lines[i : i + 2], mine, chance))
    return found


def put_in(text: str, odd: Sequence[str], values: Sequence[str], chance: Chance) -> str:
    """A text with lines in actions, and claims about values of each process."""
    rows = text.splitlines()
    functions = [f for f, kind in live(ast.parse(text)) if kind == "action"]
    chosen = sorted(chance.sample(functions, min(len(odd), len(functions))), key=by_line)
    for function, line in zip(reversed(chosen), odd, strict=False):
        at, first = function.body[0].lineno - 1, function.body[0].col_offset
        rows[at:at] = indented(re.sub(r"\bq\b", "self", line), first)
    at = rows.index("SPEC = Spec(")
    claims, names = [], []
    for i, value in enumerate(values):
        more = ", most: int" if '"most"' in text and chance.yes(0.3) else ""
        form = chance.one(CLAIMS)
        claims += [
            f"def odd{i}(q: Node{more}) -> bool:",
            f"    return {form.format(v=value, again=operand(value))}",
            "",
            "",
        ]
        names.append(f"odd{i}")
    steps = any("after(" in value for value in values)
    group = "transitions" if steps else chance.one(("invariants", "invariants", "transitions"))
    named = [i for i, row in enumerate(rows) if row.startswith(f"    {group}=(")]
    if names and named:
        rows[named[0]] = rows[named[0]].replace("=(", f"=({', '.join(names)}, ", 1)
    elif names:
        rows.insert(at + 1, f"    {group}=({', '.join(names)},),")
    rows[at:at] = claims
    before, after = ("\n".join(rows) + "\n").split("\n\n\nclass Color(Enum):", 1)
    first, rest = after.split("\n\n\n", 1)
    return f"{before}\n\n\nclass Color(Enum):{first}\n\n\n{CONSTANTS}\n\n{rest}"


def assigned(values: Sequence[str]) -> list[str]:
    """Lines that give values to a name; `after` has no place in an action."""
    return [f"a = {value}" for value in values if "after(" not in value]


def by_line(function: ast.FunctionDef) -> int:
    return function.lineno


def words_of(text: str) -> set[str]:
    """The classes that a construct names, and the variables of `WHOLE`."""
    return set(re.findall(r"\b[A-Z]\w*|(?<=\.)(?:total|left|maybe|word|ghost|pc)\b", text))


def able(texts: Sequence[str], known: set[str]) -> list[str]:
    """Those that name only what there is."""
    return [text for text in texts if words_of(text) <= known]
