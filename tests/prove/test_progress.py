"""What leads to what, for any number of processes: a rank that falls, and whose steps lower it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from raftnb.data.errors import UsageError
from raftnb.data.verdict import Verdict
from raftnb.language import Globals, Nat, Process, Spec, cycle, history, when
from raftnb.language.temporal import leads_to, weak
from raftnb.liveness import check_liveness
from raftnb.prove import Helps, Leads, Lemma, Proof, prove
from raftnb.specs.store.progress import (
    SEQUENTIAL_STORE_PROGRESS,
    has_asked,
    has_the_response,
    rests,
)
from raftnb.specs.store.sequential import SEQUENTIAL_STORE, Client, Shared, Store


class Lock(Globals):
    next: Nat = 0
    serving: Nat = 0
    taken: Nat = history(0)


class Thread(Process, number="threads"):
    """It takes a ticket, waits until that is served, and serves the next one."""

    ticket: Nat = 0

    def take(self) -> None:
        self.ticket = Lock.next
        Lock.next += 1
        Lock.taken += 1

    def enter(self) -> None:
        when(self.ticket == Lock.serving)

    def leave(self) -> None:
        Lock.serving += 1

    order = cycle(take, enter, leave)


class Hesitant(Thread):
    """It enters only while nobody else is about to take a ticket."""

    def enter(self) -> None:
        when(all(t == self or t.pc != "take" for t in Thread))
        super().enter()


class Jumps(Thread):
    """It may put itself at the end again."""

    def give_up(self) -> None:
        when(self.pc == "enter" and self.ticket + 1 == Lock.next and self.ticket > Lock.serving)
        self.ticket = Lock.next
        Lock.next += 1


def has_ticket(t: Thread) -> bool:
    return t.pc != "take"


def more_are_given_out_than_served() -> bool:
    return Lock.serving <= Lock.next


def tickets_are_given_out(t: Thread) -> bool:
    return not has_ticket(t) or (Lock.serving <= t.ticket and t.ticket < Lock.next)


def tickets_differ(a: Thread, b: Thread) -> bool:
    return a == b or not has_ticket(a) or not has_ticket(b) or a.ticket != b.ticket


def who_is_inside_is_served(t: Thread) -> bool:
    return t.pc != "leave" or t.ticket == Lock.serving


def each_ticket_is_somebodys(i: Nat) -> bool:
    given = Lock.serving <= i and i < Lock.next
    return not given or any(has_ticket(t) and t.ticket == i for t in Thread)


TICKETS = Spec(
    "tickets",
    (Thread,),
    (Lock,),
    constants={"threads": 2},
    invariants=(
        more_are_given_out_than_served,
        tickets_are_given_out,
        tickets_differ,
        who_is_inside_is_served,
        each_ticket_is_somebodys,
    ),
    fairness=(weak(Thread.enter), weak(Thread.leave)),
)


def waits(t: Thread) -> bool:
    return t.pc == "enter"


def is_inside(t: Thread) -> bool:
    return t.pc == "leave"


def before_it(t: Thread) -> Nat:
    return t.ticket - Lock.serving


def yet_to_enter() -> Nat:
    return 1 if any(s.pc == "enter" and s.ticket == Lock.serving for s in Thread) else 0


def may_enter(s: Thread) -> bool:
    return s.pc == "enter" and s.ticket == Lock.serving


def may_leave(s: Thread) -> bool:
    return s.pc == "leave"


def may_enter_itself(t: Thread, s: Thread) -> bool:
    return s == t and may_enter(s)


def waits_at_all(s: Thread) -> bool:
    return s.pc == "enter"


def below_zero(t: Thread) -> int:
    return t.ticket - Lock.serving - 5


ENTER, LEAVE = Helps(Thread.enter, may_enter), Helps(Thread.leave, may_leave)
WHO_WAITS_ENTERS = Leads(waits, is_inside, rank=(before_it, yet_to_enter), helpful=(ENTER, LEAVE))
PROOF = Proof(TICKETS, tuple(map(Lemma, TICKETS.invariants)), leads=(WHO_WAITS_ENTERS,))


def test_who_waits_for_its_ticket_enters_for_any_number_of_threads() -> None:
    found = prove(PROOF, workers=1)
    assert (found.verdict, found.unknown) == (Verdict.HOLDS, ())
    assert sum(c.claim.startswith("waits leads to is_inside") for c in found.checked) > 20
    assert found.compared is not None


def failing(proof: Proof) -> set[str]:
    """What is not proved of what leads to what."""
    found = prove(proof, workers=1, timeout=2, trust=True)
    assert found.verdict is Verdict.UNKNOWN
    return {c.claim.partition(": ")[2] for c in found.unknown}


WRONG: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a rank that a step leaves as it is": (
        {"rank": (before_it,)},
        {"Thread.enter goes on to help", "Thread.enter lowers the rank"},
    ),
    "ranks in the wrong order": (
        {"rank": (yet_to_enter, before_it)},
        {"no step raises the rank", "Thread.leave lowers the rank"},
    ),
    "nobody helps at times": ({"helpful": (ENTER,)}, {"somebody helps"}),
    "who helps cannot step": (
        {"helpful": (Helps(Thread.enter, waits_at_all), LEAVE)},
        {"Thread.enter can be taken"},
    ),
    "only one helps": (
        {"helpful": (Helps(Thread.enter, may_enter_itself), LEAVE)},
        {"somebody helps"},
    ),
    "a rank below zero": ({"rank": (below_zero, yet_to_enter)}, {"a rank is natural"}),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_not_proved(what: str) -> None:
    changed, expected = WRONG[what]
    assert failing(replace(PROOF, leads=(replace(WHO_WAITS_ENTERS, **changed),))) == expected


def test_an_invariant_is_needed_by_which_somebody_has_the_ticket() -> None:
    proof = PROOF.without(each_ticket_is_somebodys)
    found = prove(proof, workers=1, timeout=2, trust=True, only=WHO_WAITS_ENTERS.name)
    assert {c.claim for c in found.unknown} == {"waits leads to is_inside: somebody helps"}


@pytest.mark.parametrize(
    ("cls", "expected"),
    [(Hesitant, "Thread.enter can be taken"), (Jumps, "no step raises the rank")],
    ids=["hesitant", "jumps"],
)
def test_a_lock_that_starves_somebody_is_not_proved(cls: type[Thread], expected: str) -> None:
    proof = PROOF.of(TICKETS.variant("other", cls))
    assert expected in failing(proof)


def test_the_checker_of_finite_models_says_the_same_of_the_store() -> None:
    claimed = leads_to(has_asked, has_the_response)
    assert check_liveness(SEQUENTIAL_STORE(), claimed).verdict is Verdict.HOLDS
    unfair = SEQUENTIAL_STORE.variant("unfair", fairness=(weak(Client),))
    assert check_liveness(unfair(), claimed).verdict is Verdict.VIOLATED
    with pytest.raises(UsageError, match="of which `unfair` does not say that it is fair"):
        prove(SEQUENTIAL_STORE_PROGRESS.of(unfair), workers=1)


def test_whoever_asks_the_store_is_answered_for_any_number_of_clients() -> None:
    found = prove(SEQUENTIAL_STORE_PROGRESS, workers=1)
    assert (found.verdict, found.unknown) == (Verdict.HOLDS, ())


class Forgetful(Store):
    """A store that may throw a request away."""

    def take_request(self) -> None:
        super().take_request()
        self.pc = "take_request"


def test_a_store_that_forgets_a_request_is_not_proved() -> None:
    proof = SEQUENTIAL_STORE_PROGRESS.of(
        SEQUENTIAL_STORE_PROGRESS.spec.variant("forgetful", Forgetful)
    )
    found = prove(proof, workers=1, timeout=2, trust=True, actions=Store.take_request)
    assert ("who_waits_is_not_forgotten", "take_request") in found.failing


# What is refused.


def reads_what_was(t: Thread) -> Nat:
    return Lock.taken


def is_about_another(x: Thread) -> Nat:
    return x.ticket


def is_true_or_false(t: Thread) -> bool:
    return True


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "history": ({"rank": (reads_what_was,)}, "reads a history variable"),
    "another parameter": ({"rank": (is_about_another,)}, "the parameter `x`"),
    "no number": ({"rank": (is_true_or_false,)}, "what `is_true_or_false` returns"),
    "nobody in particular": (
        {"helpful": (Helps(Thread.enter, more_are_given_out_than_served),)},
        "the parameters of `more_are_given_out_than_served`",
    ),
    "not fair": ({"helpful": (Helps(Thread.take, may_enter),)}, "`Thread.take`, of which"),
    "not its action": ({"helpful": (Helps(Store.rest, may_enter),)}, "`Store.rest`, which is no"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_means_nothing_is_refused(what: str) -> None:
    changed, found = REFUSED[what]
    proof = replace(PROOF, leads=(replace(WHO_WAITS_ENTERS, **changed),))
    with pytest.raises(UsageError) as error:
        prove(proof, workers=1)
    assert found in error.value.found


@pytest.mark.parametrize(
    "given",
    [
        {"rank": before_it},
        {"rank": ()},
        {"helpful": ENTER},
        {"helpful": (Thread.enter,)},
        {"helpful": (Helps("enter", may_enter),)},
    ],
    ids=["a rank", "no rank", "helps alone", "an action", "a name"],
)
def test_what_is_of_another_kind_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        replace(WHO_WAITS_ENTERS, **given)


def test_a_proof_takes_a_tuple_of_what_leads_and_uses_what_it_proves() -> None:
    with pytest.raises(UsageError, match="leads="):
        replace(PROOF, leads=WHO_WAITS_ENTERS)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="`rests`"):
        replace(PROOF, leads=(replace(WHO_WAITS_ENTERS, uses=(rests,)),))


def wants(c: Client) -> bool:
    return c.pc == "take_mutex"


def has_the_mutex(c: Client) -> bool:
    return Shared.mutex == c


def anything(c: Client) -> Nat:
    return 1


def may_take(c: Client, me: Client) -> bool:
    return me == c and Shared.mutex is None


def test_a_turn_for_everybody_is_not_proved() -> None:
    leads = Leads(
        wants, has_the_mutex, rank=(anything,), helpful=(Helps(Client.take_mutex, may_take),)
    )
    proof = replace(SEQUENTIAL_STORE_PROGRESS, leads=(leads,))
    assert failing(proof) == {"somebody helps", "Client.take_mutex goes on to help"}
