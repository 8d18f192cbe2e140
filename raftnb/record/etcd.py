"""etcd as a cluster: its server program, asked through its HTTP gateway for JSON.

Clients `put`, `get` and `put_if` (a transaction that compares the key's revision), as
`RevisionStore` does, which starts with revision 1.
"""

from __future__ import annotations

import http.client
import json
import random
import shutil
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from raftnb.data.errors import UsageError
from raftnb.record.cluster import Call, Cluster
from raftnb.record.processes import HOST

KEYS, SECONDS = ("x", "y"), 2.0


class Etcd(Cluster):
    """Nodes of etcd, each with an empty folder of its own at first."""

    model, init = "revision-kv", "1"
    lost = (OSError, http.client.HTTPException)

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        found = shutil.which("etcd")
        if found is None:
            raise UsageError(
                "no program `etcd`",
                place="record etcd",
                allowed="a machine on which etcd is installed",
                cure="apt install etcd-server, or put etcd on the PATH",
            )
        self.program = found

    def words(self, name: str) -> list[str]:
        """The command line of a node; its timers are short, so that elections are."""
        here, peers = (_url(ports[name]) for ports in (self.clients, self.peers))
        options = {
            "name": name,
            "data-dir": str(self.folder / name),
            "listen-client-urls": here,
            "advertise-client-urls": here,
            "listen-peer-urls": peers,
            "initial-advertise-peer-urls": peers,
            "initial-cluster": ",".join(f"{n}={_url(port)}" for n, port in self.peers.items()),
            "heartbeat-interval": "50",
            "election-timeout": "500",
        }
        return [self.program, *(w for n, value in options.items() for w in (f"--{n}", value))]

    def is_ready(self, name: str) -> bool:
        """Whether a node answers, which it does once there is a leader."""
        try:
            self.post(name, "range", {"key": _coded("ready")})
        except self.lost:
            return False
        return True

    def post(self, name: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask a node's gateway."""
        connection = http.client.HTTPConnection(HOST, self.clients[name], timeout=SECONDS)
        try:
            connection.request("POST", f"/v3/kv/{what}", json.dumps(body))
            answer = connection.getresponse()
            if answer.status != 200:
                raise http.client.HTTPException(f"status {answer.status}")
            return dict(json.loads(answer.read()))
        finally:
            connection.close()

    def call(self, name: str, dice: random.Random, seen: dict[str, Any]) -> Call:
        """Put, get, or put if the revision is still the one that was seen."""
        key, value = dice.choice(KEYS), dice.randrange(1_000)
        action = dice.choice(("put", "get", "get", "put_if"))
        if action == "put":
            return action, (key, value), lambda: self.put(name, key, value)
        if action == "get":
            return action, (key,), lambda: self.get(name, key, seen)
        revision = seen.get(key, 0)
        return (
            action,
            (key, value, revision),
            lambda: self.put_if(name, key, value, revision),
        )

    def put(self, name: str, key: str, value: int) -> int:
        """Write, and answer with the new revision."""
        answer = self.post(name, "put", {"key": _coded(key), "value": _coded(str(value))})
        return int(answer["header"]["revision"])

    def get(self, name: str, key: str, seen: dict[str, Any]) -> list[int] | None:
        """The value and the revision of its last put."""
        found = self.post(name, "range", {"key": _coded(key)}).get("kvs")
        if not found:
            return None
        seen[key] = int(found[0]["mod_revision"])
        return [int(b64decode(found[0]["value"])), seen[key]]

    def put_if(self, name: str, key: str, value: int, revision: int) -> bool:
        """Write if the key's revision is this, and say whether."""
        same = {"key": _coded(key), "target": "MOD", "result": "EQUAL"}
        write = {"request_put": {"key": _coded(key), "value": _coded(str(value))}}
        body = {"compare": [same | {"mod_revision": str(revision)}], "success": [write]}
        return bool(self.post(name, "txn", body).get("succeeded", False))


def _url(port: int) -> str:
    return f"http://{HOST}:{port}"


def _coded(text: str) -> str:
    """A key or a value as the gateway takes it."""
    return b64encode(text.encode()).decode()


__all__ = ["Etcd"]
