"""What the tables look like: every array's columns, every counter and sentinel, once.

The tables are plain NumPy arrays, so that compiled code reads them without Python. A state is a
*row* of 32-bit numbers: one for each component (see `memo.interning`), and one for the bag of
messages where there is one.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint32]  # numbers of values, messages, bags, states, labels
Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Int = Any  # an integer of compiled code, of whatever width

NO_PARENT = 0xFFFFFFFF  # in place of a parent: the state is an initial one
OPEN_BAG = np.uint32(0xFFFFFFFF)  # in place of a bag's number: not worked out yet
UNKNOWN = np.uint32(0xFFFFFFFF)  # in place of what a swap makes of a value: not found out yet


class Status(IntEnum):
    """How an attempt to find a successor ended: it must be repeated unless it is done."""

    DONE = 0
    MISSING = 1  # a decision tree has no answer yet: Python code must run
    BAG_MISSING = 2  # the bag after a change has no number yet
    FULL = 3  # a buffer has no room
    TOO_MANY = 4  # there are too many orders of members that look alike


class Which(IntEnum):
    """Which successors are wanted."""

    NEW_ONLY = 0  # within the constraints, and not the state itself
    INSIDE = 1  # within the constraints
    EVERYTHING = 2


class Counter(IntEnum):
    """The entries of `Scratch.counters`."""

    DEFERRED = 0  # rows in use of `deferred`, `needed`, `bags`
    NEEDED = 1
    BAGS = 2
    GENERATED = 3  # successors found so far
    BAD_PARENT = 4  # the first state with a step that breaks a claim (or -1), and the claim
    BAD_CLAIM = 5
    MISSED = 6  # what was not known when an attempt ended as it did
    SWAPS = 7  # rows in use of `swaps`
    CUT = 8  # successors found so far that are outside the constraints
    TRIED = 9  # orders of members tried in this call
    TOO_MANY = 10  # the orders of a state that has too many of them, or 0


class BagCounter(IntEnum):
    """The entries of `Bags.counts`."""

    BAGS = 0
    ENTRIES = 1
    PAIRS = 2
    MARKED = 3  # bags whose marks are known
    LONGEST = 4
    MESSAGE = 5  # a message whose swap must be found out first


LEAF, FRESH = -1, -2  # in place of a node's component: it is a leaf; nothing is known of it yet
WHOLE = -1  # in place of a projection: all the cells of the component


class Node(IntEnum):
    """The columns of `Tables.node`: an inner node of a decision tree, or a leaf."""

    COMPONENT = 0  # the column of a row that is looked at next, LEAF or FRESH
    PROJECTION = 1  # the row of `classes` that it is seen through, or WHOLE
    VALUE = 2  # of a function's leaf: the number of its value
    FIRST_RESULT = 2  # of an action's leaf: its rows of `result`
    END_RESULT = 3


class Result(IntEnum):
    """The columns of `Tables.result`: one successor."""

    LABEL = 0
    DELTA = 1  # what becomes of the bag: a row of `delta`, 0 for nothing
    FIRST_WRITE = 2  # its rows of `write`
    END_WRITE = 3


class Write(IntEnum):
    """The columns of `Tables.write`: one component's new value."""

    COMPONENT = 0
    NUMBER = 1


class Delta(IntEnum):
    """The columns of `Tables.delta`: the rows of `op` that one change of the bag consists of."""

    FIRST_OP = 0
    END_OP = 1


class Op(IntEnum):
    """The columns of `Tables.op`: ADD, ADD_ONCE or TAKE a message."""

    MESSAGE = 0
    KIND = 1


ADD, ADD_ONCE, TAKE = 1, 2, -1


class Bag(IntEnum):
    """The columns of `Tables.bag`: the rows of `entry` that are its content."""

    FIRST_ENTRY = 0
    LENGTH = 1


class Entry(IntEnum):
    """The columns of `Tables.entry`: a message in flight and how many copies of it."""

    MESSAGE = 0
    COUNT = 1


class Limit(IntEnum):
    """The entries of `Tables.limits` (-1: there is none)."""

    DISTINCT = 0
    COPIES = 1


class Todo(IntEnum):
    """The columns of `Scratch.deferred` and `needed`: ask this slot of this state (-1: all)."""

    STATE = 0
    SLOT = 1


