// The source of steps that a page carries with it: states and steps, unpacked when they are asked for.

import { meets, seen } from "./sights.js";

/** The data of a page: JSON, or the same deflated and in base 64. */
export async function unpacked(text) {
  if (text.trimStart().startsWith("{")) return JSON.parse(text);
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

export class GraphSource {
  constructor(data) {
    this.data = data;
    this.about = data.about;
    this.initial = data.initial;
    this.start = data.start;
    this.partial = !data.complete;
    this.known = new Map();
  }

  /** What there is to see in a state. */
  async look(number) {
    return this.sight(number);
  }

  /** Choices that lead, by a shortest way, to where what is wanted is met; null if none does. */
  async find(from, wanted) {
    const cameBy = new Map([[from, null]]);
    for (const at of cameBy.keys())
      for (const way of this.sight(at).ways || []) {
        if (cameBy.has(way.to) && way.broken.length === 0 && way.above !== false) continue;
        const met = meets(this.about, wanted, this.sight(way.to), way);
        if (!cameBy.has(way.to)) cameBy.set(way.to, [at, way.choice]);
        if (met) return [...this.choices(cameBy, at), way.choice];
      }
    return null;
  }

  choices(cameBy, at) {
    const found = [];
    for (let link = cameBy.get(at); link; link = cameBy.get(link[0])) found.unshift(link[1]);
    return found;
  }

  sight(number) {
    if (!this.known.has(number)) this.known.set(number, seen(number, this.told(number)));
    return this.known.get(number);
  }

  told(number) {
    const d = this.data, pairs = d.bags[d.bag[number]], messages = [];
    for (let i = 0; i < pairs.length; i += 2) {
      const [text, source, dest, json] = d.messages[pairs[i]];
      messages.push([text, pairs[i + 1], source, dest, json]);
    }
    return {
      values: d.cells[number].map((value) => d.values[value]),
      messages,
      truth: d.truths[d.truth[number]],
      ways: d.ways[number] && this.ways(d.ways[number]),
      refused: d.lacks[d.lack[number]].map((row) => d.refusals[row]),
      within: !d.outside[number],
      stuck: d.stuck[number] === 1,
      scene: d.scene[number] && d.scene[number].map((part) => d.parts[part]),
      above: d.above[number] && d.above[number].map((value) => d.values[value][0]),
      standing: d.standings[d.standing[number]],
    };
  }

  ways(row) {
    const found = [];
    for (let i = 0; i < row.length; i += 4)
      found.push([...this.data.steps[row[i]], row[i + 1], row[i + 2], this.data.notes[row[i + 3]]]);
    return found;
  }
}
