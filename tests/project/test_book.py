"""The book: the conventions of its Markdown, and the finished site and PDF."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import html5lib
import nbformat
import pytest
from pypdf import PdfReader

from book import check, execute, notebooks, pdf
from book.__main__ import build
from book.chapters import (
    caption,
    figures_of,
    glossary_terms,
    home_of,
    number_of,
    run_it,
    size_of,
    to_myst,
)
from book.pages import SITE, BookError, modules

SAMPLE = Path(__file__).parents[1] / "data/book/01-sample.ipynb"
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
KINDS = {"note", "tip", "warning", "aside"}
TERMS = {"quorum": "quorum", "quorums": "quorum"}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book of one chapter and one appendix, which tell of the same."""
    target = tmp_path_factory.mktemp("sample")
    appendix = target / "a-sample.ipynb"
    text = SAMPLE.read_text(encoding="utf-8").replace("# 1. ", "# Appendix A. ")
    appendix.write_text(text.replace("Figure 1.1", "Figure A.1"), encoding="utf-8")
    build([SAMPLE, appendix], target, ["raftnb.data.verdict"])
    return target


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("book")
    build(notebooks(), target, modules())
    return target


@pytest.fixture(scope="module")
def site(book: Path) -> dict[Path, check.Page]:
    return check.pages_of(book / "html")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("as proved [@ongaro2014]", "as proved {cite:p}`ongaro2014`"),
        ("[@ongaro2014, section 5.4]", "{cite:p}`ongaro2014{section 5.4}`"),
        (
            '[(Ongaro 2014, section 5.4)](../book/site/references.bib#ongaro2014 "In")',
            "{cite:p}`ongaro2014{section 5.4}`",
        ),
        ("[(Vanlightly)](../book/site/references.bib#vanlightly)", "{cite:p}`vanlightly`"),
        ("[@lowe2017; @herlihy1990]", "{cite:p}`lowe2017,herlihy1990`"),
        ("two *quorums*", "two {term}`quorums <quorum>`"),
        ("*Quorum* and *no term*", "{term}`Quorum <quorum>` and *no term*"),
        ("a **quorum** is", "a **{term}`quorum <quorum>`** is"),
        ("**You need:** it", "**You need:** it"),
        ("see Figure 5.2.", "see [Figure 5.2](#fig-5-2)."),
        ("(Figure A.1)", "([Figure A.1](#fig-a-1))"),
        ("Figure 2 of the paper", "Figure 2 of the paper"),
        ("> **Note.** one\n> two\n\nthree", ":::{note}\none\ntwo\n:::\n\nthree"),
        ("> **Aside.** one", ":::{admonition} Aside\n:class: aside\n\none\n:::"),
        ("> a quotation", "> a quotation"),
        ("`*quorum*` and ``[@x]``", "`*quorum*` and ``[@x]``"),
        ("```\n*quorum*\n```\n*quorum*", "```\n*quorum*\n```\n{term}`quorum <quorum>`"),
        (
            "[store](../raftnb/specs/store/sequential.py)",
            "[store](api/raftnb.specs.store.sequential.rst)",
        ),
        ("[all](../docs/syntax.md)", "[all](docs/syntax.md)"),
        ("so\n$$x$$\nthen", "so\n\n$$x$$\n\nthen"),
    ],
)
def test_plain_markdown_gains_the_book_s_meaning(written: str, shown: str) -> None:
    assert to_myst(written, TERMS) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[the next](02-store.ipynb)", "[the next](#chapter-2)"),
        ("[the next](02-store.ipynb#Exercises)", "[the next](#chapter-2)"),
        ("[the appendix](a-your-own.ipynb)", "[the appendix](#chapter-a)"),
        ("[store](../raftnb/specs/store/sequential.py)", "store"),
        ("`[store](../x.py)`", "`[store](../x.py)`"),
        ("> **Tip.** one\n> two", '::: {.remark title="Tip"}\none\ntwo\n:::\n'),
        (
            "<details><summary>Solution</summary>\n\nx\n\n</details>",
            '::: {.solution title="Solution"}\n\nx\n\n:::',
        ),
        (r"\begin{align} a \end{align}", r"\begin{aligned} a \end{aligned}"),
    ],
)
def test_plain_markdown_becomes_pandoc_s_for_the_pdf(written: str, shown: str) -> None:
    assert pdf.to_pandoc(written) == shown


