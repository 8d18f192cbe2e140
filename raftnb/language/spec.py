"""A specification as a value, and a model: a specification with its constants."""

from __future__ import annotations

import itertools
import sys
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import FunctionType
from typing import Any

from raftnb.data.domains import Domain, member_names
from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import Cell, Layout, State
from raftnb.language import grammar
from raftnb.language.claims import Property
from raftnb.language.instances import initial_states
from raftnb.language.network import Delivery, Network
from raftnb.language.processes import (
    Action,
    Globals,
    GlobalsType,
    Process,
    ProcessType,
    Variable,
)
from raftnb.language.temporal import Fairness, Liveness
from raftnb.language.world import World


@dataclass(frozen=True, eq=False)
class Spec:
    """A specification: its processes, shared variables, domains and what is claimed of them.

    `constants` gives the default of every constant: the sizes of the domains and process classes
    declared with `number=`, and whatever the properties and constraints name as parameters.
    `invariants` are claimed of every state, `transitions` of every step (`after(x)` is x after it),
    `sometimes` of at least one state; a property's annotated parameters that are no constants are
    universally quantified. `constraints` bound the
    exploration as TLC's CONSTRAINT does: a state outside is checked, but not explored further.
    `distinct_messages` and `copies` name the constants that bound the network in the same way.
    `final` tells which states without a successor are the end and no deadlock. `symmetric` names
    the domains whose members are interchangeable. Calling it with constants gives a `Model`.
    """

    name: str
    processes: tuple[type[Process], ...]
    shared: tuple[type[Globals], ...] = ()
    domains: tuple[type[Domain], ...] = ()
    constants: Mapping[str, int] = field(default_factory=dict)
    invariants: tuple[Property, ...] = ()
    transitions: tuple[Property, ...] = ()
    sometimes: tuple[Property, ...] = ()
    constraints: tuple[Property, ...] = ()
    distinct_messages: str | None = None
    copies: str | None = None
    delivery: Delivery | None = None
    final: Property | None = None
    symmetric: tuple[type[Domain], ...] = ()
    fairness: tuple[Fairness, ...] = ()
    liveness: tuple[Liveness, ...] = ()
    summary: str = ""

    def __post_init__(self) -> None:
        for cls in self.processes:
            for action in cls.actions.values():
                grammar.refuse_foreign_code(action.function, self.namespace)
        for claim in self.claims:
            grammar.refuse_foreign_code(claim, self.namespace)

    @property
    def claims(self) -> tuple[Property, ...]:
        """Every function of the state that the specification names."""
        final = (self.final,) if self.final else ()
        claims = (*self.invariants, *self.transitions, *self.sometimes)
        return (*claims, *self.constraints, *final)

    @cached_property
    def namespace(self) -> dict[str, Any]:
        """The classes by name, for resolving annotations; a variant answers to its root's name."""
        classes: tuple[Any, ...] = (*self.processes, *self.shared, *self.domains)
        return {cls.__name__: cls for cls in classes} | {cls.root: cls for cls in classes}

    def __call__(self, *, history: bool = False, **constants: Any) -> Model:
        """The model with these constants (the others keep their defaults).

        A size may be a number, or a tuple of names for the members. With `history`, the history
        variables and the properties that read them are part of the model.
        """
        return Model(self, {**self.constants, **self._delivery_constants, **constants}, history)

    @property
    def _delivery_constants(self) -> dict[str, int]:
        if self.delivery is None:
            return {}
        return {name: int(value) for name, value in vars(self.delivery).items()}

    @property
    def all_constants(self) -> dict[str, int]:
        """Every constant and its default, those of the network included."""
        return {**self.constants, **self._delivery_constants}

    def variant(self, name: str, *classes: Any, **changes: Any) -> Spec:
        """The specification with classes replaced by subclasses of them, and fields changed."""
        processes, shared = list(self.processes), list(self.shared)
        for cls in classes:
            group: list[Any] = shared if isinstance(cls, GlobalsType) else processes
            at = [i for i, old in enumerate(group) if cls.root == old.root]
            if not at:
                raise SpecError(
                    f"`{cls.__name__}`, which varies no class of `{self.name}`",
                    allowed=", ".join(c.__name__ for c in (*self.processes, *self.shared)),
                    cure="make it a subclass of one of these",
                )
            group[at[0]] = cls
        return replace(self, name=name, processes=tuple(processes), shared=tuple(shared), **changes)


