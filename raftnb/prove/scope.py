"""Where an expression stands: the state, the path, what is known there, and what it requires."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.language import source
from raftnb.prove.state import Symbolic, Vocabulary
from raftnb.prove.terms import Value, conj, implies, neg
from raftnb.tree.nodes import Expr, Statement, Type
from raftnb.tree.written import quoted

UNFORESEEN = (AssertionError, AttributeError, LookupError, TypeError, z3.Z3Exception)
"""What Python or Z3 raises where values of a kind meet that nobody thought of: a refusal, too."""


@dataclass(frozen=True)
class Requirement:
    """What must be true for a value to exist: an index in range, a key that is there.

    `bound` are the constants of the quantifiers that it stands under.
    """

    condition: z3.BoolRef
    line: int
    text: str
    bound: tuple[z3.ExprRef, ...] = ()

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


@dataclass(frozen=True)
class Picked:
    """The value of an `either`, where it is `reached`; elsewhere it is of no consequence."""

    reached: z3.BoolRef
    value: Value
    type: Type


@dataclass
class Path:
    """One way through an action: what was decided so far, and what the way requires.

    `tests` are those of the conditions that branches decided, and not guards. `picks`, if given,
    is what is chosen at each `either`.
    """

    script: list[bool]
    picks: list[Picked] | None = None
    decided: list[bool] = field(default_factory=list)
    tests: list[z3.BoolRef] = field(default_factory=list)
    conditions: list[z3.BoolRef] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)
    choices: list[Picked] = field(default_factory=list)

    def decide(self, test: z3.BoolRef) -> bool:
        """Go one way at a branch: as the script says, or first where it is true."""
        simple = z3.simplify(test)
        if z3.is_true(simple) or z3.is_false(simple):
            return bool(z3.is_true(simple))
        at = len(self.decided)
        way = self.script[at] if at < len(self.script) else True
        self.decided.append(way)
        self.tests.append(test if way else neg(test))
        self.conditions.append(self.tests[-1])
        return way


@dataclass(frozen=True)
class Scope:
    """Where an expression stands.

    `path` is set in an action. `needs` collects what must be true for values to exist; without it
    nobody asks. `guards` are what is known where the expression is evaluated, `bound` the constants
    of the quantifiers around it. `function` is the Python function it is written in. `written` are
    the ids of the nodes that make a record which is a part of what a statement writes or sends:
    that statement requires its numbers to be natural.
    """

    words: Vocabulary
    state: Symbolic
    after: Symbolic | None = None
    path: Path | None = None
    needs: list[Requirement] | None = None
    opaque: frozenset[Any] = frozenset()
    function: Any = None
    written: frozenset[int] = frozenset()
    guards: list[z3.BoolRef] = field(default_factory=list)
    bound: list[z3.ExprRef] = field(default_factory=list)

    @contextmanager
    def under(self, *guards: z3.BoolRef, bound: tuple[z3.ExprRef, ...] = ()) -> Iterator[None]:
        """Evaluate where the guards are known, for any value of bound constants."""
        self.guards.extend(guards)
        self.bound.extend(bound)
        try:
            yield
        finally:
            del self.guards[len(self.guards) - len(guards) :]
            del self.bound[len(self.bound) - len(bound) :]

    def require(self, condition: z3.BoolRef, line: int, text: str, *named: Expr) -> None:
        """Note what must be true here for the expression to have a value.

        `text` says it, with `{}` for each expression that it names.
        """
        if self.needs is None or z3.is_true(z3.simplify(condition)):
            return
        decided = self.path.conditions if self.path is not None else ()
        known = conj(*decided, *self.guards)
        text = text.format(*map(quoted, named))
        needed = Requirement(implies(known, condition), line, text, tuple(self.bound))
        self.needs.append(needed)

    def converted(self, value: Value, expr: Expr, want: Type) -> Value:
        """An expression's value as one of another type; an option must not be None there."""
        if expr.type == want:
            return value
        shape = self.words.of(want)
        if self.needs is not None:
            self.require(shape.accepts(value, expr.type), expr.line, "{} is not None", expr)
        return shape.convert(value, expr.type)

    def place(self, line: int) -> str:
        """The file, line and text of a line of the function."""
        if self.function is None:
            return f"line {line}"
        node: Any = SimpleNamespace(lineno=line)
        return source.place(self.function, node)

    def unforeseen(self, node: Expr | Statement, error: Exception) -> SpecError:
        """The error for what the translation trips over, since nobody thought of it."""
        return self.refused(
            node,
            f"something that the translation does not take ({type(error).__name__}: {error})",
            allowed="what docs/syntax.md says is proved",
            cure="say it in another way, and please report it: this should have been foreseen",
        )

    def refused(self, node: Expr | Statement, found: str, allowed: str, cure: str) -> SpecError:
        """The error for what has no translation."""
        return SpecError(found, place=self.place(node.line), allowed=allowed, cure=cure)
