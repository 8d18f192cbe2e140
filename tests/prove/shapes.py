"""Small specifications with the verdicts that are right, for tests of every engine.

`shapes.txt` has them one after the other. What stands behind a name is what exploration says, and
what a proof says whose invariant is all that is claimed.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

HEADER = """\
from __future__ import annotations
from enum import Enum, IntEnum
from typing import Literal
from raftnb.language import *
from raftnb.prove import Lemma, Proof
"""
FILE = Path(__file__).with_name("shapes.txt")


class Shape(NamedTuple):
    """A specification's name and text, and what is to come of it."""

    name: str
    explored: str
    proved: str
    text: str


def shapes() -> list[Shape]:
    """All of them."""
    parts = re.split(r"^#### (.*): (\w+), (\w+)$", FILE.read_text(), flags=re.M)[1:]
    return [Shape(*parts[at : at + 4]) for at in range(0, len(parts), 4)]


def module_of(shape: Shape, folder: Path) -> Any:
    """The module that a shape's text is."""
    name = "shape_" + re.sub(r"\W+", "_", shape.name)
    path = folder / f"{name}.py"
    path.write_text(HEADER + shape.text)
    found = importlib.util.spec_from_file_location(name, path)
    assert found is not None
    assert found.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
