"""A specification as a value, and a model: a specification with its constants."""

from __future__ import annotations

import dataclasses
import itertools
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import FunctionType
from typing import Any

from raftnb.data.calls import made_plainly, told_plainly
from raftnb.data.domains import Domain, member_names
from raftnb.data.errors import SpecError
from raftnb.data.trace import Cell, Layout, State
from raftnb.data.values import Message, Record
from raftnb.language import source, started
from raftnb.language.annotations import Check, Checks, Mismatch
from raftnb.language.assumptions import (
    begun,
    refuse_constants_assumed,
    refuse_no_beginning,
    refuse_starts,
)
from raftnb.language.by_hand import not_sent
from raftnb.language.claims import Property, as_function
from raftnb.language.constants import SIZE, SWITCH, Sort, checked_constants, refuse_given, sort_of
from raftnb.language.grammar import Grammar
from raftnb.language.instances import admitted_state, initial_states, refuse_initial_values
from raftnb.language.judging import is_brought_along, judge
from raftnb.language.network import Delivery, faults_of
from raftnb.language.processes import Action, Globals, GlobalsType, Process, Variable
from raftnb.language.temporal import Fairness, Liveness
from raftnb.language.vocabulary import Vocabulary, refuse_two_of_a_name
from raftnb.language.well_formed import (
    no_attribute_of_a_spec,
    refuse_fields,
    refuse_shared_names,
    refuse_unknown_fields,
    without_annotation,
)
from raftnb.language.world import World


@made_plainly
@dataclass(frozen=True, eq=False)
class Spec:
    """A specification: its processes, shared variables, domains and what is claimed of them.

    `constants` gives the default of every constant: the sizes of the domains and process classes
    declared with `number=`, and whatever the properties and constraints name as parameters.
    `invariants` are claimed of every state, `transitions` of every step (`after(x)` is x after it),
    `sometimes` of at least one state; a property's annotated parameters that are no constants are
    universally quantified. `possible` claims of every state that is reached that from it a state
    can still be reached in which the property is true, for each choice of its parameters (CTL's
    AG EF). `constraints` bound the
    exploration as TLC's CONSTRAINT does: a state outside is checked, but not explored further.
    `distinct_messages`, `copies` and, where the network keeps the order, `channel_length` name the
    constants that bound the network in the same way.
    `assuming` are claims about constants and about variables that no action writes; `initially` are
    claims about initial states: states that begin otherwise are none.
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
    possible: tuple[Property, ...] = ()
    constraints: tuple[Property, ...] = ()
    assuming: tuple[Property, ...] = ()
    initially: tuple[Property, ...] = ()
    distinct_messages: str | None = None
    copies: str | None = None
    channel_length: str | None = None
    delivery: Delivery | None = None
    final: Property | None = None
    symmetric: tuple[type[Domain], ...] = ()
    fairness: tuple[Fairness, ...] = ()
    liveness: tuple[Liveness, ...] = ()
    summary: str = ""

    def __new__(cls, *given: Any, **fields: Any) -> Spec:
        if given or fields:  # a copy is made without any
            refuse_unknown_fields([f.name for f in dataclasses.fields(cls)], given, fields)
        return super().__new__(cls)

    def __post_init__(self) -> None:
        refuse_fields(vars(self))
        if not is_brought_along((*self.classes, *map(as_function, self.claims))):
            _ = self._judged

    @cached_property
    def _judged(self) -> Spec:
        """The specification itself, when nothing of it is refused."""
        judge(self)
        refuse_initial_values(Model(self, self.all_constants, history=False))
        return self

    def __getattr__(self, name: str) -> Any:
        raise no_attribute_of_a_spec(name, self, Model)

    @property
    def classes(self) -> tuple[Any, ...]:
        """The classes that the specification names."""
        return (*self.processes, *self.shared, *self.domains)

    @property
    def claims(self) -> tuple[Property, ...]:
        """Every function of the state that the specification names."""
        final = (self.final,) if self.final else ()
        claims = (*self.invariants, *self.transitions, *self.sometimes, *self.possible)
        lasting = tuple(claim for one in self.liveness for claim in one.claims)
        begun = (*self.assuming, *self.initially)
        return (*claims, *self.constraints, *begun, *final, *lasting)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The classes that occur in the specification, and what their annotations mean."""
        return Vocabulary(self.classes, map(as_function, self.claims))

    @cached_property
    def grammar(self) -> Grammar:
        """The reader of the functions of this specification."""
        return Grammar(self.vocabulary, frozenset(self.all_constants), self.delivery is not None)

    @property
    def namespace(self) -> dict[str, Any]:
        """All classes whose methods a text may call; a variant answers to its root's name."""
        return self.vocabulary.namespace

    @told_plainly
    def __call__(self, *given: Any, history: bool = False, **constants: Any) -> Model:
        """The model with these constants (the others keep their defaults).

        A size may be a number, or a tuple of names for the members. With `history`, the history
        variables and the properties that read them are part of the model.
        """
        refuse_given(self.name, given, history, self.all_constants)
        return Model(self._judged, {**self.all_constants, **constants}, history)

    @property
    def delivery_constants(self) -> dict[str, int]:
        """What the network may do, as constants: 1 for what it may, 0 for what it may not."""
        flags = vars(self.delivery) if self.delivery is not None else {}
        return {name: int(value) for name, value in flags.items()}

    @property
    def network_bounds(self) -> tuple[str | None, str | None, str | None]:
        """The constants that bound what is in flight."""
        return self.distinct_messages, self.copies, self.channel_length

    @property
    def all_constants(self) -> dict[str, int]:
        """Every constant and its default, those of the network included."""
        return {**self.constants, **self.delivery_constants}

    @property
    def sizes(self) -> frozenset[str]:
        """The constants that say how many members a class has."""
        return self.vocabulary.sizes

    @property
    def sorts(self) -> dict[str, Sort]:
        """What each constant may be."""
        found = {name: sort_of(default) for name, default in self.constants.items()}
        found |= dict.fromkeys(self.sizes, SIZE)
        return found | dict.fromkeys(self.delivery_constants, SWITCH)

    @told_plainly
    def variant(self, name: str, *classes: Any, **changes: Any) -> Spec:
        """The specification with classes replaced by subclasses of them, and fields changed."""
        processes = list(changes.pop("processes", self.processes))
        shared = list(changes.pop("shared", self.shared))
        for cls in classes:
            group: list[Any] = shared if isinstance(cls, GlobalsType) else processes
            at = [i for i, old in enumerate(group) if cls.root == old.root]
            if not at:
                raise SpecError(
                    f"`{cls.__name__}`, which varies no class of `{self.name}`",
                    allowed=", ".join(c.__name__ for c in (*self.processes, *self.shared)),
                    cure="make it a subclass of one of these",
                )
            refuse_two_of_a_name((group[at[0]], cls))
            group[at[0]] = cls
        return replace(self, name=name, processes=tuple(processes), shared=tuple(shared), **changes)


