"""A cluster of libraft's servers whose disk, network and clock are ours, as a program of its own.

A line in, `["time_out", 1]`, is a step of a server (they count from 1); a line out is what it sends
and how it stands then. Code in C may end its process, or never come back: so it has one for itself.
Terms and indices are the library's, entries are [term, type, data].
"""

from __future__ import annotations

import ctypes as c
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from raftnb.drive.adapters import libraft_abi as abi

LIBRARY = "libraft.so.2"
ELECTION, HEARTBEAT = 1_000_000, 1
"""Milliseconds of the clock that servers are shown: it goes on only when something is to ring."""
BOOTSTRAPPED = 1
"""The term of a new cluster, whose log has one entry: who its servers are."""
Row = list[Any]


class Library:
    """The shared library; raises `OSError` where it is not installed."""

    def __init__(self) -> None:
        self.c = c.CDLL(LIBRARY)
        self.c.raft_malloc.restype = c.c_void_p
        self.c.raft_malloc.argtypes = [c.c_size_t]

    def kept(self, data: bytes) -> int:
        """Memory of the library's with these bytes."""
        at = int(self.c.raft_malloc(max(len(data), 1)))
        c.memmove(at, data, len(data))
        return at

    def entries(self, rows: list[Row], *, batch: bool) -> Any:
        """An array of entries that the library will free: their data in one piece, or apart."""
        if not rows:
            return None
        room = self.c.raft_malloc(c.sizeof(abi.Entry) * len(rows))
        made = c.cast(room, c.POINTER(abi.Entry))
        data = [text.encode("latin-1") for _, _, text in rows]
        piece = self.kept(b"".join(data)) if batch else None
        at = piece or 0
        for n, (term, kind, _) in enumerate(rows):
            base = at if batch else self.kept(data[n])
            made[n] = abi.Entry(term, kind, abi.Buffer(base, len(data[n])), piece)
            at += len(data[n])
        return made

    def configuration(self, servers: int) -> str:
        """The data of the first entry: who the servers are."""
        room, buffer = c.create_string_buffer(64), abi.Buffer()
        self.c.raft_configuration_init(room)
        for n in range(1, servers + 1):
            self.c.raft_configuration_add(room, c.c_ulonglong(n), str(n).encode(), 1)
        if self.c.raft_configuration_encode(room, c.byref(buffer)):
            raise MemoryError
        return c.string_at(buffer.base, buffer.len).decode("latin-1")


def rows_of(entries: Iterable[Any]) -> list[Row]:
    """Entries of the library as plain data."""
    return [[e.term, e.type, c.string_at(e.buf.base, e.buf.len).decode("latin-1")] for e in entries]