class Model:
    """A specification with its constants: what engines explore, prove and draw."""

    def __init__(self, spec: Spec, constants: Mapping[str, Any], history: bool) -> None:
        self.spec, self.history = spec, history
        self.constants = {name: self._constant(name, v) for name, v in constants.items()}
        self.delivery = self._delivery()
        self.keeps = self.delivery is not None and self.delivery.keeps
        self.processes = (*spec.processes, *self._faults())
        self._annotations: dict[Any, dict[str, Any]] = {}
        self._build_layout()

    def _constant(self, name: str, value: Any) -> int | tuple[str, ...]:
        known = self.spec.all_constants
        if name not in known:
            raise UsageError(
                f"the constant `{name}` for `{self.spec.name}`",
                allowed=", ".join(known) or "no constants",
                cure="use one of these names",
            )
        names = isinstance(value, tuple | list) and value and all(isinstance(v, str) for v in value)
        if names and len(set(value)) == len(value):
            return tuple(value)
        if isinstance(value, bool | int) and value >= 0 and not (name in self._sizes and value < 1):
            return int(value)
        raise UsageError(
            f"{value!r} for the constant `{name}` of `{self.spec.name}`",
            allowed="a number of at least 1, or different names"
            if name in self._sizes
            else "a number of at least 0",
            cure=f"for example `{name}={known[name]}`",
        )

    @cached_property
    def _sizes(self) -> frozenset[str]:
        classes = (*self.spec.processes, *self.spec.domains)
        return frozenset(cls.number for cls in classes if cls.number)

    def _delivery(self) -> Delivery | None:
        if self.spec.delivery is None:
            return None
        flags = ("loses", "duplicates", "reorders")
        return Delivery(**{flag: bool(self.constants[flag]) for flag in flags})

    def _faults(self) -> tuple[type[Process], ...]:
        """The network's faults that are steps of their own (see `Delivery`)."""
        own = any(cls.everywhere for cls in self.spec.processes)
        if self.delivery is None or self.delivery.keeps or own:
            return ()
        unwanted = [] if self.delivery.loses else ["lose"]
        unwanted += [] if self.delivery.duplicates else ["duplicate"]
        if len(unwanted) == 2:
            return ()
        faults: Any = ProcessType("Network", (Network,), dict.fromkeys(unwanted))
        return (faults,)

    def _build_layout(self) -> None:
        self.names = {cls.root: self._names(cls) for cls in (*self.processes, *self.spec.domains)}
        self.bases: dict[str, int] = {}
        self.variables: list[tuple[Variable, Any]] = []
        cells: list[Cell] = []
        groups: list[tuple[Any, str, str]] = [(g, g.root, g.root) for g in self.spec.shared]
        groups += [(cls, cls.root, name) for cls in self.processes for name in self.names[cls.root]]
        for cls, root, owner in groups:
            self.bases[owner] = len(cells)
            self.bases.setdefault(root, len(cells))
            for variable in cls.variables.values():
                cells.append(Cell(owner, variable.name, variable.is_history))
                self.variables.append((variable, cls))
        self.channels = self._make_channels(len(cells))
        cells += [Cell(f"{a} to {b}", "queue") for a, b in self.channels]
        self.layout = Layout(tuple(cells), self.delivery is not None)

    def _names(self, cls: type[Domain]) -> tuple[str, ...]:
        size = self.constants[cls.number] if cls.number else 1
        return member_names(cls, size)

    def _make_channels(self, start: int) -> dict[tuple[str, str], int]:
        if self.delivery is None or self.delivery.reorders:
            return {}
        ends = [n for c in self.processes if not c.everywhere for n in self.names[c.root]]
        return {pair: start + i for i, pair in enumerate(itertools.product(ends, ends))}

    def make_members(self, world: World) -> dict[str, tuple[Any, ...]]:
        """The members of every domain and process class, the latter bound to a world."""
        members: dict[str, tuple[Any, ...]] = {}
        for domain in self.spec.domains:
            named = enumerate(self.names[domain.root])
            members[domain.root] = tuple(domain(i, name) for i, name in named)
        for cls in self.processes:
            named = enumerate(self.names[cls.root])
            members[cls.root] = tuple(cls(i, n, world, self.bases[n]) for i, n in named)
        return members

    # Annotations, parameters, initial values.

    def annotations(self, owner: Any) -> dict[str, Any]:
        """The resolved annotations of a function or a class."""
        if owner not in self._annotations:
            try:
                self._annotations[owner] = typing.get_type_hints(
                    owner, localns=self.spec.namespace, include_extras=True
                )
            except (NameError, TypeError) as error:
                raise SpecError(
                    f"an annotation that cannot be resolved: {error}",
                    place=getattr(owner, "__qualname__", str(owner)),
                    allowed="names of the module or cell, and of the Spec's classes",
                    cure="define or import the name before the Spec is made",
                ) from error
        return self._annotations[owner]

    def parameter_names(self, action: Action) -> tuple[str, ...]:
        """The names of an action's parameters, without `self`."""
        code = action.function.__code__
        return code.co_varnames[1 : code.co_argcount]

    def parameters(self, function: FunctionType | Action, skip: int = 0) -> dict[str, Any]:
        """The parameters of a function with their annotations (`skip` the first, `self`)."""
        body = function.function if isinstance(function, Action) else function
        names = body.__code__.co_varnames[skip : body.__code__.co_argcount]
        hints = self.annotations(body)
        for name in names:
            if name not in hints and name not in self.constants:
                raise SpecError(
                    f"parameter `{name}` without an annotation",
                    place=grammar.place(body),
                    allowed="a parameter with the type it ranges over, or a constant's name",
                    cure=f"write `{name}: Type`",
                )
        return {name: hints.get(name) for name in names}

    @cached_property
    def horizon(self) -> int:
        """Up to where properties quantify over natural numbers: the largest bound, and two more."""
        counts = {*self._sizes, self.spec.distinct_messages, self.spec.copies}
        numbers = [v for k, v in self.constants.items() if isinstance(v, int) and k not in counts]
        return max(numbers, default=0) + 2

    @cached_property
    def message_limits(self) -> tuple[int, int] | None:
        """How many different messages, and how many copies of each, the constraint allows."""
        names = (self.spec.distinct_messages, self.spec.copies)
        if names == (None, None):
            return None
        limits = [self.constants[n] if n else sys.maxsize for n in names]
        return typing.cast(tuple[int, int], tuple(limits))

    @cached_property
    def initial_states(self) -> tuple[State, ...]:
        """The initial states, in a fixed order."""
        with World(self) as world:
            return initial_states(world)

    def annotation_of(self, variable: Variable, cls: Any) -> Any:
        """The resolved annotation of a variable of a class, which may have inherited it."""
        name, bases = variable.name, cls.__mro__
        owner = next(base for base in bases if name in vars(base).get("__annotations__", {}))
        return self.annotations(owner)[name]

    def start(self, state: State | None = None) -> World:
        """A world at a state (the first initial one unless given), to be run by hand."""
        return World(self, state or self.initial_states[0])

    # Properties.

    def checked(self, claims: tuple[Property, ...]) -> tuple[Property, ...]:
        """Those of the claims that can be evaluated: with or without the history variables."""
        return claims if self.history else tuple(c for c in claims if not self.reads_history(c))

    def reads_history(self, claim: Property) -> bool:
        """Whether a claim's text, or a function it calls, mentions a history variable."""
        ghosts = {cell.variable for cell in self.layout.cells if cell.history}
        return bool(ghosts & grammar.attributes(claim, self.spec.namespace))

    def holds(self, claim: Property, state: State) -> bool:
        """Whether a claim is true in a state."""
        return World(self, state).failure(claim) is None
