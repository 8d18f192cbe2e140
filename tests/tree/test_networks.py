"""Messages in all eight networks: what the trees of actions and claims say is what running does."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from raftnb.data.errors import SpecError
from raftnb.language import (
    Delivery,
    Message,
    Nat,
    Process,
    Record,
    discard,
    either,
    in_flight,
    macro,
    reply,
    send,
    when,
)
from raftnb.language.spec import Spec
from raftnb.language.world import World
from raftnb.tree import Program, nodes
from tests.oracles.tree_interpreter import has_tree, successors, truth
from tests.tree.test_interpreter import reached

NETWORKS = [
    Delivery(loses=loses, duplicates=duplicates, reorders=reorders)
    for loses, duplicates, reorders in itertools.product((False, True), repeat=3)
]


class Ask(Message):
    """A question."""

    n: Nat


class AskTwice(Ask):
    """A question of a kind of its own."""

    again: bool = True


class Answer(Message):
    """An answer."""

    n: Nat
    well: bool


class Peer(Process, number="peers"):
    """Asks and answers."""

    asked: Nat = 0
    heard: Nat = 0
    last: Ask | None = None

    def ask(self, peer: Peer) -> None:
        """Put a question to another one."""
        when(self.asked < 2 and peer != self)
        self.asked += 1
        if self.asked == 1:
            send(Ask(n=self.asked), to=peer)
        else:
            question = AskTwice(n=self.asked)
            send(question, peer)

    def answer(self, m: Ask) -> None:
        """Answer a question of either kind, or drop it."""
        self.last = m
        if either(True, False):
            reply(m, Answer(n=m.n, well=isinstance(m, AskTwice) and m.again))
        else:
            discard(m)

    def pass_on(self, m: AskTwice) -> None:
        """Give a question back: it keeps its source."""
        when(self.heard < 1)
        self.heard += len(in_flight(Ask))
        send(message=m, to=self)

    def hear(self, m: Message) -> None:
        """A message of any kind has a number."""
        when(m.n > 1)
        self.heard = m.n
        self.forget(m)

    @macro
    def forget(self, m: Message) -> None:
        """Take it out of the network."""
        discard(message=m)

    def notice(self) -> None:
        """Look at what is in flight, and say it to all."""
        when(in_flight(Answer) != () and self.heard == 0)
        for m in in_flight(Answer):
            if m.well:
                self.heard += m.n
        for peer in Peer:
            send(Answer(n=self.heard, well=False), to=peer)


def questions_are_of_others() -> bool:
    """Nobody asks itself, but what is passed on."""
    return all(m.source != m.dest or isinstance(m, AskTwice) for m in in_flight(Ask))


def answers_are_few(p: Peer) -> bool:
    """At most two answers to somebody."""
    return sum(m.dest == p for m in in_flight(Answer)) <= 2


SPEC = Spec(
    "peers",
    processes=(Peer,),
    constants={"peers": 2},
    delivery=Delivery(),
    invariants=(questions_are_of_others, answers_are_few),
)


@pytest.mark.parametrize("delivery", NETWORKS, ids=str)
def test_steps_and_claims_are_those_of_running_in_every_network(delivery: Delivery) -> None:
    model = replace(SPEC, delivery=delivery)()
    program = Program(model)
    faults = {
        name for cls in model.processes for name in cls.actions if not has_tree(program, cls, name)
    }
    assert faults <= {"duplicate"}
    for state in reached(model, 60):
        wanted = [p for p in World(model).successors(state) if p[0].action not in faults]
        assert list(successors(program, state)) == wanted
        for claim in SPEC.invariants:
            assert truth(program, model, claim, state) == model.holds(claim, state)


def test_the_step_of_the_network_that_has_no_tree_is_refused_in_its_own_words() -> None:
    model = replace(SPEC, delivery=Delivery(reorders=False))()
    network = model.processes[-1]
    assert Program(model).action(network, "lose")
    with pytest.raises(SpecError) as error:
        Program(model).action(network, "duplicate")
    assert "`duplicate`" in error.value.found
    assert error.value.place == "the delivery of `peers`"


def test_the_kinds_of_message_are_those_made_and_those_annotated() -> None:
    kinds = [kind.__name__ for kind in Program(SPEC()).message_kinds()]
    assert kinds == ["Answer", "Ask", "AskTwice"]


class Postman(Process, everywhere=True):
    """Sees all messages."""

    def bring_again(self, m: Ask) -> None:
        """A message again keeps its source."""
        send(m, to=m.dest)

    def write(self, m: Ask) -> None:
        """A message of its own: then a source is no Peer."""
        send(Ask(n=1), to=m.dest)


class Clerk(Process):
    """A second class of processes."""

    n: int = 0

    def greet(self, peer: Peer) -> None:
        """A message from another class."""
        send(Ask(n=1), to=peer)


class Letter(Record):
    """No message."""

    text: str


def test_a_message_from_a_process_of_another_class_is_refused() -> None:
    program = Program(replace(SPEC, processes=(Peer, Postman))())
    assert program.action(Postman, "bring_again")
    with pytest.raises(SpecError, match="send") as error:
        program.action(Postman, "write")
    assert "line" in error.value.place
    assert "source" in error.value.cure


class Call(Message):
    """From a caller to the desk."""

    n: Nat


class Reply(Message):
    """Back."""

    n: Nat


class Caller(Process, number="callers"):
    """Calls the desk."""

    got: Nat = 0

    def call(self, desk: Desk) -> None:
        """Ask for a number."""
        send(Call(n=1), to=desk)

    def hear(self, m: Reply) -> None:
        """Note the number, and who gave it."""
        self.got = m.n
        m.source.given += 1
        discard(m)


class Desk(Process):
    """Gives numbers."""

    given: Nat = 0
    now: Caller | None = None

    def give(self, m: Call) -> None:
        """The next number."""
        self.now = m.source
        reply(m, Reply(n=self.given + 1))

    def see(self, m: Message) -> None:
        """Any message at all."""
        when(isinstance(m, Call) and m.source.got > 0)
        self.given = 0


class OddDesk(Desk):
    """Sends what it does not give."""

    def give(self, m: Call) -> None:
        """A call of its own."""
        send(Call(n=2), to=m.source)


TWO = Spec("callers", processes=(Caller, Desk), constants={"callers": 2}, delivery=Delivery())


def test_two_classes_send_each_other_what_the_other_receives() -> None:
    model = TWO()
    program = Program(model)
    ends = {
        (kind.__name__, end): program.field_type(kind, end)
        for kind in program.message_kinds()
        for end in ("source", "dest")
    }
    caller, desk = nodes.Member("Caller"), nodes.Member("Desk")
    assert ends == {
        ("Call", "source"): caller, ("Call", "dest"): desk,
        ("Reply", "source"): desk, ("Reply", "dest"): caller,
    }  # fmt: skip
    for state in reached(model, 60):
        refused = {"see"}
        wanted = [p for p in World(model).successors(state) if p[0].action not in refused]
        assert list(successors(program, state)) == wanted


def test_a_message_to_or_from_another_class_than_was_found_is_refused() -> None:
    program = Program(TWO.variant("odd", OddDesk)())
    with pytest.raises(SpecError) as error:
        program.action(OddDesk, "give")
    assert error.value.found == "`m.source`"
    assert "annotate `dest` in `Call`" in error.value.cure
    program = Program(replace(SPEC, processes=(Peer, Clerk))())
    with pytest.raises(SpecError, match="send") as error:
        program.action(Clerk, "greet")
    assert "greet" in error.value.place
    assert error.value.cure == "annotate `source` in `Ask`"


def test_a_specification_without_a_network_has_no_messages() -> None:
    with pytest.raises(SpecError) as error:
        replace(SPEC, delivery=None)
    assert "delivery" in error.value.allowed
