"""`refines CONCRETE`: is every behavior of a specification one of a simpler one?"""

from __future__ import annotations

import argparse
from typing import Any

from raftnb.commands.common import (
    add_model_arguments,
    add_number,
    chosen_spec,
    made,
    parse_settings,
    report,
)
from raftnb.data.errors import UsageError
from raftnb.specs import REFINEMENTS
from raftnb.specs.refinements import ClaimedRefinement


def add_parser(subparsers: Any) -> None:
    """Add `refines` to the command line."""
    parser = subparsers.add_parser(
        "refines",
        help="check that a specification implements a simpler one",
        description="Check the refinement that is claimed of a specification: "
        + "; ".join(f"{c.concrete.name} refines {c.abstract.name}" for c in REFINEMENTS.values())
        + ". Exit code: 0 holds, 1 violated, 2 usage or specification error, 3 unknown (cut off).",
    )
    add_model_arguments(parser)
    parser.add_argument(
        "--unfair", action="store_true", help="check the steps only, not the fairness conditions"
    )
    add_number(parser, "--max-states", help="stop after N distinct states")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check, print the result, and return the exit code."""
    from raftnb.refine import refines

    claim = chosen_claim(arguments.spec)
    constants = parse_settings(arguments.constants, claim.concrete)
    concrete, abstract, mapping = made(lambda: claim.models(history=arguments.history, **constants))
    result = refines(
        concrete,
        abstract,
        mapping,
        fair=claim.at_once == 1 and not arguments.unfair,
        at_once=claim.at_once,
        max_states=arguments.max_states,
    )
    return report(result, arguments, constants=concrete.constants)


def chosen_claim(name: str) -> ClaimedRefinement:
    """The refinement of the specification of this name; raises `UsageError` if none is claimed."""
    if name not in REFINEMENTS:
        chosen_spec(name)
        raise UsageError(
            f"the specification `{name}`, of which no refinement is claimed",
            place="command line, SPEC",
            allowed=", ".join(REFINEMENTS),
            cure="use one of these, or `raftnb.refine.refines` with a mapping of your own",
        )
    return REFINEMENTS[name]
