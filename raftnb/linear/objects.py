"""Sequential objects: plain classes that say what one operation at a time does.

Any class will do. Its public methods are the operations, its fields the state, what a method
returns is the result. A method that raises `LookupError` (as `pop` of an empty list does), or
`Impossible`, has no response in that state. A class attribute `partition = "key"` says that
operations whose argument `key` differs never concern each other.
"""

from __future__ import annotations

from typing import Any, ClassVar

from raftnb.data.histories import Value


class Impossible(LookupError):
    """The operation has no response in this state: it would wait."""


class Register:
    """One variable with `read` and `write`."""

    def __init__(self, value: Value = None) -> None:
        self.value = value

    def read(self) -> Value:
        return self.value

    def write(self, value: Value) -> None:
        self.value = value


class CASRegister(Register):
    """A register with `cas(old, new)`, which writes `new` if it finds `old` and says whether."""

    def cas(self, old: Value, new: Value) -> bool:
        found = self.value == old
        if found:
            self.value = new
        return found


class KeyValueStore:
    """A map with `put`, `get`, `append` and `delete`; every key starts with the value `initial`.

    `append` joins texts or tuples, and counts None as empty. The operations of one key concern no
    other. `write` and `read`, `Write` and `Read` are other names of `put` and `get`.
    """

    partition: ClassVar[str] = "key"

    def __init__(self, initial: Value = None) -> None:
        self.initial = initial
        self.values: dict[Value, Value] = {}

    def put(self, key: Value, value: Value) -> None:
        self.values[key] = value

    def get(self, key: Value) -> Value:
        return self.values.get(key, self.initial)

    def append(self, key: Value, value: Any) -> None:
        before: Any = self.get(key)
        self.values[key] = value if before is None else before + value

    def delete(self, key: Value) -> None:
        self.values.pop(key, None)

    write = Write = put
    read = Read = get


class AppendList:
    """A list with `append`, and `read` of the whole."""

    def __init__(self, items: tuple[Value, ...] = ()) -> None:
        self.items = tuple(items)

    def append(self, item: Value) -> None:
        self.items += (item,)

    def read(self) -> tuple[Value, ...]:
        return self.items


class Queue:
    """A first-in first-out queue: `Enq` and `Deq`, the paper's `E` and `D`; `Deq` waits if empty.

    `enqueue` and `dequeue` are the same two.
    """

    def __init__(self, items: tuple[Value, ...] = ()) -> None:
        self.items = tuple(items)

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


class Mutex:
    """A lock with `acquire`, which waits while it is held, and `release`; it has no owner."""

    def __init__(self, locked: bool = False) -> None:
        self.locked = locked

    def acquire(self) -> None:
        if self.locked:
            raise Impossible("the lock is held")
        self.locked = True

    def release(self) -> None:
        if not self.locked:
            raise Impossible("the lock is free")
        self.locked = False


MODELS: dict[str, type[Any]] = {
    "register": Register,
    "cas-register": CASRegister,
    "kv": KeyValueStore,
    "queue": Queue,
    "mutex": Mutex,
    "append": AppendList,
}
