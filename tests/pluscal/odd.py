"""Specifications that use what those of the package do not: each kind of statement and expression,
in the shapes in which TLA+ is furthest from Python."""

from __future__ import annotations

from enum import Enum

from raftnb.language import (
    Delivery,
    Domain,
    Globals,
    Map,
    Message,
    Model,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    Spec,
    anything,
    cycle,
    discard,
    each,
    either,
    first,
    history,
    in_flight,
    reply,
    send,
    when,
)
from tests.pluscal.rests import RESTS


class Color(Domain, number="colors"):
    """A color."""


class Mood(Enum):
    """A mood, whose values are no texts."""

    GOOD = 1
    BAD = 2


class Point(Record):
    """A point."""

    x: int
    y: int


class Ball(Record):
    """A ball."""

    color: Color


class Box(Record):
    """A box, with as much in it."""

    color: Color


class Board(Globals):
    """Shared variables."""

    numbers: Seq[int] = ()
    total: int = 0
    some: Map[Nat, int] = Map()
    thing: Ball | Box | Color | None = None
    seen: Set[Color] = frozenset()


def summed(numbers: Seq[int]) -> int:
    """A sum, by hand."""
    total = 0
    for n in numbers:
        if n > 1:
            total += n
        else:
            total = total + 2 * n
    return total


def ends(numbers: Seq[int]) -> Seq[int]:
    """Parts of a sequence, from both ends."""
    low = len(numbers) - 2
    return numbers[low:] + numbers[-1:] + numbers[:-1] + numbers[1:2]


def two_sums(numbers: Seq[int]) -> int:
    """Two names that a loop changes."""
    odd, even = 0, 0
    for i, n in enumerate(numbers):
        if i % 2 == 0:
            even += n
        else:
            odd += n
    return odd - even


class Player(Process, number="players"):
    """A player."""

    points: int = 0
    place: Point = Point(0, 0)
    mood: Mood = Mood.GOOD
    marks: Map[Color, int] = each(0)

    def push(self) -> None:
        """A choice among what is computed, a name that a branch gives a value."""
        when(len(Board.numbers) < 3)
        step = either(self.points + 1, 2)
        if step > 1:
            new = step - 1
            self.mood = Mood.BAD
        else:
            new = -step
        Board.numbers += (new,)
        Board.total = summed(Board.numbers) + two_sums(ends(Board.numbers))

    def pop(self) -> None:
        """A variable that is assigned twice, and looked at between."""
        when(Board.numbers != ())
        Board.numbers = Board.numbers[:-1]
        Board.total = min(len(Board.numbers), 1) + max((n for n in Board.numbers), default=-7)
        Board.numbers = tuple(n + 1 for n in Board.numbers if n != 2)
        Board.total += sum(n for n in Board.numbers if n < 3) // 2

    def take(self, color: Color) -> None:
        """An item of a sequence, in which equal ones may be."""
        when(Board.numbers != ())
        n = either(*Board.numbers)
        when(n in (1, 2) or color not in Board.seen)
        self.marks |= {color: abs(n) % 2}
        Board.some |= {max(n, 0): Board.some.get(max(n, 0), 0) + 1}
        when(Board.some[max(n, 0)] < 3)
        Board.seen = frozenset(c for c in Color if c != color or n > 0)

    def move(self) -> None:
        """A choice in a branch; a record made anew."""
        if self.mood == Mood.GOOD:
            self.place = Point(either(0, 1), self.place.y)
        else:
            self.place = Point(self.place.y, 0)
            self.mood = Mood.GOOD

    def show(self, color: Color) -> None:
        """Records of two classes with the same fields."""
        if isinstance(Board.thing, Ball):
            Board.thing = Box(Board.thing.color)
        elif isinstance(Board.thing, Color):
            Board.thing = Ball(Board.thing)
        else:
            Board.thing = None if Board.thing == Box(color) else color

    def share(self) -> None:
        """A loop in which each process changes its own."""
        for p in Player:
            if p != self and p.points < 1:
                p.points += 1


def numbers_are_small() -> bool:
    """A claim over a map, and a chain of comparisons."""
    return all(0 < n <= 9 or key >= 0 for key, n in Board.some.items())


def places_are_in_order(a: Player, b: Player) -> bool:
    """Tuples compared."""
    return (a.place.x, a.place.y) <= (1, 1) or a != b


