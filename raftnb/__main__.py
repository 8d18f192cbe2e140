"""The command line: `python -m raftnb COMMAND`, or `raftnb COMMAND` where it is installed."""

from __future__ import annotations

import argparse
import errno
import gc
import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextvars import copy_context
from importlib import import_module
from typing import Any, NoReturn

from raftnb.commands.common import Parser, print_json, unusable
from raftnb.data.errors import RaftnbError

COMMANDS = {
    "list": ("listing", "the specifications and their constants"),
    "check": ("check", "explore every reachable state, and check what is claimed of them"),
    "sweep": (
        "sweep",
        "explore a specification at several sizes: what each costs, and what it finds",
    ),
    "states": ("states", "write every reachable state to a file, a line of JSON each"),
    "explore": ("explore", "write a page in which one chooses the steps of a specification"),
    "walk": ("walk", "take random walks, and check every state on the way"),
    "liveness": (
        "liveness",
        "check liveness properties under fairness, and show a lasso where one fails",
    ),
    "refines": ("refines", "check that a specification implements a simpler one"),
    "drive": ("drive", "let a specification drive an implementation, and compare"),
    "record": ("record", "run a real cluster with faults, record it, and judge the record"),
    "prove": ("prove", "prove what is claimed, for any number of processes and any bounds"),
    "pluscal": (
        "pluscal",
        "print a specification as an algorithm in PlusCal, or as a module of TLA+",
    ),
    "replay": ("replay", "read a counterexample of TLC, Apalache or Quint, judge and draw it"),
    "mutants": (
        "mutants",
        "find out every known mistake in Raft, its extensions, and the store on top of it",
    ),
    "histories": ("histories", "walk through Raft with clients, and judge what they see"),
    "linearizable": ("linearizable", "is a recorded history of a store linearizable?"),
    "conforms": ("conforms", "does the log of an implementation fit Raft?"),
    "prepare": ("prepare", "compile what is compiled once after an installation: half a minute"),
}
"""The commands, each with its module, which is imported only to run it, and what it does."""
USAGE_ERROR = 2
UNKNOWN = 3
FEWER_COLLECTIONS = 100_000
"""So many new objects wait to be looked at for cycles, of which a command makes few: to look after
each 700, as Python does, takes a tenth of a small check."""
NOT_PRINTED = {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""What goes wrong where standard output is a full disk, or a pipe that nobody reads."""
UNFOUND: dict[str, Any] = {"verdict": "unknown", "property": None, "bound": None, "partial": []}
"""What `--json` prints where a command is stopped before it has found anything."""


def build_parser(command: str = "") -> argparse.ArgumentParser:
    """The parser of the command line: of the command that is called, or a list of all."""
    parser = Parser(
        prog="python -m raftnb",
        description="Specify, explore, prove and draw Raft.",
        epilog="Exit codes: 0 holds, 1 violated, 2 the question makes no sense (usage or "
        "specification error), 3 unknown (a bound was reached, or only a part was asked for).",
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    if command in COMMANDS:
        import_module(f"raftnb.commands.{COMMANDS[command][0]}").add_parser(subparsers)
        return parser
    for name, (_, what_it_does) in COMMANDS.items():
        listed = subparsers.add_parser(name, help=what_it_does)
        listed.add_argument("rest", nargs=argparse.REMAINDER)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (0, 1, 3; 2 for a usage or specification error).

    A fault of the package itself is reported with its traceback and exit code 3: Python's own exit
    code for it is 1, which would say *violated*. With `--json` one JSON value is printed, whatever
    happens.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what it cannot write is escaped, no error
            stream.reconfigure(errors="backslashreplace")
    given = sys.argv[1:] if words is None else list(words)
    try:
        told, code = _run(given)
        if told and "--json" in given:
            print_json(told)
        if sys.stdout is not None:  # it is closed
            sys.stdout.flush()
        return code
    except OSError as error:
        return _not_printed(error)


def _run(given: list[str]) -> tuple[dict[str, Any], int]:
    """What a command that found nothing has `--json` print instead, and the exit code."""
    try:
        arguments = build_parser(given[0] if given else "").parse_args(given)
        apart = copy_context()  # who calls `main` in a program keeps the running world
        return {}, int(apart.run(arguments.run, arguments))
    except RaftnbError as error:
        error.place = error.place or f"command line: {' '.join(given[:2])}"
        return unusable(error), USAGE_ERROR
    except KeyboardInterrupt as stop:
        bound = str(stop) or "interrupted"
        print(f"{bound} before anything was found", file=sys.stderr)
        return UNFOUND | {"bound": bound}, UNKNOWN
    except Exception as error:
        if isinstance(error, OSError) and error.errno in NOT_PRINTED and not error.filename:
            raise
        traceback.print_exc()
        print("a fault of raftnb itself; nothing was decided", file=sys.stderr)
        return UNFOUND | {"bound": "a fault of raftnb itself"}, UNKNOWN


def _not_printed(error: OSError) -> int:
    """Say that standard output takes no more, unless who read it wanted no more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python tries again at its end
    if error.errno != errno.EPIPE:
        print(f"the answer cannot be printed: {error.strerror}", file=sys.stderr)
    return UNKNOWN


def run() -> NoReturn:
    """Run one command as a program: from the verdict on, Ctrl-C does not change the exit code."""
    gc.set_threshold(FEWER_COLLECTIONS)
    code = main()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)


if __name__ == "__main__":
    run()
