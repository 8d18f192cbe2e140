"""Configurations of TLC: constants, what is claimed, and what bounds the exploration."""

from __future__ import annotations

import re

from raftnb.pluscal.module import Module
from raftnb.pluscal.names import member
from raftnb.pluscal.terms import conjunction


def configuration(module: Module, body: str, *, symmetry: bool = False, live: bool = False) -> str:
    """The configuration of TLC for a module's text."""
    lines = [f"SPECIFICATION {'FairSpec' if live else 'Spec'}", "", "CONSTANTS"]
    declared = re.search(r"^CONSTANTS\s(.*?)\n\n", body, re.DOTALL | re.MULTILINE)
    names = re.findall(r"\w+", declared[1]) if declared else []
    lines += [f"  {name} = {_given(module, name)}" for name in names]
    lines = lines if names else lines[:1]
    if live:
        lines += ["", "PROPERTIES", *(f"  {one.name}" for one in module.liveness)]
    elif module.invariants:
        lines += ["", "INVARIANTS", *(f"  {one.name}" for one in module.invariants)]
    if module.steps and not live:
        lines += ["", "PROPERTIES", *(f"  {one.name}" for one in module.steps)]
    if module.constraint != conjunction([]):
        lines += ["", "CONSTRAINT Constraint"]
    if module.symmetry is not None and not live:
        lines += ["", ("" if symmetry else "\\* ") + "SYMMETRY Symmetry"]
    return "\n".join(lines) + "\n"


def _given(module: Module, name: str) -> str:
    roots = {given: root for root, given in module.t.sets.items()}
    if name == "None":
        return "None"
    if name in roots:
        names = module.model.names[roots[name]]
        return f"{{{', '.join(member(n) for n in names)}}}"
    return str(module.model.constants[name])
