"""Refinement: every behavior of a concrete specification is, seen rightly, an abstract one."""

from raftnb.language.refinement import ClaimedRefinement
from raftnb.refine.check import Refinement, refines
from raftnb.refine.walks import refines_on_walks

__all__ = ["ClaimedRefinement", "Refinement", "refines", "refines_on_walks"]
