"""Whatever a value, a name or a title says, a picture or a page shows it, and does nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import html5lib
import pytest

from raftnb import draw
from raftnb.data.account import Account, Moment, Stop
from raftnb.data.events import Invocation, Response
from raftnb.data.histories import History
from raftnb.data.markup import Markup, plain
from raftnb.data.trace import Cell, Layout, State, StateGraph, Step, Trace
from raftnb.data.verdict import Answer, Verdict
from raftnb.draw import (
    Listing,
    draw_graph,
    draw_lasso,
    draw_lemmas,
    draw_trace,
    log_stepper,
    raft,
    show_views,
    timeline,
)
from raftnb.draw.dot import render
from raftnb.draw.pages import data_island, filled
from raftnb.draw.raft import draw_cluster, draw_clusters, draw_sequence
from raftnb.draw.timeline import page
from raftnb.explorer import show
from raftnb.language import Map, Message, Record

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" onload="alert(1)" x="',
    "</script><script>alert(1)</script>",
    "</style></title></svg><b>",
    "<!--<script>",
    "-->",
    "]]><b>",
    "@DATA@ @TITLE@ @STEPS@",
    "&lt;b&gt; &amp;amp; &#60;",
    "<<b>bold</b>>",
    r"\N \G \E \l \n \ ",
    'x" URL="javascript:alert(1)',
    "a:b:c {d|e} ; ] }",
    'x id="y" url(#z) font-family="Arial"',
    "```\n<b>\n````",
    "two\nlines\r\tand a tab",
    "\x00\x01\x1b[31m\x7f\x85",
    "\ud800 \udfff \uffff",
    "\u2028 \u202e \u00a0 é→×",
    "${alert(1)} {{x}} %s %(y)s",
    "",
)
SVG_TAGS = {
    "svg", "g", "title", "style", "path", "polygon", "polyline", "ellipse", "text", "rect", "line",
    "circle",
}  # fmt: skip
HTML_TAGS = {
    "label", "input", "select",
    "html", "head", "body", "div", "style", "script", "ol", "ul", "li", "code", "p", "pre",
    "strong", "table", "caption", "thead", "tbody", "tr", "th", "td", "meta", "title", "header",
    "h1", "button", "span", "noscript", "svg",
}  # fmt: skip


class Entry(Record):
    term: int
    value: str


class Ping(Message):
    note: str


def trace_with(words: str) -> Trace:
    """Two states and a step, whose every name and value is `words`."""
    owner = words or "s1"
    cells = (Cell(owner, "log"), Cell(owner, "currentTerm"), Cell(owner, "role"), Cell("G", words))
    layout = Layout(cells, True)
    ping = Ping(source=owner, dest=owner, note=words)
    entry = Entry(1, words)
    first = State(layout, ((), 0, words, Map({words: 1, "k": 2})))
    last = State(layout, ((entry,), 1, words + words, Map({words: 2, "k": 3})), ((ping, 2),))
    step = Step(owner, words, (("m", ping), ("x", words)), (words,))
    return Trace((first, last, first), (step, step), loop=0)


def history_with(words: str) -> History:
    events = [
        Invocation(words, words, (words,), words),
        Response(words, words, words),
        Invocation("p", words, (words,), words),
    ]
    return History(events)


def answer_with(history: History) -> Any:
    first, second = history.operations
    order = SimpleNamespace(object=None, culprit=second, steps=((first, 1, str(first)),))
    return SimpleNamespace(linearization=(SimpleNamespace(operation=first, point=1),),
                           orders=(order,), culprits=(second,))  # fmt: skip


def views_with(words: str) -> Any:
    trace = trace_with(words)
    return SimpleNamespace(concrete=words, abstract=words, trace=trace, view=trace.states,
                           reasons=(words,), allowed=((trace.steps[0], trace.last),))  # fmt: skip


def account_with(words: str) -> Account:
    """A log of one line that fits, and one that does not, all of `words`."""
    trace = trace_with(words)
    first, last = trace.states[:2]
    cells = tuple(enumerate(last.values))
    moment = Moment(1, words, (trace.steps[0],), cells, last.messages, (words,))
    return Account(first, (moment,), Stop(2, words, (words, words)))


PICTURES: dict[str, Callable[[str], Any]] = {
    "draw_trace": lambda w: draw_trace(trace_with(w), alt=w),
    "draw_graph": lambda w: draw_graph(graph_with(w)),
    "draw_graph with labels": lambda w: draw_graph(
        graph_with(w), lambda s: w, edge=lambda s: w, highlight=trace_with(w), alt=w
    ),
    "draw_lasso": lambda w: draw_lasso(trace_with(w), lambda s: w, edge=lambda s: w, alt=w),
    "draw_lemmas": lambda w: draw_lemmas({w: ("a",), "a": (w + "2",)}, goals=(w,), alt=w),
    "draw_cluster": lambda w: draw_cluster(trace_with(w).states[1], title=w, messages=True, alt=w),
    "draw_clusters": lambda w: draw_clusters([(w, s) for s in trace_with(w).states]),
    "draw_sequence": lambda w: draw_sequence(trace_with(w), note=w),
    "timeline": lambda w: timeline(history_with(w), answer_with(history_with(w)), caption=w),
}


def graph_with(words: str) -> StateGraph:
    trace = trace_with(words)
    step = trace.steps[0]
    return StateGraph(trace.states[:2], ((0, step, 1), (1, step, 0)))


def page_of(words: str, folder: Path) -> str:
    history = history_with(words)
    return page(history, answer_with(history), folder / "x.html", words).read_text("utf-8")


class Found(Answer):
    def __init__(self, words: str) -> None:
        self.verdict, self.words = Verdict.HOLDS, words

    def as_json(self) -> dict[str, Any]:
        return {}

    def __str__(self) -> str:
        return f"{self.verdict}: {self.words}"


PAGES: dict[str, tuple[Callable[[str, Path], str], int]] = {
    "show": (lambda w, _: show(trace_with(w), history=True).html, 2),
    "show, a page": (lambda w, _: show(trace_with(w), history=True).page(w), 2),
    "log_stepper": (lambda w, _: log_stepper(account_with(w)).page(w), 2),
    "show_views": (lambda w, _: show_views(views_with(w))._repr_html_(), 0),
    "an answer": (lambda w, _: Found(w)._repr_html_(), 0),
    "page": (page_of, 2),
}


def tags_of(root: Any) -> Iterator[str]:
    for element in root.iter():
        if isinstance(element.tag, str):
            yield element.tag.rpartition("}")[2]


def attributes_of(root: Any) -> set[str]:
    return {name.rpartition("}")[2].lower() for e in root.iter() for name in e.attrib}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("words", HOSTILE)
def test_a_picture_is_well_formed_and_has_no_element_or_attribute_of_a_value(
    words: str, name: str
) -> None:
    picture = PICTURES[name](words)
    root = ElementTree.fromstring(picture.svg.encode("utf-8"))
    assert set(tags_of(root)) <= SVG_TAGS
    assert not {a for a in attributes_of(root) if a.startswith("on") or a in ("href", "url")}
    assert picture._repr_mimebundle_()["text/plain"] == plain(picture.alt)


@pytest.mark.parametrize("name", ["draw_trace", "draw_lasso", "draw_lemmas", "draw_cluster"])
@pytest.mark.parametrize("words", [w for w in HOSTILE if w.strip()])
def test_the_text_that_stands_for_a_picture_is_what_was_given(words: str, name: str) -> None:
    root = ElementTree.fromstring(PICTURES[name](words).svg.encode("utf-8"))
    read = " ".join(plain(words).split())
    assert " ".join((root.get("aria-label") or "").split()) == read
    assert " ".join("".join(root[0].itertext()).split()) == read


@pytest.mark.parametrize("start", ["", 'x", URL="javascript:alert(1)", tooltip="'])
@pytest.mark.parametrize("attribute", ["URL", "href", "edgeURL", "labelURL"])
def test_no_picture_has_a_link(start: str, attribute: str) -> None:
    node = f'a [label="{start}", URL="javascript:alert(1)"]'
    source = f'digraph {{ {node}; a -> b [label=l, {attribute}="https://x"] }}'
    picture = render(source, "a graph").svg
    assert not re.search(r"<a[\s>]|</a>|href", picture)
    ElementTree.fromstring(picture)


@pytest.mark.parametrize("words", ["<b>", '"', "&lt;", r"\N", "<<b>x</b>>", "a:b", "{x|y}"])
def test_a_label_shows_what_was_given(words: str) -> None:
    for name in ("draw_graph with labels", "draw_lasso", "draw_cluster", "draw_lemmas"):
        shown = PICTURES[name](words).svg
        root = ElementTree.fromstring(shown)
        texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
        assert any(words in (text or "") for text in texts), (name, texts)


def remove_still_pictures(root: ElementTree.Element) -> None:
    """Take out the pictures that a page carries with it: no script runs in those."""
    for parent in list(root.iter()):
        for image in parent.findall("img"):
            if image.get("src", "").startswith("data:image/svg+xml;base64,"):
                assert set(image.keys()) == {"alt", "src"}
                parent.remove(image)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("words", HOSTILE)
def test_a_page_has_no_element_script_or_attribute_of_a_value(
    words: str, name: str, tmp_path: Path
) -> None:
    make, scripts = PAGES[name]
    html = make(words, tmp_path)
    html.encode("utf-8")
    root = html5lib.parse(html, namespaceHTMLElements=False)
    remove_still_pictures(root)
    tags = list(tags_of(root))
    assert set(tags) <= HTML_TAGS
    assert tags.count("script") == scripts
    assert not {a for a in attributes_of(root) if a.startswith("on") or a in ("href", "src")}
    for island in root.iter("script"):
        if island.get("type") == "application/json":
            json.loads(island.text)


@pytest.mark.parametrize("words", HOSTILE)
def test_the_data_of_a_page_comes_out_as_the_page_can_hold_it(words: str, tmp_path: Path) -> None:
    root = html5lib.parse(page_of(words, tmp_path), namespaceHTMLElements=False)
    (island,) = [s for s in root.iter("script") if s.get("id") == "data"]
    shown = plain(words)
    assert json.loads(data_island({words: [words, (words, 1)]})) == {shown: [shown, [shown, 1]]}
    assert len(json.loads(island.text)["operations"]) == 2
    title = root.find(".//title").text or ""
    assert title.split() == plain(words).split()


@pytest.mark.parametrize("words", HOSTILE)
def test_a_listing_stays_within_its_fence(words: str) -> None:
    shown = Listing(words)._repr_mimebundle_()
    assert shown["text/plain"] == plain(words)
    lines = shown["text/markdown"].split("\n")
    fence = lines[0].removesuffix("python")
    assert set(fence) == {"`"}
    assert lines[-1] == fence
    assert not any(line.lstrip().startswith(fence) for line in lines[1:-1])


def test_places_are_filled_in_one_pass_and_only_markup_is_left_as_it_is() -> None:
    template = Markup("<p>@ONE@</p>@TWO@")
    parts = {"ONE": "@TWO@ <i>", "TWO": Markup("<b>@ONE@</b>")}
    assert filled(template, parts) == "<p>@TWO@ &lt;i&gt;</p><b>@ONE@</b>"
    with pytest.raises(KeyError):
        filled(template, {"ONE": ""})


def test_every_drawing_and_page_meets_the_hostile_words() -> None:
    shown = {name.partition(" ")[0] for name in (*PICTURES, *PAGES)}
    drawings = {n for n in (*draw.__all__, *raft.__all__) if n[0].islower()}
    elsewhere = {"refused", "render", "show_source", "show_change"}  # plain text, DOT, listings
    assert drawings - elsewhere <= shown
