"""The pages in a real browser, from a file and without a network."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from raftnb.experiments import store_history
from raftnb.explore import check
from raftnb.explorer import Seen, diagram, scenes, show
from raftnb.language.reading import state_of_json
from raftnb.liveness import check_liveness
from raftnb.refine import refines
from raftnb.specs import REFINEMENTS, SPECS
from raftnb.specs.store.sequential import SEQUENTIAL_STORE, Client
from tests.draw.test_hostile import HOSTILE, trace_with
from tests.explorer.test_sight import PEERS

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium, or set CHROMIUM")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens a page that must say nothing on its console, and ask for nothing but itself."""
    said: list[str] = []
    pages = []

    def open_it(html: str, after: str = "", width: int = 1280, scheme: str = "light") -> Any:
        (tmp_path / "page.html").write_text(html, encoding="utf-8")
        context = browser.new_context(
            offline=True, viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.on("requestfailed", lambda request: said.append(request.url))
        page.goto((tmp_path / "page.html").as_uri() + after)
        page.wait_for_selector(".raftnb-explorer[data-ready=yes]")
        pages.append(page)
        return page

    yield open_it
    for page in pages:
        page.context.close()
    assert said == []


def press(page: Any, text: str) -> str:
    """Press the button of a step, by the line of Python that it stands for."""
    page.locator(f'[data-key="way {text}"]').click()
    return str(page.inner_text(".said"))


def rows(page: Any) -> list[str]:
    return [" ".join(row.split()) for row in page.locator(".steps li").all_inner_texts()]


def test_a_reader_chooses_steps_goes_back_and_takes_another_branch(opened: Open) -> None:
    page = opened(show(PEERS()).page("peers"))
    assert "initial state" in page.inner_text(".said")
    assert press(page, "p1.ping(p2)") == "1. p1.ping(p2)"
    hear = "p2.hear(Ping(source=p1, dest=p2))"
    assert press(page, hear) == f"2. {hear} ✗ nobody_has_heard (peer = p2)"
    assert "✗ nobody_has_heard" in rows(page)[2]
    page.keyboard.press("ArrowLeft")
    lose = "network.lose(Ping(source=p1, dest=p2))"
    assert press(page, lose).startswith(f"2. {lose}")
    assert len(rows(page)) == 3
    assert "2 branches" in rows(page)[1]
    page.locator("[data-key=branch]").select_option("0")
    assert page.inner_text(".said").startswith(f"2. {hear}")
    page.keyboard.press("Home")
    assert "initial state" in page.inner_text(".said")
    page.locator("[data-key=slider]").fill("2")
    assert page.inner_text(".said").startswith(f"2. {hear}")


def test_what_is_not_enabled_says_why_and_what_changed_is_marked(opened: Open) -> None:
    page = opened(show(PEERS()).page("peers"))
    grayed = page.locator('[data-key="refused p1 forget"]')
    assert grayed.get_attribute("aria-disabled") == "true"
    assert "`when(self.got > 0)` is false" in page.inner_text(".choices")
    press(page, "p1.ping(p2)")
    changed = page.locator("tr.changed").all_inner_texts()
    assert [" ".join(row.split()) for row in changed] == [
        "+ p1 → p2 Ping() p2.hearnetwork.lose",
        "▸ sent 1 (was 0)",
    ]
    assert "def ping(self, to: Peer) -> None:" in page.inner_text("details.source pre")
    marked = page.locator("details.source mark").all_inner_texts()
    assert [line.strip() for line in marked][:2] == ["when(to != self)", "when(self.sent < 1)"]
    assert page.inner_text("details.source ul") == "p1.sent = 1 (was 0)"
    assert page.locator(".arrow").count() == 0
    press(page, "p2.hear(Ping(source=p1, dest=p2))")
    assert page.locator(".sequence .arrow").count() == 1


def test_a_violation_and_a_state_of_a_kind_are_found(opened: Open) -> None:
    page = opened(show(PEERS()).page("peers"))
    page.locator('[data-key="find somebody_has_heard"]').click()
    assert page.inner_text(".said").startswith("2. ")
    assert "● true here" in page.inner_text("[aria-label='the way here']")
    page.keyboard.press("Home")
    page.keyboard.press("v")
    assert "✗ nobody_has_heard" in page.inner_text(".said")
    page = opened(show(PEERS(peers=1)).page("alone"))
    page.locator('[data-key="find violation"]').click()
    assert "None can be reached." in page.inner_text(".said")
    assert "\u22a3 deadlock" in page.inner_text(".said")
    page = opened(show(PEERS()).page("peers"))
    page.locator('[data-key="find deadlock"]').click()
    assert page.inner_text(".said").endswith("\u22a3 deadlock")
    assert "No step is enabled here: a deadlock." in page.inner_text(".choices")


def test_a_link_opens_the_page_where_it_was_and_the_trace_can_be_kept(opened: Open) -> None:
    html = show(PEERS()).page("peers")
    page = opened(html)
    press(page, "p1.ping(p2)")
    press(page, "p2.hear(Ping(source=p1, dest=p2))")
    page.keyboard.press("ArrowLeft")
    page.locator("[data-key=share]").first.click()
    page.locator('[data-key="share link"]').click()
    link = page.locator("textarea").input_value()
    page = opened(html, "#" + link.split("#")[1])
    assert page.inner_text(".said") == "1. p1.ping(p2)"
    page.keyboard.press("ArrowRight")
    page.locator("[data-key=share]").first.click()
    page.locator('[data-key="share Python"]').click()
    lines = page.locator("textarea").input_value()
    assert lines == "p1.ping(p2)\np2.hear(Ping(source=p1, dest=p2))"
    page.locator('[data-key="share JSON"]').click()
    kept = json.loads(page.locator("textarea").input_value())
    world = PEERS().start()
    world["p1"].ping(world["p2"])
    world["p2"].hear(world.state.messages[0][0])
    assert kept == world.trace.as_json()
    assert state_of_json(PEERS(), kept["states"][-1]) == world.state
    for broken in ("#9999.1.2", "#0.1.77", "#x", "#0"):
        assert "initial state" in opened(html, broken).inner_text(".said")


def test_a_trace_is_laid_out_and_a_loop_is_seen_and_played(opened: Open) -> None:
    model = SPECS["sequential-store"]()
    world = model.start()
    loop = list(_round(world))
    page = opened(show(world.trace, model).page("round"))
    assert len(rows(page)) == len(loop) + 1
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    assert page.inner_text(".said").startswith(f"{len(loop) - 1}. ")
    page.keyboard.press("p")
    page.wait_for_function(
        f"document.querySelector('.said').textContent.startsWith('{len(loop)}.')"
    )
    page.keyboard.press("p")


def _round(world: Any) -> Iterator[str]:
    while len(world.trace) < 6:
        step = world.enabled()[0]
        world.take(step)
        yield str(step)


def test_a_lasso_is_drawn_as_a_loop_and_a_click_on_a_node_leads_to_a_state_of_it(
    opened: Open,
) -> None:
    model = SEQUENTIAL_STORE()
    starving = check_liveness(model).trace
    places = diagram(model, lambda client: client.pc, of=Client)
    assert starving is not None
    page = opened(show(starving, model, diagram=places, max_states=1).page("starving"))
    assert page.locator(".sequence .loop").count() == 1
    page.keyboard.press("End")
    assert "the same state as after step 4" in page.inner_text(".said")
    assert page.inner_text(".standing") == "c1: take_mutex · c2: receive"
    release = page.locator(f'[data-key="node {places.node("release")}"]')
    assert "here" not in release.get_attribute("class").split()
    release.click()
    assert page.inner_text(".said").startswith("14. c2.receive()")
    assert "c2: release" in page.inner_text(".standing")
    page.locator(f'[data-key="node {places.node("request")}"]').press("Enter")
    assert ": request" in page.inner_text(".standing")


def test_a_refinement_is_seen_in_two_columns_with_the_history_of_clients(opened: Open) -> None:
    concrete, abstract, mapping = REFINEMENTS["stale-store"].models()
    trace = refines(concrete, abstract, mapping).trace
    assert trace is not None
    seen_as = Seen(abstract, mapping)
    shown = show(trace, concrete, seen_as=seen_as, clients=store_history, max_states=1)
    page = opened(scenes({"stale": shown, "peers": show(PEERS())}).page("two scenes"))
    page.keyboard.press("v")
    assert page.inner_text(".said") == "10. store.serve() ✗ no step of linearizable-store"
    heads = page.locator(".two h5").all_inner_texts()
    assert heads == ["stale-store", "seen as linearizable-store"]
    assert page.locator(".above tr.changed").count() == 2
    lanes = page.get_attribute(".history", "aria-label")
    calls = "c1 k1.write(v1) from step 3, no answer yet; c2 k1.read() from step 6, no answer yet"
    assert lanes == f"What clients call and hear: {calls}"
    page.keyboard.press("ArrowLeft")
    assert "≈ seen as store.take_request(" in page.inner_text(".said")
    page.wait_for_function("location.hash.startsWith('#0_')")
    page.locator("select.scenes").select_option("1")
    page.wait_for_function("document.querySelector('.said').textContent.includes('peers')")
    assert press(page, "p1.ping(p2)") == "1. p1.ping(p2)"
    page.keyboard.press("ArrowLeft")
    assert "initial state" in page.inner_text(".said")


def test_a_message_of_the_cluster_is_taken_up_by_a_click(opened: Open) -> None:
    model = SPECS["raft"](servers=2, duplicates=0)
    world = model.start()
    world["s1"].time_out()
    page = opened(show(world.trace, model, max_states=80).page("raft"))
    page.keyboard.press("End")
    assert page.locator(".cluster .server").count() == 2
    assert page.locator(".cluster .flying").count() == 1
    page.locator(".cluster .flying").click()
    focused = page.evaluate("document.activeElement.dataset.key || ''")
    if focused.startswith("way "):  # two ways: to take it up, and to lose it
        page.keyboard.press("Enter")
    assert page.inner_text(".said").startswith("2. ")
    page.keyboard.press("ArrowLeft")  # the keys still mean this explorer
    assert page.inner_text(".said").startswith("1. ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_and_can_be_read(opened: Open, width: int, scheme: str) -> None:
    page = opened(show(SPECS["raft"](servers=3), max_states=20).page("raft"), "", width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    light = page.evaluate("getComputedStyle(document.querySelector('.raftnb-explorer td')).color")
    shade = [int(part) for part in light.removeprefix("rgb(").rstrip(")").split(",")]
    assert (min(shade) > 200) if scheme == "dark" else (max(shade) < 60)
    names = page.evaluate(
        "[...document.querySelectorAll('button, select, input, textarea')].map("
        "e => e.getAttribute('aria-label') || e.textContent).filter(t => !t.trim()).length"
    )
    assert names == 0


def test_thousands_of_states_are_small_and_quick(opened: Open) -> None:
    shown = show(SPECS["sequential-store"](clients=4, keys=2, values=2), max_states=1_200)
    html = shown.page("many")
    assert shown.states > 1_200
    assert 5_000 * len(html) / shown.states < 2_000_000
    page = opened(html)
    assert page.evaluate("performance.now()") < 10_000  # a second where nothing else runs
    assert page.locator(".choices .action").count() > 0


def test_hostile_words_run_no_script_and_are_shown(opened: Open) -> None:
    shown = [show(trace_with(words), history=True).html for words in HOSTILE]
    page = opened("<!DOCTYPE html><meta charset=utf-8>" + "".join(shown))
    page.wait_for_function(f"document.querySelectorAll('[data-ready=yes]').length === {len(shown)}")
    for last in page.locator("[data-key=last]").all():
        last.click()
    assert page.evaluate("document.querySelectorAll('img, iframe, a, b, script[src]').length") == 0
    assert HOSTILE[0] in page.locator(".said").first.inner_text()


def test_two_explorers_of_a_page_do_not_meet(opened: Open) -> None:
    found = check(PEERS(), progress=False)
    assert found.trace is not None
    html = f"<!DOCTYPE html>{show(found.trace, PEERS()).html}{show(found.trace).html}"
    page = opened(html)
    page.wait_for_function("document.querySelectorAll('[data-ready=yes]').length === 2")
    first, second = page.locator(".said").all()
    page.locator("[data-key=last]").first.click()
    assert first.inner_text().startswith("2. ")
    assert "first state" in second.inner_text() or "initial state" in second.inner_text()
