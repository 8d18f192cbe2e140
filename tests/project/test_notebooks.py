"""Every chapter is complete, executed, and written in the book's words."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import nbformat
import pytest

from book import ROOT, notebooks
from book.chapters import heading_of, number_of, without_captions
from tests.project.test_explored import explored

PATHS = notebooks()
MISSPELLED = {
    r"linearis": "linearizable, linearization",
    r"colour": "color",
    r"(?<!node\.)neighbour": "neighbor",  # a library that is driven has it as a name
    r"behaviour": "behavior",
    r"serialis": "serialize",
    r"minimis": "minimize",
    r"organis": "organize",
    r"recognis": "recognize",
    r"generalis": "generalize",
    r"optimis(?!t)": "optimize",
    r"initialis": "initialize",
    r"(?-i:\b(?:Append Entries|appendEntries|AppendEntry))\b": "AppendEntries",
    r"(?-i:\b(?:Request Vote|requestVote))\b": "RequestVote",
    r"dead-lock": "deadlock",
    r"life ?lock": "livelock",
    r"counter-example": "counterexample",
    r"\btla \+": "TLA+",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "chapter" in metafunc.fixturenames:
        metafunc.parametrize("chapter", PATHS, ids=[path.stem for path in PATHS])


def cells_of(chapter: Path, kind: str) -> list[Any]:
    cells = without_captions(nbformat.read(chapter, 4).cells)
    return [cell for cell in cells if cell.cell_type == kind]


def prose_of(chapter: Path) -> str:
    return "\n\n".join(cell.source for cell in cells_of(chapter, "markdown"))


def imported_by(chapter: Path) -> set[tuple[str, str]]:
    """The names that a chapter takes from the package, as it calls them, and where from."""
    nodes = [n for c in cells_of(chapter, "code") for n in ast.walk(ast.parse(c.source))]
    ours = [(str(n.module), n.names) for n in nodes if isinstance(n, ast.ImportFrom)]
    ours = [(module, names) for module, names in ours if module.partition(".")[0] == "raftnb"]
    return {(module, alias.asname or alias.name) for module, names in ours for alias in names}


def defined_by(chapter: Path) -> set[str]:
    """The classes and functions that a chapter writes itself."""
    nodes = [n for c in cells_of(chapter, "code") for n in ast.parse(c.source).body]
    return {n.name for n in nodes if isinstance(n, (ast.ClassDef, ast.FunctionDef))}


def has_a_method(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef) and any(
        isinstance(part, ast.FunctionDef) for part in node.body
    )


def quotes(node: ast.AST) -> bool:
    """Whether this shows the text of a method, or of a function of a module."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    shows = node.func.id in ("show_source", "show_change")
    return shows and any(isinstance(part, ast.Attribute) for part in node.args)


def synopsis_of(chapter: Path) -> list[str]:
    """The left column of the table at the top: names, each in backquotes."""
    (cell,) = [c.source for c in cells_of(chapter, "markdown") if "**Synopsis.**" in c.source]
    return re.findall(r"^\| (`.*?) \|", cell, re.MULTILINE)


NUMBER = re.compile(r"(?<![\w.#])\d+(?:,\d{3})*(?![\w.]*\w)")
NOT_COUNTED = re.compile(
    r"```.*?```|`[^`]*`|\$[^$]*\$|\[@[^]]*\]|\]\([^)]*\)|\b(?:1[89]|20)\d\d\b|#\d+"
    r"|(?:[Mm]istakes?|[Rr]ows?|[Cc]hapters?) [\d, ]*\d(?: (?:and|to) \d+)?",
    re.DOTALL,
)
"""What needs no cell: code, formulas, citations, links, years, issues, rows, chapters."""


def plain_prose_of(chapter: Path) -> str:
    return NOT_COUNTED.sub(" ", prose_of(chapter))


def shown_by(chapter: Path) -> str:
    """All code, the solutions' as well, and the words of all outputs (no drawing's coordinates)."""
    code = "\n".join(re.findall(r"```python\n(.*?)```", prose_of(chapter), re.DOTALL))
    cells = cells_of(chapter, "code")
    outputs = [out for cell in cells for out in cell.outputs]
    words = [out.get("text") or out.get("data", {}).get("text/plain", "") for out in outputs]
    return "\n".join([code, *(cell.source for cell in cells), *words])


def digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def test_the_chapters_are_numbered_without_a_gap() -> None:
    """Chapters by number, then appendices by letter."""
    numbers = [number_of(path.stem) for path in PATHS]
    chapters = [number for number in numbers if number.isdigit()]
    letters = ascii_uppercase[: len(numbers) - len(chapters)]
    assert numbers == [*map(str, range(1, len(chapters) + 1)), *letters]


def test_a_chapter_opens_with_its_number_needs_and_aims(chapter: Path) -> None:
    first = cells_of(chapter, "markdown")[0].source
    assert first.startswith(f"# {heading_of(chapter.stem)} ")
    opening = "\n".join(cell.source for cell in cells_of(chapter, "markdown")[:2])
    assert "**You need:**" in opening
    assert "**You will be able to:**" in opening


def test_a_chapter_closes_with_what_was_learned_exercises_and_references(chapter: Path) -> None:
    headings = re.findall(r"^## (.*)$", prose_of(chapter), re.MULTILINE)
    assert headings[-3:] == ["What we learned", "Exercises", "References"]


