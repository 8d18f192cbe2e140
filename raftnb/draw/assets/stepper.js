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
  const flying = new Map(data.messages);
  const put = (message, count) => count ? flying.set(message, count) : flying.delete(message);
  const counts = data.steps.map((step) => step.messages.map(([message, count]) => {
    const was = flying.get(message) || 0;
    put(message, count);
    return [message, was, count];
  }));
  const wrong = data.steps.map((step, i) => [step, i + 1])
    .filter(([step]) => (step.remarks || []).length).map(([, i]) => i);
  let at = last;

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

  const move = (target) => {
    while (at < target) for (const [message, , count] of counts[at++]) put(message, count);
    while (at > target) for (const [message, was] of counts[--at]) put(message, was);
  };

  const before = () => new Map(at > 0 ? counts[at - 1] : []);

  const message = (number) => {
    const here = flying.get(number) || 0;
    const was = before().has(number) ? before().get(number) : here;
    const mark = here > was ? "+ " : here < was ? "\u2212 " : "";
    const kind = "field" + (mark ? " changed" : "") + (here ? "" : " gone");
    return make("div", kind, mark + data.texts[number] + (here > 1 ? " \u00d7" + here : ""));
  };

  const sent = new Map();
  counts.forEach((step, i) => step.forEach(([one, was, now]) => {
    if (now > was) sent.set(one, [...(sent.get(one) || []), i + 1]);
  }));
  const since = (one) => (sent.get(one) || []).filter((i) => i <= at).pop() || 0;
  const NEWEST = 12;
  let opened = false;

  const flight = () => {
    const touched = before();
    const rest = [...flying.keys()].filter((one) => !touched.has(one))
      .sort((a, b) => since(a) - since(b) || a - b);
    const old = rest.splice(0, Math.max(0, rest.length - NEWEST));
    const rows = [...touched.keys(), ...rest].sort((a, b) => a - b).map(message);
    if (!old.length) return rows;
    const more = make("details");
    more.append(make("summary", "was", "and " + old.length + " earlier"));
    more.open = opened;
    if (opened) more.append(...old.map(message));
    more.ontoggle = () => {
      opened = more.open;
      if (opened && more.children.length === 1) more.append(...old.map(message));
    };
    return [more, ...rows];
  };

  const lines = () => {
    const from = Math.max(0, Math.min(at - 12, last - 25));
    return data.steps.slice(from, from + 25).map((step, i) => {
      const here = from + i + 1 === at;
      const row = make("div", "entry" + (here ? " here" : "") + (step.remarks.length ? " wrong" : ""));
      row.append(make("b", "", (step.remarks.length ? "\u2717 " : "") + step.line[0]), " " + step.line[1]);
      row.setAttribute("role", "listitem");
      if (here) row.setAttribute("aria-current", "step");
      row.onclick = () => go(from + i + 1);
      return row;
    });
  };

  const card = (title, rows, kind) => {
    const node = make("div", "card" + kind);
    node.append(make("b", "", title), ...rows);
    return node;
  };

  const bar = make("div", "bar"), line = make("div", "step"), cards = make("div", "cards");
  const log = last && data.steps[0].line ? make("div", "log") : null;
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
  const next = button("\u2717", "next line that is wrong", () => wrong.find((i) => i > at) || wrong[0]);

  const go = (target) => {
    move(Math.max(0, Math.min(last, target)));
    const step = at > 0 ? data.steps[at - 1] : null;
    line.textContent = step ? step.text : "initial state";
    for (const remark of (step && step.remarks) || []) line.append(make("div", "remark", remark));
    if (log) log.replaceChildren(...lines());
    if (at === last && data.loop !== null)
      line.append(make("span", "was", "  \u21bb then again from state " + (data.loop + 1)));
    place.textContent = log ? "event " + at + " of " + last : "state " + (at + 1) + " of " + (last + 1);
    slider.value = at;
    first.disabled = back.disabled = at === 0;
    end.disabled = at === last;
    on.disabled = at === last && data.loop === null;
    cards.replaceChildren(...data.owners.map((owner) =>
      card(owner, fields(owner), step && step.actors.includes(owner) ? " acting" : "")));
    const messages = flight();
    if (messages.length) cards.append(card("in flight", messages, ""));
  };

  slider.oninput = () => go(Number(slider.value));
  box.addEventListener("keydown", (event) => {
    const target = { ArrowRight: ahead(), ArrowLeft: at - 1, Home: 0, End: last,
      x: wrong.find((i) => i > at) || wrong[0] }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    go(target);
  });
  line.setAttribute("aria-live", "polite");
  bar.append(first, back, on, end, ...(wrong.length ? [next] : []), slider, place);
  const shown = make("div", log ? "beside" : "");
  const right = make("div", log ? "right" : "");
  right.append(line, cards);
  shown.append(...(log ? [log] : []), right);
  if (log) log.setAttribute("role", "list");
  box.querySelector(".all").replaceWith(bar, shown);
  go(data.begin || 0);
  if (log) box.focus({ preventScroll: true });
}
