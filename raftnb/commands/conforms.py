"""`conforms FILE...`: does the log of an implementation fit a specification?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from raftnb.commands.common import add_json, add_number, print_json, unusable
from raftnb.commands.files import file_to_write, is_written
from raftnb.commands.limits import add_max_seconds
from raftnb.commands.loading import load, target_of
from raftnb.conform import Conformance, EventMapping, conforms, read_events
from raftnb.conform.formats import AS_IS, DEFAULT, FORMATS
from raftnb.data.errors import RaftnbError, UsageError
from raftnb.data.limits import within
from raftnb.data.verdict import Verdict

UNUSABLE = 2
WORST = (Verdict.VIOLATED.exit_code, UNUSABLE, Verdict.UNKNOWN.exit_code, Verdict.HOLDS.exit_code)


def add_parser(subparsers: Any) -> None:
    """Add `conforms` to the command line."""
    parser = subparsers.add_parser(
        "conforms",
        description="Hold logs of implementations against a specification: JSON lines, also .xz "
        "or .gz. Exit code: 0 holds, 1 violated (an event that does not fit, or a claim that is "
        "false), 2 unusable input, 3 unknown (a bound was reached); of several files the worst, "
        "in the order 1, 2, 3, 0. With --json one object for each file; for several a list.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a log, one JSON object a line")
    parser.add_argument(
        "--format",
        choices=sorted(FORMATS),
        metavar="F",
        help=f"one of {', '.join(sorted(FORMATS))} ({DEFAULT}: docs/conform-format.md)",
    )
    parser.add_argument(
        "--mapping", metavar="FILE.py:NAME", help="an EventMapping of one's own, or its class"
    )
    parser.add_argument(
        "--as-is",
        action="store_true",
        help=f"the library with its known faults ({', '.join(AS_IS)})",
    )
    parser.add_argument(
        "--history",
        action="store_true",
        help="keep history variables, and evaluate the claims that read them, too: slower",
    )
    parser.add_argument("--no-claims", action="store_true", help="leave the claims out: faster")
    parser.add_argument(
        "--page",
        type=file_to_write("--page", ".html", such_as="log.html"),
        metavar="FILE.html",
        help="a page on which one steps through the log beside the specification's states",
    )
    add_number(parser, "--window", default=10_000, help="events until a choice is given up")
    add_max_seconds(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Hold each file against its specification; return the exit code of the worst."""
    mapping = _mapping(arguments)
    if arguments.page is not None and len(arguments.files) > 1:
        raise UsageError(
            f"--page with {len(arguments.files)} files",
            place="command line, --page", allowed="one file", cure="ask for one page at a time",
        )  # fmt: skip
    rows: list[dict[str, Any]] = []
    codes: list[int] = []
    for name in arguments.files:
        try:
            found = _held(name, mapping, arguments)
        except RaftnbError as error:
            rows.append(unusable(error, name))
            codes.append(UNUSABLE)
            continue
        kept = _kept(found, name, arguments.page)
        rows.append({"file": name} | found.as_json() | ({"page": kept} if kept else {}))
        codes.append(found.exit_code)
        if not arguments.json:
            print(f"{name}: {found}\n  {found.seconds:.1f} seconds")
            print(f"page: {kept}" if kept else "", end="\n" if kept else "")
        if found.bound and "interrupted" in found.bound:
            break
    if arguments.json:
        print_json(rows if len(arguments.files) > 1 else rows[0])
    return next(code for code in WORST if code in codes)


def _kept(found: Conformance, name: str, page: Path | None) -> str:
    """Write the page that is asked for; its name, or nothing."""
    if page is None:
        return ""
    from raftnb.draw import log_stepper  # takes longer to import than most logs to read

    account = found.account(read_events(name))
    title = f"{Path(name).name}: {found.verdict}, {found.spec}"
    return str(page) if is_written(page, log_stepper(account).page(title), "--page") else ""


def _held(name: str, mapping: EventMapping, arguments: argparse.Namespace) -> Conformance:
    events = read_events(name)
    model, start = mapping.begin(events, history=arguments.history)

    def ask() -> Conformance:
        claims = not arguments.no_claims
        return conforms(model, events, mapping, start=start, claims=claims, window=arguments.window)

    return within(arguments.max_seconds, ask)


def _mapping(arguments: argparse.Namespace) -> EventMapping:
    """The mapping that is asked for."""
    if arguments.format is not None and arguments.mapping is not None:
        raise UsageError(
            "both",
            place="command line, --format and --mapping",
            allowed=f"one of them; formats are {', '.join(sorted(FORMATS))}",
            cure="--format libraft, or --mapping FILE.py:NAME",
        )
    if arguments.mapping is not None:
        return _own(arguments.mapping, arguments.as_is)
    name = arguments.format or DEFAULT
    if arguments.as_is and name not in AS_IS:
        raise _no_faults(f"--format {name} --as-is")
    return (AS_IS if arguments.as_is else FORMATS)[name]()


def _no_faults(found: str) -> UsageError:
    return UsageError(
        f"{found}, of which no faults are known here",
        place="command line, --as-is",
        allowed=f"with --format {', '.join(AS_IS)}",
        cure="leave --as-is out",
    )


def _made(kind: type[EventMapping], text: str) -> EventMapping:
    """A mapping of a class, made without arguments."""
    try:
        return kind()
    except TypeError as error:
        lacking = sorted(getattr(kind, "__abstractmethods__", ()))
        raise UsageError(
            f"`{text}`, a class without {', '.join(lacking)}" if lacking else f"`{text}`: {error}",
            place="command line, --mapping",
            allowed="a class with `model`, `start` and `__call__`, made without arguments",
            cure=f"define {', '.join(lacking)}" if lacking else "name a mapping that is made",
        ) from None


def _own(text: str, as_is: bool) -> EventMapping:
    """The mapping in a file; a class of mappings is called without arguments."""
    if as_is:
        raise _no_faults("--mapping with --as-is")
    target = target_of(text)
    loaded = load(target, "--mapping") if target is not None and target.name else None
    found = loaded.names.get(target.name) if loaded is not None and target is not None else None
    if isinstance(found, type) and issubclass(found, EventMapping):
        found = _made(found, text)
    if isinstance(found, EventMapping):
        return found
    raise UsageError(
        f"`{text}`" if found is None else f"`{text}`, which is a {type(found).__name__}",
        place="command line, --mapping",
        allowed="FILE.py:NAME, where NAME is an EventMapping or a class of them",
        cure="derive it from `raftnb.conform.EventMapping`",
    )
