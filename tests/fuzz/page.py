"""The page of the branches that random specifications do not reach, kept in step with the code.

`python -m tests.fuzz.page` takes out of docs/fuzzing-branches.md what was reached since (by the
runs of `tests.fuzz.branches` in build/branches) or is no more, and puts what is new at its end,
where a reason has to be found for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.fuzz.branches import Branch, missed

PAGE, ARCS = Path("docs/fuzzing-branches.md"), Path("build/branches/arcs.json")
ROW = re.compile(r"- `(\S+)` `(\S+)` \*(run|taken|not taken)\*(?: `(.*)`)?$")


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


def updated(lines: Sequence[str], left: Sequence[Branch]) -> list[str]:
    """The page with the branches that are left: those that it has in their places, others below."""
    wanted = dict.fromkeys(left)
    kept = [line for line in lines if (b := branch_of(line)) is None or b in wanted]
    known = {branch for _, branch in listed(kept)}
    new = [row_of(branch) for branch in wanted if branch not in known]
    return [*kept, *(["", "## Without a reason", "", *new] if new else [])]


def main() -> None:
    """Update the page."""
    kept = json.loads(ARCS.read_text())["arcs"]
    arcs = {path: {(a, b) for a, b in pairs} for path, pairs in kept.items()}
    fresh = updated(PAGE.read_text().splitlines(), missed(arcs))
    PAGE.write_text("\n".join(fresh) + "\n")


if __name__ == "__main__":
    main()
