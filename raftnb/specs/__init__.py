"""The specifications of the notebooks, their proofs and their refinements, each by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftnb.specs.catalog import PROOFS, SPECS

if TYPE_CHECKING:
    from raftnb.specs.refinements import REFINEMENTS


def __getattr__(name: str) -> Any:
    """The refinements are made when they are first asked for, with their specifications."""
    if name == "REFINEMENTS":
        from raftnb.specs.refinements import REFINEMENTS

        return REFINEMENTS
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["PROOFS", "REFINEMENTS", "SPECS"]
