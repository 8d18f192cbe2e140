"""Both engines, asked the same."""

from __future__ import annotations

from typing import Any

from raftnb import Spec
from raftnb.data.verdict import Verdict
from raftnb.explore import check


def same(spec: Spec, distinct: int, **constants: Any) -> None:
    """Both engines count these states, and the verdict is *holds*."""
    for engine in ("fast", "reference"):
        found = check(spec(**constants), engine=engine, progress=False)
        assert (found.verdict, found.distinct) == (Verdict.HOLDS, distinct), engine
