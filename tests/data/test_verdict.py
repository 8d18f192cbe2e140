"""What every result has: the verdict, its exit code, its text, and no truth value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from raftnb.data.errors import UsageError
from raftnb.data.verdict import Answer, Verdict


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
