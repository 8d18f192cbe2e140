"""What a run does as numbers: steps have labels, and what becomes of messages is a delta."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from raftnb.data.values import Message
from raftnb.explore.memo.affected import BAG_BIT
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
        """The effect of an outcome of the run that the tracer has made last, or would make now."""
        ops = tuple([(self.interner.message_id(m), kind) for m, kind in outcome.ops])
        label = self._label(member, outcome)
        self.written[label] |= self._bits(outcome)
        return label, self.interner.bags.delta_of(ops)

    def _bits(self, outcome: Outcome) -> int:
        """What an outcome writes, as the bits that `affected.mask` gives to cells."""
        bits, components = BAG_BIT if outcome.ops else 0, self.interner.components
        for component, cells in outcome.changes:
            first = components[component][0] + 1
            for offset, _ in cells:
                bits |= 1 << first + offset
        return bits

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
