"""Differences written as a file of tests that runs alone: it imports what it needs."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from raftnb.data.errors import UsageError
from raftnb.data.values import show
from raftnb.drive.adapter import Adapter
from raftnb.drive.play import Difference
from raftnb.drive.scene import Input
from raftnb.language.spec import Model, Spec

HEAD = '''"""{title}

Each test plays a short scene with both, and fails as long as they differ in it.
Written by raftnb.drive; it runs alone, with pytest or by itself.
"""

{imports}

MODEL = {model}
ADAPTER = {adapter}
'''
TEST = """

def test_{name}() -> None:
    # {told}
    answer = replay(
        MODEL,
        ADAPTER,
        (
{rows}
        ),
    )
    assert answer.verdict is Verdict.HOLDS, answer
"""
TAIL = """

if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            try:
                test()
                print(name, "holds")
            except AssertionError as error:
                print(name, error, sep="\\n")
"""


def as_test(model: Model, adapter: Adapter, differences: tuple[Difference, ...]) -> str:
    """The text of a file with one test for each difference.

    Raises `UsageError` for a specification or an adapter that cannot be imported from a file.
    """
    if not differences:
        raise UsageError(
            "no difference to be written as a test",
            allowed="an answer that is *violated*",
            cure="make more walks, or longer ones",
        )
    (module, name), kind = where_is(model.spec), type(adapter)
    if kind.__module__ == "__main__":
        raise _nameless(f"the adapter `{kind.__name__}`")
    imports = {f"from {kind.__module__} import {kind.__name__}", f"from {module} import {name}"}
    own = ["from raftnb import Verdict", "from raftnb.drive import replay"]
    head = HEAD.format(
        title=f"{adapter!r} beside the specification `{model.spec.name}`: what differs.",
        imports="\n".join([*_paths(kind.__module__, module), *own, *sorted(imports)]),
        model=f"{name}({_constants(model)})",
        adapter=repr(adapter),
    )
    return head + "".join(_test(one, n) for n, one in enumerate(differences, start=1)) + TAIL


def _test(one: Difference, number: int) -> str:
    name = re.sub(r"\W+", "_", one.name).strip("_").lower()
    rows = [_row(given, words) for given, words in zip(one.scene, one.words, strict=True)]
    told = " ".join(str(one.mismatches[0]).split())
    return TEST.format(name=f"{name}_{number}", told=told, rows="\n".join(rows))


def _row(given: Input, words: str) -> str:
    return f"            {given.as_tuple()!r},  # {words.partition(': ')[2]}"


def _constants(model: Model) -> str:
    default = model.spec.all_constants
    changed = {name: value for name, value in model.constants.items() if value != default[name]}
    words = [f"{name}={show(value)}" for name, value in changed.items()]
    return ", ".join(words + (["history=True"] if model.history else []))


def where_is(spec: Spec) -> tuple[str, str]:
    """The module and the name under which a specification can be imported."""
    homes = [cls.__module__ for cls in reversed(spec.classes)]
    others = sorted(sys.modules, key=lambda name: (name.count("."), name))
    for module in (name for name in [*homes, *others] if name != "__main__"):
        for name, value in list(vars(sys.modules.get(module, sys)).items()):
            if value is spec:
                return module, name
    raise _nameless(f"the specification `{spec.name}`")


def _nameless(what: str) -> UsageError:
    return UsageError(
        f"{what}, which no file defines under a name",
        place="writing a test",
        allowed="specifications and adapters that can be imported",
        cure="put it into a file of its own, and import it",
    )


def _paths(*modules: str) -> list[str]:
    """Lines that let modules be imported that stand in no package."""
    known: dict[str, Any] = {name: sys.modules.get(name) for name in modules if "." not in name}
    files = [Path(m.__file__) for m in known.values() if getattr(m, "__file__", None)]
    folders = sorted({str(file.parent) for file in files if "site-packages" not in file.parts})
    added = [f"sys.path.append({one!r})" for one in folders]
    return ["import sys", "", *added, ""] if folders else []


__all__ = ["as_test", "where_is"]
