"""The PDF: the chapters as pandoc's Markdown, pandoc's Typst, and Typst's PDF."""

from __future__ import annotations

import base64
import json
import re
import tomllib
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pypandoc
import typst

from book import ROOT
from book.chapters import (
    REMARK,
    caption,
    cited_by_key,
    figure_name,
    figures_of,
    link_figures,
    number_of,
    number_tables,
    outside_code,
    without_captions,
)
from book.layout import OVERLAP, for_paper, layout
from book.pages import SITE, BookError

PRINT = Path(__file__).parent / "print"
FONT = "Libertinus Serif"
TITLE = "Raft, specified once"
CHAPTER_LINK = re.compile(r"\]\((\d\d|[a-z])-[\w-]+\.ipynb(?:#[^)]*)?\)")
STILL = re.compile(r'<img alt="([^"]*)" src="data:image/svg\+xml;base64,([^"]+)">')
FORMULA = re.compile(r"(?<![\\\w])\$[^$\n]+\$(?!\w)")
FILE_LINK = re.compile(r"\[([^\]]+)\]\((?:\.\./|#)[^)]*\)")
ALIGN = re.compile(r"\\(begin|end)\{align\*?\}")
COLORS = re.compile(r"\x1b\[[0-9;]*m")


def build(notebooks: list[Path], work: Path, target: Path) -> Path:
    """Write the PDF of `notebooks` to `target` and return it.

    `work` keeps the Typst source and the pictures. Raises `BookError` with Typst's own words.
    """
    work.mkdir(parents=True, exist_ok=True)
    text = "\n\n".join(chapter(path, work / "figures") for path in notebooks)
    source = work / "book.typ"
    source.write_text(to_typst(f"{text}\n\n{closing()}"), encoding="utf-8")
    try:
        typst.compile(source, output=target, root=work, ignore_system_fonts=True)
    except typst.TypstError as error:
        raise BookError(f"{source}: Typst says: {error}") from None
    return target


def to_typst(markdown: str) -> str:
    """The whole book's Markdown as one Typst document, citations resolved."""
    text = str(
        pypandoc.convert_text(
            markdown,
            "typst",
            "markdown+tex_math_dollars-implicit_figures",
            extra_args=[
                "--standalone",
                "--citeproc",
                f"--template={PRINT / 'book.typ'}",
                f"--lua-filter={PRINT / 'filter.lua'}",
                f"--bibliography={SITE / 'references.bib'}",
                f"--variable=title:{TITLE}",
                f"--variable=version:{version()}",
                f"--variable=mainfont:{FONT}",
                f"--variable=date:{released()}",
                "--metadata=link-citations:true",
            ],
        )
    )
    # Typst would put the index of a relation below it.
    return FORMULA.sub(lambda math: math[0].replace("<_", "scripts(<)_"), text)


def released() -> str:
    """The date of the version, as CITATION.cff has it."""
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    found = re.search(r"^date-released: (\S+)", text, re.MULTILINE)
    if found is None:
        raise BookError("CITATION.cff: found no `date-released`, which the title page shows")
    return found[1]


def version() -> str:
    """The package's version, as pyproject.toml has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def closing() -> str:
    """The end matter: glossary and bibliography."""
    glossary = (SITE / "glossary.md").read_text(encoding="utf-8")
    glossary = re.sub(r"^```.*$", "", glossary, flags=re.MULTILINE)
    glossary = re.sub(r"^  ", ": ", glossary, flags=re.MULTILINE)
    glossary = glossary.replace("# Glossary", "# Glossary {-}")
    return f"{glossary}\n\n# Bibliography {{-}}\n\n::: {{#refs}}\n:::\n"


def chapter(path: Path, pictures: Path) -> str:
    """One executed notebook as pandoc's Markdown; its pictures are written to `pictures`."""
    notebook, number = nbformat.read(path, as_version=4), number_of(path.stem)
    notebook.cells = without_captions(notebook.cells)
    number_tables(notebook, number)
    for index, output in enumerate(figures_of(notebook), 1):
        svg = pictures / f"{figure_name(number, index)}.svg"
        output["data"] = {"text/typst": picture(f"Figure {number}.{index}", output["data"], svg)}
    for index, (data, still) in enumerate(stills_of(notebook), 1):
        svg = pictures / f"still-{number.lower()}-{index}.svg"
        call = picture("To be stepped through on the site", still, svg)
        data["text/typst"] = call
    parts = [_cell(cell) for cell in notebook.cells]
    parts[0] = re.sub(r"^# (.*)$", rf"# \1 {{#{anchor_of(number)}}}", parts[0], count=1, flags=re.M)
    return "\n\n".join(parts)


