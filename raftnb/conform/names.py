"""Names of members for what a log names: its own where they can be, numbered ones elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from keyword import iskeyword
from typing import Any


def members_for(told: Sequence[Any], letter: str, taken: Collection[str]) -> list[str]:
    """A name for each of these different things, none of them taken.

    Texts that are identifiers stay as they are, if all are; else they are numbered after a letter.
    """
    plain = [one for one in told if isinstance(one, str) and one.isidentifier()]
    if len(plain) == len(told) and not any(iskeyword(one) or one in taken for one in plain):
        return plain
    while any(f"{letter}{number}" in taken for number in range(1, len(told) + 1)):
        letter += "_"
    return [f"{letter}{number}" for number in range(1, len(told) + 1)]


__all__ = ["members_for"]
