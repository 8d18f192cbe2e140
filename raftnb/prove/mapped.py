"""A concrete state as the abstract specification sees it: the refinement mapping, symbolically."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import z3

from raftnb.data.domains import Domain
from raftnb.data.errors import SpecError, UsageError
from raftnb.language.mapping import Function, RefinementMapping
from raftnb.prove.conditions import Conditions, Needs
from raftnb.prove.plain import Reader
from raftnb.prove.scope import UNFORESEEN
from raftnb.prove.state import Symbolic, Vocabulary
from raftnb.prove.terms import TRUE, MapV, Value
from raftnb.tree import Program, nodes
from raftnb.tree.nodes import BOOL, MapOf, Member, Nothing, Routine, Type


@dataclass(frozen=True)
class Typed:
    """A value with its type."""

    value: Value
    type: Type


class Mapped:
    """The abstract specification over the concrete one's theory, and states seen as its states.

    Classes of one name are one sort; so they must both have one process, or both any number.
    """

    def __init__(self, conditions: Conditions, mapping: RefinementMapping) -> None:
        self.conditions, self.mapping = conditions, mapping
        self.concrete = conditions.words
        program = Program(mapping.abstract(history=True))
        self.words = Vocabulary(conditions.theory.of(program))
        self.variables = {
            key: type_ for key, type_ in self.words.variables.items() if not self._is_history(*key)
        }
        self._check()

    def _is_history(self, root: str, name: str) -> bool:
        return bool(self.words.program.classes[root].variables[name].is_history)

    def _check(self) -> None:
        abstract, mine = self.words.program, self.concrete.program
        if abstract.has_network:
            raise UsageError(
                f"`{abstract.spec.name}`, which sends messages, as what is refined",
                allowed="abstract specifications without a network",
                cure="keep what is on its way in a variable",
            )
        self._refuse_constants(abstract)
        for claim in (*abstract.spec.assuming, *abstract.spec.initially):
            raise UsageError(
                f"`{claim.__name__}`, which `{abstract.spec.name}` assumes",
                allowed="abstract specifications that assume nothing of how they begin",
                cure="leave it out there, and let a first action choose",
            )
        for root, cls in abstract.classes.items():
            other = mine.classes.get(root)
            if other is not None and kind_of(cls) != kind_of(other):
                raise UsageError(
                    f"`{root}`, which is {kind_of(cls)} in `{abstract.spec.name}` and "
                    f"{kind_of(other)} in `{mine.spec.name}`",
                    allowed="classes of one name that have the same members",
                    cure="give one of them another name",
                )
        known = {f"{root}.{name}": None for root, name in self.variables}
        for key in self.mapping.variables:
            if key not in known:
                raise UsageError(
                    f"`{key}` in the refinement mapping",
                    allowed=", ".join(known),
                    cure="name a variable of the abstract specification that is no history",
                )

    def _refuse_constants(self, abstract: Program) -> None:
        known = abstract.spec.constants
        for cls in abstract.model.processes:
            for name, action in cls.actions.items():
                for constant in filter(known.__contains__, abstract.model.parameters(action, 1)):
                    raise UsageError(
                        f"the constant `{constant}` in `{name}` of `{abstract.spec.name}`",
                        allowed="abstract actions that read no constants",
                        cure="keep it in a variable of the abstract specification",
                    )

    # States.

    def seen(self, state: Symbolic) -> Symbolic:
        """A concrete state as an abstract one."""
        return Symbolic({key: self._reader(*key, state) for key in self.variables}, {})

    def _reader(self, root: str, name: str, state: Symbolic) -> Reader:
        def reader(*owner: z3.ExprRef) -> Value:
            return self.value(root, name, owner, state, None)

        if not self.words.is_total(root, name):
            return reader
        return lambda *owner: MapV(lambda k: TRUE, reader(*owner).get)

    def value(
        self,
        root: str,
        name: str,
        owner: tuple[z3.ExprRef, ...],
        state: Symbolic,
        needs: Needs | None,
    ) -> Value:
        """What an abstract variable of a process is in a concrete state."""
        want = self.variables[root, name]
        function = self.mapping.variables.get(f"{root}.{name}")
        if function is None:
            found = self._as_it_is(root, name, owner, state)
            return self.converted(found, want, f"{root}.{name}", needs)
        routine = self.routine(function)
        given = self._owner(root, name, routine, owner)
        found = self.evaluated(routine, given, state, None, needs)
        return self.converted(found, want, f"{root}.{name}", needs)

    def _owner(
        self, root: str, name: str, routine: Routine, owner: tuple[z3.ExprRef, ...]
    ) -> dict[str, Any]:
        """The argument of a variable's function: its process."""
        types = [type_ for _, type_ in routine.parameters]
        theory = self.words.theory
        is_only = all(theory.only(term.sort()) is not None for term in owner)
        if types == [Member(root)] * len(owner) or (not types and is_only):
            return {name: term for (name, _), term in zip(routine.parameters, owner, strict=False)}
        raise UsageError(
            f"the parameters of `{routine.name}`, which gives `{root}.{name}`",
            allowed=f"one parameter, the `{root}`" if owner else "no parameters",
            cure=f"write `def {routine.name}({f'x: {root}' if owner else ''})`",
        )

    def _as_it_is(
        self, root: str, name: str, owner: tuple[z3.ExprRef, ...], state: Symbolic
    ) -> Typed:
        type_ = self.concrete.variables.get((root, name))
        if type_ is None:
            raise UsageError(
                f"`{root}.{name}` of `{self.mapping.abstract.name}`, of which nothing is said",
                allowed="a function for each of its variables that the concrete one has not",
                cure=f'add `"{root}.{name}": function` to the mapping',
            )
        return Typed(state.read(root, name, owner[0] if owner else None), type_)

    # Functions.

    def routine(self, function: Function) -> Routine:
        """The tree of a function of the state; it may not look at the network, nor choose."""
        routine = self.concrete.program.operator(function)  # type: ignore[arg-type]
        if routine.returns is None or isinstance(routine.returns, Nothing):
            raise SpecError(
                f"`{routine.name}`, which returns nothing",
                allowed="functions with the type of what they return: `-> Type`",
                cure="annotate what it returns",
            )
        for node in nodes.parts(routine):
            if isinstance(node, nodes.InFlight | nodes.Either):
                raise self.conditions.evaluator(
                    self.conditions.before, function=routine.function
                ).scope.refused(
                    node,
                    "a choice or the messages in flight in a refinement mapping",
                    allowed="functions of the variables",
                    cure="keep in a history variable what the mapping has to know",
                )
        return routine

    def evaluated(
        self,
        routine: Routine,
        env: Mapping[str, Any],
        before: Symbolic,
        after: Symbolic | None,
        needs: Needs | None,
    ) -> Typed:
        """What a function gives."""
        at = self.conditions.evaluator(before, after, routine.function, needs)
        want = routine.returns
        assert want is not None
        return Typed(at.block(routine.body, dict(env), want), want)

    def truth(
        self,
        function: Function,
        env: Mapping[str, Any],
        before: Symbolic,
        after: Symbolic,
        needs: Needs,
    ) -> z3.BoolRef:
        """Whether a function of a step is true."""
        found = self.of_step(function, env, before, after, needs)
        if found.type != BOOL:
            raise UsageError(
                f"`{function.__name__}` as `when`", allowed="True or False", cure="compare it"
            )
        truth: z3.BoolRef = found.value
        return truth

    def of_step(
        self,
        function: Function,
        env: Mapping[str, Any],
        before: Symbolic,
        after: Symbolic,
        needs: Needs,
    ) -> Typed:
        """What a function of a concrete step gives; its parameters are those of the action."""
        routine = self.routine(function)
        names = [name for name, _ in routine.parameters]
        unknown = [name for name in names if name not in env]
        if unknown:
            raise UsageError(
                f"the parameter `{unknown[0]}` of `{routine.name}`",
                allowed=f"the parameters of the action: {', '.join(env)}",
                cure="take it out; look at the step with `after`",
            )
        return self.evaluated(routine, {name: env[name] for name in names}, before, after, needs)

    def converted(self, found: Typed, want: Type, what: str, needs: Needs | None) -> Value:
        """A value as one of an abstract type."""
        at = self.conditions.evaluator(self.conditions.before, needs=needs)
        try:
            return at.scope.converted(found.value, nodes.Var(found.type, 0, what), want)
        except SpecError as error:
            error.place = error.place or f"`{what}` in the refinement mapping"
            raise
        except UNFORESEEN as error:
            raise at.scope.unforeseen(nodes.Var(found.type, 0, what), error) from error

    def is_total(self, key: tuple[str, str], value: Value) -> z3.BoolRef:
        """Whether a map that has every key at first has every key."""
        type_ = self.variables[key]
        if not self.words.is_total(*key) or not isinstance(type_, MapOf):
            return TRUE
        theory = self.words.theory
        inside: z3.BoolRef = value.has(theory.fresh("k", theory.plain_sort(type_.key)))
        return inside


def kind_of(cls: Any) -> str:
    """Whether a class is of one process or of any number, or of variables that are shared."""
    if not issubclass(cls, Domain):
        return "a class of shared variables"
    return "one process" if cls.number is None else "any number of members"