def test_glossary_terms_are_found_in_singular_and_plural() -> None:
    text = "# Glossary\n\n```{glossary}\nquorum\n  A majority.\n\nterm\n  A number.\n```\n"
    assert glossary_terms(text) == {**TERMS, "term": "term", "terms": "term"}


@pytest.mark.parametrize(
    ("svg", "size"),
    [
        ('<svg width="100pt" height="50pt">', (100, 50)),
        ('<svg width="100" height="40px">', (75, 30)),
        ('<svg viewBox="0 0 200 100">', (150, 75)),
        ('<svg viewBox="0 0 200 100"><rect width="3"/>', (150, 75)),
        ("<svg>", (0, 0)),
    ],
)
def test_the_size_of_a_picture_is_read_from_it(svg: str, size: tuple[float, float]) -> None:
    assert size_of(svg) == size


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://github.com/a/b.git", "https://github.com/a/b"),
        ("git@github.com:a/b.c", "https://github.com/a/b.c"),
        ("https://example.org/a/b", None),
        ("/srv/git/b", None),
        ("", None),
    ],
)
def test_the_repository_s_address_comes_from_the_clone_s_origin(url: str, home: str | None) -> None:
    assert home_of(url) == home


def test_a_chapter_can_be_edited_and_launched_where_its_repository_is_on_github() -> None:
    line = run_it(SAMPLE, "https://github.com/a/b")
    assert "https://github.com/a/b/edit/HEAD/notebooks/01-sample.ipynb" in line
    assert "https://mybinder.org/v2/gh/a/b/HEAD?labpath=notebooks/01-sample.ipynb" in line
    assert "github" not in run_it(SAMPLE, None)


def test_a_long_text_alternative_is_cut_between_phrases_for_the_caption() -> None:
    assert caption("A follower becomes a candidate; then a leader") == (
        "A follower becomes a candidate; then a leader"
    )
    steps = "; ".join(f"s1: step {n}" for n in range(99))
    assert caption(steps).endswith("; s1: step 15 …")


def test_the_sample_shows_its_conventions(sample: Path) -> None:
    page = check.Page(sample / "html/01-sample.html")
    text = " ".join("".join(html5lib.parse(page.text).itertext()).split())
    assert "Figure 1.1. A follower becomes a candidate, then a leader" in text
    assert "[Ongaro and Ousterhout, 2014, section 5.2]" in text
    links = {e.attributes.get("href") for e in page.elements if e.tag == "a"}
    assert {"glossary.html#term-quorum", "#fig-1-1", "#what-we-learned"} <= links
    assert classes_of(page, "figure") == [{"fit", "align-default"}, {"wide", "align-default"}]
    remarks = [names & KINDS for names in classes_of(page, "div") if "admonition" in names]
    assert remarks == [{"note"}, {"aside"}, {"warning"}]
    tags = Counter(e.tag for e in page.elements)
    assert (tags["math"], tags["details"]) == (3, 1)


