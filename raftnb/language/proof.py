"""A proof as a value: the invariant's conjuncts, what they imply, and hints for the solver.

Pure data: the conjuncts are functions in the language of specifications, so that exploration can
evaluate them as well; `raftnb.prove` turns the whole into conditions for Z3.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any, ClassVar

from raftnb.data.calls import made_plainly
from raftnb.data.errors import UsageError
from raftnb.data.names import listed, nearest
from raftnb.language.claims import Property
from raftnb.language.leads import Leads
from raftnb.language.mapping import RefinementMapping
from raftnb.language.spec import Spec


@made_plainly
@dataclass(frozen=True, eq=False)
class Lemma:
    """A claim, and hints for proving and using it.

    `uses` are the claims assumed when it is proved (itself always, where it is a conjunct); left
    out, they are all that there are in its proof: conjuncts, axioms, and the derived claims before
    it. `steps` are further ones for the steps of an action. Those in `own` are assumed of nothing
    but the goal's own constants, by their names: so a solver that finds new terms in a claim does
    not go on to the claim about these. `triggers` are tuples of expressions in its parameters:
    whenever terms of all these shapes are about, the solver instantiates the claim for them
    (without any, it finds terms by itself). Hints can make a proof fail, never wrong.
    """

    claim: Property
    uses: tuple[Property, ...] | None = None
    triggers: tuple[tuple[str, ...], ...] = ()
    steps: Mapping[str, tuple[Property, ...]] = field(default_factory=dict)
    own: tuple[Property, ...] = ()

    MEANT: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("using", "lemmas", "assuming", "by"), "`uses=(claim,)`, the functions themselves"
    )

    def uses_for(self, action: str) -> tuple[Property, ...]:
        """What is assumed when it is proved of an action's steps."""
        return (*(self.uses or ()), *self.steps.get(action, ()))

    def all_uses(self) -> tuple[Property, ...]:
        """What is assumed in any part of its proof, each once."""
        steps = [u for uses in self.steps.values() for u in uses]
        return tuple(dict.fromkeys((*(self.uses or ()), *steps, *self.own)))

    @property
    def name(self) -> str:
        """The claim's name."""
        return self.claim.__name__


