"""`record CLUSTER`: run a real cluster with clients and faults, and judge what was recorded."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from raftnb.commands.common import MOST_SEED, add_amount, add_json, add_number, json_of, print_json
from raftnb.data.errors import UsageError
from raftnb.data.verdict import Answer, Verdict, counted

if TYPE_CHECKING:
    from raftnb.record import Recorded
    from raftnb.record.cluster import Cluster

CLUSTERS = ("etcd", "pysyncobj")
LONGEST = 3600.0
WORST = (Verdict.VIOLATED, Verdict.UNKNOWN, Verdict.HOLDS)


def add_parser(subparsers: Any) -> None:
    """Add `record` to the command line."""
    parser = subparsers.add_parser(
        "record",
        description="Start three nodes on this machine (127.0.0.1), let clients use them while "
        "nodes are killed and paused, write what clients call and are answered, and ask whether it "
        "is linearizable; where the nodes write a trace, also whether it conforms. All processes "
        "have ended afterwards. Ctrl-C ends it as its time would. Exit code: 0 holds, 1 violated, "
        "2 usage error, 3 unknown (so it is after Ctrl-C, unless something is violated).",
    )
    parser.add_argument("cluster", choices=CLUSTERS, metavar="CLUSTER", help=", ".join(CLUSTERS))
    add_amount(parser, "--seconds", default=10.0, metavar="S", help="how long clients call (10)")
    add_number(parser, "--clients", default=4, most=100, help="how many (4)")
    parser.add_argument(
        "--faults", default="kill,pause", metavar="F,F",
        help="some of kill, pause; or none (kill,pause)",
    )  # fmt: skip
    parser.add_argument(
        "--no-journal", action="store_true", help="pysyncobj: keep nothing on the disk"
    )
    add_number(parser, "--seed", least=0, most=MOST_SEED, default=0, help="0 unless given")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER",
        help="a new folder for history.jsonl and trace.ndjson (a temporary one)",
    )  # fmt: skip
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Record, judge, print, and return the exit code of the worse verdict."""
    if arguments.seconds > LONGEST:
        raise UsageError(
            f"`{arguments.seconds:g}`", place="command line, --seconds",
            allowed=f"up to {LONGEST:g} seconds", cure="--seconds 60",
        )  # fmt: skip
    faults = _faults(arguments.faults)
    with tempfile.TemporaryDirectory(prefix="raftnb-nodes-") as nodes:
        cluster = _cluster(arguments, Path(nodes))
        folder = _folder(arguments.out)
        found = _recorded(arguments, cluster, folder / "history.jsonl", faults)
        trace = None
        if found.trace is not None and found.trace.exists():
            trace = Path(shutil.copy(found.trace, folder / "trace.ndjson"))
    return _judged(arguments, cluster, found, trace)


def _recorded(
    arguments: argparse.Namespace, cluster: Cluster, history: Path, faults: tuple[str, ...]
) -> Recorded:
    """Record; if Ctrl-C is pressed again, it is said where the calls until then are."""
    from raftnb.record import record

    try:
        return record(
            cluster,
            history,
            seconds=arguments.seconds,
            clients=arguments.clients,
            faults=faults,
            seed=arguments.seed,
        )
    except KeyboardInterrupt:
        if history.exists() and history.stat().st_size:
            print(f"what clients called until then: {history}", file=sys.stderr)
        raise


def _faults(text: str) -> tuple[str, ...]:
    from raftnb.record import FAULTS

    found = () if text == "none" else tuple(text.split(","))
    if set(found) <= set(FAULTS):
        return found
    raise UsageError(
        f"`{text}`", place="command line, --faults",
        allowed=f"some of {','.join(FAULTS)}, or none", cure="--faults kill,pause",
    )  # fmt: skip


def _cluster(arguments: argparse.Namespace, nodes: Path) -> Cluster:
    if arguments.cluster == "etcd":
        from raftnb.record.etcd import Etcd

        if arguments.no_journal:
            raise UsageError(
                "--no-journal with etcd", place="command line",
                allowed="--no-journal with pysyncobj", cure="leave it out",
            )  # fmt: skip
        return Etcd(nodes)
    from raftnb.record.pysyncobj import PySyncObjCluster

    return PySyncObjCluster(nodes, journal=not arguments.no_journal)


def _folder(out: Path | None) -> Path:
    if out is None:
        return Path(tempfile.mkdtemp(prefix="raftnb-record-"))
    try:
        out.mkdir(parents=True)
    except OSError as error:
        raise UsageError(
            f"{error.strerror}", place=f"command line, --out {out}",
            allowed="a folder that is not there yet", cure="choose another name",
        ) from None  # fmt: skip
    return out


def _judged(
    arguments: argparse.Namespace, cluster: Cluster, found: Recorded, trace: Path | None
) -> int:
    """Ask the checkers, print what they say, and return the exit code."""
    answers: dict[str, Answer] = {"linearizable": _linearizable(cluster, found.history)}
    if trace is not None and cluster.trace_format is not None:
        answers["conforms"] = _conforms(cluster.trace_format, trace)
    verdicts = {answer.verdict for answer in answers.values()}
    verdicts |= {Verdict.UNKNOWN} if found.bound else set()
    worst = next(verdict for verdict in WORST if verdict in verdicts)
    if arguments.json:
        print_json(
            {
                "verdict": str(worst),
                "bound": found.bound,
                "cluster": arguments.cluster,
                "history": str(found.history),
                "trace": str(trace) if trace else None,
                "answered": found.answered,
                "faults": list(found.faults),
                **{name: json_of(answer) for name, answer in answers.items()},
            }
        )
    else:
        faults = ", ".join(found.faults) or "no faults"
        stopped = f"; stopped: {found.bound}" if found.bound else ""
        print(f"{arguments.cluster}: {counted(found.answered, 'call')} answered; {faults}{stopped}")
        for path, (name, answer) in zip((found.history, trace), answers.items(), strict=False):
            print(f"{name} {answer}\n  {path}")
    return worst.exit_code


def _linearizable(cluster: Cluster, path: Path) -> Answer:
    from raftnb.linear import check, read_history
    from raftnb.linear.loading import load_model

    return check(read_history(path), load_model(cluster.model, cluster.init))


def _conforms(name: str, path: Path) -> Answer:
    from raftnb.conform import conforms, read_events
    from raftnb.conform.formats import FORMATS

    events, mapping = read_events(path), FORMATS[name]()
    model, start = mapping.begin(events)
    return conforms(model, events, mapping, start=start)
