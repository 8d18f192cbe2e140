"""Linearizability: the definition of Herlihy and Wing, and a fast checker of recorded histories."""

from raftnb.linear.checker import check, replay
from raftnb.linear.objects import (
    MODELS,
    AppendList,
    CASRegister,
    Impossible,
    KeyValueStore,
    Mutex,
    Queue,
    Register,
)
from raftnb.linear.readers import read_history, recorded, write_history
from raftnb.linear.result import Attempt, Budget, Linearizability, Part, Placed, explain

__all__ = [
    "MODELS",
    "AppendList",
    "Attempt",
    "Budget",
    "CASRegister",
    "Impossible",
    "KeyValueStore",
    "Linearizability",
    "Mutex",
    "Part",
    "Placed",
    "Queue",
    "Register",
    "check",
    "explain",
    "read_history",
    "recorded",
    "replay",
    "write_history",
]
