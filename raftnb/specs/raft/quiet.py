"""Servers for the question of what stays possible: nothing fails, and nobody sends in a hurry."""

from __future__ import annotations

from raftnb.language import Message, in_flight, when
from raftnb.specs.raft.server import Server


def is_quiet() -> bool:
    """Whether no message is under way."""
    return in_flight(Message) == ()


class QuietServer(Server):
    """A server that does not fail, and that sends no entries while a message is under way."""

    def restart(self) -> None:
        """Servers do not fail."""
        when(False)
        super().restart()

    def append_entries(self, peer: Server) -> None:
        """Send where all is quiet."""
        when(is_quiet())
        super().append_entries(peer)
