"""`liveness SPEC`: does something good happen in every fair behavior?"""

from __future__ import annotations

import argparse
from typing import Any

from raftnb.commands.common import add_model_arguments, chosen_model, report
from raftnb.data.errors import UsageError
from raftnb.language.spec import Model
from raftnb.language.temporal import Fairness, Liveness, strong, weak
from raftnb.liveness.check import check_liveness

KINDS = {"weak": weak, "strong": strong}


def add_parser(subparsers: Any) -> None:
    """Add `liveness` to the command line."""
    parser = subparsers.add_parser(
        "liveness",
        help="check liveness properties under fairness, and show a lasso where one fails",
        description="Check the liveness properties of a specification under its fairness. "
        "Exit code: 0 holds, 1 violated, 2 usage or specification error, 3 unknown (cut off).",
    )
    add_model_arguments(parser)
    parser.add_argument("--property", metavar="NAME", help="check this one only")
    parser.add_argument(
        "--fair",
        action="append",
        metavar="KIND:CLASS[.ACTION]",
        help="fairness instead of the specification's own, as weak:Client or "
        "strong:Client.take_mutex (may be repeated); `none` for none",
    )
    parser.add_argument("--max-states", type=int, metavar="N", help="stop after N distinct states")
    parser.add_argument(
        "--symmetry", action="store_true", help="refused: symmetry is not sound for liveness"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check, print the result, and return the exit code."""
    model = chosen_model(arguments)
    fairness = None if arguments.fair is None else chosen_fairness(model, arguments.fair)
    result = check_liveness(
        model,
        *chosen_properties(model, arguments.property),
        fairness=fairness,
        max_states=arguments.max_states,
        symmetry=arguments.symmetry,
    )
    return report(model, result, as_json=arguments.json)


def chosen_properties(model: Model, name: str | None) -> tuple[Liveness, ...]:
    """The property of this name, or all; raises `UsageError` for an unknown name."""
    known = {wanted.name: wanted for wanted in model.spec.liveness}
    if name is None:
        return tuple(known.values())
    if name not in known:
        raise UsageError(
            f"the liveness property `{name}`",
            place="command line, --property",
            allowed=", ".join(known) or "this specification has none",
            cure="use one of these names",
        )
    return (known[name],)


def chosen_fairness(model: Model, texts: list[str]) -> list[Fairness]:
    """Fairness conditions as they are written on the command line."""
    return [_parse(model, text) for text in texts if text != "none"]


def _parse(model: Model, text: str) -> Fairness:
    kind, _, target = text.partition(":")
    name, _, action = target.partition(".")
    classes = {n: c for cls in model.processes for n, c in ((cls.__name__, cls), (cls.root, cls))}
    cls = classes.get(name)
    if kind not in KINDS or cls is None or (action and action not in cls.actions):
        actions = [f"{n}.{a}" for n, c in classes.items() for a in c.actions]
        raise UsageError(
            f"`{text}`",
            place="command line, --fair",
            allowed=f"weak or strong, and one of {', '.join([*classes, *actions])}",
            cure="--fair weak:Client --fair strong:Client.take_mutex",
        )
    return KINDS[kind](cls.actions[action] if action else cls)
