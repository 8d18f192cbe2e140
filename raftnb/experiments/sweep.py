"""A specification with many constants: what each size costs, and what it finds.

What is not found at the sizes that one can explore may be found at the next: a table of several
sizes shows how fast the states grow, and where a claim begins to be violated.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeVar

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.markup import escaped
from raftnb.data.verdict import Answer, Verdict, counted
from raftnb.explore import Exploration, check
from raftnb.language.spec import Model, Spec
from raftnb.parallel import Cluster, Lost, in_order

A = TypeVar("A")
MOST_SIZES = 1_000


@dataclass(frozen=True)
class Size:
    """One choice of constants, those that were not given included, and what was found of it."""

    constants: Mapping[str, Any]
    found: Exploration


@dataclass(frozen=True, repr=False)
class Sweep(Answer):
    """What was found of each size, those that were reached.

    *violated* where one of them is, *holds* where each of those that were asked for holds, else
    *unknown*: `left_out` is the number of sizes that were not begun.
    """

    name: str
    varied: tuple[str, ...]
    sizes: tuple[Size, ...]
    left_out: int = 0

    @cached_property
    def verdict(self) -> Verdict:
        """*holds*, *violated* or *unknown*."""
        found = {size.found.verdict for size in self.sizes}
        if Verdict.VIOLATED in found:
            return Verdict.VIOLATED
        return Verdict.UNKNOWN if Verdict.UNKNOWN in found or self.left_out else Verdict.HOLDS

    @cached_property
    def property(self) -> str | None:
        """What is violated at the first of the sizes at which anything is."""
        violated = (s.found for s in self.sizes if s.found.verdict is Verdict.VIOLATED)
        return next((found.property for found in violated), None)

    @cached_property
    def bound(self) -> str | None:
        """What stopped those that are *unknown*."""
        bounds = [s.found.bound for s in self.sizes if s.found.bound]
        stopped = [f"{counted(self.left_out, 'size')} not begun"] if self.left_out else []
        return "; ".join(dict.fromkeys([*bounds, *stopped])) or None

    @cached_property
    def partial(self) -> tuple[str, ...]:
        """What the answers do not cover, each sentence once, with its sizes where it is not all."""
        sizes_of: dict[str, list[str]] = {}
        for size in self.sizes:
            named = ", ".join(f"{n}={as_written(size.constants[n])}" for n in self.varied)
            for sentence in dict.fromkeys(not_covered(size.found)):
                sizes_of.setdefault(sentence, []).append(named)
        return tuple(
            sentence if len(sizes) == len(self.sizes) else f"{sentence} ({'; '.join(sizes)})"
            for sentence, sizes in sizes_of.items()
        )

    @cached_property
    def seconds(self) -> float:
        """How long all of them took."""
        return sum(size.found.seconds for size in self.sizes)

    @cached_property
    def trace(self) -> Any:
        """The trace to the first violation, or None."""
        violated = (s.found for s in self.sizes if s.found.verdict is Verdict.VIOLATED)
        return next((found.trace for found in violated), None)

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The heads of the table's columns."""
        return (*self.varied, "verdict", "distinct", "generated", "depth", "seconds")

    def row(self, size: Size) -> tuple[str, ...]:
        """The table's row of one size; the last column says what is violated, or what stopped."""
        found = size.found
        counts = (f"{found.distinct:,}", f"{found.generated:,}", str(found.depth))
        told = found.property if found.verdict is Verdict.VIOLATED else found.bound
        values = (as_written(size.constants[name]) for name in self.varied)
        return (*values, str(found.verdict), *counts, f"{found.seconds:.1f}", told or "")

    def as_json(self) -> dict[str, Any]:
        """The table as plain JSON data."""
        sizes = [{"constants": dict(s.constants), **s.found.as_json()} for s in self.sizes]
        return {
            "spec": self.name,
            "varied": list(self.varied),
            "sizes": sizes,
            "left_out": self.left_out,
        }

    def __str__(self) -> str:
        lines = [f"{self.verdict}: {self.name}, {counted(len(self.sizes), 'size')}", *self.lines()]
        lines += [f"stopped: {self.bound}"] if self.bound else []
        return "\n".join([*lines, *(f"note: {sentence}" for sentence in self.partial)])

    def lines(self) -> list[str]:
        """The table as text, a line a size."""
        rows = [(*self.header, ""), *map(self.row, self.sizes)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        cells = ([f"{c:>{w}}" for c, w in zip(row[:-1], widths, strict=False)] for row in rows)
        return ["  ".join([*line, row[-1]]).rstrip() for line, row in zip(cells, rows, strict=True)]

    def _repr_html_(self) -> str:
        heads = "".join(f"<th>{escaped(h)}</th>" for h in (*self.header, ""))
        rows = (
            "<tr>" + "".join(f"<td>{escaped(cell)}</td>" for cell in self.row(size)) + "</tr>"
            for size in self.sizes
        )
        return f"<table><tr>{heads}</tr>{''.join(rows)}</table>"


def not_covered(found: Exploration) -> tuple[str, ...]:
    """What the answer for one size does not cover, in sentences."""
    unasked = ", ".join(found.not_checked)
    never = ", ".join(found.never_taken)
    told = [f"not checked without history: {unasked}"] if unasked else []
    return (*told, *([f"never taken: {never}"] if never else []), *found.partial)


def as_written(value: Any) -> str:
    """A constant as the command line takes it."""
    return ",".join(value) if isinstance(value, tuple) else str(value)


@told_plainly
def sweep(spec: Spec, *, history: bool = False, checked: Mapping[str, Any] | None = None,
          cluster: Cluster | None = None, **constants: Any) -> Sweep:  # fmt: skip
    """Explore a specification at every choice of constants, the first of them varied slowest.

    A constant is a value, or a range or list of values: `sweep(RAFT, servers=range(2, 4),
    maxTerm=[1, 2])`. `checked` are options of `check`, the same for each: `{"max_states": 10**6}`.
    With a `cluster` several are explored at a time. Ctrl-C stops it with what was found.
    Raises `UsageError` for over 1,000 sizes.
    """
    models = list(models_of(spec, constants, history))
    found = list(explored(Sizes(tuple(models), partial(check, **(checked or {}))), cluster))
    return swept(spec.name, constants, found, len(models))


def swept(name: str, constants: Mapping[str, Any], found: Sequence[Size], asked: int) -> Sweep:
    """The table of the sizes that were reached, of so many that were asked for."""
    varied = tuple(name for name, values in constants.items() if is_several(values))
    return Sweep(name, varied or tuple(constants), tuple(found), asked - len(found))


def is_several(values: Any) -> bool:
    """Whether it is several values for a constant (a tuple is one: the names of members)."""
    return isinstance(values, list | range)


def models_of(spec: Spec, constants: Mapping[str, Any], history: bool) -> Iterator[Model]:
    """The models of all choices of constants."""
    choices = [list(v) if is_several(v) else [v] for v in constants.values()]
    many = 1
    for values in choices:
        many *= len(values)
    if not 0 < many <= MOST_SIZES:
        raise UsageError(
            f"{many:,} choices of {', '.join(constants)}",
            place=f"sweep of `{spec.name}`",
            allowed=f"1 to {MOST_SIZES:,} sizes",
            cure="give fewer values, or sweep twice",
        )
    for chosen in itertools.product(*choices):
        yield spec(history=history, **dict(zip(constants, chosen, strict=True)))


@dataclass(frozen=True, eq=False)
class Sizes:
    """Models that are to be explored, by their numbers."""

    models: tuple[Model, ...]
    ask: Callable[[Model], Exploration]

    def __call__(self, number: int) -> Iterator[Exploration]:
        """What is found of one."""
        yield self.ask(self.models[number])

    def model(self, number: int) -> Model:
        """The model that its traces are of."""
        return self.models[number]


def explored(sizes: Sizes, cluster: Cluster | None = None) -> Iterator[Size]:
    """What is found of each model in turn, up to the one that is interrupted."""
    models = sizes.models
    answers = in_order(sizes, len(models), cluster or 1)
    for model, found in zip(models, interruptible(answers), strict=False):
        if isinstance(found, Lost):
            bound = f"a process that explored it ended ({found.why})"
            found = Exploration(Verdict.UNKNOWN, 0, 0, 0, 0.0, bound=bound)
        yield Size(model.constants, found)
        if found.bound is not None and found.bound.startswith("interrupted"):
            return


def interruptible(answers: Iterator[A]) -> Iterator[A]:
    """The answers until Ctrl-C."""
    try:
        yield from answers
    except KeyboardInterrupt:
        return
