"""A first try: a short search for registers and stores, over the values themselves.

What a read, a write, or an `append` to a text does is known, so for these the object's own methods
need not be run, and a part whose operations hardly overlap is decided in less time than `Search`
takes to lay out its tables. It is the same search, Lowe's just-in-time linearization, without what
keeps a hard one small; so it soon gives up. One thing it does know: where a text is only appended
to, each of its states is the start of the longest text that was read, or goes on from there.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Any, NamedTuple, TypeAlias

from raftnb.data.events import UNSAID, Echo, Value, exact, freeze
from raftnb.data.rows import PENDING, PLAIN
from raftnb.linear.interface import class_of
from raftnb.linear.items import APPEND, GET, PUT
from raftnb.linear.objects import CASRegister, Entry, KeyValueStore, Register
from raftnb.linear.portions import Share
from raftnb.linear.unique import ROLES

PATIENCE = 32
"""At how many configurations with a choice it looks, and at one more for eight operations."""
LONGEST, MOST_WAITING = 5_000, 32
"""Of how many operations it tries the orders, and how many may be under way at once."""
_PARTS = {Register: Register, CASRegister: CASRegister, KeyValueStore: Entry}
"""The models that it takes, and what each of their parts is."""
Access: TypeAlias = tuple[int, int, str, Any, int]
"""An operation: where it returns (or PENDING), where it began, what it does, the value, its number.
"""
Waiting: TypeAlias = tuple[int, str, Any, int]
"""One that waits: its bit (free again after it), what it does, the value, its number."""
Moment: TypeAlias = tuple[int, Waiting, Sequence[Waiting]]
"""A response: its event, its operation, and all that wait there; none if that one is alone."""
Path: TypeAlias = "tuple[int, int, Path] | None"
"""The order so far, last first: an operation, the event before which it takes effect, the rest."""
Configuration: TypeAlias = tuple[int, Any, int, Path]
"""The number of the next response, the value, the bits of those that took effect, the order."""


class Tried(NamedTuple):
    """Whether there is an order, the order, and at how many configurations was looked."""

    holds: bool
    path: Path
    configurations: int

    def order(self) -> tuple[array[int], array[int]]:
        """The numbers of the operations in their order, and the events before which each is."""
        numbers, points, path = array("i"), array("i"), self.path
        while path:
            number, point, path = path
            numbers.append(number)
            points.append(point)
        numbers.reverse()
        points.reverse()
        return numbers, points


class Accesses(NamedTuple):
    """The operations of a part as reads and updates of one value.

    `longest` is the longest text read where texts are appended, and nothing is written anew.
    """

    operations: list[Access]
    longest: str


def first_try(share: Share, most: float = inf) -> Tried | None:
    """Decide a part of a register or a store with reads, writes, and texts that are appended.

    None if there is something else, or if it is not decided soon, within `most` configurations.
    """
    cls = class_of(share.whole)
    if cls not in _PARTS or len(share) > LONGEST:
        return None
    thing = share.whole() if isinstance(share.whole, type) else share.whole
    start = thing.get(share.name) if cls is KeyValueStore else thing.value
    if type(start) not in PLAIN:
        start = exact(freeze(start))
    accesses = _accesses(share, start, ROLES[_PARTS[cls]], cls is KeyValueStore)
    if accesses is None:
        return None
    most = min(most, PATIENCE + len(share) // 8)
    moments = _moments(accesses.operations)
    return None if moments is None else _search(moments, start, accesses.longest, most)


def _accesses(share: Share, start: Value, roles: Mapping[str, str], keyed: bool) -> Accesses | None:
    """The operations of a part; None if one of them is something else."""
    rows = share.history.rows
    known = [roles.get(name) for name in rows.names.values]
    names, listed, lists = rows.name, rows.arguments, rows.argument_lists.values
    answers, results, ends, begins = rows.result, rows.results.values, rows.returned, rows.invoked
    puts = appends = False
    texts, longest = start is None or type(start) is str, ""
    found: list[Access] = []
    for row in share.numbers:
        role, arguments, answer = known[names[row]], lists[listed[row]], answers[row]
        value = results[answer] if answer >= 0 else UNSAID
        more = len(arguments) - (role is not GET)  # the key, unless it is the object's name
        if more and not (keyed and more == 1):
            return None
        if role is GET:
            if type(value) is str and len(value) > len(longest):
                longest = value
        elif value is UNSAID or value is None or type(value) is Echo:
            value = arguments[-1]
            if role is PUT:
                puts = True
                texts &= value is None or type(value) is str
            elif role is APPEND:
                appends = True
                texts &= type(value) is str
            else:
                return None
        else:
            return None
        if type(value) not in PLAIN:
            if keyed and not more and role is not GET:
                return None  # the key may be in it
            value = UNSAID if type(value) is Echo else exact(value)
        found.append((ends[row], begins[row], role, value, len(found)))
    if appends and not texts:
        return None
    return Accesses(found, "" if puts or not appends else longest)


def _moments(accesses: Sequence[Access]) -> list[Moment] | None:
    """The responses in their order; None if too many operations wait at one."""
    waiting: dict[int, Waiting] = {}
    free: list[int] = []
    found: list[Moment] = []
    admitted = 0
    for event, _, role, value, number in sorted(accesses):
        if event == PENDING:
            continue
        alone = number + 1 == len(accesses) or accesses[number + 1][1] > event
        if alone and not waiting and number == admitted:
            found.append((event, (1, role, value, number), ()))
            admitted += 1
            continue
        while admitted < len(accesses) and accesses[admitted][1] < event:
            end, _, role, value, n = accesses[admitted]
            admitted += 1
            if end != PENDING or role is not GET:
                waiting[n] = free.pop() if free else 1 << len(waiting), role, value, n
        if len(waiting) > MOST_WAITING:
            return None
        own = waiting[number]
        found.append((event, own, [*waiting.values()] if len(waiting) > 1 else ()))
        free.append(waiting.pop(number)[0])
    return found


def _search(moments: Sequence[Moment], start: Value, longest: str, most: float) -> Tried | None:
    """Depth first; None after `most` configurations in which there was a choice."""
    stack: list[Configuration] = [(0, start, 0, None)]
    seen = set[tuple[int, Value, int]]()
    while stack:
        number, value, mask, path = stack.pop()
        choice: Sequence[Waiting] = ()
        while number < len(moments):  # go on until there is a choice
            if longest and value and not (longest.startswith(value) or value.startswith(longest)):
                break
            event, (bit, role, given, n), waiting = moments[number]
            for other, kind, wanted, reader in waiting:
                if kind is GET and not mask & other and (wanted == value or wanted is UNSAID):
                    mask |= other
                    path = reader, event, path
            if mask & bit:
                mask ^= bit
                number += 1
                continue
            if waiting:
                choice = [one for one in waiting if one[1] is not GET and not mask & one[0]]
                if len(choice) != 1:
                    break
                bit, role, given, n = choice[0]
                mask |= bit
            else:
                number += 1
            if role is not GET:
                value = given if role is PUT or value is None else value + given
            elif given != value and given is not UNSAID:
                break
            path = n, event, path
        else:
            return Tried(True, path, len(seen))
        if len(choice) < 2 or (number, value, mask) in seen:  # there is none, or it leads nowhere
            continue
        if len(seen) >= most:
            return None
        seen.add((number, value, mask))
        stack += _after_each(choice, (number, value, mask, path), event)
    return Tried(False, None, len(seen))


def _after_each(
    choice: Sequence[Waiting], here: Configuration, event: int
) -> Iterator[Configuration]:
    """The configurations after each of the updates that may take effect before this response."""
    number, before, mask, path = here
    for bit, role, given, n in choice:
        value = given if role is PUT or before is None else before + given
        yield number, value, mask | bit, (n, event, path)
