"""The refinement mapping compared with running its functions, in the states of `agreement`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.data.trace import State
from raftnb.language.mapping import Function, RefinementMapping
from raftnb.language.source import spec_error
from raftnb.language.world import World
from raftnb.prove.conditions import Needs
from raftnb.prove.cti import differs
from raftnb.prove.mapped import Mapped, Typed
from raftnb.prove.reading import Reading
from raftnb.prove.terms import conj
from raftnb.prove.translated import Translated
from raftnb.tree.nodes import Member


@dataclass
class View:
    """What an abstract variable of a process is, and when it has a value."""

    name: str
    function: Function
    owner: str | None
    found: Typed
    defined: z3.BoolRef


class Views:
    """The translation of a mapping's functions, and plain Python, side by side."""

    def __init__(self, translated: Translated, mapping: RefinementMapping) -> None:
        self.translated, self.here = translated, translated.here
        self.mapped = Mapped(self.here.conditions, mapping)
        self.world = World(self.here.model)
        self.views = [view for pair in mapping.variables.items() for view in self._made(*pair)]

    def _made(self, name: str, function: Function) -> Iterator[View]:
        routine = self.mapped.routine(function)
        owners: list[tuple[str | None, dict[str, Any]]] = [(None, {})]
        for parameter, type_ in routine.parameters:
            assert isinstance(type_, Member)
            reading, names = Reading(self.here, None), self.here.model.names[type_.root]
            owners = [(one, {parameter: reading.owner(type_.root, one)}) for one in names]
        for owner, env in owners:
            needs: Needs = []
            found = self.mapped.evaluated(routine, env, self.here.before, None, needs)
            defined = [self.here.theory.forall(n.bound, n.condition) for n in needs]
            yield View(name, function, owner, found, conj(*defined))

    def compare_in(self, state: State) -> Iterator[str]:
        """The variables that were compared in a state; raises `Disagreement` where one differs."""
        for view in self.views:
            if not self.translated.says(view.defined):
                continue
            try:
                expected = self.run(view, state)
            except SpecError as error:
                what = (
                    f"`{view.name}` has no value ({error.found}), and the translation says it has"
                )
                raise differs(what, state) from error
            shape = self.here.words.of(view.found.type)
            same = shape.equal(view.found.value, shape.literal(expected))
            if not self.translated.says(same):
                what = f"`{view.name}` is {expected}, and the translation says something else"
                raise differs(what, state)
            yield view.name

    def run(self, view: View, state: State) -> Any:
        """What a function gives, by plain Python."""
        self.world.load(state)
        with self.world:
            arguments = () if view.owner is None else (self.world[view.owner],)
            try:
                return view.function(*arguments)
            except SpecError:
                raise
            except Exception as error:
                raise spec_error(error, view.name) from error
