"""Shards that are all in this process, in place of the workers of a cluster."""

from __future__ import annotations

import pickle
from typing import Any

from raftnb import Verdict
from raftnb.explore.compiled.search import TooNarrow
from raftnb.explore.result import Exploration, ExplorationOptions
from raftnb.explore.sharded.search import Sharded
from raftnb.explore.sharded.shard import NARROW, WIDE, Shard
from raftnb.parallel import Ended, packed, unpacked


class Here:
    """Workers that are all in this process; of `deaths`, calls at which one of them ends."""

    def __init__(self, model: Any, options: Any, many: int, deaths: Any = ()) -> None:
        self.many, self.deaths = many, set(deaths)
        self.served = [packed(Shard(model, options, n, many)) for n in range(many)]
        self.members: list[Any] = [unpacked(one) for one in self.served]
        self.calls = 0

    def ask(self, number: int, method: str, *given: Any) -> Any:
        self.calls += 1
        if self.calls in self.deaths and self.members[number] is not None:
            self.members[number].close()
            self.members[number] = None
        if self.members[number] is None:
            raise Ended([number], f"worker {number} was lost")
        return pickle.loads(pickle.dumps(getattr(self.members[number], method)(*given)))

    hand = ask

    def each(self, method: str, given: Any, parts: int = 0) -> list[Any]:
        replies, lost = [], []
        for number, one in enumerate(given):
            try:
                replies.append(self.ask(number, method, *one))
            except Ended:
                lost.append(number)
        if lost:
            raise Ended(lost, f"worker {lost[0]} was lost")
        return replies

    def renew(self, number: int) -> None:
        self.members[number] = unpacked(self.served[number])

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        for member in self.members:
            if member is not None:
                member.close()


def dealt_out(
    model: Any, many: int, deaths: Any = (), engine: str = NARROW, **options: Any
) -> Exploration:
    """What so many shards find, each with this engine; with wide rows where they must be."""
    given = ExplorationOptions(**{"progress": False, **options})
    with Here(model, given, many, deaths) as crew:
        try:
            return Sharded(model, given, crew, engine).run()  # type: ignore[arg-type]
        except TooNarrow:
            return Sharded(model, given, crew, WIDE).run()  # type: ignore[arg-type]


def told(found: Exploration, counts: bool = True) -> Any:
    """What must be the same, whoever finds it; of a violation, other states may be met before."""
    lengths = {name: trace and len(trace) for name, trace in found.witnesses.items()}
    same = (found.verdict, found.property, found.reason, found.trace and len(found.trace))
    rest = (found.distinct, found.generated, found.depth, found.cut, found.coverage, found.bound)
    others = (found.complete, found.never_taken, found.not_checked, found.partial, lengths)
    return (*same, *rest, *others) if counts and found.verdict is not Verdict.VIOLATED else same
