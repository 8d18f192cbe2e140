"""Shards that run a model's program: what they send, and when each has a memo instead."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb import SpecError, check
from raftnb.data.trace import State
from raftnb.explore import state_graph
from raftnb.explore.compiled import Differs, NotCompiled, expressions
from raftnb.explore.result import ExplorationOptions
from raftnb.explore.sharded import shard
from raftnb.explore.sharded.compiled_part import CompiledPart
from raftnb.explore.sharded.search import Sharded, explored_by
from raftnb.explore.sharded.shard import NARROW
from raftnb.language import Spec
from raftnb.parallel import unpacked
from tests.explore.dealt_out import SOME
from tests.explore.shards import Here, dealt_out, told
from tests.explore.test_channels import NOTES
from tests.explore.test_compiled import Careless, folder, needs_cc, of
from tests.explore.test_interpreted import MIXED
from tests.explore.test_packed import SIZES, Board, Hand, Key, Leap, Sole

pytestmark = needs_cc
_ = folder  # compiled fast, and in a folder of this run
OPTIONS = ExplorationOptions(progress=False)
CELLS = Spec(
    "cells", (Sole, Hand), (Board,), domains=(Key,), constants={"keys": 2, "soles": 1, "most": 5}
)


def engines(crew: Here) -> set[str]:
    """What the shards of a crew run."""
    return {type(member.part).__name__ for member in crew.members}


def states_of(crew: Here, model: Any) -> set[State]:
    """All the states that the shards have."""
    return {
        unpacked(member.state_at(n)[0], model)
        for member in crew.members
        for n in range(member.part.result.states)
    }


@pytest.mark.parametrize("spec", [NOTES, CELLS], ids=lambda spec: spec.name)
def test_queues_and_values_of_all_kinds_are_met_as_here(spec: Spec) -> None:
    model, options = spec(), ExplorationOptions(progress=False, deadlock=False)
    with Here(model, options, 3) as crew:
        Sharded(model, options, crew, NARROW).run()  # type: ignore[arg-type]
        assert states_of(crew, model) == set(state_graph(model, max_states=9_000).states)


def test_actions_may_run_in_python() -> None:
    model, asked = MIXED(), {"deadlock": False, "max_depth": 6}
    found = dealt_out(model, 2, **asked)
    assert told(found) == told(check(model, engine="memo", progress=False, **asked))
    assert [one.split(" ")[0] for one in found.interpreted] == ["arrange", "tell", "hear"]


def test_rows_that_are_too_narrow_become_wide_everywhere() -> None:
    model = Spec("leap", (Leap, Sole), domains=(Key,), shared=(Board,), constants=SIZES)()
    with Here(model, OPTIONS, 2) as crew:
        assert explored_by(crew, model, OPTIONS).distinct == 6  # type: ignore[arg-type]
        assert engines(crew) == {"CompiledPart"}


def test_where_one_worker_has_no_compiler_all_use_the_memo(monkeypatch: pytest.MonkeyPatch) -> None:
    class Without(CompiledPart):
        def __init__(self, model: Any, options: Any, number: int, *rest: Any, **more: Any) -> None:
            if number == 1:
                raise NotCompiled("there is no compiler of C (`cc`) on this machine")
            super().__init__(model, options, number, *rest, **more)

    monkeypatch.setattr(shard, "CompiledPart", Without)
    with Here(SOME(), OPTIONS, 3) as crew:
        found = explored_by(crew, SOME(), OPTIONS)  # type: ignore[arg-type]
        assert engines(crew) == {"MemoPart"}
    assert told(found) == told(check(SOME(), progress=False))


def test_a_worker_with_another_program_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = CompiledPart.begun

    def other(part: CompiledPart) -> Any:
        return begun(part)._replace(known_by="another" if part.number == 2 else "")

    monkeypatch.setattr(CompiledPart, "begun", other)
    with pytest.raises(NotCompiled, match="the same program"):
        dealt_out(SOME(), 3)


def test_a_shard_whose_code_is_wrong_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(expressions.OPERATORS, "*", lambda a, b: a)
    with Here(of(), OPTIONS, 2) as crew:
        found = explored_by(crew, of(), OPTIONS)  # type: ignore[arg-type]
        assert engines(crew) == {"MemoPart"}
    assert told(found) == told(check(of(), engine="memo", progress=False))
    assert "is not believed" in capsys.readouterr().err


def test_what_raises_in_python_raises_with_its_place() -> None:
    model = of(processes=(Careless,))
    with Here(model, OPTIONS, 2) as crew, pytest.raises(SpecError, match="out of range"):
        explored_by(crew, model, OPTIONS)  # type: ignore[arg-type]


def parts(many: int) -> list[CompiledPart]:
    """Shards that have met the initial states."""
    made = [CompiledPart(SOME(), OPTIONS, n, many, 1 << 26, wide=False) for n in range(many)]
    for part in made:
        part.initial()
    return made


def test_a_state_that_falls_to_another_shard_is_not_taken() -> None:
    three = parts(3)
    first = next(part for part in three if part.result.states)
    _, batches = first.expand(0, 1)
    meant = next(n for n, batch in enumerate(batches) if batch[0] and n != first.number)
    other = next(n for n in range(3) if n not in (meant, first.number))
    assert three[meant].receive((batches[meant], batches[meant])) == batches[meant][0]
    for wrong in (batches[meant], batches[meant][:-1], batches[meant] + b"\0"):
        with pytest.raises(Differs):
            three[other].receive((wrong,))
    for part in three:
        part.close()


def test_a_batch_can_be_read_by_a_process_that_has_just_begun() -> None:
    alone, fresh = parts(1)[0], CompiledPart(SOME(), OPTIONS, 0, 1, 1 << 26, wide=False)
    for start in range(30):
        alone.expand(start, start + 1)
    met = alone.result.states
    assert fresh.receive((alone.batch(0),)) == met > 60
    same = [part.state_at(n) for part in (alone, fresh) for n in range(met)]
    assert same[:met] == same[met:]
    alone.close()
    fresh.close()


def test_a_new_worker_that_cannot_compile_leaves_all_to_the_memo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Here(SOME(), OPTIONS, 3, [70]) as crew:
        renew = crew.renew

        def without(number: int) -> None:
            monkeypatch.setattr("shutil.which", lambda name: None)
            renew(number)

        monkeypatch.setattr(crew, "renew", without)
        found = explored_by(crew, SOME(), OPTIONS)  # type: ignore[arg-type]
        assert engines(crew) == {"MemoPart"}
    assert told(found) == told(check(SOME(), engine="memo", progress=False))


def test_workers_may_end_while_they_begin() -> None:
    whole = told(dealt_out(SOME(), 2))
    assert told(dealt_out(SOME(), 2, [1, 2])) == whole
    always = dealt_out(SOME(), 2, range(1, 40))
    assert "at the beginning" in str(always.bound)