@made_plainly
@dataclass(frozen=True, eq=False)
class Proof:
    """A proof that a specification's claims hold for any number of processes and any bounds.

    `invariant`: the conjuncts; together they hold initially and are preserved by every action.
    `derived`: what follows from them in the same state, each from those before it.
    `goals`: the specification's claims about states and about steps, with what they follow from.
    `cuts`: for an action, claims of its step in its own parameters, proved first, then used.
    `opaque`: operators of which only the `axioms` are known. `defined`: what makes every step
    defined (indices within sequences, keys in maps). `refines`: that it refines another
    specification, which is then proved, too. `leads`: what leads to what, under fairness.
    """

    spec: Spec
    invariant: tuple[Lemma, ...]
    derived: tuple[Lemma, ...] = ()
    goals: tuple[Lemma, ...] = ()
    cuts: Mapping[str, tuple[Lemma, ...]] = field(default_factory=dict)
    axioms: tuple[Lemma, ...] = ()
    opaque: tuple[Any, ...] = ()
    defined: tuple[Property, ...] = ()
    refines: RefinementMapping | None = None
    leads: tuple[Leads, ...] = ()

    MEANT: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("transitions", "claims", "sometimes"),
        "what is claimed in the end: `goals=(Lemma(claim),)`",
    )

    def __post_init__(self) -> None:
        self._check_kinds()
        self._check_actions()
        self._use_all()
        known = {lemma.claim for lemma in (*self.invariant, *self.axioms)}
        for lemma in self.derived:
            self._check_uses(lemma, known)
            known.add(lemma.claim)
        cuts = {lemma.claim for group in self.cuts.values() for lemma in group}
        for lemma in self.lemmas():
            self._check_uses(lemma, known | cuts)
        self._check_leads(known)
        for claim in self.defined:
            if claim not in known:
                raise UsageError(
                    f"`{claim.__name__}` in `defined`, which is not proved",
                    allowed="conjuncts of the invariant, axioms and derived claims",
                    cure="add it to `invariant`",
                )

    def _check_kinds(self) -> None:
        named = {name: getattr(self, name) for name in ("invariant", "derived", "goals", "axioms")}
        groups = {**named, **{f"cuts[{name!r}]": group for name, group in self.cuts.items()}}
        for name, group in groups.items():
            if not isinstance(group, tuple | list):
                raise wrong_group(name, group)
        for one in itertools.chain(*groups.values()):
            if not isinstance(one, Lemma):
                name = getattr(one, "__name__", repr(one))
                raise UsageError(
                    f"`{name}` in a proof",
                    allowed="lemmas: Lemma(claim)",
                    cure=f"write `Lemma({name})`",
                )
            if not isinstance(one.claim, FunctionType):
                raise UsageError(
                    f"{one.claim!r} as the claim of a lemma",
                    allowed="a function that says what is true: Lemma(claim)",
                    cure="define the claim with `def`, and name it here",
                )
            for uses in (one.uses or (), one.own, *one.steps.values()):
                if not isinstance(uses, tuple | list) or not all(map(callable, uses)):
                    raise wrong_uses(one, uses)
        for function in self.opaque:
            if not isinstance(function, FunctionType):
                raise UsageError(
                    f"{function!r} in `opaque`",
                    place="Proof",
                    allowed="operators: functions of the specification",
                    cure="name the function itself, without quotes: `opaque=(is_quorum,)`",
                )
        if not isinstance(self.spec, Spec):
            model = getattr(self.spec, "spec", None)
            raise UsageError(
                f"the model of `{model.name}` as what a proof is of"
                if isinstance(model, Spec)
                else f"{self.spec!r} as what a proof is of",
                allowed="a Spec: what is proved is so for all constants",
                cure="give the Spec itself, without `()`" if model else "give the Spec first",
            )

    def _check_actions(self) -> None:
        """Raise `UsageError` for what is said of an action that the specification has not."""
        known = {name: None for cls in self.spec.processes for name in cls.actions}
        said = {f"cuts[{name!r}]": name for name in self.cuts}
        for lemma in (*self.lemmas(), *self.axioms):
            said |= {f"the steps of `{lemma.name}`, {name!r}": name for name in lemma.steps}
        for where, name in said.items():
            if name not in known:
                raise UsageError(
                    f"{where}: no action has this name",
                    place="Proof",
                    allowed=listed(known),
                    cure=nearest(name, known) or "use one of these",
                )

    def _check_leads(self, known: set[Property]) -> None:
        if not isinstance(self.leads, tuple) or not all(isinstance(x, Leads) for x in self.leads):
            raise UsageError(
                f"leads={self.leads!r}",
                place="Proof",
                allowed="a tuple of `Leads`",
                cure="`leads=(Leads(claim, then, rank=(f,), helpful=(Helps(action, when),)),)`",
            )
        for claim in (u for one in self.leads for u in one.uses or ()):
            if claim not in known:
                raise UsageError(
                    f"`{claim.__name__}`, which what leads uses, and which is not proved",
                    allowed="conjuncts of the invariant, axioms and derived claims",
                    cure="add it to `invariant`",
                )

    def _use_all(self) -> None:
        """Let the lemmas that do not say what they use use all that may be used."""
        all_of = [lemma.claim for lemma in (*self.invariant, *self.axioms)]

        def using(lemma: Lemma) -> Lemma:
            return lemma if lemma.uses is not None else replace(lemma, uses=tuple(all_of))

        derived = []
        for lemma in self.derived:
            derived.append(using(lemma))
            all_of.append(lemma.claim)
        told: dict[str, Any] = {"derived": tuple(derived)}
        told |= {name: tuple(map(using, getattr(self, name))) for name in ("invariant", "goals")}
        told["cuts"] = {action: tuple(map(using, group)) for action, group in self.cuts.items()}
        for name, value in told.items():
            object.__setattr__(self, name, value)

    def _check_uses(self, lemma: Lemma, known: set[Property]) -> None:
        for used in lemma.all_uses():
            if used not in known:
                raise UsageError(
                    f"`{lemma.name}` uses `{used.__name__}`, which is not proved before it",
                    allowed="conjuncts, axioms, derived claims (by derived ones: earlier), cuts",
                    cure="add it to the proof, or take it out of `uses`",
                )

    @property
    def mapped(self) -> tuple[FunctionType, ...]:
        """The functions of its refinement mapping."""
        known = self.refines.variables.values() if self.refines is not None else ()
        return tuple(known)  # type: ignore[arg-type]

    def lemmas(self) -> Iterator[Lemma]:
        """Every lemma that is proved, in order."""
        yield from (*self.invariant, *self.derived, *self.goals)
        for group in self.cuts.values():
            yield from group

    def lemma(self, name: str) -> Lemma:
        """A lemma by the name of its claim."""
        found = {lemma.name: lemma for lemma in self.lemmas()}
        if name not in found:
            raise UsageError(
                f"the claim `{name}`, which it does not have",
                place=f"the proof of `{self.spec.name}`",
                allowed=", ".join(found) or "no claims are proved there",
                cure=nearest(name, found) or "use one of these names",
            )
        return found[name]

    def not_covered(self) -> tuple[str, ...]:
        """The claims of the specification that are not proved (not those of `sometimes`).

        A cut proves a claim of one action's steps only, so that it covers nothing.
        """
        proved = {lemma.claim for lemma in (*self.invariant, *self.derived, *self.goals)}
        claims = (*self.spec.invariants, *self.spec.transitions, *self.spec.possible)
        return tuple(claim.__name__ for claim in claims if claim not in proved)

    def graph(self, **groups: tuple[Property, ...]) -> dict[str, tuple[str, ...]]:
        """For each claim the names of those that its proof uses, a whole group as one name."""
        found = {}
        for lemma in self.lemmas():
            uses = [u for u in lemma.all_uses() if u is not lemma.claim]
            whole = {n: g for n, g in groups.items() if set(g) <= {*uses, lemma.claim}}
            inside = {claim for group in whole.values() for claim in group}
            found[lemma.name] = (*whole, *(u.__name__ for u in uses if u not in inside))
        return found

    def without(self, *claims: Property) -> Proof:
        """The proof without some of its conjuncts, and without their use."""
        known = {lemma.claim for lemma in (*self.lemmas(), *self.axioms)}
        for claim in claims:
            if claim not in known:
                raise UsageError(
                    f"the proof without `{claim.__name__}`, which it has not",
                    allowed=listed(one.__name__ for one in known),
                    cure="name one of these",
                )

        def some(used: tuple[Property, ...]) -> tuple[Property, ...]:
            return tuple(u for u in used if u not in claims)

        def kept(lemmas: tuple[Lemma, ...]) -> tuple[Lemma, ...]:
            left = (lemma for lemma in lemmas if lemma.claim not in claims)
            return tuple(
                replace(
                    x,
                    uses=some(x.uses or ()),
                    steps={a: some(u) for a, u in x.steps.items()},
                    own=some(x.own),
                )
                for x in left
            )

        return replace(
            self,
            invariant=kept(self.invariant),
            derived=kept(self.derived),
            goals=kept(self.goals),
            cuts={action: kept(group) for action, group in self.cuts.items()},
            defined=tuple(c for c in self.defined if c not in claims),
        )

    def of(self, spec: Spec) -> Proof:
        """The same proof, of a variant of the specification."""
        return replace(self, spec=spec)


