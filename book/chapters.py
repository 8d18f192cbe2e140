"""A chapter as the book shows it: the notebooks' plain Markdown turned into MyST.

The notebooks keep to Markdown that GitHub and JupyterLab show as it stands; the book adds meaning:

- `[@ongaro2014, section 5.4]` is a citation, and so is the link that `book.citations` makes of it,
- `*quorum*` and `**quorum**` are links to the glossary when the glossary has the term,
- `> **Note.** ...` (Tip, Warning, Aside) is an admonition; an aside stands in the margin,
- `Figure 5.2` is a link to chapter 5's second figure, and `Figure A.1` to appendix A's first,
- an SVG output is a numbered figure whose caption is its text alternative; the cell below it that
  says so in the notebook (`book.captions`) is left out.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from book import ROOT, documented

CODE = re.compile(
    r"(^ *(`{3,}|~{3,}).*?^ *\2 *$|(`+)(?!`).+?(?<!`)\3(?!`))", re.DOTALL | re.MULTILINE
)
CITATION = re.compile(r"\[(@[\w-]+(?:; *@[\w-]+)*)(?:, *([^\]]+))?\]")
BIBLIOGRAPHY = "book/site/references.bib"
CITED = re.compile(rf'\[([^\]]+)\]\(\.\./{re.escape(BIBLIOGRAPHY)}#([\w-]+)(?: "[^"]*")?\)')
REMARK = re.compile(r"^> \*\*(Note|Tip|Warning|Aside)\.\*\* ?(.*(?:\n>.*)*)", re.MULTILINE)
EMPHASIS = re.compile(r"(?<![*\w])(\*\*?)([A-Za-z][\w -]*)\1(?![*\w])")
FIGURE = re.compile(r"(?<!\[)\bFigure (\d+|[A-Z])\.(\d+)\b")
FORMULA = re.compile(r"\n*^(\$\$.+?\$\$)$\n*", re.DOTALL | re.MULTILINE)
GUIDE = re.compile(r"\]\(\.\./((?:docs/)?[\w/-]+\.md)\)")
SOURCE = re.compile(r"\]\(\.\./raftnb/([\w/]+)\.py\)")
NAME = re.compile(r"(?<![`}])`(\w+)(?:\([^`]*\))?`")
CAPTION = "<caption>"
BELOW = "-caption"  # how the identifier of a cell ends that `book.captions` wrote
LONGEST_CAPTION = 200
WORDS_OF_A_FILE = 7
WIDEST = 1000  # points; a wider picture scrolls at its own size instead of being shrunk


def number_of(stem: str) -> str:
    """The number of a chapter, or the letter of an appendix, from a file name.

    `05-elections` is chapter 5, `a-write-your-own` is appendix A.
    """
    return stem.split("-", 1)[0].lstrip("0").upper()


def heading_of(stem: str) -> str:
    """How a chapter's title begins: `5.`, or `Appendix A.`"""
    number = number_of(stem)
    return f"{number}." if number.isdigit() else f"Appendix {number}."


def figure_name(number: str, index: int | str) -> str:
    """The name of a chapter's figure in links and files: `fig-5-2`, `fig-a-1`."""
    return f"fig-{number.lower()}-{index}"


def figure_file(number: str, alt: str) -> str:
    """The name of a figure's file: its number and the first words of what it shows."""
    words = re.sub(r"[^a-z0-9]+", " ", alt.lower().replace("'", "")).split()
    return "-".join([figure_name(*number.split(".")), *words[:WORDS_OF_A_FILE]]) + ".svg"


def link_figures(text: str) -> str:
    """`text` with its mentions of figures as links to them."""
    return FIGURE.sub(lambda m: f"[{m[0]}](#{figure_name(m[1], m[2])})", text)


