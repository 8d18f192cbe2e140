"""Specifications and what is found of them travel to other processes, and are the same there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from raftnb import Globals, Process, Spec, UsageError, check
from raftnb.parallel.travel import packed, unpacked
from raftnb.specs import PROOFS, SPECS
from raftnb.specs.raft.mistakes import FAMILIES

MINE = """
from __future__ import annotations

import beside
from raftnb import Globals, Process, Record, Set, Spec, when


class Pair(Record):
    who: Worker
    seen: Set[str]


class Board(Globals):
    last: Pair | None = None


class Worker(Process, number="workers"):
    def sign(self) -> None:
        when(Board.last is None)
        Board.last = Pair(self, frozenset(beside.WORDS))


def once() -> bool:
    return Board.last is None or len(Board.last.seen) == 2


MINE = Spec("mine", (Worker,), (Board,), constants={"workers": 2}, invariants=(once,))
"""
ELSEWHERE = """
import sys
from pathlib import Path

from raftnb import check
from raftnb.parallel.travel import packed, unpacked

model = unpacked(Path(sys.argv[1]).read_bytes())
found = check(model, deadlock=False, engine="reference")
Path(sys.argv[1]).write_bytes(packed((found.distinct, found.generated, model.starts), model))
"""


def test_what_has_a_name_is_found_by_it() -> None:
    mutants = (mutant for family in FAMILIES.values() for mutant in family)
    all_of_them = (*SPECS.values(), *PROOFS.values(), *mutants)
    for one, there in zip(all_of_them, unpacked(packed(all_of_them)), strict=True):
        assert there is one


def test_a_variant_travels_with_its_classes_and_claims() -> None:
    mutant = next(m for m in FAMILIES["raft"] if m.row == 3)
    model = mutant.model()
    there = unpacked(packed(model))
    assert there.spec is not model.spec
    assert there.spec.processes == model.spec.processes
    assert there.spec.claims == model.spec.claims
    assert (there.constants, there.history) == (model.constants, model.history)


def test_states_are_those_of_the_model_there() -> None:
    model = SPECS["raft"]()
    world = model.start()
    world["s1"].restart()
    there = unpacked(packed(model))
    state = unpacked(packed(world.state, model), there)
    assert state == world.state
    assert hash(state) == hash(world.state)
    assert state.layout is there.layout


def test_a_file_is_read_where_it_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "mine_travels.py").write_text(MINE)
    (tmp_path / "here" / "beside.py").write_text("WORDS = ('b', 'a')\n")
    monkeypatch.syspath_prepend(str(tmp_path / "here"))
    from mine_travels import MINE as spec  # type: ignore[import-not-found]

    here = check(spec(), deadlock=False, engine="reference")
    model = spec().starting_at(*spec().initial_states)
    (tmp_path / "parcel").write_bytes(packed(model))
    subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(tmp_path / "parcel")], check=True, cwd=Path.cwd()
    )
    found = unpacked((tmp_path / "parcel").read_bytes(), model)
    assert found == (here.distinct, here.generated, model.starts)
    assert here.distinct == 3


def test_what_another_process_cannot_import_is_refused() -> None:
    class Flag(Globals):
        up: bool = False

    class Raiser(Process):
        def raise_it(self) -> None:
            Flag.up = True

    with pytest.raises(UsageError, match=r"cannot import|local") as refused:
        packed(Spec("inside", (Raiser,), (Flag,))())
    assert "mine.py" in refused.value.cure