class Server:
    """One server: the library's core, and the disk, network and clock that it is given."""

    def __init__(self, library: Library, number: int, disk: dict[str, Any], pre_vote: bool) -> None:
        self.library, self.number, self.disk = library, number, disk
        self.now, self.sent, self.writes = 0, list[Any](), list[Any]()
        self.later: list[Callable[[], None]] = []
        self.raft = abi.Raft.from_buffer(c.create_string_buffer(abi.ROOM))
        self.fsm = abi.Fsm(version=1, apply=abi.APPLY(lambda *_: 0))
        self.io = abi.Io(
            version=1, init=abi.INIT(lambda *_: 0), close=abi.CLOSE(lambda *_: None),
            load=abi.LOAD(self.load), start=abi.START(self.start),
            set_term=abi.SET(lambda _, term: self.set(term=term, vote=0)),
            set_vote=abi.SET(lambda _, vote: self.set(vote=vote)),
            send=abi.SEND(self.send), append=abi.APPEND(self.append),
            truncate=abi.SET(self.truncate), time=abi.TIME(lambda _: self.now),
            random=abi.RANDOM(lambda _, least, most: least),
        )  # fmt: skip
        at, raft = library.c, c.byref(self.raft)
        name = str(number).encode()
        done = at.raft_init(raft, c.byref(self.io), c.byref(self.fsm), c.c_ulonglong(number), name)
        at.raft_set_election_timeout(raft, ELECTION)
        at.raft_set_heartbeat_timeout(raft, HEARTBEAT)
        at.raft_set_pre_vote(raft, c.c_bool(pre_vote))
        if done or at.raft_start(raft):
            raise RuntimeError("libraft does not start")
        self.finish()

    # What the library asks for.

    def load(self, io: Any, term: Any, vote: Any, snapshot: Any, *rest: Any) -> int:
        """The disk, as it was left."""
        first, entries, count = rest
        term[0], vote[0], snapshot[0] = self.disk["term"], self.disk["vote"], None
        made = self.library.entries(self.disk["entries"], batch=False)
        first[0], count[0] = 1, len(self.disk["entries"])
        entries[0] = c.cast(made, c.c_void_p)
        return 0

    def start(self, io: Any, period: int, tick: Any, receive: Any) -> int:
        """Whom to tell of the clock and of messages."""
        self.tick, self.receive = tick, receive
        return 0

    def set(self, **changes: int) -> int:
        """Store a term or a vote at once."""
        self.disk.update(changes)
        return 0

    def send(self, io: Any, request: Any, message: Any, done: Any) -> int:
        """Note a message; the library hears that it has left when the step is over."""
        self.sent.append(self.told(message[0]))
        self.later.append(lambda: done(request, 0))
        return 0

    def append(self, io: Any, request: Any, entries: Any, count: int, done: Any) -> int:
        """Begin to write entries, which come after those that are there or on their way."""
        rows, after = rows_of(entries[:count]), len(self.disk["entries"])
        after += sum(len(write[1]) for write in self.writes)
        self.writes.append((after, rows, lambda: done(request, 0)))
        return 0

    def truncate(self, io: Any, index: int) -> int:
        """Cut entries off from an index on, also those that are on their way."""
        del self.disk["entries"][index - 1 :]
        for after, rows, _ in self.writes:
            del rows[max(index - 1 - after, 0) :]
        return 0

    # Steps.

    def finish(self) -> None:
        """Let the library hear what has happened meanwhile, in order."""
        while self.later:
            self.later.pop(0)()

    def ring(self, milliseconds: int) -> None:
        """Let the clock go on, and ring."""
        self.now += milliseconds
        self.tick(c.byref(self.io))
        self.finish()

    def stored(self) -> None:
        """The disk has what was written first."""
        _, rows, done = self.writes.pop(0)
        self.disk["entries"] += rows
        done()
        self.finish()

    def asked(self, value: str) -> None:
        """A client asks for a value."""
        data = value.encode("latin-1")
        buffer = abi.Buffer(self.library.kept(data), len(data))
        request = c.create_string_buffer(256)
        done = abi.APPLIED(lambda *_: None)
        self.disk.setdefault("alive", []).append((request, done))
        self.library.c.raft_apply(c.byref(self.raft), request, c.byref(buffer), 1, done)
        self.finish()

    def told(self, m: Any) -> dict[str, Any]:
        """A message as plain data."""
        says = {"type": m.type, "to": m.server_id}
        kind, name = abi.KINDS[m.type]
        body = getattr(m.says, name)
        for field in abi.fields_of(kind):
            says[field] = getattr(body, field)
        if m.type == abi.APPEND_ENTRIES:
            says["entries"] = rows_of(body.entries[: body.n_entries])
        return says

    def hears(self, source: int, says: dict[str, Any]) -> None:
        """A message arrives."""
        kind, name = abi.KINDS[says["type"]]
        fields = {field: says[field] for field in abi.fields_of(kind)}
        if says["type"] == abi.APPEND_ENTRIES:
            fields["entries"] = self.library.entries(says["entries"], batch=True)
        message = abi.Message(says["type"], source, str(source).encode())
        setattr(message.says, name, kind(**fields))
        self.receive(c.byref(self.io), c.byref(message))
        self.finish()

    def state(self) -> dict[str, Any]:
        """How the server stands."""
        raft, log = self.raft, self.raft.log
        places = [(log.front + n) % log.size for n in range((log.back - log.front) % log.size)]
        known = {}
        if abi.ROLES[raft.state] == "leader":
            known = {n + 1: raft.of.progress[n].match_index for n in range(raft.n)}
        stands = abi.ROLES[raft.state] == "candidate"
        return {
            "asking": stands and raft.of.candidate.in_pre_vote,
            "term": raft.current_term, "vote": raft.voted_for, "role": abi.ROLES[raft.state],
            "commit": raft.commit_index, "stored": raft.last_stored, "match": known,
            "log": rows_of(log.entries[n] for n in places), "writes": len(self.writes),
        }  # fmt: skip


