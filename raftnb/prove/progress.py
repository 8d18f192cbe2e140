"""The conditions of progress: who helps can step, that lowers the rank, and nothing raises it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import z3

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.names import listed
from raftnb.language.claims import Property
from raftnb.language.leads import Helps, Leads, class_of, fair_actions
from raftnb.prove.actions import Case, Given, Start
from raftnb.prove.conditions import Conditions, Needs, Obligation
from raftnb.prove.execute import ways
from raftnb.prove.formulas import split
from raftnb.prove.scope import Picked
from raftnb.prove.state import Symbolic
from raftnb.prove.terms import FALSE, TRUE, conj, disj, neg, same
from raftnb.prove.theory import in_words
from raftnb.tree.nodes import BOOL, INT, NOTHING, Member, Type
from raftnb.tree.types import fits

Known = list[z3.BoolRef]


@dataclass(frozen=True)
class Helper:
    """Whose step helps: the action, those that its process takes by fairness, and the process."""

    helps: Helps
    start: Start
    fair: frozenset[str]
    bound: tuple[z3.ExprRef, ...]
    me: z3.ExprRef


class Progress:
    """Makes the conditions of what one claim of a proof leads to."""

    def __init__(self, conditions: Conditions, leads: Leads) -> None:
        self.conditions, self.leads = conditions, leads
        self.words, self.program = conditions.words, conditions.program
        self._refuse()
        self.env = self._any_values()
        self.helpers = [self._helper(one) for one in leads.helpful]
        uses = leads.uses
        if uses is None:
            uses = tuple(lemma.claim for lemma in conditions.proof.invariant)
        kept, before = conditions.of_states(uses), conditions.before
        self.invariant = [*conditions.hypotheses(kept), *conditions.about(kept, self.env)]
        self.claim = self._truth(leads.claim, self.env, before)
        self.open = [*self.invariant, *self._eligible, self.claim]
        self.open.append(neg(self._truth(leads.then, self.env, before)))

    def _refuse(self) -> None:
        if self.program.has_network:
            raise SpecError(
                f"`{self.leads.name}`, in `{self.program.spec.name}`, which has a network",
                allowed="progress without messages, of which none is certain to arrive",
                cure="keep what is under way in variables",
            )
        model = self.program.spec()
        parts: list[tuple[Any, tuple[str, ...]]]
        parts = [(f, ()) for f in (self.leads.claim, self.leads.then, *self.leads.rank)]
        for one in self.leads.helpful:
            more = tuple(self._who(one))
            parts += [(f, more) for f in (one.when, *one.arguments.values(), *one.picks)]
        for function, more in parts:
            if model.reads_history(function):
                raise UsageError(
                    f"`{function.__name__}`, which reads a history variable",
                    allowed="functions of what there is: a step of history alone is none",
                    cure="take it out of what leads",
                )
            known = {*self._names(), *more}
            unknown = [name for name in model.parameters(function) if name not in known]
            if unknown:
                raise UsageError(
                    f"the parameter `{unknown[0]}` of `{function.__name__}`",
                    allowed=listed(sorted(known)),
                    cure="give it one of these names, or quantify over it",
                )

    def _names(self) -> set[str]:
        """What every function may have as a parameter."""
        claim: Any = self.leads.claim
        return {*self.program.model.parameters(claim), *self.program.model.constants}

    def _who(self, helps: Helps) -> list[str]:
        """The parameter of what helps that is the process, if there is one."""
        root, known = class_of(self.program.spec, helps).root, self._names()
        types = dict(self.program.claim(helps.when).parameters)
        more = [name for name in types if name not in known]
        is_only = self.words.theory.only(self.words.theory.sort(Member(root))) is not None
        if len(more) != (not is_only) or any(types[n] != Member(root) for n in more):
            raise UsageError(
                f"the parameters of `{helps.when.__name__}`: {listed(types)}",
                allowed=f"those of `{self.leads.claim.__name__}`"
                + ("" if is_only else f", and one of class `{root}` that has another name"),
                cure="say by whom: the last parameter is the process that helps",
            )
        return more

    def _helper(self, helps: Helps) -> Helper:
        spec = self.program.spec
        root, theory = class_of(spec, helps).root, self.words.theory
        sort = theory.sort(Member(root))
        only = theory.only(sort)
        me = theory.fresh("helper", sort) if only is None else only
        bound = (me,) if only is None else ()
        return Helper(helps, Start(root, helps.action.name), fair_actions(spec, helps), bound, me)

    def _any_values(self) -> dict[str, Any]:
        """Constants for the parameters of the claim."""
        routine = self.program.claim(self.leads.claim)
        env: dict[str, Any] = {}
        self._eligible: Known = []
        for name, type_ in routine.parameters:
            if name in self.program.model.constants:
                env[name] = self.words.theory.value_of_constant(name)
                continue
            sort = self.conditions.parameter_sort(self.leads.claim, name, type_)
            const = self.words.theory.fresh(name, sort)
            env[name] = self.conditions.parameter(const, type_)
            self._eligible.append(self.words.of(type_).eligible(env[name]))
        return env

    # Functions of a state.

    def _value(
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

    def _truth(
        self, claim: Property, env: dict[str, Any], state: Symbolic, needs: Needs | None = None
    ) -> z3.BoolRef:
        truth: z3.BoolRef = self._value(claim, env, state, BOOL, needs)
        return truth

    def _rank(self, state: Symbolic, needs: Needs | None = None) -> list[z3.ArithRef]:
        return [self._value(part, self.env, state, INT, needs) for part in self.leads.rank]

    def _with(self, helper: Helper, me: z3.ExprRef) -> dict[str, Any]:
        """What names stand for, where a process helps."""
        return {**self.env, **dict.fromkeys(self._who(helper.helps), me)}

    def _helps(
        self, helper: Helper, me: z3.ExprRef, state: Symbolic, needs: Needs | None = None
    ) -> z3.BoolRef:
        return self._truth(helper.helps.when, self._with(helper, me), state, needs)

    # Conditions.

    def obligations(self) -> Iterator[Obligation]:
        """All conditions: of states, and of every step."""
        yield from self._have_values()
        before, theory = self.conditions.before, self.words.theory
        some = [theory.exists(h.bound, self._helps(h, h.me, before)) for h in self.helpers]
        yield from self._shown("somebody helps", [], [disj(*some)])
        yield from self._shown("a rank is natural", [], [part >= 0 for part in self._rank(before)])
        for helper in self.helpers:
            yield from self._can_step(helper)
        for start in self.conditions.starts():
            for number, case in enumerate(self.conditions.cases(start)):
                yield from self._of_case(start, number, case)

    def _have_values(self) -> Iterator[Obligation]:
        """What is said of a state has a value in it."""
        before = self.conditions.before
        defined = self.conditions.hypotheses(self.conditions.proof.defined)
        known = [*defined, *self.invariant, *self._eligible]
        needs: list[Needs] = [[] for _ in range(3 + len(self.helpers))]
        self._truth(self.leads.claim, self.env, before, needs[0])
        yield from self._needed(needs[0], known)
        self._truth(self.leads.then, self.env, before, needs[1])
        yield from self._needed(needs[1], [*known, self.claim])
        self._rank(before, needs[2])
        for helper, mine in zip(self.helpers, needs[3:], strict=True):
            helps = self._helps(helper, helper.me, before, needs[2])
            self._given(helper, mine)
            yield from self._needed(mine, [*known, *self.open, helps])
        yield from self._needed(needs[2], [*known, *self.open])

    def _needed(self, needs: Needs, known: Known) -> Iterator[Obligation]:
        for need in needs:
            claim = f"{self.leads.name}, {need}"
            yield Obligation(claim, "", 0, known, need.condition, True)

    def _given(self, helper: Helper, needs: Needs | None = None) -> Given:
        """Which step helps: who takes it, with what, and what it chooses."""
        before, helps = self.conditions.before, helper.helps
        env = self._with(helper, helper.me)
        cls = class_of(self.program.spec, helps)
        arguments = {}
        for name, type_ in self.program.action(cls, helps.action.name).parameters[1:]:
            if name not in helps.arguments:
                raise UsageError(
                    f"`{helps.name}`, of which it is not said what `{name}` is",
                    allowed="a function for each argument of the action",
                    cure=f'add `arguments={{"{name}": function}}`',
                )
            arguments[name] = self._value(helps.arguments[name], env, before, type_, needs)
        picks = []
        chosen: tuple[Any, ...] = helps.picks
        for function in chosen:
            type_ = self.program.operator(function).returns or NOTHING
            picks.append(Picked(TRUE, self._value(function, env, before, type_, needs), type_))
        return Given(helper.me, arguments, tuple(picks))

    def _can_step(self, helper: Helper) -> Iterator[Obligation]:
        """Whoever helps can take its step: on the way that its tests decide, each guard is true."""
        before, what = self.conditions.before, f"{helper.helps.name} can be taken"
        helps = self._helps(helper, helper.me, before)
        for way in ways(self.words, helper.start, before, self._given(helper)):
            tests = {test.get_id() for test in way.tests}
            guards = [c for c in way.conditions if c.get_id() not in tests]
            guards += [need.condition for need in way.requirements]
            yield from self._shown(what, [helps, *way.tests], guards)

    def _of_case(self, start: Start, number: int, case: Case) -> Iterator[Obligation]:
        """No step loses the claim or raises the rank, and one that helps lowers it."""
        step = [*case.conditions, neg(self._truth(self.leads.then, self.env, case.after))]

        def shown(what: str, known: Known, goal: z3.BoolRef) -> Iterator[Obligation]:
            return self._shown(what, [*step, *known], [goal], start.name, number)

        yield from shown("goes on", [], self._truth(self.leads.claim, self.env, case.after))
        old, new = self._rank(case.before), self._rank(case.after)
        falls, stays = lower(new, old), conj(*map(same, new, old))
        yield from shown("no step raises the rank", [], disj(falls, stays))
        for helper in self.helpers:
            helped = self._helps(helper, helper.me, case.before)
            helps = self._helps(helper, helper.me, case.after)
            name = helper.helps.name
            yield from shown(f"{name} goes on to help", [stays, helped], helps)
            if start.root == helper.start.root and start.action in helper.fair:
                me = case.env[next(iter(case.env))]
                mine = self._helps(helper, me, case.before)
                yield from shown(f"{name} lowers the rank", [mine], falls)

    def _shown(
        self, what: str, known: Known, goals: Known, action: str = "", number: int = 0
    ) -> Iterator[Obligation]:
        """Conditions of a state in which the claim holds, and what it leads to does not yet."""
        for goal in (part for whole in goals for part in split(whole)):
            claim = f"{self.leads.name}: {what}"
            yield Obligation(claim, action, number, [*self.open, *known], goal)


def lower(new: list[z3.ArithRef], old: list[z3.ArithRef]) -> z3.BoolRef:
    """Whether one rank is below another: in the first place where they differ."""
    found = FALSE
    for a, b in reversed(list(zip(new, old, strict=True))):
        found = disj(a < b, conj(same(a, b), found))
    return found


__all__ = ["Progress"]
