"""What the commands share: their parser, numbers, printing."""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from raftnb.commands.traces import keep
from raftnb.data.errors import RaftnbError, UsageError
from raftnb.data.names import nearest
from raftnb.data.verdict import Answer, Verdict
from raftnb.language.spec import Model

MOST = 10**12
MOST_SEED = 2**31 - 1
"""The largest seed that every engine takes."""


class Help(argparse.HelpFormatter):
    """Help whose lines break between words, and not inside of names: `raft-prevote-election`."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = textwrap.wrap(" ".join(text.split()), width - len(indent), break_on_hyphens=False)
        return "\n".join(indent + line for line in lines)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False)


class Parser(argparse.ArgumentParser):
    """A parser whose errors say place, found, allowed and cure, as all others do.

    An option is written out: an abbreviation might mean another option in a later version.
    A command that takes SPEC has a default `constants_of`, which tells the constants of one.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False, formatter_class=Help)

    def parse_known_args(self, *given: Any, **named: Any) -> tuple[Any, list[str]]:
        """What was understood; the command that knows its options refuses the rest itself."""
        understood, rest = super().parse_known_args(*given, **named)
        if rest:
            self._refuse(rest, vars(understood))
        return understood, rest

    def _refuse(self, rest: list[str], understood: Mapping[str, Any]) -> NoReturn:
        """Refuse what was not understood, a constant that is written as an option by its cure."""
        written = " ".join(rest)
        option = re.match(r"--([\w-]+)(?:[= ]([^-]\S*))?", written)
        name = option[1].replace("-", "_") if option else ""
        spec, constants_of = understood.get("spec"), understood.get("constants_of")
        if spec and constants_of and name in constants_of(spec):
            raise UsageError(
                f"unrecognized arguments: {written}",
                place="command line",
                allowed=f"`{name}`, a constant of `{spec}`, by --set",
                cure=f"--set {name}={(option and option[2]) or 'NUMBER'}",
            )
        self.error(f"unrecognized arguments: {written}")

    def error(self, message: str) -> NoReturn:
        """Raise the `UsageError` that argparse's message means."""
        named = re.match(r"argument (.+?): (.*)", message, re.DOTALL)
        place, found = named.groups() if named else ("", message)
        meant = self._meant(found)
        raise UsageError(
            found,
            place=f"command line, {place}" if place else "command line",
            allowed=" ".join(self.format_usage().split()).removeprefix("usage: "),
            cure=f"{meant} See {self.prog} --help" if meant else f"{self.prog} --help",
        )

    def _meant(self, found: str) -> str:
        """Which option, or which of the choices, was likely meant; empty if none is near."""
        if option := re.match(r"unrecognized arguments: (?:.* )?--([\w-]+)", found):
            known = re.findall(r"--([\w-]+)", self.format_usage())
            return nearest(option[1], known).replace("`", "`--", 1)
        if choice := re.match(r"invalid choice: '(.*?)' \(choose from (.*)\)", found):
            return nearest(choice[1], re.findall(r"[\w-]+", choice[2]))
        return ""


def add_number(
    parser: argparse.ArgumentParser,
    option: str,
    *,
    help: str,
    least: int = 1,
    most: int = MOST,
    metavar: str = "N",
    **options: Any,
) -> None:
    """Let a command take an option with a whole number from `least` to `most`."""

    def number(text: str) -> int:
        if re.fullmatch("-?[0-9]{1,30}", text) and least <= int(text) <= most:
            return int(text)
        raise UsageError(
            f"`{text}`",
            place=f"command line, {option}",
            allowed=f"a whole number, {least} to {most:,}",
            cure=f"{option} {max(least, 1)}, or leave it out",
        )

    parser.add_argument(option, type=number, metavar=metavar, help=help, **options)


def add_amount(parser: argparse.ArgumentParser, option: str, *, help: str, **options: Any) -> None:
    """Let a command take an option with a number above 0: seconds, megabytes."""

    def amount(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if 0 < value < math.inf:
            return value
        raise UsageError(
            f"`{text}`",
            place=f"command line, {option}",
            allowed="a number above 0",
            cure=f"{option} 10, or leave it out",
        )

    parser.add_argument(option, type=amount, help=help, **options)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Let a command take --json."""
    parser.add_argument("--json", action="store_true", help="print one JSON object, nothing else")


def print_json(data: Any) -> None:
    """Print one JSON value on standard output."""
    print(json.dumps(data))


def unusable(error: RaftnbError, file: str = "") -> dict[str, Any]:
    """Say what cannot be used, a file or a command line; what --json prints of it, in any command.

    The place names the file.
    """
    if file and Path(file).name not in error.place:
        error.place = f"{file}, {error.place}" if error.place else file
    print(error, file=sys.stderr)
    told = {name: getattr(error, name) for name in ("place", "found", "allowed", "cure")}
    return ({"file": file} if file else {}) | {"verdict": "unusable", "error": told}


def report(
    answer: Answer,
    arguments: argparse.Namespace,
    with_: str = "",
    model: Model | None = None,
    not_asked: Sequence[str] = (),
    **about: Any,
) -> int:
    """Print what a checker answers, keep its trace if asked to; return the exit code.

    As text it is followed by `with_` what it was found, and the time; as JSON `about` comes first.
    In the page of a trace of `model` one can take other steps, too. What *holds* says nothing of
    `not_asked`, claims that another command decides.
    """
    kept = keep(answer, getattr(arguments, "trace", None) or (), about, model)
    holds = answer.verdict is Verdict.HOLDS
    if not_asked and holds:
        about["not_asked"] = list(not_asked)
    if arguments.json:
        print_json(about | json_of(answer) | ({"kept": kept} if kept else {}))
    else:
        print(answer)
        if not_asked and holds:
            print(f"not asked: {', '.join(not_asked)}")
        print(f"{with_}{answer.seconds:.1f} seconds" + (f"\n{kept}" if kept else ""))
    return answer.exit_code


def json_of(answer: Answer) -> dict[str, Any]:
    """An answer as JSON data in which the same names stand first for every command."""
    first = {
        "verdict": str(answer.verdict),
        "property": answer.property,
        "bound": answer.bound,
        "partial": list(answer.partial),
        "seconds": round(answer.seconds, 3),
    }
    return first | answer.as_json()
