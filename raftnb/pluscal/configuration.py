"""Configurations of TLC: constants, what is claimed, and what bounds the exploration."""

from __future__ import annotations

import re
from collections.abc import Iterable

from raftnb.pluscal.claims import Claim
from raftnb.pluscal.module import Module
from raftnb.pluscal.names import member
from raftnb.pluscal.terms import conjunction


def configuration(
    module: Module, body: str, specification: str = "Spec", *, symmetry: bool = False
) -> str:
    """The configuration for a module's text, and what is claimed of its states and steps."""
    lines = _head(specification, _given(module, body)) + _claimed(module) + _bounded(module)
    if module.symmetry is not None:
        lines += ["", ("" if symmetry else "\\* ") + "SYMMETRY Symmetry"]
    return "\n".join(lines) + "\n"


def for_liveness(module: Module, body: str, specification: str) -> str:
    """The configuration for what is claimed of the whole behaviors of a specification."""
    lines = _head(specification, _given(module, body))
    lines += _list("PROPERTIES", module.liveness) + _bounded(module)
    return "\n".join(lines) + "\n"


def for_trace(module: Module, body: str, specification: str, members: Iterable[str]) -> str:
    """The configuration for one behavior, in whose text members have their names."""
    given = [*_given(module, body), *(f"{name} = {name}" for name in members)]
    return "\n".join(_head(specification, given) + _claimed(module)) + "\n"


def _head(specification: str, given: list[str]) -> list[str]:
    constants = ["", "CONSTANTS", *(f"  {one}" for one in given)] if given else []
    return [f"SPECIFICATION {specification}", *constants]


def _claimed(module: Module) -> list[str]:
    return _list("INVARIANTS", module.invariants) + _list("PROPERTIES", module.steps)


def _list(word: str, claims: list[Claim]) -> list[str]:
    return ["", word, *(f"  {one.name}" for one in claims)] if claims else []


def _bounded(module: Module) -> list[str]:
    return ["", "CONSTRAINT Constraint"] if module.constraint != conjunction([]) else []


def _given(module: Module, body: str) -> list[str]:
    """The constants that a module's text declares, with their values."""
    declared = re.search(r"^CONSTANTS\s(.*?)\n\n", body, re.DOTALL | re.MULTILINE)
    names = re.findall(r"\w+", re.sub(r"\\\*.*", "", declared[1])) if declared else []
    return [f"{name} = {_value(module, name)}" for name in names]


def _value(module: Module, name: str) -> str:
    roots = {given: root for root, given in module.t.sets.items()}
    if name == "None":
        return "None"
    if name in roots:
        names = module.model.names[roots[name]]
        return f"{{{', '.join(member(n) for n in names)}}}"
    own = {said: constant for constant, said in module.t.constants.items()}
    return str(module.model.constants[own[name]])
