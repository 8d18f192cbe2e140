"""The language: what actions mean when they are called by hand, and what is refused."""

from __future__ import annotations

import itertools
import random
from enum import Enum

import pytest

from raftnb.data.errors import NotEnabled, SpecError, UsageError
from raftnb.data.trace import State
from raftnb.language import (
    Delivery,
    Domain,
    Globals,
    Map,
    Message,
    Process,
    Record,
    Seq,
    Set,
    after,
    anything,
    cycle,
    discard,
    each,
    either,
    history,
    in_flight,
    macro,
    reply,
    send,
    when,
)
from raftnb.language.spec import Spec


class Color(Enum):
    RED = 1
    GREEN = 2


class Coin(Domain, number="coins"):
    pass


class Table(Globals):
    pot: int = 0
    seen: Seq[Coin] = history(())


class Player(Process, number="players"):
    coins: Set[Coin] = frozenset()
    friends: Map[Player, bool] = each(False)

    def pay(self, coin: Coin) -> None:
        when(coin not in self.coins)
        self.take(coin)
        Table.pot += 1
        Table.seen += (coin,)

    @macro
    def take(self, coin: Coin) -> None:
        self.coins |= {coin}

    def befriend(self, other: Player) -> None:
        when(other != self)
        self.friends |= {other: either(True, False)}

    def worth(self) -> int:
        return len(self.coins)


GAME = Spec("game", (Player,), (Table,), (Coin,), {"players": 2, "coins": 2})


def world(**constants: object):
    return GAME(**constants).start()


def test_an_action_called_by_hand_changes_the_state_and_the_trace():
    w = world()
    w["p1"].pay(w["c2"])
    assert w.state["p1", "coins"] == frozenset({w["c2"]})
    assert w.state["Table", "pot"] == 1
    assert [str(step) for step in w.trace.steps] == ["p1.pay(c2)"]
    assert w["p1"].worth() == 1


def test_a_disabled_action_changes_nothing_and_quotes_the_false_guard():
    w = world()
    w["p1"].pay(w["c1"])
    before = w.state
    with pytest.raises(NotEnabled, match=r"`when\(coin not in self.coins\)` is false") as error:
        w["p1"].pay(w["c1"])
    assert w.state == before
    assert len(w.trace) == 1
    assert "p1.pay(c2)" in error.value.allowed


def test_a_choice_by_hand_is_given_by_choose():
    w = world()
    with pytest.raises(UsageError, match="no value for choice 1"):
        w["p1"].befriend(w["p2"])
    with pytest.raises(UsageError, match="5 for choice 1"):
        w["p1"].befriend(w["p2"], choose=(5,))
    w["p1"].befriend(w["p2"], choose=(True,))
    assert w.state["p1", "friends"] == Map({w["p1"]: False, w["p2"]: True})


def test_every_argument_and_every_choice_gives_a_successor():
    model = GAME()
    steps = [str(s) for s, _ in model.start().successors(model.initial_states[0])]
    assert steps == [
        "p1.pay(c1)",
        "p1.pay(c2)",
        "p1.befriend(p2, choose=(True,))",
        "p1.befriend(p2, choose=(False,))",
        "p2.pay(c1)",
        "p2.pay(c2)",
        "p2.befriend(p1, choose=(True,))",
        "p2.befriend(p1, choose=(False,))",
    ]


def test_the_trace_as_python_replays_to_the_same_state():
    w = world()
    choose = random.Random(1)
    for _ in range(6):
        w.take(choose.choice(w.enabled()))
    again = world()
    exec(w.trace.as_python(), dict(again.names))
    assert again.state == w.state


def test_two_worlds_do_not_disturb_each_other():
    one, two = world(), world(players=3)
    one["p1"].pay(one["c1"])
    assert two.state["p1", "coins"] == frozenset()
    with two:
        assert len(Player) == 3
    with one:
        assert len(Player) == 2


def test_a_history_variable_is_left_out_unless_asked_for():
    w = world()
    w["p1"].pay(w["c1"])
    assert w.state["Table", "seen"] == ()
    w = GAME(history=True).start()
    w["p1"].pay(w["c1"])
    assert w.state["Table", "seen"] == (w["c1"],)


def test_members_can_be_named_by_a_constant():
    w = world(coins=("penny", "dime"))
    assert [str(c) for c in w[Coin]] == ["penny", "dime"]


