"""A claim is asked for one choice of its arguments after the other; each answer is looked at."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.language.claims import evaluate, first_false

REFUSED = SpecError("a value of its own", allowed="others", cure="take one of these")
ANSWERS: list[tuple[tuple[Any, ...], tuple[int] | str | None]] = [
    ((), None),
    ((True, True, True), None),
    ((False, True), (0,)),
    ((True, False, 1), (1,)),
    ((True, True, False), (2,)),
    ((True, 1, False), r"1 \(int\) as what `claim` says"),
    ((True, 0), r"0 \(int\) as what `claim` says"),
    ((True, None, False), r"None \(NoneType\) as what `claim` says"),
    ((True, True, ZeroDivisionError("by nothing")), "by nothing"),
    ((True, REFUSED, False), "a value of its own"),
]


@pytest.mark.parametrize(("answers", "expected"), ANSWERS)
def test_the_first_that_is_not_true_ends_it(answers, expected):
    asked = []

    def claim(at):
        asked.append(at)
        if isinstance(answers[at], Exception):
            raise answers[at]
        return answers[at]

    rows = ((at,) for at in range(len(answers)))
    if isinstance(expected, str):
        with pytest.raises(SpecError, match=expected) as refused:
            first_false(claim, rows)
        assert "test_claims.py" in refused.value.place
    else:
        assert first_false(claim, rows) == expected
    end = next((at for at, answer in enumerate(answers) if answer is not True), len(answers) - 1)
    assert asked == list(range(end + 1))


def test_a_claim_with_its_arguments_is_true_or_false():
    assert evaluate(lambda a, b: a < b, (1, 2))
    assert not evaluate(lambda a, b: a < b, (2, 1))
