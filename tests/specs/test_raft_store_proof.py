"""That Raft with clients is a store, proved; and where the proof fails for stores that are none."""

from __future__ import annotations

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import send, when
from raftnb.prove import explain, prove
from raftnb.specs.raft.clients import (
    RAFT_STORE,
    Calls,
    ClientRequest,
    ClientResponse,
    StoreServer,
    Value,
)
from raftnb.specs.raft.store_proof import RAFT_STORE_PROOF


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


def test_every_conjunct_holds_in_every_explored_state():
    claims = dict.fromkeys(
        x.claim for x in (*RAFT_STORE_PROOF.invariant, *RAFT_STORE_PROOF.derived)
    )
    spec = RAFT_STORE.variant("conjuncts", invariants=tuple(claims), transitions=(), sometimes=())
    found = check(spec(history=True, servers=1, values=2, max_log=3), progress=False)
    assert found.verdict is Verdict.HOLDS
    assert found.not_checked == ()


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
