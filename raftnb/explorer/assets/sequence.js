// The steps as a list of buttons, and beside them the same rows as a message sequence diagram.

import { become, draw, make } from "./elements.js";
import { falseHere } from "./sights.js";

const ROW = 26, HEAD = 20, LOOP = 24;

/** The list and the diagram of the way that is shown; `go` is called with the place that is chosen. */
export class Sequence {
  constructor(about, go) {
    Object.assign(this, { about, go, drawn: [], box: make("div", { class: "past", tabindex: -1 }) });
  }

  /** Draw the way if it is another than before, and mark where the reader is. */
  show(journey) {
    const line = journey.line(), drawn = line.flatMap((place) => [place, place.below.length]);
    if (drawn.length !== this.drawn.length || drawn.some((one, n) => one !== this.drawn[n])) {
      const rows = line.map((place) => row(this.about, journey, place, this.go));
      become(this.box, make("div", { class: "sequence" }, make("ol", { class: "steps" }, ...rows), diagram(journey, line)));
      this.drawn = drawn;
    }
    const old = this.box.querySelector("[aria-current]"), now = this.box.querySelectorAll(".row")[journey.here.depth];
    if (old) old.removeAttribute("aria-current");
    now.setAttribute("aria-current", "step");
    const band = this.box.querySelector(".now");
    if (band) band.setAttribute("y", HEAD + journey.here.depth * ROW);
    this.reveal(journey.here.depth);
  }

  /** Scroll the list, and nothing else, so that the present step is seen. */
  reveal(depth) {
    const { box } = this, top = HEAD + depth * ROW, { scrollTop, clientHeight } = box;
    if (top < scrollTop) box.scrollTop = top;
    else if (top + 2 * ROW > scrollTop + clientHeight) box.scrollTop = top + 2 * ROW - clientHeight;
  }
}

function row(about, journey, place, go) {
  const wrong = falseHere(about, place.sight, place.way), again = journey.again(place);
  const marks = [
    again >= 0 ? `\u21ba same as ${again}` : "",
    place.below.length > 1 ? `${place.below.length} branches` : "",
    place.sight.stuck ? "\u22a3 deadlock" : "",
    wrong.length ? `\u2717 ${wrong.join(", ")}` : "",
  ].filter(Boolean);
  const text = place.way ? place.way.text : "initial state";
  const button = make("button", {
    type: "button", class: "row", "data-key": `row ${place.depth}`, click: () => go(place),
    title: [text, ...marks].join("\n"),
  }, make("span", { class: "number" }, `${place.depth}`), make("span", { class: "what" }, text));
  if (marks.length) button.append(make("span", { class: wrong.length ? "mark wrong" : "mark" }, marks.join(" ")));
  return make("li", {}, button);
}

function diagram(journey, line) {
  const names = [...new Set(line.flatMap((place) => [
    ...(place.way ? [place.way.process] : []), ...place.sight.messages.flatMap((m) => [m.source, m.dest]),
  ]))].sort();
  const end = line[line.length - 1], loop = journey.again(end);
  if (names.length < 2 && loop < 0) return null;
  const column = Math.max(28, Math.min(46, 180 / names.length));
  const x = (name) => (names.indexOf(name) + 0.5) * column, y = (depth) => HEAD + (depth + 0.5) * ROW;
  const height = HEAD + ROW * line.length, right = column * names.length, width = right + (loop < 0 ? 0 : LOOP);
  const svg = draw("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `Message sequence of ${line.length - 1} steps; the list beside it says the same.${loop < 0 ? "" : ` From the last back to ${loop}, for ever.`}` });
  svg.append(draw("rect", { class: "now", x: 0, y: HEAD, width, height: ROW }));
  for (const name of names) {
    svg.append(draw("text", { x: x(name), y: 13, "text-anchor": "middle" }, name.slice(0, column / 6), draw("title", {}, name)));
    svg.append(draw("line", { class: "life", x1: x(name), x2: x(name), y1: HEAD, y2: height }));
  }
  for (const one of arrows(line)) svg.append(arrow(x, y, one));
  for (const place of line.slice(1))
    svg.append(draw("circle", { class: "event", cx: x(place.way.process), cy: y(place.depth), r: 4 },
      draw("title", {}, `${place.depth}. ${place.way.text}`)));
  if (loop >= 0) svg.append(loopBack(right, y(end.depth), y(loop)));
  return svg;
}

/** The way from the last state back to the same state, up the right side. */
const loopBack = (x, from, to) => draw("g", { class: "loop" }, draw("title", {}, "round and round, for ever"),
  draw("path", { d: `M${x},${from} h10 q8,0 8,-8 V${to + 8} q0,-8 -8,-8 h-4` }),
  draw("polygon", { points: `${x},${to} ${x + 7},${to - 4} ${x + 7},${to + 4}` }));

/** The messages that a step of the line takes up, with the step that put each in flight. */
function arrows(line) {
  const found = [];
  for (const place of line.slice(1)) {
    const message = place.above.sight.messages[place.way.message];
    if (!message) continue;
    let from = place.above;
    while (from.above && holds(from.above, message)) from = from.above;
    found.push({ message, from: from.depth, to: place.depth, lost: place.way.process !== message.dest });
  }
  return found;
}

const holds = (place, message) => place.sight.messages.some((one) =>
  one.text === message.text && one.source === message.source && one.dest === message.dest);

function arrow(x, y, { message, from, to, lost }) {
  const x1 = x(message.source), y1 = y(from), x2 = x(message.dest), y2 = y(to) - 1;
  const long = Math.hypot(x2 - x1, y2 - y1) || 1, dx = (x2 - x1) / long, dy = (y2 - y1) / long;
  const tip = [x2 - 5 * dx, y2 - 5 * dy];
  const wing = (side) => `${tip[0] - 7 * dx + side * 3 * dy},${tip[1] - 7 * dy - side * 3 * dx}`;
  return draw("g", { class: lost ? "arrow lost" : "arrow" },
    draw("title", {}, `${message.text}, ${message.source} to ${message.dest}${lost ? ", lost or repeated" : ""}`),
    draw("line", { x1, y1, x2: tip[0], y2: tip[1] }),
    draw("polygon", { points: `${tip.join(",")} ${wing(1)} ${wing(-1)}` }));
}
