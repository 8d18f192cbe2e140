"""The network: messages in flight, and what may become of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from raftnb.data.calls import made_plainly
from raftnb.data.domains import running_world
from raftnb.data.errors import SpecError
from raftnb.data.values import Message, Record, show
from raftnb.language.processes import Process, ProcessType

M = TypeVar("M", bound=Message)


def send(message: Message, to: Process) -> None:
    """Put a message in flight from the acting process to another one."""
    world = running_world()
    if not isinstance(message, Message):  # its text is made only for the error
        refuse_no_message(message, f"send({show(message)}, to={show(to)})")
    if not isinstance(to, Process):
        raise SpecError(
            f"`send({type(message).__name__}(...), to={show(to)})`",
            allowed="send(message, to=process)",
            cure=_receiver(to),
        )
    source = message.source or world.actor
    world.send(message.between(source, to))


def _receiver(to: Any) -> str:
    """The cure for a receiver that is none."""
    if to is None:
        return "ask first: `when(x is not None)`"
    several = isinstance(to, tuple | frozenset)
    return "one to each: `for x in ...: send(message, to=x)`" if several else "name a process"


def discard(message: Message) -> None:
    """Take a message out of the network once (a no-op where the network may duplicate it)."""
    if not isinstance(message, Message):
        refuse_no_message(message, f"discard({show(message)})")
    running_world().discard(message)


def reply(message: Message, response: Message) -> None:
    """Discard a message and send the response to its source."""
    discard(message)
    send(response, to=message.source)


def in_flight(kind: type[M]) -> tuple[M, ...]:
    """The messages of a kind now in flight, sorted, each named once.

    Of two equal messages a sum or `len` sees one. What is to see both makes them different, by a
    field with a number of its own.
    """
    return tuple(m for m in running_world().messages() if isinstance(m, kind))


def refuse_no_message(value: Any, what: str) -> None:
    """Raise `SpecError` for what is no message, in a call of a word that takes one."""
    if not isinstance(value, Message):
        record = isinstance(value, Record)
        name = type(value).__name__
        raise SpecError(
            f"`{what}`, in which {show(value)} ({name}) is no message",
            allowed="a message first: send(message, to=process), discard(message)",
            cure=f"write `class {name}(Message)`" if record else "name the message",
        )


@made_plainly
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

    MEANT: ClassVar[Mapping[str, str]] = {
        "reliable": "write `Delivery(loses=False, duplicates=False)`",
        "fifo": "write `Delivery(reorders=False)`: each channel keeps its order",
        "ordered": "write `Delivery(reorders=False)`: each channel keeps its order",
        "lossy": "write `Delivery(loses=True)`",
        "delays": "leave it out: a message may always be received late",
    }

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if type(value) is not bool:
                raise SpecError(
                    f"{name}={value!r} of a Delivery",
                    allowed="True or False",
                    cure=f"write `{name}=False` if it never does, `{name}=True` if it may",
                )

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


FAULTS = frozenset(action.function for action in Network.actions.values())
"""The functions of the network's own steps."""


def faults_of(
    delivery: Delivery | None, processes: tuple[type[Process], ...]
) -> tuple[type[Process], ...]:
    """The network's faults that are steps of their own, if no process is everywhere itself."""
    if delivery is None or delivery.keeps or any(cls.everywhere for cls in processes):
        return ()
    unwanted = [] if delivery.loses else ["lose"]
    unwanted += [] if delivery.duplicates else ["duplicate"]
    if len(unwanted) == 2:
        return ()
    faults: Any = ProcessType("Network", (Network,), dict.fromkeys(unwanted))
    return (faults,)
