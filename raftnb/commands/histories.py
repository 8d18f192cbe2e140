"""`histories SPEC`: what the clients of Raft see on random walks, judged for linearizability."""

from __future__ import annotations

import argparse
from typing import Any

from raftnb.commands.clusters import add_cluster, cluster_of
from raftnb.commands.common import MOST_SEED, add_number, report
from raftnb.commands.limits import add_max_seconds
from raftnb.commands.specifications import (
    about,
    add_model_arguments,
    chosen_spec,
    made,
    parse_settings,
    varied,
)
from raftnb.data.limits import within


def add_parser(subparsers: Any) -> None:
    """Add `histories` to the command line."""
    parser = subparsers.add_parser(
        "histories",
        description="Walk through Raft with clients, with faults, and check that the histories of "
        "calls and answers are linearizable. SPEC is raft-store, raft-store-read-index or "
        "raft-store-leases. Exit code: 1 violated, 2 usage or specification error, 3 unknown "
        "(nothing was found).",
    )
    add_model_arguments(parser)
    add_number(parser, "--operations", default=1000, help="stop after N operations (1000)")
    add_number(parser, "--steps", default=1500, help="steps of each walk (1500)")
    add_number(parser, "--seed", least=0, most=MOST_SEED, default=0, help="0 unless given")
    add_max_seconds(parser)
    add_cluster(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Walk, judge, print the result, and return the exit code."""
    from raftnb.experiments.client_walks import client_histories, sized

    spec = varied(chosen_spec(arguments.spec), arguments.variant)
    constants = parse_settings(arguments.constants, spec)
    model = made(lambda: sized(spec, history=arguments.history, **constants))
    with cluster_of(arguments) as cluster:
        result = within(
            arguments.max_seconds,
            lambda: client_histories(
                model,
                operations=arguments.operations,
                steps=arguments.steps,
                seed=arguments.seed,
                cluster=cluster,
            ),
        )
    return report(result, arguments, **about(model))
