"""The network: messages in flight, and what may become of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from raftnb.data.domains import running_world
from raftnb.data.values import Message
from raftnb.language.processes import Process

M = TypeVar("M", bound=Message)


def send(message: Message, to: Process) -> None:
    """Put a message in flight from the acting process to another one."""
    world = running_world()
    source = message.source or world.actor
    world.send(replace(message, source=source, dest=to))


def discard(message: Message) -> None:
    """Take a message out of the network once (a no-op where the network may duplicate it)."""
    running_world().discard(message)


def reply(message: Message, response: Message) -> None:
    """Discard a message and send the response to its source."""
    discard(message)
    send(response, to=message.source)


def in_flight(kind: type[M]) -> tuple[M, ...]:
    """The messages of a kind now in flight, sorted, each named once."""
    return tuple(m for m in running_world().messages() if isinstance(m, kind))


@dataclass(frozen=True)
class Delivery:
    """What the network may do with messages; each is also a constant of the model (0 or 1).

    With `duplicates` and `reorders`, the messages are a set that only grows: each may be received
    any number of times, or never, which is loss. Without `duplicates` they are a bag, and `loses`
    adds the step `network.lose(m)`. Without `reorders` each channel (source, destination) is a
    queue, of which only the head can be received, lost, or repeated.
    """

    loses: bool = True
    duplicates: bool = True
    reorders: bool = True

    @property
    def keeps(self) -> bool:
        """Whether the messages are a set that only grows."""
        return self.duplicates and self.reorders


class Network(Process, everywhere=True):
    """The network's faults, where they are steps of their own."""

    def lose(self, m: Message) -> None:
        """The network loses a message."""
        discard(m)

    def duplicate(self, m: Message) -> None:
        """The network repeats the message at the head of a channel."""
        running_world().repeat(m)
