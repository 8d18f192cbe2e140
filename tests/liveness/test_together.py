"""One fairness condition on several processes, and on several classes."""

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.verdict import Verdict
from raftnb.language import Globals, Nat, Process, Spec, always_eventually, strong, weak, when
from raftnb.language.temporal import Fairness
from raftnb.liveness import check_liveness
from raftnb.pluscal import plain_module


class Round(Globals):
    number: bool = False
    idle: Nat = 0


class Worker(Process, number="workers"):
    def work(self) -> None:
        Round.number = not Round.number


class Helper(Process):
    def help(self) -> None:
        Round.number = not Round.number


class Idler(Process):
    def idle(self) -> None:
        when(not Round.number)
        Round.idle = 1 - Round.idle


def odd() -> bool:
    return Round.number


def busy() -> bool:
    return Round.idle == 1


class Quiet(Worker):
    """Only the first works."""

    def work(self) -> None:
        when(self.index == 0)
        Round.number = not Round.number


SPEC = Spec("rounds", (Worker, Helper, Idler), (Round,), constants={"workers": 2})


def verdict(spec: Spec, *fairness: Fairness) -> Verdict:
    return check_liveness(spec(), always_eventually(odd), fairness=fairness).verdict


def test_some_one_of_them_takes_a_step() -> None:
    assert verdict(SPEC) is Verdict.VIOLATED
    assert verdict(SPEC, weak(Worker, together=True)) is Verdict.HOLDS
    assert verdict(SPEC, weak(Worker, Helper, together=True)) is Verdict.HOLDS
    assert verdict(SPEC, weak(Worker.work, Helper.help, together=True)) is Verdict.HOLDS
    assert verdict(SPEC, weak(Idler, together=True)) is Verdict.VIOLATED
    assert verdict(SPEC, strong(Worker, Idler, together=True)) is Verdict.VIOLATED


def test_together_asks_for_less_than_each_alone() -> None:
    """One of them may rest for ever as long as another one moves."""

    class Turn(Process, number="turns"):
        on: bool = False

        def turn(self) -> None:
            self.on = not self.on

    def all_on(a: Turn) -> bool:
        return a.on

    spec = Spec("turns", (Turn,), constants={"turns": 2})
    wanted = always_eventually(all_on)
    assert check_liveness(spec(), wanted, fairness=(weak(Turn),)).verdict is Verdict.HOLDS
    found = check_liveness(spec(), wanted, fairness=(weak(Turn, together=True),))
    assert found.verdict is Verdict.VIOLATED
    assert "weak fairness of t1, t2 together" in str(found)
    assert found.fairness == ("weak(Turn, together)",)


def test_what_is_fair_together_is_enabled_where_any_of_them_is() -> None:
    """Enabled all the time though none of them is: they take turns in being enabled."""

    class Baton(Globals):
        even: bool = False
        done: bool = False

    class Even(Process):
        def act(self) -> None:
            when(Baton.even)
            Baton.done = True

    class Odd(Process):
        def act(self) -> None:
            when(not Baton.even)
            Baton.done = True

    class Clock(Process):
        def tick(self) -> None:
            Baton.even = not Baton.even

    def done() -> bool:
        return Baton.done

    spec = Spec("baton", (Even, Odd, Clock), (Baton,))
    wanted = always_eventually(done)
    assert check_liveness(spec(), wanted, fairness=(weak(Even), weak(Odd))).verdict is (
        Verdict.VIOLATED
    )
    both = weak(Even, Odd, together=True)
    assert check_liveness(spec(), wanted, fairness=(both,)).verdict is Verdict.HOLDS
    each = (strong(Even), strong(Odd))
    assert check_liveness(spec(), wanted, fairness=each).verdict is Verdict.HOLDS


def test_it_is_printed_as_one_condition() -> None:
    conditions = weak(Worker, Helper, together=True), strong(Worker)
    fair = SPEC.variant("fair", fairness=conditions, liveness=(always_eventually(odd),))
    text = next(iter(plain_module(fair()).files.values()))
    assert "WF_vars((\\E self \\in Worker : work(self)) \\/ help)" in " ".join(text.split())
    assert "\\A self \\in Worker : SF_vars(work(self))" in text


def test_together_is_a_switch() -> None:
    with pytest.raises(SpecError, match="together=2"):
        weak(Worker, together=2)  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="as what is to be fair"):
        weak(together=True)
