"""Sets and sorted lists in local names are made in C, and lead to the same states."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.explore.compiled import program_of
from raftnb.explore.compiled.operators import OPERATORS
from raftnb.explore.result import ExplorationOptions
from raftnb.language import Nat, Process, Seq, Set, Spec, when


class Server(Process, number="servers"):
    """A log that is counted through, as an engineer writes it."""

    term: Nat = 0
    log: Seq[Nat] = ()
    votes: Set[Server] = frozenset()
    commit: Nat = 0
    last: Nat = 0

    def others(self) -> Set[Server]:
        return {s for s in Server if s != self}

    def is_quorum(self, votes: Set[Server]) -> bool:
        return 2 * len(votes) > len(Server)

    def stand(self, most: int) -> None:
        when(self.term < most)
        self.term += 1
        self.votes = frozenset({self})

    def vote(self, other: Server) -> None:
        when(other in self.others() and other.term < self.term)
        other.term = self.term
        other.votes = frozenset()
        self.votes |= {other}

    def append(self, most: int) -> None:
        voters = {s for s in self.votes if s.term == self.term}
        when(self.is_quorum(voters) and len(self.log) < most)
        self.log += (self.term,)

    def replicate(self, other: Server) -> None:
        when(other in self.others() and self.is_quorum(self.votes))
        when(len(other.log) < len(self.log))
        other.log += (self.log[len(other.log)],)

    def advance(self) -> None:
        match = sorted((len(s.log) for s in Server), reverse=True)
        known = {0}
        for s in Server:
            if s.votes:
                known |= {s.commit, len(s.log)}
        self.commit = match[len(match) // 2]
        self.last = sorted(known)[-1]


def committed_is_stored(s: Server) -> bool:
    stored = {t for t in Server if len(t.log) >= s.commit}
    return s.is_quorum(stored)


def nothing_is_committed(s: Server) -> bool:
    lengths = sorted(len(t.log) for t in Server)
    return s.commit < lengths[-1] or not lengths[-1]


OPTIONS = ExplorationOptions()


def servers(claim: Any) -> Spec:
    return Spec(
        "servers", processes=(Server,), constants={"servers": 3, "most": 1}, invariants=(claim,)
    )


def found(claim: Any, engine: str) -> Any:
    return check(servers(claim)(), engine=engine, deadlock=False, progress=False)  # type: ignore[arg-type]


def test_all_of_it_is_said_in_c_and_leads_to_the_same_states() -> None:
    assert not program_of(servers(committed_is_stored)(), OPTIONS).in_python
    compiled, plain = (found(committed_is_stored, e) for e in ("compiled", "reference"))
    assert compiled.verdict is plain.verdict is Verdict.HOLDS
    counts = (compiled.distinct, compiled.generated, compiled.depth)
    assert counts == (plain.distinct, plain.generated, plain.depth)
    assert compiled.coverage == plain.coverage
    print(counts)


def test_what_is_not_so_is_found() -> None:
    compiled, plain = (found(nothing_is_committed, e) for e in ("compiled", "reference"))
    assert compiled.verdict is plain.verdict is Verdict.VIOLATED
    assert len(compiled.trace) == len(plain.trace)


def known() -> Set[int]:
    return {s.term for s in Server} if any(s.term > 0 for s in Server) else frozenset()


def test_a_view_that_is_a_set_that_can_change_is_left_to_python_which_raises() -> None:
    model = servers(committed_is_stored)()
    with pytest.raises(UsageError, match="returns set"):
        check(model, engine="compiled", view=known, progress=False)
    with pytest.raises(SpecError, match=r"\(set\) as what `known` says"):
        check(model, view=known, progress=False, deadlock=False)


def test_a_union_that_is_wrong_in_c_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATORS, "union", lambda a, b: f"joined({a}, {a})")
    with pytest.raises(UsageError, match="in Python"):
        found(committed_is_stored, "compiled")
