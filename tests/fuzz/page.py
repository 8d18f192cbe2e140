"""The page of the branches that random specifications do not reach, kept in step with the code.

`python -m tests.fuzz.page` writes docs/fuzzing-branches.md anew: from the runs of
`tests.fuzz.branches` in build/branches, and from what the tests by hand take, as
`tests.fuzz.mutate --room tree` notes it in build/mutants. What neither reaches keeps its reason;
what is new stands at the end, and a reason has to be found for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.fuzz.branches import ROOMS, Arcs, Branch, all_branches, missed

PAGE, ARCS = Path("docs/fuzzing-branches.md"), Path("build/branches/arcs.json")
BY_HAND = Path("build/mutants/tests-tree.json")
ROW = re.compile(r"- `(\S+)` `(\S+)` \*(run|taken|not taken)\*(?: `(.*)`)?$")
TESTED = "## Taken by tests alone"
NEW = "## Without a reason"
HEAD = """\
# Branches that random specifications do not reach

`python -m tests.fuzz.branches --edges` traced {done} specifications: random ones, and texts with
the constructs at the edge of the language (some of them before the code changed last: what has
the same text since counts as reached). A branch is a function that is run, or one way to go on at
an `if`, a `for`, a `while`; two with the same text in one function count as one. Here are the
others, by reason. `python -m tests.fuzz.page` makes this page, and a test keeps it in step with
the code."""
COLUMNS = ("room", "branches", "taken by random specifications", "by tests alone", "by neither")
WHY_TESTED = [
    "These are mostly refusals of shapes that no random specification has, and what is asked of",
    "proofs by hand. The tests that were traced, of `tests/tree` and `tests/prove`, take each.",
]


def branch_of(line: str) -> Branch | None:
    """The branch that a line of the page is about, if it is about one."""
    row = ROW.match(line)
    if row is None:
        return None
    path, function, way, text = row.groups()
    return Branch(f"raftnb/{path}", function, way, text or "def")


def row_of(branch: Branch) -> str:
    """A branch as a line of the page."""
    text = "" if branch.text == "def" else f" `{branch.text}`"
    path = branch.path.removeprefix("raftnb/")
    return f"- `{path}` `{branch.function}` *{branch.way}*{text}"


def listed(lines: Sequence[str]) -> Iterator[tuple[str, Branch]]:
    """The branches of the page, each with the reason above it."""
    reason = ""
    for line in lines:
        branch = branch_of(line)
        if branch is not None:
            yield reason, branch
        else:
            reason = "" if line.startswith("#") else f"{reason} {line}".strip()


def sections(lines: Sequence[str]) -> Iterator[list[str]]:
    """The parts of the page that have a heading."""
    found: list[str] = []
    for line in lines:
        if line.startswith("## ") and found:
            yield found
            found = []
        found.append(line)
    yield found


def updated(
    lines: Sequence[str], left: Iterable[Branch], tested: Iterable[Branch], head: Sequence[str]
) -> list[str]:
    """The page: what is `left`, each in its place, what of it is new, and what is `tested`."""
    wanted = dict.fromkeys(left)
    fresh = [*head]
    for section in list(sections(lines))[1:]:
        if section[0] in (TESTED, NEW):
            continue
        kept = [line for line in section if (b := branch_of(line)) is None or b in wanted]
        if any(branch_of(line) for line in kept):
            fresh += ["", *"\n".join(kept).strip().splitlines()]
    known = {branch for _, branch in listed(fresh)}
    new = [row_of(branch) for branch in wanted if branch not in known]
    fresh += ["", NEW, "", *new] if new else []
    rows = [row_of(branch) for branch in dict.fromkeys(tested)]
    return [*fresh, *(["", TESTED, "", *WHY_TESTED, "", *rows] if rows else [])]


def introduction(done: int, left: Sequence[Branch], tested: Sequence[Branch]) -> list[str]:
    """What the page is about, with its numbers."""
    every = [branch for branch, _ in all_branches()]
    rows: list[tuple[str, ...]] = [COLUMNS, ("-",) * len(COLUMNS)]
    for room in ROOMS:
        all_, by_hand, out = (
            len({b for b in group if b.path.startswith(room)}) for group in (every, tested, left)
        )
        counts = (all_, all_ - by_hand - out, by_hand, out)
        rows.append((f"`{room}`", *(f"{number:,}" for number in counts)))
    if not tested:  # it was not asked what tests take
        rows = [(*row[:3], row[4]) for row in rows]
    table = [f"| {' | '.join(row)} |" for row in rows]
    return [*HEAD.format(done=done).splitlines(), "", *table]


def kept_arcs(path: Path) -> tuple[int, Arcs]:
    """How many specifications a run traced, and the arcs that it kept."""
    kept = json.loads(path.read_text())
    arcs = {name: {(a, b) for a, b in pairs} for name, pairs in kept["arcs"].items()}
    return kept.get("done", 0), arcs


def main() -> None:
    """Write the page."""
    done, arcs = kept_arcs(ARCS)
    out = list(dict.fromkeys(missed(arcs)))
    by_nobody = set(missed(kept_arcs(BY_HAND)[1]) if BY_HAND.exists() else out)
    left, tested = [b for b in out if b in by_nobody], [b for b in out if b not in by_nobody]
    head = introduction(done, left, tested)
    fresh = updated(PAGE.read_text().splitlines(), left, tested, head)
    PAGE.write_text("\n".join(fresh) + "\n")


if __name__ == "__main__":
    main()
