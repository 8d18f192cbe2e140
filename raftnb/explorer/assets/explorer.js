// The explorer: one box, a source of steps, and a journey through them.

import { become, make } from "./elements.js";
import { clientLanes, seenAs, stateDiagram } from "./beside.js";
import { cluster } from "./cluster.js";
import { Journey } from "./journey.js";
import { choices, claims, messages, share, source, variables } from "./panels.js";
import { Sequence } from "./sequence.js";
import { falseHere, meets, violations } from "./sights.js";

const BEAT = 900;
const KEYS = "Keys: \u2190 \u2192 step, Home and End, P play, B next branch, V first violation.";

/** Put an explorer into a box; `remember` is called with the choices made, where a page has a link. */
export async function mount(box, steps, { choices: start, remember, link, keys } = {}) {
  const explorer = new Explorer(box, steps, remember, link, keys || box);
  await explorer.begin(start || steps.start || { state: steps.initial[0], choices: [] });
  return explorer;
}

class Explorer {
  constructor(box, steps, remember, link, keys) {
    Object.assign(this, { box, steps, remember, link, about: steps.about, open: new Map(), timer: null, note: "" });
    this.bar = make("div", { class: "bar" });
    this.said = make("div", { class: "said", "aria-live": "polite" });
    this.sequence = new Sequence(this.about, (place) => this.show(place));
    this.parts = { can: make("div"), state: make("div"), more: make("div") };
    const columns = make("div", { class: "columns" }, section("what can happen", this.parts.can), section("the state", this.parts.state),
      section("the way here", this.sequence.box, this.parts.more));
    this.box.tabIndex = 0;
    this.box.dataset.lmSuppressShortcuts = "true"; // or keys would mean what JupyterLab takes them for
    keys.addEventListener("keydown", (event) => this.key(event));
    box.replaceChildren(this.bar, this.said, columns);
  }

  /** Begin in a state, and lay out the steps of a trace if there is one. */
  async begin({ state, choices: chosen, at }) {
    this.journey = new Journey(await this.steps.look(state));
    for (const choice of chosen) if (!(await this.follow(choice))) break;
    const places = this.journey.line();
    this.show(places[Math.min(at === undefined ? 0 : at, places.length - 1)]);
  }

  async follow(choice) {
    const ways = this.journey.here.sight.ways, way = ways && ways[choice];
    if (way) this.journey.take(way, await this.steps.look(way.to));
    return Boolean(way);
  }

  /** Take a step, and show where it leads. */
  async take(way) {
    const from = this.journey.here, sight = await this.told(() => this.steps.look(way.to));
    if (!sight || from !== this.journey.here) return;
    this.journey.take(way, sight);
    this.show(this.journey.here);
  }

  /** What is asked of the source; where it fails, the reader is told why. */
  async told(ask) {
    try {
      return await ask();
    } catch (error) {
      this.say(error.message);
      return undefined;
    }
  }

  show(place, moving = false) {
    this.journey.go(place);
    const focus = document.activeElement && this.box.contains(document.activeElement) && document.activeElement.dataset.key;
    this.draw(moving);
    if (focus) (this.box.querySelector(`[data-key="${CSS.escape(focus)}"]:not(:disabled)`) || this.box).focus({ preventScroll: true });
    if (this.remember) this.remember(this.path());
    if (this.steps.ahead) this.steps.ahead(place.sight);
  }

