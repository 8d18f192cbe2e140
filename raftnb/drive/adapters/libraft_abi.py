"""The structures of libraft 0.15 (Debian's libraft2) as ctypes sees them; only what is needed."""

from __future__ import annotations

import ctypes as c
from ctypes import CFUNCTYPE, POINTER, Structure, Union

U64, VOID, SIZE = c.c_ulonglong, c.c_void_p, c.c_size_t
COMMAND, CONFIGURATION = 1, 3
APPEND_ENTRIES, APPEND_RESULT, VOTE, VOTE_RESULT = 1, 2, 3, 4
ROLES = ("unavailable", "follower", "candidate", "leader")
ROOM = 8192
"""Bytes for a `struct raft`, of which 0.15 needs 656."""


class Buffer(Structure):
    """A `raft_buffer`."""

    _fields_ = (("base", VOID), ("len", SIZE))


class Entry(Structure):
    """A `raft_entry`."""

    _fields_ = (("term", U64), ("type", c.c_ushort), ("buf", Buffer), ("batch", VOID))


class Log(Structure):
    """A `raft_log`: a ring of entries."""

    _fields_ = (
        ("entries", POINTER(Entry)), ("size", SIZE), ("front", SIZE), ("back", SIZE),
        ("offset", U64), ("refs", VOID), ("refs_size", SIZE), ("last_index", U64),
        ("last_term", U64),
    )  # fmt: skip


class Progress(Structure):
    """A `raft_progress`: what a leader knows of a server."""

    _fields_ = (
        ("state", c.c_ushort), ("next_index", U64), ("match_index", U64), ("snapshot_index", U64),
        ("last_send", U64), ("snapshot_last_send", U64), ("recent_recv", c.c_bool),
    )  # fmt: skip


class OfCandidate(Structure):
    """What a candidate has."""

    _fields_ = (
        ("timeout", c.c_uint), ("votes", VOID), ("disrupt", c.c_bool), ("in_pre_vote", c.c_bool),
    )  # fmt: skip


class OfRole(Union):
    """What a leader has, or a candidate."""

    _fields_ = (("progress", POINTER(Progress)), ("candidate", OfCandidate))


class Raft(Structure):
    """A `struct raft` up to where its role is; what follows that is of a leader or a candidate."""

    _fields_ = (
        ("data", VOID), ("tracer", VOID), ("io", VOID), ("fsm", VOID), ("id", U64),
        ("address", VOID), ("current_term", U64), ("voted_for", U64), ("log", Log),
        ("servers", VOID), ("n", c.c_uint), ("configuration_index", U64), ("uncommitted", U64),
        ("election_timeout", c.c_uint), ("heartbeat_timeout", c.c_uint),
        ("snapshot_timeout", c.c_uint), ("commit_index", U64), ("last_applied", U64),
        ("last_stored", U64), ("state", c.c_ushort), ("of", OfRole),
    )  # fmt: skip


class Vote(Structure):
    """A `raft_request_vote`."""

    _fields_ = (
        ("term", U64), ("candidate_id", U64), ("last_log_index", U64), ("last_log_term", U64),
        ("disrupt_leader", c.c_bool), ("pre_vote", c.c_bool),
    )  # fmt: skip


class VoteResult(Structure):
    """A `raft_request_vote_result`."""

    _fields_ = (("term", U64), ("vote_granted", c.c_bool), ("pre_vote", c.c_int))


class Append(Structure):
    """A `raft_append_entries`."""

    _fields_ = (
        ("term", U64), ("prev_log_index", U64), ("prev_log_term", U64), ("leader_commit", U64),
        ("entries", POINTER(Entry)), ("n_entries", c.c_uint),
    )  # fmt: skip


class AppendResult(Structure):
    """A `raft_append_entries_result`."""

    _fields_ = (("term", U64), ("rejected", U64), ("last_log_index", U64))


class Payload(Union):
    """What a message says; the longest kind, a snapshot, has 64 bytes."""

    _fields_ = (
        ("vote", Vote), ("vote_result", VoteResult), ("append", Append),
        ("append_result", AppendResult), ("room", c.c_char * 64),
    )  # fmt: skip


class Message(Structure):
    """A `raft_message`."""

    _fields_ = (
        ("type", c.c_ushort), ("server_id", U64), ("server_address", c.c_char_p), ("says", Payload),
    )  # fmt: skip


INIT = CFUNCTYPE(c.c_int, VOID, U64, c.c_char_p)
CLOSE = CFUNCTYPE(None, VOID, VOID)
LOAD = CFUNCTYPE(
    c.c_int, VOID, POINTER(U64), POINTER(U64), POINTER(VOID), POINTER(U64),
    POINTER(VOID), POINTER(SIZE),
)  # fmt: skip
TICK = CFUNCTYPE(None, VOID)
RECEIVE = CFUNCTYPE(None, VOID, POINTER(Message))
START = CFUNCTYPE(c.c_int, VOID, c.c_uint, TICK, RECEIVE)
OTHER = CFUNCTYPE(c.c_int, VOID, VOID)
SET = CFUNCTYPE(c.c_int, VOID, U64)
DONE = CFUNCTYPE(None, VOID, c.c_int)
SEND = CFUNCTYPE(c.c_int, VOID, VOID, POINTER(Message), DONE)
APPEND = CFUNCTYPE(c.c_int, VOID, VOID, POINTER(Entry), c.c_uint, DONE)
TIME = CFUNCTYPE(U64, VOID)
RANDOM = CFUNCTYPE(c.c_int, VOID, c.c_int, c.c_int)
APPLY = CFUNCTYPE(c.c_int, VOID, POINTER(Buffer), POINTER(VOID))
APPLIED = CFUNCTYPE(None, VOID, c.c_int, VOID)


class Io(Structure):
    """A `raft_io`, version 1: the disk, the network and the clock, which we are."""

    _fields_ = (
        ("version", c.c_int), ("data", VOID), ("impl", VOID), ("errmsg", c.c_char * 256),
        ("init", INIT), ("close", CLOSE), ("load", LOAD), ("start", START),
        ("bootstrap", OTHER), ("recover", OTHER), ("set_term", SET), ("set_vote", SET),
        ("send", SEND), ("append", APPEND), ("truncate", SET), ("snapshot_put", VOID),
        ("snapshot_get", VOID), ("time", TIME), ("random", RANDOM), ("async_work", VOID),
    )  # fmt: skip


class Fsm(Structure):
    """A `raft_fsm`, version 1: the state machine."""

    _fields_ = (
        ("version", c.c_int), ("data", VOID), ("apply", APPLY), ("snapshot", VOID),
        ("restore", VOID), ("finalize", VOID), ("snapshot_async", VOID),
    )  # fmt: skip


KINDS: dict[int, tuple[type[Structure], str]] = {
    APPEND_ENTRIES: (Append, "append"),
    APPEND_RESULT: (AppendResult, "append_result"),
    VOTE: (Vote, "vote"),
    VOTE_RESULT: (VoteResult, "vote_result"),
}
"""The kinds of messages, each with its structure, and the field of a `Payload` that has it."""


def fields_of(kind: type[Structure]) -> list[str]:
    """The names of a structure's fields."""
    return [field for field, *_ in kind._fields_]
