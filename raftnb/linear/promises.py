"""Promises weaker than linearizability, in the words of those who defined them.

Each is said for a history of a handful of operations, by trying every order; `levels.climb` is for
real histories. *Writes* are operations that can change the object, *reads* are all others. In a
*view* of process p stand p's operations, and the writes of all others, whose answers p does not
see. An operation that was not answered may have had its effect or not; one that answered false had
none.

- PRAM: R. Lipton, J. Sandberg, PRAM: A Scalable Shared Memory, Princeton CS-TR-180-88, 1988.
- Causal: M. Ahamad, G. Neiger, J. Burns, P. Kohli, P. Hutto, Causal Memory, Distributed Computing
  9, 1995. Which write a read got its value from must be plain: no value is written twice.
- Session guarantees: D. Terry et al., Session Guarantees for Weakly Consistent Replicated Data,
  1994, as orders of views: J. Brzezinski, C. Sobaniec, D. Wawrzyniak, From Session Causality to
  Causal Consistency, 2004.
- Safe and regular: L. Lamport, On Interprocess Communication, Distributed Computing 1, 1986; for
  several writers (the weakest reading): C. Shao, E. Pierce, J. Welch, Multi-Writer Consistency
  Conditions for Shared Memory Registers, 2003.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, permutations
from typing import TypeAlias

from raftnb.data.events import UNSAID, Operation, Value, exact
from raftnb.data.histories import History
from raftnb.linear.interface import (
    SequentialObject,
    answer_of,
    ask,
    class_of,
    instance_of,
    model_for,
    whole_call,
)
from raftnb.linear.machine import agrees, step

Order: TypeAlias = set[tuple[Operation, Operation]]
READS = ("read", "get", "Read", "Get")


def is_write(e: Operation) -> bool:
    """Whether an operation can change the object."""
    return e.name not in READS


def program_order(H: History) -> Order:
    """e0 before e1: one process called e0 and then e1."""
    return {(e0, e1) for e0 in H.operations for e1 in H.operations
            if e0.process == e1.process and e0.invoked < e1.invoked}  # fmt: skip


def reads_from(H: History, model: SequentialObject) -> Order:
    """w before r: r returned what w wrote. No value may be written twice to one object."""
    return {
        (w, r)
        for r in _answered_reads(H)
        for w in _writes_to(r, H, model)
        if exact(_written(w, model)) == exact(r.result)
    }


def transitive(order: Order) -> Order:
    """The smallest transitive order that contains `order`."""
    more = {(a, d) for a, b in order for c, d in order if b == c}
    return order if more <= order else transitive(order | more)


def is_legal_sequence(S: Sequence[Operation], model: SequentialObject) -> bool:
    """Run one after another, the operations answer as they did, where the answer is known."""
    things: dict[Value, object] = {}
    for e in S:
        x = e.object
        its_model = model_for(model, x)
        thing = things.get(x) or instance_of(its_model)
        hidden = e.pending or e.result is UNSAID
        wanted = UNSAID if hidden else exact(answer_of(e, class_of(its_model)))
        ways = [after for after, result in step(thing, whole_call(e, its_model)[1])
                if agrees(exact(result), wanted)]  # fmt: skip
        if not ways:
            return False
        things[x] = ways[0]
    return True


def has_serialization(events: Iterable[Operation], order: Order, model: SequentialObject) -> bool:
    """Some legal sequence of `events` respects `order`; what was not answered may be left out."""
    done = [e for e in events if not e.pending or is_write(e)]
    return any(
        is_legal_sequence([_unanswered(e) for e in S], model)
        for some in _subsets(done)
        for S in permutations(some)
        if not any((b, a) in order for a, b in combinations(S, 2))
    )


def every_view(H: History, model: SequentialObject, order: Callable[[Value], Order]) -> bool:
    """Every process has a serialization of its view that respects `order` of this process."""
    return all(has_serialization(_view(H, p), _as_seen(order(p), p), model) for p in H.processes)


def is_pram(H: History, model: SequentialObject) -> bool:
    """Every process sees all writes, those of each process in the order in which it wrote them."""
    return every_view(H, model, lambda p: program_order(H))


def is_causal(H: History, model: SequentialObject) -> bool:
    """Every process sees all writes in an order that respects program order and reads-from."""
    causes = transitive(program_order(H) | reads_from(H, model))
    return not any(a == b for a, b in causes) and every_view(H, model, lambda p: causes)


def reads_your_writes(H: History, model: SequentialObject) -> bool:
    """Each read of a process comes after the writes that the process had written before."""

    def order(p: Value) -> Order:
        pairs = program_order(H)
        return {(w, r) for w, r in pairs if w.process == p and is_write(w) and not is_write(r)}

    return every_view(H, model, order)


def has_monotonic_reads(H: History, model: SequentialObject) -> bool:
    """Each read of a process comes after the reads that the process had read before."""

    def order(p: Value) -> Order:
        pairs = program_order(H)
        return {(r, s) for r, s in pairs if r.process == p and not is_write(r) and not is_write(s)}

    return every_view(H, model, order)


def has_monotonic_writes(H: History, model: SequentialObject) -> bool:
    """Every process sees the writes of each process in the order in which it wrote them."""
    order = {(v, w) for v, w in program_order(H) if is_write(v) and is_write(w)}
    return every_view(H, model, lambda p: order)


def has_writes_follow_reads(H: History, model: SequentialObject) -> bool:
    """Every process sees a write after those whose values the writer had read before."""
    later = {(r, w) for r, w in program_order(H) if is_write(w)}
    order = transitive({(v, w) for v, r in reads_from(H, model) for s, w in later if s == r})
    return not any(a == b for a, b in order) and every_view(H, model, lambda p: order)


def is_regular(H: History, model: SequentialObject) -> bool:
    """A read returns what a write wrote that overlaps it, or that was the last before it.

    The last are those that no other write comes between; if there is none, the initial value.
    """
    return all(_among(r, [*_last_before(r, H, model), *_overlapping(r, H, model)], H, model)
               for r in _answered_reads(H))  # fmt: skip


def is_safe(H: History, model: SequentialObject) -> bool:
    """A read that overlaps no write returns what the last before it wrote; others anything."""
    return all(_overlapping(r, H, model) or _among(r, _last_before(r, H, model), H, model)
               for r in _answered_reads(H))  # fmt: skip


def _view(H: History, p: Value) -> list[Operation]:
    return [_seen(e, p) for e in H.operations if e.process == p or is_write(e)]


def _seen(e: Operation, p: Value) -> Operation:
    """An operation as process p sees it: the answers of others are not known."""
    return e if e.process == p or e.pending else replace(e, result=UNSAID)


def _as_seen(order: Order, p: Value) -> Order:
    return {(_seen(a, p), _seen(b, p)) for a, b in order}


def _unanswered(e: Operation) -> Operation:
    return replace(e, result=UNSAID) if e.pending else e


def _subsets(events: Sequence[Operation]) -> Iterator[list[Operation]]:
    """All the events, with or without each one that is pending."""
    open_ones = [e for e in events if e.pending]
    for count in range(len(open_ones) + 1):
        for left in combinations(open_ones, count):
            yield [e for e in events if e not in left]


def _part(e: Operation, model: SequentialObject) -> Value:
    return exact(ask(e, model_for(model, e.object)).part)


def _written(e: Operation, model: SequentialObject) -> Value:
    return ask(e, model_for(model, e.object)).call.arguments[-1]


def _answered_reads(H: History) -> list[Operation]:
    return [e for e in H.operations if not is_write(e) and not e.pending and e.result is not UNSAID]


def _before(e0: Operation, e1: Operation) -> bool:
    return e0.returned is not None and e0.returned < e1.invoked


def _writes_to(r: Operation, H: History, model: SequentialObject) -> list[Operation]:
    writes = (w for w in H.operations if is_write(w) and w.result is not False)
    return [w for w in writes if _part(w, model) == _part(r, model)]


def _overlapping(r: Operation, H: History, model: SequentialObject) -> list[Operation]:
    return [w for w in _writes_to(r, H, model) if not _before(w, r) and not _before(r, w)]


def _last_before(r: Operation, H: History, model: SequentialObject) -> list[Operation]:
    earlier = [w for w in _writes_to(r, H, model) if _before(w, r)]
    return [w for w in earlier if not any(_before(w, x) for x in earlier)]


def _among(r: Operation, writes: list[Operation], H: History, model: SequentialObject) -> bool:
    if any(exact(_written(w, model)) == exact(r.result) for w in writes):
        return True
    none_before = not any(_before(w, r) for w in _writes_to(r, H, model))
    return none_before and is_legal_sequence([r], model)
