"""`mutants`: find out every known mistake in Raft."""

from __future__ import annotations

import argparse
import time
from typing import Any

from tqdm import tqdm

from raftnb.commands.common import add_json, add_number, report
from raftnb.data.errors import UsageError
from raftnb.experiments.mutation import Finding, Findings, find_all
from raftnb.specs.raft.mistakes import MUTANTS as RAFT_MUTANTS
from raftnb.specs.raft.mistakes import STORE_MUTANTS, Mutant

MUTANTS = (*RAFT_MUTANTS, *STORE_MUTANTS)
HEADER = ("row", "mistake", "breaks", "where", "found by", "steps", "states", "seconds")
ROW = "{:>4} {:<24} {:<28} {:<10} {:<12} {:>5} {:>9} {:>8}  {}"
SHOWN_EQUIVALENT = "nothing (equivalent)"


def add_parser(subparsers: Any) -> None:
    """Add `mutants` to the command line."""
    parser = subparsers.add_parser(
        "mutants",
        help="find out every known mistake in Raft, and in the store on top of it",
        description="Find out each of the known mistakes in Raft by its property, and those of the "
        f"store on top of it (rows {STORE_MUTANTS[0].row} on). Exit code: 0 if "
        "all are found out (and the equivalent one is shown to be so), 1 if one is missed, "
        "2 usage error, 3 unknown (rows were left out, or the search was stopped).",
    )
    rows = [mutant.row for mutant in MUTANTS]
    add_number(
        parser,
        "--row",
        least=min(rows),
        most=max(rows),
        action="append",
        help="only this row (may be repeated)",
    )
    add_json(parser)
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
        if finding.undecided:
            break
    seconds = time.perf_counter() - started
    return report(Findings(tuple(findings), seconds, MUTANTS), arguments)


def chosen_mutants(rows: list[int] | None) -> tuple[Mutant, ...]:
    """The mutants of these rows, or all; raises `UsageError` for a row that there is not."""
    known = [mutant.row for mutant in MUTANTS]
    for row in rows or ():
        if row not in known:
            raise UsageError(
                f"`{row}`",
                place="command line, --row",
                allowed=f"a row of the table: {', '.join(map(str, known))}",
                cure="`python -m raftnb mutants` prints them all",
            )
    return tuple(m for m in MUTANTS if rows is None or m.row in rows)


def line_of(finding: Finding) -> str:
    """One line of the table."""
    mutant: Mutant = finding.mutant
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
        "" if finding.caught else "STOPPED" if finding.undecided else "MISSED",
    ).rstrip()
