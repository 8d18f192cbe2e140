"""figures/ holds exactly what the chapters draw and the README shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from book import ROOT, figures


def test_every_figure_is_the_one_in_its_chapter() -> None:
    held = {p.name: p.read_text(encoding="utf-8") for p in (ROOT / "figures").glob("*.svg")}
    assert held == figures.wanted(), "run `make figures`"


def test_the_readme_shows_a_figure_with_words_for_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "](figures/fig-" in readme
    assert "![](" not in readme


def test_a_figure_that_no_chapter_has_is_refused() -> None:
    with pytest.raises(figures.NoSuchFigureError, match=r"Figure 1.99 .*: chapter 1 has"):
        figures.svg_of("1", 99)
    with pytest.raises(figures.NoSuchFigureError, match=r"Figure 77.1 .*: no chapter 77"):
        figures.svg_of("77", 1)


def test_writing_removes_figures_that_nobody_shows(tmp_path: Path) -> None:
    (tmp_path / "fig-9-9.svg").write_text("<svg/>")
    written = figures.write(tmp_path)
    assert sorted(tmp_path.glob("*.svg")) == sorted(written)
