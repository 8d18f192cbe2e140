"""A specification under comparison: its text, its module, and its exploration by hand."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.language import Model
from raftnb.prove import Lemma, Proof
from raftnb.prove.actions import starts
from raftnb.prove.conditions import Conditions, unbounded
from raftnb.prove.execute import cases
from raftnb.prove.network import check_network
from raftnb.tree import Program
from tests.oracles.by_hand import Explored, explore
from tests.oracles.random_specs import load

LIMIT = 150


@dataclass
class Subject:
    """One specification; `hand` explores it with its history variables."""

    text: str
    directory: Path
    module: Any

    @property
    def spec(self) -> Any:
        """Its Spec."""
        return self.module.SPEC

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
        return self.without(actions - {"lose", "duplicate"}, claims)

    @cached_property
    def provable(self) -> Subject:
        """Moreover without the actions and claims that have no translation to Z3."""
        reduced = self.with_trees
        spec = reduced.spec
        claims = (*spec.invariants, *spec.sometimes, *spec.constraints)
        words = unbounded(Proof(spec, ()))
        lemmas = tuple(map(Lemma, claims)), tuple(map(Lemma, spec.transitions))
        conditions = Conditions(Proof(spec, lemmas[0], goals=lemmas[1]), words)
        later = words.state("'")
        actions = {
            start.action
            for start in starts(words)
            if refused(lambda: list(cases(words, start, conditions.before, frozenset())))  # noqa: B023
        }
        untold = {
            claim.__name__
            for claim in (*claims, *spec.transitions)
            if refused(lambda: conditions.instances(claim, conditions.before, later))  # noqa: B023
            or refused(lambda: check_network(words, (claim,)))  # noqa: B023
        }
        return reduced.without(actions, untold)

    def without(self, actions: set[str], claims: set[str]) -> Subject:
        """The specification without some actions and claims."""
        if not actions and not claims:
            return self
        tree = Without(actions, claims).visit(ast.parse(self.text))
        reduced = ast.unparse(ast.fix_missing_locations(tree))
        return Subject(reduced, self.directory, load(reduced, self.directory, "reduced"))


def refused(lowered: Any) -> bool:
    """Whether a function has no tree, or no translation."""
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

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        node.elts = [e for e in node.elts if named(e) not in self.claims]
        return self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        rows = zip(node.keys, node.values, strict=True)
        kept = [(k, v) for k, v in rows if getattr(k, "value", None) not in self.actions]
        node.keys, node.values = [k for k, _ in kept], [v for _, v in kept]
        return self.generic_visit(node)


def named(item: ast.expr) -> str:
    """The claim that stands in a tuple: its name, or that of a lemma about it."""
    if isinstance(item, ast.Call) and getattr(item.func, "id", "") == "Lemma" and item.args:
        return named(item.args[0])
    return getattr(item, "id", "")