def marks_are_few() -> bool:
    """A sum over members and keys."""
    return sum(p.marks[c] for p in Player for c in p.marks) <= len(Player) * len(Color)


def few_points(p: Player) -> bool:
    """A bound."""
    return p.points <= 1 and Board.total < 12


ODD = Spec(
    "odd",
    (Player,),
    shared=(Board,),
    domains=(Color,),
    constants={"players": 1, "colors": 1},
    invariants=(numbers_are_small, places_are_in_order, marks_are_few),
    constraints=(few_points,),
)


class Runner(Process, number="runners"):
    """Changes variables of all of its kind, and its own before and after."""

    x: Nat = 0
    y: Nat = 1

    def hand_over(self) -> None:
        """Each looks at one variable, then changes it."""
        when(self.x < 2)
        for r in Runner:
            r.y = r.x
            r.x = 1 if r == self else 0

    def look_first(self) -> None:
        """A test of what is changed before the other."""
        when(self.y > 0)
        for r in Runner:
            if r.x > 0:
                r.x = 0
                r.y = 2

    def twice(self, up: bool) -> None:
        """A variable changed by a loop, and once more."""
        self.x = 1
        for r in Runner:
            if r.x > 0:
                r.x = 2
        if up:
            self.x = min(self.x + self.y, 2)
        else:
            self.y = self.x

    def all_but_one(self) -> None:
        """The loop first."""
        for r in Runner:
            r.x = 0
        when(self.y != 2)
        self.x = 2


RUNNERS = Spec("runners", (Runner,), constants={"runners": 2})


class Ask(Message):
    """A question."""

    n: Nat


class Answer(Message):
    """Its answer."""

    n: Nat


class Peer(Process, number="peers"):
    """Asks and answers, in an order in which an action says what comes next."""

    asked: Nat = 0
    known: Set[Nat] = frozenset()

    def ask(self) -> None:
        """Ask everybody else."""
        when(self.asked < 1)
        self.asked += 1
        for p in Peer:
            if p != self:
                send(Ask(n=self.asked), to=p)

    def rest(self) -> None:
        """Go on, or ask again."""
        if self.asked < 1:
            self.pc = "ask"

    def answer(self, m: Ask) -> None:
        """Answer, whatever the label."""
        reply(m, Answer(n=m.n))

    def note(self, m: Answer) -> None:
        """Take an answer, and two looks at what is in flight."""
        when(len(in_flight(Ask)) < 3 and all(a.n > 0 for a in in_flight(Answer)))
        discard(m)
        if in_flight(Answer) == ():
            self.known |= {m.n}

    order = cycle(ask, rest)


class Asker(Process, number="peers"):
    """A peer without an order of actions."""

    asked: Nat = 0
    known: Set[Nat] = frozenset()

    def ask(self) -> None:
        """Ask everybody else, twice at most."""
        when(self.asked < 2)
        self.asked += 1
        for p in Asker:
            if p != self:
                send(Ask(n=self.asked), to=p)

    def answer(self, m: Ask) -> None:
        """Answer; the message is made before what is in it changes."""
        made = Answer(n=self.asked)
        if m.n > 1:
            self.asked = 3
        discard(m)
        send(made, to=m.source)

    def note(self, m: Answer) -> None:
        """Take an answer, and look at what is in flight."""
        when(len(in_flight(Ask)) < 3 and all(a.n >= 0 for a in in_flight(Answer)))
        discard(m)
        if in_flight(Answer) == ():
            self.known |= {m.n}


def few_in_flight() -> bool:
    """A bound."""
    return len(in_flight(Message)) <= 2


def delivered(cls: type[Process], **flags: bool) -> Model:
    """The peers over a network."""
    name = "-".join([cls.__name__.lower(), *(k for k, v in flags.items() if v)])
    spec = Spec(
        name,
        (cls,),
        constants={"peers": 2, "max_messages": 3, "max_copies": 1},
        distinct_messages="max_messages",
        copies="max_copies",
        constraints=(few_in_flight,) if not flags.get("reorders") else (),
        delivery=Delivery(**{"loses": False, "duplicates": False, "reorders": False, **flags}),
    )
    return spec()


