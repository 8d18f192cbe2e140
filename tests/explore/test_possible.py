"""Claims of what is still possible: from every reached state, some state with P can be reached."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from raftnb.__main__ import main
from raftnb.data.errors import SpecError
from raftnb.data.trace import State
from raftnb.data.verdict import Verdict
from raftnb.explore import check, random_walks
from raftnb.explore.compiled import Differs, compiled_search
from raftnb.explore.compiled.shape import Shape
from raftnb.explore.result import ExplorationOptions
from raftnb.language import (
    Delivery,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Seq,
    Set,
    Spec,
    anything,
    discard,
    either,
    history,
    in_flight,
    send,
    when,
)
from raftnb.language.proof import Lemma, Proof
from tests.explore.test_compiled import needs_cc

ENGINES = pytest.mark.parametrize(
    "engine", ["fast", "reference", "memo", pytest.param("compiled", marks=needs_cc)]
)


class Floor(Globals):
    """Where somebody is in a house with a trapdoor."""

    room: Nat = 0


class Guest(Process):
    """Walks between rooms 0 to 3; from room 2 there is a trapdoor to 4, from where no way leads."""

    def up(self) -> None:
        when(Floor.room < 3)
        Floor.room = Floor.room + 1

    def down(self) -> None:
        when(0 < Floor.room < 4)
        Floor.room = Floor.room - 1

    def fall(self) -> None:
        when(Floor.room == 2)
        Floor.room = 4

    def sleep(self) -> None:
        when(Floor.room == 4)


def at_the_door() -> bool:
    return Floor.room == 0


def upstairs() -> bool:
    return Floor.room == 3


def anywhere() -> bool:
    return Floor.room >= 0


def in_room(n: Nat) -> bool:
    return Floor.room == n or n > 3


def not_below() -> bool:
    return Floor.room < 4


HOUSE = Spec("house", (Guest,), (Floor,), constants={"most": 2}, possible=(at_the_door,))


class Careful(Guest):
    def fall(self) -> None:
        when(False)
        Floor.room = 4


def careful(**changes: Any) -> Spec:
    return HOUSE.variant("careful", Careful, **changes)


@ENGINES
def test_it_is_violated_with_the_trace_to_where_it_is_no_more(engine: str) -> None:
    found = check(HOUSE(), engine=engine)
    assert found.verdict is Verdict.VIOLATED
    assert found.property == "at_the_door"
    assert found.trace is not None
    assert [step.action for step in found.trace.steps] == ["up", "up", "fall"]
    reason = "from the last state on, no state with at_the_door can be reached any more"
    assert found.reason == reason
    assert f"violated: at_the_door\nreason: {reason}\n" in str(found)
    assert found.as_json()["reason"] == reason
    assert found.exit_code == 1
    assert found.complete
    assert found.distinct == 5


@ENGINES
def test_it_holds_where_there_is_always_a_way_back(engine: str) -> None:
    found = check(careful(possible=(at_the_door, upstairs, anywhere))(), engine=engine)
    assert (found.verdict, found.distinct, found.bound) == (Verdict.HOLDS, 4, None)
    assert found.reason is None
    assert "reason" not in found.as_json()


@ENGINES
def test_a_claim_is_asked_for_each_choice_of_its_parameters(engine: str) -> None:
    assert check(careful(possible=(in_room,))(most=3), engine=engine).verdict is Verdict.HOLDS
    found = check(HOUSE.variant("any", possible=(in_room,))(), engine=engine)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "in_room (n = 0)")
    assert any("natural numbers were tried up to" in note for note in found.partial)


@ENGINES
def test_what_is_true_nowhere_is_impossible_from_the_start(engine: str) -> None:
    def never() -> bool:
        return Floor.room == 9

    found = check(careful(possible=(anywhere, never))(), engine=engine)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "never")
    assert found.trace is not None
    assert len(found.trace) == 0


@ENGINES
def test_other_violations_come_first(engine: str) -> None:
    found = check(HOUSE.variant("both", invariants=(not_below,))(), engine=engine)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "not_below")
    missing = check(careful(sometimes=(lambda_never,))(), engine=engine)
    assert (missing.verdict, missing.property) == (Verdict.VIOLATED, "lambda_never")


def lambda_never() -> bool:
    return Floor.room == 9


def low() -> bool:
    return Floor.room < 2


def near() -> bool:
    return Floor.room != 3


@ENGINES
def test_where_a_constraint_cuts_the_way_it_is_unknown(engine: str) -> None:
    found = check(HOUSE.variant("cut", constraints=(low,), possible=(upstairs,))(), engine=engine)
    assert (found.verdict, found.property) == (Verdict.UNKNOWN, "upstairs")
    assert found.bound == (
        "possible upstairs: from 2 states only beyond what was explored, if at all"
    )
    assert found.exit_code == 3


@ENGINES
def test_where_a_constraint_cuts_elsewhere_it_is_known(engine: str) -> None:
    lost = check(HOUSE.variant("cut", constraints=(near,))(), engine=engine)
    assert lost.verdict is Verdict.VIOLATED  # the cellar has no way out, whatever is upstairs
    assert lost.cut
    found = check(careful(constraints=(near,))(), engine=engine)
    assert found.verdict is Verdict.HOLDS
    assert found.cut


@ENGINES
@pytest.mark.parametrize("bounds", [{"max_states": 2}, {"max_depth": 2}])
def test_where_a_bound_stops_it_is_unknown(engine: str, bounds: dict[str, int]) -> None:
    found = check(HOUSE.variant("up", possible=(upstairs,))(), engine=engine, **bounds)
    assert found.verdict is Verdict.UNKNOWN
    assert found.bound is not None
    assert found.bound.startswith("max_")
    assert "possible upstairs: from 2 states" in found.bound
    back = check(HOUSE(), engine=engine, **bounds)
    assert back.verdict is Verdict.UNKNOWN  # the door can be reached from all that was explored
    assert "possible" not in str(back.bound)


@ENGINES
def test_a_state_that_is_lost_is_found_before_the_end(engine: str) -> None:
    found = check(HOUSE(), start=State(HOUSE().layout, (2,)), engine=engine, max_states=4)
    assert found.verdict is Verdict.VIOLATED
    assert found.bound is None
    assert not found.complete


@ENGINES
def test_it_is_asked_from_the_state_that_is_given(engine: str) -> None:
    layout = HOUSE().layout
    found = check(HOUSE(), start=State(layout, (4,)), engine=engine)
    assert found.verdict is Verdict.VIOLATED
    assert found.trace is not None
    assert len(found.trace) == 0
    below = HOUSE.variant("below", possible=(below_all,))
    assert check(below(), engine=engine).verdict is Verdict.HOLDS
    assert check(below(), start=State(layout, (4,)), engine=engine).verdict is Verdict.HOLDS


def below_all() -> bool:
    return Floor.room == 4


@pytest.mark.parametrize("engine", ["memo", pytest.param("compiled", marks=needs_cc)])
def test_an_interruption_says_what_was_not_asked(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from raftnb.explore.compiled.graph import CompiledGraph
    from raftnb.explore.graph import Graph

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(CompiledGraph if engine == "compiled" else Graph, "prospect", interrupted)
    found = check(careful()(), engine=engine)
    assert (found.verdict, found.property) == (Verdict.UNKNOWN, "at_the_door")
    assert found.bound == "interrupted; not decided what is possible"


@pytest.mark.parametrize("engine", ["memo", pytest.param("compiled", marks=needs_cc)])
def test_without_memory_for_the_steps_it_is_unknown(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from raftnb.explore import graph
    from raftnb.explore.compiled import search

    monkeypatch.setattr(search if engine == "compiled" else graph, "STEP_BYTES", 1 << 50)
    found = check(careful()(), engine=engine)
    assert found.verdict is Verdict.UNKNOWN
    assert "max_memory" in str(found.bound)


@needs_cc
@pytest.mark.parametrize("says", ["return 1;", "return 0;"])
def test_a_program_that_is_wrong_about_a_claim_is_not_believed(
    says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(self: Shape) -> Iterator[str]:
        name = self.functions.tables.fresh("p")
        self.functions._add(f"static int {name}(const W *a)", [says])
        self.everywhere.append(at_the_door)
        yield name

    monkeypatch.setattr(Shape, "_everywhere", wrong)
    with pytest.raises(Differs, match="`at_the_door` is true in other states"):
        compiled_search(careful()(), ExplorationOptions(progress=False)).run()


def test_walks_do_not_tell() -> None:
    found = random_walks(HOUSE(), walks=2, depth=3)
    assert found.partial == ("walks do not tell what is possible: at_the_door",)


# Random graphs, against the obvious computation.


class Net(Globals):
    """A graph that never changes, and the node where somebody is."""

    node: Nat = 0
    ways: Map[Nat, Set[Nat]] = Map()
    walls: Set[Nat] = frozenset()
    goal: Nat = 0


class Walker(Process):
    def go(self) -> None:
        when(Net.node in Net.ways)
        Net.node = either(*Net.ways[Net.node])


def goal() -> bool:
    return Net.node == Net.goal


def no_wall() -> bool:
    return Net.node not in Net.walls


WALKER = Spec("walker", (Walker,), (Net,), constraints=(no_wall,), possible=(goal,))


def random_start(seed: int) -> State:
    """The walker at node 0 of a random graph, with random walls and a random goal."""
    chance = random.Random(seed)
    pairs = {(chance.randrange(9), chance.randrange(9)) for _ in range(chance.randrange(9, 16))}
    ways = {a: frozenset(b for c, b in pairs if c == a) for a, _ in pairs}
    walls = frozenset(n for n in range(1, 9) if chance.random() < 0.12)
    return State(WALKER().layout, (0, Map(ways), walls, chance.randrange(9)))


def obvious(start: State) -> Verdict:
    """The verdict by the definition: from each reached state, all that can be reached from it."""
    node, ways, walls, wanted = start.values
    unsure = False
    for state in ahead(node, ways, walls):
        found = ahead(state, ways, walls)
        if wanted in found:
            continue
        if not any(b in walls for a in found for b in ways.get(a, ())):
            return Verdict.VIOLATED
        unsure = True
    return Verdict.UNKNOWN if unsure else Verdict.HOLDS


def ahead(node: int, ways: Any, walls: frozenset[int]) -> set[int]:
    found: set[int] = {node}
    while more := {b for a in found for b in ways.get(a, ()) if b not in walls} - found:
        found |= more
    return found


@ENGINES
def test_random_graphs_have_the_obvious_verdict(engine: str) -> None:
    met = Counter()
    for seed in range(120):
        start = random_start(seed)
        wanted = obvious(start)
        met[wanted] += 1
        found = check(WALKER(), start=start, deadlock=False, engine=engine, progress=False)
        assert found.verdict is wanted, (seed, found)
        if wanted is Verdict.VIOLATED:
            assert found.trace is not None
            last, ways, walls, target = found.trace.last.values
            assert target not in ahead(last, ways, walls)
    assert min(met[verdict] for verdict in Verdict) >= 10


# Symmetry.


class Token(Message):
    pass


class Peer(Process, number="peers"):
    """Tokens go around; one that is lost never comes back."""

    has: bool = False
    gone: bool = False

    def make(self) -> None:
        when(not any(peer.has or peer.gone for peer in Peer) and not in_flight(Token))
        self.has = True

    def hand(self, to: Peer) -> None:
        when(self.has and to != self)
        self.has = False
        send(Token(), to=to)

    def take(self, m: Token) -> None:
        discard(m)
        self.has = True

    def drop(self) -> None:
        when(self.has and Loss.may)
        self.has = False
        self.gone = True


class Loss(Globals):
    may: bool = anything()


def somebody_has_it() -> bool:
    return any(peer.has for peer in Peer)


def a_token_is_under_way() -> bool:
    return in_flight(Token) != ()


def has_it(peer: Peer) -> bool:
    return peer.has


def nobody_lost_it() -> bool:
    return not any(peer.gone for peer in Peer)


def may_not_be_lost() -> bool:
    return not Loss.may


def the_first_has_it() -> bool:
    return any(peer.has for peer in Peer if all(peer <= other for other in Peer))


RING = Spec(
    "ring",
    (Peer,),
    (Loss,),
    constants={"peers": 3},
    delivery=Delivery(loses=False, duplicates=False),
    symmetric=(Peer,),
    possible=(somebody_has_it,),
)


@pytest.mark.parametrize("symmetry", [False, True])
def test_symmetry_keeps_the_verdict(symmetry: bool) -> None:
    found = check(RING(), deadlock=False, symmetry=symmetry)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "somebody_has_it")
    assert found.trace is not None
    assert [step.action for step in found.trace.steps] == ["make", "drop"]
    kept = RING.variant("kept", constraints=(may_not_be_lost,))
    assert check(kept(), deadlock=False, symmetry=symmetry).verdict is Verdict.HOLDS


@pytest.mark.parametrize("symmetry", [False, True])
def test_a_step_to_too_many_messages_leads_out_of_the_graph(symmetry: bool) -> None:
    bounded = RING.variant(
        "bounded",
        constants={"peers": 3, "most": 0},
        distinct_messages="most",
        constraints=(may_not_be_lost,),
        possible=(a_token_is_under_way,),
    )
    found = check(bounded(), deadlock=False, symmetry=symmetry)
    assert (found.verdict, found.property) == (Verdict.UNKNOWN, "a_token_is_under_way")


def test_a_claim_of_each_member_is_refused_with_symmetry() -> None:
    each = RING.variant("each", constraints=(may_not_be_lost,), possible=(has_it,))
    assert check(each(), deadlock=False).verdict is Verdict.HOLDS
    with pytest.raises(SpecError, match="`peer`, for each value of which a claim is asked"):
        check(each(), deadlock=False, symmetry=True)


def test_a_claim_that_favors_a_member_is_refused_with_symmetry() -> None:
    first = RING.variant("first", constraints=(may_not_be_lost,), possible=(the_first_has_it,))
    assert check(first(), deadlock=False).verdict is Verdict.HOLDS
    with pytest.raises(SpecError, match="compared by their order"):
        check(first(), deadlock=False, symmetry=True)


# The language, the other engines, the command line.


class Past(Globals):
    before: Seq[Nat] = history(())


def went_far() -> bool:
    return len(Past.before) == 0


def test_a_claim_of_history_is_not_checked_without_it() -> None:
    spec = HOUSE.variant("past", shared=(Floor, Past), possible=(went_far,))
    found = check(spec())
    assert found.not_checked == ("went_far",)
    assert found.verdict is Verdict.HOLDS
    assert check(spec(history=True)).not_checked == ()


def test_what_is_no_claim_is_refused() -> None:
    def number() -> bool:
        return Floor.room  # type: ignore[return-value]

    for engine in ("fast", "reference"):
        with pytest.raises(SpecError, match="as what `number` says"):
            check(careful(possible=(number,))(), engine=engine)
    with pytest.raises(SpecError, match="`possible="):
        careful(possible=at_the_door)
    with pytest.raises(SpecError, match="two claims called `at_the_door`"):
        careful(possible=(at_the_door,), invariants=(_of_the_same_name(),))

    def listed() -> bool:
        return [Floor.room] == [0]

    with pytest.raises(SpecError, match="list"):
        careful(possible=(listed,))


def _of_the_same_name() -> Any:
    def at_the_door() -> bool:
        return True

    return at_the_door


def test_a_proof_does_not_cover_it() -> None:
    proof = Proof(careful(invariants=(not_below,)), invariant=(Lemma(not_below),))
    assert proof.not_covered() == ("at_the_door",)


def test_the_command_line_says_it(capsys: pytest.CaptureFixture[str]) -> None:
    name = f"{__file__}:HOUSE"
    assert main(["check", name]) == 1
    assert "reason: from the last state on, no state with at_the_door" in capsys.readouterr().out
    assert main(["check", name, "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["property"] == "at_the_door"
    assert data["reason"].startswith("from the last state on")
    assert data["trace"]["steps"][-1]["action"] == "fall"
