"""Why the stores do not mix up their requests: an inductive invariant for both, and their proofs.

Where a client is in its round, and where the store is in its own, says what is under way.
"""

from __future__ import annotations

from raftnb.language import Nat
from raftnb.language.proof import Lemma, Proof
from raftnb.specs.store.concurrent import LINEARIZABLE_STORE, one_request_for_each_client
from raftnb.specs.store.sequential import (
    SEQUENTIAL_STORE,
    Client,
    Shared,
    Store,
    one_client_at_a_time,
)


def is_asked(c: Client) -> bool:
    """A request of the client waits in the queue."""
    return any(r.client == c for r in Shared.requests)


def is_served(s: Store, c: Client) -> bool:
    """The store has a request of the client in hand."""
    return (s.pc == "serve" and s.request is not None and s.request.client == c) or (
        s.pc == "respond" and s.response is not None and s.response.client == c
    )


def who_asks_waits(i: Nat) -> bool:
    """Who has a request in the queue waits for the response."""
    return i >= len(Shared.requests) or Shared.requests[i].client.pc == "receive"


def requests_are_of_different_clients(i: Nat, j: Nat) -> bool:
    """No client has two requests in the queue."""
    different = i < j and j < len(Shared.requests)
    return not different or Shared.requests[i].client != Shared.requests[j].client


def the_store_has_something_in_hand(s: Store) -> bool:
    """When the store is to serve it has a request, and when it is to respond a response."""
    return (s.pc != "serve" or s.request is not None) and (
        s.pc != "respond" or s.response is not None
    )


def who_is_served_waits(s: Store, c: Client) -> bool:
    """Whose request the store has in hand waits, and has no other under way."""
    alone = c.pc == "receive" and not is_asked(c) and len(Shared.responses[c]) == 0
    return not is_served(s, c) or alone


def who_is_answered_waits(c: Client) -> bool:
    """Who has a response waits for it, and has one response and no request."""
    alone = c.pc == "receive" and len(Shared.responses[c]) <= 1 and not is_asked(c)
    return len(Shared.responses[c]) == 0 or alone


def responses_reach_who_asked(c: Client) -> bool:
    """A client's response is to its own request."""
    return len(Shared.responses[c]) == 0 or Shared.responses[c][0].client == c


def answers_are_what_the_store_holds(s: Store, c: Client) -> bool:
    """While clients take turns, a response under way has the value that the store holds."""
    if len(Shared.responses[c]) == 0:
        return True
    answer = Shared.responses[c][0]
    return answer.value == s.dictionary[answer.key]


def the_answer_in_hand_is_what_the_store_holds(s: Store) -> bool:
    """The response that the store is about to send has the value that the store holds."""
    if s.pc != "respond" or s.response is None:
        return True
    answer = s.response
    return answer.value == s.dictionary[answer.key]


ROUNDS = (
    who_asks_waits,
    requests_are_of_different_clients,
    the_store_has_something_in_hand,
    who_is_served_waits,
    who_is_answered_waits,
    responses_reach_who_asked,
)
HOLDS = (answers_are_what_the_store_holds, the_answer_in_hand_is_what_the_store_holds)
TURNS = (one_client_at_a_time, *ROUNDS, *HOLDS)

SEQUENTIAL_STORE_PROOF = Proof(
    SEQUENTIAL_STORE,
    invariant=tuple(Lemma(claim, TURNS) for claim in TURNS),
    defined=TURNS,
)

LINEARIZABLE_STORE_PROOF = Proof(
    LINEARIZABLE_STORE,
    invariant=tuple(Lemma(claim, ROUNDS) for claim in ROUNDS),
    goals=(Lemma(one_request_for_each_client, ROUNDS),),
    defined=ROUNDS,
)

__all__ = ["LINEARIZABLE_STORE_PROOF", "SEQUENTIAL_STORE_PROOF"]
