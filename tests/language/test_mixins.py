"""Classes made of several: each name means what Python finds first, in every engine."""

from typing import Any

import pytest

from raftnb.data.errors import NotEnabled, SpecError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import (
    Domain,
    Globals,
    Nat,
    Process,
    Spec,
    always_eventually,
    cycle,
    weak,
    when,
)
from raftnb.liveness import check_liveness
from raftnb.pluscal import algorithm
from raftnb.prove import Lemma, Proof, prove
from tests.language.engines import same


class Clock(Globals):
    now: Nat = 0


class Timed(Process, abstract=True):
    """Has a time of its own."""

    time: Nat = 0
    most: Nat = 1

    def tick(self) -> None:
        when(self.time < self.limit())
        self.time += 1

    def limit(self) -> int:
        return 2


class Switched(Process, abstract=True):
    """Is on or off."""

    on: bool = False

    def switch(self) -> None:
        when(self.may_switch())
        self.on = not self.on

    def may_switch(self) -> bool:
        return True


class Lamp(Switched, Timed, number="lamps"):
    """Both."""

    color: Nat = 0

    def may_switch(self) -> bool:
        return self.time > 0


class Bell(Timed, number="bells"):
    """One of the two."""

    def limit(self) -> int:
        return 1


class Careful(Lamp):
    """Varies the one made of both."""

    def tick(self) -> None:
        when(not self.on)
        super().tick()


def times_are_small(a: Lamp, b: Bell) -> bool:
    return a.time <= 2 and b.time <= 1


def on_after_a_tick(a: Lamp) -> bool:
    return not a.on or a.time > 0


def never_on_late(a: Lamp) -> bool:
    return not (a.on and a.time == 2)


SPEC = Spec(
    "lamps",
    (Lamp, Bell),
    constants={"lamps": 2, "bells": 1},
    invariants=(times_are_small, on_after_a_tick),
)


def test_a_class_has_the_variables_and_actions_of_all_its_bases() -> None:
    assert list(Lamp.variables) == ["on", "time", "most", "color"]
    assert [v.position for v in Lamp.variables.values()] == [0, 1, 2, 3]
    assert [v.position for v in Timed.variables.values()] == [0, 1]
    assert list(Lamp.actions) == ["switch", "tick"]
    assert (Lamp.root, Lamp.number, Careful.root) == ("Lamp", "lamps", "Lamp")
    same(SPEC, 5 * 5 * 2)
    world = SPEC().start()
    world["l1"].tick()
    world["l1"].switch()
    world["b1"].tick()
    assert (world["l1"].time, world["l1"].on, world["l2"].time) == (1, True, 0)


def test_a_variant_of_it_is_one_of_it_alone() -> None:
    careful = SPEC.variant("careful", Careful, invariants=(on_after_a_tick,))
    same(careful, 5 * 5 * 2)
    proof = Proof(careful, (Lemma(on_after_a_tick),))
    assert prove(proof).verdict is Verdict.HOLDS


def test_it_is_proved_and_what_is_wrong_is_not() -> None:
    lemmas = (Lemma(times_are_small), Lemma(on_after_a_tick))
    assert prove(Proof(SPEC, lemmas)).verdict is Verdict.HOLDS
    wrong = SPEC.variant("wrong", invariants=(*SPEC.invariants, never_on_late))
    found = prove(Proof(wrong, (*lemmas, Lemma(never_on_late))))
    assert {c for c, _ in found.failing} == {"never_on_late"}
    assert check(wrong(), progress=False).property == "never_on_late"


def test_fairness_names_the_action_of_a_base() -> None:
    def late(a: Lamp) -> bool:
        return a.time == 2

    wanted = always_eventually(late)
    assert check_liveness(SPEC(), wanted, fairness=(weak(Timed.tick),)).verdict is Verdict.HOLDS
    rest = check_liveness(SPEC(), wanted, fairness=(weak(Switched.switch),))
    assert rest.verdict is Verdict.VIOLATED


def test_it_is_printed_once_for_each_class() -> None:
    text = algorithm(SPEC()).files["Lamps.tla"]
    assert "process lamp \\in Lamp" in text
    assert "process bell \\in Bell" in text


class Base(Process, abstract=True):
    x: Nat = 0

    def step(self) -> None:
        self.x = self.next()

    def next(self) -> int:
        return 1


class Left(Base, abstract=True):
    def next(self) -> int:
        return 2 * super().next()


class Right(Base, abstract=True):
    x: Nat = 5

    def next(self) -> int:
        return 10 + super().next()


class Both(Left, Right, number="boths"):
    """Left before right, as Python has it."""


class Again(Process, abstract=True):
    y: Nat = 3


class Third(Again, Both):
    """A variant, with more of another class."""


class Patient(Lamp):
    """Another variant of the same."""

    waits: Nat = 0

    def tick(self) -> None:
        when(self.waits == 1)
        super().tick()
        self.waits = 0

    def wait(self) -> None:
        when(self.waits == 0)
        self.waits = 1


class CarefulAndPatient(Careful, Patient):
    """Two variants of one class, one before the other."""


def x_is_known(a: Both) -> bool:
    return a.x in (5, 22)


def test_a_name_that_two_bases_have_is_what_python_finds_first() -> None:
    assert Both.__mro__[:4] == (Both, Left, Right, Base)
    spec = Spec("both", (Both,), constants={"boths": 1}, invariants=(x_is_known,))
    same(spec, 2)
    assert spec().start()["b1"].x == 5
    assert prove(Proof(spec, (Lemma(x_is_known),))).verdict is Verdict.HOLDS


