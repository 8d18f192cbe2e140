"""Parts of a specification that another module names with the module before them."""

from enum import Enum

from raftnb.language import Globals, Nat, Record


class Role(Enum):
    IDLE = 1
    BUSY = 2


class Box(Globals):
    n: Nat = 0


class Item(Record):
    n: Nat


def small(n: int) -> bool:
    """Whether there is room for one more."""
    return n < 3