def glossary_terms(text: str) -> dict[str, str]:
    """Each way a glossary term may be written, in lower case, with the term it links to."""
    block = re.search(r"^```\{glossary\}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    names = re.findall(r"^(\w.*)$", block[1], re.MULTILINE) if block else []
    return {form: name for name in names for form in (name.lower(), f"{name.lower()}s")}


def anchor(title: str) -> str:
    """The anchor of a heading: JupyterLab's, so that a link works there and in the book."""
    return title.replace(" ", "-")


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """`text` with `change` applied to all of it but fenced and inline code."""
    parts, end = [], 0
    for match in CODE.finditer(text):
        parts += [change(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, change(text[end:])])


def to_myst(text: str, terms: dict[str, str]) -> str:
    """A Markdown cell as MyST (see this module's conventions)."""
    return outside_code(_remarks(text), lambda part: _links(part, terms))


def _remarks(text: str) -> str:
    return REMARK.sub(_remark, text)


def _remark(match: re.Match[str]) -> str:
    kind, body = match[1].lower(), re.sub(r"^> ?", "", match[2], flags=re.MULTILINE)
    if kind == "aside":
        return f":::{{admonition}} Aside\n:class: aside\n\n{body}\n:::"
    return f":::{{{kind}}}\n{body}\n:::"


def _links(text: str, terms: dict[str, str]) -> str:
    text = FORMULA.sub(r"\n\n\1\n\n", text)
    text = CITATION.sub(_citation, cited_by_key(text))
    text = EMPHASIS.sub(lambda m: _term(m, terms), text)
    text = GUIDE.sub(r"](\1)", text)
    text = SOURCE.sub(lambda m: "](api/" + _module(m[1]) + ".rst)", text)
    return link_figures(text)


def _module(path: str) -> str:
    return documented("raftnb." + path.removesuffix("/__init__").replace("/", "."))


def cited_by_key(text: str) -> str:
    """`text` with citations that are links (`book.citations`) as citations by key again."""
    return CITED.sub(_by_key, text)


def _by_key(match: re.Match[str]) -> str:
    place = re.search(r"\d{4}, (.*)\)$", match[1])
    return f"[@{match[2]}, {place[1]}]" if place else f"[@{match[2]}]"


def _citation(match: re.Match[str]) -> str:
    keys = ",".join(re.findall(r"@([\w-]+)", match[1]))
    place = f"{{{match[2]}}}" if match[2] else ""
    return f"{{cite:p}}`{keys}{place}`"


def _term(match: re.Match[str], terms: dict[str, str]) -> str:
    stars, name = match[1], terms.get(match[2].lower())
    if not name:
        return match[0]
    strong = stars if stars == "**" else ""
    return f"{strong}{{term}}`{match[2]} <{name}>`{strong}"


def link_names(text: str, names: Mapping[str, str]) -> str:
    """`text` with each name in code that the reference has as a link to its description."""
    return NAME.sub(
        lambda m: f"{{py:obj}}`{m[1]} <{names[m[1]]}>`" if m[1] in names else m[0], text
    )


def number_tables(notebook: nbformat.NotebookNode, number: str) -> None:
    """Number the outputs that are tables with a caption, as figures are: Table 4.1, Table 4.2."""
    count = 0
    for output in (out for cell in notebook.cells for out in cell.get("outputs", ())):
        shown = output.get("data", {}).get("text/html", "")
        if CAPTION in shown and "<script" not in shown:
            count += 1
            told = f"{CAPTION}<strong>Table {number}.{count}.</strong> "
            output["data"]["text/html"] = shown.replace(CAPTION, told, 1)


def figures_of(notebook: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """The outputs of the notebook that are pictures, in order."""
    return [output for cell in notebook.cells for output in figures_in(cell)]


def figures_in(cell: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """The outputs of one cell that are pictures, in order."""
    return [out for out in cell.get("outputs", ()) if "image/svg+xml" in out.get("data", {})]


def without_captions(cells: Iterable[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """The cells but those that hold the captions of the figures above them."""
    return [cell for cell in cells if not cell.get("id", "").endswith(BELOW)]


def prepare(
    path: Path, terms: dict[str, str], names: Mapping[str, str], pictures: Path
) -> nbformat.NotebookNode:
    """The executed notebook at `path` as Sphinx reads it; its figures are written to `pictures`.

    `names` has for each name that a synopsis may introduce what the reference calls it.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = without_captions(notebook.cells)
    number_tables(notebook, number_of(path.stem))
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            synopsis = cell.source.startswith("**Synopsis.**")
            cell.source = to_myst(cell.source, terms)
            cell.source = link_names(cell.source, names) if synopsis else cell.source
    for index, output in enumerate(figures_of(notebook), 1):
        number = f"{number_of(path.stem)}.{index}"
        file = figure_file(number, output["data"]["text/plain"])
        write_if_changed(pictures / file, output["data"]["image/svg+xml"])
        directive = figure_directive(number, output["data"], f"{pictures.name}/{file}")
        output["data"] = {"text/markdown": directive, "text/plain": output["data"]["text/plain"]}
    notebook.cells[0].source += f"\n\n{run_it(path, repository())}"
    return notebook


def run_it(path: Path, home: str | None) -> str:
    """The line under a chapter's title that offers the notebook itself.

    `home` is the repository's address on GitHub, if it has one: only there it can be launched.
    """
    offers = [f"{{download}}`Download this chapter <_notebooks/{path.name}>`"]
    if home:
        launch = home.replace("https://github.com/", "https://mybinder.org/v2/gh/")
        offers.append(f"[launch it]({launch}/HEAD?labpath=notebooks/{path.name})")
        offers.append(f"[edit it]({home}/edit/HEAD/notebooks/{path.name})")
    offers.append(f"or run `make lab` and open `{path.name}`")
    return f"{{.run-it}}\n{', '.join(offers)}.\n"


@cache
def repository() -> str | None:
    """The web address of the clone's origin on GitHub, or None when its origin is elsewhere."""
    asked = ["git", "config", "--get", "remote.origin.url"]
    done = subprocess.run(asked, capture_output=True, text=True, cwd=ROOT)
    return home_of(done.stdout.strip())


def home_of(url: str) -> str | None:
    """The web address of a repository on GitHub, from what `git clone` was given."""
    match = re.fullmatch(r"(?:https://|git@)github\.com[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?", url)
    return f"https://github.com/{match[1]}" if match else None


def figure_directive(number: str, data: dict[str, str], file: str) -> str:
    """The MyST figure for one picture: number, caption, text alternative, and how it scrolls."""
    name = figure_name(*number.split("."))
    alt = " ".join(data["text/plain"].split())
    size = "wide" if size_of(data["image/svg+xml"])[0] > WIDEST else "fit"
    return (
        f"::::{{figure}} {file}\n:name: {name}\n"
        f":alt: {json.dumps(alt, ensure_ascii=False)}\n:figclass: {size}\n\n"
        f"**Figure {number}.** {escape(caption(alt))}\n::::\n"
    )


def caption(alt: str) -> str:
    """The words under a picture: its text alternative, or the beginning of a long one."""
    if len(alt) <= LONGEST_CAPTION:
        return alt
    return re.split(r"[;,.] ?(?=[^;,.]*$)", alt[:LONGEST_CAPTION])[0] + " …"


def size_of(svg: str) -> tuple[float, float]:
    """The width and height of an `<svg>` in points, from its attributes or else its viewBox."""
    opening = svg[: svg.index(">")]
    box = re.search(r'viewBox="[\d.-]+[ ,]+[\d.-]+[ ,]+([\d.]+)[ ,]+([\d.]+)', opening)
    width, height = (_length(opening, side) for side in ("width", "height"))
    if (width is None or height is None) and box:
        return float(box[1]) * 0.75, float(box[2]) * 0.75
    return width or 0, height or 0


def _length(opening: str, side: str) -> float | None:
    found = re.search(rf'\s{side}="([\d.]+)(pt|px)?"', opening)
    return float(found[1]) * (1 if found[2] == "pt" else 0.75) if found else None


def escape(text: str) -> str:
    """`text` as Markdown that shows it literally."""
    return re.sub(r"([\\`*_{}\[\]<>#|$&])", r"\\\1", text)


def write_if_changed(path: Path, text: str) -> None:
    """Write `text` unless the file holds it already: an unchanged file is not built again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
