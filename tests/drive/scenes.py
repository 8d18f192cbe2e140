"""Scenes in which libraries do otherwise than Figure 2: `python -m tests.drive.scenes` plays them.

It writes what the libraries answer into `raftnb/drive/scenes`, for those that are installed here.
"""

from __future__ import annotations

import json
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from raftnb.drive.adapter import Adapter
from raftnb.drive.adapters.libraft import is_installed
from raftnb.drive.recorded import FOLDER, record_of
from raftnb.specs.libraries.ahead import RAFT_AHEAD
from raftnb.specs.libraries.libraft import (
    RAFT_LIBRAFT,
    RAFT_LIBRAFT_AS_IS,
    RAFT_LIBRAFT_PRE_VOTE,
    RAFT_LIBRAFT_PRE_VOTE_AS_IS,
)
from raftnb.specs.libraries.pysyncobj import NO_OP_RAFT
from tests.drive.lost_command import OLD_ANSWER

LIBRARIES = {
    "pyraftlog": ("pyraftlog 3.0.0", "Pyraftlog"),
    "pysyncobj": ("PySyncObj 0.3.17", "PySyncObj"),
    "libraft": ("libraft 0.15.0", "Libraft"),
}
AHEAD = RAFT_AHEAD(servers=3, max_term=3, max_log=2, max_restarts=1)
FOUR = RAFT_AHEAD(servers=4, max_term=3)
NO_OP = NO_OP_RAFT(servers=3, max_term=3, max_log=4, max_restarts=1)
FIVE = NO_OP_RAFT(servers=5, max_term=4, max_log=4)
SOUND, AS_IS, PRE_VOTE, PRE_VOTE_AS_IS = (
    spec(servers=3, values=2, max_term=3, max_log=2, max_restarts=1)
    for spec in (
        RAFT_LIBRAFT,
        RAFT_LIBRAFT_AS_IS,
        RAFT_LIBRAFT_PRE_VOTE,
        RAFT_LIBRAFT_PRE_VOTE_AS_IS,
    )
)


class Known(NamedTuple):
    """A scene: which library, what it does, which line of Figure 2 that breaks, and the inputs."""

    library: str
    options: dict[str, Any]
    model: Any
    title: str
    line: str
    inputs: tuple[tuple[Any, ...], ...]

    @property
    def is_here(self) -> bool:
        """Whether the library is installed."""
        if self.library == "libraft":
            return is_installed()
        return find_spec(self.library) is not None

    def adapter(self) -> Adapter:
        """The library."""
        module = import_module(f"raftnb.drive.adapters.{self.library}")
        made: Adapter = getattr(module, LIBRARIES[self.library][1])(**self.options)
        return made

    def record(self) -> dict[str, Any]:
        """The scene with the answers that the library gives now."""
        told = {"library": LIBRARIES[self.library][0], "title": self.title, "line": self.line}
        return record_of(self.model, self.adapter(), self.inputs, **told)


