"""The actions of a specification, and the ways through them."""

from __future__ import annotations

from dataclasses import dataclass

import z3

from raftnb.data.errors import UsageError
from raftnb.data.values import Message
from raftnb.language.network import FAULTS
from raftnb.prove.evaluate import Environment
from raftnb.prove.scope import Picked, Requirement
from raftnb.prove.state import Symbolic, Vocabulary
from raftnb.tree.nodes import Member, RecordOf, Type
from raftnb.tree.types import overlap


@dataclass(frozen=True)
class Start:
    """An action with the kind of the message it receives, if it receives one.

    `several` tells whether the action may receive messages of more than one kind.
    """

    root: str
    action: str
    kind: type[Message] | None = None
    several: bool = False

    @property
    def name(self) -> str:
        """The action, and for a message of several kinds which kind it was."""
        if self.kind is None or not self.several:
            return self.action
        return f"{self.action}({self.kind.__name__})"


@dataclass(frozen=True)
class Given:
    """A certain step of an action: the process that takes it, arguments, what it chooses."""

    me: z3.ExprRef
    arguments: Environment
    picks: tuple[Picked, ...]


@dataclass
class Case:
    """One way through an action: its arguments, when it is taken, and the state after it.

    `tests` are those of its conditions that branches decided: of all ways through an action, one
    has them all true.
    """

    start: Start
    script: tuple[bool, ...]
    env: Environment
    types: dict[str, Type]
    conditions: list[z3.BoolRef]
    requirements: list[Requirement]
    choices: list[Picked]
    before: Symbolic
    after: Symbolic
    tests: list[z3.BoolRef]

    @property
    def action(self) -> str:
        """The action's name."""
        return self.start.action

    @property
    def root(self) -> str:
        """The class of the process whose step it is."""
        return self.start.root


def may_reach(words: Vocabulary, kind: type[Message], root: str) -> bool:
    """Whether a message of a kind can be to a process of a class."""
    dest = words.program.field_type(kind, "dest")
    return dest is None or overlap(dest, Member(root))


def starts(words: Vocabulary) -> list[Start]:
    """Every action of every process class, one that receives a message once for each kind.

    The network's own faults are left out: what is lost or repeated is a message that was sent, and
    in the translation those in flight are all that were ever sent (see `network`).
    """
    found = []
    for cls in words.program.model.processes:
        for name, action in cls.actions.items():
            if action.function in FAULTS:
                continue
            received = [
                type_.cls
                for _, type_ in words.program.action(cls, name).parameters
                if isinstance(type_, RecordOf) and issubclass(type_.cls, Message)
            ]
            kinds = [kind for kind in words.kinds if any(issubclass(kind, r) for r in received)]
            kinds = [kind for kind in kinds if cls.everywhere or may_reach(words, kind, cls.root)]
            several = kinds != received
            plain: list[type[Message] | None] = [None] if not received else [*kinds]
            found += [Start(cls.root, name, kind, several) for kind in plain]
    return found


def start_named(words: Vocabulary, action: str) -> Start:
    """The start with the name that an action has in reports; `UsageError` for an unknown one."""
    names = {start.name: start for start in starts(words)}
    if action not in names:
        raise UsageError(
            f"the action `{action}`",
            allowed=", ".join(names) or "no action: nobody can take one",
            cure="name an action as reports do",
        )
    return names[action]