class Wanted(IntEnum):
    """The columns of `Scratch.bags`: the bag after a change of this bag is wanted."""

    BAG = 0
    CHANGE = 1  # a row of `delta`, or -1 - s for the swap s


class Swap(IntEnum):
    """The columns of `Scratch.swaps`: what a swap makes of a value of a pool is wanted."""

    NUMBER = 0
    POOL = 1
    VALUE = 2


class Arranged(IntEnum):
    """The rows of `Scratch.arranged`, each with an entry for every interchangeable member."""

    TWIN = 0  # the first member that it can change places with, with nothing changed
    LABEL = 1  # the arrangement being tried: twins, in the order of their places
    SOURCE = 2  # the same with members told apart: who goes to this place
    HELD = 3  # who is at this place now


class Tables(NamedTuple):
    """What is known of the specification (see `raftnb.explore.memo.memo`)."""

    trie_key: Hashes  # the edges of all decision trees: node << 32 | number seen -> next node
    trie_value: Numbers
    node: Ints  # columns: Node
    classes: Numbers  # [projection, value]: values that look the same have the same number
    result: Ints  # columns: Result
    write: Numbers  # columns: Write
    root: Ints  # [slot]: the root of its tree, 0 if there is none yet
    static: Ints  # the slots to be asked of every state
    receivers: Ints  # [message, k]: the slots to be asked while it is in flight, then -1
    action: Ints  # [label]: the action it is a step of
    delta: Ints  # columns: Delta
    op: Ints  # columns: Op
    bag: Ints  # columns: Bag
    entry: Numbers  # columns: Entry
    pair_key: Hashes  # bag << 32 | delta -> the bag after it, plus 1
    pair_value: Numbers
    limits: Ints  # entries: Limit
    claims_read_bag: int  # whether an invariant or a constraint looked into the bag
    within: int  # the slot that tells whether a state is within the constraints, or -1
    step_within: int  # the slot that tells whether a step is, or -1
    invariants: Ints  # slots
    transitions: Ints  # slots, asked of a row and the row after it
    pool: Ints  # [component]: the pool that its values are numbered in
    groups: Ints  # where each group of interchangeable members starts, and the end of the last
    swap: Ints  # [member, member]: the number of the swap of two members of a group
    mover: Ints  # [swap, component]: where its value goes
    own: Ints  # [member]: the component that is its record, or -1
    swapped: Numbers  # [swap, pool, value], or UNKNOWN
    swapped_bag: Numbers  # [bag, swap], or UNKNOWN
    marks: Numbers  # [pool, value, member]: how the value mentions it, other members' names aside
    bag_marks: Hashes  # [bag, member]: the same for all the messages of a bag
    roles: Numbers  # [component, member]: whether the component is the member's own


class BagTables(NamedTuple):
    """Those of `Tables` that say what is in bags, and what becomes of them."""

    delta: Ints
    op: Ints
    bag: Ints
    entry: Numbers
    pair_key: Hashes
    pair_value: Numbers
    swapped_bag: Numbers
    bag_marks: Hashes


class Successors(NamedTuple):
    """The successors that one thread found, by the shard that they belong to."""

    rows: Numbers  # [shard, i, column]
    hashes: Hashes  # [shard, i]
    parents: Numbers  # [shard, i]
    labels: Numbers  # [shard, i]; not used for NEW_ONLY
    counts: Ints  # [shard]


class Scratch(NamedTuple):
    """One thread's own space, and what it could not finish (see `kernels.expand`)."""

    counters: Ints  # entries: Counter
    row: Numbers  # the successor being worked out
    other: Numbers  # `row` under a swap, in an arrangement being tried, and in the least so far
    tried: Numbers
    best: Numbers
    marked: Hashes  # [member]: its mark in `row`
    arranged: Ints  # rows: Arranged
    content: Numbers  # a bag being put together; columns: Entry
    saved: Ints  # [shard]: how many successors there were before the slot was asked
    deferred: Ints  # columns: Todo
    needed: Ints  # columns: Todo
    bags: Ints  # columns: Wanted
    swaps: Ints  # columns: Swap
    recent: Hashes  # what was put into `needed` lately, so that it is not put there twice
    moved: NDArray[np.uint8]  # [i]: whether the i-th state of the chunk has a successor
    coverage: Ints  # [action]: how often it was taken
