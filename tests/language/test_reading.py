"""States written as JSON are read back as they were, with what their annotations say."""

from __future__ import annotations

import json
from enum import Enum
from typing import Literal

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.language import (
    Delivery,
    Domain,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    Spec,
    anything,
    discard,
    either,
    send,
)
from raftnb.language.reading import state_of_json
from raftnb.specs import SPECS


class Color(Enum):
    RED = 1
    BLUE = 2


class Key(Domain, number="keys"):
    """A key."""


class Entry(Record):
    key: Key
    old: tuple[int, bool] | None


class Ask(Message):
    entries: Seq[Entry]


class Node(Process, number="nodes"):
    color: Color | None = None
    seen: Set[Key] = frozenset()
    known: Map[Key, Nat] = Map()
    of: Map[int, Set[Color]] = Map()
    pairs: Map[tuple[int, bool], str] = Map()
    word: Literal["a", "b"] | Key = "a"
    log: Seq[Entry | None] = ()
    start: bool = anything()

    def fill(self, key: Key) -> None:
        self.color = either(Color.RED, Color.BLUE)
        self.seen |= {key}
        self.known |= {key: 2}
        self.of = Map({-1: frozenset({Color.RED}), 2: frozenset()})
        self.pairs = Map({(1, True): "x"})
        self.word = either("b", key)
        self.log = (None, Entry(key, (-1, True)))

    def ask(self, other: Node) -> None:
        send(Ask(entries=tuple(Entry(key, None) for key in Key)), to=other)

    def receive(self, m: Ask) -> None:
        discard(m)


def spec_with(delivery: Delivery) -> Spec:
    return Spec("s", (Node,), domains=(Key,), constants={"nodes": 2, "keys": 2}, delivery=delivery)


def some_states(spec: Spec, many: int, **constants: int) -> list:
    model = spec(**constants)
    found = dict.fromkeys(model.initial_states)
    for state in list(found):
        todo = [state]
        while todo and len(found) < many:
            for _, after in model.start().successors(todo.pop(0)):
                if after not in found:
                    found[after] = None
                    todo.append(after)
    return list(found)


DELIVERIES = [Delivery(), Delivery(duplicates=False), Delivery(reorders=False)]


@pytest.mark.parametrize("delivery", DELIVERIES, ids=str)
def test_what_is_written_is_read_back(delivery: Delivery) -> None:
    spec = spec_with(delivery)
    states = some_states(spec, 300)
    assert len(states) >= 300
    for state in states:
        assert state_of_json(spec(), json.loads(json.dumps(state.as_json()))) == state


@pytest.mark.parametrize("name", SPECS)
def test_states_of_the_package_are_read_back(name: str) -> None:
    spec = SPECS[name]
    for state in some_states(spec, 60):
        assert state_of_json(spec(), json.loads(json.dumps(state.as_json()))) == state


class Vague(Process):
    who: Literal["vague"] | Process = "vague"

    def name_itself(self) -> None:
        self.who = self


def test_data_that_could_mean_two_things_is_refused() -> None:
    model = Spec("vague", (Vague,))()
    with pytest.raises(UsageError, match="'vague' as the value of"):
        state_of_json(model, {"vague": {"who": "vague"}})


def test_a_value_of_another_type_is_refused() -> None:
    model = spec_with(Delivery())(nodes=1)
    good = model.initial_states[0].as_json()
    wrong_ones = {"seen": ["k3"], "color": "GREEN", "known": {"k1": -1}, "log": [3]}
    for variable, wrong in wrong_ones.items():
        with pytest.raises((UsageError, SpecError), match=variable):
            state_of_json(model, {**good, "n1": {**good["n1"], variable: wrong}})


def test_a_state_of_a_larger_model_is_refused() -> None:
    spec = spec_with(Delivery())
    good = spec(nodes=1).initial_states[0].as_json()
    for larger in (
        spec(nodes=2).initial_states[0].as_json(),
        {**good, "n1": {**good["n1"], "other": 0}},
        {**good, "n9": {}},
    ):
        with pytest.raises(UsageError, match="a state with n"):
            state_of_json(spec(nodes=1), larger)


@pytest.mark.parametrize("messages", [None, 3, {}, [None], [{"message": {}}]])
def test_messages_that_are_no_list_are_refused(messages: object) -> None:
    model = spec_with(Delivery())(nodes=1)
    with pytest.raises(UsageError, match="messages"):
        state_of_json(model, {**model.initial_states[0].as_json(), "messages": messages})
