"""A model as a program in C, and that program compiled and loaded."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from raftnb.data.domains import Domain
from raftnb.data.errors import SpecError, UsageError
from raftnb.data.limits import undisturbed
from raftnb.data.trace import State
from raftnb.explore.compiled.building import Build, headers, load
from raftnb.explore.compiled.checkpoints import Folder, refusal
from raftnb.explore.compiled.interpreted import Interpreted, Judged
from raftnb.explore.compiled.masks import Masks
from raftnb.explore.compiled.routines import Functions
from raftnb.explore.compiled.shape import Claims, Shape, claims_of
from raftnb.explore.compiled.tables import has_bag
from raftnb.explore.compiled.words import Atoms, NotCompiled, NotSaid, Words
from raftnb.explore.result import ExplorationOptions, View
from raftnb.language.claims import Property
from raftnb.language.instances import ActionInstance
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.tree import Program

NO_PARENT = 0xFFFFFFFF


@dataclass(frozen=True)
class Text:
    """A model's program, and what is needed to speak to it.

    `constants` are the values that it is given; `width` is of a row, in words; `interpreted` are
    the instances that are run in Python, and why, and `judged` the claims; `everywhere` are the
    claims that it can be asked of all states; `symmetric` are the members that may change
    places. `world` is that of plain Python.
    """

    model: Model
    world: World
    text: str
    atoms: Atoms
    masks: Masks
    constants: list[Any]
    claims: Claims
    width: int
    view: View | None = None
    interpreted: Mapping[int, str] = field(default_factory=dict)
    symmetric: tuple[Domain, ...] = ()
    judged: tuple[Judged, ...] = ()
    everywhere: tuple[Property, ...] = ()

    @cached_property
    def build(self) -> Build:
        """The compiler, at work on it or done; raises `NotCompiled` as `Build` does."""
        return Build(self.text)

    @property
    def in_python(self) -> dict[str, str]:
        """The actions and claims that are run in Python, each with why."""
        actions = {self.instances[n].action.name: why for n, why in self.interpreted.items()}
        return actions | {one.claim.__name__: one.reason for one in self.judged}

    @property
    def instances(self) -> tuple[ActionInstance, ...]:
        """What can be done, in the order of the program's tables."""
        return self.world.instances


def text_of(model: Model, options: ExplorationOptions, *, wide: bool = False) -> Text:
    """The program of a model; raises `NotSaid` where something in it cannot be said in C.

    Unless it is `wide`, a search may find that there is too little room for the values it meets.
    """
    try:
        return _written(model, options, wide=wide or options.spills)
    except SpecError as error:
        raise NotSaid(error.found) from error


def _written(model: Model, options: ExplorationOptions, *, wide: bool) -> Text:
    functions, world = Functions(Program(model)), World(model)
    shape = Shape(functions, world, options, wide=wide)
    lines = shape.text()
    tables = functions.tables
    for state in model.starts and model.initial_states:
        tables.atoms.note(state.values)
        tables.atoms.note(tuple(message for message, _ in state.messages))
    text = "\n".join([headers(), tables.text(), functions.text(), *lines])
    claims = claims_of(model, options)
    return Text(
        model, world, text, tables.atoms, tables.masks, tables.constants, claims,
        shape.rows.width, options.view, shape.interpreted, shape.symmetric, tuple(shape.judged),
        tuple(shape.everywhere),
    )  # fmt: skip


# The program, running.


