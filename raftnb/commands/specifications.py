"""SPEC on the command line: a specification by name or from a file, its constants, a variant."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from raftnb.commands.common import add_json
from raftnb.commands.loading import FORMS, Loaded, Target, load, target_of
from raftnb.data.errors import RaftnbError, UsageError
from raftnb.data.names import nearest
from raftnb.language.processes import GlobalsType, ProcessType
from raftnb.language.spec import Model, Spec

T = TypeVar("T")
SPEC = f"a name that `list` prints, or {FORMS}"


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command take SPEC, --set NAME=VALUE, --variant, --history and --json."""
    add_spec(parser)
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
    parser.set_defaults(constants_of=constants_of)


def add_spec(parser: argparse.ArgumentParser) -> None:
    """Let a command take SPEC, --variant and --json."""
    parser.add_argument("spec", metavar="SPEC", help=SPEC)
    parser.add_argument(
        "--variant",
        action="append",
        default=[],
        metavar="FILE.py:CLASS",
        help="with this subclass in place of the class that it varies (may be repeated)",
    )
    add_json(parser)


# What a word names.


def chosen(
    text: str, kinds: tuple[type, ...], known: Mapping[str, Any], what: str, cure: str
) -> tuple[Any, Loaded | None]:
    """The value that a word names, and the file that it comes from.

    In a file it is the only one of the first kind of which there is any, or the one that is named.
    Raises `UsageError` with the nearest names, `SpecError` for a file that does not run.
    """
    target = None if text in known else target_of(text)
    if target is None:
        return known[_known_name(text, known, what, cure)], None
    loaded = load(target, "SPEC")
    for line in loaded.left_out:
        print(f"left out of {target.where}, {line}", file=sys.stderr)
    return _found_in(loaded, target, kinds), loaded


def _known_name(name: str, known: Iterable[str], what: str, cure: str) -> str:
    names = list(known)
    if name in names:
        return name
    raise UsageError(
        f"{what} `{name}`",
        place="command line, SPEC",
        allowed=", ".join([*names, FORMS]),
        cure=nearest(name, names) or cure,
    )


def _found_in(loaded: Loaded, target: Target, kinds: tuple[type, ...]) -> Any:
    """The value of this name, or the only one of its kind."""
    if isinstance(loaded.names.get(target.name), kinds):
        return loaded.names[target.name]
    words = " or ".join(kind.__name__ for kind in kinds)
    own = next(filter(None, map(loaded.own, kinds)), {})
    if not target.name and len(own) == 1:
        return next(iter(own.values()))
    found = f"{len(own) or 'no'} values of the kind {words}"
    if target.name in loaded.names:
        found = f"`{target.name}`, a {type(loaded.names[target.name]).__name__}"
    elif target.name:
        found = f"`{target.name}`, which is not defined there"
    near = difflib.get_close_matches(target.name, own, n=1) or list(own)[:1]
    raise UsageError(
        found,
        place=f"command line, {target}",
        allowed=f"{words}: {', '.join(own)}" if own else f"a {words}",
        cure=f"{target.where}:{near[0]}" if near else f"define one: `NAME = {words}(...)`",
    )


def chosen_spec(text: str) -> Spec:
    """The specification that a word names; raises `UsageError` with the nearest names."""
    from raftnb.specs import PROOFS, SPECS  # longer to import than a small history to judge

    if text in PROOFS and text not in SPECS:
        raise UsageError(
            f"`{text}`, which is the name of a proof",
            place="command line, SPEC",
            allowed=SPEC,
            cure=f"python -m raftnb prove {text}",
        )
    return chosen(text, (Spec,), SPECS, "the specification", "run `python -m raftnb list`")[0]  # type: ignore[no-any-return]


def constants_of(text: str) -> list[str]:
    """The constants of the specification that a word names; none where it names none."""
    try:
        return list(chosen_spec(text).all_constants)
    except RaftnbError:
        return []


def varied(spec: Spec, variants: Iterable[str]) -> Spec:
    """The specification with the classes that --variant names in place of those they vary."""
    classes = [_variant_of(spec, text) for text in variants]
    if not classes:
        return spec
    name = ", ".join(cls.__name__ for cls in classes)
    return spec.variant(f"{spec.name} with {name}", *classes)


def _variant_of(spec: Spec, text: str) -> Any:
    target = target_of(text)
    if target is None:
        raise UsageError(
            f"`{text}`",
            place="command line, --variant",
            allowed="FILE.py:CLASS, MODULE:CLASS",
            cure="write the subclass in a file, and name it: --variant mine.py:Careless",
        )
    loaded = load(target, "--variant")
    varying: tuple[Any, ...] = (*spec.processes, *spec.shared)
    roots = {cls.root: cls for cls in varying}
    kinds = (ProcessType, GlobalsType)
    classes: dict[str, Any] = {n: v for n, v in loaded.names.items() if isinstance(v, kinds)}
    own = {n: cls for n, cls in classes.items() if roots.get(cls.root, cls) is not cls}
    if not target.name and len(own) == 1:
        return next(iter(own.values()))
    if target.name in own:
        return own[target.name]
    near = difflib.get_close_matches(target.name, own, n=1) or list(own)[:1]
    raise UsageError(
        f"`{target.name}`, which varies no class of `{spec.name}`"
        if target.name
        else f"{len(own) or 'no'} classes that vary one of `{spec.name}`",
        place=f"command line, --variant {target}",
        allowed=f"a subclass of {', '.join(c.__name__ for c in roots.values())}"
        + (f": {', '.join(own)}" if own else ""),
        cure=f"--variant {target.where}:{near[0]}" if near else "make it a subclass of one of them",
    )


def chosen_model(arguments: argparse.Namespace) -> Model:
    """The model that the arguments name; raises `UsageError` for an unknown name or value."""
    spec = varied(chosen_spec(arguments.spec), arguments.variant)
    constants = parse_settings(arguments.constants, spec)
    return made(lambda: spec(history=arguments.history, **constants))


# Constants.


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
    if name == "history":
        raise UsageError(
            f"`{text}`, which is no constant",
            place="command line, --set",
            allowed=", ".join(spec.all_constants) or "no constants",
            cure="--history keeps the history variables; they are left out without it",
        )
    if re.fullmatch("-?[0-9]{1,30}", value):
        return name, int(value)
    return name, value if len(names) == 1 else names


def about(model: Model) -> dict[str, Any]:
    """A model as JSON data: the specification's name and its constants."""
    return {"spec": model.spec.name, "constants": model.constants}
