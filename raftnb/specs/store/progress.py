"""Progress of the sequential store, proved for any number of clients: whoever asks is answered.

That everybody gets a turn is not proved: with a mutex that is only weakly fair it is not so, and
where `take_mutex` is strongly fair (`fair-store`) no number of steps bounds the wait.
"""

from __future__ import annotations

from dataclasses import replace

from raftnb.language import Nat
from raftnb.language.leads import Helps, Leads
from raftnb.language.proof import Lemma
from raftnb.specs.store.proof import SEQUENTIAL_STORE_PROOF, TURNS, is_asked, is_served
from raftnb.specs.store.sequential import (
    SEQUENTIAL_STORE,
    Client,
    Shared,
    Store,
    one_client_at_a_time,
)


def is_answered(c: Client) -> bool:
    """A response to the client is on its queue."""
    return len(Shared.responses[c]) > 0


def who_waits_is_not_forgotten(s: Store, c: Client) -> bool:
    """Whoever waits for a response has a request or a response under way."""
    return c.pc != "receive" or is_asked(c) or is_served(s, c) or is_answered(c)


def has_asked(s: Store, c: Client) -> bool:
    """The client has sent its request, and waits for the response."""
    return c.pc == "receive"


def has_the_response(c: Client) -> bool:
    """The client has taken the response off its queue."""
    return c.pc == "release"


def steps_to_the_response(s: Store, c: Client) -> Nat:
    """How many steps of the store are still to come, until the response is on the queue."""
    if is_answered(c):
        return 0
    if s.pc == "respond":
        return 1
    if s.pc == "serve":
        return 2
    return 3 if s.pc == "take_request" else 4


def may_receive(c: Client, me: Client) -> bool:
    """It is the client itself that goes on."""
    return me == c and is_answered(c)


def rests(s: Store, c: Client) -> bool:
    """The store has yet to go back to waiting."""
    return not is_answered(c) and s.pc == "rest"


def takes(s: Store, c: Client) -> bool:
    """The store waits, and there is a request."""
    return not is_answered(c) and s.pc == "take_request"


def serves(s: Store, c: Client) -> bool:
    """The store has the request in hand."""
    return not is_answered(c) and s.pc == "serve"


def responds(s: Store, c: Client) -> bool:
    """The store has the response in hand."""
    return not is_answered(c) and s.pc == "respond"


WHO_ASKS_IS_ANSWERED = Leads(
    has_asked,
    has_the_response,
    rank=(steps_to_the_response,),
    helpful=(
        Helps(Store.rest, rests),
        Helps(Store.take_request, takes),
        Helps(Store.serve, serves),
        Helps(Store.respond, responds),
        Helps(Client.receive, may_receive),
    ),
)
ALL = (*TURNS, who_waits_is_not_forgotten)
SEQUENTIAL_STORE_PROGRESS = replace(
    SEQUENTIAL_STORE_PROOF,
    spec=SEQUENTIAL_STORE.variant("sequential-store-progress", invariants=(one_client_at_a_time,)),
    invariant=tuple(Lemma(claim, ALL) for claim in ALL),
    defined=ALL,
    leads=(WHO_ASKS_IS_ANSWERED,),
)
