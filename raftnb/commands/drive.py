"""`drive ADAPTER`: does an implementation do what the specification says?"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from raftnb.commands.common import MOST_SEED, add_amount, add_json, add_number, report
from raftnb.commands.files import file_to_write, is_written
from raftnb.commands.limits import add_max_seconds
from raftnb.commands.loading import FORMS, load, target_of
from raftnb.commands.specifications import SPEC, about, chosen_spec, made, parse_settings
from raftnb.commands.traces import add_trace
from raftnb.data.errors import RaftnbError, UsageError
from raftnb.data.limits import within

if TYPE_CHECKING:
    from raftnb.drive import Adapter

DEFAULTS = {"max_term": 3, "max_log": 2, "max_restarts": 1}
"""Constants under which there is something to see; those that the specification has are set."""


@dataclass(frozen=True)
class Known:
    """An adapter that comes with the package, the specification for it, and what it needs."""

    module: str
    name: str
    spec: str = "raftnb.specs.libraries.ahead:RAFT_AHEAD"
    needs: str = "raftnb[conform]"
    options: Mapping[str, Any] = field(default_factory=dict)


KNOWN = {
    "libraft": Known(
        "raftnb.drive.adapters.libraft",
        "Libraft",
        "raftnb.specs.libraries.libraft:RAFT_LIBRAFT",
    ),
    "libraft-pre-vote": Known(
        "raftnb.drive.adapters.libraft",
        "Libraft",
        "raftnb.specs.libraries.libraft:RAFT_LIBRAFT_PRE_VOTE",
        options={"pre_vote": True},
    ),
    "pyraftlog": Known("raftnb.drive.adapters.pyraftlog", "Pyraftlog"),
    "pysyncobj": Known(
        "raftnb.drive.adapters.pysyncobj",
        "PySyncObj",
        "raftnb.specs.libraries.pysyncobj:NO_OP_RAFT",
    ),
}


def add_parser(subparsers: Any) -> None:
    """Add `drive` to the command line."""
    parser = subparsers.add_parser(
        "drive",
        description="Drive an implementation by random walks of a specification, compare after "
        "each step, and shrink what differs to short scenes. Exit code: 1 violated, 2 usage or "
        "specification error, 3 unknown (nothing was found).",
    )
    parser.add_argument("adapter", metavar="ADAPTER", help=f"one of {', '.join(KNOWN)}; or {FORMS}")
    parser.add_argument("--spec", metavar="SPEC", help=f"{SPEC} (Raft with any nextIndex)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="constants",
        help="give a constant another value (may be repeated); unless given, "
        + ", ".join(f"{name}={value}" for name, value in DEFAULTS.items()),
    )  # fmt: skip
    add_number(parser, "--walks", default=100, help="how many (100)")
    add_number(parser, "--depth", default=40, help="inputs of each (40)")
    add_number(parser, "--seed", least=0, most=MOST_SEED, default=0, help="0 unless given")
    add_number(parser, "--stop-after", help="stop when so many kinds of difference are known")
    add_amount(
        parser, "--answer-seconds", default=10.0, metavar="S",
        help="how long the implementation may take for one step (10)",
    )  # fmt: skip
    add_max_seconds(parser)
    parser.add_argument(
        "--test", metavar="FILE.py", help="write what differs as tests",
        type=file_to_write("--test", ".py", such_as="test_scenes.py"),
    )  # fmt: skip
    parser.add_argument(
        "--picture", metavar="FILE.svg", help="draw the first scene that differs",
        type=file_to_write("--picture", ".svg", such_as="scene.svg"),
    )  # fmt: skip
    add_trace(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Drive, print what differs, and return the exit code."""
    from raftnb.drive import drive

    adapter, default = _chosen(arguments.adapter)
    spec = chosen_spec(arguments.spec or default)
    known = {n: v for n, v in DEFAULTS.items() if n in spec.constants}
    constants: dict[str, Any] = known | parse_settings(arguments.constants, spec)
    model = made(lambda: spec(**constants))
    answer = within(
        arguments.max_seconds,
        lambda: drive(
            model,
            adapter,
            walks=arguments.walks,
            depth=arguments.depth,
            seed=arguments.seed,
            stop_after=arguments.stop_after,
            answer_seconds=arguments.answer_seconds,
        ),
    )
    if arguments.test and answer.differences:
        is_written(arguments.test, answer.as_test(), "--test")
    if arguments.picture and answer.differences:
        is_written(arguments.picture, answer.drawn().svg, "--picture")
    return report(answer, arguments, **about(model))


def _chosen(text: str) -> tuple[Adapter, str]:
    """The adapter that a word names, and the specification for it."""
    from raftnb.drive import Adapter

    known = KNOWN.get(text)
    target = target_of(f"{known.module}:{known.name}" if known else text)
    if target is None:
        raise UsageError(
            f"the adapter `{text}`", place="command line, ADAPTER",
            allowed=", ".join([*KNOWN, FORMS]), cure="name a file: my_raft.py:MyAdapter",
        )  # fmt: skip
    try:
        loaded = load(target, "ADAPTER")
    except RaftnbError as error:
        if known is None or "ModuleNotFoundError" not in error.found:
            raise
        raise UsageError(
            f"`{text}`, which is not installed", place="command line, ADAPTER",
            allowed="libraries that are installed", cure=f'python -m pip install "{known.needs}"',
        ) from None  # fmt: skip
    found = loaded.names.get(target.name)
    own = {n: v for n, v in loaded.names.items() if _is_adapter(v, Adapter)}
    if not target.name and len(own) == 1:
        found = next(iter(own.values()))
    if not _is_adapter(found, Adapter):
        raise UsageError(
            f"`{target.name}`" if target.name else f"{len(own) or 'no'} adapters",
            place=f"command line, {target}",
            allowed=f"an adapter: {', '.join(own) or 'a subclass of raftnb.drive.Adapter'}",
            cure=f"{target.where}:{next(iter(own), 'MyAdapter')}",
        )
    if known is None:
        return _made(found), KNOWN["pyraftlog"].spec
    return _made(found, **known.options), known.spec


def _is_adapter(value: Any, base: type) -> bool:
    own = isinstance(value, type) and issubclass(value, base) and value is not base
    return own or isinstance(value, base)


def _made(found: Any, **options: Any) -> Any:
    try:
        return found(**options) if isinstance(found, type) else found
    except TypeError as error:
        raise UsageError(
            f"{error}", place=f"the adapter {found.__name__}",
            allowed="a class that can be called without arguments, with all its methods",
            cure=f"define them, or name an instance: `MY = {found.__name__}(...)`",
        ) from None  # fmt: skip
