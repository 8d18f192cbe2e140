"""What a walk likes to do: each walk has a temper of its own, so that together they go everywhere.

Walks that choose evenly among all inputs are all alike: they time out again and again, and nothing
is ever replicated. A walk that seldom does one thing comes far with the others (swarm testing:
Groce, Zhang, Eide, Chen and Regehr 2012).
"""

from __future__ import annotations

import random

from raftnb.drive.play import Play
from raftnb.drive.scene import RECEIVE, Input
from raftnb.drive.specification import Specification

LIKINGS = (0.02, 0.2, 1.0, 5.0)
FRESH, AGAIN, SLOW = (2.0, 10.0, 40.0), (0.02, 0.3), (0.05, 1.0, 1.0)


class Temper:
    """How much a walk likes each action, fresh messages and old ones, and each process."""

    def __init__(self, specification: Specification, chance: random.Random) -> None:
        actions = dict.fromkeys(one.action for one in specification.plain_inputs)
        self.actions = {name: chance.choice(LIKINGS) for name in actions}
        self.processes = {name: chance.choice(SLOW) for name in specification.processes}
        self.fresh, self.again = chance.choice(FRESH), chance.choice(AGAIN)

    def shuffled(self, play: Play, chance: random.Random) -> list[Input]:
        """The inputs in an order in which those that it likes come early."""
        found = [(chance.random() ** (1 / self._weight(play, one)), one) for one in play.inputs()]
        return [one for _, one in sorted(found, key=lambda row: row[0], reverse=True)]

    def _weight(self, play: Play, given: Input) -> float:
        """An input comes first with a chance in proportion to its weight."""
        liking = self.processes[given.process]
        if given.action != RECEIVE:
            return liking * self.actions[given.action]
        before = play.received[play.number_of(given) or 0]
        return liking * (self.fresh if before == 0 else self.again / before)


__all__ = ["Temper"]
