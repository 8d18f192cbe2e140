"""`walk SPEC`: random walks, for what is too large to explore."""

from __future__ import annotations

import argparse
from typing import Any

from raftnb.commands.common import add_model_arguments, chosen_model, report


def add_parser(subparsers: Any) -> None:
    """Add `walk` to the command line."""
    parser = subparsers.add_parser(
        "walk",
        help="take random walks, and check every state on the way",
        description="Take random walks through a specification. Exit code: 1 violated, "
        "2 usage or specification error, 3 unknown (nothing was found).",
    )
    add_model_arguments(parser)
    parser.add_argument("--walks", type=int, default=1000, metavar="N", help="how many (1000)")
    parser.add_argument("--depth", type=int, default=100, metavar="N", help="steps of each (100)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="0 unless given")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Walk, print the result, and return the exit code."""
    from raftnb.explore import random_walks  # here, since its compiler takes a second to import

    model = chosen_model(arguments)
    result = random_walks(model, walks=arguments.walks, depth=arguments.depth, seed=arguments.seed)
    return report(model, result, as_json=arguments.json)