def test_a_variant_stands_for_its_class_wherever_that_is_mentioned():
    class Miser(Player):
        def pay(self, coin: Coin) -> None:
            when(False)

    w = GAME.variant("misers", Miser)().start()
    assert all(type(p) is Miser for p in w[Player])
    assert {s.action for s in w.enabled()} == {"befriend"}
    assert w["p1"] == world()["p1"]


def test_a_variant_of_no_class_is_refused():
    class Stranger(Process):
        pass

    with pytest.raises(SpecError, match="varies no class"):
        GAME.variant("strangers", Stranger)


def test_anything_gives_one_initial_state_for_each_value():
    class Box(Process):
        content: Map[Coin, Color | None] = anything()
        lid: bool = anything()

    spec = Spec("box", (Box,), (), (Coin,), {"coins": 2})
    assert len(set(spec().initial_states)) == 3 * 3 * 2


def test_cycle_orders_the_actions_and_a_goto_overrides_it():
    class Walker(Process):
        laps: int = 0

        def start(self) -> None:
            pass

        def walk(self) -> None:
            self.pc = either("start", "rest")

        def rest(self) -> None:
            self.laps += 1

        order = cycle(start, walk, rest)

    w = Spec("walk", (Walker,))().start()
    walker = w["walker"]
    with pytest.raises(NotEnabled, match="walker is at `start`"):
        walker.rest()
    walker.start()
    walker.walk(choose=("start",))
    walker.start()
    walker.walk(choose=("rest",))
    walker.rest()
    assert (w.state["walker", "pc"], w.state["walker", "laps"]) == ("start", 1)


# Messages.


class Ping(Message):
    number: int


class Pong(Message):
    number: int


class Node(Process, number="nodes"):
    got: Seq[int] = ()

    def ping(self, to: Node) -> None:
        when(to != self)
        for n in (1, 2):
            send(Ping(number=n), to=to)

    def answer(self, m: Ping) -> None:
        self.got += (m.number,)
        reply(m, Pong(number=m.number))

    def hear(self, m: Pong) -> None:
        discard(m)


def pinged(**flags: int):
    w = Spec("ping", (Node,), constants={"nodes": 2}, delivery=Delivery())(**flags).start()
    w["n1"].ping(w["n2"])
    return w


def enabled(w) -> list[str]:
    return [str(s) for s in w.enabled() if s.action != "ping"]


PING1 = "Ping(source=n1, dest=n2, number=1)"
PING2 = "Ping(source=n1, dest=n2, number=2)"


def test_with_duplicates_and_reordering_messages_stay_in_flight():
    w = pinged()
    assert enabled(w) == [f"n2.answer({PING1})", f"n2.answer({PING2})"]
    with w:
        first = in_flight(Ping)[0]
    w["n2"].answer(first)
    w["n2"].answer(first)
    assert w.state["n2", "got"] == (1, 1)
    assert [n for _, n in w.state.messages] == [1, 1, 1]


def test_without_duplicates_a_reply_takes_the_message_and_loss_is_a_step():
    w = pinged(duplicates=0)
    assert f"network.lose({PING2})" in enabled(w)
    with w:
        first, second = in_flight(Ping)
    w["n2"].answer(first)
    w["network"].lose(second)
    assert enabled(w) == [
        "n1.hear(Pong(source=n2, dest=n1, number=1))",
        "network.lose(Pong(source=n2, dest=n1, number=1))",
    ]
    with pytest.raises(NotEnabled, match="which is not in flight"):
        w["n2"].answer(first)


def test_a_reliable_network_neither_loses_nor_repeats():
    assert enabled(pinged(duplicates=0, loses=0)) == [
        f"n2.answer({PING1})",
        f"n2.answer({PING2})",
    ]


def test_without_reordering_only_the_head_of_a_channel_can_be_received():
    w = pinged(reorders=0, duplicates=0, loses=0)
    assert enabled(w) == [f"n2.answer({PING1})"]
    with w:
        w_first = in_flight(Ping)[0]
    w["n2"].answer(w_first)
    assert enabled(w) == ["n1.hear(Pong(source=n2, dest=n1, number=1))", f"n2.answer({PING2})"]


def test_an_ordered_network_can_lose_and_repeat_the_head():
    w = pinged(reorders=0)
    assert f"network.lose({PING1})" in enabled(w)
    assert f"network.lose({PING2})" not in enabled(w)
    with w:
        head = in_flight(Ping)[0]
    w["network"].duplicate(head)
    assert [m.number for m in w.state["n1 to n2", "queue"]] == [1, 1, 2]


