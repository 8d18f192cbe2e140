"""Liveness: does something good happen in every fair behavior?

A property fails exactly if there is a *lasso*: a way from an initial state into a loop that meets
every fairness condition and in which the good thing does not happen. The loop is looked for in the
strongly connected components of the state graph (`raftnb.liveness.fair_cycles`). A behavior may
also stop and stutter for ever, where no fairness condition forces a step; so a deadlock violates
liveness too.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from textwrap import fill
from typing import TYPE_CHECKING, Any

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.limits import in_time, undisturbed
from raftnb.data.trace import Trace
from raftnb.data.verdict import Answer, Verdict, counted
from raftnb.explore.compiled.explored import Room, believed, compiled_graph
from raftnb.explore.conclusion import (
    actions_of,
    begun_elsewhere,
    naturals_of,
    not_begun,
    not_tried,
    steps,
    tried_up_to,
)
from raftnb.explore.given import the_model
from raftnb.explore.result import Stop
from raftnb.language.besides import asked_besides
from raftnb.language.claims import Property
from raftnb.language.processes import Action
from raftnb.language.spec import Model
from raftnb.language.strangers import is_part_of, refuse_strange_fairness
from raftnb.language.temporal import Fairness, Liveness
from raftnb.liveness.edges import StepGraph, Steps, belonging, enabling, inner, of_those
from raftnb.liveness.fair_cycles import Demand
from raftnb.liveness.lassos import violation

if TYPE_CHECKING:
    from raftnb.explore.graph import Graph

ENGINES = ("fast", "memo", "quick")
COMPILED_FROM = 20_000
"""So many states the memo finds by itself, before compiled code is asked."""
STATE_BYTES, STEP_BYTES = 80, 50
"""Of memory for each state, and for each step, and one more for each condition of fairness."""
Demanded = tuple[Fairness, Steps]


@dataclass(frozen=True, repr=False)
class LivenessResult(Answer):
    """What a liveness check found.

    `property` is the property's name (with the values of its parameters if it is violated),
    `trace` a lasso: `trace.loop` is the index of the state to which its last state returns, the
    last one itself where the behavior stops there. `reasons` say in words what happens for ever
    and why no fairness condition forbids it; `bound` is what stopped an *unknown*, `partial` what
    the answer does not cover. `states` and `steps` are the sizes of the graph, `seconds` the time
    for all of it.
    """

    verdict: Verdict
    property: str
    fairness: tuple[str, ...]
    states: int
    steps: int
    seconds: float
    trace: Trace | None = None
    reasons: tuple[str, ...] = ()
    bound: str | None = None
    partial: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The result as plain JSON data."""
        data: dict[str, Any] = {
            "verdict": str(self.verdict),
            "property": self.property,
            "fairness": list(self.fairness),
            "states": self.states,
            "steps": self.steps,
            "seconds": round(self.seconds, 3),
        }
        if self.trace is not None:
            data |= {"trace": self.trace.as_json(), "reasons": list(self.reasons)}
        data |= {"bound": self.bound} if self.bound else {}
        return data | ({"partial": list(self.partial)} if self.partial else {})

    def __str__(self) -> str:
        under = f"under {', '.join(self.fairness)}" if self.fairness else "without fairness"
        lines = [f"{self.verdict}: {self.property}, {under} ({counted(self.states, 'state')})"]
        lines += [f"stopped: {self.bound}"] if self.bound else []
        lines += [f"note: {sentence}" for sentence in self.partial]
        lines += [fill(reason, 88) for reason in self.reasons]
        lines += [str(self.trace)] if self.trace is not None else []
        return "\n".join(lines)


@told_plainly
def check_liveness(
    model: Model,
    *properties: Liveness,
    fairness: Sequence[Fairness] | None = None,
    max_states: int | None = None,
    max_seconds: float | None = None,
    symmetry: bool = False,
    graph: Graph | None = None,
    engine: str = "fast",
) -> LivenessResult:
    """Check liveness properties under fairness conditions (by default the specification's own).

    The first property that is violated decides; with no lasso and a graph that constraints or
    `max_states` cut off, or after `max_seconds` of this call, the verdict is *unknown*. `graph`, if
    given, is `reachable(model)`, to be used for several checks. `engine` is "fast", which is "memo"
    at first, and from 20,000 states on compiled code, where that can find the graph: of several
    short lassos it may have another, and of a part of the graph, too. "quick" begins with compiled
    code, and does not import numba. Raises `UsageError` with `symmetry`, for which this is not
    sound.
    """
    started = time.perf_counter()
    if symmetry:
        raise no_symmetry()
    refuse_engine(engine)
    model = the_model(model)
    properties = properties or model.spec.liveness
    fairness = model.spec.fairness if fairness is None else fairness
    fairness = (fairness,) if not isinstance(fairness, Sequence) else tuple(fairness)
    reached = None if graph is None else graph_of(model, graph)
    model = _asked_of(model, properties)
    result = partial(
        LivenessResult,
        property=", ".join(p.name for p in properties),
        fairness=tuple(map(str, fairness)),
        partial=_tried_up_to(model, properties),
    )
    demanded = resolve(model, fairness)
    question = _Question(model, properties, demanded, max_states)

    def ask() -> LivenessResult:
        found: dict[str, Any] = {"verdict": Verdict.UNKNOWN, "bound": "interrupted"}
        with suppress(KeyboardInterrupt):
            found |= question.by(engine) if reached is None else question.of(reached)
        return result(seconds=time.perf_counter() - started, **{**question.sizes, **found})

    def nothing(bound: str) -> LivenessResult:
        return result(Verdict.UNKNOWN, states=0, steps=0, seconds=max_seconds or 0.0, bound=bound)

    return in_time(max_seconds, ask, nothing)


