"""What the source says of variables: the comments that stand above them in their class."""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache


def about_class(cls: type) -> str:
    """What a class says of itself, in one paragraph; empty if that is nothing."""
    doc = cls.__dict__.get("__doc__") or ""
    return " ".join(inspect.cleandoc(doc).partition("\n\n")[0].split())


def remark(cls: type, variable: str) -> str:
    """The comment above a variable, in the class or the one that it is made from; or nothing."""
    for one in cls.__mro__:
        if variable in vars(one).get("__annotations__", {}):
            return _remarks(one).get(variable, "")
    return ""


@cache
def _remarks(cls: type) -> dict[str, str]:
    try:
        text = textwrap.dedent(inspect.getsource(cls))
        (definition,) = ast.parse(text).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return {}  # what has no source has no comments
    lines, found = text.splitlines(), {}
    for node in getattr(definition, "body", ()):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            first = node.lineno - 1
            while lines[first - 1].lstrip().startswith("#"):
                first -= 1
            above = (line.strip().lstrip("#").strip() for line in lines[first : node.lineno - 1])
            found[node.target.id] = " ".join(above)
    return found
