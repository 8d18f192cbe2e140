"""What one may ask of `prove`: claims and actions as functions or by name, and numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from raftnb.data.errors import UsageError
from raftnb.data.names import nearest
from raftnb.language.proof import Proof
from raftnb.language.spec import Model, Spec

Named: TypeAlias = str | Callable[..., Any]


def names_of(given: Named | Iterable[Named], argument: str) -> tuple[str, ...]:
    """The names of claims or actions, which are given as functions or by name."""
    several = isinstance(given, Iterable) and not isinstance(given, str) and not callable(given)
    some: Any = given if several else (given,)
    return tuple(name_of(one, argument) for one in some)


def name_of(one: Any, argument: str) -> str:
    """A name, or the name of a function; `UsageError` for anything else."""
    name = one if isinstance(one, str) else getattr(one, "__name__", None)
    if name is None:
        raise UsageError(
            f"{argument}={one!r}",
            allowed="functions or their names, one or a tuple of them",
            cure="name them without calling them",
        )
    return str(name)


def known_name(proof: Proof, name: str) -> str:
    """The name of a claim, of what leads to what, or of the specification that is refined."""
    refined = proof.refines is not None and name == proof.refines.abstract.name
    leads = name in [one.name for one in proof.leads]
    return name if refined or leads else proof.lemma(name).name


def check_arguments(
    proof: Proof, timeout: float, workers: int | None, actions: tuple[str, ...]
) -> None:
    """Raise `UsageError` for arguments that mean nothing."""
    given: Any = proof
    if isinstance(given, Spec | Model):
        spec = given if isinstance(given, Spec) else given.spec
        raise UsageError(
            f"the {'specification' if spec is given else 'model'} `{spec.name}`",
            allowed="a Proof: the specification, and the conjuncts of an invariant",
            cure="write `prove(Proof(SPEC, tuple(map(Lemma, SPEC.invariants))))`",
        )
    if not isinstance(given, Proof):
        raise UsageError(f"{given!r}", allowed="a Proof", cure="Proof(SPEC, ...)")
    seconds: Any = timeout
    if not isinstance(seconds, int | float) or not seconds > 0:
        raise UsageError(f"timeout={timeout!r}", allowed="seconds above 0", cure="use 10")
    if workers is not None and (type(workers) is not int or workers < 1):
        raise UsageError(
            f"workers={workers!r}", allowed="a number of at least 1", cure="leave it out"
        )
    known = {name: None for cls in proof.spec.processes for name in cls.actions}
    for name in actions:
        if name.partition("(")[0] not in known:
            raise UsageError(
                f"the action `{name}`, which it does not have",
                place=f"the proof of `{proof.spec.name}`",
                allowed=", ".join(known),
                cure=nearest(name, known) or "use one of these",
            )
