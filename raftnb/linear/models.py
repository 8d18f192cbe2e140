"""The sequential objects by the names that the command line has for them."""

from __future__ import annotations

from typing import Any

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
from raftnb.linear.locks import FencedMutex, Mutex, OwnedMutex, ReentrantMutex
from raftnb.linear.objects import (
    CASRegister,
    Counter,
    FetchAndAdd,
    KeyValueStore,
    MultiRegister,
    Register,
    RevisionStore,
)

MODELS: dict[str, type[Any]] = {
    "register": Register,
    "cas-register": CASRegister,
    "multi-register": MultiRegister,
    "kv": KeyValueStore,
    "revision-kv": RevisionStore,
    "counter": Counter,
    "fetch-and-add": FetchAndAdd,
    "append": AppendList,
    "owned-list": OwnedList,
    "set": Set,
    "queue": Queue,
    "poll-queue": PollQueue,
    "unordered-queue": UnorderedQueue,
    "stack": Stack,
    "poll-stack": PollStack,
    "mutex": Mutex,
    "owned-mutex": OwnedMutex,
    "reentrant-mutex": ReentrantMutex,
    "fenced-mutex": FencedMutex,
}
