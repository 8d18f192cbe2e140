"""The specifications of the notebooks, their proofs and their refinements, each by its name."""

from raftnb.specs.catalog import PROOFS, REFINEMENTS, SPECS

__all__ = ["PROOFS", "REFINEMENTS", "SPECS"]
