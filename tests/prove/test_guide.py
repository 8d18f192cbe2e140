"""The guide to `prove` shows what the code gives."""

from __future__ import annotations

import doctest
import inspect
import re
from pathlib import Path

from raftnb.specs.store.sequential import Store

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "prove.md"


def test_what_the_guide_shows_is_what_the_code_gives() -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    result = doctest.testfile(str(GUIDE), module_relative=False, optionflags=flags)
    assert result.failed == 0
    assert result.attempted > 25


def test_the_method_in_the_guide_is_the_stores() -> None:
    quoted = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert quoted is not None
    assert inspect.cleandoc(quoted[1]) == inspect.cleandoc(
        inspect.getsource(Store.serve.function).replace("\n    ", "\n").lstrip()
    )


def test_every_file_of_the_folder_is_named_in_the_guide() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    files = {path.name for path in (GUIDE.parents[1] / "raftnb" / "prove").glob("*.py")}
    assert {name for name in files - {"__init__.py"} if f"`{name}`" not in text} == set()
