"""From the engine's numbers back to traces, by taking the steps again in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.data.trace import State, Trace
from raftnb.explore.memo.memo import Memo
from raftnb.explore.retraced import NoSuchStep, one_more, taken
from raftnb.explore.tables.layout import NO_PARENT
from raftnb.explore.tables.states import Store


class Replay:
    """Makes the trace to a state; each step is one that the plain Python meaning has."""

    def __init__(self, memo: Memo, store: Store) -> None:
        self.memo, self.store = memo, store

    def path(self, gid: int) -> list[int]:
        """The numbers of the states on the way to one."""
        numbers = [gid]
        while (parent := int(self.store.parents[numbers[-1]])) != NO_PARENT:
            numbers.append(parent)
        return numbers[::-1]

    def depth(self, gid: int) -> int:
        """How many states the shortest way to one has."""
        return len(self.path(gid))

    def to(self, gid: int) -> Trace:
        """A shortest trace to a state."""
        return self.along([self.store.rows[number].tolist() for number in self.path(gid)])

    def along(self, rows: list[list[int]]) -> Trace:
        """The trace that goes through states with these rows."""
        state = next(s for s in self.memo.model.initial_states if self.row(s) == rows[0])
        states, steps = [state], []
        for row in rows[1:]:
            with self._symmetric_steps():
                step, state = taken(self.memo.model, states[-1], partial(self._has, row))
            states.append(state)
            steps.append(step)
        return Trace(tuple(states), tuple(steps))

    def _has(self, row: list[int], state: State) -> bool:
        return self.row(state) == row

    def beyond(self, gid: int, claim: Any) -> Trace:
        """A trace to a state, and one step on to where a claim is false."""
        return self.one_more(self.to(gid), claim)

    def one_more(self, trace: Trace, claim: Any) -> Trace:
        """The trace with one step on that breaks a claim about steps, or to where one is false."""
        with self._symmetric_steps():
            return one_more(self.memo.model, trace, claim)

    @contextmanager
    def _symmetric_steps(self) -> Iterator[None]:
        try:
            yield
        except NoSuchStep:
            if not self.memo.trials.swaps:
                raise
            raise SpecError(
                "a step that no state has which symmetry puts in place of another: an action tells "
                "members apart",
                allowed="with symmetry: what means the same when two members change places",
                cure="explore without `symmetry`",
            ) from None

    def row(self, state: State) -> list[int]:
        """The row that stands for a state (the least one, under symmetry)."""
        return self.memo.canonical(self.memo.encode(state))
