"""The appendix: the paper's Figure 2, the Python and the PlusCal beside each other.

`python -m book.appendix` writes `docs/raft-in-pluscal.md` anew; a test keeps it current.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from typing import Any

from book import ROOT
from raftnb.pluscal import algorithm
from raftnb.specs import SPECS
from raftnb.specs.raft.server import Server
from raftnb.specs.store.concurrent import ChoosingStore, ConcurrentClient
from raftnb.specs.store.sequential import Client, Request, Response, Store

PAGE = ROOT / "docs" / "raft-in-pluscal.md"
HEAD = """# Raft in PlusCal

This is Raft in PlusCal, in four stages: an interface, a store that serves one client after the
other, a store that is linearizable, and Raft. Beside each action stands the Python from which
it is printed, and for Raft what Figure 2 of the paper asks for (Ongaro and Ousterhout 2014; in
our words). There is one source, the Python; PlusCal is printed from its typed tree, and this
page from both. The whole modules, ready for the TLA+ tools, are in the folder `pluscal/` of the
project; what TLC finds in them is in [what TLC finds, and what raftnb finds](tlc-agreement.md).

How to read it: an action of Python is one step. In PlusCal a step is a *label* where a process
takes its actions in order, and a *macro* where it may take any of them at any time; `when` is
`await`, `either` is `with x \\in`, and a variable of a process is a function of the process. A
sequence counts from 1, so `log[index - 1]` of Python is `log[index]`.
"""
INTERFACE = """## 1. The interface

What every store of this page offers:

```java
interface Store {
    void Write(String key, int value);

    int Read(String key);
}
```

A call becomes two messages, a request and a response:

"""
SEQUENTIAL = """## 2. The sequential store

Clients take a mutex, so that one request is under way at a time. A process of each kind goes round
its labels.
"""
LINEARIZABLE = """## 3. The linearizable store

The same without the mutex; and the store takes any of the requests under way. Two actions differ.
"""
RAFT = """## 4. Raft

### State

"""
RULES = {
    "restart": (
        "All servers: what is in the table *volatile state* is lost in a crash; currentTerm, "
        "votedFor and log are on stable storage."
    ),
    "time_out": (
        "Candidates: on conversion to candidate, start an election: increment currentTerm, "
        "vote for self, send RequestVote to all other servers. (The timer itself is left out: "
        "any follower or candidate may time out at any time.)"
    ),
    "update_term": (
        "All servers: if a request or response has a term T > currentTerm, set currentTerm = "
        "T and convert to follower."
    ),
    "handle_request_vote": (
        "RequestVote, receiver: answer false if term < currentTerm; if votedFor is null or "
        "the candidate, and the candidate's log is at least as up to date, grant the vote."
    ),
    "handle_request_vote_response": "Candidates: count the votes received.",
    "become_leader": (
        "Candidates: on votes from a majority of servers, become leader. Leaders: nextIndex "
        "begins at the last log index + 1, matchIndex at 0."
    ),
    "client_request": "Leaders: on a command from a client, append an entry to the local log.",
    "append_entries": (
        "Leaders: if the last log index >= nextIndex for a follower, send AppendEntries with "
        "the entries from nextIndex on. (Any number of them, or none: then it is a "
        "heartbeat.)"
    ),
    "handle_append_entries": (
        "AppendEntries, receiver: answer false if term < currentTerm, or if the log has no "
        "entry at prevLogIndex whose term is prevLogTerm; delete what conflicts with new "
        "entries; append the new ones; commitIndex = min(leaderCommit, index of the last new "
        "entry). Candidates: on AppendEntries from a new leader, convert to follower."
    ),
    "handle_append_entries_response": (
        "Leaders: on success, update nextIndex and matchIndex for the follower; on failure "
        "because of an inconsistency, decrement nextIndex and try again."
    ),
    "advance_commit_index": (
        "Leaders: if there is an N > commitIndex, a majority of matchIndex[i] >= N, and "
        "log[N].term == currentTerm, set commitIndex = N."
    ),
}
PARTS = {"handle_append_entries": ("reject", "accept")}
OPERATORS = ("log_is_up_to_date", "may_vote_for", "merged_log", "conflicts", "may_commit")


def text() -> str:
    """The page."""
    store, choosing, raft = (
        module(name) for name in ("sequential-store", "linearizable-store", "raft")
    )
    parts = [HEAD, INTERFACE + python(client_request()), SEQUENTIAL]
    parts += [beside(cls, label, labelled(store, label)) for cls, label in ordered()]
    parts.append(LINEARIZABLE)
    changed = ((ConcurrentClient, "take_mutex"), (ChoosingStore, "take_request"))
    parts += [beside(cls, label, labelled(choosing, label)) for cls, label in changed]
    parts += [RAFT + pluscal(between(raft, "variables", ";\n"))]
    for action, rule in RULES.items():
        parts += [
            f"### {action}\n\n{fill(rule)}\n",
            beside(Server, action, macro(raft, action), ""),
        ]
        parts += [beside(Server, part, macro(raft, part), "") for part in PARTS.get(action, ())]
    parts += ["### Small decisions\n\nOperators, which a mistake can override one by one.\n"]
    parts += [beside(Server, name, operator(raft, name), "") for name in OPERATORS]
    return "\n".join(parts)


def client_request() -> str:
    """The records of requests and responses."""
    return "\n\n\n".join(body_of(cls) for cls in (Request, Response))


def ordered() -> list[tuple[Any, str]]:
    """The labels of the sequential store."""
    return [(cls, label) for cls in (Client, Store) for label in cls.cycle.labels]


def module(name: str) -> str:
    """The text of a module with an algorithm."""
    printed = algorithm(SPECS[name]())
    return printed.files[f"{printed.name}.tla"]


def beside(cls: Any, name: str, printed: str, level: str = "### ") -> str:
    """An action in Python and in PlusCal."""
    title = f"{level}{name}\n\n" if level else ""
    return title + python(body_of(vars(cls)[name])) + "\n" + pluscal(printed)


def body_of(thing: Any) -> str:
    """The source of a class, function or action."""
    return textwrap.dedent(inspect.getsource(getattr(thing, "function", thing))).rstrip()


def python(code: str) -> str:
    """A block of Python."""
    return f"```python\n{code}\n```\n"


def pluscal(code: str) -> str:
    """A block of PlusCal."""
    return f"```text\n{textwrap.dedent(code).strip()}\n```\n"


def fill(sentence: str) -> str:
    """A paragraph."""
    return "\n".join(textwrap.wrap(sentence, 100))


def between(module: str, first: str, last: str) -> str:
    """The text from a line that begins with one word to the end of another."""
    start = module.index(f"\n{first}") + 1
    return module[start : module.index(last, start) + len(last)]


def macro(module: str, name: str) -> str:
    """A macro."""
    return between(module, f"macro {name}(", "end macro;")


def labelled(module: str, label: str) -> str:
    """The text of a label, up to the next one or the end of the process."""
    found = re.search(
        rf"^  {label}:[+-]?\n(.*?)(?=^  \\\*|^  \w+:|^    end while)", module, re.M | re.S
    )
    assert found is not None, label
    return found[0]


def operator(module: str, name: str) -> str:
    """The definition of an operator."""
    found = re.search(rf"^  {name}\(.*?(?=\n\n)", module, re.M | re.S)
    assert found is not None, name
    return found[0]


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8", newline="\n")
