"""What an implementation has to offer, so that a specification can drive it: its adapter.

An adapter is a small class around an implementation with a step function: one that takes a message,
a timer or a command, and returns the messages to be sent, without threads and sockets of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class Sent:
    """A message that an implementation sends, as the specification would write it.

    `kind` is the name of the message's class in the specification, `source` and `dest` are names of
    processes, `fields` those of its fields that the implementation's message has, as plain values;
    the others are not compared. `original` is the implementation's own message; it comes back when
    the message is to be received.
    """

    kind: str
    source: str
    dest: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    original: Any = None


class Adapter(ABC):
    """An implementation as the specification drives it.

    For each action of the specification that needs no message there is a method of that name, which
    takes the process's name and the action's arguments, makes the implementation do it, and returns
    what is sent: `time_out(self, server)`, `client_request(self, server, value)`. What an action
    may choose (with `either`), the implementation chooses. Values are plain: names of processes,
    values and enumeration members as text, numbers, lists, sets, dicts; a record is a dict of its
    fields, or a tuple of them.

    The four tuples say how its steps and those of the specification go together. `joined` are
    actions that the implementation takes together with the handler of the same message, `hidden`
    those that it takes by itself at the end of a step, `undriven` those that are never asked of it.
    Kinds of messages that it may leave unsent are `unsent`, and those that it may drop instead of
    handling them `dropped`: to the others that is a loss of the network.

    Its `repr` is the expression that makes it, which is written into tests.
    """

    joined: tuple[str, ...] = ("update_term",)
    hidden: tuple[str, ...] = ("become_leader", "advance_commit_index")
    undriven: tuple[str, ...] = ()
    unsent: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @abstractmethod
    def start(self, processes: tuple[str, ...]) -> None:
        """Make a new cluster, in which nothing has happened yet."""

    @abstractmethod
    def receive(self, process: str, sent: Sent) -> Sequence[Sent]:
        """Give a process a message that was sent before, perhaps not for the first time."""

    @abstractmethod
    def state(self, process: str) -> Mapping[str, Any]:
        """Those variables of a process that the implementation has, by name, as plain values."""

    def stop(self) -> None:
        """The cluster is not needed any more."""
        return

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


__all__ = ["Adapter", "Sent"]
