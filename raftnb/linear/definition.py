"""Linearizability in the words of the paper, for histories of a handful of operations.

Maurice Herlihy and Jeannette Wing, Linearizability: A Correctness Condition for Concurrent
Objects, ACM TOPLAS 12(3), 1990, sections 2.1 and 2.2. Each function is one definition; the search
tries every order, so ten operations are too many. `raftnb.linear.check` is for real histories. As
everywhere here, true is not 1: histories that differ so are not equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, TypeAlias

from raftnb.data.events import Event, Invocation, Operation, Response, Value, exact
from raftnb.data.histories import History
from raftnb.linear.interface import (
    SequentialObject,
    answer_of,
    class_of,
    instance_of,
    model_for,
    whole_call,
)
from raftnb.linear.machine import agrees, step


def process_subhistory(H: History, P: Value) -> History:
    """H|P: the subsequence of all events in H whose process names are P."""
    return History(event for event in H if event.process == P)


def object_subhistory(H: History, x: Value) -> History:
    """H|x: the subsequence of all events in H whose object names are x."""
    return History(event for event in H if event.object == x)


def matches(response: Event, invocation: Event) -> bool:
    """A response matches an invocation if their objects and their process names agree."""
    return (
        isinstance(response, Response)
        and isinstance(invocation, Invocation)
        and (response.object, response.process) == (invocation.object, invocation.process)
    )


def is_sequential(H: History) -> bool:
    """The first event is an invocation, and each one except perhaps the last is answered at once.

    That is: each invocation except possibly the last is immediately followed by a matching
    response, and each response by an invocation.
    """
    calls, answers = H.events[0::2], H.events[1::2]
    return all(isinstance(event, Invocation) for event in calls) and all(
        matches(answer, call) for call, answer in zip(calls, answers, strict=False)
    )


def is_well_formed(H: History) -> bool:
    """Each process subhistory H|P is sequential."""
    return all(is_sequential(process_subhistory(H, P)) for P in H.processes)


def equivalent(H: History, G: History) -> bool:
    """For every process P, H|P = G|P."""
    return all(
        process_subhistory(H, P) == process_subhistory(G, P) for P in {*H.processes, *G.processes}
    )


def pending(H: History) -> list[Invocation]:
    """The invocations that no matching response follows."""
    waiting: list[Invocation] = []
    for event in H:
        if isinstance(event, Invocation):
            waiting.append(event)
        else:
            waiting = [call for call in waiting if not matches(event, call)]
    return waiting


def complete(H: History) -> History:
    """complete(H): the maximal subsequence that has only invocations and matching responses."""
    lost = {id(call) for call in pending(H)}
    return History(event for event in H if id(event) not in lost)


def operations(H: History) -> list[Operation]:
    """The operations of H: pairs of an invocation and the next matching response."""
    return [operation for operation in H.operations if not operation.pending]


def precedes(H: History) -> set[tuple[Name, Name]]:
    """<_H: e0 <_H e1 if res(e0) precedes inv(e1) in H.

    An operation is named (P, k), the kth of process P, so that the orders of two equivalent
    histories can be compared.
    """
    names = _names(H)
    return {
        (names[e0], names[e1])
        for e0 in names
        for e1 in names
        if e0.returned is not None and e0.returned < e1.invoked
    }


def is_legal(S: History, model: SequentialObject) -> bool:
    """A sequential S is legal if each S|x belongs to the sequential specification of x.

    `model` is a class, an object in its initial state, or a mapping from names of objects to such.
    """
    return is_sequential(S) and all(
        _belongs(operations(object_subhistory(S, x)), model_for(model, x)) for x in S.objects
    )


def L1(H: History, S: History) -> bool:
    """L1: complete(H) is equivalent to S."""
    return equivalent(complete(H), S)


def L2(H: History, S: History) -> bool:
    """L2: <_H is a subset of <_S."""
    return precedes(H) <= precedes(S)


def linearizations(H: History, model: SequentialObject) -> Iterator[History]:
    """Every legal sequential S such that an extension H' of H satisfies L1 and L2 with S.

    H' is H with zero or more responses to pending invocations appended. In the journal L2 speaks
    of H where H' is meant: a prime was lost, as Sela, Herlihy and Petrank note in Linearizability:
    A Typo (2021). Without it an operation whose response is appended would have no place in <_H
    and could take effect before it was invoked.
    """
    for H1, S in _extensions(H, model):
        if is_legal(S, model) and L1(H1, S) and L2(H1, S):
            yield S


def is_linearizable(H: History, model: SequentialObject) -> bool:
    """H is linearizable if it can be extended to an H' with a legal S that satisfy L1 and L2."""
    return next(linearizations(H, model), None) is not None


def is_sequentially_consistent(H: History, model: SequentialObject) -> bool:
    """Sequential consistency (Lamport, 1979) keeps L1 and drops L2."""
    return any(is_legal(S, model) and L1(H1, S) for H1, S in _extensions(H, model))


Name: TypeAlias = tuple[Value, int]


def _names(H: History) -> dict[Operation, Name]:
    return {
        operation: (P, k)
        for P in H.processes
        for k, operation in enumerate(e for e in operations(H) if e.process == P)
    }


def _belongs(calls: Sequence[Operation], model: SequentialObject) -> bool:
    """The sequential specification: what an object may answer that runs one call after another."""
    things = [instance_of(model)]
    for call in calls:
        things = [after for thing in things for after, _ in _runs(call, model, thing)]
    return bool(things)


def _runs(call: Operation, model: SequentialObject, thing: Any) -> Iterator[tuple[Any, Value]]:
    """The ways in which an object answers a call as recorded: the object after, and the result."""
    wanted = exact(answer_of(call, class_of(model)))
    for after, result in step(thing, whole_call(call, model)[1]):
        if agrees(exact(result), wanted):
            yield after, result if call.pending else call.result


def _extensions(H: History, model: SequentialObject) -> Iterator[tuple[History, History]]:
    """The pairs of an extension H' and an order S of its operations that the objects allow.

    The responses worth trying are those that the object gives in some order, so the orders are
    made first, and an order is left as soon as the object cannot answer.
    """
    waiting = [call for call in H.operations if call.pending]
    for count in range(len(waiting) + 1):
        for chosen in combinations(waiting, count):
            for order in _orders([*operations(H), *chosen], model, {}):
                appended = (_events(e)[1] for e in order if e.pending)
                yield H + History(appended), History(event for e in order for event in _events(e))


def _orders(
    calls: Sequence[Operation], model: SequentialObject, things: Mapping[Value, Any]
) -> Iterator[list[Operation]]:
    """The orders of `calls` in which the objects give the recorded results, pending ones any."""
    if not calls:
        yield []
    for n, call in enumerate(calls):
        x = call.object
        its_model = model_for(model, x)
        before = things[x] if x in things else instance_of(its_model)
        for thing, result in _runs(call, its_model, before):
            rest = [*calls[:n], *calls[n + 1 :]]
            for order in _orders(rest, model, {**things, x: thing}):
                yield [replace(call, result=result), *order]


def _events(call: Operation) -> tuple[Event, Event]:
    return (
        Invocation(call.process, call.name, call.arguments, call.object),
        Response(call.process, call.result, call.object),
    )