ELECTED = (("s1", "time_out"), ("s2", "receive", 1), ("s1", "receive", 2))
TWO_LEADERS = (
    *ELECTED, ("s1", "client_request", "v1"), ("s1", "store"),
    ("s2", "time_out"), ("s3", "receive", 6), ("s2", "receive", 7),
)  # fmt: skip
WHOLE_LOG = (*TWO_LEADERS, ("s2", "append_entries", "s1"), ("s1", "receive", 9))
SCENES = {
    "pyraftlog-stays-candidate": Known(
        "pyraftlog", {}, AHEAD, "a candidate that sees a newer term stays a candidate",
        "All servers: if RPC request or response contains term T > currentTerm: "
        "set currentTerm = T, convert to follower",
        (("s1", "time_out"), ("s2", "time_out"), ("s2", "time_out"), ("s1", "receive", 3)),
    ),
    "pyraftlog-goes-back": Known(
        "pyraftlog", {}, AHEAD, "an old AppendEntries takes the term back, and the vote with it",
        "AppendEntries RPC, receiver 1: reply false if term < currentTerm",
        (*ELECTED, ("s1", "append_entries", "s2"), ("s2", "time_out"), ("s2", "receive", 4)),
    ),
    "pyraftlog-commits-alone": Known(
        "pyraftlog", {}, AHEAD, "the answer to an empty heartbeat counts for a later entry",
        "State, on leaders: matchIndex[]: index of highest log entry known to be replicated",
        (
            *ELECTED, ("s1", "append_entries", "s2"), ("s1", "client_request", "v1"),
            ("s2", "receive", 4), ("s1", "receive", 6),
        ),
    ),
    "pyraftlog-forgets": Known(
        "pyraftlog", {}, AHEAD, "a candidate's new term and own vote are not stored",
        "State, persistent: updated on stable storage before responding to RPCs",
        (("s1", "time_out"), ("s1", "restart")),
    ),
    "pyraftlog-half": Known(
        "pyraftlog", {}, FOUR, "of four servers two elect a leader",
        "Candidates: if votes received from majority of servers: become leader",
        ELECTED,
    ),
    "pysyncobj-forgets": Known(
        "pysyncobj", {"journal": False}, NO_OP, "without its journal, term and vote are lost",
        "State, persistent: updated on stable storage before responding to RPCs",
        (("s1", "time_out"), ("s1", "restart")),
    ),
    "pysyncobj-old-answer": Known(
        "pysyncobj", {"match": False}, FIVE, "an answer that an earlier term asked for is counted",
        "AppendEntries RPC, results: term: currentTerm, for leader to update itself",
        OLD_ANSWER,
    ),
    "libraft-whole-log": Known(
        "libraft", {}, SOUND, "a heartbeat is answered with all that is on disk",
        "State, on leaders: matchIndex[]: index of highest log entry known to be replicated",
        WHOLE_LOG,
    ),
    "libraft-old-write": Known(
        "libraft", {}, SOUND, "entries of an earlier term are answered for in a later one",
        "State, on leaders: matchIndex[]: index of highest log entry known to be replicated",
        (
            *ELECTED, ("s1", "client_request", "v1"), ("s1", "append_entries", "s3"),
            ("s3", "receive", 5), ("s2", "time_out"), ("s1", "append_entries", "s2"),
            ("s2", "receive", 8), ("s1", "receive", 9), ("s1", "time_out"), ("s2", "receive", 11),
            ("s1", "receive", 12), ("s1", "append_entries", "s3"), ("s3", "receive", 14),
            ("s3", "store"),
        ),
    ),
    "libraft-old-term": Known(
        "libraft", {}, SOUND, "an entry of an earlier term is committed by counting",
        "Leaders: if there exists an N such that N > commitIndex, a majority of "
        "matchIndex[i] >= N, and log[N].term == currentTerm: set commitIndex = N",
        (
            *ELECTED, ("s1", "client_request", "v1"), ("s1", "store"), ("s1", "restart"),
            ("s1", "time_out"), ("s3", "receive", 7), ("s1", "receive", 8),
            ("s1", "append_entries", "s3"), ("s3", "receive", 10), ("s1", "receive", 11),
            ("s1", "append_entries", "s3"), ("s3", "receive", 13), ("s3", "store"),
            ("s1", "receive", 15),
        ),
    ),
    "libraft-late-pre-vote": Known(
        "libraft", {"pre_vote": True}, PRE_VOTE,
        "an answer to an earlier pre-vote, about a term that has begun, counts for the next term",
        "Dissertation, section 9.6: a candidate only increments its term if it first learns from a "
        "majority of the cluster that they would be willing to grant the candidate their votes",
        (
            ("s1", "ask_around"), ("s2", "receive", 1), ("s1", "receive", 2), ("s1", "restart"),
            ("s1", "ask_around"), ("s1", "receive", 2),
        ),
    ),
    "libraft-loses": Known(
        "libraft", {}, AS_IS, "two servers commit different entries at one index",
        "State Machine Safety (Figure 3)",
        (
            *WHOLE_LOG, ("s2", "client_request", "v2"), ("s2", "store"), ("s2", "receive", 10),
            ("s1", "time_out"), ("s3", "receive", 14), ("s1", "receive", 15),
            ("s1", "append_entries", "s3"), ("s3", "receive", 17), ("s1", "receive", 18),
            ("s1", "append_entries", "s3"), ("s3", "receive", 20), ("s3", "store"),
            ("s1", "receive", 22),
        ),
    ),
}  # fmt: skip
"""Each scene ends where the library differs, but `libraft-loses`, which goes on from there."""


def main() -> None:
    """Write the answers of the libraries that are here."""
    for name, known in SCENES.items():
        if known.is_here:
            text = json.dumps(known.record(), indent=1) + "\n"
            (FOLDER / f"{name}.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
