"""What is taken for granted, and initial states: every engine takes it, or refuses it."""

from collections.abc import Callable
from typing import Any

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check, random_walks, reachable
from raftnb.language import (
    Delivery,
    Domain,
    Globals,
    Message,
    Nat,
    Process,
    Set,
    Spec,
    anything,
    eventually,
    in_flight,
    send,
    weak,
    when,
)
from raftnb.liveness import check_liveness
from raftnb.pluscal import algorithm, plain_module
from raftnb.prove import (
    Lemma,
    Proof,
    check_bounded,
    counterexample,
    explain,
    k_induction,
    prove,
    prove_refines,
)
from raftnb.prove.finite import Instance
from raftnb.prove.small import InstanceSize
from tests.language.engines import same

# A variable that no action writes.


class Edge(Process, number="nodes"):
    """A node that hears from the one to its left."""

    right: "Edge" = anything()
    on: bool = anything()

    def switch(self, other: "Edge") -> None:
        when(other.right == self and other.on and not self.on)
        self.on = True

    def rest(self) -> None:
        pass


def nobody_is_its_own_neighbor(a: Edge) -> bool:
    return a.right != a


def one_to_the_left(a: Edge, b: Edge) -> bool:
    return a == b or a.right != b.right


def not_alone(a: Edge) -> bool:
    return a.right != a


def two_hear(a: Edge, b: Edge) -> bool:
    return a == b or a.right != b.right or not a.on


def all_off(a: Edge) -> bool:
    return not a.on


def all_on(a: Edge) -> bool:
    return a.on


def is_on(a: Edge) -> bool:
    return a.on


EDGES = Spec(
    "edges",
    (Edge,),
    constants={"nodes": 3},
    invariants=(not_alone,),
    assuming=(nobody_is_its_own_neighbor, one_to_the_left),
)


def test_assumed_variables_never_change_and_begin_as_assumed() -> None:
    same(EDGES, 2 * 8)  # two rings of three, each node on or off
    same(EDGES, 1 * 4, nodes=2)
    without = EDGES.variant("without", assuming=())
    assert check(without(), progress=False).verdict is Verdict.VIOLATED
    assert random_walks(EDGES(), walks=20, progress=False).verdict is not Verdict.VIOLATED
    assert "assumed: nobody_is_its_own_neighbor, one_to_the_left" in str(
        check(EDGES(), progress=False)
    )


def test_what_is_assumed_is_assumed_at_the_start_and_in_every_step() -> None:
    proved = prove(Proof(EDGES, (Lemma(not_alone),)))
    assert proved.verdict is Verdict.HOLDS
    assert "assuming nobody_is_its_own_neighbor, one_to_the_left" in str(proved)
    assert proved.as_json()["assuming"] == ["nobody_is_its_own_neighbor", "one_to_the_left"]
    without = EDGES.variant("without", assuming=())
    assert prove(Proof(without, (Lemma(not_alone),))).failing == (("not_alone", "the start"),)
    weaker = EDGES.variant("weaker", assuming=(one_to_the_left,))
    assert prove(Proof(weaker, (Lemma(not_alone),))).verdict is not Verdict.HOLDS


def test_a_claim_that_needs_more_than_is_assumed_is_not_proved() -> None:
    wrong = EDGES.variant("wrong", invariants=(two_hear, all_off))
    proof = Proof(wrong, (Lemma(two_hear), Lemma(all_off)))
    found = explain(proof, prove(proof))
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "all_off")
    started = wrong.variant("started", initially=(all_off,))
    proof = Proof(started, (Lemma(two_hear), Lemma(all_off)))
    assert prove(proof).verdict is Verdict.HOLDS  # nobody is ever switched on


def test_counterexamples_and_bounded_runs_are_of_what_is_assumed() -> None:
    wrong = EDGES.variant("wrong", invariants=(all_off,), initially=(all_off,))

    def never_all(a: Edge) -> bool:
        return not all(b.on for b in Edge) or a.right == a

    spec = wrong.variant("never", invariants=(never_all,))
    found = counterexample(Proof(spec, (Lemma(never_all),)), "never_all", "switch")
    assert found is not None
    world = Instance(Proof(spec, ()), InstanceSize(), {}).model
    assert all(world.holds(claim, found.before) for claim in EDGES.assuming)
    assert k_induction(wrong, all_off, 1).verdict is Verdict.HOLDS
    assert k_induction(EDGES, all_off, 1).verdict is Verdict.VIOLATED
    assert check_bounded(EDGES, not_alone, 2).verdict is Verdict.UNKNOWN
    loose = EDGES.variant("loose", assuming=())
    assert check_bounded(loose, not_alone, 0).verdict is Verdict.VIOLATED


