"""The command line: `python -m raftnb COMMAND`."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence

from raftnb import commands
from raftnb.data.errors import RaftnbError

USAGE_ERROR = 2
INTERRUPTED = 3


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line, with the commands of `raftnb.commands`."""
    parser = argparse.ArgumentParser(
        prog="python -m raftnb", description="Specify, explore, prove and draw Raft."
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in pkgutil.iter_modules(commands.__path__):
        command = importlib.import_module(f"{commands.__name__}.{module.name}")
        if hasattr(command, "add_parser"):
            command.add_parser(subparsers)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (0, 1, 3; 2 for a usage or specification error)."""
    arguments = build_parser().parse_args(words)
    try:
        return int(arguments.run(arguments))
    except RaftnbError as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        print("interrupted before anything was found", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return USAGE_ERROR


if __name__ == "__main__":
    sys.exit(main())
