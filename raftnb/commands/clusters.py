"""--ray ADDRESS: on other machines."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from raftnb.commands.common import add_number
from raftnb.data.errors import UsageError

if TYPE_CHECKING:
    from raftnb.parallel import Cluster


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Let a command take --ray ADDRESS and --workers N."""
    parser.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="on the machines of a cluster: local, or the address of a running Ray, HOST:PORT",
    )
    add_number(parser, "--workers", most=256, help="processes (one for each core)")


def cluster_of(arguments: argparse.Namespace) -> AbstractContextManager[Cluster | None]:
    """The cluster that the arguments name, or None; it is left at the end.

    Raises `UsageError` for a number of workers without a cluster, but for a proof.
    """
    if arguments.ray is not None:
        from raftnb.parallel import Cluster

        return Cluster(arguments.ray, workers=arguments.workers)
    if arguments.workers is not None and arguments.command != "prove":
        raise UsageError(
            f"--workers {arguments.workers}, without --ray",
            place="command line, --workers",
            allowed="with --ray, or of `prove`",
            cure="--ray local, or leave it out",
        )
    return nullcontext()