def test_an_appendix_has_a_letter_for_a_number(sample: Path) -> None:
    page = check.Page(sample / "html/a-sample.html")
    text = " ".join("".join(html5lib.parse(page.text).itertext()).split())
    assert "Figure A.1. A follower becomes a candidate, then a leader" in text
    links = {e.attributes.get("href") for e in page.elements if e.tag == "a"}
    assert {"#fig-a-1", "01-sample.html"} <= links
    reader = PdfReader(sample / "raftnb.pdf")
    assert [e.title for e in reader.outline if not isinstance(e, list)][:2] == [
        "1. A sample chapter",
        "Appendix A. A sample chapter",
    ]
    printed = " ".join("\n".join(page.extract_text() for page in reader.pages).split())
    assert "Figure A.1. A follower becomes a candidate, then a leader" in printed


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium, or set CHROMIUM")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(browser: Any, path: Path, said: list[str], after: str = "", width: int = 1280) -> Any:
    """A page from a folder with the network off; what its console says goes to `said`."""
    context = browser.new_context(
        offline=True, viewport={"width": width, "height": 900}, color_scheme="dark"
    )
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri() + after)
    return page


def test_the_search_works_from_a_folder(sample: Path, chromium: Any) -> None:
    said: list[str] = []
    page = opened(chromium, sample / "html/search.html", said, "?q=MAJORITY%20quorum")
    assert page.locator("#find-results li").count() >= 3
    assert "1. A sample chapter" in page.locator("#find-results li a").first.inner_text()
    assert page.locator("#find-results mark").first.inner_text().lower() in ("majority", "quorum")
    page.fill("#find-words", "<b>nothing has this</b>")
    assert page.locator("#find-count").inner_text() == "0 sections"
    page.fill("#find-words", "")
    assert "are searched" in page.locator("#find-count").inner_text()
    assert said == []


def test_what_is_searched_are_words_as_a_page_shows_them(sample: Path) -> None:
    written = (sample / "html/_static/searchdata.js").read_text(encoding="utf-8")
    sections = json.loads(written.removeprefix("window.BOOK = ").rstrip(";\n"))["sections"]
    words = " ".join(text for *_, text in sections)
    assert "(Ongaro and Ousterhout 2014, section 5.2)" in words
    assert "ongaro2014{" not in words
    assert "counted(number: int , noun: str ) → str" in words
    assert "intint" not in words
    assert "then a leader A follower" not in words  # a caption, and once more its words


