"""Random specifications, printed, and asked of TLC: how many states, and which claims are violated.

`python -m tests.pluscal.generated --first 0 --count 60` prints a line for each seed,
and what differs. TLA2TOOLS_JAR names the tla2tools.jar.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.explore import check
from raftnb.pluscal import algorithm, plain_module
from tests.fuzz.subject import Subject
from tests.oracles.by_hand import truth
from tests.oracles.random_specs import load, make
from tests.pluscal.tools import answer, translated, write

FAULTS = {"lose", "duplicate"}
VIOLATED = re.compile(r"(?:Invariant|Action property) (\w+) is violated")
CONSTANT = re.compile(r"The invariant of (\w+) is equal to FALSE")


@dataclass(frozen=True)
class Compared:
    """What came of one seed: a word, and what TLC says beside what is found by hand."""

    seed: int
    word: str
    mine: Any = None
    theirs: Any = None
    text: str = ""

    @property
    def differs(self) -> bool:
        """Whether the two do not agree."""
        return self.mine != self.theirs


def compared(seed: int, folder: Path) -> Compared:
    """One random specification by hand and by TLC, as a plain module and as an algorithm."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        made = make(seed)
        if made.mistake:
            return Compared(seed, "with a mistake")
        try:
            subject = printable(Subject(made.text, folder, load(made.text, folder)))
            plain = plain_module(subject.model)
        except SpecError:
            return Compared(seed, "refused")
    if not subject.hand.complete:
        return Compared(seed, "too large")
    write(folder, plain)
    text = answer(folder, plain.name, "-deadlock", "-continue")
    if subject.hand.undefined:  # TLC meets what has no value, too
        return Compared(seed, "undefined", True, "Error:" in text, subject.text + text)
    mine, theirs = by_hand(subject), found_by(text)
    if (constant := CONSTANT.search(text)) is not None:  # then TLC does not begin
        return Compared(seed, "constant", True, constant[1] in mine["violated"], text)
    return Compared(seed, "plain", mine, theirs, subject.text + text)


def compared_as_algorithm(seed: int, folder: Path) -> Compared:
    """One random specification as an algorithm, of which the generated states may be more."""
    made = make(seed)
    subject = printable(Subject(made.text, folder, load(made.text, folder)))
    try:
        printed = algorithm(subject.model)
    except SpecError:
        return Compared(seed, "algorithm refused")
    translated(folder, printed)
    text = answer(folder, printed.name, "-deadlock", "-continue")
    mine, theirs = by_hand(subject), found_by(text)
    if isinstance(theirs, dict):
        mine, theirs = ({**one, "generated": 0} for one in (mine, theirs))
    return Compared(seed, "algorithm", mine, theirs, subject.text + text)


def printable(subject: Subject) -> Subject:
    """The specification without the actions and claims that are refused, each by itself."""
    reduced = subject.with_trees
    spec = reduced.spec
    actions = {name for cls in reduced.model.processes for name in cls.actions} - FAULTS
    claims = {c.__name__ for c in (*spec.invariants, *spec.transitions, *spec.sometimes)}

    def refuses(action: set[str], claim: set[str]) -> bool:
        one = reduced.without(actions - action, claims - claim)
        try:
            plain_module(one.spec(history=True))
        except SpecError:
            return True
        return False

    untold = {name for name in claims if refuses(set(), {name})}
    left = reduced.without({name for name in actions if refuses({name}, set())}, untold).text
    return Subject(left, subject.directory, load(left, subject.directory, "printable"))


def by_hand(subject: Subject) -> dict[str, Any]:
    """How many states, and which claims are false; TLA+ asks nothing of a step without a change."""
    hand, spec = subject.hand, subject.spec
    checked = hand.model.checked
    silent = spec.variant("counted", invariants=(), transitions=(), sometimes=())
    ours = check(silent(history=True), deadlock=False, progress=False)
    false = {
        c.__name__ for c in checked(spec.invariants) if False in hand.truths.get(c.__name__, ())
    }
    changes = [(before, after) for before, _, after in hand.steps if before != after]
    false |= {c.__name__ for c in checked(spec.transitions)
              if any(truth(hand.model, c, *change) is False for change in changes)}  # fmt: skip
    assert ours.distinct == len(hand.states)
    return {"distinct": ours.distinct, "generated": ours.generated, "depth": ours.depth,
            "violated": sorted(false)}  # fmt: skip


def found_by(text: str) -> Any:
    """The same by TLC; what it says last where it comes to no end."""
    counts = re.search(r"^(\d+) states generated, (\d+) distinct", text, re.MULTILINE)
    depth = re.search(r"depth of the complete state graph search is (\d+)", text)
    if counts is None or depth is None:
        return text[-1500:]
    distinct = int(counts[2])
    return {"distinct": distinct, "generated": int(counts[1]),
            "depth": int(depth[1]) if distinct else 0,
            "violated": sorted(set(VIOLATED.findall(text)))}  # fmt: skip


def main() -> None:
    """Compare so many seeds, and say what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=60)
    given = parser.parse_args()
    words: Counter[str] = Counter()
    for seed in range(given.first, given.first + given.count):
        with tempfile.TemporaryDirectory() as folder:
            found = [compared(seed, Path(folder))]
            if found[0].word == "plain":
                found.append(compared_as_algorithm(seed, Path(folder)))
        for one in found:
            words[one.word] += 1
            print(seed, one.word, one.mine or "", flush=True)
            if one.differs:
                words["differ"] += 1
                print(f"DIFFERS: TLC {one.theirs}\n{one.text}", flush=True)
    print(dict(words))


if __name__ == "__main__":
    main()
