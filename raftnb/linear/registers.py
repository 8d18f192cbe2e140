"""A history as reads and writes of registers: what the promises below linearizability speak of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from raftnb.data.events import UNSAID, Operation, Value, exact, text
from raftnb.data.histories import History
from raftnb.linear.interface import SequentialObject, instance_of
from raftnb.linear.objects import CASRegister, Entry, Register
from raftnb.linear.portions import Portion, split

READ, WRITE, CAS = "read", "write", "cas"
_ROLES = {"read": READ, "get": READ, "Read": READ, "Get": READ, "write": WRITE, "put": WRITE,
          "Write": WRITE, "cas": CAS}  # fmt: skip


@dataclass(frozen=True)
class Access:
    """One operation: it reads `read`, or writes `written`, or both (a successful `cas`).

    `number` is its place in the history; a pending write may be left out of an order.
    """

    number: int
    operation: Operation
    key: Value
    reads: bool
    writes: bool
    read: Value = UNSAID
    written: Value = None

    @property
    def process(self) -> Value:
        """Who called."""
        return self.operation.process

    def blind(self) -> Access:
        """The same operation as another process sees it: what it wrote."""
        return replace(self, reads=False, read=UNSAID)


class Accesses(NamedTuple):
    """All operations in the order of their invocations; `reason` says why they are no accesses.

    `repeated` is a value that one register is given twice, so that nobody knows which was read.
    """

    all: list[Access]
    initial: Callable[[Value], Value]
    repeated: Value = None
    reason: str = ""

    def in_session(self) -> list[int]:
        """For each operation, as bits, the earlier ones of its process: program order."""
        last: dict[Value, int] = {}
        earlier: dict[Value, int] = {}
        masks = []
        for access in self.all:
            process = exact(access.process)
            earlier[process] = earlier.get(process, 0) | last.get(process, 0)
            last[process] = 1 << access.number
            masks.append(earlier[process])
        return masks

    def causes(self) -> list[int]:
        """For each operation, as bits, those that cause it: program order and reads-from."""
        return _closure(self.in_session(), self._reads_from())

    def follows(self) -> list[int]:
        """For each write, as bits, the writes that its process had read before it."""
        writers = self._reads_from()
        masks = [0] * len(self.all)
        for n, mask in enumerate(self.in_session()):
            if self.all[n].writes:
                masks[n] = sum({1 << w for r, w in writers.items() if mask >> r & 1})
        return _closure(masks, {})

    def _reads_from(self) -> dict[int, int]:
        """The write that each read got its value from."""
        writers = {(exact(a.key), exact(a.written)): a.number for a in self.all if a.writes}
        found = {
            r.number: writers.get((exact(r.key), exact(r.read)), r.number)
            for r in self.all if r.reads
        }  # fmt: skip
        return {reader: writer for reader, writer in found.items() if reader != writer}


def accesses_of(history: History, model: SequentialObject) -> Accesses:
    """The operations of a history as accesses; with a `reason` where the model has no registers."""
    portions = split(history, model)
    reason = next(filter(None, map(_unfit, portions)), "")
    if reason:
        return Accesses([], lambda key: None, reason=reason)
    starts = {exact(p.name): instance_of(p.model).value for p in portions}
    every = (_access(p, n) for p in portions for n in range(len(p.operations)))
    found = [access for access in every if access is not None]
    found.sort(key=lambda access: access.operation.invoked)
    numbered = [replace(access, number=n) for n, access in enumerate(found)]
    return Accesses(numbered, lambda key: starts.get(exact(key)), _repeated(numbered, starts))


def _unfit(portion: Portion) -> str:
    """Why the operations of a part are no reads and writes of a register; empty if they are."""
    cls = type(instance_of(portion.model))
    if cls not in (Register, CASRegister, Entry):
        return f"only registers are looked at, not {cls.__name__}"
    for operation, (_, call, result) in zip(portion.operations, portion.asked, strict=True):
        role = _ROLES.get(call.name)
        if role is None:
            return f"only read, write and cas are looked at, not {call.name}"
        if role is WRITE and result not in (None, UNSAID):
            return f"a write that was answered is not looked at: {operation}"
        if role is CAS and not operation.pending and result is not True:
            return f"a cas that did not succeed is not looked at: {operation}"
    return ""


def _access(portion: Portion, at: int) -> Access | None:
    """One operation of a register; None for a read that never returned."""
    operation, (_, call, result) = portion.operations[at], portion.asked[at]
    role = _ROLES[call.name]
    if role is WRITE:
        return Access(0, operation, portion.name, False, True, written=call.arguments[0])
    if role is CAS:
        old, new = call.arguments
        return Access(0, operation, portion.name, True, True, read=old, written=new)
    told = not operation.pending
    return Access(0, operation, portion.name, True, False, read=result) if told else None


def _repeated(accesses: list[Access], starts: dict[Value, Value]) -> Value:
    seen = {(key, exact(value)) for key, value in starts.items()}
    for access in accesses:
        pair = exact(access.key), exact(access.written)
        if access.writes and pair in seen:
            return text(access.written)
        if access.writes:
            seen.add(pair)
    return None


def _closure(masks: list[int], more: dict[int, int]) -> list[int]:
    """What comes before each operation, with all that comes before that (a cycle stays one)."""
    masks = [mask | (1 << more[n] if n in more else 0) for n, mask in enumerate(masks)]
    changed = True
    while changed:
        changed = False
        for n, mask in enumerate(masks):
            wider, left = mask, mask
            while left:
                top = left.bit_length() - 1
                wider |= masks[top]
                left &= ~(masks[top] | 1 << top)
            changed |= wider != mask
            masks[n] = wider
    return masks
