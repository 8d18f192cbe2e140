"""Which lines of a specification ran: of its actions, its claims, and what they call.

The memo runs Python once for each combination of values that an action reads; what is not run again
would take the same lines. So a line that never ran is one that no state reached, as far as the
exploration went. (Compiled code is not seen: ask `check` for `engine="plain"`.)
"""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType, FunctionType
from typing import Any

from raftnb.data.places import where
from raftnb.explore.given import ASKED, asked
from raftnb.language import source
from raftnb.language.claims import as_function
from raftnb.language.spec import Model


@dataclass(frozen=True)
class Line:
    """The first line of a statement, and whether the statement ran."""

    number: int
    text: str
    ran: bool


@dataclass(frozen=True)
class Listing:
    """A function of a specification with its statements."""

    file: str
    name: str
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        rows = [f"{line.number:>5} {'+' if line.ran else '-'} {line.text}" for line in self.lines]
        return "\n".join([f"{self.name} in {self.file}", *rows])


class LinesRun:
    """Notes, as a context manager, which lines of a model's functions run: `listings` of them."""

    def __init__(self, model: Model) -> None:
        self._functions = list(functions_of(model))
        self._files = {function.__code__.co_filename for function in self._functions}
        self._ran: set[tuple[str, int]] = set()
        self._before: Any = None

    def __enter__(self) -> LinesRun:
        self._before = sys.gettrace()
        sys.settrace(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _called(self, frame: FrameType, event: str, argument: Any) -> Any:
        return self._noted if frame.f_code.co_filename in self._files else None

    def _noted(self, frame: FrameType, event: str, argument: Any) -> Any:
        self._ran.add((frame.f_code.co_filename, frame.f_lineno))
        return self._noted

    @property
    def listings(self) -> tuple[Listing, ...]:
        """The functions in the order of their files and lines."""
        return tuple(map(self._listing, self._functions))

    def _listing(self, function: FunctionType) -> Listing:
        file = function.__code__.co_filename
        lines = (
            Line(
                first,
                linecache.getline(file, first).rstrip(),
                any((file, number) in self._ran for number in range(first, last + 1)),
            )
            for first, last in sorted(statements(source.parse(function)))
        )
        return Listing(where(file), function.__qualname__, tuple(lines))

    @property
    def never(self) -> int:
        """How many statements never ran."""
        return sum(not line.ran for listing in self.listings for line in listing.lines)

    def as_json(self) -> list[dict[str, Any]]:
        """The listings as plain JSON data."""
        return [
            {"file": f.file, "name": f.name, "lines": [vars(line) for line in f.lines]}
            for f in self.listings
        ]

    def __str__(self) -> str:
        listings = self.listings
        many = sum(len(listing.lines) for listing in listings)
        head = f"statements that never ran: {self.never} of {many}"
        return "\n\n".join([head, *map(str, listings)])


def functions_of(model: Model) -> Iterator[FunctionType]:
    """The actions and claims of a model, and what they call, as they stand in their files."""
    spec = model.spec
    roots = [action.function for cls in model.processes for action in cls.actions.values()]
    bounds = (*spec.constraints, *((spec.final,) if spec.final else ()))
    roots += map(as_function, (*asked(model, *ASKED), *model.checked(bounds)))
    found = {
        function: None
        for root in roots
        for function in source.reached(root, spec.namespace)
        if not source.is_ours(function)
    }
    return iter(sorted(found, key=lambda f: (f.__code__.co_filename, f.__code__.co_firstlineno)))


def statements(function: ast.FunctionDef) -> Iterator[tuple[int, int]]:
    """The lines of each statement, those of its head where it has others within it."""
    for node in ast.walk(function):
        if not isinstance(node, ast.stmt) or node is function or _is_text(node):
            continue
        body = getattr(node, "body", None)
        last = body[0].lineno - 1 if body else node.end_lineno
        yield node.lineno, max(node.lineno, last or node.lineno)


def _is_text(node: ast.stmt) -> bool:
    """Whether a statement is a text alone, a docstring."""
    is_constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_constant and isinstance(node.value.value, str)  # type: ignore[attr-defined]