def stills_of(notebook: nbformat.NotebookNode) -> list[tuple[dict[str, str], dict[str, str]]]:
    """The outputs that can be stepped through, each with its still picture as an output has one."""
    found = []
    for output in (out for cell in notebook.cells for out in cell.get("outputs", ())):
        data = output.get("data", {})
        if match := STILL.search(data.get("text/html", "")):
            svg = base64.b64decode(match[2]).decode("utf-8")
            found.append((data, {"image/svg+xml": svg, "text/plain": unescape(match[1])}))
    return found


def anchor_of(number: str) -> str:
    """The anchor of a chapter or an appendix."""
    return f"chapter-{number.lower()}"


def picture(name: str, data: dict[str, str], path: Path) -> str:
    """The Typst call that places one picture under its name; it is written to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    svg = data["image/svg+xml"]
    path.write_text(for_paper(svg, FONT), encoding="utf-8")
    alt = " ".join(data["text/plain"].split())
    said, told = (json.dumps(text, ensure_ascii=False) for text in (alt, caption(alt)))
    file = json.dumps(f"{path.parent.name}/{path.name}")
    place = layout(svg)
    lengths = (place.width, place.height, place.part, OVERLAP)
    size = ", ".join(f"{length:.1f}pt" for length in lengths)
    aside = f"{place.parts}, {str(place.aside).lower()}"
    return f'#picture({file}, "{name}", {said}, {told}, {size}, {aside}) <{path.stem}>'


def to_pandoc(text: str) -> str:
    """A Markdown cell as pandoc's Markdown: remarks and solutions as divisions, links inside."""
    text = REMARK.sub(_remark, text)
    text = re.sub(r"<details>\s*<summary>(.*?)</summary>", r'::: {.solution title="\1"}', text)
    return outside_code(text.replace("</details>", ":::"), _links)


def _remark(match: re.Match[str]) -> str:
    body = re.sub(r"^> ?", "", match[2], flags=re.MULTILINE)
    return f'::: {{.remark title="{match[1]}"}}\n{body}\n:::\n'


def _links(text: str) -> str:
    text = cited_by_key(text)
    text = CHAPTER_LINK.sub(lambda m: f"](#{anchor_of(number_of(m[1]))})", text)
    text = FILE_LINK.sub(lambda m: m[0] if "#chapter-" in m[0] else m[1], text)
    text = ALIGN.sub(r"\\\1{aligned}", text)
    return link_figures(text)


def _cell(cell: Any) -> str:
    if cell.cell_type == "markdown":
        return to_pandoc(cell.source)
    code = _fenced(cell.source, "{.python .input}") if cell.source else ""
    return "\n\n".join([code, *(_output(output) for output in cell.get("outputs", ()))])


def _output(output: Any) -> str:
    data = output.get("data", {})
    if "text/typst" in data:
        told = [_fenced(data["text/plain"], "{.output}")] if "text/plain" in data else []
        return "\n\n".join([_fenced(data["text/typst"], "{=typst}"), *told])
    if "text/markdown" in data:
        return to_pandoc(data["text/markdown"])
    if "<table" in data.get("text/html", "") and "<script" not in data["text/html"]:
        shown = pypandoc.convert_text(data["text/html"], "typst", "html")
        return _fenced(f"#block[\n{shown}\n]", "{=typst}")  # or its last line ran on into the text
    said = data.get("text/plain") or output.get("text") or "\n".join(output.get("traceback", ()))
    return _fenced(COLORS.sub("", said).rstrip(), "{.output}")


def _fenced(text: str, kind: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence} {kind}\n{text}\n{fence}"
