"""What is seen in a state is what the plain Python meaning says of it."""

from __future__ import annotations

import pytest

from raftnb.data.trace import State
from raftnb.explore import state_graph
from raftnb.explorer.sight import Lookout
from raftnb.language import Delivery, Message, Model, Process, Spec, after, discard, send, when
from raftnb.specs import SPECS


class Ping(Message):
    pass


class Peer(Process, number="peers"):
    sent: int = 0
    got: int = 0

    def ping(self, to: Peer) -> None:
        when(to != self)
        when(self.sent < 1)
        self.sent += 1
        send(Ping(), to=to)

    def hear(self, m: Ping) -> None:
        when(self.got < 2)
        discard(m)
        self.got += 1

    def forget(self) -> None:
        when(self.got > 0)
        self.got = 0


def nobody_has_heard(peer: Peer) -> bool:
    """Nobody has heard of anybody."""
    return peer.got == 0


def somebody_has_heard() -> bool:
    return any(peer.got > 0 for peer in Peer)


def what_is_heard_stays(peer: Peer) -> bool:
    return after(peer).got >= peer.got


def nothing_is_lost() -> bool:
    return sum(peer.sent for peer in Peer) <= 1


PEERS = Spec(
    "peers",
    (Peer,),
    constants={"peers": 2},
    delivery=Delivery(duplicates=False),
    invariants=(nobody_has_heard,),
    transitions=(what_is_heard_stays,),
    sometimes=(somebody_has_heard,),
)
MODELS = {
    "a bag": PEERS(),
    "a set that grows": PEERS(duplicates=1),
    "queues": PEERS(reorders=0),
    "queues that repeat": PEERS.variant("bounded", channel_length="most", constants={
        "peers": 2, "most": 2})(reorders=0, duplicates=1),
    "constraints": PEERS.variant("bounded", constraints=(nothing_is_lost,))(),
    "an order of actions": SPECS["sequential-store"](),
    "claims with history": SPECS["linearizable-store"](history=True),
    "raft": SPECS["raft"](servers=2, max_term=1, duplicates=0),
}  # fmt: skip


def states_of(model: Model) -> list[State]:
    return list(state_graph(model, max_states=40).states)


@pytest.mark.parametrize("name", MODELS)
def test_the_ways_out_of_a_state_are_its_steps(name: str) -> None:
    model = MODELS[name]
    lookout, world = Lookout(model), model.start()
    for state in states_of(model):
        sight = lookout.look(state)
        assert sight.ways is not None
        assert [(w.step, w.after) for w in sight.ways] == list(world.successors(state))
        flying = [message for message, _ in sight.messages]
        for way in sight.ways:
            taken = [v for _, v in way.step.arguments if isinstance(v, Message)]
            assert taken == ([flying[way.message]] if way.message >= 0 else [])


@pytest.mark.parametrize("name", MODELS)
def test_each_action_of_a_process_can_be_taken_or_says_why_not(name: str) -> None:
    model = MODELS[name]
    lookout = Lookout(model)
    everything = {(i.process.name, i.action.name) for i in lookout.runner.instances}
    for state in states_of(model):
        sight = lookout.look(state)
        ways = {(way.step.process, way.step.action) for way in sight.ways or ()}
        refused = [(process, action) for process, action, _ in sight.refused]
        assert len(refused) == len(set(refused))
        assert ways | set(refused) == everything
        assert ways.isdisjoint(refused)
        assert all(why for _, _, why in sight.refused)


@pytest.mark.parametrize("name", MODELS)
def test_a_claim_is_true_where_the_model_says_so(name: str) -> None:
    model = MODELS[name]
    lookout = Lookout(model)
    about_states = (*lookout.invariants, *lookout.awaited)
    for state in states_of(model):
        truth = lookout.glance(state).truth
        assert [why is None for why in truth] == [model.holds(c, state) for c in about_states]


def test_why_not_quotes_the_guard_that_is_false() -> None:
    first = PEERS().initial_states[0]
    seen = Lookout(PEERS()).look(first)
    assert {(p, a): why for p, a, why in seen.refused} == {
        ("p1", "hear"): "no Ping to p1 can be received",
        ("p1", "forget"): "`when(self.got > 0)` is false",
        ("p2", "hear"): "no Ping to p2 can be received",
        ("p2", "forget"): "`when(self.got > 0)` is false",
        ("network", "lose"): "no message can be received",
    }
    world = PEERS().start()
    world["p1"].ping(world["p2"])
    why = {(p, a): why for p, a, why in Lookout(PEERS()).look(world.state).refused}
    assert why["p1", "ping"] == "`when(to != self)` is false; `when(self.sent < 1)` is false"


def test_a_claim_that_is_false_says_for_whom_and_a_step_which_claim_it_breaks() -> None:
    world = PEERS().start()
    world["p1"].ping(world["p2"])
    (ping,) = [m for m, _ in world.state.messages]
    world["p2"].hear(ping)
    lookout = Lookout(PEERS())
    seen = lookout.look(world.state)
    names = [claim.__name__ for claim in lookout.claims]
    assert names == ["nobody_has_heard", "somebody_has_heard", "what_is_heard_stays"]
    assert seen.truth == ("peer = p2", None)
    broken = {str(way.step): way.broken for way in seen.ways or ()}
    assert broken == {"p2.ping(p1)": (), "p2.forget()": (2,)}


def test_an_action_that_fails_says_so_and_the_others_go_on() -> None:
    class Bold(Peer):
        def forget(self) -> None:
            self.got = 1 // self.got - 1

    seen = Lookout(PEERS.variant("bold", Bold)()).look(PEERS().initial_states[0])
    why = {(process, action): reason for process, action, reason in seen.refused}
    assert why["p1", "forget"].startswith("fails: ZeroDivisionError")
    assert {str(way.step) for way in seen.ways or ()} == {"p1.ping(p2)", "p2.ping(p1)"}


def test_a_state_outside_the_constraints_says_so() -> None:
    lookout = Lookout(MODELS["constraints"])
    world = MODELS["constraints"].start()
    world["p1"].ping(world["p2"])
    assert lookout.glance(world.state).within
    world["p2"].ping(world["p1"])
    assert not lookout.glance(world.state).within
