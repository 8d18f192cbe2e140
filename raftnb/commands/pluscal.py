"""`pluscal SPEC`: print a specification in PlusCal, or in TLA+ for checking."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from raftnb.commands.common import print_json
from raftnb.commands.specifications import about, add_model_arguments, chosen_model
from raftnb.data.errors import UsageError
from raftnb.data.files import write_whole


def add_parser(subparsers: Any) -> None:
    """Add `pluscal` to the command line."""
    parser = subparsers.add_parser(
        "pluscal",
        description="Print a specification in PlusCal, with a configuration of TLC, the model "
        "checker of TLA+. With --tla, print the same state machine as a plain module of TLA+, of "
        "which TLC finds the same states. What they cannot say is refused. "
        "Exit code: 0 printed, 2 usage or specification error.",
    )
    add_model_arguments(parser)
    parser.add_argument("--tla", action="store_true", help="a plain module of TLA+, for checking")
    parser.add_argument(
        "--symmetry", action="store_true", help="let TLC use the symmetry of the specification"
    )
    parser.add_argument(
        "--out", metavar="DIR", default=".", help="the folder for the files (the current one)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the files, say which, and return the exit code."""
    from raftnb.pluscal import algorithm, plain_module

    model = chosen_model(arguments)
    printed = (plain_module if arguments.tla else algorithm)(model, symmetry=arguments.symmetry)
    written = [_write(Path(arguments.out), name, text) for name, text in printed.files.items()]
    if arguments.json:
        print_json(about(model) | {"module": printed.name, "files": written})
    else:
        print("\n".join(written))
    return 0


def _write(folder: Path, name: str, text: str) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, text)
    except OSError as error:
        raise UsageError(
            f"`{folder}`, {error.strerror}",
            place="command line, --out",
            allowed="a folder that can be written to",
            cure="name another folder",
        ) from error
    return str(folder / name)