def test_messages_need_a_network():
    with pytest.raises(SpecError, match="where there is no network"):
        Spec("no network", (Node,), constants={"nodes": 2})


# Properties.


def pot_is_small(limit: int) -> bool:
    return Table.pot <= limit


def every_player_is_worth_less_than(a: Player, limit: int) -> bool:
    return a.worth() < limit


def test_a_property_takes_constants_by_name_and_quantifies_over_the_rest():
    spec = GAME.variant("g", constants={"players": 2, "coins": 2, "limit": 1})
    model = spec()
    w = model.start()
    assert model.holds(pot_is_small, w.state)
    assert model.holds(every_player_is_worth_less_than, w.state)
    w["p2"].pay(w["c1"])
    assert w.failure(every_player_is_worth_less_than) == {"a": w["p2"]}


def pot_grows() -> bool:
    return after(Table).pot >= Table.pot


def test_after_is_refused_where_there_is_no_step():
    model = GAME()
    with pytest.raises(SpecError, match="no step"):
        model.start().failure(pot_grows)


def test_a_property_that_assigns_is_refused():
    def cheats() -> bool:
        Table.pot = 5
        return True

    model = GAME()
    with pytest.raises(SpecError, match=r"assignment to `Table.pot` outside an action"):
        model.start().failure(cheats)


def test_a_domain_outside_a_world_is_refused():
    with pytest.raises(SpecError, match="no world is running"):
        list(Coin)


# Errors that help.


def test_an_action_that_raises_is_reported_with_its_line():
    class Careless(Player):
        def pay(self, coin: Coin) -> None:
            self.coins = frozenset({tuple(Coin)[7]})

    w = GAME.variant("careless", Careless)().start()
    before = w.state
    with pytest.raises(SpecError, match="IndexError") as error:
        w["p1"].pay(w["c1"])
    assert "test_language.py, line" in error.value.place
    assert "tuple(Coin)[7]" in error.value.place
    assert w.state == before


def test_a_mutable_value_is_refused_with_the_variable_named():
    class Sloppy(Player):
        def pay(self, coin: Coin) -> None:
            self.coins = {coin}

    w = GAME.variant("sloppy", Sloppy)().start()
    with pytest.raises(SpecError, match=r"as the value of `p1.coins`"):
        w["p1"].pay(w["c1"])


def test_an_undeclared_variable_is_refused():
    class Typo(Player):
        def pay(self, coin: Coin) -> None:
            self.conis = frozenset({coin})

    with pytest.raises(SpecError, match="an assignment to `conis`, which no class declares"):
        GAME.variant("typo", Typo)


def test_a_variable_without_an_initial_value_is_refused():
    with pytest.raises(SpecError, match="`x` of `Empty` without an initial value"):

        class Empty(Process):
            x: int


@pytest.mark.parametrize(
    ("constants", "message"),
    [
        ({"players": 0}, "0 for the constant `players`"),
        ({"players": -1}, "-1 for the constant `players`"),
        ({"players": "many"}, "'many' for the constant `players`"),
        ({"player": 1}, "the constant `player`"),
        ({"coins": ("a", "a")}, "for the constant `coins`"),
    ],
)
def test_a_wrong_constant_is_refused(constants: dict[str, object], message: str):
    with pytest.raises(UsageError, match=message):
        GAME(**constants)


def test_a_parameter_that_ranges_over_nothing_finite_is_refused():
    class Gambler(Player):
        def bet(self, amount: int) -> None:
            Table.pot += amount

    with pytest.raises(SpecError, match="`amount: int`, a type whose values cannot all be tried"):
        GAME.variant("gamblers", Gambler)


def test_states_are_values():
    model = GAME()
    state = model.initial_states[0]
    same = State(state.layout, tuple(state.values), state.messages)
    assert state == same
    assert hash(state) == hash(same)
    assert len({state, same}) == 1


def test_maps_are_values():
    left, right = Map({1: "a", 2: "b"}), Map({2: "b", 1: "a"})
    assert left == right
    assert hash(left) == hash(right)
    assert left | {1: "c"} == Map({1: "c", 2: "b"})
    assert left[1] == "a"


def test_records_with_the_same_fields_and_another_name_differ():
    class A(Record):
        x: int

    class B(Record):
        x: int

    assert A(1) == A(1)
    assert A(1) != B(1)
    assert len(set(itertools.chain([A(1), A(1)], [B(1)]))) == 2
