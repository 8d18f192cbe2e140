// The explorers of a page: each box that is not yet ready gets one, with the data that stands in it.

import { make } from "./elements.js";
import { linked, mount } from "./explorer.js";
import { GraphSource, unpacked } from "./graph.js";

const LEISURE = 300;

export async function openAll() {
  for (const box of document.querySelectorAll(".raftnb-explorer:not([data-ready])")) {
    box.dataset.ready = "no";
    const data = await unpacked(box.querySelector("script[type='application/json'], script[type='text/plain']").textContent);
    if (data.scenes) await openScenes(box, data);
    else await openOne(box, box.querySelector(".all"), data, linked(location.hash.slice(1)));
    box.dataset.ready = "yes";
  }
}

/** An explorer in a box; where it has the page to itself, the page's address tells where one is. */
async function openOne(box, inner, data, start, scene = null) {
  const options = {};
  if (box.dataset.alone === "yes") {
    options.keys = document;
    let timer = null;
    const link = (path) => `#${scene === null ? "" : `${scene}_`}${path}`;
    if (start && start.state < data.cells.length) options.choices = start;
    options.remember = (path) => { // at leisure: it is slow, and Safari refuses it when it comes too often
      clearTimeout(timer);
      timer = setTimeout(() => history.replaceState(null, "", link(path)), LEISURE);
    };
    options.link = (path) => location.href.split("#")[0] + link(path);
  }
  await mount(inner, new GraphSource(data), options);
}

/** Several explorers of which one is shown: a list of their titles above it. */
async function openScenes(box, { scenes, sources }) {
  const inner = box.querySelector(".all"), [first, path] = location.hash.slice(1).split("_");
  const chosen = box.dataset.alone === "yes" && path && scenes[first] ? Number(first) : 0;
  const list = make("select", { "aria-label": "scene", class: "scenes", change: () => open(Number(list.value), null) },
    ...scenes.map(([title], n) => make("option", { value: n, selected: n === chosen }, title)));
  const open = (n, start) => {
    const fresh = make("div", { class: "all", role: "group", "aria-label": scenes[n][0] }), data = scenes[n][1];
    box.querySelector(".all").replaceWith(fresh);
    return openOne(box, fresh, { ...data, about: { ...data.about, sources } }, start, n);
  };
  inner.before(make("label", { class: "choice" }, `Scene (of ${scenes.length}): `, list));
  await open(chosen, linked(path || ""));
}