class Seat(Process, number="seats"):
    """A seat at a round table, of which one has the token; each begins with some of the chips."""

    right: Seat = anything()
    has: bool = anything()
    chips: Nat = anything()
    passed: Nat = history(0)

    def keep(self) -> None:
        """Keep the token for a while."""
        when(self.has)

    def hand_on(self) -> None:
        """Give it to the right, with a chip."""
        when(self.chips > 0 and self.right.chips < 2)
        self.passed = 1
        self.has = False
        self.chips -= 1
        self.right.has = True
        self.right.chips += 1

    order = cycle(keep, hand_on)


def everybody_is_to_the_right_of_one(a: Seat, b: Seat) -> bool:
    """The table is round, or there are several."""
    return a == b or a.right != b.right


def an_even_number(most: int) -> bool:
    """It is assumed of a constant."""
    return most % 2 == 0


def one_has_the_token() -> bool:
    """It is so at the start, and stays so."""
    return sum(1 for seat in Seat if seat.has) == 1


def few_chips(most: int) -> bool:
    """How many there are at the start, where nobody has passed anything."""
    return sum(seat.chips for seat in Seat) <= most and all(s.passed == 0 for s in Seat)


def at_the_first_label(a: Seat) -> bool:
    """It reads the label to come, and is in several places of the specification."""
    return a.pc == "keep"


TABLE = Spec(
    "table",
    (Seat,),
    constants={"seats": 3, "most": 2},
    invariants=(one_has_the_token,),
    sometimes=(at_the_first_label, one_has_the_token),
    assuming=(an_even_number, everybody_is_to_the_right_of_one),
    initially=(one_has_the_token, few_chips, at_the_first_label),
)


class Lamp(Process, number="lamps"):
    """A lamp that is switched on by another."""

    on: bool = anything()
    friend: Lamp = anything()

    def ask(self) -> None:
        """Ask the friend to be on."""
        when(self.on)
        send(Ask(n=1), to=self.friend)
        self.on = False

    def hear(self, m: Ask) -> None:
        """Be on."""
        discard(m)
        self.on = True


def one_is_on() -> bool:
    """Only one."""
    return len(frozenset(lamp for lamp in Lamp if lamp.on)) == 1


def friends_are_others(a: Lamp) -> bool:
    """It is assumed of variables that no action writes."""
    return a.friend != a


LAMPS = Spec(
    "lamps",
    (Lamp,),
    constants={"lamps": 2},
    invariants=(friends_are_others,),
    assuming=(friends_are_others,),
    initially=(one_is_on,),
    constraints=(friends_are_others,),
    delivery=Delivery(loses=False, duplicates=False, reorders=True),
)


class Signed(Globals):
    """Called as the operators that are printed call what they are applied to."""

    x: Ball | Point | Color | None = None
    y: Color = first()
    a: int = 0
    b: int = 1
    rest: int = 0


class Divider(Process):
    """Divides by numbers on both sides of 0; holds things of several kinds."""

    def count(self, most: int) -> None:
        Signed.a = (Signed.a + 1) % most

    def turn(self) -> None:
        Signed.a, Signed.b = -Signed.a, Signed.b + 2 if Signed.b < 3 else -Signed.b

    def divide(self) -> None:
        Signed.rest = Signed.a // Signed.b * 10 + Signed.a % Signed.b

    def hold(self, color: Color) -> None:
        if isinstance(Signed.x, Ball):
            Signed.x = color if Signed.y == color else Point(0, 1)
        else:
            Signed.x = Ball(color) if not isinstance(Signed.x, Point) else None


SIGNED = Spec(
    name="signed", processes=(Divider,), shared=(Signed,), domains=(Color,),
    constants={"colors": 2, "most": 4},
)  # fmt: skip

ODDITIES = (
    ODD(),
    RUNNERS(),
    delivered(Peer, duplicates=True, reorders=True),
    delivered(Peer, loses=True, reorders=True),
    delivered(Peer, loses=True),
    delivered(Asker, loses=True, duplicates=True, reorders=True),
    delivered(Asker, reorders=True),
    delivered(Asker),
    TABLE(),
    TABLE(history=True, seats=2),
    LAMPS(),
    RESTS(),
    SIGNED(),
)
ALGORITHMS = tuple(model for model in ODDITIES if Peer not in model.spec.processes)
