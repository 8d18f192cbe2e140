"""A first try: a short search for registers and stores, over the values themselves.

What a read, a write, or an `append` to a text does is known, so for these the object's own methods
need not be run, and a part whose operations hardly overlap is decided in less time than `Search`
takes to lay out its tables. It is the same search, Lowe's just-in-time linearization, without what
keeps a hard one small; so it leaves busy parts alone, and soon gives up.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from raftnb.data.events import UNSAID, Echo, Value, exact, freeze
from raftnb.data.rows import PENDING, PLAIN
from raftnb.linear.interface import class_of
from raftnb.linear.items import APPEND, GET, PUT
from raftnb.linear.objects import CASRegister, Entry, KeyValueStore, Register
from raftnb.linear.portions import Share
from raftnb.linear.unique import ROLES

LONGEST = 2_000
"""Of how many operations it tries the orders."""
MOST_CROWDED = 48
"""At how many responses another operation may wait, beside one in ten."""
PATIENCE = 100
"""How often it passes a response or makes a choice, beside two times for each response."""
_PARTS = {Register: Register, CASRegister: CASRegister, KeyValueStore: Entry}
"""The models that it takes, and what each of their parts is."""
Access: TypeAlias = tuple[int, int, str, Any, int]
"""An operation: where it returns (or PENDING) and began, what it does, the value, its own bit."""
Moment: TypeAlias = tuple[Access, Sequence[Access], Sequence[Access]]
"""A response: its operation, and the reads and the updates that wait; none if it is alone."""
Path: TypeAlias = "tuple[int, int, Path] | None"
"""The order so far, last first: an operation's bit, the event before which it takes effect, the
rest."""
Configuration: TypeAlias = tuple[int, Any, int, Path]
"""The number of the next response, the value, the bits of those that took effect, the order."""
NO_CHOICE: Sequence[Access] = ()


class Tried(NamedTuple):
    """Whether there is an order, the order, and at how many configurations was looked."""

    holds: bool
    path: Path
    configurations: int

    def order(self) -> tuple[array[int], array[int]]:
        """The numbers of the operations in their order, and the events before which each is."""
        numbers, points, path = array("i"), array("i"), self.path
        while path:
            bit, point, path = path
            numbers.append(bit.bit_length() - 1)
            points.append(point)
        numbers.reverse()
        points.reverse()
        return numbers, points


def first_try(share: Share) -> Tried | None:
    """Decide a part of a register or a store with reads, writes, and texts that are appended.

    None if there is something else, or if it is not decided soon.
    """
    cls = class_of(share.whole)
    if cls not in _PARTS or len(share) > LONGEST:
        return None
    thing = share.whole() if isinstance(share.whole, type) else share.whole
    start = thing.get(share.name) if cls is KeyValueStore else thing.value
    if type(start) not in PLAIN:
        start = exact(freeze(start))
    accesses = _accesses(share, start, ROLES[_PARTS[cls]], cls is KeyValueStore)
    moments = None if accesses is None else _moments(accesses)
    return None if moments is None else _search(moments, start)


def _accesses(
    share: Share, start: Value, roles: Mapping[str, str], keyed: bool
) -> list[Access] | None:
    """The operations as reads and updates of one value; None if one of them is something else."""
    rows = share.history.rows
    known = [roles.get(name) for name in rows.names.values]
    names, listed, lists = rows.name, rows.arguments, rows.argument_lists.values
    answers, results, ends, begins = rows.result, rows.results.values, rows.returned, rows.invoked
    appends, texts = False, start is None or type(start) is str
    found: list[Access] = []
    for row in share.numbers:
        role, arguments, answer = known[names[row]], lists[listed[row]], answers[row]
        value = results[answer] if answer >= 0 else UNSAID
        more = len(arguments) - (role is not GET)  # the key, unless it is the object's name
        if more and not (keyed and more == 1):
            return None
        if role is not GET:
            silent = value is UNSAID or value is None or type(value) is Echo
            if not silent or (role is not PUT and role is not APPEND):
                return None
            value = arguments[-1]
            if role is APPEND:
                appends = True
            if type(value) is not str and (value is not None or role is APPEND):
                texts = False
        if type(value) not in PLAIN:
            if keyed and not more and role is not GET:
                return None  # the key may be in it
            value = UNSAID if type(value) is Echo else exact(value)
        found.append((ends[row], begins[row], role, value, 1 << len(found)))
    return None if appends and not texts else found


def _moments(accesses: Sequence[Access]) -> list[Moment] | None:
    """The responses in their order; None where others wait at too many of them."""
    reads: dict[int, Access] = {}
    updates: dict[int, Access] = {}
    found: list[Moment] = []
    admitted, left = 0, MOST_CROWDED + len(accesses) // 10
    for own in sorted(accesses):
        event, _, role, _, bit = own
        if event == PENDING:
            continue
        while admitted < len(accesses) and accesses[admitted][1] < event:
            one = accesses[admitted]
            admitted += 1
            if one[2] is not GET:
                updates[one[4]] = one
            elif one[0] != PENDING:
                reads[one[4]] = one
        if len(reads) + len(updates) == 1:
            found.append((own, (), ()))
        elif left:
            found.append((own, [*reads.values()] if reads else (), [*updates.values()]))
            left -= 1
        else:
            return None
        del (reads if role is GET else updates)[bit]
    return found


def _search(moments: Sequence[Moment], start: Value) -> Tried | None:
    """Depth first; None after so much back and forth that another way is better."""
    stack: list[Configuration] = [(0, start, 0, None)]
    seen = set[tuple[int, Value, int]]()
    left = 2 * len(moments) + PATIENCE
    while stack:
        begun, value, mask, path = stack.pop()
        number, choice = begun, NO_CHOICE
        while number < len(moments):  # go on until there is a choice
            (event, _, role, given, bit), reads, updates = moments[number]
            for _, _, _, wanted, other in reads:
                if (wanted == value or wanted is UNSAID) and not mask & other:
                    mask |= other
                    path = other, event, path
            if mask & bit:
                mask ^= bit
                number += 1
                continue
            if reads or updates:
                choice = [one for one in updates if not mask & one[4]] if mask else updates
                if len(choice) != 1:
                    break
                _, _, role, given, bit = choice[0]
                mask |= bit
            else:
                number += 1
            if role is not GET:
                value = given if role is PUT or value is None else value + given
            elif given != value and given is not UNSAID:
                break
            path = bit, event, path
        else:
            return Tried(True, path, len(seen))
        left -= number - begun + 1
        if left < 0:
            return None
        if len(choice) > 1 and (number, value, mask) not in seen:
            seen.add((number, value, mask))
            for _, _, role, given, bit in choice:
                after = given if role is PUT or value is None else value + given
                stack.append((number, after, mask | bit, (bit, event, path)))
    return Tried(False, None, len(seen))
