"""Trying whether actions and claims treat interchangeable members alike.

What an action does in a permuted state must be the permutation of what it does in the state, and a
claim must say the same of both. New runs are tried under swaps, and under two swaps one after the
other: all the first runs of each action and claim, then some.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from raftnb.data.values import Message, rename
from raftnb.explore.interchangeable import INITIAL_MOST, refuse_telling_apart
from raftnb.explore.memo.interning import Interner
from raftnb.explore.memo.tracer import Observed, Outcome, Tracer
from raftnb.language import source
from raftnb.language.instances import ActionInstance
from raftnb.language.world import World

Permutation = tuple[int, ...]  # swaps, one after the other
ALL_UP_TO, THEN_ONE_IN, SWAPS_MOST, SEED = 16, 25, 4, 0


class Trials:
    """Runs what was run again on permuted states; `SpecError` where a member is favored."""

    def __init__(
        self, interner: Interner, swap_row: Callable[[int, Sequence[int]], list[int]]
    ) -> None:
        """`swap_row` makes the row in which two members have changed places."""
        self.interner, self.swap_row = interner, swap_row
        self.swaps = len(interner.symmetry.members.swaps)
        self.tracer = Tracer(interner)
        self._tried: Counter[Any] = Counter()
        self._renamings: dict[Permutation, dict[Any, Any]] = {}
        self._random = random.Random(SEED)

    def permutations(self, what: Any) -> list[Permutation]:
        """The permutations under which to try the next new run of an action or a claim."""
        self._tried[what] += 1
        times, swaps = self._tried[what], range(self.swaps)
        if times > ALL_UP_TO and times % THEN_ONE_IN:
            return []
        pair = tuple(self._random.choices(swaps, k=2))
        if times > ALL_UP_TO:
            return [pair[: 1 + times // THEN_ONE_IN % 2]]
        chosen = swaps if self.swaps <= SWAPS_MOST else self._random.sample(swaps, SWAPS_MOST)
        return [*((s,) for s in chosen), pair]

    def any_two(self) -> list[Permutation]:
        """A swap, and two swaps one after the other."""
        pair = tuple(self._random.choices(range(self.swaps), k=2))
        return [pair[:1], pair]

    def _permuted(self, permutation: Permutation, row: Sequence[int]) -> list[int]:
        """A row, and after it that of the next state if there is one, permuted."""
        width, found = self.interner.width, []
        for start in range(0, len(row), width):
            part = list(row[start : start + width])
            for swap in permutation:
                part = self.swap_row(swap, part)
            found += part
        return found

    def _names(self, permutation: Permutation) -> dict[Any, Any]:
        """A permutation as a renaming of members."""
        if permutation in self._renamings:
            return self._renamings[permutation]
        members = self.interner.symmetry.members
        names = {member: member for member in members.all}
        for swap in permutation:
            then = members.names(swap)
            names = {old: then.get(new, new) for old, new in names.items()}
        self._renamings[permutation] = names
        return names

    def _cell(self, permutation: Permutation, cell: int) -> int:
        """The cell to which a permutation moves what is in a cell."""
        component = self.interner.component_of[cell]
        offset = cell - self.interner.components[component][0]
        for swap in permutation:
            component = int(self.interner.symmetry.mover[swap, component])
        return self.interner.components[component][0] + offset

    def try_initial(self, rows: list[list[int]]) -> None:
        """A permutation of an initial state must be one too."""
        known = set(map(tuple, rows))
        for row in rows[:: 1 + len(rows) // INITIAL_MOST]:
            for swap in range(self.swaps):
                if tuple(self.swap_row(swap, row)) not in known:
                    self._refuse((swap,), row, "the set of initial states", "")

    def try_claim(
        self,
        function: Callable[[World], bool],
        row: Sequence[int],
        value: bool,
        claim: Any,
        permutations: Sequence[Permutation],
    ) -> None:
        """Evaluate a claim in permuted states: it must say the same."""
        for permutation in permutations:
            if self.tracer.value(function, self._permuted(permutation, row))[0] != value:
                self._refuse(permutation, row, f"`{claim.__name__}`", source.place(claim))

    def try_action(
        self,
        instance: ActionInstance,
        message: Message | None,
        row: Sequence[int],
        run: Observed,
        permutations: Sequence[Permutation],
    ) -> None:
        """Take an action in permuted states: it must do what it does here, permuted."""
        for permutation in permutations:
            names, there = self._names(permutation), self._permuted(permutation, row)
            channel = instance.channel
            other = replace(
                instance,
                process=rename(instance.process, names),
                arguments=rename(instance.arguments, names),
                channel=None if channel is None else self._cell(permutation, channel),
            )
            self.tracer.put(there)
            found = self.tracer.run(other, rename(message, names))
            here = Counter(self._effect(o, permutation, row) for o in run.outcomes)
            if here != Counter(self._effect(o, (), there) for o in found.outcomes):
                action = instance.action
                self._refuse(permutation, row, f"`{action.name}`", source.place(action.function))

    def _effect(self, outcome: Outcome, permutation: Permutation, row: Sequence[int]) -> Any:
        """What an outcome changes and sends, permuted."""
        before, names = self.interner.cells(row), self._names(permutation)
        changed = frozenset(
            (self._cell(permutation, cell), rename(value, names))
            for cell, value in self.interner.written(outcome.changes)
            if value != before[cell]
        )
        sent = Counter((rename(message, names), kind) for message, kind in outcome.ops)
        return changed, frozenset(sent.items())

    def _refuse(
        self, permutation: Permutation, row: Sequence[int], said: str, place: str
    ) -> NoReturn:
        state = self.interner.decode(row[: self.interner.width])
        refuse_telling_apart(self._names(permutation), state, said, place)
