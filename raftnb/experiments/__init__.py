"""Specifications and engines together: what chapters do with both."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from raftnb.experiments.client_walks import (
        SIZES,
        ClientHistories,
        client_histories,
        client_history,
        history_told,
        sized,
    )
    from raftnb.experiments.mutation import (
        Finding,
        find_all,
        find_out,
        first_violation,
        play,
        played,
    )
    from raftnb.experiments.store_histories import history_of, produced, store_history, well_formed

STORE = ("history_of", "produced", "store_history", "well_formed")
MUTATION = ("Finding", "find_all", "find_out", "first_violation", "play", "played")
"""What is elsewhere than in `client_walks`."""


def __getattr__(name: str) -> Any:
    """A name of a module, imported when it is used: all of Raft's mistakes take two seconds."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    place = "mutation" if name in MUTATION else "client_walks"
    place = "store_histories" if name in STORE else place
    return getattr(import_module(f"{__name__}.{place}"), name)


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
