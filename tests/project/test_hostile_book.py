"""The site and the PDF are built whatever a picture's words say, and show them as they are."""

from __future__ import annotations

from pathlib import Path

import html5lib
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from book.__main__ import build
from raftnb.data.markup import plain
from tests.draw.test_hostile import HOSTILE, PICTURES

WORDS = [words for words in HOSTILE if words.strip()]


def chapter_of_pictures(folder: Path) -> Path:
    cells = [new_markdown_cell("# 1. Hostile words\n\nA picture of each.")]
    for count, words in enumerate(WORDS, 1):
        data = PICTURES["draw_cluster"](words)._repr_mimebundle_()
        output = new_output("execute_result", data=data, execution_count=count)
        cells.append(new_code_cell("1", outputs=[output], execution_count=count))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}}
    path = folder / "01-hostile.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata=kernel), path)
    return path


def test_a_figure_of_the_site_has_the_words_of_its_picture_and_no_more(tmp_path: Path) -> None:
    build([chapter_of_pictures(tmp_path)], tmp_path / "out", ["raftnb.data.verdict"])
    page = (tmp_path / "out/html/01-hostile.html").read_text("utf-8")
    root = html5lib.parse(page, namespaceHTMLElements=False)
    elements = [e for e in root.iter() if isinstance(e.tag, str)]
    pictures = [e for e in elements if e.tag == "img" and "fig-1-" in e.get("src", "")]
    shown = [(e.get("alt") or "").split() for e in pictures]
    assert shown == [plain(words).split() for words in WORDS]
    assert not {name for e in elements for name in e.attrib if name.startswith("on")}
    assert not any("alert" in (e.text or "") for e in elements if e.tag == "script")
    assert not [e for e in elements if e.tag == "b"]
