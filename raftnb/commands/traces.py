"""Traces kept in files, and states read back from them: --trace and --start."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from raftnb.data.errors import UsageError
from raftnb.data.trace import State, Trace
from raftnb.data.verdict import Answer
from raftnb.language.reading import state_of_json
from raftnb.language.spec import Model

KINDS = (".txt", ".json", ".html", ".svg")


def add_trace(parser: argparse.ArgumentParser) -> None:
    """Let a command take --trace FILE."""
    parser.add_argument(
        "--trace",
        type=_target,
        metavar="FILE",
        help=f"keep the trace, if there is one, in a file: {', '.join(KINDS)}",
    )


def add_start(parser: argparse.ArgumentParser) -> None:
    """Let a command take --start FILE."""
    parser.add_argument(
        "--start",
        metavar="FILE.json",
        help="begin where the trace ends that `--trace FILE.json` has kept",
    )


def _target(text: str) -> Path:
    """A file that can be written, known before anything is computed."""
    path = Path(text)
    if path.suffix not in KINDS or not path.parent.is_dir() or path.is_dir():
        found = f"`{text}`" if path.parent.is_dir() else f"`{text}`, in a folder that is not there"
        raise UsageError(
            found,
            place="command line, --trace",
            allowed=f"a file whose name ends in {', '.join(KINDS)}",
            cure="--trace trace.html",
        )
    return path


def trace_of(answer: Answer) -> Trace | None:
    """The trace that an answer has, if any."""
    violation = getattr(answer, "violation", answer)
    found = getattr(violation, "trace", None)
    return found if isinstance(found, Trace) else None


def keep(
    answer: Answer, path: Path | None, about: dict[str, Any], model: Model | None = None
) -> str:
    """Write the answer's trace to a file, and say so; empty if none was asked for."""
    trace = trace_of(answer)
    if path is None:
        return ""
    if trace is None:
        return f"no trace: nothing was written to {path}"
    head = f"{answer.verdict}: {answer.property}" if answer.property else str(answer.verdict)
    write_text(path, _content(trace, path.suffix, head, about, model), "--trace")
    return f"trace of {len(trace)} steps: {path}"


def write_text(path: Path, text: str, option: str) -> None:
    """Write a file that an option names; raises `UsageError` where that is not possible."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(
            str(error.strerror),
            place=f"command line, {option} {path}",
            allowed="a file that can be written",
            cure="choose another folder",
        ) from None


def _content(
    trace: Trace, suffix: str, head: str, about: dict[str, Any], model: Model | None
) -> str:
    if suffix == ".txt":
        return f"{head}\n{trace}\n"
    if suffix == ".json":
        return json.dumps({**about, "answer": head, **trace.as_json()}, indent=1) + "\n"
    if suffix == ".html":
        from raftnb.explorer import show  # takes longer to import than most commands run

        return show(trace, model, history=True).page(head)
    from raftnb.draw import draw_trace

    return draw_trace(trace).svg


def chosen_start(model: Model, name: str | None) -> State | None:
    """The last state of the trace in a file, as one of the model; None without a file.

    Raises `UsageError` for a file that has none, or one of other variables.
    """
    if name is None:
        return None
    try:
        data = json.loads(Path(name).read_text(encoding="utf-8"))
        kept = data.get("trace") or data
        return state_of_json(model, kept["states"][-1])
    except UsageError as error:
        raise UsageError(
            error.found, place=f"command line, --start {name}: {error.place}".rstrip(": "),
            allowed=error.allowed, cure=error.cure,
        ) from None  # fmt: skip
    except OSError as error:
        found = str(error.strerror)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        found = "no trace in the file"
    raise UsageError(
        found,
        place=f"command line, --start {name}",
        allowed="what `--trace FILE.json` or `check --json` has written",
        cure="make one: --trace trace.json",
    )
