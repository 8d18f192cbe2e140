"""Liveness: does something good happen in every fair behavior?"""

from raftnb.liveness.check import LivenessResult, check_liveness, find_lasso

__all__ = ["LivenessResult", "check_liveness", "find_lasso"]
