"""--view and --action-constraint: functions in a file that narrow an exploration."""

from __future__ import annotations

import argparse
import difflib
from types import FunctionType
from typing import Any

from raftnb.commands.loading import load, target_of
from raftnb.data.errors import UsageError


def add_narrowing(parser: argparse.ArgumentParser) -> None:
    """Let a command take --view FILE.py:NAME and --action-constraint FILE.py:NAME."""
    parser.add_argument(
        "--view",
        metavar="FILE.py:NAME",
        help="visit states once of which this function says the same; if it took two for one, "
        "what is not violated is unknown",
    )
    parser.add_argument(
        "--action-constraint",
        action="append",
        default=[],
        metavar="FILE.py:NAME",
        help="do not follow steps of which this claim about steps is false (may be repeated)",
    )


def narrowing(arguments: argparse.Namespace) -> dict[str, Any]:
    """What `check` is given for these options; raises `UsageError` for what names no function."""
    view = arguments.view and _function(arguments.view, "--view")
    steps = [_function(text, "--action-constraint") for text in arguments.action_constraint]
    return {"view": view, "action_constraints": steps}


def _function(text: str, option: str) -> FunctionType:
    target = target_of(text)
    names: dict[str, Any] = load(target, option).names if target is not None else {}
    found = names.get(target.name) if target is not None else None
    if isinstance(found, FunctionType):
        return found
    own = [name for name, value in names.items() if isinstance(value, FunctionType)]
    near = difflib.get_close_matches(target.name if target else text, own, n=1)
    raise UsageError(
        f"`{text}`" if found is None else f"`{text}`, which is a {type(found).__name__}",
        place=f"command line, {option}",
        allowed="FILE.py:NAME or MODULE:NAME, where NAME is a function",
        cure=f"{option} {target.where}:{near[0]}"
        if target and near
        else "write the function in a file, with `def`, and name both",
    )
