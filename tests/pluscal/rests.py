"""What is left of a sequence after its first item, where there is a first one and where not."""

from __future__ import annotations

from raftnb.language import Globals, Nat, Process, Seq, Spec, when


class Line(Globals):
    waiting: Seq[Nat] = (0,)
    served: Seq[Nat] = ()


class Clerk(Process):
    """Each action takes something off a sequence in another way."""

    first: Nat = 0

    def come(self) -> None:
        when(len(Line.waiting) < 2)
        Line.waiting = Line.waiting + (len(Line.waiting),)

    def serve(self) -> None:
        when(Line.waiting != () and len(Line.served) < 3)
        Line.served = Line.served + (Line.waiting[0],)
        Line.waiting = Line.waiting[1:]

    def close(self) -> None:
        Line.waiting = Line.waiting[1:]

    def forget(self) -> None:
        when(len(Line.served) < 2 or Line.served[0] == 1)
        Line.served = Line.served[1:]

    def look(self) -> None:
        when(self.first == 0)
        self.first = Line.waiting[0] if len(Line.waiting) > 0 else 1
        Line.waiting = Line.waiting[1:]


def neighbors_rise() -> bool:
    return all(a <= b for a, b in zip(Line.waiting, Line.waiting[1:]))  # noqa: B905


def rest_is_short() -> bool:
    return len(Line.waiting[1:]) < 2


RESTS = Spec(
    "rests", processes=(Clerk,), shared=(Line,), invariants=(neighbors_rise, rest_is_short)
)


class Hasty(Process):
    """Each action asks for the first item after what is left, where there need not be one."""

    first: Nat = 0

    def come(self) -> None:
        when(len(Line.waiting) < 2)
        Line.waiting = Line.waiting + (1,)

    def guard(self) -> None:
        Line.served = Line.waiting[1:]
        when(len(Line.waiting) > 0 and Line.waiting[0] == 1)

    def ask(self) -> None:
        when(Line.waiting[1:] == () and len(Line.waiting) > 0 and Line.waiting[0] == 1)
        self.first = 1

    def fill(self) -> None:
        Line.waiting = Line.waiting[1:]
        Line.waiting = Line.waiting + (2,)
        self.first = Line.waiting[0]

    def refill(self) -> None:
        when(len(Line.waiting) > 0 and Line.waiting[0] == 1)
        Line.waiting = ()
        Line.waiting = Line.waiting[1:]


HASTY = Spec("hasty", processes=(Hasty,), shared=(Line,))
