"""Progress as a value: what leads to what, by whose steps, and what falls on the way.

Pure data, as a `Proof` is. The rule is that of response under weak fairness (Manna and Pnueli,
Completing the temporal picture, 1991), with a rank: somebody can always take a step that lowers it,
no other step raises it, and a rank cannot fall for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from raftnb.data.calls import made_plainly
from raftnb.data.errors import UsageError
from raftnb.data.names import listed
from raftnb.language.claims import Property
from raftnb.language.processes import Action, Process
from raftnb.language.spec import Spec

Function = Callable[..., Any]


@made_plainly
@dataclass(frozen=True, eq=False)
class Helps:
    """Whose step helps, and in which states.

    `action` is `Class.action`. `when` is a claim of the state: its parameters are among those of
    what leads, and one more, which is the process that helps (none where the class has one). Those
    of the action may follow, by their names: what it receives, say `m: RequestVote`, is in flight.
    Each process of which it is true can take the step, with these arguments. `arguments` are
    functions for the others, `picks` for what its `either`s choose, in order; they have the same
    parameters.
    """

    action: Any
    when: Property
    arguments: Mapping[str, Function] = field(default_factory=dict)
    picks: tuple[Function, ...] = ()

    @property
    def own(self) -> tuple[str, ...]:
        """The parameters of the action that `when` has as well."""
        known = parameter_names(self.when)
        given = parameter_names(self.action.function)[1:]
        return tuple(name for name in given if name in known and name not in self.arguments)

    @property
    def name(self) -> str:
        """The action, with its class."""
        return ".".join(self.action.function.__qualname__.split(".")[-2:])


@made_plainly
@dataclass(frozen=True, eq=False)
class Leads:
    """The claim that wherever `claim` is true, `then` is true at that moment or later.

    With `by_schedule`, that it can be: that the steps that help, if they alone are taken, lead from
    there to a state in which `then` is true. That asks for no fairness, and nothing of other steps.

    `rank` are functions to natural numbers, the first the most important; together they fall with
    each step that helps, as long as `then` is not true, and rise with none. `helpful` tells whose
    steps these are: there always is one, and it stays one until the rank falls. Each must be weakly
    (or strongly) fair in the specification. `uses` are claims of the proof, all conjuncts where it
    is left out. All functions are of the state, and their parameters are among those of `claim`,
    which mean any values.
    """

    claim: Property
    then: Property
    rank: tuple[Function, ...]
    helpful: tuple[Helps, ...]
    uses: tuple[Property, ...] | None = None
    by_schedule: bool = False

    MEANT: ClassVar[Mapping[str, str]] = {"by": "`helpful=(Helps(Class.action, when=claim),)`"}

    def __post_init__(self) -> None:
        for name, kind in (("rank", "functions"), ("helpful", "`Helps(Class.action, claim)`")):
            group = getattr(self, name)
            if not isinstance(group, tuple) or not group:
                raise UsageError(
                    f"{name}={group!r} of what leads to `{self.then.__name__}`",
                    allowed=f"a tuple of {kind}, with one at least",
                    cure="write a comma after a single one: `(one,)`",
                )
        for one in self.helpful:
            if not isinstance(one, Helps) or not isinstance(one.action, Action):
                raise UsageError(
                    f"{one!r} as what helps `{self.claim.__name__}` on",
                    allowed="Helps(Class.action, when=claim)",
                    cure="name the action of the class, without calling it",
                )

    @property
    def claims(self) -> tuple[Property, ...]:
        """The functions that are True or False of a state alone, each once."""
        helping = (one.when for one in self.helpful if not one.own)
        return tuple(dict.fromkeys((self.claim, self.then, *helping)))

    @property
    def name(self) -> str:
        """The claim in words."""
        how = "can lead" if self.by_schedule else "leads"
        return f"{self.claim.__name__} {how} to {self.then.__name__}"


def parameter_names(function: Function) -> tuple[str, ...]:
    """The names of a function's parameters."""
    return function.__code__.co_varnames[: function.__code__.co_argcount]


def class_of(spec: Spec, helps: Helps) -> type[Process]:
    """The process class of a specification that has an action; `UsageError` for another's."""
    action = helps.action
    for cls in spec.processes:
        if cls.actions.get(action.name) is action:
            return cls
        if any(vars(base).get(action.name) is action for base in cls.__mro__):
            return cls
    raise UsageError(
        f"`{helps.name}`, which is no action of `{spec.name}`",
        allowed=listed(f"{cls.__name__}.{name}" for cls in spec.processes for name in cls.actions),
        cure="name an action of the specification",
    )


def fair_actions(spec: Spec, helps: Helps) -> frozenset[str]:
    """The actions of which its process takes some if the helpful one stays enabled.

    They are those of the first fairness condition that names the action or its class; raises
    `UsageError` where there is none.
    """
    cls = class_of(spec, helps)
    for one in spec.fairness:
        actions = [part for part in one.parts if isinstance(part, Action)]
        named = any(part is helps.action for part in actions)
        whole = any(part.root == cls.root for part in one.parts if part not in actions)
        if not one.together and (named or whole):
            return frozenset(cls.actions if whole else (part.name for part in actions))
    raise UsageError(
        f"`{helps.name}`, of which `{spec.name}` does not say that it is fair",
        allowed=listed(map(str, spec.fairness), none="nothing: no action is fair there"),
        cure=f"`fairness=(weak({helps.name}),)` in the Spec",
    )


__all__ = ["Helps", "Leads", "class_of", "fair_actions"]
