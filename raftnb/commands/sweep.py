"""`sweep SPEC --set servers=2..4`: what each size costs, and what it finds."""

from __future__ import annotations

import argparse
import re
from functools import partial
from typing import Any

from raftnb.commands.clusters import add_cluster, cluster_of
from raftnb.commands.common import add_amount, add_number, report
from raftnb.commands.limits import add_max_memory
from raftnb.commands.specifications import (
    add_model_arguments,
    chosen_spec,
    made,
    parse_settings,
    varied,
)
from raftnb.commands.traces import add_trace
from raftnb.data.errors import UsageError
from raftnb.data.limits import within
from raftnb.data.progress import progress_bar
from raftnb.explore import Exploration, check
from raftnb.language.spec import Model, Spec

RANGE = r"([A-Za-z_]\w*)=([0-9]{1,9})\.\.([0-9]{1,9})"


def add_parser(subparsers: Any) -> None:
    """Add `sweep` to the command line."""
    parser = subparsers.add_parser(
        "sweep",
        description="Explore a specification at every choice of the constants that --set gives, "
        "as a range, NAME=2..4, or as one value. Exit code: 0 all hold, 1 one is violated, "
        "2 usage or specification error, 3 unknown (a bound was reached, or a size was not begun).",
    )
    add_model_arguments(parser)
    add_number(parser, "--max-states", help="stop a size after N distinct states")
    add_max_memory(parser)
    add_amount(parser, "--max-seconds", metavar="S", help="stop a size after S seconds")
    add_trace(parser)
    add_cluster(parser)
    parser.add_argument(
        "--no-deadlock", action="store_true", help="a state without a next one is no violation"
    )
    parser.add_argument(
        "--symmetry",
        action="store_true",
        help="count states once that differ only by a permutation of interchangeable members",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Explore size by size, print the table, and return the exit code."""
    from raftnb.experiments.sweep import Sizes, explored, models_of, swept

    spec = varied(chosen_spec(arguments.spec), arguments.variant)
    constants = choices(arguments.constants, spec)
    models = made(lambda: list(models_of(spec, constants, arguments.history)))
    megabytes = arguments.max_memory
    options: dict[str, Any] = {
        "deadlock": not arguments.no_deadlock,
        "max_states": arguments.max_states,
        "max_memory": None if megabytes is None else megabytes * 1_000_000,
        "symmetry": arguments.symmetry,
        "progress": False,
        "engine": "quick",
    }

    sizes = Sizes(tuple(models), partial(asked, arguments.max_seconds, options))
    found = []
    with progress_bar("sizes", total=len(models)) as bar, cluster_of(arguments) as cluster:
        for size in explored(sizes, cluster):
            found.append(size)
            bar.update()
    return report(swept(spec.name, constants, found, len(models)), arguments)


def asked(seconds: float | None, options: dict[str, Any], model: Model) -> Exploration:
    """What is found of a size within so many seconds."""
    return within(seconds, lambda: check(model, **options))


def choices(texts: list[str], spec: Spec) -> dict[str, Any]:
    """The constants that --set gives, a range where it is written as one."""
    ranges = {text: re.fullmatch(RANGE, text) for text in texts}
    found: dict[str, Any] = dict(parse_settings([low_of(*item) for item in ranges.items()], spec))
    for text, match in ranges.items():
        if match is None:
            continue
        name, low, high = match[1], int(match[2]), int(match[3])
        if low > high:
            raise UsageError(
                f"`{text}`, which is no number",
                place="command line, --set",
                allowed="NAME=LOW..HIGH, the lower one first",
                cure=f"--set {name}={high}..{low}",
            )
        found[name] = range(low, high + 1)
    return found


def low_of(text: str, match: re.Match[str] | None) -> str:
    """A setting with the first value of its range."""
    return text if match is None else f"{match[1]}={match[2]}"
