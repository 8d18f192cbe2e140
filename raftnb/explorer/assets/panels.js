// The parts of the explorer that tell of one state: what can happen, what is there, what is true.

import { foldable, make } from "./elements.js";
import { violations } from "./sights.js";

const OUTSIDE = "This state is outside of the constraints: what is claimed is looked at, and nothing is explored from here.";

/** For each process its enabled actions as buttons, and those that are not enabled with why. */
export function choices(sight, about, open, take) {
  if (sight.ways === null)
    return make("p", { class: "end" }, sight.within
      ? "What can happen next is not in this page: it holds only a part of the states."
      : OUTSIDE);
  const free = sight.ways.filter((way) => way.message < 0);
  const names = [...new Set([...about.processes, ...sight.ways.map((way) => way.process), ...sight.refused.map((one) => one.process)])];
  const groups = names.map((name) => group(name, free.filter((way) => way.process === name),
    sight.refused.filter((one) => one.process === name), open, take));
  if (about.along) groups.push(make("p", { class: "end" }, "Other steps than those of this trace are not in this page."));
  if (sight.ways.length === 0 && sight.within) groups.unshift(make("p", { class: "end" }, sight.stuck
    ? "No step is enabled here: a deadlock." : "No step is enabled here, and none is to be: this is an end that the specification allows."));
  if (!sight.within) groups.unshift(make("p", { class: "end" }, OUTSIDE));
  return make("div", { class: "choices" }, ...groups);
}

function group(name, ways, refused, open, take) {
  if (ways.length + refused.length === 0) return null;
  const buttons = ways.map((way) => choice(way, way.label, take));
  const grayed = () => refused.map((one) => make("li", {},
    make("button", { type: "button", "aria-disabled": "true", class: "action", title: one.why,
      "data-key": `refused ${name} ${one.action}` }, one.action), " ", make("span", { class: "why" }, one.why)));
  const key = `refused ${name}`;
  if (!open.has(key)) open.set(key, refused.length <= 4);
  return make("fieldset", {}, make("legend", {}, name), ...buttons,
    refused.length ? foldable(open, key, `not enabled: ${refused.length}`, () => [make("ul", {}, ...grayed())]) : null);
}

/** The button of a step; one that leads out of the constraints, where nothing is explored, says so. */
const choice = (way, words, take) => way.outside
  ? action(`way ${way.text}`, `${words} \u2937`, `${way.text}: leads outside of the constraints`, () => take(way))
  : action(`way ${way.text}`, words, way.text, () => take(way));

const action = (key, text, title, click) =>
  make("button", { type: "button", class: "action", "data-key": key, title, click }, text);

/** The messages in flight, those that are gone, and what can be done with each. */
export function messages(sight, before, take) {
  const count = (where, one) => where.messages.filter((m) => same(m, one)).reduce((sum, m) => sum + m.count, 0);
  const gone = before ? before.messages.filter((one) => !sight.messages.some((m) => same(m, one))) : [];
  const rows = sight.messages.map((one, n) => {
    const was = before ? count(before, one) : count(sight, one);
    const sign = count(sight, one) > was ? "+ " : count(sight, one) < was ? "\u2212 " : "";
    const ways = (sight.ways || []).filter((way) => way.message === n);
    return make("tr", { class: sign ? "changed" : false, "data-message": n },
      make("td", {}, `${sign}${one.source} \u2192 ${one.dest}`),
      make("td", { title: one.text }, one.text + (one.count > 1 ? ` \u00d7${one.count}` : "")),
      make("td", {}, ...ways.map((way) => choice(way, name(way), take))));
  });
  const old = gone.map((one) => make("tr", { class: "changed gone" },
    make("td", {}, `\u2212 ${one.source} \u2192 ${one.dest}`), make("td", {}, one.text), make("td", {}, "no longer in flight")));
  if (rows.length + old.length === 0) return make("p", { class: "end" }, "No message is in flight.");
  return table("in flight", ["from, to", "message", "what can become of it"], [...rows, ...old]);
}

const same = (a, b) => a.text === b.text && a.source === b.source && a.dest === b.dest;
const name = (way) => (way.label.endsWith("()") ? `${way.process}.${way.action}` : `${way.process}.${way.label}`);

function table(caption, heads, rows) {
  return make("div", { class: "wide" }, make("table", {}, make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))), make("tbody", {}, ...rows)));
}

