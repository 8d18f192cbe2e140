"""A specification under comparison: its text, its module, and its exploration by hand."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.language import Model
from raftnb.tree import Program
from tests.oracles.by_hand import Explored, explore
from tests.oracles.random_specs import load

LIMIT = 150


@dataclass
class Subject:
    """One specification; `hand` explores it with its history variables."""

    text: str
    directory: Path
    spec: Any

    @cached_property
    def hand(self) -> Explored:
        """What is reached by hand, up to `LIMIT` states."""
        return explore(self.spec(history=True), LIMIT)

    @cached_property
    def model(self) -> Model:
        """The model with history variables."""
        return self.hand.model

    @cached_property
    def with_trees(self) -> Subject:
        """The specification without the actions and claims that have no tree.

        What one function says must not hide the others, which a prover only takes all together.
        """
        program = Program(self.model)
        actions = {
            name
            for cls in self.model.processes
            for name in cls.actions
            if refused(lambda: program.action(cls, name))  # noqa: B023
        }
        claims = {c.__name__ for c in self.spec.claims if refused(lambda: program.claim(c))}  # noqa: B023
        if not actions and not claims:
            return self
        tree = Without(actions - {"lose", "duplicate"}, claims).visit(ast.parse(self.text))
        reduced = ast.unparse(ast.fix_missing_locations(tree))
        return Subject(reduced, self.directory, load(reduced, self.directory, "reduced").SPEC)


def refused(lowered: Any) -> bool:
    """Whether a function has no tree."""
    try:
        lowered()
    except SpecError:
        return True
    return False


class Without(ast.NodeTransformer):
    """Takes actions out of the classes, and claims out of the lists of the Spec."""

    def __init__(self, actions: set[str], claims: set[str]) -> None:
        self.actions, self.claims = actions, claims

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        node.body = [s for s in node.body if not self.goes(s)] or [ast.Pass()]
        return node

    def goes(self, statement: ast.stmt) -> bool:
        if isinstance(statement, ast.FunctionDef):
            return statement.name in self.actions
        names = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
        return isinstance(statement, ast.Assign) and "cycle" in names and bool(names & self.actions)

    def visit_keyword(self, node: ast.keyword) -> ast.keyword:
        if isinstance(node.value, ast.Tuple):
            kept = [e for e in node.value.elts if getattr(e, "id", "") not in self.claims]
            node.value = ast.Tuple(kept, ast.Load())
        return node
