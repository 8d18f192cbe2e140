"""What a specification takes for granted: of what never changes, and of initial states.

`assuming` names claims about constants and about variables that no action writes (TLA+'s ASSUME),
`initially` claims about initial states (a conjunct of Init). States that start otherwise are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol, get_args

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import State
from raftnb.language import source
from raftnb.language.claims import Property, as_function
from raftnb.language.initial import Initial
from raftnb.language.network import in_flight
from raftnb.language.processes import Process
from raftnb.language.universe import is_natural
from raftnb.language.vocabulary import Vocabulary


def refuse_assumptions(
    vocabulary: Vocabulary, assuming: tuple[Any, ...], initially: tuple[Any, ...]
) -> None:
    """Raise `SpecError` for an assumption about what changes, or for each of all numbers."""
    written = dict(_written(vocabulary)) if assuming else {}
    for claim in assuming:
        for name in sorted(variables_read(vocabulary, claim)):
            if name in written:
                raise SpecError(
                    f"`{claim.__name__}` in `assuming`, about `{name}`, which changes: "
                    f"{written[name]} writes it",
                    place=source.place(as_function(claim)),
                    allowed="constants, and variables that no action writes",
                    cure="claim it in `invariants`; what is so at the start only, in `initially`",
                )
    for claim in (*assuming, *initially):
        called = source.reached(claim, vocabulary.namespace)
        if any(in_flight in source.callees(one).values() for one in called):
            raise SpecError(
                f"`{claim.__name__}` in `assuming` or `initially`, about messages in flight",
                place=source.place(as_function(claim)),
                allowed="constants and variables: initially nothing is in flight",
                cure="claim it in `invariants`",
            )
        for name, hint in vocabulary.parameters(claim).items():
            if _has_naturals(hint):
                raise SpecError(
                    f"`{name}` of `{claim.__name__}`, for which all natural numbers would be tried",
                    place=source.place(as_function(claim)),
                    allowed="parameters of classes, enums, bool; constants",
                    cure=f"go through what there is: `for {name} in range(...)`",
                )


def _written(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """The names that actions write, each with an action that does."""
    for cls in (one for one in vocabulary.classes if issubclass(one, Process)):
        for name, action in cls.actions.items():
            told = f"`{cls.__name__}.{name}`"
            for function in source.reached(action.function, vocabulary.namespace):
                yield from ((one, told) for one in source.assigned_attributes(function))
        if cls.cycle is not None:
            yield "pc", f"the cycle of `{cls.__name__}`"


def variables_read(vocabulary: Vocabulary, claim: Property) -> frozenset[str]:
    """The names of the variables that a claim reads, or of any others of these names."""
    return source.attributes(claim, vocabulary.namespace) & vocabulary.variables


def _has_naturals(hint: Any) -> bool:
    return hint is not None and (is_natural(hint) or any(map(_has_naturals, get_args(hint))))


class Assuming(Protocol):
    """A specification as far as it assumes something."""

    @property
    def name(self) -> str: ...

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def assuming(self) -> tuple[Property, ...]: ...

    @property
    def initially(self) -> tuple[Property, ...]: ...


class Judge(Protocol):
    """A world as far as claims of its states go."""

    def load(self, state: State) -> None: ...

    def failure(self, claim: Property) -> dict[str, Any] | None: ...


def begun(states: Iterable[State], world: Judge, spec: Assuming) -> tuple[State, ...]:
    """Those of the states that satisfy what is assumed, and what is so initially."""
    return tuple(
        state
        for state in states
        if not any(_fails(c, state, world) for c in (*spec.assuming, *spec.initially))
    )


def _fails(claim: Property, state: State, world: Judge) -> bool:
    world.load(state)
    return world.failure(claim) is not None


def refuse_constants_assumed(spec: Assuming, constants: dict[str, Any], world: Judge) -> None:
    """Raise `UsageError` for constants of which what a specification assumes is not true."""
    for claim in spec.assuming:
        if variables_read(spec.vocabulary, claim) or world.failure(claim) is None:
            continue
        named = [n for n in spec.vocabulary.parameters(as_function(claim)) if n in constants]
        told = ", ".join(f"{name}={constants[name]}" for name in named or constants)
        raise UsageError(
            f"{told}, of which `{claim.__name__}` is not true",
            place=f"the model of `{spec.name}`",
            allowed=f"what it assumes: `{claim.__name__}`, {source.place(as_function(claim))}",
            cure="give constants of which it is true",
        )


def refuse_starts(states: Iterable[State], world: Judge, spec: Assuming) -> None:
    """Raise `UsageError` for a state to start in that is against what is assumed."""
    for state in states:
        for claim in spec.assuming:
            if _fails(claim, state, world):
                raise UsageError(
                    f"a state in which `{claim.__name__}` is not true, which is assumed",
                    allowed=f"states in which it is: {source.place(as_function(claim))}",
                    cure="take the state from a trace or a world of this model",
                )


class Beginning(Protocol):
    """A model as far as its initial states go."""

    @property
    def spec(self) -> Assuming: ...

    @property
    def initial_states(self) -> tuple[State, ...]: ...


def refuse_no_beginning(model: Beginning) -> None:
    """Raise `UsageError` for a model without initial states: whatever is claimed of it is true."""
    spec = model.spec
    claims = (*spec.assuming, *spec.initially)
    if claims and not model.initial_states:
        raise UsageError(
            f"`{spec.name}` without an initial state",
            allowed=f"constants with which some state satisfies {listed(claims)}",
            cure=how_to_begin(spec) or "give other constants, or larger sizes",
        )


def how_to_begin(spec: Assuming) -> str:
    """The cure where no state satisfies what is claimed of the beginning; empty if unknown."""
    claims, words = (*spec.assuming, *spec.initially), spec.vocabulary
    read = {name for claim in claims for name in source.attributes(claim, words.namespace)}
    own = [variable for cls in words.classes for variable in getattr(cls, "variables", {}).values()]
    fixed = [v.name for v in own if v.name in read and not isinstance(v.initial, Initial)]
    return f"let it begin as any value: `{fixed[0]}: Type = anything()`" if fixed else ""


def listed(claims: Iterable[Any]) -> str:
    """The names of claims."""
    return ", ".join(claim.__name__ for claim in claims)
