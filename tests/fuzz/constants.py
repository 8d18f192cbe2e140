"""Constants given to a random specification: wrong ones refused, names as good as numbers."""

from __future__ import annotations

from typing import Any

from raftnb.data.errors import RaftnbError
from tests.fuzz.compare import Findings
from tests.fuzz.subject import LIMIT, Subject
from tests.oracles.by_hand import Explored, explore

NO_SIZE = (0, -1, True, False, 1.0, None, "2", "ab", (), ("a", "a"), ("", "b"), (1, 2), ("a b",))
NO_NUMBER = (-1, True, 1.0, None, "2", (1,))
NO_SWITCH = (2, -1, 0.5, None, "yes", (0,))


def compare_constants(found: Findings, subject: Subject) -> None:
    """Wrong constants must be refused; members with other names have as many states and steps."""
    spec = subject.spec
    for name, value in wrong(spec):
        found.counts["wrong constants"] += 1
        try:
            spec(**{name: value})
        except RaftnbError as error:
            found.judge_refusal("constants", error)
        except Exception as error:
            found.differ(f"constants: {type(error).__name__}", f"{name}={value!r}: {error}")
        else:
            found.differ("constants: a wrong one is taken", f"{name}={value!r}")
    with_names(found, subject)


def wrong(spec: Any) -> list[tuple[str, Any]]:
    """Constants with values that they cannot have, and a name that is no constant."""
    found: list[tuple[str, Any]] = [("nosuch", 1), ("node", 2)]
    for name in spec.all_constants:
        sizes = NO_SIZE if name in spec.sizes else NO_NUMBER
        switch = name in ("loses", "duplicates", "reorders")
        found += [(name, value) for value in (NO_SWITCH if switch else sizes)]
    return found


def with_names(found: Findings, subject: Subject) -> None:
    """The members in the same order under other names: the same numbers, the same truths."""
    hand, count = subject.hand, subject.model.constants["nodes"]
    if not isinstance(count, int) or '.name == "' in subject.text:
        return
    found.counts["explored under other names"] += 1
    other = explore(subject.spec(history=True, nodes=("up", "left", "odd")[:count]), LIMIT)
    mine, theirs = told(hand), told(other)
    if mine != theirs:
        found.differ("names and numbers of members", f"{mine}\n{theirs}")


def told(hand: Explored) -> Any:
    """What does not depend on names."""
    truths = {name: sorted(map(str, answers)) for name, answers in hand.truths.items()}
    return len(hand.states), len(hand.steps), hand.undefined, truths