def test_the_mistakes_are_sorted_by_a_click_or_a_key(sample: Path, chromium: Any) -> None:
    said: list[str] = []
    page = opened(chromium, sample / "html/mistakes.html", said)

    def numbers() -> list[int]:
        cells = page.locator("table.sortable tbody td:first-child").all_inner_texts()
        return [int(cell) for cell in cells]

    head = page.locator("table.sortable th").first
    head.locator("button").click()
    assert numbers() == sorted(numbers())
    head.locator("button").press("Enter")
    assert numbers() == sorted(numbers(), reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    assert said == []


@pytest.mark.parametrize("name", ["index", "01-sample", "mistakes", "search", "api/raftnb"])
def test_on_a_phone_no_page_is_wider_and_what_scrolls_says_so(
    sample: Path, chromium: Any, name: str
) -> None:
    said: list[str] = []
    page = opened(chromium, sample / f"html/{name}.html", said, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    wide = "[...document.querySelectorAll('article figure, article .table-wrapper, article pre')]"
    wide += ".filter((box) => box.scrollWidth > box.clientWidth + 2)"
    assert page.evaluate(f"{wide}.every((box) => box.tabIndex === 0)")
    hints = page.locator(".scroll-hint").count()
    assert hints >= page.evaluate(f"{wide}.length")
    assert name != "01-sample" or hints > 0
    assert said == []


def classes_of(page: check.Page, tag: str) -> list[set[str]]:
    return [set(e.attributes.get("class", "").split()) for e in page.elements if e.tag == tag]


def test_the_sample_is_sound(sample: Path) -> None:
    pages = check.pages_of(sample / "html")
    assert check.broken_links(pages) == []
    assert check.invalid_markup(pages) == []


def test_the_sample_s_pdf_has_text_pictures_as_vectors_and_formulas(sample: Path) -> None:
    reader = PdfReader(sample / "raftnb.pdf")
    text = " ".join("\n".join(page.extract_text() for page in reader.pages).split())
    assert "Figure 1.1. A follower becomes a candidate, then a leader" in text
    assert "(Ongaro and Ousterhout 2014, sec. 5.2)" in text
    assert "candidate leader" in text
    assert sum(len(page.images) for page in reader.pages) == 0
    assert "𝑛" in text


DEAD = [
    ("[@ongaro2014]", "[@nobody1999]", "nobody1999"),
    ("#What-we-learned", "#Nowhere", "Nowhere"),
    ("Figure 1.1", "Figure 1.9", "fig-1-9"),
    ("../raftnb/data/verdict.py", "02-missing.ipynb", "02-missing"),
]


def test_every_dead_reference_fails_the_build(tmp_path: Path) -> None:
    broken, text = tmp_path / SAMPLE.name, SAMPLE.read_text(encoding="utf-8")
    for old, new, _ in DEAD:
        assert old in text
        text = text.replace(old, new)
    broken.write_text(text, encoding="utf-8")
    with pytest.raises(BookError) as error:
        build([broken], tmp_path / "out", ["raftnb.data.verdict"])
    faults = str(error.value).splitlines()[1:]
    for *_, complaint in DEAD:
        assert any(complaint in fault for fault in faults)
    assert len(faults) == sum(any(c in fault for *_, c in DEAD) for fault in faults)


def page_with(tmp_path: Path, body: str) -> dict[Path, check.Page]:
    page = tmp_path / "a.html"
    page.write_text(f"<!DOCTYPE html><html><head><title>a</title></head><body>{body}</body></html>")
    return check.pages_of(tmp_path)


@pytest.mark.parametrize(
    ("checker", "body", "fault"),
    [
        (check.broken_links, '<a href="b.html">b</a>', "a.html: b.html"),
        (check.broken_links, '<a href="#gone">b</a>', "a.html: #gone"),
        (check.broken_links, '<img alt="x" src="x.svg">', "a.html: x.svg"),
        (check.remote_loads, '<img alt="x" src="//cdn/x.svg">', "a.html: //cdn/x.svg"),
        (check.remote_loads, '<script src="https://c/x.js"></script>', "a.html: https://c/x.js"),
        (check.invalid_markup, "<p><div>x</div></p>", "a.html: line 1: unexpected-end-tag"),
        (check.invalid_markup, '<i id="a"></i><i id="a"></i>', "a.html: the id a is used twice"),
        (check.invalid_markup, '<img src="x">', "a.html: the picture x has no words"),
    ],
)
def test_the_checks_see_a_fault(
    tmp_path: Path, checker: Callable[[dict[Path, check.Page]], list[str]], body: str, fault: str
) -> None:
    assert checker(page_with(tmp_path, body)) == [fault]


def test_the_checks_see_a_style_sheet_that_loads_from_the_network(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("@import 'https://c/f.css'; b { background: url(//c/x.png) }")
    assert check.remote_loads_of_styles(tmp_path) == ["a.css: https://c/f.css", "a.css: //c/x.png"]


def test_the_site_has_every_chapter_and_the_book_to_print(book: Path) -> None:
    for path in notebooks():
        assert (book / "html" / f"{path.stem}.html").exists()
    assert (book / "html/raftnb.pdf").read_bytes() == (book / "raftnb.pdf").read_bytes()


def test_no_link_of_the_site_is_broken(site: dict[Path, check.Page]) -> None:
    assert check.broken_links(site) == []


def test_no_page_loads_anything_from_the_network(book: Path, site: dict[Path, check.Page]) -> None:
    assert check.remote_loads(site) == []
    assert check.remote_loads_of_styles(book / "html") == []


def test_every_page_is_valid_html(site: dict[Path, check.Page]) -> None:
    assert check.invalid_markup(site) == []


def test_the_pdf_opens_and_has_every_chapter_and_every_figure(book: Path) -> None:
    reader = PdfReader(book / "raftnb.pdf")
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    wanted = [nbformat.read(path, 4).cells[0].source.split("\n")[0][2:] for path in notebooks()]
    assert titles[-len(wanted) - 2 :] == [*wanted, "Glossary", "Bibliography"]
    text = "".join("".join(page.extract_text() for page in reader.pages).split())
    numbers = [f"{number_of(p.stem)}.{n}" for p in notebooks() for n in range(1, figures_in(p) + 1)]
    assert len(numbers) > 10
    captions = {number: (f"Figure{number}.", f"Figure{number}(part1of") for number in numbers}
    assert [n for n, found in captions.items() if not any(one in text for one in found)] == []


def figures_in(path: Path) -> int:
    return len(figures_of(nbformat.read(path, 4)))


def notebook_with(folder: Path, *code: str) -> Path:
    path = folder / "01-x.ipynb"
    cells = [nbformat.v4.new_code_cell(text) for text in code]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_a_cell_that_raises_is_reported_with_its_notebook_and_left_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = notebook_with(tmp_path, "1 + 1", "raise ValueError('no quorum')")
    before = path.read_bytes()
    assert execute.main(["--in-place", str(path)]) == 1
    assert "01-x.ipynb: " in (said := capfd.readouterr().err)
    assert "ValueError: no quorum" in said
    assert path.read_bytes() == before


@pytest.mark.parametrize("failures", [1, 2, 3])
def test_a_kernel_that_does_not_come_up_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    path, calls = notebook_with(tmp_path, "1 + 1"), 0
    real = execute.NotebookClient.execute

    def flaky(client: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls <= failures:
            raise RuntimeError("Kernel died before replying to kernel_info")
        return real(client, **options)

    monkeypatch.setattr(execute.NotebookClient, "execute", flaky)
    if failures < execute.STARTS:
        assert execute.run(path).cells[0].outputs[0].data == {"text/plain": "2"}
    else:
        with pytest.raises(execute.NotStarted, match=r"01-x\.ipynb: Kernel died"):
            execute.run(path)
    assert calls == min(failures + 1, execute.STARTS)


def test_executing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    path = notebook_with(tmp_path, "print(1)", "1 + 1")
    assert execute.main(["--in-place", str(path)]) == 0
    first = path.read_bytes()
    assert json.loads(first)["cells"][1]["outputs"][0]["data"] == {"text/plain": ["2"]}
    assert execute.main(["--in-place", str(path)]) == 0
    assert path.read_bytes() == first


def test_only_a_change_of_code_makes_a_notebook_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execute, "EXECUTED", tmp_path / "executed")
    path = notebook_with(tmp_path, "import random; random.random()")

    def answer() -> str:
        return str(nbformat.read(execute.execute_to_build(path), 4).cells[0].outputs[0])

    first = answer()
    notebook = nbformat.read(path, 4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("more words"))
    nbformat.write(notebook, path)
    assert answer() == first
    assert nbformat.read(execute.EXECUTED / path.name, 4).cells[1].source == "more words"
    notebook.cells[0].source += "  # another"
    nbformat.write(notebook, path)
    assert answer() != first


def test_every_entry_of_the_bibliography_has_author_title_and_a_key_that_is_used_once() -> None:
    text = (SITE / "references.bib").read_text(encoding="utf-8")
    entries = text.split("\n@")
    keys = [entry.split("{")[1].split(",")[0] for entry in entries]
    assert len(keys) == len(set(keys))
    assert [k for k, e in zip(keys, entries, strict=True) if "author =" not in e] == []
    assert [k for k, e in zip(keys, entries, strict=True) if "title =" not in e] == []


def test_the_glossary_is_in_alphabetical_order_and_says_each_term_once() -> None:
    names = list(dict.fromkeys(glossary_terms((SITE / "glossary.md").read_text("utf-8")).values()))
    assert names == sorted(names, key=str.lower)
    assert len(names) > 30
