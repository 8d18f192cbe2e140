"""What an action does, statement by statement, as PlusCal and TLA+ both can say it.

No variable is assigned twice on a way through an action. Where a term reads a variable that was
assigned before, it means the new value, as in PlusCal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from raftnb.pluscal.terms import Term


@dataclass(frozen=True)
class Step:
    """A statement."""


Steps = tuple[Step, ...]


@dataclass(frozen=True)
class Await(Step):
    """The action is enabled only where this holds."""

    test: Term


@dataclass(frozen=True)
class Change(Step):
    """A variable, or its value at a place, gets a value."""

    variable: str
    path: tuple[Term, ...]
    value: Term


@dataclass(frozen=True)
class With(Step):
    """A name for a value (`=`), or for any member of a set (`\\in`)."""

    name: str
    sign: str
    value: Term
    body: Steps


@dataclass(frozen=True)
class Branch(Step):
    """One way or the other."""

    test: Term
    yes: Steps
    no: Steps


@dataclass(frozen=True)
class Choice(Step):
    """Any of several ways."""

    ways: tuple[Steps, ...]


@dataclass(frozen=True)
class Network(Step):
    """An effect on the messages in flight: a macro in PlusCal, whose `meaning` is in TLA+."""

    macro: str
    args: tuple[Term, ...]
    meaning: Change | None


@dataclass(frozen=True)
class Goto(Step):
    """The label to come; `implied` where it is the next one in order."""

    label: Term
    meaning: Change
    implied: bool = False


@dataclass(frozen=True)
class Run(Step):
    """A part of actions: a macro in PlusCal, its `body` in TLA+."""

    macro: str
    args: tuple[Term, ...]
    body: Steps


@dataclass(frozen=True)
class Parameter:
    """A parameter of an action, and the set that it is from."""

    name: str
    domain: Term


@dataclass(frozen=True)
class Action:
    """An action of a process class; `label` is its place in the order of actions, if it has one."""

    name: str
    root: str
    method: str
    actor: Term
    parameters: tuple[Parameter, ...]
    steps: Steps
    about: str
    label: str | None


@dataclass(frozen=True)
class Macro:
    """A part of actions."""

    name: str
    parameters: tuple[str, ...]
    steps: Steps
    about: str


def named(kept: Sequence[tuple[str, Term]], sign: str, steps: Steps) -> Steps:
    """Statements in which names stand for values (`=`), or for any members of sets (`\\in`)."""
    for name, value in reversed(kept):
        steps = (With(name, sign, value, steps),)
    return steps


def inner(step: Step) -> tuple[Steps, ...]:
    """The blocks inside a statement."""
    if isinstance(step, With | Run):
        return (step.body,)
    if isinstance(step, Branch):
        return (step.yes, step.no)
    if isinstance(step, Choice):
        return step.ways
    if isinstance(step, Network | Goto) and step.meaning is not None:
        return ((step.meaning,),)
    return ()


def walked(steps: Steps) -> Iterator[Step]:
    """All statements, those inside others too."""
    for step in steps:
        yield step
        for block in inner(step):
            yield from walked(block)


def changed(steps: Steps) -> frozenset[str]:
    """The variables that statements may change."""
    return frozenset(step.variable for step in walked(steps) if isinstance(step, Change))
