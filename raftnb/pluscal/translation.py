"""A model in TLA+: its variables, operators and actions, with their names and their meaning."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.data.values import Message, Record
from raftnb.language import source
from raftnb.language.initial import Anything, Each, First, start_of
from raftnb.language.network import FAULTS
from raftnb.language.spec import Model
from raftnb.language.universe import universe
from raftnb.language.world import World
from raftnb.pluscal import expressions, functions, trees
from raftnb.pluscal.counting import Counting
from raftnb.pluscal.helpers import needed
from raftnb.pluscal.lowering import Lowering, done
from raftnb.pluscal.names import Names, identifier
from raftnb.pluscal.network import Wire
from raftnb.pluscal.scope import Scope
from raftnb.pluscal.steps import Action, Change, Goto, Macro, Parameter, Steps, With, walked
from raftnb.pluscal.terms import (
    Call,
    Function,
    FunctionSet,
    Name,
    Quantified,
    State,
    Term,
    parts,
    states,
)
from raftnb.pluscal.totals import Totals
from raftnb.pluscal.values import Encoding, string
from raftnb.pluscal.words import Definition, Variable, open_parameters
from raftnb.tree import Program, nodes
from raftnb.tree.nodes import Member, RecordOf, Routine
from raftnb.tree.types import type_of


class Translation:
    """The translation of one model."""

    def __init__(self, model: Model) -> None:
        self.model, self.spec = model, model.spec
        self.program = Program(model)
        self.names = Names()
        self.sets = {
            c.root: self.names.of(c, identifier(c.root, "the class")) for c in self._numbered
        }
        self.encoding = Encoding(self.program, self.sets)
        self.wire = Wire(self.encoding, self)
        self.definitions: dict[str, Definition] = {}
        self.macros: dict[str, Macro] = {}
        self.used: set[str] = set()
        self._operators: dict[Routine, Definition] = {}
        self._running: dict[Routine, str] = {}
        self.constants = {
            name: self.names.of(("constant", name), identifier(name, "the constant"))
            for name in self.spec.constants
            if name not in self.spec.sizes
        }
        self._read_all()
        self._inbox = self.names.of("inbox", "inbox")
        self.variables = dict(self._named_variables())
        for cls in self.model.processes:
            self.names.of(("process", cls.root), cls.root.lower(), "a_")
            self.names.of(("label", cls.root), f"{cls.root.lower()}_step")
        for routine in self.routines:
            if routine.returns is not None or is_part(routine):
                self.names.of(routine.function, routine.name)
        self.totals = Totals(model, self.routines)
        self.counting = Counting(self, self.wire)

    @property
    def _numbered(self) -> list[Any]:
        return [c for c in (*self.model.processes, *self.spec.domains) if c.number]

    # Reading the specification.

    def _read_all(self) -> None:
        """Lower all that there is; the names of actions and claims come first."""
        seen: set[Routine] = set()
        self.routines: list[Routine] = []
        self.actions_of: dict[tuple[str, str], Routine] = {}
        for cls in self.model.processes:
            for name, action in cls.actions.items():
                self.names.of(
                    (cls.root, name), identifier(name, "the action"), f"{cls.root.lower()}_"
                )
                if action.function not in FAULTS:
                    self.actions_of[cls.root, name] = self.program.action(cls, name)
        self.routines_of_actions = set(self.actions_of.values())
        begun = (*self.spec.assuming, *self.spec.initially)
        claims = tuple(dict.fromkeys((*self.model.checked(self.spec.claims), *begun)))
        self.claims = {claim: self.program.claim(claim) for claim in claims}
        for claim in claims:
            self.names.of(("claim", claim), identifier(claim.__name__, "the claim"))
        for routine in (*self.actions_of.values(), *self.claims.values()):
            self.routines += trees.routines(routine, seen)
        for routine in self.routines:
            self._note_types(routine)
        for kind in self.spec.vocabulary.kinds:
            if issubclass(kind, Record) and kind not in (Record, Message):
                own = (self.program.field_type(kind, part.name) for part in fields(kind))  # type: ignore[arg-type]
                self.encoding.note(type_ for type_ in own if type_ is not None)

    def _note_types(self, routine: Routine) -> None:
        try:
            parts = trees.own_of(routine.body)
            self.encoding.note(part.type for part in parts if isinstance(part, nodes.Expr))
            self.encoding.note(type_ for _, type_ in routine.parameters)
        except SpecError as error:
            error.place = error.place or source.place(routine.function)
            raise

    def _named_variables(self) -> Iterator[tuple[tuple[str, str], Variable]]:
        for cell, (variable, cls) in zip(
            self.model.layout.cells, self.model.variables, strict=False
        ):
            key = (cls.root, variable.name)
            if cell.history and not self.model.history:
                continue
            type_ = self.program.variable_type(*key)
            self.encoding.note([type_])
            many = cls.root in self.sets
            if variable.name == "pc" and getattr(cls, "cycle", None) is not None:
                yield key, Variable("pc", *key, indexed=True)
                continue
            wanted = identifier(variable.name, "the variable")
            name = self.names.of(("variable", *key), wanted, f"{cls.root.lower()}_")
            yield key, Variable(name, *key, indexed=many)

    @property
    def state(self) -> list[str]:
        """The names of all variables."""
        names = list(dict.fromkeys(v.name for v in self.variables.values()))
        return [*names, *([self.wire.variable] if self.model.delivery is not None else [])]

    # What the parts of the translation ask for.

    def term(self, expr: nodes.Expr, scope: Scope) -> Term:
        """The meaning of an expression."""
        return expressions.term(self, expr, scope)

    def variable(self, root: str, name: str) -> Variable | None:
        """The variable; None for a history variable that is left out."""
        return self.variables.get((root, name))

    def initial_of_history(self, routine: Routine, expr: nodes.Read) -> Term:
        """What a history variable that is left out always has."""
        return self.initial(expr.root, expr.variable)

    def helper(self, name: str, *args: Term) -> Term:
        """An operator that comes with the module, applied."""
        self.used.add(name)
        return Call(name, args)

    @property
    def helpers(self) -> list[str]:
        """The names of the operators that come with the module, as far as they are used."""
        return needed(self.used)

    def is_total(self, expr: nodes.Expr) -> bool:
        """Whether a map has all the keys of its type."""
        return self.totals.is_total(expr)

    def bound(self, name: str, scope: Scope) -> str:
        """A name for what is bound here."""
        return self.names.bound(name, scope.inside)

    def fresh(self, name: str) -> str:
        """A name for what is bound outside of all functions of the specification."""
        return self.names.bound(name, frozenset())

    def inbox(self, actor: Term) -> Term:
        """The messages that a process can receive: an operator of the module, applied."""
        body, said = self.wire.to(Name("self")), "The messages that a process can receive."
        found = Definition(self._inbox, ("self",), body, said, self.reads(body))
        self.definitions[self._inbox] = found
        return Call(self._inbox, (actor,))

    def in_flight(self, kind: type, scope: Scope) -> Term:
        """The set of the messages of a kind that are in flight."""
        return self.wire.in_flight(kind, scope)

    def reads(self, term: Term) -> frozenset[str]:
        """The variables on which the value of a term depends."""
        called = (one.name for one in parts(term) if isinstance(one, Call))
        known = (self.definitions[name].reads for name in called if name in self.definitions)
        return frozenset(states(term)).union(*known)

    def written(self, body: tuple[nodes.Statement, ...]) -> set[str]:
        """The variables to which statements, and the parts they run, assign."""
        return set(self.counting.of(body))

    # Operators.

    def parameters(self, routine: Routine, constants: bool = False) -> Scope:
        """The scope of a routine's body: its parameters; constants stand for themselves."""
        scope = Scope(routine)
        for name, type_ in routine.parameters:
            natural = nodes.is_nat(type_)
            known = constants and name in self.model.constants
            bound = self.constant(name) if known else self.bound(name, scope)
            scope = scope.binding(name, Name(bound), natural=natural)
        return scope

    def constant(self, name: str) -> str:
        """What stands for a constant: its name in TLA+, or how many members a class has."""
        return self.constants.get(name) or str(self.model.constants[name])

    def is_natural_constant(self, term: Term) -> bool:
        """Whether a term is a constant of the model that is no negative number."""
        names = [name for name, called in self.constants.items() if term == Name(called)]
        values = [self.model.constants[name] for name in names]
        return any(isinstance(value, int) and value >= 0 for value in values)

    def operator(self, routine: Routine) -> Definition:
        """The definition of an operator of the specification."""
        if routine not in self._operators:
            self._operators[routine] = self._defined(routine)
        return self._operators[routine]

    def _defined(self, routine: Routine) -> Definition:
        scope = self.parameters(routine)
        body = functions.value(self, routine.body, scope)
        reads = self.reads(body)
        names = tuple(str(one.text) for one in scope.names.values() if isinstance(one, Name))
        name = self.names.of(routine.function, routine.name)
        for other in (name, *(self.names.of((routine.function, n), name) for n in range(9))):
            found = Definition(other, names, body, about(routine), reads)
            if self.definitions.setdefault(other, found) == found:
                return found
        raise SpecError(
            f"`{routine.name}`, used with arguments of ten kinds",
            place=source.place(routine.function),
            allowed="operators whose parameters have few types",
            cure="make operators of their own for some of them",
        )

    def kind_test(self, cls: type, x: str, body: Term) -> str:
        """The name of an operator that says of `x` whether it is of a class."""
        name = self.names.of(("kind", cls, body), f"is_{cls.__name__}")
        said = f"Whether something is a {cls.__name__}."
        self.definitions[name] = Definition(name, (x,), body, said, frozenset())
        return name

    def in_place(self, routine: Routine, args: tuple[Term, ...], scope: Scope) -> Term:
        """The value of an operator, written out where it is called."""
        kept = {f"{i} around": value for i, value in enumerate(scope.names.values())}
        inner = replace(scope, routine=routine, names=kept)
        for (name, _), arg in zip(routine.parameters, args, strict=True):
            inner = inner.binding(name, arg)
        return functions.value(self, routine.body, inner)

    # Initial values.

    def initial(self, root: str, name: str) -> Term:
        """The initial value of a variable of one process."""
        variable, cls = self._declared(root, name)
        initial = start_of(variable.initial)
        annotation = self.model.annotation_of(variable, cls)
        if isinstance(initial, Each):
            key = self.encoding.domain(type_of(typing.get_args(annotation)[0]))
            return Function(self.fresh("k"), key, self.encoding.value(initial.value))
        if isinstance(initial, First):
            type_ = type_of(annotation)
            if isinstance(type_, Member) and type_.root in self.sets:
                members = self.encoding.domain(type_)
                return Quantified("CHOOSE", self.fresh("x"), members, Name("TRUE"))
            return self.encoding.value(universe(annotation, World(self.model))[0])
        return self.encoding.value(initial)

    def _declared(self, root: str, name: str) -> tuple[Any, Any]:
        return next((v, c) for v, c in self.model.variables if (c.root, v.name) == (root, name))

    def starts(self, variable: Variable) -> tuple[str, Term]:
        """How a variable begins: `=` and its value, or `\\in` and the set it is from."""
        declared, cls = self._declared(variable.root, variable.variable)
        own = Name(self.sets[variable.root]) if variable.indexed else None
        if isinstance(start_of(declared.initial), Anything):
            among = self.encoding.domain(type_of(self.model.annotation_of(declared, cls)))
            return "\\in", FunctionSet(own, among) if own is not None else among
        value = self.initial(variable.root, variable.variable)
        return "=", Function(self.fresh("s"), own, value) if own else value

    # Actions.

    def actor(self, cls: Any) -> Term:
        """The acting process of a class: `self`, or the only one."""
        return Name("self") if cls.root in self.sets else self.encoding.single(cls.root)

    def actions(self) -> list[Action]:
        """The actions of all processes, but for the network's own faults."""
        found = []
        for cls in self.model.processes:
            for name in cls.actions:
                if (cls.root, name) in self.actions_of:
                    found.append(self._action(cls, name, self.actions_of[cls.root, name]))
        return found

    def _action(self, cls: Any, name: str, routine: Routine) -> Action:
        actor = self.actor(cls)
        scope = Scope(routine, actor=actor)
        parameters = []
        for number, (own, type_) in enumerate(routine.parameters):
            if number == 0:
                scope = scope.binding(own, actor)
                continue
            if own in self.model.constants:
                scope = scope.binding(own, Name(self.constant(own)))
                continue
            bound = self.bound(own, scope)
            natural = nodes.is_nat(type_)
            scope = scope.binding(own, Name(bound), natural=natural)
            parameters.append(Parameter(bound, self._domain(cls, type_, actor)))
        order = cls.cycle
        label = name if order is not None and name in order.labels else None
        held = self.counting.twice(routine.body)
        lowering = Lowering(self, self.wire, held, frozenset({"pc"}))

        def end(last: Scope) -> Steps:
            if label is None or "pc" in last.assigned:
                return ()
            following = string(order.after(label))
            return (Goto(following, Change("pc", (actor,), following), implied=True),)

        held_now: dict[str, Term] = {name: State(name) for name in held}
        steps = lowering.whole(routine.body, replace(scope, held=held_now), end)
        known = self.names.of((cls.root, name), name)
        return Action(known, cls.root, name, actor, tuple(parameters), steps, about(routine), label)

    def _domain(self, cls: Any, type_: nodes.Type, actor: Term) -> Term:
        if isinstance(type_, RecordOf):
            return self.wire.received(type_.cls, None if cls.everywhere else actor)
        return self.encoding.domain(type_)

    # Macros of PlusCal.

    def is_macro(self, routine: Routine, scope: Scope) -> bool:
        """Whether a part of actions means the same as a macro of PlusCal, run here."""
        if self.counting.twice(routine.body):
            return False
        first = next(iter(routine.parameters), None)
        if first is not None and isinstance(first[1], Member):
            if scope.names[first[0]] != scope.actor:
                return False
        called = [p.routine for p in trees.run_by(routine.body) if isinstance(p, nodes.Call)]
        if any(self.operator(one).reads & scope.assigned for one in called):
            return False
        name = self.macro(routine)
        bound = {step.name for step in walked(self.macros[name].steps) if isinstance(step, With)}
        return not bound & scope.inside

    def macro(self, routine: Routine) -> str:
        """The name of a part of actions."""
        if routine not in self._running:
            owner = routine.function.__qualname__.split(".")[-2:-1]
            wanted = "_".join((*owner, routine.name))
            name = self.names.of(routine.function, wanted)
            if name in self.macros:
                name = self.names.of(("macro", routine), wanted)
            self._running[routine] = name
            self.macros[name] = self._macro(name, routine)
        return self._running[routine]

    def _macro(self, name: str, routine: Routine) -> Macro:
        scope = Scope(routine)
        given = []
        for own, type_ in routine.parameters:
            natural = nodes.is_nat(type_)
            if own not in open_parameters(routine):
                assert isinstance(type_, Member)
                actor = self.actor(self.program.classes[type_.root])
                scope = replace(scope.binding(own, actor), actor=actor)
                continue
            given.append(self.bound(own, scope))
            scope = scope.binding(own, Name(given[-1]), natural=natural)
        steps = Lowering(self, self.wire, frozenset()).block(routine.body, scope, done)
        return Macro(name, tuple(given), steps, about(routine))


def is_part(routine: Routine) -> bool:
    """Whether a function was declared as a part of actions."""
    return hasattr(routine.function, "__macro__")


def about(routine: Routine) -> str:
    """What a function says of itself, in one paragraph."""
    return " ".join((inspect.getdoc(routine.function) or "").partition("\n\n")[0].split())
