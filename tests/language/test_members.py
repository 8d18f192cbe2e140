"""Members are known by class and name, in the world that asks; not by the world that made them."""

from __future__ import annotations

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import Domain, Globals, Model, Nat, Process, Spec, first, when
from raftnb.language.world import World

ENGINES = pytest.mark.parametrize("engine", ["fast", "reference"])


class Car(Process, number="cars"):
    """A car may follow another one."""

    speed: Nat = 0
    ahead: Car = first()

    def follow(self, other: Car) -> None:
        """Follow another car, or itself."""
        self.ahead = other

    def pushes(self) -> None:
        """The car ahead gets faster: a variable of another process, found in a variable."""
        when(self.ahead.speed < 2)
        self.ahead.speed += 1

    def brakes(self, other: Car) -> None:
        """Another car, which is an argument, gets slower."""
        when(other.speed > 0)
        other.speed -= 1


def no_faster_than_ahead(car: Car) -> bool:
    return car.speed <= car.ahead.speed


def slow(car: Car) -> bool:
    return car.ahead.speed < 3


CARS = Spec("cars", (Car,), constants={"cars": 2}, invariants=(slow,), sometimes=())


def some_world(model: Model) -> World:
    world = model.start()
    world["c2"].follow(world["c1"])
    world["c2"].pushes()
    return world


def test_a_process_in_a_state_is_read_by_whoever_asks() -> None:
    one, two = CARS(), CARS()
    state = some_world(one).state
    for model in (one, two, CARS()):
        assert model.holds(no_faster_than_ahead, state)
        world = model.start(state)
        assert world["c2"].ahead.speed == 1
        world["c2"].pushes()
        assert world["c1"].speed == 2
        assert world["c2"].speed == 0


def test_a_process_in_a_state_of_a_larger_model_is_read_in_its_own_place() -> None:
    state = some_world(CARS(cars=3)).state
    assert CARS(cars=3).start(state)["c2"].ahead.speed == 1
    with pytest.raises(UsageError, match="other variables"):
        CARS(cars=2).start(state)


@ENGINES
def test_writing_to_another_process_is_the_same_for_every_engine(engine: str) -> None:
    found = check(CARS(), engine=engine)
    assert found.verdict is Verdict.HOLDS
    assert (found.distinct, found.generated) == (36, 1 + 36 * 4 + 48 + 96)


@ENGINES
def test_a_trace_that_writes_to_another_process_can_be_taken_by_hand(engine: str) -> None:
    def never_two(car: Car) -> bool:
        return car.speed < 2

    model = CARS.variant("cars", invariants=(never_two,))()
    found = check(model, engine=engine)
    assert found.verdict is Verdict.VIOLATED
    assert found.trace is not None
    world = model.start()
    for step in found.trace.steps:
        world.take(step)
    assert world.state == found.trace.last


class Server(Process, number="servers"):
    """Its members are s1, s2."""

    x: Nat = 0

    def go(self) -> None:
        """Once."""
        when(self.x == 0)
        self.x = 1


class Store(Process, number="stores"):
    """Its members would be s1, s2, too."""

    y: Nat = 0

    def go(self) -> None:
        """Once."""
        when(self.y == 0)
        self.y = 1


class Slot(Domain, number="slots"):
    """A domain whose members would be s1, s2, too."""


class S1(Globals):
    """Shared variables."""

    z: Nat = 0


@pytest.mark.parametrize(("processes", "domains"), [((Server, Store), ()), ((Server,), (Slot,))])
def test_two_members_of_one_name_are_refused_when_the_spec_is_made(processes, domains) -> None:
    with pytest.raises(SpecError, match="`s1`, the name of a member of") as error:
        Spec("twice", processes, (), domains, {"servers": 2, "stores": 2, "slots": 2})
    assert "name" in error.value.cure
    other = (processes + domains)[1].number
    spec = Spec("once", processes, (), domains, {"servers": 2, other: ("a", "b")})
    assert check(spec()).distinct == 4 ** len(processes)
    with pytest.raises(SpecError, match="`a`, the name of a member of"):
        spec(servers=("a", "s1"))


def test_a_member_and_shared_variables_of_one_name_are_refused() -> None:
    with pytest.raises(SpecError, match="`S1`, the name of a member of `Server`"):
        Spec("shared", (Server,), (S1,), (), {"servers": ("S1", "S2")})
    with pytest.raises(SpecError, match="the network's messages"):
        Spec("json", (Server,), (), (), {"servers": ("messages",)})


class Left(Server):
    """A subclass."""


class Right(Server):
    """Another subclass."""


@pytest.mark.parametrize("classes", [(Left, Right), (Server, Left), (Left, Server), (Left, Left)])
def test_two_classes_of_one_root_are_refused(classes: tuple[type[Process], ...]) -> None:
    with pytest.raises(SpecError, match="which are both `"):
        Spec("two", classes, constants={"servers": 2})


def test_two_classes_of_one_name_are_refused() -> None:
    other = type(Process)("Server", (Process,), {"__module__": __name__}, number="others")
    with pytest.raises(SpecError, match="`Server` and `Server`, which are both `Server`"):
        Spec("two", (Server, other), constants={"servers": 1, "others": 1})


class Moves:
    """A plain class with an action."""

    def move(self) -> None:
        """Moves."""


def test_a_process_class_has_one_base() -> None:
    for bases in ((Moves, Process), (Process, Moves), (Server, Store)):
        with pytest.raises(SpecError, match="with the bases") as error:
            type(Process)("Mixed", bases, {"__module__": __name__})
        assert "one base class" in error.value.allowed


@pytest.mark.parametrize("name", ["number", "root", "name", "index", "variables", "cycle", "_x"])
def test_a_variable_may_not_be_called_what_a_class_has_already(name: str) -> None:
    space = {"__module__": __name__, "__annotations__": {name: "int"}, name: 0}
    with pytest.raises(SpecError, match=f"`{name}`"):
        type(Process)("Odd", (Process,), space)


def test_a_member_of_another_specification_has_no_variables_here() -> None:
    stranger = Spec("other", (Store,), constants={"stores": ("x",)})().start()["x"]
    world = CARS().start()
    with world, pytest.raises(SpecError, match="which the specification does not name"):
        _ = stranger.y
    with pytest.raises(SpecError, match="as the value of `other`"):
        world["c1"].follow(stranger)


def test_after_a_step_only_what_is_named_is_read_after_it() -> None:
    before, then = CARS().start(), CARS().start()
    then["c2"].follow(then["c2"])
    then["c2"].pushes()
    before.next = then
    with before:
        c2 = before["c2"]
        assert before.after(c2).speed == 1
        assert c2.speed == 0
        assert before.after(c2).ahead == c2
        assert before.after(c2).ahead.speed == 0
        assert before.after(before.after(c2).ahead).speed == 1


class Words(Globals):
    """Variables called like what a domain has."""

    number: int = 1
    index: int = 2
    name: str = "a"


class Writer(Process):
    def write(self) -> None:
        when(Words.number == 1)
        Words.number = Words.index
        Words.name = "b"


def words_are_read() -> bool:
    return Words.number + Words.index == 3 or Words.name == "b"


def test_shared_variables_may_be_called_like_what_a_domain_has() -> None:
    spec = Spec("words", (Writer,), (Words,), invariants=(words_are_read,))
    found = check(spec(), deadlock=False)
    assert (str(found.verdict), found.distinct) == ("holds", 2)
