"""Holding the log of an implementation against a specification: trace validation."""

from raftnb.conform.behavior import Behavior
from raftnb.conform.mapping import Event, EventMapping
from raftnb.conform.merging import merged
from raftnb.conform.misfit import EventError, Misfit
from raftnb.conform.now import Now, Play
from raftnb.conform.recording import Recording, read_events, recorded_log
from raftnb.conform.result import BrokenClaim, Conformance, FirstMisfit
from raftnb.conform.search import conforms
from raftnb.data.rooms import room_of

__all__ = [
    "Behavior",
    "BrokenClaim",
    "Conformance",
    "Event",
    "EventError",
    "EventMapping",
    "FirstMisfit",
    "Misfit",
    "Now",
    "Play",
    "Recording",
    "conforms",
    "merged",
    "read_events",
    "recorded_log",
]
room_of(__name__, "conforms")
