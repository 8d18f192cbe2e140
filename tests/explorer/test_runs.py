"""What is kept of an action's runs is what plain Python does in each state anew."""

from __future__ import annotations

from itertools import islice

import pytest

from raftnb import Globals, Model, Process, Spec, either, in_flight, when
from raftnb.data.trace import State
from raftnb.explorer import runs
from raftnb.explorer.runs import Noting, Runner
from raftnb.language.world import World
from raftnb.specs import SPECS
from tests.explorer.test_sight import MODELS, PEERS, Peer, Ping


class Panel(Globals):
    lamp: bool = False
    other: int = 0


class Hand(Process, number="hands"):
    fingers: int = 0

    def switch_on(self) -> None:
        Panel.lamp = True

    def switch_off(self) -> None:
        Panel.lamp = False

    def turn(self) -> None:
        Panel.other = either(0, 1, 2)
        when(Panel.other != 1 or not Panel.lamp)

    def count(self) -> None:
        when(self.fingers < 2)
        self.fingers = 1 // (1 - Panel.other)


class Careful(Peer):
    def forget(self) -> None:
        when(not in_flight(Ping))
        self.got = 0


PANEL = Spec("panel", (Hand,), (Panel,), constants={"hands": 2})
KEPT = MODELS | {
    "assignments without a look": PANEL(),
    "a look at the network": PEERS.variant("careful", Careful)(),
    "labels": SPECS["queue-store"](),
    "raft": SPECS["raft"](),
}


def some_states(model: Model, most: int = 150) -> list[State]:
    """The states that are met first; where an action fails, nothing comes after."""
    world, found = World(model), dict.fromkeys(model.initial_states)
    todo = list(found)
    for state in islice(todo, most):
        try:
            fresh = [after for _, after in world.successors(state) if after not in found]
        except Exception:
            continue
        found |= dict.fromkeys(fresh)
        todo += dict.fromkeys(fresh)
    return todo[:most]


def differences(model: Model) -> list[tuple[str, State]]:
    keeping, found = Runner(model), []
    for state in some_states(model):
        anew = Runner(model)
        for number, instance in enumerate(anew.instances):
            if keeping.runs(number, state) != anew.runs(number, state):
                found.append((instance.action.name, state))
    return found


@pytest.mark.parametrize("name", KEPT)
def test_an_action_does_what_it_would_do_if_nothing_were_kept(name: str) -> None:
    assert differences(KEPT[name]) == []


def test_an_action_that_reads_one_variable_runs_once_for_each_of_its_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, ran = PANEL(), []
    monkeypatch.setattr(Runner, "_run", _counted(Runner._run, ran))
    keeping = Runner(model)
    states = some_states(model)
    for state in states:
        for number in range(len(keeping.instances)):
            keeping.runs(number, state)
    assert ran.count("switch_on") == 2  # each hand once
    assert ran.count("turn") == 4
    assert ran.count("count") < len(states)


def _counted(run, ran: list[str]):
    def counted(self, instance, state):
        ran.append(instance.action.name)
        return run(self, instance, state)

    return counted


class Inattentive(Noting):
    """Does not note what is read, and hears nothing of the network."""

    def read(self, cell):
        return self.cells[cell]

    def messages(self):
        return World.messages(self)


@pytest.mark.parametrize("name", ["assignments without a look", "a look at the network", "labels"])
def test_what_is_not_noted_is_found_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "Noting", Inattentive)
    assert differences(KEPT[name]) != []
