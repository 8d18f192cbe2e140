"""`mutants`: find out every known mistake in Raft."""

from __future__ import annotations

import argparse
import time
from typing import Any

from raftnb.commands.clusters import add_cluster, cluster_of
from raftnb.commands.common import add_json, add_number, report
from raftnb.data.errors import UsageError
from raftnb.data.progress import progress_bar
from raftnb.experiments.mutation import Finding, Findings, find_all
from raftnb.specs.raft.mistakes import FAMILIES, Mutant

MUTANTS = tuple(mutant for family in FAMILIES.values() for mutant in family)
HEADER = ("row", "mistake", "breaks", "where", "found by", "steps", "states", "seconds")
ROW = "{:>4} {:<24} {:<36} {:<10} {:<12} {:>5} {:>9} {:>8}  {}"
SHOWN_EQUIVALENT = "nothing (equivalent)"


def add_parser(subparsers: Any) -> None:
    """Add `mutants` to the command line."""
    parser = subparsers.add_parser(
        "mutants",
        description="Find out each of the known mistakes by its property: "
        f"{'; '.join(map(rows_of, FAMILIES))}. Where: the cluster in which it is found out, as "
        "(servers, terms, log length), with R1 for one restart. Exit code: 0 if "
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
    parser.add_argument(
        "--family",
        choices=FAMILIES,
        action="append",
        help="all of these (may be repeated)",
    )
    add_cluster(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def rows_of(family: str) -> str:
    """A family and its rows, in words."""
    rows = sorted(mutant.row for mutant in FAMILIES[family])
    firsts = [row for row in rows if row - 1 not in rows]
    lasts = [row for row in rows if row + 1 not in rows]
    runs = [str(a) if a == b else f"{a} to {b}" for a, b in zip(firsts, lasts, strict=True)]
    return f"{family} (rows {', '.join(runs)})"


def run(arguments: argparse.Namespace) -> int:
    """Find the mutants out one by one, print a line for each, and return the exit code."""
    started = time.perf_counter()
    asked = in_families(arguments.family)
    chosen = chosen_mutants(arguments.row, asked)
    if not arguments.json:
        print(ROW.format(*HEADER, "").rstrip())
    findings = []
    with progress_bar("mistakes", total=len(chosen)) as bar, cluster_of(arguments) as cluster:
        for finding in find_all(chosen, cluster):
            bar.update()
            findings.append(finding)
            if not arguments.json:
                bar.write(line_of(finding))
            if finding.undecided or finding.interrupted:
                break
    seconds = time.perf_counter() - started
    return report(Findings(tuple(findings), seconds, asked), arguments)


def in_families(names: list[str] | None) -> tuple[Mutant, ...]:
    """The mutants of these families, or all."""
    wanted = {mutant.row for name in names or FAMILIES for mutant in FAMILIES[name]}
    return tuple(mutant for mutant in MUTANTS if mutant.row in wanted)


def chosen_mutants(rows: list[int] | None, asked: tuple[Mutant, ...]) -> tuple[Mutant, ...]:
    """The mutants of these rows, or all; raises `UsageError` for a row that is not among them."""
    known = [mutant.row for mutant in asked]
    for row in rows or ():
        if row not in known:
            raise UsageError(
                f"`{row}`",
                place="command line, --row",
                allowed=f"a row of the table: {', '.join(map(str, known))}",
                cure="`python -m raftnb mutants` prints them all",
            )
    return tuple(m for m in asked if rows is None or m.row in rows)


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
