for (const box of document.querySelectorAll(".raftnb-stepper:not([data-ready])")) {
  box.dataset.ready = "yes";
  const data = JSON.parse(box.querySelector("script[type='application/json']").textContent);
  const states = [data.initial];
  for (const step of data.steps) {
    const next = states[states.length - 1].slice();
    for (const [cell, value] of step.changes) next[cell] = value;
    states.push(next);
  }
  const make = (tag, kind, text) => {
    const node = document.createElement(tag);
    if (kind) node.className = kind;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const last = data.steps.length;
  let at = 0;

  const fields = (owner) => data.cells
    .map((cell, i) => [cell, states[at][i], at > 0 ? states[at - 1][i] : states[at][i]])
    .filter(([cell]) => cell[0] === owner)
    .map(([cell, now, before]) => {
      const changed = now !== before;
      const row = make("div", changed ? "field changed" : "field");
      row.append((changed ? "\u25b8 " : "") + cell[1] + " = " + now);
      if (changed) row.append(make("span", "was", "  (was " + before + ")"));
      return row;
    });

  const flight = () => {
    const now = new Map(at === 0 ? data.messages : data.steps[at - 1].messages);
    const before = new Map(at < 2 ? data.messages : data.steps[at - 2].messages);
    if (at === 0) before.clear();
    return [...new Set([...before.keys(), ...now.keys()])].map((message) => {
      const here = now.get(message) || 0, was = at === 0 ? here : before.get(message) || 0;
      const mark = here > was ? "+ " : here < was ? "\u2212 " : "";
      const kind = "field" + (mark ? " changed" : "") + (here ? "" : " gone");
      return make("div", kind, mark + message + (here > 1 ? " \u00d7" + here : ""));
    });
  };

  const card = (title, rows, kind) => {
    const node = make("div", "card" + kind);
    node.append(make("b", "", title), ...rows);
    return node;
  };

  const bar = make("div", "bar"), line = make("div", "step"), cards = make("div", "cards");
  const slider = make("input");
  Object.assign(slider, { type: "range", min: 0, max: last });
  slider.setAttribute("aria-label", "step");
  const place = make("span", "place");
  const button = (text, name, target) => {
    const node = make("button", "", text);
    node.type = "button";
    node.setAttribute("aria-label", name);
    node.onclick = () => go(target());
    return node;
  };
  const ahead = () => (at === last && data.loop !== null ? data.loop + 1 : at + 1);
  const first = button("\u00ab", "first state", () => 0);
  const back = button("\u2039", "one step back", () => at - 1);
  const on = button("\u203a", "one step on", ahead);
  const end = button("\u00bb", "last state", () => last);

  const go = (target) => {
    at = Math.max(0, Math.min(last, target));
    const step = at > 0 ? data.steps[at - 1] : null;
    line.textContent = step ? step.text : "initial state";
    if (at === last && data.loop !== null)
      line.append(make("span", "was", "  \u21bb then again from state " + (data.loop + 1)));
    place.textContent = "state " + (at + 1) + " of " + (last + 1);
    slider.value = at;
    first.disabled = back.disabled = at === 0;
    end.disabled = at === last;
    on.disabled = at === last && data.loop === null;
    cards.replaceChildren(...data.owners.map((owner) =>
      card(owner, fields(owner), step && step.process === owner ? " acting" : "")));
    const messages = flight();
    if (messages.length) cards.append(card("in flight", messages, ""));
  };

  slider.oninput = () => go(Number(slider.value));
  box.addEventListener("keydown", (event) => {
    const target = { ArrowRight: ahead(), ArrowLeft: at - 1, Home: 0, End: last }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    go(target);
  });
  line.setAttribute("aria-live", "polite");
  bar.append(first, back, on, end, slider, place);
  box.querySelector(".all").replaceWith(bar, line, cards);
  go(0);
}
