"""`linearizable FILE...`: is a recorded history linearizable?"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from raftnb.commands.common import add_amount, add_json, print_json, unusable
from raftnb.commands.files import file_to_write, is_written
from raftnb.data.errors import RaftnbError, UsageError
from raftnb.data.events import text
from raftnb.data.verdict import Answer, Verdict, counted
from raftnb.linear import (
    MODELS,
    Budget,
    Linearizability,
    Story,
    check,
    climb,
    read_history,
    serializable,
    why,
)
from raftnb.linear.interface import SequentialObject
from raftnb.linear.levels import LADDER
from raftnb.linear.loading import load_model

UNUSABLE = 2
STRICT = "strict-serializable"
WORST = (Verdict.VIOLATED.exit_code, UNUSABLE, Verdict.UNKNOWN.exit_code, Verdict.HOLDS.exit_code)


def add_parser(subparsers: Any) -> None:
    """Add `linearizable` to the command line."""
    parser = subparsers.add_parser(
        "linearizable",
        description="Check recorded histories: JSON, CSV, Jepsen's EDN, log or store directory, "
        "also .gz or .xz. Exit code: 0 holds, 1 violated, 2 unusable input, 3 unknown (a budget "
        "was used up); of several files the worst, in the order 1, 2, 3, 0.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a history, or a store directory")
    parser.add_argument(
        "--model",
        required=True,
        help="the sequential object: FILE.py:Class, or one of " + ", ".join(MODELS),
    )
    parser.add_argument(
        "--init", metavar="V", help="its initial value, as JSON or a word (default: null or empty)"
    )
    _add_reading(parser)
    parser.add_argument(
        "--level",
        default="linearizable",
        metavar="L",
        help="the promise: all, or one of "
        + ", ".join((*LADDER, STRICT))
        + " (default: linearizable)",
    )
    add_amount(parser, "--seconds", help="give up after so long a time for each file")
    add_amount(parser, "--megabytes", default=1024, help="the memory to use (default: 1024)")
    parser.add_argument(
        "--page", metavar="HTML", help="write a page that shows the history",
        type=file_to_write("--page", ".html", ".htm", such_as="history.html"),
    )  # fmt: skip
    add_json(parser)
    parser.set_defaults(run=run)


def _add_reading(parser: argparse.ArgumentParser) -> None:
    """How a file is read where it can be read in two ways."""
    parser.add_argument(
        "--nil",
        choices=["unknown", "absent"],
        help="what a read of null means (default: unknown in .edn, absent elsewhere)",
    )
    parser.add_argument(
        "--keys",
        choices=["pairs", "none"],
        help="are values pairs [key value] of independent keys? (default: as the file is marked)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check each file, print the answers, and return the exit code of the worst."""
    if arguments.page and len(arguments.files) > 1:
        raise UsageError(
            "--page and several files",
            place="command line",
            allowed="--page with one FILE",
            cure="run the command once for each file",
        )
    model = load_model(arguments.model, arguments.init)
    rows: list[dict[str, Any]] = []
    codes: list[int] = []
    for name in arguments.files:
        try:
            row, code = _judged(name, model, arguments)
        except RaftnbError as error:
            row, code = unusable(error, name), UNUSABLE
        except KeyboardInterrupt:
            print(f"interrupted at {name}", file=sys.stderr)
            row = {"file": name, "verdict": "unknown", "reason": "interrupted while it was read"}
            code = Verdict.UNKNOWN.exit_code
        rows.append(row)
        codes.append(code)
        if row.get("bound") == "interrupted" or "interrupted" in str(row.get("reason")):
            break
    if arguments.json:
        print_json(rows if len(arguments.files) > 1 else rows[0])
    left = len(arguments.files) - len(rows)
    if left:
        print(f"not looked at: {counted(left, 'file')}", file=sys.stderr)
        codes.append(Verdict.UNKNOWN.exit_code)
    return next(code for code in WORST if code in codes)


def _judged(
    name: str, model: SequentialObject, arguments: argparse.Namespace
) -> tuple[dict[str, Any], int]:
    """The row of one file, printed unless it is for JSON, and its exit code."""
    budget = Budget(seconds=arguments.seconds, megabytes=arguments.megabytes)
    history = read_history(name, nil=arguments.nil, keys=arguments.keys)
    if arguments.level == STRICT:
        return _printed(name, serializable(history, model, budget), arguments)
    if arguments.level != "linearizable":
        levels = tuple(LADDER) if arguments.level == "all" else (arguments.level,)
        ladder = climb(history, model, levels, budget if arguments.seconds else None)
        return _printed(name, ladder, arguments)
    found = check(history, model, budget)
    stories = _stories(found, name)
    if not arguments.json:
        print(f"{name}: {found}\n  {found.seconds:.3f} seconds")
        for sentence in (*found.partial, *map(_told, stories)):
            print(f"  {sentence}")
    if arguments.page:
        _write_page(found, name, arguments.page)
    row = {"file": name} | found.as_json()
    told = {part["object"]: part for part in row["parts"]}
    for story in stories:
        told[None if story.object is None else text(story.object)] |= story.as_json(history)
    return row, found.exit_code


def _stories(found: Linearizability, name: str) -> tuple[Story, ...]:
    """Why it is violated; Ctrl-C leaves the verdict without a story."""
    try:
        return why(found)
    except KeyboardInterrupt:
        print(f"{name}: interrupted while it was explained", file=sys.stderr)
        return ()


def _printed(
    name: str, answer: Answer, arguments: argparse.Namespace
) -> tuple[dict[str, Any], int]:
    if not arguments.json:
        print(f"{name}: {answer}\n  {answer.seconds:.3f} seconds")
        for sentence in answer.partial:
            print(f"  {sentence}")
    return {"file": name} | answer.as_json(), answer.exit_code


def _told(story: Story) -> str:
    head = "why" if story.object is None else f"why, for {text(story.object)}"
    return "\n    ".join([f"{head}:", *story.sentences])


def _write_page(found: Linearizability, name: str, target: Path) -> None:
    from raftnb.draw.timeline import page_of  # here: small logs are judged before it is imported

    content = page_of(found.history, found, f"{Path(name).name}: {found.verdict}")
    is_written(target, content, "--page")