  draw(moving) {
    const { journey, about, open } = this, here = journey.here, sight = here.sight;
    const before = here.above && here.above.sight, take = (way) => this.take(way);
    const wrong = falseHere(about, sight, here.way), again = journey.again(here);
    become(this.bar, ...this.controls());
    become(this.said, here.way ? `${here.depth}. ${here.way.text}` : this.title(),
      again >= 0 ? make("span", { class: "was" }, `  \u21ba the same state as after step ${again}`) : null, seenAs(about, here.way),
      sight.stuck ? make("strong", {}, "  \u22a3 deadlock") : null,
      wrong.length ? make("strong", { class: "wrong" }, `  \u2717 ${wrong.join(", ")}`) : null,
      this.note ? make("span", { class: "note" }, `  ${this.note}`) : null);
    this.note = "";
    const picture = sight.scene && make("div", { class: "wide" }, cluster(sight, before, moving && !still(), (n) => this.pick(n)));
    become(this.parts.can, choices(sight, about, open, take));
    become(this.parts.state, ...this.present(here, before, picture));
    become(this.parts.more, source(here, about, open), claims(sight, here.way, about, (wanted) => this.find(wanted)),
      share(journey, about, open, this.link && (() => this.link(this.path()))));
    this.sequence.show(journey);
  }

  /** The state: a picture, messages and variables, as another model sees it, and what clients call and hear. */
  present({ sight, way }, before, picture) {
    const { about, journey } = this, take = (one) => this.take(one), { above } = about;
    const own = variables(about.cells, sight.values, before && before.values, way && way.process);
    const drawn = [picture, stateDiagram(about, sight, (node) => this.find({ node }))];
    const lanes = clientLanes(journey.line(), journey.here), flying = about.network ? messages(sight, before, take) : null;
    if (!above) return [...drawn, lanes, flying, own];
    const seen = make("div", { class: "above" }, make("h5", {}, `seen as ${above.name}`),
      variables(above.cells, sight.above, before && before.above));
    return [...drawn, flying, make("div", { class: "two" }, make("div", {}, make("h5", {}, about.name), own), seen), lanes];
  }

  title() {
    const { initial } = this.steps, name = `${this.about.name}${this.about.constants ? ` (${this.about.constants})` : ""}`;
    const place = initial.indexOf(this.journey.here.sight.number);
    return `${name}: ${place < 0 ? "the first state" : initial.length > 1 ? `initial state ${place + 1} of ${initial.length}` : "initial state"}`;
  }

  controls() {
    const line = this.journey.line(), at = this.journey.here.depth, last = line.length - 1, ends = this.journey.ends();
    const button = (key, sign, name, off, click) =>
      make("button", { type: "button", "data-key": key, "aria-label": name, title: name, disabled: off, click }, sign);
    const slider = make("input", { type: "range", min: 0, max: last, "aria-label": "step", "data-key": "slider",
      "aria-valuetext": `step ${at} of ${last}`, input: ({ target }) => this.show(this.journey.line()[Number(target.value)]) });
    slider.value = at;
    const parts = [
      button("first", "\u00ab", "first state", at === 0, () => this.show(line[0])),
      button("back", "\u2039", "one step back", at === 0, () => this.show(line[at - 1])),
      button("on", "\u203a", "one step on", at === last, () => this.show(line[at + 1])),
      button("last", "\u00bb", "last state", at === last, () => this.show(line[last])),
      button("play", this.timer ? "pause" : "play", this.timer ? "pause" : "play", last === 0, () => this.play()),
      slider, make("span", {}, `step ${at} of ${last}`)];
    if (ends.length > 1) parts.push(this.branches(ends, line[last]));
    if (this.steps.initial.length > 1) parts.push(this.beginnings());
    return [...parts, make("span", { class: "keys", title: KEYS }, make("abbr", { title: KEYS, tabindex: 0, "data-key": "keys" }, "keys"))];
  }

  branches(ends, end) {
    return make("select", { "aria-label": "branch", "data-key": "branch", change: ({ target }) => this.branch(ends[target.value]) },
      ...ends.map((place, n) => make("option", { value: n, selected: place === end }, `branch ${n + 1} of ${ends.length}: ${place.depth} steps`)));
  }

  /** Look at another branch: where it leaves the way that is shown now. */
  branch(end) {
    const line = new Set(this.journey.line());
    let place = end;
    while (!line.has(place.above)) place = place.above;
    this.journey.go(end);
    this.show(place);
  }

