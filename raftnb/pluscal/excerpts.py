"""Parts of a printed module by their names, to be shown where one speaks of them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.names import nearest
from raftnb.pluscal.module import Printed

KINDS = (
    (re.compile(r"macro (\w+)\("), re.compile(r"end macro;"), True),
    (re.compile(r"(?:fair\+? )?process (\w+) "), re.compile(r"end process;"), True),
    (re.compile(r"  (\w+):[+-]?$"), re.compile(r"  (?:\\\*|\w+:)|    end while"), False),
    (re.compile(r"(?:  )?(\w+)(?:\([\w, ]*\))? =="), re.compile(r"$|end define|===="), False),
    (re.compile(r"(variables|CONSTANTS)$"), re.compile(r"$"), False),
)
"""How a part begins, with its name; how it ends; and whether the last line belongs to it: a macro,
a process, a label, an operator or claim, a declaration."""


@told_plainly
def excerpt(printed: Printed, name: str) -> str:
    """The part of a module that has this name, with the comment above it, at the left margin.

    A part is a macro, a label, a process, an operator or claim, or `variables` or `CONSTANTS`.
    Raises `UsageError` where there is none.
    """
    lines = printed.files[f"{printed.name}.tla"].splitlines()
    parts = dict(_parts(lines))
    if name not in parts:
        raise UsageError(
            f"`{name}`, of which `{printed.name}` has nothing",
            place="excerpt",
            allowed=", ".join(sorted(parts)),
            cure=nearest(name, parts) or "use one of these names",
        )
    first, last = parts[name]
    return textwrap.dedent("\n".join(lines[first:last])).strip()


def _parts(lines: list[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """The name of each part, and the lines that it is in, from one up to another."""
    for at, line in enumerate(lines):
        for begins, ends, with_last in KINDS:
            found = begins.match(line)
            if found is None:
                continue
            indent = line[: len(line) - len(line.lstrip())]
            first = at
            while lines[first - 1].startswith(f"{indent}\\* "):
                first -= 1
            last = next(i for i in range(at + 1, len(lines)) if ends.match(lines[i]))
            yield found[1], (first, last + with_last)
