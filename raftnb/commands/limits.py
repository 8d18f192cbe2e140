"""--max-seconds and --max-memory, which several commands take."""

from __future__ import annotations

import argparse

from raftnb.commands.common import add_amount, add_number


def add_max_seconds(parser: argparse.ArgumentParser) -> None:
    """Let a command take --max-seconds S."""
    add_amount(parser, "--max-seconds", metavar="S", help="stop after S seconds")


def add_max_memory(parser: argparse.ArgumentParser) -> None:
    """Let a command take --max-memory MB."""
    add_number(parser, "--max-memory", metavar="MB", help="states beyond MB megabytes go to disk")
