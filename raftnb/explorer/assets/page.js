// The explorers of a page: each box that is not yet ready gets one, with the data that stands in it.

import { linked, mount } from "./explorer.js";
import { GraphSource, unpacked } from "./graph.js";

export async function openAll() {
  for (const box of document.querySelectorAll(".raftnb-explorer:not([data-ready])")) {
    box.dataset.ready = "no";
    const data = await unpacked(box.querySelector("script[type='application/json'], script[type='text/plain']").textContent);
    const steps = new GraphSource(data), options = {};
    if (box.dataset.alone === "yes") {
      options.keys = document;
      const start = linked(location.hash.slice(1));
      if (start && start.state < data.cells.length) options.choices = start;
      options.remember = (link) => history.replaceState(null, "", `#${link}`);
      options.link = (link) => `${location.href.split("#")[0]}#${link}`;
    }
    await mount(box.querySelector(".all"), steps, options);
    box.dataset.ready = "yes";
  }
}
