"""Why a part of a history is not linearizable: the few operations that force each other.

An operation is *relaxed* when its response is taken away: it may then take effect at any time from
its invocation on, or never. Relaxing allows more, so it is enough to keep the responses of a
smallest set of operations with which no order can be found; QuickXplain (Junker, 2004) finds one in
few checks. These operations are the proof. Many of them may only say that earlier ones, such as
all former writes of the same value, did not wait; so the story is cut down further: operations are
left out altogether while the rest is violated, but neither without the culprit's response nor if
nothing were ordered in time, so that no operation loses another that it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from raftnb.data.events import UNSAID, Operation, Value, exact, text
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear.checker import decide
from raftnb.linear.interface import Asked
from raftnb.linear.meter import Meter
from raftnb.linear.portions import Portion, portion_of, shares
from raftnb.linear.records import READS
from raftnb.linear.result import Budget, Linearizability, Part, operation_json

MOST_CONFIGURATIONS = 100_000
"""What the search for the smallest set may use; over it the set may be larger than needed."""
MOST_CHECKS = 400
LONGEST_STORY = 16
STORING = frozenset(
    ("read", "get", "Read", "Get", "write", "put", "Write", "cas", "Enq", "enqueue", "E")
    + ("Deq", "dequeue", "D", "push", "pop")
)
"""Operations that only give out what they were given."""


@dataclass(frozen=True)
class Story:
    """Why one part is violated.

    `operations` is the short story, a history that is violated on its own; those of them that are
    in `proof` keep their responses. `proof` are the operations whose responses no order can give,
    whatever all the others do; `smallest` says whether each of them is needed. `sentences` tell how
    the operations force each other.
    """

    object: Value
    culprit: Operation
    operations: tuple[Operation, ...]
    proof: tuple[Operation, ...]
    sentences: tuple[str, ...]
    smallest: bool

    def as_json(self, history: History) -> dict[str, Any]:
        """The story as plain JSON data, with the lines of the file."""
        return {
            "story": list(self.sentences),
            "minimal": [operation_json(operation, history) for operation in self.operations],
            "proof": [operation_json(operation, history) for operation in self.proof],
            "smallest": self.smallest,
        }

    def __str__(self) -> str:
        return "\n".join(self.sentences)


def why(answer: Linearizability) -> tuple[Story, ...]:
    """A story for each violated part of what `check` found; none if no part is violated."""
    violated = [part for part in answer.parts if part.culprit is not None]
    if not violated:
        return ()
    parts = {exact(share.name): share for share in shares(answer.history, answer.model)}
    return tuple(
        _story(answer.history, part, parts[exact(part.object)].portion()) for part in violated
    )


def _story(history: History, part: Part, portion: Portion) -> Story:
    culprit = part.culprit
    assert culprit is not None
    checker = _enough(portion, culprit)
    others = checker.answered()
    others.sort(key=lambda op: op.returned or 0, reverse=True)
    proof = sorted([culprit, *smallest(checker.is_violated, others)], key=lambda op: op.invoked)
    told = checker.cut_down(proof)
    sentences = tuple(_sentences(history, portion, part, told, proof))
    return Story(part.object, culprit, tuple(told), tuple(proof), sentences, not checker.gave_up)


def _enough(portion: Portion, culprit: Operation) -> _Relaxed:
    """The part up to the culprit's response, or as much more of it as is violated.

    The search may have found the culprit by what operations answered that were under way then.
    """
    end = culprit.returned or 0
    while True:
        checker = _Relaxed(portion, culprit, end)
        under_way = [op.returned for op in checker.operations if (op.returned or 0) > end]
        answers = [returned for returned in under_way if returned is not None]
        if not answers or checker.is_violated(checker.answered()):
            return checker
        end = max(answers)


class _Relaxed:
    """Decides a part, up to event `end`, in which only some operations keep their responses."""

    def __init__(self, portion: Portion, culprit: Operation, end: int) -> None:
        self.end = end
        pairs = [
            (op, asked)
            for op, asked in zip(portion.operations, portion.asked, strict=True)
            if op.invoked <= end
        ]
        self.portion, self.culprit = portion, culprit
        self.operations = [op for op, _ in pairs]
        self.asked = [asked for _, asked in pairs]
        self.left, self.checks, self.gave_up = MOST_CONFIGURATIONS, 0, False

    def answered(self) -> list[Operation]:
        """The operations that were answered in time, but the culprit."""
        return [
            op
            for op in self.operations
            if op != self.culprit and op.returned is not None and op.returned <= self.end
        ]

    def is_violated(self, kept: Sequence[Operation]) -> bool:
        """Whether no order fits the responses of `kept` and the culprit; False if unknown."""
        numbers = {op.invoked for op in (*kept, self.culprit)}
        pairs = [
            pair if pair[0].invoked in numbers else _relaxed(*pair)
            for pair in zip(self.operations, self.asked, strict=True)
        ]
        verdict = self._verdict(pairs)
        self.gave_up |= verdict is Verdict.UNKNOWN
        return verdict is Verdict.VIOLATED

    def cut_down(self, proof: Sequence[Operation]) -> list[Operation]:
        """The operations of the short story: some of the proof, and what they needed."""
        known = {
            op.invoked: (op, asked) for op, asked in zip(self.operations, self.asked, strict=True)
        }
        pinned = {op.invoked for op in proof}
        self.left, self.checks = MOST_CONFIGURATIONS, 0

        def tells(some: Sequence[int]) -> bool:
            pairs = [known[n] if n in pinned else _relaxed(*known[n]) for n in some]
            together = [_at_once(n, len(some), *pair) for n, pair in enumerate(pairs)]
            without = [pair if pair[0] != self.culprit else _relaxed(*pair) for pair in pairs]
            return self._verdict(pairs) is Verdict.VIOLATED and all(
                self._verdict(others) is Verdict.HOLDS for others in (together, without)
            )

        numbers: list[int] = []
        for operation in sorted(proof, key=lambda op: (op != self.culprit, -(op.returned or 0))):
            needed = self._provider(known[operation.invoked])
            numbers = sorted({*numbers, operation.invoked, *([needed.invoked] if needed else [])})
            if len(numbers) > LONGEST_STORY:
                return list(proof)
            if tells(numbers):
                break
        else:
            return list(proof)
        for number in list(numbers):
            fewer = [n for n in numbers if n != number]
            if number != self.culprit.invoked and tells(fewer):
                numbers = fewer
        return [known[number][0] for number in numbers]

    def _provider(self, read: tuple[Operation, Asked]) -> Operation | None:
        """The last operation before the end of `read` that was given what it answered."""
        operation, (_, _, result) = read
        if result is UNSAID or result is None or isinstance(result, bool):
            return None
        end = operation.returned or 0
        pairs = zip(reversed(self.operations), reversed(self.asked), strict=True)
        fitting = (
            op for op, asked in pairs
            if op.invoked < end and op != operation and result in asked.call.arguments
        )  # fmt: skip
        return next(fitting, None)

    def _verdict(self, pairs: Sequence[tuple[Operation, Asked]]) -> Verdict:
        """Decide some operations, or say *unknown* where that takes too long."""
        self.checks += 1
        if self.left <= 0 or self.checks > MOST_CHECKS:
            return Verdict.UNKNOWN
        meter = Meter(Budget(configurations=min(self.left, MOST_CONFIGURATIONS // 4)), 0)
        operations, asked = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        try:
            part = decide(portion_of(None, self.portion.model, operations, asked), meter)
        finally:
            meter.close()
        self.left -= meter.configurations
        return Verdict.UNKNOWN if part is None else part.verdict


def _relaxed(operation: Operation, asked: Asked) -> tuple[Operation, Asked]:
    """The operation as one that never returned."""
    return replace(operation, returned=None, result=None), asked._replace(result=UNSAID)


def _at_once(
    number: int, count: int, operation: Operation, asked: Asked
) -> tuple[Operation, Asked]:
    """The operation as one of `count` that all overlap."""
    returned = None if operation.pending else count + number
    return replace(operation, invoked=number, returned=returned), asked


def smallest(
    fails: Callable[[Sequence[Operation]], bool], candidates: Sequence[Operation]
) -> list[Operation]:
    """A smallest part of `candidates` with which `fails` still says yes; the first are preferred.

    `fails` must never turn from yes to no when there are more. No answer counts as no.
    """
    if fails([]):
        return []

    def search(base: list[Operation], grown: bool, rest: Sequence[Operation]) -> list[Operation]:
        if grown and fails(base):
            return []
        if len(rest) == 1:
            return list(rest)
        half = len(rest) // 2
        first, second = rest[:half], rest[half:]
        late = search([*base, *first], bool(first), second)
        early = search([*base, *late], bool(late), first)
        return [*early, *late]

    return search([], False, candidates) if candidates else []


def _sentences(
    history: History,
    portion: Portion,
    part: Part,
    told: Sequence[Operation],
    proof: Sequence[Operation],
) -> Iterator[str]:
    pinned = {op.invoked for op in proof}
    for operation in told:
        open_end = "" if operation.invoked in pinned else ", whenever it took effect"
        yield f"{_named(operation)}: {_when(history, operation)}{open_end}"
    ordered = [op for op in told if op.invoked in pinned] if len(told) <= LONGEST_STORY else []
    for first, second in _forced(ordered):
        yield f"{_short(first)} had returned before {_short(second)} began, so it comes first"
    if more := len(pinned - {op.invoked for op in told}):
        many = "1 more operation" if more == 1 else f"{more} more operations"
        yield f"{many} had returned, and could not take effect later instead"
    culprit = told[-1] if part.culprit is None else part.culprit
    states = sorted({attempt.state for attempt in part.attempts})
    few = " or ".join(states[:4]) + (" or …" if len(states) > 4 else "")
    yield f"no order of these gives {_short(culprit)}" + (f", only {few}" if few else "")
    yield from _hints(portion, culprit)


def _named(operation: Operation) -> str:
    return f"{operation} by process {text(operation.process)}"


def _short(operation: Operation) -> str:
    return f"{operation} of {text(operation.process)}"


def _when(history: History, operation: Operation) -> str:
    """The events of an operation, and their lines where the file has lines."""
    numbers = [n for n in (operation.invoked, operation.returned) if n is not None]
    events = f"event{'s' if len(numbers) > 1 else ''} {' to '.join(map(str, numbers))}"
    lines = [history.where(n).removeprefix("line ") for n in numbers]
    known = all(lines) and history.lines[-1] > 1
    return events + (f", line{'s' if len(lines) > 1 else ''} {' to '.join(lines)}" if known else "")


def _forced(operations: Sequence[Operation]) -> Iterator[tuple[Operation, Operation]]:
    """The pairs of operations of which one had ended before the other began, the closest only."""

    def before(one: Operation, other: Operation) -> bool:
        return one.returned is not None and one.returned < other.invoked

    for one in operations:
        for other in operations:
            between = (x for x in operations if before(one, x) and before(x, other))
            if before(one, other) and not any(between):
                yield one, other


def _hints(portion: Portion, culprit: Operation) -> Iterator[str]:
    if culprit.name.lower() not in READS or culprit.result is UNSAID:
        return
    if culprit.result is None:
        yield "it read null: if that means that nobody knows what it read, say --nil unknown"
        return
    if any(one.call.name not in STORING for one in portion.asked):
        return  # what others make of what they are given may be anything
    given = {exact(value) for one in portion.asked for value in one.call.arguments}
    if exact(culprit.result) not in given and not isinstance(culprit.result, tuple):
        value = text(culprit.result)
        yield f"no call was given {value}: was it there from the start (--init {value})?"
