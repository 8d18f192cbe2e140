"""`explore SPEC`: a page in which a reader chooses the steps."""

from __future__ import annotations

import argparse
from typing import Any

from raftnb.commands.common import add_number, print_json
from raftnb.commands.files import file_to_write, write_text
from raftnb.commands.specifications import about, add_model_arguments, chosen_model
from raftnb.commands.traces import add_start, chosen_start
from raftnb.data.verdict import Verdict, counted

MOST_STATES = 5_000


def add_parser(subparsers: Any) -> None:
    """Add `explore` to the command line."""
    parser = subparsers.add_parser(
        "explore",
        description="Write a web page, one file that needs no network, in which a reader chooses "
        "the steps of a specification, goes back, and takes others. It carries the states with "
        "it, those nearest to the initial ones if there are more than N. "
        "After Ctrl-C it has those that were met. "
        "Exit code: 0 written, 2 usage or specification error, 3 stopped by Ctrl-C.",
    )
    add_model_arguments(parser)
    parser.add_argument(
        "--out", required=True, metavar="FILE.html", help="the page",
        type=file_to_write("--out", ".html", ".htm", such_as="explorer.html"),
    )  # fmt: skip
    add_number(
        parser,
        "--max-states",
        default=MOST_STATES,
        help=f"out of how many states the steps are in the page ({MOST_STATES:,})",
    )
    add_start(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Look at the states, write the page, say what is in it, and return the exit code."""
    from raftnb.explorer import show  # takes longer to import than most commands run

    model = chosen_model(arguments)
    start = chosen_start(model, arguments.start)
    model = model if start is None else model.starting_at(start)
    shown = show(model, history=arguments.history, max_states=arguments.max_states)
    write_text(arguments.out, shown.page(model.spec.name), "--out")
    if arguments.json:
        told = {"states": shown.states, "complete": shown.complete, "bound": shown.bound}
        print_json(about(model) | told | {"file": str(arguments.out)})
    else:
        stopped = f"; stopped: {shown.bound}" if shown.bound else ""
        states = counted(shown.states, "state")
        print(f"{arguments.out}: {states}, {covered(shown.complete)}{stopped}")
    return Verdict.UNKNOWN.exit_code if shown.bound else 0


def covered(complete: bool) -> str:
    """How much of the specification a page has."""
    return "all that can be reached" if complete else "those nearest to where it begins"
