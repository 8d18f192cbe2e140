// An explorer in a notebook: the kernel is asked for each state.

import { mount } from "./explorer.js";
import { seen } from "./sights.js";

class KernelSource {
  constructor(model) {
    Object.assign(this, { model, waiting: new Map(), known: new Map(), asked: 0, partial: true });
    model.on("msg:custom", (answer) => {
      const ready = this.waiting.get(answer.to);
      this.waiting.delete(answer.to);
      if (ready && answer.failed === undefined) ready[0](answer.told);
      else if (ready) ready[1](new Error(answer.failed));
    });
  }

  ask(question) {
    const number = (this.asked += 1);
    return new Promise((ready, failed) => {
      this.waiting.set(number, [ready, failed]);
      this.model.send({ number, ...question });
    });
  }

  async begin() {
    Object.assign(this, await this.ask({ head: true }));
  }

  look(state) {
    if (!this.known.has(state)) {
      const told = this.ask({ look: state }).then((answer) => seen(state, answer));
      told.catch(() => this.known.delete(state));
      this.known.set(state, told);
    }
    return this.known.get(state);
  }

  /** While the reader looks at a state, ask for those after it, one by one: a step then has no kernel to wait for. */
  async ahead(sight) {
    this.present = sight;
    for (const way of sight.ways || []) {
      if (this.present !== sight) return;
      await this.look(way.to).catch(() => null);
    }
  }

  find(from, wanted) {
    return this.ask({ from, wanted });
  }
}

export async function render({ model, el }) {
  const box = document.createElement("div"), inner = document.createElement("div");
  inner.className = "all";
  inner.setAttribute("role", "group");
  inner.setAttribute("aria-label", "An explorer. The left and right arrow keys step through it.");
  box.className = "raftnb-explorer";
  box.dataset.ready = "yes"; // no script of a page is to look for data in it
  box.append(inner);
  el.append(box);
  const steps = new KernelSource(model);
  await steps.begin();
  await mount(inner, steps);
}
