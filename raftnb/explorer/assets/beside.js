// What stands beside a state: how another model sees it, the history of clients, a state diagram.

import { draw, make } from "./elements.js";

const LANE = 26, LANE_LEFT = 44;

/** How the last step is seen by the other model, in a few words. */
export function seenAs(about, way) {
  if (!about.above || !way || !way.above) return null;
  const { name } = about.above;
  const words = way.above.length ? `seen as ${way.above.join(", ")}` : "unseen";
  return make("span", { class: "was" }, `  \u2248 ${words} in ${name}`);
}

/** The calls of clients on the way that is shown: a lane for each, a bar from call to answer. */
export function clientLanes(line, here) {
  const calls = callsOf(line), names = [...new Set(calls.map((call) => call.client))].sort();
  if (names.length === 0) return null;
  const step = Math.max(8, Math.min(44, 460 / line.length)), width = LANE_LEFT + step * line.length + 60, height = LANE * names.length + 18;
  const x = (depth) => LANE_LEFT + step * depth, y = (client) => LANE * (names.indexOf(client) + 0.5);
  const svg = draw("svg", { class: "history", width, height, viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `What clients call and hear: ${calls.map(callInWords).join("; ")}` });
  svg.append(draw("line", { class: "present", x1: x(here.depth), x2: x(here.depth), y1: 0, y2: height - 12 }),
    draw("text", { class: "tiny", x: x(here.depth), y: height - 2, "text-anchor": "middle" }, `step ${here.depth}`));
  for (const name of names) svg.append(draw("text", { class: "name", x: 4, y: y(name) + 4 }, name));
  for (const call of calls) svg.append(callBar(call, x, y(call.client), x(line.length - 0.5), call.from > here.depth));
  return make("div", { class: "wide" }, make("h5", {}, "What clients call and hear"), svg);
}

function callsOf(line) {
  const calls = [], open = new Map();
  for (const place of line.slice(1))
    for (const [client, begins, words] of place.way.events) {
      if (begins) {
        calls.push({ client, words, from: place.depth, to: null, answer: "" });
        open.set(client, calls[calls.length - 1]);
      } else if (open.has(client)) {
        Object.assign(open.get(client), { to: place.depth, answer: words });
        open.delete(client);
      }
    }
  return calls;
}

const callInWords = (call) => `${call.client} ${call.words} from step ${call.from}${call.to === null ? ", no answer yet" : ` to ${call.to}${call.answer ? `: ${call.answer}` : ""}`}`;

function callBar(call, x, y, end, ahead) {
  const left = x(call.from), right = call.to === null ? end : x(call.to);
  const words = call.words + (call.to === null ? " \u2026" : call.answer ? ` \u2192 ${call.answer}` : "");
  return draw("g", { class: ahead ? "call ahead" : "call" }, draw("title", {}, callInWords(call)),
    draw("path", { class: call.to === null ? "open" : false, d: call.to === null
      ? `M${right},${y - 9} H${left} V${y + 9} H${right}` : `M${left},${y - 9} H${right} V${y + 9} H${left} Z` }),
    draw("text", { class: "tiny", x: left + 4, y: y + 3.5 }, words));
}

/** The state diagram with the nodes on which this state stands; `go` is called with a node. */
export function stateDiagram(about, sight, go) {
  if (!about.diagram) return null;
  const { elements, values, alt } = about.diagram, here = new Map();
  for (const [name, node] of sight.standing) here.set(node, [...(here.get(node) || []), name].filter(Boolean));
  const told = [...here].map(([node, names]) => `${names.join(", ") || "now"}: ${values[node] === undefined ? "not in the diagram" : values[node]}`);
  const act = (node) => (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    go(node);
  };
  const grow = ([tag, attributes, ...inner]) => {
    const node = nodeOf(attributes.class);
    const more = node === null ? {} : { class: here.has(node) ? "node here" : "node", tabindex: 0, role: "button",
      "data-key": `node ${node}`, "aria-label": `${values[node]}: go to a state of it`, click: act(node), keydown: act(node) };
    return draw(tag, { ...attributes, ...more }, ...inner.map((one) => (typeof one === "string" ? one : grow(one))));
  };
  const svg = grow(elements);
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", alt);
  return make("div", { class: "wide diagram" }, make("h5", {}, "Where it stands"), svg, make("p", { class: "standing" }, told.join(" \u00b7 ")));
}

function nodeOf(name) {
  const found = /\bat(\d+)\b/.exec(name || "");
  return found ? Number(found[1]) : null;
}
