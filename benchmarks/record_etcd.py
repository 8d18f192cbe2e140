"""Record what clients of a real etcd call and are answered, while it is killed and started again.

    python -m benchmarks.record_etcd run.jsonl [--seconds 6]

Needs the program `etcd` (Debian: etcd-server). One node is started with an empty folder; clients
speak to its HTTP gateway for JSON. They `put`, `get` and `put_if` (a transaction that compares the
key's revision), as `RevisionStore` does, which starts with revision 1. The history that comes with
the package as `etcd_revisions` was recorded so.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from base64 import b64decode, b64encode
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

from raftnb.linear import Recorder

CLIENTS, KEYS = 4, ("x", "y")
LOST = (OSError, http.client.HTTPException)
"""After these nobody knows whether the call took effect."""


class Node:
    """One etcd on ports of its own."""

    def __init__(self, program: str, folder: str) -> None:
        self.program, self.folder = program, folder
        self.port, self.peers = free_port(), free_port()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        here, peers = (f"http://127.0.0.1:{port}" for port in (self.port, self.peers))
        options = {"data-dir": self.folder, "listen-client-urls": here, "listen-peer-urls": peers}
        options |= {"advertise-client-urls": here, "initial-advertise-peer-urls": peers}
        options |= {"initial-cluster": f"default={peers}"}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen([self.program, *words], stdout=quiet, stderr=quiet)
        end = monotonic() + 60
        while monotonic() < end:
            try:
                self.post("range", {"key": coded("ready")})
            except LOST:
                sleep(0.1)
            else:
                return
        raise SystemExit("etcd did not answer for 60 seconds")

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()

    def post(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask the gateway."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("POST", f"/v3/kv/{what}", json.dumps(body))
            answer = connection.getresponse()
            if answer.status != 200:
                raise http.client.HTTPException(f"status {answer.status}")
            return dict(json.loads(answer.read()))
        finally:
            connection.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def coded(text: str) -> str:
    """A key or a value as the gateway takes it."""
    return b64encode(text.encode()).decode()


def put(node: Node, key: str, value: int) -> int:
    """Write, and answer with the new revision."""
    answer = node.post("put", {"key": coded(key), "value": coded(str(value))})
    return int(answer["header"]["revision"])


def get(node: Node, key: str) -> list[int] | None:
    """The value and the revision of its last put."""
    found = node.post("range", {"key": coded(key)}).get("kvs")
    return [int(b64decode(found[0]["value"])), int(found[0]["mod_revision"])] if found else None


def put_if(node: Node, key: str, value: int, revision: int) -> bool:
    """Write if the key's revision is this, and say whether."""
    same = {"key": coded(key), "target": "MOD", "result": "EQUAL", "mod_revision": str(revision)}
    write = {"request_put": {"key": coded(key), "value": coded(str(value))}}
    return bool(node.post("txn", {"compare": [same], "success": [write]}).get("succeeded", False))


def client(name: str, node: Node, history: Recorder, end: float, seed: int) -> None:
    """Call now and then until the time is over."""
    dice, seen = random.Random(seed), dict.fromkeys(KEYS, 0)
    while monotonic() < end:
        key, value = dice.choice(KEYS), dice.randrange(1_000)
        calls = {"put": (key, value), "get": (key,), "put_if": (key, value, seen[key])}
        action = dice.choice((put, get, get, put_if))
        arguments = calls[action.__name__]
        try:
            with history.call(name, action.__name__, *arguments) as call:
                call.result = action(node, *arguments)
        except LOST:
            sleep(0.2)
            continue
        if action is get and call.result:
            seen[key] = call.result[1]
        sleep(dice.random() / 50)


def main() -> int:
    """Record one run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--seconds", type=float, default=6.0)
    arguments = parser.parse_args()
    program = shutil.which("etcd")
    if program is None:
        print("no program etcd: apt install etcd-server")
        return 2
    with tempfile.TemporaryDirectory() as folder, Recorder(arguments.path) as history:
        node = Node(program, folder)
        node.start()
        end = monotonic() + arguments.seconds
        threads = [
            Thread(target=client, args=(f"client {n}", node, history, end, n))
            for n in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        for _ in range(2):
            sleep(arguments.seconds / 4)
            node.kill()
            node.start()
        for thread in threads:
            thread.join()
        node.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
