"""`mutants`: find out every known mistake in Raft."""

from __future__ import annotations

import argparse
import time
from typing import Any

from tqdm import tqdm

from raftnb.commands.common import print_json
from raftnb.data.errors import UsageError
from raftnb.experiments.mutation import Finding, find_all
from raftnb.specs.raft.mistakes import MUTANTS, Mutant

HEADER = ("row", "mistake", "breaks", "where", "found by", "steps", "states", "seconds")
ROW = "{:>4} {:<24} {:<28} {:<10} {:<12} {:>5} {:>9} {:>8}  {}"
SHOWN_EQUIVALENT = "nothing (equivalent)"


def add_parser(subparsers: Any) -> None:
    """Add `mutants` to the command line."""
    parser = subparsers.add_parser(
        "mutants",
        help="find out every known mistake in Raft",
        description="Find out each of the known mistakes in Raft by its property. Exit code: 0 if "
        "all are found out (and the equivalent one is shown to be so), 1 if one is missed.",
    )
    parser.add_argument(
        "--row", type=int, action="append", metavar="N", help="only this row (may be repeated)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Find the mutants out one by one, print a line for each, and return the exit code."""
    started = time.perf_counter()
    chosen = chosen_mutants(arguments.row)
    if not arguments.json:
        print(ROW.format(*HEADER, "").rstrip())
    findings = []
    for finding in tqdm(find_all(chosen), total=len(chosen), delay=1, leave=False):
        findings.append(finding)
        if not arguments.json:
            tqdm.write(line_of(finding))
    missed = [finding.mutant.row for finding in findings if not finding.caught]
    seconds = time.perf_counter() - started
    if arguments.json:
        rows = [finding.as_json() for finding in findings]
        print_json({"mutants": rows, "missed": missed, "seconds": round(seconds, 3)})
    else:
        told = f"missed: {', '.join(map(str, missed))}" if missed else "none missed"
        print(f"{len(findings)} mistakes, {told}, {seconds:.0f} seconds")
    return 1 if missed else 0


def chosen_mutants(rows: list[int] | None) -> tuple[Mutant, ...]:
    """The mutants of these rows, or all; raises `UsageError` for a row that is none."""
    known = {mutant.row for mutant in MUTANTS}
    for row in rows or ():
        if row not in known:
            raise UsageError(
                f"row {row}",
                place="command line, --row",
                allowed=f"{min(known)} to {max(known)}",
                cure="leave --row out to see all of them",
            )
    return tuple(m for m in MUTANTS if rows is None or m.row in rows)


def line_of(finding: Finding) -> str:
    """One line of the table."""
    mutant = finding.mutant
    breaks = SHOWN_EQUIVALENT if mutant.how == "equivalent" else mutant.breaks.__name__
    return ROW.format(
        mutant.row,
        mutant.server.__name__,
        breaks,
        mutant.configuration,
        mutant.how,
        "-" if finding.steps is None else finding.steps,
        f"{finding.states:,}",
        f"{finding.seconds:.1f}",
        "" if finding.caught else "MISSED",
    ).rstrip()
