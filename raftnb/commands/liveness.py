"""`liveness SPEC`: does something good happen in every fair behavior?"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from raftnb.commands.common import add_number, report
from raftnb.commands.limits import add_max_seconds
from raftnb.commands.specifications import about, add_model_arguments, chosen_model
from raftnb.commands.traces import add_trace
from raftnb.data.errors import UsageError
from raftnb.data.limits import within
from raftnb.language.spec import Model
from raftnb.language.temporal import Fairness, Liveness, strong, weak
from raftnb.specs import SPECS

KINDS = {"weak": weak, "strong": strong}


def add_parser(subparsers: Any) -> None:
    """Add `liveness` to the command line."""
    parser = subparsers.add_parser(
        "liveness",
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
    add_number(parser, "--max-states", help="stop after N distinct states")
    add_max_seconds(parser)
    add_trace(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check, print the result, and return the exit code."""
    model = chosen_model(arguments)
    fairness = None if arguments.fair is None else chosen_fairness(model, arguments.fair)
    properties = chosen_properties(model, arguments.property)

    from raftnb.liveness import check_liveness  # longer to import than to refuse what is asked

    result = within(
        arguments.max_seconds,
        lambda: check_liveness(
            model, *properties, fairness=fairness, max_states=arguments.max_states, engine="quick"
        ),
    )
    return report(result, arguments, model=model, **about(model))


def chosen_properties(model: Model, name: str | None) -> tuple[Liveness, ...]:
    """The property of this name, or all; raises `UsageError` for an unknown name."""
    known = {wanted.name: wanted for wanted in model.spec.liveness}
    if not known:
        others = [spec.name for spec in SPECS.values() if spec.liveness]
        near = [n for n in others if n.endswith(model.spec.name)]
        claim = f"name one in `{model.spec.name}`: `liveness=(always_eventually(...),)`"
        raise UsageError(
            f"the specification `{model.spec.name}`, of which no liveness property is claimed",
            place="command line, SPEC",
            allowed=", ".join([*others, "a Spec with `liveness`"]),
            cure=f"use `{near[0]}`" if near else claim,
        )
    if name is None:
        return tuple(known.values())
    if name not in known:
        raise UsageError(
            f"the liveness property `{name}`",
            place="command line, --property",
            allowed=", ".join(known),
            cure=_named(name, known),
        )
    return (known[name],)


def _named(name: str, known: Iterable[str]) -> str:
    """The cure for a name that is none: the one that it is a part of, or all are to be named."""
    whole = [one for one in known if name in one.split()]
    return f"--property '{whole[0]}'" if len(whole) == 1 else "use one of these names"


def chosen_fairness(model: Model, texts: list[str]) -> list[Fairness]:
    """Fairness conditions as they are written on the command line."""
    if "none" in texts and len(texts) > 1:
        raise UsageError(
            "`none` and other conditions",
            place="command line, --fair",
            allowed="`none` by itself, or conditions",
            cure="leave `none` out",
        )
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
            allowed=f"none, or weak: or strong: before one of {', '.join([*classes, *actions])}",
            cure=f"--fair weak:{next(iter(classes))}",
        )
    return KINDS[kind](cls.actions[action] if action else cls)