  beginnings() {
    const { initial } = this.steps, now = initial.indexOf(this.journey.root.sight.number);
    return make("select", { "aria-label": "initial state", "data-key": "initial",
      change: ({ target }) => this.begin({ state: initial[target.value], choices: [] }) },
      ...(now < 0 ? [make("option", { selected: true }, "another first state")] : []),
      ...initial.map((_, n) => make("option", { value: n, selected: n === now }, `initial state ${n + 1} of ${initial.length}`)));
  }

  play() {
    if (this.timer) {
      clearInterval(this.timer);
      this.timer = null;
      return this.show(this.journey.here);
    }
    const beat = () => {
      const line = this.journey.line(), at = this.journey.here.depth;
      const loop = at === line.length - 1 ? this.journey.again(this.journey.here) : -1;
      const next = line[at + 1] || (loop >= 0 && this.box.isConnected ? line[loop + 1] : null);
      return next && this.box.isConnected ? this.show(next, true) : this.play();
    };
    if (!this.journey.here.next) this.journey.go(this.journey.root);
    this.timer = setInterval(beat, BEAT);
    return beat();
  }

  /** A message in the picture: take it up if there is one way to, else show what can be done with it. */
  pick(n) {
    const ways = (this.journey.here.sight.ways || []).filter((way) => way.message === n);
    const button = this.box.querySelector(`[data-message="${n}"] button`);
    (ways.length > 1 && button ? button : this.box).focus({ preventScroll: ways.length < 2 }); // or keys would go nowhere
    return ways.length === 1 ? this.take(ways[0]) : undefined;
  }

  /** Go to the nearest state where what is wanted is met, from here or from the first state; or say that there is none. */
  async find(wanted) {
    const { journey, about, steps } = this, line = journey.line(), here = journey.here;
    if (wanted.unseen === undefined && meets(about, wanted, here.sight, here.way)) return this.say("It is so here.");
    const ahead = line.slice(here.depth + 1).find((place) => meets(about, wanted, place.sight, place.way));
    if (ahead) return this.show(ahead);
    for (const place of new Set([here, journey.root])) {
      const found = await this.told(() => steps.find(place.sight.number, wanted));
      if (found === undefined || here !== journey.here) return undefined;
      if (found === null) continue;
      journey.go(place);
      for (const choice of found) await this.follow(choice);
      return this.show(journey.here);
    }
    return this.say(`None can be reached${steps.partial ? ", as far as is known here" : ""}.`);
  }

  say(note) {
    this.note = note;
    this.show(this.journey.here);
  }

  key(event) {
    if (!this.box.isConnected) return;
    const line = this.journey.line(), at = this.journey.here.depth, tag = event.target.tagName;
    if (event.altKey || event.ctrlKey || event.metaKey || tag === "TEXTAREA" || tag === "SELECT") return;
    const places = { ArrowRight: line[at + 1], ArrowLeft: line[at - 1], Home: line[0], End: line[line.length - 1] };
    const bad = violations(this.about);
    const acts = { p: () => this.play(), b: () => this.nextBranch(), v: () => bad && this.find(bad) };
    if (!(event.key in places) && !(event.key in acts)) return;
    event.preventDefault();
    event.stopPropagation();
    if (acts[event.key]) acts[event.key]();
    else if (places[event.key]) this.show(places[event.key]);
  }

  nextBranch() {
    const ends = this.journey.ends(), line = this.journey.line();
    if (ends.length > 1) this.branch(ends[(ends.indexOf(line[line.length - 1]) + 1) % ends.length]);
  }

  /** The way that is shown, as numbers: first state, present step, choices. */
  path() {
    const line = this.journey.line();
    return [line[0].sight.number, this.journey.here.depth, ...line.slice(1).map((place) => place.way.choice)].join(".");
  }
}

const section = (title, ...parts) => make("section", { "aria-label": title },
  make("h4", {}, title[0].toUpperCase() + title.slice(1)), ...parts);
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The choices that a link stands for; null where it is no such link. */
export function linked(text) {
  if (!/^\d+(\.\d+)+$/.test(text)) return null;
  const [state, at, ...chosen] = text.split(".").map(Number);
  return { state, at, choices: chosen };
}
