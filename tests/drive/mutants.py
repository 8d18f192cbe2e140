"""Mistakes of the toy, each of them one that a Raft in the world has had."""

from __future__ import annotations

from typing import Any

from tests.drive.toy import Message, Node, Toy


class VotesTwice(Node):
    def free_to_vote(self, candidate: str) -> bool:
        return True


class ForgetsItsVote(Node):
    def crash(self) -> None:
        self.vote = None
        self.reset()


class ForgetsItsLog(Node):
    def crash(self) -> None:
        self.log = []
        self.reset()


class KeepsItsCommit(Node):
    def crash(self) -> None:
        commit = self.commit
        self.reset()
        self.commit = commit


class HalfIsEnough(Node):
    def majority(self, count: int) -> bool:
        return count >= len(self.names) // 2


class ByLengthOnly(Node):
    def up_to_date(self, last: tuple[int, int]) -> bool:
        return last[1] >= len(self.log)


class StaysLeader(Node):
    def meet_term(self, term: int) -> None:
        if term > self.term:
            self.term, self.vote = term, None


class CountsOldVotes(Node):
    def count_vote(self, m: Message) -> bool:
        return m["granted"] and self.role == "candidate"


class CommitsOldTerms(Node):
    def may_commit(self, index: int) -> bool:
        return True


class TakesOldAppends(Node):
    def accepts(self, m: Message) -> bool:
        return m["prev"] <= len(self.log) and self.term_of(m["prev"]) == m["prevTerm"]


class SkipsTheTermOfPrev(Node):
    def accepts(self, m: Message) -> bool:
        return m["term"] == self.term and m["prev"] <= len(self.log)


class AlwaysTruncates(Node):
    def take_over(self, prev: int, entries: list[Any]) -> None:
        self.log[prev:] = entries


class KeepsConflicts(Node):
    def take_over(self, prev: int, entries: list[Any]) -> None:
        self.log += entries[len(self.log) - prev :]


class CommitsWhatItHas(Node):
    def new_commit(self, m: Message) -> int:
        return max(self.commit, min(m["commit"], len(self.log)))


class CommitsBackwards(Node):
    def new_commit(self, m: Message) -> int:
        return min(m["commit"], m["prev"] + len(m["entries"]))


class AcknowledgesAll(Node):
    def on_append(self, m: Message) -> list[Message]:
        answers = super().on_append(m)
        return [a | {"match": len(self.log)} if a["ok"] else a for a in answers]


class SaysNothing(Node):
    def on_ask(self, m: Message) -> list[Message]:
        super().on_ask(m)
        return []


class SaysItTwice(Node):
    def on_ask(self, m: Message) -> list[Message]:
        return super().on_ask(m) * 2


MUTANTS = [
    VotesTwice, ForgetsItsVote, ForgetsItsLog, KeepsItsCommit, HalfIsEnough, ByLengthOnly,
    StaysLeader, CountsOldVotes, CommitsOldTerms, TakesOldAppends, SkipsTheTermOfPrev,
    AlwaysTruncates, KeepsConflicts, CommitsWhatItHas, CommitsBackwards, AcknowledgesAll,
    SaysNothing, SaysItTwice,
]  # fmt: skip


def toy_of(node: type[Node]) -> Toy:
    """The adapter for a mutant."""
    toy = Toy()
    toy.node = node
    return toy
