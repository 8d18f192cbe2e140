"""The guide to exploring is true: its specification is read, its examples are run."""

from __future__ import annotations

import doctest
import importlib.util
import re
import sys
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "explore.md"
PACKAGE = Path(__file__).parents[2] / "raftnb" / "explore"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)


def test_the_examples_give_what_the_guide_says(tmp_path):
    (tmp_path / "guide_lock.py").write_text(blocks("python")[0])
    spec = importlib.util.spec_from_file_location("guide_lock", tmp_path / "guide_lock.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["guide_lock"] = module
    spec.loader.exec_module(module)
    text = "\n".join(blocks("pycon"))
    assert text.count(">>>") > 20
    example = doctest.DocTestParser().get_doctest(text, dict(vars(module)), "guide", str(GUIDE), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(example)
    assert runner.summarize(verbose=False).failed == 0


def test_the_guide_names_files_that_exist():
    named = re.findall(r"`([a-z_/]+\.py)`", GUIDE.read_text())
    root = GUIDE.parents[1]
    missing = [n for n in named if not ((PACKAGE / n).exists() or (root / n).exists()
                                        or (root / "raftnb" / n).exists())]  # fmt: skip
    assert not missing
    files = {str(p.relative_to(PACKAGE)) for p in PACKAGE.rglob("*.py") if "__init__" not in p.name}
    small = {"progress.py", "result.py"}
    assert {f for f in files if "/" not in f or f.startswith("memo/")} - set(named) <= small
