"""Workers that keep something, and hand on what they find to each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from raftnb.parallel.cluster import Cluster
from raftnb.parallel.travel import packed
from raftnb.parallel.work import Lost


class Ended(Exception):
    """Workers with these numbers ended; without any, what one of them found is not to be had."""

    def __init__(self, numbers: Sequence[int], why: str) -> None:
        super().__init__(why)
        self.numbers = tuple(numbers)


class Crew:
    """Workers on a cluster, each of which serves one thing; a context manager.

    What they give and take stays where it is found, unless it is asked for: a handle stands for it.
    """

    def __init__(self, cluster: Cluster, served: Sequence[Any]) -> None:
        self.cluster, self.served = cluster, [packed(one) for one in served]
        self.many = len(self.served)
        self.members: list[Any] = []
        self._placed = False  # whether all were seen to have a processor

    def __enter__(self) -> Crew:
        self.members = [self.cluster.member(one) for one in self.served]
        return self

    def __exit__(self, *_: object) -> None:
        for member in self.members:
            self.cluster.end(member)

    def each(self, method: str, given: Sequence[tuple[Any, ...]], parts: int = 0) -> list[Any]:
        """What each worker replies, in their order, once all of them have.

        With `parts`, a list of the reply and of so many handles, of what follows it. Raises what a
        worker raises, and `Ended` where one has ended.
        """
        if not self._placed:
            self.cluster.await_places(self.members, self.many)
            self._placed = True
        pairs = zip(self.members, given, strict=True)
        handles = [self.cluster.ask(member, method, *one, parts=parts) for member, one in pairs]
        replies = [self.cluster.reply(first) for first, *_ in handles]
        lost = {n: one for n, one in enumerate(replies) if isinstance(one, Lost)}
        if lost:
            raise ended(lost)
        if not parts:
            return replies
        return [[reply, *rest] for reply, (_, *rest) in zip(replies, handles, strict=True)]

    def ask(self, number: int, method: str, *given: Any) -> Any:
        """What one worker replies."""
        (handle,) = self.cluster.ask(self.members[number], method, *given)
        reply = self.cluster.reply(handle)
        if isinstance(reply, Lost):
            raise ended({number: reply})
        return reply

    def hand(self, number: int, method: str, *given: Any) -> Any:
        """A handle of what one worker replies."""
        return self.cluster.ask(self.members[number], method, *given)[0]

    def renew(self, number: int) -> None:
        """Put a new worker in the place of one that ended."""
        self.cluster.end(self.members[number])
        self.members[number] = self.cluster.member(self.served[number], instead=True)


def ended(lost: dict[int, Lost]) -> Ended:
    """The error for workers that were lost; what is not theirs may have gone with another."""
    own = [number for number, one in lost.items() if one.ended]
    which = f"worker {own[0]}" if own else "what a worker found"
    return Ended(own, f"{which} was lost: {next(iter(lost.values())).why}")
