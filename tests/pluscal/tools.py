"""Tools that are not ours: a parser of TLA+, and TLC where there is one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tree_sitter
import tree_sitter_tlaplus

from raftnb.data.trace import Trace
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.pluscal.module import Printed

JAR = os.environ.get("TLA2TOOLS_JAR", "")
needs_tlc = pytest.mark.skipif(
    not (JAR and Path(JAR).is_file() and shutil.which("java")),
    reason="TLA2TOOLS_JAR does not name a tla2tools.jar, or there is no java",
)


def mistakes(text: str) -> list[str]:
    """What tree-sitter's grammar of TLA+ and PlusCal cannot parse, and what is defined twice."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the grammar hands over a number
        language = tree_sitter.Language(tree_sitter_tlaplus.language())
    tree = tree_sitter.Parser(language).parse(text.encode())
    wrong = [f"line {n.start_point[0] + 1}: {n.type}" for n in _wrong(tree.root_node)]
    return [*wrong, *_defined_twice(tree.root_node, frozenset())]


def _defined_twice(node: Any, around: frozenset[str]) -> Iterator[str]:
    """What a LET defines within another LET that defines it, which TLA+ does not allow."""
    if node.type == "let_in":
        made = [one for one in node.children if one.type == "operator_definition"]
        names = [one.child_by_field_name("name").text.decode() for one in made]
        for place, name in enumerate(names):
            if name in around or name in names[:place]:
                yield f"line {made[place].start_point[0] + 1}: {name} is defined again"
        around |= set(names)
    for child in node.children:
        yield from _defined_twice(child, around)


def _wrong(node: Any) -> Iterator[Any]:
    if node.type == "ERROR" or node.is_missing:
        yield node
    for child in node.children:
        yield from _wrong(child)


@dataclass(frozen=True)
class Found:
    """What TLC says: its verdict, its counts, the length of its counterexample in steps."""

    violated: bool
    distinct: int
    generated: int
    depth: int | None
    steps: int
    text: str

    @property
    def counts(self) -> tuple[int, int, int | None]:
        """The counts in the order in which this package's tests have them."""
        return self.distinct, self.generated, self.depth


def run(folder: Path, *words: str, long: bool = False) -> str:
    """What a class of the jar prints, run in a folder; for a `long` run more is compiled."""
    options = ["-XX:+UseSerialGC", "-Xmx3g", *([] if long else ["-XX:TieredStopAtLevel=1"])]
    command = ["java", *options, "-cp", JAR, *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def write(folder: Path, printed: Printed) -> None:
    """Put the files of a module into a folder."""
    for name, text in printed.files.items():
        (folder / name).write_text(text, encoding="utf-8")


def tlc(
    folder: Path, printed: Printed, *options: str, config: str = "", long: bool = False
) -> Found:
    """Model-check a module; raises `AssertionError` where TLC does not come to an end."""
    write(folder, printed)
    return model_check(folder, printed.name, *options, config=config, long=long)


def answer(folder: Path, module: str, *options: str, config: str = "", long: bool = False) -> str:
    """All that TLC says of a module that is in a folder."""
    config = config or f"{module}.cfg"
    words = ["-workers", "1", "-noGenerateSpecTE", "-cleanup", "-metadir", str(folder / "states")]
    words += [*options, "-config", config, f"{module}.tla"]
    return run(folder, "tlc2.TLC", *words, long=long)


def model_check(
    folder: Path, module: str, *options: str, config: str = "", long: bool = False
) -> Found:
    """Model-check a module that is in a folder."""
    text = answer(folder, module, *options, config=config, long=long)
    counts = re.search(r"^(\d+) states generated, (\d+) distinct states found", text, re.MULTILINE)
    assert counts is not None, text[-3000:]
    depth = re.search(r"depth of the complete state graph search is (\d+)", text)
    numbers = [int(n) for n in re.findall(r"^State (\d+):", text, re.MULTILINE)]
    good = "No error has been found" in text
    bad = re.search(r"is violated|Deadlock reached|were violated|property .* violated", text)
    assert good or bad, text[-3000:]
    return Found(
        not good, int(counts[2]), int(counts[1]), int(depth[1]) if depth else None,
        max(numbers, default=1) - 1, text,
    )  # fmt: skip


def translated(folder: Path, printed: Printed) -> None:
    """Let PlusCal's translator fill in an algorithm; raises `AssertionError` where it will not."""
    write(folder, printed)
    said = run(folder, "pcal.trans", "-nocfg", f"{printed.name}.tla")
    assert "Translation completed." in said, said


def walk(model: Model, steps: int = 8) -> Trace:
    """A walk that takes the last of the steps that there are, so that much happens."""
    states, taken = [model.initial_states[0]], []
    world = World(model)
    for _ in range(steps):
        ways = [(s, after) for s, after in world.successors(states[-1]) if after not in states]
        if ways:
            taken.append(ways[-1][0])
            states.append(ways[-1][1])
    return Trace(tuple(states), tuple(taken))
