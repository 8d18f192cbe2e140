"""Exhaustive exploration: which engine answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.limits import in_time, undisturbed
from raftnb.data.trace import State
from raftnb.data.verdict import Verdict
from raftnb.explore.chosen import all_violations, choice
from raftnb.explore.conclusion import as_bounded, as_tried
from raftnb.explore.given import begun
from raftnb.explore.narrowed import narrowed
from raftnb.explore.on_cluster import dealt_out
from raftnb.explore.other import Compiled
from raftnb.explore.possible import with_possible
from raftnb.explore.reference import Reference
from raftnb.explore.result import (
    Exploration,
    ExplorationOptions,
    View,
    Violation,
    nothing_found,
)
from raftnb.explore.shown import one_thread_of, with_traces_of_memo
from raftnb.explore.small import answer_of_few_states, answer_without_numba
from raftnb.language.claims import Property
from raftnb.language.spec import Model

if TYPE_CHECKING:  # it takes time to import, which a small model does not need
    from raftnb.parallel import Cluster

ENGINES = ("fast", "quick", "memo", "compiled", "plain", "reference")


@told_plainly
def check(
    model: Model,
    *,
    start: State | None = None,
    claims: Iterable[str] = (),
    deadlock: bool = True,
    go_on: bool = False,
    on_violation: Callable[[Violation], None] | None = None,
    max_states: int | None = None,
    max_depth: int | None = None,
    max_memory: int | None = None,
    max_seconds: float | None = None,
    symmetry: bool = False,
    view: View | None = None,
    action_constraints: Iterable[Property] = (),
    engine: str = "fast",
    threads: int | None = None,
    cluster: Cluster | None = None,
    progress: bool = True,
    folder: Path | str | None = None,
    resume: bool = False,
) -> Exploration:
    """Explore a model exhaustively, and check what is claimed of its states and steps.

    It stops at the first violation, with the shortest trace to it, or at a bound (`max_states`,
    `max_depth`, `max_memory` in bytes, `max_seconds` of this call, Ctrl-C), with the verdict
    *unknown*. `max_states` is reached where there is a state more; states of depth `max_depth` are
    not expanded. With `start`, say `trace.last`, it begins in that state, and what it finds is
    true of what comes after it (for several states, give `model.starting_at(...)`). With
    `claims`, names of claims about states and steps, no others are asked, and what is not
    violated is *unknown*. With `go_on` it continues after a violation without the claim that
    was violated, anew each time, so that every claim that is violated has its shortest trace;
    `on_violation` is called with each as soon as it is found.
    With `symmetry`, states that differ by a permutation of the spec's symmetric domains count
    once. With `view`, a function of the state, states of which it says the same are visited
    once; where it took two states for one, what is not violated is *unknown*. A step for which
    one of the `action_constraints` (`after(x)` is x after it) is false is cut off, as by a
    constraint of the spec. `engine` is "fast", which is "memo" at first, and goes on with
    "compiled" where there are many states or much has to be run in Python, and the model can be
    said in C; or "reference": the plain Python that they are compared with, used too where
    numba is not installed (it pays no heed to `max_memory` and `threads`). In a process that
    has just begun plain Python, or then compiled code, answers before numba is imported; then the
    memo has two seconds to find its own traces, those of `witnesses` when one is looked at.
    "quick" is "fast" without that: of several shortest traces it may have others. "plain" runs
    every line in Python: the reference where there are few states, else the memo.

    With `max_memory` states go to disk as soon as they take more, in a temporary folder that is
    gone at the end, or in `folder`. There, a checkpoint is written every two minutes; with `resume`
    the exploration goes on from it, if it is of the same model and question. That needs "compiled";
    a model that cannot be compiled stops at `max_memory`, and has no `folder`.

    With a `cluster`, the states are dealt out to its workers: counts and verdict are the same, of
    several shortest traces there may be another, and a violation is told when all that was
    expanded with it has been; `max_memory` is that of one machine. Raises `UsageError` there for
    a view, a folder and *possible* claims, and for symmetry of a model that cannot be compiled.
    """
    options = ExplorationOptions(
        deadlock, max_states, max_depth, max_memory, symmetry, threads, progress, view,
        tuple(action_constraints), None if folder is None else Path(folder), resume,
    )  # fmt: skip
    if engine not in ENGINES:
        raise UsageError(f"engine={engine!r}", allowed=", ".join(ENGINES), cure="use one of these")
    refuse_folder(options, go_on, engine)
    search = partial(_asked, engine=engine)
    if cluster is not None:
        search = partial(dealt_out, cluster, engine in ENGINES[:2])

    def ask(model: Model, options: ExplorationOptions) -> Exploration:
        found = search(model, options)
        if (open_ := as_tried(model, found)) is found or options.folder is not None:
            return open_
        further = search(model, replace(options, deadlock=False))
        return further if further.verdict is Verdict.VIOLATED else open_

    chosen = choice(begun(model, start), claims)
    asked = narrowed(chosen.model, options)
    search_all = partial(all_violations, ask=ask, tell=on_violation) if go_on else ask
    found = in_time(max_seconds, partial(search_all, asked, options), nothing_found)
    return chosen.said(as_bounded(asked, found))


def refuse_folder(options: ExplorationOptions, go_on: bool, engine: str) -> None:
    """Raise `UsageError` for a folder where there is nothing to go on with, or several runs.

    And with another engine than that which has states on disk: it would not be the one that runs.
    """
    if options.resume and options.folder is None:
        raise UsageError("resume without a folder", allowed="folder=, resume=True", cure="name it")
    if options.folder is not None and options.view is not None:
        raise UsageError(
            "a view, with states on disk",
            allowed="a view of states in memory",
            cure="leave `folder` out, or the view",
        )
    if options.folder is not None and engine in ("memo", "plain", "reference"):
        raise UsageError(
            f"engine={engine!r}, or coverage of lines, with states on disk",
            allowed="states on disk of compiled code, which does not run the lines of Python",
            cure="leave `folder` out, or the engine and `coverage`",
        )
    if options.folder is not None and go_on:
        raise UsageError(
            "a folder for several explorations: `go_on` begins anew after each violation",
            allowed="one exploration in a folder",
            cure="leave `go_on` (--continue) out, or `folder`",
        )


def _asked(model: Model, options: ExplorationOptions, engine: str) -> Exploration:
    """What an engine finds, up to the first violation."""
    if engine == "compiled" or options.folder is not None:
        return _compiled(model, options)
    if engine == "quick" and (soon := answer_without_numba(model, options)) is not None:
        return soon
    if engine == "plain" and (soon := answer_of_few_states(model, options)) is not None:
        return soon
    if engine != "reference" and find_spec("numba") is not None:
        if engine == "fast" and (soon := with_traces_of_memo(model, options)) is not None:
            return soon
        return _fast(model, options, may_compile=engine not in ("memo", "plain"))
    if options.symmetry:
        raise UsageError(
            "symmetry with the reference engine",
            allowed="the fast engine, which needs the package numba",
            cure="leave `engine` out (numba must be installed), or leave `symmetry` out",
        )
    slow = Reference(model, options)
    return with_possible(model, slow.run(), slow)


def _fast(model: Model, options: ExplorationOptions, *, may_compile: bool) -> Exploration:
    with undisturbed():
        from raftnb.explore.breadth_first import Answered, BreadthFirst
        from raftnb.explore.graph import Graph

    options = one_thread_of(model, options)
    with Compiled(model, options) if may_compile else nullcontext() as other:
        if other is not None and (found := other.instead()) is not None:
            return found
        engine = BreadthFirst(model, options, other=other)
        try:
            found = engine.run()
        except Answered as answered:
            return answered.found
    if other is not None and other.unsaid:
        found = replace(found, interpreted=(f"all of it ({other.unsaid})",))
    return with_possible(model, found, Graph(engine, found.bound))


def _compiled(model: Model, options: ExplorationOptions) -> Exploration:
    """What compiled code alone finds; raises `UsageError` where a model cannot be compiled."""
    from raftnb.explore.compiled import Differs, NotCompiled, compiled_search

    what = "engine='compiled'" if options.folder is None else f"states in {options.folder}"
    try:
        return compiled_search(model, options).run()
    except (NotCompiled, Differs) as reason:
        raise UsageError(
            f"{what} for `{model.spec.name}`: {reason}",
            allowed="models that can be said in C, on a machine with a compiler of C",
            cure=f"leave `{'engine' if options.folder is None else 'folder'}` out",
        ) from None
