"""What a run does as numbers: steps have labels, and what becomes of messages is a delta."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from raftnb.data.values import Message
from raftnb.explore.memo.affected import BAG_BIT, mask
from raftnb.explore.memo.interning import Interner
from raftnb.explore.memo.runs import Effect, Member
from raftnb.explore.memo.tracer import Outcome, Tracer
from raftnb.explore.tables.growing_arrays import Growing
from raftnb.language.instances import ActionInstance


class Effects:
    """The labels given so far, and to which action each belongs."""

    def __init__(
        self, interner: Interner, tracer: Tracer, actions: Mapping[tuple[str, str], int]
    ) -> None:
        """`actions` has the number of each action of each process."""
        self.interner, self.tracer, self.actions = interner, tracer, actions
        self.label_ids: dict[Any, int] = {}
        self.labels: list[tuple[ActionInstance, Message | None, tuple[Any, ...]]] = []
        self.action = Growing(np.int64, 1)
        self.written: list[int] = []  # for each label the cells that its steps were seen to write

    def of(self, member: Member, outcome: Outcome) -> Effect:
        """The effect of an outcome of the run that the tracer has made last, or would make now.

        One that only writes is what others of the member are that write the same cells.
        """
        if outcome.ops or outcome.picks or member.instance.channel is not None:
            return self._new(member, outcome)
        written = outcome.changes[0]
        if written not in member.effects:
            member.effects[written] = self._new(member, outcome)
        return member.effects[written]

    def _new(self, member: Member, outcome: Outcome) -> Effect:
        ops = tuple([(self.interner.message_id(m), kind) for m, kind in outcome.ops])
        label = self._label(member, outcome)
        self.written[label] |= mask(outcome.changes[0].cells) | (BAG_BIT if ops else 0)
        return label, self.interner.bags.delta_of(ops)

    def _label(self, member: Member, outcome: Outcome) -> int:
        instance, message = member.instance, member.message
        if instance.channel is not None:
            message = self.tracer.head(instance)
        key = (id(instance), message, outcome.picks, outcome.choices)
        label = self.label_ids.setdefault(key, len(self.labels))
        if label == len(self.labels):
            self.written.append(0)
            self.labels.append((instance, message, outcome.choices))
            name = (instance.process.name, instance.action.name)
            self.action.append((self.actions[name],))
        return label
