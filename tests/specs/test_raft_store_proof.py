"""That Raft with clients is a store, proved; and where the proof fails for stores that are none."""

from __future__ import annotations

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import send, when
from raftnb.prove import explain, prove, witness
from raftnb.specs import PROOFS
from raftnb.specs.raft.clients import (
    RAFT_STORE,
    Calls,
    ClientRequest,
    ClientResponse,
    StoreServer,
    Value,
)
from raftnb.specs.raft.read_index import RAFT_READ_INDEX, HeartbeatResponse, ReadIndexServer
from raftnb.specs.raft.read_index_proof import RAFT_READ_INDEX_PROOF
from raftnb.specs.raft.store_proof import RAFT_STORE_PROOF
from raftnb.specs.raft.store_read_index_proof import RAFT_STORE_READ_INDEX_PROOF


class Repeating(StoreServer):
    def is_new(self, command: Value) -> bool:
        """Whatever is in the log is done."""
        return True


class Forgetful(StoreServer):
    def is_new(self, command: Value) -> bool:
        """A command is new unless it is the last that was done for its client."""
        return self.done[Calls.of[command].client] != command


class Early(StoreServer):
    def client_request(self, m: ClientRequest) -> None:
        """Whoever is asked answers at once, before the command is committed."""
        super().client_request(m)
        send(ClientResponse(command=m.command, value=m.command), to=m.source)


class AtTheDoor(StoreServer):
    def client_request(self, m: ClientRequest) -> None:
        """A leader looks whether it has done a command when it appends, not when it applies."""
        when(super().is_new(m.command))
        super().client_request(m)

    def is_new(self, command: Value) -> bool:
        """Whatever is in the log is done."""
        return True


class Keeping(StoreServer):
    def restart(self) -> None:
        """The dictionary survives, and the log is applied to it once more."""
        old = self.dictionary
        super().restart()
        self.dictionary = old


def failing(server: type[StoreServer], action: str, *only: str) -> set[tuple[str, str]]:
    proof = RAFT_STORE_PROOF.of(RAFT_STORE.variant(server.__name__, server))
    found = prove(proof, only=only, actions=(action,), timeout=5, trust=True)
    assert found.checked
    return set(found.failing)


def test_that_sessions_are_those_of_the_log_is_proved_for_any_number_of_servers():
    key = ("sessions_follow", "what_took_effect_has_been_done", "sessions_are_remembered")
    found = prove(RAFT_STORE_PROOF, only=key, timeout=60, trust=True)
    assert [c.claim for c in found.checked if not c.proved] == []
    assert {c.claim for c in found.checked} == set(key)


def test_that_the_steps_of_raft_are_steps_of_the_store_is_proved():
    steps = ("apply", "call", "receive", "restart")
    found = prove(
        RAFT_STORE_PROOF, only=("linearizable-store",), actions=steps, timeout=60, trust=True
    )
    assert [str(c) for c in found.checked if not c.proved] == []
    assert {c.action for c in found.checked} >= {"apply", "call", "receive"}


FEW = {"duplicates": 0, "max_messages": 2}


@pytest.mark.parametrize(
    ("name", "constants", "distinct"),
    [
        ("raft-store", {"servers": 1, "values": 2, "max_log": 2}, 639),
        ("raft-store", {"servers": 2, "max_log": 2, **FEW}, 54_588),
        ("raft-store-read-index", {"servers": 2, **FEW}, 11_821),
    ],
)
def test_every_conjunct_holds_in_every_explored_state(name, constants, distinct):
    proof = PROOFS[name]
    claims = dict.fromkeys(lemma.claim for lemma in (*proof.invariant, *proof.derived))
    spec = proof.spec.variant("conjuncts", invariants=tuple(claims), transitions=(), sometimes=())
    found = check(spec(history=True, **constants), progress=False)
    assert (found.verdict, found.distinct, found.not_checked) == (Verdict.HOLDS, distinct, ())


@pytest.mark.parametrize(
    ("name", "action"),
    [("raft-store", "apply"), ("raft-store", "receive"), ("raft-store-read-index", "answer_read")],
)
def test_nothing_is_proved_for_want_of_a_state(name, action):
    assert witness(PROOFS[name], action) is not None


ONCE = "what_is_new_is_effective"


@pytest.mark.parametrize("server", [Repeating, Forgetful, AtTheDoor])
def test_the_proof_fails_for_a_duplicate_at_the_lemma_that_says_why(server):
    assert failing(server, "apply", ONCE, "a_command_takes_effect_once") == {(ONCE, "apply")}
    if server is AtTheDoor:
        assert failing(server, "client_request", "requests_hold_commands") == set()


def test_the_proof_fails_for_a_machine_that_survives_its_index():
    assert failing(
        Keeping, "restart", "dictionaries_are_remembered", "sessions_are_remembered"
    ) == {("dictionaries_are_remembered", "restart")}


def test_an_answer_before_its_commit_is_shown_by_a_run_from_the_start():
    proof = RAFT_STORE_PROOF.of(RAFT_STORE.variant("early", Early))
    only = ("answers_took_effect",)
    found = prove(proof, only=only, actions=("client_request",), timeout=5, trust=True)
    found = explain(proof, found)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "answers_took_effect")
    assert [step.action for step in found.violation.trace.steps] == [
        "call",
        "ask",
        "client_request",
    ]


# Reads without the log.


class Hasty(ReadIndexServer):
    def still_leads(self) -> bool:
        """Whoever led still leads: there is no round."""
        return True


class Unapplied(ReadIndexServer):
    def has_applied(self) -> bool:
        """Whatever was applied is enough."""
        return self.readIndex is not None


class Uncommitted(ReadIndexServer):
    def may_read(self) -> bool:
        """A leader knows enough from the beginning."""
        return True


class AnyRound(ReadIndexServer):
    def confirms(self, m: HeartbeatResponse) -> bool:
        """An answer to any round will do."""
        return m.term == self.currentTerm


SEEN = "reads_see_all_that_was_chosen"
READS = (
    SEEN,
    "a_read_knows_all_or_is_not_confirmed",
    "who_is_beyond_stays_so",
    "who_is_beyond_does_not_answer",
)


@pytest.mark.parametrize(
    ("server", "actions", "lemma"),
    [
        (Hasty, (), (SEEN, "")),
        (Unapplied, (), (SEEN, "")),
        (Uncommitted, ("begin_read",), (READS[1], "begin_read")),
        (AnyRound, ("handle_heartbeat_response",), (READS[2], "handle_heartbeat_response")),
    ],
)
def test_the_proof_of_reads_fails_at_the_lemma_that_says_why(server, actions, lemma):
    proof = RAFT_READ_INDEX_PROOF.of(RAFT_READ_INDEX.variant(server.__name__, server))
    only = READS if actions else (SEEN,)
    options = {"only": only, "actions": actions, "timeout": 5, "workers": 1, "trust": True}
    assert set(prove(proof, **options).failing) == {lemma}
    assert not prove(RAFT_READ_INDEX_PROOF, **{**options, "timeout": 60}).failing


def test_that_reads_are_answered_from_the_log_is_proved_for_the_store():
    key = ("reads_are_answered_from_the_log", "what_waits_is_a_read")
    found = prove(RAFT_STORE_READ_INDEX_PROOF, only=key, timeout=60, trust=True)
    assert [c.claim for c in found.checked if not c.proved] == []
    assert {c.claim for c in found.checked} == set(key)
    assert RAFT_STORE_READ_INDEX_PROOF.not_covered() == ()
