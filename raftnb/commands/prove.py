"""`prove SPEC`: prove a specification's claims for any number of processes."""

from __future__ import annotations

import argparse
from typing import Any

from raftnb.commands.common import MOST_SEED, add_amount, add_json, add_number, chosen, report
from raftnb.language.proof import Proof
from raftnb.specs import PROOFS


def add_parser(subparsers: Any) -> None:
    """Add `prove` to the command line."""
    parser = subparsers.add_parser(
        "prove",
        help="prove what is claimed, for any number of processes and any bounds",
        description="Prove by inductive invariant, with Z3, from the specification's own source. "
        "Exit code: 0 every condition proved, 1 a run from the start breaks a claim, "
        "2 usage or specification error, 3 unknown (a condition not proved, a claim not covered).",
    )
    parser.add_argument("spec", metavar="SPEC", help=f"one of {', '.join(PROOFS)}")
    add_json(parser)
    add_number(
        parser, "--seed", least=0, most=MOST_SEED, default=0, help="the solver's random seed"
    )
    add_amount(
        parser, "--timeout", default=10.0, metavar="S", help="seconds for one condition (10)"
    )
    add_number(parser, "--workers", most=256, help="processes (one for each core)")
    parser.add_argument(
        "--trust", action="store_true", help="do not compare the translation with running it"
    )
    parser.set_defaults(run=run)


def chosen_proof(name: str) -> Proof:
    """The proof of the specification of this name."""
    return PROOFS[chosen(name, PROOFS, "no proof of", "name one of these")]


def run(arguments: argparse.Namespace) -> int:
    """Prove, print the result, and return the exit code."""
    from raftnb.prove import explain, prove

    proof = chosen_proof(arguments.spec)
    answer = prove(
        proof,
        timeout=arguments.timeout,
        seed=arguments.seed,
        workers=arguments.workers,
        trust=arguments.trust,
        progress=not arguments.json,
    )
    if answer.unknown and answer.bound is None:
        answer = explain(proof, answer)
    return report(answer, arguments, with_=f"{answer.solver}, seed {answer.seed}, ")
