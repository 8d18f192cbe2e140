"""`list`: the specifications and their constants."""

from __future__ import annotations

import argparse
from typing import Any

from raftnb.commands.common import add_json, print_json
from raftnb.specs import SPECS


def add_parser(subparsers: Any) -> None:
    """Add `list` to the command line."""
    parser = subparsers.add_parser("list")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print every specification with its summary and the defaults of its constants."""
    if arguments.json:
        listed = SPECS.items()
        rows = {n: {"summary": s.summary, "constants": s.all_constants} for n, s in listed}
        print_json(rows)
        return 0
    for name, spec in SPECS.items():
        print(f"{name}: {spec.summary}")
        print("    " + " ".join(f"{k}={v}" for k, v in spec.all_constants.items()))
    return 0
