"""Which of several shortest traces is shown: the memo's, whichever engine is done first.

A notebook is to look the same on a machine without a compiler. Where nothing is violated nobody may
look at a trace, so that the memo, and numba, are not begun with until somebody does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from raftnb.data.errors import RaftnbError
from raftnb.data.limits import undisturbed
from raftnb.data.trace import Trace
from raftnb.explore.given import asked
from raftnb.explore.other import Compiled
from raftnb.explore.possible import with_possible
from raftnb.explore.result import Exploration, ExplorationOptions
from raftnb.explore.small import answer_without_numba
from raftnb.language.spec import Model


def with_traces_of_memo(model: Model, options: ExplorationOptions) -> Exploration | None:
    """What is found before numba is there, with the traces that the memo finds.

    None where the memo has to answer.
    """
    found = answer_without_numba(model, options, any_trace=False)
    if found is None or found.bound == "interrupted":
        return found
    if found.trace is not None:
        return of_memo(model, options, found)
    return replace(found, witnesses=Witnesses(model, options, found)) if found.witnesses else found


class Witnesses(Mapping[str, Trace | None]):
    """The witnesses of an exploration; the memo looks for all of them when one is looked at."""

    def __init__(self, model: Model, options: ExplorationOptions, found: Exploration) -> None:
        self.met = found.witnesses
        self._asked = model, options, found

    @cached_property
    def _traces(self) -> Mapping[str, Trace | None]:
        """The memo's; but those that were met, where the specification is not what it was then."""
        model, options, found = self._asked
        deepest = max(len(trace.states) for trace in self.met.values() if trace is not None)
        try:
            memo = of_memo(model, replace(options, max_depth=deepest, progress=False), found)
        except RaftnbError:
            return self.met
        if memo.bound == "interrupted":
            raise KeyboardInterrupt
        return {
            name: other if _are_as_long(other := memo.witnesses[name], trace) else trace
            for name, trace in self.met.items()
        }

    def __contains__(self, name: object) -> bool:
        return name in self.met

    def __getitem__(self, name: str) -> Trace | None:
        return None if self.met[name] is None else self._traces[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.met)

    def __len__(self) -> int:
        return len(self.met)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> Any:
        return dict, (dict(self),)


def _are_as_long(one: Trace | None, other: Trace | None) -> bool:
    return one is not None and other is not None and len(one) == len(other)


def of_memo(model: Model, options: ExplorationOptions, found: Exploration) -> Exploration:
    """What the memo finds; or what was found, with those of its traces that it has in time.

    Of what was found nothing is lost where the memo is interrupted.
    """
    options = one_thread_of(model, options)
    try:
        return _memo_after(model, options, found)
    except KeyboardInterrupt as stop:
        return replace(found, bound=str(stop) or "interrupted")


def _memo_after(model: Model, options: ExplorationOptions, found: Exploration) -> Exploration:
    with undisturbed():
        from raftnb.explore.breadth_first import Answered, BreadthFirst
        from raftnb.explore.graph import Graph

    engine = BreadthFirst(model, options, other=Compiled(model, options, found))
    try:
        ours = engine.run()
    except Answered as answered:
        return answered.found
    return with_possible(model, ours, Graph(engine, ours.bound))


def one_thread_of(model: Model, options: ExplorationOptions) -> ExplorationOptions:
    """The options, with one thread where states are to be numbered without gaps."""
    return replace(options, threads=1) if asked(model, "possible") or options.view else options
