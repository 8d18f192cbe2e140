"""Members that look alike in many orders: the memo tries them up to a number, and says so."""

from __future__ import annotations

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.explore.result import Exploration
from raftnb.language import Nat, Process, Spec, when
from raftnb.language.spec import Model


class Seat(Process, number="seats"):
    left: Seat | None = None
    turned: Nat = 0

    def sit(self, left: Seat) -> None:
        when(self.left is None)
        self.left = left

    def turn(self) -> None:
        when(self.turned == 0)
        self.turned = 1


def sits(seat: Seat) -> bool:
    return seat.left != seat


SEATS = Spec("seats", (Seat,), constants={"seats": 4}, invariants=(sits,), symmetric=(Seat,))


def ring(seats: int) -> Model:
    """The model that begins with all seats in a ring, in which they look alike."""
    model = SEATS(seats=seats)
    with model.start() as world:
        all_seats = world.members(Seat)
        for seat, left in zip(all_seats, (*all_seats[1:], all_seats[0]), strict=True):
            seat.sit(left)
        return model.starting_at(world.state)


def found(seats: int, engine: str) -> Exploration:
    return check(ring(seats), symmetry=True, deadlock=False, progress=False, engine=engine)


@pytest.mark.parametrize(("seats", "necklaces"), [(4, 6), (6, 14), (8, 36)])
def test_few_orders_are_tried(seats: int, necklaces: int) -> None:
    """Necklaces of two colors that may be turned and not be flipped over."""
    for engine in ("memo", "compiled"):
        one = found(seats, engine)
        assert (one.verdict, one.distinct) == (Verdict.HOLDS, necklaces), engine


def test_many_orders_are_not_tried_by_the_memo() -> None:
    """Ten seats stand in 3,628,800 orders, of which the memo tries none."""
    one = found(10, "memo")
    assert one.verdict is Verdict.UNKNOWN
    assert (one.bound or "").startswith("3,628,800 orders of members that look alike in one state")


def test_where_there_may_be_many_orders_compiled_code_answers() -> None:
    one = found(12, "fast")
    assert (one.verdict, one.distinct) == (Verdict.HOLDS, 352)


def test_without_a_compiler_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    one = found(10, "fast")
    assert one.verdict is Verdict.UNKNOWN
    assert "orders of members that look alike" in (one.bound or "")