def test_liveness_is_of_what_is_assumed() -> None:
    fair = EDGES.variant("fair", fairness=(weak(Edge),), initially=(some_on,), invariants=())
    assert check_liveness(fair(), eventually(is_on)).verdict is Verdict.HOLDS
    split = fair.variant("split", assuming=())
    assert check_liveness(split(), eventually(is_on)).verdict is Verdict.VIOLATED
    assert reachable(fair()).initial == 2 * 7


def some_on() -> bool:
    return any(a.on for a in Edge)


def test_only_what_no_action_writes_is_assumed() -> None:
    with pytest.raises(SpecError) as error:
        EDGES.variant("wrong", assuming=(all_off,))
    assert error.value.found == (
        "`all_off` in `assuming`, about `on`, which changes: `Edge.switch` writes it"
    )
    assert error.value.cure.endswith("what is so at the start only, in `initially`")


def test_what_a_part_of_an_action_writes_is_written_too() -> None:
    def turn(a: "Edge") -> None:
        a.right = a

    class Turning(Edge):
        def rest(self) -> None:
            turn(self)

    with pytest.raises(SpecError, match=r"about `right`, which changes: `Turning\.rest` writes it"):
        EDGES.variant("turning", Turning)


def test_a_variant_that_writes_what_is_assumed_is_refused() -> None:
    class Restless(Edge):
        def rest(self) -> None:
            self.right = self

    with pytest.raises(SpecError, match=r"which changes: `Restless\.rest` writes it"):
        EDGES.variant("restless", Restless)


def test_a_state_to_start_in_must_be_as_assumed() -> None:
    loose = EDGES.variant("loose", assuming=(), invariants=())
    bad = next(s for s in loose().initial_states if not loose().holds(not_alone, s))
    with pytest.raises(UsageError, match="`nobody_is_its_own_neighbor` is not true"):
        EDGES().starting_at(bad)
    good = EDGES().initial_states[0]
    assert check(EDGES(), start=good, progress=False).verdict is Verdict.HOLDS


def test_what_is_written_by_an_action_that_is_varied_is_written() -> None:
    class Turned(Edge):
        def rest(self) -> None:
            self.right = self

    class Twice(Turned):
        def rest(self) -> None:
            super().rest()

    turned = EDGES.variant("turned", Turned, assuming=())
    with pytest.raises(SpecError, match=r"which changes: `Twice\.rest` writes it"):
        turned.variant("twice", Twice, assuming=EDGES.assuming)


# Assumptions that nothing satisfies.


def test_nothing_is_proved_of_what_cannot_begin() -> None:
    def never(a: Edge) -> bool:
        return a.right != a.right

    empty = EDGES.variant("empty", assuming=(never,))
    asks: list[Callable[[], Any]] = [
        lambda: prove(Proof(empty, (Lemma(not_alone),))),
        lambda: k_induction(empty, not_alone, 1),
        empty().start,
    ]
    for engine in ("fast", "reference"):
        found = check(empty(), engine=engine, progress=False)
        assert (found.verdict, found.bound) == (Verdict.UNKNOWN, "there is no initial state")
    assert random_walks(empty(), walks=3, progress=False).verdict is Verdict.UNKNOWN
    for ask in asks:
        with pytest.raises(UsageError, match="`empty` without an initial state"):
            ask()


# Facts assumed of constants.


class Stock(Process, number="stocks"):
    n: Nat = 0

    def fill(self, most: int) -> None:
        when(self.n < most)
        self.n += 1

    def empty(self, least: int) -> None:
        when(self.n > least)
        self.n -= 1


def least_below_most(least: int, most: int) -> bool:
    return least < most


def in_range(a: Stock, most: int) -> bool:
    return a.n <= most


def room(a: Stock, least: int, most: int) -> bool:
    return a.n < most or a.n > least


STOCKS = Spec(
    "stocks",
    (Stock,),
    constants={"stocks": 1, "most": 3, "least": 1},
    invariants=(in_range, room),
    assuming=(least_below_most,),
)


def test_constants_are_as_assumed() -> None:
    same(STOCKS, 4)
    with pytest.raises(UsageError) as error:
        STOCKS(most=1)
    assert error.value.found == "least=1, most=1, of which `least_below_most` is not true"
    proved = prove(Proof(STOCKS, (Lemma(in_range), Lemma(room))))
    assert proved.verdict is Verdict.HOLDS
    anyhow = STOCKS.variant("anyhow", assuming=())
    found = prove(Proof(anyhow, (Lemma(in_range), Lemma(room))))
    assert {claim for claim, _ in found.failing} == {"room"}


def test_a_fact_about_sizes_is_one_of_constants() -> None:
    def three() -> bool:
        return len(Edge) >= 3

    large = EDGES.variant("large", assuming=(*EDGES.assuming, three))
    same(large, 16)
    with pytest.raises(UsageError, match="nodes=2, of which `three` is not true"):
        large(nodes=2)
    assert prove(Proof(large, (Lemma(not_alone),))).verdict is Verdict.HOLDS


