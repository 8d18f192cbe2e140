"""`states SPEC`: every reachable state in a file, for other programs to read."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from raftnb.commands.common import add_number, print_json
from raftnb.commands.files import file_to_write, unwritable
from raftnb.commands.limits import add_max_seconds
from raftnb.commands.specifications import about, add_model_arguments, chosen_model
from raftnb.commands.traces import add_start, chosen_start
from raftnb.data.ctrl_c import put_off
from raftnb.data.files import whole_file
from raftnb.data.limits import undisturbed
from raftnb.data.progress import Bar, progress_bar
from raftnb.data.verdict import Verdict, counted
from raftnb.explore.few import few_states
from raftnb.language.spec import Model

if TYPE_CHECKING:  # it takes time to import, which few states do not need
    from raftnb.explore import Graph
    from raftnb.explore.plain_graph import PlainGraph

IN_TIME, INTERRUPTED = "max_seconds", "interrupted"
FINDING = 0.5
"""So large a part of the time is for finding the states, the rest for writing them."""
LEAST = 0.001
"""Seconds for the memo where plain Python has had them all."""


def add_parser(subparsers: Any) -> None:
    """Add `states` to the command line."""
    parser = subparsers.add_parser(
        "states",
        description="Write the reachable states of a specification, breadth first, a line of JSON "
        'each: {"number": 4, "from": 1, "depth": 3, "state": {...}}, where `from` is the state it '
        "was first met from. Exit code: 0 all are there, 2 usage or specification error, "
        "3 a bound was reached, or Ctrl-C: what was found is written, until it is pressed again.",
    )
    add_model_arguments(parser)
    parser.add_argument(
        "--out", required=True, metavar="FILE.jsonl", help="the file",
        type=file_to_write("--out", ".jsonl", such_as="states.jsonl"),
    )  # fmt: skip
    add_number(parser, "--max-states", help="stop after N states")
    add_max_seconds(parser)
    add_start(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Find the states, write them, say how many there are, and return the exit code."""
    begun, seconds = time.monotonic(), arguments.max_seconds
    model = chosen_model(arguments)
    start = chosen_start(model, arguments.start)
    model = model if start is None else model.starting_at(start)
    graph = found(model, arguments.max_states, None if seconds is None else seconds * FINDING)
    if graph.bound == INTERRUPTED:
        if not len(graph):
            raise KeyboardInterrupt
        reached = f"{INTERRUPTED}; {counted(len(graph), 'state')} that were reached are written"
        print(f"{reached}, until Ctrl-C is pressed again", file=sys.stderr, flush=True)
    written, bound = write(graph, arguments.out, None if seconds is None else begun + seconds)
    bound = bound or graph.bound
    if str(bound).startswith(IN_TIME):
        bound = f"{IN_TIME} {seconds:g}"
    if arguments.json:
        told = {"states": written, "bound": bound, "file": str(arguments.out)}
        print_json(about(model) | told)
    else:
        covered = f"stopped: {bound}" if bound else "all that can be reached"
        print(f"{arguments.out}: {counted(written, 'state')}, {covered}")
    return Verdict.UNKNOWN.exit_code if bound else 0


def found(model: Model, max_states: int | None, seconds: float | None) -> Graph | PlainGraph:
    """The states: few of them as plain Python meets them, many as the memo does."""
    begun = time.monotonic()
    few = few_states(model, max_states=max_states, max_seconds=seconds)
    if few is not None:
        return few
    with undisturbed():
        from raftnb.explore import reachable

    if seconds is not None:
        seconds = max(seconds - (time.monotonic() - begun), LEAST)
    return reachable(model, max_states=max_states, max_seconds=seconds)


def write(graph: Graph | PlainGraph, path: Path, until: float | None) -> tuple[int, str | None]:
    """Write the states, and say how many, and what ended it before all were written."""
    written = 0
    try:
        with put_off() as stopped, whole_file(path) as file, _bar(graph) as bar:
            for line in lines_of(graph):
                late = until is not None and time.monotonic() > until
                if late or stopped():
                    return written, IN_TIME if late else INTERRUPTED
                file.write(json.dumps(line) + "\n")
                written += 1
                bar.update()
    except OSError as error:
        raise unwritable(path, "--out", error) from None
    return written, None


def _bar(graph: Graph | PlainGraph) -> Bar:
    return progress_bar("states", total=len(graph))


def lines_of(graph: Graph | PlainGraph) -> Iterator[dict[str, Any]]:
    """What the file says of each state."""
    depths: list[int] = []
    for number, parent in enumerate(graph.parents.tolist()):
        initial = parent == number
        depths.append(1 if initial else depths[parent] + 1)
        before = None if initial else parent
        state = graph.state(number).as_json()
        yield {"number": number, "from": before, "depth": depths[number], "state": state}
