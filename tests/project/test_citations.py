"""Citations read well in the notebook itself, and say what they cite."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from book import citations, notebooks, pdf
from book.chapters import CITATION, outside_code


@pytest.mark.parametrize(
    ("written", "begins"),
    [
        ("[@ongaro2014]", "[(Ongaro and Ousterhout 2014)](../book/site/references.bib#ongaro2014 "),
        ("[@ongaro2014thesis, section 6.4]", "[(Ongaro 2014, section 6.4)](../book/site/"),
        ("[@newcombe2015]", "[(Newcombe et al. 2015)](../book/site/"),
        ("[@vanlightly]", "[(Vanlightly)](../book/site/references.bib#vanlightly "),
        ("`[@ongaro2014]`", "`[@ongaro2014]`"),
    ],
)
def test_a_key_becomes_names_and_a_year(written: str, begins: str) -> None:
    assert citations.readable(written).startswith(begins)


def test_two_in_one_become_two_links_and_citations_again_for_the_book() -> None:
    told = citations.readable("so [@wilcox2015; @woos2016] say")
    assert told.count("](../book/site/references.bib#") == 2
    assert pdf.to_pandoc(told) == "so [@wilcox2015], [@woos2016] say"
    assert citations.readable(told) == told


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_no_chapter_shows_a_bare_key(path: Path) -> None:
    bare: list[str] = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            outside_code(cell.source, lambda part: bare.extend(CITATION.findall(part)) or part)
    assert bare == [], "run `python -m book.citations`"