class Model:
    """A specification with its constants: what engines explore, prove and draw.

    `starts` are the states that it starts in instead (`starting_at`), `left_out` the claims
    that are not asked, each with the field of the Spec where it is not.
    """

    def __init__(
        self, spec: Spec, given: Mapping[str, Any], history: bool,
        starts: Sequence[State] = (), left_out: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:  # fmt: skip
        self.spec, self.history, self.starts, self.left_out = spec, history, tuple(starts), left_out
        self.constants = checked_constants(spec.name, given, spec.all_constants, spec.sorts)
        self.delivery = self._delivery()
        self.keeps = self.delivery is not None and self.delivery.keeps
        self.processes = (*spec.processes, *faults_of(self.delivery, spec.processes))
        self._reading: dict[Property, bool] = {}
        self._build_layout()
        refuse_constants_assumed(self.spec, self.constants, World(self))

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.constants.items())
        return f"<model of {self.spec.name}: {told}>"

    def _delivery(self) -> Delivery | None:
        if self.spec.delivery is None:
            return None
        return Delivery(**{flag: bool(self.constants[flag]) for flag in vars(self.spec.delivery)})

    def _build_layout(self) -> None:
        self.names = {cls.root: self._names(cls) for cls in (*self.processes, *self.spec.domains)}
        refuse_shared_names(self.names, [cls.root for cls in self.spec.shared])
        self.bases: dict[tuple[str, str], int] = {}
        self.variables: list[tuple[Variable, Any]] = []
        cells: list[Cell] = []
        groups: list[tuple[Any, str, str]] = [(g, g.root, g.root) for g in self.spec.shared]
        groups += [(cls, cls.root, name) for cls in self.processes for name in self.names[cls.root]]
        for cls, root, owner in groups:
            self.bases[root, owner] = len(cells)
            for variable in cls.variables.values():
                cells.append(Cell(owner, variable.name, variable.is_history))
                self.variables.append((variable, cls))
        self.left_out_cells = frozenset(
            at for at, cell in enumerate(cells) if cell.history and not self.history
        )
        self.channels = self._make_channels(len(cells))
        cells += [Cell(f"{a} to {b}", "queue") for a, b in self.channels]
        self.layout = Layout(tuple(cells), self.delivery is not None)

    def _names(self, cls: type[Domain]) -> tuple[str, ...]:
        return member_names(cls, self.constants[cls.number] if cls.number else 1)

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
            members[cls.root] = tuple(cls(i, n, world, self.bases[cls.root, n]) for i, n in named)
        return members

    # Annotations, parameters, initial values.

    def annotations(self, owner: Any) -> dict[str, Any]:
        """The resolved annotations of a function or a class."""
        return self.spec.vocabulary.hints(owner)

    def annotation_of(self, variable: Variable, cls: Any) -> Any:
        """The resolved annotation of a variable of a class, which may have inherited it."""
        return self.spec.vocabulary.annotation_of(variable, cls)

    def parameter_names(self, action: Action) -> tuple[str, ...]:
        """The names of an action's parameters, without `self`."""
        code = action.function.__code__
        return code.co_varnames[1 : code.co_argcount]

    def parameters(self, function: FunctionType | Action, skip: int = 0) -> dict[str, Any]:
        """The parameters of a function with their annotations (`skip` the first, `self`)."""
        body = function.function if isinstance(function, Action) else function
        found = self.spec.vocabulary.parameters(body, skip)
        for name, hint in found.items():
            if hint is None and name not in self.constants:
                raise without_annotation(body, name)
        return found

    @cached_property
    def _checks(self) -> Checks:
        return Checks(self.names, self.spec.vocabulary.fields)

    @cached_property
    def _cell_checks(self) -> tuple[Check, ...]:
        """For each cell, the check of its values; the queues' messages were checked when made."""
        found = [self._checks.of(self.annotation_of(v, cls)) for v, cls in self.variables]
        return (*found, *(lambda value: value for _ in self.channels))

    @cached_property
    def _records(self) -> frozenset[type]:
        return frozenset(cls for cls in self.spec.vocabulary.kinds if issubclass(cls, Record))

    def check_of(self, annotation: Any) -> Check:
        """The check of the values of a type, with the members of this model."""
        return self._checks.of(annotation)

    def admitted(self, cell: int, value: Any) -> Any:
        """A value, if the variable may hold it, its sets made `SortedSet`s."""
        try:
            return self._cell_checks[cell](value)
        except Mismatch as mismatch:
            raise mismatch.as_error(value, f"`{self.layout.cells[cell]}`") from None

    def sent(self, message: Any) -> Message:
        """A message, if it can be in flight; raises `SpecError` for one that cannot."""
        known = isinstance(message, Message) and type(message) in self._records
        if not known or None in (message.source, message.dest):
            raise not_sent(message, self._records)
        changed = self.made(message)
        found: Message = replace(message, **changed) if changed else message
        return found

    def made(self, record: Record) -> dict[str, Any]:
        """The fields of a new record that must be changed: those that hold plain sets.

        A record of another specification, which a refinement mapping may make, is left alone.
        """
        if type(record) not in self._records:
            return {}
        try:
            return self._checks.made(record)
        except Mismatch as mismatch:
            raise mismatch.as_error(record, "a record") from None

    @cached_property
    def horizon(self) -> int:
        """Up to where properties quantify over natural numbers: the largest bound, and two more."""
        counts = {*self.spec.sizes, *self.spec.network_bounds}
        numbers = [v for k, v in self.constants.items() if isinstance(v, int) and k not in counts]
        return max(numbers, default=0) + 2

    @cached_property
    def message_limits(self) -> tuple[int, int] | None:
        """How many different messages, and how many copies of each, the constraint allows."""
        names = (self.spec.distinct_messages, self.spec.copies)
        limits: Any = tuple(self.constants[n] if n else sys.maxsize for n in names)
        return None if names == (None, None) else limits

    @cached_property
    def initial_states(self) -> tuple[State, ...]:
        """The initial states, or those that it starts in instead, in a fixed order."""
        if self.starts:
            return tuple(dict.fromkeys(admitted_state(self, state) for state in self.starts))
        with World(self) as world:
            return begun(initial_states(world), world, self.spec)

    def starting_at(self, *states: State) -> Model:
        """The model that starts in these states, say at the end of a scene: `trace.last`.

        What is found of it is true of what comes after them, and says nothing of other behaviors.
        """
        given = tuple(admitted_state(self, state) for state in states)
        refuse_starts(given, World(self), self.spec)
        return Model(self.spec, self.constants, self.history, given, self.left_out)

    @told_plainly
    def start(self, state: State | None = None) -> World:
        """A world at a state (the first initial one unless given), to be run by hand."""
        if state is None:
            refuse_no_beginning(self)
        return started.World(self, state or self.initial_states[0])

    # Properties.

    def checked(self, claims: tuple[Property, ...]) -> tuple[Property, ...]:
        """Those of the claims that can be evaluated: with or without the history variables."""
        return claims if self.history else tuple(c for c in claims if not self.reads_history(c))

    def reads_history(self, claim: Property) -> bool:
        """Whether a claim's text, or a function it calls, mentions a history variable."""
        if claim not in self._reading:
            ghosts = {cell.variable for cell in self.layout.cells if cell.history}
            read = source.attributes(claim, self.spec.namespace)
            self._reading[claim] = not ghosts.isdisjoint(read)
        return self._reading[claim]

    def holds(self, claim: Property, state: State) -> bool:
        """Whether a claim is true in a state."""
        return World(self, state).failure(claim) is None
