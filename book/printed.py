"""Every specification of the package in PlusCal and TLA+: the folder `pluscal/`.

`python -m book.printed` writes it anew; a test keeps it current.
"""

from __future__ import annotations

from pathlib import Path

from book import ROOT
from raftnb.pluscal import algorithm, plain_module
from raftnb.specs import SPECS

FOLDER = ROOT / "pluscal"
HEAD = """# The specifications in PlusCal and TLA+

These modules are printed from the specifications in Python (`raftnb/specs`), which are the one
source; a test keeps them equal. Print your own, or other sizes, with
`python -m raftnb pluscal SPEC --set NAME=VALUE --out DIR`; `--history` keeps the history variables.

An **algorithm** is to be read, and PlusCal's translator fills it in.
[Appendix B](../notebooks/b-raft-in-pluscal.ipynb) goes through Raft's, action by action. The
**plain** module is the same state machine, for checking: TLC finds as many states in it as `raftnb`
does ([the table](../docs/tlc-agreement.md)). A configuration whose name ends in `Live` is for what
is claimed of whole behaviors.

Names are those of the Python. Where one would stand for two things in TLA+, one gets a prefix:
`store_request`, `the_matchIndex`. A guard that ends in `= TRUE` has an *or* in it; TLC would take
each side of that for another way to take the step. `Slice` and `At` are exact about what Python
does beyond the ends of a sequence.

| specification | algorithm | plain |
|-|-|-|
"""


def files() -> dict[str, str]:
    """The texts of the folder by the names of their files."""
    found, rows = {}, []
    for name, spec in SPECS.items():
        model = spec()
        one, plain = algorithm(model), plain_module(model)
        found |= one.files | plain.files
        links = [f"[{p.name}.tla]({p.name}.tla)" for p in (one, plain)]
        rows.append(f"| `{name}`: {spec.summary} | {' | '.join(links)} |")
    return found | {"README.md": HEAD + "\n".join(rows) + "\n"}


def write(folder: Path) -> None:
    """Make a folder hold the files, and no other modules and configurations."""
    folder.mkdir(exist_ok=True)
    wanted = files()
    for old in (*folder.glob("*.tla"), *folder.glob("*.cfg")):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(FOLDER)
