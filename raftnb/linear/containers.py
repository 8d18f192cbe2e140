"""Sequential objects that hold several items: lists, queues, stacks, sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from raftnb.data.events import Value, exact
from raftnb.linear.objects import Impossible, frozen_items


class AppendList:
    """A list with `append`, and `read` of the whole."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self.items = frozen_items(items)

    def append(self, item: Value) -> None:
        self.items += (item,)

    def read(self) -> tuple[Value, ...]:
        return self.items


class OwnedList:
    """A list with `append`, `read`, and `remove(item)` by the process that appended it.

    `remove` takes the first such item and says whether there was one.
    """

    stands_for: ClassVar[dict[str, Value]] = {"remove": True}

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self.items: tuple[tuple[Value, Value], ...] = tuple((i, None) for i in frozen_items(items))

    def append(self, item: Value, *, process: Value) -> None:
        self.items += ((item, process),)

    def remove(self, item: Value, *, process: Value) -> bool:
        wanted = exact((item, process))
        at = next((n for n, pair in enumerate(self.items) if exact(pair) == wanted), None)
        if at is not None:
            self.items = (*self.items[:at], *self.items[at + 1 :])
        return at is not None

    def read(self) -> tuple[Value, ...]:
        return tuple(item for item, _ in self.items)


class Queue:
    """A first-in first-out queue: `Enq` and `Deq`, the paper's `E` and `D`; `Deq` waits if empty.

    `enqueue` and `dequeue` are the same two.
    """

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self.items = frozen_items(items)

    def Enq(self, item: Value) -> None:
        self.items += (item,)

    def Deq(self) -> Value:
        if not self.items:
            raise Impossible("the queue is empty")
        head, *rest = self.items
        self.items = tuple(rest)
        return head

    E = enqueue = Enq
    D = dequeue = Deq


class PollQueue(Queue):
    """A queue whose `Deq` answers null when it is empty."""

    def Deq(self) -> Value:
        return super().Deq() if self.items else None

    D = dequeue = Deq


class UnorderedQueue:
    """A queue that gives its items out in any order; `dequeue` waits if empty."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self.items = _sorted(frozen_items(items))

    def enqueue(self, item: Value) -> None:
        self.items = _sorted((*self.items, item))

    def dequeue(self, *, choose: Callable[[Iterable[int]], int]) -> Value:
        items = [exact(item) for item in self.items]
        distinct = [n for n, item in enumerate(items) if item not in items[:n]]
        at = choose(distinct)
        item = self.items[at]
        self.items = (*self.items[:at], *self.items[at + 1 :])
        return item

    E = Enq = enqueue
    D = Deq = dequeue


class Stack:
    """A last-in first-out stack: `push`, and `pop`, which waits if it is empty."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self.items = frozen_items(items)

    def push(self, item: Value) -> None:
        self.items += (item,)

    def pop(self) -> Value:
        if not self.items:
            raise Impossible("the stack is empty")
        *rest, last = self.items
        self.items = tuple(rest)
        return last


class PollStack(Stack):
    """A stack whose `pop` answers null when it is empty."""

    def pop(self) -> Value:
        return super().pop() if self.items else None


class Set:
    """A set with `add`, `remove`, `contains(item)` and `read` of the whole.

    `add` and `remove` may be answered by whether they changed the set. A list that is read counts
    as a set, in any order.
    """

    claims: ClassVar[tuple[str, ...]] = ("contains",)

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self.items = frozenset(map(exact, frozen_items(items)))

    @staticmethod
    def recorded(name: str, result: Value) -> Value:
        """A list is the set of its items, unless one occurs twice."""
        if name != "read" or not isinstance(result, tuple):
            return result
        items = frozenset(map(exact, result))
        return items if len(items) == len(result) else result

    def add(self, item: Value, *, answer: Value) -> Value:
        changed = exact(item) not in self.items
        self.items |= {exact(item)}
        return changed if isinstance(answer, bool) else None

    def remove(self, item: Value, *, answer: Value) -> Value:
        changed = exact(item) in self.items
        self.items -= {exact(item)}
        return changed if isinstance(answer, bool) else None

    def contains(self, item: Value) -> bool:
        return exact(item) in self.items

    def read(self) -> frozenset[Value]:
        return self.items


def _sorted(items: tuple[Value, ...]) -> tuple[Value, ...]:
    """The items in a fixed order, so that bags of the same items are the same state."""
    return tuple(sorted(items, key=lambda item: (type(item).__name__, repr(item))))