def test_a_variant_may_be_made_of_more() -> None:
    assert (Third.root, Third.number, list(Third.variables)) == ("Both", "boths", ["y", "x"])
    spec = Spec("both", (Both,), constants={"boths": 1}, invariants=(x_is_known,))
    third = spec.variant("third", Third)
    same(third, 2)
    world = third().start()
    world["b1"].step()
    assert (world["b1"].x, world["b1"].y) == (22, 3)
    assert prove(Proof(third, (Lemma(x_is_known),))).verdict is Verdict.HOLDS


def never_waits_while_on(a: Patient) -> bool:
    return not (a.on and a.waits == 1)


def test_variants_of_one_class_are_put_together() -> None:
    both = CarefulAndPatient
    assert both.__mro__[:4] == (both, Careful, Patient, Lamp)
    assert (both.root, both.number, list(both.actions)) == (
        "Lamp",
        "lamps",
        ["switch", "tick", "wait"],
    )
    spec = SPEC.variant("both", both, invariants=(on_after_a_tick,))
    same(spec, (2 + 4 + 4) ** 2 * 2)
    assert prove(Proof(spec, (Lemma(on_after_a_tick),))).verdict is Verdict.HOLDS
    wrong = spec.variant("wrong", invariants=(never_waits_while_on,))
    found = prove(Proof(wrong, (Lemma(never_waits_while_on),)))
    assert {c for c, _ in found.failing} == {"never_waits_while_on"}
    assert check(wrong(), progress=False).property == "never_waits_while_on"
    world = spec().start()
    with pytest.raises(NotEnabled):
        world["l1"].tick()
    world["l1"].wait()
    world["l1"].tick()
    world["l1"].switch()
    world["l1"].wait()
    with pytest.raises(NotEnabled):
        world["l1"].tick()


def test_an_operator_hides_an_action_of_another_base() -> None:
    class Quiet(Process, abstract=True):
        def step(self) -> bool:
            return False

    class Silent(Quiet, Left, number="silents"):
        def look(self) -> None:
            when(self.step())

    assert list(Silent.actions) == ["look"]


# What is refused.


class Plain:
    """No process."""


class Ordered(Process, abstract=True):
    def a(self) -> None:
        pass

    def b(self) -> None:
        pass

    order = cycle(a, b)


class Reversed(Process, abstract=True):
    def c(self) -> None:
        pass

    def d(self) -> None:
        pass

    order = cycle(d, c)


class Taken(Process, abstract=True):
    def on(self) -> None:
        pass


class Key(Domain, number="keys"):
    """No process."""


MIXED: dict[str, tuple[tuple[Any, ...], str]] = {
    "a plain class": ((Plain, Timed), "with the bases `Plain`, `Timed`"),
    "two with members": ((Lamp, Bell), "with the bases `Lamp`, `Bell`"),
    "a domain": ((Key, Timed), "with the bases `Key`, `Timed`"),
    "two cycles": ((Ordered, Reversed), "with two cycles, from its bases"),
    "no order": ((Base, Left), "with the bases Base, Left: Cannot create a consistent"),
    "a variable and an action": ((Switched, Taken), "with `on` as a variable and an action"),
}


@pytest.mark.parametrize("what", MIXED)
def test_bases_that_do_not_go_together_are_refused(what: str) -> None:
    bases, found = MIXED[what]
    with pytest.raises(SpecError) as error:
        type(Process)("Mixed", bases, {"__module__": __name__})
    assert found in error.value.found


def test_a_cycle_of_one_base_is_kept() -> None:
    class Steps(Ordered, Timed, number="steps"):
        """In order."""

    assert list(Steps.variables) == ["pc", "time", "most"]
    spec = Spec("steps", (Steps,), constants={"steps": 1})
    same(spec, 2 * 3)


HEADERS: dict[str, tuple[dict[str, Any], str, str]] = {
    "misspelt": ({"nubmer": "nodes"}, "`nubmer='nodes'` in the header of `Node`", "`number`?"),
    "unknown": ({"uid": "nodes"}, "`uid='nodes'` in the header of `Node`", "leave it out"),
    "a size": ({"number": 3}, "`number=3` in the header of `Node`", 'number="members"'),
    "no switch": ({"abstract": 1}, "`abstract=1` in the header", "`abstract=True`"),
    "a text": ({"everywhere": "yes"}, "`everywhere='yes'`", "`everywhere=True`"),
}


@pytest.mark.parametrize("what", HEADERS)
def test_what_means_nothing_in_a_header_is_refused(what: str) -> None:
    options, found, cure = HEADERS[what]
    with pytest.raises(SpecError) as error:
        type(Process)("Node", (Process,), {"__module__": __name__}, **options)
    assert found in error.value.found
    assert cure in error.value.cure


def test_a_variant_has_the_members_that_are_varied() -> None:
    with pytest.raises(SpecError, match="which varies `Lamp`"):
        type(Process)("Node", (Lamp,), {"__module__": __name__}, number="nodes")


def test_a_name_means_one_thing() -> None:
    with pytest.raises(SpecError, match="`time` in `Odd`, which is a variable"):

        class Odd(Timed):
            def time(self) -> int:  # type: ignore[override]
                return 1

    with pytest.raises(SpecError, match="`tick` of `Even`, a variable and a method"):

        class Even(Timed):
            tick: Nat = 0  # type: ignore[assignment]

    with pytest.raises(SpecError, match="`n` of `Twice`, a variable and a method"):

        class Twice(Process):
            n: Nat = 0

            def n(self) -> None:  # type: ignore[no-redef]  # noqa: F811
                """Hides the variable."""
