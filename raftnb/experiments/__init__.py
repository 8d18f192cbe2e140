"""Specifications and engines together: what chapters do with both."""

from raftnb.experiments.client_histories import (
    SIZES,
    ClientHistories,
    client_histories,
    client_history,
    history_told,
    sized,
)
from raftnb.experiments.mutation import Finding, find_all, find_out, first_violation, play, played
from raftnb.experiments.store_histories import history_of, produced, store_history, well_formed

__all__ = [
    "SIZES",
    "ClientHistories",
    "Finding",
    "client_histories",
    "client_history",
    "find_all",
    "find_out",
    "first_violation",
    "history_of",
    "history_told",
    "play",
    "played",
    "produced",
    "sized",
    "store_history",
    "well_formed",
]