/** The variables of each process; what the last step changed has a mark, and its old value. */
export function variables(cells, values, old, acting) {
  const owners = [...new Set(cells.filter((cell) => cell[2]).map(([owner]) => owner))];
  const cards = owners.map((owner) => {
    const rows = cells.map(([whose, variable, shown], n) => {
      if (whose !== owner || !shown) return null;
      const now = values[n], was = old ? old[n] : now, changed = now !== was;
      return make("tr", { class: changed ? "changed" : false }, make("th", { scope: "row" }, (changed ? "\u25b8 " : "") + variable),
        make("td", {}, now, changed ? make("span", { class: "was" }, ` (was ${was})`) : null));
    });
    return make("table", { class: owner === acting ? "card acting" : "card" }, make("caption", {}, owner), make("tbody", {}, ...rows));
  });
  return make("div", { class: "cards" }, ...cards);
}

/** What is claimed, whether it is true here, and buttons that look for a state where it is (not). */
export function claims(sight, way, about, search) {
  const rows = about.claims.map(([title, kind, words], n) => {
    const no = kind === "step" ? Boolean(way && way.broken.includes(n)) : sight.truth[n] !== null;
    const values = kind !== "step" && sight.truth[n] ? ` (${sight.truth[n]})` : "";
    const look = make("button", { type: "button", class: "action", "data-key": `find ${title}`, click: () => search({ claims: [n] }) }, "find");
    const told = kind === "find" ? (no ? "\u25cb not here" : "\u25cf true here")
      : no ? `\u2717 false${values}` : kind === "step" && !way ? "\u2013 no step yet" : "\u2713 true";
    return make("tr", { class: kind !== "find" && no ? "wrong" : false }, make("td", {}, told),
      make("td", { title: words }, title), make("td", {}, kind === "find" ? look : kind === "step" ? "of each step" : "always"));
  });
  if (about.deadlocks) rows.push(deadlock(sight, search));
  if (rows.length === 0 && !about.above) return null;
  const bad = violations(about);
  const hunt = bad && action("find violation", "find a violation", "the nearest one from here", () => search(bad));
  return make("div", { class: "claims" }, rows.length ? table("what is claimed", ["here", "claim", ""], rows) : null, hunt);
}

/** A deadlock is looked for apart, since where a model is small on purpose it is no violation. */
const deadlock = (sight, search) => make("tr", {}, make("td", {}, sight.stuck ? "\u25cf true here" : "\u25cb not here"),
  make("td", { title: "no step is enabled, and it is not an end that the specification allows" }, "deadlock"), make("td", {},
    make("button", { type: "button", class: "action", "data-key": "find deadlock", click: () => search({ stuck: true }) }, "find")));

/** The text of the action that was just taken, and what it changed. */
export function source(place, about, open) {
  const way = place.way;
  if (!way) return null;
  const number = (about.actions[way.process] || {})[way.action];
  const before = place.above.sight.values, now = place.sight.values;
  const changes = about.cells.flatMap(([owner, variable, shown], n) =>
    shown && before[n] !== now[n] ? [make("li", {}, `${owner}.${variable} = ${now[n]}`, make("span", { class: "was" }, ` (was ${before[n]})`))] : []);
  const text = number === undefined ? null : make("pre", {}, ...about.sources[number][1].split("\n").map((line, n) =>
    make(way.lines.includes(n) ? "mark" : "span", {}, line || " ")));
  if (!open.has("source")) open.set("source", true);
  return foldable(open, "source", number === undefined ? "what it changed" : `${about.sources[number][0]}: the lines that ran, and what it changed`,
    () => [text, changes.length ? make("ul", { class: "assigned" }, ...changes) : make("p", {}, "No variable changed.")].filter(Boolean));
}

/** The steps so far as Python, as JSON and as a link, to be copied. */
export function share(journey, about, open, link) {
  const box = make("textarea", { readonly: true, rows: 4, "aria-label": "the trace, to be copied", "data-key": "share" });
  const forms = { Python: () => journey.taken().map((way) => way.text).join("\n"), JSON: () => asJson(journey, about) };
  if (link) forms.link = link;
  const buttons = Object.entries(forms).map(([title, text]) => action(`share ${title}`, title, `the trace as ${title}`, ({ currentTarget }) => {
    const kept = currentTarget.parentNode.querySelector("textarea");
    kept.value = text();
    kept.select();
  }));
  return foldable(open, "share", "keep this trace", () => [...buttons, box]);
}

/** The trace up to here, in the form of `Trace.to_json`. */
function asJson(journey, about) {
  const places = journey.line().slice(0, journey.here.depth + 1);
  const state = ({ sight }) => {
    const told = {};
    about.cells.forEach(([owner, variable, , watched], n) => {
      if (!watched) (told[owner] ||= {})[variable] = sight.json[n];
    });
    const flying = sight.messages.map(({ json, count }) => ({ message: json, count }));
    return about.network ? { ...told, messages: flying } : told;
  };
  return JSON.stringify({ steps: journey.taken().map((way) => way.json), states: places.map(state) }, null, 1);
}
