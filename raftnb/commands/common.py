"""What the commands share: naming a specification, setting its constants, printing a result."""

from __future__ import annotations

import argparse
import difflib
import json
from typing import TYPE_CHECKING, Any

from raftnb.data.errors import UsageError
from raftnb.language.spec import Model, Spec
from raftnb.specs import SPECS

if TYPE_CHECKING:
    from raftnb.explore import Exploration
    from raftnb.liveness.check import LivenessResult


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command take SPEC, --set NAME=VALUE, --history and --json."""
    parser.add_argument("spec", metavar="SPEC", help="a name that `list` prints")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="constants",
        help="give a constant another value than its default (may be repeated)",
    )
    parser.add_argument(
        "--history", action="store_true", help="keep the history variables, check what reads them"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, nothing else")


def chosen_model(arguments: argparse.Namespace) -> Model:
    """The model that the arguments name; raises `UsageError` for an unknown name or value."""
    constants = dict(map(parse_setting, arguments.constants))
    return chosen_spec(arguments.spec)(history=arguments.history, **constants)


def chosen_spec(name: str) -> Spec:
    """The specification of this name; raises `UsageError` with the nearest names."""
    if name in SPECS:
        return SPECS[name]
    near = difflib.get_close_matches(name, SPECS, n=1)
    raise UsageError(
        f"the specification `{name}`",
        place="command line, SPEC",
        allowed=", ".join(SPECS),
        cure=f"did you mean `{near[0]}`?" if near else "run `python -m raftnb list`",
    )


def parse_setting(text: str) -> tuple[str, Any]:
    """`NAME=3` or `NAME=x,y` as a name and a value; raises `UsageError` for anything else."""
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier() or not value:
        raise UsageError(
            f"`{text}`", place="command line, --set", allowed="NAME=VALUE", cure="--set clients=2"
        )
    try:
        return name, int(value)
    except ValueError:
        return name, tuple(part.strip() for part in value.split(","))


def print_json(data: Any) -> None:
    """Print one JSON value on standard output."""
    print(json.dumps(data))


def report(model: Model, result: Exploration | LivenessResult, *, as_json: bool) -> int:
    """Print what a check of a model found, and return the exit code."""
    if as_json:
        print_json({"spec": model.spec.name, "constants": model.constants} | result.as_json())
    else:
        print(result)
        print(f"{result.seconds:.1f} seconds")
    return result.verdict.exit_code
