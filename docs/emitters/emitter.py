"""Writes the log that `python -m raftnb conforms` reads by default; needs nothing but Python."""

import json
import os
import time


class Emitter:
    """One line for each event, appended at once: nothing is lost when the program dies.

    Give `servers` where the file is new; other processes of the machine then join without.
    """

    def __init__(self, path, servers=None):
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        if servers:
            self.write({"event": "start", "servers": list(servers)})

    def write(self, fields):
        fields["time"] = time.monotonic_ns()
        os.write(self.file, json.dumps(fields).encode() + b"\n")

    def emit(self, event, server, message=None, state=None, **more):
        """emit("receive", "s1", message={"type": "RequestVote", "from": "s2", "to": "s1", ...})"""
        given = {"message": message, "state": state, **more}
        known = {name: value for name, value in given.items() if value is not None}
        self.write({"event": event, "server": server, **known})


if __name__ == "__main__":
    log = Emitter("log.jsonl", ["s1", "s2", "s3"])
    log.emit("time_out", "s1", state={"currentTerm": 1, "role": "candidate", "votedFor": "s1"})
    ask = {"type": "RequestVote", "from": "s1", "to": "s2", "term": 1}
    log.emit("receive", "s2", message=ask, state={"currentTerm": 1, "votedFor": "s1"})