@dataclass
class _Question:
    """What is asked of a graph, and the sizes of the one that was asked last."""

    model: Model
    properties: Sequence[Liveness]
    demanded: Sequence[Demanded]
    max_states: int | None = None
    states: int = 0
    steps: int = 0

    @property
    def sizes(self) -> dict[str, int]:
        return {"states": self.states, "steps": self.steps}

    @property
    def claims(self) -> list[Property]:
        return [claim for wanted in self.properties for claim in wanted.claims]

    def by(self, engine: str) -> dict[str, Any]:
        """The verdict on the graph that an engine finds."""
        limit = self.max_states
        if engine == "fast":
            most = COMPILED_FROM if limit is None else min(limit, COMPILED_FROM)
            few = graph_of(self.model, max_states=most)
            if most == limit or few.bound != f"max_states {most}":
                return self.of(few)
        said = None if engine == "memo" else believed(self.of_compiled)
        return said or self.of(graph_of(self.model, max_states=limit))

    def of_compiled(self) -> dict[str, Any] | None:
        """The same as `of` the graph that compiled code finds; None where there is none."""
        many = len(self.demanded)
        room = Room(STATE_BYTES + many, STEP_BYTES + many)
        try:
            graph = compiled_graph(self.model, self.claims, max_states=self.max_states, room=room)
        except Stop as stop:
            return {"verdict": stop.verdict, **stop.found}
        return None if graph is None else self.of(graph)

    def of(self, graph: StepGraph) -> dict[str, Any]:
        """The verdict, with the first lasso that violates a property, or what is missing."""
        self.states, self.steps = len(graph), 0
        graph.go_on()
        self.steps = len(graph.targets)
        demands, fair = demands_on(graph, self.demanded), fair_actions(self.model, self.demanded)
        for wanted in self.properties:
            lasso = violation(graph, wanted, demands)
            if lasso is not None and (larger := not_tried(self.model, fair)) is not None:
                told = f"a fair step may take it out of the lasso that was found: {larger}"
                return {"verdict": Verdict.UNKNOWN, "property": lasso.name, "bound": told}
            if lasso is not None:
                shown = {"property": lasso.name, "trace": lasso.trace, "reasons": lasso.reasons}
                return {"verdict": Verdict.VIOLATED, "bound": None} | shown
        missing = what_is_missing(graph, "where a lasso may be")
        bound = missing or not_tried(self.model, self.claims)
        return {"verdict": Verdict.HOLDS if bound is None else Verdict.UNKNOWN, "bound": bound}


def _tried_up_to(model: Model, properties: Sequence[Liveness]) -> tuple[str, ...]:
    claims = [claim for wanted in properties for claim in wanted.claims]
    names = dict.fromkeys(name for claim in claims for name in naturals_of(model, claim))
    return (*begun_elsewhere(model), *((tried_up_to(model, names),) if names else ()))


def graph_of(model: Model, graph: Graph | None = None, max_states: int | None = None) -> Graph:
    """The graph to check on: the one that is given, if it is the model's, or a new one."""
    if graph is None:
        with undisturbed():
            from raftnb.explore.graph import reachable  # brings a compiler, which takes a second

        return reachable(model, max_states=max_states)
    asked, has = (
        (one.spec, one.constants, one.history, one.starts) for one in (model, graph.model)
    )
    if has != asked:
        raise UsageError(
            f"a graph of `{graph.model.spec.name}` for `{model.spec.name}`",
            allowed="a graph of the same specification with the same constants and starts",
            cure="leave `graph` out, or give `reachable(model)`",
        )
    return graph