# Initial states.


class Color(Domain, number="colors"):
    """A color."""


class Light(Process, number="lights"):
    own: Color = anything()
    seen: Set[Color] = anything()

    def look(self, other: "Light") -> None:
        self.seen |= {other.own}


class Favorite(Globals):
    light: Light = anything()


def different(a: Light, b: Light) -> bool:
    return a == b or a.own != b.own


def knows_itself(a: Light) -> bool:
    return a.own in a.seen


def seen_at_first(a: Light) -> bool:
    return a.seen == frozenset({a.own})


def first_is_favorite() -> bool:
    return all(a != Favorite.light or a.index == 0 for a in Light)


LIGHTS = Spec(
    "lights",
    (Light,),
    (Favorite,),
    (Color,),
    constants={"lights": 2, "colors": 2},
    invariants=(different, knows_itself),
    initially=(different, seen_at_first),
)


def test_initial_values_differ_by_member_and_are_some_of_their_type() -> None:
    assert len(LIGHTS().initial_states) == 2 * 2  # who has which color, and some favorite
    same(LIGHTS, 2 * 2 * 4)
    same(LIGHTS.variant("first", initially=(*LIGHTS.initially, first_is_favorite)), 2 * 4)
    assert len(LIGHTS(colors=3).initial_states) == 6 * 2


def test_what_is_so_initially_is_assumed_at_the_start_only() -> None:
    lemmas = (Lemma(different), Lemma(knows_itself))
    assert prove(Proof(LIGHTS, lemmas)).verdict is Verdict.HOLDS
    more = LIGHTS.variant("more", invariants=(*LIGHTS.invariants, seen_at_first))
    proof = Proof(more, (*lemmas, Lemma(seen_at_first)))
    found = prove(proof)
    assert found.failing == (("seen_at_first", "look"),)
    assert explain(proof, found).verdict is Verdict.VIOLATED
    assert check(more(), progress=False).property == "seen_at_first"
    anyhow = LIGHTS.variant("anyhow", initially=(different,))
    assert prove(Proof(anyhow, lemmas)).failing == (("knows_itself", "the start"),)
    assert check(anyhow(), progress=False).property == "knows_itself"


# What is refused.


class Ping(Message):
    pass


class Sender(Process, number="senders"):
    fixed: bool = False

    def ping(self, to: "Sender") -> None:
        send(Ping(), to=to)


def quiet() -> bool:
    return not any(m.source.fixed for m in in_flight(Ping))


def test_messages_and_all_numbers_are_not_assumed() -> None:
    for field in ("assuming", "initially"):
        with pytest.raises(SpecError, match="about messages in flight"):
            Spec("s", (Sender,), constants={"senders": 2}, delivery=Delivery(), **{field: (quiet,)})

    def far(a: Edge, n: Nat) -> bool:
        return a.index < n + 1

    with pytest.raises(SpecError, match="`n` of `far`, for which all natural numbers"):
        EDGES.variant("far", initially=(far,))
    with pytest.raises(SpecError, match="`assuming=all_on`"):
        EDGES.variant("one", assuming=all_on)
    with pytest.raises(SpecError, match="as a claim"):
        EDGES.variant("text", assuming=("all_on",))


def test_what_is_assumed_is_printed_as_a_part_of_the_initial_states() -> None:
    plain = plain_module(EDGES()).files["EdgesPlain.tla"]
    initial = plain[plain.index("Init ==") : plain.index("The actions")]
    assert "/\\ nobody_is_its_own_neighbor" in initial
    assert "/\\ one_to_the_left" in initial
    assert "ASSUME" not in plain
    printed = algorithm(LIGHTS())
    assert "BegunSpec == Spec /\\ different /\\ seen_at_first\n" in printed.files["Lights.tla"]
    assert printed.files["Lights.cfg"].startswith("SPECIFICATION BegunSpec\n")
    assert "Begun" not in plain_module(LIGHTS()).files["LightsPlain.cfg"]


def test_what_is_assumed_of_constants_is_asked_of_them() -> None:
    def odd(most: int) -> bool:
        return most % 2 == 1

    spec = EDGES.variant("odd", constants={"nodes": 3, "most": 1}, assuming=(odd,), initially=())
    for text in (plain_module(spec()).files["OddPlain.tla"], algorithm(spec()).files["Odd.tla"]):
        assert "\nASSUME odd\n" in text
        assert "/\\ odd" not in text


def test_an_abstract_specification_assumes_nothing() -> None:
    with pytest.raises(UsageError, match="`nobody_is_its_own_neighbor`, which `edges` assumes"):
        prove_refines(Proof(EDGES, ()), EDGES, {}, steps={"switch": "switch", "rest": "rest"})  # type: ignore[dict-item]
