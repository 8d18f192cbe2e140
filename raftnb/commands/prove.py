"""`prove SPEC`: prove a specification's claims for any number of processes."""

from __future__ import annotations

import argparse
from typing import Any

from raftnb.commands.common import print_json
from raftnb.data.errors import UsageError
from raftnb.language.proof import Proof
from raftnb.prove import explain, prove
from raftnb.specs import PROOFS


def add_parser(subparsers: Any) -> None:
    """Add `prove` to the command line."""
    parser = subparsers.add_parser(
        "prove",
        help="prove what is claimed, for any number of processes and any bounds",
        description="Prove by inductive invariant, with Z3, from the specification's own source. "
        "Exit code: 0 every condition proved, 1 a counterexample to induction, "
        "2 usage or specification error, 3 unknown (a condition was not decided in time).",
    )
    parser.add_argument("spec", metavar="SPEC", help=f"one of {', '.join(PROOFS)}")
    parser.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the solver's random seed")
    parser.add_argument(
        "--timeout", type=float, default=10.0, metavar="S", help="seconds for one condition (10)"
    )
    parser.add_argument("--workers", type=int, metavar="N", help="processes (one for each core)")
    parser.set_defaults(run=run)


def chosen_proof(name: str) -> Proof:
    """The proof of the specification of this name."""
    if name in PROOFS:
        return PROOFS[name]
    raise UsageError(
        f"`{name}`, of which there is no proof",
        place="command line, SPEC",
        allowed=", ".join(PROOFS),
        cure="name one of these",
    )


def run(arguments: argparse.Namespace) -> int:
    """Prove, print the result, and return the exit code."""
    proof = chosen_proof(arguments.spec)
    report = prove(
        proof,
        timeout=arguments.timeout,
        seed=arguments.seed,
        workers=arguments.workers,
        progress=not arguments.json,
    )
    if report.unknown and report.bound is None:
        report = explain(proof, report)
    if arguments.json:
        print_json(report.as_json())
    else:
        print(report)
        print(f"{report.solver}, seed {report.seed}, {report.seconds:.1f} seconds")
    return report.verdict.exit_code
