"""Sequential objects: plain classes that say what one operation at a time does.

Any class will do. Its public methods are the operations, its fields the state, what a method
returns is the result. A method that raises `LookupError` (as `pop` of an empty list does), or
`Impossible`, has no response in that state. `raftnb.linear.interface` tells what more a class may
say. This file has registers and stores; `containers` and `locks` have the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from raftnb.data.events import Value, exact, freeze


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
    """A register with `cas(old, new)`, which writes `new` if it finds `old` and says whether.

    A `cas` that is answered by nothing but its arguments has succeeded.
    """

    stands_for: ClassVar[Mapping[str, Value]] = {"cas": True}

    def cas(self, old: Value, new: Value) -> bool:
        found = exact(self.value) == exact(old)
        if found:
            self.value = new
        return found


class Entry:
    """What one key of a `KeyValueStore` holds; None is nothing."""

    constant: ClassVar[tuple[str, ...]] = ("initial",)
    stands_for: ClassVar[Mapping[str, Value]] = {"cas": True}

    def __init__(self, value: Value = None, initial: Value = None) -> None:
        self.value = value
        if initial is not None:  # a store that starts with null, as nearly all do, needs no more
            self.initial = initial

    def put(self, value: Value) -> None:
        self.value = value

    def get(self) -> Value:
        return self.value

    def append(self, value: Any) -> None:
        before: Any = self.value
        self.value = value if before is None else before + value

    def delete(self) -> None:
        self.value = getattr(self, "initial", None)

    def cas(self, old: Value, new: Value) -> bool:
        found = exact(self.value) == exact(old)
        if found:
            self.value = new
        return found

    write = Write = put
    read = Read = get


class KeyValueStore:
    """A map with `put`, `get`, `append`, `cas` and `delete`; every key starts with `initial`.

    `append` joins texts or tuples, and counts None as empty. The operations of one key concern no
    other. `write` and `read`, `Write` and `Read` are other names of `put` and `get`.
    """

    partition: ClassVar[str] = "key"
    stands_for: ClassVar[Mapping[str, Value]] = {"cas": True}

    def __init__(self, initial: Value = None) -> None:
        self.initial = initial
        self.values: dict[Value, Value] = {}

    def part(self, key: Value) -> Entry:
        """What one key alone is."""
        return Entry(self.get(key), self.initial)

    def put(self, key: Value, value: Value) -> None:
        self.values[exact(key)] = value

    def get(self, key: Value) -> Value:
        return self.values.get(exact(key), self.initial)

    def append(self, key: Value, value: Any) -> None:
        before: Any = self.get(key)
        self.put(key, value if before is None else before + value)

    def delete(self, key: Value) -> None:
        self.values.pop(exact(key), None)

    def cas(self, key: Value, old: Value, new: Value) -> bool:
        found = exact(self.get(key)) == exact(old)
        if found:
            self.put(key, new)
        return found

    write = Write = put
    read = Read = get


class MultiRegister:
    """Several registers, read and written by transactions: `txn([["r", x, null], ["w", y, 2]])`.

    The answer is the same list with what was read in it. `read` and `write` are other names of `r`
    and `w`; `["append", x, 1]` puts 1 at the end of a list. A register starts as `values` say, or
    as None. A read of an empty list is the same as a read of null.
    """

    claims: ClassVar[tuple[str, ...]] = ("txn", "transaction")

    def __init__(self, values: Any = ()) -> None:
        self.values: dict[Value, Value] = {exact(key): value for key, value in dict(values).items()}

    @staticmethod
    def recorded(name: str, result: Value) -> Value:
        """A list that was read empty is null."""
        if not isinstance(result, tuple):
            return result
        return tuple(
            (*step[:2], None) if isinstance(step, tuple) and step[2:] == ((),) else step
            for step in result
        )

    def txn(self, steps: Any) -> tuple[Value, ...]:
        return tuple(self._step(*step) for step in steps)

    def _step(self, name: str, key: Value, value: Any = None) -> tuple[Value, ...]:
        place = exact(key)
        if name in ("r", "read"):
            found = self.values.get(place)
            return (name, key, None if found == () else found)
        if name in ("w", "write"):
            self.values[place] = value
        elif name == "append":
            before: Any = self.values.get(place) or ()
            self.values[place] = (*before, value)
        else:
            raise ValueError(f"{name!r} in a transaction: it has r, w and append")
        return (name, key, value)

    transaction = txn


class RevisionStore:
    """A map that counts its changes, as etcd does: all keys have one revision number.

    `put` and `delete` answer with the new revision, `get` with [value, revision of its last put]
    or null; `put_if(key, value, revision)` writes if the key's revision is that (0: no such key),
    and says whether.
    """

    stands_for: ClassVar[Mapping[str, Value]] = {"put_if": True}

    def __init__(self, revision: int = 0) -> None:
        self.revision = revision
        self.entries: dict[Value, tuple[Value, int]] = {}

    def put(self, key: Value, value: Value) -> int:
        self.revision += 1
        self.entries[exact(key)] = (value, self.revision)
        return self.revision

    def get(self, key: Value) -> Value:
        return self.entries.get(exact(key))

    def delete(self, key: Value) -> int:
        if self.entries.pop(exact(key), None) is not None:
            self.revision += 1
        return self.revision

    def put_if(self, key: Value, value: Value, revision: int) -> bool:
        found = self.entries.get(exact(key), (None, 0))[1] == revision
        if found:
            self.put(key, value)
        return found


class Counter:
    """A number with `add(n)`, `inc`, `dec` and `read`."""

    def __init__(self, value: int = 0) -> None:
        self.value = value

    def add(self, amount: int = 1) -> None:
        self.value += amount

    def inc(self, amount: int = 1) -> None:
        self.value += amount

    def dec(self, amount: int = 1) -> None:
        self.value -= amount

    def read(self) -> int:
        return self.value


class FetchAndAdd(Counter):
    """A counter whose `add`, `inc`, `dec` and `fetch_and_add` answer what was there before."""

    claims: ClassVar[tuple[str, ...]] = ("add", "inc", "dec", "fetch_and_add")

    def fetch_and_add(self, amount: int = 1) -> int:
        before = self.value
        self.value += amount
        return before

    def add(self, amount: int = 1) -> int:  # type: ignore[override]
        return self.fetch_and_add(amount)

    def inc(self, amount: int = 1) -> int:  # type: ignore[override]
        return self.fetch_and_add(amount)

    def dec(self, amount: int = 1) -> int:  # type: ignore[override]
        return self.fetch_and_add(-amount)


def frozen_items(items: Any) -> tuple[Value, ...]:
    """The items of a collection in its first state, made immutable."""
    return tuple(map(freeze, items))
