"""What is claimed of whole behaviors: fairness and liveness properties, as plain data.

The checker is `raftnb.liveness`; a specification's fields `fairness` and `liveness` name both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from raftnb.data.calls import told_plainly
from raftnb.data.errors import SpecError, UsageError
from raftnb.language.claims import Property
from raftnb.language.processes import Action, Process

Kind = Literal["eventually", "always eventually", "leads to"]


@dataclass(frozen=True, eq=False)
class Fairness:
    """A fairness condition on the steps of processes (TLA+'s WF and SF).

    `parts` are a process class (all its actions together) or actions of one class (any of them).
    It is demanded of each process separately; `together`, of all of them as if they were one: that
    some one of them takes a step. Steps that change nothing do not count.
    """

    parts: tuple[Any, ...]
    strong: bool = False
    together: bool = False

    def __post_init__(self) -> None:
        if type(self.together) is not bool:
            raise SpecError(
                f"together={self.together!r}",
                allowed="True or False",
                cure="write `together=True` for one condition on all of them",
            )
        for part in self.parts or (None,):
            if not isinstance(part, Action) and not _is_process_class(part):
                raise SpecError(
                    f"{part!r} as what is to be fair",
                    allowed="a process class, or actions as `Client.take_mutex`",
                    cure="name the class or the action itself, without calling it",
                )

    def __str__(self) -> str:
        inner = ", ".join([*map(_name_of, self.parts), *(["together"] if self.together else [])])
        return f"{'strong' if self.strong else 'weak'}({inner})"

    __repr__ = __str__


@told_plainly
def weak(*parts: Any, together: bool = False) -> Fairness:
    """Weak fairness: who stays enabled from some point on takes a step again and again (WF).

    It is asked of each process; with `together`, of all of them as one, in which any may step.
    """
    return Fairness(parts, together=together)


@told_plainly
def strong(*parts: Any, together: bool = False) -> Fairness:
    """Strong fairness: who is enabled again and again takes a step again and again (SF).

    It is asked of each process; with `together`, of all of them as one, in which any may step.
    """
    return Fairness(parts, strong=True, together=together)


@dataclass(frozen=True, eq=False)
class Liveness:
    """A liveness property: `claim` (and, for *leads to*, `then`) are functions of the state.

    Annotated parameters of the functions that are no constants are universally quantified, and
    mean the same value in both where they have the same name.
    """

    kind: Kind
    claim: Property
    then: Property | None = None
    name: str = ""

    def __post_init__(self) -> None:
        for claim in self.claims:
            if not callable(claim) or not hasattr(claim, "__name__"):
                raise UsageError(
                    f"{claim!r} as a property",
                    allowed="a function that reads the state and returns True or False",
                    cure="define a function and name it here",
                )
        if not self.name:
            object.__setattr__(self, "name", str(self))

    @property
    def claims(self) -> tuple[Property, ...]:
        """The functions of the state that the property names."""
        return (self.claim,) if self.then is None else (self.claim, self.then)

    def __str__(self) -> str:
        if self.then is not None:
            return f"{self.claim.__name__} leads to {self.then.__name__}"
        return f"{self.kind} {self.claim.__name__}"

    __repr__ = __str__


@told_plainly
def eventually(claim: Property, name: str = "") -> Liveness:
    """At least once in every fair behavior the claim is true (TLA+'s `<>P`)."""
    return Liveness("eventually", claim, name=name)


@told_plainly
def always_eventually(claim: Property, name: str = "") -> Liveness:
    """In every fair behavior the claim is true again and again (TLA+'s `[]<>P`)."""
    return Liveness("always eventually", claim, name=name)


@told_plainly
def leads_to(claim: Property, then: Property, name: str = "") -> Liveness:
    """Whenever `claim` is true, `then` is true at that moment or later (TLA+'s `P ~> Q`)."""
    return Liveness("leads to", claim, then, name)


def _is_process_class(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, Process)


def _name_of(part: Any) -> str:
    if isinstance(part, Action):
        return ".".join(part.function.__qualname__.split(".")[-2:])
    return str(part.__name__)


__all__ = ["Fairness", "Liveness", "always_eventually", "eventually", "leads_to", "strong", "weak"]
