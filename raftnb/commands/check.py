"""`check SPEC`: explore a model exhaustively."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

from raftnb.commands.clusters import add_cluster, cluster_of
from raftnb.commands.common import add_number, report
from raftnb.commands.limits import add_max_memory, add_max_seconds
from raftnb.commands.narrowing import add_narrowing, narrowing
from raftnb.commands.specifications import about, add_model_arguments, chosen_model
from raftnb.commands.traces import add_start, add_trace, chosen_start
from raftnb.data.limits import within
from raftnb.data.verdict import Verdict, counted
from raftnb.explore import Exploration, check, traps
from raftnb.explore.conclusion import not_bounded
from raftnb.explore.lines import LinesRun
from raftnb.explore.result import Violation
from raftnb.explore.traps import endless, places
from raftnb.language.spec import Model

if TYPE_CHECKING:
    from raftnb.parallel import Cluster


def add_parser(subparsers: Any) -> None:
    """Add `check` to the command line."""
    parser = subparsers.add_parser(
        "check",
        description="Explore a specification exhaustively. Exit code: 0 holds, 1 violated, "
        "2 usage or specification error, 3 unknown (a bound was reached).",
    )
    add_model_arguments(parser)
    add_bounds(parser)
    add_cluster(parser)
    add_start(parser)
    add_trace(parser)
    _add_claims(parser)
    parser.add_argument(
        "--coverage",
        action="store_true",
        help="print the text of actions and claims, with a + where a statement ran, a - where not",
    )
    parser.add_argument(
        "--symmetry",
        action="store_true",
        help="count states once that differ only by a permutation of interchangeable members",
    )
    add_narrowing(parser)
    parser.set_defaults(run=run)


def _add_claims(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--claim",
        action="append",
        default=[],
        metavar="NAME",
        help="ask this claim about states or steps, and no other (may be repeated)",
    )
    parser.add_argument(
        "--continue",
        action="store_true",
        dest="go_on",
        help="go on after a violation: every claim that is violated, each with a shortest trace",
    )
    parser.add_argument(
        "--no-deadlock", action="store_true", help="a state without a next one is no violation"
    )


def add_bounds(parser: argparse.ArgumentParser) -> None:
    """Let a command take where to stop, and where states are; or a folder to go on from."""
    add_number(parser, "--max-states", help="stop after N distinct states")
    add_number(parser, "--max-depth", help="stop at depth N")
    add_max_memory(parser)
    add_max_seconds(parser)
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--folder", help="have the states in this folder, and checkpoints to go on from"
    )
    either.add_argument(
        "--resume", metavar="FOLDER", help="go on from the last checkpoint in this folder"
    )


def run(arguments: argparse.Namespace) -> int:
    """Check, print the result, and return the exit code."""
    model = chosen_model(arguments)
    start = chosen_start(model, arguments.start)
    megabytes = arguments.max_memory
    lines, narrowed = LinesRun(model), narrowing(arguments)

    def ask(cluster: Cluster | None) -> Exploration:
        return check(
            model,
            start=start,
            claims=arguments.claim,
            deadlock=not arguments.no_deadlock,
            go_on=arguments.go_on,
            on_violation=None if arguments.json else tell,
            max_states=arguments.max_states,
            max_depth=arguments.max_depth,
            max_memory=None if megabytes is None else megabytes * 1_000_000,
            folder=arguments.resume or arguments.folder,
            resume=arguments.resume is not None,
            symmetry=arguments.symmetry,
            **narrowed,
            engine="plain" if arguments.coverage else "quick",
            cluster=cluster,
        )

    with cluster_of(arguments) as cluster, lines if arguments.coverage else nullcontext():
        result = within(arguments.max_seconds, partial(ask, cluster))
    told = (*after(model, result), *stopped(arguments.resume or arguments.folder, result))
    hints = tuple(dict.fromkeys((*traps(model), *told)))
    for hint in hints if not arguments.json else ():
        print(f"hint: {hint}", file=sys.stderr)
    extra: dict[str, Any] = {"hints": list(hints)} if hints else {}
    if arguments.coverage:
        extra["coverage"] = {"taken": result.coverage, "functions": lines.as_json()}
    left = not_asked(model, arguments.no_deadlock)
    code = report(result, arguments, model=model, not_asked=left, **about(model), **extra)
    if arguments.coverage and not arguments.json:
        print(taken(result), lines, sep="\n\n")
    return code


def tell(found: Violation) -> None:
    """Say what is violated while it is gone on; the trace comes at the end."""
    trace = "" if found.trace is None else f", after {counted(len(found.trace), 'step')}"
    print(f"violated: {found.property}{trace}; going on", file=sys.stderr, flush=True)


def taken(result: Exploration) -> str:
    """How often each process took each action, a line each."""
    return "\n".join(f"{many:>12,} {step}" for step, many in result.coverage.items())


def not_asked(model: Model, no_deadlock: bool) -> tuple[str, ...]:
    """Claims of the specification that a check does not ask, with the command that does."""
    lasting = [f"{one} (liveness)" for one in model.spec.liveness]
    return (*(["deadlock"] if no_deadlock else []), *lasting)


def stopped(folder: str | None, result: Exploration) -> tuple[str, ...]:
    """How to go on with what stopped at a bound."""
    over = result.complete or result.verdict is Verdict.VIOLATED
    return () if folder is None or over else (f"to go on: --resume {folder}",)


def after(model: Model, result: Exploration) -> tuple[str, ...]:
    """What to do about what was found."""
    if result.property == "deadlock":
        return ("if that state is the end, say so: `final=` of the Spec, or --no-deadlock",)
    if "natural numbers beyond" in (result.bound or ""):
        return tuple(dict.fromkeys(places(model)))
    if result.verdict is Verdict.VIOLATED:
        return not_bounded(model)
    stopped = result.verdict is Verdict.UNKNOWN and not result.complete
    return tuple(endless(model)) if stopped else ()
