"""Who helps in what leads to what, and by which steps: functions of a state as terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import z3

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.names import listed
from raftnb.data.values import Message
from raftnb.language.claims import Property
from raftnb.language.leads import Helps, Leads, class_of, fair_actions
from raftnb.prove.actions import Case, Given, Start
from raftnb.prove.conditions import Conditions, Needs
from raftnb.prove.execute import ways
from raftnb.prove.scope import Picked
from raftnb.prove.state import Symbolic
from raftnb.prove.terms import TRUE, Family, RecordV, conj, disj
from raftnb.prove.theory import Theory, in_words
from raftnb.tree import nodes
from raftnb.tree.nodes import BOOL, INT, NOTHING, Member, RecordOf, SetOf, Type
from raftnb.tree.types import fits

Known = list[z3.BoolRef]


class Functions:
    """The functions of what leads to what, of a state and of any values of the claim's parameters.

    `env` are these values, of which `eligible` is known.
    """

    def __init__(self, conditions: Conditions, leads: Leads) -> None:
        self.conditions, self.leads = conditions, leads
        self.words, self.program = conditions.words, conditions.program
        self.eligible: Known = []
        self.env = self._any_values()

    def names(self) -> set[str]:
        """What every function may have as a parameter."""
        claim: Any = self.leads.claim
        return {*self.program.model.parameters(claim), *self.program.model.constants}

    def refuse(self, function: Any, more: tuple[str, ...] = ()) -> None:
        """Raise `UsageError` for a function of history, or of what it is not given."""
        model = self.program.spec()
        if model.reads_history(function):
            raise UsageError(
                f"`{function.__name__}`, which reads a history variable",
                allowed="functions of what there is: a step of history alone is none",
                cure="take it out of what leads",
            )
        known = {*self.names(), *more}
        unknown = [name for name in model.parameters(function) if name not in known]
        if unknown:
            raise UsageError(
                f"the parameter `{unknown[0]}` of `{function.__name__}`",
                allowed=listed(sorted(known)),
                cure="give it one of these names, or quantify over it",
            )

    def _any_values(self) -> dict[str, Any]:
        """Constants for the parameters of the claim."""
        routine = self.program.claim(self.leads.claim)
        env: dict[str, Any] = {}
        for name, type_ in routine.parameters:
            if name in self.program.model.constants:
                env[name] = self.words.theory.value_of_constant(name)
                continue
            sort = self.conditions.parameter_sort(self.leads.claim, name, type_)
            const = self.words.theory.fresh(name, sort)
            env[name] = self.conditions.parameter(const, type_)
            self.eligible.append(self.words.of(type_).eligible(env[name]))
        return env

    def value(
        self,
        function: Any,
        env: dict[str, Any],
        state: Symbolic,
        want: Type,
        needs: Needs | None = None,
    ) -> Any:
        """What a function gives in a state."""
        routine = (self.program.claim if want == BOOL else self.program.operator)(function)
        if routine.returns is None or not fits(routine.returns, want):
            raise UsageError(
                f"what `{routine.name}` returns",
                allowed=in_words(want),
                cure="annotate what it returns, as `-> Nat` or `-> Client`",
            )
        given = {name: env[name] for name, _ in routine.parameters}
        at = self.conditions.evaluator(state, function=routine.function, needs=needs)
        return at.block(routine.body, given, routine.returns)

    def truth(
        self, claim: Property, env: dict[str, Any], state: Symbolic, needs: Needs | None = None
    ) -> z3.BoolRef:
        """Whether a claim is true in a state."""
        truth: z3.BoolRef = self.value(claim, env, state, BOOL, needs)
        return truth

    def rank(self, state: Symbolic, needs: Needs | None = None) -> list[z3.ArithRef]:
        """The rank in a state."""
        return [self.value(part, self.env, state, INT, needs) for part in self.leads.rank]


@dataclass(frozen=True)
class Helper:
    """Whose step helps: the action, those that its process takes by fairness, and the process.

    `who` is the parameter that is the process, if there is one, `own` those of the action: their
    names and types. `step` is any step that may help, with the names that it gives a value.
    """

    helps: Helps
    start: Start
    fair: frozenset[str]
    who: tuple[str, ...]
    own: Mapping[str, Type]
    me: z3.ExprRef
    step: Family


class Helping:
    """Who helps: what `Helps` says, and the steps that it means.

    With `removes`, a message that a step discards is gone after it.
    """

    def __init__(self, functions: Functions) -> None:
        self.functions, self.leads = functions, functions.leads
        self.conditions, self.before = functions.conditions, functions.conditions.before
        self.words, self.program = functions.words, functions.program
        delivery = self.program.model.delivery
        self.removes = delivery is not None and not delivery.keeps
        self._refuse_network()
        self.helpers = [self._helper(one) for one in self.leads.helpful]

    def _refuse_network(self) -> None:
        """What can be received must be known, and stay so, but by a schedule."""
        delivery = self.program.model.delivery
        if delivery is None:
            return
        loses = delivery.loses and not delivery.keeps and not self.leads.by_schedule
        if loses or not delivery.reorders:
            how = "may lose a message" if loses else "keeps messages in order"
            raise SpecError(
                f"`{self.leads.name}`, in `{self.program.spec.name}`, whose network {how}",
                allowed="progress where whatever is in flight can be received, and stays so: "
                "`Delivery(loses=False, duplicates=False)`, or messages that are repeated",
                cure="claim that it can be, by a schedule of steps: `by_schedule=True`"
                if loses
                else "keep what is under way in variables",
            )

    def _who(self, helps: Helps) -> tuple[str, ...]:
        """The parameter of what helps that is the process, if there is one."""
        root, known = class_of(self.program.spec, helps).root, {*self.functions.names(), *helps.own}
        types = dict(self.program.claim(helps.when).parameters)
        more = [name for name in types if name not in known]
        is_only = self.words.theory.only(self.words.theory.sort(Member(root))) is not None
        if len(more) != (not is_only) or any(types[n] != Member(root) for n in more):
            raise UsageError(
                f"the parameters of `{helps.when.__name__}`: {listed(types)}",
                allowed=f"those of `{self.leads.claim.__name__}`, those of the action"
                + ("" if is_only else f", and one of class `{root}` that has another name"),
                cure="say by whom: a parameter is the process that helps",
            )
        return tuple(more)

    def _own(self, helps: Helps) -> dict[str, Type]:
        """The parameters of the action that what helps names, with their types."""
        cls = class_of(self.program.spec, helps)
        types = dict(self.program.claim(helps.when).parameters)
        for name, want in self.program.action(cls, helps.action.name).parameters[1:]:
            have = types.get(name, want)
            if name in helps.own and (name in self.functions.names() or not fits(have, want)):
                raise UsageError(
                    f"the parameter `{name}` of `{helps.when.__name__}`, {in_words(have)}",
                    allowed=f"what `{helps.name}` has by this name, {in_words(want)}, and "
                    f"`{self.leads.claim.__name__}` has not",
                    cure="annotate it alike, or give it another name",
                )
        return {name: types[name] for name in helps.own}

    def _helper(self, helps: Helps) -> Helper:
        spec, by_schedule = self.program.spec, self.leads.by_schedule
        cls, theory = class_of(spec, helps), self.words.theory
        who, own = self._who(helps), self._own(helps)
        kinds = [kind for type_ in own.values() for kind in self._kinds(type_)]
        fair = frozenset[str]() if by_schedule else fair_actions(spec, helps)
        me = theory.fresh("helper", theory.sort(Member(cls.root)))
        (step,) = self._steps(helps, own, self.conditions.before)
        env = {**self.functions.env, **dict.fromkeys(who, me), **step.value}
        start = Start(cls.root, helps.action.name, kinds[0] if kinds else None)
        for function in (helps.when, *helps.arguments.values(), *helps.picks):
            self.functions.refuse(function, (*who, *own))
        return Helper(helps, start, fair, who, own, me, replace(step, value=env))

    def _kinds(self, type_: Type) -> list[type[Message]]:
        """The kind of message that a parameter is."""
        if not isinstance(type_, RecordOf) or not is_message(type_):
            return []
        found = [kind for kind in self.words.kinds if issubclass(kind, type_.cls)]
        if found != [type_.cls]:
            raise UsageError(
                f"a parameter that is {in_words(type_)}, in what helps `{self.leads.name}`",
                allowed="a message of one kind: " + listed(k.__name__ for k in self.words.kinds),
                cure="write one `Helps` for each kind",
            )
        return found

    def _steps(self, helps: Helps, own: Mapping[str, Type], state: Symbolic) -> list[Family]:
        """The arguments that a step may have in a state: messages in flight, any other values."""
        found = [Family((), TRUE, {})]
        for name, type_ in own.items():
            if isinstance(type_, RecordOf) and self._kinds(type_):
                line = nodes.InFlight(nodes.SeqOf(type_), 0, type_.cls)
                some = self.conditions.evaluator(state).families(line, {})
            else:
                sort = self.conditions.parameter_sort(helps.when, name, type_)
                const = self.words.theory.fresh(name, sort)
                value = self.conditions.parameter(const, type_)
                some = [Family((const,), self.words.of(type_).eligible(value), value)]
            found = [
                Family((*a.bound, *b.bound), conj(a.guard, b.guard), {**a.value, name: b.value})
                for a in found
                for b in some
            ]
        return found

    def helps(self, helper: Helper, me: z3.ExprRef, state: Symbolic) -> z3.BoolRef:
        """Whether a step of a process helps, with some arguments."""
        env = {**self.functions.env, **dict.fromkeys(helper.who, me)}
        some = [
            self.words.theory.exists(
                step.bound,
                conj(
                    step.guard,
                    self.functions.truth(helper.helps.when, {**env, **step.value}, state),
                ),
            )
            for step in self._steps(helper.helps, helper.own, state)
        ]
        return disj(*some)

    def step_helps(self, helper: Helper, needs: Needs | None = None) -> Known:
        """That the step of `helper` helps."""
        helps = self.functions.truth(helper.helps.when, helper.step.value, self.before, needs)
        return [helper.step.guard, helps]

    def given(self, helper: Helper, needs: Needs | None = None) -> Given:
        """Which step helps: who takes it, with what, and what it chooses."""
        before, helps, env = self.before, helper.helps, helper.step.value
        cls = class_of(self.program.spec, helps)
        arguments = {}
        for name, type_ in self.program.action(cls, helps.action.name).parameters[1:]:
            if name in helper.own:
                arguments[name] = env[name]
                continue
            if name not in helps.arguments or is_message(type_):
                raise UsageError(
                    f"`{helps.name}`, of which it is not said what `{name}` is",
                    allowed="a function for each argument of the action",
                    cure=f"give `{helps.when.__name__}` the parameter `{name}`, or add "
                    f'`arguments={{"{name}": function}}`',
                )
            arguments[name] = self.functions.value(helps.arguments[name], env, before, type_, needs)
        picks = []
        chosen: tuple[Any, ...] = helps.picks
        for function in chosen:
            type_ = self.program.operator(function).returns or NOTHING
            picks.append(
                Picked(TRUE, self.functions.value(function, env, before, type_, needs), type_)
            )
        return Given(helper.me, arguments, tuple(picks))

    def ways(self, helper: Helper) -> Iterator[Case]:
        """The ways through the step that helps."""
        opaque, given = self.conditions.opaque, self.given(helper)
        how = {"given": given, "removes": self.removes}
        return ways(self.words, helper.start, self.before, opaque, **how)

    def looked_at(self, helper: Helper, ranks: list[z3.ArithRef]) -> Known:
        """What makes the solver ask of who helps whether it is in a set that is counted.

        A set gets smaller since one member leaves it, and the solver looks at terms that are there.
        """
        theory = self.words.theory
        fields = [v.fields for v in helper.step.value.values() if isinstance(v, RecordV)]
        who = [helper.me, *(f[end] for f in fields for end in ("source", "dest") if end in f)]
        found = []
        for name, element in counted_sets(theory, ranks):
            for one in who:
                if isinstance(one, z3.ExprRef) and one.sort() == theory.sort(element.of):
                    asked = theory.member(element)(one, name)
                    found.append(asked == theory.fresh("is in", z3.BoolSort()))
        return found


def is_message(type_: Type) -> bool:
    """Whether values of a type are messages."""
    return isinstance(type_, RecordOf) and issubclass(type_.cls, Message)


def counted_sets(theory: Theory, terms: Sequence[z3.ExprRef]) -> list[tuple[z3.ExprRef, SetOf]]:
    """The names of the sets whose sizes are parts of terms, with their types."""
    sizes = {f"size of {sort}": SetOf(of) for sort, of in theory.set_elements.items()}
    found: dict[int, tuple[z3.ExprRef, SetOf]] = {}
    left = list(terms)
    while left:
        term = left.pop()
        if z3.is_app(term) and term.decl().name() in sizes:
            found[term.get_id()] = term.arg(0), sizes[term.decl().name()]
        left += term.children()
    return list(found.values())


__all__ = ["Functions", "Helper", "Helping", "Known"]
