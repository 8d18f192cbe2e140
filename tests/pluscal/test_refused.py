"""What TLA+ or PlusCal cannot say is refused, with place, what was found, and a cure."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from pathlib import Path

import pytest

from raftnb.__main__ import main
from raftnb.data.errors import SpecError
from raftnb.language import (
    Delivery,
    Domain,
    Globals,
    Map,
    Message,
    Process,
    Record,
    Seq,
    Spec,
    cycle,
    each,
    send,
    when,
)
from raftnb.pluscal import algorithm, plain_module


class Thing(Domain, number="things"):
    """A thing."""


class Mood(Enum):
    """A mood."""

    GOOD = "good"


class Loud(Record):
    """A record with a field that TLA+ needs."""

    type: int


class Space(Globals):
    """What there is."""

    order: Seq[Thing] = ()
    mixed: int | Mood | None = None
    loud: Loud | None = None
    spots: Map[Thing, int] = each(0)


class Note(Message):
    """A message."""

    n: int


def spec(cls: type[Process], *, network: bool = False) -> Spec:
    return Spec(
        "refused", (cls,), shared=(Space,), domains=(Thing,), constants={"things": 2, "actors": 2},
        delivery=Delivery() if network else None,
    )  # fmt: skip


class Quiet(Globals):
    """Shared variables of one kind each."""

    order: Seq[Thing] = ()
    count: int = 0
    spots: Map[Thing, int] = each(0)


def plain(cls: type[Process]) -> Spec:
    return Spec(
        "refused", (cls,), shared=(Quiet,), domains=(Thing,), constants={"things": 2, "actors": 2}
    )


class Sorter(Process, number="actors"):
    """Makes a sequence of a set."""

    def sort(self) -> None:
        Quiet.order = tuple(t for t in Thing)


class Renamer(Process, number="actors"):
    """Makes a map whose keys are computed."""

    def rename(self) -> None:
        when(Quiet.order != ())
        Quiet.spots = Map({Quiet.order[i]: i for i in range(len(Quiet.order))})


class Looper(Process, number="actors"):
    """A loop that changes what all share."""

    def loop(self) -> None:
        for t in Thing:
            if Quiet.spots[t] > 0:
                Quiet.count += 1


class Placer(Process, number="actors"):
    """A loop over places, which changes those who stand there."""

    mine: int = 0
    line: Seq[Placer] = ()

    def place(self) -> None:
        for i in range(len(self.line)):
            self.line[i].mine = i


class Doer(Process, number="actors"):
    """A loop that does nothing."""

    mine: int = 0

    def do(self) -> None:
        for d in Doer:
            when(d.mine == 0)


class Chooser(Process, number="actors"):
    """The least of what has no order."""

    mine: Thing | None = None

    def choose(self) -> None:
        when(Quiet.order != ())
        self.mine = min(Quiet.order)


class Actor(Process, number="actors"):
    """Does nothing of note."""

    def act(self) -> None:
        Space.mixed = None


@pytest.mark.parametrize("make", [plain_module, algorithm])
@pytest.mark.parametrize(
    ("cls", "found"),
    [
        (Sorter, "a set gone through in the order of the language"),
        (Renamer, "a map whose keys are not what is gone through"),
        (Looper, "a loop that changes `count`, which is not a variable of `t`"),
        (Placer, "a loop that changes `mine`, which is not a variable of `i`"),
        (Doer, "a loop that does several things, or none"),
        (Chooser, "the operator `sorted` here"),
    ],
)
def test_what_needs_an_order_is_refused_at_its_place(make, cls, found) -> None:
    with pytest.raises(SpecError) as refused:
        make(plain(cls)())
    assert refused.value.found == found
    assert "test_refused.py, line" in refused.value.place
    assert refused.value.cure


def test_values_that_tlc_cannot_compare_are_refused() -> None:
    with pytest.raises(SpecError, match=r"the type `int | Mood | None`"):
        plain_module(spec(Actor)())


def test_a_field_that_has_the_name_of_the_class_is_refused() -> None:
    class Speaker(Process, number="actors"):
        def speak(self) -> None:
            Space2.loud = Loud(1)

    class Space2(Globals):
        loud: Loud | None = None

    made = Spec("loud", (Speaker,), shared=(Space2,), constants={"actors": 1})
    with pytest.raises(SpecError, match="the field `type` of `Loud`"):
        plain_module(made())


@pytest.mark.parametrize("names", [("x", "CHOOSE"), ("Next", "y"), ("x", "vars")])
def test_members_that_are_no_names_of_tla_are_refused(names: tuple[str, str]) -> None:
    class Idle(Process, number="actors"):
        def idle(self) -> None:
            Quiet.count = 0

    with pytest.raises(SpecError, match="the member"):
        plain_module(plain(Idle)(things=names))


def test_a_name_that_tla_reads_as_fairness_is_refused_with_what_names_begin_with() -> None:
    class Space(Globals):
        WF_order: int = 0

    class Actor(Process):
        def act(self) -> None:
            Space.WF_order = 1

    with pytest.raises(SpecError, match="no digit, WF_ or SF_ at the beginning"):
        plain_module(Spec("fairly", (Actor,), shared=(Space,))())


def test_actions_beside_an_order_are_refused_in_pluscal_and_taken_in_tla() -> None:
    class Half(Process, number="actors"):
        def first(self) -> None:
            Quiet.count = 1

        def second(self) -> None:
            Quiet.count = 0

        order = cycle(first)

    model = plain(Half)()
    with pytest.raises(SpecError, match="`second`, which has no place in the order of `Half`"):
        algorithm(model)
    assert "second(self) ==" in plain_module(model).files["RefusedPlain.tla"]


def test_what_is_possible_is_printed_and_not_claimed() -> None:
    class Idle(Process, number="actors"):
        def idle(self) -> None:
            Quiet.count = 0

    def nothing_is_counted() -> bool:
        return Quiet.count == 0

    files = plain_module(replace(plain(Idle), possible=(nothing_is_counted,))()).files
    assert "nothing_is_counted == count = 0" in files["RefusedPlain.tla"]
    assert "nothing_is_counted" not in files["RefusedPlain.cfg"]


def test_a_loop_that_sends_is_a_set_of_messages() -> None:
    class Sender(Process, number="actors"):
        def go(self) -> None:
            for t in Sender:
                send(Note(n=1), to=t)

    made = Spec("sender", (Sender,), constants={"actors": 2}, delivery=Delivery())
    text = " ".join(plain_module(made()).files["SenderPlain.tla"].split())
    assert "dest |-> t, n |-> 1] : t \\in Sender}" in text


def test_the_command_prints_files_and_says_which(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pluscal", "raft", "--set", "servers=2", "--out", str(tmp_path / "new")]) == 0
    there = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert there == ["Raft.cfg", "Raft.tla"]
    assert capsys.readouterr().out.split() == [str(tmp_path / "new" / n) for n in there[::-1]]
    assert "Server = {s1, s2}" in (tmp_path / "new" / "Raft.cfg").read_text(encoding="utf-8")


def test_the_command_prints_a_plain_module_with_history_and_symmetry(tmp_path: Path) -> None:
    words = ["pluscal", "sequential-store", "--tla", "--history", "--symmetry", "--json"]
    assert main([*words, "--out", str(tmp_path)]) == 0
    text = (tmp_path / "SequentialStorePlain.tla").read_text(encoding="utf-8")
    assert "reads_return_the_last_write ==" in text
    config = (tmp_path / "SequentialStorePlain.cfg").read_text(encoding="utf-8")
    assert "\nSYMMETRY Symmetry\n" in config


def test_a_folder_that_cannot_be_written_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["pluscal", "raft", "--out", str(tmp_path / "file" / "inside")]) == 2
    assert "command line, --out" in capsys.readouterr().err
