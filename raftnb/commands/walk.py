"""`walk SPEC`: random walks, for what is too large to explore."""

from __future__ import annotations

import argparse
from typing import Any

from raftnb.commands.clusters import add_cluster, cluster_of
from raftnb.commands.common import MOST_SEED, add_number, report
from raftnb.commands.limits import add_max_seconds
from raftnb.commands.specifications import about, add_model_arguments, chosen_model
from raftnb.commands.traces import add_start, add_trace, chosen_start
from raftnb.data.limits import within


def add_parser(subparsers: Any) -> None:
    """Add `walk` to the command line."""
    parser = subparsers.add_parser(
        "walk",
        description="Take random walks through a specification. Exit code: 1 violated, "
        "2 usage or specification error, 3 unknown (nothing was found).",
    )
    add_model_arguments(parser)
    add_number(parser, "--walks", default=1000, help="how many (1000)")
    add_number(parser, "--depth", default=100, help="steps of each (100)")
    add_number(parser, "--seed", least=0, most=MOST_SEED, default=0, help="0 unless given")
    parser.add_argument("--rare", action="store_true", help="prefer actions that were seldom taken")
    add_max_seconds(parser)
    add_cluster(parser)
    add_start(parser)
    add_trace(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Walk, print the result, and return the exit code."""
    model = chosen_model(arguments)
    start = chosen_start(model, arguments.start)

    from raftnb.explore import random_walks  # longer to import than to refuse what is asked

    with cluster_of(arguments) as cluster:
        result = within(
            arguments.max_seconds,
            lambda: random_walks(
                model,
                start=start,
                walks=arguments.walks,
                depth=arguments.depth,
                seed=arguments.seed,
                rare=arguments.rare,
                cluster=cluster,
            ),
        )
    return report(result, arguments, model=model, **about(model))
