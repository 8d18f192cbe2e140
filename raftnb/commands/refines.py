"""`refines CONCRETE`: is every behavior of a specification one of a simpler one?"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from raftnb.commands.common import MOST_SEED, add_number, report
from raftnb.commands.limits import add_max_seconds
from raftnb.commands.loading import target_of
from raftnb.commands.specifications import (
    add_model_arguments,
    chosen,
    chosen_spec,
    made,
    parse_settings,
    varied,
)
from raftnb.commands.traces import add_trace
from raftnb.data.errors import UsageError
from raftnb.data.limits import within
from raftnb.language.refinement import ClaimedRefinement
from raftnb.specs import REFINEMENTS

if TYPE_CHECKING:
    from raftnb.refine import Refinement

OF_WALKS = ("depth", "seed")


def add_parser(subparsers: Any) -> None:
    """Add `refines` to the command line."""
    parser = subparsers.add_parser(
        "refines",
        description="Check the refinement that is claimed of a specification: "
        + ", ".join(REFINEMENTS)
        + ". Exit code: 0 holds, 1 violated, 2 usage or specification error, 3 unknown (cut off).",
    )
    add_model_arguments(parser)
    parser.add_argument(
        "--unfair", action="store_true", help="check the steps only, not the fairness conditions"
    )
    add_number(parser, "--max-states", help="stop after N distinct states")
    add_number(
        parser, "--walks", help="check the steps on N random walks, and do not explore; no fairness"
    )
    add_number(parser, "--depth", help="steps of each walk (100)")
    add_number(parser, "--seed", least=0, most=MOST_SEED, help="of the walks (0)")
    add_max_seconds(parser)
    add_trace(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check, print the result, and return the exit code."""
    refuse_mixed(arguments)
    claim = chosen_claim(arguments.spec)
    claim = replace(claim, concrete=varied(claim.concrete, arguments.variant))
    constants = parse_settings(arguments.constants, claim.concrete)
    concrete, abstract, mapping = made(lambda: claim.models(history=arguments.history, **constants))

    from raftnb.refine import refines, refines_on_walks  # longer to import than to refuse a claim

    def explored() -> Refinement:
        fair = claim.at_once == 1 and not arguments.unfair
        return refines(
            concrete,
            abstract,
            mapping,
            fair=fair,
            at_once=claim.at_once,
            max_states=arguments.max_states,
            engine="quick",
        )

    def walked() -> Refinement:
        named = {name: getattr(arguments, name) for name in OF_WALKS}
        size = {name: number for name, number in named.items() if number is not None}
        walks, at_once = arguments.walks, claim.at_once
        return refines_on_walks(concrete, abstract, mapping, at_once=at_once, walks=walks, **size)

    result = within(arguments.max_seconds, walked if arguments.walks else explored)
    return report(result, arguments, constants=concrete.constants)


def refuse_mixed(arguments: argparse.Namespace) -> None:
    """Raise `UsageError` for options of walks without walks, or of exploring with them."""
    walks = arguments.walks is not None
    for name in ("max_states",) if walks else OF_WALKS:
        if getattr(arguments, name) is not None:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(
                f"{option} {'with' if walks else 'without'} --walks",
                place=f"command line, {option}",
                allowed="--walks with --depth and --seed, or --max-states",
                cure="walks are bounded by --walks and --depth" if walks else "add --walks N",
            )


def chosen_claim(text: str) -> ClaimedRefinement:
    """The refinement that a word names; raises `UsageError` if none is claimed."""
    if text not in REFINEMENTS and target_of(text) is None:
        chosen_spec(text)
        raise UsageError(
            f"the specification `{text}`, of which no refinement is claimed",
            place="command line, SPEC",
            allowed=", ".join(REFINEMENTS),
            cure="use one of these, or FILE.py:NAME of a `raftnb.refine.ClaimedRefinement`",
        )
    kinds = (ClaimedRefinement,)
    found: ClaimedRefinement
    found, _ = chosen(text, kinds, REFINEMENTS, "no refinement of", "name one of these")
    return found
