"""Specifications and engines together: what chapters do with both."""

from raftnb.experiments.mutation import Finding, find_all, find_out, first_violation, play, played
from raftnb.experiments.store_histories import history_of, produced, well_formed

__all__ = [
    "Finding",
    "find_all",
    "find_out",
    "first_violation",
    "history_of",
    "play",
    "played",
    "produced",
    "well_formed",
]