def what_is_missing(graph: StepGraph, so_what: str) -> str | None:
    """Why a graph does not show all behaviors; None if it does."""
    missing = [] if graph.complete else [str(graph.bound)]
    if not len(graph) and graph.complete:
        missing.append("no initial state is within the constraints")
    if graph.cuts:
        missing.append(f"{steps(graph.cuts)} out of the explored states, {so_what}")
    for beyond in (not_tried(graph.model, actions_of(graph.model)), not_begun(graph.model)):
        missing += [beyond] if beyond is not None else []
    return "; ".join(missing) or None


def no_symmetry() -> UsageError:
    """Why symmetry and liveness do not go together."""
    return UsageError(
        "symmetry in a liveness check",
        allowed="symmetry for invariants only",
        cure="leave symmetry out: a loop of the reduced graph may return to a permuted state, "
        "with another process starving each time round, which is no loop of the specification",
    )


def refuse_engine(engine: str) -> None:
    """Raise `UsageError` for an engine that there is not."""
    if engine not in ENGINES:
        raise UsageError(f"engine={engine!r}", allowed=", ".join(ENGINES), cure="use one of these")


def _asked_of(model: Model, properties: Sequence[Liveness]) -> Model:
    """The model that is asked; raises an error for what is no property, or outside the language."""
    if not properties:
        raise UsageError(
            f"no liveness property for `{model.spec.name}`",
            allowed="eventually(p), always_eventually(p), leads_to(p, q)",
            cure="pass one, or name it in the Spec's field `liveness`",
        )
    for wanted in properties:
        if not isinstance(wanted, Liveness):
            name = getattr(wanted, "__name__", repr(wanted))
            raise UsageError(
                f"`{name}` ({type(wanted).__name__}) as a liveness property",
                allowed="eventually(p), always_eventually(p), leads_to(p, q)",
                cure=f"say when it is to be true: `eventually({name})`",
            )
    claims = [claim for wanted in properties for claim in wanted.claims]
    model = asked_besides(model, *claims)
    model.spec.vocabulary.refuse_two_types((p.claims for p in properties), model.constants)
    for claim in claims:
        model.spec.grammar.read_claim(claim)
        if not model.history and model.reads_history(claim):
            raise UsageError(
                f"`{claim.__name__}`, which reads a history variable",
                allowed="properties of the other variables, or a model with `history=True`",
                cure="make the model with `history=True` and constraints that bound it",
            )
    return model


def resolve(model: Model, fairness: Sequence[Fairness]) -> list[Demanded]:
    """For each condition the steps that it is about: of each process alone, or of all together."""
    found = []
    for condition in fairness:
        if not isinstance(condition, Fairness):
            raise UsageError(
                f"{condition!r} as a fairness condition",
                allowed="weak(Class), strong(Class.action), or no condition: `fairness=()`",
                cure="write `weak(...)` or `strong(...)` around it",
            )
        rows = [
            (process, actions)
            for cls in model.processes
            if (actions := _actions_of(cls, condition))
            for process in model.names[cls.root]
        ]
        if not rows:
            raise UsageError(
                f"`{condition}`, which names no action of `{model.spec.name}`",
                allowed=", ".join(cls.__name__ for cls in model.processes) + " and their actions",
                cure="name a process class of this specification, or an action of one",
            )
        refuse_strange_fairness([condition], model.processes)
        groups = [tuple(rows)] if condition.together else [(row,) for row in rows]
        found += [(condition, group) for group in groups]
    return found


def fair_actions(model: Model, demanded: Sequence[Demanded]) -> list[Action]:
    """The actions that fairness conditions are about."""
    names = {(process, name) for _, group in demanded for process, some in group for name in some}
    return [
        action
        for cls in model.processes
        for name, action in cls.actions.items()
        if any((process, name) in names for process in model.names[cls.root])
    ]


def _actions_of(cls: Any, condition: Fairness) -> frozenset[str]:
    names: set[str] = set()
    for part in filter(lambda part: is_part_of(part, cls), condition.parts):
        names |= {part.name} if isinstance(part, Action) else set(cls.actions)
    return frozenset(names)


def demands_on(graph: StepGraph, demanded: Sequence[Demanded]) -> list[Demand]:
    """The fairness conditions as arrays over a graph's states and (inner) edges."""
    inside, found, changing = inner(graph), [], graph.sources != graph.targets
    for condition, group in demanded:
        steps = belonging(graph, group) & changing
        kind = "strong" if condition.strong else "weak"
        name = f"{kind} fairness of {members(group)}{_only(condition)}"
        name += " together" if condition.together else ""
        found.append(
            Demand(name, condition.strong, enabling(graph, steps), of_those(steps, inside))
        )
    return found


def members(group: Steps) -> str:
    """Whose steps they are."""
    return ", ".join(process for process, _ in group)


def _only(condition: Fairness) -> str:
    actions = [part.name for part in condition.parts if isinstance(part, Action)]
    return f".{'/'.join(actions)}" if actions else ""
