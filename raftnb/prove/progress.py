"""The conditions of progress: who helps can step, that lowers the rank, and nothing raises it.

By a schedule, where nobody else steps, only the steps that help are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from raftnb.language.claims import Property
from raftnb.language.leads import Leads
from raftnb.prove.actions import Case, Start
from raftnb.prove.conditions import Conditions, Needs, Obligation
from raftnb.prove.execute import cases
from raftnb.prove.formulas import split
from raftnb.prove.helping import Functions, Helper, Helping, Known
from raftnb.prove.state import Symbolic
from raftnb.prove.terms import FALSE, conj, disj, neg, same


class Progress:
    """Makes the conditions of what one claim of a proof leads to."""

    def __init__(self, conditions: Conditions, leads: Leads) -> None:
        self.conditions, self.leads = conditions, leads
        self.functions = Functions(conditions, leads)
        for function in (leads.claim, leads.then, *leads.rank):
            self.functions.refuse(function)
        self.helping = Helping(self.functions)
        uses = leads.uses
        if uses is None:
            uses = tuple(lemma.claim for lemma in conditions.proof.invariant)
        kept, before, env = conditions.of_states(uses), conditions.before, self.functions.env
        self.invariant = [*conditions.hypotheses(kept), *conditions.about(kept, env)]
        self.claim = self._is(leads.claim, before)
        self.open = [*self.invariant, *self.functions.eligible, self.claim]
        self.open.append(neg(self._is(leads.then, before)))
        self.rank = self.functions.rank(before)

    def _is(self, claim: Property, state: Symbolic, needs: Needs | None = None) -> z3.BoolRef:
        """Whether what leads, or what it leads to, is true in a state."""
        return self.functions.truth(claim, self.functions.env, state, needs)

    def obligations(self) -> Iterator[Obligation]:
        """All conditions: of states, and of every step, or of those of the schedule."""
        yield from self._have_values()
        before, theory = self.conditions.before, self.conditions.theory
        some = [
            theory.exists([h.me], self.helping.helps(h, h.me, before)) for h in self.helping.helpers
        ]
        yield from self._shown("somebody helps", [], [disj(*some)])
        yield from self._shown("a rank is natural", [], [part >= 0 for part in self.rank])
        for helper in self.helping.helpers:
            yield from self._can_step(helper)
            if self.leads.by_schedule:
                yield from self._of_schedule(helper)
        for start in () if self.leads.by_schedule else self.conditions.starts():
            found = cases(
                self.conditions.words,
                start,
                before,
                self.conditions.opaque,
                removes=self.helping.removes,
            )
            for number, case in enumerate(found):
                yield from self._of_case(start, number, case)

    def _have_values(self) -> Iterator[Obligation]:
        """What is said of a state has a value in it."""
        before = self.conditions.before
        defined = self.conditions.hypotheses(self.conditions.proof.defined)
        known = [*defined, *self.invariant, *self.functions.eligible]
        needs: list[Needs] = [[] for _ in range(3 + len(self.helping.helpers))]
        self._is(self.leads.claim, before, needs[0])
        yield from self._needed(needs[0], known)
        self._is(self.leads.then, before, needs[1])
        yield from self._needed(needs[1], [*known, self.claim])
        self.functions.rank(before, needs[2])
        for helper, mine in zip(self.helping.helpers, needs[3:], strict=True):
            asked: Needs = []
            helps = self.helping.step_helps(helper, asked)
            yield from self._needed(asked, [*known, *self.open, helper.step.guard])
            self.helping.given(helper, mine)
            yield from self._needed(mine, [*known, *self.open, *helps])
        yield from self._needed(needs[2], [*known, *self.open])

    def _needed(self, needs: Needs, known: Known) -> Iterator[Obligation]:
        for need in needs:
            claim = f"{self.leads.name}, {need}"
            yield Obligation(claim, "", 0, known, need.condition, True)

    def _can_step(self, helper: Helper) -> Iterator[Obligation]:
        """Whoever helps can take its step: on the way that its tests decide, each guard is true."""
        what, helps = f"{helper.helps.name} can be taken", self.helping.step_helps(helper)
        for way in self.helping.ways(helper):
            tests = {test.get_id() for test in way.tests}
            guards = [c for c in way.conditions if c.get_id() not in tests]
            guards += [need.condition for need in way.requirements]
            yield from self._shown(what, [*helps, *way.tests], guards)

    def _of_schedule(self, helper: Helper) -> Iterator[Obligation]:
        """A step that helps keeps the claim and lowers the rank, or reaches what it leads to."""
        name, action = helper.helps.name, helper.start.action
        for number, way in enumerate(self.helping.ways(helper)):
            then = self._is(self.leads.then, way.after)
            step = [*self.helping.step_helps(helper), *way.conditions, neg(then)]
            claim = self._is(self.leads.claim, way.after)
            new = self.functions.rank(way.after)
            falls = lower(new, self.rank)
            step += self.helping.looked_at(helper, [*new, *self.rank])
            yield from self._shown(f"goes on by {name}", step, [claim], action, number)
            yield from self._shown(f"{name} lowers the rank", step, [falls], action, number)

    def _of_case(self, start: Start, number: int, case: Case) -> Iterator[Obligation]:
        """No step loses the claim or raises the rank, and one that helps lowers it."""
        step = [*case.conditions, neg(self._is(self.leads.then, case.after))]

        def shown(what: str, known: Known, goal: z3.BoolRef) -> Iterator[Obligation]:
            return self._shown(what, [*step, *known], [goal], start.name, number)

        yield from shown("goes on", [], self._is(self.leads.claim, case.after))
        old, new = self.rank, self.functions.rank(case.after)
        falls, stays = lower(new, old), conj(*map(same, new, old))
        yield from shown("no step raises the rank", [], disj(falls, stays))
        for helper in self.helping.helpers:
            helped = self.helping.helps(helper, helper.me, case.before)
            helps = self.helping.helps(helper, helper.me, case.after)
            name = helper.helps.name
            yield from shown(f"{name} goes on to help", [stays, helped], helps)
            if start.root == helper.start.root and start.action in helper.fair:
                me = case.env[next(iter(case.env))]
                mine = self.helping.helps(helper, me, case.before)
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
