"""`replay SPEC FILE`: another tool's counterexample, taken step by step, judged and drawn."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from raftnb.commands.common import report
from raftnb.commands.specifications import about, add_model_arguments, chosen_model
from raftnb.commands.traces import add_trace
from raftnb.data.errors import UsageError
from raftnb.data.trace import Trace
from raftnb.data.verdict import Answer, Verdict, counted
from raftnb.language.spec import Model
from raftnb.language.world import World

ONE = "one behavior was looked at, and nothing else"


@dataclass(frozen=True, repr=False)
class Replayed(Answer):
    """A behavior of the model, and what is false in it: *violated*, or else *unknown*.

    `broken` has each claim that is false somewhere, with the number of steps to there.
    """

    trace: Trace
    broken: dict[str, int]
    seconds: float
    partial: tuple[str, ...] = ()

    @cached_property
    def verdict(self) -> Verdict:
        """*violated* or *unknown*."""
        return Verdict.VIOLATED if self.broken else Verdict.UNKNOWN

    @cached_property
    def property(self) -> str | None:
        """The claim that is false first."""
        return next(iter(self.broken), None)

    @cached_property
    def bound(self) -> str | None:
        """That no more than this was looked at."""
        return None if self.broken else ONE

    def as_json(self) -> dict[str, Any]:
        """The answer as plain JSON data."""
        return {"steps": len(self.trace), "broken": self.broken, "trace": self.trace.as_json()}

    def __str__(self) -> str:
        found = [f"{claim} after {counted(n, 'step')}" for claim, n in self.broken.items()]
        head = f"{self.verdict}: {', '.join(found) or ONE}"
        taken = f"{counted(len(self.trace), 'step')}, each one of the specification's"
        notes = [f"note: {sentence}" for sentence in self.partial]
        return "\n".join([head, taken, *notes, str(self.trace)])


def add_parser(subparsers: Any) -> None:
    """Add `replay` to the command line."""
    parser = subparsers.add_parser(
        "replay",
        description="Read a counterexample of a module that `pluscal` has printed, with the same "
        "constants and history: TLC's output, its `-dumpTrace json`, or ITF JSON (Apalache, "
        "Quint). Each step is found again in the specification, and what is claimed is asked of "
        "every state and step. Exit code: 1 violated, 2 usage or specification error, also a "
        "behavior that the specification does not have, 3 unknown (nothing is false in it).",
    )
    add_model_arguments(parser)
    parser.add_argument("file", metavar="FILE", help="the counterexample; - is standard input")
    add_trace(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, judge, print, and return the exit code."""
    from raftnb.pluscal import read_trace

    model = chosen_model(arguments)
    started = time.perf_counter()
    trace = read_trace(text_of(arguments.file), model)
    broken = judged(model, trace)
    seconds = time.perf_counter() - started
    answer = Replayed(trace, broken, seconds, whole_behaviors(model, trace))
    return report(answer, arguments, model=model, **about(model))


def judged(model: Model, trace: Trace) -> dict[str, int]:
    """The claims that are false in a state or of a step, and a last state that is stuck."""
    broken: dict[str, int] = {}
    for number, state in enumerate(trace.states):
        here = World(model, state)
        claims = [(claim, here) for claim in model.checked(model.spec.invariants)]
        if number:
            before = World(model, trace.states[number - 1])
            before.next = here
            claims += [(claim, before) for claim in model.checked(model.spec.transitions)]
        for claim, world in claims:
            if claim.__name__ not in broken and world.failure(claim) is not None:
                broken[claim.__name__] = number
    if trace.loop is None and is_stuck(model, trace):
        broken["deadlock"] = len(trace)
    return broken


def is_stuck(model: Model, trace: Trace) -> bool:
    """Whether nothing can follow the last state, and it is not the end."""
    last = World(model, trace.last)
    ends = model.spec.final is not None and last.failure(model.spec.final) is None
    return not ends and next(last.successors(trace.last), None) is None


def whole_behaviors(model: Model, trace: Trace) -> tuple[str, ...]:
    """That liveness was not asked about, where the behavior goes round for ever."""
    if trace.loop is None or not model.spec.liveness:
        return ()
    return (
        "it goes round for ever: what is claimed of whole behaviors was not asked (`liveness`)",
    )


def text_of(name: str) -> str:
    """The text of a file, or of standard input; raises `UsageError` where there is none."""
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as error:
        found = str(error.strerror)
    except UnicodeDecodeError:
        found = "a file that is no text"
    raise UsageError(
        found,
        place=f"command line, FILE {name}",
        allowed="what TLC, Apalache or Quint has written",
        cure="java -cp tla2tools.jar tlc2.TLC Module.tla > FILE",
    )
