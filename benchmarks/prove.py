"""How long it takes to prove Raft for any number of servers, on five seeds and both ways.

The comparison of the translation with running Raft is left out: it is the same for all seeds. Run
with `python -m benchmarks.prove`. Each line has the seed, the verdict, how many conditions were
proved, the seconds with all cores, and how much faster that is than one core in the same run.
"""

from __future__ import annotations

import os

from raftnb.prove import Report, prove
from raftnb.specs.raft.proof import RAFT_PROOF

SEEDS = range(5)


def line(report: Report, alone: Report) -> str:
    """One line of the table."""
    slowest = max(report.checked, key=lambda c: c.seconds)
    return (
        f"seed {report.seed}: {report.verdict}, {len(report.checked) - len(report.unknown)} of "
        f"{len(report.checked)} proved, {report.seconds:.1f} s "
        f"({alone.seconds / report.seconds:.2f}x one process), "
        f"slowest {slowest.claim} {slowest.seconds:.2f} s"
    )


def main() -> int:
    """Measure; the exit code is 0 if every seed gives *holds* in under 60 seconds."""
    alone = prove(RAFT_PROOF, workers=1, trust=True)
    print(f"{alone.solver}, {os.cpu_count()} cores; one process: {alone.seconds:.1f} s")
    reports = [prove(RAFT_PROOF, seed=seed, trust=True) for seed in SEEDS]
    for report in reports:
        print(line(report, alone))
    return max(int(r.seconds >= 60 or r.verdict.exit_code != 0) for r in (alone, *reports))


if __name__ == "__main__":
    raise SystemExit(main())
