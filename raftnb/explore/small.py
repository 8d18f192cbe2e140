"""A process that begins: what is answered before numba is there, which the memo needs."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from raftnb.data.verdict import Verdict
from raftnb.explore.few import begins_widely, has_many_states
from raftnb.explore.given import asked
from raftnb.explore.other import FEW, Compiled
from raftnb.explore.possible import with_possible
from raftnb.explore.reference import GivenUp, Reference, TooLong
from raftnb.explore.result import Exploration, ExplorationOptions
from raftnb.language.spec import Model

SECONDS = 0.05
"""Of the processor: about what it takes to write and load a program that was compiled before, so
that where plain Python does not come to an end by then no more is lost than that."""
SHARED_PART = 0.1
"""So much more where what all programs share would have to be compiled, too, once a machine."""
UNTIL_NUMBA = 0.5
"""Where nothing can be compiled: it takes more than twice as long until numba is there."""
EARLY = 1 / 5
"""After so large a part of the time a run foresees whether that is enough."""
SHARED = 100_000
"""So many states the memo deals out to its threads."""


def answer_without_numba(
    model: Model, options: ExplorationOptions, *, any_trace: bool = True
) -> Exploration | None:
    """What the reference engine finds of a model that holds, where it takes a moment.

    Where it takes longer, has many initial states, or does not hold, what compiled code finds:
    of several shortest traces that is the same one, however fast the machine is. Unless `any_trace`
    will do, what the reference finds not to hold is left to the memo at once. It runs everything
    twice: what depends on more than the state is left to the memo, which says so. So is what cannot
    be compiled, unless the reference is sooner there than numba and finds that all holds; of few
    states it says what is possible, however long that takes. None, too, once numba is there.
    Raises what the specification raises.
    """
    bounds = (options.max_states, options.max_depth, options.max_memory)
    if "numba" in sys.modules or bounds != (None, None, None):
        return None
    if options.symmetry:
        found = _compiled(model, options)
        return _with_symmetry(model, options) if found is None else found
    if begins_widely(model):
        return _compiled(model, options)
    with suppress(GivenUp):
        found = _in_a_moment(model, options)
        if _is_said(found):
            return found
        if not any_trace:
            return None
    found = _compiled(model, options)
    if found is None and any_trace and asked(model, "possible"):
        return answer_of_few_states(model, options)
    return _before_numba(model, options) if found is None else found


def _is_said(found: Exploration | None) -> bool:
    """Whether that is all that is to be said before numba is there: nothing, or no violation."""
    return found is None or found.bound == "interrupted" or found.verdict is Verdict.HOLDS


def _before_numba(model: Model, options: ExplorationOptions) -> Exploration | None:
    """What the reference engine finds of a model that holds, where it is sooner than numba."""
    with suppress(GivenUp):
        found = _in_plain_python(model, options, late_after(UNTIL_NUMBA))
        return found if _is_said(found) else None
    return None


def answer_of_few_states(model: Model, options: ExplorationOptions) -> Exploration | None:
    """What the reference engine finds where there are few states; None for others."""
    if options.symmetry or options.max_memory is not None or begins_widely(model):
        return None
    try:
        return _in_plain_python(model, options, has_many_states)
    except GivenUp:
        return None


def _with_symmetry(model: Model, options: ExplorationOptions) -> Exploration | None:
    """What the reference engine finds of a model that holds, where that is soon found."""
    from raftnb.explore.standing import Standing, has_few_orders, refuse_unearned

    if begins_widely(model) or asked(model, "possible") or not has_few_orders(model):
        return None
    too_long = late_after(UNTIL_NUMBA)
    stands = [Standing(model) for _ in range(2)]
    runs = [Reference(model, options, too_long=too_long, stands_for=one) for one in stands]
    try:
        found = _twice(model, runs)
    except GivenUp:
        return None
    if found is None or not _is_said(found):
        return None
    if found.bound != "interrupted":
        refuse_unearned(model, runs[0].depth)
    return found


def late_after(seconds: float) -> TooLong:
    """Whether a run will be over later than so many seconds of the processor from now."""
    end = time.process_time() + seconds

    def is_late(run: Reference, expanded: int) -> bool:
        now = time.process_time()
        spent, left, waiting = now - run.begun, end - now, len(run.depth) - expanded
        is_early = spent < EARLY * (spent + left)
        return left < 0 or (not is_early and waiting * spent > left * expanded)

    return is_late


def _in_a_moment(model: Model, options: ExplorationOptions) -> Exploration | None:
    """What plain Python finds before compiled code could be there. Raises `GivenUp`."""
    try:
        return _in_plain_python(model, options, late_after(SECONDS))
    except GivenUp:
        if is_prepared():
            raise
    return _in_plain_python(model, options, late_after(SECONDS + SHARED_PART))


def _in_plain_python(
    model: Model, options: ExplorationOptions, too_long: TooLong
) -> Exploration | None:
    """What two runs find; None if they differ. Raises `GivenUp`."""
    return _twice(model, [Reference(model, options, too_long=too_long) for _ in range(2)])


def _twice(model: Model, runs: Sequence[Reference]) -> Exploration | None:
    """What two runs find; None if they differ, and what the first says that is interrupted."""
    found = []
    for run in runs:
        found.append(run.run())
        if found[-1].bound == "interrupted":
            return found[-1]
    if runs[0].depth != runs[1].depth or found[0].coverage != found[1].coverage:
        return None
    return with_possible(model, found[0], runs[0])


def _compiled(model: Model, options: ExplorationOptions) -> Exploration | None:
    """What compiled code finds, unless the memo's threads would share so many states."""
    many = options.workers > FEW
    with Compiled(model, replace(options, max_states=SHARED) if many else options) as other:
        found = other.in_place_of_memo()
    is_shared = many and found is not None and (found.bound or "").startswith("max_states")
    return None if is_shared else found


def is_prepared() -> bool:
    """Whether nothing but the model's own program would have to be compiled."""
    from raftnb.explore.compiled.building import engine_of, is_kept
    from raftnb.explore.compiled.words import NotCompiled

    try:
        return is_kept(engine_of())
    except NotCompiled:
        return True
