"""On paper every letter of a picture can be read, and what is cut is whole in one of its parts."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, writes
from pypdf import PdfReader

from book import layout as paper
from book import notebooks, pdf
from book.figures import figures
from book.layout import layout, smallest_letter
from book.pdf import FORMULA, stills_of
from raftnb.draw.dot import render


def svg(width: float, height: float, letters: float) -> str:
    size = f'width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}"'
    return f'<svg {size}><text font-size="{letters}">a</text></svg>'


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        (svg(200, 100, 12), (200, 100, False, 1)),
        (svg(896, 100, 12), (448, 50, False, 1)),
        (svg(542, 100, 6), (542, 100, False, 1)),
        (svg(670, 100, 6), (670, 100, True, 1)),
        (svg(650, 450, 6.7), (585, 405, True, 1)),
        (svg(200, 1000, 6), (200, 1000, False, 2)),
        (svg(200, 1000, 12), (120, 600, False, 1)),
        (svg(100, 100, 3), (200, 200, False, 1)),
    ],
)
def test_a_picture_is_as_large_as_its_letters_need(
    drawn: str, expected: tuple[float, float, bool, int]
) -> None:
    assert layout(drawn) == pytest.approx(expected)


def test_no_letter_of_a_figure_is_printed_below_six_points_and_every_figure_fits() -> None:
    for figure in figures(notebooks()):
        place = layout(figure.svg)
        scale = place.width / paper.size_of(figure.svg)[0]
        assert scale * smallest_letter(figure.svg) >= paper.LEAST - 0.01, figure.number
        assert place.width <= (paper.ASIDE_WIDE if place.aside else paper.WIDEST), figure.number
        printed = place.parts * place.part - (place.parts - 1) * paper.OVERLAP
        assert printed >= place.height - 0.01, figure.number


def test_the_unit_of_letters_is_that_of_the_picture() -> None:
    assert smallest_letter('<svg width="100" height="50" style="font-size:8px">') == 6
    assert smallest_letter(render("digraph { a [fontsize=9] }", "a").svg) == pytest.approx(9, 0.01)


def test_words_across_lines_keep_their_halo_on_paper_and_no_style_sheet_is_left() -> None:
    drawn = '<svg><style>x</style><text x="1">a</text><text class="inside">b</text></svg>'
    shown = paper.for_paper(drawn, "Serif")
    assert "<style" not in shown
    assert shown.count("paint-order") == 1
    assert '<text class="inside">' in shown


def test_an_explorer_has_its_still_picture_on_paper(tmp_path: object) -> None:
    packed = base64.b64encode(b"<svg>one</svg>").decode()
    html = f'<p><img alt="a &lt; b" src="data:image/svg+xml;base64,{packed}"></p><script></script>'
    data = {"text/html": html, "text/plain": "a trace"}

    class Notebook:
        cells = ({"outputs": [{"data": data}]},)

    assert stills_of(Notebook) == [
        (data, {"image/svg+xml": "<svg>one</svg>", "text/plain": "a < b"})
    ]


def test_words_after_a_table_do_not_run_on_into_the_text(tmp_path: Path) -> None:
    shown = "<table><tr><td>a</td></tr></table><p>Steps from there: <code>b()</code></p>"
    output = new_output("display_data", data={"text/html": shown, "text/plain": "a"})
    cells = [new_markdown_cell("# 1. One"), new_code_cell("1", outputs=[output])]
    path = tmp_path / "01-x.ipynb"
    path.write_text(writes(new_notebook(cells=[*cells, new_markdown_cell("The next paragraph")])))
    typst = pdf.to_typst(pdf.chapter(path, tmp_path / "figures"))
    between = typst[typst.index("b()") : typst.index("The next paragraph")]
    assert between.split() == ["b()`", "]"]


def test_high_and_turned_pictures_break_no_page_and_stay_in_order(tmp_path: Path) -> None:
    drawn = {"high": svg(200, 400, 12), "low": svg(200, 90, 12), "turned": svg(670, 300, 6)}
    cells = [new_markdown_cell("# 1. One\n\n" + "\n\n".join(["Words before."] * 22))]
    for name, picture in drawn.items():
        shown = {"image/svg+xml": picture, "text/plain": f"This one is {name}."}
        cells.append(new_code_cell("1", outputs=[new_output("display_data", data=shown)]))
        cells.append(new_markdown_cell(f"Words after {name}."))
    path = tmp_path / "01-x.ipynb"
    path.write_text(writes(new_notebook(cells=cells)))
    pages = PdfReader(pdf.build([path], tmp_path / "print", tmp_path / "a.pdf")).pages
    texts = [" ".join(page.extract_text().split()) for page in pages]

    def page_of(words: str) -> int:
        return next(number for number, text in enumerate(texts) if words in text)

    begun = page_of("Words before.")
    assert page_of("Words after high.") == begun
    assert page_of("Words after turned.") == begun + 1
    assert [page_of(f"This one is {name}.") - begun for name in drawn] == [1, 1, 2]
    text = " ".join(texts)
    places = [text.index(f"Figure 1.{number}. This one") for number in (1, 2, 3)]
    assert places == sorted(places)


def test_an_index_stands_beside_its_relation() -> None:
    typst = pdf.to_typst("the order $x <_H y$ and `a $<_H$`")
    assert "scripts(<)_H" in typst
    assert FORMULA.search("costs $5") is None


def test_the_title_page_has_the_date_of_the_version() -> None:
    assert pdf.released().count("-") == 2
