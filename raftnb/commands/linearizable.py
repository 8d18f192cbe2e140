"""`linearizable FILE...`: is a recorded history linearizable?"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from time import perf_counter
from typing import Any

from raftnb.commands.common import print_json
from raftnb.data.errors import UsageError
from raftnb.data.histories import History, freeze
from raftnb.data.verdict import Verdict
from raftnb.draw.timeline import page
from raftnb.linear import MODELS, Budget, Linearizability, check, read_history


def add_parser(subparsers: Any) -> None:
    """Add `linearizable` to the command line."""
    parser = subparsers.add_parser(
        "linearizable",
        help="is a recorded history of a store linearizable?",
        description="Check recorded histories: JSON, Jepsen's EDN or log, also .gz or .xz. "
        "Exit code: 0 holds, 1 violated, 2 unusable input, 3 unknown (a budget was used up).",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a .json, .edn, .log or .txt file")
    parser.add_argument("--model", required=True, choices=MODELS, help="the sequential object")
    parser.add_argument(
        "--init", metavar="V", help="its initial value, as JSON or a word (default: null or empty)"
    )
    parser.add_argument("--seconds", type=float, help="give up after so long a time for each file")
    parser.add_argument(
        "--megabytes", type=float, default=1024, help="the memory to use (default: 1024)"
    )
    parser.add_argument("--page", metavar="HTML", help="write a page that shows the history")
    parser.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check each file, print the answers, and return the exit code of the worst."""
    if arguments.page and len(arguments.files) > 1:
        raise UsageError(
            "--page and several files",
            place="command line",
            allowed="--page with one FILE",
            cure="run the command once for each file",
        )
    model = _model(arguments.model, arguments.init)
    budget = Budget(seconds=arguments.seconds, megabytes=arguments.megabytes)
    histories = [read_history(name) for name in arguments.files]
    rows, verdicts = [], []
    for name, history in zip(arguments.files, histories, strict=True):
        start = perf_counter()
        found = check(history, model, budget)
        rows.append(_row(name, found, perf_counter() - start))
        verdicts.append(found.verdict)
        if not arguments.json:
            print(f"{name}: {found}\n  {rows[-1]['seconds']:.3f} seconds")
        if arguments.page:
            _write_page(history, found, name, arguments.page)
    if arguments.json:
        print_json(rows if len(rows) > 1 else rows[0])
    worst = [v for v in (Verdict.VIOLATED, Verdict.UNKNOWN, Verdict.HOLDS) if v in verdicts]
    return worst[0].exit_code


def _model(name: str, initial: str | None) -> Any:
    model = MODELS[name]
    if initial is None:
        return model
    try:
        value = freeze(json.loads(initial))
    except json.JSONDecodeError:
        value = initial
    if name in ("queue", "append") and not isinstance(value, tuple):
        raise _bad_initial(name, initial, "a JSON list, such as [1, 2]")
    if name == "mutex" and not isinstance(value, bool):
        raise _bad_initial(name, initial, "true (locked) or false")
    return model(value)


def _bad_initial(name: str, initial: str, allowed: str) -> UsageError:
    return UsageError(f"--init {initial}", place=f"command line, --model {name}", allowed=allowed)


def _row(name: str, found: Linearizability, seconds: float) -> dict[str, Any]:
    return {
        "file": name,
        "verdict": str(found.verdict),
        "operations": found.operations,
        "seconds": round(seconds, 6),
    }


def _write_page(history: History, found: Linearizability, name: str, target: str) -> None:
    try:
        page(history, found, target, f"{Path(name).name}: {found.verdict}")
    except OSError as error:
        raise UsageError(
            f"{error.strerror}", place=f"--page {target}", allowed="a file that can be written"
        ) from None