class Cluster:
    """The servers, and what they are told."""

    def __init__(self) -> None:
        self.library = Library()
        self.servers: dict[int, Server] = {}
        self.pre_vote = False
        self.gone: list[Server] = []
        """Servers that are not used any more; the library may still hold their memory."""

    def start(self, count: int, pre_vote: bool = False) -> None:
        """Begin anew, with so many servers."""
        self.pre_vote = pre_vote
        self.gone += self.servers.values()
        data = self.library.configuration(count)
        for n in range(1, count + 1):
            first = [[BOOTSTRAPPED, abi.CONFIGURATION, data]]
            disk = {"term": BOOTSTRAPPED, "vote": 0, "entries": first}
            self.servers[n] = Server(self.library, n, disk, pre_vote)
        seen = self.servers[count].state()
        if (seen["term"], seen["commit"], seen["stored"], len(seen["log"])) != (1, 1, 1, 1):
            raise RuntimeError(f"another libraft than 0.15, it seems: it begins with {seen}")

    def restart(self, number: int) -> None:
        """A server fails, and comes back with what its disk has."""
        self.gone.append(self.servers[number])
        disk = self.servers[number].disk
        self.servers[number] = Server(self.library, number, disk, self.pre_vote)

    def answer(self, what: str, *rest: Any) -> dict[str, Any]:
        """What comes of a line."""
        if what == "start":
            self.start(*rest)
            return {}
        return self.step(what, *rest)

    def step(self, what: str, number: int, *rest: Any) -> dict[str, Any]:
        """One step of a server: what it sends, and how it stands then."""
        if what == "restart":
            self.restart(number)
        server = self.servers[number]
        steps: dict[str, Callable[..., None]] = {
            "ring": server.ring, "store": server.stored, "ask": server.asked,
            "hear": server.hears, "restart": lambda: None, "look": lambda: None,
        }  # fmt: skip
        steps[what](*rest)
        sent, server.sent = server.sent, []
        return {"sent": sent, "state": server.state()}


class Ended(RuntimeError):
    """The program of a cluster has ended in the middle of a step."""


class Program:
    """The program, as who asks it sees it; begun with the first question, and anew after an end."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[str] | None = None

    def ask(self, *words: Any) -> Any:
        """The answer to a line; raises `Ended` where there is none."""
        child = self.child = self.child or self._begun()
        try:
            print(json.dumps(words), file=child.stdin, flush=True)
            line = child.stdout.readline() if child.stdout else ""
            if line:
                return json.loads(line)
        except OSError:
            pass  # it has ended already
        except BaseException:
            self.end()
            raise
        code = self.end()
        raise Ended(f"the library's process ended with {code}")

    def end(self) -> int:
        """End the program, if it runs; its exit code."""
        child, self.child = self.child, None
        if child is None:
            return 0
        for pipe in (child.stdin, child.stdout):
            if pipe:
                with suppress(OSError):  # what was to be written has no reader any more
                    pipe.close()
        try:
            return child.wait(1)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()

    def _begun(self) -> subprocess.Popen[str]:
        root = str(Path(__file__).parents[3])
        paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        pipe, name = subprocess.PIPE, f"{__package__}.{Path(__file__).stem}"
        return subprocess.Popen(
            [sys.executable, "-m", name], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths}, text=True,
        )  # fmt: skip


def main() -> int:
    """Answer each line with a line."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the library prints is no answer
    cluster = Cluster()
    for line in sys.stdin:
        what, *rest = json.loads(line)
        answer = cluster.answer(what, *rest)
        print(json.dumps(answer), file=out, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
