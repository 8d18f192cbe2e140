"""Words of TLA+, PlusCal, Alloy, P, Ivy, Quint and others that the language has in another way."""

from __future__ import annotations

BY_CURE = {
    "any of several is `either(*options)` in an action, or a parameter with a type": (
        "choose pick nondet oneof some anyof among select nondeterministic havoc arbitrary"
    ),
    "`when(...)`: the action is enabled only where it is true": (
        "require requires guard await precondition pre enabled assume wait"
    ),
    "claim it: a function `def held() -> bool`, named in `invariants=` of the Spec": (
        "assert asserts that ensure ensures invariant invariants always property safety never inv"
    ),
    "`any(... for x in xs)`: there is one": "exists there_exists thereis",
    "`all(... for x in xs)`: for each": "forall foreach every",
    "`after(x)` is x after the step, in a claim that `transitions=` of the Spec names": (
        "next prime primed old post postcondition"
    ),
    "leave it out: what an action does not assign stays as it is": "unchanged frame modifies",
    "a variable is `name: Type = value` in a class made of Process, or of Globals": (
        "var variable variables shared"
    ),
    "`constants={\"limit\": 2}` of the Spec; a parameter `limit: int` is the constant": (
        "const constant constants config"
    ),
    "a method of a Process that returns nothing is an action": "step transition rule",
    "`name: Type = value`, or `= anything()` and `initially=(claim,)` of the Spec": (
        "init initial initially initialize"
    ),
    "`class Client(Process, number=\"clients\")`": "machine actor agent module monitor proctype",
    "`class Key(Domain, number=\"keys\")`: values that have nothing but a name": (
        "sig sort uninterpreted"
    ),
    "`class Entry(Record)`": "struct dataclass namedtuple",
    "`from enum import Enum`": "enum",
    "`Nat` for 0, 1, 2, ..., or `int`": "int integer number natural nats",
    "`bool`": "boolean",
    "`str`": "string text",
    "`Seq[T]`, whose values are tuples": "list sequence array deque vector",
    "`Map[Key, T]`": "dict function fun relation mapping",
    "`Set[T]`": "frozenset powerset subset",
    "`Map[T, Nat]`: how many there are of each": "bag multiset counter",
    "`T | None`": "optional option maybe",
    "`send(m, to=other)`; `def hear(self, m: Ask)` receives; see `delivery=Delivery(...)`": (
        "receive recv broadcast emit raise announce network channel queue mailbox inbox"
    ),
    "`fairness=(weak(Client),)` or `strong(...)` of the Spec": "wf sf fair fairly",
    "`always_eventually(claim)`": "infinitely_often globally_eventually",
    "`leads_to(asked, answered)`": "leadsto",
    "`symmetric=(Client,)` of the Spec": "symmetry permutations scalarset symmetric",
    "`constraints=(claim,)` of the Spec": "constraint bound",
    "`from raftnb.explore import random_walks`": "simulate simulation walk",
    "`check(model)`": "model_check verify modelcheck",
}  # fmt: skip
CURES = {word.replace("_", ""): cure for cure, words in BY_CURE.items() for word in words.split()}


def borrowed(name: str) -> str:
    """What the language has for a word that it has not; empty for others."""
    return "" if name.startswith("_") else CURES.get(name.lower().replace("_", ""), "")


__all__ = ["borrowed"]
