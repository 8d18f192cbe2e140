// A cluster: servers in a ring with what a view tells of each, and the messages between them.

import { draw } from "./elements.js";

const WIDE = 150, BOX = 17, MARGIN = 6, MOST = 4;

/** The picture of one state; `pick` is called with the place of a message that is clicked. */
export function cluster(sight, before, moving, pick) {
  const parts = sight.scene, longest = Math.max(2, ...parts.map((part) => part.boxes.length));
  const card = { width: Math.max(WIDE, 16 + BOX * longest), height: 74 };
  const ring = ringOf(parts.length, card);
  const svg = draw("svg", { class: "cluster", viewBox: `0 0 ${ring.width} ${ring.height}`, role: "img",
    "aria-label": parts.map(inWords).join("; ") });
  const at = new Map(parts.map((part, n) => [part.name, ring.places[n]]));
  const flying = sight.messages.map((message, n) => ({ ...message, n }))
    .filter((m) => at.has(m.source) && at.has(m.dest) && m.source !== m.dest);
  for (const pair of pairsOf(flying)) {
    const shown = pair.length > MOST ? pair.slice(0, MOST - 1) : pair;
    shown.forEach((one, place) => svg.append(flight(at, one, place, Math.min(pair.length, MOST), moving && isNew(one, before), pick)));
    if (shown.length < pair.length) svg.append(flight(at, { ...pair[MOST - 1], more: pair.length - shown.length }, MOST - 1, MOST, false, pick));
  }
  const old = new Map((before && before.scene ? before.scene : parts).map((part) => [part.name, part]));
  parts.forEach((part, n) => svg.append(server(part, old.get(part.name), ring.places[n], card)));
  return svg;
}

function ringOf(count, card) {
  const across = (count < 3 ? 140 : 64 + 32 * count) * card.width / WIDE, down = count < 3 ? 0 : 20 * count + 20;
  const middle = [across + card.width / 2 + MARGIN, down + card.height / 2 + MARGIN];
  const places = Array.from({ length: count }, (_, n) => {
    const turn = count < 3 ? Math.PI * (n + 1) : 2 * Math.PI * n / count - Math.PI / 2;
    return [middle[0] + across * Math.cos(turn), middle[1] + down * Math.sin(turn)];
  });
  const last = Math.max(...places.map((place) => place[1])) + card.height / 2 + MARGIN;
  return { places, width: 2 * middle[0], height: last };
}

const inWords = (part) =>
  `${part.name}: ${[part.head, ...part.lines, part.boxes.length ? `entries ${part.boxes.map((b) => b.join(" ")).join(", ")}` : "no entries",
    part.barred ? `${part.barred} committed` : ""].filter(Boolean).join(", ")}`;

function server(part, old, [x, y], card) {
  const left = x - card.width / 2, top = y - card.height / 2;
  const changed = old && JSON.stringify(old) !== JSON.stringify(part);
  const node = draw("g", { class: changed ? "server changed" : "server" }, draw("title", {}, inWords(part)),
    draw("rect", { class: "card", x: left, y: top, width: card.width, height: card.height, rx: 6 }),
    mark(part.mark, left + 14, top + 15),
    draw("text", { class: "name", x: left + 26, y: top + 19 }, `${changed ? "\u25b8 " : ""}${part.name}`),
    draw("text", { x: left + card.width - 8, y: top + 19, "text-anchor": "end" }, part.head),
    draw("text", { class: "small", x: left + 8, y: top + 36 }, part.lines.join(", ")));
  part.boxes.forEach(([over, under], n) => node.append(
    draw("rect", { class: `entry term${Number(over) % 6}`, x: left + 8 + n * BOX, y: top + 43, width: BOX, height: 24 }),
    draw("text", { class: "tiny", x: left + 8 + (n + 0.5) * BOX, y: top + 54, "text-anchor": "middle" }, over),
    draw("text", { class: "tiny", x: left + 8 + (n + 0.5) * BOX, y: top + 64, "text-anchor": "middle" }, under)));
  if (part.barred) node.append(draw("line", { class: "barred", x1: left + 8, x2: left + 8 + BOX * part.barred,
    y1: top + 70, y2: top + 70 }));
  return node;
}

function mark(shape, x, y) {
  if (shape === "square") return draw("rect", { class: "mark square", x: x - 6, y: y - 6, width: 12, height: 12 });
  if (shape === "diamond") return draw("polygon", { class: "mark diamond", points: `${x},${y - 7} ${x + 7},${y} ${x},${y + 7} ${x - 7},${y}` });
  return draw("circle", { class: "mark", cx: x, cy: y, r: 6 });
}

const isNew = (message, before) => before !== null &&
  !before.messages.some((one) => one.text === message.text && one.source === message.source && one.dest === message.dest);

/** The messages from one server to another, together. */
function pairsOf(flying) {
  const pairs = new Map();
  for (const one of flying) {
    const key = JSON.stringify([one.source, one.dest]);
    pairs.set(key, [...(pairs.get(key) || []), one]);
  }
  return pairs.values();
}

/** A message on its way, at one of several places; the last place may stand for more of them. */
function flight(at, one, place, places, moves, pick) {
  const [x1, y1] = at.get(one.source), [x2, y2] = at.get(one.dest), long = Math.hypot(x2 - x1, y2 - y1) || 1, aside = 19;
  const share = 0.5 + 34 / long * (place - (places - 1) / 2);
  const x = x1 + (x2 - x1) * share - aside * (y2 - y1) / long, y = y1 + (y2 - y1) * share + aside * (x2 - x1) / long;
  const turn = Math.atan2(y2 - y1, x2 - x1) * 180 / Math.PI, kind = one.text.split("(")[0];
  const initials = kind.replace(/[^A-Z]/g, "") || kind.slice(0, 3);
  const node = draw("g", { class: "flying", "data-key": `${one.more ? "more" : one.text} ${one.source} ${one.dest}`, transform: `translate(${x} ${y})`, click: () => pick(one.n) },
    draw("title", {}, one.more ? `${one.more} more messages, ${one.source} to ${one.dest}` : `${one.text}, ${one.source} to ${one.dest}`),
    draw("path", { d: "M-15,-7 H9 L16,0 L9,7 H-15 Z", transform: `rotate(${turn})` }),
    draw("text", { class: "tiny", y: 3, "text-anchor": "middle" }, one.more ? `+${one.more}` : initials + (one.count > 1 ? `\u00d7${one.count}` : "")));
  if (moves) node.animate([{ transform: `translate(${x1}px, ${y1}px)` }, { transform: `translate(${x}px, ${y}px)` }], 450);
  return node;
}
