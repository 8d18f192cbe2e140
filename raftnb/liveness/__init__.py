"""Liveness: does something good happen in every fair behavior?"""

from raftnb.data.rooms import room_of
from raftnb.liveness.check import LivenessResult, check_liveness
from raftnb.liveness.lassos import find_lasso

__all__ = ["LivenessResult", "check_liveness", "find_lasso"]
room_of(__name__, "check_liveness")