def wrong_group(name: str, group: Any) -> UsageError:
    """The error for what is no tuple of lemmas."""
    told = f"Lemma({group.name})" if isinstance(group, Lemma) else "Lemma(claim)"
    return UsageError(
        f"`{name}`, which is no tuple",
        allowed="a tuple of lemmas",
        cure=f"write `({told},)`, with a comma after a single one",
    )


def wrong_uses(lemma: Lemma, uses: Any) -> UsageError:
    """The error for what a lemma uses that is no tuple of claims."""
    told = getattr(uses, "__name__", uses if isinstance(uses, str) else "claim")
    return UsageError(
        f"what `{lemma.name}` uses, which is no tuple of claims",
        allowed="a tuple of functions: Lemma(claim, (other,))",
        cure=f"write `({told},)`, without quotes and with a comma after a single one",
    )


def proof_of_claims(spec: Spec) -> Proof:
    """The proof that tries a specification's own claims as its invariant, each with all of them.

    Claims that are true and not inductive stay *unknown*: a stronger invariant is needed then.
    """
    return Proof(
        spec,
        invariant=tuple(map(Lemma, spec.invariants)),
        goals=tuple(map(Lemma, spec.transitions)),
    )


__all__ = ["Lemma", "Proof", "proof_of_claims"]
