"""Refinement: every behavior of a concrete specification is, seen rightly, an abstract one."""

from raftnb.refine.check import Refinement, refines

__all__ = ["Refinement", "refines"]