class Loaded:
    """A program that is loaded: a copy of its own, since all that it knows is in its variables."""

    def __init__(
        self,
        written: Text,
        memory: int,
        most_states: int,
        deadlock: bool,
        folder: Folder | None = None,
    ) -> None:
        """Its states are in memory, or in a folder; `begin` is next, perhaps after `take_up`."""
        self.folder = folder
        self.written = written
        self.library = load(written.build.library())
        for name in ("made", "parent_of", "begun_with", "judge_view"):
            getattr(self.library, name).restype = ctypes.c_uint32
        for name in ("memory", "arena_words", "width", "reread"):
            getattr(self.library, name).restype = ctypes.c_size_t
        self.library.sum_of.restype = ctypes.c_uint64
        for name in ("successors", "edges"):
            getattr(self.library, name).restype = ctypes.c_int64
        self.library.arena_of.restype = ctypes.POINTER(ctypes.c_uint32)
        self.result = self._result().in_dll(self.library, "result")
        n = len(written.instances) + 1
        self.taken = (ctypes.c_uint64 * n).in_dll(self.library, "taken")
        self.enabled = (ctypes.c_uint32 * n).in_dll(self.library, "enabled_in")
        self.disabled = (ctypes.c_uint32 * n).in_dll(self.library, "disabled_in")
        size, most = ctypes.c_size_t(memory), ctypes.c_size_t(most_states)
        self.library.watch_deadlock(int(deadlock))
        if self.library.start(size, most, folder.descriptor if folder else -1):
            raise self.error() or NotCompiled("the memory that was asked for cannot be reserved")
        if folder:
            folder.opened()
        self.words = Words(written.atoms, written.masks, self._node)
        self.arena = self.library.arena_of()
        self.interpreter = self._interpreter()

    def begin(self) -> None:
        """Give the program its constants."""
        written = self.written
        given = (ctypes.c_uint32 * (len(written.constants) + 1)).in_dll(self.library, "constants")
        for i, value in enumerate(written.constants):
            given[i] = self.words.of(value)

    def error(self) -> UsageError | None:
        """What went wrong on the disk, if something did."""
        number = ctypes.c_int.in_dll(self.library, "disk_says").value
        if self.folder is None or not number:
            return None
        return refusal(self.folder.where, OSError(number, ""))

    def _interpreter(self) -> Interpreted | None:
        """What answers for the instances and claims that are run in Python, if there are any."""
        written = self.written
        if not written.in_python:
            return None
        known = {n: written.instances[n] for n in written.interpreted}
        return Interpreted(written.model, known, written.judged, self.words, self.library)

    def calling(self) -> AbstractContextManager[None]:
        """Around a call in which Python may be asked: what interrupts it is heard afterwards.

        Whatever is raised in an answer of Python's while that begins or ends would be lost.
        """
        return nullcontext() if self.interpreter is None else undisturbed()

    def _result(self) -> type[ctypes.Structure]:
        counts = ("states", "next", "level_end", "generated", "cut", "merged", "depth")
        fields = [
            *((name, ctypes.c_uint64) for name in counts),
            ("claim", ctypes.c_uint32),
            ("bad", ctypes.c_uint32),
            ("reason", ctypes.c_uint32),
            ("found", ctypes.c_uint32 * (len(self.written.claims.awaited) + 1)),
        ]
        return type("Result", (ctypes.Structure,), {"_fields_": fields})

    def _node(self, rank: int, words: Any) -> int:
        given = (ctypes.c_uint32 * max(len(words), 1))(*words)
        made = int(self.library.made(rank, len(words), given))
        if not made:
            raise self.error() or NotCompiled("the memory is too small for its initial states")
        return made

    @property
    def cells(self) -> int:
        """How many words a state has."""
        return len(self.written.model.layout.cells) + has_bag(self.written.model)

    def row(self, state: State) -> Any:
        """A state as the words of its cells."""
        words = [self.words.of(value) for value in state.values]
        if has_bag(self.written.model):
            words.append(self.words.bag(state.messages, keeps=self.written.model.keeps))
        return (ctypes.c_uint32 * len(words))(*words)

    def state(self, row: Any) -> State:
        """The state of the words of its cells."""
        words, arena = self.words, self.arena
        values = [words.value(word, arena) for word in row]
        messages = words.messages(values.pop()) if has_bag(self.written.model) else ()
        return State(self.written.model.layout, tuple(values), messages)

    def canonical(self, state: State) -> tuple[State, dict[Domain, Domain]]:
        """The state that stands for one and all its permutations, and the one that leads to it."""
        row, names = self.canonical_row(state)
        return self.state(row), names

    def canonical_row(self, state: State) -> tuple[Any, dict[Domain, Domain]]:
        """The same state as the words of its cells."""
        if not self.written.symmetric:
            return self.row(state), {}
        members, found = self.written.symmetric, (ctypes.c_uint32 * self.cells)()
        to = (ctypes.c_ubyte * len(members))()
        if self.library.canonical_of(self.row(state), found, to):
            raise NotCompiled("there is no room for the state that stands for another")
        return found, {m: members[i] for m, i in zip(members, to, strict=True)}

    def path(self, number: int) -> list[int]:
        """The numbers of the states on a shortest way to one."""
        numbers = [number]
        while (parent := self.library.parent_of(numbers[-1])) != NO_PARENT:
            numbers.append(parent)
        return numbers[::-1]

    def row_of(self, number: int) -> Any:
        """The words of the cells of a state by its number."""
        row = (ctypes.c_uint32 * self.cells)()
        self.library.cells_of(number, row)
        return row

    def numbered(self, number: int) -> State:
        """The state of a number."""
        return self.state(self.row_of(number))

    def close(self) -> None:
        """Give back the memory."""
        self.library.finish()
