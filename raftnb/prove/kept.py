"""What was proved before: conditions by their text, kept on disk.

The key of a condition is a digest of everything that the solver is given: each formula as it stands
with the sorts of all that is in it, which of them are hypotheses of which claim, the options, and
the solver's version. The seconds that it may take are no part of it, since what is unsatisfiable
stays so. Only what was proved is kept, never an *unknown*.

The folder is `RAFTNB_CACHE`, or `raftnb` in the user's folder for caches. A file that others could
have written is not read. Lines are written whole, so that processes can share the file, and a line
that is not as it was written counts for nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import z3

from raftnb.data.caches import is_mine

FORMAT = "1"
MOST_BYTES = 32_000_000
NUMBERED = re.compile(r"!(\d+)")
LINE = re.compile(r"([0-9a-f]{64}) ([0-9a-f]{64}) ((?:\w+(?:,\w+)*)?)\n")


@dataclass
class Kept:
    """The results that are kept in a file: for the key of a condition, what its proof used."""

    path: Path
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, key: str, claims: set[str]) -> tuple[str, ...] | None:
        """What the proof of a condition used, of these claims; None if it was not proved."""
        used = self.known.get(key)
        return used if used is not None and set(used) <= claims else None

    def keep(self, key: str, used: tuple[str, ...]) -> None:
        """Note that a condition was proved; where the file cannot be written, it is not noted."""
        line = f"{key} {digest(key, *used)} {','.join(used)}\n"
        if LINE.fullmatch(line) is None:
            return
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        try:
            out = os.open(self.path, flags, 0o600)
        except OSError:
            return
        try:
            os.write(out, line.encode())
        except OSError:
            return
        finally:
            os.close(out)


def kept_in(where: Path) -> Kept | None:
    """The results that are kept in a folder; None if it is not this user's own, or no folder."""
    try:
        where.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not is_mine(where):
            return None
        path = where / "proved.txt"
        return Kept(path, read(path))
    except (OSError, ValueError):
        return None


def read(path: Path) -> dict[str, tuple[str, ...]]:
    """The lines of a file that are as they were written; a file that is too long begins anew."""
    known: dict[str, tuple[str, ...]] = {}
    if not path.exists() or not is_mine(path):
        if path.is_symlink() or path.exists():
            raise ValueError(path)
        return known
    if path.stat().st_size > MOST_BYTES:
        path.unlink()
        return known
    with path.open(encoding="ascii", errors="replace", newline="\n") as lines:
        for line in lines:
            found = LINE.fullmatch(line)
            used = tuple(found[3].split(",")) if found is not None and found[3] else ()
            if found is not None and found[2] == digest(found[1], *used):
                known[found[1]] = used
    return known


def digest(*parts: Any) -> str:
    """A digest that is different for different parts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


# Conditions as text.


@dataclass(frozen=True)
class Written:
    """A formula as text, in which `numbers` stand for the constants that are numbered."""

    formula: z3.ExprRef
    text: str
    numbers: tuple[str, ...]


class Writer:
    """Writes formulas down, each once.

    Constants and functions that are made for a proof have a number in their name, which depends on
    what was made before. They are numbered anew in each condition, in the order in which they are
    met: so a condition has the same text where only others have changed.
    """

    def __init__(self) -> None:
        self._known: dict[int, Written] = {}
        self._declared: dict[int, tuple[z3.FuncDeclRef, list[Any], str | None]] = {}

    def key(self, options: list[Any], formulas: list[tuple[str, z3.ExprRef]]) -> str:
        """The key of a condition: its formulas, each with what it is given as."""
        numbers: dict[str, int] = {}
        rows = []
        for role, formula in formulas:
            one = self.written(formula)
            places = [numbers.setdefault(number, len(numbers)) for number in one.numbers]
            rows.append([role, one.text, places])
        return digest(FORMAT, z3.get_full_version(), options, rows)

    def written(self, formula: z3.ExprRef) -> Written:
        """A formula as text."""
        known = self._known.get(formula.get_id())
        if known is None:
            rows: list[Any] = []
            numbers: dict[str, int] = {}
            self._write(formula, {}, rows, numbers)
            known = Written(formula, digest(rows), tuple(numbers))
            self._known[formula.get_id()] = known
        return known

    def _write(
        self, root: z3.ExprRef, places: dict[int, int], rows: list[Any], numbers: dict[str, int]
    ) -> None:
        """Append a row for each part of a term, its parts before it."""
        left = [root]
        while left:
            term = left[-1]
            parts = parts_of(term)
            waiting = [part for part in parts if part.get_id() not in places]
            if waiting and term.get_id() not in places:
                left += reversed(waiting)
                continue
            left.pop()
            if term.get_id() not in places:
                places[term.get_id()] = len(rows)
                inner = [places[part.get_id()] for part in parts]
                rows.append([*self._head(term, numbers), inner])

    def _head(self, term: Any, numbers: dict[str, int]) -> list[Any]:
        """What a term is, without its parts."""
        if z3.is_var(term):
            return ["variable", z3.get_var_index(term), sort_text(term.sort())]
        if z3.is_quantifier(term):
            sorts = [sort_text(term.var_sort(i)) for i in range(term.num_vars())]
            kind = [term.is_forall(), term.is_exists(), term.weight(), term.num_no_patterns()]
            return ["quantifier", kind, sorts, [term.pattern(i).num_args() for i in patterns(term)]]
        if z3.is_int_value(term):
            return ["number", term.as_string()]
        if isinstance(term, z3.PatternRef) or not z3.is_app(term):
            raise ValueError(f"a term without a text: {term}")
        text, number = self._declaration(term.decl())
        return [text, numbers.setdefault(number, len(numbers))] if number is not None else [text]

    def _declaration(self, decl: z3.FuncDeclRef) -> tuple[list[Any], str | None]:
        """A function with its sorts, and the number in its name."""
        known = self._declared.get(decl.get_id())
        if known is None:
            name, number = decl.name(), None
            if decl.kind() == z3.Z3_OP_UNINTERPRETED and len(NUMBERED.findall(name)) == 1:
                name, number = NUMBERED.sub("!#", name), NUMBERED.findall(name)[0]
            sorts = [sort_text(decl.domain(i)) for i in range(decl.arity())]
            sorts.append(sort_text(decl.range()))
            text = [name, decl.kind(), sorts, list(map(str, decl.params()))]
            known = self._declared[decl.get_id()] = (decl, text, number)
        return known[1:]


def patterns(term: z3.QuantifierRef) -> range:
    """The numbers of a quantifier's patterns."""
    return range(term.num_patterns())


def parts_of(term: Any) -> list[z3.ExprRef]:
    """The parts of a term: of a quantifier its body, and the terms of its patterns."""
    if not z3.is_quantifier(term):
        return list(term.children())
    found = [term.body()]
    for number in patterns(term):
        found += term.pattern(number).children()
    return found


def sort_text(sort: z3.SortRef) -> list[Any]:
    """A sort; one of the specification's own is not a built-in one of that name."""
    return [sort.kind(), sort.sexpr()]
