"""Writes random expressions of a wanted type; `gives` registers the productions of the grammar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.oracles.random_types import (
    BOOL,
    INT,
    NAT,
    Chance,
    Ty,
    Variable,
    Vocabulary,
    fits,
    literal,
)

DOMAINS = (
    "range from to", "range with a step", "a written tuple", "an enum", "map", "in_flight",
)  # fmt: skip
POOL = ("x", "y", "i", "k", "n", "p", "t", "self", "m")


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: the names it can see, whose method it is, what it is part of.

    `mode` is "action", "operator", "claim", or "step" (a claim about steps, where `after` works).
    """

    names: tuple[tuple[str, Ty], ...] = ()
    me: str = ""
    mode: str = "action"

    def having(self, *more: tuple[str, Ty]) -> Scope:
        new = dict(more)
        return replace(self, names=(*((n, t) for n, t in self.names if n not in new), *more))

    def type_of(self, name: str) -> Ty | None:
        return dict(self.names).get(name)


Make = Callable[["Writer", Scope, Ty, int], "str | None"]


@dataclass(frozen=True)
class Production:
    """One way to make an expression; `kinds` are the kinds of type that it can give."""

    name: str
    kinds: frozenset[str]
    make: Make
    common: bool


PRODUCTIONS: list[Production] = []
ANY = "bool int nat text enum member option seq set map record union"


def gives(kinds: str, name: str, *, common: bool = False) -> Callable[[Make], Make]:
    """Register a production; the `common` ones are part of every specification."""

    def keep(make: Make) -> Make:
        PRODUCTIONS.append(Production(name, frozenset(kinds.split()), make, common))
        return make

    return keep


class Writer:
    """Writes expressions with the productions that are switched on for one specification."""

    def __init__(self, chance: Chance, words: Vocabulary, share: float) -> None:
        self.chance, self.words = chance, words
        self.on = [p for p in PRODUCTIONS if p.common or chance.yes(share)]
        self.domains = frozenset(chance.some(DOMAINS, share)) | {"members", "range", "set", "seq"}
        self.partial = chance.yes(min(0.4, 2 * share))
        self.shadows = chance.yes(min(0.4, 2 * share))

    def expr(self, want: Ty, scope: Scope, depth: int) -> str:
        """An expression of a type."""
        if depth > 0 and self.chance.yes(0.8):
            able = [p for p in self.on if want.kind in p.kinds]
            for production in self.chance.sample(able, min(4, len(able))):
                text = production.make(self, scope, want, depth - 1)
                if text is not None:
                    self.chance.made[production.name] += 1
                    return text
        return self.leaf(want, scope)

    def leaf(self, want: Ty, scope: Scope) -> str:
        """A name, a variable, or a constant."""
        found = self.names(want, scope)
        if found and self.chance.yes(0.5):
            return self.chance.one(found)
        if (read := self.read(want, scope)) and self.chance.yes(0.85):
            return read
        if found and self.chance.yes(0.6):
            return self.chance.one(found)
        return literal(self.chance, self.words, want) or self.member(want, scope) or "None"

    def names(self, want: Ty, scope: Scope) -> list[str]:
        return [name for name, type_ in scope.names if fits(type_, want)]

    def member(self, want: Ty, scope: Scope) -> str | None:
        """A member of a domain or process class, without a variable of its type."""
        inner = want.args[0] if want.kind in ("option", "union") else want
        if inner.kind == "record":
            fields = self.words.records[inner.cls]
            return f"{inner.cls}({', '.join(self.leaf(t, scope) for _, t in fields)})"
        if inner.kind != "member":
            return None
        if found := self.names(inner, scope):
            return self.chance.one(found)
        if scope.mode == "action":
            return f"either(*{inner.cls})"
        return f"tuple({inner.cls})[0]"

    def variables(self, want: Ty) -> list[Variable]:
        return [v for v in self.words.variables if fits(v.type, want)]

    def read(self, want: Ty, scope: Scope) -> str | None:
        """A variable of a type."""
        owners = {v: self.owner(v, scope) for v in self.variables(want)}
        able = [(v, owner) for v, owner in owners.items() if owner]
        if not able:
            return None
        variable, owner = self.chance.one(able)
        if scope.mode == "step" and self.chance.yes(0.5):
            self.chance.made["after"] += 1
            owner = f"after({owner})"
        return f"{owner}.{variable.name}"

    def owner(self, variable: Variable, scope: Scope) -> str | None:
        """Text of a process that has a variable, or the class of the shared ones."""
        if not variable.process:
            return variable.owner
        found = self.names(Ty("member", variable.owner), scope)
        if scope.me == variable.owner and self.chance.yes(0.7) and "self" in dict(scope.names):
            return "self"
        return self.chance.one(found) if found else None

    def fresh(self, scope: Scope) -> str:
        """A name for a comprehension, a loop, a local: with shadowing, one that is taken."""
        taken = [name for name, _ in scope.names]
        if self.shadows and taken and self.chance.yes(0.4):
            self.chance.made["shadowed name"] += 1
            return self.chance.one(taken)
        free = [name for name in POOL if name not in taken and name not in ("self", "m")]
        return self.chance.one(free) if free else f"z{len(taken)}"

    def of_kind(self, kind: str) -> list[Ty]:
        """The types of a kind that variables and fields have."""
        types = {v.type for v in self.words.variables}
        return sorted((t for t in types if t.kind == kind), key=str)

    def any_type(self) -> Ty:
        """A type that something in the specification has."""
        return self.chance.one([*{v.type: None for v in self.words.variables}, INT, BOOL])

    def domain(self, scope: Scope, depth: int) -> tuple[str, Ty]:
        """A collection to go through, and the type of its elements."""
        options = [("members", m.cls, m) for m in self.words.members]
        options += [
            ("range", f"range({self.expr(NAT, scope, 0)})", INT),
            ("range from to", f"range({self.chance.one((-1, 0, 1))}, 2)", INT),
            ("range with a step", "range(2, -1, -1)", INT),
            ("a written tuple", f"(0, {self.expr(INT, scope, 0)}, 2)", INT),
            ("an enum", *self.an_enum()),
        ]
        for kind in ("seq", "set", "map"):
            for type_ in self.of_kind(kind) if kind in self.domains else ():
                options.append((kind, self.expr(type_, scope, depth), type_.args[0]))
        if self.words.messages:
            kind = self.chance.one(list(self.words.messages))
            options.append(("in_flight", f"in_flight({kind})", Ty("message", kind)))
        able = [option for option in options if option[0] in self.domains]
        name, text, of = self.chance.one(able)
        self.chance.made[f"over {name}"] += 1
        return text, of

    def an_enum(self) -> tuple[str, Ty]:
        cls = self.chance.one(list(self.words.enums))
        return cls, Ty("enum", cls)

    def generator(self, scope: Scope, depth: int) -> tuple[str, Scope]:
        """`for x in ... if ...`, perhaps twice, and the scope inside."""
        text, of = self.domain(scope, depth - 1)
        name = self.fresh(scope)
        inner = scope.having((name, of))
        head = f"for {name} in {text}"
        if self.chance.yes(0.4):
            self.chance.made["if in a comprehension"] += 1
            head += f" if {self.expr(BOOL, inner, depth - 1)}"
        return head, inner
