"""Refinement: every behavior of a concrete specification is, seen rightly, an abstract one."""

from raftnb.data.rooms import room_of
from raftnb.language.refinement import ClaimedRefinement
from raftnb.refine.check import Refinement, refines
from raftnb.refine.walks import refines_on_walks

__all__ = ["ClaimedRefinement", "Refinement", "refines", "refines_on_walks"]
room_of(__name__, "refines")
