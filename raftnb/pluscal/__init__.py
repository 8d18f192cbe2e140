"""Specifications in PlusCal and TLA+, from the same typed tree that is proved."""

from raftnb.data.rooms import room_of
from raftnb.pluscal.algorithms import algorithm
from raftnb.pluscal.excerpts import excerpt
from raftnb.pluscal.following import trace_module
from raftnb.pluscal.plain import plain_module
from raftnb.pluscal.reading import read_trace

__all__ = ["algorithm", "excerpt", "plain_module", "read_trace", "trace_module"]
room_of(__name__, "algorithm")
