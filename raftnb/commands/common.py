"""What the commands share: their parser, naming a specification and its constants, printing."""

from __future__ import annotations

import argparse
import difflib
import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeVar

from raftnb.data.errors import UsageError
from raftnb.data.verdict import Answer
from raftnb.language.spec import Model, Spec

T = TypeVar("T")
MOST = 10**12
MOST_SEED = 2**31 - 1
"""The largest seed that every engine takes."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors say place, found, allowed and cure, as all others do.

    An option is written out: an abbreviation might mean another option in a later version.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Raise the `UsageError` that argparse's message means."""
        named = re.match(r"argument (.+?): (.*)", message, re.DOTALL)
        place, found = named.groups() if named else ("", message)
        raise UsageError(
            found,
            place=f"command line, {place}" if place else "command line",
            allowed=" ".join(self.format_usage().split()).removeprefix("usage: "),
            cure=f"{self.prog} --help",
        )


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


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command take SPEC, --set NAME=VALUE, --history and --json."""
    parser.add_argument("spec", metavar="SPEC", help="a name that `list` prints")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="constants",
        help="give a constant another value than its default: a number, or names as x,y "
        "(may be repeated)",
    )
    parser.add_argument(
        "--history", action="store_true", help="keep the history variables, check what reads them"
    )
    add_json(parser)


def chosen(name: str, known: Iterable[str], what: str, cure: str) -> str:
    """The name, if it is known; else raises `UsageError` with the nearest ones."""
    names = list(known)
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, n=1)
    raise UsageError(
        f"{what} `{name}`",
        place="command line, SPEC",
        allowed=", ".join(names),
        cure=f"did you mean `{near[0]}`?" if near else cure,
    )


def chosen_spec(name: str) -> Spec:
    """The specification of this name; raises `UsageError` with the nearest names."""
    from raftnb.specs import SPECS  # they take longer to import than a small history to judge

    return SPECS[chosen(name, SPECS, "the specification", "run `python -m raftnb list`")]


def chosen_model(arguments: argparse.Namespace) -> Model:
    """The model that the arguments name; raises `UsageError` for an unknown name or value."""
    spec = chosen_spec(arguments.spec)
    constants = parse_settings(arguments.constants, spec)
    return made(lambda: spec(history=arguments.history, **constants))


def made(make: Callable[[], T]) -> T:
    """What `make` makes with the constants of the command line, which are the place of its errors.

    Raises `UsageError` as `make` does.
    """
    try:
        return make()
    except UsageError as error:
        place = error.place or "command line, --set"
        raise UsageError(error.found, place=place, allowed=error.allowed, cure=error.cure) from None


def parse_settings(texts: list[str], spec: Spec) -> dict[str, int | str | tuple[str, ...]]:
    """The constants that --set gives, each once; raises `UsageError` for anything else."""
    settings: dict[str, int | str | tuple[str, ...]] = {}
    for text in texts:
        name, value = parse_setting(text, spec)
        if name in settings:
            raise UsageError(
                f"`{text}`, after `{name}` was given already",
                place="command line, --set",
                allowed="each constant once",
                cure="leave one of them out",
            )
        settings[name] = value
    return settings


def parse_setting(text: str, spec: Spec) -> tuple[str, int | str | tuple[str, ...]]:
    """`NAME=3` as a number, `NAME=x,y` as names, `NAME=x` as a word, for the model to judge."""
    name, equals, value = text.partition("=")
    names = tuple(part.strip() for part in value.split(","))
    if not (equals and name.isidentifier() and all(names)):
        example = "".join(f", such as --set {n}={v}" for n, v in [*spec.all_constants.items()][:1])
        raise UsageError(
            f"`{text}`",
            place="command line, --set",
            allowed=f"NAME=NUMBER, or NAME=x,y for the names of members{example}",
            cure=f"the constants of `{spec.name}` are {', '.join(spec.all_constants)}",
        )
    if re.fullmatch("-?[0-9]{1,30}", value):
        return name, int(value)
    return name, value if len(names) == 1 else names


def print_json(data: Any) -> None:
    """Print one JSON value on standard output."""
    print(json.dumps(data))


def report(answer: Answer, arguments: argparse.Namespace, with_: str = "", **about: Any) -> int:
    """Print what a checker answers; return the exit code.

    As text it is followed by `with_` what it was found, and the time; as JSON `about` comes first.
    """
    if arguments.json:
        print_json(about | json_of(answer))
    else:
        print(answer)
        print(f"{with_}{answer.seconds:.1f} seconds")
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


def about(model: Model) -> dict[str, Any]:
    """A model as JSON data: the specification's name and its constants."""
    return {"spec": model.spec.name, "constants": model.constants}
