"""The tables between a model's functions in C and the search: cells, instances, claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, get_args, get_origin

from raftnb.data.domains import Domain
from raftnb.data.errors import SpecError
from raftnb.data.values import Map, order
from raftnb.explore.compiled.checks import Check, Checks
from raftnb.explore.compiled.footprints import Footprints, Touched
from raftnb.explore.compiled.interpreted import Judged, cells_asked
from raftnb.explore.compiled.routines import NOTHING, Functions, Numbers
from raftnb.explore.compiled.rows import Rows
from raftnb.explore.compiled.slots import Slot, Slots
from raftnb.explore.compiled.symmetric import NO_SYMMETRY, Symmetric, symmetric_groups
from raftnb.explore.compiled.tables import numbers
from raftnb.explore.compiled.words import NotCompiled
from raftnb.explore.given import asked
from raftnb.explore.result import ExplorationOptions
from raftnb.language.claims import Property
from raftnb.language.initial import Anything, start_of
from raftnb.language.instances import ActionInstance, initial_values
from raftnb.language.spec import Model
from raftnb.language.universe import universe
from raftnb.language.world import World

LEAST_GROUP = 3
"""A process with at least so many variables is one word of a row."""
BITS = 64


class Claims(NamedTuple):
    """What is claimed, by the names that the tables of it have in C."""

    invariants: tuple[Property, ...]
    steps: tuple[Property, ...]
    constraints: tuple[Property, ...]
    awaited: tuple[Property, ...]
    allowed: tuple[Property, ...] = ()


def claims_of(model: Model, options: ExplorationOptions) -> Claims:
    """The claims of a model that are checked; those `allowed` say which steps are followed."""
    spec = model.spec
    return Claims(
        asked(model, "invariants"),
        asked(model, "transitions"),
        model.checked(spec.constraints),
        asked(model, "sometimes"),
        options.action_constraints,
    )


class Shape:
    """Writes the tables of a model."""

    def __init__(
        self, functions: Functions, world: World, options: ExplorationOptions, *, wide: bool
    ) -> None:
        self.options, self.rows = options, Rows(functions.tables, wide=wide)
        self.functions, self.world, self.model = functions, world, functions.model
        self.footprints = Footprints(functions.program)
        self.checks = Checks(functions, self.footprints, world)
        self._cells_of: dict[int, frozenset[int]] = {}
        self._touched: dict[tuple[Any, str], frozenset[Touched]] = {}  # by actions
        self._written: dict[tuple[Any, str], frozenset[Touched]] = {}
        self.interpreted: dict[int, str] = {}  # why an instance is run in Python
        self.judged: list[Judged] = []  # the claims that are asked in Python
        self.everywhere: list[Property] = []  # those of all states that C can be asked
        self.symmetric: tuple[Domain, ...] = ()

    def text(self) -> list[str]:
        """All of them."""
        claims = claims_of(self.model, self.options)
        most = max((1 + len(i.arguments) for i in self.world.instances), default=1)
        instances = [self._instance(i) for i in range(len(self.world.instances))]
        awaited = [self._whole(claim) for claim in claims.awaited]
        final = self.model.spec.final
        checks = self._checks(claims)
        slots = self._slots(checks)
        return [
            *self.rows.text(),
            numbers(MOST_ARGUMENTS=most),
            *self._instances(instances, slots.in_loops),
            *self._table_of_checks(claims, checks),
            *slots.text(partial(self._local, [check for _, check in checks], early(checks))),
            *self._starts(),
            *self._narrowed(claims.allowed),
            numbers(AWAITED=len(awaited)),
            f"FOR_PYTHON struct result result = {{.found = {{[{len(awaited)}] = 0}}}};",
            f"int (*const awaited[])(void) = {{{', '.join([*awaited, '0'])}}};",
            f"int (*const everywhere[])(const W *) = {{{', '.join([*self._everywhere(), '0'])}}};",
            f"int (*const final)(void) = {self._whole(final) if final else NOTHING};",
            *self._symmetry(),
        ]

    def _symmetry(self) -> list[str]:
        """What is done about members that may change places, if there are any."""
        if not (self.options.symmetry and symmetric_groups(self.model)):
            return [NO_SYMMETRY]
        found = Symmetric(self.functions.tables, self.rows)
        self.symmetric = tuple(found.members)
        return found.text()

    def _instances(self, rows: Sequence[tuple[str, Numbers]], in_loops: Set[int]) -> list[str]:
        """Their table; what a loop runs stands in its text, and nowhere else."""
        n, texts = len(rows), []
        for i, (run, known) in enumerate(rows):
            texts.append(f"{{{', '.join([NOTHING if i in in_loops else run, *map(str, known)])}}}")
        return [
            numbers(INSTANCES=n, INTERPRETED=len(self.interpreted)),
            f"const struct instance instances[] = {{{', '.join([*texts, '{0}'])}}};",
            f"FOR_PYTHON uint64_t taken[{n + 1}];",
            f"FOR_PYTHON uint32_t enabled_in[{n + 1}], disabled_in[{n + 1}];",
        ]

    def _instance(self, number: int) -> tuple[str, Numbers]:
        """The row of an instance; one that cannot be said in C is run in Python."""
        instance = self.world.instances[number]
        try:
            row = self.functions.instance(instance)
            self._cells_of[number] = self._cells(instance)
            return row
        except SpecError as error:
            self.interpreted[number] = error.found
        except NotCompiled as reason:
            self.interpreted[number] = str(reason)
        return self.functions.interpreted(instance)

    # Claims.

    def _checks(self, claims: Claims) -> list[tuple[str, Check]]:
        """The parts of the claims, each with its kind and which of them it is part of."""
        return [
            (f"{kind}, {i}", check)
            for kind, found in (
                ("INVARIANT", claims.invariants),
                ("STEP", claims.steps),
                ("CONSTRAINT", claims.constraints),
            )
            for i, claim in enumerate(found)
            for check in self._parts(claim, kind)
        ]

    def _parts(self, claim: Property, kind: str) -> list[Check]:
        """The parts of a claim; one that cannot be said in C is a single part, asked in Python."""
        try:
            return self.checks.of(claim, may_raise=kind != "CONSTRAINT")
        except (SpecError, NotCompiled) as error:
            name = self._asking_python(claim, error, is_step=kind == "STEP")
            cells = frozenset(cells_asked(self.model, claim))
            return [Check(name, 0, cells, is_total=False)]

    def _whole(self, claim: Property) -> str:
        """The function of a claim that is asked as a whole."""
        try:
            return self.functions.claim(claim, self.world)
        except (SpecError, NotCompiled) as error:
            return self._asking_python(claim, error)

    def _everywhere(self) -> Iterator[str]:
        """The functions of the claims that are asked of all states; the others Python is asked."""
        for claim in dict.fromkeys((*asked(self.model, "possible"), *self.options.everywhere)):
            with suppress(SpecError, NotCompiled):
                function = self.functions.claim_of(claim)
                for values in self.functions.values_of(claim, self.world):
                    self.functions.tables.atoms.note(tuple(values))
                self.everywhere.append(claim)
                yield function

    def _asking_python(self, claim: Property, error: Exception, *, is_step: bool = False) -> str:
        why = error.found if isinstance(error, SpecError) else str(error)
        self.judged.append(Judged(claim, is_step, why))
        return self.functions.in_python(len(self.judged) - 1)

    def _table_of_checks(self, claims: Claims, checks: list[tuple[str, Check]]) -> list[str]:
        rows = [f"{{{check.function}, {check.row}, {told}}}" for told, check in checks]
        touching = [
            bits((i for i, (_, check) in enumerate(checks) if cell in check.cells), len(checks))
            for cell in range(len(self.rows.group_of))
        ]
        kinds = ("INVARIANT", "STEP", "CONSTRAINT")
        of_kind = [
            bits((i for i, (told, _) in enumerate(checks) if told.startswith(kind)), len(checks))
            for kind in kinds
        ]
        return [
            numbers(CHECKS=len(checks), NEED=needed(checks)),
            numbers(INVARIANTS=len(claims.invariants), STEPS=len(claims.steps)),
            f"const struct check checks[] = {{{', '.join([*rows, '{0}'])}}};",
            f"const uint64_t touching[] = {{{', '.join(touching)}}};",
            f"const uint64_t of_kind[] = {{{', '.join(of_kind)}}};",
            f"uint64_t unchanged[{needed(checks)}];",
        ]

    def _narrowed(self, allowed: Iterable[Property]) -> list[str]:
        """What says which steps are followed, and what is seen of a state."""
        rows = [
            f"{{{check.function}, {check.row}, {i}}}"
            for i, claim in enumerate(allowed)
            for check in self.checks.of(claim, may_raise=False)
        ]
        view = self.options.view
        return [
            numbers(ALLOWED=len(rows), VIEWED=int(view is not None)),
            f"const struct bound allowed[] = {{{', '.join([*rows, '{0}'])}}};",
            f"W view(void) {{ return {self.functions.view(view) if view else 'NONE'}; }}",
        ]

    def _slots(self, checks: Sequence[Any]) -> Slots:
        touched = self._cells_of, self._written if needed(checks) == 1 else {}
        instances = self.world.instances
        return Slots(self.functions, instances, *touched, self.interpreted, self.rows)

    def _local(self, checks: list[Check], early: list[int], slot: Slot) -> str:
        """The claims that may be asked once what a slot does is kept."""
        known = {cell for g in slot.asked or () for cell in self._cells_in(g)}
        return bits((i for i in early if checks[i].cells <= known), len(checks))

    def _cells_in(self, group: int) -> range:
        first, n = self.rows.groups[group]
        return range(first, first + n)

    def _cells(self, instance: ActionInstance) -> frozenset[int]:
        cls, name = type(instance.process), instance.action.name
        if (cls, name) not in self._touched:
            routine = self.functions.program.action(cls, name)
            in_order = cls.cycle is not None and name in cls.cycle.labels
            place = {(cls.root, "pc", 0)} if in_order else set()
            self._touched[cls, name] = self.footprints.of(routine) | place
            self._written[cls, name] = self.footprints.written(routine) | place
        arguments = (instance.process, *instance.bound(None))
        return self.footprints.cells(self._touched[cls, name], arguments)

    # Initial states.

    def _starts(self) -> list[str]:
        """The values with which each cell may start, and the claims that bound them."""
        model, tables = self.model, self.functions.tables
        with self.world:
            rows = [self._start(cell) for cell in range(len(model.variables))]
        nothing: Any = () if model.channels or model.keeps else Map()
        rows += [f"{{ONE_OF, {tables.row([nothing])}, 1, 0}}"] * (
            len(self.rows.group_of) - len(model.variables)
        )
        spec = model.spec
        claims = (*spec.assuming, *spec.initially)
        found = [c for claim in claims for c in self.checks.of(claim, may_raise=False)]
        bounds, behind = [], 0
        for c in found:
            cell = max([behind, *c.cells])
            behind = behind if c.is_total else cell
            bounds.append(f"{{{c.function}, {c.row}, {cell}}}")
        return [
            numbers(BOUNDS=len(bounds)),
            f"const struct beginning starts[] = {{{', '.join([*rows, '{0}'])}}};",
            f"const struct bound initially[] = {{{', '.join([*bounds, '{0}'])}}};",
        ]

    def _start(self, cell: int) -> str:
        """The values with which a cell may start; sets and maps of anything are made in C."""
        variable, cls = self.model.variables[cell]
        annotation, row = self.model.annotation_of(variable, cls), self.functions.tables.row
        origin, args = get_origin(annotation), get_args(annotation)
        if isinstance(start_of(variable.initial), Anything) and origin in (frozenset, Map):
            first = sorted(universe(args[0], self.world), key=order)
            values = universe(args[1], self.world) if origin is Map else [False, True]
            if len(values) ** len(first) >= MOST_BEGINNINGS:
                raise NotCompiled(f"more beginnings of `{variable.name}` than can be counted")
            kind, n = ("MAP_OF", len(values)) if origin is Map else ("SET_OF", len(first))
            return f"{{{kind}, {row([*first, *values])}, {n}, {len(first)}}}"
        values = initial_values(variable, cls, self.world)
        values = [self.model.admitted(cell, value) for value in values]
        return f"{{ONE_OF, {row(values)}, {len(values)}, 0}}"


MOST_BEGINNINGS = 1 << 60


def early(checks: Sequence[tuple[str, Check]]) -> list[int]:
    """The checks that may be asked before the others: no constraint behind one that may raise.

    It would cut off a state which Python refuses.
    """
    raising = (i for i, (told, c) in enumerate(checks) if is_constraint(told) and not c.is_total)
    end = next(raising, len(checks))
    return [i for i, (told, _) in enumerate(checks) if i <= end or not is_constraint(told)]


def is_constraint(told: str) -> bool:
    """Whether a check's kind is that of constraints."""
    return told.startswith("CONSTRAINT")


def needed(checks: Sequence[Any]) -> int:
    """How many words of bits hold one for each check."""
    return max(1, -(-len(checks) // BITS))


def bits(ones: Iterable[int], n: int) -> str:
    """A set of numbers below `n` as words of bits, in C."""
    words = [0] * max(1, -(-n // BITS))
    for i in ones:
        words[i // BITS] |= 1 << i % BITS
    return ", ".join(f"{word:#x}ull" for word in words)
