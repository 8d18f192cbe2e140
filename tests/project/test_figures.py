"""figures/ holds every figure of the chapters, under its number and name, and pages of them all."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, writes

from book import ROOT, captions, figures, notebooks, pdf
from book.chapters import BELOW, caption, escape, figure_file, figures_in, prepare

FOLDER = ROOT / "figures"


@pytest.fixture(scope="module")
def shown() -> list[figures.Figure]:
    return figures.figures(notebooks())


def test_every_figure_is_the_one_in_its_chapter(shown: list[figures.Figure]) -> None:
    held = {p.name: p.read_text(encoding="utf-8") for p in FOLDER.iterdir()}
    wanted = figures.wanted(shown)
    assert sorted(held) == sorted(wanted), "run `make figures`"
    assert [name for name in held if held[name] != wanted[name]] == [], "run `make figures`"


def test_both_pages_show_every_figure_with_its_words(shown: list[figures.Figure]) -> None:
    page, words = figures.wanted(shown)["index.html"], figures.wanted(shown)["README.md"]
    assert len(shown) > 70
    for figure in shown:
        assert page.count(f'src="{figure.file}"') == 2
        assert f"]({figure.file})" in words
        assert f"**Figure {figure.number}.**" in words
    assert len({figure.file for figure in shown}) == len(shown)


def test_the_readme_shows_a_figure_with_words_for_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (file,) = re.findall(r"\]\(figures/(fig-[^)]*)\)", readme)
    assert (FOLDER / file).exists()
    assert "![](" not in readme


@pytest.mark.parametrize(
    ("number", "alt", "file"),
    [
        ("5.2", "Two servers", "fig-5-2-two-servers.svg"),
        ("A.1", "A server's <b>role</b>; s1/s2", "fig-a-1-a-servers-b-role-b-s1-s2.svg"),
        ("7.10", "One two three four five six seven eight", None),
        ("1.1", "é", "fig-1-1.svg"),
    ],
)
def test_a_file_is_named_by_number_and_first_words(number: str, alt: str, file: str | None) -> None:
    expected = file or "fig-7-10-one-two-three-four-five-six-seven.svg"
    assert figure_file(number, alt) == expected


def test_each_notebook_says_below_each_figure_what_it_shows(shown: list[figures.Figure]) -> None:
    said = []
    for path in notebooks():
        cells = nbformat.read(path, 4).cells
        below = [cell for cell in cells if cell.id.endswith(BELOW)]
        said += [line for cell in below for line in cell.source.split("\n\n")]
        for before, cell in pairwise(cells):
            assert (cell in below) == bool(figures_in(before)), "run `python -m book.captions`"
    wanted = [f"**Figure {one.number}.** {escape(caption(one.alt))}" for one in shown]
    assert said == wanted, "run `python -m book.captions`"


def test_the_book_leaves_these_captions_out_and_writing_them_twice_changes_nothing(
    tmp_path: Path,
) -> None:
    path = chapter(tmp_path, "A server's role", "The second figure")
    sized = path.read_text().replace("<svg>", '<svg width=\\"90pt\\" height=\\"90pt\\">')
    path.write_text(sized)
    assert captions.main([str(path)]) == 0
    first = path.read_text(encoding="utf-8")
    assert first.count(f'{BELOW}"') == 2
    captions.main([str(path)])
    assert path.read_text(encoding="utf-8") == first
    told = [cell.source for cell in prepare(path, {}, {}, tmp_path / "figures").cells]
    assert not any("**Figure" in words for words in told)
    assert pdf.chapter(path, tmp_path / "printed").count("A server's role") == 2  # alt, caption


def chapter(folder: Path, *words: str) -> Path:
    cells = [new_markdown_cell("# 1. One & <two>")]
    for alt in words:
        data = {"image/svg+xml": f"<svg>{alt}</svg>", "text/plain": alt}
        cells.append(new_code_cell("1", outputs=[new_output("display_data", data=data)]))
    path = folder / "01-x.ipynb"
    path.write_text(writes(new_notebook(cells=cells)))
    return path


def test_what_is_no_figure_any_more_is_removed_and_words_stay_words(tmp_path: Path) -> None:
    found = figures.figures([chapter(tmp_path, 'a "quoted" <script>', "b")])
    target = tmp_path / "figures"
    target.mkdir()
    (target / "fig-9-9.svg").write_text("<svg/>")
    (target / "mine.txt").write_text("kept")
    written = figures.write(target, figures.wanted(found))
    assert sorted(target.iterdir()) == sorted([*written, target / "mine.txt"])
    page = (target / "index.html").read_text()
    assert "<script" not in page
    assert "<h2>1. One &amp; &lt;two&gt;</h2>" in page
    assert (target / "fig-1-2-b.svg").read_text() == "<svg>b</svg>"
