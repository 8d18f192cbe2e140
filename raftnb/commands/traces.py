"""Traces kept in files, and states read back from them: --trace and --start."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from raftnb.commands.files import file_to_write, is_written
from raftnb.data.errors import UsageError
from raftnb.data.trace import State, Trace
from raftnb.data.verdict import Answer, counted
from raftnb.language.reading import SAME, state_of_json
from raftnb.language.spec import Model

KINDS = (".txt", ".json", ".html", ".svg")


def add_trace(parser: argparse.ArgumentParser) -> None:
    """Let a command take --trace FILE."""
    parser.add_argument(
        "--trace",
        action="append",
        type=file_to_write("--trace", *KINDS, such_as="trace.html"),
        metavar="FILE",
        help=f"keep the trace, if there is one, in a file: {', '.join(KINDS)} (may be repeated)",
    )


def add_start(parser: argparse.ArgumentParser) -> None:
    """Let a command take --start FILE."""
    parser.add_argument(
        "--start",
        metavar="FILE.json",
        help="begin where the trace ends that `--trace FILE.json` has kept",
    )


def trace_of(answer: Answer) -> Trace | None:
    """The trace that an answer has, if any."""
    violation = getattr(answer, "violation", answer)
    found = getattr(violation, "trace", None)
    return found if isinstance(found, Trace) else None


def keep(
    answer: Answer, paths: Sequence[Path], about: dict[str, Any], model: Model | None = None
) -> str:
    """Write the answer's trace to files, and say so; empty if none was asked for."""
    trace, names = trace_of(answer), ", ".join(map(str, paths))
    if not paths:
        return ""
    if trace is None:
        return f"no trace: nothing was written to {names}"
    head = f"{answer.verdict}: {answer.property}" if answer.property else str(answer.verdict)
    texts = {path: _content(trace, path.suffix, head, about, model) for path in paths}
    kept = [path for path, text in texts.items() if is_written(path, text, "--trace")]
    return f"trace of {counted(len(trace), 'step')}: {', '.join(map(str, kept))}" if kept else ""


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
    data: Any = None
    try:
        data = json.loads(Path(name).read_text(encoding="utf-8"))
        kept = data.get("trace") or data
        return state_of_json(model, kept["states"][-1])
    except UsageError as error:
        raise UsageError(
            error.found, place=f"command line, --start {name}: {error.place}".rstrip(": "),
            allowed=error.allowed, cure=_made_with(model, data),
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


def _made_with(model: Model, data: dict[str, Any]) -> str:
    """The cure where a kept trace does not fit: what the file says that it was made with."""
    spec, constants = data.get("spec"), data.get("constants")
    own = model.spec.name
    if isinstance(spec, str) and _varied(spec) != _varied(own):
        return f"it is a trace of `{spec}`: give that specification, or a trace of `{own}`"
    if not isinstance(constants, dict):
        return SAME
    own_constants = json.loads(json.dumps(model.constants))  # tuples are lists, as in the file
    others = {n: value for n, value in constants.items() if own_constants.get(n) != value}
    if not others:
        return "the specification is not what it was when the trace was made: make it anew"
    written = {n: ",".join(v) if isinstance(v, list) else v for n, v in others.items()}
    given = " ".join(f"--set {name}={value}" for name, value in written.items())
    return f"it was made with other constants: {given}"


def _varied(name: str) -> str:
    """The name of the specification of which this is the same, or a variant made by --variant."""
    return name.partition(" with ")[0]
