"""The memory of *Specifying Systems*, and the cache that implements it."""

from __future__ import annotations

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import when
from raftnb.language.temporal import weak
from raftnb.liveness import check_liveness
from raftnb.specs.store.memory import (
    INTERNAL_MEMORY,
    WRITE_THROUGH_CACHE,
    Bus,
    CachedProcessor,
    MainMemory,
    Queued,
    Read,
    Write,
    after_queue,
    queue_has_room,
)

TLC = [(INTERNAL_MEMORY, (4408, 21400, 10)), (WRITE_THROUGH_CACHE, (5196, 28170, 18))]


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize(("spec", "counts"), TLC, ids=lambda x: getattr(x, "name", ""))
def test_the_memories_have_the_states_that_tlc_counts(spec, counts, engine):
    found = check(spec(), engine=engine)
    assert found.verdict is Verdict.HOLDS
    assert (found.distinct, found.generated, found.depth) == counts


@pytest.mark.parametrize("spec", [INTERNAL_MEMORY, WRITE_THROUGH_CACHE], ids=lambda s: s.name)
def test_every_request_is_answered_under_the_fairness_of_the_book(spec):
    assert check_liveness(spec()).verdict is Verdict.HOLDS


def test_with_weak_fairness_only_a_processor_may_find_the_queue_full_for_ever():
    found = check_liveness(WRITE_THROUGH_CACHE(), fairness=(weak(Bus), weak(CachedProcessor)))
    assert found.verdict is Verdict.VIOLATED
    assert "p1.do_write is enabled in" in "\n".join(found.reasons)


def test_the_memory_behind_a_queue_is_what_the_writes_will_have_made_of_it():
    world = WRITE_THROUGH_CACHE(addresses=2).start()
    p1, a1, a2 = world["p1"], world["a1"], world["a2"]
    v1, v2 = world["v1"], world["v2"]
    wmem = world.state["MainMemory", "wmem"]
    assert (wmem[a1], wmem[a2]) == (v1, v1)
    queue = (Queued(p1, Write(a1, v2)), Queued(p1, Read(a2)), Queued(p1, Write(a1, v1)))
    assert after_queue(wmem, queue[:1])[a1] == v2
    assert after_queue(wmem, queue) == wmem


class CarelessProcessor(CachedProcessor):
    """Writes to its own cache only."""

    def do_write(self) -> None:
        when(self.ctl == "busy" and isinstance(self.buf, Write) and queue_has_room())
        write = self.buf
        self.cache |= {write.address: write.value}
        MainMemory.memQ += (Queued(self, write),)
        self.buf = None
        self.ctl = "done"


def test_a_write_that_leaves_other_caches_alone_breaks_coherence():
    found = check(WRITE_THROUGH_CACHE.variant("careless", CarelessProcessor)())
    assert found.verdict is Verdict.VIOLATED
    assert found.property == "caches_agree"


class HastyBus(Bus):
    """Fills the cache from the main memory as it is, without the writes in the queue."""

    def read_memory(self, p: CachedProcessor) -> None:
        when(MainMemory.memQ != () and isinstance(MainMemory.memQ[0].request, Read))
        when(MainMemory.memQ[0].processor == p)
        address = MainMemory.memQ[0].request.address
        p.cache |= {address: MainMemory.wmem[address]}
        MainMemory.memQ = MainMemory.memQ[1:]


def test_a_read_that_overlooks_queued_writes_is_harmless_in_a_queue_of_one_and_not_in_one_of_two():
    hasty = WRITE_THROUGH_CACHE.variant("hasty", HastyBus)
    assert check(hasty(queue_length=1)).verdict is Verdict.HOLDS
    assert check(hasty(queue_length=2)).property == "caches_agree"
