"""The proof of Raft: it holds, it can fail, and where it fails it says why."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from typing import Any

import pytest

from raftnb.commands import prove as command
from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.language import Delivery, Domain, Globals, Map, Nat, Process, Set, each, when
from raftnb.language.spec import Spec
from raftnb.language.world import World
from raftnb.prove import InstanceSize, Lemma, Proof, counterexample, drop, explain, prove, witness
from raftnb.prove.actions import starts
from raftnb.prove.conditions import unbounded
from raftnb.prove.counting import axiom_holds
from raftnb.prove.explain import changed_actions
from raftnb.specs import PROOFS
from raftnb.specs.raft.claims import RAFT, currentTerm_is_monotone
from raftnb.specs.raft.mistakes import MUTANTS, Mutant
from raftnb.specs.raft.proof import RAFT_PROOF
from raftnb.specs.raft.server import Server, is_quorum
from raftnb.specs.store.sequential import SEQUENTIAL_STORE, Key, Response, Store, Value


def test_raft_is_proved_from_the_command_line_and_every_condition_counts() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "raftnb", "prove", "raft", "--json", "--no-cache", "--seed", "7"],
        capture_output=True,
        text=True,
    )
    data = json.loads(done.stdout)
    assert (done.returncode, data["verdict"]) == (0, "holds"), done.stderr
    assert data["obligations"] == data["proved"] > 2000
    assert len(data["slowest"]) == 5
    assert data["solver"].startswith("z3 ")
    assert data["defined"]["conditions"] == data["defined"]["proved"] > 200
    assert data["compared"]["claims"] > 0
    assert "not_covered" not in data
    assert data["partial"] == []


def test_every_claim_of_raft_and_every_action_is_covered() -> None:
    assert RAFT_PROOF.not_covered() == ()
    names = {start.action for start in starts(unbounded(RAFT_PROOF))}
    assert names == set(Server.actions)


@pytest.mark.parametrize("action", [s.name for s in starts(unbounded(RAFT_PROOF))])
def test_no_action_preserves_the_invariant_for_want_of_a_state_where_it_can_be_taken(
    action: str,
) -> None:
    state = witness(RAFT_PROOF, action)
    assert state is not None
    world = World(RAFT(history=True, servers=3, values=2), state)
    assert action.partition("(")[0] in {step.action for step in world.enabled()}


def test_raft_needs_one_hint() -> None:
    hints = {one.name for one in (*RAFT_PROOF.lemmas(), *RAFT_PROOF.axioms) if one.triggers}
    assert hints == {"missing_entries_were_not_chosen"}


def test_a_condition_that_takes_too_long_is_unknown_and_never_proved() -> None:
    report = prove(RAFT_PROOF, only=["missing_entries_were_not_chosen"], timeout=0.001, workers=1)
    assert report.verdict == Verdict.UNKNOWN
    assert report.unknown


def test_majorities_meet_and_weaker_quorums_do_not() -> None:
    assert all(axiom_holds(RAFT_PROOF, lemma) for lemma in RAFT_PROOF.axioms)

    def any_two_sets_meet(a: Set[Server], b: Set[Server]) -> bool:
        """False: both may be empty."""
        return any(s in a and s in b for s in Server)

    def halves_meet(a: Set[Server], b: Set[Server]) -> bool:
        """False for an even number of servers."""
        half = 2 * len(a) >= len(Server) and 2 * len(b) >= len(Server)
        return not half or any(s in a and s in b for s in Server)

    assert not axiom_holds(RAFT_PROOF, Lemma(any_two_sets_meet))
    assert not axiom_holds(RAFT_PROOF, Lemma(halves_meet))


@pytest.mark.parametrize("servers", [1, 2, 3, 4, 5])
def test_what_is_assumed_of_quorums_is_true_of_every_set_of_a_few_servers(servers: int) -> None:
    model = RAFT(servers=servers)
    with model.start() as world:
        everyone = world[Server]
        sets = [
            frozenset(c) for n in range(servers + 1) for c in itertools.combinations(everyone, n)
        ]
        for lemma in RAFT_PROOF.axioms:
            count = lemma.claim.__code__.co_argcount
            assert all(lemma.claim(*row) for row in itertools.product(sets, repeat=count))


SHOWN = [m for m in MUTANTS if m.row in (7, 17, 20, 21)]
HEARS, IS_ANSWERED = "handle_append_entries", "handle_append_entries_response"
BROKEN = {
    "CommitsOldTerms": ("advance_commit_index", "commits_were_of_the_leaders_term", 2),
    "VotesForAnyLog": ("handle_request_vote", "voters_pass_on_their_entries", 2),
    "ComparesIndexOnly": ("handle_request_vote", "voters_pass_on_their_entries", 3),
    "ComparesTermOnly": ("handle_request_vote", "voters_pass_on_their_entries", 2),
    "ComparesWithCommitted": ("handle_request_vote", "voters_pass_on_their_entries", 2),
    "ForgetsItsTerm": ("restart", "currentTerm_is_monotone", 2),
    "ForgetsItsLog": ("restart", "acknowledged_entries_stay", 2),
    "AcknowledgesBeforeSync": ("restart", "acknowledged_entries_stay", 2),
    "LeaderCountsBeforeSync": ("restart", "acknowledged_entries_stay", 2),
    "AlwaysTruncates": (HEARS, "acknowledged_log_is_there", 2),
    "KeepsConflicts": (HEARS, "acknowledged_entries_stay", 2),
    "CommitsUpToItsLogsEnd": (HEARS, "commitIndex_was_committed", 2),
    "HeartbeatsCommit": (HEARS, "acknowledged_entries_stay", 2),
    "CountsOldVotes": ("handle_request_vote_response", "candidates_count_votes_given", 2),
    "FollowingFreesTheVote": (HEARS, "votes_are_remembered", 2),
    "SteppingDownFreesTheVote": (HEARS, "votes_are_remembered", 2),
    "LeaderCountsTwice": ("advance_commit_index", "commits_had_a_quorum", 2),
    "IgnoresPrevLogTerm": (HEARS, "logs_match_the_leaders", 2),
    "FollowsOldLeaders": (HEARS, "voters_pass_on_their_entries", 2),
    "StaysInOffice": ("update_term(AppendEntries)", "candidates_count_votes_given", 2),
    "AcknowledgesItsWholeLog": (HEARS, "acknowledgements_are_within_the_leaders_log", 2),
    "BelievesHints": (IS_ANSWERED, "nextIndex_is_in_range", 2),
    "CountsOldAcknowledgments": (IS_ANSWERED, "matchIndex_was_acknowledged", 2),
    "TakesCommitsBack": (HEARS, "commitIndex_is_monotone", 2),
    "TakesMatchesBack": (IS_ANSWERED, "matchIndex_is_monotone", 2),
    "StepsBelowOne": (IS_ANSWERED, "nextIndex_is_in_range", 2),
}
"""Of each other mistake: an action that it changes, what that does not keep any more, and with how
many servers."""


@pytest.mark.parametrize("mutant", SHOWN, ids=lambda m: m.server.__name__)
def test_a_mistake_fails_in_an_action_that_it_changes_and_is_shown(mutant: Mutant) -> None:
    variant = RAFT.variant(mutant.server.__name__, mutant.server)
    changed = changed_actions(RAFT, variant)
    wrong = RAFT_PROOF.of(variant)
    report = explain(wrong, prove(wrong, actions=changed, timeout=2))
    assert report.verdict == (Verdict.UNKNOWN if report.violation is None else Verdict.VIOLATED)
    if report.violation is not None:
        assert {step.action for step in report.violation.trace.steps} & set(changed)
    found = report.counterexamples[0]
    assert found.step.action in changed
    assert "may be unreachable" in str(found)
    world = World(variant(history=True, servers=3, values=2))
    assert (found.step, found.after) in set(world.successors(found.before))


def test_every_mistake_that_is_unsafe_is_tried() -> None:
    unsafe = {m.server.__name__ for m in MUTANTS if m.how != "liveness"}
    assert unsafe == {*BROKEN, *(m.server.__name__ for m in SHOWN)}


@pytest.mark.parametrize("name", BROKEN)
def test_a_mistake_has_a_counterexample_to_induction_in_an_action_that_it_changes(
    name: str,
) -> None:
    action, claim, servers = BROKEN[name]
    (mutant,) = (m for m in MUTANTS if m.server.__name__ == name)
    variant = RAFT.variant(name, mutant.server)
    assert action.partition("(")[0] in changed_actions(RAFT, variant)
    wrong = RAFT_PROOF.of(variant)
    assert counterexample(wrong, claim, action, size=InstanceSize(servers, 1)) is not None


@pytest.mark.parametrize("mutant", [m for m in MUTANTS if m.row == 6], ids=lambda m: str(m.row))
def test_a_mistake_that_costs_progress_only_is_still_safe(mutant: Mutant) -> None:
    variant = RAFT.variant(mutant.server.__name__, mutant.server)
    changed = changed_actions(RAFT, variant)
    report = prove(RAFT_PROOF.of(variant), actions=changed)
    assert report.unknown == ()
    assert report.partial == (f"only the steps of {', '.join(changed)}",)


def test_election_safety_alone_is_true_but_not_inductive() -> None:
    claim = RAFT.invariants[0]
    alone = Proof(RAFT, invariant=(Lemma(claim),), opaque=(is_quorum,))
    found = counterexample(alone, claim.__name__, "become_leader", size=InstanceSize(2, 1))
    assert found is not None
    model = RAFT(history=True, servers=3, values=2)
    assert model.holds(claim, found.before)
    assert not model.holds(claim, found.after)


def test_without_a_conjunct_what_uses_it_is_not_proved() -> None:
    report = drop(RAFT_PROOF, "vote_requests_describe_the_log", timeout=2)
    assert report.verdict == Verdict.UNKNOWN
    assert report.failing == (("voters_pass_on_their_entries", "handle_request_vote"),)


def test_a_claim_cannot_be_used_before_it_is_proved() -> None:
    goal = RAFT_PROOF.goals[0].claim
    with pytest.raises(UsageError, match="not proved before it"):
        Proof(RAFT, invariant=(Lemma(RAFT_PROOF.invariant[0].claim, (goal,)),))


def test_the_command_names_the_proofs_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError) as error:
        command.chosen_proof("rafft")
    assert error.value.allowed.startswith(", ".join(PROOFS))


class Box(Domain, number="boxes"):
    """A box."""


class Count(Globals):
    """A number that is counted up."""

    n: Nat = 0


class Clerk(Process):
    """Counts, and takes back."""

    def up(self) -> None:
        """One more."""
        Count.n += 2

    def down(self) -> None:
        """Two fewer."""
        when(Count.n > 1)
        Count.n -= 2


def n_is_even() -> bool:
    """The number is even: inductive."""
    return Count.n % 2 == 0


def n_is_not_seven() -> bool:
    """True, but not inductive."""
    return Count.n != 7


COUNTER = Spec("counter", processes=(Clerk,), shared=(Count,), invariants=(n_is_not_seven,))


def test_a_reader_can_prove_a_claim_about_a_specification_of_ones_own() -> None:
    alone = Proof(COUNTER, (Lemma(n_is_not_seven),))
    assert prove(alone, workers=1).verdict == Verdict.UNKNOWN
    found = counterexample(alone, "n_is_not_seven", "up", size=InstanceSize(9, 1))
    assert found is not None
    assert (found.before["Count", "n"], found.after["Count", "n"]) == (5, 7)
    mended = Proof(COUNTER, (Lemma(n_is_even),), goals=(Lemma(n_is_not_seven, (n_is_even,)),))
    assert prove(mended, workers=1).verdict == Verdict.HOLDS


def test_that_a_natural_number_stays_natural_is_proved_and_not_assumed() -> None:
    class Careless(Clerk):
        def down(self) -> None:
            """Two fewer, whatever there is."""
            Count.n -= 2

    spec = COUNTER.variant("careless", Careless)
    report = prove(Proof(spec, ()), workers=1)
    assert [(c.action, c.proved) for c in report.checked if "natural" in c.claim] == [
        ("down", False),
        ("up", True),
    ]


def test_a_sum_over_a_domain_has_no_meaning_for_any_number_of_members() -> None:
    def few() -> bool:
        """A sum."""
        return sum(1 for b in Box) < Count.n + 3

    spec = Spec(
        "boxes",
        processes=(Clerk,),
        shared=(Count,),
        domains=(Box,),
        constants={"boxes": 2},
        delivery=Delivery(),
    )
    with pytest.raises(SpecError, match="sum"):
        prove(Proof(spec, (Lemma(few),)), workers=1)


@pytest.mark.parametrize("name", ["sequential-store", "linearizable-store"])
def test_the_stores_are_proved_for_any_number_of_clients_keys_and_values(name: str) -> None:
    report = prove(PROOFS[name])
    assert report.unknown == ()
    assert report.compared is not None
    covered = report.not_covered == ()
    assert report.verdict == (Verdict.HOLDS if covered else Verdict.UNKNOWN)
    assert covered == (name == "linearizable-store")


def test_a_store_that_answers_from_an_old_copy_is_not_what_the_store_holds() -> None:
    class Stale(Store):
        copy: Map[Key, Value | None] = each(None)

        def serve(self) -> None:
            """Read from the copy."""
            r = self.request
            self.response = Response(r.client, r.op, r.key, self.copy[r.key])

    wrong = PROOFS["sequential-store"].of(SEQUENTIAL_STORE.variant("stale", Stale))
    report = explain(wrong, prove(wrong, actions=["serve"], timeout=2, workers=1))
    assert report.verdict == Verdict.UNKNOWN
    assert report.counterexamples[0].claim == "the_answer_in_hand_is_what_the_store_holds"


def test_claims_and_actions_are_given_as_functions_or_by_name() -> None:
    claim, action = currentTerm_is_monotone, Server.actions["restart"].function
    for only, actions in (
        (claim, action),
        ([claim.__name__], (action,)),
        (claim.__name__, "restart"),
    ):
        found = prove(RAFT_PROOF, only=only, actions=actions, workers=1, trust=True)
        assert {(c.claim, c.action) for c in found.checked} == {(claim.__name__, "restart")}, only


@pytest.mark.parametrize("given", [5, (5,), None, [None]])
@pytest.mark.parametrize("argument", ["only", "actions"])
def test_what_is_neither_is_refused(argument: str, given: Any) -> None:
    with pytest.raises(UsageError, match="functions or their names"):
        prove(RAFT_PROOF, **{argument: given})
