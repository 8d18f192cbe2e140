"""A linearizable memory, and a cache that implements it (Lamport, Specifying Systems, chapter 5).

`INTERNAL_MEMORY` says what a memory owes its processors: a request takes effect at one moment
between its sending and its answer. `WRITE_THROUGH_CACHE` is how a machine does it: a cache for each
processor, and a queue of requests on the way to the main memory. The names are the book's.
"""

from __future__ import annotations

from typing import Literal

from raftnb.language import (
    Domain,
    Globals,
    Map,
    Process,
    Record,
    Seq,
    anything,
    each,
    first,
    when,
)
from raftnb.language.spec import Spec
from raftnb.language.temporal import leads_to, strong, weak

Control = Literal["rdy", "busy", "waiting", "done"]


class Address(Domain, number="addresses"):
    """An address of the memory."""


class Value(Domain, number="values"):
    """What an address can hold."""


class Slot(Domain, number="queue_length"):
    """A place in the queue before the main memory; how many there are is the book's QLen."""


class Read(Record):
    """A request to read an address."""

    address: Address


class Write(Record):
    """A request to write a value to an address."""

    address: Address
    value: Value


class Interface(Globals):
    """What is to be seen from outside: the last request or answer, and whose it was."""

    processor: Processor = first()
    sent: Read | Write | Value | None = None


class Memory(Globals):
    """The memory of the specification: a value at every address."""

    mem: Map[Address, Value] = anything()


class Processor(Process, number="processors"):
    """A processor: sends a request, the memory does it, the processor has its answer."""

    ctl: Control = "rdy"
    buf: Read | Write | Value | None = None

    def request(self, address: Address, value: Value | None) -> None:
        """Ask to write a value to an address, or (without a value) to read it: the book's Req."""
        when(self.ctl == "rdy")
        self.buf = Read(address) if value is None else Write(address, value)
        self.ctl = "busy"
        Interface.processor = self
        Interface.sent = self.buf

    def do(self) -> None:
        """The request takes effect, at once: the book's Do."""
        when(self.ctl == "busy")
        if isinstance(self.buf, Write):
            Memory.mem |= {self.buf.address: self.buf.value}
            self.buf = None
        else:
            self.buf = Memory.mem[self.buf.address]
        self.ctl = "done"

    def respond(self) -> None:
        """The answer is sent: the value read, or nothing for a write: the book's Rsp."""
        when(self.ctl == "done")
        self.ctl = "rdy"
        Interface.processor = self
        Interface.sent = self.buf


class Queued(Record):
    """A request on the way to the main memory, and whose it is."""

    processor: Processor
    request: Read | Write


class MainMemory(Globals):
    """The memory of the machine, and the queue of requests before it."""

    wmem: Map[Address, Value] = anything()
    memQ: Seq[Queued] = ()


def queue_has_room() -> bool:
    """The queue before the main memory can take one request more."""
    return len(MainMemory.memQ) < len(Slot)


def after_queue(wmem: Map[Address, Value], memQ: Seq[Queued]) -> Map[Address, Value]:
    """The main memory once all the writes in the queue will have been done: the book's vmem."""
    mem = wmem
    for queued in memQ:
        if isinstance(queued.request, Write):
            mem = mem | {queued.request.address: queued.request.value}
    return mem


