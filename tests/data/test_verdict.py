"""What every result has: the verdict, its exit code, its text, and no truth value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import raftnb
from raftnb.data.errors import UsageError
from raftnb.data.verdict import Answer, Verdict, counted


@dataclass(frozen=True, repr=False)
class Found(Answer):
    verdict: Verdict
    property: str | None = None
    seconds: float = 0.0
    bound: str | None = None
    partial: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"verdict": str(self.verdict)}

    def __str__(self) -> str:
        return f"{self.verdict}: {self.property}"


@pytest.mark.parametrize(("verdict", "code"), [("holds", 0), ("violated", 1), ("unknown", 3)])
def test_the_exit_code_is_the_verdicts(verdict: str, code: int) -> None:
    assert Found(Verdict(verdict)).exit_code == code


@pytest.mark.parametrize("verdict", Verdict)
def test_a_result_has_no_truth_value(verdict: Verdict) -> None:
    with pytest.raises(UsageError, match="as a condition") as error:
        bool(Found(verdict, "safe"))
    assert "result.verdict is Verdict.HOLDS" in error.value.cure


def test_a_notebook_shows_the_text_escaped() -> None:
    found = Found(Verdict.VIOLATED, "<script>alert('&')</script>")
    html = "<pre><strong>violated</strong>: &lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;</pre>"
    assert found._repr_html_() == html
    assert repr(found) == str(found)


def test_a_result_without_its_text_cannot_be_made() -> None:
    class Mute(Found):
        __str__ = Answer.__str__

    with pytest.raises(TypeError, match="abstract"):
        Mute(Verdict.HOLDS)


PLURAL = re.compile(r"\{[^{}]*:,\} (?:[a-z]+ )?(?:state|step|walk|event|operation|input|call|claim)s\b")


def test_one_thing_is_not_several() -> None:
    """Counts are made by `counted`, or say what is so of one besides."""
    assert (counted(1, "state"), counted(2_000, "state")) == ("1 state", "2,000 states")
    assert PLURAL.search('f"{many:,} random walks"')
    lines = [
        (path.name, line)
        for path in Path(raftnb.__file__).parent.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if PLURAL.search(line) and "== 1" not in line and "!= 1" not in line
    ]
    assert lines == []