def test_every_exercise_has_a_folded_solution(chapter: Path) -> None:
    text = prose_of(chapter)
    exercises = text[text.index("## Exercises") : text.index("## References")]
    asked = re.findall(r"^(?:\*\*)?\d+\.", exercises, re.MULTILINE)
    assert asked
    assert exercises.count("<details>") == exercises.count("</details>") == len(asked)
    assert exercises.count("<summary>") == len(asked)
    assert exercises.count("```python\n") >= len(asked), "a solution is code that runs"


def test_every_cell_was_executed_in_order_and_none_failed(chapter: Path) -> None:
    cells = [cell for cell in cells_of(chapter, "code") if cell.source.strip()]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {out.output_type for cell in cells for out in cell.outputs}
    assert "error" not in kinds


def test_cells_carry_no_marks_of_who_ran_them(chapter: Path) -> None:
    cells = nbformat.read(chapter, 4).cells
    assert [cell.metadata for cell in cells if cell.metadata] == []
    own = without_captions(cells)
    assert [cell.id for cell in own] == [f"cell-{n:02}" for n in range(1, len(own) + 1)]


def test_no_cell_is_longer_than_30_lines(chapter: Path) -> None:
    lengths = [len(cell.source.splitlines()) for cell in cells_of(chapter, "code")]
    assert max(lengths) <= 30


def test_a_chapter_imports_only_raftnb_and_the_standard_library(chapter: Path) -> None:
    nodes = [n for c in cells_of(chapter, "code") for n in ast.walk(ast.parse(c.source))]
    names = [alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names]
    names += [n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)]
    tops = {name.partition(".")[0] for name in names}
    assert tops - set(sys.stdlib_module_names) == {"raftnb"}


def test_no_cell_imports_all_that_there_is(chapter: Path) -> None:
    nodes = [n for c in cells_of(chapter, "code") for n in ast.walk(ast.parse(c.source))]
    stars = [n.module for n in nodes if isinstance(n, ast.ImportFrom) if n.names[0].name == "*"]
    assert stars == []


def test_the_synopsis_names_what_is_introduced(chapter: Path) -> None:
    """All that the chapter is the first to import, and nothing that it does not have.

    An appendix, which may be read before the later chapters, introduces what these import, too.
    """
    listed = re.findall(r"`(\w+)`", "".join(synopsis_of(chapter)))
    earlier = {pair for path in PATHS[: PATHS.index(chapter)] for pair in imported_by(path)}
    new = {name for _, name in imported_by(chapter) - earlier}
    if not number_of(chapter.stem).isdigit():
        new |= {name for _, name in imported_by(chapter)} & set(listed)
    assert sorted(listed) == sorted(set(listed))
    assert new - set(listed) == set()
    assert set(listed) - new - defined_by(chapter) == set()


@pytest.mark.parametrize("path", PATHS[4:8], ids=[path.stem for path in PATHS[4:8]])
def test_the_reader_writes_before_the_package_is_quoted(path: Path) -> None:
    """An action and a mistake are written in cells; the first of them before any of Raft's."""
    trees = [ast.parse(cell.source) for cell in cells_of(path, "code")]
    written = [i for i, tree in enumerate(trees) if any(map(has_a_method, tree.body))]
    quoted = [i for i, tree in enumerate(trees) if any(map(quotes, ast.walk(tree)))]
    assert len(written) >= 2
    assert written[0] <= quoted[0]


def test_every_number_in_the_prose_is_in_a_cell(chapter: Path) -> None:
    """A count that a reader is told is one that a cell prints or asserts."""
    said = {number for number in NUMBER.findall(plain_prose_of(chapter)) if int(digits(number)) > 9}
    shown = {digits(number) for number in re.findall(r"\d[\d,_]*", shown_by(chapter))}
    shown |= {digits(value) for row in explored() for value in row.values()}
    assert [number for number in sorted(said) if digits(number) not in shown] == []


def test_outputs_hold_no_address_path_or_widget(chapter: Path) -> None:
    outputs = [str(out) for cell in cells_of(chapter, "code") for out in cell.outputs]
    found = [out for out in outputs if re.search(r"0x[0-9a-f]{8,}|/home/|/root/|widget-view", out)]
    assert found == []


def test_nothing_was_written_to_standard_error(chapter: Path) -> None:
    streams = [o for c in cells_of(chapter, "code") for o in c.outputs if o.get("name")]
    assert [o.text for o in streams if o.name == "stderr"] == [], "execute with `make notebooks`"


def test_every_picture_has_words_of_its_own(chapter: Path) -> None:
    data = [o.get("data", {}) for cell in cells_of(chapter, "code") for o in cell.outputs]
    words = [d["text/plain"] for d in data if "image/svg+xml" in d]
    assert [text for text in words if len(text) < 20 or text.startswith("<")] == []


def written() -> list[Path]:
    folders = [ROOT / "raftnb", ROOT / "book"]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    files += [*(ROOT / "book/site").glob("*.md"), ROOT / "README.md", *PATHS]
    return sorted(files)


def text_of(path: Path) -> str:
    """What people wrote: a notebook without its outputs, any other file as it is."""
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8")
    return "\n\n".join(cell.source for cell in without_captions(nbformat.read(path, 4).cells))


@pytest.mark.parametrize("spelling", MISSPELLED)
def test_words_are_spelled_one_way(spelling: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]} (write {MISSPELLED[spelling]})"
        for path in written()
        for match in re.finditer(spelling, text_of(path), re.IGNORECASE)
    ]
    assert found == []


def test_nothing_is_left_to_be_written(chapter: Path) -> None:
    text = chapter.read_text(encoding="utf-8")
    assert re.findall(r"\b(?:TODO|FIXME|XXX|TBD)\b|PLACEHOLDER", text) == []
