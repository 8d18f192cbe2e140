"""What does not fit: why an event is no step of the specification, as one sentence."""

from __future__ import annotations

from raftnb.data.errors import RaftnbError, UsageError


class Misfit(RaftnbError):
    """An alternative that does not fit the state or the event; its text is the reason."""


class EventError(UsageError):
    """An event that a mapping cannot read: an unknown name, a server that nobody named."""
