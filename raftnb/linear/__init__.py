"""Linearizability: the definition of Herlihy and Wing, and a fast checker of recorded histories."""

from raftnb.data.rooms import room_of
from raftnb.linear.checker import check
from raftnb.linear.containers import (
    AppendList,
    OwnedList,
    PollQueue,
    PollStack,
    Queue,
    Set,
    Stack,
    UnorderedQueue,
)
from raftnb.linear.levels import Ladder, Rung, climb
from raftnb.linear.locks import FencedMutex, Mutex, OwnedMutex, ReentrantMutex
from raftnb.linear.models import MODELS
from raftnb.linear.objects import (
    CASRegister,
    Counter,
    FetchAndAdd,
    Impossible,
    KeyValueStore,
    MultiRegister,
    Register,
    RevisionStore,
)
from raftnb.linear.readers import read_history, recorded
from raftnb.linear.recorder import Recorder
from raftnb.linear.replay import Placed, replay_linearization
from raftnb.linear.result import Attempt, Budget, Linearizability, Part, explain
from raftnb.linear.stories import Story, why
from raftnb.linear.transactions import Serializability, serializable
from raftnb.linear.writers import write_history

__all__ = [
    "MODELS",
    "AppendList",
    "Attempt",
    "Budget",
    "CASRegister",
    "Counter",
    "FencedMutex",
    "FetchAndAdd",
    "Impossible",
    "KeyValueStore",
    "Ladder",
    "Linearizability",
    "MultiRegister",
    "Mutex",
    "OwnedList",
    "OwnedMutex",
    "Part",
    "Placed",
    "PollQueue",
    "PollStack",
    "Queue",
    "Recorder",
    "ReentrantMutex",
    "Register",
    "RevisionStore",
    "Rung",
    "Serializability",
    "Set",
    "Stack",
    "Story",
    "UnorderedQueue",
    "check",
    "climb",
    "explain",
    "read_history",
    "recorded",
    "replay_linearization",
    "serializable",
    "why",
    "write_history",
]
room_of(__name__, "check")