class CachedProcessor(Processor):
    """A processor that has a cache: the value of an address, or None where it has none."""

    cache: Map[Address, Value | None] = each(None)
    do = None  # type: ignore[assignment]

    def read_miss(self) -> None:
        """What is to be read is not in the cache: ask the main memory. The book's RdMiss."""
        when(self.ctl == "busy" and isinstance(self.buf, Read))
        when(self.cache[self.buf.address] is None and queue_has_room())
        MainMemory.memQ += (Queued(self, self.buf),)
        self.ctl = "waiting"

    def do_read(self) -> None:
        """Read from the cache: the book's DoRd."""
        when(self.ctl in ("busy", "waiting") and isinstance(self.buf, Read))
        when(self.cache[self.buf.address] is not None)
        self.buf = self.cache[self.buf.address]
        self.ctl = "done"

    def do_write(self) -> None:
        """Write to every cache that has the address, and to the main memory later: DoWr."""
        when(self.ctl == "busy" and isinstance(self.buf, Write) and queue_has_room())
        write = self.buf
        for p in CachedProcessor:
            if p == self or p.cache[write.address] is not None:
                p.cache |= {write.address: write.value}
        MainMemory.memQ += (Queued(self, write),)
        self.buf = None
        self.ctl = "done"

    def evict(self, address: Address) -> None:
        """Drop an address from the cache, but not one that is waited for: the book's Evict."""
        when(self.ctl != "waiting" or self.buf.address != address)
        self.cache |= {address: None}


class Bus(Process):
    """Does the requests in the queue, one after the other."""

    def write_memory(self) -> None:
        """A write reaches the main memory: the book's MemQWr."""
        when(MainMemory.memQ != () and isinstance(MainMemory.memQ[0].request, Write))
        write = MainMemory.memQ[0].request
        MainMemory.wmem |= {write.address: write.value}
        MainMemory.memQ = MainMemory.memQ[1:]

    def read_memory(self, p: CachedProcessor) -> None:
        """A read fills the cache, with what the queued writes will have made of it: MemQRd."""
        when(MainMemory.memQ != () and isinstance(MainMemory.memQ[0].request, Read))
        when(MainMemory.memQ[0].processor == p)
        address = MainMemory.memQ[0].request.address
        p.cache |= {address: after_queue(MainMemory.wmem, MainMemory.memQ)[address]}
        MainMemory.memQ = MainMemory.memQ[1:]


def a_request_in_hand_is_a_request(p: Processor) -> bool:
    """A processor that is busy or waiting has a request in its buffer, otherwise an answer."""
    return (p.ctl in ("busy", "waiting")) == isinstance(p.buf, (Read, Write))


def caches_agree(p: CachedProcessor, q: CachedProcessor, a: Address) -> bool:
    """Two caches that both have an address have the same value there: the book's Coherence."""
    return p.cache[a] is None or q.cache[a] is None or p.cache[a] == q.cache[a]


def everybody_is_busy() -> bool:
    """All processors have requests under way."""
    return all(p.ctl != "rdy" for p in Processor)


def is_busy(p: Processor) -> bool:
    """A processor has a request that has taken no effect yet."""
    return p.ctl in ("busy", "waiting")


def is_ready(p: Processor) -> bool:
    """A processor has its answer, and may ask for something new."""
    return p.ctl == "rdy"


INTERNAL_MEMORY = Spec(
    name="internal-memory",
    summary="a linearizable memory (Specifying Systems, chapter 5): chapter 4",
    processes=(Processor,),
    shared=(Interface, Memory),
    domains=(Address, Value),
    constants={"processors": 2, "addresses": 3, "values": 2},
    invariants=(a_request_in_hand_is_a_request,),
    sometimes=(everybody_is_busy,),
    fairness=(weak(Processor.do, Processor.respond),),
    liveness=(leads_to(is_busy, is_ready),),
    symmetric=(Address, Value),
)

WRITE_THROUGH_CACHE = Spec(
    name="write-through-cache",
    summary="processors with caches, a refinement of internal-memory: chapter 4",
    processes=(CachedProcessor, Bus),
    shared=(Interface, MainMemory),
    domains=(Address, Value, Slot),
    constants={"processors": 2, "addresses": 1, "values": 2, "queue_length": 1},
    invariants=(a_request_in_hand_is_a_request, caches_agree),
    sometimes=(everybody_is_busy,),
    fairness=(
        weak(Bus),
        strong(CachedProcessor.read_miss, CachedProcessor.do_write),
        weak(CachedProcessor.do_read, CachedProcessor.respond),
    ),
    liveness=(leads_to(is_busy, is_ready),),
    symmetric=(Address, Value),
)
